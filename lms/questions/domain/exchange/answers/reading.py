"""Cells to items, by the type asked for or by what the answer proves."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lms.questions.domain.exchange.answers.cells import Cells, Unreadable
from lms.questions.domain.exchange.answers.choices import (
    derive,
    read_multiple,
    read_ordering,
    read_single,
    read_true_false,
)
from lms.questions.domain.exchange.answers.structured import read_essay, read_matching
from lms.questions.domain.exchange.answers.typed import (
    read_blanks,
    read_cloze,
    read_numeric,
    read_short_text,
)
from lms.questions.domain.exchange.answers.words import Asked
from lms.questions.domain.items import Item
from lms.questions.domain.types.base import FieldError

_READERS: Mapping[Asked, Callable[[Cells], Item]] = {
    Asked.SINGLE: read_single,
    Asked.MULTIPLE: read_multiple,
    Asked.TRUE_FALSE: read_true_false,
    Asked.SHORT_TEXT: read_short_text,
    Asked.NUMERIC: read_numeric,
    Asked.MATCHING: read_matching,
    Asked.ORDERING: read_ordering,
    Asked.CLOZE: read_cloze,
    Asked.ESSAY: read_essay,
    Asked.BLANKS: read_blanks,
}


@dataclass(frozen=True, slots=True)
class Read:
    """An item and how its type came to be known.

    Attributes:
        item: The item.
        asked: The type that was read.
        derived: Whether the answer said it, not the file.
    """

    item: Item
    asked: Asked
    derived: bool = False


def read_item(cells: Cells) -> Read:
    """Read one item.

    Raises:
        Unreadable: ``missing_stem``, ``missing_answer``, ``missing_options``, ``option_without_text``,
            ``type_unknown`` (nothing says the type and the answer does not prove it), ``bad_answer``,
            ``answer_not_an_option``, ``several_keys``, ``bad_number``, ``units_differ``,
            ``blanks_and_answers_differ``, ``bad_pair``, ``bad_gap``, ``bad_rubric``, ``bad_setting`` or
            ``item_refused`` (fact ``path``: what the type itself refuses).
    """
    if not cells.stem.strip():
        raise Unreadable("missing_stem", "stem", "there is no stem")
    derived = cells.asked in {None, Asked.CHOICE}
    asked = derive(cells) if derived else cells.asked
    if asked is None or (cells.asked is Asked.CHOICE and asked is Asked.TRUE_FALSE):
        asked = _complain(cells)
    try:
        return Read(_READERS[asked](cells), asked, derived)
    except FieldError as error:
        field = _cell_of(error.field)
        raise Unreadable(
            "item_refused", field, str(error), path=error.field, problem=error.problem
        ) from error


def _complain(cells: Cells) -> Asked:
    """Say why the type is not known; a choice whose answer is wrong is read as one, for its own complaint."""
    if cells.options:
        return Asked.SINGLE
    if cells.asked is Asked.CHOICE:
        raise Unreadable("missing_options", "options", "there are no options")
    if not cells.answer:
        raise Unreadable("missing_answer", "answer", "there is no answer")
    message = "nothing says the type, and the answer does not prove it"
    raise Unreadable("type_unknown", "type", message, value=cells.answer)


def _cell_of(field: str) -> str:
    """Return the cell that holds a field of a body."""
    for name, cell in (
        ("option", "options"),
        ("stem", "stem"),
        ("rubric", "rubric"),
        ("unit", "unit"),
    ):
        if field.startswith(name):
            return cell
    return "answer"
