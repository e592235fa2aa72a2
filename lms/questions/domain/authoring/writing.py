"""From an item to the fields of a form."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from lms.questions.domain.authoring.fields import Pair
from lms.questions.domain.authoring.typed import SWITCHES
from lms.questions.domain.identity import ItemFacts
from lms.questions.domain.items import (
    AcceptedNumber,
    AcceptedText,
    Cloze,
    Essay,
    Item,
    Matching,
    MultipleResponse,
    Numeric,
    Option,
    Ordering,
    ShortText,
    SingleResponse,
    TrueFalse,
    item_from_json,
)
from lms.questions.domain.merging import Labels
from lms.questions.domain.types.base import Body, CreditRule
from lms.questions.domain.types.reading import HUNDRED, decimal_as_text


def fields_of(
    body: Body,
    facts: ItemFacts,
    labels: Labels,
    *,
    group: str = "",
    purpose: str = "quiz",
) -> list[Pair]:
    """Return the fields of the form that says exactly this; ``read_authored`` reads them back.

    Args:
        body: An item as stored.
        facts: What it is about.
        labels: Short title, category, tags and points.
        group: Key of its case group; empty when it stands alone.
        purpose: What it is for.

    Raises:
        FieldError: The body is no item.
    """
    item = item_from_json(body)
    return [
        ("type", item.type.value),
        ("stem", item.stem),
        *_answer(item, ""),
        ("explanation", item.explanation),
        ("purpose", purpose),
        ("lesson", facts.lesson_key),
        ("point", facts.point),
        ("difficulty", facts.difficulty),
        *(("card", card) for card in facts.cards),
        *([("red_line", "1")] if facts.red_line else []),
        ("name", labels.name),
        ("points", labels.points),
        *(("category", one) for one in labels.category),
        *(("tag", tag) for tag in labels.tags),
        ("group", group),
    ]


def _answer(item: Item, at: str) -> Iterator[Pair]:
    """Yield what belongs to the type of an item, the names beginning with ``at``."""
    for name, value in _own(item):
        yield at + name, value


def _own(item: Item) -> Iterator[Pair]:
    match item:
        case SingleResponse():
            return _single(item)
        case MultipleResponse():
            return _multiple(item)
        case TrueFalse():
            return _true_false(item)
        case ShortText():
            return _short_text(item)
        case Numeric():
            return _numeric(item)
        case Matching():
            return _matching(item)
        case Ordering():
            return _ordering(item)
        case Cloze():
            return _cloze(item)
        case Essay():
            return _essay(item)


def _single(item: SingleResponse) -> Iterator[Pair]:
    is_weighted = item.options[0].weight is not None
    yield "credit", CreditRule.WEIGHTED.value if is_weighted else CreditRule.EXACT.value
    yield from _options(item.options, [item.key])


def _multiple(item: MultipleResponse) -> Iterator[Pair]:
    yield "credit", item.credit.value
    yield from _options(item.options, [one.id for one in item.options if one.id in item.keys])


def _options(options: Iterable[Option], keys: Iterable[str]) -> Iterator[Pair]:
    for option in options:
        yield "option", option.id
        yield f"option.{option.id}.text", option.text
        yield f"option.{option.id}.feedback", option.feedback
        if option.weight is not None:
            yield f"option.{option.id}.weight", decimal_as_text(option.weight)
    for key in keys:
        yield "key", key


def _true_false(item: TrueFalse) -> Iterator[Pair]:
    yield "answer", "true" if item.answer else "false"
    yield "feedback.true", item.feedback_true
    yield "feedback.false", item.feedback_false


def _short_text(item: ShortText) -> Iterator[Pair]:
    for number, one in enumerate(item.accepted, start=1):
        yield "accepted", str(number)
        yield f"accepted.{number}.text", one.text
        yield from _earned(number, one)
    for switch in SWITCHES:
        if getattr(item, switch):
            yield switch, "1"


def _earned(number: int, one: AcceptedText | AcceptedNumber) -> Iterator[Pair]:
    stored = decimal_as_text(one.percent)
    # As stored, not as worth: whoever opens and saves an item changes nothing of it.
    percent = "" if stored == str(HUNDRED) else stored
    yield f"accepted.{number}.percent", percent
    yield f"accepted.{number}.feedback", one.feedback


def _numeric(item: Numeric) -> Iterator[Pair]:
    for number, one in enumerate(item.accepted, start=1):
        yield "accepted", str(number)
        for name, value in _number(one):
            yield f"accepted.{number}.{name}", value
        yield from _earned(number, one)
    yield "unit", item.unit


def _number(one: AcceptedNumber) -> tuple[Pair, ...]:
    """Write a value and its tolerance where they say exactly this range, else its two ends."""
    if str(one.low) == str(one.high):
        return ("shape", "around"), ("value", decimal_as_text(one.low)), ("tolerance", "")
    for value, tolerance in (
        (_short(one.value), _short(one.tolerance)),
        (one.value, one.tolerance),
    ):
        again = AcceptedNumber.around(value, tolerance)
        if (str(again.low), str(again.high)) == (str(one.low), str(one.high)):
            return (
                ("shape", "around"),
                ("value", decimal_as_text(value)),
                ("tolerance", decimal_as_text(tolerance)),
            )
    return (
        ("shape", "range"),
        ("low", decimal_as_text(one.low)),
        ("high", decimal_as_text(one.high)),
    )


def _short(number: Decimal) -> Decimal:
    text = decimal_as_text(number)
    return Decimal(text.rstrip("0").rstrip(".")) if "." in text else number


def _matching(item: Matching) -> Iterator[Pair]:
    for premise in item.premises:
        yield "premise", premise.id
        yield f"premise.{premise.id}.text", premise.text
        yield f"premise.{premise.id}.choice", premise.choice_id
    for choice in item.choices:
        yield "choice", choice.id
        yield f"choice.{choice.id}.text", choice.text
    yield "credit", item.credit.value


def _ordering(item: Ordering) -> Iterator[Pair]:
    yield from _options(item.options, [])
    yield "credit", item.credit.value


def _cloze(item: Cloze) -> Iterator[Pair]:
    for gap in item.gaps:
        at = f"gap.{gap.id}."
        yield "gap", gap.id
        yield f"{at}type", gap.item.type.value
        yield f"{at}weight", str(gap.weight)
        yield from _answer(gap.item, at)
        yield f"{at}explanation", gap.item.explanation


def _essay(item: Essay) -> Iterator[Pair]:
    for line in item.rubric:
        yield "rubric", line.id
        yield f"rubric.{line.id}.text", line.text
        yield f"rubric.{line.id}.points", decimal_as_text(line.points)
    yield "reference", item.reference
    yield "lines", str(item.lines)
