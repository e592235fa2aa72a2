"""Saying who leads and mentors whom."""

import datetime as dt

from lms.audit.services import record
from lms.db import db
from lms.errors import InvalidInput, InvalidState
from lms.people.domain.roles import SupervisionKind
from lms.people.models import Person, Supervision
from lms.people.queries import find_current_supervision

_DAY = dt.timedelta(days=1)


def set_supervisor(
    person: Person,
    supervisor: Person,
    *,
    kind: str,
    since_on: dt.date,
    actor_id: int | None,
    now: dt.datetime,
) -> Supervision:
    """Let ``supervisor`` lead or mentor ``person`` from ``since_on``; the one before ends the day before.

    Naming somebody else for the same first day corrects the entry.

    Raises:
        InvalidInput: ``supervisor_self``; or ``kind`` is neither lead nor mentor.
        InvalidState: ``supervision_order``: the present one begins later; facts give its first day.
    """
    if kind not in set(SupervisionKind):
        raise InvalidInput("bad_kind", field="kind", value=kind)
    if person.id == supervisor.id:
        raise InvalidInput("supervisor_self", field="supervisor")
    current = find_current_supervision(person.id, kind)
    if current is not None and current.supervisor_id == supervisor.id:
        return current
    if current is not None and current.since_on > since_on:
        raise InvalidState("supervision_order", since_on=current.since_on)
    if current is not None and current.since_on == since_on:
        current.supervisor_id = supervisor.id
        supervision = current
    else:
        if current is not None:
            current.until_on = since_on - _DAY
        supervision = Supervision(
            person_id=person.id, supervisor_id=supervisor.id, kind=kind, since_on=since_on
        )
        db.session.add(supervision)
    db.session.flush()
    db.session.refresh(supervision, ["supervisor"])
    record(
        "people.set_supervisor",
        actor_id=actor_id,
        now=now,
        subject_kind="person",
        subject_id=person.id,
        kind=kind,
        supervisor_id=supervisor.id,
        supervisor=supervisor.name,
        since_on=since_on.isoformat(),
    )
    return supervision


def end_supervision(
    supervision: Supervision, *, until_on: dt.date, actor_id: int, now: dt.datetime
) -> None:
    """End a supervision with ``until_on`` as its last day.

    Raises:
        InvalidState: ``supervision_order``: it begins later than that.
    """
    if until_on < supervision.since_on:
        raise InvalidState("supervision_order", since_on=supervision.since_on)
    supervision.until_on = until_on
    db.session.flush()
    record(
        "people.end_supervision",
        actor_id=actor_id,
        now=now,
        subject_kind="person",
        subject_id=supervision.person_id,
        kind=supervision.kind,
        supervisor=supervision.supervisor.name,
        until_on=until_on.isoformat(),
    )
