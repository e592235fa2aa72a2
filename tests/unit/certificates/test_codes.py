"""Verification codes: readable, checkable, never two answers for one code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.certificates.domain.codes import (
    ALPHABET,
    CODE_LENGTH,
    CODE_SPACE,
    grouped,
    make_code,
    make_serial,
    read_code,
)

numbers = st.integers(min_value=0, max_value=CODE_SPACE - 1)


def test_enough_bits_for_nobody_to_guess():
    assert CODE_SPACE.bit_length() > 80


@given(numbers)
def test_a_code_reads_back_as_itself_however_it_is_typed(number):
    code = make_code(number)
    assert len(code) == CODE_LENGTH
    assert set(code) <= set(ALPHABET)
    wide = "".join(chr(ord(c) + 0xFEE0) for c in code)
    for typed in (
        code,
        code.lower(),
        grouped(code),
        f"  {grouped(code)} ",
        grouped(code).replace("-", " "),
        wide,
    ):
        assert read_code(typed) == code


@given(numbers, numbers)
def test_different_numbers_give_different_codes(one, other):
    assert (make_code(one) == make_code(other)) == (one == other)


@given(numbers, st.integers(0, CODE_LENGTH - 1), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_noticed(number, place, wrong):
    code = make_code(number)
    typed = code[:place] + wrong + code[place + 1 :]
    assert read_code(typed) == (code if typed == code else None)


@given(numbers, st.integers(0, CODE_LENGTH - 2))
def test_swapped_neighbours_are_noticed(number, place):
    code = make_code(number)
    typed = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert read_code(typed) == (code if typed == code else None)


@given(st.text(max_size=40))
def test_anything_else_is_no_code(text):
    found = read_code(text)
    assert found is None or found == read_code(found)


@pytest.mark.parametrize("number", [-1, CODE_SPACE])
def test_numbers_out_of_range_are_refused(number):
    with pytest.raises(ValueError, match="CODE_SPACE"):
        make_code(number)


def test_serial():
    assert make_serial("YX", 2026, 123) == "YX2026-000123"
