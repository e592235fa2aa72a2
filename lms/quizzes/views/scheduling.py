"""The page on which a trainer schedules a sitting, once or again and again."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from lms.clock import local_date
from lms.errors import InvalidInput
from lms.people.access import TRAINER, current_person, requires
from lms.people.models import Cohort
from lms.people.queries import get_cohort, list_cohorts
from lms.quizzes import queries, services
from lms.quizzes.domain.series_plan import SeriesPlan
from lms.quizzes.domain.sittings import Audience, Problem, Schedule
from lms.quizzes.forms import ScheduleForm
from lms.quizzes.models import Quiz, Sitting
from lms.quizzes.queries import Team
from lms.quizzes.views.frame import blueprint, organisation_zone
from lms.quizzes.views.sittings import totals_of
from lms.schedule.queries import list_off_shift
from lms.schedule.words import off_shift_words
from lms.web.access import request_now

DAY_STARTS = dt.time(10)
DAY_ENDS = dt.time(18)
FOUND_AT_MOST = 30
FIND = "find"
"""Value of the button that looks for persons and schedules nothing."""


@dataclass(frozen=True, slots=True)
class _Who:
    """Whom the form asks for."""

    cohort: Cohort | None
    invited: Collection[int] | None


@dataclass(frozen=True, slots=True)
class _Hindrances:
    """What speaks against a window: persons who are booked, and names of those who are not at work, with why.

    None of it forbids anything.
    """

    conflicts: Sequence[queries.Conflict] = ()
    off_shift: Sequence[tuple[str, str]] = ()

    def __bool__(self) -> bool:
        return bool(self.conflicts or self.off_shift)


@blueprint.route("/sittings/new", methods=["GET", "POST"])
@requires(TRAINER)
def new_sitting() -> ResponseReturnValue:
    """Choose a quiz, then schedule a sitting of it."""
    key = request.args.get("quiz", "")
    if not key:
        return render_template(
            "quizzes/choose_quiz.html", quizzes=queries.list_quizzes(), totals=totals_of
        )
    quiz = queries.get_quiz(key)
    form = ScheduleForm()
    teams = queries.list_teams(quiz, _today())
    is_more = _offer(form, quiz, teams)
    status = 200
    hindrances = _Hindrances()
    if request.method == "GET":
        _propose(form, quiz)
    elif request.form.get("act") != FIND:
        status = 422
        if form.validate():
            who = _who(form, teams)
            done = _schedule(form, quiz, who)
            if done is not None:
                return done
            hindrances = _Hindrances() if form.errors else _hindrances(form, quiz, who)
    return render_template(
        "quizzes/new_sitting.html",
        quiz=quiz,
        form=form,
        totals=totals_of(quiz),
        hindrances=hindrances,
        is_more=is_more,
        find=FIND,
    ), status


def _today() -> dt.date:
    return local_date(request_now(), organisation_zone())


def _offer(form: ScheduleForm, quiz: Quiz, teams: list[Team]) -> bool:
    """Offer cohorts, teams and persons; say whether more persons were found than are shown."""
    ticked = queries.list_eligible_persons(quiz, form.persons.data or [])
    found = queries.search_eligible(quiz, form.person_words.data or "", FOUND_AT_MOST + 1)
    chosen = {one.person_id for one in ticked}
    others = [one for one in found[:FOUND_AT_MOST] if one.person_id not in chosen]
    form.set_audience(list_cohorts(), teams, [*ticked, *others])
    form.set_repeats()
    return len(found) > FOUND_AT_MOST


def _propose(form: ScheduleForm, quiz: Quiz) -> None:
    """Propose tomorrow's working hours: everybody finds a quiet half hour in them."""
    tomorrow = _today() + dt.timedelta(days=1)
    form.fill_from(
        quiz,
        opens_at=dt.datetime.combine(tomorrow, DAY_STARTS),
        closes_at=dt.datetime.combine(tomorrow, DAY_ENDS),
    )
    form.cohort.data = request.args.get("cohort", type=int)


