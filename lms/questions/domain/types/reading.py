"""Reading bodies and responses strictly: an unknown or missing field is named, nothing is guessed."""

import re
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import cast

from lms.questions.domain.types.answers import Chosen, Typed
from lms.questions.domain.types.base import FieldError, Option

OPTIONS_AT_LEAST = 2
OPTIONS_AT_MOST = 12
HUNDRED = Decimal(100)
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,15}\Z")
_DIGITS_AT_MOST = 30
"""Places before and behind the decimal point."""


def as_mapping(value: object, field: str) -> Mapping[str, object]:
    """Return ``value`` if it is an object with text keys.

    Raises:
        FieldError: It is something else.
    """
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
        raise FieldError(field, "must be an object")
    return cast("Mapping[str, object]", value)


def as_list(value: object, field: str) -> list[object]:
    """Return ``value`` if it is a list.

    Raises:
        FieldError: It is something else.
    """
    if not isinstance(value, list):
        raise FieldError(field, "must be a list")
    return cast("list[object]", value)


def as_text(value: object, field: str, *, may_be_empty: bool = False) -> str:
    """Return ``value`` if it is text that says something.

    Raises:
        FieldError: It is not text, no database can keep it, or it is blank and may not be.
    """
    if not isinstance(value, str):
        raise FieldError(field, "must be text")
    if not may_be_empty and not value.strip():
        raise FieldError(field, "must not be empty")
    if "\x00" in value:
        raise FieldError(field, "holds a character that cannot be stored")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise FieldError(field, "holds half a character") from error
    return value


def as_flag(value: object, field: str) -> bool:
    """Return ``value`` if it is true or false.

    Raises:
        FieldError: It is something else.
    """
    if not isinstance(value, bool):
        raise FieldError(field, "must be true or false")
    return value


