"""Writing messages to the outbox."""

import datetime as dt
from typing import Protocol

from sqlalchemy import select

from lms.db import db
from lms.notifications.models import OutboxMessage


class Recipient(Protocol):
    """What the outbox needs to know of a person."""

    id: int
    email: str | None
    locale: str


def post(
    kind: str,
    *,
    to: Recipient,
    key: str,
    now: dt.datetime,
    link: str = "",
    **facts: object,
) -> None:
    """Put one message for ``to`` into the caller's transaction, once per ``key``.

    Args:
        kind: ``capability.name``; the words are in ``<capability>/messages/<name>.txt``.
        to: The reader.
        key: Identity of the message, such as ``due:<enrolment>:<module>:D-3``; a second post with the same key does nothing.
        now: The instant of writing.
        link: Path within the product that the message leads to.
        facts: Plain JSON values for the template.
    """
    if db.session.scalar(select(OutboxMessage.id).where(OutboxMessage.key == key)) is not None:
        return
    db.session.add(
        OutboxMessage(
            key=key,
            person_id=to.id,
            address=to.email or "",
            locale=to.locale,
            kind=kind,
            facts=facts,
            link=link,
            created_at=now,
            state="pending" if to.email else "held",
        )
    )
    db.session.flush()
