"""Choices and statements from cells."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from lms.questions.domain.exchange.answers.cells import Cells, Unreadable
from lms.questions.domain.exchange.answers.words import (
    Asked,
    letter,
    read_letters,
    read_number,
    read_truth,
    squeeze,
)
from lms.questions.domain.types.base import CreditRule, Option, OrderCredit
from lms.questions.domain.types.multiple_response import MultipleResponse
from lms.questions.domain.types.ordering import Ordering
from lms.questions.domain.types.single_response import SingleResponse
from lms.questions.domain.types.true_false import TrueFalse

_CREDIT = {
    "exact": CreditRule.EXACT, "全对": CreditRule.EXACT,
    "proportional": CreditRule.PROPORTIONAL, "按比例": CreditRule.PROPORTIONAL,
    "correct_minus_wrong": CreditRule.CORRECT_MINUS_WRONG, "对减错": CreditRule.CORRECT_MINUS_WRONG,
    "weighted": CreditRule.WEIGHTED, "按权重": CreditRule.WEIGHTED,
}  # fmt: skip
_ORDER_CREDIT = {
    "exact": OrderCredit.EXACT, "全对": OrderCredit.EXACT,
    "adjacent_pairs": OrderCredit.ADJACENT_PAIRS, "相邻": OrderCredit.ADJACENT_PAIRS,
}  # fmt: skip


def read_credit(settings: Mapping[str, str], default: CreditRule) -> CreditRule:
    """Return the rule of an answer of several marks or pairs; ``default`` when nothing is said."""
    word = settings.get("credit", default.value)
    rule = _CREDIT.get(squeeze(word))
    if rule is None:
        raise bad_setting("credit", word)
    return rule


def read_ids(settings: Mapping[str, str], count: int, default: Sequence[str]) -> list[str]:
    """Return the ids that the settings give to ``count`` things, or ``default``."""
    ids = settings.get("ids", "").split() or list(default)
    if len(ids) != count:
        raise bad_setting("ids", settings.get("ids", ""))
    return ids


def bad_setting(name: str, value: str) -> Unreadable:
    """Return the complaint about a setting."""
    return Unreadable(
        "bad_setting", "settings", f"{name} cannot be {value!r}", name=name, value=value
    )


def missing_answer() -> Unreadable:
    """Return the complaint about an item without a key."""
    return Unreadable("missing_answer", "answer", "there is no answer")


def bad_answer(cells: Cells, message: str) -> Unreadable:
    """Return the complaint about an answer that cannot be read."""
    return Unreadable("bad_answer", "answer", message, value=cells.answer)


def read_single(cells: Cells) -> SingleResponse:
    """Read a choice of one; raises Unreadable."""
    letters = read_keys(cells)
    if len(letters) > 1:
        message = f"a single response cannot have {len(letters)} keys"
        raise Unreadable("several_keys", "answer", message, value=cells.answer)
    options = read_options(cells)
    return SingleResponse(
        cells.stem, options, _id_of(cells, options, letters[0]), cells.explanation
    )


def read_multiple(cells: Cells) -> MultipleResponse:
    """Read a choice of several; raises Unreadable."""
    letters = read_keys(cells)
    options = read_options(cells)
    keys = frozenset(_id_of(cells, options, key) for key in letters)
    credit = read_credit(cells.settings, CreditRule.EXACT)
    return MultipleResponse(cells.stem, options, keys, cells.explanation, credit)


def read_ordering(cells: Cells) -> Ordering:
    """Read an order: the options stand in it, or the answer gives it; raises Unreadable."""
    options = read_options(cells)
    if cells.answer:
        letters = read_letters(cells.answer)
        if letters is None or sorted(letters) != sorted(letter for letter, _ in cells.options):
            raise bad_answer(cells, "must name every option once, in the right order")
        options = tuple(
            option
            for key in letters
            for option, (name, _) in zip(options, cells.options, strict=True)
            if name == key
        )
    word = cells.settings.get("credit", OrderCredit.ADJACENT_PAIRS.value)
    credit = _ORDER_CREDIT.get(squeeze(word))
    if credit is None:
        raise bad_setting("credit", word)
    return Ordering(cells.stem, options, cells.explanation, credit)


def read_true_false(cells: Cells) -> TrueFalse:
    """Read a statement; its options, if it has any, must be words of truth; raises Unreadable."""
    if not cells.answer:
        raise missing_answer()
    truth = truth_of(cells)
    if truth is None:
        raise bad_answer(cells, "is neither true nor false")
    feedback = (cells.feedback.get("a", ""), cells.feedback.get("b", ""))
    if cells.options and read_truth(cells.options[0][1]) is False:
        feedback = (feedback[1], feedback[0])
    return TrueFalse(cells.stem, truth, *feedback, cells.explanation)


def truth_of(cells: Cells) -> bool | None:
    """Return what the answer says of the statement: by itself, or by the letter of a word of truth."""
    by_letter = {name: read_truth(text) for name, text in cells.options}
    if by_letter and (len(by_letter) != 2 or set(by_letter.values()) != {True, False}):
        return None
    letters = read_letters(cells.answer)
    if letters is not None and len(letters) == 1 and letters in by_letter:
        return by_letter[letters]
    return read_truth(cells.answer)


def read_keys(cells: Cells) -> str:
    """Return the letters of the key: as letters, as a letter with its text, or as the text of one option."""
    if not cells.options:
        raise Unreadable("missing_options", "options", "there are no options")
    if not cells.answer:
        raise missing_answer()
    names = [name for name, _ in cells.options]
    letters = read_letters(cells.answer) or _by_text(cells)
    if letters is None:
        raise bad_answer(cells, "is no list of option letters")
    strangers = [key.upper() for key in letters if key not in names]
    if strangers:
        message = f"{strangers[0]} is not an option"
        raise Unreadable(
            "answer_not_an_option", "answer", message, value=cells.answer, letter=strangers[0]
        )
    return letters


def _by_text(cells: Cells) -> str | None:
    """Return the one letter whose text, with or without its letter in front, is the answer."""
    answer = squeeze(cells.answer)
    found = [
        name
        for name, text in cells.options
        if answer == squeeze(text)
        or (answer.startswith(name) and answer[1:].lstrip(".、:)）") == squeeze(text))
    ]
    return found[0] if len(found) == 1 and len(found[0]) == 1 else None


def read_options(cells: Cells) -> tuple[Option, ...]:
    """Return the options with their ids, feedback and weights; raises Unreadable."""
    if not cells.options:
        raise Unreadable("missing_options", "options", "there are no options")
    names = [name for name, _ in cells.options]
    ids = read_ids(cells.settings, len(names), names)
    weights = _weights(cells.settings, len(names))
    empty = [name.upper() for name, text in cells.options if not text]
    if empty:
        raise Unreadable(
            "option_without_text", "options", f"{empty[0]} has no text", letter=empty[0]
        )
    return tuple(
        Option(option_id, text, cells.feedback.get(name, ""), weight)
        for option_id, (name, text), weight in zip(ids, cells.options, weights, strict=True)
    )


def _weights(settings: Mapping[str, str], count: int) -> Sequence[Decimal | None]:
    if "weights" not in settings:
        return [None] * count
    weights = [read_number(word) for word in settings["weights"].split()]
    if len(weights) != count or None in weights:
        raise bad_setting("weights", settings["weights"])
    return weights


def _id_of(cells: Cells, options: Sequence[Option], key: str) -> str:
    for (name, _), option in zip(cells.options, options, strict=True):
        if name == key:
            return option.id
    raise KeyError(key)


def derive(cells: Cells) -> Asked | None:
    """Return the type that options and answer prove: letters, or a word of truth without options."""
    letters = None
    if cells.options and cells.answer:
        if truth_of(cells) is not None:
            return Asked.TRUE_FALSE
        letters = read_letters(cells.answer) or _by_text(cells)
    elif cells.answer and read_truth(cells.answer) is not None:
        return Asked.TRUE_FALSE
    if letters is None:
        return None
    return Asked.SINGLE if len(letters) == 1 else Asked.MULTIPLE


def letters_for(count: int) -> list[str]:
    """Return the first ``count`` letters."""
    return [letter(index) for index in range(count)]
