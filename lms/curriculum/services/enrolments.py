"""Enrolling people, and ending an enrolment."""

import datetime as dt
from collections.abc import Collection, Sequence
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
    """What enrolling a cohort did.

    Attributes:
        enrolled: New enrolments.
        already: Members who are in a programme already.
        ended: Members whose enrolment in this programme from this very day on has ended.
    """

    enrolled: Sequence[Enrolment]
    already: Sequence[Person]
    ended: Sequence[Person]


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
        InvalidState: ``already_enrolled``: the person is going through a programme; ``same_start_ended``: an
            enrolment in this programme from this very day on has ended, another day is needed.
    """
    if find_active_enrolment(person.id) is not None:
        raise InvalidState("already_enrolled", name=person.name)
    if _list_persons_with_start([person.id], programme.id, starts_on):
        raise InvalidState("same_start_ended", name=person.name, starts_on=starts_on)
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
    ids = [member.id for member in members]
    running = list_active_enrolments_of_persons(ids)
    ended = _list_persons_with_start(ids, programme.id, starts_on) - running.keys()
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
        if member.id not in running and member.id not in ended
    ]
    return CohortEnrolled(
        enrolled=enrolled,
        already=[member for member in members if member.id in running],
        ended=[member for member in members if member.id in ended],
    )


def _list_persons_with_start(
    person_ids: Collection[int], programme_id: int, starts_on: dt.date
) -> set[int]:
    """Return who of these persons has an enrolment, running or ended, in the programme from this day on."""
    return set(
        db.session.scalars(
            select(Enrolment.person_id).where(
                Enrolment.person_id.in_(person_ids),
                Enrolment.programme_id == programme_id,
                Enrolment.starts_on == starts_on,
            )
        )
    )


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


def withdraw_enrolment(
    enrolment: Enrolment, *, reason: str, now: dt.datetime, actor_id: int | None
) -> None:
    """End an enrolment before its goal; what was recorded stays.

    Args:
        enrolment: An active one.
        reason: Why, in words or as the code of the decision that ends it; kept in the audit event.
        now: The instant of ending.
        actor_id: Who ends it.

    Raises:
        InvalidInput: ``withdraw_reason``: there is none.
        InvalidState: ``already_ended``.
    """
    # Two people press at once: the second waits here and finds it ended.
    db.session.refresh(enrolment, with_for_update=True)
    if enrolment.state != "active":
        raise InvalidState("already_ended", name=enrolment.person.name)
    if not reason.strip():
        raise InvalidInput("withdraw_reason", field="reason")
    enrolment.state = "withdrawn"
    enrolment.ended_at = now
    record(
        "curriculum.withdraw_enrolment",
        actor_id=actor_id,
        now=now,
        subject_kind="enrolment",
        subject_id=enrolment.id,
        reason=reason.strip(),
    )
    db.session.flush()
