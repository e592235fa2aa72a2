"""Single response: one key; with weights, what was chosen earns its weight."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given

from lms.questions.domain.items import Chosen, FieldError, Option, SingleResponse
from tests.unit.questions.strategies import single_responses
from tests.unit.questions.types.laws import keeps_every_law

D = Decimal
A, B, C = (
    Option("a", "甲", "", D(100)),
    Option("b", "乙", "", D("33.33333")),
    Option("c", "丙", "", D(-50)),
)


@given(single_responses())
def test_laws(item: SingleResponse) -> None:
    keeps_every_law(item)


@pytest.mark.parametrize(
    ("chosen", "share"), [("a", Fraction(1)), ("b", Fraction(3333333, 10000000)), ("c", 0), ("", 0)]
)
def test_weights_are_exact_and_never_below_nothing(chosen: str, share: Fraction) -> None:
    assert SingleResponse("?", (A, B, C), "a").share(Chosen(frozenset(chosen))) == share


def test_every_option_that_earns_everything_is_a_key() -> None:
    other = Option("d", "丁", "", D("100.0"))
    assert SingleResponse("?", (A, B, other), "a").keys == {"a", "d"}


@pytest.mark.parametrize(
    "options", [(A, Option("b", "乙")), (Option("a", "甲", "", D(50)), B), (A, Option("b", "乙", "", D(101)))]
)  # fmt: skip
def test_weights_that_make_no_sense_are_refused(options: tuple[Option, ...]) -> None:
    with pytest.raises(FieldError):
        SingleResponse("?", options, "a")


def test_a_body_without_weights_is_stored_as_before() -> None:
    item = SingleResponse("?", (Option("a", "甲"), Option("b", "乙")), "a")
    assert item.as_json()["options"] == [
        {"id": "a", "text": "甲", "feedback": ""},
        {"id": "b", "text": "乙", "feedback": ""},
    ]
