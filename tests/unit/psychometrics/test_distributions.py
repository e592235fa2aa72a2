import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.psychometrics.distributions import f_cdf, f_quantile, normal_quantile
from tests.unit.quizzes.papers import unhurried


@pytest.mark.parametrize(
    ("p", "d1", "d2", "value"),
    [
        # Tables of F in any textbook.
        (0.95, 1, 1, "161.4476"),
        (0.95, 5, 10, "3.3258"),
        (0.99, 3, 20, "4.9382"),
        (0.975, 5, 15, "3.5764"),
        (0.975, 10, 120, "2.1570"),
    ],
)
def test_tables(p: float, d1: int, d2: int, value: str) -> None:
    assert f"{f_quantile(p, d1, d2):.4f}" == value


def test_normal() -> None:
    assert f"{normal_quantile(0.975):.6f}" == "1.959964"


def test_two_and_two_has_a_simple_form() -> None:
    assert math.isclose(f_cdf(3.0, 2, 2), 3 / 4, abs_tol=1e-14)
    assert f_cdf(0, 2, 2) == 0


@unhurried
@given(st.floats(0.01, 0.99), st.floats(0.5, 80), st.floats(0.5, 80))
def test_quantile_and_probability_undo_each_other(p: float, d1: float, d2: float) -> None:
    x = f_quantile(p, d1, d2)
    assert math.isclose(f_cdf(x, d1, d2), p, abs_tol=1e-9)
    assert math.isclose(f_quantile(1 - p, d2, d1), 1 / x, rel_tol=1e-6)


@pytest.mark.parametrize("p", [0, 1, -1, 2])
def test_no_quantile(p: float) -> None:
    with pytest.raises(ValueError, match="no quantile"):
        f_quantile(p, 1, 1)
    with pytest.raises(ValueError, match="no quantile"):
        normal_quantile(p)


@pytest.mark.parametrize(("x", "d1", "d2"), [(-1, 1, 1), (1, 0, 1), (1, 1, 0)])
def test_no_probability(x: float, d1: float, d2: float) -> None:
    with pytest.raises(ValueError, match="no probability"):
        f_cdf(x, d1, d2)
