"""Files of other systems beside the repository: what Moodle 5.1 made of them is what we make of them."""

import html
import json
import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from lxml import html as lxml_html

from lms.questions.domain.exchange.aiken import parse_aiken
from lms.questions.domain.exchange.gift import parse_gift
from lms.questions.domain.exchange.html import markdown_to_html
from lms.questions.domain.exchange.values import Candidate, Parsed, Stimulus
from lms.questions.domain.items import (
    Essay,
    Matching,
    MultipleResponse,
    Numeric,
    ShortText,
    SingleResponse,
    TrueFalse,
)

FIXTURES = Path(__file__).parents[5] / "shared" / "fixtures"
TYPES = {
    SingleResponse: "multichoice",
    MultipleResponse: "multichoice",
    TrueFalse: "truefalse",
    ShortText: "shortanswer",
    Numeric: "numerical",
    Matching: "match",
    Essay: "essay",
}


@pytest.fixture
def files(request) -> Iterator[Path]:
    """The folder; when it is not there the run says that nothing was compared."""
    if not (FIXTURES / "gift" / "summary.jsonl").is_file():
        reporter = request.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            reporter.write_line(f"{FIXTURES} is not there: nothing was compared with Moodle")
    return FIXTURES


def summaries(folder: Path) -> list[dict[str, Any]]:
    path = folder / "summary.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.is_file() else []


def counts(parsed: Parsed) -> dict[str, int]:
    found = Counter(TYPES[type(candidate.item)] for candidate in parsed.candidates)
    found["description"] = len(parsed.stimuli)
    return {name: count for name, count in found.items() if count}


def test_every_gift_file_has_the_items_that_moodle_found(files):
    for folder in ("gift", "moodle"):
        for line in summaries(files / folder):
            if ".gift" not in line["file"]:
                continue
            parsed = parse_gift((files / folder / line["file"]).read_bytes(), line["file"])
            assert counts(parsed) == dict(line["types"] or {}), line["file"]
            assert len(parsed.candidates) + len(parsed.stimuli) == line["questions"], line["file"]
            assert not [issue for issue in parsed.issues if issue.severity == "error"], line["file"]


def test_every_gift_file_says_what_moodle_read(files):
    for path in sorted((files / "gift").glob("*.moodle.xml")):
        name = path.name.replace(".moodle.xml", ".gift")
        parsed = parse_gift(path.with_name(name).read_bytes(), name)
        ours = sorted((*parsed.candidates, *parsed.stimuli), key=lambda one: one.where.line or 0)
        theirs = etree.parse(path).findall("question")
        assert [said(one) for one in ours] == [moodle_said(one) for one in theirs], name


def test_every_aiken_file_has_the_items_that_moodle_found(files):
    for line in summaries(files / "moodle"):
        if "aiken" in line["file"]:
            parsed = parse_aiken((files / "moodle" / line["file"]).read_bytes(), line["file"])
            assert counts(parsed) == dict(line["types"]), line["file"]
            assert not parsed.issues


def test_the_aiken_file_of_moodle_is_read_word_for_word(files):
    path = files / "moodle" / "questions.aiken.txt"
    if path.is_file():
        first, second = parse_aiken(path.read_bytes(), path.name).candidates
        assert [words(option.text) for option in first.item.options][first_key(first)] == words(
            "Martin Dougiamas"
        )
        assert words(second.item.stem).endswith('<htmlclass="cool">&images:')


def test_where_the_other_reading_differs_from_moodle_we_follow_moodle(files):
    """The PEG parser gives the first feedback to *true*, Moodle to the wrong judgement."""
    path = files / "gift" / "TFTwoFeedback.pegjs.json"
    if path.is_file():
        theirs = json.loads(path.read_text())[1]
        data = path.with_name("TFTwoFeedback.gift").read_bytes()
        ours = parse_gift(data, "TFTwoFeedback.gift").candidates[1].item
        assert isinstance(ours, TrueFalse)
        assert theirs["isTrue"] is ours.answer is True
        assert theirs["trueFeedback"]["text"] == ours.feedback_false == "feedback for true"
        assert theirs["falseFeedback"] is None
        assert ours.feedback_true == ""


