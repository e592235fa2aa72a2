"""What the answers of a QTI 1.2 item earn and show."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from lxml import etree  # type: ignore[import-untyped]  # lxml ships no types

from lms.questions.domain.exchange.moodle_xml.question import UnreadableError
from lms.questions.domain.exchange.moodle_xml.texts import text_of

HUNDRED = Decimal(100)
_CONDITIONS = ("varequal", "vargte", "vargt", "varlte", "varlt", "varsubstring", "varsubset")


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison.

    Attributes:
        operator: Its element's name.
        response: The response that is compared.
        value: With what.
        is_negated: Whether it must not hold.
        minds_case: Whether upper and lower case differ.
    """

    operator: str
    response: str
    value: str
    is_negated: bool = False
    minds_case: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """One ``respcondition``.

    Attributes:
        tests: Its comparisons in order; none where it stands for everything else.
        percent: What it gives, in percent of all; None when it sets nothing.
        adds: Whether it adds to what others give.
        feedback: Idents of the feedback that it shows.
    """

    tests: tuple[Test, ...]
    percent: Decimal | None = None
    adds: bool = False
    feedback: tuple[str, ...] = ()

    @property
    def positive(self) -> tuple[Test, ...]:
        """Comparisons that must hold."""
        return tuple(test for test in self.tests if not test.is_negated)


@dataclass(slots=True)
class Scoring:
    """All conditions of an item."""

    conditions: list[Condition] = field(default_factory=list)

    @property
    def earning(self) -> list[Condition]:
        """Conditions that name an answer and give something for it."""
        return [one for one in self.conditions if one.positive and (one.percent or 0) > 0]

    def feedback_of(self, value: str) -> Iterator[str]:
        """Return idents of feedback shown for one answer alone."""
        for condition in self.conditions:
            if len(condition.tests) == 1 and condition.positive:
                test = condition.positive[0]
                if value in {test.value, test.response if not test.value else test.value}:
                    yield from condition.feedback


def read_scoring(item: "etree._Element") -> Scoring:
    """Read the ``resprocessing`` of an item."""
    scoring = Scoring()
    for processing in item.iter("resprocessing"):
        whole = _whole(processing)
        for element in processing.iter("respcondition"):
            scoring.conditions.append(_condition(element, whole))
    return scoring


def _whole(processing: "etree._Element") -> Decimal:
    for variable in processing.iter("decvar"):
        text = str(variable.get("maxvalue") or "")
        number = _decimal(text) if text else None
        if number is not None and number > 0:
            return number
    return HUNDRED


def _condition(element: "etree._Element", whole: Decimal) -> Condition:
    tests = tuple(
        Test(
            operator=test.tag,
            response=str(test.get("respident") or ""),
            value=text_of(test),
            is_negated=any(
                above.tag == "not" for above in test.iterancestors("not", "respcondition")
            ),
            minds_case=str(test.get("case") or "No").lower() in {"yes", "true"},
        )
        for test in element.iter(*_CONDITIONS)
    )
    percent: Decimal | None = None
    adds = False
    title = str(element.get("title") or "").lower()
    for change in element.iter("setvar"):
        if str(change.get("varname") or change.get("variablename") or "SCORE").upper() == "SCORE":
            percent = _percent(text_of(change), whole)
            adds = str(change.get("action") or "Set").lower() == "add"
    if title == "incorrect":
        percent = Decimal(0)
    links = tuple(str(link.get("linkrefid") or "") for link in element.iter("displayfeedback"))
    return Condition(tests, percent, adds, links)


def _percent(text: str, whole: Decimal) -> Decimal:
    if text.upper() == "SCORE.MAX":
        return HUNDRED
    number = _decimal(text)
    if number is None:
        raise UnreadableError("number_invalid", f"{text[:60]!r} is no score")
    percent = (number * HUNDRED / whole).quantize(Decimal("0.00001")).normalize() + 0
    return max(-HUNDRED, min(HUNDRED, percent))


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text.strip()) if len(text) <= 40 else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() and abs(number) < 10**9 else None
