"""Sign-in: Flask-Security-Too set up for this product."""

import base64
import datetime as dt
import hashlib
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from flask import (
    Flask,
    current_app,
    has_request_context,
    request,
)
from flask_security import (
    LoginForm,
    MailUtil,
    PasswordUtil,
    Security,
    SQLAlchemyUserDatastore,
    UserMixin,
    password_changed,
    password_reset,
    tf_disabled,
    tf_profile_changed,
    user_authenticated,
)
from flask_security.utils import get_message
from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload
from typing_extensions import override
from wtforms import EmailField, StringField
from wtforms.validators import InputRequired, Optional

from lms.audit.services import record
from lms.config import Settings
from lms.db import db, reading
from lms.notifications.services import post
from lms.people.domain.passwords import find_weakness
from lms.people.domain.roles import RoleName
from lms.people.hashing import PatientContext
from lms.people.limits import init_limits
from lms.people.models import Person, Role
from lms.people.queries import find_person_by_identity, list_persons_with_role
from lms.people.recent import find_recent, note_recent
from lms.people.words import password_words
from lms.web.access import request_now

TRANSLATIONS = Path(__file__).parent / "translations"
"""Our Chinese words for the library's English ones, domain ``flask_security``: its own catalogue is named
``zh_Hans_CN``, which ``zh_Hans`` does not find, and leaves two sentences of three in English."""


#: Every request of a signed-in person asks this; composing it anew costs more than running it.
_BY_SESSION = (
    select(Person)
    .options(joinedload(Person.roles))
    .where(Person.fs_uniquifier == bindparam("fs_uniquifier"))
)


def _recent_enough() -> float:
    """Return how many seconds old may be what is known of the person who asks; 0 where the view wants it as it is."""
    if not has_request_context() or request.endpoint is None:
        return 0.0
    return float(getattr(current_app.view_functions[request.endpoint], "recent", 0.0))


class Datastore(SQLAlchemyUserDatastore):
    """The library's way to persons, with a short one for the question that every request asks."""

    @override
    def find_user(self, case_insensitive: bool = False, **kwargs: Any) -> UserMixin | None:
        """Return the person that a session names, or one found by what the library asks for."""
        if kwargs.keys() != {"fs_uniquifier"}:
            return super().find_user(case_insensitive, **kwargs)
        seconds = _recent_enough()
        if seconds:
            return cast("UserMixin | None", find_recent(kwargs["fs_uniquifier"], seconds))
        person = db.session.scalars(_BY_SESSION, kwargs).unique().first()
        if person is not None:
            note_recent(person)
        return person


datastore = Datastore(db, Person, Role)


class SignInForm(LoginForm):
    """Sign in with user name, e-mail or phone number in one field."""

    # Never shown; the library clears its errors after a failure and needs it to be there.
    email = EmailField(validators=[Optional()])
    identity = StringField("identity", validators=[InputRequired()])

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        # The page has its own way to a new password; the library would put a second one under the field.
        self.password.description = ""

    @override
    def validate(self, **kwargs: object) -> bool:
        """Find the person by any identity, then check as Flask-Security does."""
        self.ifield = self.identity
        with reading():  # others write while the password is hashed
            self.user = find_person_by_identity(self.identity.data or "")
        if super().validate(**kwargs):
            return True
        if self.user_authenticated:
            # The password was right, so the person may know what stands in the way.
            self.form_errors.extend(self.identity.errors)
        elif self.identity.data and self.password.data:
            # One sentence for both: whether a name exists is nobody's business.
            self.password.errors = [get_message("GENERIC_AUTHN_FAILED")[0]]
        else:
            return False
        self.identity.errors = []
        return False


class OurPasswords(PasswordUtil):
    """Which passwords are good enough."""

    @override
    def validate(
        self, password: str, is_register: bool, **kwargs: Any
    ) -> tuple[list[str] | None, str]:
        """Return the sentences against a password, if any, and the password as it is hashed."""
        normal = self.normalize(password)
        person = kwargs.get("user")
        known = known_words(person) if isinstance(person, Person) else ()
        weakness = find_weakness(password, known)
        return ([password_words(weakness)] if weakness else None), normal


