"""Noting what was read and recalled, and which gates were passed."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy.exc import IntegrityError

from lms.audit.services import record
from lms.curriculum.domain.reading import Mark, move_mark
from lms.curriculum.models import GATE_PASS, Enrolment, GatePass, Lesson, LessonProgress
from lms.curriculum.queries import (
    find_progress,
    get_enrolment,
    get_lesson,
    list_gates,
)
from lms.db import db, insert_once
from lms.errors import InvalidInput, InvalidState


def note_reading(
    enrolment: Enrolment, lesson: Lesson, *, block: int, now: dt.datetime
) -> LessonProgress:
    """Note that the reader has seen block ``block`` (from 1) of the lesson's present version.

    Raises:
        InvalidState: ``enrolment_ended``.
        InvalidInput: ``no_such_block``.
    """
    if enrolment.state != "active":
        raise InvalidState("enrolment_ended")
    total = len(lesson.blocks)
    if not 1 <= block <= total:
        raise InvalidInput("no_such_block", field="block", block=block, blocks=total)
    progress = _progress(enrolment.id, lesson, now)
    mark = Mark(progress.last_block, progress.furthest_block, progress.blocks_total)
    moved = move_mark(mark, block=block, blocks_total=total)
    progress.last_block = moved.last_block
    progress.furthest_block = moved.furthest_block
    progress.blocks_total = moved.blocks_total
    progress.seen_at = now
    if moved.is_read:
        progress.read_at = progress.read_at or now
        progress.lesson_version = lesson.version
    _complete(progress, now)
    db.session.flush()
    return progress


def note_recalled(enrolment_id: int, lesson_key: str, *, now: dt.datetime) -> LessonProgress:
    """Note that every recall item of the lesson has been answered. Doing it twice changes nothing.

    Raises:
        NotFound: No such enrolment or lesson.
    """
    enrolment = get_enrolment(enrolment_id)
    progress = _progress(enrolment.id, get_lesson(lesson_key), now)
    progress.recalled_at = progress.recalled_at or now
    _complete(progress, now)
    db.session.flush()
    return progress


def _complete(progress: LessonProgress, now: dt.datetime) -> None:
    if progress.read_at is not None and progress.recalled_at is not None:
        progress.completed_at = progress.completed_at or now


def _progress(enrolment_id: int, lesson: Lesson, now: dt.datetime) -> LessonProgress:
    # Locked: of two messages that arrive at once, the later one must see what the earlier one wrote.
    found = find_progress(enrolment_id, lesson.id, for_update=True)
    if found is not None:
        return found
    fresh = LessonProgress(
        enrolment_id=enrolment_id,
        lesson_id=lesson.id,
        lesson_version=lesson.version,
        last_block=0,
        furthest_block=0,
        blocks_total=len(lesson.blocks),
        opened_at=now,
        seen_at=now,
        read_at=None,
        recalled_at=None,
        completed_at=None,
    )
    try:
        with db.session.begin_nested():
            db.session.add(fresh)
    except IntegrityError:
        # Two requests of one reader met here; the other one's row is as good.
        found = find_progress(enrolment_id, lesson.id)
        if found is None:
            raise
        return found
    return fresh


def pass_gate(
    enrolment_id: int,
    *,
    kind: str,
    key: str,
    percent: Decimal | None,
    evidence: Mapping[str, object],
    now: dt.datetime,
    actor_id: int | None = None,
) -> None:
    """Write down that a gate is passed; a gate passed before keeps its first pass.

    Args:
        enrolment_id: Whose gate.
        kind: A ``GateKind``.
        key: Key of the module or stage; "" for defense and decision.
        percent: The result, where there is one.
        evidence: What the pass rests on: ``{"table", "id"}``, or a recorded exception with actor and reason.
        now: The instant of passing.
        actor_id: The person who decided, where one did.

    Raises:
        InvalidInput: ``no_such_gate``: ``kind`` is unknown, or the programme has no such module or stage.
    """
    _check_gates([(enrolment_id, kind, key)])
    gate = _row(enrolment_id, kind, key, percent, evidence, now)
    gate_id = insert_once(GATE_PASS, gate)
    if gate_id is not None:
        _record_pass(gate_id, gate, actor_id=actor_id)


@dataclass(frozen=True, slots=True)
class Passing:
    """A gate that was passed, for ``pass_gates``; the fields are those of ``pass_gate``."""

    enrolment_id: int
    kind: str
    key: str
    percent: Decimal | None
    evidence: Mapping[str, object]


def pass_gates(passings: Sequence[Passing], *, now: dt.datetime, actor_id: int | None) -> None:
    """Write down many gates in a fixed number of statements; those passed before keep their first pass.

    Args:
        passings: The gates, each once.
        now: The instant of passing.
        actor_id: The person who decided, where one did.

    Raises:
        InvalidInput: ``no_such_gate``.
    """
    _check_gates([(one.enrolment_id, one.kind, one.key) for one in passings])
    rows = [
        _row(one.enrolment_id, one.kind, one.key, one.percent, one.evidence, now)
        for one in passings
    ]
    gates = [GatePass(**row) for row in rows]
    try:
        with db.session.begin_nested():
            db.session.add_all(gates)
    except IntegrityError:
        # Some are passed already, or somebody passed one meanwhile: one by one, then.
        for one in passings:
            pass_gate(
                one.enrolment_id,
                kind=one.kind,
                key=one.key,
                percent=one.percent,
                evidence=one.evidence,
                now=now,
                actor_id=actor_id,
            )
        return
    for gate, row in zip(gates, rows, strict=True):
        _record_pass(gate.id, row, actor_id=actor_id)


def _row(
    enrolment_id: int,
    kind: str,
    key: str,
    percent: Decimal | None,
    evidence: Mapping[str, object],
    now: dt.datetime,
) -> dict[str, Any]:
    return {
        "enrolment_id": enrolment_id,
        "kind": kind,
        "key": key,
        "passed_at": now,
        "percent": percent,
        "evidence": dict(evidence),
    }


def _record_pass(gate_id: int, gate: Mapping[str, Any], *, actor_id: int | None) -> None:
    record(
        "curriculum.pass_gate",
        actor_id=actor_id,
        now=gate["passed_at"],
        subject_kind="gate_pass",
        subject_id=gate_id,
        enrolment_id=gate["enrolment_id"],
        kind=gate["kind"],
        key=gate["key"],
        percent=None if gate["percent"] is None else str(gate["percent"]),
        evidence=gate["evidence"],
    )


def _check_gates(wanted: Sequence[tuple[int, str, str]]) -> None:
    known = list_gates({enrolment_id for enrolment_id, _, _ in wanted}) if wanted else set()
    for gate in wanted:
        if gate not in known:
            raise InvalidInput("no_such_gate", kind=gate[1], key=gate[2])
