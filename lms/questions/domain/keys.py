"""Another key for an item: what a correction says, applied without anybody else asking for the type.

A key is written in the shape of an answer to the item: ``{"chosen": [...]}``, ``{"text": "one accepted answer a
line"}``, ``{"pairs": {...}}``, ``{"order": [...]}``, ``{"gaps": {id: key of the gap}}``. A line of a number is
``170``, ``169.5 ~ 170.5`` or ``170 ± 0.5``. Pairs and gaps that are not named stay as they are.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import ROUND_DOWN, Decimal

from lms.questions.domain.items import (
    AcceptedNumber,
    AcceptedText,
    Answer,
    Chosen,
    Cloze,
    Essay,
    FieldError,
    Filled,
    GapItem,
    Item,
    Matched,
    Matching,
    MultipleResponse,
    Numeric,
    Option,
    Ordering,
    Premise,
    ShortText,
    SingleResponse,
    TrueFalse,
    Typed,
    is_right,
)
from lms.questions.domain.numbers import read_number
from lms.questions.domain.types.reading import HUNDRED, as_mapping, as_text, decimal_as_text

Key = Mapping[str, object]

_RANGE = re.compile(r"\s*(?:[~～]|至|到)\s*")
_AROUND = re.compile(r"\s*(?:±|\+/-)\s*")
_SHARE = Decimal("0.00001")


def may_change_key(item: Item) -> bool:
    """Say whether the item has a key at all."""
    return not isinstance(item, Essay)


def may_accept_also(item: Item) -> bool:
    """Say whether another answer can be right besides the key.

    Not for a judgement, where both would then be right, and not for an order: another one is another key.
    """
    return not isinstance(item, TrueFalse | Ordering | Essay)


def key_of(item: Item) -> dict[str, object]:
    """Return the key that the item has now."""
    if isinstance(item, SingleResponse | MultipleResponse | TrueFalse):
        return {"chosen": sorted(item.keys)}
    if isinstance(item, ShortText):
        return {"text": "\n".join(one.text for one in item.accepted if one.percent == HUNDRED)}
    if isinstance(item, Numeric):
        return {"text": "\n".join(_range(one) for one in item.accepted if one.percent == HUNDRED)}
    if isinstance(item, Matching):
        return {"pairs": {premise.id: premise.choice_id for premise in item.premises}}
    if isinstance(item, Ordering):
        return {"order": [option.id for option in item.options]}
    if isinstance(item, Cloze):
        return {"gaps": {gap.id: key_of(gap.item) for gap in item.gaps}}
    return {}


def with_key(item: Item, key: Key) -> Item:
    """Return the item with another key.

    Shares of partly right answers stay as far as they make sense; feedback on options that were right and are
    not any more, or the other way round, is left out: it said the opposite.

    Args:
        item: Any but an essay.
        key: The new key.

    Raises:
        FieldError: The key does not fit the item.
    """
    if isinstance(item, SingleResponse | MultipleResponse):
        return _with_choice(item, _ids(item, key))
    if isinstance(item, TrueFalse):
        return _with_judgement(item, _ids(item, key))
    if isinstance(item, ShortText | Numeric):
        return _with_typed(item, key)
    if isinstance(item, Matching):
        return replace(item, premises=_premises(item, _pairs(item, key)))
    if isinstance(item, Ordering):
        return _with_order(item, key)
    if isinstance(item, Cloze):
        keys = _gaps(item, key)
        changed = (
            replace(gap, item=_gap_item(with_key(gap.item, keys[gap.id])))
            if gap.id in keys
            else gap
            for gap in item.gaps
        )
        return replace(item, gaps=tuple(changed))
    raise FieldError("type", f"{item.type.value} has no key")


def check_also(item: Item, key: Key) -> None:
    """Check that ``key`` can be accepted besides the item's own.

    Raises:
        FieldError: It does not fit the item, or it is right already.
    """
    if not may_accept_also(item):
        raise FieldError("type", f"{item.type.value} has one key only")
    if isinstance(item, Cloze):
        keys = _gaps(item, key)
        for gap in item.gaps:
            if gap.id in keys:
                check_also(gap.item, keys[gap.id])
    elif isinstance(item, ShortText | Numeric):
        _with_typed(item, key)
    elif _is_right_already(item, key):
        raise FieldError("key", "is right already")


def _is_right_already(item: Item, key: Key) -> bool:
    if isinstance(item, Matching):
        return _premises(item, _pairs(item, key)) == item.premises
    if isinstance(item, SingleResponse) and len(_ids(item, key)) != 1:
        raise FieldError("key", "must be one option")
    if isinstance(item, SingleResponse | MultipleResponse):
        return is_right(item, Chosen(_ids(item, key)))
    return False


def lift(item: Item, also: Key, answer: Answer) -> Answer:
    """Return the answer as it would have to be to earn by the item's own key what it earns with ``also``.

    What ``also`` accepts is replaced by what is right; everything else stays. So it never earns less.

    Args:
        item: The item answered.
        also: What ``check_also`` let pass.
        answer: An answer to it.
    """
    if isinstance(item, Cloze) and isinstance(answer, Filled):
        keys = _gaps(item, also)
        gaps = {
            gap.id: lift(gap.item, keys[gap.id], answer.gaps[gap.id])
            if gap.id in keys
            else answer.gaps[gap.id]
            for gap in item.gaps
            if gap.id in answer.gaps
        }
        return Filled(gaps)
    if isinstance(item, Matching) and isinstance(answer, Matched):
        pairs = _pairs(item, also)
        right = {premise.id: premise.choice_id for premise in item.premises}
        lifted = {
            premise: right[premise] if choice == pairs.get(premise) else choice
            for premise, choice in answer.pairs.items()
        }
        return Matched(lifted)
    return _right_answer(item) if _is_also(item, also, answer) else answer


def with_also(item: Item, also: Key) -> Item | None:
    """Return the item with ``also`` written into its key; None when its type cannot say that.

    One option of several becomes an option of full weight; texts and numbers are further accepted ones. Several
    sets of options, or several choices for one premise, cannot be written.

    Args:
        item: Any.
        also: What ``check_also`` let pass.
    """
    if isinstance(item, SingleResponse):
        full = item.keys | _ids(item, also)
        options = tuple(
            replace(_reweighted(one, 1, full, item.keys), weight=_weight(one, full))
            for one in item.options
        )
        return replace(item, options=options)
    if isinstance(item, ShortText | Numeric):
        lines = key_of(item)["text"]
        return _with_typed(item, {"text": f"{also['text']}\n{lines}"})
    if isinstance(item, Cloze):
        keys = _gaps(item, also)
        gaps = []
        for gap in item.gaps:
            inner = with_also(gap.item, keys[gap.id]) if gap.id in keys else gap.item
            if inner is None:
                return None
            gaps.append(replace(gap, item=_gap_item(inner)))
        return replace(item, gaps=tuple(gaps))
    return None


def _is_also(item: Item, also: Key, answer: Answer) -> bool:
    if isinstance(item, SingleResponse | MultipleResponse) and isinstance(answer, Chosen):
        return answer.ids == _ids(item, also)
    if isinstance(item, ShortText | Numeric) and isinstance(answer, Typed):
        return not answer.is_empty and is_right(_only(item, also), answer)
    return False


def _right_answer(item: Item) -> Answer:
    return item.parse(item.samples().right[0])


def _ids(item: SingleResponse | MultipleResponse | TrueFalse, key: Key) -> frozenset[str]:
    ids = key.get("chosen")
    if not isinstance(ids, list) or not ids:
        raise FieldError("key", "must hold at least one option")
    known = {option.id for option in item.options}
    found = frozenset(as_text(one, "key") for one in ids)
    if found - known:
        raise FieldError("key", f"{min(found - known)!r} is not an option")
    return found


def _with_choice(item: SingleResponse | MultipleResponse, ids: frozenset[str]) -> Item:
    options = tuple(_reweighted(one, len(ids), ids, item.keys) for one in item.options)
    if isinstance(item, MultipleResponse):
        return replace(item, options=options, keys=ids)
    if len(ids) != 1:
        raise FieldError("key", "must be one option")
    return replace(item, options=options, key=min(ids))


def _reweighted(option: Option, n: int, now: frozenset[str], before: frozenset[str]) -> Option:
    is_key, was_key = option.id in now, option.id in before
    weight = option.weight
    if weight is not None and is_key:
        weight = (HUNDRED / n).quantize(_SHARE, ROUND_DOWN) if n > 1 else HUNDRED
    elif weight is not None and was_key:
        weight = Decimal(0)
    return replace(option, weight=weight, feedback=option.feedback if is_key == was_key else "")


def _weight(option: Option, full: frozenset[str]) -> Decimal:
    return HUNDRED if option.id in full else option.weight or Decimal(0)


def _with_judgement(item: TrueFalse, ids: frozenset[str]) -> TrueFalse:
    if len(ids) != 1:
        raise FieldError("key", "must be true or false")
    answer = "true" in ids
    if answer == item.answer:
        return item
    return replace(item, answer=answer, feedback_true="", feedback_false="")


def _lines(key: Key) -> list[str]:
    text = key.get("text")
    lines = [one.strip() for one in as_text(text, "key").splitlines() if one.strip()]
    return list(dict.fromkeys(lines))


def _with_typed(item: ShortText | Numeric, key: Key) -> ShortText | Numeric:
    """Return the item with the lines as what earns everything; what earns a part stays behind them."""
    if isinstance(item, ShortText):
        texts = {one.text: one for one in item.accepted if one.percent == HUNDRED}
        full = tuple(texts.get(line, AcceptedText(line)) for line in _lines(key))
        partly = tuple(one for one in item.accepted if one.percent != HUNDRED)
        return replace(item, accepted=full + partly)
    ranges = {_range(one): one for one in item.accepted if one.percent == HUNDRED}
    numbers = tuple(ranges.get(line) or _number(line, item.unit) for line in _lines(key))
    return replace(
        item, accepted=numbers + tuple(one for one in item.accepted if one.percent != HUNDRED)
    )


def _only(item: ShortText | Numeric, key: Key) -> ShortText | Numeric:
    """Return the item with nothing accepted but the lines."""
    if isinstance(item, ShortText):
        return replace(item, accepted=tuple(AcceptedText(line) for line in _lines(key)))
    return replace(item, accepted=tuple(_number(line, item.unit) for line in _lines(key)))


def _number(line: str, unit: str) -> AcceptedNumber:
    around = [read_number(one, unit) for one in _AROUND.split(line)]
    ends = [read_number(one, unit) for one in _RANGE.split(line)]
    match around, ends:
        case [Decimal() as value, Decimal() as tolerance], _:
            return AcceptedNumber.around(value, abs(tolerance))
        case _, [Decimal() as low, Decimal() as high]:
            return AcceptedNumber(low, high)
        case [Decimal() as value], _:
            return AcceptedNumber(value, value)
    raise FieldError("key", f"{line!r} is not a number or a range")


def _range(one: AcceptedNumber) -> str:
    low, high = decimal_as_text(one.low), decimal_as_text(one.high)
    return low if one.low == one.high else f"{low} ~ {high}"


def _pairs(item: Matching, key: Key) -> dict[str, str]:
    pairs = item.parse({"pairs": dict(as_mapping(key.get("pairs"), "key"))}).pairs
    if not pairs:
        raise FieldError("key", "must hold at least one pair")
    return dict(pairs)


def _premises(item: Matching, pairs: Mapping[str, str]) -> tuple[Premise, ...]:
    return tuple(
        replace(premise, choice_id=pairs.get(premise.id, premise.choice_id))
        for premise in item.premises
    )


def _with_order(item: Ordering, key: Key) -> Ordering:
    ids = item.parse({"order": key.get("order")}).ids
    if not ids:
        raise FieldError("key", "must hold every step")
    by_id = {option.id: option for option in item.options}
    return replace(item, options=tuple(by_id[one] for one in ids))


def _gaps(item: Cloze, key: Key) -> dict[str, Key]:
    gaps = as_mapping(key.get("gaps"), "key")
    known = {gap.id for gap in item.gaps}
    if not gaps:
        raise FieldError("key", "must hold at least one gap")
    for gap_id in gaps:
        if gap_id not in known:
            raise FieldError("key", f"{gap_id!r} is not a gap")
    return {gap_id: as_mapping(one, f"key.{gap_id}") for gap_id, one in gaps.items()}


def _gap_item(item: Item) -> GapItem:
    if not isinstance(item, SingleResponse | MultipleResponse | ShortText | Numeric):
        raise FieldError("type", f"{item.type.value} cannot stand in a gap")
    return item
