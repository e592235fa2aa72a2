"""Reading law and rule cards."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, Text, cast, or_, select

from lms.db import db
from lms.errors import NotFound
from lms.library.domain.cards import Card
from lms.library.models import RuleCard
from lms.web.listing import like


def find_current_card(key: str) -> RuleCard | None:
    """Return the version of a card that applies, if any."""
    return db.session.scalars(
        select(RuleCard).where(RuleCard.key == key, RuleCard.superseded_at.is_(None))
    ).first()


def list_current_cards() -> Sequence[RuleCard]:
    """Return every card that applies: laws first, then platform rules, by key."""
    return db.session.scalars(select_cards()).all()


def select_cards(words: str = "", kind: str = "", unverified: bool = False) -> Select[Any]:
    """Return the query of cards that apply and match.

    Args:
        words: Found in titles, source, clause or text; every word must be.
        kind: ``law`` or ``platform``; empty for both.
        unverified: Only those whose source has not been read in full.
    """
    query = (
        select(RuleCard)
        .where(RuleCard.superseded_at.is_(None))
        .order_by(RuleCard.kind, RuleCard.key)
    )
    for word in words.split():
        pattern = like(word)
        columns = (RuleCard.key, RuleCard.title, RuleCard.title_en)
        query = query.where(
            or_(
                *(column.ilike(pattern, escape="\\") for column in columns),
                *(
                    cast(RuleCard.body[name].as_string(), Text).ilike(pattern, escape="\\")
                    for name in ("source", "source_en", "clause", "rule", "say", "do")
                ),
            )
        )
    if kind:
        query = query.where(RuleCard.kind == kind)
    if unverified:
        query = query.where(RuleCard.confidence != "A")
    return query


def list_versions(key: str) -> Sequence[RuleCard]:
    """Return every version of a card, newest first.

    Raises:
        NotFound: There is no such card.
    """
    rows = db.session.scalars(
        select(RuleCard).where(RuleCard.key == key).order_by(RuleCard.version.desc())
    ).all()
    if not rows:
        raise NotFound("card", key=key)
    return rows


def as_card(row: RuleCard) -> Card:
    """Return a stored version as a value."""
    body = row.body
    return Card(
        key=row.key,
        kind=row.kind,
        title=row.title,
        title_en=row.title_en,
        source=body["source"],
        source_en=body["source_en"],
        clause=body["clause"],
        rule=body["rule"],
        say=body["say"],
        do=body["do"],
        consequence=body["consequence"],
        values=tuple(body["values"]),
        confidence=row.confidence,
        checked_on=row.checked_on,
        effective_from=row.effective_from,
    )
