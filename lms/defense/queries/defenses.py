"""Reading bookings and verdicts."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from lms.curriculum.models import Enrolment, GatePass
from lms.db import db
from lms.defense.models import Defense, PanelMember, Rating, Verdict
from lms.errors import NotFound
from lms.people.models import Cohort, Person
from lms.web.listing import like


class DefenseState(StrEnum):
    """Where a defense stands."""

    UPCOMING = "upcoming"
    WAITING = "waiting"
    """Begun; ratings are missing."""
    READY = "ready"
    """All ratings are in; there is a verdict."""
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class DefenseFilter:
    """What the list of defenses is narrowed to; empty values do not narrow.

    Attributes:
        words: Found in the candidate's name or employee number, the room, a rater's name, the cohort.
        state: A ``DefenseState``.
        rater_id: Only those on whose panel this person sits.
        not_of: Leave out those in which this person is the candidate.
    """

    words: str = ""
    state: str = ""
    rater_id: int | None = None
    not_of: int | None = None


def get_defense(defense_id: int) -> Defense:
    """Return one defense.

    Raises:
        NotFound: There is none.
    """
    defense = db.session.get(Defense, defense_id)
    if defense is None:
        raise NotFound("defense", id=defense_id)
    return defense


def find_current_defense(enrolment_id: int) -> Defense | None:
    """Return the newest defense of an enrolment that was not cancelled, if any."""
    return db.session.scalars(
        select(Defense)
        .where(Defense.enrolment_id == enrolment_id, Defense.cancelled_at.is_(None))
        .order_by(Defense.starts_at.desc(), Defense.id.desc())
        .limit(1)
    ).first()


def find_open_defense(enrolment_id: int) -> Defense | None:
    """Return the booked defense of an enrolment that has no verdict yet, if any."""
    return db.session.scalars(
        select(Defense)
        .where(
            Defense.enrolment_id == enrolment_id,
            Defense.cancelled_at.is_(None),
            ~Defense.verdict.has(),
        )
        .order_by(Defense.id.desc())
    ).first()


def find_verdict(enrolment_id: int) -> Verdict | None:
    """Return the newest verdict of an enrolment, if any."""
    return next(iter(list_verdicts(enrolment_id)), None)


def list_verdicts(enrolment_id: int) -> Sequence[Verdict]:
    """Return all verdicts of an enrolment, newest first."""
    return db.session.scalars(
        select(Verdict)
        .join(Verdict.defense)
        .options(contains_eager(Verdict.defense))
        .where(Defense.enrolment_id == enrolment_id)
        .order_by(Verdict.revealed_at.desc(), Verdict.id.desc())
    ).all()


def find_member(defense_id: int, rater_id: int) -> PanelMember | None:
    """Return this person's seat on the panel of a defense, if any."""
    return db.session.scalars(
        select(PanelMember).where(
            PanelMember.defense_id == defense_id, PanelMember.rater_id == rater_id
        )
    ).first()


def find_member_by_token(token_sha256: str) -> PanelMember | None:
    """Return the seat that a personal link leads to, if any."""
    return db.session.scalars(
        select(PanelMember)
        .options(joinedload(PanelMember.defense), joinedload(PanelMember.rater))
        .where(PanelMember.token_sha256 == token_sha256)
    ).first()


def count_submitted(defense_ids: Collection[int]) -> dict[int, int]:
    """Return by defense id how many ratings are in; a defense without any is not named."""
    rows = db.session.execute(
        select(PanelMember.defense_id, func.count())
        .join(Rating, Rating.member_id == PanelMember.id)
        .where(PanelMember.defense_id.in_(defense_ids))
        .group_by(PanelMember.defense_id)
    )
    return {row[0]: row[1] for row in rows}


def state_of(defense: Defense, now: dt.datetime) -> DefenseState:
    """Return where ``defense`` stands at ``now``."""
    if defense.cancelled_at is not None:
        return DefenseState.CANCELLED
    if defense.verdict is not None:
        return DefenseState.READY
    return DefenseState.UPCOMING if defense.starts_at > now else DefenseState.WAITING


def is_decided(enrolment: Enrolment) -> bool:
    """Say whether HR has decided: the decision's gate is passed, or the enrolment has ended."""
    if enrolment.state != "active":
        return True
    return (
        db.session.scalar(
            select(GatePass.id).where(
                GatePass.enrolment_id == enrolment.id, GatePass.kind == "decision"
            )
        )
        is not None
    )


def select_defenses(wanted: DefenseFilter, now: dt.datetime) -> Select[Any]:
    """Return the query of defenses with candidate, panel and verdict; next first when upcoming."""
    query = (
        select(Defense)
        .join(Defense.candidate)
        .options(
            contains_eager(Defense.candidate),
            joinedload(Defense.enrolment).joinedload(Enrolment.cohort),
            joinedload(Defense.enrolment).joinedload(Enrolment.programme),
            selectinload(Defense.panel).joinedload(PanelMember.rater),
            joinedload(Defense.verdict),
        )
    )
    if wanted.rater_id is not None:
        query = query.where(Defense.panel.any(PanelMember.rater_id == wanted.rater_id))
    if wanted.not_of is not None:
        query = query.where(Defense.candidate_id != wanted.not_of)
    if wanted.words:
        query = query.where(_has_words(wanted.words))
    order = Defense.starts_at.desc()
    match wanted.state:
        case DefenseState.UPCOMING:
            query = _running(query).where(Defense.starts_at > now)
            order = Defense.starts_at.asc()
        case DefenseState.WAITING:
            query = _running(query).where(Defense.starts_at <= now)
            order = Defense.starts_at.asc()
        case DefenseState.READY:
            query = query.where(Defense.verdict.has(), Defense.cancelled_at.is_(None))
        case DefenseState.CANCELLED:
            query = query.where(Defense.cancelled_at.is_not(None))
    return query.order_by(order, Defense.id.desc())


def _running(query: Select[Any]) -> Select[Any]:
    return query.where(Defense.cancelled_at.is_(None), ~Defense.verdict.has())


def _has_words(words: str) -> Any:  # noqa: ANN401 - a condition of SQLAlchemy
    pattern = like(words)
    return or_(
        Person.name.ilike(pattern, escape="\\"),
        Person.employee_no.ilike(pattern, escape="\\"),
        Defense.room.ilike(pattern, escape="\\"),
        Defense.panel.any(PanelMember.rater.has(Person.name.ilike(pattern, escape="\\"))),
        Defense.enrolment.has(Enrolment.cohort.has(Cohort.name.ilike(pattern, escape="\\"))),
    )
