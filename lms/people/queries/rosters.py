"""Reading roster uploads, and what a roster is checked against."""

from collections import defaultdict

from sqlalchemy import select

from lms.db import db
from lms.errors import NotFound
from lms.people.domain.roles import STAFF_ROLES
from lms.people.domain.roster_check import Known
from lms.people.models import Person, RosterUpload


def get_roster_upload(upload_id: int) -> RosterUpload:
    """Return one upload.

    Raises:
        NotFound: There is none.
    """
    upload = db.session.get(RosterUpload, upload_id)
    if upload is None:
        raise NotFound("roster_upload", id=upload_id)
    return upload


def known_people() -> Known:
    """Return what the organisation holds, for checking a roster.

    Phone, e-mail and user name block each other: all three are typed into the same field when signing in.
    """
    taken: dict[tuple[str, str], str] = {}
    supervisors: defaultdict[str, set[int]] = defaultdict(set)
    names: set[str] = set()
    for person in db.session.scalars(select(Person)):
        names.add(person.name)
        identities = [person.username, person.email or "", person.phone or ""]
        for value in filter(None, identities):
            for field in ("username", "email", "phone"):
                taken[field, value.lower()] = person.name
        if person.employee_no:
            taken["employee_no", person.employee_no.lower()] = person.name
        if person.active and person.role_names & {role.value for role in STAFF_ROLES}:
            for word in (person.name, person.employee_no, person.phone, person.username):
                if word:
                    supervisors[word.lower()].add(person.id)
    return Known(
        taken=taken,
        supervisors={value: tuple(sorted(ids)) for value, ids in supervisors.items()},
        names=frozenset(names),
    )
