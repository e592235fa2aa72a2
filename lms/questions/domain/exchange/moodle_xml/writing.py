"""Items into Moodle XML, as Moodle 5 reads it."""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import cast

from lms.issues import Issue, Severity, Where
from lms.questions.domain.exchange.cloze import percent_text
from lms.questions.domain.exchange.moodle_xml.gap_writing import cloze_text
from lms.questions.domain.exchange.moodle_xml.items import RUBRIC_HEAD
from lms.questions.domain.exchange.moodle_xml.question import fair_share
from lms.questions.domain.exchange.moodle_xml.reading import (
    CARD_TAG,
    DIFFICULTY_TAG,
    LESSON_TAG,
    POINT_TAG,
    RED_LINE_TAG,
    STIMULUS_TAG,
)
from lms.questions.domain.exchange.moodle_xml.texts import (
    MARKDOWN,
    Writer,
    to_moodle,
    to_plain,
)
from lms.questions.domain.exchange.values import Candidate, Outgoing, Stimulus
from lms.questions.domain.items import (
    Cloze,
    CreditRule,
    Essay,
    Item,
    Matching,
    MultipleResponse,
    Numeric,
    Option,
    OrderCredit,
    Ordering,
    ShortText,
    SingleResponse,
    TrueFalse,
)

HUNDRED = Decimal(100)
_NAME_AT_MOST = 80
_MARKUP = re.compile(r"!\[[^\]]*\]\([^)]*\)|[*_`#>|\\]")
_FEEDBACKS = "".join(
    f'    <{name} format="html">\n      <text></text>\n    </{name}>\n'
    for name in ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")
)
_IN_CELL = re.compile(r"([|\\])")
_BACKSLASHED = r"\\\1"
_SHUFFLED = "    <shuffleanswers>true</shuffleanswers>\n"


def write_moodle_xml(bank: Outgoing) -> tuple[bytes, tuple[Issue, ...]]:
    """Write a bank as Moodle XML.

    Returns:
        The file, and what Moodle will not show or score as this product does; such items are written all the same.
        Reading the file gives the same items back, with option ids a, b, c, ….
    """
    issues: list[Issue] = []
    pieces = ['<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n']
    stimuli = {stimulus.key: stimulus for stimulus in bank.stimuli}
    category: tuple[str, ...] = ()
    for number, candidate in enumerate(bank.candidates, start=1):
        stimulus = stimuli.pop(candidate.stimulus, None) if candidate.stimulus else None
        if stimulus is not None:
            pieces.append(_enter(category, stimulus.category))
            category = stimulus.category
            pieces.append(_description(stimulus, _writer(bank, stimulus.key, issues)))
        pieces.append(_enter(category, candidate.category))
        category = candidate.category
        called = candidate.key or candidate.name or f"item {number}"
        pieces.append(_question(candidate, _writer(bank, called, issues)))
    for stimulus in stimuli.values():
        pieces.append(_enter(category, stimulus.category))
        category = stimulus.category
        pieces.append(_description(stimulus, _writer(bank, stimulus.key, issues)))
    pieces.append("</quiz>\n")
    return "".join(pieces).encode(), tuple(issues)


def _writer(bank: Outgoing, called: str, issues: list[Issue]) -> Writer:
    def warn(code: str, message: str, **facts: object) -> None:
        where = Where(field=called)
        issues.append(Issue(Severity.WARNING, code, where, f"{called}: {message}", facts))

    return Writer(bank.media, warn)


def _enter(current: tuple[str, ...], category: tuple[str, ...]) -> str:
    if current == category:
        return ""
    path = "/".join(["$course$", "top", *(part.replace("/", "//") for part in category)])
    return (
        '  <question type="category">\n    <category>\n'
        f"      <text>{_plain(path)}</text>\n    </category>\n"
        '    <info format="moodle_auto_format">\n      <text></text>\n    </info>\n'
        "    <idnumber></idnumber>\n  </question>\n\n"
    )


def _description(stimulus: Stimulus, writer: Writer) -> str:
    name = stimulus.title or stimulus.key
    return (
        _head("description", name, writer.text("questiontext", stimulus.text, "    "), writer)
        + writer.text("generalfeedback", "", "    ")
        + "    <defaultgrade>0</defaultgrade>\n    <penalty>0</penalty>\n    <hidden>0</hidden>\n"
        + f"    <idnumber>{writer.escaped(stimulus.key)}</idnumber>\n  </question>\n\n"
    )


def _question(candidate: Candidate, writer: Writer) -> str:
    item = candidate.item
    kind, body = _KINDS[type(item)]
    name = candidate.name or name_of(item.stem)
    stem = (
        cloze_text(item, writer)
        if isinstance(item, Cloze)
        else writer.text("questiontext", item.stem, "    ")
    )
    return (
        _head(kind, name, stem, writer)
        + writer.text("generalfeedback", item.explanation, "    ")
        + _grades(candidate, item)
        + f"    <idnumber>{writer.escaped(candidate.key)}</idnumber>\n"
        + body(item, writer)
        + _tags(candidate, writer)
        + "  </question>\n\n"
    )


