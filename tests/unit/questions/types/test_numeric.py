"""Numeric: ranges, units, and how people write numbers."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.questions.domain.items import AcceptedNumber, FieldError, Numeric, Typed
from lms.questions.domain.numbers import read_number
from tests.unit.questions.strategies import characters, numbers, numerics
from tests.unit.questions.types.laws import keeps_every_law

D = Decimal


@given(numerics())
def test_laws(item: Numeric) -> None:
    keeps_every_law(item)


@pytest.mark.parametrize(
    ("typed", "unit", "number"),
    [
        ("12.5", "", "12.5"),
        ("１２．５", "", "12.5"),
        (" 1,000 ", "", "1000"),
        ("1 000 000.25", "", "1000000.25"),
        ("1，000", "", "1000"),
        ("-3", "", "-3"),
        ("−3", "", "-3"),
        ("+3", "", "3"),
        (".5", "", "0.5"),
        ("5.", "", "5"),
        ("1.2e3", "", "1200"),
        ("15元", "元", "15"),
        ("15 ＫＧ", "kg", "15"),
        ("15", "元", "15"),
        ("50%", "%", "50"),
        ("50％", "%", "50"),
        ("50%", "", None),
        ("15块", "元", None),
        ("1,00", "", None),
        ("1,000 000", "", None),
        ("1.000,5", "", None),
        ("十五", "", None),
        ("", "", None),
        ("元", "元", None),
        (".", "", None),
        ("e5", "", None),
        ("1e999", "", None),
        ("nan", "", None),
        ("Infinity", "", None),
        ("0x10", "", None),
    ],
)
def test_reading_numbers(typed: str, unit: str, number: str | None) -> None:
    assert read_number(typed, unit) == (None if number is None else D(number))


@given(st.text(characters, max_size=100), st.text(characters, max_size=5))
def test_reading_never_fails(typed: str, unit: str) -> None:
    read_number(typed, unit)


@given(numbers)
def test_every_number_is_read_as_it_is_written(number: Decimal) -> None:
    assert read_number(f"{number:f}") == number
    assert read_number(f"{number:,f}") == number


@given(numbers, st.decimals(min_value=0, max_value=100, places=4))
def test_a_range_has_a_middle_and_a_width(value: Decimal, tolerance: Decimal) -> None:
    around = AcceptedNumber.around(value, tolerance)
    assert (around.value, around.tolerance) == (value, tolerance)


def test_ends_belong_to_the_range_and_the_first_range_decides() -> None:
    item = Numeric(
        "?", (AcceptedNumber.around(D("10"), D("0.1")), AcceptedNumber(D(9), D(11), D("25"), "近"))
    )
    shares = {text: item.share(Typed(text)) for text in ("9.9", "10.10", "9", "10.11", "11.0001")}
    assert shares == {
        "9.9": 1,
        "10.10": 1,
        "9": Fraction(1, 4),
        "10.11": Fraction(1, 4),
        "11.0001": 0,
    }


def test_what_is_shown_carries_the_unit() -> None:
    (row,) = (
        Numeric("?", (AcceptedNumber(D("1.50"), D("2.0")),), "元").explained(Typed("1"), None).rows
    )
    assert row.right == ("1.50–2.0 元",)


@pytest.mark.parametrize(
    ("accepted", "unit"),
    [
        ((), ""),
        ((AcceptedNumber(D(2), D(1)),), ""),
        ((AcceptedNumber(D(1), D(2), D(50)),), ""),
        ((AcceptedNumber(D(0), D(5), D(50)), AcceptedNumber(D(1), D(2))), ""),
        ((AcceptedNumber(D("NaN"), D(1)),), ""),
        ((AcceptedNumber(D("1e40"), D("1e40")),), ""),
        ((AcceptedNumber(D(1), D(2)),), "0"),
        ((AcceptedNumber(D(1), D(2)),), "e5"),
        ((AcceptedNumber(D(1), D(2)),), "长" * 21),
    ],
)
def test_an_item_that_makes_no_sense_is_refused(
    accepted: tuple[AcceptedNumber, ...], unit: str
) -> None:
    with pytest.raises(FieldError):
        Numeric("?", accepted, unit)
