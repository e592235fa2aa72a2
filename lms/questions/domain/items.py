"""Items as values: reading and writing bodies, answers, scores and feedback.

The one door to item types for everybody else: callers hold an ``Item`` and call these functions; they never
ask which type it is.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from random import Random

from lms.questions.domain.types.answers import Answer, Chosen, Filled, Matched, Ordered, Typed
from lms.questions.domain.types.base import (
    CHOICES,
    Body,
    CreditRule,
    Face,
    FaceGap,
    FaceOption,
    Feedback,
    FieldError,
    ItemType,
    MarkedByPeople,
    Option,
    OptionFeedback,
    OrderCredit,
    Part,
    RowFeedback,
    SampleResponses,
)
from lms.questions.domain.types.cloze import Cloze, Gap, GapItem
from lms.questions.domain.types.essay import Essay, RubricLine
from lms.questions.domain.types.kind import ItemKind
from lms.questions.domain.types.matching import MatchChoice, Matching, Premise
from lms.questions.domain.types.multiple_response import MultipleResponse
from lms.questions.domain.types.numeric import AcceptedNumber, Numeric
from lms.questions.domain.types.ordering import Ordering
from lms.questions.domain.types.reading import as_text
from lms.questions.domain.types.short_text import AcceptedText, ShortText
from lms.questions.domain.types.single_response import SingleResponse
from lms.questions.domain.types.true_false import TrueFalse
from lms.units import Points, as_points

Item = (
    SingleResponse
    | MultipleResponse
    | TrueFalse
    | ShortText
    | Numeric
    | Matching
    | Ordering
    | Cloze
    | Essay
)
"""An assessable task of any type."""

_KINDS: tuple[type[Item], ...] = (
    SingleResponse,
    MultipleResponse,
    TrueFalse,
    ShortText,
    Numeric,
    Matching,
    Ordering,
    Cloze,
    Essay,
)
#: Strict typing reads this line as: every kind keeps the contract of ItemKind.
_CONTRACT: tuple[type[ItemKind], ...] = _KINDS
_TYPES: Mapping[str, type[Item]] = {kind.type.value: kind for kind in _KINDS}

MARKED_BY_PEOPLE = frozenset(kind.type for kind in _KINDS if kind.is_marked_by_people)
"""Types whose answers have no key: what one earns is said in the queue of those who mark."""

__all__ = [
    "CHOICES", "MARKED_BY_PEOPLE", "AcceptedNumber", "AcceptedText", "Answer", "Chosen", "Cloze", "CreditRule", "Essay",
    "Face", "FaceGap", "FaceOption", "Feedback", "FieldError", "Filled", "Gap", "GapItem", "Item", "ItemType",
    "MarkedByPeople", "MatchChoice", "Matched", "Matching", "MultipleResponse", "Numeric", "Option", "OptionFeedback",
    "OrderCredit", "Ordered", "Ordering", "Part", "Premise", "RowFeedback", "RubricLine", "SampleResponses",
    "ShortText", "SingleResponse", "TrueFalse", "Typed", "answer_as_json", "explain", "face", "is_omitted", "is_right",
    "item_as_json", "item_from_json", "parse_response", "sample_responses", "score", "shuffled_order", "stable_order",
]  # fmt: skip


def item_from_json(body: Body) -> Item:
    """Read a stored body into an item.

    Raises:
        FieldError: A ValueError that names the field: unknown type, missing or unknown field, or a key
            that is not among the options.
    """
    name = as_text(body.get("type"), "type")
    kind = _TYPES.get(name)
    if kind is None:
        raise FieldError("type", f"{name!r} is not a known item type")
    return kind.from_json(body)


def item_as_json(item: Item) -> dict[str, object]:
    """Return the body of ``item`` as stored; ``item_from_json`` gives the same item back."""
    return item.as_json()


def parse_response(item: Item, raw: object) -> Answer:
    """Read what a person sent as an answer to ``item``.

    Args:
        item: The item answered.
        raw: ``{"chosen": ["a", "c"]}`` for choices, ``{"text": "…"}`` for what is typed, ``{"pairs": {premise:
            choice}}``, ``{"order": [ids]}``, or ``{"gaps": {gap: response}}``; ``{}`` and the empty shape mean
            that nothing is answered, or that the answer was taken back.

    Raises:
        FieldError: A ValueError: another shape, an option that was not presented, an option twice, more
            options than may be chosen, or a longer text than may be typed.
    """
    return item.parse(raw)


def is_omitted(raw: object) -> bool:
    """Say whether a raw or stored response is the empty shape of any type, without asking which."""
    return raw is None or raw in _OMITTED


_OMITTED: tuple[object, ...] = (
    {},
    {"chosen": []},
    {"text": ""},
    {"pairs": {}},
    {"order": []},
    {"gaps": {}},
)


def answer_as_json(answer: Answer) -> dict[str, object]:
    """Return ``answer`` in the shape that ``parse_response`` reads, ids in alphabetical order; omitted is ``{}``."""
    return answer.as_json()


def score(item: Item, answer: Answer, max_points: Points) -> Points:
    """Award points for an answer.

    Args:
        item: The item answered.
        answer: What ``parse_response`` made of the response.
        max_points: Points for a fully right answer, at least 0.

    Returns:
        Points in [0, ``max_points``], rounded half up to 0.01. An empty answer earns nothing.

    Raises:
        ValueError: ``max_points`` is negative.
        MarkedByPeople: Only people can say.
    """
    if max_points < 0:
        raise ValueError(f"{max_points} points cannot be awarded")
    share = item.share(answer)
    return as_points(max_points * Decimal(share.numerator) / Decimal(share.denominator))


def is_right(item: Item, answer: Answer) -> bool:
    """Say whether ``answer`` earns everything."""
    return item.share(answer) == 1


def explain(item: Item, answer: Answer, order: Sequence[str] | None = None) -> Feedback:
    """Return what a person is shown after answering.

    Args:
        item: The item answered.
        answer: The answer given.
        order: Option ids in the order in which they were shown; None for the authored order.

    Raises:
        ValueError: ``order`` is not a permutation of the item's options.
    """
    return item.explained(answer, order)


def face(item: Item, order: Sequence[str] | None = None) -> Face:
    """Return what may be seen of an item before it is answered: no key, no feedback.

    Args:
        item: The item.
        order: As ``shuffled_order`` drew it; None for the authored order, which gives the key of an ordering away.

    Raises:
        ValueError: ``order`` is not a permutation of the item's options.
    """
    return item.face(order)


def shuffled_order(item: Item, rng: Random) -> list[str]:
    """Return the item's option ids in an order drawn from ``rng``; none for types without a list of options.

    True/false is never shuffled, and an ordering of three or more never stands in the right order. The same
    state of ``rng`` gives the same order.
    """
    return list(item.shuffled(rng))


def stable_order(item: Item, *, person_id: int, item_key: str) -> list[str]:
    """Return the order in which this person always sees the options of this item outside a paper."""
    seed = f"{person_id}:{item_key}"
    return shuffled_order(item, Random(seed))  # noqa: S311 - an order of options is no secret


def sample_responses(item: Item) -> SampleResponses:
    """Return raw responses that are right, wrong and malformed for ``item``, for tests of content."""
    return item.samples()
