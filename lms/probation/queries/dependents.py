"""Which decisions rest on results."""

from collections.abc import Collection

from sqlalchemy import select

from lms.db import db
from lms.gradebook.dependents import Dependent
from lms.probation.models import Decision, ProbationFile


def list_dependents(enrolment_ids: Collection[int]) -> list[Dependent]:
    """Return HR's decisions on these enrolments, positive or not, by enrolment."""
    rows = db.session.execute(
        select(ProbationFile.enrolment_id, Decision.outcome, Decision.decided_at)
        .join(Decision, Decision.file_id == ProbationFile.id)
        .where(ProbationFile.enrolment_id.in_(enrolment_ids))
        .order_by(ProbationFile.enrolment_id)
    )
    return [
        Dependent(
            "decision",
            enrolment_id,
            f"/probation/{enrolment_id}",
            {"outcome": outcome, "at": decided_at.isoformat()},
        )
        for enrolment_id, outcome, decided_at in rows
    ]
