"""Regrading: what an essay earned is changed after the result was there, with a reason, by a further line."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy import select

from lms.audit.services import record
from lms.curriculum.models import GatePass
from lms.curriculum.services import pass_gate
from lms.db import db
from lms.errors import InvalidInput, InvalidState, NotFound
from lms.gradebook.dependents import list_dependents
from lms.gradebook.services import Corrected, correct_results
from lms.notifications.services import post
from lms.people.domain.roles import RoleName
from lms.people.models import Person
from lms.people.queries import list_persons_with_role
from lms.quizzes.domain.grading import (
    Grade,
    ItemResult,
    grade,
    grade_as_json,
    results_from_json,
)
from lms.quizzes.domain.marking import ADJUDICATION
from lms.quizzes.domain.paper import paper_from_json
from lms.quizzes.domain.rekeying import Change, Figures, Flip
from lms.quizzes.models import Attempt, EssayMark, EssayPlace
from lms.quizzes.queries.marking import list_place_marks, list_places, lock_graded_attempt
from lms.quizzes.queries.rekeys import answers_of
from lms.quizzes.services.item_results import update_item_results
from lms.quizzes.services.marking import check_points
from lms.units import Points

REASON_AT_MOST = 500


def regrade(
    attempt_id: int,
    position: int,
    *,
    points: Decimal,
    reason: str,
    actor_id: int,
    now: dt.datetime,
) -> EssayMark:
    """Change what an essay earned after the result was there: a further mark, a line that supersedes, a message.

    As after a re-key a gate that was passed stays passed, and one that the new result passes opens; HR is told when
    something rests on the result.

    Args:
        attempt_id: An attempt with its result.
        position: Of an essay that was marked.
        points: What it earns now.
        reason: Why; the candidate reads it.
        actor_id: Who decides; not the candidate.
        now: The instant.

    Raises:
        NotFound: No such place, or it is in an attempt of the actor's own.
        InvalidInput: ``mark_malformed``, ``reason_missing``, or ``regrade_same``: it earns that already.
        InvalidState: ``attempt_ungraded``: there is no result yet.
    """
    words = reason.strip()
    if not words or len(words) > REASON_AT_MOST:
        raise InvalidInput("reason_missing", field="reason", at_most=REASON_AT_MOST)
    attempt = lock_graded_attempt(attempt_id)
    if attempt is None:
        raise InvalidState("attempt_ungraded", id=attempt_id)
    place = next((one for one in list_places(attempt_id) if one.position == position), None)
    if place is None or attempt.person_id == actor_id:
        raise NotFound("essay_place", attempt=attempt_id, position=position)
    given = check_points(points, Points(place.max_points))
    before = _results(attempt)
    was = before[position - 1].points
    if given == was:
        raise InvalidInput("regrade_same", field="points")
    mark = _add_regrade(place, given, words, was, actor_id=actor_id, now=now)
    place.points = given
    after = tuple(
        replace(one, points=given, is_right=given == one.max_points)
        if one.position == position
        else one
        for one in before
    )
    _Regrade(attempt, place, mark, was, words).write(after, actor_id=actor_id, now=now)
    return mark


def _results(attempt: Attempt) -> tuple[ItemResult, ...]:
    outcome = attempt.outcome or {}
    return results_from_json(paper_from_json(attempt.paper), outcome["items"])


def _add_regrade(
    place: EssayPlace,
    points: Points,
    reason: str,
    was: Points,
    *,
    actor_id: int,
    now: dt.datetime,
) -> EssayMark:
    marks = list_place_marks(place.attempt_id, place.position)
    mark = EssayMark(
        attempt_id=place.attempt_id,
        position=place.position,
        item_version_id=place.item_version_id,
        round=max(ADJUDICATION, *marks) + 1,
        marker_id=actor_id,
        points=points,
        facts={"reason": reason, "before": str(was)},
        comment=reason,
        marked_at=now,
    )
    db.session.add(mark)
    db.session.flush()
    return mark


@dataclass(frozen=True, slots=True)
class _Regrade:
    """What follows from one regrade, written in the order in which it can be read back."""

    attempt: Attempt
    place: EssayPlace
    mark: EssayMark
    was: Points
    reason: str

    @property
    def source(self) -> str:
        """The source of the new line in the ledger."""
        return f"attempt:{self.attempt.id}:regrade:{self.mark.id}"

    def write(self, results: Sequence[ItemResult], *, actor_id: int, now: dt.datetime) -> None:
        """Write result, statistics, ledger, gate, audit and messages."""
        attempt, sitting = self.attempt, self.attempt.sitting
        result = grade(results, cut_percent=sitting.cut_percent, red_line_all=sitting.red_line_all)
        change = Change(
            Figures.of_stored(
                Points(attempt.points or Decimal()),
                Points(attempt.max_points),
                passed=bool(attempt.passed),
            ),
            Figures.of_grade(result),
        )
        answers = answers_of(attempt.outcome or {})
        attempt.points, attempt.passed = result.points, result.passed
        attempt.outcome = grade_as_json(result, results, answers)
        update_item_results(attempt.id, results)
        self._correct_ledger(result, actor_id=actor_id, now=now)
        opens_gate = self._open_gate(change, result, actor_id=actor_id, now=now)
        record(
            "quizzes.regrade",
            actor_id=actor_id,
            now=now,
            subject_kind="attempt",
            subject_id=attempt.id,
            position=self.place.position,
            was=str(self.was),
            points=str(self.mark.points),
            reason=self.reason,
            before=change.before.as_json(),
            after=change.after.as_json(),
        )
        self._tell_hire(change, opens_gate=opens_gate, now=now)
        self._tell_hr(change, now=now)
        db.session.flush()

    def _correct_ledger(self, result: Grade, *, actor_id: int, now: dt.datetime) -> None:
        correct_results(
            [
                Corrected(
                    enrolment_id=self.attempt.enrolment_id,
                    first_source=f"attempt:{self.attempt.id}",
                    source=self.source,
                    points=result.points,
                    max_points=result.max_points,
                    passed=result.passed,
                    facts={
                        "essay_mark_id": self.mark.id,
                        "red_line_missed": len(result.red_line_missed),
                    },
                )
            ],
            now=now,
            actor_id=actor_id,
        )

    def _open_gate(self, change: Change, result: Grade, *, actor_id: int, now: dt.datetime) -> bool:
        """Open the gate of a pass that was a fail; say whether it was closed until now."""
        if change.flip is not Flip.TO_PASS:
            return False
        quiz = self.attempt.sitting.quiz
        known = select(GatePass.id).where(
            GatePass.enrolment_id == self.attempt.enrolment_id,
            GatePass.kind == quiz.kind,
            GatePass.key == quiz.gate_key,
        )
        if db.session.scalar(known) is not None:
            return False
        pass_gate(
            self.attempt.enrolment_id,
            kind=quiz.kind,
            key=quiz.gate_key,
            percent=result.percent,
            evidence={"table": "attempt", "id": self.attempt.id, "essay_mark": self.mark.id},
            now=now,
            actor_id=actor_id,
        )
        return True

    def _tell_hire(self, change: Change, *, opens_gate: bool, now: dt.datetime) -> None:
        quiz = self.attempt.sitting.quiz
        post(
            "quizzes.regraded",
            to=db.session.get_one(Person, self.attempt.person_id),
            key=f"regrade:{self.mark.id}",
            now=now,
            link=f"/attempts/{self.attempt.id}/result",
            title=quiz.title,
            title_en=quiz.title_en,
            position=self.place.position,
            was=_plain(self.was),
            becomes=_plain(self.mark.points),
            before=_plain(change.before.points),
            after=_plain(change.after.points),
            reason=self.reason,
            flip=change.flip.value,
            opens_gate=opens_gate,
        )

    def _tell_hr(self, change: Change, *, now: dt.datetime) -> None:
        """Tell HR what rests on the result; nothing of it is changed by the system."""
        things = list_dependents({self.attempt.enrolment_id})
        if not things:
            return
        person = db.session.get_one(Person, self.attempt.person_id)
        link = f"/sittings/{self.attempt.sitting_id}/attempts/{self.attempt.id}"
        for reader in list_persons_with_role(RoleName.HR):
            post(
                "quizzes.regrade_dependents",
                to=reader,
                key=f"regrade:{self.mark.id}:hr:{reader.id}",
                now=now,
                link=link,
                path=link,
                name=person.name,
                title=self.attempt.sitting.quiz.title,
                title_en=self.attempt.sitting.quiz.title_en,
                before=_plain(change.before.points),
                after=_plain(change.after.points),
                flip=change.flip.value,
                reason=self.reason,
                things=[{"kind": one.kind, "link": one.link} for one in things],
            )


def _plain(points: Decimal) -> str:
    return f"{points.normalize():f}"
