"""Reading the organisation."""

from lms.db import db
from lms.errors import InvalidState
from lms.organisation.models import Organisation

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
