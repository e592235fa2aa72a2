"""Multiple response: the four rules; the first three are worked by hand in ``test_items``."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given

from lms.questions.domain.items import Chosen, CreditRule, FieldError, MultipleResponse, Option
from tests.unit.questions.strategies import multiple_responses
from tests.unit.questions.types.laws import keeps_every_law

THIRDS = tuple(
    Option(one, one, "", Decimal(weight))
    for one, weight in [
        ("a", "33.33333"),
        ("b", "33.33333"),
        ("c", "33.33333"),
        ("d", "-50"),
        ("e", "0"),
    ]
)
ITEM = MultipleResponse("?", THIRDS, frozenset("abc"), "", CreditRule.WEIGHTED)


@given(multiple_responses())
def test_laws(item: MultipleResponse) -> None:
    keeps_every_law(item)


@pytest.mark.parametrize(
    ("chosen", "share"),
    [
        ("abc", Fraction(1)),  # rounded thirds still earn everything
        ("a", Fraction(3333333, 10000000)),
        ("abd", Fraction(1666666, 10000000)),
        ("ad", Fraction(0)),
        ("abce", Fraction(9999999, 10000000)),
        ("", Fraction(0)),
    ],
)
def test_weights_add_up(chosen: str, share: Fraction) -> None:
    assert ITEM.share(Chosen(frozenset(chosen))) == share


@pytest.mark.parametrize(
    ("options", "keys", "rule"),
    [
        (THIRDS, "ab", CreditRule.WEIGHTED),
        (THIRDS, "abc", CreditRule.EXACT),
        (tuple(Option(one, one) for one in "abcde"), "abc", CreditRule.WEIGHTED),
        (THIRDS[1:], "bc", CreditRule.WEIGHTED),
    ],
)
def test_weights_that_do_not_fit_the_key_are_refused(
    options: tuple[Option, ...], keys: str, rule: CreditRule
) -> None:
    with pytest.raises(FieldError):
        MultipleResponse("?", options, frozenset(keys), "", rule)
