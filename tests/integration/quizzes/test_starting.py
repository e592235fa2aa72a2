"""Starting an attempt."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from lms.db import db
from lms.errors import InvalidState, NotFound
from lms.questions.models import Item, ItemVersion
from lms.questions.queries import list_drawable
from lms.questions.services import retire_item
from lms.quizzes import queries, services
from lms.quizzes.domain.paper import draw_paper, paper_as_json
from lms.quizzes.domain.specification import sections_from_json
from lms.quizzes.models import Attempt
from tests.conftest import NOON
from tests.factories.curriculum import make_enrolment, pass_gates
from tests.factories.people import make_person
from tests.factories.questions import make_bank, make_item
from tests.factories.quizzes import (
    HOUR,
    Exam,
    block_sizes,
    get_attempt_row,
    make_exam,
    make_quiz,
    make_sitting,
    take_exam,
)

MINUTE = dt.timedelta(minutes=1)


def start(exam: Exam, now: dt.datetime = NOON, **more: int) -> int:
    return services.start_attempt(exam.sitting_id, person_id=exam.person_id, now=now, **more)


def count_attempts() -> int:
    return db.session.scalar(select(func.count()).select_from(Attempt)) or 0


def test_the_paper_is_frozen_in_the_attempt(session) -> None:
    exam = make_exam(draw=4)
    row = get_attempt_row(start(exam, seed=5))
    sections = sections_from_json(exam.quiz.sections)
    pools, _ = queries.list_pools([exam.quiz.sections[0]["bank"]])
    assert row.paper == paper_as_json(draw_paper(sections, pools, 5))
    assert (row.number, row.seed, row.state, row.max_points) == (1, 5, "open", 20)
    assert (row.started_at, row.deadline_at) == (NOON, NOON + 30 * MINUTE)
    assert (row.points, row.passed, row.outcome, row.submitted_at) == (None, None, None, None)
    assert row.enrolment_id == exam.enrolments[0].id


def test_a_later_change_of_an_item_does_not_reach_the_paper(session) -> None:
    exam = make_exam(items=4, draw=4)
    before = get_attempt_row(start(exam)).paper
    (version, *_) = list_drawable(exam.quiz.sections[0]["bank"])
    body = {**version.body, "stem": "改过的题干", "explanation": "改过"}
    make_item(version.item.bank, key=version.item.key, body=body)
    attempt = db.session.scalars(select(Attempt)).one()
    db.session.refresh(attempt)
    assert attempt.paper == before
    assert "改过" not in str(attempt.paper)


def test_two_starts_are_one(session) -> None:
    exam = make_exam()
    assert start(exam) == start(exam, NOON + MINUTE)
    assert count_attempts() == 1


def test_what_was_presented_is_marked_so(session) -> None:
    exam = make_exam(items=6, draw=4)
    paper = get_attempt_row(start(exam)).paper
    seen = db.session.scalars(select(ItemVersion.id).where(ItemVersion.presented_at == NOON)).all()
    assert set(seen) == {row["item_version_id"] for row in paper}


def test_the_window_is_judged_in_the_request(session) -> None:
    exam = make_exam()
    for now, reason in (
        (exam.sitting.opens_at - MINUTE, "not_open"),
        (exam.sitting.closes_at, "closed"),
    ):
        with pytest.raises(InvalidState) as refused:
            start(exam, now)
        assert refused.value.code == "may_not_start"
        assert refused.value.facts["reason"] == reason
    assert start(exam, exam.sitting.opens_at)


def test_an_attempt_ends_with_the_window(session) -> None:
    exam = make_exam()
    row = get_attempt_row(start(exam, exam.sitting.closes_at - 10 * MINUTE))
    assert row.deadline_at == exam.sitting.closes_at


def test_a_cancelled_sitting_does_not_start(session) -> None:
    exam = make_exam(sitting={"cancelled_at": NOON})
    with pytest.raises(InvalidState) as refused:
        start(exam)
    assert refused.value.facts["reason"] == "cancelled"


def test_a_failed_attempt_is_followed_by_a_pause_and_another(session) -> None:
    exam = make_exam()
    take_exam(exam, right=0)
    with pytest.raises(InvalidState) as refused:
        start(exam, NOON + 64 * MINUTE)
    assert refused.value.facts == {"reason": "wait", "at": NOON + 65 * MINUTE}
    second = get_attempt_row(start(exam, NOON + 65 * MINUTE))
    assert second.number == 2
    services.submit_attempt(second.id, person_id=exam.person_id, now=NOON + 66 * MINUTE)
    with pytest.raises(InvalidState) as refused:
        start(exam, NOON + 3 * HOUR)
    assert refused.value.facts["reason"] == "used_up"


def test_who_passed_does_not_sit_again(session) -> None:
    exam = make_exam()
    take_exam(exam)
    with pytest.raises(InvalidState) as refused:
        start(exam, NOON + 2 * HOUR)
    assert refused.value.facts["reason"] == "passed"


def test_what_comes_before_must_be_passed_first(session) -> None:
    exam = make_exam()
    second = exam.programme.stages[0].modules[1]
    quiz = make_quiz(programme=exam.programme, gate_key=second.key)
    sitting_id = make_sitting(quiz, exam.cohort).id
    with pytest.raises(InvalidState) as refused:
        services.start_attempt(sitting_id, person_id=exam.person_id, now=NOON)
    assert refused.value.facts == {"reason": "locked", "at": None}
    own = queries.get_own_sitting(sitting_id, exam.person_id, NOON)
    assert [one.key for one in own.waits_for] == [exam.programme.stages[0].modules[0].key]
    assert count_attempts() == 0
    take_exam(exam)
    assert services.start_attempt(sitting_id, person_id=exam.person_id, now=NOON + HOUR)


@pytest.mark.parametrize("passed", [0, 1])
def test_the_stage_test_waits_for_every_module(session, passed: int) -> None:
    exam = make_exam(quiz={"kind": "stage_test"})
    pass_gates(exam.enrolments[0], modules=passed, stage=False)
    own = queries.get_own_sitting(exam.sitting_id, exam.person_id, NOON)
    modules = exam.programme.stages[0].modules
    assert [one.key for one in own.waits_for] == [one.key for one in modules[passed:]]
    with pytest.raises(InvalidState) as refused:
        start(exam)
    assert refused.value.facts["reason"] == "locked"


def test_the_stage_test_opens_with_the_last_module(session) -> None:
    exam = make_exam(quiz={"kind": "stage_test"})
    pass_gates(exam.enrolments[0], stage=False)
    assert start(exam)


def test_a_paper_begun_goes_on_whatever_the_path_says_later(session) -> None:
    """A programme may be published anew while somebody sits: the running attempt is theirs."""
    exam = make_exam()
    attempt_id = start(exam)
    first, second = exam.programme.stages[0].modules
    first.requires = [second.key]
    db.session.commit()
    assert start(exam, NOON + MINUTE) == attempt_id


def test_whose_training_ended_starts_no_retake(session) -> None:
    exam = make_exam(quiz={"wait_minutes": 0})
    take_exam(exam, right=0)
    exam.enrolments[0].state = "withdrawn"
    db.session.commit()
    with pytest.raises(InvalidState) as refused:
        start(exam, NOON + HOUR)
    assert refused.value.facts["reason"] == "not_enrolled"
    (own,) = queries.list_own_sittings(exam.person_id, NOON + HOUR)
    assert own.verdict.attempts_left == 0


def test_an_overdue_attempt_is_closed_before_the_next_starts(session) -> None:
    exam = make_exam()
    first = start(exam)
    second = start(exam, NOON + 91 * MINUTE)
    assert second != first
    assert get_attempt_row(first).state == "expired"
    assert get_attempt_row(second).number == 2


def test_an_overdue_attempt_is_closed_and_the_pause_still_holds(session) -> None:
    exam = make_exam()
    first = start(exam)
    with pytest.raises(InvalidState) as refused:
        start(exam, NOON + 31 * MINUTE)
    assert refused.value.facts["reason"] == "wait"
    assert get_attempt_row(first).state == "expired"


def test_strangers_do_not_learn_that_a_sitting_exists(session) -> None:
    exam = make_exam()
    stranger = make_person()
    other = make_enrolment(make_person(), exam.programme)
    for person_id in (stranger.id, other.person_id):
        with pytest.raises(NotFound):
            services.start_attempt(exam.sitting_id, person_id=person_id, now=NOON)
    with pytest.raises(NotFound):
        services.start_attempt(exam.sitting_id + 99, person_id=exam.person_id, now=NOON)


def test_the_enrolment_must_be_active_and_in_the_quizzes_programme(session) -> None:
    exam = make_exam()
    ended = make_person()
    make_enrolment(ended, exam.programme, cohort=exam.cohort, state="withdrawn")
    elsewhere = make_person()
    make_enrolment(elsewhere, cohort=exam.cohort)
    for person in (ended, elsewhere):
        with pytest.raises(NotFound):
            services.start_attempt(exam.sitting_id, person_id=person.id, now=NOON)


def test_leaving_the_cohort_does_not_take_the_attempt_away(session) -> None:
    exam = make_exam()
    attempt_id = start(exam)
    exam.enrolments[0].cohort_id = None
    db.session.commit()
    assert start(exam) == attempt_id


def test_a_bank_that_shrank_costs_no_attempt(session) -> None:
    exam = make_exam(items=4, draw=4)
    item = db.session.scalars(select(Item)).first()
    assert item is not None
    retire_item(item, now=NOON)
    with pytest.raises(InvalidState) as refused:
        start(exam)
    assert refused.value.code == "pool_too_small"
    assert refused.value.facts["needed"] == 4
    assert refused.value.facts["found"] == 3
    assert count_attempts() == 0


def test_the_pool_holds_what_the_item_banks_call_drawable(session) -> None:
    bank = make_bank(5, recall=3)
    other = make_bank(2)
    retired = db.session.scalars(select(Item).where(Item.key == f"{bank.key}-02")).one()
    retire_item(retired, now=NOON)
    make_item(bank, key=f"{bank.key}-03", body={**list_drawable(bank.key)[0].body, "stem": "新"})
    pools, unseen = queries.list_pools([bank.key, other.key, "none"])
    for key in (bank.key, other.key):
        drawable = list_drawable(key)
        assert {item.item_version_id for item in pools[key]} == {row.id for row in drawable}
        assert {item.item_key for item in pools[key]} == {row.item.key for row in drawable}
    assert len(pools[bank.key]) == 4
    assert pools["none"] == []
    assert block_sizes(bank.key) == [1] * 4
    assert block_sizes("none") == []
    assert unseen == {item.item_version_id for items in pools.values() for item in items}


def test_two_papers_differ(session) -> None:
    exam = make_exam(people=2, items=12, draw=8)
    papers = [
        get_attempt_row(
            services.start_attempt(exam.sitting_id, person_id=person_id, now=NOON)
        ).paper
        for person_id in exam.person_ids
    ]
    assert papers[0] != papers[1]
