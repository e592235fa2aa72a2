"""The landing page of each role, and the whole file of one enrolment for staff."""

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from lms.certificates import queries as certificates
from lms.config import Settings
from lms.curriculum import queries as curriculum
from lms.curriculum.models import Enrolment
from lms.defense import queries as defense
from lms.gradebook import queries as gradebook
from lms.home import queries
from lms.people.access import ADMIN, HR, LEAD, SIGNED_IN, TRAINER, current_person, requires
from lms.people.domain.roles import STAFF_ROLES
from lms.probation import queries as probation
from lms.quizzes import queries as quizzes
from lms.web.access import request_now

blueprint = Blueprint("home", __name__, template_folder="templates")


@blueprint.get("/")
@requires(SIGNED_IN)
def index() -> ResponseReturnValue:
    """Say what waits for the signed-in person, since when and until when."""
    person = current_person()
    now = request_now()
    enrolment = queries.find_own_enrolment(person.id)
    is_staff = person.has_any_role([role.value for role in STAFF_ROLES])
    return render_template(
        "home/index.html",
        waiting=queries.list_waiting(person, now),
        is_staff=is_staff,
        house=queries.get_house(now) if is_staff else None,
        journey=_journey(enrolment) if enrolment else None,
    )


@blueprint.get("/enrolments/<int:enrolment_id>")
@requires(HR | TRAINER | LEAD | ADMIN)
def show_enrolment(enrolment_id: int) -> ResponseReturnValue:
    """Show staff everything about one person's way through the programme."""
    enrolment = curriculum.get_enrolment(enrolment_id)
    return render_template(
        "home/enrolment.html",
        journey=_journey(enrolment),
        attempts=quizzes.list_attempts(enrolment.id),
    )


def _journey(enrolment: Enrolment) -> dict[str, object]:
    settings: Settings = current_app.extensions["settings"]
    now = request_now()
    return {
        "enrolment": enrolment,
        "path": curriculum.get_path(enrolment, now, settings.zone),
        "standings": gradebook.list_standings(enrolment.id),
        "sittings": quizzes.list_sittings_for_enrolment(enrolment, now),
        "defense": defense.find_current_defense(enrolment.id),
        "verdict": defense.find_verdict(enrolment.id),
        "signature": probation.find_signature(enrolment.id),
        "conditions": probation.find_current_conditions(enrolment.programme_id),
        "file": probation.find_file(enrolment.id),
        "status_line": probation.status_line(enrolment, now),
        "credential": certificates.find_credential_of_enrolment(enrolment.id),
        "day_number": (now.astimezone(settings.zone).date() - enrolment.starts_on).days + 1,
    }
