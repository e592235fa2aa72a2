from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.psychometrics.robust import mean, median, trimmed_mean
from tests.unit.quizzes.papers import unhurried

PANEL = [62, 70, 74, 78, 95]


def test_oracle() -> None:
    assert trimmed_mean(PANEL, Decimal("0.2")) == 74
    assert mean(PANEL) == Decimal("75.8")
    assert median(PANEL) == 74


def test_an_even_number() -> None:
    assert median([4, 1, 3, 2]) == Decimal("2.5")
    assert trimmed_mean([1, 9], Decimal("0.4")) == 5


def test_refused() -> None:
    for figure in (mean, median):
        with pytest.raises(ValueError, match="nothing"):
            figure([])
    with pytest.raises(ValueError, match="nothing"):
        trimmed_mean([], Decimal(0))
    for share in ("-0.1", "0.5"):
        with pytest.raises(ValueError, match="cut off"):
            trimmed_mean(PANEL, Decimal(share))


values = st.lists(st.integers(0, 100), min_size=1, max_size=15)


@unhurried
@given(values, st.sampled_from(["0", "0.1", "0.25", "0.49"]), st.randoms())
def test_properties(panel: list[int], share: str, random) -> None:
    found = trimmed_mean(panel, Decimal(share))
    slack = Decimal("1e-20")
    assert min(panel) - slack <= found <= max(panel) + slack
    assert min(panel) <= median(panel) <= max(panel)
    shuffled = list(panel)
    random.shuffle(shuffled)
    assert trimmed_mean(shuffled, Decimal(share)) == found
    assert median(shuffled) == median(panel)
    assert trimmed_mean(panel, Decimal(0)) == mean(panel)


@unhurried
@given(st.lists(st.integers(0, 100), min_size=5, max_size=9), st.integers(200, 10_000))
def test_one_odd_judge_does_not_move_it(panel: list[int], odd: int) -> None:
    top = sorted(panel)
    moved = [*top[:-1], odd]
    assert trimmed_mean(moved, Decimal("0.2")) == trimmed_mean(top, Decimal("0.2"))
