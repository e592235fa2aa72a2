"""What changed from one version of an item to the next, so that a person can read it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import pairwise

from lms.questions.domain.identity import ItemFacts
from lms.questions.domain.items import Item, Part

# A Chinese character is a word of its own; letters and digits stay together.
_WORDS = re.compile(r"[A-Za-z0-9]+|\s+|.", re.DOTALL)


class Mark(StrEnum):
    """What happened to a piece of text."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text and what happened to it."""

    mark: Mark
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """One field that changed.

    Attributes:
        field: ``type``, ``stem``, the field of a ``Part``, ``order`` (of options), ``explanation``, ``lesson``,
            ``point``, ``cards``, ``difficulty`` or ``red_line``.
        option_id: The option, premise, gap or accepted answer; empty where there is one only.
        pieces: The old and the new text in one; plain values stand as one piece gone and one new.
    """

    field: str
    option_id: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An item as one version has it."""

    item: Item
    facts: ItemFacts


def compare_texts(old: str, new: str) -> tuple[Piece, ...]:
    """Return the pieces of which ``old`` and ``new`` are made, as few as a reader can follow.

    Pieces that are not ``NEW`` joined give ``old``; those that are not ``GONE`` joined give ``new``. What stayed by
    chance between two longer changes (a comma, a 的) is shown as changed with them.
    """
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    runs = [
        _Run("".join(before[a:b]), "".join(after[c:d]))
        for _, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    ]
    pieces: list[Piece] = []
    for run in _without_islands(runs):
        if run.is_same:
            pieces.append(Piece(Mark.SAME, run.old))
        else:
            marked = ((Mark.GONE, run.old), (Mark.NEW, run.new))
            pieces.extend(Piece(mark, text) for mark, text in marked if text)
    return tuple(pieces)


@dataclass(frozen=True, slots=True)
class _Run:
    """What stood somewhere before, and what stands there now."""

    old: str
    new: str

    @property
    def is_same(self) -> bool:
        return self.old == self.new

    @property
    def length(self) -> int:
        return max(len(self.old), len(self.new))


def _without_islands(runs: list[_Run]) -> list[_Run]:
    """Join changes with what stayed between them where that is no longer than the change on either side."""
    done: list[_Run] = []
    for run in runs:
        done.append(run)
        # A change that grew may now be longer than what stayed before it.
        while len(done) >= 3 and _is_island(*done[-3:]):
            last = done[-3:]
            done[-3:] = [_Run("".join(r.old for r in last), "".join(r.new for r in last))]
    return done


def _is_island(left: _Run, between: _Run, right: _Run) -> bool:
    is_between = between.is_same and not left.is_same and not right.is_same
    return is_between and between.length <= min(left.length, right.length)


def compare(old: Snapshot, new: Snapshot) -> list[Change]:
    """Return what changed from ``old`` to ``new``, words first; empty when nothing did."""
    changes = [
        *_plain("type", old.item.type.value, new.item.type.value),
        *_text("stem", "", old.item.stem, new.item.stem),
        *_parts(old.item.parts(), new.item.parts()),
        *_text("explanation", "", old.item.explanation, new.item.explanation),
    ]
    for field, before, after in (
        ("lesson", old.facts.lesson_key, new.facts.lesson_key),
        ("point", old.facts.point, new.facts.point),
        ("cards", ", ".join(old.facts.cards), ", ".join(new.facts.cards)),
        ("difficulty", old.facts.difficulty, new.facts.difficulty),
        ("red_line", str(old.facts.red_line).lower(), str(new.facts.red_line).lower()),
    ):
        changes.extend(_plain(field, before, after))
    return changes


def compare_history(versions: Iterable[Snapshot]) -> list[list[Change]]:
    """Return for each version what changed since the one before; the first has no changes."""
    history = list(versions)
    return [[] for _ in history[:1]] + [compare(old, new) for old, new in pairwise(history)]


def _plain(field: str, old: str, new: str, part_id: str = "") -> list[Change]:
    if old == new:
        return []
    pieces = (Piece(Mark.GONE, old), Piece(Mark.NEW, new))
    return [Change(field, part_id, tuple(piece for piece in pieces if piece.text))]


def _text(field: str, option_id: str, old: str, new: str) -> list[Change]:
    return [] if old == new else [Change(field, option_id, compare_texts(old, new))]


def _parts(old: tuple[Part, ...], new: tuple[Part, ...]) -> list[Change]:
    """Compare what belongs to options, premises and gaps first, then their order, then what there is one of."""
    before = {(part.field, part.id): part for part in old}
    after = {(part.field, part.id): part for part in new}
    named: list[Change] = []
    single: list[Change] = []
    for field, part_id in dict.fromkeys([*before, *after]):
        was, is_now = before.get((field, part_id)), after.get((field, part_id))
        texts = (was.text if was else "", is_now.text if is_now else "")
        is_plain = any(part.is_plain for part in (was, is_now) if part)
        changes = _plain(field, *texts, part_id) if is_plain else _text(field, part_id, *texts)
        (named if part_id else single).extend(changes)
    return [*named, *_order(list(before), list(after)), *single]


def _order(before: list[tuple[str, str]], after: list[tuple[str, str]]) -> list[Change]:
    kept_before = [name for field, name in before if field == "option" and (field, name) in after]
    kept_after = [name for field, name in after if field == "option" and (field, name) in before]
    return _plain("order", ", ".join(kept_before), ", ".join(kept_after))
