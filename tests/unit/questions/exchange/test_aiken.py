import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.issues import Where
from lms.questions.domain.exchange.aiken import parse_aiken, write_aiken
from lms.questions.domain.exchange.markdown_text import text_to_markdown
from lms.questions.domain.exchange.values import Candidate, Outgoing
from lms.questions.domain.items import Option, SingleResponse, TrueFalse

GOOD = "A good question\nA) Correct\nB) Incorrect\nANSWER: A\n"


def codes(text: str) -> list[tuple[str, int | None]]:
    return [(issue.code, issue.where.line) for issue in parse_aiken(text.encode(), "f").issues]


@pytest.mark.parametrize(
    "answer", ["ANSWER: B", "answer: b", "ANSWER:B", "Answer : B.", "ANSWER：B)"]
)
@pytest.mark.parametrize("sign", [") ", ". ", ")", "."])
def test_a_question_is_read(answer, sign):
    text = f"How many?\r\nA{sign}one\r\nB{sign}two * 2\r\nC{sign}<b>\r\n{answer}"
    parsed = parse_aiken(text.encode(), "f.txt")
    (candidate,) = parsed.candidates
    options = (Option("a", "one"), Option("b", "two * 2"), Option("c", "\\<b>"))
    assert candidate.item == SingleResponse("How many?", options, "b", "")
    assert candidate.where == Where("f.txt", line=1)
    assert candidate.source.startswith("How many?\nA")
    assert (parsed.issues, parsed.encoding) == ((), "UTF-8")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Q\nA) x\nB) y\n", ("answer_missing", 1)),
        ("Q\nA) x\nB) y\n\nNext\nA) x\nB) y\nANSWER: A", ("answer_missing", 1)),
        ("Q\nA) x\nB) y\nANSWER: C", ("answer_unknown", 4)),
        ("Q\nA) x\nB) y\nANSWER: AB", ("answer_unreadable", 4)),
        ("Q\nA) x\nB) y\nANSWER:", ("answer_unreadable", 4)),
        ("Q\nA) x\nC) y\nANSWER: A", ("options_order", 3)),
        ("Q\nB) x\nA) y\nANSWER: A", ("options_order", 2)),
        ("Q\nA) x\nANSWER: A", ("options_few", 1)),
        ("Q\nANSWER: A", ("options_few", 1)),
        ("A) x\n", ("question_missing", 1)),
        ("\n\nANSWER: A\n", ("question_missing", 3)),
        ("Q\nA) x\nB) x\nANSWER: A", ("item_invalid", 1)),
        ("Q\nA)\nB) x\nANSWER: A", ("item_invalid", 1)),
        ("Question in\ntwo lines\nA) x\nB) y\nANSWER: A", ("stem_lines", 1)),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text, expected):
    assert codes(text) == [expected]
    issue = parse_aiken(text.encode(), "f").issues[0]
    assert issue.code == "stem_lines" or issue.facts["source"]


def test_a_broken_question_does_not_touch_its_neighbours():
    text = (
        f"{GOOD}\nToo few\nA) Only\nANSWER: A\n\nA) no question\n\n{GOOD}\nUnfinished\nA) x\nB) y"
    )
    parsed = parse_aiken(text.encode(), "f")
    assert [one.item.stem for one in parsed.candidates] == ["A good question"] * 2
    assert [(one.code, one.where.line) for one in parsed.issues] == [
        ("options_few", 6), ("question_missing", 10), ("answer_missing", 17),
    ]  # fmt: skip


texts = st.text(st.sampled_from("ab退* _#\\[<&.1"), min_size=1, max_size=12).map(
    lambda text: " ".join(text.split())
)


@settings(max_examples=300, deadline=None)
@given(st.lists(texts.filter(bool), min_size=3, max_size=6, unique=True), st.data())
def test_what_is_written_is_read_back(found, data):
    stem, *options = map(text_to_markdown, found)
    listed = tuple(Option("abcdef"[n], text) for n, text in enumerate(options))
    item = SingleResponse(stem, listed, data.draw(st.sampled_from("abcdef"[: len(listed)])))
    written, issues = write_aiken(Outgoing("b", (Candidate(item, Where()),)))
    assert issues == ()
    assert [one.item for one in parse_aiken(written, "f").candidates] == [item]


def test_what_aiken_cannot_say_is_reported():
    options = (Option("a", "x", "why"), Option("b", "**y**"))
    bank = [
        TrueFalse("s", True, "", "", ""),
        SingleResponse("s", options, "a", "e"),
        SingleResponse("A) s", options, "a"),
        SingleResponse("Answer: x", options, "a"),
    ]
    data, issues = write_aiken(Outgoing("b", tuple(Candidate(item, Where()) for item in bank)))
    assert data.decode() == "s\nA) x\nB) y\nANSWER: A\n"
    assert [(one.code, one.where.row) for one in issues] == [
        ("type_not_sayable", 1), ("fields_lost", 2), ("text_not_sayable", 3), ("text_not_sayable", 4),
    ]  # fmt: skip
    assert issues[1].facts["fields"] == ["formatting", "feedback", "explanation"]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from([*GOOD.split("\n"), "Z) z", "ANSWER: Q", "", "A", "é"]), max_size=20)
)
def test_lines_in_any_order_are_read_or_reported(lines):
    parsed = parse_aiken("\n".join(lines).encode(), "f")
    if any(line.strip() for line in lines):
        assert parsed.candidates or parsed.issues


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_reported(data):
    parse_aiken(data, "f")