def first_key(candidate: Candidate) -> int:
    assert isinstance(candidate.item, SingleResponse)
    return [option.id for option in candidate.item.options].index(candidate.item.key)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def visible(markup: str) -> str:
    """The text of HTML, by a parser that is not ours."""
    if not markup.strip():
        return ""
    return squeezed(lxml_html.fragment_fromstring(markup, create_parent="div").text_content())


def words(markdown: str) -> str:
    return visible(markdown_to_html(markdown))


def said(one: Candidate | Stimulus) -> dict[str, Any]:
    if isinstance(one, Stimulus):
        key = "" if one.key.startswith("description-") else one.key
        return {
            "type": "description",
            "stem": words(one.text),
            "id": key,
            "tags": [],
            "name": one.title,
        }
    item = one.item
    common = {
        "type": TYPES[type(item)],
        "stem": words(item.stem),
        "general": words(item.explanation),
        "id": one.key,
        "tags": list(one.tags),
        "name": squeezed(one.name),
    }
    return {**common, **answers_of(item)}


def answers_of(item) -> dict[str, Any]:
    if isinstance(item, SingleResponse | MultipleResponse):
        return {
            "single": isinstance(item, SingleResponse),
            "answers": [
                (words(one.text), weight(one, item), words(one.feedback)) for one in item.options
            ],
        }
    if isinstance(item, TrueFalse):
        return {
            "answers": [
                ("true", Decimal(100 if item.answer else 0), words(item.feedback_true)),
                ("false", Decimal(0 if item.answer else 100), words(item.feedback_false)),
            ]
        }
    if isinstance(item, ShortText):
        return {
            "answers": [
                (squeezed(one.text), one.percent, words(one.feedback)) for one in item.accepted
            ]
        }
    if isinstance(item, Numeric):
        return {
            "answers": [
                (one.value, one.percent, words(one.feedback), one.tolerance)
                for one in item.accepted
            ]
        }
    if isinstance(item, Matching):
        used = {premise.choice_id for premise in item.premises}
        texts = {choice.id: words(choice.text) for choice in item.choices}
        pairs = [(words(one.text), texts[one.choice_id]) for one in item.premises]
        return {"answers": pairs + [("", text) for key, text in texts.items() if key not in used]}
    return {}


def weight(option, item) -> Decimal:
    if option.weight is not None:
        return option.weight
    return Decimal(100 if option.id in item.keys else 0)


def moodle_said(question) -> dict[str, Any]:
    kind = question.get("type").replace("matching", "match")
    stem = moodle_text(question.find("questiontext"))
    title = question.findtext("name/text")
    found: dict[str, Any] = {
        "type": kind,
        "stem": stem,
        "id": question.findtext("idnumber"),
        "tags": [tag.strip() for tag in question.xpath("tags/tag/text/text()")],
        "name": "" if is_made_of(title, question.find("questiontext")) else squeezed(title),
    }
    if kind == "description":
        return {**found, "name": title}
    found["general"] = moodle_text(question.find("generalfeedback"))
    answers = [moodle_answer(one, kind) for one in question.findall("answer")]
    if kind == "numerical":
        answers = [one for one in answers if one[0] != "*"]
    if kind == "match":
        answers = [
            (moodle_text(one), squeezed(one.findtext("answer/text")))
            for one in question.findall("subquestion")
        ]
    if kind == "multichoice":
        found["single"] = question.findtext("single") == "true"
    return found if kind == "essay" else {**found, "answers": answers}


def is_made_of(title: str, stem) -> bool:
    """Whether Moodle made the title of the stem, because the file has none."""
    start = squeezed(title).removesuffix("...")
    return start in moodle_text(stem) or start in squeezed(stem.findtext("text"))


def moodle_answer(answer, kind: str) -> tuple[Any, ...]:
    text, fraction = answer.findtext("text"), Decimal(answer.get("fraction"))
    feedback = moodle_text(answer.find("feedback"))
    if kind == "multichoice":
        return moodle_text(answer), fraction, feedback
    if kind == "numerical" and text != "*":
        return Decimal(text), fraction, feedback, Decimal(answer.findtext("tolerance") or 0)
    return squeezed(text), fraction, feedback


def moodle_text(element) -> str:
    text, kind = element.findtext("text") or "", element.get("format")
    if kind == "markdown":
        return words(text)
    if kind == "html" or (kind == "moodle_auto_format" and re.search("</?[a-z]", text)):
        return visible(text)
    return visible(f"<p>{html.escape(text)}</p>")
