"""Setting a deployment up: migrations, roles, privacy notice, content, the first admin or the demo."""

import secrets
from collections.abc import Callable

from flask import Flask
from flask_migrate import upgrade

from lms.clock import local_date, now_utc
from lms.config import ROOT, Settings
from lms.content.services import sync_content
from lms.db import transaction
from lms.demo.cast import PASSWORD, STAFF
from lms.demo.services import make_demo
from lms.errors import InvalidState
from lms.people import queries as people
from lms.people import services as people_services
from lms.people.domain.roles import RoleName

Say = Callable[[str], None]


def set_up(app: Flask, settings: Settings, *, demo_if_new: bool, say: Say) -> None:
    """Bring a deployment to the state in which it can serve; doing it again changes only what is new.

    Raises:
        InvalidState: The shipped content has errors (each is said first).
    """
    with app.app_context():
        upgrade()
        _prepare(settings, say)
        if people.count_persons() == 0:
            if demo_if_new:
                fill_with_demo(settings, say)
            else:
                _first_admin(settings, say)


def _prepare(settings: Settings, say: Say) -> None:
    now = now_utc()
    with transaction():
        people_services.ensure_roles()
        people_services.publish_shipped_privacy_notice(now=now)
    with transaction():
        planned = sync_content(ROOT, today=local_date(now, settings.zone), now=now)
    if not planned.may_run:
        for issue in planned.issues:
            say(f"{issue.severity.value}: {issue.where}: {issue.message}")
        raise InvalidState("content_has_errors")
    if planned.actions:
        say(f"content: {len(planned.actions)} changes")


def _first_admin(settings: Settings, say: Say) -> None:
    password = secrets.token_urlsafe(12)
    now = now_utc()
    with transaction():
        admin = people_services.create_person(
            name="管理员",
            username="admin",
            email=None,
            phone=None,
            employee_no=None,
            post="",
            hired_on=None,
            roles=[RoleName.ADMIN, RoleName.HR],
            actor_id=None,
            now=now,
        )
        token = people_services.invite(admin, actor_id=None, now=now)
        invitation = people.find_open_invitation(people_services.hash_token(token), now)
        if invitation is not None:
            people_services.accept_invitation(invitation, password, now=now)
    say(f"first admin: {settings.base_url}/login  user name: admin  password: {password}")
    say("Change the password after signing in; it is not shown again.")


def fill_with_demo(settings: Settings, say: Say) -> None:
    """Fill an empty product with the demo organisation and say which accounts it has.

    Raises:
        InvalidState: Somebody is in the database already.
    """
    say("making the demo organisation …")
    count = make_demo(settings=settings, now=now_utc())
    say(f"demo organisation: {count} people; every account has the password {PASSWORD}")
    for one in STAFF:
        say(f"  {one.username:8} {one.name}  {', '.join(role.value for role in one.roles)}")
    say("  yuge     余歌  learner (in the middle of the modules)")
    say("  linxiaoman  林小满  learner (certified)")
