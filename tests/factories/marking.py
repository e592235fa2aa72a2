"""Builders of papers with essays: a sitting of choices and essays, attempts at it, markers.

Each builder commits, as those of quizzes do.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal

from sqlalchemy import select

from lms.db import db
from lms.people.domain.roles import RoleName
from lms.questions.domain.items import Essay, RubricLine, item_as_json
from lms.quizzes.models import EssayPlace
from lms.quizzes.services import save_response, start_attempt, submit_attempt
from lms.quizzes.services.marking import GivenMark, give_mark
from tests.conftest import NOON
from tests.factories.curriculum import make_enrolment, make_programme
from tests.factories.people import make_cohort, make_person
from tests.factories.questions import make_bank, make_item
from tests.factories.quizzes import (
    Exam,
    get_attempt_row,
    make_quiz,
    make_sitting,
    right_answers,
)

RUBRIC = (
    RubricLine("calm", "先接住情绪", Decimal(2)),
    RubricLine("fix", "给出办法和时间", Decimal(3)),
)
REFERENCE = "亲，非常抱歉让您久等了，参考参考。"
TEXT = "亲，抱歉让您久等了。\n我马上帮您催件，今天 18:00 前回复您。"
LATER = dt.timedelta(minutes=5)


def essay_body(
    stem: str = "买家说包裹三天没动，写一段回复。", *, rubric: bool = True
) -> dict[str, object]:
    """Return the body of an essay with a rubric of 2 + 3 points, or with none."""
    return item_as_json(Essay(stem, RUBRIC if rubric else (), REFERENCE, "先情绪，后办法。", 6))


def make_essay_exam(
    *,
    people: int = 1,
    choices: int = 2,
    essays: int = 1,
    two_markers: bool = False,
    rubric: bool = True,
    essay_points: str = "10",
    quiz: Mapping[str, object] | None = None,
    sitting: Mapping[str, object] | None = None,
) -> Exam:
    """Add a sitting open at ``NOON`` whose paper has ``choices`` of 5 points, then ``essays``; all pass at 60 %."""
    programme = make_programme()
    lessons = [one.key for one in programme.stages[0].modules[0].lessons]
    bank = make_bank(choices, lessons=lessons)
    written = make_bank(0)
    for number in range(essays):
        make_item(
            written,
            key=f"{written.key}-e{number + 1}",
            body=essay_body(
                f"第 {number + 1} 道问答：买家说包裹三天没动，写一段回复。", rubric=rubric
            ),
            lesson_key=lessons[0],
            position=number + 1,
        )
    sections = [
        {"title": "选择", "bank": bank.key, "draw": choices, "points_each": "5"},
        {"title": "问答", "bank": written.key, "draw": essays, "points_each": essay_points},
    ]
    persons = [make_person() for _ in range(people)]
    cohort = make_cohort(*persons)
    enrolments = [make_enrolment(person, programme, cohort=cohort) for person in persons]
    made = make_quiz(
        bank,
        programme,
        sections=sections,
        cut_percent="60",
        **{"key": programme.stages[0].modules[0].quiz_key, **dict(quiz or {})},  # type: ignore[arg-type]
    )
    opened = make_sitting(made, cohort, **dict(sitting or {}))  # type: ignore[arg-type]
    if two_markers:
        opened.rules = {"has_two_markers": True}
        db.session.commit()
    return Exam(
        programme=programme,
        cohort=cohort,
        quiz=made,
        sitting=opened,
        sitting_id=opened.id,
        enrolments=enrolments,
        person_ids=[person.id for person in persons],
    )


def make_markers(n: int = 3, role: RoleName = RoleName.TRAINER) -> list[int]:
    """Add people who mark; return their ids."""
    return [make_person(role).id for _ in range(n)]


def answer_all(
    exam: Exam,
    *,
    person_id: int | None = None,
    right: int = 99,
    texts: Sequence[str] = (),
    submits: bool = True,
    now: dt.datetime = NOON,
) -> int:
    """Start, answer the first ``right`` choices rightly and every essay, submit; return the attempt.

    Args:
        exam: Of ``make_essay_exam``.
        person_id: Who; the first candidate if not said.
        right: How many choices are answered, rightly.
        texts: Answers to the essays in order; "" leaves one out, ``TEXT`` for those not said.
        submits: Whether it is submitted.
        now: The start.
    """
    who = exam.person_id if person_id is None else person_id
    attempt_id = start_attempt(exam.sitting_id, person_id=who, now=now, seed=7)
    answers, essays = right_answers(attempt_id), essay_positions(attempt_id)
    sent: dict[int, Mapping[str, object]] = dict(list(answers.items())[:right])
    for number, position in enumerate(essays):
        text = texts[number] if number < len(texts) else TEXT
        if text:
            sent[position] = {"text": text}
    for position, raw in sent.items():
        save_response(attempt_id, position, person_id=who, seq=position, raw=raw, now=now)
    if submits:
        submit_attempt(attempt_id, person_id=who, now=now + LATER)
    db.session.commit()
    return attempt_id


def essay_positions(attempt_id: int) -> list[int]:
    """Return where essays stand on the paper of an attempt."""
    paper = get_attempt_row(attempt_id).paper
    return [
        position
        for position, entry in enumerate(paper, start=1)
        if entry["body"]["type"] == "essay"
    ]


def tokens_of(attempt_id: int) -> list[str]:
    """Return the tokens of the places of an attempt, by position."""
    return list(
        db.session.scalars(
            select(EssayPlace.token)
            .where(EssayPlace.attempt_id == attempt_id)
            .order_by(EssayPlace.position)
        )
    )


def mark(
    token: str,
    marker_id: int,
    calm: str = "2",
    fix: str = "3",
    *,
    comment: str = "",
    round_shown: int = 1,
    now: dt.datetime = NOON + 2 * LATER,
) -> bool:
    """Mark one answer by its rubric and commit; return whether the attempt is complete."""
    given = GivenMark({"calm": Decimal(calm), "fix": Decimal(fix)}, comment=comment)
    done = give_mark(token, given, round_shown=round_shown, actor_id=marker_id, now=now)
    db.session.commit()
    return done
