"""Reading invitations."""

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import func, select

from lms.db import db
from lms.people.models import Invitation, Person


def find_invitation(token_sha256: str) -> Invitation | None:
    """Return the invitation of this token, whatever its state."""
    return db.session.scalars(
        select(Invitation).where(Invitation.token_sha256 == token_sha256)
    ).first()


def find_open_invitation(token_sha256: str, now: dt.datetime) -> Invitation | None:
    """Return the invitation of this token if it can still be used."""
    return db.session.scalars(
        select(Invitation).where(
            Invitation.token_sha256 == token_sha256,
            Invitation.used_at.is_(None),
            Invitation.revoked_at.is_(None),
            Invitation.expires_at > now,
        )
    ).first()


def find_open_invitation_of(person_id: int, now: dt.datetime) -> Invitation | None:
    """Return the person's invitation that can still be used, if there is one."""
    return db.session.scalars(
        select(Invitation)
        .where(
            Invitation.person_id == person_id,
            Invitation.used_at.is_(None),
            Invitation.revoked_at.is_(None),
            Invitation.expires_at > now,
        )
        .order_by(Invitation.id.desc())
    ).first()


def latest_invitations(person_ids: Iterable[int]) -> dict[int, Invitation]:
    """Return the newest invitation by person; persons never invited are absent."""
    newest = (
        select(func.max(Invitation.id))
        .where(Invitation.person_id.in_(list(person_ids)))
        .group_by(Invitation.person_id)
    )
    rows = db.session.scalars(select(Invitation).where(Invitation.id.in_(newest))).all()
    return {invitation.person_id: invitation for invitation in rows}


def unaccepted_invitations() -> tuple[int, dt.datetime | None]:
    """Return how many active persons were invited and have no password yet, and since when the oldest waits."""
    row = db.session.execute(
        select(func.count(func.distinct(Person.id)), func.min(Invitation.created_at))
        .select_from(Invitation)
        .join(Person, Person.id == Invitation.person_id)
        .where(
            Person.active,
            Person.password.is_(None),
            Invitation.used_at.is_(None),
            Invitation.revoked_at.is_(None),
        )
    ).one()
    count, since = row
    return count, since
