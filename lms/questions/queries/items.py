"""Reading items and their versions."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import contains_eager

from lms.curriculum.models import Lesson
from lms.db import db
from lms.errors import NotFound
from lms.questions.domain.items import MARKED_BY_PEOPLE
from lms.questions.domain.types.reading import OPTIONS_AT_MOST
from lms.questions.models import CaseGroup, Item, ItemBank, ItemVersion
from lms.questions.queries.names import QUIZ, READY
from lms.web.listing import like


def find_item(key: str) -> Item | None:
    """Return the item ``key`` if there is one."""
    return db.session.scalar(select(Item).where(Item.key == key))


def get_item(key: str) -> Item:
    """Return the item ``key``.

    Raises:
        NotFound: There is none.
    """
    item = find_item(key)
    if item is None:
        raise NotFound("item", key=key)
    return item


def find_group(key: str) -> CaseGroup | None:
    """Return the case group ``key`` if there is one."""
    return db.session.scalar(select(CaseGroup).where(CaseGroup.key == key))


def list_groups(bank_id: int) -> Sequence[CaseGroup]:
    """Return the case groups of a bank by key, retired ones too."""
    return db.session.scalars(
        select(CaseGroup).where(CaseGroup.bank_id == bank_id).order_by(CaseGroup.key)
    ).all()


def find_current_version(item: Item) -> ItemVersion | None:
    """Return the current version of ``item``; None while it is being made."""
    return db.session.scalar(
        select(ItemVersion).where(
            ItemVersion.item_id == item.id, ItemVersion.number == item.version
        )
    )


def select_current() -> Select[ItemVersion]:
    """Return the query of current versions with their item and bank, in authored order."""
    return (
        select(ItemVersion)
        .join(Item, (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.version))
        .join(ItemBank, Item.bank_id == ItemBank.id)
        .options(contains_eager(ItemVersion.item).contains_eager(Item.bank))
        .order_by(Item.position, Item.key)
    )


def list_drawable(bank_key: str) -> Sequence[ItemVersion]:
    """Return the current versions of the ready quiz items of a bank, always in the same order.

    ``version.item.key`` is loaded with them. A retired or unknown bank gives none. Types that people mark and
    items of a retired case group are left out.
    """
    return db.session.scalars(
        select_current()
        .outerjoin(CaseGroup, Item.case_group_id == CaseGroup.id)
        .where(ItemBank.key == bank_key, *is_drawable())
    ).all()


def is_drawable() -> tuple[ColumnElement[bool], ...]:
    """Return what must hold of an item, its bank and its case group (outer joined) to be drawn into papers."""
    return (
        ItemBank.retired_at.is_(None),
        Item.purpose == QUIZ,
        Item.state == READY,
        ItemVersion.type.not_in([kind.value for kind in sorted(MARKED_BY_PEOPLE)]),
        CaseGroup.retired_at.is_(None),
    )


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """What the list of items is narrowed to; empty values do not narrow.

    Attributes:
        words: Found in the stem, in an option, or as part of the item's key.
    """

    words: str = ""
    purpose: str = ""
    type: str = ""
    lesson_key: str = ""
    point: str = ""
    difficulty: str = ""
    state: str = ""


def select_items(bank_id: int, wanted: ItemFilter) -> Select[ItemVersion]:
    """Return the query of the current versions of a bank's items that match, in authored order."""
    query = select_current().where(Item.bank_id == bank_id)
    for column, value in (
        (Item.purpose, wanted.purpose),
        (ItemVersion.type, wanted.type),
        (Item.lesson_key, wanted.lesson_key),
        (Item.point, wanted.point),
        (ItemVersion.difficulty, wanted.difficulty),
        (Item.state, wanted.state),
    ):
        if value:
            query = query.where(column == value)
    return query.where(_says(wanted.words)) if wanted.words else query


def _says(words: str) -> ColumnElement[bool]:
    # By path, not on the whole text of the body: SQLite keeps Chinese escaped there, and field names and
    # feedback are not what was searched for.
    body = ItemVersion.body
    places = [("stem",), *(("options", index, "text") for index in range(OPTIONS_AT_MOST))]
    pattern = like(words)
    return or_(
        Item.key.ilike(pattern, escape="\\"),
        *(body[place].as_string().ilike(pattern, escape="\\") for place in places),
    )


def list_points(bank_id: int) -> Sequence[str]:
    """Return the knowledge points of a bank's items, each once."""
    return db.session.scalars(
        select(Item.point)
        .where(Item.bank_id == bank_id, Item.point != "")
        .distinct()
        .order_by(Item.point)
    ).all()


@dataclass(frozen=True, slots=True)
class LessonName:
    """A lesson that items rest on; the titles are empty when the curriculum does not have it."""

    key: str
    title: str
    title_en: str


def list_lessons(bank_id: int) -> list[LessonName]:
    """Return the lessons on which a bank's items rest, in the order of the bank."""
    rows = db.session.execute(
        select(Item.lesson_key, Lesson.title, Lesson.title_en)
        .outerjoin(Lesson, Lesson.key == Item.lesson_key)
        .where(Item.bank_id == bank_id, Item.lesson_key != "")
        .group_by(Item.lesson_key, Lesson.title, Lesson.title_en)
        .order_by(func.min(Item.position))
    )
    return [LessonName(key, title or "", title_en or "") for key, title, title_en in rows]


def find_lesson_name(key: str) -> LessonName | None:
    """Return the titles of a lesson of the present curriculum."""
    row = db.session.execute(
        select(Lesson.title, Lesson.title_en).where(Lesson.key == key, Lesson.retired_at.is_(None))
    ).first()
    return None if row is None else LessonName(key, row[0], row[1])


def get_version(version_id: int) -> ItemVersion:
    """Return one version with its item.

    Raises:
        NotFound: There is none.
    """
    version = db.session.get(ItemVersion, version_id)
    if version is None:
        raise NotFound("item_version", id=version_id)
    return version


def list_versions(item_id: int) -> Sequence[ItemVersion]:
    """Return all versions of an item, oldest first."""
    return db.session.scalars(
        select(ItemVersion).where(ItemVersion.item_id == item_id).order_by(ItemVersion.number)
    ).all()
