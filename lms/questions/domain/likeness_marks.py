"""A few short pieces of an item's words, by which items that may be like it are found before they are compared."""

import re
from collections.abc import Iterator, Mapping, Sequence

from lms.questions.domain.search_text import search_text

MARKS = 8
"""Pieces taken of one item, spread evenly over its stem and its options."""
ENOUGH = 2
"""Marks that another item must hold to be compared; all of them, if there are fewer.

Items that are called alike share six in ten pieces: less than one in a hundred of them holds fewer than two of eight.
"""
_LETTERS = 4
_RUN = re.compile(r"\w{2,}")
_PARTS = ("options", "premises", "choices", "accepted")


def marks_of(body: Mapping[str, object]) -> tuple[str, ...]:
    """Return pieces that an item which says nearly the same holds in its ``search_text``, each once.

    Args:
        body: The body of an item, as stored; it may be incomplete.
    """
    stem = _pieces(str(body.get("stem", "")))
    rest = [piece for piece in _pieces("\n".join(_texts(body))) if piece not in stem]
    of_rest = min(len(rest), max(MARKS // 2, MARKS - len(stem)))
    return (*_spread(stem, MARKS - of_rest), *_spread(rest, of_rest))


def count_marks(text: str, marks: Sequence[str]) -> int:
    """Return how many of ``marks`` stand in the ``search_text`` of an item; 0 when they are not enough."""
    found = sum(map(text.__contains__, marks))
    return found if found >= enough(marks) else 0


def enough(marks: Sequence[str]) -> int:
    """Return how many of ``marks`` an item must hold to be compared."""
    return min(ENOUGH, len(marks))


def _pieces(text: str) -> list[str]:
    """Return the words of a text in pieces, each once, as they stand in ``search_text``."""
    pieces: list[str] = []
    for run in _RUN.findall(search_text({"stem": text}, key="")):
        if len(run) < _LETTERS:
            pieces.append(run)
        pieces.extend(run[at : at + _LETTERS] for at in range(0, len(run) - _LETTERS + 1, _LETTERS))
    return list(dict.fromkeys(pieces))


def _spread(pieces: Sequence[str], number: int) -> list[str]:
    """Return at most ``number`` pieces, evenly spread."""
    if len(pieces) <= number:
        return list(pieces)
    return [pieces[at * len(pieces) // number] for at in range(number)]


def _texts(body: Mapping[str, object]) -> Iterator[str]:
    for name in _PARTS:
        for one in _list(body, name):
            yield str(one.get("text", ""))
    for gap in _list(body, "gaps"):
        item = gap.get("item")
        if isinstance(item, Mapping):
            yield from _texts(item)


def _list(body: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    value = body.get(name)
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
