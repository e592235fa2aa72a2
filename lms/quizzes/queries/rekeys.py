"""Finding what a correction of an item version reaches, and what follows from it, without writing anything."""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy import ColumnElement, Integer, bindparam, cast, func, or_, select, text, true
from sqlalchemy.dialects import postgresql

from lms.curriculum.models import GatePass
from lms.db import db
from lms.gradebook.dependents import Dependent, list_dependents
from lms.people.models import Cohort, Person
from lms.quizzes.domain.attempts import AttemptState
from lms.quizzes.domain.grading import ItemResult, grade, results_from_json
from lms.quizzes.domain.paper import paper_from_json
from lms.quizzes.domain.rekeying import (
    Change,
    Corrections,
    Figures,
    Flip,
    is_all_dropped,
    remark,
)
from lms.quizzes.models import ATTEMPT, ITEM_RESULT, Quiz, Sitting
from lms.units import Points

_attempt = ATTEMPT.c
_result = ITEM_RESULT.c
AT_ONCE = 200
"""Papers read in one statement: some 40 kB each."""


@dataclass(frozen=True, slots=True)
class Sat:
    """An ended attempt that a correction reaches: whose, of what.

    Attributes:
        positions: Where the item stood on the paper, from 1.
        quiz_kind: Kind of the gate that passing opens.
    """

    attempt_id: int
    enrolment_id: int
    person_id: int
    name: str
    employee_no: str
    cohort: str
    sitting_id: int
    number: int
    quiz_kind: str
    gate_key: str
    title: str
    title_en: str
    positions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Consequence:
    """What a correction makes of one attempt whose outcome changes.

    Attributes:
        sat: The attempt.
        change: What it comes to before and after; the sums may stay while single marks change.
        before: Its marks.
        after: The same, with the corrections.
        outcome: What is frozen in the attempt now.
        opens_gate: Whether the pass opens a gate that was not passed yet.
    """

    sat: Sat
    change: Change
    before: tuple[ItemResult, ...]
    after: tuple[ItemResult, ...]
    cut_percent: Decimal
    red_line_all: bool
    outcome: Mapping[str, object]
    opens_gate: bool = False

    @property
    def is_told(self) -> bool:
        """Whether the person's result changes, not only how it came about."""
        return self.change.before != self.change.after


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a set of corrections changes, compared with how things stand.

    Attributes:
        attempts: How many ended attempts had the item.
        changed: Those whose marks change: flips first, then by attempt.
        worthless: Those whose paper would be worth nothing.
        running: How many attempts run now that have the item; they are marked with the correction when they end.
        dependents: What rests on the results that change.
    """

    attempts: int
    changed: tuple[Consequence, ...]
    worthless: tuple[Sat, ...]
    running: int
    dependents: tuple[Dependent, ...]

    @property
    def told(self) -> list[Consequence]:
        """Those whose result changes."""
        return [one for one in self.changed if one.is_told]

    def flipped(self, flip: Flip) -> list[Consequence]:
        """Return those whose decision turns this way."""
        return [one for one in self.changed if one.change.flip is flip]

    def counts(self) -> dict[str, int]:
        """Return the numbers that are shown and kept."""
        told = self.told
        return {
            "attempts": self.attempts,
            "changed": len(told),
            "up": sum(one.change.direction > 0 for one in told),
            "down": sum(one.change.direction < 0 for one in told),
            "to_pass": len(self.flipped(Flip.TO_PASS)),
            "to_fail": len(self.flipped(Flip.TO_FAIL)),
            "gates": sum(one.opens_gate for one in self.changed),
            "running": self.running,
            "dependents": len(self.dependents),
        }

    def fingerprint(self, *said: object) -> str:
        """Return a hash of what follows, and of ``said``: the same only while nothing has changed meanwhile.

        Who is sitting the paper right now is left out: nobody could confirm anything while an exam runs.
        """
        facts = [
            said,
            self.attempts,
            [sat.attempt_id for sat in self.worthless],
            [
                [
                    one.sat.attempt_id,
                    one.change.before.as_json(),
                    one.change.after.as_json(),
                    one.opens_gate,
                    [[str(mark.points), mark.is_right] for mark in one.after],
                ]
                for one in self.changed
            ],
            [[one.kind, one.enrolment_id, one.link] for one in self.dependents],
        ]
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def plan_rekey(version_id: int, corrections: Corrections, *, lock: bool = False) -> Plan:
    """Return what changes when ``corrections`` are those in force.

    Args:
        version_id: The item version whose corrections differ from those in force now.
        corrections: All of them, of whatever version.
        lock: For applying, after ``lock_rekeys``: keep the attempts as they are until the transaction ends.
    """
    attempts = 0
    changed: list[Consequence] = []
    worthless: list[Sat] = []
    for sat, consequence, is_lost in _consequences(version_id, corrections, lock=lock):
        attempts += 1
        if is_lost:
            worthless.append(sat)
        if consequence is not None:
            changed.append(consequence)
    changed = _with_gates(changed)
    changed.sort(key=lambda one: (_FLIPS.index(one.change.flip), one.sat.attempt_id))
    dependents = list_dependents({one.sat.enrolment_id for one in changed if one.is_told})
    running = _count_running(version_id)
    return Plan(attempts, tuple(changed), tuple(worthless), running, tuple(dependents))


#: Who loses a pass comes first: the page is read from the top.
_FLIPS = (Flip.TO_FAIL, Flip.TO_PASS, Flip.NONE)


def _positions(version_id: int) -> dict[int, tuple[int, ...]]:
    """Return where the item stood, by ended attempt, in a stable order."""
    rows = db.session.execute(
        select(_result.attempt_id, _result.position)
        .where(_result.item_version_id == version_id)
        .order_by(_result.attempt_id, _result.position)
    )
    found: dict[int, tuple[int, ...]] = {}
    for attempt_id, position in rows:
        found[attempt_id] = (*found.get(attempt_id, ()), position)
    return found


_ROWS = (
    select(
        _attempt.id,
        _attempt.enrolment_id,
        _attempt.person_id,
        _attempt.number,
        _attempt.points,
        _attempt.max_points,
        _attempt.passed,
        _attempt.outcome,
        _attempt.paper,
        Person.name,
        Person.employee_no,
        Cohort.name.label("cohort"),
        Sitting.id.label("sitting_id"),
        Sitting.cut_percent,
        Sitting.red_line_all,
        Quiz.kind,
        Quiz.gate_key,
        Quiz.title,
        Quiz.title_en,
    )
    .select_from(ATTEMPT)
    .join(Sitting, Sitting.id == _attempt.sitting_id)
    .join(Quiz, Quiz.id == Sitting.quiz_id)
    .join(Person, Person.id == _attempt.person_id)
    .join(Cohort, Cohort.id == Sitting.cohort_id)
    .where(_attempt.id.in_(bindparam("ids", expanding=True)))
    .order_by(_attempt.id)
)


def _consequences(
    version_id: int, corrections: Corrections, *, lock: bool
) -> Iterator[tuple[Sat, Consequence | None, bool]]:
    """Yield every ended attempt that had the item, what changes (None: nothing), and whether nothing counts any more."""
    positions = _positions(version_id)
    ids = list(positions)
    query = _ROWS.with_for_update(of=ATTEMPT) if lock else _ROWS
    for start in range(0, len(ids), AT_ONCE):
        for row in db.session.execute(query, {"ids": ids[start : start + AT_ONCE]}):
            sat = Sat(
                attempt_id=row.id,
                enrolment_id=row.enrolment_id,
                person_id=row.person_id,
                name=row.name,
                employee_no=row.employee_no or "",
                cohort=row.cohort,
                sitting_id=row.sitting_id,
                number=row.number,
                quiz_kind=row.kind,
                gate_key=row.gate_key,
                title=row.title,
                title_en=row.title_en,
                positions=positions[row.id],
            )
            paper = paper_from_json(row.paper)
            before = results_from_json(paper, row.outcome["items"])
            answers = answers_of(row.outcome)
            after = remark(paper, before, answers, corrections)
            is_lost = is_all_dropped(paper, corrections)
            if _kept(after) == _kept(before) and not _is_left(before, after):
                yield sat, None, is_lost
                continue
            result = grade(after, cut_percent=row.cut_percent, red_line_all=row.red_line_all)
            change = Change(
                Figures.of_stored(Points(row.points), Points(row.max_points), passed=row.passed),
                Figures.of_grade(result),
            )
            consequence = Consequence(
                sat, change, before, after, row.cut_percent, row.red_line_all, row.outcome
            )
            yield sat, consequence, is_lost


def answers_of(outcome: Mapping[str, object]) -> dict[int, Mapping[str, object]]:
    """Return the raw answers of an ended attempt by position, as its outcome keeps them."""
    items = outcome["items"]
    rows = items if isinstance(items, list) else []
    return {
        position: row["answer"]
        for position, row in enumerate(rows, start=1)
        if row["answer"] is not None
    }


def _kept(results: Sequence[ItemResult]) -> list[tuple[Decimal, Decimal, bool]]:
    return [(one.points, one.max_points, one.is_right) for one in results]


def _is_left(before: Sequence[ItemResult], after: Sequence[ItemResult]) -> bool:
    """Say whether a place has no correction any more: then nothing of one may stay in the outcome."""
    return any(
        was.marked is not None and one.marked is None
        for was, one in zip(before, after, strict=True)
    )


def _with_gates(changed: Sequence[Consequence]) -> list[Consequence]:
    """Mark those whose pass opens a gate: of several attempts of one person the first one does."""
    flipped = [one for one in changed if one.change.flip is Flip.TO_PASS]
    passed = _list_passed({one.sat.enrolment_id for one in flipped})
    opening: set[int] = set()
    for one in flipped:
        gate = (one.sat.enrolment_id, one.sat.quiz_kind, one.sat.gate_key)
        if gate not in passed:
            passed.add(gate)
            opening.add(one.sat.attempt_id)
    return [
        replace(one, opens_gate=True) if one.sat.attempt_id in opening else one for one in changed
    ]


def _list_passed(enrolment_ids: Collection[int]) -> set[tuple[int, str, str]]:
    if not enrolment_ids:
        return set()
    rows = db.session.execute(
        select(GatePass.enrolment_id, GatePass.kind, GatePass.key).where(
            GatePass.enrolment_id.in_(enrolment_ids)
        )
    )
    return {(enrolment_id, kind, key) for enrolment_id, kind, key in rows}


def _holds(version_id: int) -> ColumnElement[bool]:
    """Return that a paper holds the version; papers are JSON, and each database has its own words for that."""
    if db.session.get_bind().dialect.name == "postgresql":
        held = bindparam("held", [{"item_version_id": version_id}], postgresql.JSONB)
        return cast(_attempt.paper, postgresql.JSONB).contains(held)
    placed = func.json_each(_attempt.paper).table_valued("value")
    number = cast(func.json_extract(placed.c.value, "$.item_version_id"), Integer)
    return select(placed.c.value).where(number == version_id).exists()


def _running(version_id: int) -> ColumnElement[bool]:
    """Return that an attempt with the version has no result yet: it runs, or people are marking it."""
    open_now, awaits = _attempt.state == AttemptState.OPEN.value, _attempt.awaits_marking == true()
    return or_(open_now, awaits) & _holds(version_id)


def _count_running(version_id: int) -> int:
    query = select(func.count()).select_from(ATTEMPT).where(_running(version_id))
    return db.session.scalar(query) or 0


def lock_rekeys(version_id: int) -> None:
    """Let one re-key be applied at a time, and let attempts that run with the item end before it or after it.

    Whoever holds such an attempt is just marking it by the old corrections; when we go on, the rows of its results
    are there. Whoever comes later waits, and finds the new correction. On SQLite the writing transaction as a whole
    is that lock.
    """
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(text("LOCK TABLE item_rekey IN SHARE ROW EXCLUSIVE MODE"))
    query = select(_attempt.id).where(_running(version_id)).order_by(_attempt.id)
    db.session.execute(query.with_for_update()).all()


def count_sat(version_id: int) -> tuple[int, int]:
    """Return how many ended attempts had the version, and how many run with it."""
    ended = select(func.count(_result.attempt_id.distinct())).where(
        _result.item_version_id == version_id
    )
    return db.session.scalar(ended) or 0, _count_running(version_id)
