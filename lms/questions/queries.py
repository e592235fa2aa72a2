"""Reading item banks."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import contains_eager

from lms.curriculum.models import Lesson
from lms.db import db
from lms.errors import NotFound
from lms.questions.domain.items import item_from_json, parse_response, stable_order
from lms.questions.domain.recall import RecallCard
from lms.questions.domain.types.reading import OPTIONS_AT_MOST
from lms.questions.models import Item, ItemBank, ItemVersion, RecallAnswer
from lms.web.listing import like

QUIZ = "quiz"
RECALL = "recall"
READY = "ready"
RETIRED = "retired"


def find_bank(key: str) -> ItemBank | None:
    """Return the bank ``key`` if there is one."""
    return db.session.scalar(select(ItemBank).where(ItemBank.key == key))


def get_bank(key: str) -> ItemBank:
    """Return the bank ``key``.

    Raises:
        NotFound: There is none.
    """
    bank = find_bank(key)
    if bank is None:
        raise NotFound("bank", key=key)
    return bank


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

    ``version.item.key`` is loaded with them. A retired or unknown bank gives none.
    """
    return db.session.scalars(
        select_current().where(
            ItemBank.key == bank_key,
            ItemBank.retired_at.is_(None),
            Item.purpose == QUIZ,
            Item.state == READY,
        )
    ).all()


def list_recall(lesson_key: str) -> Sequence[ItemVersion]:
    """Return the current versions of the ready recall items of a lesson, in authored order."""
    return db.session.scalars(
        select_current().where(
            Item.lesson_key == lesson_key,
            ItemBank.retired_at.is_(None),
            Item.purpose == RECALL,
            Item.state == READY,
        )
    ).all()


@dataclass(frozen=True, slots=True)
class BankCounts:
    """How many items a bank holds.

    Attributes:
        by_purpose: Items in use (not retired) by purpose.
        by_type: Quiz items in use by type.
        retired: Retired items.
    """

    by_purpose: dict[str, int]
    by_type: dict[str, int]
    retired: int

    @property
    def total(self) -> int:
        """All items in use."""
        return sum(self.by_purpose.values())


def select_banks(words: str = "", *, state: str = "") -> Select[ItemBank]:
    """Return the query of banks by key, retired ones last.

    Args:
        words: Found in key or title.
        state: ``used``, ``retired`` or "" for both.
    """
    query = select(ItemBank).order_by(ItemBank.retired_at.is_not(None), ItemBank.key)
    if words:
        pattern = like(words)
        columns = (ItemBank.key, ItemBank.title, ItemBank.title_en)
        query = query.where(or_(*(column.ilike(pattern, escape="\\") for column in columns)))
    if state == "used":
        query = query.where(ItemBank.retired_at.is_(None))
    elif state == RETIRED:
        query = query.where(ItemBank.retired_at.is_not(None))
    return query


def count_items(bank_ids: Sequence[int]) -> dict[int, BankCounts]:
    """Return the counts of banks by id, with one query."""
    rows = db.session.execute(
        select(Item.bank_id, Item.purpose, Item.state, ItemVersion.type, func.count())
        .join(ItemVersion, (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.version))
        .where(Item.bank_id.in_(bank_ids))
        .group_by(Item.bank_id, Item.purpose, Item.state, ItemVersion.type)
    ).all()
    retired: dict[int, int] = defaultdict(int)
    purposes: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    types: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for bank_id, purpose, state, name, number in rows:
        if state == RETIRED:
            retired[bank_id] += number
            continue
        purposes[bank_id][purpose] += number
        if purpose == QUIZ:
            types[bank_id][name] += number
    return {
        bank_id: BankCounts(dict(purposes[bank_id]), dict(types[bank_id]), retired[bank_id])
        for bank_id in bank_ids
    }


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
        select(Item.point).where(Item.bank_id == bank_id).distinct().order_by(Item.point)
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
        .where(Item.bank_id == bank_id)
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


def list_recall_cards(
    lesson_key: str, *, person_id: int, enrolment_id: int | None
) -> list[RecallCard]:
    """Return the recall items of a lesson as one reader meets them.

    Args:
        lesson_key: The lesson.
        person_id: The reader; decides the order of options.
        enrolment_id: Whose answers are remembered; None for a preview.
    """
    versions = list_recall(lesson_key)
    answers = _last_answers(versions, enrolment_id)
    cards = []
    for version in versions:
        item = item_from_json(version.body)
        key = version.item.key
        card = RecallCard(
            version_id=version.id,
            item_key=key,
            item=item,
            order=tuple(stable_order(item, person_id=person_id, item_key=key)),
            was_answered=key in answers,
        )
        last = answers.get(key)
        if last is not None and last.item_version_id == version.id:
            card = card.answered(parse_response(item, last.response))
        cards.append(card)
    return cards


def _last_answers(
    versions: Sequence[ItemVersion], enrolment_id: int | None
) -> dict[str, RecallAnswer]:
    if enrolment_id is None:
        return {}
    rows = db.session.scalars(
        select(RecallAnswer)
        .where(
            RecallAnswer.enrolment_id == enrolment_id,
            RecallAnswer.item_key.in_([version.item.key for version in versions]),
        )
        .order_by(RecallAnswer.id)
    )
    return {row.item_key: row for row in rows}
