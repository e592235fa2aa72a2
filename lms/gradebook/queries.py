"""Reading the ledger."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select

from lms.db import db
from lms.gradebook.domain.standing import Entry, Standing, fold
from lms.gradebook.models import GradeEntry
from lms.units import Percent, Points

_AT_ONCE = 1000
"""Enrolments asked for in one statement."""


def list_entries(enrolment_id: int) -> Sequence[GradeEntry]:
    """Return every line of an enrolment, superseded ones too, in the order written."""
    return db.session.scalars(
        select(GradeEntry)
        .where(GradeEntry.enrolment_id == enrolment_id)
        .order_by(GradeEntry.recorded_at, GradeEntry.id)
    ).all()


def find_entry(source: str) -> GradeEntry | None:
    """Return the line of the result ``source`` (such as ``attempt:17``) if it was entered."""
    return db.session.scalar(select(GradeEntry).where(GradeEntry.source == source))


def list_standings(enrolment_id: int) -> list[Standing]:
    """Return what the results of one enrolment add up to, one standing per kind and key."""
    return fold(_as_line(entry) for entry in list_entries(enrolment_id))


def find_standing(enrolment_id: int, kind: str, key: str) -> Standing | None:
    """Return the standing in one quiz or in the defense; None before the first result."""
    for standing in list_standings(enrolment_id):
        if (standing.kind, standing.key) == (kind, key):
            return standing
    return None


def list_standings_of(enrolment_ids: Iterable[int]) -> dict[int, list[Standing]]:
    """Return the standings of many enrolments with one query; an enrolment without results has none."""
    ids = sorted(set(enrolment_ids))
    lines: dict[int, list[Entry]] = defaultdict(list)
    for entry in db.session.scalars(select(GradeEntry).where(GradeEntry.enrolment_id.in_(ids))):
        lines[entry.enrolment_id].append(_as_line(entry))
    return {enrolment_id: fold(lines[enrolment_id]) for enrolment_id in ids}


def list_present_by_source(enrolment_ids: Iterable[int]) -> dict[str, GradeEntry]:
    """Return the present lines of enrolments by the row each came from at first, such as ``attempt:17``.

    A chain of corrections is represented by its last line.
    """
    ids = sorted(set(enrolment_ids))
    entries: list[GradeEntry] = []
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        entries += db.session.scalars(select(GradeEntry).where(GradeEntry.enrolment_id.in_(some)))
    by_id = {entry.id: entry for entry in entries}
    superseded = {entry.supersedes_id for entry in entries}
    return {_first(entry, by_id).source: entry for entry in entries if entry.id not in superseded}


def _first(entry: GradeEntry, by_id: Mapping[int, GradeEntry]) -> GradeEntry:
    while entry.supersedes_id is not None:
        entry = by_id[entry.supersedes_id]
    return entry


def _as_line(entry: GradeEntry) -> Entry:
    return Entry(
        id=entry.id,
        kind=entry.kind,
        key=entry.key,
        points=Points(entry.points),
        max_points=Points(entry.max_points),
        cut_percent=Percent(entry.cut_percent),
        passed=entry.passed,
        recorded_at=entry.recorded_at,
        supersedes_id=entry.supersedes_id,
    )
