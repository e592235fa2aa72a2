"""Gaps of a text in Moodle's notation."""

from decimal import Decimal

from lms.questions.domain.exchange.cloze import (
    CHOICE,
    NUMBER,
    SEVERAL,
    SHORT,
    SHORT_CASE,
    Alternative,
    Blank,
    looks_like_gap,
    percent_text,
    protect,
    write_blank,
)
from lms.questions.domain.exchange.moodle_xml.gaps import GAP_MARK
from lms.questions.domain.exchange.moodle_xml.texts import HTML, Writer, inline_html, to_moodle
from lms.questions.domain.items import (
    Cloze,
    CreditRule,
    Gap,
    GapItem,
    MultipleResponse,
    ShortText,
    SingleResponse,
)

HUNDRED = Decimal(100)


def cloze_text(item: Cloze, writer: Writer) -> str:
    """Return the ``questiontext`` of a text with gaps."""
    marked = item.stem
    for number, gap in enumerate(item.gaps, start=1):
        marked = marked.replace(f"{{{{{gap.id}}}}}", GAP_MARK.format(number))
    text_format, moodle = to_moodle(marked)
    if text_format == HTML:
        moodle = protect(moodle)
    elif looks_like_gap(moodle):
        writer.warn("gap_in_text", "Moodle will take a part of the text for a gap")
    for number, gap in enumerate(item.gaps, start=1):
        moodle = moodle.replace(GAP_MARK.format(number), _gap(gap, writer))
    return writer.raw("questiontext", moodle, text_format, "    ")


def _gap(gap: Gap, writer: Writer) -> str:
    item: GapItem = gap.item
    if isinstance(item, SingleResponse | MultipleResponse):
        return _choice_gap(gap.weight, item, writer)
    if isinstance(item, ShortText):
        if item.match_width or item.fold_traditional:
            writer.warn("folding_lost", "a gap of Moodle does not say how characters are folded")
        kind = SHORT_CASE if item.match_case else SHORT
        entries = [(one.text, one.percent, one.feedback) for one in item.accepted]
    else:
        if item.unit:
            writer.warn("unit_lost", f"a gap of Moodle has no unit: {item.unit}", unit=item.unit)
        kind = NUMBER
        entries = [
            (f"{percent_text(one.value)}:{percent_text(one.tolerance)}", one.percent, one.feedback)
            for one in item.accepted
        ]
    alternatives = tuple(
        Alternative(text, percent, feedback=inline_html(feedback))
        for text, percent, feedback in entries
    )
    return write_blank(Blank(kind, gap.weight, alternatives, ""))


def _choice_gap(weight: int, item: SingleResponse | MultipleResponse, writer: Writer) -> str:
    is_single = isinstance(item, SingleResponse)
    if isinstance(item, MultipleResponse) and item.credit in {
        CreditRule.EXACT,
        CreditRule.PROPORTIONAL,
    }:
        writer.warn(
            "credit_changed",
            f"Moodle has no rule {item.credit.value}; it will take wrong marks off right ones",
            rule=item.credit.value,
        )
    alternatives = tuple(
        Alternative(
            inline_html(option.text),
            HUNDRED * (option.id in item.keys) if option.weight is None else option.weight,
            is_marked=option.weight is not None and not (is_single and option.weight == HUNDRED),
            feedback=inline_html(option.feedback),
        )
        for option in item.options
    )
    upright = any("<" in entry.text for entry in alternatives)
    kind = CHOICE if is_single else SEVERAL
    return write_blank(Blank(kind, weight, alternatives, ""), upright=upright)
