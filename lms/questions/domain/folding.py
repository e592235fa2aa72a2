"""When two typed texts say the same: width, case, blanks, and, if asked, traditional characters."""

import unicodedata
from dataclasses import dataclass

from lms.questions.domain.traditional import to_simplified


@dataclass(frozen=True, slots=True)
class Folding:
    """Which differences between texts count.

    Attributes:
        match_case: Whether upper and lower case differ.
        match_width: Whether full-width and half-width forms differ.
        fold_traditional: Whether traditional characters are read as simplified ones.
    """

    match_case: bool = False
    match_width: bool = False
    fold_traditional: bool = False

    def fold(self, text: str) -> str:
        """Return ``text`` without the differences that do not count; runs of blanks become one."""
        return self.fold_part(text).strip()

    def fold_part(self, text: str) -> str:
        """Return a stretch of a text folded; a blank at its ends stays one blank."""
        form = self._normalised(text)
        if self.fold_traditional:
            form = to_simplified(form)
        if not self.match_case:
            form = self._normalised(form.casefold())
        collapsed = " ".join(form.split())
        if not collapsed:
            return " " if form else ""
        head = " " if form[0].isspace() else ""
        tail = " " if form[-1].isspace() else ""
        return f"{head}{collapsed}{tail}"

    def _normalised(self, text: str) -> str:
        return unicodedata.normalize("NFC" if self.match_width else "NFKC", text)


class Pattern:
    r"""A text to compare with, in which ``*`` stands for any run of characters and ``\*`` for a star.

    Matching takes time linear in the answer for each stretch between stars, whatever was typed.
    """

    def __init__(self, text: str, folding: Folding) -> None:
        self._raw = [piece.replace("\x00", "*") for piece in text.replace("\\*", "\x00").split("*")]
        pieces = [folding.fold_part(piece) for piece in self._raw]
        pieces[0] = pieces[0].lstrip()
        pieces[-1] = pieces[-1].rstrip()
        self._pieces = pieces

    def matches(self, folded: str) -> bool:
        """Say whether a text that ``Folding.fold`` made is one of those meant."""
        first, *middle = self._pieces
        if not middle:
            return folded == first
        last = middle.pop()
        end = len(folded) - len(last)
        if not folded.startswith(first) or not folded.endswith(last) or len(first) > end:
            return False
        at = len(first)
        for piece in middle:
            found = folded.find(piece, at, end)
            if found < 0:
                return False
            at = found + len(piece)
        return True

    def examples(self) -> tuple[str, ...]:
        """Return texts that are meant, the shortest first."""
        return tuple(filler.join(self._raw).strip() for filler in ("", "x", " x ", "？"))
