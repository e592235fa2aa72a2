"""Items in the shape in which authors write them in YAML, and back: the one reading for banks in git and for imports.

Plain values in and out (texts, whole numbers, flags, lists, mappings). What has its usual value is left out; numbers
with decimals are texts, so that no float touches them.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal

from lms.questions.domain.items import (
    AcceptedNumber,
    AcceptedText,
    Cloze,
    CreditRule,
    Essay,
    Item,
    ItemType,
    Matching,
    MultipleResponse,
    Numeric,
    Option,
    OrderCredit,
    Ordering,
    ShortText,
    SingleResponse,
    TrueFalse,
    item_from_json,
)
from lms.questions.domain.types.base import FieldError
from lms.questions.domain.types.reading import (
    as_decimal,
    as_flag,
    as_list,
    as_mapping,
    as_text,
    check_fields,
    decimal_as_text,
)

Entry = Mapping[str, object]
"""An item as written, field by field."""

_HUNDRED = Decimal(100)
_FLAGS = ("match_case", "match_width", "fold_traditional")
#: Fields of each type beside ``type``, ``stem`` and ``explanation``: those it must have, and those it may have.
FIELDS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    ItemType.SINGLE_RESPONSE: (("options",), ()),
    ItemType.MULTIPLE_RESPONSE: (("options",), ("credit",)),
    ItemType.TRUE_FALSE: (("answer",), ("why",)),
    ItemType.SHORT_TEXT: (("accepted",), _FLAGS),
    ItemType.NUMERIC: (("accepted",), ("unit",)),
    ItemType.MATCHING: (("premises", "choices"), ("credit",)),
    ItemType.ORDERING: (("options",), ("credit",)),
    ItemType.CLOZE: (("gaps",), ()),
    ItemType.ESSAY: ((), ("rubric", "reference", "lines")),
}


def item_from_entry(entry: Entry) -> Item:
    """Read an item as authors write it.

    Raises:
        FieldError: Names the field at fault by its path.
    """
    return item_from_json(body_from_entry(entry))


def body_from_entry(entry: Entry, *, is_gap: bool = False) -> dict[str, object]:
    """Return the body that ``items.item_from_json`` reads; in a gap of a text there is no stem.

    Raises:
        FieldError: A field is missing, not known, or cannot be read.
    """
    name = as_text(entry.get("type"), "type")
    if name not in FIELDS:
        raise FieldError("type", f"{name!r} is not a known item type")
    required, optional = FIELDS[name]
    stem = () if is_gap else ("stem",)
    check_fields(entry, required=("type", *stem, *required), optional=("explanation", *optional))
    return {
        "type": name,
        "stem": "" if is_gap else entry["stem"],
        **_READERS[ItemType(name)](entry),
        "explanation": entry.get("explanation", ""),
    }


def _choice(entry: Entry) -> dict[str, object]:
    options, keys = _options(entry["options"], "key")
    return {"options": options, "key": keys}


def _choices(entry: Entry) -> dict[str, object]:
    read = _choice(entry)
    has_weights = any(
        "weight" in as_mapping(one, "options") for one in as_list(read["options"], "")
    )
    usual = CreditRule.WEIGHTED if has_weights else CreditRule.EXACT
    return {**read, "credit": entry.get("credit", usual.value)}


def _true_false(entry: Entry) -> dict[str, object]:
    why = as_mapping(entry.get("why", {}), "why")
    check_fields(why, required=(), optional=("true", "false"), at="why.")
    feedback = {"true": why.get("true", ""), "false": why.get("false", "")}
    return {"answer": entry["answer"], "feedback": feedback}


def _short_text(entry: Entry) -> dict[str, object]:
    accepted = []
    for index, one in enumerate(as_list(entry["accepted"], "accepted")):
        at = f"accepted[{index}]"
        fields = {"text": one} if isinstance(one, str) else as_mapping(one, at)
        check_fields(fields, required=("text",), optional=("percent", "why"), at=f"{at}.")
        accepted.append({"text": fields["text"], **_earned(fields, at)})
    return {"accepted": accepted, **{flag: entry.get(flag, False) for flag in _FLAGS}}


def _numeric(entry: Entry) -> dict[str, object]:
    accepted = []
    for index, one in enumerate(as_list(entry["accepted"], "accepted")):
        at = f"accepted[{index}]"
        fields = as_mapping(one, at)
        low, high = _range(fields, at)
        accepted.append({"low": low, "high": high, **_earned(fields, at)})
    return {"accepted": accepted, "unit": entry.get("unit", "")}


def _range(fields: Entry, at: str) -> tuple[str, str]:
    more = ("percent", "why")
    if "value" not in fields:
        check_fields(fields, required=("low", "high"), optional=more, at=f"{at}.")
        return _number(fields["low"], f"{at}.low"), _number(fields["high"], f"{at}.high")
    check_fields(fields, required=("value",), optional=("tolerance", *more), at=f"{at}.")
    value = _number(fields["value"], f"{at}.value")
    if "tolerance" not in fields:
        return value, value
    width = _number(fields["tolerance"], f"{at}.tolerance")
    around = AcceptedNumber.around(
        as_decimal(value, f"{at}.value"), as_decimal(width, f"{at}.tolerance")
    )
    return decimal_as_text(around.low), decimal_as_text(around.high)


def _matching(entry: Entry) -> dict[str, object]:
    return {
        "premises": entry["premises"],
        "choices": entry["choices"],
        "credit": entry.get("credit", CreditRule.PROPORTIONAL.value),
    }


def _ordering(entry: Entry) -> dict[str, object]:
    options, _ = _options(entry["options"], "")
    return {"options": options, "credit": entry.get("credit", OrderCredit.ADJACENT_PAIRS.value)}


def _cloze(entry: Entry) -> dict[str, object]:
    gaps = []
    for index, one in enumerate(as_list(entry["gaps"], "gaps")):
        at = f"gaps[{index}]"
        fields = as_mapping(one, at)
        check_fields(fields, required=("id", "item"), optional=("weight",), at=f"{at}.")
        try:
            item = body_from_entry(as_mapping(fields["item"], "item"), is_gap=True)
        except FieldError as error:
            raise FieldError(f"{at}.item.{error.field}", error.problem) from error
        gaps.append({"id": fields["id"], "weight": fields.get("weight", 1), "item": item})
    return {"gaps": gaps}


def _essay(entry: Entry) -> dict[str, object]:
    rubric = []
    for index, one in enumerate(as_list(entry.get("rubric", []), "rubric")):
        at = f"rubric[{index}]"
        fields = as_mapping(one, at)
        check_fields(fields, required=("id", "text", "points"), at=f"{at}.")
        points = _number(fields["points"], f"{at}.points")
        rubric.append({"id": fields["id"], "text": fields["text"], "points": points})
    return {
        "rubric": rubric,
        "reference": entry.get("reference", ""),
        "lines": entry.get("lines", 8),
    }


_READERS: Mapping[ItemType, Callable[[Entry], dict[str, object]]] = {
    ItemType.SINGLE_RESPONSE: _choice,
    ItemType.MULTIPLE_RESPONSE: _choices,
    ItemType.TRUE_FALSE: _true_false,
    ItemType.SHORT_TEXT: _short_text,
    ItemType.NUMERIC: _numeric,
    ItemType.MATCHING: _matching,
    ItemType.ORDERING: _ordering,
    ItemType.CLOZE: _cloze,
    ItemType.ESSAY: _essay,
}


def _options(value: object, key: str) -> tuple[list[dict[str, object]], list[object]]:
    """Read options; with ``key`` each may say that it is right and what it weighs."""
    options: list[dict[str, object]] = []
    keys: list[object] = []
    optional = ("why", key, "weight") if key else ("why",)
    for index, one in enumerate(as_list(value, "options")):
        at = f"options[{index}]"
        fields = as_mapping(one, at)
        check_fields(fields, required=("id", "text"), optional=optional, at=f"{at}.")
        option = {"id": fields["id"], "text": fields["text"], "feedback": fields.get("why", "")}
        if "weight" in fields:
            option["weight"] = _number(fields["weight"], f"{at}.weight")
        options.append(option)
        if key and as_flag(fields.get(key, False), f"{at}.{key}"):
            keys.append(fields["id"])
    return options, keys


def _earned(fields: Entry, at: str) -> dict[str, object]:
    percent = _number(fields.get("percent", "100"), f"{at}.percent")
    return {"percent": percent, "feedback": fields.get("why", "")}


def _number(value: object, field: str) -> str:
    """Return a number as text; whole ones may stand without quotation marks."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise FieldError(field, "must be a number; put decimals in quotation marks")
    return value


