"""Reading items and their versions."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import contains_eager

from lms.curriculum.models import Lesson
from lms.db import db
from lms.errors import NotFound
from lms.questions.models import CaseGroup, Item, ItemBank, ItemVersion
from lms.questions.queries.names import QUIZ, READY


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

    ``version.item.key`` is loaded with them. A retired or unknown bank gives none. Items of a retired
    case group are left out.
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
        CaseGroup.retired_at.is_(None),
    )


@dataclass(frozen=True, slots=True)
class LessonName:
    """A lesson that items rest on; the titles are empty when the curriculum does not have it."""

    key: str
    title: str
    title_en: str


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
