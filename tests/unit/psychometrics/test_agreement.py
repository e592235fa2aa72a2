import math
from decimal import Decimal

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from lms.psychometrics.agreement import (
    IccForm,
    cohen_kappa,
    fleiss_kappa,
    icc,
    icc_interval,
    kendall_w,
    mean_squares,
)
from tests.unit.psychometrics.matrices import FLEISS, SHROUT_FLEISS, rounded
from tests.unit.quizzes.papers import unhurried


def test_oracle_1_mean_squares() -> None:
    found = mean_squares(SHROUT_FLEISS)
    assert rounded(float(found.between)) == "11.2417"
    assert rounded(float(found.within)) == "6.2639"
    assert rounded(float(found.judges)) == "32.4861"
    assert rounded(float(found.error)) == "1.0194"


@pytest.mark.parametrize(
    ("form", "value", "low", "high"),
    [
        ("1,1", ".1657", "-.13", ".72"),
        ("2,1", ".2898", ".02", ".76"),
        ("3,1", ".7148", ".34", ".95"),
        ("1,k", ".4428", "-.88", ".91"),
        ("2,k", ".6201", ".07", ".93"),
        ("3,k", ".9093", ".68", ".99"),
    ],
)
def test_oracle_1(form: str, value: str, low: str, high: str) -> None:
    squares = mean_squares(SHROUT_FLEISS)
    assert rounded(icc(squares, IccForm(form))) == rounded(Decimal(value))
    interval = icc_interval(squares, IccForm(form))
    assert interval is not None
    assert rounded(interval.low, 2) == rounded(Decimal(low), 2)
    assert rounded(interval.high, 2) == rounded(Decimal(high), 2)


def test_oracle_1_kendall() -> None:
    found = kendall_w(SHROUT_FLEISS)
    assert found is not None
    assert (rounded(found.w), rounded(found.corrected)) == ("0.8554", "0.8870")
    assert found.chi_square == 4 * 5 * found.corrected
    assert found.freedom == 5


def test_oracle_3_kendall_with_ties() -> None:
    found = kendall_w([[1, 1, 2], [5, 6, 5], [7, 8, 4], [2, 3, 2], [8, 6, 5]])
    assert found is not None
    assert (rounded(found.w), rounded(found.corrected)) == ("0.7944", "0.8363")


def test_oracle_4_cohen() -> None:
    assert cohen_kappa([[20, 5], [10, 15]]) == Decimal("0.4")


def test_oracle_5_fleiss() -> None:
    assert rounded(fleiss_kappa(FLEISS)) == "0.2099"


def test_not_defined() -> None:
    same = mean_squares([[3, 3], [3, 3]])
    assert [icc(same, form) for form in IccForm] == [None] * 6
    assert [icc_interval(same, form) for form in IccForm] == [None] * 6
    exact = mean_squares([[1, 1], [2, 2], [3, 3]])
    assert icc(exact, IccForm.TWO_SINGLE) == 1
    assert icc_interval(exact, IccForm.TWO_SINGLE) is None
    assert kendall_w([[1, 2], [1, 2]]) is None
    assert cohen_kappa([[5, 0], [0, 0]]) is None
    assert fleiss_kappa([[3, 0], [3, 0]]) is None


def test_a_mean_of_judges_who_contradict_each_other_has_no_value() -> None:
    contradicting = mean_squares([[1, 3], [3, 1]])
    assert icc(contradicting, IccForm.ONE_SINGLE) == -1
    assert icc(contradicting, IccForm.ONE_MEAN) is None


@pytest.mark.parametrize("table", [[], [[1, 2]], [[1], [2]], [[1, 2], [1]]])
def test_no_table(table: list[list[int]]) -> None:
    with pytest.raises(ValueError, match="two or more"):
        mean_squares(table)
    with pytest.raises(ValueError, match="two or more"):
        kendall_w(table)


@pytest.mark.parametrize("table", [[], [[0]], [[1, 2]], [[1, -1], [2, 3]]])
def test_no_square_of_counts(table: list[list[int]]) -> None:
    with pytest.raises(ValueError, match="square"):
        cohen_kappa(table)


@pytest.mark.parametrize("table", [[], [[1, 0]], [[2, 0], [1, 0]], [[3, -1], [1, 1]]])
def test_no_equal_panel(table: list[list[int]]) -> None:
    with pytest.raises(ValueError, match="same number"):
        fleiss_kappa(table)


ratings = st.tuples(st.integers(2, 6), st.integers(2, 5)).flatmap(
    lambda shape: st.lists(
        st.lists(st.integers(1, 5), min_size=shape[1], max_size=shape[1]),
        min_size=shape[0],
        max_size=shape[0],
    )
)


@unhurried
@given(ratings, st.integers(1, 9), st.integers(1, 5))
def test_consistency_does_not_see_severity(table, shift: int, factor: int) -> None:
    squares = mean_squares(table)
    moved = mean_squares([[row[0] + shift, *row[1:]] for row in table])
    stretched = mean_squares([[factor * value for value in row] for row in table])
    for form in (IccForm.THREE_SINGLE, IccForm.THREE_MEAN):
        assert icc(moved, form) == icc(squares, form)
    for form in IccForm:
        assert icc(stretched, form) == icc(squares, form)
        value = icc(squares, form)
        assert value is None or value <= 1


@unhurried
@given(ratings)
@example([[1, 1, 5], [1, 4, 3]])
def test_an_interval_holds_its_value(table) -> None:
    squares = mean_squares(table)
    for form in (IccForm.ONE_SINGLE, IccForm.TWO_SINGLE, IccForm.THREE_SINGLE):
        value, interval = icc(squares, form), icc_interval(squares, form)
        if value is not None and interval is not None:
            assert interval.low <= value <= interval.high


@unhurried
@given(ratings, st.randoms())
def test_kendall(table, random) -> None:
    found = kendall_w(table)
    assume(found is not None)
    assert 0 <= found.w <= found.corrected <= 1
    random.shuffle(table)
    assert kendall_w(table) == found
    assert kendall_w([[value**3 for value in row] for row in table]) == found


@unhurried
@given(st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=3, max_size=3))
def test_cohen(table: list[list[int]]) -> None:
    assume(sum(map(sum, table)) > 0)
    found = cohen_kappa(table)
    assert found is None or -1 <= found <= 1
    turned = cohen_kappa([list(column) for column in zip(*table, strict=True)])
    assert turned == found


@unhurried
@given(st.lists(st.lists(st.integers(0, 2), min_size=4, max_size=4), min_size=1, max_size=8))
def test_fleiss(votes: list[list[int]]) -> None:
    table = [[row.count(category) for category in range(3)] for row in votes]
    found = fleiss_kappa(table)
    assert found is None or -1 <= found <= 1
    renamed = fleiss_kappa([row[::-1] for row in table])
    assert renamed == found
    if found is not None:
        assert (found == 1) == all(max(row) == 4 for row in table)
        assert not math.isnan(found)
