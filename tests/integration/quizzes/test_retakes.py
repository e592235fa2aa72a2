"""What a further attempt is drawn from, read with the pool in one statement."""

import datetime as dt

import pytest
from sqlalchemy import insert

from lms.db import db
from lms.questions.models import Item, ItemTag, ItemVersion
from lms.quizzes import jobs, queries, services
from lms.quizzes.domain.rules import SittingRules, rules_as_json
from lms.quizzes.domain.specification import sections_from_json
from lms.quizzes.models import ITEM_RESULT, ItemMeasure
from tests.conftest import NOON
from tests.factories.quizzes import (
    HOUR,
    Exam,
    get_attempt_row,
    make_exam,
    make_sitting,
    take_exam,
)
from tests.integration.quizzes.statements import count_statements


def keys_of(attempt_id: int) -> set[str]:
    return {row["item_key"] for row in get_attempt_row(attempt_id).paper}


def start(exam: Exam, sitting_id: int, now: dt.datetime, seed: int | None = None) -> int:
    return services.start_attempt(sitting_id, person_id=exam.person_id, now=now, seed=seed)


def test_a_further_attempt_draws_what_was_not_seen(session) -> None:
    exam = make_exam(items=8, draw=4)
    first = take_exam(exam, right=0)
    second = start(exam, exam.sitting_id, NOON + 2 * HOUR)
    assert not keys_of(first) & keys_of(second)


def test_earlier_sittings_count_as_well_and_other_people_do_not(session) -> None:
    exam = make_exam(people=2, items=8, draw=4)
    first = take_exam(exam, right=0)
    other = make_sitting(exam.quiz, exam.cohort)
    again = start(exam, other.id, NOON + 2 * HOUR)
    assert not keys_of(first) & keys_of(again)
    bank = exam.quiz.sections[0]["bank"]
    mine = queries.get_stock([bank], quiz_id=exam.quiz.id, person_id=exam.person_id)
    assert {one.item_key for one in mine.past} == keys_of(first)
    assert {one.position for one in mine.past} == {1, 2, 3, 4}
    assert not any(one.is_right for one in mine.past)
    theirs = queries.get_stock([bank], quiz_id=exam.quiz.id, person_id=exam.person_ids[1])
    assert theirs.past == ()
    elsewhere = queries.get_stock([bank], quiz_id=exam.quiz.id + 1, person_id=exam.person_id)
    assert elsewhere.past == ()
    assert elsewhere.pools == mine.pools


@pytest.mark.parametrize("prefers_missed", [True, False])
def test_points_missed_come_first_where_the_sitting_says_so(session, prefers_missed: bool) -> None:
    """Items are about three points in turn; the first of the paper is right, the others are not."""
    exam = make_exam(items=12, draw=2, quiz={"max_attempts": 9})
    exam.sitting.rules = rules_as_json(SittingRules(retake_on_missed=prefers_missed))
    db.session.commit()
    first = get_attempt_row(take_exam(exam, right=1))
    missed = first.paper[1]["point"]
    assert first.paper[0]["point"] != missed
    second = get_attempt_row(start(exam, exam.sitting_id, NOON + 2 * HOUR, 5))
    points = [row["point"] for row in second.paper]
    assert (set(points) == {missed}) == prefers_missed


def test_a_retake_asks_no_more_statements(session) -> None:
    exam = make_exam(items=30, draw=10)
    take_exam(exam, right=0)
    with count_statements() as counted:
        start(exam, exam.sitting_id, NOON + 2 * HOUR)
    # The fourth marks items that nobody has seen yet; it is gone once everybody has been through the bank.
    assert len(counted.own) == 4, "\n".join(counted.own)
    db.session.commit()


def test_the_same_seed_and_history_draw_the_same_paper(session) -> None:
    exam = make_exam(items=12, draw=4, quiz={"max_attempts": 3})
    take_exam(exam, right=2)
    attempt_id = start(exam, exam.sitting_id, NOON + 2 * HOUR, 77)
    before = get_attempt_row(attempt_id).paper
    db.session.delete(get_attempt_row(attempt_id))
    db.session.commit()
    again = start(exam, exam.sitting_id, NOON + 2 * HOUR, 77)
    assert get_attempt_row(again).paper == before


