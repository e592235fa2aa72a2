"""Ordering: the right order, right neighbours, and never given away."""

from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.questions.domain.items import Option, OrderCredit, Ordered, Ordering
from tests.unit.questions.strategies import orderings
from tests.unit.questions.types.laws import keeps_every_law

ITEM = Ordering("排序", tuple(Option(one, one.upper()) for one in "abcd"))


@given(orderings)
def test_laws(item: Ordering) -> None:
    keeps_every_law(item)


@pytest.mark.parametrize(
    ("order", "share"),
    [
        ("abcd", Fraction(1)),
        ("dabc", Fraction(2, 3)),
        ("cdab", Fraction(2, 3)),
        ("acbd", Fraction(0)),
        ("dcba", Fraction(0)),
        ("abdc", Fraction(1, 3)),
        ("", Fraction(0)),
    ],
)
def test_credit(order: str, share: Fraction) -> None:
    assert ITEM.share(Ordered(tuple(order))) == share
    assert replace(ITEM, credit=OrderCredit.EXACT).share(Ordered(tuple(order))) == int(share)


@given(orderings, st.integers())
def test_the_order_shown_is_not_the_right_one(item: Ordering, seed: int) -> None:
    shown = item.shuffled(Random(seed))
    if len(shown) > 2:
        assert item.share(Ordered(shown)) < 1


@given(orderings, st.data())
def test_only_the_right_order_earns_everything(item: Ordering, data: st.DataObject) -> None:
    ids = [option.id for option in item.options]
    given_ids = tuple(data.draw(st.permutations(ids)))
    assert (item.share(Ordered(given_ids)) == 1) == (list(given_ids) == ids)
