"""What the landing pages gather from every capability."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from lms.audit.models import AuditEvent
from lms.certificates import queries as certificates
from lms.curriculum import queries as curriculum
from lms.curriculum.models import Enrolment
from lms.db import db
from lms.defense import queries as defense
from lms.defense.models import Defense, Verdict
from lms.ops import queries as ops
from lms.organisation import queries as organisation
from lms.people import queries as people
from lms.people.models import Person
from lms.probation import queries as probation
from lms.questions import queries as questions
from lms.quizzes import queries as quizzes
from lms.quizzes.models import Sitting
from lms.web.waiting import Waiting

_SOURCES = (
    people.list_waiting,
    organisation.list_waiting,
    curriculum.list_waiting,
    questions.list_waiting,
    quizzes.list_waiting,
    defense.list_waiting,
    probation.list_waiting,
    certificates.list_waiting,
)


def list_waiting(person: Person, now: dt.datetime) -> list[Waiting]:
    """Return everything that waits for the person: what ends first comes first, the endless last."""
    waiting = [one for source in _SOURCES for one in source(person, now)]
    far = dt.datetime.max.replace(tzinfo=dt.UTC)
    return sorted(waiting, key=lambda one: (one.until or far, one.since))


def find_own_enrolment(person_id: int) -> Enrolment | None:
    """Return the enrolment that the person's landing page shows: the running one, else the newest."""
    return db.session.scalars(
        select(Enrolment)
        .where(Enrolment.person_id == person_id)
        .order_by((Enrolment.state == "active").desc(), Enrolment.id.desc())
        .limit(1)
    ).first()


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """That an enrolment was ended by hand.

    Attributes:
        at: When.
        by: Name of who did it; empty when it was no person.
        reason: In that person's words.
    """

    at: dt.datetime
    by: str
    reason: str


def find_withdrawal(enrolment: Enrolment) -> Withdrawal | None:
    """Return how an enrolment was withdrawn, from its audit event; None for one that was not."""
    if enrolment.state != "withdrawn":
        return None
    row = db.session.execute(
        select(AuditEvent.at, AuditEvent.facts, Person.name)
        .outerjoin(Person, Person.id == AuditEvent.actor_id)
        .where(
            AuditEvent.action == "curriculum.withdraw_enrolment",
            AuditEvent.subject_kind == "enrolment",
            AuditEvent.subject_id == str(enrolment.id),
        )
    ).first()
    return None if row is None else Withdrawal(row.at, row.name or "", str(row.facts["reason"]))


@dataclass(frozen=True, slots=True)
class House:
    """A glance at the whole organisation, for staff.

    Attributes:
        in_training: Active enrolments.
        sittings_today: Sittings whose window touches the next 24 hours.
        defenses_ahead: Booked defenses not yet held.
        verdicts_undecided: Verdicts that HR has not followed with a decision.
        certificates: Credentials issued.
        problems: What keeps the product from serving fully (``ops.check_readiness``).
    """

    in_training: int
    sittings_today: int
    defenses_ahead: int
    verdicts_undecided: int
    certificates: int
    problems: dict[str, str]


def get_house(now: dt.datetime) -> House:
    """Count the organisation's present state."""
    day = now + dt.timedelta(days=1)
    return House(
        in_training=_count(select(Enrolment.id).where(Enrolment.state == "active")),
        sittings_today=_count(
            select(Sitting.id).where(
                Sitting.cancelled_at.is_(None), Sitting.opens_at < day, Sitting.closes_at > now
            )
        ),
        defenses_ahead=_count(
            select(Defense.id).where(Defense.cancelled_at.is_(None), Defense.starts_at > now)
        ),
        verdicts_undecided=_count(
            select(Verdict.id)
            .join(Defense, Defense.id == Verdict.defense_id)
            .join(Enrolment, Enrolment.id == Defense.enrolment_id)
            # A decision ends the enrolment, and so does withdrawing.
            .where(Enrolment.state == "active")
        ),
        certificates=_count(certificates.select_credentials(state="ready")),
        problems=ops.check_readiness(now),
    )


def _count(query: Select[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
