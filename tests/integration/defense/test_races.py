"""Two at the same moment: the last two ratings, a double click, two bookings of one room.

These commit for real, so they have a database of their own.
"""

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from lms.curriculum.queries import get_enrolment
from lms.db import db
from lms.defense.models import Defense, PanelMember, Rating, Verdict
from lms.defense.services import book_defense, submit_rating
from lms.gradebook.models import GradeEntry
from lms.people.models import Person
from tests.factories.defense import (
    AFTERNOON,
    ZONE,
    make_defense,
    make_panel,
    make_ready_enrolment,
    make_sheet,
    rate,
)
from tests.races import at_once

ROUNDS = 3


def submit(member_id: int, level: int = 4) -> Callable[[], object]:
    def deed() -> object:
        member = db.session.get(PanelMember, member_id)
        assert member is not None
        return submit_rating(member, make_sheet(level), zone=ZONE, now=AFTERNOON)

    return deed


def count(model: type, *where: object) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*where)) or 0


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_the_last_two_ratings_at_once_make_one_verdict(real_app, _round):
    with real_app.app_context():
        defense = make_defense()
        rate(defense.panel[0])
        number, enrolment = defense.id, defense.enrolment_id
        last = [member.id for member in defense.panel[1:]]
    assert at_once(real_app, *(submit(member) for member in last)) == []
    with real_app.app_context():
        assert count(Verdict, Verdict.defense_id == number) == 1
        assert count(GradeEntry, GradeEntry.enrolment_id == enrolment) == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_double_click_seals_one_sheet(real_app, _round):
    with real_app.app_context():
        member = make_defense().panel[0].id
    assert at_once(real_app, submit(member, 4), submit(member, 3)) == ["rating_exists"]
    with real_app.app_context():
        assert count(Rating, Rating.member_id == member) == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_one_room_is_booked_once(real_app, _round):
    room = f"抢手的会议室 {_round}"
    with real_app.app_context():
        wanted = [
            (make_ready_enrolment().id, [rater.id for rater in make_panel()]) for _ in range(2)
        ]

    def book(enrolment_id: int, rater_ids: list[int]) -> Callable[[], object]:
        def deed() -> object:
            return book_defense(
                get_enrolment(enrolment_id),
                starts_at=AFTERNOON + dt.timedelta(days=_round),
                minutes=40,
                room=room,
                raters=[db.session.get_one(Person, rater_id) for rater_id in rater_ids],
                zone=ZONE,
                actor_id=None,
                now=AFTERNOON,
            )

        return deed

    assert at_once(real_app, *(book(*one) for one in wanted)) == ["defense_clash"]
    with real_app.app_context():
        assert count(Defense, Defense.room == room) == 1
