"""Items as a GIFT file, and Issues for what GIFT cannot say."""

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from lms.issues import Issue, Severity, Where
from lms.questions.domain.exchange.gift.notes import facts_of, write_notes
from lms.questions.domain.exchange.gift.syntax import CATEGORY, HTML, MARKDOWN, escape, html_within
from lms.questions.domain.exchange.html import markdown_to_html
from lms.questions.domain.exchange.moodle_xml.question import fair_share
from lms.questions.domain.exchange.values import Candidate, Outgoing, Stimulus
from lms.questions.domain.items import (
    AcceptedNumber,
    CreditRule,
    Essay,
    Item,
    ItemType,
    Matching,
    MultipleResponse,
    Numeric,
    Option,
    ShortText,
    SingleResponse,
    TrueFalse,
)

HUNDRED = Decimal(100)
ARROW = "->"
_ROOT = "$course$/top"
_FORMAT = re.compile(r"\[(?:html|markdown|moodle|plain)\]")
_TRUTH = frozenset({"T", "TRUE", "F", "FALSE"})
_ESSAY_LINES = 8


def write_gift(bank: Outgoing) -> tuple[bytes, tuple[Issue, ...]]:
    """Write items as GIFT in UTF-8, so that ``parse_gift`` gives the same items back and Moodle reads them.

    Texts are written as ``[markdown]``. What only this product understands (rule of credit, unit, folding, lines of
    an essay, facts of the item) stands in comments and tags. Shared texts become descriptions.

    Returns:
        The file, and Issues: an error for each item that GIFT cannot say and that is left out, a warning
        for each that loses something. ``where.row`` is the number of the item, from 1.
    """
    writer = _Writer(bank)
    writer.write()
    return "".join(writer.lines).encode(), tuple(writer.issues)


