import datetime as dt

import pytest

from lms.people.domain.invitations import (
    InvitationState,
    PersonState,
    invitation_state,
    person_state,
)
from lms.people.domain.roles import RoleName, grantable_roles, may_manage

NOW = dt.datetime(2026, 11, 23, 4, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.mark.parametrize(
    ("actor", "person", "may"),
    [
        ({"admin"}, {"admin"}, True),
        ({"hr"}, {"learner"}, True),
        ({"hr"}, {"hr"}, True),
        ({"hr"}, {"learner", "admin"}, False),
        ({"trainer", "lead"}, {"learner"}, False),
        (set(), {"learner"}, False),
    ],
)
def test_who_may_manage_whom(actor, person, may):
    assert may_manage(actor, person) is may


def test_only_an_admin_makes_hr_and_admins():
    assert grantable_roles({"admin"}) == set(RoleName)
    assert grantable_roles({"hr"}) == set(RoleName) - {RoleName.HR, RoleName.ADMIN}
    assert grantable_roles({"trainer"}) == set()


@pytest.mark.parametrize(
    ("used", "revoked", "expires", "state"),
    [
        (None, None, NOW + HOUR, InvitationState.OPEN),
        (None, None, NOW, InvitationState.EXPIRED),
        (NOW - HOUR, NOW, NOW - HOUR, InvitationState.USED),
        (None, NOW, NOW - HOUR, InvitationState.REVOKED),
    ],
)
def test_state_of_an_invitation(used, revoked, expires, state):
    assert invitation_state(used_at=used, revoked_at=revoked, expires_at=expires, now=NOW) == state


@pytest.mark.parametrize(
    ("is_active", "has_password", "latest", "state"),
    [
        (False, True, None, PersonState.INACTIVE),
        (True, True, InvitationState.OPEN, PersonState.JOINED),
        (True, False, InvitationState.OPEN, PersonState.INVITED),
        (True, False, InvitationState.EXPIRED, PersonState.EXPIRED),
        (True, False, InvitationState.REVOKED, PersonState.UNINVITED),
        (True, False, None, PersonState.UNINVITED),
    ],
)
def test_where_a_person_stands(is_active, has_password, latest, state):
    found = person_state(is_active=is_active, has_password=has_password, latest=latest)
    assert found is state