def known_words(person: Person) -> tuple[str, ...]:
    """Return what others know of a person and would guess first."""
    values = (person.name, person.name_latin, person.username, person.phone, person.employee_no)
    return tuple(value for value in (*values, person.email) if value)


def check_password(password: str, person: Person) -> tuple[list[str], str]:
    """Return the sentences against a new password of ``person``, and the password as it is to be hashed."""
    library: Security = current_app.extensions["security"]
    problems, normal = library.password_util.validate(password, False, user=person)
    return problems or [], normal


class OutboxMail(MailUtil):
    """Mail of Flask-Security (password reset) goes through our outbox like every other message."""

    @override
    def send_mail(
        self,
        template: str,
        subject: str,
        recipient: str | tuple[str, str],
        sender: str | tuple[str, str],
        body: str | None,
        html: str | None,
        **kwargs: object,
    ) -> None:
        """Post the reset link to its reader, and a call for help to the admins. Nothing else is ever sent."""
        user = kwargs.get("user")
        if isinstance(user, Person) and template.endswith("two_factor_rescue"):
            self._call_admins(user)
        link = str(kwargs.get("reset_link", ""))
        if not isinstance(user, Person) or not link:
            return
        now = request_now()
        # Only the path: the host in the library's link is whatever the asker's request claimed.
        path = urlsplit(link).path
        digest = hashlib.sha256(f"{path}{now.isoformat()}".encode()).hexdigest()[:40]
        post(
            "people.reset_instructions",
            to=user,
            key=f"reset:{user.id}:{digest}",
            now=now,
            link=path,
            minutes=int(RESET_WITHIN.total_seconds()) // 60,
        )

    def _call_admins(self, person: Person) -> None:
        """Tell the admins, once an hour at most, that somebody has no access to the second step."""
        now = request_now()
        for admin in list_persons_with_role(RoleName.ADMIN):
            post(
                "people.two_factor_help",
                to=admin,
                key=f"two-factor-help:{person.id}:{admin.id}:{now:%Y%m%d%H}",
                now=now,
                link=f"/people/{person.id}",
                name=person.name,
            )


RESET_WITHIN = dt.timedelta(hours=2)


def init_security(app: Flask, settings: Settings) -> None:
    """Attach sign-in to ``app``."""
    app.config.update(_cookies(settings), **_library(settings))
    app.config.update(
        RATELIMIT_STORAGE_URI=settings.redis_url or "memory://", RATELIMIT_HEADERS_ENABLED=True
    )
    # All in the constructor: init_app() ignores the classes without a word.
    library = Security(
        app,
        datastore,
        login_form=SignInForm,
        mail_util_cls=OutboxMail,
        password_util_cls=OurPasswords,
        register_blueprint=True,
    )
    library.pwd_context = PatientContext(library.pwd_context)
    # Policies decide here (web.access), nobody asks flask-principal. It would read the person before every request,
    # of a style sheet too.
    app.before_request_funcs[None].remove(library.principal._on_before_request)
    init_limits(app)
    for signal, receiver in (
        (user_authenticated, _on_sign_in),
        (password_changed, _on_password_changed),
        (password_reset, _on_password_reset),
        (tf_profile_changed, _on_two_factor_set),
        (tf_disabled, _on_two_factor_off),
    ):
        signal.connect(receiver)


def _cookies(settings: Settings) -> dict[str, object]:
    return {
        "SECRET_KEY": settings.secret_key,
        "SESSION_COOKIE_SECURE": settings.is_https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "REMEMBER_COOKIE_SECURE": settings.is_https,
        "REMEMBER_COOKIE_HTTPONLY": True,
        "REMEMBER_COOKIE_SAMESITE": "Lax",
        "REMEMBER_COOKIE_DURATION": dt.timedelta(days=30),
        "PERMANENT_SESSION_LIFETIME": dt.timedelta(hours=12),
    }


