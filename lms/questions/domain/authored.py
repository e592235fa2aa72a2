"""Items as authors write them in ``items.yml`` and ``recall.yml`` -> bodies and facts.

An entry is the mapping that YAML gives. What is wrong with it is a FieldError (a ValueError) that names the
field, so that the content check can point at it.
"""

from collections.abc import Callable, Mapping

from lms.questions.domain.identity import ItemFacts
from lms.questions.domain.items import item_as_json, item_from_json
from lms.questions.domain.types.base import CreditRule, FieldError, ItemType
from lms.questions.domain.types.reading import as_list, as_mapping, as_text, check_fields
from lms.questions.domain.types.true_false import FALSE, TRUE

#: What every entry says beside the words of its type.
_FACTS = ("id", "type", "lesson", "point", "cards", "difficulty", "red_line")


def body_from_authored(entry: Mapping[str, object]) -> dict[str, object]:
    """Return the body (JSON values) of an authored entry, ready for ``services.publish_item``.

    Args:
        entry: ``type`` and ``stem``; for choices ``options`` with ``id``, ``text``, ``why`` and ``key: true`` at
            the right ones, and perhaps ``credit``; for true/false ``answer`` and ``why`` with ``true`` and
            ``false``; ``explanation``. The fields of ``facts_from_authored`` may stand beside them.

    Raises:
        FieldError: Names the field that is missing, unknown or cannot be used.
    """
    name = as_text(entry.get("type"), "type")
    build = _BUILDERS.get(name)
    if build is None:
        raise FieldError("type", f"{name!r} is not a known item type")
    body = {
        "type": name,
        "stem": _words(entry, "stem"),
        "explanation": _words(entry, "explanation"),
        **build(entry),
    }
    # Reading it back is the check: a body that comes out of here can be stored.
    return item_as_json(item_from_json(body))


def facts_from_authored(entry: Mapping[str, object]) -> ItemFacts:
    """Return what an authored entry says about its item: lesson, point, cards, difficulty, red line.

    Raises:
        FieldError: Names the field that is missing or cannot be used.
    """
    red_line = entry.get("red_line", False)
    if not isinstance(red_line, bool):
        raise FieldError("red_line", "must be true or false")
    cards = as_list(entry.get("cards", []), "cards")
    return ItemFacts(
        lesson_key=as_text(entry.get("lesson"), "lesson"),
        point=as_text(entry.get("point"), "point"),
        cards=tuple(as_text(card, f"cards[{index}]") for index, card in enumerate(cards)),
        difficulty=as_text(entry.get("difficulty"), "difficulty"),
        red_line=red_line,
    )


def _words(entry: Mapping[str, object], field: str) -> str:
    return as_text(entry.get(field), field).strip()


def _single(entry: Mapping[str, object]) -> dict[str, object]:
    check_fields(entry, required=("stem", "options", "explanation"), optional=_FACTS)
    return _choice(entry)


def _multiple(entry: Mapping[str, object]) -> dict[str, object]:
    check_fields(entry, required=("stem", "options", "explanation"), optional=(*_FACTS, "credit"))
    return {**_choice(entry), "credit": entry.get("credit", CreditRule.EXACT.value)}


def _choice(entry: Mapping[str, object]) -> dict[str, object]:
    options: list[dict[str, str]] = []
    keys: list[str] = []
    for index, value in enumerate(as_list(entry["options"], "options")):
        at = f"options[{index}]"
        option = as_mapping(value, at)
        check_fields(option, required=("id", "text", "why"), optional=("key",), at=f"{at}.")
        is_key = option.get("key", False)
        if not isinstance(is_key, bool):
            raise FieldError(f"{at}.key", "must be true or false")
        option_id = as_text(option["id"], f"{at}.id")
        options.append(
            {
                "id": option_id,
                "text": as_text(option["text"], f"{at}.text").strip(),
                "feedback": as_text(option["why"], f"{at}.why").strip(),
            }
        )
        if is_key:
            keys.append(option_id)
    return {"options": options, "key": keys}


def _true_false(entry: Mapping[str, object]) -> dict[str, object]:
    check_fields(entry, required=("stem", "answer", "why", "explanation"), optional=_FACTS)
    why = _by_judgement(entry["why"])
    return {
        "answer": entry["answer"],
        "feedback": {name: as_text(why[name], f"why.{name}").strip() for name in (TRUE, FALSE)},
    }


def _by_judgement(value: object) -> dict[str, object]:
    # YAML reads the names true and false as booleans.
    if not isinstance(value, Mapping):
        raise FieldError("why", "must be an object with true and false")
    why = {str(name).lower(): words for name, words in value.items()}
    check_fields(why, required=(TRUE, FALSE), at="why.")
    return why


_BUILDERS: dict[str, Callable[[Mapping[str, object]], dict[str, object]]] = {
    ItemType.SINGLE_RESPONSE.value: _single,
    ItemType.MULTIPLE_RESPONSE.value: _multiple,
    ItemType.TRUE_FALSE.value: _true_false,
}
