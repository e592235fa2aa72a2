"""Policies by role, and the acting person. Views of every capability guard themselves with these."""

from typing import cast

from flask_login import current_user

from lms.people.domain.roles import RoleName
from lms.people.models import Person
from lms.web.access import BY_TOKEN, PUBLIC, SIGNED_IN, Policy, requires, role

LEARNER = role(RoleName.LEARNER)
TRAINER = role(RoleName.TRAINER)
RATER = role(RoleName.RATER)
LEAD = role(RoleName.LEAD)
QUALITY = role(RoleName.QUALITY)
HR = role(RoleName.HR)
ADMIN = role(RoleName.ADMIN)
STAFF = TRAINER | RATER | LEAD | QUALITY | HR | ADMIN

__all__ = [
    "ADMIN", "BY_TOKEN", "HR", "LEAD", "LEARNER", "PUBLIC", "QUALITY", "RATER", "SIGNED_IN", "STAFF", "TRAINER",
    "Policy", "current_person", "requires",
]  # fmt: skip


def current_person() -> Person:
    """Return the signed-in person; only for views whose policy demands one."""
    return cast("Person", current_user._get_current_object())
