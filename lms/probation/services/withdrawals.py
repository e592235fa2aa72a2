"""Ending a way without a decision: the person left, or was enrolled by mistake."""

import datetime as dt

from lms.clock import local_date
from lms.curriculum.models import Enrolment
from lms.curriculum.services import withdraw_enrolment
from lms.defense.services import call_off_defense
from lms.errors import NotAllowed
from lms.notifications.services import post
from lms.people.domain.roles import RoleName
from lms.people.models import Person
from lms.probation import queries


def withdraw(enrolment: Enrolment, *, reason: str, actor: Person, now: dt.datetime) -> None:
    """End an enrolment by hand, call off the defense that is booked, and tell the person, without the reason.

    Raises:
        NotAllowed: ``hr_only``; ``own_enrolment``: nobody ends their own.
        InvalidInput: ``withdraw_reason``: there is none.
        InvalidState: ``already_ended``.
    """
    if RoleName.HR not in actor.role_names:
        raise NotAllowed("hr_only")
    if enrolment.person_id == actor.id:
        raise NotAllowed("own_enrolment")
    withdraw_enrolment(enrolment, reason=reason, now=now, actor_id=actor.id)
    zone = queries.organisation_zone()
    call_off_defense(enrolment, zone=zone, actor_id=actor.id, now=now)
    programme = enrolment.programme
    post(
        "probation.withdrawn",
        to=enrolment.person,
        key=f"probation:withdrawn:{enrolment.id}",
        now=now,
        link="/",
        programme=programme.title,
        programme_en=programme.title_en,
        ended_on=local_date(now, zone),
    )
