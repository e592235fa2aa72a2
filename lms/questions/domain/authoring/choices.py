"""Reading choices from options, true or false, and steps in order."""

from decimal import Decimal

from lms.questions.domain.authoring.section import Section
from lms.questions.domain.types.base import CreditRule, OrderCredit
from lms.questions.domain.types.multiple_response import ROUNDED_HUNDRED
from lms.questions.domain.types.reading import HUNDRED, OPTIONS_AT_LEAST, OPTIONS_AT_MOST

Entry = dict[str, str]

SINGLE_CREDITS = (CreditRule.EXACT.value, CreditRule.WEIGHTED.value)
MULTIPLE_CREDITS = tuple(rule.value for rule in CreditRule)
ORDER_CREDITS = (OrderCredit.ADJACENT_PAIRS.value, OrderCredit.EXACT.value)
NO_WEIGHT = Decimal(0)


def read_single(section: Section) -> dict[str, object]:
    """Read a choice of one."""
    is_weighted = section.choice("credit", SINGLE_CREDITS) == CreditRule.WEIGHTED
    options = _options(section, is_weighted=is_weighted)
    key = section.text("key")
    entry = next((each for each in options if each["id"] == key), None)
    if entry is None:
        section.say.add("key", "key_missing")
    elif is_weighted and Decimal(entry["weight"]) != HUNDRED:
        section.say.add(f"option.{key}.weight", "weight_of_key")
    return {"options": options, "key": [key]}


def read_multiple(section: Section) -> dict[str, object]:
    """Read a choice of several; with weights, the key is the options that add something."""
    credit = section.choice("credit", MULTIPLE_CREDITS)
    is_weighted = credit == CreditRule.WEIGHTED
    options = _options(section, is_weighted=is_weighted)
    if is_weighted:
        gains = [each for each in options if Decimal(each["weight"]) > 0]
        total = sum((Decimal(each["weight"]) for each in gains), Decimal(0))
        if options and total < ROUNDED_HUNDRED:
            section.say.add("option", "weights_few", total=f"{total:f}")
        keys = [each["id"] for each in gains]
    else:
        marked = section.form.all(f"{section.at}key")
        keys = [each["id"] for each in options if each["id"] in marked]
        if not keys:
            section.say.add("key", "keys_missing")
        elif len(keys) == len(options):
            section.say.add("key", "keys_all")
    return {"options": options, "key": keys, "credit": credit}


def _options(section: Section, *, is_weighted: bool) -> list[Entry]:
    """Read the options; rows in which nothing is written do not count."""
    marked = section.form.all(f"{section.at}key")
    options: list[Entry] = []
    for row in section.rows("option"):
        said = section.row_texts("option", row, ("text", "feedback"))
        if not any(said.values()) and row not in marked:
            continue
        entry = {"id": row, **said}
        if is_weighted:
            entry["weight"] = section.percent(f"option.{row}.weight", NO_WEIGHT)
        options.append(entry)
    _check(section, options)
    return options


def _check(section: Section, options: list[Entry]) -> None:
    texts = [(each["id"], each["text"]) for each in options]
    section.check_texts("option", texts, at_least=OPTIONS_AT_LEAST, at_most=OPTIONS_AT_MOST)


def read_true_false(section: Section) -> dict[str, object]:
    """Read a statement that holds or does not."""
    answer = section.text("answer")
    if answer not in ("true", "false"):
        section.say.add("answer", "answer_missing")
    feedback = {name: section.text(f"feedback.{name}") for name in ("true", "false")}
    return {"answer": answer == "true", "feedback": feedback}


def read_ordering(section: Section) -> dict[str, object]:
    """Read steps in their right order."""
    options = [
        {"id": row, **section.row_texts("option", row, ("text", "feedback"))}
        for row in section.rows("option")
    ]
    options = [each for each in options if each["text"] or each["feedback"]]
    _check(section, options)
    return {"options": options, "credit": section.choice("credit", ORDER_CREDITS)}
