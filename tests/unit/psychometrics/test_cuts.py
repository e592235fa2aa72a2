from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.psychometrics.cuts import EbelCell, angoff, ebel
from tests.unit.psychometrics.matrices import rounded
from tests.unit.quizzes.papers import unhurried


def table(text: str) -> list[list[Decimal]]:
    return [[Decimal(value) for value in row.split()] for row in text.split("/")]


def test_oracle_11_angoff() -> None:
    """A construction, not a published example."""
    found = angoff(table(".90 .85 .80 / .70 .75 .65 / .60 .50 .55 / .80 .90 .85 / .40 .50 .45"))
    assert found.item_means == tuple(map(Decimal, (".85", ".70", ".55", ".85", ".45")))
    assert found.judge_cuts == tuple(map(Decimal, ("3.4", "3.5", "3.3")))
    assert found.cut == Decimal("3.40")
    assert found.percent == 68
    assert rounded(found.standard_error) == "0.0577"


def test_one_judge_has_no_error() -> None:
    assert angoff(table(".5 / .7")).standard_error is None


def test_oracle_12_ebel() -> None:
    """A construction, not a published example."""
    grid = [
        (10, ".95"), (8, ".85"), (2, ".70"),
        (8, ".90"), (8, ".75"), (4, ".55"),
        (4, ".80"), (4, ".60"), (2, ".40"),
    ]  # fmt: skip
    found = ebel([EbelCell(items, Decimal(share)) for items, share in grid])
    assert (found.cut, found.items, found.percent) == (Decimal("39.5"), 50, 79)


@pytest.mark.parametrize("estimates", [[], [[]], [[Decimal("1.1")]], [[Decimal("-0.1")]]])
def test_no_estimates(estimates: list[list[Decimal]]) -> None:
    with pytest.raises(ValueError, match=r"a cut score needs|probability"):
        angoff(estimates)


def test_judges_missing_an_item() -> None:
    with pytest.raises(ValueError, match="argument"):
        angoff(table(".5 .6 / .7"))


@pytest.mark.parametrize("cell", [EbelCell(-1, Decimal(1)), EbelCell(1, Decimal(2)), EbelCell(0, Decimal(1))])  # fmt: skip
def test_no_grid(cell: EbelCell) -> None:
    with pytest.raises(ValueError, match=r"cell|needs an item"):
        ebel([cell])


shares = st.integers(0, 100).map(lambda value: Decimal(value) / 100)


@unhurried
@given(st.lists(st.lists(shares, min_size=3, max_size=3), min_size=1, max_size=9))
def test_the_cut_lies_between_the_judges(estimates: list[list[Decimal]]) -> None:
    found = angoff(estimates)
    assert min(found.judge_cuts) <= found.cut <= max(found.judge_cuts)
    assert 0 <= found.percent <= 100
    assert abs(sum(found.item_means) - found.cut) < Decimal("1e-20")


@unhurried
@given(st.lists(st.tuples(st.integers(1, 9), shares), min_size=1, max_size=9))
def test_ebel_lies_between_its_shares(grid: list[tuple[int, Decimal]]) -> None:
    found = ebel([EbelCell(*cell) for cell in grid])
    assert min(s for _, s in grid) * 100 - 1 <= found.percent <= max(s for _, s in grid) * 100 + 1
