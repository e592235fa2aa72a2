"""In which state an invitation is."""

import datetime as dt
from enum import StrEnum

VALID_DAYS = 7
"""How long an invitation link can be used."""


class InvitationState(StrEnum):
    """What can still become of an invitation."""

    OPEN = "open"
    USED = "used"
    REVOKED = "revoked"
    EXPIRED = "expired"


def invitation_state(
    *,
    used_at: dt.datetime | None,
    revoked_at: dt.datetime | None,
    expires_at: dt.datetime,
    now: dt.datetime,
) -> InvitationState:
    """Return the state at ``now``. Used outranks revoked, revoked outranks expired."""
    if used_at is not None:
        return InvitationState.USED
    if revoked_at is not None:
        return InvitationState.REVOKED
    return InvitationState.OPEN if now < expires_at else InvitationState.EXPIRED


class PersonState(StrEnum):
    """Where a person stands on the way into the product."""

    JOINED = "joined"
    INVITED = "invited"
    EXPIRED = "expired"
    UNINVITED = "uninvited"
    INACTIVE = "inactive"


def person_state(
    *, is_active: bool, has_password: bool, latest: InvitationState | None
) -> PersonState:
    """Return where a person stands.

    Args:
        is_active: Whether the account may be used.
        has_password: Whether the person has set one.
        latest: State of the newest invitation, if there is any.
    """
    if not is_active:
        return PersonState.INACTIVE
    if has_password:
        return PersonState.JOINED
    if latest is InvitationState.OPEN:
        return PersonState.INVITED
    return PersonState.EXPIRED if latest is InvitationState.EXPIRED else PersonState.UNINVITED
