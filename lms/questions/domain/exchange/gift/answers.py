"""The answers of a GIFT question, between ``{`` and ``}``, into an item of the type that they show."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from lms.questions.domain.exchange.gift.notes import Notes
from lms.questions.domain.exchange.gift.splitting import Fault
from lms.questions.domain.exchange.gift.syntax import GiftError, Span
from lms.questions.domain.exchange.gift.texts import Texts
from lms.questions.domain.exchange.moodle_xml.question import IDS, several_of, single_of
from lms.questions.domain.items import (
    AcceptedNumber,
    AcceptedText,
    CreditRule,
    Essay,
    Item,
    MatchChoice,
    Matching,
    Numeric,
    Option,
    Premise,
    ShortText,
    TrueFalse,
)

HUNDRED = Decimal(100)
ARROW = "->"
_CHOICES = re.compile("[~=]")
_EQUALS = re.compile("=")
_WEIGHT = re.compile(r"%(-?[0-9]{1,9}(?:\.[0-9]{0,30})?)%")
_LIKE_WEIGHT = re.compile(r"%[\s0-9.,+-]{0,20}[0-9][\s0-9.,+-]{0,20}%")
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,30}\.?[0-9]{0,30}|\.[0-9]{1,30})(?:[eE][+-]?[0-9]{1,2})?\Z")
_TRUTH = {"T": True, "TRUE": True, "F": False, "FALSE": False}
_LIKE_TRUTH = frozenset({"t", "true", "f", "false", "对", "错", "正确", "错误", "√", "×"})
_LINES = re.compile("[0-9]{1,2}")


@dataclass(slots=True)
class Block:
    """A question taken apart.

    Attributes:
        line: Where it begins.
        stem: The task.
        explanation: The general feedback.
        answers: What stands in the braces, without the general feedback.
        texts: Reads its texts.
        notes: From its comments.
        warnings: What deserves a look.
    """

    line: int
    stem: str
    explanation: str
    answers: Span
    texts: Texts
    notes: Notes
    warnings: list[Fault] = field(default_factory=list)

    def warn(self, code: str, line: int, message: str) -> None:
        """Say that something deserves a look."""
        self.warnings.append(Fault(code, line, message))


def read_item(block: Block) -> Item:
    """Read a question whose type shows in its answers.

    Raises:
        GiftError: The answers cannot be understood.
        FieldError: They can, but make no item.
    """
    if not block.stem:
        raise GiftError("text_missing", block.line, "the question has no text")
    text = block.answers.text
    if not text:
        return _essay(block)
    if text.startswith("#"):
        return _numeric(block)
    if "~" in text:
        return _choice(block)
    if "=" in text and ARROW in text:
        return _matching(block)
    if text.partition("#")[0].strip() in _TRUTH:
        return _true_false(block)
    return _short_text(block)


def _essay(block: Block) -> Item:
    lines = block.notes.first("lines")
    if _LINES.fullmatch(lines):
        return Essay(block.stem, explanation=block.explanation, lines=int(lines))
    return Essay(block.stem, explanation=block.explanation)


def _choice(block: Block) -> Item:
    is_single = "=" in block.answers.text
    options: list[Option] = []
    for answer in _answers(block, _CHOICES, at_least=2):
        sign = answer.text[0] if answer.text[:1] in ("~", "=") else ""
        if not sign:
            message = (
                "text stands before the first ~ or =; it is read as a wrong option, as Moodle does"
            )
            block.warn("sign_missing", answer.line, message)
        rest = answer.cut(len(sign)).strip()
        weight = HUNDRED
        if sign != "=":
            weight, rest = _weight(rest, Decimal(0))
        text, feedback = _with_feedback(block, rest)
        if not text:
            block.warn("option_empty", answer.line, "an option without text is left out")
            continue
        option_id = IDS[min(len(options), len(IDS) - 1)]
        options.append(Option(option_id, text, feedback, weight))
    if len(options) > len(IDS):
        raise GiftError("item_invalid", block.line, f"{len(options)} options are too many")
    if not is_single:
        _check_weights(block, options)
        return several_of(block.stem, options, block.explanation, block.notes.first("credit"))
    if sum(option.weight == HUNDRED for option in options) > 1:
        message = (
            "several options are marked as right, each earns everything; Moodle reads it so too"
        )
        block.warn("keys_several", block.line, message)
    return single_of(block.stem, options, block.explanation)


def _check_weights(block: Block, options: list[Option]) -> None:
    """Say when the weights promise more than everything; Moodle refuses that."""
    total = sum((max(option.weight or Decimal(0), Decimal(0)) for option in options), Decimal(0))
    if total > Decimal("100.1"):
        message = f"the weights of the right options add up to {total:f}, more than 100"
        block.warn("weights_above_hundred", block.line, message)


def _matching(block: Block) -> Item:
    premises: list[Premise] = []
    choices: dict[str, MatchChoice] = {}
    for answer in _answers(block, _EQUALS, at_least=2):
        left, arrow, right = answer.text.removeprefix("=").partition(ARROW)
        if not arrow:
            raise GiftError("arrow_missing", answer.line, "a pair has no -> between its two sides")
        text = block.texts.label(right)
        if not text:
            raise GiftError("answers_missing", answer.line, "a pair has nothing behind its ->")
        choice = choices.setdefault(text, MatchChoice(f"c{len(choices) + 1}", text))
        premise = block.texts.line(left)
        if premise:
            premises.append(Premise(f"p{len(premises) + 1}", premise, choice.id))
    is_exact = block.notes.first("credit") == CreditRule.EXACT
    return Matching(
        stem=block.stem,
        premises=tuple(premises),
        choices=tuple(choices.values()),
        explanation=block.explanation,
        credit=CreditRule.EXACT if is_exact else CreditRule.PROPORTIONAL,
    )


def _true_false(block: Block) -> Item:
    """Read true or false: the first feedback is for the wrong judgement, the second for the right one."""
    word, wrong, right = [*block.answers.text.split("#", 2), "", ""][:3]
    answer = _TRUTH[word.strip()]
    for_wrong, for_right = block.texts.markdown(wrong), block.texts.markdown(right)
    return TrueFalse(
        stem=block.stem,
        answer=answer,
        feedback_true=for_right if answer else for_wrong,
        feedback_false=for_wrong if answer else for_right,
        explanation=block.explanation,
    )


def _short_text(block: Block) -> Item:
    accepted: list[AcceptedText] = []
    for answer in _answers(block, _EQUALS, at_least=1):
        percent, rest = _weight(Span(answer.text.removeprefix("="), answer.line).strip(), HUNDRED)
        text, _, feedback = rest.text.partition("#")
        text = block.texts.plain(text)
        if not text:
            block.warn("option_empty", answer.line, "an answer without text is left out")
            continue
        accepted.append(AcceptedText(text, percent, block.texts.markdown(feedback)))
    if len(accepted) == 1 and accepted[0].text.lower() in _LIKE_TRUTH:
        message = (
            "true or false is written {TRUE} or {FALSE}; this is read as an answer to be typed"
        )
        block.warn("like_true_false", block.answers.line, message)
    flags = block.notes.first("match").split()
    return ShortText(
        stem=block.stem,
        accepted=tuple(accepted),
        explanation=block.explanation,
        match_case="case" in flags,
        match_width="width" in flags,
        fold_traditional="traditional" in flags,
    )


def _numeric(block: Block) -> Item:
    span = block.answers.cut(1)
    right, tilde, wrong = span.text.partition("~")
    if tilde:
        line = span.line + right.count("\n")
        _note_anything(block, line, Decimal(0), wrong.partition("#")[2])
    accepted: list[AcceptedNumber] = []
    block.answers = Span(right, span.line).strip()
    for answer in _answers(block, _EQUALS, at_least=1):
        percent, rest = _weight(Span(answer.text.removeprefix("="), answer.line).strip(), HUNDRED)
        text, _, feedback = rest.text.partition("#")
        text = block.texts.plain(text)
        if text == "*":
            _note_anything(block, answer.line, percent, feedback)
            continue
        low, high = _range(text, answer.line)
        accepted.append(AcceptedNumber(low, high, percent, block.texts.markdown(feedback)))
    return Numeric(
        stem=block.stem,
        accepted=tuple(accepted),
        unit=block.notes.first("unit"),
        explanation=block.explanation,
    )


def _note_anything(block: Block, line: int, percent: Decimal, feedback: str) -> None:
    """Take note of what any other number earns and is told."""
    if percent > 0:
        raise GiftError("number_any", line, f"any number would earn {percent:f} %")
    text = block.texts.markdown(feedback)
    if text:
        block.warn("feedback_without_place", line, f"said to every other number: {text}")


def _range(text: str, line: int) -> tuple[Decimal, Decimal]:
    """Read ``5``, ``5:0.1`` or ``4..6``."""
    low, dots, high = text.partition("..")
    if dots and low:
        least, most = _number(low, line), _number(high, line)
        if least > most:
            raise GiftError("number_invalid", line, f"{low.strip()} is above {high.strip()}")
        return least, most
    value, _, tolerance = text.partition(":")
    width = _number(tolerance, line) if tolerance else Decimal(0)
    if width < 0:
        raise GiftError("number_invalid", line, f"the tolerance {width:f} is negative")
    around = AcceptedNumber.around(_number(value, line), width)
    return around.low, around.high


def _number(text: str, line: int) -> Decimal:
    text = text.strip()
    if _NUMBER.match(text) is None:
        raise GiftError("number_invalid", line, f"{text[:60]!r} is not a number", value=text[:60])
    return Decimal(text)


def _answers(block: Block, separator: re.Pattern[str], *, at_least: int) -> list[Span]:
    """Return the answers with their signs; text before the first sign is one too."""
    found = [span for span in (one.strip() for one in block.answers.split(separator)) if span.text]
    if len(found) < at_least:
        message = f"the question has {len(found)} answers, it needs at least {at_least}"
        raise GiftError("answers_missing", block.line, message, count=len(found), at_least=at_least)
    return found


def _weight(span: Span, default: Decimal) -> tuple[Decimal, Span]:
    match = _WEIGHT.match(span.text)
    if match is not None:
        return Decimal(match[1]), span.cut(match.end()).strip()
    like = _LIKE_WEIGHT.match(span.text)
    if like is not None:
        message = f"{like[0]} is not a weight in percent such as %50% or %33.33333%"
        raise GiftError("weight_invalid", span.line, message, value=like[0])
    return default, span


def _with_feedback(block: Block, span: Span) -> tuple[str, str]:
    text, _, feedback = span.text.partition("#")
    read: Callable[[str], str] = block.texts.line
    return read(text), block.texts.markdown(feedback)
