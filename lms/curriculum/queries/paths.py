"""Reading paths, gates passed and progress."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, bindparam, literal, select, union_all

from lms.clock import local_date
from lms.curriculum.domain.folding import build_path
from lms.curriculum.domain.path import GateKind, Passed, Path, Reading
from lms.curriculum.models import (
    Enrolment,
    GatePass,
    Lesson,
    LessonProgress,
    Module,
    Stage,
)
from lms.curriculum.queries.programmes import list_plans
from lms.db import db


def get_path(enrolment: Enrolment, now: dt.datetime, zone: ZoneInfo) -> Path:
    """Return one person's path as it stands at ``now``."""
    return list_paths([enrolment], now, zone)[enrolment.id]


def list_paths(
    enrolments: Sequence[Enrolment], now: dt.datetime, zone: ZoneInfo
) -> dict[int, Path]:
    """Return the paths of many enrolments by enrolment id, in a fixed number of queries."""
    ids = [enrolment.id for enrolment in enrolments]
    plans = list_plans({enrolment.programme_id for enrolment in enrolments})
    readings: dict[int, dict[str, Reading]] = {number: {} for number in ids}
    rows = db.session.execute(
        select(LessonProgress, Lesson.key)
        .join(Lesson, Lesson.id == LessonProgress.lesson_id)
        .where(LessonProgress.enrolment_id.in_(ids))
    )
    for progress, key in rows:
        readings[progress.enrolment_id][key] = Reading(
            furthest_block=progress.furthest_block,
            blocks_total=progress.blocks_total,
            is_read=progress.read_at is not None,
            is_done=progress.completed_at is not None,
        )
    passes: dict[int, list[Passed]] = {number: [] for number in ids}
    for row in db.session.scalars(select(GatePass).where(GatePass.enrolment_id.in_(ids))):
        passes[row.enrolment_id].append(Passed(row.kind, row.key, row.passed_at, row.percent))
    today = local_date(now, zone)
    return {
        enrolment.id: build_path(
            plans[enrolment.programme_id],
            starts_on=enrolment.starts_on,
            today=today,
            readings=readings[enrolment.id],
            passes=passes[enrolment.id],
            is_active=enrolment.state == "active",
        )
        for enrolment in enrolments
    }


def list_gate_passes(enrolment_id: int) -> Sequence[GatePass]:
    """Return the gates that an enrolment passed, in the order of passing."""
    return db.session.scalars(
        select(GatePass)
        .where(GatePass.enrolment_id == enrolment_id)
        .order_by(GatePass.passed_at, GatePass.id)
    ).all()


def _gates(kind: GateKind, of: type[Stage] | type[Module]) -> Select[*tuple[Any, ...]]:
    query = select(Enrolment.id, literal(kind.value), of.key).join(
        Stage, Stage.programme_id == Enrolment.programme_id
    )
    if of is Module:
        query = query.join(Module, Module.stage_id == Stage.id)
    return query.where(Enrolment.id.in_(bindparam("enrolment_ids", expanding=True)))


# A module retired while somebody sat its quiz still takes the pass.
_GATES = union_all(_gates(GateKind.STAGE_TEST, Stage), _gates(GateKind.MODULE_QUIZ, Module))


def list_gates(enrolment_ids: Collection[int]) -> set[tuple[int, str, str]]:
    """Return the gates of the programmes that these enrolments are in: enrolment, kind, key."""
    rows = db.session.connection().execute(_GATES, {"enrolment_ids": list(enrolment_ids)})
    gates = {(enrolment_id, kind, key) for enrolment_id, kind, key in rows}
    ends = (GateKind.DEFENSE.value, GateKind.DECISION.value)
    return gates | {(enrolment_id, kind, "") for enrolment_id in enrolment_ids for kind in ends}


def find_gate_pass(enrolment_id: int, kind: str, key: str) -> GatePass | None:
    """Return the pass of one gate, if any."""
    return db.session.scalars(
        select(GatePass).where(
            GatePass.enrolment_id == enrolment_id, GatePass.kind == kind, GatePass.key == key
        )
    ).first()


def find_progress(
    enrolment_id: int, lesson_id: int, *, for_update: bool = False
) -> LessonProgress | None:
    """Return how far an enrolment has got in a lesson, if it was opened; ``for_update`` locks the row."""
    query = select(LessonProgress).where(
        LessonProgress.enrolment_id == enrolment_id, LessonProgress.lesson_id == lesson_id
    )
    return db.session.scalars(query.with_for_update() if for_update else query).first()
