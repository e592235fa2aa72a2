"""Typing the answers of printed papers in, twice, and making an attempt of what both say."""

import datetime as dt
from collections.abc import Mapping

from lms.audit.services import record
from lms.curriculum.queries import find_enrolment_in, get_programme
from lms.db import db
from lms.errors import InvalidInput, InvalidState
from lms.notifications.services import post
from lms.quizzes.domain.attempts import AttemptState
from lms.quizzes.domain.paper import paper_from_json
from lms.quizzes.domain.printing import paper_code
from lms.quizzes.domain.typed import answers_as_json, answers_from_json, differing
from lms.quizzes.models import (
    RESPONSE,
    RESPONSE_EVENT,
    Attempt,
    PrintedPaper,
    Sitting,
    TypedAnswers,
)
from lms.quizzes.queries import get_sitting, lock_open_attempt
from lms.quizzes.queries.printing import get_printed, list_attempted_person_ids, list_typed
from lms.quizzes.services.ending import end_attempt
from lms.units import as_points

ROUNDS = (1, 2)
Answers = Mapping[int, Mapping[str, object]]


def check_may_type(printed: PrintedPaper) -> None:
    """Refuse a paper that can no longer become an attempt, or is one.

    Raises:
        InvalidState: ``typed_settled``; ``typed_refused`` with the ``reason``: ``cancelled``, or ``has_attempt``: the
            person took the sitting on a screen.
    """
    if printed.attempt_id is not None:
        raise InvalidState("typed_settled", attempt_id=printed.attempt_id)
    if get_sitting(printed.sitting_id).cancelled_at is not None:
        raise InvalidState("typed_refused", reason="cancelled")
    if printed.person_id in list_attempted_person_ids(printed.sitting_id):
        raise InvalidState("typed_refused", reason="has_attempt")


def save_typed(
    sitting_id: int,
    paper_id: int,
    answers: Answers,
    *,
    number: int,
    actor_id: int,
    now: dt.datetime,
) -> int:
    """Keep the answers of a paper as one person typed them; sending the same again changes nothing.

    Args:
        sitting_id: The sitting.
        paper_id: The paper.
        answers: As ``domain.typed.read_answers`` returns them.
        number: 1 or 2, as the form said when it was opened. Where another person was faster with the first, what
            is sent counts as the second: neither has seen the other.
        actor_id: Who typed.
        now: When.

    Returns:
        The round that it was kept as.

    Raises:
        NotFound: No such paper in this sitting.
        InvalidState: As ``check_may_type``; ``typed_before``: the same person kept something else for this round;
            ``typed_twice``: both rounds are there.
    """
    printed = get_printed(sitting_id, paper_id, lock=True)
    check_may_type(printed)
    known = list_typed(paper_id)
    stored = answers_as_json(answers)
    there = known.get(number)
    if there is not None and there.typed_by == actor_id:
        if there.answers == stored:
            return number
        raise InvalidState("typed_before", round=number)
    kept_as = next((one for one in (number, *ROUNDS) if one in ROUNDS and one not in known), None)
    if kept_as is None:
        raise InvalidState("typed_twice")
    db.session.add(
        TypedAnswers(
            printed_paper_id=paper_id,
            round=kept_as,
            answers=stored,
            typed_by=actor_id,
            typed_at=now,
        )
    )
    db.session.flush()
    record(
        "quizzes.type_paper",
        actor_id=actor_id,
        now=now,
        subject_kind="printed_paper",
        subject_id=paper_id,
        round=kept_as,
        answered=len(stored),
    )
    return kept_as


def discard_typed(
    sitting_id: int, paper_id: int, *, number: int, actor_id: int, now: dt.datetime
) -> None:
    """Take one typing of a paper away, so that it is typed again; nothing happens when it is gone already.

    Raises:
        NotFound: No such paper in this sitting.
        InvalidState: ``typed_settled``.
    """
    printed = get_printed(sitting_id, paper_id, lock=True)
    if printed.attempt_id is not None:
        raise InvalidState("typed_settled", attempt_id=printed.attempt_id)
    there = list_typed(paper_id).get(number)
    if there is None:
        return
    db.session.delete(there)
    db.session.flush()
    record(
        "quizzes.discard_typed",
        actor_id=actor_id,
        now=now,
        subject_kind="printed_paper",
        subject_id=paper_id,
        round=number,
        typed_by=there.typed_by,
        answered=len(there.answers),
    )


