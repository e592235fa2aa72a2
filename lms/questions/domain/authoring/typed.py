"""Reading what is typed: words, numbers, texts of one's own."""

from decimal import Decimal

from lms.questions.domain.authoring.section import Section
from lms.questions.domain.types.essay import LINES_AT_MOST, POINTS_AT_MOST, RUBRIC_AT_MOST
from lms.questions.domain.types.numeric import ACCEPTED_AT_MOST as NUMBERS_AT_MOST
from lms.questions.domain.types.numeric import UNIT_AT_MOST, AcceptedNumber
from lms.questions.domain.types.reading import HUNDRED, decimal_as_text
from lms.questions.domain.types.short_text import ACCEPTED_AT_MOST, TEXT_AT_MOST

SWITCHES = ("match_case", "match_width", "fold_traditional")
SHAPES = ("around", "range")
"""How an accepted number is written: a value with a tolerance, or the two ends of a range."""
LINES = 8
_ENDS = {"around": ("value", "tolerance"), "range": ("low", "high")}

Entry = dict[str, str]


def read_short_text(section: Section) -> dict[str, object]:
    """Read accepted words and which differences count."""
    accepted: list[Entry] = []
    for row in section.rows("accepted"):
        said = section.row_texts("accepted", row, ("text", "feedback"))
        if not any(said.values()):
            continue
        name = f"accepted.{row}"
        if not said["text"]:
            section.say.add(f"{name}.text", "row_empty", number=len(accepted) + 1)
        elif len(said["text"]) > TEXT_AT_MOST:
            section.say.add(f"{name}.text", "text_long", limit=TEXT_AT_MOST)
        accepted.append({**said, "percent": section.percent(f"{name}.percent", HUNDRED)})
    _check_accepted(section, len(accepted), ACCEPTED_AT_MOST)
    switches = {name: section.form.is_set(section.at + name) for name in SWITCHES}
    return {"accepted": accepted, **switches}


def _check_accepted(section: Section, number: int, at_most: int) -> None:
    if not number:
        section.say.add("accepted", "accepted_none")
    elif number > at_most:
        section.say.add("accepted", "accepted_many", limit=at_most)


def read_numeric(section: Section) -> dict[str, object]:
    """Read accepted numbers and the unit."""
    unit = section.text("unit")
    if len(unit) > UNIT_AT_MOST:
        section.say.add("unit", "text_long", limit=UNIT_AT_MOST)
    accepted: list[Entry] = []
    for row in section.rows("accepted"):
        name = f"accepted.{row}"
        shape = section.choice(f"{name}.shape", SHAPES)
        feedback = section.text(f"{name}.feedback")
        if not feedback and not any(section.text(f"{name}.{end}") for end in _ENDS[shape]):
            continue
        number = _around(section, name, unit) if shape == "around" else _range(section, name, unit)
        accepted.append(
            {
                "low": decimal_as_text(number.low),
                "high": decimal_as_text(number.high),
                "percent": section.percent(f"{name}.percent", HUNDRED),
                "feedback": feedback,
            }
        )
    _check_accepted(section, len(accepted), NUMBERS_AT_MOST)
    return {"accepted": accepted, "unit": unit}


_NOTHING = AcceptedNumber(Decimal(0), Decimal(0))


def _around(section: Section, name: str, unit: str) -> AcceptedNumber:
    if not section.text(f"{name}.value"):
        section.say.add(f"{name}.value", "number_missing")
        return _NOTHING
    value = section.number(f"{name}.value", unit)
    typed = section.text(f"{name}.tolerance")
    tolerance = section.number(f"{name}.tolerance", unit) if typed else Decimal(0)
    if value is None or tolerance is None:
        return _NOTHING
    if tolerance < 0:
        section.say.add(f"{name}.tolerance", "tolerance_negative")
        return _NOTHING
    return AcceptedNumber.around(value, tolerance) if typed else AcceptedNumber(value, value)


def _range(section: Section, name: str, unit: str) -> AcceptedNumber:
    ends = []
    for end in ("low", "high"):
        if not section.text(f"{name}.{end}"):
            section.say.add(f"{name}.{end}", "number_missing")
        else:
            ends.append(section.number(f"{name}.{end}", unit))
    low, high = [*ends, None, None][:2]
    if low is None or high is None:
        return _NOTHING
    if low > high:
        section.say.add(f"{name}.high", "range_reversed")
        return _NOTHING
    return AcceptedNumber(low, high)


def read_essay(section: Section) -> dict[str, object]:
    """Read what markers look for, an answer that would do, and the room for the answer."""
    rubric: list[Entry] = []
    for row in section.rows("rubric"):
        said = section.row_texts("rubric", row, ("text", "points"))
        if not any(said.values()):
            continue
        if not said["text"]:
            section.say.add(f"rubric.{row}.text", "row_empty", number=len(rubric) + 1)
        rubric.append({"id": row, "text": said["text"], "points": _points(section, row)})
    if len(rubric) > RUBRIC_AT_MOST:
        section.say.add("rubric", "rubric_many", limit=RUBRIC_AT_MOST)
    return {
        "rubric": rubric,
        "reference": section.text("reference"),
        "lines": section.count("lines", blank=LINES, at_most=LINES_AT_MOST),
    }


def _points(section: Section, row: str) -> str:
    name = f"rubric.{row}.points"
    if not section.text(name):
        section.say.add(name, "number_missing")
        return "1"
    points = section.number(name)
    if points is None:
        return "1"
    if not 0 < points <= POINTS_AT_MOST:
        section.say.add(name, "points_beyond", limit=POINTS_AT_MOST)
        return "1"
    return decimal_as_text(points)
