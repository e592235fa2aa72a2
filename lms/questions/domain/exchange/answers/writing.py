"""Items to cells, such that ``read_item`` gives the same item back."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from lms.questions.domain.exchange.answers.cells import Cells
from lms.questions.domain.exchange.answers.choices import letters_for
from lms.questions.domain.exchange.answers.escaping import BARS, LINES, escape, join_list
from lms.questions.domain.exchange.answers.structured import PAIR_SPECIALS
from lms.questions.domain.exchange.answers.typed import CHOICE_SPECIALS, TYPED_SPECIALS
from lms.questions.domain.exchange.answers.words import Asked, count_blanks, letter, letter_index
from lms.questions.domain.items import Item
from lms.questions.domain.types.base import CreditRule, Option, OrderCredit
from lms.questions.domain.types.cloze import Cloze, Gap
from lms.questions.domain.types.essay import Essay
from lms.questions.domain.types.matching import Matching
from lms.questions.domain.types.multiple_response import MultipleResponse
from lms.questions.domain.types.numeric import AcceptedNumber, Numeric
from lms.questions.domain.types.ordering import Ordering
from lms.questions.domain.types.short_text import AcceptedText, ShortText
from lms.questions.domain.types.single_response import SingleResponse
from lms.questions.domain.types.true_false import TrueFalse

_HUNDRED = Decimal(100)
FEEDBACK_COLUMNS = 12
"""Beyond so many answers their feedback stands in the settings."""

_LINES = Essay(stem="?").lines
_GAP_WORDS = {
    "zh": ("填空", "数值", "单选", "多选"),
    "en": ("text", "number", "single", "multiple"),
}


def as_cells(item: Item, lang: str = "zh") -> Cells:
    """Return ``item`` as cells; values of settings are the stored words, ``lang`` is that of a gap's word."""
    if isinstance(item, SingleResponse | MultipleResponse):
        return _choice(item)
    if isinstance(item, TrueFalse):
        return _true_false(item, lang)
    if isinstance(item, ShortText | Numeric):
        return _typed(item)
    if isinstance(item, Matching):
        return _matching(item)
    if isinstance(item, Ordering):
        return _ordering(item)
    return _cloze(item, lang) if isinstance(item, Cloze) else _essay(item)


def _feedback(texts: Sequence[str]) -> dict[str, str]:
    return {letter(at): text for at, text in enumerate(texts) if text}


def _option_settings(options: Sequence[Option]) -> dict[str, str]:
    settings = {}
    ids = [option.id for option in options]
    if ids != letters_for(len(ids)):
        settings["ids"] = " ".join(ids)
    weights = [f"{option.weight:f}" for option in options if option.weight is not None]
    if weights:
        settings["weights"] = " ".join(weights)
    return settings


def _choice(item: SingleResponse | MultipleResponse) -> Cells:
    names = letters_for(len(item.options))
    keys = {item.key} if isinstance(item, SingleResponse) else item.keys
    settings = _option_settings(item.options)
    if isinstance(item, MultipleResponse) and item.credit is not CreditRule.EXACT:
        settings["credit"] = item.credit.value
    marked = [name for name, option in zip(names, item.options, strict=True) if option.id in keys]
    return Cells(
        stem=item.stem,
        asked=Asked.SINGLE if isinstance(item, SingleResponse) else Asked.MULTIPLE,
        options=tuple(zip(names, (option.text for option in item.options), strict=True)),
        answer="".join(marked).upper(),
        explanation=item.explanation,
        feedback=_feedback([option.feedback for option in item.options]),
        settings=settings,
    )


def _true_false(item: TrueFalse, lang: str) -> Cells:
    words = ("对", "错") if lang == "zh" else ("True", "False")
    return Cells(
        stem=item.stem,
        asked=Asked.TRUE_FALSE,
        answer=words[0] if item.answer else words[1],
        explanation=item.explanation,
        feedback=_feedback([item.feedback_true, item.feedback_false]),
    )


def _percent(percent: Decimal) -> str:
    return "" if percent == _HUNDRED else f"[{percent:f}%]"


def _accepted_text(accepted: AcceptedText) -> str:
    return _percent(accepted.percent) + escape(accepted.text, TYPED_SPECIALS)


def _accepted_number(accepted: AcceptedNumber) -> str:
    return _percent(accepted.percent) + number_as_text(accepted)


def number_as_text(accepted: AcceptedNumber) -> str:
    """Return ``3.14``, ``3.14±0.01`` if that says it exactly, else ``1~5``."""
    low, high = accepted.low, accepted.high
    if low == high:
        return f"{low:f}"
    around = f"{_short(accepted.value)}±{_short(accepted.tolerance)}"
    between = f"{low:f}~{high:f}"
    exact = AcceptedNumber.around(accepted.value, accepted.tolerance)
    same = (exact.low, exact.high) == (low, high)
    return around if same and len(around) < len(between) else between


