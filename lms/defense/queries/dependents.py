"""Which defenses rest on results."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.db import db
from lms.defense.models import Defense
from lms.gradebook.dependents import Dependent


def list_dependents(enrolment_ids: Collection[int]) -> list[Dependent]:
    """Return the defenses of these enrolments that were not called off, with their verdicts, earliest first.

    A panel is booked on the gates before it and gets the results as evidence.
    """
    defenses = db.session.scalars(
        select(Defense)
        .where(Defense.enrolment_id.in_(enrolment_ids), Defense.cancelled_at.is_(None))
        .options(joinedload(Defense.verdict))
        .order_by(Defense.starts_at, Defense.id)
    )
    found = []
    for defense in defenses:
        verdict = defense.verdict
        kind, at = ("defense", defense.starts_at)
        facts: dict[str, object] = {}
        if verdict is not None:
            kind, at = "verdict", verdict.revealed_at
            facts["outcome"] = verdict.recommendation
        found.append(
            Dependent(
                kind,
                defense.enrolment_id,
                f"/defenses/{defense.id}",
                {**facts, "at": at.isoformat()},
            )
        )
    return found
