"""The places of ended attempts that wait for markers: made, and taken back when an attempt is opened again."""

import secrets
from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from lms.db import db
from lms.errors import InvalidState
from lms.quizzes.domain.grading import ItemResult, awaiting_as_json
from lms.quizzes.domain.marking import waiting_positions
from lms.quizzes.domain.rules import rules_from_json
from lms.quizzes.models import ESSAY_PLACE, Attempt, EssayMark, EssayPlace
from lms.quizzes.queries.attempts import Marking

_TOKEN_BYTES = 8
_INSERTS = {
    "sqlite": sqlite.insert(ESSAY_PLACE).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(ESSAY_PLACE).on_conflict_do_nothing(),
}


def await_marking(attempt: Attempt, marking: Marking, results: Sequence[ItemResult]) -> None:
    """Let an ended attempt wait for people: no points, no decision, its essays in the queue.

    Args:
        attempt: Just ended; its ``submitted_at`` is set.
        marking: What was marked.
        results: Every place of it, those of people still open.
    """
    markers = 2 if rules_from_json(attempt.sitting.rules).has_two_markers else 1
    attempt.awaits_marking = True
    attempt.points, attempt.passed = None, None
    attempt.outcome = awaiting_as_json(results, marking.answers)
    connection = db.session.connection()
    connection.execute(
        _INSERTS[connection.dialect.name],
        [
            {
                "attempt_id": attempt.id,
                "position": position,
                "token": secrets.token_hex(_TOKEN_BYTES),
                "item_version_id": marking.paper[position - 1].item_version_id,
                "max_points": marking.paper[position - 1].points,
                "markers": markers,
                "since_at": attempt.submitted_at,
                "round_due": 1,
                "points": None,
            }
            for position in waiting_positions(results)
        ],
    )


def withdraw_places(attempt: Attempt) -> None:
    """Take an attempt's essays out of the queue, because it is opened again; nothing where it has none.

    Args:
        attempt: Locked, ended.

    Raises:
        InvalidState: ``attempt_marked``: somebody has marked an answer, which must not change under the mark.
    """
    marked = select(EssayMark.id).where(EssayMark.attempt_id == attempt.id).limit(1)
    if db.session.scalar(marked) is not None:
        raise InvalidState("attempt_marked", id=attempt.id)
    db.session.execute(delete(EssayPlace).where(EssayPlace.attempt_id == attempt.id))
    attempt.awaits_marking = False
