"""HR's list, one person's file, and its dates."""

import datetime as dt
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import TypeVar

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from lms.audit.models import AuditEvent
from lms.curriculum.models import Enrolment
from lms.curriculum.queries import get_enrolment, get_path
from lms.db import db
from lms.defense.queries import find_current_defense, find_verdict
from lms.errors import InvalidInput, InvalidState, NotFound
from lms.gradebook.queries import list_standings
from lms.people.access import HR, current_person, requires
from lms.people.models import Person
from lms.people.queries import list_cohorts
from lms.probation import queries, services
from lms.probation.domain.contract import ContractKind, check_dates
from lms.probation.domain.decision import Outcome, check_outcomes
from lms.probation.domain.evidence import Evidence, read_evidence
from lms.probation.domain.finding import errors_of, warnings_of
from lms.probation.domain.status import Step, Who
from lms.probation.forms import DatesForm
from lms.probation.models import Decision, ProbationFile
from lms.probation.queries import FileFilter, FileRow, Order, Show
from lms.probation.views.blueprint import blueprint, say, sentence, word
from lms.web.access import request_now
from lms.web.listing import Column, as_xlsx, paginate, search_words

_CHUNK = 500
Choice = TypeVar("Choice", bound=StrEnum)


@blueprint.get("/probation")
@requires(HR)
def list_files() -> ResponseReturnValue:
    """List everybody in probation with what waits on whom; ``?format=xlsx`` downloads."""
    now, person = request_now(), current_person()
    wanted = FileFilter(
        words=search_words(),
        show=_member(Show, request.args.get("show", ""), Show.OPEN),
        cohort_id=request.args.get("cohort", type=int),
        order=_member(Order, request.args.get("order", ""), Order.LAST_DAY),
        not_of=person.id,
    )
    query = queries.select_files(wanted, now)
    if request.args.get("format") == "xlsx":
        enrolments = db.session.scalars(query).all()
        rows = [
            row
            for start in range(0, len(enrolments), _CHUNK)
            for row in queries.describe_files(enrolments[start : start + _CHUNK], now)
        ]
        return as_xlsx(rows, _columns(now), gettext("试用期台账"))
    page = paginate(query)
    return render_template(
        "probation/list.html",
        page=page,
        rows=queries.describe_files(page.rows, now),
        wanted=wanted,
        counts=queries.count_files(now, not_of=person.id),
        cohorts=list_cohorts(),
    )


def _member(kind: type[Choice], value: str, default: Choice) -> Choice:
    return next((member for member in kind if member.value == value), default)


def _columns(now: dt.datetime) -> list[Column[FileRow]]:
    zone = queries.organisation_zone()
    outcomes, kinds = _words("outcome", Outcome), _words("contract_kind", ContractKind)
    who, steps = _words("who", Who), _words("step", Step)

    def on(at: dt.datetime | None) -> dt.date | None:
        return None if at is None else at.astimezone(zone).date()

    return [
        Column(gettext("姓名"), lambda r: r.enrolment.person.name),
        Column(gettext("工号"), lambda r: r.enrolment.person.employee_no or ""),
        Column(gettext("岗位"), lambda r: r.enrolment.person.post),
        Column(gettext("期次"), lambda r: r.enrolment.cohort.name if r.enrolment.cohort else "", 22),
        Column(gettext("入职日期"), lambda r: r.enrolment.person.hired_on, 12),
        Column(gettext("合同类型"), lambda r: kinds[r.file.contract_kind] if r.file else ""),
        Column(gettext("合同开始"), lambda r: r.file.contract_starts_on if r.file else None, 12),
        Column(gettext("合同结束"), lambda r: r.file.contract_ends_on if r.file else None, 12),
        Column(gettext("试用期开始"), lambda r: r.file.probation_starts_on if r.file else None, 12),
        Column(gettext("试用期最后一天"), lambda r: r.file.probation_ends_on if r.file else None, 14),
        Column(gettext("剩余天数"), lambda r: r.clock.days_left(now) if r.clock and not r.decision else None, 10),
        Column(gettext("录用条件"), _signed_cell, 18),
        Column(gettext("签署日期"), lambda r: on(r.signature.signed_at) if r.signature else None, 12),
        Column(gettext("已过的关"), lambda r: f"{r.journey.gates_done}/{r.journey.gates_total}", 10),
        Column(gettext("现在在等"), lambda r: who[r.status.who], 12),
        Column(gettext("等什么"), lambda r: steps[r.status.step], 24),
        Column(gettext("从哪天起"), lambda r: on(r.status.since), 12),
        Column(gettext("决定"), lambda r: outcomes[r.decision.outcome] if r.decision else "", 18),
        Column(gettext("决定日期"), lambda r: on(r.decision.decided_at) if r.decision else None, 12),
        Column(gettext("决定人"), lambda r: r.decision.decider.name if r.decision else ""),
    ]  # fmt: skip