def _who(form: ScheduleForm, teams: list[Team]) -> _Who:
    match form.chosen_audience:
        case Audience.COHORT:
            return _Who(get_cohort(form.cohort.data), None)
        case Audience.TEAM:
            led = {team.lead_id: team.person_ids for team in teams}
            return _Who(None, led.get(form.team.data, ()))
        case Audience.PERSONS:
            return _Who(None, tuple(form.persons.data or ()))


def _schedule(form: ScheduleForm, quiz: Quiz, who: _Who) -> ResponseReturnValue | None:
    """Do what the form asks for and lead on; None when something speaks against it."""
    schedule = form.as_schedule(organisation_zone())
    now = request_now()
    problems = services.check_sitting(quiz, who.cohort, schedule, now=now, invited=who.invited)
    if form.show_problems(problems):
        return None
    if not form.anyway.data and _hindrances(form, quiz, who):
        return None
    if form.comes_again:
        return _start_series(form, quiz, who, schedule)
    sitting = services.schedule_sitting(
        quiz=quiz,
        cohort=who.cohort,
        invited=who.invited,
        opens_at=schedule.opens_at,
        closes_at=schedule.closes_at,
        minutes=schedule.minutes,
        max_attempts=schedule.max_attempts,
        wait_minutes=schedule.wait_minutes,
        cut_percent=schedule.cut_percent,
        review=form.as_review(),
        rules=form.as_rules(),
        note=form.note.data or "",
        actor_id=current_person().id,
        now=now,
    )
    flash(_scheduled_words(sitting, who), "success")
    return redirect(url_for("quizzes.show_sitting", sitting_id=sitting.id), 303)


def _scheduled_words(sitting: Sitting, who: _Who) -> str:
    if sitting.is_for_cohort:
        return str(gettext("已安排，并通知了这一期的学员。"))
    told = len(who.invited or ())
    return str(ngettext("已安排，并通知了 %(num)s 个人。", "已安排，并通知了 %(num)s 个人。", told))


def _start_series(
    form: ScheduleForm, quiz: Quiz, who: _Who, schedule: Schedule
) -> ResponseReturnValue | None:
    audience = form.chosen_audience
    plan = SeriesPlan(
        audience=audience,
        window=schedule.closes_at - schedule.opens_at,
        minutes=schedule.minutes,
        max_attempts=schedule.max_attempts,
        wait_minutes=schedule.wait_minutes,
        cut_percent=schedule.cut_percent,
        review=form.as_review(),
        rules=form.as_rules(),
        note=form.note.data or "",
        lead_id=form.team.data if audience is Audience.TEAM else None,
        person_ids=tuple(who.invited or ()) if audience is Audience.PERSONS else (),
    )
    zone = organisation_zone()
    try:
        services.start_series(
            quiz=quiz,
            cohort=who.cohort,
            repeat=form.as_repeat(schedule.opens_at.astimezone(zone)),
            plan=plan,
            actor_id=current_person().id,
            zone=zone,
            now=request_now(),
        )
    except InvalidInput as error:
        form.show_problems([Problem(str(error.facts["field"]), str(error.facts["problem"]))])
        return None
    flash(gettext("已设好。每一场提前 7 天排出来，到时通知学员。"), "success")
    return redirect(url_for("quizzes.list_series"), 303)


def _hindrances(form: ScheduleForm, quiz: Quiz, who: _Who) -> _Hindrances:
    """Return who cannot take it in this window because of other bookings, and who is not at work in it."""
    schedule = form.as_schedule(organisation_zone())
    if who.invited is not None:
        enrolments = queries.list_eligible_persons(quiz, who.invited)
    else:
        enrolments = queries.list_eligible(quiz, form.cohort.data)
    persons = [one.person for one in enrolments]
    window: dict[str, dt.datetime] = {
        "opens_at": schedule.opens_at,
        "closes_at": schedule.closes_at,
    }
    conflicts = queries.list_conflicts(
        persons, **window, minutes=schedule.minutes, now=request_now()
    )
    zone = organisation_zone()
    names = {one.id: one.name for one in persons}
    off = list_off_shift(names, **window, minutes=schedule.minutes, zone=zone)
    return _Hindrances(
        conflicts, [(names[one.person_id], off_shift_words(one, zone)) for one in off]
    )
