"""A paper on paper: its short code, the letters of its options, its parts, and the layout of its answer sheet."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from string import ascii_uppercase
from typing import TypeVar

from lms.questions.domain.items import FaceOption, ItemType
from lms.quizzes.domain.presentation import PresentedItem
from lms.units import Points, as_points

T = TypeVar("T")

LETTERS = ascii_uppercase
"""Names of options on paper, in the order in which the person sees them."""

# H. M. Damm's quasigroup of order 10: finds every single wrong digit and every swap of two neighbours.
_DAMM = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)
_CODE = re.compile(r"(\d{4,18})[-–—－ ]?(\d)")
_CODE_DIGITS = 4


def paper_code(paper_id: int) -> str:
    """Return the short code of a printed paper: its number, then a check digit: ``0042-7``."""
    digits = f"{paper_id:0{_CODE_DIGITS}}"
    return f"{digits}-{_check_digit(digits)}"


def id_of_code(text: str) -> int | None:
    """Return the number of the paper that ``text`` names; None when it is no code, or one with a slip in it.

    Full-width digits, blanks around it and a missing dash do not matter.
    """
    found = _CODE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None or _check_digit(found[1]) != found[2]:
        return None
    return int(found[1])


def _check_digit(digits: str) -> str:
    state = "0"
    for digit in digits:
        state = _DAMM[int(state)][int(digit)]
    return state


def letters_of(ids: Iterable[str], options: Sequence[FaceOption]) -> str:
    """Return the letters of the options ``ids`` as they stand on a paper, in alphabetical order.

    Args:
        ids: Ids of options.
        options: All of them, in the order of the paper.
    """
    places = {option.id: place for place, option in enumerate(options)}
    return "".join(sorted(LETTERS[places[one]] for one in ids))


def ids_of_letters(letters: str, options: Sequence[FaceOption]) -> list[str]:
    """Return the ids of the options that ``letters`` name on a paper, in the order of the letters.

    Raises:
        ValueError: A letter stands for no option; it is the error's only argument.
    """
    found = []
    for letter in letters:
        place = LETTERS.find(letter)
        if not 0 <= place < len(options):
            raise ValueError(letter)
        found.append(options[place].id)
    return found


@dataclass(frozen=True, slots=True)
class Part:
    """One section of a paper as it is printed.

    Attributes:
        title: Its heading; may be empty.
        items: Its items.
        points: What they are worth together.
        points_each: What each is worth, where all are worth the same; else None.
    """

    title: str
    items: tuple[PresentedItem, ...]
    points: Points
    points_each: Points | None


def parts_of(items: Sequence[PresentedItem]) -> tuple[Part, ...]:
    """Return the sections of a paper; one without a heading when it has none."""
    runs: list[list[PresentedItem]] = []
    for item in items:
        if not runs or item.section:
            runs.append([])
        runs[-1].append(item)
    return tuple(_part(tuple(run)) for run in runs)


def _part(items: tuple[PresentedItem, ...]) -> Part:
    values = {item.points for item in items}
    total = as_points(sum((item.points for item in items), Decimal()))
    return Part(items[0].section, items, total, items[0].points if len(values) == 1 else None)


class OptionColumns(StrEnum):
    """How options stand on paper."""

    FOUR = "four"
    TWO = "two"
    ONE = "one"


_WIDTHS = ((OptionColumns.FOUR, 7.5), (OptionColumns.TWO, 19.0))
"""Longest text of each, in em, with its letter before it on a line of 174 mm at 10.5 pt."""


def option_columns(texts: Iterable[str]) -> OptionColumns:
    """Return how options are set, the tightest in which none needs a second line.

    Args:
        texts: The options, in Markdown; a picture takes the whole line.
    """
    texts = list(texts)
    if any("![" in text for text in texts):
        return OptionColumns.ONE
    longest = max(map(text_width, texts), default=0.0)
    return next((one for one, width in _WIDTHS if longest <= width), OptionColumns.ONE)


def text_width(text: str) -> float:
    """Return about how wide a text is, in em: a Chinese character is 1, a Latin letter a bit more than half."""
    return sum(1.0 if unicodedata.east_asian_width(one) in "WFA" else 0.56 for one in text)


@dataclass(frozen=True, slots=True)
class BubbleRow:
    """One item on an answer sheet: its position, and the letters that can be blacked."""

    position: int
    letters: str
    takes_many: bool


@dataclass(frozen=True, slots=True)
class Box:
    """Something to be written on an answer sheet.

    Attributes:
        position: Of the item.
        kind: Its type.
        labels: One for each thing to write, such as the number of a gap; one empty label for a single one.
        unit: Printed behind; may be empty.
    """

    position: int
    kind: ItemType
    labels: tuple[str, ...]
    unit: str = ""

    @property
    def is_short(self) -> bool:
        """Whether a letter or a number is all that is written at each label."""
        return self.kind in (ItemType.MATCHING, ItemType.ORDERING)


@dataclass(frozen=True, slots=True)
class AnswerSheet:
    """The answer sheet of a paper.

    Attributes:
        columns: Rows of bubbles, filled downwards, column by column.
        boxes: What is written, in the order of the paper.
        essays: Positions that are answered on the paper itself.
    """

    columns: tuple[tuple[BubbleRow, ...], ...]
    boxes: tuple[Box, ...]
    essays: tuple[int, ...]


_WIDE = 6
"""Letters beyond which only two columns stand beside each other."""
_COLUMNS = 3
_BLOCK = 5
"""Rows between which a line helps the eye; a column holds whole blocks."""


def answer_sheet(items: Sequence[PresentedItem]) -> AnswerSheet:
    """Return the answer sheet of a paper; sixty choices stand on one page."""
    rows = [
        BubbleRow(item.position, LETTERS[: len(item.options)], item.takes_many)
        for item in items
        if item.is_choice
    ]
    widest = max((len(row.letters) for row in rows), default=0)
    number = _COLUMNS if widest <= _WIDE else 2
    blocks = -(-len(rows) // (_BLOCK * number))
    height = max(1, blocks * _BLOCK)
    return AnswerSheet(
        columns=tuple(tuple(rows[start : start + height]) for start in range(0, len(rows), height)),
        boxes=tuple(
            _box(item) for item in items if not item.is_choice and item.type is not ItemType.ESSAY
        ),
        essays=tuple(item.position for item in items if item.type is ItemType.ESSAY),
    )


def _box(item: PresentedItem) -> Box:
    face = item.face
    if item.type is ItemType.MATCHING:
        labels = tuple(str(number) for number in range(1, len(face.premises) + 1))
    elif item.type is ItemType.ORDERING:
        labels = tuple(LETTERS[: len(face.options)])
    elif item.type is ItemType.CLOZE:
        labels = tuple(str(gap.number) for gap in face.gaps)
    else:
        labels = ("",)
    return Box(item.position, item.type, labels, face.unit)


def grouped_by_paper(
    printed: Iterable[T], paper_of: Callable[[T], Sequence[Mapping[str, object]]]
) -> list[list[T]]:
    """Return printed papers in groups that have the same items and options in the same order."""
    groups: dict[tuple[tuple[object, tuple[object, ...]], ...], list[T]] = {}
    for one in printed:
        groups.setdefault(paper_identity(paper_of(one)), []).append(one)
    return list(groups.values())


def paper_identity(
    paper: Iterable[Mapping[str, object]],
) -> tuple[tuple[object, tuple[object, ...]], ...]:
    """Return what makes two frozen papers the same paper: item versions and the order of options."""
    return tuple((row["item_version_id"], tuple(_as_ids(row["option_order"]))) for row in paper)


def _as_ids(order: object) -> Sequence[object]:
    return order if isinstance(order, Sequence) and not isinstance(order, str) else ()