def _words(name: str, values: Iterable[str]) -> dict[str, str]:
    """Return the word of each value: looked up once, not once a row."""
    return {value: word(name, value) for value in values}


def _signed_cell(row: FileRow) -> str:
    if row.signature is None:
        words = gettext("未签署") if row.has_conditions else gettext("方案没有录用条件")
    elif row.is_outdated:
        words = gettext("已签第 %(version)s 版，新版未签", version=row.signature.conditions.version)
    else:
        words = gettext("已签第 %(version)s 版", version=row.signature.conditions.version)
    return str(words)


@blueprint.get("/probation/<int:enrolment_id>")
@requires(HR)
def show_file(enrolment_id: int) -> ResponseReturnValue:
    """Show one person's probation: dates, signature, results, verdict, decision, history."""
    enrolment = get_workable(enrolment_id)
    now, person = request_now(), current_person()
    file = queries.find_file(enrolment.id)
    governing = queries.find_governing(enrolment)
    path = get_path(enrolment, now, queries.organisation_zone())
    decision = file.decision if file is not None else None
    history = queries.list_history(enrolment.id)
    return render_template(
        "probation/file.html",
        enrolment=enrolment,
        file=file,
        clock=queries.clock_of(file) if file is not None else None,
        date_notes=_date_notes(enrolment, file),
        governing=governing,
        path=path,
        standings={one.key: one for one in list_standings(enrolment.id)},
        verdict=find_verdict(enrolment.id),
        defense=find_current_defense(enrolment.id),
        decision=decision,
        lines={line.key: line for line in governing.lines},
        closed=check_outcomes(
            queries.get_case(file, decider=person, governing=governing, path=path, now=now)
        )
        if file is not None and decision is None
        else {},
        say_finding=say,
        decision_records=_decision_records(decision),
        status_line=queries.status_line(enrolment, now),
        history=history,
        actors=_actors(history),
    )


def get_workable(enrolment_id: int) -> Enrolment:
    """Return an enrolment that HR may work on: nobody opens their own file here."""
    enrolment = get_enrolment(enrolment_id)
    if enrolment.person_id == current_person().id:
        raise NotFound("enrolment", id=enrolment_id)
    return enrolment


def _decision_records(decision: Decision | None) -> list[Evidence]:
    """Return the records that a decision names, as they stood then."""
    kept = decision.facts["evidence"] if decision is not None else []
    return [read_evidence(one) for one in kept]


def _date_notes(enrolment: Enrolment, file: ProbationFile | None) -> list[str]:
    """Return what HR should know about the dates entered: lawful, but worth a second look."""
    if file is None:
        return []
    found = check_dates(
        queries.dates_of(file), queries.list_other_ends(enrolment.person_id, enrolment.id)
    )
    return [say(one) for one in warnings_of(found)]


def _actors(history: Sequence[AuditEvent]) -> dict[int, str]:
    ids = {event.actor_id for event in history if event.actor_id is not None}
    people = db.session.scalars(select(Person).where(Person.id.in_(ids)))
    return {person.id: person.name for person in people}


@blueprint.route("/probation/<int:enrolment_id>/dates", methods=["GET", "POST"])
@requires(HR)
def edit_dates(enrolment_id: int) -> ResponseReturnValue:
    """Enter or correct contract and probation dates."""
    enrolment = get_workable(enrolment_id)
    file = queries.find_file(enrolment.id)
    if (file is not None and file.decision is not None) or enrolment.state != "active":
        flash(sentence("already_decided" if file else "enrolment_ended", {}), "warning")
        return redirect(url_for("probation.show_file", enrolment_id=enrolment.id))
    form = DatesForm(obj=file, data=None if file else _suggested(enrolment))
    if form.validate_on_submit() and _enter(enrolment, form):
        flash(gettext("日期已保存。"), "success")
        return redirect(url_for("probation.show_file", enrolment_id=enrolment.id), 303)
    return render_template(
        "probation/dates.html", enrolment=enrolment, file=file, form=form
    ), 422 if form.errors else 200


def _suggested(enrolment: Enrolment) -> dict[str, object]:
    """Return the one date that is known; the others are copied from the contract by a person."""
    starts_on = enrolment.person.hired_on or enrolment.starts_on
    return {"contract_starts_on": starts_on, "probation_starts_on": starts_on}


def _enter(enrolment: Enrolment, form: DatesForm) -> bool:
    dates = form.as_dates()
    others = queries.list_other_ends(enrolment.person_id, enrolment.id)
    refused = errors_of(check_dates(dates, others))
    if refused:
        form.show(refused, say)
        return False
    try:
        services.enter_dates(
            enrolment,
            dates,
            actor_id=current_person().id,
            now=request_now(),
            reason=form.reason.data or "",
        )
    except InvalidInput as error:
        field = form[str(error.facts["field"])]
        field.errors = [*field.errors, sentence(error.code, error.facts)]
        return False
    except InvalidState as error:
        form.form_errors.append(sentence(error.code, error.facts))
        return False
    return True
