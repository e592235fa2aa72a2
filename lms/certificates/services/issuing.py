"""Issuing credentials: what is printed is decided here, rows only."""

import datetime as dt
import secrets
from decimal import Decimal

from sqlalchemy import func, select

from lms.audit.services import record
from lms.certificates.domain.codes import CODE_SPACE, make_code, make_serial
from lms.certificates.models import Credential
from lms.clock import local_date
from lms.config import Settings
from lms.curriculum.models import Enrolment
from lms.curriculum.queries import list_gate_passes
from lms.db import JsonObject, db
from lms.errors import InvalidState
from lms.organisation.queries import get_organisation
from lms.probation.models import Decision


def issue_credential(decision: Decision, *, settings: Settings, now: dt.datetime) -> Credential:
    """Award the credential that follows from a positive decision; its documents are made afterwards.

    What is printed is decided here and kept: later changes of names, programmes or the organisation do
    not reach it.

    Raises:
        InvalidState: The decision is not positive, or the organisation has no name yet.
    """
    if decision.outcome not in {"regular", "early"}:
        raise InvalidState("decision_not_positive", decision=decision.id)
    enrolment = decision.file.enrolment
    organisation = get_organisation()
    issued_on = local_date(now, settings.zone)
    code = make_code(secrets.randbelow(CODE_SPACE))
    number = (db.session.scalar(select(func.max(Credential.id))) or 0) + 1
    serial = make_serial(organisation.serial_prefix, issued_on.year, number)
    credential = Credential(
        person_id=enrolment.person_id,
        decision_id=decision.id,
        serial=serial,
        code=code,
        facts=_facts(enrolment, settings, issued_on, serial, code),
        issued_at=now,
        state="pending",
    )
    db.session.add(credential)
    db.session.flush()
    record(
        "certificates.issue",
        actor_id=decision.decided_by,
        now=now,
        subject_kind="credential",
        subject_id=credential.id,
        serial=serial,
        decision=decision.id,
    )
    return credential


def _facts(
    enrolment: Enrolment, settings: Settings, issued_on: dt.date, serial: str, code: str
) -> JsonObject:
    person, programme = enrolment.person, enrolment.programme
    organisation = get_organisation()
    return {
        "name": person.name,
        "name_latin": person.name_latin,
        "organisation": organisation.name,
        "organisation_latin": organisation.name_latin,
        "programme": programme.title,
        "programme_en": programme.title_en,
        "post": programme.post,
        "post_en": programme.post_en,
        "results": _results(enrolment),
        "issued_on": issued_on.isoformat(),
        "serial": serial,
        "verification_code": code,
        # Capitals throughout: the QR symbol is smaller in alphanumeric mode, and our route reads both.
        "verify_url": f"{settings.base_url}/v/{code}".upper(),
        "signer_name": organisation.signer_name,
        "signer_title": organisation.signer_title,
        "signer_title_en": organisation.signer_title_en,
    }


def _results(enrolment: Enrolment) -> list[JsonObject]:
    """Results worth printing: the mean of the module quizzes, the stage test, the defense."""
    passes = [gate for gate in list_gate_passes(enrolment.id) if gate.percent is not None]
    groups = (
        ("module_quiz", "模块测验", "Module quizzes"),
        ("stage_test", "阶段测试", "Stage test"),
        ("defense", "转正答辩", "Probation defense"),
    )
    results: list[JsonObject] = []
    for kind, label, label_en in groups:
        percents = [
            gate.percent for gate in passes if gate.kind == kind and gate.percent is not None
        ]
        if percents:
            mean = sum(percents, Decimal(0)) / len(percents)
            results.append({"label": label, "label_en": label_en, "value": f"{mean:.0f}"})
    return results


def retry_rendering(credential: Credential, *, actor_id: int, now: dt.datetime) -> None:
    """Put a failed credential back into the queue, with the holder's present name.

    Nothing has been handed out yet, so the snapshot may still follow a corrected name.

    Raises:
        InvalidState: It has not failed.
    """
    if credential.state != "failed":
        raise InvalidState("credential_not_failed", serial=credential.serial)
    credential.facts = {
        **credential.facts,
        "name": credential.person.name,
        "name_latin": credential.person.name_latin,
    }
    credential.state = "pending"
    record(
        "certificates.retry",
        actor_id=actor_id,
        now=now,
        subject_kind="credential",
        subject_id=credential.id,
    )
