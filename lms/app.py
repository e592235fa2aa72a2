"""create_app(settings): the only module that knows every capability."""

import gc
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Flask, request, url_for
from flask_babel import gettext
from flask_login import current_user
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix

from lms.audit import models as audit_models
from lms.certificates import models as certificates_models
from lms.certificates import queries as certificates_queries
from lms.certificates import views as certificates
from lms.config import ROOT, Settings
from lms.curriculum import models as curriculum_models
from lms.curriculum import views as curriculum
from lms.db import db, tune_postgresql, tune_sqlite
from lms.defense import models as defense_models
from lms.defense import views as defense
from lms.defense.queries import bookings as defense_bookings
from lms.defense.queries import dependents as defense_dependents
from lms.documents import models as documents_models
from lms.gradebook import models as gradebook_models
from lms.gradebook.dependents import register_finders
from lms.home import views as home
from lms.library import models as library_models
from lms.library import views as library
from lms.notifications import models as notifications_models
from lms.notifications import views as notifications
from lms.notifications.queries import count_unread
from lms.ops import models as ops_models
from lms.ops import views as ops
from lms.organisation import models as organisation_models
from lms.organisation import views as organisation
from lms.people import access, security
from lms.people import models as people_models
from lms.people import views as people
from lms.probation import models as probation_models
from lms.probation import views as probation
from lms.probation.queries import dependents as probation_dependents
from lms.questions import models as questions_models
from lms.questions import views as questions
from lms.quizzes import models as quizzes_models
from lms.quizzes import views as quizzes
from lms.quizzes.queries import find_bookings as find_exams
from lms.schedule import bookings as schedule_bookings
from lms.schedule import models as schedule_models
from lms.schedule import views as schedule
from lms.turns import TakingTurns
from lms.web.access import Policy
from lms.web.kit import init_web

