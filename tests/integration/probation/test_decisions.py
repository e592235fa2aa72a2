"""Deciding: what is recorded, what it sets in motion, what is refused."""

import datetime as dt
from dataclasses import replace

import pytest
from flask import render_template
from flask_babel import force_locale
from sqlalchemy import select

from lms.audit.models import AuditEvent
from lms.curriculum.queries import find_gate_pass, get_path, list_gate_passes
from lms.db import db
from lms.defense.queries import find_verdict
from lms.errors import InvalidInput, InvalidState, NotAllowed
from lms.notifications.models import OutboxMessage
from lms.people.domain.roles import RoleName
from lms.probation.domain.decision import ConditionLine, ConditionState, Outcome
from lms.probation.models import Decision
from lms.probation.queries import (
    find_decision,
    find_signature,
    list_evidence,
    organisation_zone,
)
from lms.probation.services import decide
from tests.conftest import NOON
from tests.factories.curriculum import make_enrolment
from tests.factories.defense import make_defense, make_ready_enrolment, rate_all
from tests.factories.people import add_role, make_person, make_supervision
from tests.factories.probation import (
    REASON,
    make_case_ready,
    make_decision,
    make_draft,
    make_file,
    make_result,
    make_signature,
)

pytestmark = pytest.mark.usefixtures("session")
LATER = NOON + dt.timedelta(days=1)


@pytest.fixture
def officer(session):
    return make_person(RoleName.HR, name="沈佳宁")


def refused(file, draft, actor, now=LATER):
    with pytest.raises((InvalidInput, InvalidState, NotAllowed)) as caught:
        decide(file, draft, actor=actor, now=now)
    assert find_decision(file.enrolment_id) is None
    return type(caught.value).__name__, caught.value.code


def messages(person_id):
    return db.session.scalars(
        select(OutboxMessage).where(
            OutboxMessage.kind == "probation.decided", OutboxMessage.person_id == person_id
        )
    ).all()


@pytest.mark.parametrize("outcome", [Outcome.REGULAR, Outcome.EARLY])
def test_a_positive_one_opens_the_last_gate(officer, outcome):
    file = make_case_ready()
    decision = make_decision(file, outcome, decider=officer, now=LATER)
    assert (decision.outcome, decision.decided_by, decision.decided_at) == (
        outcome.value,
        officer.id,
        LATER,
    )
    gate = find_gate_pass(file.enrolment_id, "decision", "")
    assert gate.evidence == {"table": "decision", "id": decision.id}
    assert file.enrolment.state == "completed"
    assert file.decision is decision
    (message,) = messages(file.person_id)
    assert (message.facts["outcome"], message.link) == (outcome.value, "/conditions")


def test_it_keeps_what_it_rests_on(officer):
    file = make_case_ready()
    decision = make_decision(file, decider=officer, now=LATER)
    signature, verdict = find_signature(file.enrolment_id), find_verdict(file.enrolment_id)
    facts = decision.facts
    assert facts["signature"]["id"] == signature.id
    assert facts["signature"]["sha256"] == signature.sha256
    assert facts["conditions"]["version"] == 1
    assert facts["verdict"] == {
        "id": verdict.id,
        "weighted_percent": "80.00",
        "recommendation": "pass",
    }
    assert {gate["kind"] for gate in facts["gates"]} == {"module_quiz", "stage_test", "defense"}
    assert facts["dates"]["probation_ends_on"] == "2026-12-31"
    assert facts["decided_local"] == "2026-11-24T12:00:00+08:00"
    assert len(facts["raters"]) == 3
    assert facts["exceptions"] == []
    assert facts["warnings"] == []


def test_a_negative_one_is_recorded_with_its_reasons_and_ends_the_enrolment(officer):
    file = make_case_ready(verdict=False)
    entry = make_result(file.enrolment)
    ref = f"grade_entry:{entry.id}"
    draft = make_draft(file, Outcome.NOT_MET, evidence=(ref,))
    decision = decide(file, draft, actor=officer, now=LATER)
    assert decision.reasons[0] == {
        "condition": "C1",
        "state": "not_met",
        "reason": REASON,
        "evidence": [ref],
        "evidence_note": "",
    }
    (kept,) = decision.facts["evidence"]
    assert (kept["ref"], kept["percent"], kept["cut_percent"], kept["passed"]) == (
        ref,
        "72.00",
        "80.00",
        False,
    )
    assert decision.facts["union"] == "no_union"
    assert find_gate_pass(file.enrolment_id, "decision", "") is None
    assert (file.enrolment.state, file.enrolment.ended_at) == ("withdrawn", LATER)
    event = db.session.scalars(
        select(AuditEvent).where(AuditEvent.action == "probation.decide")
    ).one()
    assert (event.actor_id, event.facts["outcome"]) == (officer.id, "not_met")