def _head(kind: str, name: str, stem: str, writer: Writer) -> str:
    return (
        f'  <question type="{kind}">\n    <name>\n'
        f"      <text>{writer.escaped(name)}</text>\n    </name>\n{stem}"
    )


def _grades(candidate: Candidate, item: Item) -> str:
    points = candidate.points if candidate.points is not None else Decimal(1)
    penalty = "1" if isinstance(item, TrueFalse) else "0.3333333"
    grade = "" if isinstance(item, Cloze) else f"    <defaultgrade>{points:f}</defaultgrade>\n"
    return f"{grade}    <penalty>{penalty}</penalty>\n    <hidden>0</hidden>\n"


def name_of(stem: str) -> str:
    """Return the beginning of a stem without markup: Moodle wants a name for every question."""
    words = " ".join(_MARKUP.sub("", stem).split())
    return words[:_NAME_AT_MOST] or "?"


def _tags(candidate: Candidate, writer: Writer) -> str:
    noted = [
        *candidate.tags,
        *(f"{CARD_TAG}{card}" for card in candidate.cards),
        *(
            f"{prefix}{value}"
            for prefix, value in (
                (POINT_TAG, candidate.point),
                (LESSON_TAG, candidate.lesson_key),
                (DIFFICULTY_TAG, candidate.difficulty),
                (STIMULUS_TAG, candidate.stimulus),
            )
            if value
        ),
        *([RED_LINE_TAG] if candidate.red_line else []),
    ]
    if not noted:
        return ""
    rows = "".join(f"      <tag><text>{writer.escaped(tag)}</text></tag>\n" for tag in noted)
    return f"    <tags>\n{rows}    </tags>\n"


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _single(item: SingleResponse, writer: Writer) -> str:
    shares = [
        option.weight if option.weight is not None else HUNDRED * (option.id == item.key)
        for option in item.options
    ]
    return _choice("true", "", item.options, shares, writer)


def _several(item: MultipleResponse, writer: Writer) -> str:
    if item.credit is CreditRule.WEIGHTED:
        return _choice("false", "", item.options, [_weight(one) for one in item.options], writer)
    if item.credit is not CreditRule.CORRECT_MINUS_WRONG:
        writer.warn(
            "credit_changed",
            f"Moodle has no rule {item.credit.value}; it will take wrong marks off right ones",
            rule=item.credit.value,
        )
    fair = fair_share(len(item.keys))
    shares = [fair if option.id in item.keys else -fair for option in item.options]
    return _choice("false", f' credit="{item.credit.value}"', item.options, shares, writer)


def _weight(option: Option) -> Decimal:
    return option.weight if option.weight is not None else Decimal(0)


def _choice(
    single: str, noted: str, options: Sequence[Option], shares: Sequence[Decimal], writer: Writer
) -> str:
    return (
        f"    <single{noted}>{single}</single>\n{_SHUFFLED}"
        "    <answernumbering>abc</answernumbering>\n"
        "    <showstandardinstruction>0</showstandardinstruction>\n"
        + _FEEDBACKS
        + "".join(
            writer_answer(option.text, share, option.feedback, writer)
            for option, share in zip(options, shares, strict=True)
        )
    )


def writer_answer(text: str, share: Decimal, feedback: str, writer: Writer) -> str:
    """Return an ``answer`` whose text is Markdown."""
    text_format, moodle = to_moodle(text)
    more = writer.text("feedback", feedback, "      ")
    fraction = f' fraction="{percent_text(share)}"'
    return writer.raw("answer", moodle, text_format, "    ", fraction, more)


def _typed_answer(text: str, share: Decimal, feedback: str, writer: Writer, more: str = "") -> str:
    """Return an ``answer`` whose text is plain."""
    return (
        f'    <answer fraction="{percent_text(share)}" format="moodle_auto_format">\n'
        f"      <text>{writer.escaped(text)}</text>\n"
        f"{writer.text('feedback', feedback, '      ')}{more}    </answer>\n"
    )


def _true_false(item: TrueFalse, writer: Writer) -> str:
    right, wrong = HUNDRED, Decimal(0)
    return _typed_answer(
        "true", right if item.answer else wrong, item.feedback_true, writer
    ) + _typed_answer("false", wrong if item.answer else right, item.feedback_false, writer)


def _short_text(item: ShortText, writer: Writer) -> str:
    noted = ' match-width="1"' if item.match_width else ""
    if item.fold_traditional:
        writer.warn(
            "folding_lost", "Moodle does not take traditional characters for simplified ones"
        )
        noted += ' fold-traditional="1"'
    return f"    <usecase{noted}>{int(item.match_case)}</usecase>\n" + "".join(
        _typed_answer(one.text, one.percent, one.feedback, writer) for one in item.accepted
    )


