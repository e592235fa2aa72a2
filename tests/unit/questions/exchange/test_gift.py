import time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.issues import Where
from lms.questions.domain.exchange.gift import parse_gift, reading
from lms.questions.domain.items import (
    AcceptedNumber,
    AcceptedText,
    CreditRule,
    Essay,
    MatchChoice,
    Matching,
    MultipleResponse,
    Numeric,
    Option,
    Premise,
    ShortText,
    SingleResponse,
    TrueFalse,
)

SAMPLE = """\
$CATEGORY: $course$/top/客服/售前//售后

// [id:k1] [tag:退货] [tag:a\\]b] [tag:difficulty:hard]
::Title \\: one::[html]<p>七天<b>无理由</b>？</p>{
    =是#<i>right</i>
    ~%-25%否 # no
    ~<script>x</script>也许
    ####general
}

The capital is {=Paris =%50%paris*#case =%0%*} of France.

Sure?{F#wrong#right}

How many?{#=%100%3:0.5 =%50%1..5#near ~#far}

Which?[plain]{~%50%a ~%50%b ~%-50%c ~d}

Match{=a -> 1 = b->2 =c->1 = -> 3 ####why}

Read this:\\n\\n1. first

Write.{}
"""


def parsed(text: str, file: str = "f.gift"):
    return parse_gift(text.encode(), file)


def only(text: str):
    found = parsed(text)
    assert [issue.code for issue in found.issues] == []
    (candidate,) = found.candidates
    return candidate.item


def codes(text: str) -> list[tuple[str, int | None]]:
    return [(issue.code, issue.where.line) for issue in parsed(text).issues]


def test_every_type_is_read():
    found = parsed(SAMPLE)
    assert [one.item for one in found.candidates] == [
        SingleResponse(
            "七天**无理由**？",
            (
                Option("a", "是", "*right*", Decimal(100)),
                Option("b", "否", "no", Decimal(-25)),
                Option("c", "也许", "", Decimal(0)),
            ),
            "a",
            "general",
        ),
        ShortText(
            "The capital is _____ of France.",
            (
                AcceptedText("Paris"),
                AcceptedText("paris*", Decimal(50), "case"),
                AcceptedText("*", Decimal(0)),
            ),
        ),
        TrueFalse("Sure?", False, "wrong", "right", ""),
        Numeric(
            "How many?",
            (
                AcceptedNumber.around(Decimal(3), Decimal("0.5")),
                AcceptedNumber(Decimal(1), Decimal(5), Decimal(50), "near"),
            ),
        ),
        MultipleResponse(
            "Which?[plain]",
            tuple(
                Option(name, name, "", Decimal(weight))
                for name, weight in zip("abcd", (50, 50, -50, 0), strict=True)
            ),
            frozenset("ab"),
            "",
            CreditRule.WEIGHTED,
        ),
        Matching(
            "Match",
            (Premise("p1", "a", "c1"), Premise("p2", "b", "c2"), Premise("p3", "c", "c1")),
            (MatchChoice("c1", "1"), MatchChoice("c2", "2"), MatchChoice("c3", "3")),
            "why",
        ),
        Essay("Write."),
    ]
    assert [(one.key, one.text, one.where.line) for one in found.stimuli] == [
        ("description-1", "Read this:\n\n1\\. first", 21)
    ]
    assert [(one.code, one.where.line) for one in found.issues] == [
        ("html_lost", 4), ("feedback_without_place", 15),
    ]  # fmt: skip
    assert found.issues[0].facts["tags"] == ["script"]


def test_what_stands_around_an_item_is_kept():
    first = parsed(SAMPLE, "bank.txt").candidates[0]
    assert (first.name, first.key, first.tags) == ("Title : one", "k1", ("退货", "a]b"))
    assert (first.category, first.difficulty) == (("客服", "售前/售后"), "hard")
    assert first.where == Where("bank.txt", line=4)
    assert first.source.startswith("// [id:k1]")
    assert first.source.endswith("}")