@pytest.mark.parametrize("outcome", [Outcome.NOT_MET, Outcome.REGULAR])
def test_a_decision_without_the_panel_calls_the_defense_off(officer, outcome):
    file = make_case_ready(verdict=False)
    defense = make_defense(file.enrolment, starts_at=LATER + dt.timedelta(days=1))
    draft = make_draft(file, outcome, exception_reason="答辩因停电取消，主管书面说明")
    decide(file, draft, actor=officer, now=LATER)
    assert (defense.cancelled_at, defense.cancel_reason) == (LATER, "")
    told = db.session.scalars(
        select(OutboxMessage).where(OutboxMessage.kind == "defense.cancelled")
    ).all()
    assert {message.person_id for message in told} == {
        file.person_id,
        *(member.rater_id for member in defense.panel),
    }


def test_a_decision_leaves_the_verdict_it_rests_on(officer):
    file = make_case_ready()
    make_decision(file, Outcome.NOT_MET, decider=officer)
    assert find_verdict(file.enrolment_id).defense.cancelled_at is None


def say_message(file, locale):
    (message,) = messages(file.person_id)
    facts = message.facts | {
        "decided_on": dt.date.fromisoformat(message.facts["decided_on"]),
        "ends_on": dt.date.fromisoformat(message.facts["ends_on"]),
    }
    with force_locale(locale):
        return render_template(
            "probation/messages/decided.txt",
            facts=facts,
            link="http://127.0.0.1:8000/conditions",
            person_name=file.person.name,
        )


def test_the_message_of_a_negative_one_names_the_routes_and_no_reason(app, officer):
    file = make_case_ready()
    make_decision(file, Outcome.NOT_MET, decider=officer)
    with app.test_request_context():
        text = say_message(file, "zh_Hans")
    for words in ("书面通知", "调解", "劳动保障监察", "一年内申请劳动仲裁", "复核"):
        assert words in text
    assert REASON not in text


def test_the_message_of_a_positive_one_says_so(app, officer):
    file = make_case_ready()
    make_decision(file, Outcome.EARLY, decider=officer)
    with app.test_request_context():
        text = say_message(file, "zh_Hans")
    assert text.startswith("恭喜，你提前转正了\n")
    assert "仲裁" not in text


def test_the_last_day_counts_to_its_end(officer):
    file = make_case_ready(ends_on=dt.date(2026, 11, 23))
    in_time = dt.datetime(2026, 11, 23, 15, 59, 59, tzinfo=dt.UTC)
    too_late = dt.datetime(2026, 11, 23, 16, 0, tzinfo=dt.UTC)
    draft = make_draft(file, Outcome.NOT_MET)
    assert refused(file, draft, officer, too_late) == ("InvalidState", "probation_expired")
    assert decide(file, draft, actor=officer, now=in_time).outcome == "not_met"


def test_after_the_end_it_is_confirmed_as_regular_only(officer):
    file = make_case_ready(ends_on=dt.date(2026, 11, 20))
    early = make_draft(file, Outcome.EARLY)
    assert refused(file, early, officer) == ("InvalidState", "early_after_end")
    decision = decide(file, make_draft(file), actor=officer, now=LATER)
    assert [one["code"] for one in decision.facts["warnings"]] == ["confirmed_after_end"]


def test_decided_once(officer):
    decision = make_decision(decider=officer)
    with pytest.raises(InvalidState, match="already_decided"):
        decide(decision.file, make_draft(decision.file), actor=officer, now=LATER)
    assert db.session.scalars(select(Decision.id)).all() == [decision.id]
    assert len(messages(decision.file.person_id)) == 1


@pytest.mark.parametrize("role", [RoleName.TRAINER, RoleName.ADMIN, RoleName.LEAD])
def test_hr_only(role):
    file = make_case_ready()
    assert refused(file, make_draft(file), make_person(role)) == ("NotAllowed", "hr_only")


def test_nobody_decides_about_themselves():
    candidate = add_role(make_person(), RoleName.HR)
    file = make_case_ready(candidate)
    assert refused(file, make_draft(file), candidate) == ("InvalidState", "decider_is_candidate")


def test_without_a_signature_no_negative_one(officer):
    file = make_case_ready(signed=False)
    draft = make_draft(file, Outcome.NOT_MET)
    assert refused(file, draft, officer) == ("InvalidState", "conditions_unsigned")
    assert decide(file, make_draft(file), actor=officer, now=LATER).facts["signature"] is None


def test_a_late_signature_is_pointed_out(officer):
    file = make_case_ready(signed=False)
    make_signature(file.enrolment, now=NOON)
    decision = make_decision(file, Outcome.NOT_MET, decider=officer)
    assert [one["code"] for one in decision.facts["warnings"]] == ["signed_late"]


