"""Importing shift rosters: keep what was read and what was told about it, replace days once it is confirmed."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import Table as SqlTable
from sqlalchemy import delete, func, select, update

from lms.audit.services import record
from lms.db import JsonList, db, insert_rows
from lms.errors import InvalidState
from lms.schedule.domain.hours import Hours, hours_text, parse_hours
from lms.schedule.domain.shift_check import Checked, Choice, PersonDays, check_table
from lms.schedule.domain.shift_legend import meaning_of
from lms.schedule.domain.shift_sheet import Book, Table
from lms.schedule.models import ShiftCode, ShiftDay, ShiftUpload
from lms.schedule.queries import known_for_shifts, list_codes
from lms.schedule.shift_store import (
    choice_from_json,
    day_as_json,
    read_hours,
    table_as_json,
    table_from_json,
)

KEPT_DAYS = 30
"""How long an upload is kept, as other uploads."""

KEPT_SHIFT_DAYS = 92
"""How long the days of a roster are kept; the privacy notice says three months."""

_IMPORT_LOCK = 0x5348


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import does: persons, and days of persons that are new, differ, or are the same already."""

    people: int
    added: int
    changed: int
    same: int


def keep_shifts(
    book: Book, *, data: bytes, filename: str, actor_id: int, now: dt.datetime
) -> ShiftUpload:
    """Keep what was read of a file between preview and confirmation. No shift is saved yet."""
    forget_old_uploads(now)
    upload = ShiftUpload(
        uploaded_by=actor_id,
        uploaded_at=now,
        filename=filename[:255],
        file_sha256=hashlib.sha256(data).hexdigest(),
        tables=[table_as_json(table) for table in book.tables],
        legend=dict(book.legend),
        choice={"sheet": None, "month": "", "hours": {}, "blank_is_rest": False},
        confirmed_at=None,
        result={},
    )
    db.session.add(upload)
    if len(book.tables) == 1:
        choose_sheet(upload, 0)
    db.session.flush()
    return upload


def choose_sheet(upload: ShiftUpload, sheet: int) -> None:
    """Choose a sheet of the workbook; its month and codes get what the workbook says or what was told last time.

    Raises:
        InvalidState: ``shifts_confirmed``.
    """
    table = table_from_json(upload.tables[sheet])
    codes = check_table(table, Choice(), known_for_shifts()).codes
    proposed = propose_hours(upload, [use.code for use in codes])
    set_choice(
        upload,
        sheet=sheet,
        month=table.month,
        hours={code: parse_hours(text) for code, (text, _) in proposed.items() if text},
        blank_is_rest=False,
    )


def set_choice(
    upload: ShiftUpload,
    *,
    sheet: int,
    month: str,
    hours: Mapping[str, Hours],
    blank_is_rest: bool,
) -> None:
    """Keep what was told about an upload: which sheet, its month, what its codes mean.

    Raises:
        InvalidState: ``shifts_confirmed``.
    """
    if upload.confirmed_at is not None:
        raise InvalidState("shifts_confirmed")
    told = {code: hours_text(one) for code, one in hours.items()}
    upload.choice = {"sheet": sheet, "month": month, "hours": told, "blank_is_rest": blank_is_rest}
    db.session.flush()


def chosen_table(upload: ShiftUpload) -> tuple[Table, Checked] | None:
    """Return the chosen sheet, checked against what the organisation holds now; None before one is chosen."""
    sheet = upload.choice["sheet"]
    if sheet is None:
        return None
    table = table_from_json(upload.tables[sheet])
    return table, check_table(table, choice_from_json(upload.choice), known_for_shifts())