BLUEPRINTS = (
    ops.blueprint,
    people.blueprint,
    organisation.blueprint,
    notifications.blueprint,
    curriculum.blueprint,
    library.blueprint,
    schedule.blueprint,
    questions.blueprint,
    quizzes.blueprint,
    defense.blueprint,
    probation.blueprint,
    certificates.blueprint,
    home.blueprint,
)
#: Alembic and foreign keys need every table, whichever module is imported first.
TABLES = (
    audit_models,
    certificates_models,
    curriculum_models,
    defense_models,
    documents_models,
    gradebook_models,
    library_models,
    notifications_models,
    ops_models,
    organisation_models,
    people_models,
    probation_models,
    questions_models,
    quizzes_models,
    schedule_models,
)


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of the main navigation."""

    label: str
    url: str
    icon: str
    current: bool


#: Capabilities whose ``error_words.html`` the error page asks for a sentence.
WITH_ERROR_WORDS = (
    "people",
    "organisation",
    "notifications",
    "curriculum",
    "schedule",
    "questions",
    "quizzes",
    "defense",
    "probation",
)

_DEFENSE_STAFF = access.TRAINER | access.RATER | access.HR | access.LEAD | access.QUALITY
#: endpoint, icon, policy. Labels are marked for translation in ``_labels``.
NAVIGATION: tuple[tuple[str, str, Policy], ...] = (
    ("home.index", "home", access.SIGNED_IN),
    ("people.list_people", "people", access.HR | access.ADMIN | access.TRAINER | access.LEAD),
    ("people.list_cohorts", "cohort", access.HR | access.ADMIN | access.TRAINER),
    ("curriculum.list_enrolments", "path", access.HR | access.TRAINER | access.LEAD | access.ADMIN),
    ("quizzes.my_sittings", "sitting", access.LEARNER),
    ("quizzes.list_sittings", "sitting", access.TRAINER | access.HR),
    ("schedule.list_shifts", "clock", access.TRAINER | access.HR),
    ("quizzes.list_marking", "edit", access.TRAINER | access.QUALITY | access.LEAD),
    ("questions.list_banks", "bank", access.TRAINER | access.QUALITY | access.HR),
    ("defense.list_defenses", "defense", _DEFENSE_STAFF),
    ("probation.list_files", "probation", access.HR),
    ("certificates.list_credentials", "certificate", access.HR),
    ("library.list_cards", "card", access.SIGNED_IN),
    ("notifications.list_messages", "message", access.SIGNED_IN),
    ("notifications.outbox", "outbox", access.ADMIN),
)


def create_app(settings: Settings, overrides: Mapping[str, object] | None = None) -> Flask:
    """Build the application.

    Args:
        settings: What differs between deployments.
        overrides: Flask configuration for tests.
    """
    app = Flask("lms", static_folder=None, template_folder=None)
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    app.config.update(overrides or {})
    app.extensions["settings"] = settings
    if settings.is_https:
        # https ends at a proxy in front of us; limits and links need the address and scheme that it saw.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    app.config["ERROR_WORD_TEMPLATES"] = [f"{name}/error_words.html" for name in WITH_ERROR_WORDS]
    db.init_app(app)
    at_a_time = 1 if settings.is_sqlite else 4
    app.wsgi_app = TakingTurns(app.wsgi_app, at_a_time)  # type: ignore[method-assign]
    with app.app_context():
        (tune_sqlite if settings.is_sqlite else tune_postgresql)(db.engine)
    Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=settings.is_sqlite)
    init_web(app, settings)
    security.init_security(app, settings)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    register_finders(
        app,
        defense_dependents.list_dependents,
        probation_dependents.list_dependents,
        certificates_queries.list_dependents,
    )
    schedule_bookings.register_finders(app, find_exams, defense_bookings.find_bookings)
    app.add_template_global(_nav, "nav")
    app.add_template_global(_unread_count, "unread_count")
    return app


def settle_memory() -> None:
    """Tell the garbage collector that what was built until now stays; call it once, when a web process is ready.

    The application is half a million objects that live as long as the process. Without this, a request that makes many
    objects has them all looked through again and again; values and rows hardly ever form cycles.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def _labels() -> dict[str, str]:
    return {
        "home.index": gettext("今天"),
        "people.list_people": gettext("人员"),
        "people.list_cohorts": gettext("期次"),
        "curriculum.list_enrolments": gettext("培养进度"),
        "quizzes.my_sittings": gettext("我的考试"),
        "quizzes.list_sittings": gettext("考试安排"),
        "schedule.list_shifts": gettext("排班"),
        "quizzes.list_marking": gettext("批阅"),
        "questions.list_banks": gettext("题库"),
        "defense.list_defenses": gettext("转正答辩"),
        "probation.list_files": gettext("试用期"),
        "certificates.list_credentials": gettext("证书"),
        "library.list_cards": gettext("规则卡"),
        "notifications.list_messages": gettext("消息"),
        "notifications.outbox": gettext("发件箱"),
    }


#: Capabilities whose every page stands under one entry; of the others the address decides, and of schedule: the
#: calendar is everybody's.
ONE_ENTRY = {
    capability
    for capability, entries in Counter(
        endpoint.partition(".")[0] for endpoint, _, _ in NAVIGATION
    ).items()
    if entries == 1
} - {"schedule"}


def _is_current(endpoint: str) -> bool:
    here, entry = (request.endpoint or "").partition(".")[0], endpoint.partition(".")[0]
    if here != entry:
        return False
    return entry in ONE_ENTRY or f"{request.path}/".startswith(f"{url_for(endpoint)}/")


def _nav() -> list[NavItem]:
    labels = _labels()
    return [
        NavItem(
            label=labels[endpoint], url=url_for(endpoint), icon=icon, current=_is_current(endpoint)
        )
        for endpoint, icon, policy in NAVIGATION
        if policy.allows(current_user)
    ]


def _unread_count() -> int:
    return count_unread(current_user.id) if current_user.is_authenticated else 0
