"""Reading things to be put together, and texts with gaps."""

from collections import Counter

from lms.questions.domain.authoring.choices import read_multiple, read_single
from lms.questions.domain.authoring.fields import Fields
from lms.questions.domain.authoring.section import Section
from lms.questions.domain.authoring.typed import read_numeric, read_short_text
from lms.questions.domain.types.base import CreditRule, ItemType
from lms.questions.domain.types.cloze import GAPS_AT_MOST, MARKER, WEIGHT_AT_MOST
from lms.questions.domain.types.matching import CHOICES_AT_MOST, PREMISES_AT_MOST
from lms.questions.domain.types.reading import OPTIONS_AT_LEAST

MATCH_CREDITS = (CreditRule.PROPORTIONAL.value, CreditRule.EXACT.value)
GAP_READERS = {
    ItemType.SHORT_TEXT.value: read_short_text,
    ItemType.SINGLE_RESPONSE.value: read_single,
    ItemType.NUMERIC.value: read_numeric,
    ItemType.MULTIPLE_RESPONSE.value: read_multiple,
}
"""What may stand in a gap, the usual first."""
GAP_TYPES = tuple(GAP_READERS)

Entry = dict[str, str]


def read_matching(section: Section) -> dict[str, object]:
    """Read premises, choices and what belongs together."""
    premises = [
        {"id": row, "text": text, "choice": section.text(f"premise.{row}.choice")}
        for row in section.rows("premise")
        if (text := section.text(f"premise.{row}.text"))
    ]
    wanted = {each["choice"] for each in premises}
    choices = [
        {"id": row, "text": text}
        for row in section.rows("choice")
        if (text := section.text(f"choice.{row}.text")) or row in wanted
    ]
    _check(section, "premise", premises, PREMISES_AT_MOST)
    _check(section, "choice", choices, CHOICES_AT_MOST)
    known = {each["id"] for each in choices}
    for each in premises:
        if each["choice"] not in known:
            section.say.add(f"premise.{each['id']}.choice", "pair_missing")
    credit = section.choice("credit", MATCH_CREDITS)
    return {"premises": premises, "choices": choices, "credit": credit}


def _check(section: Section, name: str, rows: list[Entry], at_most: int) -> None:
    texts = [(each["id"], each["text"]) for each in rows]
    section.check_texts(name, texts, at_least=OPTIONS_AT_LEAST, at_most=at_most)


def read_cloze(section: Section) -> dict[str, object]:
    """Read the gaps in the order of their markers in the stem."""
    markers = Counter(MARKER.findall(section.text("stem")))
    rows = section.rows("gap")
    for marker, times in markers.items():
        if times > 1:
            section.say.add("stem", "marker_twice", marker=marker)
        elif marker not in rows:
            section.say.add("stem", "marker_unknown", marker=marker)
    for row in rows:
        if row not in markers and not is_gap_blank(section.form, row):
            section.say.add(f"gap.{row}", "gap_without_marker", marker=row)
    if not markers and section.text("stem"):
        section.say.add("stem", "gaps_none")
    elif len(markers) > GAPS_AT_MOST:
        section.say.add("stem", "gaps_many", limit=GAPS_AT_MOST)
    return {"gaps": [_gap(section, marker) for marker in markers if marker in rows]}


def _gap(section: Section, row: str) -> dict[str, object]:
    at = f"gap.{row}."
    kind = section.choice(f"{at}type", GAP_TYPES)
    inner = Section(section.form, at, section.say.within(at))
    item = {
        "type": kind,
        "stem": "",
        **GAP_READERS[kind](inner),
        "explanation": inner.text("explanation"),
    }
    return {
        "id": row,
        "weight": section.count(f"{at}weight", blank=1, at_most=WEIGHT_AT_MOST),
        "item": item,
    }


_SETTINGS = ("type", "weight", "credit", "shape", "percent")


def is_gap_blank(form: Fields, row: str) -> bool:
    """Say whether nothing is written in a gap: its marker can go without taking words along."""
    at = f"gap.{row}."
    lists = {f"{at}option", f"{at}accepted"}
    return not any(
        value.strip()
        for name, value in form
        if name.startswith(at) and name not in lists and name.rpartition(".")[2] not in _SETTINGS
    )
