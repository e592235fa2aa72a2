"""Moodle's notation for gaps."""

import contextlib
import time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.questions.domain.exchange.cloze import (
    CHOICE,
    NUMBER,
    SEVERAL,
    SHORT,
    SHORT_CASE,
    Alternative,
    Blank,
    looks_like_gap,
    protect,
    read_number,
    split_cloze,
    write_blank,
)
from lms.questions.domain.items import FieldError


def only(raw: str) -> Blank:
    (blank,) = [piece for piece in split_cloze(raw) if isinstance(piece, Blank)]
    return blank


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("SHORTANSWER", SHORT), ("SA", SHORT), ("MW", SHORT), ("SHORTANSWER_C", SHORT_CASE), ("SAC", SHORT_CASE),
        ("MWC", SHORT_CASE), ("NUMERICAL", NUMBER), ("NM", NUMBER), ("MULTICHOICE", CHOICE), ("MC", CHOICE),
        ("MULTICHOICE_V", CHOICE), ("MCV", CHOICE), ("MULTICHOICE_H", CHOICE), ("MCH", CHOICE), ("MCS", CHOICE),
        ("MCVS", CHOICE), ("MCHS", CHOICE), ("MULTICHOICE_HS", CHOICE), ("MULTIRESPONSE", SEVERAL), ("MR", SEVERAL),
        ("MRH", SEVERAL), ("MRS", SEVERAL), ("MULTIRESPONSE_HS", SEVERAL), ("MRHS", SEVERAL),
    ],
)  # fmt: skip
def test_names_of_kinds(name: str, kind: str) -> None:
    assert only(f"a {{2:{name}:=1~2}} b").kind == kind


def test_example_of_the_manual() -> None:
    blank = only("{1:MULTICHOICE:~%100%a#fb~b}")
    assert blank.weight == 1
    assert blank.alternatives == (
        Alternative("a", Decimal(100), True, "fb"),
        Alternative("b", Decimal(0), False, ""),
    )


def test_shares_feedback_and_commas() -> None:
    blank = only("{:SA:=Berlin#Yes~%50%Bonn#Once~%-33,3%Paris}")
    assert [(one.text, one.percent, one.feedback) for one in blank.alternatives] == [
        ("Berlin", 100, "Yes"),
        ("Bonn", 50, "Once"),
        ("Paris", Decimal("-33.3"), ""),
    ]


def test_escapes_and_entities() -> None:
    blank = only(r"{1:SA:=a\}b\#c\~d&#126;e&amp;f &lt;g#h\}i\~j}")
    assert blank.alternatives == (Alternative("a}b#c~d~e&f <g", Decimal(100), False, "h}i~j"),)


def test_text_around_gaps_is_kept() -> None:
    pieces = split_cloze("a {1:SA:=x} b {1:NM:=3} c")
    assert [piece for piece in pieces if isinstance(piece, str)] == ["a ", " b ", " c"]


@pytest.mark.parametrize(
    "raw", ["{1:XX:=a}", "{1:SA=a}", "{SA:=a}", "{1:SA:=a", "{1:sa:=a}", "{a:SA:=a}", "{}"]
)
def test_what_is_no_gap_stays_text(raw: str) -> None:
    assert split_cloze(raw) == [raw]


def test_empty_alternative_is_refused() -> None:
    with pytest.raises(FieldError):
        split_cloze("{1:MC:=a~}")


@pytest.mark.parametrize(
    ("text", "value", "tolerance"),
    [
        ("3", "3", "0"),
        ("3.5:0.1", "3.5", "0.1"),
        ("-1,5:,5", "-1.5", "0.5"),
        ("1e3", "1000", "0"),
        (" 7 ", "7", "0"),
    ],
)
def test_numbers(text: str, value: str, tolerance: str) -> None:
    assert read_number(text) == (Decimal(value), Decimal(tolerance))


@pytest.mark.parametrize("text", ["", "x", "1:x", "1 2", "NaN", "1e999", "9" * 40])
def test_numbers_refused(text: str) -> None:
    with pytest.raises(FieldError):
        read_number(text)


ENTRIES = st.builds(
    Alternative,
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc",)), min_size=1, max_size=20)
    .map(str.strip)
    .filter(bool),
    st.sampled_from([Decimal(0), Decimal(50), Decimal("33.33333"), Decimal(-50), Decimal(100)]),
    st.just(False),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc",)), max_size=20).map(str.strip),
)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([SHORT, SHORT_CASE, CHOICE, SEVERAL]),
    st.integers(1, 99),
    st.lists(ENTRIES, min_size=1),
)
def test_gap_comes_back_whatever_its_texts(
    kind: str, weight: int, entries: list[Alternative]
) -> None:
    written = write_blank(Blank(kind, weight, tuple(entries), ""))
    blank = only(f"before {written} after")
    assert (blank.kind, blank.weight, blank.source) == (kind, weight, written)
    read = [(one.text, one.percent, one.feedback) for one in blank.alternatives]
    assert read == [(one.text, one.percent, one.feedback) for one in entries]


@given(st.text(st.sampled_from("{}:~=#%\\SAMCNR123&;a "), max_size=60))
def test_any_text_is_split_or_refused(raw: str) -> None:
    try:
        pieces = split_cloze(raw)
    except FieldError:
        return
    assert "".join(piece if isinstance(piece, str) else piece.source for piece in pieces) == raw
    assert not looks_like_gap(protect(raw))


@pytest.mark.parametrize(
    "piece", ["{1:SA:=a", "{1:SA:\\}", "{1:MC:~", "{1:SA:=x}", "~~~~", "{1:MC:=a#b~%50%c}"]
)
def test_time_is_linear(piece: str) -> None:
    begun = time.process_time()
    with contextlib.suppress(FieldError):
        split_cloze(piece * 20_000)
    assert time.process_time() - begun < 2
