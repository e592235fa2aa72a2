"""Deciding: once, by a named human, on what the file holds at that moment."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select

from lms.audit.services import record
from lms.clock import local_date
from lms.curriculum.domain.path import GateKind, Path
from lms.curriculum.models import Enrolment
from lms.curriculum.queries import get_path, list_gate_passes
from lms.curriculum.services import complete_enrolment, pass_gate, withdraw_enrolment
from lms.db import JsonObject, db
from lms.defense.queries import find_verdict
from lms.defense.services import call_off_defense
from lms.errors import InvalidInput, InvalidState, NotAllowed
from lms.notifications.services import post
from lms.people.domain.roles import RoleName
from lms.people.models import Person
from lms.probation import queries
from lms.probation.domain.decision import (
    Case,
    ConditionLine,
    Draft,
    Outcome,
    check_decision,
    check_outcomes,
)
from lms.probation.domain.evidence import evidence_as_json
from lms.probation.domain.finding import Finding, errors_of, warnings_of
from lms.probation.models import Decision, ProbationFile
from lms.probation.services.dates import dates_as_json


def decide(file: ProbationFile, draft: Draft, *, actor: Person, now: dt.datetime) -> Decision:
    """Record HR's decision, once, and end the enrolment; tell the person; let a positive one open the last gate.

    Raises:
        NotAllowed: ``hr_only``.
        InvalidState: ``already_decided``, ``enrolment_ended``, or what closes the outcome whatever is written, such
            as ``probation_expired`` and ``conditions_unsigned``.
        InvalidInput: The first finding of ``domain.decision.check_decision`` that refuses; ``field`` names the place.
    """
    if RoleName.HR not in actor.role_names:
        raise NotAllowed("hr_only")
    enrolment = file.enrolment
    # Two HR officers press at once: the second waits here and finds the decision.
    db.session.scalars(
        select(ProbationFile.id).where(ProbationFile.id == file.id).with_for_update()
    ).one()
    if queries.find_decision(enrolment.id) is not None:
        raise InvalidState("already_decided", name=enrolment.person.name)
    if enrolment.state != "active":
        raise InvalidState("enrolment_ended", name=enrolment.person.name)
    governing = queries.find_governing(enrolment)
    path = get_path(enrolment, now, queries.organisation_zone())
    case = queries.get_case(file, decider=actor, governing=governing, path=path, now=now)
    findings = check_decision(draft, case)
    outcome = _refuse(draft, case, findings)
    decision = Decision(
        file_id=file.id,
        outcome=outcome.value,
        reasons=[_line_as_json(line) for line in draft.lines],
        summary=draft.summary.strip(),
        decided_by=actor.id,
        decided_at=now,
        facts=_decision_facts(file, draft, case, governing, findings)
        | _evidence_facts(enrolment, draft, path)
        | {"decided_local": now.astimezone(queries.organisation_zone()).isoformat()},
    )
    decision.file = file
    db.session.add(decision)
    db.session.flush()
    record(
        "probation.decide",
        actor_id=actor.id,
        now=now,
        subject_kind="enrolment",
        subject_id=enrolment.id,
        decision=decision.id,
        outcome=outcome.value,
        reasons=decision.reasons,
        exceptions=decision.facts["exceptions"],
        warnings=decision.facts["warnings"],
    )
    if outcome.is_positive:
        _open_last_gate(decision, enrolment, actor, now)
    else:
        withdraw_enrolment(enrolment, reason=outcome.value, now=now, actor_id=actor.id)
    # Decided without the panel: nobody has to come any more.
    call_off_defense(enrolment, zone=queries.organisation_zone(), actor_id=actor.id, now=now)
    _tell(decision, enrolment, outcome, now)
    return decision


def _refuse(draft: Draft, case: Case, findings: Sequence[Finding]) -> Outcome:
    for finding in errors_of(findings):
        closed = check_outcomes(case)[draft.outcome] if draft.outcome is not None else []
        error = InvalidState if finding in closed else InvalidInput
        raise error(finding.code, field=finding.where, **finding.facts)
    if draft.outcome is None:  # pragma: no cover - check_decision has refused it above
        raise InvalidInput("outcome_missing", field="outcome")
    return draft.outcome


def _line_as_json(line: ConditionLine) -> JsonObject:
    return {
        "condition": line.condition,
        "state": line.state.value if line.state is not None else None,
        "reason": line.reason.strip(),
        "evidence": list(line.evidence),
        "evidence_note": line.evidence_note.strip(),
    }


def _decision_facts(
    file: ProbationFile,
    draft: Draft,
    case: Case,
    governing: queries.Governing,
    findings: Sequence[Finding],
) -> JsonObject:
    """Everything that the decision rests on, as it stood at that moment."""
    enrolment, conditions, signature = file.enrolment, governing.conditions, governing.signature
    verdict = find_verdict(enrolment.id)
    return {
        "conditions": None
        if conditions is None
        else {"id": conditions.id, "version": conditions.version, "sha256": conditions.sha256},
        "signature": None
        if signature is None
        else {
            "id": signature.id,
            "sha256": signature.sha256,
            "signed_at": signature.signed_at.isoformat(),
        },
        "verdict": None
        if verdict is None
        else {
            "id": verdict.id,
            "weighted_percent": _text(verdict.weighted_percent),
            "recommendation": verdict.recommendation,
        },
        "gates": [
            {
                "kind": gate.kind,
                "key": gate.key,
                "percent": _text(gate.percent),
                "passed_at": gate.passed_at.isoformat(),
            }
            for gate in list_gate_passes(enrolment.id)
        ],
        "exceptions": [
            {"kind": gate.kind, "key": gate.key, "title": gate.title, "title_en": gate.title_en}
            for gate in case.missing_gates
            if draft.outcome is Outcome.REGULAR
        ],
        "exception_reason": draft.exception_reason.strip(),
        "union": draft.union.value if draft.union is not None else None,
        "warnings": [
            {"code": one.code, "where": one.where, **{k: str(v) for k, v in one.facts.items()}}
            for one in warnings_of(findings)
        ],
        "raters": sorted(case.rater_ids),
        "dates": dates_as_json(queries.dates_of(file)),
    }


def _evidence_facts(enrolment: Enrolment, draft: Draft, path: Path) -> JsonObject:
    named = {ref for line in draft.lines for ref in line.evidence}
    records = queries.list_evidence(enrolment, path)
    return {"evidence": [evidence_as_json(one) for one in records if one.ref in named]}


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _open_last_gate(
    decision: Decision, enrolment: Enrolment, actor: Person, now: dt.datetime
) -> None:
    evidence: JsonObject = {"table": "decision", "id": decision.id}
    if decision.facts["exceptions"]:
        evidence |= {
            "exceptions": decision.facts["exceptions"],
            "reason": decision.facts["exception_reason"],
            "actor": actor.id,
        }
    pass_gate(
        enrolment.id,
        kind=GateKind.DECISION.value,
        key="",
        percent=None,
        evidence=evidence,
        now=now,
        actor_id=actor.id,
    )
    complete_enrolment(enrolment, now=now, actor_id=actor.id)


def _tell(decision: Decision, enrolment: Enrolment, outcome: Outcome, now: dt.datetime) -> None:
    programme = enrolment.programme
    post(
        "probation.decided",
        to=enrolment.person,
        key=f"probation:decided:{decision.id}",
        now=now,
        link="/conditions",
        outcome=outcome.value,
        post=programme.post,
        post_en=programme.post_en,
        decided_on=local_date(now, queries.organisation_zone()),
        ends_on=decision.file.probation_ends_on,
    )
