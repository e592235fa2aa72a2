"""What the database holds of things that files author, in the shape that a plan compares."""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import func, inspect, select
from sqlalchemy.orm import contains_eager

from lms.content.compiling import CardState, case_part, digest, group_parts, lesson_parts
from lms.content.domain.plan import Kind, Stored
from lms.curriculum.domain.publishing import LessonText
from lms.curriculum.models import Lesson, Module, Programme, Stage
from lms.db import db
from lms.library.models import RuleCard
from lms.ops.queries import applied_migration
from lms.probation.models import HiringConditions
from lms.questions.models import CaseGroup, Item, ItemBank, ItemVersion
from lms.quizzes.models import Quiz


def find_migration() -> str:
    """Return the migration that the database is at; "" where there is none or one without tables."""
    url = db.engine.engine.url
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        return ""  # opening the file would make it
    has_tables = inspect(db.session.connection()).has_table("alembic_version")
    return applied_migration() if has_tables else ""


def list_card_states() -> dict[str, CardState]:
    """Return the latest version of every card, with the digest of the one that applies ("" when none does)."""
    rows = db.session.execute(
        select(RuleCard.key, func.max(RuleCard.version).label("version")).group_by(RuleCard.key)
    )
    latest = {row.key: row.version for row in rows}
    current = {
        row.key: row.sha256
        for row in db.session.scalars(select(RuleCard).where(RuleCard.superseded_at.is_(None)))
    }
    return {key: CardState(version, current.get(key, "")) for key, version in latest.items()}


def list_stored() -> list[Stored]:
    """Return everything that the database holds, retired things included."""
    return [
        *_cards(),
        *_banks(),
        *_groups(),
        *_programmes(),
        *_lessons(),
        *_items(),
        *_quizzes(),
        *_conditions(),
    ]


def _cards() -> Iterator[Stored]:
    rows = db.session.scalars(select(RuleCard).order_by(RuleCard.key, RuleCard.version))
    newest = {row.key: row for row in rows}
    for row in newest.values():
        is_retired = row.superseded_at is not None
        yield Stored(Kind.CARD, row.key, {"text": row.sha256}, row.origin, is_retired)


def _banks() -> Iterator[Stored]:
    for bank in db.session.scalars(select(ItemBank)):
        titles = {"titles": digest([bank.title, bank.title_en])}
        yield Stored(Kind.BANK, bank.key, titles, bank.origin, bank.retired_at is not None)


def _groups() -> Iterator[Stored]:
    rows = db.session.scalars(
        select(CaseGroup).join(CaseGroup.bank).options(contains_eager(CaseGroup.bank))
    )
    for row in rows:
        parts = group_parts(row.title, row.text, row.bank.key)
        is_retired = row.retired_at is not None
        yield Stored(Kind.CASE_GROUP, row.key, parts, row.bank.origin, is_retired)


def _programmes() -> Iterator[Stored]:
    for row in db.session.scalars(select(Programme)):
        stages = " ".join(stage.key for stage in row.stages)
        parts = {"text": row.sha256, "stages": stages}
        yield Stored(Kind.PROGRAMME, row.key, parts, row.origin, row.retired_at is not None)


def _lessons() -> Iterator[Stored]:
    rows = db.session.scalars(
        select(Lesson)
        .join(Lesson.module)
        .join(Module.stage)
        .join(Stage.programme)
        .options(
            contains_eager(Lesson.module)
            .contains_eager(Module.stage)
            .contains_eager(Stage.programme)
        )
    )
    for row in rows:
        programme = row.module.stage.programme
        place = f"{programme.key}/{row.module.key}/{row.position}"
        parts = lesson_parts(_text(row), place)
        is_retired = row.retired_at is not None
        yield Stored(Kind.LESSON, row.key, parts, programme.origin, is_retired)


def _text(row: Lesson) -> LessonText:
    return LessonText(
        key=row.key,
        position=row.position,
        title=row.title,
        title_en=row.title_en,
        summary=row.summary,
        summary_en=row.summary_en,
        minutes=row.minutes,
        objectives=tuple(row.objectives),
        body=row.body,
        blocks=tuple(row.blocks),
        cards=tuple(row.cards),
        sha256=row.sha256,
    )


def _items() -> Iterator[Stored]:
    rows = db.session.execute(
        select(Item, ItemBank.key, ItemBank.origin, ItemVersion.sha256, CaseGroup.key)
        .join(ItemBank, Item.bank_id == ItemBank.id)
        .outerjoin(CaseGroup, Item.case_group_id == CaseGroup.id)
        .join(ItemVersion, (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.version))
    )
    for item, bank, origin, sha256, group in rows:
        parts = {
            "words": sha256,
            "place": f"{item.purpose}/{item.position}",
            "case": case_part(group or "", item.group_place),
            "bank": bank,
        }
        yield Stored(Kind.ITEM, item.key, parts, origin, item.state == "retired")


def _quizzes() -> Iterator[Stored]:
    for row in db.session.scalars(select(Quiz)):
        yield Stored(
            Kind.QUIZ, row.key, {"text": row.sha256}, row.origin, row.retired_at is not None
        )


def _conditions() -> Iterator[Stored]:
    """Yield the newest conditions of each programme; they are never retired, only followed by a version."""
    rows = db.session.execute(
        select(HiringConditions, Programme.key, Programme.origin)
        .join(Programme, HiringConditions.programme_id == Programme.id)
        .order_by(HiringConditions.version)
    )
    newest = {key: (row, origin) for row, key, origin in rows}
    for key, (row, origin) in newest.items():
        parts = {"text": row.sha256, "version": str(row.version)}
        yield Stored(Kind.CONDITIONS, key, parts, origin)
