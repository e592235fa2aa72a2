"""Matching: pairs, shared choices, distractors."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given

from lms.questions.domain.items import (
    CreditRule,
    FieldError,
    MatchChoice,
    Matched,
    Matching,
    Premise,
)
from tests.unit.questions.strategies import matchings
from tests.unit.questions.types.laws import keeps_every_law

ITEM = Matching(
    "配对",
    (Premise("p1", "退货", "a"), Premise("p2", "换货", "b"), Premise("p3", "退款", "a")),
    (MatchChoice("a", "七天"), MatchChoice("b", "十五天"), MatchChoice("c", "一年")),
)


@given(matchings())
def test_laws(item: Matching) -> None:
    keeps_every_law(item)


@pytest.mark.parametrize(
    ("pairs", "share"),
    [
        ({"p1": "a", "p2": "b", "p3": "a"}, Fraction(1)),
        ({"p1": "a", "p2": "a"}, Fraction(1, 3)),
        ({"p1": "c"}, Fraction(0)),
    ],
)
def test_credit(pairs: dict[str, str], share: Fraction) -> None:
    assert ITEM.share(Matched(pairs)) == share
    assert replace(ITEM, credit=CreditRule.EXACT).share(Matched(pairs)) == int(share)


def test_only_rules_for_pairs() -> None:
    with pytest.raises(FieldError):
        replace(ITEM, credit=CreditRule.CORRECT_MINUS_WRONG)
    with pytest.raises(FieldError):
        replace(ITEM, premises=(*ITEM.premises[:2], Premise("p3", "退款", "z")))


def test_explained_premise_by_premise() -> None:
    rows = ITEM.explained(Matched({"p1": "c"}), ["c", "b", "a"]).rows
    assert [(row.id, row.label, row.given, row.right, row.is_right) for row in rows] == [
        ("p1", "退货", "一年", ("七天",), False),
        ("p2", "换货", "", ("十五天",), False),
        ("p3", "退款", "", ("七天",), False),
    ]