@pytest.mark.parametrize("ending", ["\r\n", "\r", "\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_line_ends_and_encodings_change_nothing(ending, encoding):
    found = parse_gift(SAMPLE.replace("\n", ending).encode(encoding), "f.gift")
    expected = parsed(SAMPLE)
    assert [one.item for one in found.candidates] == [one.item for one in expected.candidates]
    assert found.encoding in {"UTF-8", "UTF-8 (BOM)", "UTF-16 LE", "GB18030"}


@pytest.mark.parametrize(
    ("source", "stem"),
    [
        ("a \\~ \\= \\# \\{ \\} \\: \\\\ {T}", "a ~ = # { } : \\"),
        ("a\\nb {T}", "a  \nb"),
        ("[markdown]a **b**\n_c_ {T}", "a **b**\n_c_"),
        ("[markdown]a <br>b<sub>2</sub> {T}", "a  \nb₂"),
        ("[plain]a <b>* x * {T}", "a \\<b>\\* x *"),
        ("[moodle]a <b>x</b>\nb\nc &lt; {T}", "a **x** b  \nc <"),
        ("[other]a {T}", "[other]a"),
        ("::t::{T} is it?", "_____ is it?"),
        ("// c\nmulti\nline {T}", "multi  \nline"),
    ],
)
def test_texts(source, stem):
    assert only(source).stem == stem


@pytest.mark.parametrize(
    ("answers", "item"),
    [
        ("{T}", TrueFalse("s", True, "", "", "")),
        ("{TRUE##good}", TrueFalse("s", True, "good", "", "")),
        ("{FALSE#bad#good####all}", TrueFalse("s", False, "bad", "good", "all")),
        ("{x}", ShortText("s", (AcceptedText("x"),))),
        ("{=x =%25%y\\=1}", ShortText("s", (AcceptedText("x"), AcceptedText("y=1", Decimal(25))))),
        ("{#5}", Numeric("s", (AcceptedNumber.around(Decimal(5)),))),
        ("{# 1e2 : .5 }", Numeric("s", (AcceptedNumber(Decimal("99.5"), Decimal("100.5")),))),
        ("{#-5..-3}", Numeric("s", (AcceptedNumber(Decimal(-5), Decimal(-3)),))),
        ("{####only general}", Essay("s", explanation="only general")),
        ("{~a\n\n=b}", SingleResponse("s", (Option("a", "a"), Option("b", "b")), "b")),
    ],
)  # fmt: skip
def test_answers(answers, item):
    found = parsed(f"s {answers}")
    assert [one.item for one in found.candidates] == [item]


def test_several_keys_of_a_single_choice_each_earn_everything():
    found = parsed("s {=a =b ~c}")
    item = found.candidates[0].item
    assert isinstance(item, SingleResponse)
    assert item.keys == {"a", "b"}
    assert [one.code for one in found.issues] == ["keys_several"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("q {=a ~b\n\nq2 {=a ~b}", [("brace_not_closed", 1)]),
        ("q =a}\n\nok {T}", [("brace_not_opened", 1)]),
        ("q {=a {b} ~c}", [("brace_in_answers", 1)]),
        ("\n$\\frac{1}{2}$ {=a}", [("answers_twice", 2)]),
        ("q {=a\n~b\n\n~c}", [("blank_line_within", 3)]),
        ("a {T}\nb {F}\nc {T}", [("blank_line_missing", 2), ("blank_line_missing", 3)]),
        ("a {T}\n::n::b", [("blank_line_missing", 2)]),
        ("$CATEGORY: x\na {T}", [("blank_line_missing", 2)]),
        ("q {~a ~b}", [("key_missing", 1)]),
        ("q {~%50%a ~b}", [("item_invalid", 1)]),
        ("q {~%100%a ~%100%b ~c}", [("weights_above_hundred", 1)]),
        ("q {=a}\n\nq\n{\n=%x%a\n~%33,3%b =c}", [("weight_invalid", 6)]),
        ("q {~a}", [("answers_missing", 1)]),
        ("q {=a =a ~a}", [("item_invalid", 1), ]),
        ("q {#}", [("answers_missing", 1)]),
        ("q {#abc}", [("number_invalid", 1)]),
        ("q {#\n=3,5}", [("number_invalid", 2)]),
        ("q {#5..3}", [("number_invalid", 1)]),
        ("q {#*}", [("number_any", 1)]),
        ("q {=a->b =c}", [("arrow_missing", 1)]),
        ("q {=a-> =c->d}", [("answers_missing", 1)]),
        ("q {=%50%a}", [("item_invalid", 1)]),
        ("{=a ~b}", [("text_missing", 1)]),
        ("::n", [("title_not_closed", 1)]),
        ("::n::", [("text_missing", 1)]),
        ("q {true}", [("like_true_false", 1)]),
        ("q {a ~b =c}", [("sign_missing", 1)]),
        ("q {~ ~b =c}", [("option_empty", 1)]),
        ("// [id:k]\na {T}\n\n// [id:k]\nb {T}", [("id_twice", 5)]),
        ("a\x01 {T}", [("control_characters", 1)]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(text, expected):
    found = parsed(text)
    assert [(one.code, one.where.line) for one in found.issues] == expected
    assert all("source" in one.facts for one in found.issues if one.severity == "error")


def test_questions_without_a_blank_line_between_are_each_read():
    text = "// [id:1]\na {T}\n// [id:2]\n::b::b {F} c\n::d::d {x}\n$CATEGORY: e\nf {}"
    found = parsed(text)
    assert [(one.key, one.item.stem, one.where.line) for one in found.candidates] == [
        ("1", "a", 2), ("2", "b _____ c", 4), ("", "d", 5), ("", "f", 7),
    ]  # fmt: skip
    assert [one.category for one in found.candidates] == [(), (), (), ("e",)]
    assert [one.source for one in found.candidates][:2] == [
        "// [id:1]\na {T}",
        "// [id:2]\n::b::b {F} c",
    ]


def test_what_is_broken_keeps_its_source_and_its_neighbours():
    found = parsed("a {T}\n\n// why\nb {#x}\n\nc {F}")
    assert [one.item.stem for one in found.candidates] == ["a", "c"]
    assert found.issues[0].facts["source"] == "// why\nb {#x}"


def test_a_file_without_end_is_read_up_to_a_line_that_is_named(monkeypatch):
    monkeypatch.setattr(reading, "PIECES_AT_MOST", 3)
    found = parsed("a {T}\n\n" * 5)
    assert len(found.candidates) == 3
    assert [(one.code, one.where.line) for one in found.issues] == [("file_too_long", 7)]


def test_bytes_that_are_no_text_are_reported():
    found = parse_gift(b"caf\xe9 {T}", "f")
    assert (found.candidates, found.encoding) == ((), "")
    assert [one.code for one in found.issues] == ["encoding_unknown"]


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_reported(data):
    parse_gift(data, "f")


_PIECES = st.sampled_from([
    "{", "}", "~", "=", "#", "####", "::", ":", "\\", "\\n", "\n", "\n\n", "//", "// [id:x]", "$CATEGORY: a", "->", "%50%",
    "%", "T", "FALSE", "1", "..", ":", "[html]", "[markdown]", "<b>", "&lt;", "a", "退货", " ", "*", "_", "-", "\x01",
])  # fmt: skip


@settings(max_examples=600, deadline=None)
@given(st.lists(_PIECES, max_size=30).map("".join))
def test_any_syntax_is_read_or_reported(text):
    found = parsed(text)
    said = [line for line in text.replace("\x01", "").split("\n") if line.strip()]
    content = [line for line in said if not line.strip().startswith(("//", "$CATEGORY:"))]
    assert found.candidates or found.stimuli or found.issues or not content
    lines = [one.where.line for one in found.issues]
    assert lines == sorted(lines)
    assert all(1 <= (line or 1) <= text.count("\n") + 1 for line in lines)


@settings(max_examples=500, deadline=None)
@given(st.integers(0, len(SAMPLE)), st.integers(0, 6), _PIECES)
def test_a_damaged_file_is_read_or_reported(at, cut, piece):
    damaged = SAMPLE[:at] + piece + SAMPLE[at + cut :]
    found = parsed(damaged)
    assert len(found.candidates) + len(found.issues) >= 5


@pytest.mark.parametrize(
    "unit",
    ["{", "}", "{}", "a{T}\n", "a{T} ", "::", "~", "=", "#", "\\", "//\n", "a\n\n", "a{\n\n", "$CATEGORY: x\na\n",
     "q {=a ~b}\n\n", "q {\n\na\n\n", "%1%", "->", "<b>", "[id:", "//[tag:a]\n", "####", "{#1..", "a{=b\n\n}{"],
)  # fmt: skip
def test_time_grows_with_length_only(unit):
    """200 kB of the worst each: a quadratic step would take minutes."""
    began = time.process_time()
    parsed(unit * (200_000 // len(unit)))
    assert time.process_time() - began < 12
