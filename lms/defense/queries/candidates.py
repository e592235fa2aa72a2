"""Who is ready for a defense, and who may sit on a panel."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import contains_eager, selectinload

from lms.curriculum.models import Enrolment, GatePass
from lms.curriculum.queries import list_paths
from lms.db import db
from lms.defense.models import Defense, Verdict
from lms.people.domain.roles import RoleName
from lms.people.models import Cohort, Person, Role
from lms.web.listing import like

RATER_ROLES = (
    RoleName.RATER,
    RoleName.LEAD,
    RoleName.TRAINER,
    RoleName.HR,
    RoleName.QUALITY,
)
"""Who may be asked to rate."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody whose quizzes and stage tests are passed and who has no defense booked.

    Attributes:
        enrolment: With person, programme and cohort.
        ready_since: When the last gate before the defense was passed.
        earlier: The newest verdict of an earlier defense that was no pass, if there was one.
    """

    enrolment: Enrolment
    ready_since: dt.datetime
    earlier: Verdict | None


def list_candidates_of(enrolments: Sequence[Enrolment]) -> list[Candidate]:
    """Return what is known of ``enrolments`` that are ready, in the same order."""
    ids = [enrolment.id for enrolment in enrolments]
    since: dict[int, dt.datetime] = {}
    gates = select(GatePass.enrolment_id, GatePass.passed_at).where(
        GatePass.enrolment_id.in_(ids), GatePass.kind.in_(("module_quiz", "stage_test"))
    )
    for enrolment_id, passed_at in db.session.execute(gates):
        since[enrolment_id] = max(since.get(enrolment_id, passed_at), passed_at)
    verdicts: dict[int, Verdict] = {}
    held = (
        select(Verdict)
        .join(Verdict.defense)
        .options(contains_eager(Verdict.defense))
        .where(Defense.enrolment_id.in_(ids))
        .order_by(Verdict.revealed_at, Verdict.id)
    )
    for verdict in db.session.scalars(held):
        verdicts[verdict.defense.enrolment_id] = verdict
    return [
        Candidate(
            enrolment=enrolment,
            ready_since=_later(
                since.get(enrolment.id, enrolment.enrolled_at), verdicts.get(enrolment.id)
            ),
            earlier=verdicts.get(enrolment.id),
        )
        for enrolment in enrolments
    ]


def select_candidates(now: dt.datetime, zone: ZoneInfo, words: str = "") -> Select[Any]:
    """Return the query of enrolments that wait for the booking of a defense, oldest start first."""
    query = (
        select(Enrolment)
        .join(Enrolment.person)
        .options(
            contains_eager(Enrolment.person),
            selectinload(Enrolment.programme),
            selectinload(Enrolment.cohort),
        )
        .where(Enrolment.id.in_(_ready_ids(now, zone)))
        .order_by(Enrolment.starts_on, Person.name, Enrolment.id)
    )
    if words:
        pattern = like(words)
        query = query.where(
            or_(
                Person.name.ilike(pattern, escape="\\"),
                Person.employee_no.ilike(pattern, escape="\\"),
                Enrolment.cohort.has(Cohort.name.ilike(pattern, escape="\\")),
            )
        )
    return query


def count_candidates(
    now: dt.datetime, zone: ZoneInfo, *, not_of: int
) -> tuple[int, dt.datetime | None]:
    """Return how many candidates wait for their first booking, and since when the first of them does.

    Whoever has a verdict waits for HR, not for the trainer; another defense can be booked all the same.

    Args:
        now: The instant to judge at.
        zone: The organisation's zone.
        not_of: A person who is not counted: nobody books their own defense.
    """
    ids = _ready_ids(now, zone)
    enrolments = db.session.scalars(
        select(Enrolment).where(Enrolment.id.in_(ids), Enrolment.person_id != not_of)
    ).all()
    waiting = [one for one in list_candidates_of(enrolments) if one.earlier is None]
    return len(waiting), min((one.ready_since for one in waiting), default=None)


def list_eligible_raters(*, not_of: int) -> Sequence[Person]:
    """Return active persons who may be asked to rate, by name, without the person ``not_of``."""
    names = [role.value for role in RATER_ROLES]
    return db.session.scalars(
        select(Person)
        .where(Person.active, Person.id != not_of, Person.roles.any(Role.name.in_(names)))
        .order_by(Person.name, Person.id)
    ).all()


def _ready_ids(now: dt.datetime, zone: ZoneInfo) -> list[int]:
    # The database narrows to those who passed some stage test; the path then says who is ready exactly.
    near = db.session.scalars(
        select(Enrolment).where(
            Enrolment.state == "active",
            _passed("stage_test"),
            ~_passed("defense"),
            ~select(Defense.id)
            .where(
                Defense.enrolment_id == Enrolment.id,
                Defense.cancelled_at.is_(None),
                ~Defense.verdict.has(),
            )
            .exists(),
        )
    ).all()
    return [number for number, path in list_paths(near, now, zone).items() if path.is_defense_open]


def _passed(kind: str) -> Any:  # noqa: ANN401 - a condition of SQLAlchemy
    return (
        select(GatePass.id)
        .where(GatePass.enrolment_id == Enrolment.id, GatePass.kind == kind)
        .exists()
    )


def _later(since: dt.datetime, verdict: Verdict | None) -> dt.datetime:
    return since if verdict is None else max(since, verdict.revealed_at)
