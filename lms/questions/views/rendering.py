"""Filters with which items of every type are written."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from string import ascii_uppercase
from typing import Protocol, TypeVar

from markupsafe import Markup, escape

from lms.web.filters import line
from lms.web.markdown import render_blocks

_TAG = re.compile(r"(<[^>]*>)")
_MARKER = re.compile(r"\{\{([a-z0-9][a-z0-9_-]{0,15})\}\}")


class Named(Protocol):
    """Anything with an id."""

    @property
    def id(self) -> str:
        """Its id."""


_N = TypeVar("_N", bound=Named)


@dataclass(frozen=True, slots=True)
class NumberedRow:
    """A row of an answered text with gaps, with the number of its gap."""

    id: str
    number: int
    row: Named


def fill_gaps(
    html: Markup, gaps: Sequence[Named], render: Callable[..., Markup], *facts: object
) -> Markup:
    """Put what ``render`` makes of each gap in the place of its marker ``{{id}}`` in rendered text.

    Only running text is looked at, never a tag: a marker in the description of a picture cannot break out of
    its attribute. A gap whose marker is lost there stands at the end, so that none can be missed.

    Args:
        html: The stem, rendered.
        gaps: Its gaps.
        render: A macro: takes a gap and ``facts``.
        facts: Further arguments of ``render``.
    """
    left = {gap.id: gap for gap in gaps}

    def put(match: re.Match[str]) -> str:
        gap = left.pop(match[1], None)
        return match[0] if gap is None else str(escape(render(gap, *facts)))

    pieces = [
        piece if piece.startswith("<") else _MARKER.sub(put, piece) for piece in _TAG.split(html)
    ]
    pieces.extend(str(escape(render(gap, *facts))) for gap in list(left.values()))
    return Markup("".join(pieces))  # noqa: S704 - the text was sanitised, the rest escapes itself


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Write one line of authored Markdown without marks, for a list box or a label."""
    return line(text).striptags()


@lru_cache(maxsize=512)
def shared_text(text: str) -> Markup:
    """Write the text that several items share as sanitised HTML: chats and tables too."""
    return Markup("".join(block.html for block in render_blocks(text)))  # noqa: S704 - render_blocks sanitises


def needs_letter(text: str) -> bool:
    """Say whether a line of authored Markdown cannot be said in plain text: it holds a picture, or nothing else."""
    return "![" in text or not plain(text)


def letter(number: int) -> str:
    """Write the number of an option, from 1, as its letter."""
    return ascii_uppercase[number - 1]


def in_order(options: Sequence[_N], ids: Sequence[str]) -> list[_N]:
    """Return options in the order of ``ids``; as they are when ``ids`` does not name each of them."""
    by_id = {option.id: option for option in options}
    if set(ids) != by_id.keys():
        return list(options)
    return [by_id[option_id] for option_id in ids]


def numbered(rows: Iterable[Named]) -> list[NumberedRow]:
    """Return the rows of an answered text with the numbers of their gaps."""
    return [NumberedRow(row.id, number, row) for number, row in enumerate(rows, start=1)]