def propose_hours(upload: ShiftUpload, codes: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return for each code what it may mean, and where that is from.

    Returns:
        Hours as text, and ``file``, ``memory``, ``word`` (it says so itself), or "" with no hours.
    """
    memory = list_codes()
    found: dict[str, tuple[str, str]] = {}
    for code in codes:
        for source, text in (
            ("file", meaning_of(code, upload.legend)),
            ("memory", memory.get(code, "")),
            ("word", code),
        ):
            hours = read_hours(text) if text else None
            if hours is not None:
                found[code] = (hours_text(hours), source)
                break
        else:
            found[code] = ("", "")
    return found


def compare_days(people: Sequence[PersonDays], zone: ZoneInfo) -> Outcome:
    """Say what an import of these days would do now."""
    return _outcome(_wanted(people, zone), *_stored(people))


def confirm_shifts(
    upload: ShiftUpload, *, zone: ZoneInfo, actor_id: int | None, now: dt.datetime
) -> Outcome | None:
    """Replace exactly the days in the sheet of exactly its persons; None when that was done before.

    Raises:
        InvalidState: ``shifts_not_ready``: something still stops the whole sheet.
    """
    _one_import_at_a_time()
    claimed = db.session.scalar(
        update(ShiftUpload)
        .where(ShiftUpload.id == upload.id, ShiftUpload.confirmed_at.is_(None))
        .values(confirmed_at=now)
        .returning(ShiftUpload.id)
        .execution_options(synchronize_session=False)
    )
    if claimed is None:
        return None
    db.session.refresh(upload)
    chosen = chosen_table(upload)
    if chosen is None or not chosen[1].is_ready:
        raise InvalidState("shifts_not_ready")
    checked = chosen[1]
    outcome = _replace(checked.people, zone, now)
    _remember(checked, now)
    upload.result = asdict(outcome)
    db.session.flush()
    days = [day.on for one in checked.people for day in one.days]
    record(
        "schedule.import_shifts",
        actor_id=actor_id,
        now=now,
        subject_kind="shift_upload",
        subject_id=upload.id,
        file_sha256=upload.file_sha256,
        first_day=min(days).isoformat(),
        last_day=max(days).isoformat(),
        left=len(checked.bad),
        **asdict(outcome),
    )
    return outcome


def _one_import_at_a_time() -> None:
    # Two imports that do not see each other could add the same day twice. SQLite has one writer anyway.
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(_IMPORT_LOCK)))


_Key = tuple[int, dt.date]


def _wanted(people: Sequence[PersonDays], zone: ZoneInfo) -> dict[_Key, JsonList]:
    return {(one.person_id, day.on): day_as_json(day, zone) for one in people for day in one.days}


def _stored(people: Sequence[PersonDays]) -> tuple[dict[_Key, JsonList], int]:
    ids = [one.person_id for one in people]
    days = [day.on for one in people for day in one.days]
    if not days:
        return {}, 0
    rows = db.session.execute(
        select(ShiftDay.person_id, ShiftDay.day, ShiftDay.shifts).where(
            ShiftDay.person_id.in_(ids), ShiftDay.day >= min(days), ShiftDay.day <= max(days)
        )
    ).all()
    return {(row[0], row[1]): row[2] for row in rows}, len(ids)


def _outcome(
    wanted: Mapping[_Key, JsonList], stored: Mapping[_Key, JsonList], people: int
) -> Outcome:
    added = sum(1 for key in wanted if key not in stored)
    same = sum(1 for key, shifts in wanted.items() if stored.get(key) == shifts)
    return Outcome(people, added, len(wanted) - added - same, same)


def _replace(people: Sequence[PersonDays], zone: ZoneInfo, now: dt.datetime) -> Outcome:
    wanted, (stored, count) = _wanted(people, zone), _stored(people)
    new = [
        {"person_id": key[0], "day": key[1], "shifts": shifts, "changed_at": now}
        for key, shifts in wanted.items()
        if stored.get(key) != shifts
    ]
    changed = [one for one in new if (one["person_id"], one["day"]) in stored]
    if changed:
        db.session.execute(update(ShiftDay), changed)
    table = ShiftDay.__table__
    if not isinstance(table, SqlTable):  # pragma: no cover - every class of ours has one
        raise TypeError("not a table")
    insert_rows(table, [one for one in new if (one["person_id"], one["day"]) not in stored])
    db.session.expire_all()
    return _outcome(wanted, stored, count)


def _remember(checked: Checked, now: dt.datetime) -> None:
    """Keep what the codes mean, for the next sheet."""
    for use in checked.codes:
        if use.hours is not None:
            text = hours_text(use.hours)
            db.session.merge(ShiftCode(code=use.code, hours=text, changed_at=now))


def forget_old_uploads(now: dt.datetime) -> int:
    """Delete uploads older than ``KEPT_DAYS``, confirmed or not; return how many."""
    before = now - dt.timedelta(days=KEPT_DAYS)
    gone = db.session.scalars(
        delete(ShiftUpload).where(ShiftUpload.uploaded_at < before).returning(ShiftUpload.id)
    ).all()
    return len(gone)


def forget_old_days(today: dt.date) -> int:
    """Delete the days of rosters older than ``KEPT_SHIFT_DAYS``; return how many."""
    before = today - dt.timedelta(days=KEPT_SHIFT_DAYS)
    gone = db.session.scalars(
        delete(ShiftDay).where(ShiftDay.day < before).returning(ShiftDay.person_id)
    ).all()
    return len(gone)
