"""Scheduling sittings, telling their candidates, calling them off."""

import datetime as dt
from collections.abc import Collection, Sequence
from decimal import Decimal

from sqlalchemy import func, select

from lms.audit.services import record
from lms.curriculum.domain.path import GateKind
from lms.curriculum.models import Enrolment
from lms.curriculum.queries import list_progressions
from lms.db import db
from lms.errors import InvalidInput, InvalidState
from lms.notifications.services import post
from lms.people.models import Cohort
from lms.quizzes.domain.review import matrix_as_stored, matrix_from_stored
from lms.quizzes.domain.rules import SittingRules, rules_as_json
from lms.quizzes.domain.sittings import (
    Problem,
    Schedule,
    SittingState,
    check_schedule,
    main_cohort,
)
from lms.quizzes.domain.specification import sections_from_json
from lms.quizzes.models import Attempt, Quiz, Sitting
from lms.quizzes.queries import (
    find_plan_misfits,
    list_candidates,
    list_eligible,
    list_eligible_persons,
    state_of,
)
from lms.quizzes.services.seats import invite


def check_sitting(
    quiz: Quiz,
    cohort: Cohort | None,
    schedule: Schedule,
    *,
    now: dt.datetime,
    invited: Collection[int] | None = None,
) -> tuple[Problem, ...]:
    """Return everything that speaks against a sitting: its times, nobody to take it, a bank too small.

    Args:
        quiz: The quiz.
        cohort: Whose whole cohort takes it; not looked at when persons are ``invited``.
        schedule: Times and rules.
        now: The present instant.
        invited: The persons who take it, in place of a cohort.
    """
    problems = list(check_schedule(schedule, now))
    if invited is not None:
        problems += _check_invited(quiz, invited)
    elif cohort is None or not list_eligible(quiz, cohort.id):
        problems.append(Problem("cohort", "nobody_enrolled"))
    if find_plan_misfits(sections_from_json(quiz.sections)):
        problems.append(Problem("quiz", "pool_too_small"))
    return tuple(problems)


def _check_invited(quiz: Quiz, invited: Collection[int]) -> list[Problem]:
    if not invited:
        return [Problem("persons", "nobody_invited")]
    eligible = list_eligible_persons(quiz, invited)
    if {one.person_id for one in eligible} != set(invited):
        return [Problem("persons", "not_enrolled")]
    if main_cohort(one.cohort_id for one in eligible) is None:
        return [Problem("persons", "no_cohort")]
    return []


def schedule_sitting(
    *,
    quiz: Quiz,
    cohort: Cohort | None,
    opens_at: dt.datetime,
    closes_at: dt.datetime,
    actor_id: int | None,
    now: dt.datetime,
    minutes: int | None = None,
    max_attempts: int | None = None,
    wait_minutes: int | None = None,
    cut_percent: Decimal | None = None,
    review: str | None = None,
    rules: SittingRules = SittingRules(),  # noqa: B008 - frozen
    note: str = "",
    invited: Collection[int] | None = None,
    series_id: int | None = None,
    make_up_of: Sitting | None = None,
) -> Sitting:
    """Schedule a sitting and tell its candidates; what is not given comes from the quiz.

    The rules are copied into the sitting: a later change of the quiz does not change what candidates were
    told.

    Args:
        quiz: The quiz.
        cohort: Whose cohort takes it; None with ``invited``, where most of these persons' cohort is taken.
        opens_at: Start of the window.
        closes_at: End of the window.
        actor_id: Who schedules it.
        now: The present instant.
        minutes: Length of an attempt.
        max_attempts: Attempts a person has.
        wait_minutes: Pause between two.
        cut_percent: Cut score.
        review: What candidates see afterwards.
        rules: How it is run.
        note: What candidates read before they start.
        invited: The persons who take it, in place of the whole cohort.
        series_id: The repetition that it comes from.
        make_up_of: The sitting whose absent or failed candidates take it, by the same sections.

    Raises:
        InvalidInput: ``bad_sitting``; facts name the ``field`` and the ``problem`` as ``check_sitting`` does.
    """
    schedule = Schedule(
        opens_at=opens_at,
        closes_at=closes_at,
        minutes=quiz.minutes if minutes is None else minutes,
        max_attempts=quiz.max_attempts if max_attempts is None else max_attempts,
        wait_minutes=quiz.wait_minutes if wait_minutes is None else wait_minutes,
        cut_percent=quiz.cut_percent if cut_percent is None else cut_percent,
    )
    for problem in check_sitting(quiz, cohort, schedule, now=now, invited=invited):
        raise InvalidInput("bad_sitting", field=problem.field, problem=problem.code)
    source = make_up_of or quiz
    sitting = Sitting(
        quiz=quiz,
        cohort_id=cohort_id_of(quiz, cohort, invited),
        is_for_cohort=invited is None,
        series_id=series_id,
        make_up_of_id=None if make_up_of is None else make_up_of.id,
        opens_at=schedule.opens_at,
        closes_at=schedule.closes_at,
        minutes=schedule.minutes,
        max_attempts=schedule.max_attempts,
        wait_minutes=schedule.wait_minutes,
        cut_percent=schedule.cut_percent,
        red_line_all=source.red_line_all,
        review=matrix_as_stored(matrix_from_stored(review or quiz.review)),
        sections=source.sections,
        rules=rules_as_json(rules),
        note=note,
        created_at=now,
        created_by=actor_id,
        cancelled_at=None,
        opening_announced_at=None,
        closing_noted_at=None,
    )
    db.session.add(sitting)
    db.session.flush()
    if invited is not None:
        invite(sitting, invited, actor_id=actor_id, now=now)
    record(
        "quizzes.schedule_sitting",
        actor_id=actor_id,
        now=now,
        subject_kind="sitting",
        subject_id=sitting.id,
        quiz=quiz.key,
        cohort_id=sitting.cohort_id,
        persons=None if invited is None else sorted(invited),
        make_up_of_id=sitting.make_up_of_id,
        series_id=series_id,
        opens_at=opens_at.isoformat(),
        closes_at=closes_at.isoformat(),
        minutes=schedule.minutes,
        max_attempts=schedule.max_attempts,
        wait_minutes=schedule.wait_minutes,
        cut_percent=str(schedule.cut_percent),
        review=sitting.review,
        rules=sitting.rules,
    )
    told = "sitting_scheduled" if make_up_of is None else "make_up_scheduled"
    tell_candidates(told, sitting, list_candidates(sitting), now)
    return sitting


