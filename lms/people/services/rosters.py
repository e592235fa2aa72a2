"""Importing rosters: keep what was read, import the good rows once it is confirmed."""

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import delete, insert, update
from sqlalchemy.exc import IntegrityError

from lms.audit.services import record
from lms.db import JsonObject, db
from lms.errors import InvalidState
from lms.people.domain.contacts import propose_username
from lms.people.domain.roles import SupervisionKind
from lms.people.domain.roster import Line, Roster
from lms.people.domain.roster_check import CheckedRow, Entry, Known, check_lines
from lms.people.models import (
    Cohort,
    CohortMember,
    Person,
    RosterUpload,
    Supervision,
    person_role,
)
from lms.people.queries import known_people, list_persons
from lms.people.services.invitations import invite_many
from lms.people.services.persons import ensure_roles

KEPT_DAYS = 30
"""How long an upload is kept: it holds personal data that the persons themselves hold already or never will."""


def keep_roster(
    roster: Roster,
    *,
    data: bytes,
    filename: str,
    cohort_id: int | None,
    actor_id: int,
    now: dt.datetime,
) -> RosterUpload:
    """Keep what was read of a file between preview and confirmation. Nobody is created yet."""
    forget_old_uploads(now)
    upload = RosterUpload(
        uploaded_by=actor_id,
        uploaded_at=now,
        filename=filename[:255],
        file_sha256=hashlib.sha256(data).hexdigest(),
        cohort_id=cohort_id,
        rows=roster_as_json(roster),
    )
    db.session.add(upload)
    db.session.flush()
    return upload


def roster_as_json(roster: Roster) -> list[JsonObject]:
    """Return everything of the sheet as it is stored: a list of objects with a ``kind``."""
    rows: list[JsonObject] = [
        {"kind": "person", "number": line.number, "values": dict(line.values)}
        for line in roster.lines
    ]
    rows += [{"kind": "blank", "number": number} for number in roster.blank]
    rows += [{"kind": "example", "number": number} for number in roster.examples]
    rows += [{"kind": "ignored", "heading": heading} for heading in roster.ignored]
    return rows


def lines_from_json(rows: Iterable[JsonObject]) -> list[Line]:
    """Return the lines with persons that were not imported."""
    return [
        Line(row["number"], row["values"])
        for row in rows
        if row["kind"] == "person" and "person_id" not in row
    ]


def check_roster(upload: RosterUpload, today: dt.date) -> tuple[CheckedRow, ...]:
    """Check the rows that are not imported against what the organisation holds now."""
    return check_lines(lines_from_json(upload.rows), known_people(), today)


def confirm_roster(
    upload: RosterUpload,
    *,
    cohort: Cohort | None,
    with_invitations: bool,
    today: dt.date,
    actor_id: int | None,
    now: dt.datetime,
) -> int:
    """Import the good rows in the caller's transaction; return how many. A second call imports nothing.

    Raises:
        InvalidState: ``roster_changed``: somebody else took a phone number or the like at the same moment.
    """
    claimed = db.session.scalar(
        update(RosterUpload)
        .where(RosterUpload.id == upload.id, RosterUpload.confirmed_at.is_(None))
        .values(confirmed_at=now)
        .returning(RosterUpload.id)
        .execution_options(synchronize_session=False)
    )
    if claimed is None:
        return 0
    db.session.refresh(upload)
    _, persons = import_lines(
        lines_from_json(upload.rows),
        cohort=cohort,
        with_invitations=with_invitations,
        today=today,
        actor_id=actor_id,
        now=now,
    )
    upload.rows = [
        {**row, "person_id": persons[row["number"]].id}
        if row["kind"] == "person" and row["number"] in persons
        else row
        for row in upload.rows
    ]
    db.session.flush()
    record(
        "people.import_roster",
        actor_id=actor_id,
        now=now,
        subject_kind="roster_upload",
        subject_id=upload.id,
        file_sha256=upload.file_sha256,
        imported=len(persons),
        left=len(lines_from_json(upload.rows)),
        invited=with_invitations,
    )
    return len(persons)


def import_lines(
    lines: Iterable[Line],
    *,
    cohort: Cohort | None,
    with_invitations: bool,
    today: dt.date,
    actor_id: int | None,
    now: dt.datetime,
) -> tuple[tuple[CheckedRow, ...], dict[int, Person]]:
    """Check lines against what the organisation holds now, and create a person for each good one.

    Returns:
        All rows as checked, and the new persons by line number.

    Raises:
        InvalidState: ``roster_changed``: somebody else took a phone number or the like at the same moment.
    """
    known = known_people()
    checked = check_lines(lines, known, today)
    good = [row for row in checked if row.is_good]
    try:
        persons = import_entries(
            [row.entry for row in good],
            cohort=cohort,
            known=known,
            today=today,
            actor_id=actor_id,
            now=now,
        )
    except IntegrityError as error:
        raise InvalidState("roster_changed") from error
    if with_invitations:
        invite_many(persons, actor_id=actor_id, now=now)
    return checked, {row.line.number: one for row, one in zip(good, persons, strict=True)}


