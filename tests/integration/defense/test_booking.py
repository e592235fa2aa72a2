"""Booking and calling off: who, when, where, and what everybody is told."""

import datetime as dt

import pytest
from sqlalchemy import select

from lms.audit.models import AuditEvent
from lms.db import db
from lms.defense.models import Defense
from lms.defense.queries import (
    count_candidates,
    find_current_defense,
    find_open_defense,
    select_candidates,
)
from lms.defense.services import book_defense, cancel_defense, hash_token
from lms.errors import InvalidInput, InvalidState
from lms.notifications.models import OutboxMessage
from lms.people.domain.roles import RoleName
from tests.conftest import NOON
from tests.factories.curriculum import make_enrolment, pass_gates
from tests.factories.defense import (
    AFTERNOON,
    ZONE,
    link_of,
    make_defense,
    make_panel,
    make_ready_enrolment,
    make_sheet,
    rate,
    rate_all,
)
from tests.factories.people import make_person, make_supervision

pytestmark = pytest.mark.usefixtures("session")


def book(enrolment, raters, **changes):
    wanted = {
        "starts_at": AFTERNOON,
        "minutes": 40,
        "room": "会议室 A",
        "raters": raters,
        "zone": ZONE,
        "actor_id": None,
        "now": NOON,
    }
    return book_defense(enrolment, **(wanted | changes))


def outbox(kind):
    return db.session.scalars(
        select(OutboxMessage).where(OutboxMessage.kind == kind).order_by(OutboxMessage.id)
    ).all()


def test_a_booking_freezes_rubric_and_evidence_and_tells_everybody():
    enrolment = make_ready_enrolment()
    trainer = make_person(RoleName.TRAINER)
    raters = make_panel()
    defense = book(enrolment, raters, actor_id=trainer.id, note="带上产品手册")

    assert [member.rater_id for member in defense.panel] == [rater.id for rater in raters]
    assert defense.rubric["criteria"][0]["anchors"][2]["level"] == 3
    assert [test["passed"] for test in defense.evidence["tests"]] == [True, True, True]
    assert [test["kind"] for test in defense.evidence["tests"]] == [
        "module_quiz",
        "module_quiz",
        "stage_test",
    ]
    links = [message.link for message in outbox("defense.please_rate")]
    assert len(set(links)) == 3
    for member, link in zip(defense.panel, links, strict=True):
        token = link.removeprefix("/r/")
        assert len(token) >= 43  # 256 bits
        assert member.token_sha256 == hash_token(token)
        assert token not in member.token_sha256
    (told,) = outbox("defense.booked")
    assert told.person_id == enrolment.person_id
    assert (told.facts["on"], told.facts["at"], told.facts["room"]) == (
        "2026-11-23",
        "14:00",
        "会议室 A",
    )
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "defense.book")).one()
    assert event.actor_id == trainer.id
    assert links[0].removeprefix("/r/") not in str(event.facts)


def test_the_rubric_of_a_booking_does_not_move_with_the_programme():
    enrolment = make_ready_enrolment()
    defense = book(enrolment, make_panel())
    enrolment.programme.defense = {**enrolment.programme.defense, "cut_percent": 99}
    db.session.flush()
    db.session.expire(defense)
    assert defense.rubric["cut_percent"] == "60"


@pytest.mark.parametrize("count", [0, 1, 2])
def test_fewer_than_three_raters_are_refused(count):
    with pytest.raises(InvalidInput) as refused:
        book(make_ready_enrolment(), make_panel(count))
    assert refused.value.code == "panel_too_small"
    assert refused.value.facts["chosen"] == count


def test_one_rater_named_three_times_is_one_rater():
    (rater,) = make_panel(1)
    with pytest.raises(InvalidInput, match="panel_too_small"):
        book(make_ready_enrolment(), [rater, rater, rater])


def test_the_candidate_cannot_sit_on_the_own_panel():
    candidate = make_person(RoleName.LEARNER, RoleName.RATER)
    enrolment = make_ready_enrolment(candidate)
    with pytest.raises(InvalidInput, match="candidate_on_panel"):
        book(enrolment, [*make_panel(3), candidate])


