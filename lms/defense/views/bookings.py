"""The list of defenses, booking and calling off."""

import datetime as dt
from collections.abc import Sequence

from flask import flash, get_template_attribute, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.clock import local_date
from lms.curriculum.models import Enrolment
from lms.curriculum.queries import get_enrolment, get_path
from lms.db import db
from lms.defense import queries, services
from lms.defense.domain.booking import MINIMUM_PANEL, conflicts_of
from lms.defense.forms import BookingForm, CancelForm
from lms.defense.models import Defense, PanelMember
from lms.defense.queries import Candidate, DefenseFilter, DefenseState
from lms.defense.queries.candidates import list_candidates_of
from lms.defense.views.blueprint import blueprint, zone
from lms.defense.views.showing import show_booking
from lms.defense.views.words import conflict_words, recommendation_words, role_words, state_words
from lms.errors import InvalidInput, InvalidState, LmsError, NotFound
from lms.people.access import HR, LEAD, QUALITY, RATER, TRAINER, current_person, requires
from lms.people.domain.roles import RoleName
from lms.people.models import Person
from lms.people.queries import list_supervisions
from lms.schedule.queries import list_off_shift
from lms.schedule.words import off_shift_words
from lms.web.access import request_now
from lms.web.listing import Column, Page, as_xlsx, paginate, search_words

BOOKERS = TRAINER | HR
PANEL = BOOKERS | RATER | LEAD | QUALITY


@blueprint.get("/defenses")
@requires(PANEL)
def list_defenses() -> ResponseReturnValue:
    """List defenses: all for those who book, one's own panels for others; ``?format=xlsx`` downloads."""
    person, now = current_person(), request_now()
    may_book = BOOKERS.allows(person)
    state = request.args.get("state", "")
    wanted = DefenseFilter(
        words=search_words(),
        state=state if state in set(DefenseState) else "",
        rater_id=None if may_book else person.id,
        # Whoever is judged reads their own defense on the candidate's page, whatever role they hold.
        not_of=person.id,
    )
    query = queries.select_defenses(wanted, now)
    if request.args.get("format") == "xlsx":
        rows = db.session.scalars(query).unique().all()
        return as_xlsx(rows, _columns(rows), gettext("转正答辩"))
    page: Page[Defense] = paginate(query)
    own_seats = _own_seats(person, page.rows)
    return render_template(
        "defense/list.html",
        page=page,
        state=wanted.state,
        states={one.id: queries.state_of(one, now) for one in page.rows},
        submitted=queries.count_submitted([one.id for one in page.rows]),
        own_seats=own_seats,
        rated=queries.list_submitted([seat.id for seat in own_seats.values()]),
        may_book=may_book,
        ready=queries.count_candidates(now, zone(), not_of=person.id)[0] if may_book else 0,
        state_words=state_words(),
        conflict_words=conflict_words(),
        recommendation_words=recommendation_words(),
    )


@blueprint.route("/defenses/new", methods=["GET", "POST"])
@requires(BOOKERS)
def new_defense() -> ResponseReturnValue:
    """Choose a candidate who is ready, then book."""
    enrolment_id = request.args.get("enrolment", type=int)
    if enrolment_id is None:
        return _choose_candidate()
    enrolment = get_enrolment(enrolment_id)
    if enrolment.person_id == current_person().id:
        raise NotFound("enrolment", id=enrolment_id)
    return _book(enrolment)


@blueprint.post("/defenses/<int:defense_id>/cancel")
@requires(BOOKERS)
def cancel_defense(defense_id: int) -> ResponseReturnValue:
    """Call a defense off, with a reason that everybody concerned gets."""
    defense = queries.get_defense(defense_id)
    person = current_person()
    if defense.candidate_id == person.id:
        raise NotFound("defense", id=defense_id)
    form = CancelForm()
    if not form.validate_on_submit():
        return show_booking(defense, cancel_form=form), 422
    services.cancel_defense(
        defense,
        reason=form.reason.data or "",
        zone=zone(),
        actor_id=person.id,
        now=request_now(),
    )
    flash(gettext("已取消，候选人和评委都会收到消息。"), "success")
    return redirect(url_for("defense.show_defense", defense_id=defense.id))


def _choose_candidate() -> ResponseReturnValue:
    now = request_now()
    query = queries.select_candidates(now, zone(), search_words()).where(
        Enrolment.person_id != current_person().id
    )
    if request.args.get("format") == "xlsx":
        everybody = list_candidates_of(db.session.scalars(query).all())
        return as_xlsx(everybody, _candidate_columns(), gettext("可以安排答辩的人"))
    page = paginate(query)
    return render_template(
        "defense/candidates.html", page=page, candidates=list_candidates_of(page.rows)
    )


def _book(enrolment: Enrolment) -> ResponseReturnValue:
    raters = queries.list_eligible_raters(not_of=enrolment.person_id)
    form = BookingForm()
    form.raters.choices = {str(rater.id): rater.name for rater in raters}
    off_shift: list[tuple[str, str]] = []
    if form.validate_on_submit():
        chosen = [rater for rater in raters if rater.id in set(form.raters.data or [])]
        if not form.anyway.data:
            off_shift = _off_shift(form, [enrolment.person, *chosen])
        done = None if off_shift else _try_booking(form, enrolment, chosen)
        if done is not None:
            return done
    return render_template(
        "defense/book.html",
        form=form,
        enrolment=enrolment,
        is_open=get_path(enrolment, request_now(), zone()).is_defense_open,
        candidate=list_candidates_of([enrolment])[0],
        raters=_options(enrolment, raters),
        least=MINIMUM_PANEL,
        off_shift=off_shift,
    ), 422 if form.errors or off_shift else 200


