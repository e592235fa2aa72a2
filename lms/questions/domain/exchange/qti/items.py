"""Each question type of QTI 1.2, as Canvas and Blackboard write it, into an item."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal

from lxml import etree  # type: ignore[import-untyped]  # lxml ships no types

from lms.questions.domain.exchange.moodle_xml.gaps import GAP_MARK
from lms.questions.domain.exchange.moodle_xml.question import (
    HUNDRED,
    IDS,
    UnreadableError,
    as_decimal,
    single_of,
    unweighted,
)
from lms.questions.domain.exchange.moodle_xml.texts import text_of, to_markdown
from lms.questions.domain.exchange.qti.item import (
    Label,
    QtiItem,
    check_known,
    labels_of,
    options_of,
)
from lms.questions.domain.exchange.qti.scoring import Condition, Scoring, Test
from lms.questions.domain.items import (
    AcceptedNumber,
    AcceptedText,
    Cloze,
    CreditRule,
    Essay,
    Gap,
    Item,
    MatchChoice,
    Matching,
    MultipleResponse,
    Numeric,
    Option,
    OrderCredit,
    Ordering,
    Premise,
    ShortText,
    SingleResponse,
    TrueFalse,
)

_TRUE, _FALSE = (
    frozenset({"true", "t", "对", "正确", "√"}),
    frozenset({"false", "f", "错", "错误", "×"}),
)
_PLACE = re.compile(r"\[([^\[\]\n]{1,100})\]")
_MARKS = re.compile("\uf8f1(\\d{1,4})\uf8f2")
_STAR = re.compile(r"\\?\*")


def read_choice(item: QtiItem) -> Item:
    """Read a choice of one."""
    scoring = item.scoring
    shares: dict[str, Decimal] = {}
    for condition in scoring.earning:
        for test in condition.positive:
            if test.operator == "varequal" and test.value and not condition.adds:
                shares.setdefault(test.value, condition.percent or Decimal(0))
    labels = labels_of(item.responses("response_lid")[0], item)
    check_known(shares, labels)
    options = [
        replace(option, weight=shares.get(label.ident, Decimal(0)))
        for label, option in zip(labels, options_of(labels, scoring, item), strict=True)
    ]
    return single_of(item.stem, options, item.explanation)


def read_true_false(item: QtiItem) -> Item:
    """Read a judgement; two labels that are not words for true and false stay a choice."""
    chosen = read_choice(item)
    if not isinstance(chosen, SingleResponse):
        return chosen
    labels = labels_of(item.responses("response_lid")[0], item)
    judged = [_judgement(label) for label in labels]
    if sorted(judged, key=str) != [False, True]:
        return chosen
    answer = next(
        judgement
        for judgement, option in zip(judged, chosen.options, strict=True)
        if option.id == chosen.key
    )
    by_judgement = dict(zip(judged, chosen.options, strict=True))
    return TrueFalse(
        stem=chosen.stem,
        answer=bool(answer),
        feedback_true=by_judgement[True].feedback,
        feedback_false=by_judgement[False].feedback,
        explanation=chosen.explanation,
    )


def read_several(item: QtiItem) -> Item:
    """Read a choice of several: one condition for the whole key, or shares that add up."""
    scoring = item.scoring
    labels = labels_of(item.responses("response_lid")[0], item)
    whole = [one for one in scoring.earning if not one.adds and one.percent == HUNDRED]
    options = options_of(labels, scoring, item)
    ids = {label.ident: option.id for label, option in zip(labels, options, strict=True)}
    if whole:
        found = {test.value: HUNDRED for test in whole[0].positive}
        check_known(found, labels)
        keys = frozenset(ids[ident] for ident in found)
        if item.facts.get("bbmd_partialcredit") == "true":
            item.notes.warn(
                "grading_changed", "partial credit is not taken over", grading="partial"
            )
        return MultipleResponse(
            item.stem, tuple(unweighted(options)), keys, item.explanation, CreditRule.EXACT
        )
    shares = {
        condition.positive[0].value: condition.percent or Decimal(0)
        for condition in scoring.conditions
        if condition.adds and len(condition.tests) == 1 and condition.positive
    }
    check_known(shares, labels)
    weighted = tuple(
        replace(option, weight=shares.get(label.ident, Decimal(0)))
        for label, option in zip(labels, options, strict=True)
    )
    keys = frozenset(option.id for option in weighted if (option.weight or 0) > 0)
    return MultipleResponse(item.stem, weighted, keys, item.explanation, CreditRule.WEIGHTED)


def read_short(item: QtiItem) -> Item:
    """Read a short answer."""
    scoring = item.scoring
    accepted = [
        AcceptedText(_pattern(test), condition.percent or Decimal(0), _said_to(test, scoring, item))
        for condition in scoring.earning
        for test in condition.positive
        if test.value
    ]
    case = any(test.minds_case for one in scoring.earning for test in one.positive)
    unique = {one.text: one for one in reversed(accepted)}
    return ShortText(
        stem=item.stem,
        accepted=tuple(one for one in accepted if unique.pop(one.text, None) is not None),
        explanation=item.explanation,
        match_case=case,
    )


def read_essay(item: QtiItem) -> Item:
    """Read a text marked by people; a model answer becomes the reference."""
    return Essay(
        stem=item.stem,
        rubric=(),
        reference=item.feedback("solution"),
        explanation=item.explanation,
    )


def read_numeric(item: QtiItem) -> Item:
    """Read a number: exact, or between bounds."""
    accepted = [number for condition in item.scoring.earning for number in _ranges(condition, item)]
    return Numeric(stem=item.stem, accepted=tuple(accepted), unit="", explanation=item.explanation)


def _ranges(condition: Condition, item: QtiItem) -> list[AcceptedNumber]:
    percent = condition.percent or HUNDRED
    bounds: dict[str, Decimal] = {}
    exact = []
    for test in condition.positive:
        number = as_decimal(test.value)
        if test.operator == "varequal":
            exact.append(number)
        else:
            bounds[test.operator[3:5]] = number
            if not test.operator.endswith("e"):
                item.notes.warn(
                    "bound_closed", f"{number} itself is accepted too", value=str(number)
                )
    found = []
    if bounds:
        if len(bounds) != 2:
            raise UnreadableError("number_invalid", "a range has one bound only")
        low, high = bounds["gt"], bounds["lt"]
        found.append(AcceptedNumber(low, high, percent, ""))
        exact = [number for number in exact if not low <= number <= high]
    return found + [AcceptedNumber(number, number, percent, "") for number in exact]


def read_matching(item: QtiItem) -> Item:
    """Read pairs: choices under each premise as in Canvas, or in a block of their own as in Blackboard."""
    right = {
        test.response: test.value
        for condition in item.scoring.conditions
        for test in condition.positive
        if test.operator == "varequal" and condition.percent != 0
    }
    block = _right_block(item)
    choices: dict[str, MatchChoice] = {}
    premises: list[Premise] = []
    for response in item.responses("response_lid"):
        labels = labels_of(response, item)
        if block:
            labels = [Label(label.ident, text) for label, text in zip(labels, block, strict=False)]
        for label in labels:
            choices.setdefault(label.text, MatchChoice(f"c{len(choices) + 1}", label.text))
        key = next(
            (one for one in labels if one.ident == right.get(response.get("ident") or "")), None
        )
        text = item.text(_premise_of(response))
        if key is None or not text:
            raise UnreadableError("key_missing", "a pair is not complete")
        premises.append(Premise(f"p{len(premises) + 1}", text, choices[key.text].id))
    return Matching(
        stem=item.stem,
        premises=tuple(premises),
        choices=tuple(choices.values()),
        explanation=item.explanation,
        credit=CreditRule.PROPORTIONAL,
    )


def read_ordering(item: QtiItem) -> Item:
    """Read an order whose condition names the steps in turn."""
    labels = labels_of(item.responses("response_lid")[0], item)
    earning = item.scoring.earning
    order = [test.value for test in earning[0].positive] if earning else []
    if sorted(order) != sorted(label.ident for label in labels):
        raise UnreadableError("key_missing", "the right order is not given")
    texts = {label.ident: label.text for label in labels}
    options = tuple(Option(IDS[at], texts[ident]) for at, ident in enumerate(order[: len(IDS)]))
    return Ordering(item.stem, options, item.explanation, OrderCredit.EXACT)


def read_blanks(item: QtiItem) -> Item:
    """Read a text with named places such as ``[name]``, typed or chosen from a menu."""
    responses = item.responses("response_lid")
    by_name = {
        text_of(next(response.iter("mattext"), None)) or str(response.get("ident")): response
        for response in responses
    }
    gaps: list[Gap] = []

    def place(match: re.Match[str]) -> str:
        response = by_name.pop(match[1], None)
        if response is None:
            return match[0]
        gaps.append(Gap(f"g{len(gaps) + 1}", 1, _blank(response, item)))
        return GAP_MARK.format(len(gaps))

    pieces = []
    for material in item.stem_materials():
        for piece in material:
            raw, text_format = item.raw(piece)
            text, lost = to_markdown(_PLACE.sub(place, raw), text_format)
            item.notes.lost(lost)
            pieces.append(text)
    stem = "\n\n".join(piece for piece in pieces if piece)
    if by_name or not gaps:
        raise UnreadableError("gap_missing", f"the text has no place for {', '.join(by_name)}")
    return Cloze(_MARKS.sub(r"{{g\1}}", stem), tuple(gaps), item.explanation)


def _blank(response: "etree._Element", item: QtiItem) -> SingleResponse | ShortText:
    ident = str(response.get("ident") or "")
    scoring = item.scoring
    keys = [
        test.value
        for condition in scoring.earning
        for test in condition.positive
        if test.response == ident
    ]
    labels = [
        Label(str(label.get("ident") or ""), item.text(label.iter("material")))
        for label in response.iter("response_label")
    ]
    if item.facts.get("question_type") == "multiple_dropdowns_question":
        options = options_of(labels, scoring, item)
        key = next(
            (
                option.id
                for label, option in zip(labels, options, strict=True)
                if label.ident in keys
            ),
            "",
        )
        return SingleResponse("", tuple(unweighted(options)), key, "")
    texts = dict.fromkeys(
        text_of(next(label.iter("mattext"), None)) for label in response.iter("response_label")
    )
    return ShortText("", tuple(AcceptedText(_starred(text)) for text in texts if text), "")


def _judgement(label: Label) -> bool | None:
    for word in (label.text.strip().lower(), label.ident.lower()):
        if word in _TRUE:
            return True
        if word in _FALSE:
            return False
    return None


def _said_to(test: Test, scoring: Scoring, item: QtiItem) -> str:
    return item.feedback(
        *(
            ident
            for ident in scoring.feedback_of(test.value)
            if ident not in {"correct_fb", "correct", "incorrect", "general_incorrect_fb"}
        )
    )


def _pattern(test: Test) -> str:
    text = _starred(test.value)
    return f"*{text}*" if test.operator in {"varsubstring", "varsubset"} else text


def _starred(text: str) -> str:
    return _STAR.sub(r"\\*", text)


def _premise_of(response: "etree._Element") -> "list[etree._Element]":
    own = response.find("material")
    if own is not None:
        return [own]
    above = response.getparent()
    return [] if above is None else [
        material
        for material in above.iter("material")
        if response not in material.iterancestors("response_lid")
    ]  # fmt: skip


def _right_block(item: QtiItem) -> list[str]:
    for flow in item.presentation.iter("flow"):
        if flow.get("class") == "RIGHT_MATCH_BLOCK":
            return [item.text(one.iter("material")) for one in flow.iterchildren("flow")]
    return []


_BY_NAME: Mapping[Callable[[QtiItem], Item], tuple[str, ...]] = {
    read_choice: ("multiple_choice_question", "cc.multiple_choice.v0p1", "multiple choice"),
    read_true_false: ("true_false_question", "cc.true_false.v0p1", "true/false"),
    read_several: ("multiple_answers_question", "cc.multiple_response.v0p1", "multiple answer"),
    read_short: (
        "short_answer_question",
        "cc.fib.v0p1",
        "cc.pattern_match.v0p1",
        "fill in the blank",
    ),
    read_essay: ("essay_question", "cc.essay.v0p1", "essay", "short response"),
    read_numeric: ("numerical_question", "numeric"),
    read_matching: ("matching_question", "matching"),
    read_ordering: ("ordering_question",),
    read_blanks: ("fill_in_multiple_blanks_question", "multiple_dropdowns_question"),
}
READERS = {name: reader for reader, names in _BY_NAME.items() for name in names}
"""Question types by the names that Canvas, Common Cartridge and Blackboard give them, in lower case."""
