"""Reading credentials."""

import datetime as dt
from collections.abc import Collection, Sequence

from flask import url_for
from sqlalchemy import Select, or_, select

from lms.certificates.models import Credential
from lms.db import db
from lms.errors import NotFound
from lms.gradebook.dependents import Dependent
from lms.organisation.queries import find_organisation
from lms.people.models import Person
from lms.probation.models import Decision, ProbationFile
from lms.web.listing import like
from lms.web.waiting import Waiting

POSITIVE = ("regular", "early")
"""Outcomes that a credential follows from."""


def get_credential(credential_id: int) -> Credential:
    """Return one credential.

    Raises:
        NotFound: There is none.
    """
    credential = db.session.get(Credential, credential_id)
    if credential is None:
        raise NotFound("credential", id=credential_id)
    return credential


def find_by_code(code: str) -> Credential | None:
    """Return the credential with this verification code (normalised), if its documents exist."""
    return db.session.scalars(
        select(Credential).where(Credential.code == code, Credential.state == "ready")
    ).first()


def find_credential_of_person(person_id: int) -> Credential | None:
    """Return the person's newest credential."""
    return db.session.scalars(
        select(Credential)
        .where(Credential.person_id == person_id)
        .order_by(Credential.id.desc())
        .limit(1)
    ).first()


def find_credential_of_enrolment(enrolment_id: int) -> Credential | None:
    """Return the credential that followed from this enrolment's decision."""
    return db.session.scalars(
        select(Credential)
        .join(Decision, Decision.id == Credential.decision_id)
        .join(ProbationFile, ProbationFile.id == Decision.file_id)
        .where(ProbationFile.enrolment_id == enrolment_id)
    ).first()


def select_credentials(words: str = "", state: str = "") -> Select[Credential]:
    """Return the query of credentials that match the holder's name or the serial."""
    query = select(Credential).join(Person).order_by(Credential.id.desc())
    if words:
        pattern = like(words)
        query = query.where(
            or_(
                Person.name.ilike(pattern, escape="\\"),
                Credential.serial.ilike(pattern, escape="\\"),
            )
        )
    if state:
        query = query.where(Credential.state == state)
    return query


def list_decisions_to_issue(limit: int = 100) -> Sequence[int]:
    """Return ids of positive decisions that have no credential yet, oldest first."""
    return db.session.scalars(
        select(Decision.id)
        .outerjoin(Credential, Credential.decision_id == Decision.id)
        .where(Decision.outcome.in_(POSITIVE), Credential.id.is_(None))
        .order_by(Decision.id)
        .limit(limit)
    ).all()


def list_pending(limit: int = 100) -> Sequence[int]:
    """Return ids of credentials whose documents are still to be made, oldest first."""
    return db.session.scalars(
        select(Credential.id)
        .where(Credential.state == "pending")
        .order_by(Credential.id)
        .limit(limit)
    ).all()


def claim_pending(credential_id: int) -> Credential | None:
    """Lock one pending credential for this transaction; None when another worker has it or did it."""
    return db.session.scalars(
        select(Credential)
        .where(Credential.id == credential_id, Credential.state == "pending")
        .with_for_update(skip_locked=True)
    ).first()


def list_dependents(enrolment_ids: Collection[int]) -> list[Dependent]:
    """Return the credentials that these enrolments led to: what rests on their results."""
    rows = db.session.execute(
        select(ProbationFile.enrolment_id, Credential.id, Credential.serial, Credential.issued_at)
        .join(Decision, Decision.file_id == ProbationFile.id)
        .join(Credential, Credential.decision_id == Decision.id)
        .where(ProbationFile.enrolment_id.in_(enrolment_ids))
        .order_by(Credential.id)
    )
    return [
        Dependent(
            "credential",
            enrolment_id,
            f"/certificates/{credential_id}",
            {"serial": serial, "at": issued_at.isoformat()},
        )
        for enrolment_id, credential_id, serial, issued_at in rows
    ]


def list_waiting(person: Person, now: dt.datetime) -> list[Waiting]:
    """Return what waits for HR: failed documents, and decisions that wait for the organisation's name."""
    if "hr" not in person.role_names:
        return []
    waiting = [
        Waiting(
            "certificates.failed",
            url_for("certificates.show_credential", credential_id=credential.id),
            since=credential.issued_at,
            facts={"name": credential.facts["name"], "failure": credential.failure},
        )
        for credential in db.session.scalars(select_credentials(state="failed"))
    ]
    undelivered = list_decisions_to_issue() if find_organisation() is None else []
    if undelivered:
        first = db.session.get(Decision, undelivered[0])
        waiting.append(
            Waiting(
                "certificates.organisation",
                url_for("organisation.edit"),
                since=first.decided_at if first else now,
                facts={"n": len(undelivered)},
            )
        )
    return waiting
