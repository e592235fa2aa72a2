"""Essay: marked by people."""

from decimal import Decimal

import pytest
from hypothesis import given

from lms.questions.domain.items import (
    MARKED_BY_PEOPLE,
    Essay,
    FieldError,
    ItemType,
    MarkedByPeople,
    RubricLine,
    Typed,
    explain,
    is_right,
    score,
)
from lms.units import as_points
from tests.unit.questions.strategies import essays
from tests.unit.questions.types.laws import keeps_every_law

ITEM = Essay("写一段话", (RubricLine("a", "先道歉", Decimal(2)),), reference="您好，先说声抱歉。")


@given(essays())
def test_laws(item: Essay) -> None:
    keeps_every_law(item)


def test_only_people_can_mark_what_was_written() -> None:
    for ask in (
        ITEM.share,
        lambda answer: score(ITEM, answer, as_points(5)),
        lambda answer: is_right(ITEM, answer),
    ):
        with pytest.raises(MarkedByPeople):
            ask(Typed("您好"))
    assert {ItemType.ESSAY} == MARKED_BY_PEOPLE


def test_the_answer_stands_beside_the_reference() -> None:
    explained = explain(ITEM, Typed("您好"))
    (row,) = explained.rows
    assert not explained.is_right
    assert (row.given, row.right, row.share) == ("您好", ("您好，先说声抱歉。",), None)


@pytest.mark.parametrize(
    "rubric",
    [
        (RubricLine("a", " ", Decimal(1)),),
        (RubricLine("a", "x", Decimal(0)),),
        (RubricLine("a", "x", Decimal(1)), RubricLine("a", "y", Decimal(1))),
    ],
)
def test_a_rubric_that_makes_no_sense_is_refused(rubric: tuple[RubricLine, ...]) -> None:
    with pytest.raises(FieldError):
        Essay("?", rubric)
