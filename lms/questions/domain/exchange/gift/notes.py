"""What GIFT says in comments: ``// [id:…] [tag:…]``, and what this product's writer notes there.

The facts that Moodle has no field for are tags with a prefix, the same as in Moodle XML.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from lms.questions.domain.exchange.values import Candidate
from lms.questions.domain.identity import DIFFICULTIES

_NOTE = re.compile(r"\[(id|tag|credit|match|unit|lines|points):((?:\\\]|[^\]\x00-\x1f])+)\]")
_POINTS = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,6})?\Z")
_PREFIXES = ("point:", "lesson:", "card:", "stimulus:")
_DIFFICULTY = "difficulty:"
_RED_LINE = "red-line"


@dataclass(frozen=True, slots=True)
class Notes:
    """The notes of one question.

    Attributes:
        found: Values by name, in order.
    """

    found: Mapping[str, Sequence[str]]

    def first(self, name: str) -> str:
        """Return the first value; empty when there is none."""
        return next(iter(self.found.get(name, ())), "")

    @property
    def points(self) -> Decimal | None:
        """What a right answer earns."""
        text = self.first("points")
        return Decimal(text) if _POINTS.match(text) else None

    @property
    def tags(self) -> tuple[str, ...]:
        """Tags of people, each once."""
        return tuple(dict.fromkeys(tag for tag in self._tags if not _is_fact(tag)))

    @property
    def is_red_line(self) -> bool:
        """Whether the item is marked as a red-line item."""
        return _RED_LINE in self._tags

    def facts(self, name: str) -> tuple[str, ...]:
        """Return the values of tags ``name:…``, each once."""
        prefix = f"{name}:"
        return tuple(
            dict.fromkeys(
                tag.removeprefix(prefix)
                for tag in self._tags
                if tag.startswith(prefix) and _is_fact(tag)
            )
        )

    def fact(self, name: str) -> str:
        """Return the first value of tags ``name:…``; empty when there is none."""
        return next(iter(self.facts(name)), "")

    @property
    def _tags(self) -> Sequence[str]:
        return self.found.get("tag", ())


def read_notes(comments: Iterable[str]) -> Notes:
    """Read comment lines."""
    found: dict[str, list[str]] = {}
    for comment in comments:
        for match in _NOTE.finditer(comment):
            value = match[2].replace("\\]", "]").strip()
            if value:
                found.setdefault(match[1], []).append(value)
    return Notes(found)


def write_notes(pairs: Iterable[tuple[str, str]]) -> str:
    """Return a comment line with notes, ended by a line feed; nothing when there are none."""
    collapsed = ((name, " ".join(value.split())) for name, value in pairs)
    notes = [f"[{name}:{value.replace(']', chr(92) + ']')}]" for name, value in collapsed if value]
    return f"// {' '.join(notes)}\n" if notes else ""


def facts_of(candidate: Candidate) -> list[tuple[str, str]]:
    """Return the notes that say everything about a candidate beside its item."""
    pairs = [("id", candidate.key)]
    pairs += [("tag", tag) for tag in candidate.tags]
    single = (
        ("point:", candidate.point),
        (_DIFFICULTY, candidate.difficulty),
        ("lesson:", candidate.lesson_key),
        ("stimulus:", candidate.stimulus),
    )
    pairs += [("tag", prefix + value) for prefix, value in single if value]
    pairs += [("tag", f"card:{card}") for card in candidate.cards]
    if candidate.red_line:
        pairs.append(("tag", _RED_LINE))
    if candidate.points is not None:
        pairs.append(("points", f"{candidate.points:f}"))
    return pairs


def _is_fact(tag: str) -> bool:
    if tag.startswith(_DIFFICULTY):
        return tag.removeprefix(_DIFFICULTY) in DIFFICULTIES
    return tag == _RED_LINE or (tag.startswith(_PREFIXES) and not tag.endswith(":"))
