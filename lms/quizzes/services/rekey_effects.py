"""Writing what follows from a re-key, in bulk: a thousand attempts in seconds."""

import datetime as dt
from collections.abc import Iterable, Sequence

from sqlalchemy import bindparam, update

from lms.curriculum.services import Passing, pass_gates
from lms.db import JsonObject, db
from lms.gradebook.dependents import Dependent
from lms.gradebook.services import Corrected, correct_results
from lms.notifications.services import post_new
from lms.people.domain.roles import RoleName
from lms.people.queries import list_persons, list_persons_with_role
from lms.quizzes.domain.grading import ItemResult, grade, grade_as_json
from lms.quizzes.domain.rekeying import Figures, Flip
from lms.quizzes.models import ATTEMPT, REKEYED_ATTEMPT, ItemRekey
from lms.quizzes.queries.rekeys import Consequence, Plan, answers_of
from lms.quizzes.services.item_results import update_many_item_results

NAMED_AT_MOST = 20
"""People named in the message to HR; the page has the whole list."""

_UPDATE = (
    update(ATTEMPT)
    .where(ATTEMPT.c.id == bindparam("of_attempt"))
    .values(
        points=bindparam("new_points"),
        max_points=bindparam("new_max_points"),
        passed=bindparam("new_passed"),
        outcome=bindparam("new_outcome"),
    )
)


def write_effects(rekey: ItemRekey, plan: Plan, *, actor_id: int, now: dt.datetime) -> None:
    """Write what a plan says: attempts, statistics, ledger, gates, what was before and after, and messages.

    Args:
        rekey: The correction applied, or just marked as undone.
        plan: Made with the locks held.
        actor_id: Who does it.
        now: The instant.
    """
    if plan.changed:
        _write_attempts(plan.changed)
        update_many_item_results((one.sat.attempt_id, one.after) for one in plan.changed)
    if rekey.undone_at is None and plan.changed:
        db.session.connection().execute(
            REKEYED_ATTEMPT.insert(), [_as_row(rekey, one) for one in plan.changed]
        )
    _write_ledger(rekey, plan.told, actor_id=actor_id, now=now)
    _open_gates(rekey, plan.changed, actor_id=actor_id, now=now)
    _tell_hires(rekey, plan.told, now=now)
    if plan.dependents:
        _tell_hr(rekey, plan, now=now)
    db.session.flush()


def _write_attempts(changed: Iterable[Consequence]) -> None:
    db.session.connection().execute(
        _UPDATE,
        [
            {
                "of_attempt": one.sat.attempt_id,
                "new_points": one.change.after.points,
                "new_max_points": one.change.after.max_points,
                "new_passed": one.change.after.passed,
                "new_outcome": _outcome(one),
            }
            for one in changed
        ],
    )


def _outcome(one: Consequence) -> JsonObject:
    result = grade(one.after, cut_percent=one.cut_percent, red_line_all=one.red_line_all)
    return grade_as_json(result, one.after, answers_of(one.outcome))


def _as_row(rekey: ItemRekey, one: Consequence) -> JsonObject:
    return {
        "rekey_id": rekey.id,
        "attempt_id": one.sat.attempt_id,
        "before": _kept(one.change.before, one.before, one.sat.positions),
        "after": {
            **_kept(one.change.after, one.after, one.sat.positions),
            "opens_gate": one.opens_gate,
        },
    }


def _kept(figures: Figures, results: Sequence[ItemResult], positions: Sequence[int]) -> JsonObject:
    marks = [
        {
            "position": one.position,
            "points": str(one.points),
            "max_points": str(one.max_points),
            "is_right": one.is_right,
        }
        for one in results
        if one.position in positions
    ]
    return {**figures.as_json(), "marks": marks}


def _verb(rekey: ItemRekey) -> str:
    """Return what tells the traces of an undoing from those of the correction."""
    return f"rekey:{rekey.id}" if rekey.undone_at is None else f"rekey:{rekey.id}:undo"


def _write_ledger(
    rekey: ItemRekey, told: Sequence[Consequence], *, actor_id: int, now: dt.datetime
) -> None:
    correct_results(
        [
            Corrected(
                enrolment_id=one.sat.enrolment_id,
                first_source=f"attempt:{one.sat.attempt_id}",
                source=f"attempt:{one.sat.attempt_id}:{_verb(rekey)}",
                points=one.change.after.points,
                max_points=one.change.after.max_points,
                passed=one.change.after.passed,
                facts={"rekey_id": rekey.id, "red_line_missed": _red_lines(one)},
            )
            for one in told
        ],
        now=now,
        actor_id=actor_id,
    )


def _red_lines(one: Consequence) -> int:
    return sum(mark.red_line and not mark.is_right for mark in one.after)


def _open_gates(
    rekey: ItemRekey, changed: Iterable[Consequence], *, actor_id: int, now: dt.datetime
) -> None:
    passings = [
        Passing(
            one.sat.enrolment_id,
            one.sat.quiz_kind,
            one.sat.gate_key,
            one.change.after.percent,
            {"table": "attempt", "id": one.sat.attempt_id, "rekey": rekey.id},
        )
        for one in changed
        if one.opens_gate
    ]
    pass_gates(passings, now=now, actor_id=actor_id)


def _tell_hires(rekey: ItemRekey, told: Sequence[Consequence], *, now: dt.datetime) -> None:
    persons = {one.id: one for one in list_persons({one.sat.person_id for one in told})}
    for one in told:
        change = one.change
        post_new(
            "quizzes.rekeyed",
            to=persons[one.sat.person_id],
            key=f"{_verb(rekey)}:{one.sat.attempt_id}",
            now=now,
            link=f"/attempts/{one.sat.attempt_id}/result",
            title=one.sat.title,
            title_en=one.sat.title_en,
            positions=list(one.sat.positions),
            correction=rekey.kind,
            is_undone=rekey.undone_at is not None,
            before=_points(change.before),
            after=_points(change.after),
            max_before=f"{change.before.max_points.normalize():f}",
            max_after=f"{change.after.max_points.normalize():f}",
            flip=change.flip.value,
            opens_gate=one.opens_gate,
        )


def _points(figures: Figures) -> str:
    return f"{figures.points.normalize():f}"


def _tell_hr(rekey: ItemRekey, plan: Plan, *, now: dt.datetime) -> None:
    """Write one message to everybody of HR: whose results are relied on, flips first, and where to look."""
    flips: dict[int, Flip] = {}
    for one in reversed(plan.told):
        flips[one.sat.enrolment_id] = one.change.flip
    names = {one.sat.enrolment_id: one.sat.name for one in plan.told}
    resting: dict[int, list[Dependent]] = {}
    for thing in plan.dependents:
        resting.setdefault(thing.enrolment_id, []).append(thing)
    ids = sorted(resting, key=lambda one: flips[one] is Flip.NONE)
    people = [
        {
            "name": names[enrolment_id],
            "flip": flips[enrolment_id].value,
            "things": [{"kind": one.kind, "link": one.link} for one in resting[enrolment_id]],
        }
        for enrolment_id in ids[:NAMED_AT_MOST]
    ]
    link = f"/rekeys/{rekey.id}"
    for reader in list_persons_with_role(RoleName.HR):
        post_new(
            "quizzes.rekey_dependents",
            to=reader,
            key=f"{_verb(rekey)}:hr:{reader.id}",
            now=now,
            link=link,
            path=link,
            is_undone=rekey.undone_at is not None,
            n=len(ids),
            people=people,
            more=len(ids) - len(people),
        )