def settle_paper(
    sitting_id: int,
    paper_id: int,
    *,
    settled: Answers,
    started_at: dt.datetime,
    submitted_at: dt.datetime,
    actor_id: int,
    now: dt.datetime,
) -> int:
    """Make an attempt of a paper that was typed twice, marked like any other; settling again changes nothing.

    Args:
        sitting_id: The sitting.
        paper_id: The paper.
        settled: What counts where the typings differ; others are taken as both say.
        started_at: When the person began to write.
        submitted_at: When the paper was handed in.
        actor_id: Who settles.
        now: When; the result is entered and the gate passed at this instant.

    Returns:
        The attempt's id.

    Raises:
        NotFound: No such paper in this sitting.
        InvalidState: ``typed_refused`` with the ``reason``: ``has_attempt``, ``cancelled`` or ``not_enrolled``;
            ``typed_incomplete``: it was not typed twice; ``typed_differs`` with the ``positions`` still open.
        InvalidInput: ``typed_times`` with the ``problem``: ``reversed``, ``future`` or ``before_print``.
    """
    printed = get_printed(sitting_id, paper_id, lock=True)
    if printed.attempt_id is not None:
        return printed.attempt_id
    check_may_type(printed)
    sitting = get_sitting(sitting_id)
    enrolment_id = _get_enrolment_id(printed, sitting)
    check_times(printed, started_at, submitted_at, now)
    rounds = list_typed(paper_id)
    if set(rounds) != set(ROUNDS):
        raise InvalidState("typed_incomplete", rounds=len(rounds))
    first, second = (answers_from_json(rounds[one].answers) for one in ROUNDS)
    differences = differing(first, second)
    still_open = [position for position in differences if position not in settled]
    if still_open:
        raise InvalidState("typed_differs", positions=still_open)
    answers = {**first, **{position: settled[position] for position in differences}}
    attempt_id = _make_attempt(
        printed, sitting, enrolment_id, answers, started_at, submitted_at, now
    )
    printed.attempt_id = attempt_id
    db.session.flush()
    record(
        "quizzes.settle_paper",
        actor_id=actor_id,
        now=now,
        subject_kind="attempt",
        subject_id=attempt_id,
        printed_paper=paper_id,
        typed_by=[rounds[one].typed_by for one in ROUNDS],
        settled={
            str(position): _taken_from(answers[position], first.get(position), second.get(position))
            for position in differences
        },
    )
    post(
        "quizzes.paper_result",
        to=printed.person,
        key=f"paper:{paper_id}",
        now=now,
        link=f"/attempts/{attempt_id}/result",
        title=sitting.quiz.title,
        title_en=sitting.quiz.title_en,
        code=paper_code(paper_id),
    )
    return attempt_id


def _taken_from(answer: object, first: object, second: object) -> str:
    return "first" if answer == (first or {}) else "second" if answer == (second or {}) else "other"


def check_times(
    printed: PrintedPaper, started_at: dt.datetime, submitted_at: dt.datetime, now: dt.datetime
) -> None:
    """Refuse times at which the paper cannot have been written.

    Raises:
        InvalidInput: ``typed_times`` with the ``problem``.
    """
    if submitted_at <= started_at:
        raise InvalidInput("typed_times", problem="reversed")
    if submitted_at > now:
        raise InvalidInput("typed_times", problem="future")
    # People give minutes.
    if started_at < printed.printed_at.replace(second=0, microsecond=0):
        raise InvalidInput("typed_times", problem="before_print", at=printed.printed_at)


def _get_enrolment_id(printed: PrintedPaper, sitting: Sitting) -> int:
    programme = get_programme(sitting.quiz.programme_key)
    enrolment = find_enrolment_in(printed.person_id, programme.id)
    if enrolment is None or enrolment.state != "active":
        raise InvalidState("typed_refused", reason="not_enrolled")
    return enrolment.id


def _make_attempt(
    printed: PrintedPaper,
    sitting: Sitting,
    enrolment_id: int,
    answers: Answers,
    started_at: dt.datetime,
    submitted_at: dt.datetime,
    now: dt.datetime,
) -> int:
    paper = paper_from_json(printed.paper)
    attempt = Attempt(
        sitting_id=sitting.id,
        enrolment_id=enrolment_id,
        person_id=printed.person_id,
        # Nobody has taken it on a screen.
        number=1,
        seed=printed.seed,
        started_at=started_at,
        # Open for the marking only, which asks whether it is in time.
        deadline_at=now + dt.timedelta(minutes=1),
        state=AttemptState.OPEN.value,
        max_points=as_points(sum(placed.points for placed in paper)),
        paper=printed.paper,
    )
    db.session.add(attempt)
    db.session.flush()
    _store_answers(attempt.id, answers, started_at)
    attempt_id = attempt.id
    locked = lock_open_attempt(attempt_id, printed.person_id)
    if locked is None:  # pragma: no cover - it was added a moment ago
        raise InvalidState("attempt_closed")
    end_attempt(locked, now)
    locked.submitted_at = submitted_at
    locked.deadline_at = max(submitted_at, started_at + dt.timedelta(minutes=sitting.minutes))
    return attempt_id


def _store_answers(attempt_id: int, answers: Answers, at: dt.datetime) -> None:
    rows = [
        {
            "attempt_id": attempt_id,
            "position": position,
            "seq": 1,
            "answer": dict(answer),
            # Nobody knows when each was written; at the start, so that no time is made up for any.
            "saved_at": at,
        }
        for position, answer in sorted(answers.items())
        if answer
    ]
    if rows:
        connection = db.session.connection()
        connection.execute(RESPONSE.insert(), rows)
        connection.execute(RESPONSE_EVENT.insert(), rows)
