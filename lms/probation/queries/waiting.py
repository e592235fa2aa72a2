"""What of probation waits for somebody."""

import datetime as dt
from collections.abc import Sequence

from flask import url_for
from sqlalchemy import func, select

from lms.curriculum.models import Enrolment
from lms.curriculum.queries import find_active_enrolment
from lms.db import db
from lms.people.domain.roles import RoleName
from lms.people.models import Person
from lms.probation.domain.clock import last_moment
from lms.probation.queries.conditions import find_governing, unsigned_since
from lms.probation.queries.files import organisation_zone
from lms.probation.queries.listing import DueFile, FileFilter, Show, list_due, select_files
from lms.web.waiting import Waiting

NAMED = 10
"""So many persons are named one by one; the rest is one line that leads to the list."""


def list_waiting(person: Person, now: dt.datetime) -> list[Waiting]:
    """Return what of probation waits for ``person``: to sign, to enter dates, to decide."""
    waiting = _to_sign(person)
    if RoleName.HR in person.role_names:
        waiting += _to_decide(person, now) + _without_dates(person, now)
    return waiting


def _to_sign(person: Person) -> list[Waiting]:
    enrolment = find_active_enrolment(person.id)
    governing = find_governing(enrolment) if enrolment is not None else None
    if enrolment is None or governing is None or governing.to_sign is None:
        return []
    is_again = governing.signature is not None
    return [
        Waiting(
            kind="probation.sign",
            url=url_for("probation.conditions"),
            since=unsigned_since(enrolment, governing.to_sign),
            # The first day is the last day for the first signature only; a change comes when it comes.
            until=None if is_again else last_moment(enrolment.starts_on, organisation_zone()),
            facts={"version": governing.to_sign.version, "is_again": is_again},
        )
    ]


def _to_decide(person: Person, now: dt.datetime) -> list[Waiting]:
    due = list_due(now, not_of=person.id)
    overdue = [_waiting_expired(one) for one in due if one.clock.is_expired(now)]
    open_still = [_waiting_due(one, now) for one in due if not one.clock.is_expired(now)]
    return _named(overdue, Show.OVERDUE) + _named(open_still, Show.OPEN)


def _waiting_expired(file: DueFile) -> Waiting:
    return Waiting(
        kind="probation.expired",
        url=url_for("probation.show_file", enrolment_id=file.enrolment_id),
        since=file.clock.ends_at,
        # Confirming has no end, but it is late: the landing page shows what is past first.
        until=file.clock.ends_at,
        facts={"name": file.name, "ends_on": file.clock.ends_on},
    )


def _waiting_due(file: DueFile, now: dt.datetime) -> Waiting:
    clock = file.clock
    return Waiting(
        kind="probation.decide",
        url=url_for("probation.show_file", enrolment_id=file.enrolment_id),
        since=file.verdict_at if file.verdict_at is not None else clock.review_at,
        until=clock.ends_at,
        facts={
            "name": file.name,
            "has_verdict": file.verdict_at is not None,
            "urgency": clock.urgency(now).value,
            "days_left": clock.days_left(now),
            "ends_on": clock.ends_on,
            "plan_on": clock.plan_on,
        },
    )


def _named(waiting: Sequence[Waiting], show: Show) -> list[Waiting]:
    named = list(waiting[:NAMED])
    rest = waiting[NAMED:]
    if rest:
        named.append(
            Waiting(
                kind="probation.more",
                url=url_for("probation.list_files", show=show.value),
                since=min(one.since for one in rest),
                until=min((one.until for one in rest if one.until is not None), default=None),
                facts={"count": len(rest)},
            )
        )
    return named


def _without_dates(person: Person, now: dt.datetime) -> list[Waiting]:
    shown = select_files(FileFilter(show=Show.NO_DATES, not_of=person.id), now)
    ids = shown.with_only_columns(Enrolment.id).order_by(None)
    count, since = db.session.execute(
        select(func.count(), func.min(Enrolment.enrolled_at)).where(Enrolment.id.in_(ids))
    ).one()
    if not count:
        return []
    return [
        Waiting(
            kind="probation.dates",
            url=url_for("probation.list_files", show=Show.NO_DATES.value),
            since=since,
            facts={"count": count},
        )
    ]
