"""Reading messages."""

from collections.abc import Sequence

from sqlalchemy import Select, func, or_, select

from lms.db import db
from lms.errors import NotFound
from lms.notifications.models import OutboxMessage
from lms.web.listing import like

EXPORT_LIMIT = 5000
STATES = ("pending", "sending", "held", "failed", "sent")


def list_for_person(person_id: int, limit: int = 50) -> Sequence[OutboxMessage]:
    """Return the person's newest messages first."""
    return db.session.scalars(select_for_person(person_id).limit(limit)).all()


def select_for_person(person_id: int, *, only_unread: bool = False) -> Select[OutboxMessage]:
    """Return the query of a person's messages, newest first."""
    query = (
        select(OutboxMessage)
        .where(OutboxMessage.person_id == person_id)
        .order_by(OutboxMessage.id.desc())
    )
    return query.where(OutboxMessage.read_at.is_(None)) if only_unread else query


def select_outbox(words: str = "", state: str = "", kind: str = "") -> Select[OutboxMessage]:
    """Return the query of all messages, newest first.

    Args:
        words: Found in the reader's name, the address, the kind or the link.
        state: One of ``STATES``.
        kind: Exactly this kind.
    """
    query = select(OutboxMessage).order_by(OutboxMessage.id.desc())
    if words:
        pattern = like(words)
        columns = (
            OutboxMessage.facts["person_name"].as_string(),
            OutboxMessage.address,
            OutboxMessage.kind,
            OutboxMessage.link,
        )
        query = query.where(or_(*(column.ilike(pattern, escape="\\") for column in columns)))
    if state in STATES:
        query = query.where(OutboxMessage.state == state)
    if kind:
        query = query.where(OutboxMessage.kind == kind)
    return query


def list_outbox(words: str = "", state: str = "", kind: str = "") -> Sequence[OutboxMessage]:
    """Return what ``select_outbox`` finds, at most ``EXPORT_LIMIT`` rows, for a sheet."""
    return db.session.scalars(select_outbox(words, state, kind).limit(EXPORT_LIMIT)).all()


def list_kinds() -> Sequence[str]:
    """Return the kinds of message there are, by name."""
    return db.session.scalars(
        select(OutboxMessage.kind).distinct().order_by(OutboxMessage.kind)
    ).all()


def count_by_state() -> dict[str, int]:
    """Return how many messages are in each state; states without any are absent."""
    rows = db.session.execute(
        select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state)
    ).all()
    return {row[0]: row[1] for row in rows}


def count_unread(person_id: int) -> int:
    """Return how many messages the person has not opened in the product."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(OutboxMessage)
            .where(OutboxMessage.person_id == person_id, OutboxMessage.read_at.is_(None))
        )
        or 0
    )


def get_message(message_id: int) -> OutboxMessage:
    """Return one message.

    Raises:
        NotFound: There is none.
    """
    message = db.session.get(OutboxMessage, message_id)
    if message is None:
        raise NotFound("message", id=message_id)
    return message


def get_message_of(person_id: int, message_id: int) -> OutboxMessage:
    """Return one message of this person.

    Raises:
        NotFound: There is none, or it is another person's.
    """
    message = get_message(message_id)
    if message.person_id != person_id:
        raise NotFound("message", id=message_id)
    return message