class _CannotSay(Exception):  # noqa: N818 - says what is so
    """GIFT has no way to say an item."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class _Writer:
    """One pass over a bank."""

    def __init__(self, bank: Outgoing) -> None:
        self.lines: list[str] = []
        self.issues: list[Issue] = []
        self._bank = bank
        self._category: tuple[str, ...] = ()
        self._where = Where()
        self._bodies: Mapping[ItemType, Callable[[Item], str]] = {
            ItemType.SINGLE_RESPONSE: self._single, ItemType.MULTIPLE_RESPONSE: self._multiple,
            ItemType.TRUE_FALSE: self._true_false, ItemType.SHORT_TEXT: self._short_text,
            ItemType.NUMERIC: self._numeric, ItemType.MATCHING: self._matching, ItemType.ESSAY: self._essay,
        }  # fmt: skip

    def write(self) -> None:
        """Write everything; a shared text stands before the first item that names it."""
        named = {candidate.stimulus for candidate in self._bank.candidates}
        waiting = {stimulus.key: stimulus for stimulus in self._bank.stimuli}
        for stimulus in self._bank.stimuli:
            if stimulus.key not in named:
                self._describe(waiting.pop(stimulus.key))
        for number, candidate in enumerate(self._bank.candidates, start=1):
            self._where = Where(row=number)
            if candidate.stimulus in waiting:
                self._describe(waiting.pop(candidate.stimulus))
            self._item(candidate)

    def _describe(self, stimulus: Stimulus) -> None:
        self._enter(stimulus.category)
        self.lines.append(write_notes([("id", stimulus.key)]))
        self.lines.append(f"{_title(stimulus.title)}{_first(stimulus.text)}\n\n")

    def _item(self, candidate: Candidate) -> None:
        item = candidate.item
        try:
            answers = self._bodies.get(item.type, _cannot_say)(item)
        except _CannotSay as reason:
            facts = {"name": candidate.name, "key": candidate.key, "type": item.type.value}
            self.issues.append(
                Issue(
                    Severity.ERROR,
                    reason.code,
                    self._where,
                    str(reason),
                    {**facts, "source": item.stem},
                )
            )
            return
        self._enter(candidate.category)
        self.lines.append(write_notes([*facts_of(candidate), *self._notes(item)]))
        general = f"\t####{_text(item.explanation)}\n" if item.explanation.strip() else ""
        self.lines.append(f"{_title(candidate.name)}{_first(item.stem)}{{{answers}{general}}}\n\n")

    def _enter(self, category: tuple[str, ...]) -> None:
        if category == self._category:
            return
        self._category = category
        names = [" ".join(name.split()) for name in category]
        if names != list(category) or any(
            name.startswith("/") or name.endswith("/") for name in names
        ):
            self._warn(
                "category_changed",
                "a category with slashes or spaces at its ends is written without",
            )
        path = "/".join([_ROOT, *(name.strip("/").replace("/", "//") for name in names)])
        escaped = path.replace("\\", "\\\\")
        self.lines.append(f"{CATEGORY} {escaped}\n\n")

    def _notes(self, item: Item) -> list[tuple[str, str]]:
        """Return what only this product understands of an item."""
        if isinstance(item, MultipleResponse) and item.credit is not CreditRule.WEIGHTED:
            return [("credit", item.credit.value)]
        if isinstance(item, Matching) and item.credit is CreditRule.EXACT:
            return [("credit", item.credit.value)]
        if isinstance(item, Numeric):
            return [("unit", item.unit)]
        if isinstance(item, Essay) and item.lines != _ESSAY_LINES:
            return [("lines", str(item.lines))]
        if isinstance(item, ShortText):
            flags = {
                "case": item.match_case,
                "width": item.match_width,
                "traditional": item.fold_traditional,
            }
            return [("match", " ".join(name for name, is_on in flags.items() if is_on))]
        return []

    def _warn(self, code: str, message: str, **facts: object) -> None:
        self.issues.append(Issue(Severity.WARNING, code, self._where, message, facts))

    def _single(self, item: Item) -> str:
        assert isinstance(item, SingleResponse)
        lines = []
        for option in item.options:
            is_full = option.id == item.key if option.weight is None else option.weight == HUNDRED
            sign = "=" if is_full else _tilde(option, option.weight or Decimal(0))
            lines.append(_option(sign, option))
        return _block(lines)

    def _multiple(self, item: Item) -> str:
        assert isinstance(item, MultipleResponse)
        if item.credit is CreditRule.WEIGHTED:
            return _block(
                _option(_tilde(one, one.weight or Decimal(0)), one) for one in item.options
            )
        fair = fair_share(len(item.keys))
        self._warn(
            "credit_only_here",
            f"Moodle knows no rule {item.credit.value}; it will count {fair:f} % for each right option and take off "
            "as much for each wrong one",
            credit=item.credit.value,
        )
        return _block(
            _option(_tilde(one, fair if one.id in item.keys else -fair), one)
            for one in item.options
        )

    def _true_false(self, item: Item) -> str:
        assert isinstance(item, TrueFalse)
        right, wrong = item.feedback_true, item.feedback_false
        if not item.answer:
            right, wrong = wrong, right
        text = "TRUE" if item.answer else "FALSE"
        if wrong.strip() or right.strip():
            text += f"#{_text(wrong)}"
        if right.strip():
            text += f"#{_text(right)}"
        return text + ("\n" if item.explanation.strip() else "")

    def _short_text(self, item: Item) -> str:
        assert isinstance(item, ShortText)
        self._check_flags(item)
        texts = [text for one in item.accepted for text in (one.text, one.feedback)]
        if not any(ARROW in text for text in texts):
            return _block(
                f"=%{_percent(one.percent)}%{_typed(one.text)}{_feedback(one.feedback)}"
                for one in item.accepted
            )
        only = item.accepted[0]
        is_bare = only.text.strip() not in _TRUTH and not only.text.strip().startswith("%")
        if len(item.accepted) > 1 or only.percent != HUNDRED or not is_bare:
            raise _CannotSay(
                "arrow_in_answer", "GIFT would read an answer with -> as a pair to be matched"
            )
        return f"{_typed(only.text)}{_feedback(only.feedback)}\n"

    def _check_flags(self, item: ShortText) -> None:
        if item.match_case or item.match_width or item.fold_traditional:
            message = "how letters are compared is noted for this product only; Moodle ignores case"
            self._warn("comparison_only_here", message)

    def _numeric(self, item: Item) -> str:
        assert isinstance(item, Numeric)
        if item.unit:
            message = f"the unit {item.unit} is noted for this product only"
            self._warn("unit_only_here", message, unit=item.unit)
        return "#" + _block(
            f"=%{_percent(one.percent)}%{_range(one)}{_feedback(one.feedback)}"
            for one in item.accepted
        )

    def _matching(self, item: Item) -> str:
        assert isinstance(item, Matching)
        if any(ARROW in premise.text for premise in item.premises):
            raise _CannotSay("arrow_in_premise", "GIFT would cut a premise at its ->")
        if item.credit is CreditRule.EXACT:
            message = "all or nothing is noted for this product only; Moodle counts each pair"
            self._warn("credit_only_here", message, credit=item.credit.value)
        choices = {choice.id: choice.text for choice in item.choices}
        used = {premise.choice_id for premise in item.premises}
        lines = [
            f"={_text(premise.text)} {ARROW} {escape(choices[premise.choice_id].strip())}"
            for premise in item.premises
        ]
        lines += [
            f"= {ARROW} {escape(text.strip())}" for key, text in choices.items() if key not in used
        ]
        return _block(lines)

    def _essay(self, item: Item) -> str:
        assert isinstance(item, Essay)
        lost = [
            name
            for name, is_there in (("rubric", item.rubric), ("reference", item.reference))
            if is_there
        ]
        if lost:
            self._warn("fields_lost", f"GIFT has no place for: {', '.join(lost)}", fields=lost)
        return "\n" if item.explanation.strip() else ""


def _cannot_say(item: Item) -> str:
    raise _CannotSay("type_not_sayable", f"GIFT has no items of the type {item.type.value}")


def _title(name: str) -> str:
    name = " ".join(name.split())
    return f"::{escape(name)}::" if name else ""


def _first(text: str) -> str:
    """Return a stem with the format that holds for the whole question."""
    html = _as_html(text)
    if html is not None:
        return f"[{HTML}]{escape(html)}"
    return f"[{MARKDOWN}]{escape(text.strip())}"


def _text(text: str) -> str:
    """Return a text within the braces; with its own format only where it must name one."""
    text = text.strip()
    html = _as_html(text)
    if html is not None:
        return f"[{HTML}]{escape(html)}"
    return escape(f"[{MARKDOWN}]{text}" if text.startswith("[") else text)


def _as_html(text: str) -> str | None:
    """Return Markdown as HTML if other programs would take something in it for HTML."""
    return None if html_within(text) is None else markdown_to_html(text)


def _typed(text: str) -> str:
    text = text.strip()
    return escape(f"[plain]{text}" if _FORMAT.match(text) else text)


def _feedback(text: str) -> str:
    return f"#{_text(text)}" if text.strip() else ""


def _option(sign: str, option: Option) -> str:
    return f"{sign}{_text(option.text)}{_feedback(option.feedback)}"


def _tilde(option: Option, weight: Decimal) -> str:
    """Return the sign of an option with its weight; 0 is said only where its text could be taken for one."""
    return f"~%{_percent(weight)}%" if weight or option.text.lstrip().startswith("%") else "~"


def _block(lines: Iterable[str]) -> str:
    return "\n" + "".join(f"\t{line}\n" for line in lines)


def _percent(percent: Decimal) -> str:
    text = f"{percent:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _range(one: AcceptedNumber) -> str:
    """Return ``value:tolerance``; the ends where that would not say the same."""
    value, tolerance = _percent(one.value), _percent(one.tolerance)
    around = AcceptedNumber.around(Decimal(value), Decimal(tolerance))
    if max(len(value), len(tolerance)) <= 30 and (around.low, around.high) == (one.low, one.high):
        return f"{value}:{tolerance}"
    return f"{one.low:f}..{one.high:f}"
