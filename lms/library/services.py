"""Publishing and retiring cards."""

import datetime as dt

from sqlalchemy import func, select

from lms.audit.services import record
from lms.db import db
from lms.errors import InvalidState
from lms.library.domain.cards import Card, next_version
from lms.library.models import RuleCard
from lms.library.queries import find_current_card


def publish_card(
    card: Card,
    *,
    version: int,
    origin: str,
    now: dt.datetime,
    actor_id: int | None = None,
) -> RuleCard:
    """Make ``card`` the version that applies; the one before it is kept and marked as superseded.

    Publishing the same text again changes nothing. A new text gets a new version even where the author forgot
    to count up.

    Args:
        card: The text.
        version: What the author calls it; the number given is at least this.
        origin: ``files`` or ``app``.
        now: The instant of publishing.
        actor_id: Who publishes; None for files.

    Raises:
        InvalidState: ``card_of_other_origin``.
    """
    current = find_current_card(card.key)
    sha256 = card.sha256()
    if current is not None:
        if current.origin != origin:
            raise InvalidState("card_of_other_origin", key=card.key, origin=current.origin)
        if current.sha256 == sha256:
            return current
        current.superseded_at = now
    latest = db.session.scalar(select(func.max(RuleCard.version)).where(RuleCard.key == card.key))
    row = RuleCard(
        key=card.key,
        version=next_version(version, latest),
        kind=card.kind,
        title=card.title,
        title_en=card.title_en,
        confidence=card.confidence,
        checked_on=card.checked_on,
        effective_from=card.effective_from,
        body=card.body(),
        sha256=sha256,
        origin=origin,
        published_at=now,
        superseded_at=None,
    )
    db.session.add(row)
    db.session.flush()
    record(
        "library.publish_card",
        actor_id=actor_id,
        now=now,
        subject_kind="rule_card",
        subject_id=row.id,
        key=card.key,
        version=row.version,
        sha256=sha256,
    )
    return row


def retire_card(row: RuleCard, *, now: dt.datetime, actor_id: int | None = None) -> None:
    """Take a card out of use; it stays readable with its history."""
    if row.superseded_at is not None:
        return
    row.superseded_at = now
    record(
        "library.retire_card",
        actor_id=actor_id,
        now=now,
        subject_kind="rule_card",
        subject_id=row.id,
        key=row.key,
        version=row.version,
    )
    db.session.flush()
