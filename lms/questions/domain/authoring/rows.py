"""Rows of a form added, moved and removed, and the fields of an empty form: what the page does without script."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import count
from string import ascii_lowercase

from lms.questions.domain.authoring.fields import Fields, Pair
from lms.questions.domain.authoring.joined import GAP_TYPES, is_gap_blank
from lms.questions.domain.items import ItemType
from lms.questions.domain.types.cloze import MARKER

_PREFIXES = {"premise": "p", "choice": "c", "rubric": "r", "gap": "g", "accepted": ""}
"""What the ids of new rows begin with; options are lettered."""
_LIST = re.compile(r"(gap\.[a-z0-9_-]+\.)?(option|accepted|premise|choice|rubric|gap|pair)\Z")
_BEGUN: Mapping[str, tuple[str, ...]] = {
    ItemType.SINGLE_RESPONSE: ("option",) * 4,
    ItemType.MULTIPLE_RESPONSE: ("option",) * 4,
    ItemType.TRUE_FALSE: (),
    ItemType.SHORT_TEXT: ("accepted",),
    ItemType.NUMERIC: ("accepted",),
    ItemType.MATCHING: ("pair",) * 3,
    ItemType.ORDERING: ("option",) * 4,
    ItemType.CLOZE: (),
    ItemType.ESSAY: ("rubric",) * 2,
}
"""The rows with which a form begins."""
GAP_LISTS: Mapping[str, tuple[str, ...]] = {
    ItemType.SINGLE_RESPONSE: ("option",) * 3,
    ItemType.MULTIPLE_RESPONSE: ("option",) * 4,
    ItemType.SHORT_TEXT: ("accepted",),
    ItemType.NUMERIC: ("accepted",),
}
"""The rows with which a gap begins, by what stands in it."""


def new_fields(kind: str) -> list[Pair]:
    """Return the fields of an empty form for the type ``kind``; only the type where it is not known."""
    pairs: list[Pair] = [("type", kind)]
    for name in _BEGUN.get(kind, ()):
        pairs = _add(pairs, name)[0]
    return pairs


def act(pairs: Iterable[Pair], asked: str) -> tuple[list[Pair], str]:
    """Do what a button of the form asks for.

    Args:
        pairs: The form, as ``form_pairs`` gives it.
        asked: ``add <list>``, ``remove <list> <row>``, ``up <list> <row>``, ``down <list> <row>``, ``type <type>`` or
            ``refresh``. What cannot be done changes nothing.

    Returns:
        The form afterwards, with a gap for every marker and rows to write in; and the name of the field to go on
        with, empty for none.
    """
    verb, _, rest = asked.partition(" ")
    name, _, row = rest.partition(" ")
    done, focus = list(pairs), ""
    if verb == "type" and name in set(ItemType):
        done = _replace(done, "type", name)
    elif verb in _ACTS and _LIST.match(name):
        done, focus = _ACTS[verb](done, name, row)
    return _with_rows(_with_gaps(done)), focus


def _add(pairs: list[Pair], name: str, row: str = "") -> tuple[list[Pair], str]:  # noqa: ARG001 - one shape for the verbs
    if name == "pair":
        premise, choice = _next(pairs, "premise"), _next(pairs, "choice")
        more = [("premise", premise), (f"premise.{premise}.choice", choice), ("choice", choice)]
        return [*pairs, *more], f"premise.{premise}.text"
    new = _next(pairs, name)
    if name == "gap":
        stem = Fields(tuple(pairs)).raw("stem")
        pairs = _replace(pairs, "stem", f"{stem}{{{{{new}}}}}")
    first = "value" if _is_numeric(pairs, name) else "text"
    return [*pairs, (name, new)], "stem" if name == "gap" else f"{name}.{new}.{first}"


def _is_numeric(pairs: list[Pair], name: str) -> bool:
    at, _, _ = name.rpartition("accepted")
    return name.endswith("accepted") and (f"{at}type", ItemType.NUMERIC.value) in pairs


def _next(pairs: list[Pair], name: str) -> str:
    """Return the id of a new row: after the greatest of its kind, so that removed ones do not come again at once."""
    ids = Fields(tuple(pairs)).rows(name)
    kind = name.rpartition(".")[2]
    if kind == "option":
        letters = [ascii_lowercase.index(one) for one in ids if len(one) == 1 and one.isalpha()]
        after = max(letters, default=-1) + 1
        return next((one for one in ascii_lowercase[after:] if one not in ids), "") or next(
            one for one in _lettered() if one not in ids
        )
    prefix = _PREFIXES[kind]
    numbers = [int(one.removeprefix(prefix)) for one in ids if _is_numbered(one, prefix)]
    return f"{prefix}{max(numbers, default=0) + 1}"


def _lettered() -> Iterator[str]:
    yield from ascii_lowercase
    yield from (f"x{number}" for number in count(1))


def _is_numbered(row: str, prefix: str) -> bool:
    number = row.removeprefix(prefix)
    return row.startswith(prefix) and number.isascii() and number.isdigit() and len(number) < 9


def _remove(pairs: list[Pair], name: str, row: str) -> tuple[list[Pair], str]:
    ids = Fields(tuple(pairs)).rows(name)
    if row not in ids:
        return pairs, ""
    at = name.rpartition(".")[0]
    key = f"{at}.key" if at else "key"
    inner = f"{name}.{row}."
    left = [
        (field, value)
        for field, value in pairs
        if (field, value) not in ((name, row), (key, row)) and not field.startswith(inner)
    ]
    if name == "gap":
        stem = Fields(tuple(pairs)).raw("stem")
        left = _replace(left, "stem", stem.replace(f"{{{{{row}}}}}", ""))
    if name == "choice":
        left = [
            (field, "" if field.startswith("premise.") and value == row else value)
            for field, value in left
        ]
    after = ids.index(row)
    rest = [one for one in ids if one != row]
    return left, f"{name}.{rest[min(after, len(rest) - 1)]}.text" if rest else name


def _move(pairs: list[Pair], name: str, row: str, by: int) -> tuple[list[Pair], str]:
    ids = Fields(tuple(pairs)).rows(name)
    if row in ids:
        at = ids.index(row)
        other = at + by
        if 0 <= other < len(ids):
            ids[at], ids[other] = ids[other], ids[at]
    return _listed(pairs, name, ids), f"{name}.{row}.text"


def _up(pairs: list[Pair], name: str, row: str) -> tuple[list[Pair], str]:
    return _move(pairs, name, row, -1)


def _down(pairs: list[Pair], name: str, row: str) -> tuple[list[Pair], str]:
    return _move(pairs, name, row, 1)


_ACTS: dict[str, Callable[[list[Pair], str, str], tuple[list[Pair], str]]] = {
    "add": _add,
    "remove": _remove,
    "up": _up,
    "down": _down,
}


def _replace(pairs: list[Pair], name: str, value: str) -> list[Pair]:
    """Return the form with one value of ``name``, in the place of the first."""
    done = []
    is_new = True
    for field, was in pairs:
        if field != name:
            done.append((field, was))
        elif is_new:
            done.append((field, value))
            is_new = False
    return [*done, (name, value)] if is_new else done


def _listed(pairs: list[Pair], name: str, ids: list[str]) -> list[Pair]:
    """Return the form with the rows of a list in the order ``ids``."""
    others = [(field, value) for field, value in pairs if field != name]
    return [*others, *((name, one) for one in ids)]


def _with_gaps(pairs: list[Pair]) -> list[Pair]:
    """Return the form with a gap for every marker of the text, in its order; gaps that lost theirs stand behind.

    A gap without marker in which nothing is written goes.
    """
    form = Fields(tuple(pairs))
    if form.text("type") != ItemType.CLOZE:
        return pairs
    markers = list(dict.fromkeys(MARKER.findall(form.raw("stem"))))
    lost = [one for one in form.rows("gap") if one not in markers and not is_gap_blank(form, one)]
    return _listed(pairs, "gap", [*markers, *lost])


def _with_rows(pairs: list[Pair]) -> list[Pair]:
    """Return the form with rows to write in, in every list that has none."""
    form = Fields(tuple(pairs))
    done = pairs
    for name in _lists(form):
        if not form.rows("premise" if name == "pair" else name):
            done = _add(done, name)[0]
    return done


def _lists(form: Fields) -> list[str]:
    """Return the lists with which the form of this type, and those of its gaps, begin: once for every row."""
    kind = form.text("type")
    if kind != ItemType.CLOZE:
        return list(_BEGUN.get(kind, ()))
    return [
        f"gap.{row}.{name}"
        for row in form.rows("gap")
        for name in GAP_LISTS.get(form.text(f"gap.{row}.type"), GAP_LISTS[GAP_TYPES[0]])
    ]
