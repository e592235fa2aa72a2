"""What the fields of a form say as a response: the way of answering that needs no script.

A form names its fields ``chosen``, ``text``, ``pair:<premise>``, ``place:<option>``, ``gap:<gap>:chosen`` and
``gap:<gap>:text``. The names say the shape, so that nobody has to know the item; ``parse_response`` judges it.
"""

from collections.abc import Iterable

from lms.questions.domain.types.base import FieldError

Field = tuple[str, str]


def response_from_fields(fields: Iterable[Field]) -> dict[str, object]:
    """Return the raw response that the fields of one item say; ``{}`` when nothing is filled in.

    Args:
        fields: Name and value of every field, in the order of the form; a name may come several times.

    Raises:
        FieldError: ``order``: some places are numbered and others not, or two have the same number.
    """
    chosen: set[str] = set()
    text = ""
    pairs: dict[str, str] = {}
    places: dict[str, str] = {}
    gaps: dict[str, list[Field]] = {}
    for name, value in fields:
        head, _, rest = name.partition(":")
        if head == "chosen":
            chosen.add(value)
        elif head == "text":
            text = value.replace("\r\n", "\n")
        elif head == "pair" and value:
            pairs[rest] = value
        elif head == "place":
            places[rest] = value.strip()
        elif head == "gap":
            gap, _, inner = rest.rpartition(":")
            gaps.setdefault(gap, []).append((inner, value))
    filled = {gap: response_from_fields(inner) for gap, inner in gaps.items()}
    said: dict[str, object] = {
        "chosen": sorted(chosen - {""}),
        "text": text if text.strip() else "",
        "pairs": pairs,
        "order": _order(places),
        "gaps": {gap: raw for gap, raw in filled.items() if raw},
    }
    return {name: value for name, value in said.items() if value}


def _order(places: dict[str, str]) -> list[str]:
    if not any(places.values()):
        return []
    wanted = {str(place) for place in range(1, len(places) + 1)}
    if set(places.values()) != wanted or len(wanted) != len(places):
        raise FieldError("order", "must number every step once")
    return sorted(places, key=lambda option: int(places[option]))
