"""Writing audit events."""

import datetime as dt

from lms.audit.models import AuditEvent
from lms.db import db


def record(
    action: str,
    *,
    actor_id: int | None,
    now: dt.datetime,
    subject_kind: str,
    subject_id: object,
    **facts: object,
) -> None:
    """Add one event to the caller's transaction.

    Args:
        action: ``capability.verb``, such as ``people.invite``.
        actor_id: The person who acts; None for the worker and the command line.
        now: The instant of the deed.
        subject_kind: Table name of the row acted on.
        subject_id: Its key.
        facts: Plain JSON values that explain the deed; no secrets, no whole texts (their hashes).
    """
    db.session.add(
        AuditEvent(
            at=now,
            actor_id=actor_id,
            action=action,
            subject_kind=subject_kind,
            subject_id=str(subject_id),
            facts=facts,
        )
    )
