r"""Lists inside one cell: separators, and a backslash before those that belong to the text.

A backslash before anything else stays as it is, so ``5\*3`` and LaTeX need no doubling.
"""

import re
from collections.abc import Sequence

BARS = "|｜"
LINES = "\n"
PAIRS = "=＝→"


def escape(text: str, specials: str) -> str:
    """Return ``text`` such that ``split`` at ``specials`` and ``unescape`` give it back."""
    out: list[str] = []
    for at, char in enumerate(text):
        if char in specials:
            out.append("\\")
        elif char == "\\":
            after = text[at + 1 : at + 2]
            if after == "" or after == "\\" or after in specials:
                out.append("\\")
        out.append(char)
    return "".join(out)


def unescape(text: str, specials: str) -> str:
    """Return ``text`` without the backslashes that ``escape`` put in."""
    if "\\" not in text:
        return text
    return re.sub(rf"\\([\\{re.escape(specials)}])", r"\1", text)


def split(text: str, separators: str, specials: str = "", most: int = 0) -> list[str]:
    """Return the pieces of ``text`` between ``separators`` that no backslash precedes, still escaped.

    Args:
        text: As ``escape`` wrote it.
        separators: Single characters.
        specials: All characters that a backslash may precede here; the separators when empty.
        most: How many times to split at most; 0 for any number.
    """
    if "\\" not in text:
        return re.split(f"[{re.escape(separators)}]", text, maxsplit=most)
    known = specials or separators
    pieces: list[str] = []
    start = at = 0
    while at < len(text):
        char = text[at]
        if char == "\\" and at + 1 < len(text) and text[at + 1] in known + "\\":
            at += 2
            continue
        if char in separators and not (most and len(pieces) >= most):
            pieces.append(text[start:at])
            start = at + 1
        at += 1
    pieces.append(text[start:])
    return pieces


def split_list(text: str, separators: str) -> list[str]:
    """Return the unescaped, stripped, non-empty pieces of ``text``."""
    pieces = (unescape(piece.strip(), separators) for piece in split(text, separators))
    return [piece for piece in pieces if piece]


def join_list(pieces: Sequence[str], separators: str) -> str:
    """Return ``pieces`` joined by the first of ``separators``, such that ``split_list`` gives them back."""
    return separators[0].join(escape(piece, separators) for piece in pieces)
