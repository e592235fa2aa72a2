"""What reading a form gives."""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lms.questions.domain.identity import ItemFacts
from lms.questions.domain.merging import Labels
from lms.questions.domain.types.base import Body

PURPOSES = ("quiz", "recall")
"""What items are for."""


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """Why a form cannot be saved.

    Attributes:
        field: Name of the form field; for a list of rows that is too short, too long or without a key, its name.
        code: Names the rule; people read a sentence made of it.
        facts: Values that the sentence needs.
    """

    field: str
    code: str
    facts: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Authored:
    """What a form says.

    Attributes:
        body: The item as stored; None when a problem lies in it.
        facts: What it is about; None when a problem lies in them. Facts may be missing: then it is a draft.
        labels: Short title, category, tags and points.
        group: Key of the case group; empty when the item stands alone.
        purpose: ``quiz`` or ``recall``; it counts for a new item only.
        problems: Everything that is wrong, in the order of the form.
    """

    body: Body | None
    facts: ItemFacts | None
    labels: Labels
    group: str
    purpose: str
    problems: tuple[FieldProblem, ...]

    @property
    def tags(self) -> tuple[str, ...]:
        """Its tags."""
        return self.labels.tags

    @property
    def points(self) -> str:
        """Its points, as text; may be empty."""
        return self.labels.points

    @property
    def name(self) -> str:
        """Its short title; may be empty."""
        return self.labels.name


@dataclass(slots=True)
class Problems:
    """Problems as they are found; the first of each field counts.

    Attributes:
        at: Stands before the names of fields: the gap that is being read.
    """

    at: str = ""
    _found: dict[str, FieldProblem] = dataclasses.field(default_factory=dict)

    def add(self, name: str, code: str, **facts: object) -> None:
        """Note a problem of the field ``name``."""
        full = self.at + name
        said = {fact: str(value) for fact, value in facts.items()}
        self._found.setdefault(full, FieldProblem(full, code, said))

    def within(self, at: str) -> "Problems":
        """Return the same list for the fields of a gap."""
        return Problems(at, self._found)

    def __iter__(self) -> Iterator[FieldProblem]:
        return iter(self._found.values())

    def __len__(self) -> int:
        return len(self._found)