def import_entries(
    entries: Sequence[Entry],
    *,
    cohort: Cohort | None,
    known: Known,
    today: dt.date,
    actor_id: int | None,
    now: dt.datetime,
) -> list[Person]:
    """Create a person per checked entry, with cohort and supervisors, in as few statements as possible.

    Args:
        entries: Good ones of ``check_lines`` against ``known``.
        cohort: Where they all go, or None.
        known: What they were checked against; user names are proposed around it.
        today: First day of a supervision when the hire date is not known.
        actor_id: Who imports.
        now: The instant.

    Raises:
        IntegrityError: Somebody took one of the values since ``known`` was read.
    """
    usernames = {value for field, value in known.taken if field == "username"}
    usernames |= {entry.username for entry in entries}
    values: list[dict[str, object]] = []
    for entry in entries:
        username = entry.username or propose_username(
            employee_no=entry.employee_no, phone=entry.phone, email=entry.email, taken=usernames
        )
        usernames.add(username)
        values.append(_values(entry, username, now))
    ids = _insert_persons(values)
    _insert_roles_of(entries, ids)
    _insert_ties(entries, ids, cohort, today, now)
    for entry, person_id in zip(entries, ids, strict=True):
        record(
            "people.create",
            actor_id=actor_id,
            now=now,
            subject_kind="person",
            subject_id=person_id,
            roles=[role.value for role in entry.roles],
            by="roster",
            cohort=cohort.name if cohort else "",
        )
    db.session.flush()
    by_id = {person.id: person for person in list_persons(ids)}
    return [by_id[person_id] for person_id in ids]


def _values(entry: Entry, username: str, now: dt.datetime) -> dict[str, object]:
    return {
        "name": entry.name,
        "name_latin": entry.name_latin,
        "username": username,
        "email": entry.email or None,
        "phone": entry.phone or None,
        "employee_no": entry.employee_no or None,
        "post": entry.post,
        "hired_on": entry.hired_on,
        "locale": "zh_Hans",
        "active": True,
        "fs_uniquifier": uuid.uuid4().hex,
        "created_at": now,
    }


def _insert_persons(values: Sequence[Mapping[str, object]]) -> list[int]:
    """Insert persons, many a statement, and return their ids in the same order.

    Objects would be inserted one by one on SQLite, and 5,000 of them would keep everybody else waiting.
    """
    if not values:
        return []
    made = db.session.execute(insert(Person).returning(Person.username, Person.id), values).all()
    ids = {row[0]: row[1] for row in made}
    return [ids[str(one["username"])] for one in values]


def _insert_roles_of(entries: Sequence[Entry], ids: Sequence[int]) -> None:
    rows = ensure_roles()
    pairs = [
        {"person_id": person_id, "role_id": rows[role].id}
        for entry, person_id in zip(entries, ids, strict=True)
        for role in entry.roles
    ]
    if pairs:
        db.session.execute(insert(person_role), pairs)


def _insert_ties(
    entries: Sequence[Entry],
    ids: Sequence[int],
    cohort: Cohort | None,
    today: dt.date,
    now: dt.datetime,
) -> None:
    """Insert who leads and mentors the new persons, and their membership of the cohort."""
    supervisions = [
        {
            "person_id": person_id,
            "supervisor_id": supervisor_id,
            "kind": kind.value,
            "since_on": entry.hired_on or today,
        }
        for entry, person_id in zip(entries, ids, strict=True)
        for kind, supervisor_id in (
            (SupervisionKind.LEAD, entry.lead_id),
            (SupervisionKind.MENTOR, entry.mentor_id),
        )
        if supervisor_id is not None
    ]
    if supervisions:
        db.session.execute(insert(Supervision), supervisions)
    if cohort is not None and ids:
        members = [{"cohort_id": cohort.id, "person_id": one, "joined_at": now} for one in ids]
        db.session.execute(insert(CohortMember), members)


def forget_old_uploads(now: dt.datetime) -> int:
    """Delete uploads older than ``KEPT_DAYS``, confirmed or not; return how many."""
    before = now - dt.timedelta(days=KEPT_DAYS)
    gone = db.session.scalars(
        delete(RosterUpload).where(RosterUpload.uploaded_at < before).returning(RosterUpload.id)
    ).all()
    return len(gone)
