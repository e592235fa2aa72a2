"""Reading programmes and lessons."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, load_only, selectinload

from lms.curriculum.domain.programme import LessonPlan, ModulePlan, ProgrammePlan, StagePlan
from lms.curriculum.models import (
    Lesson,
    Module,
    Programme,
    Stage,
)
from lms.db import db
from lms.errors import NotFound


def get_programme(key: str) -> Programme:
    """Return one programme that is not retired.

    Raises:
        NotFound: There is none.
    """
    programme = db.session.scalars(
        select(Programme).where(Programme.key == key, Programme.retired_at.is_(None))
    ).first()
    if programme is None:
        raise NotFound("programme", key=key)
    return programme


def list_programmes() -> Sequence[Programme]:
    """Return the programmes that people can be enrolled in, by title."""
    return db.session.scalars(
        select(Programme).where(Programme.retired_at.is_(None)).order_by(Programme.title)
    ).all()


def get_lesson(key: str) -> Lesson:
    """Return one lesson that is not retired.

    Raises:
        NotFound: There is none.
    """
    lesson = db.session.scalars(
        select(Lesson)
        .join(Lesson.module)
        .join(Module.stage)
        .options(contains_eager(Lesson.module).contains_eager(Module.stage))
        .where(Lesson.key == key, Lesson.retired_at.is_(None))
    ).first()
    if lesson is None:
        raise NotFound("lesson", key=key)
    return lesson


def find_neighbours(lesson: Lesson) -> tuple[Lesson | None, Lesson | None]:
    """Return the lessons before and after this one in the programme's order."""
    rows = db.session.scalars(
        select(Lesson)
        .join(Lesson.module)
        .join(Module.stage)
        .options(load_only(Lesson.key, Lesson.title, Lesson.title_en, Lesson.module_id))
        .where(
            Stage.programme_id == lesson.module.stage.programme_id,
            Lesson.retired_at.is_(None),
            Module.retired_at.is_(None),
        )
        .order_by(Stage.position, Module.position, Lesson.position, Lesson.id)
    ).all()
    keys = [row.key for row in rows]
    if lesson.key not in keys:
        return None, None
    here = keys.index(lesson.key)
    before = rows[here - 1] if here > 0 else None
    after = rows[here + 1] if here + 1 < len(rows) else None
    return before, after


def list_plans(programme_ids: Collection[int]) -> dict[int, ProgrammePlan]:
    """Return the plans of programmes by id, without the lessons' texts."""
    programmes = db.session.scalars(
        select(Programme)
        .where(Programme.id.in_(programme_ids))
        .options(
            selectinload(Programme.stages)
            .selectinload(Stage.modules)
            .selectinload(Module.lessons)
            .load_only(
                Lesson.key,
                Lesson.module_id,
                Lesson.position,
                Lesson.title,
                Lesson.title_en,
                Lesson.minutes,
                Lesson.retired_at,
            )
        )
    ).all()
    return {programme.id: _plan(programme) for programme in programmes}


def get_plan(programme: Programme) -> ProgrammePlan:
    """Return the plan of one programme."""
    return list_plans([programme.id])[programme.id]


def _plan(programme: Programme) -> ProgrammePlan:
    due_day = programme.defense.get("due_day")
    return ProgrammePlan(
        key=programme.key,
        title=programme.title,
        title_en=programme.title_en,
        stages=tuple(_stage_plan(stage) for stage in programme.stages),
        defense_due_day=due_day if isinstance(due_day, int) else None,
    )


def _stage_plan(stage: Stage) -> StagePlan:
    return StagePlan(
        key=stage.key,
        title=stage.title,
        title_en=stage.title_en,
        due_day=stage.due_day,
        quiz_key=stage.quiz_key,
        modules=tuple(_module_plan(m) for m in stage.modules if m.retired_at is None),
    )


def _module_plan(module: Module) -> ModulePlan:
    return ModulePlan(
        key=module.key,
        title=module.title,
        title_en=module.title_en,
        summary=module.summary,
        summary_en=module.summary_en,
        due_day=module.due_day,
        quiz_key=module.quiz_key,
        requires=tuple(str(key) for key in module.requires),
        lessons=tuple(
            LessonPlan(one.key, one.title, one.title_en, one.minutes)
            for one in module.lessons
            if one.retired_at is None
        ),
    )
