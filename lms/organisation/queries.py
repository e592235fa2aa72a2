"""Reading the organisation."""

import datetime as dt

from flask import url_for

from lms.db import db
from lms.errors import InvalidState
from lms.organisation.models import Organisation
from lms.people.domain.roles import RoleName
from lms.people.models import Person
from lms.web.waiting import Waiting

ONLY = 1


def find_organisation() -> Organisation | None:
    """Return the organisation, or None before it was named."""
    return db.session.get(Organisation, ONLY)


def get_organisation() -> Organisation:
    """Return the organisation.

    Raises:
        InvalidState: It has not been named yet; certificates cannot be issued before.
    """
    organisation = find_organisation()
    if organisation is None:
        raise InvalidState("organisation_unnamed")
    return organisation


def is_second_review_on() -> bool:
    """Say whether an item becomes ready only when somebody other than its author has approved it.

    So it is until the organisation says otherwise, and before it is named.
    """
    organisation = find_organisation()
    return organisation is None or organisation.second_review


def list_waiting(person: Person, now: dt.datetime) -> list[Waiting]:  # noqa: ARG001 - same shape in every capability
    """Return what waits for HR and admins of a new product: naming the organisation."""
    if not person.role_names & {RoleName.HR, RoleName.ADMIN} or find_organisation() is not None:
        return []
    return [
        Waiting("organisation.unnamed", url_for("organisation.edit"), since=person.created_at),
    ]
