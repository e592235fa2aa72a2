import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.questions.domain.exchange.encoding import decode_text

TEXT = "退货条件\n七天无理由 {=是 ~否}"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (TEXT.encode(), "UTF-8"),
        (codecs.BOM_UTF8 + TEXT.encode(), "UTF-8 (BOM)"),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), "UTF-16 LE"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "UTF-16 BE"),
        (TEXT.encode("gb18030"), "GB18030"),
        (b"plain", "UTF-8"),
        (b"", "UTF-8"),
    ],
)
def test_the_encoding_is_found_and_named(data, name):
    decoded = decode_text(data, "f")
    assert decoded.encoding == name
    assert decoded.issues == ()
    assert decoded.text in {TEXT, "plain", ""}


@pytest.mark.parametrize("ending", ["\r\n", "\r", "\n"])
def test_every_kind_of_line_end_becomes_a_line_feed(ending):
    assert decode_text(TEXT.replace("\n", ending).encode(), "f").text == TEXT


@pytest.mark.parametrize(
    ("data", "code", "offset"),
    [
        (b"caf\xe9.", "encoding_unknown", 3),
        ("Policía".encode("cp1252"), "encoding_unknown", 5),
        ("naïve café cliché über alles".encode("latin-1"), "encoding_unknown", 2),
        ("ok 退".encode() + b"\xff", "encoding_unknown", 6),
        (b"\x89PNG\r\n\x1a\n\0\0", "encoding_unknown", 0),
        (codecs.BOM_UTF8 + b"a\xff", "encoding_broken", 4),
        (codecs.BOM_UTF16_LE + b"a", "encoding_broken", 2),
        (b"abc\0def", "nul_character", 3),
        ("ab".encode("utf-16-le"), "nul_character", 1),
    ],
)
def test_what_cannot_be_read_is_said_with_the_byte(data, code, offset):
    decoded = decode_text(data, "f.txt")
    (issue,) = decoded.issues
    assert decoded.text == ""
    assert (issue.code, issue.facts["offset"], issue.severity) == (code, offset, "error")
    assert issue.where.file == "f.txt"
    assert "source" in issue.facts


def test_control_characters_are_left_out_and_counted():
    decoded = decode_text("a\x01b\nc\x7f\x85d\te".encode(), "f")
    assert decoded.text == "ab\ncd\te"
    (issue,) = decoded.issues
    assert (issue.code, issue.where.line) == ("control_characters", 1)
    assert (issue.facts["count"], issue.facts["lines"]) == (3, [1, 2])


@given(st.binary(max_size=200))
def test_any_bytes_give_clean_text_or_an_issue(data):
    decoded = decode_text(data, "f")
    assert decoded.encoding or decoded.issues
    assert not set(decoded.text) & {chr(code) for code in range(32) if chr(code) not in "\t\n"}


@given(st.text(st.sampled_from("退货条件是否七天，。ABC 12\n"), min_size=1))
def test_chinese_is_read_in_either_encoding(text):
    assert decode_text(text.encode("gb18030"), "f").text == text
    assert decode_text(text.encode(), "f").text == text
