"""What somebody types from a paper, read as answers: letters as on that person's paper, numbers, words.

A form names its fields as ``questions.domain.filling`` does, only that options are named by their letters.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from lms.questions.domain.filling import Field, response_from_fields
from lms.questions.domain.items import (
    Face,
    FieldError,
    Item,
    ItemType,
    answer_as_json,
    parse_response,
)
from lms.quizzes.domain.printing import LETTERS, ids_of_letters, letters_of

NONE = "-"
"""What stands in a line for an item that was not answered."""

_TOKEN = re.compile(r"(?:(\d{1,3})[.:、=]?)?(\D*)")
_TRUE = frozenset({"T", "Y", "√", "✓", "✔", "对", "正确", "是"})
_FALSE = frozenset({"F", "N", "X", "×", "✗", "✘", "错", "错误", "否"})
_DASHES = frozenset("-–—－_/")
_SPLIT = re.compile(r"[\s,，;；]+")


class SlipCode(StrEnum):
    """Why something typed cannot be read."""

    NO_SUCH_OPTION = "no_such_option"
    TWICE = "twice"
    """The same letter is there twice."""
    ONE_ONLY = "one_only"
    """Several letters where one may be marked."""
    NO_SUCH_ITEM = "no_such_item"
    """The line names a number that is no item to be answered by letters, or goes beyond the last."""
    TOO_FEW = "too_few"
    """The line ends before the last item."""
    DIFFERS = "differs"
    """The line and the field of the item say different things."""
    ORDER = "order"
    """Places are not each number once."""
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Slip:
    """Something typed that cannot be read.

    Attributes:
        position: Of the item, from 1.
        value: What was typed, as it was typed.
        code: Why.
        name: The field's name within the item; empty for the line.
    """

    position: int
    value: str
    code: SlipCode
    name: str = ""


class _NotRead(Exception):  # noqa: N818 - carries a slip
    def __init__(self, value: str, code: SlipCode, name: str = "") -> None:
        super().__init__(value)
        self.value = value
        self.code = code
        self.name = name


def read_line(line: str, positions: Sequence[int]) -> tuple[dict[int, str], tuple[Slip, ...]]:
    """Read one line of letters: ``A BD C - B``, one for each item, with blanks or commas between.

    A number before the letters (``7BD``, ``7.BD``) goes on from that item; ``-`` is no answer.

    Args:
        line: As typed; empty for nothing.
        positions: Of the items that are answered by letters, in order.

    Returns:
        Letters by position, and what cannot be read; whether the letters are options is not judged here.
    """
    tokens = [token for token in _SPLIT.split(line.strip()) if token]
    found: dict[int, str] = {}
    slips: list[Slip] = []
    at = 0
    named = False
    for token in tokens:
        number, letters = _parted(token)
        if number is not None:
            named = True
            if number not in positions:
                slips.append(Slip(number, token, SlipCode.NO_SUCH_ITEM))
                continue
            at = positions.index(number)
            if not letters:
                continue
        if at >= len(positions):
            slips.append(Slip(positions[-1] + 1 if positions else 1, token, SlipCode.NO_SUCH_ITEM))
            break
        found[positions[at]] = letters
        at += 1
    if tokens and not named and not slips and at < len(positions):
        slips.append(Slip(positions[at], "", SlipCode.TOO_FEW))
    return found, tuple(slips)


def _parted(token: str) -> tuple[int | None, str]:
    parts = _TOKEN.fullmatch(unicodedata.normalize("NFKC", token))
    if parts is None:
        return None, token
    return (int(parts[1]) if parts[1] else None), parts[2]


def read_answers(
    items: Mapping[int, tuple[Item, Face]], fields: Mapping[int, Sequence[Field]], line: str = ""
) -> tuple[dict[int, dict[str, object]], tuple[Slip, ...]]:
    """Read everything typed from one paper.

    Args:
        items: Each item with its face on that paper, by position.
        fields: Names and values of the fields of each item.
        line: The letters of all items that are answered by letters; empty for none.

    Returns:
        Answers as they are stored, by position, only those given; and every slip, in the order of the paper.
    """
    said, slips = read_line(line, [at for at, (_, face) in items.items() if face.is_choice])
    answers: dict[int, dict[str, object]] = {}
    problems = list(slips)
    for position, (item, face) in items.items():
        own = list(fields.get(position, ()))
        try:
            answer = _read_item(item, face, _with_line(own, said.get(position)))
        except _NotRead as error:
            problems.append(Slip(position, error.value, error.code, error.name))
            continue
        if answer:
            answers[position] = answer
    return answers, tuple(sorted(problems, key=lambda slip: slip.position))


def _with_line(own: list[Field], letters: str | None) -> list[Field]:
    """Put the letters of the line into the item's field; a field that is filled must say the same."""
    if letters is None:
        return own
    typed = next((value for name, value in own if name == "chosen" and value.strip()), None)
    if typed is not None and _folded(typed) != _folded(letters):
        raise _NotRead(f"{letters} / {typed}", SlipCode.DIFFERS, "chosen")
    return [("chosen", letters)]


def _folded(value: str) -> str:
    text = "".join(unicodedata.normalize("NFKC", value).split()).upper()
    return "" if text and set(text) <= _DASHES else "".join(sorted(text))


