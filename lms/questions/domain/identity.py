"""When two texts of an item are the same: the hash of everything a version freezes."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from lms.questions.domain.types.base import FieldError
from lms.questions.domain.types.reading import as_list, as_text

DIFFICULTIES = ("easy", "medium", "hard")
"""As judged by the author, easiest first."""


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """What an item is about: what an author says of it beside its words.

    Attributes:
        lesson_key: The lesson it rests on; empty while it is a draft.
        point: The knowledge point, in a few words; empty while it is a draft.
        cards: Keys of the law or rule cards it rests on, each once.
        difficulty: One of ``DIFFICULTIES``; empty while it is a draft.
        red_line: Whether a wrong answer would mean red-line behaviour.
    """

    lesson_key: str
    point: str
    cards: tuple[str, ...]
    difficulty: str
    red_line: bool

    def __post_init__(self) -> None:
        as_text(self.lesson_key, "lesson", may_be_empty=self.lesson_key == "")
        as_text(self.point, "point", may_be_empty=self.point == "")
        for index, card in enumerate(as_list(list(self.cards), "cards")):
            as_text(card, f"cards[{index}]")
        if len(set(self.cards)) != len(self.cards):
            raise FieldError("cards", "holds a card twice")
        if self.difficulty and self.difficulty not in DIFFICULTIES:
            raise FieldError("difficulty", f"{self.difficulty!r} is not one of {DIFFICULTIES}")

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the facts without which an item can only be a draft."""
        facts = {"lesson": self.lesson_key, "point": self.point, "difficulty": self.difficulty}
        return tuple(name for name, value in facts.items() if not value)

    def as_json(self) -> dict[str, object]:
        """Return the facts by field name."""
        return {
            "lesson_key": self.lesson_key,
            "point": self.point,
            "cards": list(self.cards),
            "difficulty": self.difficulty,
            "red_line": self.red_line,
        }


def content_sha256(body: Mapping[str, object], facts: ItemFacts) -> str:
    """Return the SHA-256 (64 hexadecimal digits) of ``body`` and ``facts`` in canonical JSON.

    The order of fields does not matter; the order of options does, because authors mean it.
    """
    canonical = json.dumps(
        {"body": body, "facts": facts.as_json()},
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def group_sha256(title: str, text: str) -> str:
    """Return the SHA-256 (64 hexadecimal digits) of the words of a case group."""
    canonical = json.dumps([title, text], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
