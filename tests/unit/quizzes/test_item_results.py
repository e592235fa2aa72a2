import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.quizzes.domain.grading import mark_paper
from lms.quizzes.domain.item_results import (
    ANSWERED,
    CHOSEN_AT_MOST,
    SECONDS_AT_MOST,
    answer_seconds,
    chosen_text,
    rest_shares,
    result_rows,
)
from tests.unit.quizzes.papers import multiple, paper_of, pooled, unhurried

START = dt.datetime(2026, 11, 23, 4, tzinfo=dt.UTC)


def after(seconds: int) -> dt.datetime:
    return START + dt.timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (None, ""),
        ({}, ""),
        ({"chosen": []}, ""),
        ({"chosen": ["c", "a"]}, "a,c"),
        ({"text": "  七天 \n 无理由 "}, "七天 无理由"),
        ({"text": " "}, ""),
        ({"text": "长" * 500}, "长" * CHOSEN_AT_MOST),
        ({"pairs": {"p": "c"}}, ANSWERED),
        ({"pairs": {}}, ""),
        ({"order": ["b", "a"]}, ANSWERED),
    ],
)
def test_an_answer_as_text(answer, text: str) -> None:
    assert chosen_text(answer) == text


def test_seconds() -> None:
    saved = {3: after(10), 1: after(70), 2: after(70), 4: after(100), 5: after(10**6)}
    assert answer_seconds(saved, START) == {3: 10, 4: 30, 5: SECONDS_AT_MOST}
    assert answer_seconds({}, START) == {}
    assert answer_seconds({1: START}, START) == {}


def test_rows() -> None:
    paper = paper_of(pooled(11), pooled(12, multiple(credit="proportional")), pooled(13))
    answers = {1: {"chosen": ["b"]}, 2: {"chosen": ["a"]}, 3: {"chosen": []}}
    saved = {1: after(20), 2: after(50), 3: after(60)}
    rows = result_rows(paper, mark_paper(paper, answers), answers, saved, START)
    assert [row.item_version_id for row in rows] == [11, 12, 13]
    assert [row.chosen for row in rows] == ["b", "a", ""]
    assert [row.points for row in rows] == [Decimal(5), Decimal("3.75"), Decimal(0)]
    # 3.75 of 10; 5 of 10; 8.75 of 10.
    assert [row.rest for row in rows] == [3750, 5000, 8750]
    # An answer taken back took no time worth knowing.
    assert [row.seconds for row in rows] == [20, 30, None]


def test_one_item_has_no_rest() -> None:
    paper = paper_of(pooled(1))
    assert rest_shares(mark_paper(paper, {})) == [None]


@unhurried
@given(st.lists(st.sampled_from(["", "a", "b"]), min_size=2, max_size=8))
def test_a_rest_lies_between_nothing_and_everything(chosen: list[str]) -> None:
    paper = paper_of(*(pooled(number) for number in range(1, len(chosen) + 1)))
    answers = {place: {"chosen": [one] if one else []} for place, one in enumerate(chosen, 1)}
    rests = rest_shares(mark_paper(paper, answers))
    right = chosen.count("b")
    for one, rest in zip(chosen, rests, strict=True):
        assert rest is not None
        assert abs(rest - Decimal(10_000 * (right - (one == "b"))) / (len(chosen) - 1)) <= Decimal("0.5")  # fmt: skip
