"""Taking ratings and what the last one sets off."""

import dataclasses
import datetime as dt
from decimal import Decimal

import pytest
from sqlalchemy import select

from lms.curriculum.queries import find_gate_pass
from lms.db import db
from lms.defense.models import Rating
from lms.defense.queries import find_verdict, reveal
from lms.defense.services import cancel_defense
from lms.errors import InvalidInput, InvalidState
from lms.gradebook.queries import list_entries, list_standings
from lms.notifications.models import OutboxMessage
from lms.people.domain.roles import RoleName
from tests.factories.defense import (
    AFTERNOON,
    ZONE,
    make_defense,
    make_panel,
    make_ready_enrolment,
    make_sheet,
    rate,
    rate_all,
)
from tests.factories.people import make_person

pytestmark = pytest.mark.usefixtures("session")


def test_the_last_rating_makes_the_verdict_and_opens_the_gate():
    trainer, hr = make_person(RoleName.TRAINER), make_person(RoleName.HR)
    defense = make_defense(booked_by=trainer)
    first, second, third = defense.panel
    rate(first, make_sheet(4))
    rate(second, make_sheet(4, quality=5))
    assert find_verdict(defense.enrolment_id) is None
    assert list_entries(defense.enrolment_id) == []
    rate(third, make_sheet(4, knowledge=3))

    verdict = find_verdict(defense.enrolment_id)
    assert verdict is not None
    assert (verdict.recommendation, verdict.weighted_percent) == ("pass", Decimal("80.00"))
    assert verdict.revealed_at == AFTERNOON
    (entry,) = list_entries(defense.enrolment_id)
    assert (entry.kind, entry.key, entry.source) == ("defense", "", f"defense:{defense.id}")
    assert (entry.points, entry.max_points, entry.cut_percent) == (80, 100, 60)
    assert entry.passed
    gate = find_gate_pass(defense.enrolment_id, "defense", "")
    assert gate is not None
    assert gate.percent == 80
    assert gate.evidence == {"table": "verdict", "id": verdict.id}
    told = db.session.scalars(
        select(OutboxMessage).where(OutboxMessage.kind == "defense.verdict_ready")
    ).all()
    assert {message.person_id for message in told} == {trainer.id, hr.id}


def test_a_fail_is_entered_but_opens_no_gate():
    defense = rate_all(make_defense(), *[make_sheet(2)] * 3)
    assert defense.verdict.recommendation == "fail"
    (standing,) = list_standings(defense.enrolment_id)
    assert (standing.passed, standing.percent) == (False, 40)
    assert find_gate_pass(defense.enrolment_id, "defense", "") is None


def test_raters_far_apart_must_talk_and_the_gate_stays_shut():
    defense = rate_all(make_defense(), make_sheet(4), make_sheet(4), make_sheet(4, skill=2))
    assert defense.verdict.recommendation == "discuss"
    assert defense.verdict.weighted_percent == Decimal("76.67")
    (entry,) = list_entries(defense.enrolment_id)
    assert not entry.passed
    assert find_gate_pass(defense.enrolment_id, "defense", "") is None


def test_no_basis_has_no_total_and_no_result_of_zero():
    defense = rate_all(make_defense(), make_sheet(4, teamwork=None))
    assert defense.verdict.recommendation == "discuss"
    assert defense.verdict.weighted_percent is None
    assert list_entries(defense.enrolment_id) == []


def test_a_red_line_fails_the_best_total():
    defense = rate_all(
        make_defense(), make_sheet(5, red_line_note="11 月 20 日辱骂买家"), *[make_sheet(5)] * 2
    )
    assert defense.verdict.recommendation == "fail"
    assert defense.verdict.weighted_percent == 100
    assert defense.verdict.summary["red_lines"] == 1
    assert find_gate_pass(defense.enrolment_id, "defense", "") is None


def test_a_candidate_who_is_hr_does_not_hear_of_the_own_verdict():
    candidate = make_person(RoleName.LEARNER, RoleName.HR)
    rate_all(make_defense(make_ready_enrolment(candidate)))
    told = db.session.scalars(
        select(OutboxMessage.person_id).where(OutboxMessage.kind == "defense.verdict_ready")
    ).all()
    assert candidate.id not in told


def test_weights_are_those_of_the_booking():
    enrolment = make_ready_enrolment(
        defense={
            "weights": {"knowledge": 20, "skill": 20, "quality": 35, "teamwork": 25},
            "cut_percent": 60,
            "minimum_level": {"knowledge": 3, "skill": 3, "quality": 3, "teamwork": 3},
        }
    )
    defense = make_defense(enrolment)
    enrolment.programme.defense = {}
    rate_all(defense, *[make_sheet(4, quality=5)] * 3)
    assert defense.verdict.weighted_percent == 87


def test_what_is_sealed_stays():
    defense = make_defense()
    member = defense.panel[0]
    rate(member, make_sheet(4))
    with pytest.raises(InvalidState, match="rating_exists"):
        rate(member, make_sheet(3))
    db.session.rollback()
    (rating,) = db.session.scalars(select(Rating)).all()
    assert rating.levels["skill"]["level"] == 4


def test_ratings_are_taken_from_the_day_of_the_defense_on():
    starts_at = AFTERNOON + dt.timedelta(days=1)
    defense = make_defense(starts_at=starts_at)
    with pytest.raises(InvalidState, match="rating_not_open"):
        rate(defense.panel[0], now=AFTERNOON)
    midnight = dt.datetime(2026, 11, 23, 16, 0, tzinfo=dt.UTC)
    rate(defense.panel[0], now=midnight)
    rate(defense.panel[1], now=starts_at + dt.timedelta(days=9))


def test_a_defense_called_off_takes_no_rating():
    defense = make_defense()
    cancel_defense(defense, reason="改期", zone=ZONE, actor_id=None, now=AFTERNOON)
    with pytest.raises(InvalidState, match="defense_cancelled"):
        rate(defense.panel[0])


def test_an_incomplete_sheet_is_not_sealed():
    defense = make_defense()
    sheet = dataclasses.replace(make_sheet(4), strengths="")
    with pytest.raises(InvalidInput, match="rating_incomplete"):
        rate(defense.panel[0], sheet)
    assert db.session.scalars(select(Rating)).all() == []


def test_the_seal_opens_only_with_the_verdict():
    defense = make_defense(raters=make_panel(4))
    for member in defense.panel[:3]:
        rate(member)
    with pytest.raises(InvalidState, match="ratings_sealed"):
        reveal(defense)
    rate(defense.panel[3], make_sheet(4, strengths="第四位写的"))
    db.session.refresh(defense)
    assert [one.strengths for one in reveal(defense).ratings][3] == "第四位写的"


def test_the_newest_verdict_counts():
    enrolment = make_ready_enrolment()
    rate_all(make_defense(enrolment), *[make_sheet(2)] * 3)
    later = AFTERNOON + dt.timedelta(days=7)
    again = make_defense(enrolment, starts_at=later, now=AFTERNOON + dt.timedelta(hours=1))
    assert find_verdict(enrolment.id).recommendation == "fail"
    rate_all(again, now=later)
    assert find_verdict(enrolment.id).recommendation == "pass"
    (standing,) = list_standings(enrolment.id)
    assert (standing.passed, standing.tries) == (True, 2)
