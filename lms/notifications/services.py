"""Writing messages to the outbox, and marking them read."""

import datetime as dt
from collections.abc import Mapping
from typing import Protocol

from sqlalchemy import select, update

from lms.audit.services import record
from lms.db import JsonObject, db
from lms.errors import InvalidState
from lms.notifications.domain.facts import as_plain
from lms.notifications.models import OutboxMessage


class Recipient(Protocol):
    """What the outbox needs to know of a person."""

    id: int
    name: str
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
        facts: Values for the template: plain JSON, dates, instants and decimals. The template gets facts whose
            name ends in ``_at`` as instants and in ``_on`` as dates again.
    """
    if db.session.scalar(select(OutboxMessage.id).where(OutboxMessage.key == key)) is not None:
        return
    db.session.add(_message(kind, to, key, now, link, facts))
    db.session.flush()


def post_new(
    kind: str,
    *,
    to: Recipient,
    key: str,
    now: dt.datetime,
    link: str = "",
    **facts: object,
) -> None:
    """As ``post``, for a ``key`` that nobody can have used (it holds a random part): nothing is looked up.

    For writing thousands at once; the caller flushes.
    """
    db.session.add(_message(kind, to, key, now, link, facts))


def _message(
    kind: str, to: Recipient, key: str, now: dt.datetime, link: str, facts: Mapping[str, object]
) -> OutboxMessage:
    plain: JsonObject = {name: as_plain(value) for name, value in facts.items()}
    # The name by which the reader is addressed, and found in the outbox, is a fact like the others.
    plain["person_name"] = to.name
    return OutboxMessage(
        key=key,
        person_id=to.id,
        address=to.email or "",
        locale=to.locale,
        kind=kind,
        facts=plain,
        link=link,
        created_at=now,
        state="pending" if to.email else "held",
    )


def mark_read(message: OutboxMessage, *, now: dt.datetime) -> None:
    """Note that the reader opened the message in the product."""
    if message.read_at is None:
        message.read_at = now
        db.session.flush()


def mark_all_read(person_id: int, *, now: dt.datetime) -> None:
    """Note that the person has seen every message up to now."""
    db.session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.person_id == person_id, OutboxMessage.read_at.is_(None))
        .values(read_at=now)
    )


def mark_kind_read(person_id: int, kind: str, *, now: dt.datetime) -> None:
    """Note that messages of one kind have done their work, such as an invitation that was accepted."""
    db.session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.person_id == person_id,
            OutboxMessage.kind == kind,
            OutboxMessage.read_at.is_(None),
        )
        .values(read_at=now)
    )


def retry(message: OutboxMessage, *, actor_id: int, now: dt.datetime) -> None:
    """Let the worker try again to deliver a message that failed or was held.

    Raises:
        InvalidState: ``message_without_address``: there is nowhere to send it; or ``message_not_waiting``:
            it is sent, or on its way.
    """
    if not message.address:
        raise InvalidState("message_without_address")
    if message.state not in ("failed", "held"):
        raise InvalidState("message_not_waiting", state=message.state)
    message.state = "pending"
    message.tries = 0
    message.next_try_at = None
    db.session.flush()
    record(
        "notifications.retry",
        actor_id=actor_id,
        now=now,
        subject_kind="outbox_message",
        subject_id=message.id,
        kind=message.kind,
    )
