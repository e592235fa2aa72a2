"""Reading bodies and responses strictly: an unknown or missing field is named, nothing is guessed."""

import re
from collections.abc import Collection, Mapping
from typing import cast

from lms.questions.domain.types.base import Chosen, FieldError, Option

OPTIONS_AT_LEAST = 2
OPTIONS_AT_MOST = 12
_OPTION_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,15}\Z")


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
        FieldError: It is not text, or it is blank and may not be.
    """
    if not isinstance(value, str):
        raise FieldError(field, "must be text")
    if not may_be_empty and not value.strip():
        raise FieldError(field, "must not be empty")
    return value


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
        check_fields(fields, required=("id", "text", "feedback"), at=f"{at}.")
        options.append(
            Option(
                id=as_text(fields["id"], f"{at}.id"),
                text=as_text(fields["text"], f"{at}.text"),
                feedback=as_text(fields["feedback"], f"{at}.feedback", may_be_empty=True),
            )
        )
    return tuple(options)


def check_options(options: tuple[Option, ...]) -> None:
    """Check what holds for the options of every choice.

    Raises:
        FieldError: Too few or too many, an id that is not an id, an id or a text twice.
    """
    if not OPTIONS_AT_LEAST <= len(options) <= OPTIONS_AT_MOST:
        raise FieldError(
            "options", f"must be {OPTIONS_AT_LEAST} to {OPTIONS_AT_MOST}, not {len(options)}"
        )
    ids: set[str] = set()
    texts: set[str] = set()
    for index, option in enumerate(options):
        if _OPTION_ID.match(option.id) is None:
            raise FieldError(f"options[{index}].id", f"{option.id!r} is not an id")
        if option.id in ids:
            raise FieldError(f"options[{index}].id", f"{option.id!r} is there twice")
        if option.text.strip() in texts:
            raise FieldError(f"options[{index}].text", "is there twice")
        ids.add(option.id)
        texts.add(option.text.strip())


def options_as_json(options: tuple[Option, ...]) -> list[dict[str, str]]:
    """Return options as they are stored."""
    return [
        {"id": option.id, "text": option.text, "feedback": option.feedback} for option in options
    ]


def read_ids(value: object, field: str) -> frozenset[str]:
    """Read a list of ids.

    Raises:
        FieldError: Not a list of texts, or one is there twice.
    """
    ids = [as_text(entry, f"{field}[{index}]") for index, entry in enumerate(as_list(value, field))]
    if len(set(ids)) != len(ids):
        raise FieldError(field, "holds an id twice")
    return frozenset(ids)


def parse_chosen(raw: object, known: frozenset[str], *, at_most: int) -> Chosen:
    """Read ``{"chosen": [ids]}``; no id means omitted.

    Args:
        raw: What came from outside.
        known: Ids of the options presented.
        at_most: How many may be marked.

    Raises:
        FieldError: Another shape, an unknown id, an id twice, or too many.
    """
    fields = as_mapping(raw, "response")
    check_fields(fields, required=("chosen",))
    ids = read_ids(fields["chosen"], "chosen")
    if not ids <= known:
        raise FieldError("chosen", f"{min(ids - known)!r} is not an option")
    if len(ids) > at_most:
        raise FieldError("chosen", f"at most {at_most} may be chosen")
    return Chosen(ids)


def malformed_choices(known: frozenset[str]) -> tuple[object, ...]:
    """Return responses that no choice with the options ``known`` accepts."""
    stranger = "x" + "".join(sorted(known))
    some = min(known)
    return (
        None,
        some,
        [some],
        {},
        {"chosen": None},
        {"chosen": some},
        {"chosen": [stranger]},
        {"chosen": [some, some]},
        {"chosen": [1]},
        {"chosen": [some], "text": "?"},
    )