def _short(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _typed(item: ShortText | Numeric) -> Cells:
    feedback = _feedback([accepted.feedback for accepted in item.accepted])
    settings = {}
    if len(item.accepted) > FEEDBACK_COLUMNS and feedback:
        settings["feedback"] = join_list(_positions(feedback), BARS)
        feedback = {}
    if isinstance(item, Numeric):
        return Cells(
            stem=item.stem,
            asked=Asked.NUMERIC,
            answer=BARS[0].join(_accepted_number(accepted) for accepted in item.accepted),
            explanation=item.explanation,
            feedback=feedback,
            unit=item.unit,
            settings=settings,
        )
    names = ("match_case", "match_width", "fold_traditional")
    blanks = count_blanks(item.stem) > 1 or "{{" in item.stem
    return Cells(
        stem=item.stem,
        asked=Asked.SHORT_TEXT if blanks else Asked.BLANKS,
        answer=BARS[0].join(_accepted_text(accepted) for accepted in item.accepted),
        explanation=item.explanation,
        feedback=feedback,
        settings=settings | {name: "yes" for name in names if getattr(item, name)},
    )


def _matching(item: Matching) -> Cells:
    texts = {choice.id: choice.text for choice in item.choices}
    used = [premise.choice_id for premise in item.premises]
    spares = [choice.id for choice in item.choices if choice.id not in used]
    lines = [
        f"{escape(premise.text, PAIR_SPECIALS)}={escape(texts[premise.choice_id], PAIR_SPECIALS)}"
        for premise in item.premises
    ]
    lines += [f"={escape(texts[name], PAIR_SPECIALS)}" for name in spares]
    settings = {}
    if _needs_ids(item, [*dict.fromkeys(used), *spares]):
        refs = " ".join(f"{premise.id}>{premise.choice_id}" for premise in item.premises)
        settings["ids"] = f"{refs} | {' '.join(choice.id for choice in item.choices)}"
    if item.credit is not CreditRule.PROPORTIONAL:
        settings["credit"] = item.credit.value
    return Cells(
        stem=item.stem,
        asked=Asked.MATCHING,
        answer="\n".join(lines),
        explanation=item.explanation,
        settings=settings,
    )


def _needs_ids(item: Matching, order: Sequence[str]) -> bool:
    ids = [choice.id for choice in item.choices]
    return (
        ids != letters_for(len(ids))
        or ids != list(order)
        or len({choice.text for choice in item.choices}) != len(ids)
        or [premise.id for premise in item.premises]
        != [str(number) for number in range(1, len(item.premises) + 1)]
    )


def _ordering(item: Ordering) -> Cells:
    names = letters_for(len(item.options))
    settings = _option_settings(item.options)
    if item.credit is not OrderCredit.ADJACENT_PAIRS:
        settings["credit"] = item.credit.value
    return Cells(
        stem=item.stem,
        asked=Asked.ORDERING,
        options=tuple(zip(names, (option.text for option in item.options), strict=True)),
        explanation=item.explanation,
        feedback=_feedback([option.feedback for option in item.options]),
        settings=settings,
    )


def _cloze(item: Cloze, lang: str) -> Cells:
    lines = []
    settings: dict[str, str] = {}
    for gap in item.gaps:
        inner = as_cells(gap.item)
        weight = "" if gap.weight == 1 else f"*{gap.weight}"
        lines.append(f"{gap.id}{weight}={_gap_text(gap, inner, lang)}")
        rare = {**inner.settings, "unit": inner.unit, "explanation": inner.explanation}
        if inner.feedback and "feedback" not in rare:
            rare["feedback"] = join_list(_positions(inner.feedback), BARS)
        settings.update({f"{gap.id}.{name}": value for name, value in rare.items() if value})
    return Cells(
        stem=item.stem,
        asked=Asked.CLOZE,
        answer="\n".join(lines),
        explanation=item.explanation,
        settings=settings,
    )


def _positions(feedback: Mapping[str, str]) -> list[str]:
    """Return feedback by position, up to the last that says something."""
    last = max(letter_index(name) for name in feedback)
    return [feedback.get(letter(at), "") for at in range(last + 1)]


def _gap_text(gap: Gap, inner: Cells, lang: str) -> str:
    words = _GAP_WORDS[lang]
    if isinstance(gap.item, ShortText | Numeric):
        word = words[isinstance(gap.item, Numeric)]
        return f"{word}:{escape(inner.answer, LINES)}"
    word = words[2 + isinstance(gap.item, MultipleResponse)]
    keys = inner.answer.lower()
    pieces = [
        ("*" if name in keys else "") + escape(text, CHOICE_SPECIALS)
        for name, text in inner.options
    ]
    return f"{word}:{escape(BARS[0].join(pieces), LINES)}"


def _essay(item: Essay) -> Cells:
    ids = [line.id for line in item.rubric]
    settings = {}
    if ids != [str(number) for number in range(1, len(ids) + 1)]:
        settings["ids"] = " ".join(ids)
    if item.lines != _LINES:
        settings["lines"] = str(item.lines)
    return Cells(
        stem=item.stem,
        asked=Asked.ESSAY,
        answer=item.reference,
        explanation=item.explanation,
        rubric="\n".join(
            f"{escape(line.text, PAIR_SPECIALS)}={line.points:f}" for line in item.rubric
        ),
        settings=settings,
    )
