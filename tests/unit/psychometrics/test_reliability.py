import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.psychometrics.reliability import (
    alpha,
    alpha_from_variances,
    kr20,
    kr21,
    population_variance,
    standard_error,
    variance_from_sums,
)
from tests.unit.psychometrics.matrices import EXAM, TOTALS, rounded
from tests.unit.quizzes.papers import unhurried


def test_oracle_10() -> None:
    assert TOTALS == [11, 9, 8, 7, 6, 6, 5, 5, 4, 3, 3, 2]
    variance = population_variance(TOTALS)
    reliability = kr20(EXAM)
    assert reliability is not None
    assert rounded(reliability) == "0.7380"
    assert rounded(alpha(EXAM)) == "0.7380"
    assert sum(TOTALS) / len(TOTALS) == 5.75
    assert rounded(variance.sqrt()) == "2.5536"
    assert rounded(kr21(11, Decimal("5.75"), variance)) == "0.6371"
    assert rounded(standard_error(variance, reliability)) == "1.3070"


def test_the_common_mistake_is_not_ours() -> None:
    """A sample variance below sum(pq) gives .7682."""
    sample = population_variance(TOTALS) * 12 / 11
    items = [population_variance(column) for column in zip(*EXAM, strict=True)]
    assert rounded(alpha_from_variances(items, sample)) == "0.7682"


def test_not_defined() -> None:
    assert kr20([]) is None
    assert kr20([[1], [0]]) is None
    assert kr20([[1, 0], [0, 1]]) is None
    assert kr21(1, Decimal(1), Decimal(1)) is None
    assert kr21(5, Decimal(5), Decimal(0)) is None
    assert alpha_from_variances([], Decimal(1)) is None


def test_refused() -> None:
    with pytest.raises(ValueError, match="right or wrong"):
        kr20([[1, 2], [0, 1]])
    with pytest.raises(ValueError, match="argument"):
        alpha([[1, 2], [0]])
    with pytest.raises(ValueError, match="nothing"):
        population_variance([])
    with pytest.raises(ValueError, match="nothing"):
        variance_from_sums(0, 0, 0)
    with pytest.raises(ValueError, match="no standard error"):
        standard_error(Decimal(-1), Decimal(0))
    with pytest.raises(ValueError, match="no standard error"):
        standard_error(Decimal(1), Decimal("1.1"))


matrices = st.integers(2, 6).flatmap(
    lambda k: st.lists(st.lists(st.integers(0, 1), min_size=k, max_size=k), min_size=2, max_size=12)
)


@unhurried
@given(matrices, st.randoms())
def test_properties(matrix: list[list[int]], random) -> None:
    found = kr20(matrix)
    if found is None:
        assert len({sum(row) for row in matrix}) == 1
        return
    assert found <= 1
    totals = [sum(row) for row in matrix]
    simple = kr21(len(matrix[0]), Decimal(sum(totals)) / len(totals), population_variance(totals))
    assert simple is not None
    assert simple <= found + Decimal("1e-20")
    random.shuffle(matrix)
    doubled = alpha([[2 * value for value in row] for row in matrix])
    assert doubled is not None
    assert math.isclose(doubled, found, abs_tol=1e-20)


@unhurried
@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=30))
def test_variance_from_sums(values: list[int]) -> None:
    found = variance_from_sums(len(values), sum(values), sum(value**2 for value in values))
    assert found == population_variance(values)
    mean = sum(values) / len(values)
    assert math.isclose(found, sum((v - mean) ** 2 for v in values) / len(values), abs_tol=1e-6)
