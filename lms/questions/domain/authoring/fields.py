"""The fields of a form, looked up by name."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

Pair = tuple[str, str]
"""Name and value of one field."""

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,15}\Z")
_NOT_SAID = frozenset({"csrf_token", "do", "intent", "then"})
"""Fields that say what to do, not what the item is."""


def form_pairs(pairs: Iterable[Pair]) -> tuple[Pair, ...]:
    """Return the fields that say something of the item: what a page shows again and what a draft keeps."""
    return tuple((name, value) for name, value in pairs if name not in _NOT_SAID)


@dataclass(frozen=True, slots=True)
class Fields:
    """Fields in the order of the form; a name may come several times.

    Attributes:
        pairs: Names and values as they were sent.
    """

    pairs: tuple[Pair, ...]
    _values: dict[str, list[str]] = field(init=False, default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        for name, value in self.pairs:
            self._values.setdefault(name, []).append(value)

    def raw(self, name: str, default: str = "") -> str:
        """Return the first value of ``name`` exactly as typed; ``default`` when the form does not hold it."""
        return self._values.get(name, [default])[0]

    def text(self, name: str) -> str:
        """Return the first value of ``name`` without blanks around it, lines ended as stored."""
        return tidy(self.raw(name))

    def all(self, name: str) -> list[str]:
        """Return every value of ``name`` that says something, each once."""
        values = (tidy(value) for value in self._values.get(name, []))
        return list(dict.fromkeys(value for value in values if value))

    def has(self, name: str, value: str) -> bool:
        """Say whether ``name`` was sent with ``value``: a box ticked, an option of a list chosen."""
        return value in self._values.get(name, [])

    def is_set(self, name: str) -> bool:
        """Say whether a box that stands for yes is ticked."""
        return self.has(name, "1")

    def rows(self, name: str) -> list[str]:
        """Return the ids of the rows of a list, in order; what cannot be an id is no row."""
        ids = self._values.get(name, [])
        return list(dict.fromkeys(one for one in ids if _ID.match(one) is not None))

    def __iter__(self) -> Iterator[Pair]:
        return iter(self.pairs)


def tidy(text: str) -> str:
    """Return text without blanks around it, each line ended by a line feed."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()
