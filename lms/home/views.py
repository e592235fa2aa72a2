"""The landing page of each role, and the whole file of one enrolment for staff."""

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.certificates import queries as certificates
from lms.config import Settings
from lms.curriculum import queries as curriculum
from lms.curriculum.models import Enrolment
from lms.defense import queries as defense
from lms.errors import NotFound
from lms.gradebook import queries as gradebook
from lms.home import queries
from lms.home.forms import WithdrawForm
from lms.people.access import ADMIN, HR, LEAD, SIGNED_IN, TRAINER, current_person, requires
from lms.people.domain.roles import STAFF_ROLES
from lms.probation import queries as probation
from lms.probation import services as probation_services
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
    return _show(curriculum.get_enrolment(enrolment_id), WithdrawForm(formdata=None))


@blueprint.post("/enrolments/<int:enrolment_id>/withdraw")
@requires(HR)
def withdraw(enrolment_id: int) -> ResponseReturnValue:
    """End somebody's way by hand, with a reason: the person left, or was enrolled by mistake."""
    enrolment = curriculum.get_enrolment(enrolment_id)
    person = current_person()
    if enrolment.person_id == person.id:
        # Nobody ends their own, as nobody opens their own file.
        raise NotFound("enrolment", id=enrolment_id)
    form = WithdrawForm()
    if enrolment.state == "active" and not form.validate_on_submit():
        return _show(enrolment, form), 422
    probation_services.withdraw(
        enrolment, reason=form.reason.data or "", actor=person, now=request_now()
    )
    flash(
        gettext("%(name)s 已退出培养，原因已记录。", name=enrolment.person.name),
        "success",
    )
    return redirect(url_for("home.show_enrolment", enrolment_id=enrolment.id), 303)


def _show(enrolment: Enrolment, form: WithdrawForm) -> str:
    person = current_person()
    is_hr = HR.allows(person)
    may_withdraw = is_hr and enrolment.state == "active" and enrolment.person_id != person.id
    return render_template(
        "home/enrolment.html",
        journey=_journey(enrolment),
        attempts=quizzes.list_attempts(enrolment.id),
        # What HR wrote is for HR: it may touch on the person's private affairs.
        withdrawal=queries.find_withdrawal(enrolment) if is_hr else None,
        withdraw_form=form if may_withdraw else None,
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
