"""HR's decision: written, looked at once more, recorded."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.curriculum.models import Enrolment
from lms.curriculum.queries import get_path
from lms.defense.queries import find_verdict
from lms.errors import InvalidState
from lms.people.access import HR, current_person, requires
from lms.probation import queries, services
from lms.probation.domain.conditions import Condition
from lms.probation.domain.decision import Case, Draft, check_decision, check_outcomes
from lms.probation.domain.evidence import Evidence, evidence_for
from lms.probation.domain.finding import errors_of, warnings_of
from lms.probation.forms import DecisionForm
from lms.probation.models import ProbationFile
from lms.probation.queries import Governing
from lms.probation.views.blueprint import blueprint, is_english, say, sentence, word
from lms.probation.views.files import get_workable
from lms.web.access import request_now


@blueprint.route("/probation/<int:enrolment_id>/decision", methods=["GET", "POST"])
@requires(HR)
def decide(enrolment_id: int) -> ResponseReturnValue:
    """Write a decision, see what it will do, and only then record it."""
    enrolment = get_workable(enrolment_id)
    file = queries.find_file(enrolment.id)
    refused = _refuse(enrolment, file)
    if refused or file is None:
        flash(refused, "warning")
        return redirect(url_for("probation.show_file", enrolment_id=enrolment.id), 303)
    governing = queries.find_governing(enrolment)
    path = get_path(enrolment, request_now(), queries.organisation_zone())
    case = queries.get_case(
        file, decider=current_person(), governing=governing, path=path, now=request_now()
    )
    records = queries.list_evidence(enrolment, path)
    form = _bind(governing, records)
    step = request.form.get("step", "")
    if request.method == "GET" or step == "edit":
        return _show_form(file, governing, case, form)
    draft = form.as_draft()
    is_valid = form.validate()
    form.show(errors_of(check_decision(draft, case)), say)
    if not is_valid or form.errors:
        return _show_form(file, governing, case, form), 422
    if step != "confirm":
        return _show_review(file, governing, case, form, draft, records)
    decision = services.decide(file, draft, actor=current_person(), now=request_now())
    flash(
        gettext("决定已记录：%(outcome)s。", outcome=word("outcome", decision.outcome)), "success"
    )
    return redirect(url_for("probation.show_file", enrolment_id=enrolment.id), 303)


def _refuse(enrolment: Enrolment, file: ProbationFile | None) -> str:
    """Return why there is nothing to decide here; also for the second press of a double click."""
    facts = {"name": enrolment.person.name}
    if file is None:
        return sentence("dates_missing", facts)
    if file.decision is not None:
        return sentence("already_decided", facts)
    return "" if enrolment.state == "active" else sentence("enrolment_ended", facts)


def _bind(governing: Governing, records: list[Evidence]) -> DecisionForm:
    form = DecisionForm(data={"lines": [{"condition": line.key} for line in governing.lines]})
    if set(form.parts) != {line.key for line in governing.lines}:
        # A newer version was signed while this page was open: other conditions govern now.
        raise InvalidState("conditions_changed")
    for line in governing.lines:
        form.parts[line.key].evidence.choices = {
            one.ref: word("record", one, is_english()) for one in evidence_for(line, records)
        }
    return form


def _show_form(
    file: ProbationFile,
    governing: Governing,
    case: Case,
    form: DecisionForm,
) -> str:
    return render_template(
        "probation/decide.html",
        enrolment=file.enrolment,
        file=file,
        clock=queries.clock_of(file),
        governing=governing,
        form=form,
        closed={outcome.value: found for outcome, found in check_outcomes(case).items()},
        missing=case.missing_gates,
        verdict=find_verdict(file.enrolment_id),
        say_finding=say,
    )


def _show_review(
    file: ProbationFile,
    governing: Governing,
    case: Case,
    form: DecisionForm,
    draft: Draft,
    records: list[Evidence],
) -> str:
    lines: dict[str, Condition] = {line.key: line for line in governing.lines}
    return render_template(
        "probation/decide_review.html",
        enrolment=file.enrolment,
        file=file,
        clock=queries.clock_of(file),
        lines=lines,
        draft=draft,
        form=form,
        missing=case.missing_gates,
        records={one.ref: one for one in records},
        warnings=[say(one) for one in warnings_of(check_decision(draft, case))],
    )