def _derived(settings: Settings, purpose: str) -> bytes:
    """Return a key of its own for ``purpose``, from the one secret that is configured."""
    return hashlib.sha256(f"{purpose}:{settings.secret_key}".encode()).digest()


def _library(settings: Settings) -> dict[str, object]:
    return {
        "SECURITY_PASSWORD_SALT": _derived(settings, "salt").hex(),
        "SECURITY_PASSWORD_HASH": "argon2",
        # One of OWASP's settings of equal strength, the one that takes least of a shared machine: 28 ms where 19 MiB
        # and two rounds take 39 and the library's default 190.
        "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": {
            "argon2__memory_cost": 7168,
            "argon2__time_cost": 5,
            "argon2__parallelism": 1,
        },
        "SECURITY_PASSWORD_LENGTH_MIN": 8,
        # Asked for mails of password resets only; SignInForm finds people by itself.
        "SECURITY_USER_IDENTITY_ATTRIBUTES": [{"email": {"mapper": str, "case_insensitive": True}}],
        "SECURITY_I18N_DIRNAME": [str(TRANSLATIONS)],
        "SECURITY_REGISTERABLE": False,
        # /verify belongs to strangers who check a certificate.
        "SECURITY_VERIFY_URL": "/reauthenticate",
        "SECURITY_CHANGEABLE": True,
        "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
        "SECURITY_POST_CHANGE_VIEW": "/account",
        "SECURITY_RECOVERABLE": True,
        "SECURITY_RESET_PASSWORD_WITHIN": RESET_WITHIN,
        "SECURITY_SEND_PASSWORD_RESET_NOTICE_EMAIL": False,
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_TWO_FACTOR": True,
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "SECURITY_TWO_FACTOR_REQUIRED": False,
        "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,
        "SECURITY_TWO_FACTOR_POST_SETUP_VIEW": "/account",
        "SECURITY_TOTP_SECRETS": {"1": _derived(settings, "totp").hex()},
        "SECURITY_TOTP_ISSUER": "上岗",
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_KEYS": [
            base64.urlsafe_b64encode(_derived(settings, "recovery"))
        ],
        "SECURITY_POST_LOGIN_VIEW": "/",
        "SECURITY_POST_LOGOUT_VIEW": "/login",
        "SECURITY_LOGIN_ERROR_VIEW": "/login",
        # By the button only: no link on another site can sign anybody out. Reading /logout shows the button
        # (people.sign_out).
        "SECURITY_LOGOUT_METHODS": ["POST"],
        "SECURITY_UNAUTHORIZED_VIEW": None,
        "SECURITY_FLASH_MESSAGES": True,
        # Coming here without a session is no mistake of the person's.
        "SECURITY_MSG_UNAUTHENTICATED": ("You must sign in to view this resource.", "info"),
        "SECURITY_TRACKABLE": False,
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
        # No header tokens: a browser's session is the only way in.
        "SECURITY_API_ENABLED_METHODS": ["session"],
    }


def _note(action: str, person: Person) -> None:
    record(
        action,
        actor_id=person.id,
        now=request_now(),
        subject_kind="person",
        subject_id=person.id,
    )


def _on_sign_in(_app: Flask, user: Person, **_: object) -> None:
    _note("people.sign_in", user)


def _on_password_changed(_app: Flask, user: Person, **_: object) -> None:
    _note("people.change_password", _same(user))


def _on_password_reset(_app: Flask, user: Person, **_: object) -> None:
    _note("people.reset_password", _same(user))


def _on_two_factor_set(_app: Flask, user: Person, **_: object) -> None:
    _note("people.set_two_factor", _same(user))


def _on_two_factor_off(_app: Flask, user: Person, **_: object) -> None:
    _note("people.drop_two_factor", _same(user))


def _same(user: Person) -> Person:
    """Return the person behind ``user``, which may be the current user's proxy."""
    return cast("Person", getattr(user, "_get_current_object", lambda: user)())
