"""Reading enrolments."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import contains_eager, selectinload

from lms.curriculum.domain.path import GateKind
from lms.curriculum.domain.programme import ProgrammePlan
from lms.curriculum.models import (
    Enrolment,
    GatePass,
    Programme,
)
from lms.curriculum.queries.programmes import list_plans
from lms.db import db
from lms.errors import NotFound
from lms.people.models import Cohort, Person, Supervision
from lms.web.listing import like


def get_enrolment(enrolment_id: int) -> Enrolment:
    """Return one enrolment.

    Raises:
        NotFound: There is none.
    """
    enrolment = db.session.get(Enrolment, enrolment_id)
    if enrolment is None:
        raise NotFound("enrolment", id=enrolment_id)
    return enrolment


def find_active_enrolment(person_id: int) -> Enrolment | None:
    """Return the enrolment that the person is going through, if any."""
    return db.session.scalars(
        select(Enrolment)
        .where(Enrolment.person_id == person_id, Enrolment.state == "active")
        .order_by(Enrolment.id.desc())
        .limit(1)
    ).first()


def find_enrolment_in(person_id: int, programme_id: int) -> Enrolment | None:
    """Return the person's active enrolment in this programme, else the newest ended one, if any."""
    rows = db.session.scalars(
        select(Enrolment)
        .where(Enrolment.person_id == person_id, Enrolment.programme_id == programme_id)
        .order_by(Enrolment.id.desc())
    ).all()
    return next((row for row in rows if row.state == "active"), rows[0] if rows else None)


def list_active_enrolments_of_cohort(cohort_id: int) -> Sequence[Enrolment]:
    """Return the active enrolments of a cohort with their persons, by name."""
    return db.session.scalars(
        select(Enrolment)
        .join(Enrolment.person)
        .options(contains_eager(Enrolment.person))
        .where(Enrolment.cohort_id == cohort_id, Enrolment.state == "active")
        .order_by(Person.name, Person.id)
    ).all()


def list_active_enrolments_of_persons(person_ids: Collection[int]) -> dict[int, Enrolment]:
    """Return the active enrolments of persons, by person id."""
    rows = db.session.scalars(
        select(Enrolment)
        .where(Enrolment.person_id.in_(person_ids), Enrolment.state == "active")
        .order_by(Enrolment.id)
    ).all()
    return {row.person_id: row for row in rows}


def list_active_enrolment_ids() -> Sequence[int]:
    """Return the ids of all active enrolments."""
    return db.session.scalars(
        select(Enrolment.id).where(Enrolment.state == "active").order_by(Enrolment.id)
    ).all()


def list_enrolments(ids: Collection[int]) -> Sequence[Enrolment]:
    """Return these enrolments with their persons."""
    return db.session.scalars(
        select(Enrolment)
        .join(Enrolment.person)
        .options(contains_eager(Enrolment.person))
        .where(Enrolment.id.in_(ids))
        .order_by(Enrolment.id)
    ).all()


def list_leads(person_ids: Collection[int], on: dt.date) -> dict[int, list[int]]:
    """Return the ids of the leads of persons on the date ``on``, by person id."""
    rows = db.session.scalars(
        select(Supervision)
        .where(
            Supervision.person_id.in_(person_ids),
            Supervision.kind == "lead",
            Supervision.since_on <= on,
            or_(Supervision.until_on.is_(None), Supervision.until_on >= on),
        )
        .order_by(Supervision.id)
    )
    leads: dict[int, list[int]] = {}
    for row in rows:
        leads.setdefault(row.person_id, []).append(row.supervisor_id)
    return leads


@dataclass(frozen=True, slots=True)
class EnrolmentFilter:
    """What the list of enrolments is narrowed to; empty values do not narrow.

    Attributes:
        words: Found in name, employee number, cohort name.
        cohort_id: One cohort.
        state: active, completed or withdrawn.
        overdue_on: Only active enrolments with a gate that is overdue on this date.
        led_by: Only persons whom this person leads or mentors on ``on``.
    """

    words: str = ""
    cohort_id: int | None = None
    state: str = ""
    overdue_on: dt.date | None = None
    led_by: int | None = None
    on: dt.date | None = None


def select_enrolments(wanted: EnrolmentFilter) -> Select[Any]:
    """Return the query of enrolments with person, programme and cohort, newest start first."""
    query = (
        select(Enrolment)
        .join(Enrolment.person)
        .options(
            contains_eager(Enrolment.person),
            selectinload(Enrolment.programme),
            selectinload(Enrolment.cohort),
        )
        .order_by(Enrolment.starts_on.desc(), Person.name, Enrolment.id)
    )
    if wanted.words:
        pattern = like(wanted.words)
        query = query.where(
            or_(
                Person.name.ilike(pattern, escape="\\"),
                Person.employee_no.ilike(pattern, escape="\\"),
                Enrolment.cohort.has(Cohort.name.ilike(pattern, escape="\\")),
            )
        )
    if wanted.cohort_id is not None:
        query = query.where(Enrolment.cohort_id == wanted.cohort_id)
    if wanted.state:
        query = query.where(Enrolment.state == wanted.state)
    if wanted.overdue_on is not None:
        query = query.where(_is_overdue(wanted.overdue_on))
    if wanted.led_by is not None and wanted.on is not None:
        query = query.where(Enrolment.person_id.in_(_select_led(wanted.led_by, wanted.on)))
    return query


def _select_led(supervisor_id: int, on: dt.date) -> Select[Any]:
    return select(Supervision.person_id).where(
        Supervision.supervisor_id == supervisor_id,
        Supervision.since_on <= on,
        or_(Supervision.until_on.is_(None), Supervision.until_on >= on),
    )


def _is_overdue(today: dt.date) -> ColumnElement[bool]:
    """Return the condition "active, and a gate is past its due date and not passed".

    Both databases differ in date arithmetic, so the last start date for which a gate is overdue is computed
    here, per gate of each programme: a handful of comparisons.
    """
    terms: list[ColumnElement[bool]] = []
    ids = db.session.scalars(select(Programme.id)).all()
    for programme_id, plan in list_plans(ids).items():
        for kind, key, due_day in _due_days(plan):
            passed = (
                select(GatePass.id)
                .where(
                    GatePass.enrolment_id == Enrolment.id,
                    GatePass.kind == kind,
                    GatePass.key == key,
                )
                .exists()
            )
            terms.append(
                and_(
                    Enrolment.programme_id == programme_id,
                    Enrolment.starts_on <= today - dt.timedelta(days=due_day),
                    ~passed,
                )
            )
    return and_(Enrolment.state == "active", or_(*terms)) if terms else false()


def _due_days(plan: ProgrammePlan) -> Iterable[tuple[str, str, int]]:
    for stage in plan.stages:
        for module in stage.modules:
            yield GateKind.MODULE_QUIZ.value, module.key, module.due_day
        yield GateKind.STAGE_TEST.value, stage.key, stage.due_day
    if plan.defense_due_day is not None:
        yield GateKind.DEFENSE.value, "", plan.defense_due_day
