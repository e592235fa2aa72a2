"""The roles a person may hold, who may grant them, and how one person stands over another."""

from collections.abc import Collection
from enum import StrEnum


class RoleName(StrEnum):
    """Names of roles, as stored."""

    LEARNER = "learner"
    TRAINER = "trainer"
    RATER = "rater"
    LEAD = "lead"
    QUALITY = "quality_reviewer"
    HR = "hr"
    ADMIN = "admin"


STAFF_ROLES = frozenset(RoleName) - {RoleName.LEARNER}
"""Everybody who works with other people's data."""

POWERFUL_ROLES = frozenset({RoleName.HR, RoleName.ADMIN})
"""Roles that only an admin grants and takes away."""


class SupervisionKind(StrEnum):
    """In which way one person stands over another."""

    LEAD = "lead"
    MENTOR = "mentor"


def may_manage(actor_roles: Collection[str], person_roles: Collection[str]) -> bool:
    """Say whether holders of ``actor_roles`` may edit or invite a holder of ``person_roles``.

    HR manages everybody but admins: whoever may change an admin's e-mail address could become admin.
    """
    if RoleName.ADMIN in actor_roles:
        return True
    return RoleName.HR in actor_roles and RoleName.ADMIN not in person_roles


def grantable_roles(actor_roles: Collection[str]) -> frozenset[RoleName]:
    """Return the roles that holders of ``actor_roles`` may grant and take away."""
    if RoleName.ADMIN in actor_roles:
        return frozenset(RoleName)
    if RoleName.HR in actor_roles:
        return frozenset(RoleName) - POWERFUL_ROLES
    return frozenset()
