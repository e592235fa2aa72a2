"""A question of Moodle XML while it is read, and what several question types share."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from lxml import etree  # type: ignore[import-untyped]  # lxml ships no types

from lms.questions.domain.exchange.moodle_xml.texts import HTML, Notes, read_text, text_of
from lms.questions.domain.items import (
    AcceptedNumber,
    CreditRule,
    FieldError,
    MultipleResponse,
    Option,
    SingleResponse,
)

HUNDRED = Decimal(100)
IDS = (*"abcdefghijklmnopqrstuvwxyz", *(f"z{number}" for number in range(100)))
"""Ids of options in order: Moodle has none."""
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,2})?\Z")


class UnreadableError(Exception):
    """A question cannot be taken over.

    Args:
        code: Names the rule.
        message: The English sentence.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(slots=True)
class Question:
    """A question while it is read.

    Attributes:
        element: Its element.
        notes: What is said about it.
    """

    element: "etree._Element"
    notes: Notes
    _children: "dict[str, etree._Element]" = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._children = {}
        for child in self.element:
            self._children.setdefault(child.tag, child)

    def child(self, name: str) -> "etree._Element | None":
        """Return the first child of a name."""
        return self._children.get(name)

    def value(self, name: str, default: str = "") -> str:
        """Return the text of a child, or ``default`` when there is none."""
        child = self._children.get(name)
        return default if child is None else text_of(child)

    def attribute(self, name: str, attribute: str) -> str:
        """Return an attribute of a child; nothing when there is none."""
        child = self._children.get(name)
        return "" if child is None else str(child.get(attribute) or "")

    @property
    def default(self) -> str:
        """The text format where a child does not say its own."""
        return self.attribute("questiontext", "format") or HTML

    def text(self, name: str) -> str:
        """Return a child's text as Markdown."""
        child = self._children.get(name)
        return "" if child is None else read_text(child, self.notes, self.default)

    def inner(self, element: "etree._Element | None") -> str:
        """Return an element's text as Markdown."""
        return read_text(element, self.notes, self.default)

    @property
    def stem(self) -> str:
        """The task."""
        return self.text("questiontext")

    @property
    def explanation(self) -> str:
        """The general feedback."""
        return self.text("generalfeedback")

    def answers(self) -> "list[etree._Element]":
        """Return the answers; raises UnreadableError when there are none."""
        found: list[etree._Element] = self.element.findall("answer")
        if not found:
            raise UnreadableError("answers_missing", "the question has no answers")
        return found


def single_of(stem: str, options: Sequence[Option], explanation: str = "") -> SingleResponse:
    """Return a choice of one; the weights stay only where they say more than right and wrong.

    Raises:
        UnreadableError: No option earns everything.
    """
    full = [option.id for option in options if option.weight == HUNDRED]
    if not full:
        raise UnreadableError("key_missing", "no answer earns 100 %")
    if len(full) == 1 and all(option.weight in {0, HUNDRED} for option in options):
        options = unweighted(options)
    return SingleResponse(stem, tuple(options), full[0], explanation)


def several_of(
    stem: str, options: Sequence[Option], explanation: str = "", rule: str = ""
) -> MultipleResponse:
    """Return a choice of several with the weights that the file gives.

    Args:
        stem: The task.
        options: Options with weights.
        explanation: The general feedback.
        rule: A rule of this product, as its own writer notes it; used if the weights are those that it writes.

    Raises:
        UnreadableError: No option earns anything.
    """
    keys = frozenset(option.id for option in options if (option.weight or 0) > 0)
    if not keys:
        raise UnreadableError("key_missing", "no answer earns anything")
    if rule in set(CreditRule) and rule != CreditRule.WEIGHTED:
        fair = fair_share(len(keys))
        if all(option.weight == (fair if option.id in keys else -fair) for option in options):
            plain = tuple(unweighted(options))
            return MultipleResponse(stem, plain, keys, explanation, CreditRule(rule))
    return MultipleResponse(stem, tuple(options), keys, explanation, CreditRule.WEIGHTED)


def fair_share(keys: int) -> Decimal:
    """Return the share of each of several keys in percent, rounded as Moodle rounds: 33.33333."""
    return (HUNDRED / keys).quantize(Decimal("0.00001")).normalize() + 0


def unweighted(options: Iterable[Option]) -> list[Option]:
    """Return options without weights."""
    return [Option(option.id, option.text, option.feedback) for option in options]


def accepted_number(
    value: Decimal, tolerance: Decimal, percent: Decimal, feedback: str
) -> AcceptedNumber:
    """Return the closed range around ``value``.

    Raises:
        UnreadableError: The tolerance is negative.
    """
    if tolerance < 0:
        raise UnreadableError("number_invalid", f"the tolerance {tolerance} is negative")
    return AcceptedNumber.around(value, tolerance, percent, feedback)


def note_anything(question: Question, share: Decimal, feedback: str) -> None:
    """Take note of the answer ``*``: what any other number earns."""
    if share > 0:
        raise UnreadableError("number_any", f"any number would earn {share} %")
    if feedback:
        question.notes.warn(
            "feedback_without_place", f"said to every other number: {feedback}", text=feedback
        )


def as_decimal(text: str) -> Decimal:
    """Return a number written with a decimal point; raises UnreadableError."""
    if len(text) > 100 or _NUMBER.match(text) is None:
        raise UnreadableError("number_invalid", f"{text[:60]!r} is not a number")
    return Decimal(text)


def with_shares(answers: "Iterable[etree._Element]") -> "list[tuple[etree._Element, Decimal]]":
    """Return answers with what they earn in percent; raises UnreadableError, FieldError."""
    shares = []
    for answer in answers:
        text = answer.get("fraction") or text_of(answer.find("fraction")) or "0"
        shares.append((answer, as_decimal(text.strip())))
    if len(shares) > len(IDS):
        raise FieldError("answers", f"{len(shares)} are too many")
    return shares
