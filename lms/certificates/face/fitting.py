"""Sizes that fit.

Text too long for its place is set smaller, in steps, or refused; it is never printed over its neighbour.
"""

import re
from dataclasses import dataclass

from lms.certificates.face.facts import CertificateFacts, Entry
from lms.documents.fonts import (
    GARAMOND_ITALIC,
    GARAMOND_MEDIUM,
    GARAMOND_REGULAR,
    SONG_BOLD,
    SONG_REGULAR,
    Face,
    FontLibrary,
)
from lms.errors import InvalidInput

MM_PER_PT = 25.4 / 72


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text goes.

    Attributes:
        faces: Faces it is set in, first choice first.
        width_mm: Room on one line.
        sizes_pt: Sizes it may be set in, the largest first.
        fixed_em: Width of the template's own words on the same line.
        tracking_em: What letter spacing and small capitals add to each character.
    """

    faces: tuple[Face, ...]
    width_mm: float
    sizes_pt: tuple[float, ...]
    fixed_em: float = 0.0
    tracking_em: float = 0.0

    def size_of(self, text: str, fonts: FontLibrary) -> float | None:
        """Return the largest size in pt in which ``text`` fits on one line, or None."""
        em = fonts.advance(text, self.faces) + len(text) * self.tracking_em + self.fixed_em
        return next(
            (size for size in self.sizes_pt if em * size * MM_PER_PT <= self.width_mm), None
        )


_SONG = (SONG_REGULAR, GARAMOND_REGULAR)
_BOLD = (SONG_BOLD, GARAMOND_MEDIUM)
_LATIN = (GARAMOND_REGULAR, SONG_REGULAR)
_ITALIC = (GARAMOND_ITALIC, SONG_REGULAR)

FIELD_MM = 231.0
LEDGER_MM = 172.0

PLACES = {
    "organisation": Place(_BOLD, 215, (14, 12, 10.5), tracking_em=0.09),
    "organisation_latin": Place(_LATIN, 215, (9.6, 8.6, 7.6), tracking_em=0.16),
    "name_latin": Place(_ITALIC, 215, (15, 12, 10)),
    "serial": Place(_BOLD, 45, (9.5, 8, 7), tracking_em=0.06),
    "code": Place(_SONG, 57, (10.5, 9.5, 8.5, 7.5), tracking_em=0.03),
    "verify_host": Place(_LATIN, 57, (8.6, 7.8, 7), fixed_em=7.2),
    "signer": Place(_BOLD, 60, (10.5, 9.5, 8.5, 7.5), fixed_em=0.5),
    "signer_title_en": Place(_LATIN, 60, (8.6, 7.8, 7)),
}
"""Places of the single lines; the fixed widths are those of the words beside them in the template."""

_NAME_PT = (35.0, 27.0, 20.0)
_NAME_MM = 170.0  # not the whole field: a name wider than the title looks like a banner
_NAME_IN_TWO_LINES_PT = (20.0, 17.0)

_STATEMENT_PT = (12.5, 11.5, 10.5, 9.5)
_STATEMENT_LATIN_PT = (11.0, 10.0, 9.0, 8.2)

LONG_PROGRAMME_EM = 18.0
LONG_PROGRAMME_LATIN_EM = 25.0


@dataclass(frozen=True, slots=True)
class Statement:
    """How the statement is set in one language.

    Attributes:
        size_pt: Size of both its lines.
        programme_is_long: Whether the programme has the first line to itself.
    """

    size_pt: float
    programme_is_long: bool


def fit_line(field: str, text: str, fonts: FontLibrary) -> float:
    """Return the size in pt for a single line of the template.

    Raises:
        InvalidInput: it does not fit in any size that can still be read.
    """
    return _size(PLACES[field], field, text, fonts)


@dataclass(frozen=True, slots=True)
class Name:
    """How the holder's name is set.

    Attributes:
        size_pt: Size of all its lines.
        lines: One line, or two broken where they are most alike in length.
        is_latin: Whether it has no Han character, and so takes the Latin face.
    """

    size_pt: float
    lines: tuple[str, ...]
    is_latin: bool


def fit_name(name: str, fonts: FontLibrary) -> Name:
    """Choose size and lines for the name.

    Only a name that is too long at the third size is broken, after a space or an interpunct.
    """
    is_latin = re.search("[\u2e80-\U0003ffff]", name) is None
    faces = (GARAMOND_MEDIUM, SONG_BOLD) if is_latin else _BOLD
    tracking = 0.01 if is_latin else 0.08
    size = Place(faces, _NAME_MM, _NAME_PT, tracking_em=tracking).size_of(name, fonts)
    if size is not None:
        return Name(size, (name,), is_latin)
    ends = [match.end() for match in re.finditer("[ ·•‧・]+", name)][:10]
    splits: list[tuple[str, ...]] = [
        (name[:end].rstrip(), name[end:]) for end in ends if name[end:]
    ]
    lines = min(
        splits or [(name,)], key=lambda split: max(fonts.advance(line, faces) for line in split)
    )
    place = Place(faces, FIELD_MM, _NAME_IN_TWO_LINES_PT, tracking_em=tracking)
    return Name(min(_size(place, "name", line, fonts) for line in lines), lines, is_latin)


def fit_statement(facts: CertificateFacts, fonts: FontLibrary) -> Statement:
    """Choose line break and size of the Chinese statement so that its two lines stay two lines."""
    is_long = fonts.advance(facts.programme, _BOLD) > LONG_PROGRAMME_EM
    first = Place(_BOLD, FIELD_MM, _STATEMENT_PT, fixed_em=11 if is_long else 22)
    second = Place(_BOLD, FIELD_MM, _STATEMENT_PT, fixed_em=26 if is_long else 15)
    size = min(
        _size(first, "programme", facts.programme, fonts),
        _size(second, "post", facts.post, fonts),
    )
    return Statement(size, is_long)


def fit_statement_latin(facts: CertificateFacts, fonts: FontLibrary) -> Statement:
    """Choose line break and size of the English statement."""
    is_long = fonts.advance(facts.programme_en, _ITALIC) > LONG_PROGRAMME_LATIN_EM
    first = Place(_ITALIC, FIELD_MM, _STATEMENT_LATIN_PT, fixed_em=12 if is_long else 30)
    second = Place(_ITALIC, FIELD_MM, _STATEMENT_LATIN_PT, fixed_em=40 if is_long else 22)
    size = min(
        _size(first, "programme_en", facts.programme_en, fonts),
        _size(second, "post_en", facts.post_en, fonts),
    )
    return Statement(size, is_long)


def fit_entry(entry: Entry, entries_in_row: int, fonts: FontLibrary) -> tuple[float, float]:
    """Return the sizes in pt of an entry's label line and of its value."""
    width = LEDGER_MM / entries_in_row - 3
    label = Place((SONG_REGULAR, GARAMOND_REGULAR), width, (8, 7.2, 6.6))
    value = Place(_BOLD, width, (10.5, 9.5, 8.5, 7.5))
    return (
        _size(label, "label", f"{entry.label} {entry.label_en}", fonts),
        _size(value, "value", entry.value, fonts),
    )


def _size(place: Place, field: str, text: str, fonts: FontLibrary) -> float:
    size = place.size_of(text, fonts)
    if size is None:
        raise InvalidInput("certificate_text_too_long", field=field, text=text)
    return size