@pytest.mark.parametrize("role", [RoleName.LEARNER, RoleName.ADMIN])
def test_a_rater_needs_a_role_that_may_rate(role):
    with pytest.raises(InvalidInput, match="rater_not_eligible"):
        book(make_ready_enrolment(), [*make_panel(2), make_person(role)])


def test_somebody_who_has_left_cannot_rate():
    gone = make_person(RoleName.RATER, active=False)
    with pytest.raises(InvalidInput, match="rater_not_eligible"):
        book(make_ready_enrolment(), [*make_panel(2), gone])


@pytest.mark.parametrize(
    "role", [RoleName.RATER, RoleName.LEAD, RoleName.TRAINER, RoleName.HR, RoleName.QUALITY]
)
def test_these_roles_may_rate(role):
    defense = book(make_ready_enrolment(), make_panel(3, role))
    assert len(defense.panel) == 3


def test_own_lead_and_mentor_are_allowed_and_flagged_by_the_day_of_the_defense():
    enrolment = make_ready_enrolment()
    lead, mentor, before, free = make_panel(4, RoleName.LEAD)
    make_supervision(enrolment.person, lead, kind="lead")
    make_supervision(enrolment.person, mentor, kind="mentor")
    make_supervision(
        enrolment.person,
        before,
        since_on=dt.date(2026, 11, 2),
        until_on=dt.date(2026, 11, 22),
    )
    defense = book(enrolment, [lead, mentor, before, free])
    assert [member.conflicts for member in defense.panel] == [["own_lead"], ["own_mentor"], [], []]


def test_a_time_before_now_is_refused():
    with pytest.raises(InvalidInput, match="defense_in_past"):
        book(make_ready_enrolment(), make_panel(), starts_at=NOON - dt.timedelta(minutes=1))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"minutes": 9}, "defense_minutes"),
        ({"minutes": 241}, "defense_minutes"),
        ({"room": " "}, "defense_room"),
    ],
)
def test_length_and_room_must_make_sense(changes, code):
    with pytest.raises(InvalidInput) as refused:
        book(make_ready_enrolment(), make_panel(), **changes)
    assert refused.value.code == code


def test_quizzes_and_stage_test_come_first():
    enrolment = make_enrolment()
    pass_gates(enrolment, stage=False)
    with pytest.raises(InvalidState, match="defense_not_open"):
        book(enrolment, make_panel())


def test_an_ended_enrolment_has_no_defense():
    enrolment = make_ready_enrolment()
    enrolment.state = "withdrawn"
    with pytest.raises(InvalidState, match="defense_not_open"):
        book(enrolment, make_panel())


def test_a_second_booking_waits_for_the_first_one():
    enrolment = make_ready_enrolment()
    book(enrolment, make_panel())
    with pytest.raises(InvalidState, match="defense_booked"):
        book(enrolment, make_panel(), room="B", starts_at=AFTERNOON + dt.timedelta(days=1))


def test_after_a_pass_there_is_nothing_to_book():
    enrolment = make_ready_enrolment()
    rate_all(make_defense(enrolment))
    with pytest.raises(InvalidState, match="defense_passed"):
        book(enrolment, make_panel(), starts_at=AFTERNOON + dt.timedelta(days=1))


def test_after_a_fail_another_defense_may_be_booked_and_shows_the_first():
    enrolment = make_ready_enrolment()
    rate_all(make_defense(enrolment), *[make_sheet(2)] * 3)
    again = book(
        enrolment,
        make_panel(),
        starts_at=AFTERNOON + dt.timedelta(days=7),
        now=AFTERNOON + dt.timedelta(hours=1),
    )
    assert again.evidence["earlier"] == [
        {"held_on": "2026-11-23", "percent": "40.00", "recommendation": "fail"}
    ]
    assert find_current_defense(enrolment.id) is again


def test_a_programme_without_usable_numbers_says_so():
    enrolment = make_ready_enrolment(defense={"weights": {}, "cut_percent": 60})
    with pytest.raises(InvalidState, match="defense_rubric_unusable"):
        book(enrolment, make_panel())


