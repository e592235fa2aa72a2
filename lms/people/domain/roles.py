"""The roles a person may hold; one person may hold several."""

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
