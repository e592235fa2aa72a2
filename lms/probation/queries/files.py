"""Reading one probation file and what a decision on it rests on."""

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import select

from lms.audit.models import AuditEvent
from lms.clock import local_date
from lms.curriculum.domain.path import GateKind, Path, State
from lms.curriculum.models import Enrolment
from lms.db import db
from lms.defense.queries import list_verdicts
from lms.gradebook.models import GradeEntry
from lms.gradebook.queries import list_entries
from lms.people.models import Person
from lms.people.queries import list_supervisions
from lms.probation.domain.clock import ProbationClock
from lms.probation.domain.contract import ContractDates, ContractKind
from lms.probation.domain.decision import Case, MissingGate
from lms.probation.domain.evidence import Evidence, evidence_for
from lms.probation.models import Decision, ProbationFile
from lms.probation.queries.conditions import Governing
from lms.units import as_percent


def organisation_zone() -> ZoneInfo:
    """Return the zone in which the organisation counts its days."""
    zone: ZoneInfo = current_app.extensions["settings"].zone
    return zone


def find_file(enrolment_id: int) -> ProbationFile | None:
    """Return the probation file of an enrolment, if HR entered its dates."""
    return db.session.scalars(
        select(ProbationFile).where(ProbationFile.enrolment_id == enrolment_id)
    ).first()


def find_decision(enrolment_id: int) -> Decision | None:
    """Return HR's decision on an enrolment, if it was made."""
    return db.session.scalars(
        select(Decision)
        .join(ProbationFile, ProbationFile.id == Decision.file_id)
        .where(ProbationFile.enrolment_id == enrolment_id)
    ).first()


def list_other_ends(person_id: int, enrolment_id: int) -> Sequence[dt.date]:
    """Return the last days of the person's probations in other enrolments, earliest first."""
    return db.session.scalars(
        select(ProbationFile.probation_ends_on)
        .where(ProbationFile.person_id == person_id, ProbationFile.enrolment_id != enrolment_id)
        .order_by(ProbationFile.probation_ends_on)
    ).all()


def clock_of(file: ProbationFile) -> ProbationClock:
    """Return the legal clock of a file in the organisation's zone."""
    return ProbationClock(file.probation_starts_on, file.probation_ends_on, organisation_zone())


def dates_of(file: ProbationFile) -> ContractDates:
    """Return the dates of a file as the contract states them."""
    return ContractDates(
        kind=ContractKind(file.contract_kind),
        contract_starts_on=file.contract_starts_on,
        contract_ends_on=file.contract_ends_on,
        probation_starts_on=file.probation_starts_on,
        probation_ends_on=file.probation_ends_on,
    )


def list_evidence(enrolment: Enrolment, path: Path) -> list[Evidence]:
    """Return the records of an enrolment that a decision may name, oldest first: papers and verdicts.

    ``path`` is the enrolment's; it says which quiz measures what.
    """
    gates = {gate.quiz_key: gate for gate in path.gates if gate.quiz_key}
    found: list[Evidence] = []
    for entry in _present(list_entries(enrolment.id)):
        gate = gates.get(entry.key)
        if entry.kind != "quiz" or gate is None:
            continue
        found.append(
            Evidence(
                ref=f"grade_entry:{entry.id}",
                source=gate.kind.value,
                key=gate.key,
                title=gate.title,
                title_en=gate.title_en,
                percent=as_percent(entry.points, entry.max_points),
                cut_percent=entry.cut_percent,
                passed=entry.passed,
                at=entry.recorded_at,
            )
        )
    found += [
        Evidence(
            ref=f"verdict:{verdict.id}",
            source=GateKind.DEFENSE.value,
            key="",
            title="",
            title_en="",
            percent=verdict.weighted_percent,
            cut_percent=None,
            passed={"pass": True, "fail": False}.get(verdict.recommendation),
            at=verdict.revealed_at,
        )
        for verdict in list_verdicts(enrolment.id)
    ]
    return sorted(found, key=lambda one: (one.at, one.ref))


def _present(entries: Sequence[GradeEntry]) -> list[GradeEntry]:
    superseded = {entry.supersedes_id for entry in entries}
    return [entry for entry in entries if entry.id not in superseded]


def get_case(
    file: ProbationFile, *, decider: Person, governing: Governing, path: Path, now: dt.datetime
) -> Case:
    """Return what the file holds for a decision by ``decider`` at ``now``, on the way as far as ``path`` says."""
    enrolment, clock = file.enrolment, clock_of(file)
    verdicts = list_verdicts(enrolment.id)
    records = list_evidence(enrolment, path)
    signature = governing.signature
    supervisions = list_supervisions(enrolment.person_id, local_date(now, clock.zone))
    return Case(
        conditions=tuple(line.key for line in governing.lines),
        evidence={
            line.key: frozenset(record.ref for record in evidence_for(line, records))
            for line in governing.lines
        },
        signed_on=None if signature is None else local_date(signature.signed_at, clock.zone),
        starts_on=file.probation_starts_on,
        has_started=clock.has_started(now),
        is_expired=clock.is_expired(now),
        missing_gates=tuple(
            MissingGate(gate.kind.value, gate.key, gate.title, gate.title_en)
            for gate in path.gates
            if gate.state is not State.DONE
        ),
        has_verdict=bool(verdicts),
        candidate_id=enrolment.person_id,
        decider_id=decider.id,
        rater_ids=frozenset(seat.rater_id for seat in verdicts[0].defense.panel)
        if verdicts
        else frozenset(),
        supervisor_ids=frozenset(one.supervisor_id for one in supervisions),
    )


def list_history(enrolment_id: int) -> Sequence[AuditEvent]:
    """Return what was done on a probation file, oldest first."""
    return db.session.scalars(
        select(AuditEvent)
        .where(
            AuditEvent.subject_kind == "enrolment",
            AuditEvent.subject_id == str(enrolment_id),
            AuditEvent.action.startswith("probation."),
        )
        .order_by(AuditEvent.at, AuditEvent.id)
    ).all()
