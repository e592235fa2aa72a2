"""Inviting people: one-time links with which they set a password."""

import datetime as dt
import hashlib
import secrets
import uuid
from collections.abc import Iterable, Sequence

from flask_security import hash_password
from sqlalchemy import update

from lms.audit.services import record
from lms.db import db
from lms.errors import InvalidState
from lms.notifications.services import mark_kind_read, post_new
from lms.people.domain.invitations import VALID_DAYS
from lms.people.models import Invitation, Person


def hash_token(token: str) -> str:
    """Return the SHA-256 under which a token is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def invite(person: Person, *, actor_id: int | None, now: dt.datetime) -> str:
    """Invite a person: revoke the links sent before, make a new one, put it into the outbox.

    The person need not be new: somebody who can no longer sign in sets a new password with it.

    Returns:
        The token of the link: 256 random bits. It is not stored here; the outbox carries the link.

    Raises:
        InvalidState: ``person_inactive``.
    """
    if not person.active:
        raise InvalidState("person_inactive", name=person.name)
    revoke_invitations([person.id], now=now)
    token = _issue(person, actor_id=actor_id, now=now)
    db.session.flush()
    return token


def invite_many(persons: Iterable[Person], *, actor_id: int | None, now: dt.datetime) -> int:
    """Invite every one of ``persons`` who is active and has no password yet; return how many."""
    waiting = [person for person in persons if person.active and person.password is None]
    revoke_invitations([person.id for person in waiting], now=now)
    for person in waiting:
        _issue(person, actor_id=actor_id, now=now)
    db.session.flush()
    return len(waiting)


def _issue(person: Person, *, actor_id: int | None, now: dt.datetime) -> str:
    token = secrets.token_urlsafe(32)
    digest = hash_token(token)
    expires_at = now + dt.timedelta(days=VALID_DAYS)
    db.session.add(
        Invitation(person_id=person.id, token_sha256=digest, created_at=now, expires_at=expires_at)
    )
    post_new(
        "people.invitation",
        to=person,
        key=f"invitation:{digest[:40]}",
        now=now,
        link=f"/invitation/{token}",
        days=VALID_DAYS,
        username=person.username,
        expires_at=expires_at,
    )
    record(
        "people.invite",
        actor_id=actor_id,
        now=now,
        subject_kind="person",
        subject_id=person.id,
        token_sha256=digest,
    )
    return token


def revoke_invitations(person_ids: Sequence[int], *, now: dt.datetime) -> None:
    """Make the links that these persons hold unusable."""
    db.session.execute(
        update(Invitation)
        .where(
            Invitation.person_id.in_(person_ids),
            Invitation.used_at.is_(None),
            Invitation.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )


def accept_invitation(invitation: Invitation, password: str, *, now: dt.datetime) -> Person:
    """Set the invited person's password and use the link up. Sessions of before end.

    The caller has checked the password (``find_weakness``).

    Raises:
        InvalidState: ``invitation_unusable``: used, revoked or expired meanwhile. Of two requests at once one wins.
    """
    claimed = db.session.scalar(
        update(Invitation)
        .where(
            Invitation.id == invitation.id,
            Invitation.used_at.is_(None),
            Invitation.revoked_at.is_(None),
            Invitation.expires_at > now,
        )
        .values(used_at=now)
        .returning(Invitation.id)
        .execution_options(synchronize_session=False)
    )
    person = invitation.person
    if claimed is None or not person.active:
        raise InvalidState("invitation_unusable")
    db.session.refresh(invitation)
    person.password = hash_password(password)
    person.fs_uniquifier = uuid.uuid4().hex
    mark_kind_read(person.id, "people.invitation", now=now)
    db.session.flush()
    record(
        "people.accept_invitation",
        actor_id=person.id,
        now=now,
        subject_kind="person",
        subject_id=person.id,
        invitation_id=invitation.id,
    )
    return person