def as_count(value: object, field: str, *, at_most: int) -> int:
    """Return ``value`` if it is a whole number from 1 to ``at_most``.

    Raises:
        FieldError: It is something else.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= at_most:
        raise FieldError(field, f"must be a whole number from 1 to {at_most}")
    return value


def as_decimal(value: object, field: str) -> Decimal:
    """Read a decimal number, stored as text so that no float touches it.

    Raises:
        FieldError: It is not text, no number, or ``check_decimal`` refuses it.
    """
    text = as_text(value, field)
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise FieldError(field, f"{text!r} is not a number") from error
    check_decimal(number, field)
    return number


def check_decimal(number: Decimal, field: str) -> None:
    """Check that a number can be written out.

    Raises:
        FieldError: It is infinite, undefined, or has more than 30 places before or behind the point.
    """
    if not number.is_finite():
        raise FieldError(field, "must be a finite number")
    exponent = cast("int", number.as_tuple().exponent)
    if (
        number.adjusted() > _DIGITS_AT_MOST
        or exponent < -_DIGITS_AT_MOST
        or exponent > _DIGITS_AT_MOST
    ):
        raise FieldError(field, "has too many digits")


def decimal_as_text(number: Decimal) -> str:
    """Return a number as it is stored: all digits, no exponent."""
    return f"{number:f}"


def check_percent(percent: Decimal, field: str) -> None:
    """Check a share in percent.

    Raises:
        FieldError: It is not between -100 and 100.
    """
    check_decimal(percent, field)
    if not -HUNDRED <= percent <= HUNDRED:
        raise FieldError(field, "must be between -100 and 100")


def check_id(value: str, field: str) -> None:
    """Check that ``value`` can be an id.

    Raises:
        FieldError: It is not 1 to 16 lower-case letters, digits, ``-`` and ``_`` that begin with a letter or digit.
    """
    if _ID.match(value) is None:
        raise FieldError(field, f"{value!r} is not an id")


def check_fields(
    value: Mapping[str, object],
    *,
    required: Collection[str],
    optional: Collection[str] = (),
    at: str = "",
) -> None:
    """Check that exactly the known fields are there.

    Raises:
        FieldError: Names the first missing or unknown field.
    """
    for name in required:
        if name not in value:
            raise FieldError(f"{at}{name}", "is missing")
    for name in value:
        if name not in required and name not in optional:
            raise FieldError(f"{at}{name}", "is not known")


def read_options(value: object) -> tuple[Option, ...]:
    """Read the list of options of a body.

    Raises:
        FieldError: Names the option and field at fault.
    """
    options: list[Option] = []
    for index, entry in enumerate(as_list(value, "options")):
        at = f"options[{index}]"
        fields = as_mapping(entry, at)
        check_fields(fields, required=("id", "text", "feedback"), optional=("weight",), at=f"{at}.")
        weight = as_decimal(fields["weight"], f"{at}.weight") if "weight" in fields else None
        options.append(
            Option(
                id=as_text(fields["id"], f"{at}.id"),
                text=as_text(fields["text"], f"{at}.text"),
                feedback=as_text(fields["feedback"], f"{at}.feedback", may_be_empty=True),
                weight=weight,
            )
        )
    return tuple(options)


def check_options(options: tuple[Option, ...]) -> None:
    """Check what holds for the options of every choice.

    Raises:
        FieldError: Too few or too many, an id that is not an id, an id or a text twice, or a weight that
            is no share.
    """
    check_list("options", [(option.id, option.text) for option in options], OPTIONS_AT_MOST)
    for index, option in enumerate(options):
        if option.weight is not None:
            check_percent(option.weight, f"options[{index}].weight")


def check_list(field: str, entries: Sequence[tuple[str, str]], at_most: int) -> None:
    """Check a list of things with ids and texts: at least two, no id and no text twice.

    Raises:
        FieldError: Names the entry at fault.
    """
    if not OPTIONS_AT_LEAST <= len(entries) <= at_most:
        raise FieldError(field, f"must be {OPTIONS_AT_LEAST} to {at_most}, not {len(entries)}")
    ids: set[str] = set()
    texts: set[str] = set()
    for index, (entry_id, text) in enumerate(entries):
        check_id(entry_id, f"{field}[{index}].id")
        if entry_id in ids:
            raise FieldError(f"{field}[{index}].id", f"{entry_id!r} is there twice")
        if text.strip() in texts:
            raise FieldError(f"{field}[{index}].text", "is there twice")
        ids.add(entry_id)
        texts.add(text.strip())


def options_as_json(options: tuple[Option, ...]) -> list[dict[str, str]]:
    """Return options as they are stored; a weight only where there is one."""
    entries = []
    for option in options:
        entry = {"id": option.id, "text": option.text, "feedback": option.feedback}
        if option.weight is not None:
            entry["weight"] = decimal_as_text(option.weight)
        entries.append(entry)
    return entries


def read_ids(value: object, field: str) -> frozenset[str]:
    """Read a list of ids.

    Raises:
        FieldError: Not a list of texts, or one is there twice.
    """
    ids = [as_text(entry, f"{field}[{index}]") for index, entry in enumerate(as_list(value, field))]
    if len(set(ids)) != len(ids):
        raise FieldError(field, "holds an id twice")
    return frozenset(ids)


def read_response(raw: object, name: str) -> object | None:
    """Return the only field of a response, which must be ``name``; None for ``{}``, an omitted answer.

    Raises:
        FieldError: Another shape.
    """
    fields = as_mapping(raw, "response")
    if not fields:
        return None
    check_fields(fields, required=(name,))
    value = fields[name]
    if value is None:
        raise FieldError(name, "must not be null")
    return value


def parse_chosen(raw: object, known: frozenset[str], *, at_most: int) -> Chosen:
    """Read ``{"chosen": [ids]}``; ``{}`` and no id mean omitted.

    Args:
        raw: What came from outside.
        known: Ids of the options presented.
        at_most: How many may be marked.

    Raises:
        FieldError: Another shape, an unknown id, an id twice, or too many.
    """
    value = read_response(raw, "chosen")
    ids = frozenset[str]() if value is None else read_ids(value, "chosen")
    if not ids <= known:
        raise FieldError("chosen", f"{min(ids - known)!r} is not an option")
    if len(ids) > at_most:
        raise FieldError("chosen", f"at most {at_most} may be chosen")
    return Chosen(ids)


def parse_typed(raw: object, *, at_most: int) -> Typed:
    """Read ``{"text": "…"}``; ``{}`` and blanks mean omitted.

    Args:
        raw: What came from outside.
        at_most: How many characters may be typed.

    Raises:
        FieldError: Another shape, or too long.
    """
    value = read_response(raw, "text")
    text = "" if value is None else as_text(value, "text", may_be_empty=True)
    if len(text) > at_most:
        raise FieldError("text", f"at most {at_most} characters may be typed")
    return Typed(text)


def malformed_texts(at_most: int) -> tuple[object, ...]:
    """Return responses that no typed answer of at most ``at_most`` characters accepts."""
    return (
        None,
        "7",
        ["7"],
        {"text": None},
        {"text": 7},
        {"text": ["7"]},
        {"text": "\x00"},
        {"text": "\ud800"},
        {"text": "7" * (at_most + 1)},
        {"chosen": ["7"]},
        {"text": "7", "more": 1},
    )


def malformed_choices(known: frozenset[str]) -> tuple[object, ...]:
    """Return responses that no choice with the options ``known`` accepts."""
    stranger = "x" + "".join(sorted(known))
    some = min(known)
    return (
        None,
        some,
        [some],
        {"text": some},
        {"chosen": None},
        {"chosen": some},
        {"chosen": [stranger]},
        {"chosen": [some, some]},
        {"chosen": [1]},
        {"chosen": [some], "text": "?"},
    )
