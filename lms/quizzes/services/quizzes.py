"""Writing test specifications."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal

from lms.audit.services import record
from lms.curriculum.domain.path import GateKind
from lms.db import db
from lms.errors import InvalidInput
from lms.quizzes.domain.review import ReviewRule
from lms.quizzes.domain.specification import sections_as_json, sections_from_json
from lms.quizzes.models import Quiz
from lms.quizzes.queries import find_quiz

KINDS = frozenset({GateKind.MODULE_QUIZ.value, GateKind.STAGE_TEST.value})


def upsert_quiz(
    *,
    key: str,
    title: str,
    title_en: str,
    kind: str,
    programme_key: str,
    gate_key: str,
    sections: Sequence[Mapping[str, object]],
    minutes: int,
    cut_percent: Decimal,
    red_line_all: bool,
    max_attempts: int,
    wait_minutes: int,
    review: str,
    origin: str,
    sha256: str,
    now: dt.datetime,
    actor_id: int | None = None,
) -> Quiz:
    """Create or revise a quiz; a retired one comes back. Sittings already scheduled keep their rules.

    Args:
        key: Stable key.
        title: Title.
        title_en: English title.
        kind: ``module_quiz`` or ``stage_test``.
        programme_key: Programme whose learners take it.
        gate_key: Key of the module or stage that passing it closes.
        sections: ``[{"title", "bank", "draw", "points_each"}]``.
        minutes: Usual length of an attempt.
        cut_percent: Usual cut score.
        red_line_all: Whether every red-line item drawn must be right as well.
        max_attempts: Usual number of attempts in a sitting.
        wait_minutes: Usual pause between two.
        review: A ``ReviewRule``.
        origin: ``files`` or ``app``: who authors it.
        sha256: Hash of the authored text; the same hash changes nothing.
        now: The instant of writing.
        actor_id: Who authors it; None for the content files.

    Raises:
        InvalidInput: ``bad_quiz``; facts name the field.
    """
    plan = _check(kind, review, sections)
    quiz = find_quiz(key)
    if quiz is not None and quiz.sha256 == sha256 and quiz.retired_at is None:
        return quiz
    if quiz is None:
        quiz = Quiz(key=key)
        db.session.add(quiz)
    quiz.title = title
    quiz.title_en = title_en
    quiz.kind = kind
    quiz.programme_key = programme_key
    quiz.gate_key = gate_key
    quiz.sections = plan
    quiz.minutes = minutes
    quiz.cut_percent = cut_percent
    quiz.red_line_all = red_line_all
    quiz.max_attempts = max_attempts
    quiz.wait_minutes = wait_minutes
    quiz.review = review
    quiz.origin = origin
    quiz.sha256 = sha256
    quiz.retired_at = None
    db.session.flush()
    record(
        "quizzes.upsert_quiz",
        actor_id=actor_id,
        now=now,
        subject_kind="quiz",
        subject_id=quiz.id,
        key=key,
        sha256=sha256,
    )
    return quiz


def retire_quiz(quiz: Quiz, *, now: dt.datetime, actor_id: int | None = None) -> None:
    """Take a quiz out of use: it cannot be scheduled any more; sittings of it go on."""
    if quiz.retired_at is not None:
        return
    quiz.retired_at = now
    db.session.flush()
    record(
        "quizzes.retire_quiz",
        actor_id=actor_id,
        now=now,
        subject_kind="quiz",
        subject_id=quiz.id,
        key=quiz.key,
    )


def _check(
    kind: str, review: str, sections: Sequence[Mapping[str, object]]
) -> list[dict[str, object]]:
    if kind not in KINDS:
        raise InvalidInput("bad_quiz", field="kind", value=kind)
    if review not in set(ReviewRule):
        raise InvalidInput("bad_quiz", field="review", value=review)
    try:
        plan = sections_from_json(sections)
    except ValueError as error:
        raise InvalidInput("bad_quiz", field="sections", value=str(error)) from error
    if not plan:
        raise InvalidInput("bad_quiz", field="sections", value="none")
    return sections_as_json(plan)
