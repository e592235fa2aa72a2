"""What waits for somebody, as far as people know."""

import datetime as dt

from flask import url_for

from lms.people.domain.invitations import PersonState
from lms.people.domain.roles import RoleName
from lms.people.models import Person
from lms.people.queries.invitations import unaccepted_invitations
from lms.people.queries.privacy import find_consent, find_privacy_notice
from lms.web.waiting import Waiting


def list_waiting(person: Person, now: dt.datetime) -> list[Waiting]:  # noqa: ARG001 - same shape in every capability
    """Return what waits for ``person``: the privacy notice unread; for HR and admin, invitations unaccepted."""
    found: list[Waiting] = []
    notice = find_privacy_notice()
    if notice is not None and find_consent(person.id, notice.version) is None:
        found.append(
            Waiting(
                kind="people.privacy",
                url=url_for("people.privacy"),
                since=max(notice.published_at, person.created_at),
                facts={"version": notice.version},
            )
        )
    if person.role_names & {RoleName.HR, RoleName.ADMIN}:
        count, since = unaccepted_invitations()
        if since is not None:
            found.append(
                Waiting(
                    kind="people.invitations",
                    url=url_for("people.list_people", state=PersonState.INVITED),
                    since=since,
                    facts={"count": count},
                )
            )
    return found
