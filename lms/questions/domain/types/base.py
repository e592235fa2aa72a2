"""The values that item types share."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

Body = Mapping[str, object]
"""An item as stored: JSON values by field name."""


class ItemType(StrEnum):
    """Names of item types, as stored."""

    SINGLE_RESPONSE = "single_response"
    MULTIPLE_RESPONSE = "multiple_response"
    TRUE_FALSE = "true_false"
    SHORT_TEXT = "short_text"
    NUMERIC = "numeric"
    MATCHING = "matching"
    ORDERING = "ordering"
    CLOZE = "cloze"
    ESSAY = "essay"


CHOICES = frozenset({ItemType.SINGLE_RESPONSE, ItemType.MULTIPLE_RESPONSE, ItemType.TRUE_FALSE})
"""Types that are answered by marking options of one list."""


class CreditRule(StrEnum):
    """How an answer of several marks or pairs earns credit."""

    EXACT = "exact"
    PROPORTIONAL = "proportional"
    CORRECT_MINUS_WRONG = "correct_minus_wrong"
    WEIGHTED = "weighted"


class OrderCredit(StrEnum):
    """How an order earns credit."""

    EXACT = "exact"
    ADJACENT_PAIRS = "adjacent_pairs"


class FieldError(ValueError):
    """A value of a body or a response cannot be used.

    Args:
        field: Path of the field, such as ``options[2].text``.
        problem: What is wrong with it, in English, for an author's Issue or a log.
    """

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem


class MarkedByPeople(Exception):  # noqa: N818 - says what is so, like every error of this product
    """The item has no key: what an answer earns is decided by people."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a choice, or one step of an order.

    Attributes:
        id: Stable within the item; responses hold ids, never positions.
        text: One line of Markdown.
        feedback: Why it is right or wrong, said to the person who chose it.
        weight: What choosing it adds, in percent, -100 to 100; only where the item is weighted.
    """

    id: str
    text: str
    feedback: str = ""
    weight: Decimal | None = None


@dataclass(frozen=True, slots=True)
class OptionFeedback:
    """What the answered item shows at one option."""

    id: str
    text: str
    feedback: str
    is_key: bool
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class RowFeedback:
    """What the answered item shows for one thing that was typed, put together, placed or filled in.

    Attributes:
        id: Premise, place (from 1) or gap; empty where there is one row only.
        label: The premise, in Markdown; else empty.
        given: The answer; empty when there is none.
        right: Every answer that earns everything, the first as the author put it first.
        share: What the row earned of its own, 0 to 1; None where people decide.
        feedback: Why, in Markdown; may be empty.
        is_typed: Whether ``given`` and ``right`` are plain text; else they are Markdown.
    """

    id: str
    label: str
    given: str
    right: tuple[str, ...]
    share: Fraction | None
    feedback: str = ""
    is_typed: bool = False

    @property
    def is_right(self) -> bool:
        """Whether it earns everything."""
        return self.share == 1

    @property
    def is_partly(self) -> bool:
        """Whether it earns something, but not everything."""
        return self.share is not None and 0 < self.share < 1


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a person is shown after answering.

    Attributes:
        is_right: Whether the answer earns everything.
        options: All options in the order asked for; empty for types that do not choose from one list.
        explanation: The general point of the item; may be empty.
        rows: For types that are not a choice from one list: each thing answered.
    """

    is_right: bool
    options: tuple[OptionFeedback, ...]
    explanation: str
    rows: tuple[RowFeedback, ...] = ()


@dataclass(frozen=True, slots=True)
class FaceOption:
    """Something to choose, to place or to answer, as the person sees it."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class FaceGap:
    """A gap of a text: its id, its number from 1, and what is asked there."""

    id: str
    number: int
    face: "Face"


@dataclass(frozen=True, slots=True)
class Face:
    """What may be seen of an item before it is answered: no key, no feedback.

    Attributes:
        type: Its type.
        stem: The task, in Markdown.
        options: To choose from, or to put into order; in the order shown.
        takes_many: Whether several options may be chosen.
        premises: What is matched with ``options``.
        gaps: Gaps, in the order of their markers ``{{id}}`` in the stem.
        unit: Printed behind the number; may be empty.
        lines: Height of the space for a text; 0 for none.
    """

    type: ItemType
    stem: str
    options: tuple[FaceOption, ...] = ()
    takes_many: bool = False
    premises: tuple[FaceOption, ...] = ()
    gaps: tuple[FaceGap, ...] = ()
    unit: str = ""
    lines: int = 0

    @property
    def is_choice(self) -> bool:
        """Whether it is answered by marking options of one list."""
        return self.type in CHOICES


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that an item says beside its stem and explanation, for comparing versions and for searching.

    Attributes:
        field: What it is: option, feedback, weight, key, credit, accepted, unit, premise, choice, pair, step,
            gap, rubric, reference, lines, match_case, match_width or fold_traditional.
        id: Of the option, premise or gap; empty where there is one only.
        text: Its words.
        is_plain: Whether it is a value rather than words: shown as the old one and the new one.
    """

    field: str
    id: str
    text: str
    is_plain: bool = False


@dataclass(frozen=True, slots=True)
class SampleResponses:
    """Raw responses that an item makes for its own tests.

    Attributes:
        right: Earn everything.
        wrong: Well formed, earn less than everything.
        malformed: Refused by ``parse_response``.
    """

    right: tuple[object, ...]
    wrong: tuple[object, ...]
    malformed: tuple[object, ...]
