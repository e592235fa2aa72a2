"""Which fields the form of a type shows; the others go along unseen, so that nothing typed is lost."""

from collections.abc import Mapping

from lms.questions.domain.authoring.fields import Fields, Pair
from lms.questions.domain.authoring.joined import GAP_TYPES
from lms.questions.domain.authoring.typed import SWITCHES
from lms.questions.domain.items import ItemType

_SCALARS = frozenset(
    {
        "type", "stem", "explanation", "purpose", "lesson", "point", "difficulty", "card", "red_line", "name", "points",
        "tag", "tags", "group",
    }
)  # fmt: skip
_OPTIONS = {"option": ("text", "feedback", "weight")}
_NUMBERS = ("shape", "value", "tolerance", "low", "high", "percent", "feedback")
_LISTS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    ItemType.SINGLE_RESPONSE: _OPTIONS,
    ItemType.MULTIPLE_RESPONSE: _OPTIONS,
    ItemType.TRUE_FALSE: {},
    ItemType.SHORT_TEXT: {"accepted": ("text", "percent", "feedback")},
    ItemType.NUMERIC: {"accepted": _NUMBERS},
    ItemType.MATCHING: {"premise": ("text", "choice"), "choice": ("text",)},
    ItemType.ORDERING: {"option": ("text", "feedback")},
    ItemType.CLOZE: {},
    ItemType.ESSAY: {"rubric": ("text", "points")},
}
"""The lists of rows of each type, and what a row says."""
_OWN: Mapping[str, tuple[str, ...]] = {
    ItemType.SINGLE_RESPONSE: ("key", "credit"),
    ItemType.MULTIPLE_RESPONSE: ("key", "credit"),
    ItemType.TRUE_FALSE: ("answer", "feedback.true", "feedback.false"),
    ItemType.SHORT_TEXT: SWITCHES,
    ItemType.NUMERIC: ("unit",),
    ItemType.MATCHING: ("credit",),
    ItemType.ORDERING: ("credit",),
    ItemType.CLOZE: (),
    ItemType.ESSAY: ("reference", "lines"),
}
"""The other fields of each type."""


def left_over(form: Fields) -> list[Pair]:
    """Return the fields that the form shows nowhere, in their order: those of another type, or kept for later."""
    known = _SCALARS | _names(form, "", form.text("type"))
    for row in form.rows("gap") if form.text("type") == ItemType.CLOZE else ():
        at = f"gap.{row}."
        kind = form.text(f"{at}type")
        known |= {"gap", f"{at}type", f"{at}weight", f"{at}explanation"}
        known |= _names(form, at, kind if kind in GAP_TYPES else GAP_TYPES[0])
    return [(name, value) for name, value in form if name not in known]


def _names(form: Fields, at: str, kind: str) -> set[str]:
    names = {at + name for name in _OWN.get(kind, ())}
    for name, fields in _LISTS.get(kind, {}).items():
        names.add(at + name)
        for row in form.rows(at + name):
            names |= {f"{at}{name}.{row}.{field}" for field in fields}
    return names
