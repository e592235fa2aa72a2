"""Writing the ledger: lines are only ever added, one result or many corrections at once."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from lms.audit import services as audit
from lms.db import db, insert_once
from lms.errors import InvalidInput, InvalidState
from lms.gradebook import queries
from lms.gradebook.models import GRADE_ENTRY, GradeEntry

KINDS = ("quiz", "defense")


def record_result(
    *,
    enrolment_id: int,
    kind: str,
    key: str,
    source: str,
    points: Decimal,
    max_points: Decimal,
    cut_percent: Decimal,
    passed: bool,
    now: dt.datetime,
    actor_id: int | None = None,
    supersedes_id: int | None = None,
    **facts: object,
) -> int:
    """Enter one result, once per ``source``: entering the same again changes nothing.

    Args:
        enrolment_id: Whose result it is.
        kind: ``quiz`` or ``defense``.
        key: Key of the quiz; "" for the defense.
        source: The row it comes from, such as ``attempt:17``.
        points: Points earned, 0 to ``max_points``, exact to 0.01.
        max_points: Points available, greater than 0.
        cut_percent: Cut score that applied, 0 to 100.
        passed: The decision.
        now: The instant of entering.
        actor_id: Who enters it; None for the worker and for a candidate's own submission.
        supersedes_id: The line that this one corrects, of the same enrolment, kind and key.
        facts: Plain JSON values kept beside the result.

    Returns:
        The id of the line.

    Raises:
        InvalidInput: A number outside its range, or an unknown kind.
        InvalidState: ``source`` is entered with another result (``result_differs``); a correction is a new
            source that supersedes. Or the line to supersede is another's or already superseded.
    """
    _check(kind, points, max_points, cut_percent)
    line: dict[str, object] = {
        "enrolment_id": enrolment_id,
        "kind": kind,
        "key": key,
        "source": source,
        "points": points,
        "max_points": max_points,
        "cut_percent": cut_percent,
        "passed": passed,
        "recorded_at": now,
        "recorded_by": actor_id,
        "supersedes_id": supersedes_id,
        "facts": facts,
    }
    if supersedes_id is not None:
        known = queries.find_entry(source)
        if known is not None:
            return _same(known, line)
        _check_superseded(supersedes_id, line)
    entry_id = insert_once(GRADE_ENTRY, line)
    if entry_id is None:
        known = queries.find_entry(source)
        if known is None:
            raise RuntimeError("the ledger refused a line that it does not have")
        return _same(known, line)
    _record(entry_id, line)
    return entry_id


_RECORDED = (
    "enrolment_id", "kind", "key", "source", "points", "max_points", "passed", "recorded_at", "recorded_by",
    "supersedes_id",
)  # fmt: skip


def _record(entry_id: int, line: Mapping[str, Any]) -> None:
    audit.record(
        "gradebook.record_result",
        actor_id=line["recorded_by"],
        now=line["recorded_at"],
        subject_kind="grade_entry",
        subject_id=entry_id,
        enrolment_id=line["enrolment_id"],
        kind=line["kind"],
        key=line["key"],
        source=line["source"],
        points=str(line["points"]),
        max_points=str(line["max_points"]),
        passed=line["passed"],
        supersedes_id=line["supersedes_id"],
    )


def _check(kind: str, points: Decimal, max_points: Decimal, cut_percent: Decimal) -> None:
    if kind not in KINDS:
        raise InvalidInput("result_kind_unknown", kind=kind)
    if max_points <= 0:
        raise InvalidInput("result_out_of_range", field="max_points", value=str(max_points))
    if not 0 <= points <= max_points:
        raise InvalidInput("result_out_of_range", field="points", value=str(points))
    if not 0 <= cut_percent <= 100:
        raise InvalidInput("result_out_of_range", field="cut_percent", value=str(cut_percent))


def _same(known: GradeEntry, line: Mapping[str, object]) -> int:
    for name in ("enrolment_id", "kind", "key", "points", "max_points", "cut_percent", "passed"):
        if getattr(known, name) != line[name]:
            raise InvalidState("result_differs", source=known.source, field=name)
    return known.id


def _check_superseded(supersedes_id: int, line: Mapping[str, object]) -> None:
    corrected = db.session.get(GradeEntry, supersedes_id)
    if corrected is None or any(
        getattr(corrected, name) != line[name] for name in ("enrolment_id", "kind", "key")
    ):
        raise InvalidState("result_of_another", source=line["source"], id=supersedes_id)
    # Two corrections of one line would both count; the second must correct the first correction.
    taken = select(GradeEntry.id).where(GradeEntry.supersedes_id == supersedes_id)
    if db.session.scalar(taken) is not None:
        raise InvalidState("result_already_superseded", id=supersedes_id)


@dataclass(frozen=True, slots=True)
class Corrected:
    """A result that was marked anew.

    Attributes:
        enrolment_id: Whose result it is.
        first_source: The row that it came from at first, such as ``attempt:17``.
        source: The new line's own, which begins with that, such as ``attempt:17:rekey:3``.
        points: Points earned now, 0 to ``max_points``.
        max_points: Points available now, greater than 0.
        passed: The decision now.
        facts: What of the facts beside the line is different now.
    """

    enrolment_id: int
    first_source: str
    source: str
    points: Decimal
    max_points: Decimal
    passed: bool
    facts: Mapping[str, object] = field(default_factory=dict)


def correct_results(
    corrected: Sequence[Corrected], *, now: dt.datetime, actor_id: int | None
) -> None:
    """Enter many corrected results: one new line each, which supersedes the present one of the same row.

    Kind, key and cut score stay; the lines corrected stay in the ledger. The same source twice breaks the
    transaction: whoever corrects makes sure that it is done once.

    Args:
        corrected: The results, each of another row.
        now: The instant of entering.
        actor_id: Who corrects.

    Raises:
        InvalidInput: A number outside its range.
        InvalidState: ``result_missing``: nothing was entered for this row.
    """
    present = queries.list_present_by_source([one.enrolment_id for one in corrected])
    entries = []
    for one in corrected:
        line = present.get(one.first_source)
        if line is None:
            raise InvalidState("result_missing", source=one.first_source)
        _check(line.kind, one.points, one.max_points, line.cut_percent)
        entry = GradeEntry(
            enrolment_id=one.enrolment_id,
            kind=line.kind,
            key=line.key,
            source=one.source,
            points=one.points,
            max_points=one.max_points,
            cut_percent=line.cut_percent,
            passed=one.passed,
            recorded_at=now,
            recorded_by=actor_id,
            supersedes_id=line.id,
            facts={**line.facts, **one.facts},
        )
        entries.append(entry)
    db.session.add_all(entries)
    db.session.flush()
    for entry in entries:
        _record(entry.id, {name: getattr(entry, name) for name in _RECORDED})
    db.session.flush()
