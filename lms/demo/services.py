"""Making the demo organisation."""

import datetime as dt
import random

from lms.config import Settings
from lms.curriculum.queries import get_programme
from lms.db import transaction
from lms.demo.cast import INTAKES, PASSWORD, STAFF
from lms.demo.story import Story
from lms.errors import InvalidState
from lms.organisation.services import name_organisation
from lms.people import queries as people
from lms.people import services as people_services
from lms.people.models import Person
from lms.quizzes.queries import list_quizzes

PROGRAMME = "presales"
SEED = 20_26


def make_demo(*, settings: Settings, now: dt.datetime) -> int:
    """Fill an empty product with the demo organisation and return how many people it has.

    Each cohort is a transaction of its own; a demo that broke off half-way is thrown away with its data
    folder, not repaired.

    Raises:
        InvalidState: Somebody is in the database already: a demo is never mixed into real data.
    """
    already = people.count_persons()
    if already:
        raise InvalidState("demo_needs_an_empty_database", people=already)
    with transaction():
        staff = {one.username: _hire_staff(one.username, now) for one in STAFF}
        name_organisation(
            name="云岫生活（示例公司）",
            name_latin="Yunxiu Living",
            serial_prefix="YX",
            signer_name="沈佳宁",
            signer_title="人力资源总监",
            signer_title_en="Director of Human Resources",
            actor_id=staff["hr"].id,
            now=now - dt.timedelta(days=70),
        )
    story = Story(
        programme=get_programme(PROGRAMME),
        staff=staff,
        settings=settings,
        now=now,
        chance=random.Random(SEED),  # noqa: S311 - the same demo every time is the point
    )
    quizzes = {quiz.gate_key: quiz for quiz in list_quizzes() if quiz.programme_key == PROGRAMME}
    for intake in INTAKES:
        story.tell(intake, quizzes)
    return people.count_persons()


def _hire_staff(username: str, now: dt.datetime) -> Person:
    one = next(staff for staff in STAFF if staff.username == username)
    then = now - dt.timedelta(days=75)
    person = people_services.create_person(
        name=one.name,
        name_latin=one.latin,
        username=one.username,
        email=f"{one.username}@example.com",
        phone=None,
        employee_no=None,
        post=one.post,
        hired_on=None,
        roles=one.roles,
        actor_id=None,
        now=then,
    )
    token = people_services.invite(person, actor_id=None, now=then)
    invitation = people.find_open_invitation(people_services.hash_token(token), then)
    if invitation is not None:
        people_services.accept_invitation(invitation, PASSWORD, now=then)
    notice = people.find_privacy_notice()
    if notice is not None:
        people_services.accept_privacy(person, notice, locale="zh_Hans", now=then)
    return person
