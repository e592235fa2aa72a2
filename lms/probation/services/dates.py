"""Entering and correcting contract and probation dates."""

import datetime as dt

from sqlalchemy import select

from lms.audit.services import record
from lms.curriculum.models import Enrolment
from lms.db import JsonObject, db
from lms.errors import InvalidInput, InvalidState
from lms.people.models import Person
from lms.probation import queries
from lms.probation.domain.contract import ContractDates, check_dates
from lms.probation.domain.finding import errors_of, warnings_of
from lms.probation.models import ProbationFile


def enter_dates(
    enrolment: Enrolment,
    dates: ContractDates,
    *,
    actor_id: int,
    now: dt.datetime,
    reason: str = "",
) -> ProbationFile:
    """Enter contract and probation dates as the contract states them, or correct them with a reason.

    A correction is no extension: once the last day is over, it is not moved; every change is kept in the audit.

    Raises:
        InvalidInput: A date the law does not allow (the code and field of the first finding of
            ``domain.contract.check_dates``), or ``correction_reason_missing``.
        InvalidState: ``enrolment_ended``, ``already_decided``, or ``probation_over_fixed``.
    """
    # Two files for one person at the same moment: the second waits here and sees the first.
    db.session.scalars(
        select(Person.id).where(Person.id == enrolment.person_id).with_for_update()
    ).one()
    file = queries.find_file(enrolment.id)
    if file is not None and file.decision is not None:
        raise InvalidState("already_decided", name=enrolment.person.name)
    if enrolment.state != "active":
        raise InvalidState("enrolment_ended", name=enrolment.person.name)
    findings = check_dates(dates, queries.list_other_ends(enrolment.person_id, enrolment.id))
    for finding in errors_of(findings):
        raise InvalidInput(finding.code, field=finding.where, **finding.facts)
    before = queries.dates_of(file) if file is not None else None
    if file is not None and before == dates:
        return file
    if file is None:
        file = ProbationFile(enrolment_id=enrolment.id, person_id=enrolment.person_id)
        db.session.add(file)
    else:
        _check_correction(file, dates, reason, now)
    file.contract_kind = dates.kind.value
    file.contract_starts_on = dates.contract_starts_on
    file.contract_ends_on = dates.contract_ends_on
    file.probation_starts_on = dates.probation_starts_on
    file.probation_ends_on = dates.probation_ends_on
    file.entered_at = now
    file.entered_by = actor_id
    db.session.flush()
    record(
        "probation.enter_dates" if before is None else "probation.correct_dates",
        actor_id=actor_id,
        now=now,
        subject_kind="enrolment",
        subject_id=enrolment.id,
        file=file.id,
        dates=dates_as_json(dates),
        before=None if before is None else dates_as_json(before),
        reason=reason.strip(),
        warnings=[finding.code for finding in warnings_of(findings)],
    )
    return file


def _check_correction(
    file: ProbationFile, dates: ContractDates, reason: str, now: dt.datetime
) -> None:
    clock = queries.clock_of(file)
    if clock.is_expired(now) and dates.probation_ends_on > clock.ends_on:
        raise InvalidState("probation_over_fixed", ends_on=clock.ends_on)
    if not reason.strip():
        raise InvalidInput("correction_reason_missing", field="reason")


def dates_as_json(dates: ContractDates) -> JsonObject:
    """Return ``dates`` as audits and decisions keep them."""
    ends_on = dates.contract_ends_on
    return {
        "contract_kind": dates.kind.value,
        "contract_starts_on": dates.contract_starts_on.isoformat(),
        "contract_ends_on": None if ends_on is None else ends_on.isoformat(),
        "probation_starts_on": dates.probation_starts_on.isoformat(),
        "probation_ends_on": dates.probation_ends_on.isoformat(),
    }
