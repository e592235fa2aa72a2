"""What every item type gives."""

from collections.abc import Sequence
from fractions import Fraction
from random import Random
from typing import ClassVar, Protocol, Self

from lms.questions.domain.types.answers import Answer
from lms.questions.domain.types.base import (
    Body,
    Face,
    Feedback,
    ItemType,
    Option,
    Part,
    SampleResponses,
)


class ItemKind(Protocol):
    """What a type must give to be an item.

    Attributes:
        type: Its name in bodies and in the registry.
        is_marked_by_people: Whether ``share`` cannot be asked.
    """

    type: ClassVar[ItemType]
    is_marked_by_people: ClassVar[bool]

    @property
    def stem(self) -> str:
        """The task, in Markdown."""

    @property
    def options(self) -> tuple[Option, ...]:
        """What is chosen from or put into order, in authored order; empty for types without a list."""

    @property
    def keys(self) -> frozenset[str]:
        """Ids of the options that are right; empty for types that are not a choice."""

    @property
    def explanation(self) -> str:
        """The general point, shown after answering."""

    @classmethod
    def from_json(cls, body: Body) -> Self:
        """Read a body; raises FieldError."""

    def as_json(self) -> dict[str, object]:
        """Return the body as stored."""

    def parse(self, raw: object) -> Answer:
        """Read a raw response; raises FieldError when it is malformed."""

    def share(self, answer: Answer) -> Fraction:
        """Return the share of the points that the answer earns, 0 to 1; raises MarkedByPeople."""

    def shuffled(self, rng: Random) -> tuple[str, ...]:
        """Return the option ids in an order drawn from ``rng``; empty where there is nothing to shuffle."""

    def face(self, order: Sequence[str] | None) -> Face:
        """Return what is seen before answering, with the options in ``order`` (None: as authored)."""

    def explained(self, answer: Answer, order: Sequence[str] | None) -> Feedback:
        """Return what is shown after answering, with the options in ``order`` (None: as authored)."""

    def parts(self) -> tuple[Part, ...]:
        """Return everything said beside stem and explanation."""

    def samples(self) -> SampleResponses:
        """Return responses of the three kinds."""
