"""Reading messages."""

from collections.abc import Sequence

from sqlalchemy import func, select

from lms.db import db
from lms.errors import NotFound
from lms.notifications.models import OutboxMessage


def list_for_person(person_id: int, limit: int = 50) -> Sequence[OutboxMessage]:
    """Return the person's newest messages first."""
    return db.session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.person_id == person_id)
        .order_by(OutboxMessage.id.desc())
        .limit(limit)
    ).all()


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