def _numeric(item: Numeric, writer: Writer) -> str:
    answers = "".join(
        _typed_answer(
            percent_text(one.value),
            one.percent,
            one.feedback,
            writer,
            f"      <tolerance>{percent_text(one.tolerance)}</tolerance>\n",
        )
        for one in item.accepted
    )
    units = ""
    if item.unit:
        units = (
            "    <units>\n      <unit>\n        <multiplier>1</multiplier>\n"
            f"        <unit_name>{writer.escaped(item.unit)}</unit_name>\n      </unit>\n    </units>\n"
        )
    return (
        f"{answers}{units}    <unitgradingtype>0</unitgradingtype>\n    <unitpenalty>0.1000000</unitpenalty>\n"
        f"    <showunits>{0 if item.unit else 3}</showunits>\n    <unitsleft>0</unitsleft>\n"
    )


def _matching(item: Matching, writer: Writer) -> str:
    noted = ""
    if item.credit is CreditRule.EXACT:
        writer.warn(
            "credit_changed", "Moodle gives points for every right pair", rule=item.credit.value
        )
        noted = ' credit="exact"'
    choices = {choice.id: choice.text for choice in item.choices}
    used = {premise.choice_id for premise in item.premises}
    pairs = [(premise.text, choices[premise.choice_id]) for premise in item.premises]
    pairs += [("", choice.text) for choice in item.choices if choice.id not in used]
    return f"    <shuffleanswers{noted}>true</shuffleanswers>\n{_FEEDBACKS}" + "".join(
        _pair(premise, choice, writer) for premise, choice in pairs
    )


def _pair(premise: str, choice: str, writer: Writer) -> str:
    text_format, moodle = to_moodle(premise)
    plain, is_same = to_plain(choice)
    if not is_same:
        writer.warn(
            "formatting_lost", f"Moodle shows the answer {choice!r} without its markup", text=choice
        )
    attribute = "" if is_same else ' format="markdown"'
    more = f"      <answer{attribute}>\n        <text>{writer.escaped(plain)}</text>\n      </answer>\n"
    return writer.raw("subquestion", moodle, text_format, "    ", "", more)


def _ordering(item: Ordering, writer: Writer) -> str:
    grading = {
        OrderCredit.EXACT: "ALL_OR_NOTHING",
        OrderCredit.ADJACENT_PAIRS: "RELATIVE_NEXT_EXCLUDE_LAST",
    }[item.credit]
    return (
        "    <layouttype>VERTICAL</layouttype>\n    <selecttype>ALL</selecttype>\n"
        f"    <selectcount>{len(item.options)}</selectcount>\n    <gradingtype>{grading}</gradingtype>\n"
        "    <showgrading>SHOW</showgrading>\n    <numberingstyle>none</numberingstyle>\n"
        + _FEEDBACKS
        + "".join(
            writer_answer(option.text, Decimal(at), option.feedback, writer)
            for at, option in enumerate(item.options, start=1)
        )
    )


def _essay(item: Essay, writer: Writer) -> str:
    if item.rubric:
        rows = "\n".join(
            f"| {_IN_CELL.sub(_BACKSLASHED, ' '.join(line.text.split()))} | {percent_text(line.points)} |"
            for line in item.rubric
        )
        before = f"{item.reference}\n\n" if item.reference else ""
        table = f"{before}{RUBRIC_HEAD}{rows}"
        grader = writer.raw("graderinfo", table, MARKDOWN, "    ")
        writer.warn("rubric_as_text", "Moodle shows the rubric as a table to its markers")
    else:
        grader = writer.text("graderinfo", item.reference, "    ")
    return (
        "    <responseformat>editor</responseformat>\n    <responserequired>1</responserequired>\n"
        f"    <responsefieldlines>{item.lines}</responsefieldlines>\n"
        "    <minwordlimit></minwordlimit>\n    <maxwordlimit></maxwordlimit>\n"
        "    <attachments>0</attachments>\n    <attachmentsrequired>0</attachmentsrequired>\n"
        "    <maxbytes>0</maxbytes>\n    <filetypeslist></filetypeslist>\n"
        + grader
        + writer.text("responsetemplate", "", "    ")
    )


def _no_body(item: Cloze, writer: Writer) -> str:  # noqa: ARG001 - the gaps stand in the text
    return ""


_Body = Callable[[Item, Writer], str]
_KINDS: Mapping[type[Item], tuple[str, _Body]] = {
    SingleResponse: ("multichoice", cast("_Body", _single)),
    MultipleResponse: ("multichoice", cast("_Body", _several)),
    TrueFalse: ("truefalse", cast("_Body", _true_false)),
    ShortText: ("shortanswer", cast("_Body", _short_text)),
    Numeric: ("numerical", cast("_Body", _numeric)),
    Matching: ("matching", cast("_Body", _matching)),
    Ordering: ("ordering", cast("_Body", _ordering)),
    Cloze: ("cloze", cast("_Body", _no_body)),
    Essay: ("essay", cast("_Body", _essay)),
}