def item_as_entry(item: Item) -> dict[str, object]:
    """Return ``item`` as authors write it; ``item_from_entry`` gives the same item back."""
    entry: dict[str, object] = {"type": item.type.value, "stem": item.stem, **_written(item)}
    if item.explanation:
        entry["explanation"] = item.explanation
    return entry


def _written(item: Item) -> dict[str, object]:
    match item:
        case SingleResponse():
            # With weights, several options may earn everything; the key is the one that is named.
            return {"options": _write_options(item.options, frozenset({item.key}))}
        case MultipleResponse():
            credit = {} if item.credit in _USUAL else {"credit": item.credit.value}
            return {"options": _write_options(item.options, item.keys), **credit}
        case TrueFalse():
            why = {"true": item.feedback_true, "false": item.feedback_false}
            said = {name: text for name, text in why.items() if text}
            return {"answer": item.answer, **({"why": said} if said else {})}
        case ShortText():
            flags = {flag: True for flag in _FLAGS if getattr(item, flag)}
            return {"accepted": [_write_text(one) for one in item.accepted], **flags}
        case Numeric():
            unit = {"unit": item.unit} if item.unit else {}
            return {"accepted": [_write_number(one) for one in item.accepted], **unit}
        case Matching():
            return _write_matching(item)
        case Ordering():
            usual = item.credit is OrderCredit.ADJACENT_PAIRS
            credit = {} if usual else {"credit": item.credit.value}
            return {"options": _write_options(item.options, frozenset()), **credit}
        case Cloze():
            return {"gaps": [_write_gap(gap.id, gap.weight, gap.item) for gap in item.gaps]}
        case Essay():
            return _write_essay(item)


