"""What every item type gives, and the values they share."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from random import Random
from typing import ClassVar, Protocol, Self

Body = Mapping[str, object]
"""An item as stored: JSON values by field name."""


class ItemType(StrEnum):
    """Names of item types, as stored."""

    SINGLE_RESPONSE = "single_response"
    MULTIPLE_RESPONSE = "multiple_response"
    TRUE_FALSE = "true_false"


class CreditRule(StrEnum):
    """How a multiple response earns credit."""

    EXACT = "exact"
    PROPORTIONAL = "proportional"
    CORRECT_MINUS_WRONG = "correct_minus_wrong"


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


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a choice.

    Attributes:
        id: Stable within the item; responses hold ids, never positions.
        text: One line of Markdown.
        feedback: Why it is right or wrong, said to the person who chose it.
    """

    id: str
    text: str
    feedback: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """The answer to a choice: the ids of the options marked, in no order. Empty means omitted."""

    ids: frozenset[str]

    def as_json(self) -> dict[str, object]:
        """Return the shape in which answers travel and are stored."""
        return {"chosen": sorted(self.ids)}

    @property
    def is_empty(self) -> bool:
        """Whether nothing was marked."""
        return not self.ids


@dataclass(frozen=True, slots=True)
class OptionFeedback:
    """What the answered item shows at one option."""

    id: str
    text: str
    feedback: str
    is_key: bool
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a person is shown after answering.

    Attributes:
        is_right: Whether the answer earns everything.
        options: All options in the order asked for.
        explanation: The general point of the item; may be empty.
    """

    is_right: bool
    options: tuple[OptionFeedback, ...]
    explanation: str


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


class ItemKind(Protocol):
    """What a type must give to be an item.

    Attributes:
        type: Its name in bodies and in the registry.
    """

    type: ClassVar[ItemType]

    @property
    def stem(self) -> str:
        """The task, in Markdown."""

    @property
    def options(self) -> tuple[Option, ...]:
        """The options in authored order."""

    @property
    def keys(self) -> frozenset[str]:
        """Ids of the options that are right."""

    @property
    def explanation(self) -> str:
        """The general point, shown after answering."""

    @classmethod
    def from_json(cls, body: Body) -> Self:
        """Read a body; raises FieldError."""

    def as_json(self) -> dict[str, object]:
        """Return the body as stored."""

    def parse(self, raw: object) -> Chosen:
        """Read a raw response; raises FieldError when it is malformed."""

    def share(self, answer: Chosen) -> Fraction:
        """Return the share of the points that the answer earns, 0 to 1."""

    def shuffled(self, rng: Random) -> tuple[str, ...]:
        """Return the option ids in an order drawn from ``rng``."""

    def samples(self) -> SampleResponses:
        """Return responses of the three kinds."""
