"""Entering contract and probation dates, and correcting them."""

import datetime as dt

import pytest
from sqlalchemy import select

from lms.audit.models import AuditEvent
from lms.db import db
from lms.errors import InvalidInput, InvalidState
from lms.probation.domain.contract import ContractKind
from lms.probation.queries import dates_of, find_file
from lms.probation.services import enter_dates
from tests.conftest import NOON
from tests.factories.curriculum import make_enrolment
from tests.factories.probation import LAST_DAY, START, make_dates, make_decision, make_file

pytestmark = pytest.mark.usefixtures("session")


def events(enrolment):
    return db.session.scalars(
        select(AuditEvent)
        .where(AuditEvent.subject_kind == "enrolment", AuditEvent.action.startswith("probation."))
        .order_by(AuditEvent.id)
    ).all()


def test_dates_are_kept_as_written(hr):
    enrolment = make_enrolment()
    file = enter_dates(enrolment, make_dates(), actor_id=hr, now=NOON)
    assert dates_of(find_file(enrolment.id)) == make_dates()
    assert (file.person_id, file.entered_by, file.entered_at) == (enrolment.person_id, hr, NOON)
    (event,) = events(enrolment)
    assert event.action == "probation.enter_dates"
    assert event.facts["dates"]["probation_ends_on"] == "2026-12-31"
    assert event.facts["before"] is None


def test_what_the_law_does_not_allow_is_refused_at_its_field(hr):
    enrolment = make_enrolment()
    too_long = make_dates(probation_ends_on=dt.date(2027, 2, 28))
    with pytest.raises(InvalidInput) as caught:
        enter_dates(enrolment, too_long, actor_id=hr, now=NOON)
    assert (caught.value.code, caught.value.facts["field"]) == (
        "probation_too_long",
        "probation_ends_on",
    )
    assert caught.value.facts["last_day"] == dt.date(2027, 1, 1)
    assert find_file(enrolment.id) is None


def test_a_warning_does_not_refuse_but_is_recorded(hr):
    enrolment = make_enrolment()
    by_civil_code = make_dates(probation_ends_on=dt.date(2027, 1, 2))
    enter_dates(enrolment, by_civil_code, actor_id=hr, now=NOON)
    assert events(enrolment)[0].facts["warnings"] == ["counts_differ"]


def test_once_a_person_whatever_became_of_the_first(hr):
    first = make_file(starts_on=dt.date(2025, 1, 1), ends_on=dt.date(2025, 6, 30))
    first.enrolment.state = "withdrawn"
    again = make_enrolment(first.person, starts_on=START)
    with pytest.raises(InvalidInput) as caught:
        enter_dates(again, make_dates(), actor_id=hr, now=NOON)
    assert caught.value.code == "second_probation"
    assert caught.value.facts["ended_on"] == dt.date(2025, 6, 30)


def test_entering_the_same_again_changes_nothing(hr):
    enrolment = make_enrolment()
    first = enter_dates(enrolment, make_dates(), actor_id=hr, now=NOON)
    later = NOON + dt.timedelta(hours=1)
    assert enter_dates(enrolment, make_dates(), actor_id=hr, now=later).id == first.id
    assert first.entered_at == NOON
    assert len(events(enrolment)) == 1


def test_a_correction_needs_a_reason_and_keeps_what_was(hr):
    enrolment = make_enrolment()
    enter_dates(enrolment, make_dates(), actor_id=hr, now=NOON)
    right = make_dates(probation_ends_on=dt.date(2026, 12, 1))
    with pytest.raises(InvalidInput) as caught:
        enter_dates(enrolment, right, actor_id=hr, now=NOON, reason="  ")
    assert (caught.value.code, caught.value.facts["field"]) == (
        "correction_reason_missing",
        "reason",
    )
    enter_dates(enrolment, right, actor_id=hr, now=NOON, reason="看错月份")
    assert find_file(enrolment.id).probation_ends_on == dt.date(2026, 12, 1)
    correction = events(enrolment)[-1]
    assert correction.action == "probation.correct_dates"
    assert correction.facts["before"]["probation_ends_on"] == "2026-12-31"
    assert correction.facts["dates"]["probation_ends_on"] == "2026-12-01"
    assert correction.facts["reason"] == "看错月份"


def test_a_correction_is_checked_like_the_first_entry(hr):
    file = make_file()
    with pytest.raises(InvalidInput, match="no_probation_in_kind"):
        enter_dates(
            file.enrolment,
            make_dates(kind=ContractKind.PART_TIME),
            actor_id=hr,
            now=NOON,
            reason="类型选错",
        )
    assert file.contract_kind == "open_ended"


def test_an_ended_probation_is_not_moved_later(hr):
    file = make_file(ends_on=dt.date(2026, 11, 22))
    with pytest.raises(InvalidState, match="probation_over_fixed"):
        enter_dates(file.enrolment, make_dates(), actor_id=hr, now=NOON, reason="延长")
    earlier = make_dates(probation_ends_on=dt.date(2026, 11, 20))
    enter_dates(file.enrolment, earlier, actor_id=hr, now=NOON, reason="看错一天")
    assert file.probation_ends_on == dt.date(2026, 11, 20)


def test_the_last_day_itself_may_still_be_corrected(hr):
    file = make_file(ends_on=dt.date(2026, 11, 23))
    enter_dates(file.enrolment, make_dates(), actor_id=hr, now=NOON, reason="看错月份")
    assert file.probation_ends_on == LAST_DAY


def test_nothing_moves_after_the_decision(hr):
    decision = make_decision()
    with pytest.raises(InvalidState, match="already_decided"):
        enter_dates(decision.file.enrolment, make_dates(), actor_id=hr, now=NOON, reason="x")


def test_nothing_is_entered_for_an_ended_enrolment(hr):
    with pytest.raises(InvalidState, match="enrolment_ended"):
        enter_dates(make_enrolment(state="withdrawn"), make_dates(), actor_id=hr, now=NOON)