def test_what_a_section_asks_for_is_read_from_the_bank(session) -> None:
    exam = make_exam(items=9, draw=2)
    bank = exam.quiz.sections[0]["bank"]
    (first, second, *_) = db.session.query(Item).filter(Item.bank.has(key=bank)).order_by(Item.key)
    db.session.add_all(ItemTag(item_id=one.id, tag=tag, position=place)
                       for one, tags in ((first, ["新规", "重点"]), (second, ["新规"]))
                       for place, tag in enumerate(tags))  # fmt: skip
    exam.sitting.sections = [
        {"title": "", "bank": bank, "draw": 2, "points_each": "5", "tags": ["新规"]},
        {"title": "", "bank": bank, "draw": 2, "points_each": "5", "difficulties": ["hard"]},
        {"title": "", "bank": bank, "draw": 1, "points_each": "5", "types": ["single_response"]},
        {"title": "", "bank": bank, "points_each": "5", "items": [f"{bank}-08"]},
    ]
    db.session.commit()
    paper = get_attempt_row(start(exam, exam.sitting_id, NOON)).paper
    assert {row["item_key"] for row in paper[:2]} == {first.key, second.key}
    assert {int(row["item_key"][-2:]) % 3 for row in paper[2:4]} == {0}
    assert [row["body"]["type"] for row in paper[4:5]] == ["single_response"]
    assert paper[5]["item_key"] == f"{bank}-08"


def test_misfits_are_judged_from_what_the_bank_holds_now(session) -> None:
    exam = make_exam(items=9, draw=2)
    bank = exam.quiz.sections[0]["bank"]
    item = db.session.query(Item).filter(Item.key == f"{bank}-01").one()
    db.session.add(ItemTag(item_id=item.id, tag="新规", position=0))
    db.session.commit()

    def found(**asked: object) -> list[tuple[int, int]]:
        row = {"bank": bank, "points_each": "1", **asked}
        misfits = queries.find_plan_misfits(sections_from_json([row]))
        return [(one.needed, one.found) for one in misfits]

    assert found(draw=9) == []
    assert found(draw=10) == [(10, 9)]
    assert found(draw=1, tags=["新规"]) == []
    assert found(draw=2, tags=["新规"]) == [(2, 1)]
    assert found(draw=3, difficulties=["easy"], points=["要点1"]) == []
    assert found(draw=1, difficulties=["easy"], points=["要点2"]) == [(1, 0)]
    assert found(items=[f"{bank}-03", f"{bank}-09"]) == []
    assert found(items=[f"{bank}-03", f"{bank}-10"]) == [(2, 1)]


def test_difficulties_are_measured_where_enough_people_had_an_item(session) -> None:
    exam = make_exam(people=2, items=4, draw=4)
    attempt_id = take_exam(exam, right=0)
    first, second, *_ = db.session.query(ItemVersion.id).order_by(ItemVersion.id)
    rows = [
        {
            "attempt_id": attempt_id, "position": 100 + number, "item_version_id": version_id,
            "cohort_id": exam.cohort.id, "is_first": True, "points": 0, "max_points": 1,
            "is_right": number % 4 == 0, "chosen": "", "rest": None, "seconds": None,
        }
        for version_id, numbers in ((first[0], range(40)), (second[0], range(40, 50)))
        for number in numbers
    ]  # fmt: skip
    db.session.execute(insert(ITEM_RESULT), rows)
    db.session.commit()
    for _ in range(2):
        assert jobs.measure_difficulties(NOON) == 1
    (measure,) = db.session.query(ItemMeasure)
    assert (measure.item_version_id, measure.n, measure.right) == (first[0], 41, 10)
    bank = exam.quiz.sections[0]["bank"]
    stock = queries.get_stock([bank], quiz_id=exam.quiz.id, person_id=exam.person_id)
    measured = {one.item_version_id: one.easiness for one in stock.pools[bank]}
    assert measured.pop(first[0]) == 243
    assert set(measured.values()) == {None}
