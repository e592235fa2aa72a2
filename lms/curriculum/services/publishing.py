"""Publishing programmes and lessons."""

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import select

from lms.audit.services import record
from lms.curriculum.domain.publishing import LessonText, ModuleText, ProgrammeText, StageText
from lms.curriculum.models import Lesson, Module, Programme, Stage
from lms.db import db
from lms.errors import InvalidState


def publish_programme(
    text: ProgrammeText, *, origin: str, now: dt.datetime, actor_id: int | None = None
) -> Programme:
    """Create or revise a programme with its stages and modules; modules no longer named are retired.

    People on their way keep what they passed: a module that only moves or changes its words keeps its key.

    Raises:
        InvalidState: ``programme_of_other_origin``; ``stage_removed``: a stage that people may be in cannot
            disappear (its test is a gate).
    """
    programme = db.session.scalars(select(Programme).where(Programme.key == text.key)).first()
    is_new = programme is None
    if programme is None:
        programme = Programme(key=text.key, origin=origin)
        db.session.add(programme)
    elif programme.origin != origin:
        raise InvalidState("programme_of_other_origin", key=text.key, origin=programme.origin)
    programme.title, programme.title_en = text.title, text.title_en
    programme.summary, programme.summary_en = text.summary, text.summary_en
    programme.post, programme.post_en = text.post, text.post_en
    programme.defense = dict(text.defense)
    programme.sha256 = text.sha256
    programme.retired_at = None
    db.session.flush()
    _publish_stages(programme, text, now)
    record(
        "curriculum.publish_programme",
        actor_id=actor_id,
        now=now,
        subject_kind="programme",
        subject_id=programme.id,
        key=text.key,
        sha256=text.sha256,
        is_new=is_new,
    )
    db.session.flush()
    db.session.expire(programme)
    return programme


def _publish_stages(programme: Programme, text: ProgrammeText, now: dt.datetime) -> None:
    stages = {stage.key: stage for stage in programme.stages}
    modules = {module.key: module for stage in programme.stages for module in stage.modules}
    removed = stages.keys() - {stage.key for stage in text.stages}
    if removed:
        raise InvalidState("stage_removed", key=", ".join(sorted(removed)))
    for position, stage_text in enumerate(text.stages, start=1):
        stage = stages.get(stage_text.key)
        if stage is None:
            stage = Stage(key=stage_text.key, programme_id=programme.id)
            db.session.add(stage)
        _fill_stage(stage, stage_text, position)
        db.session.flush()
        _publish_modules(stage, stage_text, modules)
    named = {module.key for stage in text.stages for module in stage.modules}
    for key, module in modules.items():
        if key not in named and module.retired_at is None:
            module.retired_at = now


def _fill_stage(stage: Stage, text: StageText, position: int) -> None:
    stage.position = position
    stage.title, stage.title_en = text.title, text.title_en
    stage.due_day, stage.quiz_key = text.due_day, text.quiz_key


def _publish_modules(stage: Stage, text: StageText, known: Mapping[str, Module]) -> None:
    for position, module_text in enumerate(text.modules, start=1):
        module = known.get(module_text.key)
        if module is None:
            module = Module(key=module_text.key)
            db.session.add(module)
        module.stage_id = stage.id
        _fill_module(module, module_text, position)
    db.session.flush()


def _fill_module(module: Module, text: ModuleText, position: int) -> None:
    module.position = position
    module.title, module.title_en = text.title, text.title_en
    module.summary, module.summary_en = text.summary, text.summary_en
    module.due_day, module.quiz_key = text.due_day, text.quiz_key
    module.requires = list(text.requires)
    module.retired_at = None


def retire_programme(
    programme: Programme, *, now: dt.datetime, actor_id: int | None = None
) -> None:
    """Take a programme off the list: nobody new can be enrolled; people on their way go on."""
    if programme.retired_at is not None:
        return
    programme.retired_at = now
    record(
        "curriculum.retire_programme",
        actor_id=actor_id,
        now=now,
        subject_kind="programme",
        subject_id=programme.id,
        key=programme.key,
    )
    db.session.flush()


def publish_lesson(
    module: Module, text: LessonText, *, now: dt.datetime, actor_id: int | None = None
) -> Lesson:
    """Create a lesson or revise it; a new digest counts its version up, a new place alone does not.

    A retired lesson whose file is back is published again.
    """
    lesson = db.session.scalars(select(Lesson).where(Lesson.key == text.key)).first()
    if lesson is None:
        lesson = Lesson(key=text.key, version=0, sha256="")
        db.session.add(lesson)
    lesson.module_id = module.id
    lesson.position = text.position
    lesson.retired_at = None
    if lesson.sha256 != text.sha256:
        lesson.title, lesson.title_en = text.title, text.title_en
        lesson.summary, lesson.summary_en = text.summary, text.summary_en
        lesson.minutes, lesson.objectives = text.minutes, list(text.objectives)
        lesson.body = text.body
        lesson.blocks = [dict(block) for block in text.blocks]
        lesson.cards = [dict(card) for card in text.cards]
        lesson.version += 1
        lesson.sha256 = text.sha256
        lesson.published_at = now
    db.session.flush()
    record(
        "curriculum.publish_lesson",
        actor_id=actor_id,
        now=now,
        subject_kind="lesson",
        subject_id=lesson.id,
        key=text.key,
        version=lesson.version,
        sha256=text.sha256,
    )
    return lesson


def retire_lesson(lesson: Lesson, *, now: dt.datetime, actor_id: int | None = None) -> None:
    """Take a lesson out of its module; what people have read stays on record."""
    if lesson.retired_at is not None:
        return
    lesson.retired_at = now
    record(
        "curriculum.retire_lesson",
        actor_id=actor_id,
        now=now,
        subject_kind="lesson",
        subject_id=lesson.id,
        key=lesson.key,
    )
    db.session.flush()
