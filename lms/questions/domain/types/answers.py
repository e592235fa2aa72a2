"""Answers as values, one class for each shape in which a person can answer.

Every answer can be omitted: ``{}`` and the type's own empty shape mean the same, and ``as_json`` always
writes an omitted answer as ``{}``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from lms.questions.domain.types.base import FieldError


@dataclass(frozen=True, slots=True)
class Chosen:
    """The ids of the options marked, in no order. Empty means omitted."""

    ids: frozenset[str]

    def as_json(self) -> dict[str, object]:
        """Return the shape in which answers travel and are stored."""
        return {"chosen": sorted(self.ids)} if self.ids else {}

    @property
    def is_empty(self) -> bool:
        """Whether nothing was marked."""
        return not self.ids


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed, as typed. Blank means omitted."""

    text: str

    def as_json(self) -> dict[str, object]:
        """Return the shape in which answers travel and are stored."""
        return {} if self.is_empty else {"text": self.text}

    @property
    def is_empty(self) -> bool:
        """Whether nothing but blanks was typed."""
        return not self.text.strip()


@dataclass(frozen=True, slots=True)
class Matched:
    """The id of the choice put to each premise, by the premise's id; premises left open are not there."""

    pairs: Mapping[str, str]

    def as_json(self) -> dict[str, object]:
        """Return the shape in which answers travel and are stored."""
        return (
            {"pairs": {name: self.pairs[name] for name in sorted(self.pairs)}} if self.pairs else {}
        )

    @property
    def is_empty(self) -> bool:
        """Whether nothing was put together."""
        return not self.pairs


@dataclass(frozen=True, slots=True)
class Ordered:
    """The ids of all options in the order given. Empty means omitted."""

    ids: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """Return the shape in which answers travel and are stored."""
        return {"order": list(self.ids)} if self.ids else {}

    @property
    def is_empty(self) -> bool:
        """Whether no order was given."""
        return not self.ids


@dataclass(frozen=True, slots=True)
class Filled:
    """The answers to the gaps of a text, by the gap's id; gaps left open are not there."""

    gaps: Mapping[str, "Answer"]

    def as_json(self) -> dict[str, object]:
        """Return the shape in which answers travel and are stored."""
        filled = {name: self.gaps[name].as_json() for name in sorted(self.gaps)}
        return {"gaps": filled} if filled else {}

    @property
    def is_empty(self) -> bool:
        """Whether every gap is open."""
        return not self.gaps


Answer = Chosen | Typed | Matched | Ordered | Filled
"""A parsed response of any type."""

_A = TypeVar("_A", Chosen, Typed, Matched, Ordered, Filled)


def expect(answer: Answer, kind: type[_A]) -> _A:
    """Return ``answer`` if it has the shape that the item takes.

    Raises:
        FieldError: It is the answer to an item of another type.
    """
    if not isinstance(answer, kind):
        raise FieldError("response", f"is {type(answer).__name__}, not {kind.__name__}")
    return answer
