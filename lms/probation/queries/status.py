"""Reading where probations stand, for one person and for many in a fixed number of queries."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from lms.curriculum.domain.programme import ProgrammePlan
from lms.curriculum.models import Enrolment, GatePass
from lms.curriculum.queries import list_plans
from lms.db import db
from lms.defense.models import Defense
from lms.defense.queries import count_submitted
from lms.probation.domain.status import DefenseProgress, Journey, StatusLine, fold_status
from lms.probation.models import ConditionsSignature, HiringConditions, ProbationFile
from lms.probation.queries.conditions import (
    list_current_conditions,
    list_latest_signatures,
    unsigned_since,
)
from lms.probation.queries.files import clock_of

_TESTS = ("module_quiz", "stage_test")
Gate = tuple[str, str]
"""Kind and key of a module quiz or a stage test."""


def status_line(enrolment: Enrolment, now: dt.datetime) -> StatusLine:
    """Return where one probation stands at ``now``: waiting on whom, since when, until when."""
    return list_status_lines([enrolment], now)[enrolment.id]


def list_status_lines(enrolments: Sequence[Enrolment], now: dt.datetime) -> dict[int, StatusLine]:
    """Return the status lines of many enrolments by enrolment id."""
    found = load_journeys(enrolments)
    return {enrolment.id: fold_status(found.journey_of(enrolment), now) for enrolment in enrolments}


@dataclass(frozen=True, slots=True)
class Journeys:
    """What status lines and lists are made of, read in a fixed number of queries; keys are enrolment ids.

    Attributes:
        files: Probation files with their decisions.
        signatures: Signatures under the newest version signed.
        current: Newest conditions, by programme id.
        gates: Module quizzes and stage tests, by programme id.
        passes: Those passed, and when.
        defenses: The defense that counts.
    """

    files: Mapping[int, ProbationFile]
    signatures: Mapping[int, ConditionsSignature]
    current: Mapping[int, HiringConditions]
    gates: Mapping[int, frozenset[Gate]]
    passes: Mapping[int, Sequence[tuple[Gate, dt.datetime]]]
    defenses: Mapping[int, DefenseProgress]

    def unsigned(self, enrolment: Enrolment) -> HiringConditions | None:
        """Return the present conditions when they are not signed."""
        current = self.current.get(enrolment.programme_id)
        signature = self.signatures.get(enrolment.id)
        if signature is not None and current is not None and signature.conditions_id == current.id:
            return None
        return current

    def journey_of(self, enrolment: Enrolment) -> Journey:
        """Return what the status of one enrolment is folded from."""
        file = self.files.get(enrolment.id)
        decision = file.decision if file is not None else None
        wanted = self.gates[enrolment.programme_id]
        passed = [at for gate, at in self.passes.get(enrolment.id, ()) if gate in wanted]
        unsigned = self.unsigned(enrolment)
        return Journey(
            began_at=enrolment.enrolled_at,
            ended_at=enrolment.ended_at if enrolment.state != "active" else None,
            unsigned_since=unsigned_since(enrolment, unsigned) if unsigned is not None else None,
            gates_total=len(wanted),
            gates_done=len(passed),
            last_gate_at=max(passed, default=None),
            defense=self.defenses.get(enrolment.id),
            ends_at=clock_of(file).ends_at if file is not None else None,
            ends_on=file.probation_ends_on if file is not None else None,
            decided_at=decision.decided_at if decision is not None else None,
            outcome=decision.outcome if decision is not None else "",
        )


def load_journeys(enrolments: Sequence[Enrolment]) -> Journeys:
    """Read what the status lines of ``enrolments`` are made of."""
    ids = [enrolment.id for enrolment in enrolments]
    programmes = {enrolment.programme_id for enrolment in enrolments}
    return Journeys(
        files=list_files(ids),
        signatures=list_latest_signatures(ids),
        current=list_current_conditions(programmes),
        gates={number: frozenset(_gates(plan)) for number, plan in list_plans(programmes).items()},
        passes=_list_passes(ids),
        defenses=_list_defenses(ids),
    )


def list_files(enrolment_ids: Collection[int]) -> dict[int, ProbationFile]:
    """Return the probation files of enrolments with their decisions, by enrolment id."""
    rows = db.session.scalars(
        select(ProbationFile)
        .options(joinedload(ProbationFile.decision))
        .where(ProbationFile.enrolment_id.in_(enrolment_ids))
    )
    return {row.enrolment_id: row for row in rows}


def _gates(plan: ProgrammePlan) -> Iterable[Gate]:
    for stage in plan.stages:
        for module in stage.modules:
            yield "module_quiz", module.key
        yield "stage_test", stage.key


def _list_passes(
    enrolment_ids: Collection[int],
) -> dict[int, list[tuple[Gate, dt.datetime]]]:
    found: dict[int, list[tuple[Gate, dt.datetime]]] = {}
    rows = db.session.execute(
        select(GatePass.enrolment_id, GatePass.kind, GatePass.key, GatePass.passed_at).where(
            GatePass.enrolment_id.in_(enrolment_ids), GatePass.kind.in_(_TESTS)
        )
    )
    for enrolment_id, kind, key, passed_at in rows:
        found.setdefault(enrolment_id, []).append(((kind, key), passed_at))
    return found


def _list_defenses(enrolment_ids: Collection[int]) -> dict[int, DefenseProgress]:
    """Return the newest defense of each enrolment that was not called off."""
    rows = db.session.scalars(
        select(Defense)
        .options(joinedload(Defense.verdict), selectinload(Defense.panel))
        .where(Defense.enrolment_id.in_(enrolment_ids), Defense.cancelled_at.is_(None))
        .order_by(Defense.starts_at, Defense.id)
    ).all()
    newest = {row.enrolment_id: row for row in rows}
    submitted = count_submitted([row.id for row in newest.values()])
    return {
        enrolment_id: DefenseProgress(
            booked_at=row.created_at,
            starts_at=row.starts_at,
            raters=len(row.panel),
            ratings=submitted.get(row.id, 0),
            verdict_at=row.verdict.revealed_at if row.verdict is not None else None,
        )
        for enrolment_id, row in newest.items()
    }
