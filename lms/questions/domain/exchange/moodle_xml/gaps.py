"""Texts with gaps of Moodle XML: ``cloze``, ``gapselect`` and ``ddwtos``."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from lms.questions.domain.exchange.cloze import (
    CHOICE,
    NUMBER,
    SEVERAL,
    SHORT_CASE,
    Alternative,
    Blank,
    read_number,
    split_cloze,
)
from lms.questions.domain.exchange.moodle_xml.question import (
    HUNDRED,
    IDS,
    Question,
    UnreadableError,
    accepted_number,
    note_anything,
    single_of,
    unweighted,
)
from lms.questions.domain.exchange.moodle_xml.texts import (
    HTML,
    plain_to_markdown,
    raw_text,
    text_of,
    to_markdown,
)
from lms.questions.domain.items import (
    AcceptedText,
    Cloze,
    CreditRule,
    Gap,
    Item,
    MultipleResponse,
    Numeric,
    Option,
    ShortText,
    SingleResponse,
)

GAP_MARK = "\uf8f1{}\uf8f2"
"""Stands for a gap while the text around it is converted; from the private use area."""
_GAP_MARKS = re.compile("\uf8f1(\\d{1,4})\uf8f2")
_TAG = re.compile("<[A-Za-z/][^<>]*>")
_PLACE = re.compile(r"\[\[(\d{1,3})\]\]")


def read_cloze(question: Question) -> Item:
    """Read ``cloze``."""
    element = question.child("questiontext")
    if element is None:
        raise UnreadableError("text_missing", "the question has no text")
    raw, text_format = raw_text(element, question.notes)
    pieces = split_cloze(raw)
    blanks = [piece for piece in pieces if isinstance(piece, Blank)]
    if not blanks:
        raise UnreadableError("gap_missing", "the text has no gap")
    marked = "".join(_marked(pieces))
    gaps = [
        Gap(f"g{index + 1}", blank.weight, _gap_item(blank, question))
        for index, blank in enumerate(blanks)
    ]
    return _with_gaps(question, marked, text_format, gaps)


def read_places(question: Question) -> Item:
    """Read ``gapselect`` and ``ddwtos``: numbered places in a text, choices in groups."""
    element = question.child("questiontext")
    if element is None:
        raise UnreadableError("text_missing", "the question has no text")
    raw, text_format = raw_text(element, question.notes)
    boxes = [*question.element.findall("selectoption"), *question.element.findall("dragbox")]
    choices = [
        (
            text_of(box.find("group")) or "1",
            Option(IDS[min(at, len(IDS) - 1)], plain_to_markdown(text_of(box.find("text")))),
        )
        for at, box in enumerate(boxes)
    ]
    gaps: list[Gap] = []

    def place(match: re.Match[str]) -> str:
        number = int(match[1])
        if not 1 <= number <= len(choices):
            raise UnreadableError("gap_invalid", f"there is no choice {number}")
        group, key = choices[number - 1]
        options = tuple(option for of, option in choices if of == group)
        gaps.append(Gap(f"g{len(gaps) + 1}", 1, SingleResponse("", options, key.id, "")))
        return GAP_MARK.format(len(gaps))

    marked = _PLACE.sub(place, raw)
    if not gaps:
        raise UnreadableError("gap_missing", "the text has no gap")
    return _with_gaps(question, marked, text_format, gaps)


def _marked(pieces: Iterable[str | Blank]) -> Iterable[str]:
    number = 0
    for piece in pieces:
        if isinstance(piece, Blank):
            number += 1
            yield GAP_MARK.format(number)
        else:
            yield piece


def _with_gaps(question: Question, marked: str, text_format: str, gaps: list[Gap]) -> Cloze:
    if any("\uf8f1" in tag for tag in _TAG.findall(marked)):
        raise UnreadableError("gap_lost", "a gap stands within a tag, where no text can stand")
    text, lost = to_markdown(marked, text_format)
    question.notes.lost(lost)
    found = [int(number) for number in _GAP_MARKS.findall(text)]
    if found != list(range(1, len(gaps) + 1)):
        raise UnreadableError("gap_lost", "a gap stands where no text can stand")
    stem = _GAP_MARKS.sub(r"{{g\1}}", text)
    return Cloze(stem=stem, gaps=tuple(gaps), explanation=question.explanation)


def _gap_item(
    blank: Blank, question: Question
) -> SingleResponse | MultipleResponse | ShortText | Numeric:
    if blank.kind == CHOICE:
        return single_of("", _gap_options(blank.alternatives, question))
    if blank.kind == SEVERAL:
        return _several_in_gap(blank.alternatives, question)
    if blank.kind == NUMBER:
        return _numeric_in_gap(blank.alternatives, question)
    accepted = tuple(
        AcceptedText(entry.text, entry.percent, _gap_text(entry.feedback, question))
        for entry in blank.alternatives
    )
    return ShortText("", accepted, "", match_case=blank.kind == SHORT_CASE)


def _gap_options(entries: Sequence[Alternative], question: Question) -> list[Option]:
    return [
        Option(
            IDS[min(index, len(IDS) - 1)],
            _gap_text(entry.text, question),
            _gap_text(entry.feedback, question),
            entry.percent,
        )
        for index, entry in enumerate(entries)
    ]


def _several_in_gap(entries: Sequence[Alternative], question: Question) -> MultipleResponse:
    """Read a gap of several choices; shares that are no percentages are shares of their sum, as in Moodle."""
    options = _gap_options(entries, question)
    keys = frozenset(option.id for option in options if (option.weight or 0) > 0)
    if not keys:
        raise UnreadableError("key_missing", "no answer of a gap earns anything")
    if not any(entry.is_marked for entry in entries):
        plain = tuple(unweighted(options))
        return MultipleResponse("", plain, keys, "", CreditRule.CORRECT_MINUS_WRONG)
    total = sum((entry.percent for entry in entries if entry.percent > 0), Decimal(0))
    if abs(total - HUNDRED) > Decimal("0.01"):
        options = [_scaled(option, total) for option in options]
    return MultipleResponse("", tuple(options), keys, "", CreditRule.WEIGHTED)


def _scaled(option: Option, total: Decimal) -> Option:
    weight = option.weight or Decimal(0)
    if weight > 0:
        weight = (weight * HUNDRED / total).quantize(Decimal("0.00001")).normalize() + 0
    return Option(option.id, option.text, option.feedback, weight)


def _numeric_in_gap(entries: Sequence[Alternative], question: Question) -> Numeric:
    accepted = []
    for entry in entries:
        feedback = _gap_text(entry.feedback, question)
        if entry.text == "*":
            note_anything(question, entry.percent, feedback)
            continue
        value, tolerance = read_number(entry.text)
        accepted.append(accepted_number(value, tolerance, entry.percent, feedback))
    return Numeric(stem="", accepted=tuple(accepted), unit="", explanation="")


def _gap_text(html: str, question: Question) -> str:
    text, lost = to_markdown(html, HTML)
    question.notes.lost(lost)
    return text