_USUAL = (CreditRule.EXACT, CreditRule.WEIGHTED)


def _write_options(options: tuple[Option, ...], keys: frozenset[str]) -> list[dict[str, object]]:
    written = []
    for option in options:
        one: dict[str, object] = {"id": option.id, "text": option.text}
        if option.id in keys:
            one["key"] = True
        if option.weight is not None:
            one["weight"] = decimal_as_text(option.weight)
        if option.feedback:
            one["why"] = option.feedback
        written.append(one)
    return written


def _write_earned(percent: Decimal, feedback: str) -> dict[str, object]:
    earned: dict[str, object] = {}
    if decimal_as_text(percent) != decimal_as_text(_HUNDRED):
        earned["percent"] = decimal_as_text(percent)
    if feedback:
        earned["why"] = feedback
    return earned


def _write_text(one: AcceptedText) -> dict[str, object]:
    return {"text": one.text, **_write_earned(one.percent, one.feedback)}


def _write_number(one: AcceptedNumber) -> dict[str, object]:
    low, high = decimal_as_text(one.low), decimal_as_text(one.high)
    place = {"value": low} if low == high else {"low": low, "high": high}
    return {**place, **_write_earned(one.percent, one.feedback)}


def _write_matching(item: Matching) -> dict[str, object]:
    body = item.as_json()
    written = {"premises": body["premises"], "choices": body["choices"]}
    if item.credit is not CreditRule.PROPORTIONAL:
        written["credit"] = item.credit.value
    return written


def _write_gap(gap_id: str, weight: int, item: Item) -> dict[str, object]:
    written = item_as_entry(item)
    del written["stem"]
    weighed = {} if weight == 1 else {"weight": weight}
    return {"id": gap_id, **weighed, "item": written}


def _write_essay(item: Essay) -> dict[str, object]:
    body = item.as_json()
    usual: dict[str, object] = {"rubric": [], "reference": "", "lines": 8}
    return {name: body[name] for name, value in usual.items() if body[name] != value}
