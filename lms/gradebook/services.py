"""Writing the ledger: lines are only ever added, one result or many corrections at once."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from lms.audit import services as audit
from lms.db import db
from lms.errors import InvalidInput, InvalidState
from lms.gradebook import queries
from lms.gradebook.models import GradeEntry

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
) -> GradeEntry:
    """Enter one result, once per ``source``: entering the same again returns the line that is there.

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

    Raises:
        InvalidInput: A number outside its range, or an unknown kind.
        InvalidState: ``source`` is entered with another result (``result_differs``); a correction is a new
            source that supersedes. Or the line to supersede is another's or already superseded.
    """
    _check(kind, points, max_points, cut_percent)
    entry = GradeEntry(
        enrolment_id=enrolment_id,
        kind=kind,
        key=key,
        source=source,
        points=points,
        max_points=max_points,
        cut_percent=cut_percent,
        passed=passed,
        recorded_at=now,
        recorded_by=actor_id,
        supersedes_id=supersedes_id,
        facts=facts,
    )
    known = queries.find_entry(source)
    if known is not None:
        return _same(known, entry)
    _check_superseded(entry)
    try:
        with db.session.begin_nested():
            db.session.add(entry)
    except IntegrityError:
        # Another process entered it between our look and our insert.
        known = queries.find_entry(source)
        if known is None:
            raise
        return _same(known, entry)
    _record(entry, actor_id=actor_id, now=now)
    return entry


def _record(entry: GradeEntry, *, actor_id: int | None, now: dt.datetime) -> None:
    audit.record(
        "gradebook.record_result",
        actor_id=actor_id,
        now=now,
        subject_kind="grade_entry",
        subject_id=entry.id,
        enrolment_id=entry.enrolment_id,
        kind=entry.kind,
        key=entry.key,
        source=entry.source,
        points=str(entry.points),
        max_points=str(entry.max_points),
        passed=entry.passed,
        supersedes_id=entry.supersedes_id,
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


def _same(known: GradeEntry, entry: GradeEntry) -> GradeEntry:
    for name in ("enrolment_id", "kind", "key", "points", "max_points", "cut_percent", "passed"):
        if getattr(known, name) != getattr(entry, name):
            raise InvalidState("result_differs", source=known.source, field=name)
    return known


def _check_superseded(entry: GradeEntry) -> None:
    if entry.supersedes_id is None:
        return
    corrected = db.session.get(GradeEntry, entry.supersedes_id)
    if corrected is None or (corrected.enrolment_id, corrected.kind, corrected.key) != (
        entry.enrolment_id,
        entry.kind,
        entry.key,
    ):
        raise InvalidState("result_of_another", source=entry.source, id=entry.supersedes_id)
    # Two corrections of one line would both count; the second must correct the first correction.
    taken = select(GradeEntry.id).where(GradeEntry.supersedes_id == entry.supersedes_id)
    if db.session.scalar(taken) is not None:
        raise InvalidState("result_already_superseded", id=entry.supersedes_id)


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
        _record(entry, actor_id=actor_id, now=now)
    db.session.flush()
