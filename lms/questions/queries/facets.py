"""What the items of a bank can be narrowed to, and how many there are of each kind."""

from collections.abc import Sequence

from sqlalchemy import CTE, ColumnElement, Select, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute

from lms.curriculum.models import Lesson
from lms.db import db
from lms.questions.models import Item, ItemTag
from lms.questions.queries.items import LessonName

CHOICES_AT_MOST = 400
"""Values offered of one kind; others can be typed."""
CARDS_OF_AT_MOST = 5000
"""Items of a bank whose cards are listed: every item is looked at for it."""


def list_points(bank_id: int) -> Sequence[str]:
    """Return the knowledge points of a bank's items, each once, in order."""
    return _each(Item.point, Item.bank_id == bank_id)


def list_tags(bank_id: int) -> Sequence[str]:
    """Return the tags of a bank's items, each once, in order."""
    in_bank = exists().where(Item.id == ItemTag.item_id, Item.bank_id == bank_id)
    tags = _each_of(ItemTag.tag)
    # One item is enough. Asked whether any exists, PostgreSQL looks at all of them.
    first = (
        select(ItemTag.item_id)
        .where(ItemTag.tag == tags.c.value, in_bank.correlate(ItemTag))
        .limit(1)
        .correlate(tags)
        .scalar_subquery()
    )
    return _some(select(tags.c.value).where(first.is_not(None)))


def list_cards(bank_id: int) -> Sequence[str]:
    """Return the keys of the cards that a bank's items rest on, each once, in order."""
    found = db.session.scalars(select(Item.card_lines).where(Item.bank_id == bank_id).distinct())
    return sorted({card for lines in found for card in lines.split("\n") if card})


def list_lessons(bank_id: int) -> list[LessonName]:
    """Return the lessons on which a bank's items rest, in the order of the curriculum; unknown ones last."""
    keys = _each(Item.lesson_key, Item.bank_id == bank_id)
    rows = db.session.execute(
        select(Lesson.key, Lesson.title, Lesson.title_en)
        .where(Lesson.key.in_(keys))
        .order_by(Lesson.module_id, Lesson.position)
    )
    named = [LessonName(*row) for row in rows]
    known = {lesson.key for lesson in named}
    return [*named, *(LessonName(key, "", "") for key in keys if key not in known)]


def _each(column: InstrumentedAttribute[str], *where: ColumnElement[bool]) -> Sequence[str]:
    return _some(select(_each_of(column, *where).c.value))


def _some(values: Select[str | None]) -> Sequence[str]:
    # The walk ends with nothing.
    found = db.session.scalars(values.limit(CHOICES_AT_MOST + 1))
    return [value for value in found if value is not None][:CHOICES_AT_MOST]


def _each_of(column: InstrumentedAttribute[str], *where: ColumnElement[bool]) -> CTE:
    """Return the values of an indexed column in order, each once, going from one to the next in the index.

    Reading all rows to leave out those that are alike takes a hundred times as long in a large bank.
    """
    values: CTE = (
        select(func.min(column).label("value")).where(*where, column != "").cte(recursive=True)
    )
    following = select(func.min(column)).where(*where, column > values.c.value)
    return values.union_all(
        select(following.correlate(values).scalar_subquery()).where(values.c.value.is_not(None))
    )