def _off_shift(form: BookingForm, persons: Sequence[Person]) -> list[tuple[str, str]]:
    """Return the names of those who are not at work for the whole of it, with why; it forbids nothing."""
    starts_at, minutes = form.starts_at_utc(zone()), form.minutes.data or 0
    names = {one.id: one.name for one in persons}
    off = list_off_shift(
        names,
        opens_at=starts_at,
        closes_at=starts_at + dt.timedelta(minutes=minutes),
        minutes=minutes,
        zone=zone(),
    )
    return [(names[one.person_id], off_shift_words(one, zone())) for one in off]


def _try_booking(
    form: BookingForm, enrolment: Enrolment, raters: Sequence[Person]
) -> ResponseReturnValue | None:
    """Book what the form asks for and lead on; None when something speaks against it."""
    try:
        defense = services.book_defense(
            enrolment,
            starts_at=form.starts_at_utc(zone()),
            minutes=form.minutes.data or 0,
            room=form.room.data or "",
            raters=raters,
            note=form.note.data or "",
            zone=zone(),
            actor_id=current_person().id,
            now=request_now(),
        )
    except InvalidInput as error:
        _show_refusal(form, error)
        return None
    except InvalidState as error:
        if error.code != "defense_booked":
            raise
        # Pressed twice, or somebody else was quicker: what they want to see is there.
        flash(_sentence(error), "warning")
        return redirect(url_for("defense.list_defenses", q=enrolment.person.name))
    flash(gettext("已安排。评委和候选人都会收到消息。"), "success")
    return redirect(url_for("defense.show_defense", defense_id=defense.id))


def _options(enrolment: Enrolment, raters: Sequence[Person]) -> dict[str, tuple[str, list[str]]]:
    """Return by the value of each choice what the rater does and the conflicts of interest today."""
    today = local_date(request_now(), zone())
    supervisions = [
        (one.supervisor_id, one.kind) for one in list_supervisions(enrolment.person_id, today)
    ]
    words = conflict_words()
    return {
        str(rater.id): (
            " · ".join(_duties(rater)),
            [words[code] for code in conflicts_of(rater.id, supervisions)],
        )
        for rater in raters
    }


def _duties(rater: Person) -> list[str]:
    words = role_words()
    return [words[role] for role in RoleName if role in rater.role_names and role in words]


def _show_refusal(form: BookingForm, error: InvalidInput) -> None:
    name = str(error.facts.get("field", "starts_at"))
    field = form[name]
    field.errors = [*field.errors, _sentence(error)]


def _sentence(error: LmsError) -> str:
    words = get_template_attribute("defense/error_words.html", "words")
    return str(words(error.code, error.facts)).strip()


def _own_seats(person: Person, defenses: Sequence[Defense]) -> dict[int, PanelMember]:
    """Return the seats of ``person`` by defense."""
    return {
        member.defense_id: member
        for defense in defenses
        for member in defense.panel
        if member.rater_id == person.id
    }


def _columns(rows: Sequence[Defense]) -> list[Column[Defense]]:
    now, here = request_now(), zone()
    submitted = queries.count_submitted([one.id for one in rows])
    states, advice = state_words(), recommendation_words()
    return [
        Column(gettext("候选人"), lambda d: d.candidate.name),
        Column(gettext("工号"), lambda d: d.candidate.employee_no or ""),
        Column(
            gettext("期次"), lambda d: d.enrolment.cohort.name if d.enrolment.cohort else "", 22
        ),
        Column(gettext("时间"), lambda d: f"{d.starts_at.astimezone(here):%Y-%m-%d %H:%M}", 18),
        Column(gettext("时长（分钟）"), lambda d: d.minutes),
        Column(gettext("地点"), lambda d: d.room, 20),
        Column(gettext("评委"), _panel_cell, 40),
        Column(gettext("已提交"), lambda d: f"{submitted.get(d.id, 0)}/{len(d.panel)}"),
        Column(gettext("状态"), lambda d: states[queries.state_of(d, now)][0]),
        Column(gettext("加权总分"), lambda d: d.verdict.weighted_percent if d.verdict else None),
        Column(gettext("建议"), lambda d: advice[d.verdict.recommendation][0] if d.verdict else ""),
    ]


def _panel_cell(defense: Defense) -> str:
    words = conflict_words()
    names: list[str] = []
    for member in defense.panel:
        flags = gettext("、").join(words[code] for code in member.conflicts)
        name = member.rater.name
        names.append(gettext("%(name)s（%(words)s）", name=name, words=flags) if flags else name)
    return str(gettext("、").join(names))


def _candidate_columns() -> list[Column[Candidate]]:
    here = zone()
    return [
        Column(gettext("姓名"), lambda c: c.enrolment.person.name),
        Column(gettext("工号"), lambda c: c.enrolment.person.employee_no or ""),
        Column(gettext("岗位"), lambda c: c.enrolment.person.post, 20),
        Column(
            gettext("期次"),
            lambda c: c.enrolment.cohort.name if c.enrolment.cohort else "",
            22,
        ),
        Column(
            gettext("可安排始于"), lambda c: f"{c.ready_since.astimezone(here):%Y-%m-%d %H:%M}", 18
        ),
    ]
