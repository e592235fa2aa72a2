"""Builders of quizzes: a quiz with its bank, a sitting, and a whole small exam with its candidates.

Each builder commits, as those of people do: requests of a test client see the rows.
"""

import datetime as dt
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from lms.curriculum.models import Enrolment, Programme
from lms.db import db
from lms.people.models import Cohort, Person
from lms.questions.domain.items import sample_responses
from lms.questions.models import ItemBank
from lms.quizzes.domain.attempts import AttemptState
from lms.quizzes.domain.paper import paper_from_json
from lms.quizzes.domain.rules import SittingRules, rules_as_json
from lms.quizzes.models import Attempt, Quiz, Sitting
from lms.quizzes.queries import list_lots
from lms.quizzes.services import save_response, start_attempt, submit_attempt
from tests.conftest import NOON
from tests.factories.curriculum import make_enrolment, make_programme
from tests.factories.people import make_cohort, make_person
from tests.factories.questions import make_bank

_numbers = itertools.count(1)
HOUR = dt.timedelta(hours=1)


def make_quiz(
    bank: ItemBank | None = None,
    programme: Programme | None = None,
    *,
    key: str = "",
    kind: str = "module_quiz",
    gate_key: str = "",
    draw: int = 4,
    points_each: str = "5",
    sections: Sequence[Mapping[str, object]] | None = None,
    minutes: int = 30,
    cut_percent: str = "80",
    red_line_all: bool = False,
    max_attempts: int = 2,
    wait_minutes: int = 60,
    review: str = "everything",
) -> Quiz:
    """Add a quiz of one section; a bank of ``draw`` + 2 items and a programme are made when not given.

    Without ``gate_key`` it closes the first module of the programme, or its stage for a ``stage_test``.
    """
    programme = programme or make_programme()
    bank = bank or make_bank(draw + 2)
    gates = {
        "module_quiz": programme.stages[0].modules[0].key,
        "stage_test": programme.stages[0].key,
    }
    quiz = Quiz(
        key=key or f"quiz{next(_numbers)}",
        title="第一模块测验",
        title_en="Module 1 quiz",
        kind=kind,
        programme_key=programme.key,
        gate_key=gate_key or gates[kind],
        sections=list(
            sections
            or [{"title": "基础", "bank": bank.key, "draw": draw, "points_each": points_each}]
        ),
        minutes=minutes,
        cut_percent=Decimal(cut_percent),
        red_line_all=red_line_all,
        max_attempts=max_attempts,
        wait_minutes=wait_minutes,
        review=review,
        origin="app",
        sha256="0" * 64,
        retired_at=None,
    )
    db.session.add(quiz)
    db.session.commit()
    return quiz


def make_sitting(
    quiz: Quiz,
    cohort: Cohort,
    *,
    opens_at: dt.datetime = NOON - HOUR,
    closes_at: dt.datetime = NOON + 8 * HOUR,
    minutes: int | None = None,
    max_attempts: int | None = None,
    wait_minutes: int | None = None,
    review: str | None = None,
    rules: SittingRules | None = None,
    cancelled_at: dt.datetime | None = None,
) -> Sitting:
    """Add a sitting that is open at ``NOON``, with the quiz's rules; nobody is told."""
    sitting = Sitting(
        quiz=quiz,
        cohort=cohort,
        opens_at=opens_at,
        closes_at=closes_at,
        minutes=quiz.minutes if minutes is None else minutes,
        max_attempts=quiz.max_attempts if max_attempts is None else max_attempts,
        wait_minutes=quiz.wait_minutes if wait_minutes is None else wait_minutes,
        cut_percent=quiz.cut_percent,
        red_line_all=quiz.red_line_all,
        review=review or quiz.review,
        rules=rules_as_json(rules or SittingRules()),
        sections=quiz.sections,
        note="",
        created_at=min(NOON - 24 * HOUR, opens_at),
        created_by=None,
        cancelled_at=cancelled_at,
        cancel_reason="老师生病" if cancelled_at else "",
        opening_announced_at=None,
        closing_noted_at=None,
    )
    db.session.add(sitting)
    db.session.commit()
    return sitting


