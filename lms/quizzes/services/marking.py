"""Marking by people: giving marks, and completing attempts with them.

A mark is one row of one marker. Whoever gave it may change it until the attempt is complete; what it was stays in
the row's ``facts["history"]``, with its time. The last mark completes the attempt at once and the candidate is told:
from then on a change is a regrade (``services.regrading``), with a reason.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from lms.audit.services import record
from lms.db import JsonObject, db
from lms.errors import InvalidInput, InvalidState, NotFound
from lms.quizzes.domain.grading import (
    Grade,
)
from lms.quizzes.domain.marking import (
    ADJUDICATION,
    points_of_criteria,
    round_due,
    settled_points,
)
from lms.quizzes.models import Attempt, EssayMark, EssayPlace
from lms.quizzes.queries import get_marking
from lms.quizzes.queries.marking import (
    essay_of,
    get_place,
    list_place_marks,
    list_places,
    lock_awaiting_attempt,
    points_by_round,
)
from lms.quizzes.services.ending import enter_result, mark_with, tell_result
from lms.units import Points, as_points

COMMENT_AT_MOST = 1000


@dataclass(frozen=True, slots=True)
class GivenMark:
    """What a marker says of one answer.

    Attributes:
        criteria: Points by line of the rubric, where the item has one.
        points: Points of the whole where it has none.
        comment: Shown to the candidate with the result; may be empty.
    """

    criteria: Mapping[str, Decimal] = field(default_factory=dict)
    points: Decimal | None = None
    comment: str = ""


def give_mark(
    token: str, mark: GivenMark, *, round_shown: int, actor_id: int, now: dt.datetime
) -> bool:
    """Mark one answer, or change the own mark of it; the last mark of an attempt completes it.

    Of two who send the first mark of one answer at the same time, both count where the sitting asks for two: neither
    has seen the other's. Where one is enough, the later one is told, and nothing of it is kept.

    Args:
        token: Of the place.
        mark: What is given.
        round_shown: The round for which the page was made: who decides between two has seen both.
        actor_id: The marker.
        now: The instant.

    Returns:
        Whether the attempt is complete now.

    Raises:
        NotFound: No such place, or it is in an attempt of the marker's own.
        InvalidInput: ``mark_malformed`` with the ``field``.
        InvalidState: ``place_settled``: others have marked it meanwhile; ``attempt_complete``: the own mark counts
            already; ``mark_adjudicated``: somebody has decided between it and another one.
    """
    found = get_place(token)
    if found.attempt.person_id == actor_id:
        raise NotFound("essay_place", token=token)
    attempt = lock_awaiting_attempt(found.attempt_id)
    if attempt is None:
        own = any(
            one.marker_id == actor_id
            for one in list_place_marks(found.attempt_id, found.position).values()
        )
        raise InvalidState("attempt_complete" if own else "place_settled")
    places = list_places(attempt.id)
    place = next(one for one in places if one.position == found.position)
    points = _points(place, mark)
    marks = list_place_marks(attempt.id, place.position)
    own_mark = next((one for one in marks.values() if one.marker_id == actor_id), None)
    if own_mark is None:
        number = _free_round(place, round_shown)
        marks[number] = _add(place, number, points, mark, actor_id=actor_id, now=now)
    else:
        _change(own_mark, marks, points, mark, now=now)
    _settle(place, marks)
    if any(one.round_due is not None for one in places):
        return False
    complete_attempt(attempt, now)
    return True


def _points(place: EssayPlace, mark: GivenMark) -> Points:
    """Return the points of a mark, checked against the rubric or what the item is worth."""
    rubric = essay_of(place.version).rubric
    most = Points(place.max_points)
    if len(mark.comment) > COMMENT_AT_MOST:
        raise InvalidInput("mark_malformed", field="comment", at_most=COMMENT_AT_MOST)
    if rubric:
        try:
            return points_of_criteria(rubric, mark.criteria, most)
        except ValueError as error:
            raise InvalidInput("mark_malformed", field="criteria", problem=str(error)) from error
    return check_points(mark.points, most)


def check_points(points: Decimal | None, most: Points) -> Points:
    """Return points that may be given for an item worth ``most``.

    Raises:
        InvalidInput: ``mark_malformed``: none, beyond the range, or finer than 0.01.
    """
    if points is None or not 0 <= points <= most or points != as_points(points):
        raise InvalidInput("mark_malformed", field="points", at_most=str(most))
    return as_points(points)


def _free_round(place: EssayPlace, round_shown: int) -> int:
    due = place.round_due
    if due is None or (due == ADJUDICATION) != (round_shown == ADJUDICATION):
        raise InvalidState("place_settled")
    return due


def _add(
    place: EssayPlace,
    number: int,
    points: Points,
    mark: GivenMark,
    *,
    actor_id: int,
    now: dt.datetime,
) -> EssayMark:
    given = EssayMark(
        attempt_id=place.attempt_id,
        position=place.position,
        item_version_id=place.item_version_id,
        round=number,
        marker_id=actor_id,
        points=points,
        facts=_criteria_facts(mark),
        comment=mark.comment,
        marked_at=now,
    )
    db.session.add(given)
    db.session.flush()
    _record(given, now=now)
    return given


def _criteria_facts(mark: GivenMark) -> JsonObject:
    if not mark.criteria:
        return {}
    return {"criteria": {name: str(value) for name, value in mark.criteria.items()}}


def _change(
    own: EssayMark,
    marks: Mapping[int, EssayMark],
    points: Points,
    mark: GivenMark,
    *,
    now: dt.datetime,
) -> None:
    """Change a mark by its marker; what it was stays in its history."""
    if ADJUDICATION in marks and own.round != ADJUDICATION:
        raise InvalidState("mark_adjudicated")
    facts = _criteria_facts(mark)
    was = {name: value for name, value in own.facts.items() if name != "history"}
    if (own.points, was, own.comment) == (points, facts, mark.comment):
        return
    before = {
        "points": str(own.points),
        "comment": own.comment,
        "marked_at": own.marked_at.isoformat(),
        **was,
    }
    own.facts = {**facts, "history": [*own.facts.get("history", []), before]}
    own.points, own.comment, own.marked_at = points, mark.comment, now
    db.session.flush()
    _record(own, now=now)


def _record(mark: EssayMark, *, now: dt.datetime) -> None:
    record(
        "quizzes.give_mark",
        actor_id=mark.marker_id,
        now=now,
        subject_kind="essay_mark",
        subject_id=mark.id,
        attempt_id=mark.attempt_id,
        position=mark.position,
        round=mark.round,
        points=str(mark.points),
        changes=len(mark.facts.get("history", [])),
    )


def _settle(place: EssayPlace, marks: Mapping[int, EssayMark]) -> None:
    given, most = points_by_round(marks), Points(place.max_points)
    place.round_due = round_due(given, most, markers=place.markers)
    place.points = settled_points(given, most, markers=place.markers)
    db.session.flush()


def complete_attempt(attempt: Attempt, now: dt.datetime) -> Grade:
    """Grade an attempt whose essays are all marked, exactly as one that had none, and tell the candidate.

    Args:
        attempt: Locked, waiting for markers.
        now: The instant.

    Raises:
        InvalidState: ``marks_missing``: a place still waits.
    """
    places = list_places(attempt.id)
    if not attempt.awaits_marking or any(one.points is None for one in places):
        raise InvalidState("marks_missing", id=attempt.id)
    marking = get_marking(attempt.id)
    given = {one.position: Points(one.points) for one in places if one.points is not None}
    result = enter_result(attempt, marking, mark_with(marking, given), now)
    tell_result(attempt, result, now, was_marked=True)
    return result