def cohort_id_of(quiz: Quiz, cohort: Cohort | None, invited: Collection[int] | None) -> int:
    """Return whose cohort a sitting stands under: of persons invited by name, that of most of them.

    Raises:
        InvalidInput: ``bad_sitting``: there is none.
    """
    found = None if cohort is None else cohort.id
    if invited is not None:
        found = main_cohort(one.cohort_id for one in list_eligible_persons(quiz, invited))
    if found is None:
        raise InvalidInput("bad_sitting", field="persons", problem="no_cohort")
    return found


def cancel_sitting(
    sitting: Sitting, *, reason: str, actor_id: int | None, now: dt.datetime
) -> None:
    """Call a sitting off and tell its candidates why. Doing it twice changes nothing.

    Raises:
        InvalidInput: ``reason_missing``.
        InvalidState: ``sitting_closed``; or ``sitting_begun`` with the number of attempts: what somebody has
            begun cannot be undone by a click.
    """
    if sitting.cancelled_at is not None:
        return
    if not reason.strip():
        raise InvalidInput("reason_missing", field="reason")
    _lock(sitting)
    if state_of(sitting, now) is SittingState.CLOSED:
        raise InvalidState("sitting_closed")
    begun = count_attempts(sitting)
    if begun:
        raise InvalidState("sitting_begun", attempts=begun)
    sitting.cancelled_at = now
    sitting.cancel_reason = reason.strip()
    db.session.flush()
    record(
        "quizzes.cancel_sitting",
        actor_id=actor_id,
        now=now,
        subject_kind="sitting",
        subject_id=sitting.id,
        reason=sitting.cancel_reason,
    )
    for enrolment in list_candidates(sitting):
        tell("sitting_cancelled", sitting, enrolment, now, reason=sitting.cancel_reason)


def _lock(sitting: Sitting) -> None:
    """Keep attempts from starting until the transaction ends, and see those that just did."""
    db.session.refresh(sitting, with_for_update={"of": Sitting})


def count_attempts(sitting: Sitting) -> int:
    """Return how many attempts were begun in a sitting."""
    return (
        db.session.scalar(
            select(func.count()).select_from(Attempt).where(Attempt.sitting_id == sitting.id)
        )
        or 0
    )


def announce_sitting(sitting_id: int, *, now: dt.datetime) -> bool:
    """Tell the candidates of an open sitting that it has opened; False when another worker has.

    The messages are keyed, so even a worker that dies between two of them sends none twice.
    """
    sitting = db.session.scalars(
        select(Sitting)
        .where(Sitting.id == sitting_id, Sitting.opening_announced_at.is_(None))
        .with_for_update(skip_locked=True)
    ).first()
    if sitting is None:
        return False
    sitting.opening_announced_at = now
    db.session.flush()
    tell_candidates("sitting_opened", sitting, list_candidates(sitting), now)
    return True


def tell_candidates(
    name: str, sitting: Sitting, candidates: Sequence[Enrolment], now: dt.datetime
) -> None:
    """Tell these candidates, and those who cannot start yet also what they must pass first."""
    progressions = list_progressions([one.id for one in candidates])
    kind = GateKind(sitting.quiz.kind)
    for enrolment in candidates:
        missing = progressions[enrolment.id].missing_before(kind, sitting.quiz.gate_key)
        waits_for = [
            {"kind": one.kind.value, "title": one.title, "title_en": one.title_en}
            for one in missing
        ]
        tell(name, sitting, enrolment, now, waits_for=waits_for)


def tell(
    name: str, sitting: Sitting, enrolment: Enrolment, now: dt.datetime, **facts: object
) -> None:
    """Put one message about the sitting to one candidate, once per name."""
    post(
        f"quizzes.{name}",
        to=enrolment.person,
        key=f"{name}:{sitting.id}:{enrolment.person_id}",
        now=now,
        link=f"/sittings/{sitting.id}/rules",
        title=sitting.quiz.title,
        title_en=sitting.quiz.title_en,
        opens_at=sitting.opens_at,
        closes_at=sitting.closes_at,
        minutes=sitting.minutes,
        max_attempts=sitting.max_attempts,
        cut_percent=_as_text(sitting.cut_percent),
        **facts,
    )


def _as_text(percent: Decimal) -> str:
    """Return 80, not 80.00: messages are read by people."""
    return f"{percent.normalize():f}"