@dataclass(frozen=True)
class Exam:
    """A sitting with everything under it. Ids beside rows, for use outside the session."""

    programme: Programme
    cohort: Cohort
    quiz: Quiz
    sitting: Sitting
    sitting_id: int
    enrolments: Sequence[Enrolment]
    person_ids: Sequence[int]

    @property
    def person_id(self) -> int:
        """The first candidate."""
        return self.person_ids[0]


def make_exam(
    *,
    people: int = 1,
    items: int = 6,
    draw: int = 4,
    red_lines: int = 0,
    quiz: Mapping[str, object] | None = None,
    sitting: Mapping[str, object] | None = None,
    password: str | None = None,
    lessons: int = 1,
) -> Exam:
    """Add a cohort of ``people`` enrolled learners and a sitting for them that is open at ``NOON``.

    Args:
        people: How many candidates.
        items: Size of the bank; its items rest on the first module's lessons in turn.
        draw: Items on the paper.
        red_lines: How many items of the bank are red-line items.
        quiz: Further arguments of ``make_quiz``.
        sitting: Further arguments of ``make_sitting``.
        password: Of every candidate, to sign in through the page.
        lessons: Lessons of each module.
    """
    programme = make_programme(lessons=lessons)
    module = programme.stages[0].modules[0]
    bank = make_bank(items, lessons=[one.key for one in module.lessons], red_lines=red_lines)
    persons: list[Person] = [make_person(password=password) for _ in range(people)]
    cohort = make_cohort(*persons)
    enrolments = [make_enrolment(person, programme, cohort=cohort) for person in persons]
    made = make_quiz(bank, programme, draw=draw, **dict(quiz or {}))  # type: ignore[arg-type]
    opened = make_sitting(made, cohort, **dict(sitting or {}))  # type: ignore[arg-type]
    return Exam(
        programme=programme,
        cohort=cohort,
        quiz=made,
        sitting=opened,
        sitting_id=opened.id,
        enrolments=enrolments,
        person_ids=[person.id for person in persons],
    )


def get_attempt_row(attempt_id: int) -> Attempt:
    """Return the attempt as the database has it now."""
    db.session.expire_all()
    return db.session.get_one(Attempt, attempt_id)


def right_answers(attempt_id: int) -> dict[int, dict[str, object]]:
    """Return a fully right raw answer for each position of an attempt's paper; none where people mark."""
    paper = paper_from_json(get_attempt_row(attempt_id).paper)
    samples = {
        position: sample_responses(placed.item).right
        for position, placed in enumerate(paper, start=1)
    }
    return {
        position: dict(right[0])  # type: ignore[call-overload]
        for position, right in samples.items()
        if right
    }


def block_sizes(bank: str) -> list[int]:
    """Return how many items are drawn at once from a bank: 1 for one that stands alone, else its group's."""
    lots = list_lots([bank])[bank]
    return sorted(len(lot.items) for lot in lots for _ in range(lot.count))


def take_exam(
    exam: Exam, *, person_id: int | None = None, right: int = 99, now: dt.datetime = NOON
) -> int:
    """Start, answer the first ``right`` items rightly and the others not at all, submit; return the attempt."""
    who = exam.person_id if person_id is None else person_id
    attempt_id = start_attempt(exam.sitting_id, person_id=who, now=now, seed=7)
    for position, raw in list(right_answers(attempt_id).items())[:right]:
        save_response(attempt_id, position, person_id=who, seq=position, raw=raw, now=now)
    submit_attempt(attempt_id, person_id=who, now=now + dt.timedelta(minutes=5))
    db.session.commit()
    assert get_attempt_row(attempt_id).state == AttemptState.SUBMITTED
    return attempt_id
