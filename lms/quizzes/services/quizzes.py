"""Writing test specifications."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from dataclasses import fields as dataclass_fields
from decimal import Decimal

from sqlalchemy import func, select

from lms.audit.services import record
from lms.curriculum.domain.path import GateKind
from lms.db import db
from lms.errors import InvalidInput, InvalidState
from lms.quizzes.domain.review import matrix_from_stored
from lms.quizzes.domain.specification import Section, sections_as_json, sections_from_json
from lms.quizzes.models import Quiz
from lms.quizzes.queries import find_quiz

APP = "app"
"""Origin of a quiz that is written in the browser."""
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
        sections: As ``domain.specification.sections_from_json`` reads them.
        minutes: Usual length of an attempt.
        cut_percent: Usual cut score.
        red_line_all: Whether every red-line item drawn must be right as well.
        max_attempts: Usual number of attempts in a sitting.
        wait_minutes: Usual pause between two.
        review: A ``ReviewRule``, or a matrix as ``matrix_as_stored`` makes it.
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


@dataclass(frozen=True, slots=True)
class QuizFields:
    """What a quiz says, as ``upsert_quiz`` describes it."""

    title: str
    title_en: str
    kind: str
    programme_key: str
    gate_key: str
    sections: tuple[Section, ...]
    minutes: int
    cut_percent: Decimal
    red_line_all: bool
    max_attempts: int
    wait_minutes: int
    review: str

    @property
    def sha256(self) -> str:
        """Hash of all of it; by it is seen whether somebody has changed the quiz meanwhile."""
        said = {**asdict(self), "sections": sections_as_json(self.sections)}
        text = json.dumps(said, ensure_ascii=False, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


def create_quiz(fields: QuizFields, *, actor_id: int, now: dt.datetime) -> Quiz:
    """Create a quiz that is written in the browser.

    Raises:
        InvalidInput: ``bad_quiz``; facts name the field.
    """
    number = (db.session.scalar(select(func.max(Quiz.id))) or 0) + 1
    while find_quiz(f"app-quiz-{number}") is not None:
        number += 1
    return _write(f"app-quiz-{number}", fields, actor_id, now)


def revise_quiz(
    quiz: Quiz, fields: QuizFields, *, based_on: str, actor_id: int, now: dt.datetime
) -> Quiz:
    """Change a quiz that is written in the browser; sittings already scheduled keep what they were told.

    Args:
        quiz: The quiz.
        fields: What it says from now on.
        based_on: Its hash when the person began to write.
        actor_id: Who changes it.
        now: The instant.

    Raises:
        InvalidState: ``quiz_read_only``, ``quiz_retired``, or ``quiz_changed``: by somebody else meanwhile.
        InvalidInput: ``bad_quiz``; facts name the field.
    """
    db.session.refresh(quiz, with_for_update=True)
    check_own(quiz)
    if quiz.retired_at is not None:
        raise InvalidState("quiz_retired", key=quiz.key)
    if quiz.sha256 != based_on:
        raise InvalidState("quiz_changed", key=quiz.key)
    return _write(quiz.key, fields, actor_id, now)


def restore_quiz(quiz: Quiz, *, actor_id: int, now: dt.datetime) -> None:
    """Take a retired quiz back into use.

    Raises:
        InvalidState: ``quiz_read_only``: files author it.
    """
    check_own(quiz)
    if quiz.retired_at is None:
        return
    quiz.retired_at = None
    db.session.flush()
    record(
        "quizzes.restore_quiz",
        actor_id=actor_id,
        now=now,
        subject_kind="quiz",
        subject_id=quiz.id,
        key=quiz.key,
    )


def check_own(quiz: Quiz) -> None:
    """Check that a quiz is written in the browser.

    Raises:
        InvalidState: ``quiz_read_only``: files author it.
    """
    if quiz.origin != APP:
        raise InvalidState("quiz_read_only", key=quiz.key)


def _write(key: str, fields: QuizFields, actor_id: int, now: dt.datetime) -> Quiz:
    said = {one.name: getattr(fields, one.name) for one in dataclass_fields(fields)}
    sections = sections_as_json(fields.sections)
    return upsert_quiz(
        **{**said, "sections": sections},
        key=key,
        origin=APP,
        sha256=fields.sha256,
        now=now,
        actor_id=actor_id,
    )


def _check(
    kind: str, review: str, sections: Sequence[Mapping[str, object]]
) -> list[dict[str, object]]:
    if kind not in KINDS:
        raise InvalidInput("bad_quiz", field="kind", value=kind)
    try:
        matrix_from_stored(review)
    except ValueError as error:
        raise InvalidInput("bad_quiz", field="review", value=review) from error
    try:
        plan = sections_from_json(sections)
    except ValueError as error:
        raise InvalidInput("bad_quiz", field="sections", value=str(error)) from error
    if not plan:
        raise InvalidInput("bad_quiz", field="sections", value="none")
    return sections_as_json(plan)