def test_the_only_rater_does_not_dismiss():
    officer = make_person(RoleName.HR)
    file = make_case_ready(verdict=False)
    rate_all(make_defense(file.enrolment))
    for seat in find_verdict(file.enrolment_id).defense.panel[1:]:
        db.session.delete(seat.rating)
        db.session.delete(seat)
    db.session.flush()
    db.session.expire_all()
    find_verdict(file.enrolment_id).defense.panel[0].rater_id = officer.id
    db.session.flush()
    draft = make_draft(file, Outcome.NOT_MET)
    assert refused(file, draft, officer) == ("InvalidState", "decider_only_rater")


def test_a_supervisor_is_recorded_as_such(officer):
    file = make_case_ready()
    make_supervision(file.person, officer, since_on=dt.date(2026, 11, 1))
    decision = make_decision(file, decider=officer)
    assert [one["code"] for one in decision.facts["warnings"]] == ["decider_supervises"]


def test_a_missing_gate_is_a_named_exception(officer):
    file = make_case_ready(verdict=False)
    draft = make_draft(file)
    assert refused(file, draft, officer) == ("InvalidInput", "gates_missing")
    early = make_draft(file, Outcome.EARLY, exception_reason="主管同意")
    assert refused(file, early, officer) == ("InvalidState", "early_without_verdict")
    excepted = replace(draft, exception_reason="答辩因停电取消，主管书面说明")
    decision = decide(file, excepted, actor=officer, now=LATER)
    assert [gate["kind"] for gate in decision.facts["exceptions"]] == ["defense"]
    gate = find_gate_pass(file.enrolment_id, "decision", "")
    assert gate.evidence["reason"] == "答辩因停电取消，主管书面说明"
    assert gate.evidence["actor"] == officer.id
    assert "defense" not in {one.kind for one in list_gate_passes(file.enrolment_id)}


def test_evidence_of_somebody_else_is_refused(officer):
    file = make_case_ready()
    other = make_result(make_ready_enrolment())
    draft = make_draft(file, Outcome.NOT_MET, evidence=(f"grade_entry:{other.id}",))
    assert refused(file, draft, officer) == ("InvalidInput", "evidence_unknown")


def test_evidence_that_does_not_measure_the_condition_is_refused(officer):
    file = make_case_ready()
    verdict = find_verdict(file.enrolment_id)
    draft = make_draft(file, Outcome.NOT_MET, evidence=(f"verdict:{verdict.id}",))
    lines = (
        replace(draft.lines[0], state=ConditionState.MET, evidence=()),
        draft.lines[1],
        ConditionLine("C3", ConditionState.NOT_MET, REASON, (f"verdict:{verdict.id}",)),
    )
    assert refused(file, replace(draft, lines=lines), officer) == (
        "InvalidInput",
        "evidence_unknown",
    )


def test_no_evidence_is_no_ground(officer):
    file = make_case_ready()
    draft = make_draft(file, Outcome.NOT_MET)
    lines = (replace(draft.lines[0], state=ConditionState.NO_EVIDENCE), *draft.lines[1:])
    assert refused(file, replace(draft, lines=lines), officer) == (
        "InvalidInput",
        "no_evidence_no_ground",
    )


def test_a_forbidden_ground_is_refused(officer):
    file = make_case_ready()
    draft = make_draft(file, Outcome.NOT_MET, reason="怀孕以后业绩下滑得很明显")
    with pytest.raises(InvalidInput) as caught:
        decide(file, draft, actor=officer, now=LATER)
    assert caught.value.code == "forbidden_ground"
    assert caught.value.facts["field"] == "reason:C1"
    assert caught.value.facts["word"] == "怀孕"


def test_before_the_first_day_nothing_is_decided(officer):
    file = make_file(
        make_enrolment(starts_on=dt.date(2026, 12, 1)),
        starts_on=dt.date(2026, 12, 1),
        ends_on=dt.date(2027, 1, 31),
    )
    assert refused(file, make_draft(file), officer) == ("InvalidState", "probation_not_started")


def test_not_for_an_ended_enrolment(officer):
    file = make_case_ready()
    file.enrolment.state = "withdrawn"
    assert refused(file, make_draft(file), officer) == ("InvalidState", "enrolment_ended")


def test_evidence_is_papers_and_verdicts_oldest_first():
    file = make_case_ready()
    enrolment = file.enrolment
    first = make_result(enrolment, source="attempt:1", now=NOON - dt.timedelta(hours=2))
    second = make_result(enrolment, source="attempt:2", points="85", passed=True, now=NOON)
    make_result(enrolment, key="quiz-of-another-programme", source="attempt:3")
    verdict = find_verdict(enrolment.id)
    found = list_evidence(enrolment, get_path(enrolment, LATER, organisation_zone()))
    assert [one.ref for one in found] == [
        f"grade_entry:{first.id}",
        f"grade_entry:{second.id}",
        f"verdict:{verdict.id}",
    ]
    assert [one.source for one in found] == ["module_quiz", "module_quiz", "defense"]
    assert [one.passed for one in found] == [False, True, True]