def _read_item(item: Item, face: Face, fields: Iterable[Field]) -> dict[str, object]:
    named = [one for name, value in fields for one in _with_ids(face, name, value)]
    try:
        return answer_as_json(parse_response(item, response_from_fields(named)))
    except FieldError as error:
        typed = " ".join(value for _, value in fields if value)
        code = SlipCode.ORDER if error.field == "order" else SlipCode.UNREADABLE
        raise _NotRead(typed, code) from error


def _with_ids(face: Face, name: str, value: str) -> list[Field]:
    """Turn the letters in one field into ids; what is no letter stays as typed."""
    head, _, rest = name.partition(":")
    if head == "chosen":
        return [("chosen", one) for one in _ids(value, face, name)]
    if head == "pair":
        ids = _ids(value, face, name, at_most=1)
        return [(name, one) for one in ids]
    if head == "place":
        return [(name, unicodedata.normalize("NFKC", value).strip())]
    gap_id, _, inner = rest.rpartition(":")
    if head == "gap" and inner == "chosen":
        gap = next((one for one in face.gaps if one.id == gap_id), None)
        if gap is not None:
            return [(name, one) for one in _ids(value, gap.face, name)]
    return [(name, value)]


def _ids(value: str, face: Face, name: str, at_most: int | None = None) -> list[str]:
    text = _folded_letters(value, face)
    try:
        ids = ids_of_letters(text, face.options)
    except ValueError as error:
        raise _NotRead(value.strip(), SlipCode.NO_SUCH_OPTION, name) from error
    if len(set(ids)) != len(ids):
        raise _NotRead(value.strip(), SlipCode.TWICE, name)
    limit = at_most or (None if face.takes_many else 1)
    if limit is not None and len(ids) > limit:
        raise _NotRead(value.strip(), SlipCode.ONE_ONLY, name)
    return ids


def _folded_letters(value: str, face: Face) -> str:
    text = "".join(unicodedata.normalize("NFKC", value).split()).upper()
    if text and set(text) <= _DASHES:
        return ""
    if face.type is ItemType.TRUE_FALSE:
        # True stands first on every paper.
        text = LETTERS[0] if text in _TRUE else LETTERS[1] if text in _FALSE else text
    return text


@dataclass(frozen=True, slots=True)
class TypedField:
    """One field of the form for one item.

    Attributes:
        name: Within the item, as ``read_answers`` takes it.
        label: Number of the premise or gap, letter of the step; empty where there is one field only.
        text: The words that stand there on paper, in Markdown; may be empty.
        is_letters: Whether letters are typed; else a number or words.
        is_long: Whether it takes several lines.
        unit: Printed behind; may be empty.
    """

    name: str
    label: str = ""
    text: str = ""
    is_letters: bool = False
    is_long: bool = False
    unit: str = ""


def fields_for(face: Face) -> tuple[TypedField, ...]:
    """Return the fields in which the answer to an item is typed, in the order of the paper."""
    if face.is_choice:
        return (TypedField("chosen", is_letters=True),)
    if face.gaps:
        return tuple(
            TypedField(
                f"gap:{gap.id}:{'chosen' if gap.face.options else 'text'}",
                str(gap.number),
                is_letters=bool(gap.face.options),
                unit=gap.face.unit,
            )
            for gap in face.gaps
        )
    if face.premises:
        return tuple(
            TypedField(f"pair:{one.id}", str(number), one.text, is_letters=True)
            for number, one in enumerate(face.premises, start=1)
        )
    if face.options:
        return tuple(
            TypedField(f"place:{one.id}", letter, one.text)
            for letter, one in zip(LETTERS, face.options, strict=False)
        )
    return (TypedField("text", is_long=face.type is ItemType.ESSAY, unit=face.unit),)


def fields_of(face: Face, raw: Mapping[str, object]) -> dict[str, str]:
    """Return what one would type for a stored answer, by the names of the fields; the reverse of reading.

    Args:
        face: The item as it stands on the person's paper.
        raw: The answer as stored; empty for none.
    """
    return dict(_typed(face, raw))


def _typed(face: Face, raw: Mapping[str, object]) -> Iterable[Field]:
    """Return the fields of an answer of any shape; only one of the names is there."""
    if "chosen" in raw:
        yield "chosen", letters_of(_list(raw["chosen"]), face.options)
    if "text" in raw:
        yield "text", str(raw["text"])
    for place, option in enumerate(_list(raw.get("order")), start=1):
        yield f"place:{option}", str(place)
    for premise, choice in _mapping(raw.get("pairs")).items():
        yield f"pair:{premise}", letters_of([str(choice)], face.options)
    faces = {gap.id: gap.face for gap in face.gaps}
    for gap_id, inner in _mapping(raw.get("gaps")).items():
        for name, text in _typed(faces[gap_id], _mapping(inner)):
            yield f"gap:{gap_id}:{name}", text


def _list(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def differing(
    first: Mapping[int, Mapping[str, object]], second: Mapping[int, Mapping[str, object]]
) -> tuple[int, ...]:
    """Return the positions at which two typings of one paper differ, in order."""
    return tuple(
        position
        for position in sorted({*first, *second})
        if first.get(position, {}) != second.get(position, {})
    )


def answers_as_json(answers: Mapping[int, Mapping[str, object]]) -> dict[str, object]:
    """Return answers as one typing is stored: always in the same order, so that equal ones are equal texts."""
    return {str(position): dict(answers[position]) for position in sorted(answers)}


def answers_from_json(stored: Mapping[str, object]) -> dict[int, dict[str, object]]:
    """Read a stored typing back."""
    return {
        int(position): dict(raw) for position, raw in stored.items() if isinstance(raw, Mapping)
    }
