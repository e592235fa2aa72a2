"""Pasted papers: 45 layouts from life, and text that nobody meant to be a paper."""

import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.issues import Severity
from lms.questions.domain.exchange.plain_text import parse_text
from tests.unit.questions.exchange.shapes import as_golden

LAYOUTS = sorted((Path(__file__).parents[3] / "golden/questions/layouts").glob("*.txt"))
SAMPLES = [path.read_text(encoding="utf-8") for path in LAYOUTS]
PIECES = sorted({line for text in SAMPLES for line in text.splitlines()})


def test_the_corpus_is_not_shrunk():
    assert len(LAYOUTS) >= 45
    assert len(set(SAMPLES)) == len(LAYOUTS)


@pytest.mark.parametrize("path", LAYOUTS, ids=lambda path: path.stem)
def test_layout_is_read(path: Path):
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert as_golden(parse_text(path.read_text(encoding="utf-8"), path.name)) == expected


@pytest.mark.parametrize("path", LAYOUTS, ids=lambda path: path.stem)
def test_line_ends_and_wide_blanks_do_not_matter(path: Path):
    text = path.read_text(encoding="utf-8")
    windows = "\ufeff" + text.replace("\n", "\r\n")
    assert as_golden(parse_text(windows, path.name)) == as_golden(parse_text(text, path.name))


@pytest.mark.parametrize("path", LAYOUTS, ids=lambda path: path.stem)
def test_nothing_of_a_paper_is_lost(path: Path):
    """Every line with words stands in the source of a question, in a shared text, in an Issue, or is a heading."""
    text = path.read_text(encoding="utf-8")
    parsed = parse_text(text, path.name)
    kept = "\n".join(
        [*(each.source for each in parsed.candidates), *(each.text for each in parsed.stimuli)]
        + [str(issue.facts.get("source", "")) for issue in parsed.issues]
    )
    answers = json.dumps(as_golden(parsed), ensure_ascii=False)
    lost = []
    for line in text.splitlines():
        plain = line.strip().replace("**", "").replace("【材料】", "")
        if plain and plain not in kept.replace("**", "") and plain not in answers:
            lost.append(plain)
    assert [line for line in lost if not _frames(line)] == []


def _frames(line: str) -> bool:
    """Headings, and entries of a key that went into their questions."""
    words = ("题", "答案", "章", "Part", "choice", "True/False", "Answer")
    return any(word in line for word in words) or line[:1].isdigit() or line.startswith("解析")


def test_an_item_without_an_answer_is_an_issue_with_its_lines():
    parsed = parse_text("1. 谁？\nA. 甲\nB. 乙\n2. 谁？\nA. 甲\nB. 乙\n答案：B\n", "x.txt")
    (issue,) = parsed.issues
    assert (issue.code, issue.severity, issue.where.line) == ("missing_answer", Severity.ERROR, 1)
    assert issue.facts["source"] == "1. 谁？\nA. 甲\nB. 乙"
    assert len(parsed.candidates) == 1


@pytest.mark.parametrize("text", ["", "\n \n", "\u3000"])
def test_nothing_is_said_to_be_nothing(text: str):
    assert [issue.code for issue in parse_text(text, "x").issues] == ["file_empty"]


def test_words_without_a_question_are_said_to_be_none():
    (issue,) = parse_text("大家好\n明天考试", "x").issues
    assert issue.code == "text_not_used"
    assert issue.facts["source"] == "大家好\n明天考试"


@given(st.text(max_size=400))
def test_any_text_is_taken(text: str):
    parsed = parse_text(text, "x")
    assert parsed.candidates or parsed.issues or parsed.stimuli


@settings(max_examples=300)
@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_lines_in_any_order_are_taken(lines: list[str]):
    parse_text("\n".join(lines), "x")


@settings(max_examples=300)
@given(st.sampled_from(SAMPLES), st.randoms(use_true_random=False))
def test_mutated_papers_are_taken(text: str, dice: random.Random):
    for _ in range(dice.randint(1, 12)):
        at = dice.randrange(len(text) + 1)
        change = dice.choice(
            ["", text[at : at + 9], "\n", "（", "）", "A.", "答案：", "1-", "**", "__"]
        )
        text = text[:at] + change + text[at + dice.randint(0, 6) :]
    parse_text(text, "x")


@pytest.mark.parametrize(
    "piece",
    [
        "（",
        "A. ",
        "**",
        "_",
        "1-2 ",
        "答案：",
        "一、",
        "【",
        "A.B.C.D.",
        "答 ",
        " \t",
        "1. ",
        "|",
        "1.A ",
        "分）",
    ],
)
def test_long_runs_take_linear_time(piece: str):
    """A quadratic reader would need minutes for these; the limit is the runner's patience, not a clock."""
    parse_text(piece * 20_000, "x")
    parse_text(f"1. 题\n{piece * 5_000}\n" * 4, "x")


@pytest.mark.parametrize("label", ["", "解析：", "A. ", "参考答案\n1. "])
def test_a_question_of_many_lines_ends_somewhere_and_says_so(label: str):
    parsed = parse_text("1. 题\nA. 甲\nB. 乙\n答案：A\n" + label + "x\n" * 30_000, "x")
    assert parsed.issues[-1].code == "text_not_used"
