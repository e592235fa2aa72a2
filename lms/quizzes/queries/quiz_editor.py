"""Reading what lists and the editor of quizzes show."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select

from lms.curriculum.queries import list_programmes
from lms.db import db
from lms.questions.models import Item, ItemBank, ItemVersion
from lms.quizzes.models import Quiz, Sitting
from lms.web.listing import like

USED, RETIRED = "used", "retired"


@dataclass(frozen=True, slots=True)
class Gate:
    """Something that a quiz may close.

    Attributes:
        kind: ``module_quiz`` or ``stage_test``.
        programme_key: The programme.
        key: The module or stage.
        title: Its title.
        title_en: Its English title.
        programme_title: The programme's title.
        programme_title_en: Its English title.
    """

    kind: str
    programme_key: str
    key: str
    title: str
    title_en: str
    programme_title: str
    programme_title_en: str

    @property
    def value(self) -> str:
        """How a form names it."""
        return f"{self.kind}/{self.programme_key}/{self.key}"


def list_gates() -> list[Gate]:
    """Return every module and stage of the programmes in use, in the order of the path."""
    found = []
    for programme in list_programmes():
        of = (programme.title, programme.title_en)
        for stage in programme.stages:
            found += [
                Gate("module_quiz", programme.key, module.key, module.title, module.title_en, *of)
                for module in stage.modules
                if module.retired_at is None
            ]
            found.append(
                Gate("stage_test", programme.key, stage.key, stage.title, stage.title_en, *of)
            )
    return found


def select_quizzes(
    words: str = "", *, kind: str = "", origin: str = "", state: str = ""
) -> Select[Quiz]:
    """Return the query of quizzes that match: module quizzes first, newest first among each kind.

    Args:
        words: Found in a title or the key.
        kind: ``module_quiz`` or ``stage_test``; empty for both.
        origin: ``files`` or ``app``; empty for both.
        state: ``USED`` or ``RETIRED``; empty for both.
    """
    query = select(Quiz).order_by(Quiz.retired_at.is_not(None), Quiz.kind, Quiz.id.desc())
    if words:
        pattern = like(words)
        columns = (Quiz.title, Quiz.title_en, Quiz.key)
        query = query.where(or_(*(column.ilike(pattern, escape="\\") for column in columns)))
    if kind:
        query = query.where(Quiz.kind == kind)
    if origin:
        query = query.where(Quiz.origin == origin)
    if state in (USED, RETIRED):
        is_used = Quiz.retired_at.is_(None)
        query = query.where(is_used if state == USED else ~is_used)
    return query


def count_sittings(quiz_ids: Collection[int]) -> dict[int, int]:
    """Return how many sittings of each quiz were scheduled and not called off."""
    rows = db.session.execute(
        select(Sitting.quiz_id, func.count())
        .where(Sitting.quiz_id.in_(quiz_ids), Sitting.cancelled_at.is_(None))
        .group_by(Sitting.quiz_id)
    )
    found = {quiz_id: number for quiz_id, number in rows}  # noqa: C416 - a Row is no pair to mypy
    return {quiz_id: found.get(quiz_id, 0) for quiz_id in quiz_ids}


@dataclass(frozen=True, slots=True)
class PickedItem:
    """An item picked by hand, as the editor lists it.

    Attributes:
        key: Its key.
        stem: The beginning of what it says.
        type: Its type.
        point: Its knowledge point.
        bank: Key of its bank.
        is_ready: Whether it may be drawn.
    """

    key: str
    stem: str
    type: str
    point: str
    bank: str
    is_ready: bool


def list_picked(keys: Collection[str]) -> dict[str, PickedItem]:
    """Return the items with these keys; those that do not exist are missing."""
    if not keys:
        return {}
    rows = db.session.execute(
        select(
            Item.key,
            ItemVersion.body["stem"].as_string(),
            Item.type,
            Item.point,
            ItemBank.key,
            (Item.state == "ready") & (Item.purpose == "quiz"),
        )
        .join(ItemVersion, (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.version))
        .join(Item.bank)
        .where(Item.key.in_(keys))
    )
    return {row[0]: PickedItem(*row) for row in rows}


def list_bank_names() -> list[tuple[str, str, str]]:
    """Return key, title and English title of the banks in use, by title."""
    rows = db.session.execute(
        select(ItemBank.key, ItemBank.title, ItemBank.title_en)
        .where(ItemBank.retired_at.is_(None))
        .order_by(ItemBank.title, ItemBank.id)
    )
    return [(key, title, title_en) for key, title, title_en in rows]
