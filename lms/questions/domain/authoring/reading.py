"""From the fields of a form to an item."""

import re
from collections.abc import Callable, Iterable, Mapping

from lms.questions.domain.authoring.choices import (
    read_multiple,
    read_ordering,
    read_single,
    read_true_false,
)
from lms.questions.domain.authoring.fields import Fields, Pair
from lms.questions.domain.authoring.joined import read_cloze, read_matching
from lms.questions.domain.authoring.section import Section
from lms.questions.domain.authoring.typed import read_essay, read_numeric, read_short_text
from lms.questions.domain.authoring.values import PURPOSES, Authored, Problems
from lms.questions.domain.identity import DIFFICULTIES, ItemFacts
from lms.questions.domain.items import FieldError, ItemType, item_as_json, item_from_json
from lms.questions.domain.merging import (
    LESSON_AT_MOST,
    MARKED_AT_MOST,
    POINT_AT_MOST,
    TAG_AT_MOST,
    Labels,
)
from lms.questions.domain.types.base import Body

CARD_AT_MOST = 64
"""Characters of the key of a card."""
_SPLIT = re.compile(r"[,，、;；\n]")

READERS: Mapping[str, Callable[[Section], dict[str, object]]] = {
    ItemType.SINGLE_RESPONSE.value: read_single,
    ItemType.MULTIPLE_RESPONSE.value: read_multiple,
    ItemType.TRUE_FALSE.value: read_true_false,
    ItemType.SHORT_TEXT.value: read_short_text,
    ItemType.NUMERIC.value: read_numeric,
    ItemType.MATCHING.value: read_matching,
    ItemType.ORDERING.value: read_ordering,
    ItemType.CLOZE.value: read_cloze,
    ItemType.ESSAY.value: read_essay,
}


def read_authored(pairs: Iterable[Pair]) -> Authored:
    """Read a form; whatever it holds, problems come back and nothing is raised.

    Args:
        pairs: Names and values in the order of the form, as ``fields_of`` writes them.
    """
    form = Fields(tuple(pairs))
    say = Problems()
    for name, value in form:
        if "\x00" in value or not _can_be_stored(value):
            say.add(name, "text_unusable")
    body = _read_body(Section(form, "", say))
    is_sound = len(say) == 0
    facts = _read_facts(Section(form, "", say))
    labels = _read_labels(Section(form, "", say))
    return Authored(
        body=body if is_sound else None,
        facts=facts,
        labels=labels,
        group=form.text("group"),
        purpose=form.text("purpose") if form.text("purpose") in PURPOSES else PURPOSES[0],
        problems=tuple(say),
    )


def _can_be_stored(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _read_body(section: Section) -> Body | None:
    kind = section.text("type")
    reader = READERS.get(kind)
    if reader is None:
        section.say.add("type", "type_unknown")
        return None
    stem = section.text("stem")
    if not stem:
        section.say.add("stem", "stem_missing")
    body = {
        "type": kind,
        "stem": stem,
        **reader(section),
        "explanation": section.text("explanation"),
    }
    if len(section.say):
        return None
    try:
        return item_as_json(item_from_json(body))
    except FieldError as error:
        _note(section, body, error)
        return None


_PLACES = {"options": "option", "premises": "premise", "choices": "choice", "gaps": "gap"}
"""What lists of a body are called in the form, where the names differ."""
_CODES = {"accepted": "accepted_none_full", "unit": "unit_unclear"}
"""What only the whole item shows, by the field that it is about."""
_IN_GAP = re.compile(r"gaps\[(\d+)\]\.item\.(.*)", re.DOTALL)


def _note(section: Section, body: Mapping[str, object], error: FieldError) -> None:
    """Note what the item itself refuses at the field of the form that holds it."""
    path, at = error.field, ""
    match = _IN_GAP.fullmatch(path)
    gaps = body.get("gaps")
    if match is not None and isinstance(gaps, list):
        path, at = match[2], f"gap.{gaps[int(match[1])]['id']}."
    head = path.partition("[")[0].partition(".")[0]
    name = at + _PLACES.get(head, head)
    section.say.add(name, _CODES.get(head, "field_unusable"), problem=error.problem)


def _read_facts(section: Section) -> ItemFacts | None:
    lesson, point = section.text("lesson"), section.text("point")
    difficulty = section.text("difficulty")
    cards = tuple(section.form.all("card"))
    before = len(section.say)
    if len(lesson) > LESSON_AT_MOST:
        section.say.add("lesson", "text_long", limit=LESSON_AT_MOST)
    if len(point) > POINT_AT_MOST:
        section.say.add("point", "text_long", limit=POINT_AT_MOST)
    if difficulty and difficulty not in DIFFICULTIES:
        section.say.add("difficulty", "difficulty_unknown")
    if any(len(card) > CARD_AT_MOST for card in cards):
        section.say.add("card", "text_long", limit=CARD_AT_MOST)
    if len(section.say) > before:
        return None
    try:
        return ItemFacts(lesson, point, cards, difficulty, section.form.is_set("red_line"))
    except FieldError:  # noted before: a character that cannot be stored
        return None


def _read_labels(section: Section) -> Labels:
    typed = [tag.strip() for tag in _SPLIT.split(section.text("tags"))]
    if any(len(tag) > TAG_AT_MOST for tag in typed):
        section.say.add("tags", "text_long", limit=TAG_AT_MOST)
    kept = section.form.all("tag")
    if any(len(tag) > TAG_AT_MOST for tag in kept):
        section.say.add("tag", "text_long", limit=TAG_AT_MOST)
    return Labels(
        name=section.text("name"),
        category=tuple(section.form.all("category")),
        tags=tuple(dict.fromkeys([*kept, *(tag for tag in typed if tag)])),
        points=_points(section),
    )


def _points(section: Section) -> str:
    if not section.text("points"):
        return ""
    points = section.number("points")
    if points is None:
        return ""
    if points < 0:
        section.say.add("points", "points_negative")
        return ""
    text = f"{points:f}"
    if len(text) > MARKED_AT_MOST:
        section.say.add("points", "number_long")
        return ""
    return text
