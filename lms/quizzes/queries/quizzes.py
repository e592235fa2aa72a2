"""Reading test specifications and what they may draw from."""

from collections.abc import Collection, Sequence

from sqlalchemy import Text, bindparam, cast, func, select

from lms.curriculum.models import Lesson
from lms.db import db
from lms.errors import NotFound
from lms.questions.models import CaseGroup, Item, ItemBank, ItemVersion
from lms.questions.queries import is_drawable
from lms.quizzes.domain.paper import PoolItem, Stimulus
from lms.quizzes.models import Quiz


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
    """Return what may be drawn from each bank, and which of these versions nobody has seen yet.

    The same rule as ``questions.queries.list_drawable``, for all banks in one statement, with bodies left as
    text: a start reads a hundred items and parses the twenty it draws.
    """
    pools: dict[str, list[PoolItem]] = {bank: [] for bank in banks}
    unseen: set[int] = set()
    shared: dict[str, Stimulus] = {}
    for (
        bank,
        version_id,
        key,
        body,
        red_line,
        lesson_key,
        point,
        presented_at,
        place,
        group,
        title,
        text,
    ) in db.session.execute(_POOLS, {"banks": list(banks)}):
        stimulus = None
        if group is not None:
            stimulus = shared.setdefault(group, Stimulus(group, title, text))
        pools[bank].append(
            PoolItem(version_id, key, body, red_line, lesson_key, point, stimulus, place)
        )
        if presented_at is None:
            unseen.add(version_id)
    return pools, frozenset(unseen)


def count_drawable(banks: Collection[str]) -> dict[str, int]:
    """Return how many items may be drawn from each bank; an unknown bank has none."""
    return {bank: sum(lengths) for bank, lengths in list_block_sizes(banks).items()}


def list_block_sizes(banks: Collection[str]) -> dict[str, list[int]]:
    """Return for each bank how many items are drawn at once: 1 for an item that stands alone, else its group's."""
    blocks: dict[str, list[int]] = {bank: [] for bank in banks}
    for bank, group, number in db.session.execute(_COUNTS, {"banks": list(banks)}):
        blocks[bank].extend([1] * number if group is None else [number])
    return blocks


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
_POOLS = _DRAWABLE.add_columns(
    ItemVersion.id,
    Item.key,
    cast(ItemVersion.body, Text),
    ItemVersion.red_line,
    ItemVersion.lesson_key,
    ItemVersion.point,
    ItemVersion.presented_at,
    Item.group_place,
    CaseGroup.key,
    CaseGroup.title,
    CaseGroup.text,
)
_COUNTS = _DRAWABLE.add_columns(Item.case_group_id, func.count()).group_by(
    ItemBank.key, Item.case_group_id
)