def test_clashes_name_the_other_booking():
    busy = make_panel(3)
    other = make_defense(raters=busy, room="会议室 A")
    enrolment = make_ready_enrolment()
    with pytest.raises(InvalidInput) as refused:
        book(
            enrolment,
            [busy[1], *make_panel(2)],
            room="会议室a",
            starts_at=AFTERNOON + dt.timedelta(minutes=39),
        )
    assert refused.value.code == "defense_clash"
    facts = refused.value.facts["clashes"]
    assert [(one["kind"], one["name"]) for one in facts] == [
        ("room", "会议室 A"),
        ("rater", busy[1].name),
    ]
    assert {one["candidate"] for one in facts} == {other.candidate.name}
    # Right after it, everything is free again.
    book(
        enrolment,
        [busy[1], *make_panel(2)],
        room="会议室a",
        starts_at=AFTERNOON + dt.timedelta(minutes=40),
    )


def test_a_candidate_who_rates_elsewhere_is_taken():
    candidate = make_person(RoleName.LEARNER, RoleName.RATER)
    make_defense(raters=[candidate, *make_panel(2)])
    with pytest.raises(InvalidInput) as refused:
        book(make_ready_enrolment(candidate), make_panel())
    (clash,) = refused.value.facts["clashes"]
    assert (clash["kind"], clash["name"]) == ("candidate", candidate.name)


def test_a_cancelled_booking_takes_nobody_s_time():
    raters = make_panel()
    first = make_defense(raters=raters, room="会议室 A")
    cancel_defense(first, reason="候选人请假", zone=ZONE, actor_id=None, now=NOON)
    again = book(first.enrolment, raters)
    assert find_open_defense(first.enrolment_id) is again


def test_calling_off_tells_everybody_why():
    defense = make_defense()
    cancel_defense(defense, reason=" 候选人请假 ", zone=ZONE, actor_id=None, now=NOON)
    told = outbox("defense.cancelled")
    assert {message.person_id for message in told} == {
        defense.candidate_id,
        *(member.rater_id for member in defense.panel),
    }
    assert {message.facts["reason"] for message in told} == {"候选人请假"}
    assert find_current_defense(defense.enrolment_id) is None


def test_calling_off_needs_a_reason_and_happens_once():
    defense = make_defense()
    with pytest.raises(InvalidInput, match="cancel_reason"):
        cancel_defense(defense, reason="  ", zone=ZONE, actor_id=None, now=NOON)
    cancel_defense(defense, reason="改期", zone=ZONE, actor_id=None, now=NOON)
    with pytest.raises(InvalidState, match="defense_cancelled"):
        cancel_defense(defense, reason="改期", zone=ZONE, actor_id=None, now=NOON)


def test_a_verdict_cannot_be_called_off():
    defense = rate_all(make_defense())
    with pytest.raises(InvalidState, match="defense_has_verdict"):
        cancel_defense(defense, reason="改期", zone=ZONE, actor_id=None, now=AFTERNOON)


def test_calling_off_keeps_what_was_sealed():
    defense = make_defense()
    rating = rate(defense.panel[0])
    cancel_defense(defense, reason="改期", zone=ZONE, actor_id=None, now=AFTERNOON)
    db.session.refresh(rating)
    assert rating.levels["skill"]["level"] == 4


def test_candidates_are_those_who_wait_for_a_booking():
    waiting = make_ready_enrolment()
    make_defense()
    rate_all(make_defense())
    early = make_enrolment()
    pass_gates(early, stage=False)
    failed = make_ready_enrolment()
    rate_all(make_defense(failed), *[make_sheet(2)] * 3)
    found = db.session.scalars(select_candidates(AFTERNOON, ZONE)).all()
    assert {one.id for one in found} == {waiting.id, failed.id}
    count, since = count_candidates(AFTERNOON, ZONE, not_of=0)
    # The one who failed waits for HR; booking again is possible, not due.
    assert count == 1
    assert since == NOON - dt.timedelta(days=1)
    assert count_candidates(AFTERNOON, ZONE, not_of=waiting.person_id) == (0, None)
    words = failed.person.employee_no
    assert db.session.scalars(select_candidates(AFTERNOON, ZONE, words)).all() == [failed]


def test_two_links_never_share_a_token():
    first, second = make_defense(), make_defense()
    links = {link_of(d.id, m.rater_id) for d in (first, second) for m in d.panel}
    assert len(links) == 6
    assert set(db.session.scalars(select(Defense.id))) == {first.id, second.id}
