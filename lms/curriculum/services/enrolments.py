"""Enrolling people, and ending an enrolment."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from lms.audit.services import record
from lms.curriculum.domain.enrolling import refuse_start
from lms.curriculum.models import Enrolment, Programme
from lms.curriculum.queries import (
    find_active_enrolment,
    get_plan,
    list_active_enrolments_of_persons,
)
from lms.db import db
from lms.errors import InvalidInput, InvalidState
from lms.notifications.services import post
from lms.people.models import Cohort, Person
from lms.people.queries import list_cohort_members


@dataclass(frozen=True, slots=True)
class CohortEnrolled:
    """What enrolling a cohort did: new enrolments, and members who were in a programme already."""

    enrolled: Sequence[Enrolment]
    already: Sequence[Person]


def enrol(
    person: Person,
    programme: Programme,
    *,
    cohort_id: int | None,
    starts_on: dt.date,
    actor_id: int | None,
    now: dt.datetime,
) -> Enrolment:
    """Enrol one person from ``starts_on`` (day 1) and tell them.

    Raises:
        InvalidState: ``already_enrolled``: the person is going through a programme.
    """
    if find_active_enrolment(person.id) is not None:
        raise InvalidState("already_enrolled", name=person.name)
    enrolment = Enrolment(
        programme_id=programme.id,
        person_id=person.id,
        cohort_id=cohort_id,
        starts_on=starts_on,
        enrolled_at=now,
        enrolled_by=actor_id,
        state="active",
        ended_at=None,
    )
    db.session.add(enrolment)
    db.session.flush()
    record(
        "curriculum.enrol",
        actor_id=actor_id,
        now=now,
        subject_kind="enrolment",
        subject_id=enrolment.id,
        person_id=person.id,
        programme=programme.key,
        programme_sha256=programme.sha256,
        cohort_id=cohort_id,
        starts_on=starts_on.isoformat(),
    )
    modules = [module for stage in get_plan(programme).stages for module in stage.modules]
    post(
        "curriculum.enrolled",
        to=person,
        key=f"enrolled:{enrolment.id}",
        now=now,
        link="/",
        programme=programme.title,
        programme_en=programme.title_en,
        starts_on=starts_on,
        modules=len(modules),
    )
    return enrolment


def enrol_cohort(
    cohort: Cohort,
    programme: Programme,
    *,
    starts_on: dt.date,
    today: dt.date,
    actor_id: int | None,
    now: dt.datetime,
) -> CohortEnrolled:
    """Enrol the active members of a cohort; members who are going through a programme are left alone.

    Doing it twice enrols nobody twice: the cohort's row is locked meanwhile.

    Raises:
        InvalidInput: ``start_in_past``, ``start_before_cohort`` or ``start_too_far``.
    """
    reason = refuse_start(starts_on, today=today, cohort_starts_on=cohort.starts_on)
    if reason is not None:
        raise InvalidInput(
            reason,
            field="starts_on",
            starts_on=starts_on,
            cohort_starts_on=cohort.starts_on,
            today=today,
        )
    db.session.scalars(select(Cohort.id).where(Cohort.id == cohort.id).with_for_update()).one()
    members = list_cohort_members(cohort.id)
    running = list_active_enrolments_of_persons([member.id for member in members])
    enrolled = [
        enrol(
            member,
            programme,
            cohort_id=cohort.id,
            starts_on=starts_on,
            actor_id=actor_id,
            now=now,
        )
        for member in members
        if member.id not in running
    ]
    already = [member for member in members if member.id in running]
    return CohortEnrolled(enrolled=enrolled, already=already)


def complete_enrolment(enrolment: Enrolment, *, now: dt.datetime, actor_id: int | None) -> None:
    """End an enrolment that has led to a decision. Doing it twice changes nothing.

    Raises:
        InvalidState: ``enrolment_withdrawn``.
    """
    if enrolment.state == "completed":
        return
    if enrolment.state != "active":
        raise InvalidState("enrolment_withdrawn", name=enrolment.person.name)
    enrolment.state = "completed"
    enrolment.ended_at = now
    record(
        "curriculum.complete_enrolment",
        actor_id=actor_id,
        now=now,
        subject_kind="enrolment",
        subject_id=enrolment.id,
    )
    db.session.flush()
