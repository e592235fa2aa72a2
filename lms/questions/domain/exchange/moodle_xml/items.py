"""Each question type of Moodle XML into an item."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from lms.questions.domain.exchange.moodle_xml.gaps import read_cloze, read_places
from lms.questions.domain.exchange.moodle_xml.question import (
    HUNDRED,
    IDS,
    Question,
    UnreadableError,
    accepted_number,
    as_decimal,
    note_anything,
    several_of,
    single_of,
    unweighted,
    with_shares,
)
from lms.questions.domain.exchange.moodle_xml.texts import plain_to_markdown, read_text, text_of
from lms.questions.domain.items import (
    AcceptedText,
    CreditRule,
    Essay,
    Item,
    MatchChoice,
    Matching,
    MultipleResponse,
    Numeric,
    Option,
    OrderCredit,
    Ordering,
    Premise,
    RubricLine,
    ShortText,
    TrueFalse,
)

RUBRIC_HEAD = "| 评分点 | 分值 |\n| --- | --- |\n"
_RUBRIC_LINE = re.compile(r"\| ((?:[^|\\\n]|\\.)+) \| (-?\d{1,9}(?:\.\d{1,9})?) \|\Z")
_ORDER_CREDIT = {
    "ALL_OR_NOTHING": OrderCredit.EXACT,
    "RELATIVE_NEXT_EXCLUDE_LAST": OrderCredit.ADJACENT_PAIRS,
    "RELATIVE": OrderCredit.ADJACENT_PAIRS,
    "REL": OrderCredit.ADJACENT_PAIRS,
}


def read_multichoice(question: Question) -> Item:
    """Read ``multichoice``."""
    is_single = question.value("single", "true").lower() not in {"false", "0", ""}
    options = [
        Option(IDS[index], question.inner(answer), question.inner(answer.find("feedback")), share)
        for index, (answer, share) in enumerate(with_shares(question.answers()))
    ]
    stem, explanation = question.stem, question.explanation
    if is_single:
        return single_of(stem, options, explanation)
    rule = question.attribute("single", "credit")
    return several_of(stem, options, explanation, rule)


def read_multichoiceset(question: Question) -> Item:
    """Read ``multichoiceset``, the plug-in for all or nothing."""
    options = [
        Option(IDS[index], question.inner(answer), question.inner(answer.find("feedback")), share)
        for index, (answer, share) in enumerate(with_shares(question.answers()))
    ]
    keys = frozenset(option.id for option in options if (option.weight or 0) > 0)
    return MultipleResponse(
        question.stem, tuple(unweighted(options)), keys, question.explanation, CreditRule.EXACT
    )


def read_truefalse(question: Question) -> Item:
    """Read ``truefalse``; old files name the two answers in their own language, true first."""
    feedback: dict[bool, str] = {}
    shares: dict[bool, Decimal] = {}
    answers = with_shares(question.answers())
    if len(answers) != 2:
        raise UnreadableError(
            "answers_number", f"true or false has two answers, not {len(answers)}"
        )
    words = [text_of(answer.find("text")).lower() for answer, _ in answers]
    if sorted(words) != ["false", "true"]:
        question.notes.warn(
            "truefalse_words",
            f"the answers are called {' and '.join(words)}; the first is taken for true",
        )
        words = ["true", "false"]
    for word, (answer, share) in zip(words, answers, strict=True):
        feedback[word == "true"] = question.inner(answer.find("feedback"))
        shares[word == "true"] = share
    if sorted(shares.values()) != [0, HUNDRED]:
        raise UnreadableError("key_missing", "exactly one of true and false must earn 100 %")
    return TrueFalse(
        stem=question.stem,
        answer=shares[True] == HUNDRED,
        feedback_true=feedback[True],
        feedback_false=feedback[False],
        explanation=question.explanation,
    )


def read_shortanswer(question: Question) -> Item:
    """Read ``shortanswer``."""
    accepted = tuple(
        AcceptedText(text_of(answer.find("text")), share, question.inner(answer.find("feedback")))
        for answer, share in with_shares(question.answers())
    )
    return ShortText(
        stem=question.stem,
        accepted=accepted,
        explanation=question.explanation,
        match_case=question.value("usecase", "0") not in {"0", ""},
        match_width=question.attribute("usecase", "match-width") == "1",
        fold_traditional=question.attribute("usecase", "fold-traditional") == "1",
    )


def read_numerical(question: Question) -> Item:
    """Read ``numerical``; one unit is kept, others and penalties for units are said."""
    accepted = []
    for answer, share in with_shares(question.answers()):
        text = text_of(answer.find("text")) or (answer.text or "").strip()
        feedback = question.inner(answer.find("feedback"))
        if text in {"*", ""}:
            note_anything(question, share, feedback)
            continue
        tolerance = text_of(answer.find("tolerance")) or "0"
        accepted.append(accepted_number(as_decimal(text), as_decimal(tolerance), share, feedback))
    return Numeric(
        stem=question.stem,
        accepted=tuple(accepted),
        unit=_unit(question),
        explanation=question.explanation,
    )


def _unit(question: Question) -> str:
    units = [
        (text_of(unit.find("unit_name")), text_of(unit.find("multiplier")) or "1")
        for unit in question.element.iterfind("units/unit")
    ]
    main = next((name for name, factor in units if as_decimal(factor) == 1), "")
    others = [f"{name} ({factor})" for name, factor in units if name != main]
    if others:
        question.notes.warn(
            "units_lost", f"other units are not read: {', '.join(others)}", units=others
        )
    if question.value("unitgradingtype", "0") not in {"0", ""}:
        penalty = question.value("unitpenalty", "")
        question.notes.warn("unit_penalty", f"the penalty {penalty} for units is not taken over")
    if units and not main:
        raise UnreadableError("unit_missing", "no unit has the factor 1")
    return main


def read_matching(question: Question) -> Item:
    """Read ``matching``; an answer without its question is a distractor."""
    choices: dict[str, MatchChoice] = {}
    premises: list[Premise] = []
    for pair in question.element.findall("subquestion"):
        answer = pair.find("answer")
        text = text_of(None if answer is None else answer.find("text"))
        if answer is not None and answer.get("format") == "markdown":
            text = read_text(answer, question.notes)
        else:
            text = plain_to_markdown(text)
        premise = question.inner(pair)
        if not text:
            raise UnreadableError("answers_missing", "a pair has no answer")
        choice = choices.setdefault(text, MatchChoice(f"c{len(choices) + 1}", text))
        if premise:
            premises.append(Premise(f"p{len(premises) + 1}", premise, choice.id))
    is_exact = question.attribute("shuffleanswers", "credit") == CreditRule.EXACT
    return Matching(
        stem=question.stem,
        premises=tuple(premises),
        choices=tuple(choices.values()),
        explanation=question.explanation,
        credit=CreditRule.EXACT if is_exact else CreditRule.PROPORTIONAL,
    )


def read_ordering(question: Question) -> Item:
    """Read ``ordering``; how it is graded is said where this product grades otherwise."""
    grading = question.value("gradingtype", "RELATIVE").upper()
    credit = _ORDER_CREDIT.get(grading)
    if credit is None:
        credit = OrderCredit.ADJACENT_PAIRS
        question.notes.warn(
            "grading_changed", f"graded by adjacent pairs here, not by {grading}", grading=grading
        )
    select = question.value("selecttype", "ALL").upper()
    count = question.value("selectcount", "0")
    answers = question.answers()
    if select not in {"ALL", "EXACT", "0"} and count not in {"0", str(len(answers))}:
        question.notes.warn(
            "selection_lost", f"all {len(answers)} steps are shown here, not {count}", count=count
        )
    return Ordering(
        stem=question.stem,
        options=tuple(
            Option(IDS[index], question.inner(answer), question.inner(answer.find("feedback")))
            for index, answer in enumerate(answers)
        ),
        explanation=question.explanation,
        credit=credit,
    )


def read_essay(question: Question) -> Item:
    """Read ``essay``; limits and templates are said, they have no place here."""
    for name in ("minwordlimit", "maxwordlimit", "attachments"):
        if question.value(name) not in {"", "0"}:
            value = question.value(name)
            question.notes.warn(
                "setting_lost", f"{name} {value} is not taken over", name=name, value=value
            )
    template = question.text("responsetemplate")
    if template:
        question.notes.warn(
            "text_without_place", f"the template of the answer: {template}", text=template
        )
    lines = question.value("responsefieldlines") or "15"
    if not lines.isdecimal() or len(lines) > 4:
        raise UnreadableError("number_invalid", f"{lines[:60]!r} is not a number of lines")
    reference, rubric = split_rubric(question.text("graderinfo"))
    return Essay(
        stem=question.stem,
        rubric=rubric,
        reference=reference,
        explanation=question.explanation,
        lines=int(lines),
    )


def split_rubric(text: str) -> tuple[str, tuple[RubricLine, ...]]:
    """Return the text before a rubric as this product writes it, and the rubric."""
    before, head, table = text.rpartition(RUBRIC_HEAD)
    if not head or (before and not before.endswith("\n\n")):
        return text, ()
    lines = []
    for index, row in enumerate(table.split("\n")):
        found = _RUBRIC_LINE.match(row)
        if found is None:
            return text, ()
        words = re.sub(r"\\([|\\])", r"\1", found[1])
        lines.append(RubricLine(f"r{index + 1}", words, Decimal(found[2])))
    return before.removesuffix("\n\n"), tuple(lines)


READERS: Mapping[str, Callable[[Question], Item]] = {
    "multichoice": read_multichoice,
    "multichoiceset": read_multichoiceset,
    "truefalse": read_truefalse,
    "shortanswer": read_shortanswer,
    "numerical": read_numerical,
    "matching": read_matching,
    "match": read_matching,
    "ordering": read_ordering,
    "essay": read_essay,
    "cloze": read_cloze,
    "multianswer": read_cloze,
    "gapselect": read_places,
    "ddwtos": read_places,
}
"""Question types by the names that Moodle XML gives them."""
