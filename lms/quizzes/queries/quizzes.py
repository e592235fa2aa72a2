"""Reading test specifications and what they may draw from."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    String,
    Text,
    bindparam,
    case,
    cast,
    false,
    func,
    literal,
    null,
    select,
    union_all,
)

from lms.curriculum.models import Lesson
from lms.db import BigId, db
from lms.errors import NotFound
from lms.questions.models import CaseGroup, Item, ItemBank, ItemTag, ItemVersion
from lms.questions.queries import is_drawable
from lms.quizzes.domain.fitting import Lot, Misfit, Topic, find_misfits
from lms.quizzes.domain.history import PastItem
from lms.quizzes.domain.pool import PoolItem, Stimulus
from lms.quizzes.domain.specification import Section, banks_of, picked_keys
from lms.quizzes.models import ATTEMPT, ITEM_MEASURE, ITEM_RESULT, SITTING, Quiz


def find_quiz(key: str) -> Quiz | None:
    """Return the quiz ``key``, retired or not, if there is one."""
    return db.session.scalars(select(Quiz).where(Quiz.key == key)).first()


def get_quiz(key: str) -> Quiz:
    """Return a quiz that can be scheduled.

    Raises:
        NotFound: There is none, or it is retired.
    """
    quiz = find_quiz(key)
    if quiz is None or quiz.retired_at is not None:
        raise NotFound("quiz", key=key)
    return quiz


def list_quizzes() -> Sequence[Quiz]:
    """Return the quizzes that can be scheduled: module quizzes first, each kind by key."""
    return db.session.scalars(
        select(Quiz).where(Quiz.retired_at.is_(None)).order_by(Quiz.kind, Quiz.id)
    ).all()


def list_pools(banks: Collection[str]) -> tuple[dict[str, list[PoolItem]], frozenset[int]]:
    """Return what may be drawn from each bank, and which of these versions nobody has seen yet."""
    stock = get_stock(banks, quiz_id=0, person_id=0)
    return dict(stock.pools), stock.unseen


@dataclass(frozen=True, slots=True)
class Stock:
    """What a paper is drawn from.

    Attributes:
        pools: Drawable items of each bank.
        unseen: Versions that nobody has seen yet.
        past: What the person had in earlier attempts at the quiz, in any sitting, that have ended.
    """

    pools: Mapping[str, list[PoolItem]]
    unseen: frozenset[int]
    past: tuple[PastItem, ...]


def get_stock(banks: Collection[str], *, quiz_id: int, person_id: int) -> Stock:
    """Return what a paper of a person is drawn from, in one statement.

    The same rule as ``questions.queries.list_drawable``, for all banks at once, with bodies left as text: a start
    reads a hundred items and parses the twenty it draws. What the person had before comes along, since a start
    must not ask once more for it: a row without a bank each.
    """
    pools: dict[str, list[PoolItem]] = {bank: [] for bank in banks}
    unseen: set[int] = set()
    past: list[PastItem] = []
    shared: dict[str, Stimulus] = {}
    asked = {"banks": list(banks), "quiz_id": quiz_id, "person_id": person_id}
    for (
        bank,
        version_id,
        key,
        body,
        flag,
        lesson_key,
        point,
        type_,
        difficulty,
        right,
        asked_of,
        is_new,
        place,
        group,
        title,
        text,
        tags,
    ) in db.session.execute(_STOCK, asked):
        easiness = None if asked_of is None else right * 1000 // asked_of
        if bank is None:
            past.append(PastItem(version_id, place, key, point, bool(flag), difficulty, easiness))
            continue
        stimulus = None
        if group is not None:
            stimulus = shared.setdefault(group, Stimulus(group, title, text))
        pools[bank].append(
            PoolItem(
                version_id,
                key,
                body,
                bool(flag),
                lesson_key,
                point,
                stimulus,
                place,
                type_,
                difficulty,
                tuple(tags.split(_BETWEEN_TAGS)) if tags else (),
                easiness,
            )
        )
        if is_new:
            unseen.add(version_id)
    return Stock(pools, frozenset(unseen), tuple(past))


def find_plan_misfits(sections: Sequence[Section]) -> list[Misfit]:
    """Return what keeps papers of a plan from being drawn now, each section by what it asks for."""
    has_tags = any(section.tags for section in sections)
    lots = list_lots(banks_of(sections), picked_keys(sections), with_tags=has_tags)
    return find_misfits(sections, lots)


def list_lots(
    banks: Collection[str], picked: Collection[str] = (), *, with_tags: bool = True
) -> dict[str, list[Lot]]:
    """Return what is drawn at once from each bank, alike things counted together, without any words.

    Args:
        banks: Keys of the banks.
        picked: Keys of items that are told apart; all others have no key here.
        with_tags: Whether tags are looked at.
    """
    lots: dict[str, list[Lot]] = {bank: [] for bank in banks}
    grouped: dict[tuple[str, int], list[Topic]] = {}
    query = _LOTS_TAGGED if with_tags else _LOTS
    rows = db.session.execute(query, {"banks": list(banks), "picked": list(picked)})
    for bank, group, key, point, type_, difficulty, tags, number in rows:
        labels = tuple(tags.split(_BETWEEN_TAGS)) if tags else ()
        topic = Topic(key, point, type_, difficulty, labels)
        if group is None:
            lots[bank].append(Lot((topic,), number))
        else:
            grouped.setdefault((bank, group), []).extend([topic] * number)
    for (bank, _), topics in grouped.items():
        lots[bank].append(Lot(tuple(topics)))
    return lots


def list_lesson_titles(keys: Collection[str]) -> dict[str, tuple[str, str]]:
    """Return title and English title of the lessons that still exist, by key."""
    rows = db.session.execute(
        select(Lesson.key, Lesson.title, Lesson.title_en).where(
            Lesson.key.in_(keys), Lesson.retired_at.is_(None)
        )
    )
    return {key: (title, title_en) for key, title, title_en in rows}


# Built once: composing a statement costs more than running it.
_DRAWABLE = (
    select(ItemBank.key)
    .select_from(ItemVersion)
    .join(Item, (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.version))
    .join(ItemBank, Item.bank_id == ItemBank.id)
    .outerjoin(CaseGroup, Item.case_group_id == CaseGroup.id)
    .where(ItemBank.key.in_(bindparam("banks", expanding=True)), *is_drawable())
)
_BETWEEN_TAGS = "\n"
_TAGS = (
    select(func.aggregate_strings(ItemTag.tag, _BETWEEN_TAGS))
    .where(ItemTag.item_id == Item.id)
    .correlate(Item)
    .scalar_subquery()
)
_KEY = case((Item.key.in_(bindparam("picked", expanding=True)), Item.key), else_="")


def _select_lots(tags: ColumnElement[str]) -> Select[*tuple[Any, ...]]:
    rows = _DRAWABLE.add_columns(
        Item.case_group_id.label("case_group"),
        _KEY.label("item_key"),
        Item.point.label("point"),
        Item.type.label("type"),
        Item.difficulty.label("difficulty"),
        tags.label("tags"),
    ).subquery()
    return select(*rows.c, func.count()).group_by(*rows.c)


_LOTS = _select_lots(literal("", String))
_LOTS_TAGGED = _select_lots(_TAGS)

_attempt, _result, _measure = ATTEMPT.c, ITEM_RESULT.c, ITEM_MEASURE.c
_NOTHING: ColumnElement[Any] = null()
_POOL = (
    _DRAWABLE.outerjoin(ITEM_MEASURE, _measure.item_version_id == ItemVersion.id)
    .with_only_columns(
        ItemBank.key,
        ItemVersion.id,
        Item.key,
        cast(ItemVersion.body, Text),
        ItemVersion.red_line,
        ItemVersion.lesson_key,
        ItemVersion.point,
        ItemVersion.type,
        ItemVersion.difficulty,
        _measure.right,
        _measure.n,
        ItemVersion.presented_at.is_(None),
        Item.group_place,
        CaseGroup.key,
        CaseGroup.title,
        CaseGroup.text,
        _TAGS,
    )
    .order_by(None)
)
_PAST = (
    select(
        cast(_NOTHING, String),
        _attempt.id,
        Item.key,
        cast(_NOTHING, Text),
        _result.is_right,
        cast(_NOTHING, String),
        ItemVersion.point,
        cast(_NOTHING, String),
        ItemVersion.difficulty,
        _measure.right,
        _measure.n,
        false(),
        _result.position,
        cast(_NOTHING, String),
        cast(_NOTHING, String),
        cast(_NOTHING, Text),
        cast(_NOTHING, Text),
    )
    .select_from(ATTEMPT)
    .join(SITTING, SITTING.c.id == _attempt.sitting_id)
    .join(ITEM_RESULT, _result.attempt_id == _attempt.id)
    .join(ItemVersion, ItemVersion.id == _result.item_version_id)
    .join(Item, Item.id == ItemVersion.item_id)
    .outerjoin(ITEM_MEASURE, _measure.item_version_id == ItemVersion.id)
    .where(
        _attempt.person_id == bindparam("person_id", type_=BigId),
        SITTING.c.quiz_id == bindparam("quiz_id", type_=BigId),
    )
)
_STOCK: CompoundSelect[*tuple[Any, ...]] = union_all(_POOL, _PAST)
