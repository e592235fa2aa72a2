"""What refuses a decision, and what its author is told."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.probation.domain.decision import (
    Case,
    ConditionLine,
    ConditionState,
    Draft,
    MissingGate,
    Outcome,
    UnionNotice,
    check_decision,
    check_outcomes,
)
from lms.probation.domain.finding import errors_of, warnings_of

MET, NOT_MET, NO_EVIDENCE = ConditionState
CASE = Case(
    conditions=("C1", "C2"),
    signed_on=dt.date(2026, 11, 1),
    starts_on=dt.date(2026, 11, 1),
    has_started=True,
    is_expired=False,
    candidate_id=1,
    decider_id=9,
    evidence={"C1": frozenset({"grade_entry:17"}), "C2": frozenset({"verdict:3"})},
    has_verdict=True,
    rater_ids=frozenset({5, 6, 7}),
)
REASON = "流程测验三次未达 80 分"


def lines(first: ConditionLine | None = None, second: ConditionLine | None = None):
    return (first or ConditionLine("C1", MET), second or ConditionLine("C2", MET))


UNMET = ConditionLine("C1", NOT_MET, REASON, ("grade_entry:17",))
POSITIVE = Draft(Outcome.REGULAR, lines())
NEGATIVE = Draft(Outcome.NOT_MET, lines(UNMET), union=UnionNotice.NO_UNION)
GATE = (MissingGate("defense", ""),)


def errors(draft: Draft, case: Case = CASE) -> list[tuple[str, str]]:
    return [(one.code, one.where) for one in errors_of(check_decision(draft, case))]


def warnings(draft: Draft, case: Case = CASE) -> list[tuple[str, str]]:
    return [(one.code, one.where) for one in warnings_of(check_decision(draft, case))]


@pytest.mark.parametrize("outcome", [Outcome.REGULAR, Outcome.EARLY])
def test_a_complete_positive_one_passes_without_a_word(outcome):
    assert check_decision(replace(POSITIVE, outcome=outcome), CASE) == []


def test_a_complete_negative_one_passes():
    assert check_decision(NEGATIVE, CASE) == []


def test_nothing_is_chosen_for_hr():
    empty = Draft(None, (ConditionLine("C1", None),))
    assert errors(empty) == [
        ("state_missing", "state:C1"),
        ("state_missing", "state:C2"),
        ("outcome_missing", "outcome"),
    ]


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (replace(CASE, signed_on=None), "conditions_unsigned"),
        (replace(CASE, is_expired=True), "probation_expired"),
        (replace(CASE, rater_ids=frozenset({9})), "decider_only_rater"),
        (replace(CASE, decider_id=1), "decider_is_candidate"),
        (replace(CASE, has_started=False), "probation_not_started"),
    ],
)
def test_a_negative_one_is_closed(case, expected):
    assert errors(NEGATIVE, case) == [(expected, "outcome")]
    assert [one.code for one in check_outcomes(case)[Outcome.NOT_MET]] == [expected]


def test_after_the_end_only_regular_is_open():
    closed = check_outcomes(replace(CASE, is_expired=True))
    assert {outcome for outcome, found in closed.items() if not found} == {Outcome.REGULAR}


def test_open_outcomes_say_nothing():
    assert set(map(len, check_outcomes(CASE).values())) == {0}


def test_one_rater_among_several_may_decide():
    assert errors(NEGATIVE, replace(CASE, rater_ids=frozenset({9, 5}))) == []


def test_a_negative_one_needs_an_unmet_condition():
    draft = replace(NEGATIVE, lines=lines())
    assert errors(draft) == [("nothing_unmet", "outcome")]


def test_no_evidence_is_no_ground():
    draft = replace(NEGATIVE, lines=lines(ConditionLine("C1", NO_EVIDENCE, REASON)))
    assert errors(draft) == [("no_evidence_no_ground", "outcome")]


def test_no_evidence_elsewhere_does_not_hurt_a_proved_one():
    draft = replace(NEGATIVE, lines=lines(UNMET, ConditionLine("C2", NO_EVIDENCE)))
    assert errors(draft) == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (replace(UNMET, reason=" "), ("reason_missing", "reason:C1")),
        (replace(UNMET, reason="太差了"), ("reason_too_short", "reason:C1")),
        (replace(UNMET, evidence=()), ("evidence_missing", "evidence:C1")),
        (replace(UNMET, evidence=(), evidence_note="  "), ("evidence_missing", "evidence:C1")),
        (replace(UNMET, evidence=("grade_entry:99",)), ("evidence_unknown", "evidence:C1")),
        (replace(UNMET, evidence=("verdict:3",)), ("evidence_unknown", "evidence:C1")),
        (replace(UNMET, reason="年龄偏大，学得太慢了"), ("forbidden_ground", "reason:C1")),
    ],
)
def test_each_unmet_line_stands_on_its_own(line, expected):
    assert errors(replace(NEGATIVE, lines=lines(line))) == [expected]


def test_other_material_is_evidence_too():
    line = replace(UNMET, evidence=(), evidence_note="11 月 20 日质检单 3 号")
    assert errors(replace(NEGATIVE, lines=lines(line))) == []


def test_evidence_may_quote_what_a_reason_may_not_say():
    line = replace(UNMET, evidence_note="买家说她怀孕了，客服回复不当（聊天 11-20）")
    assert errors(replace(NEGATIVE, lines=lines(line))) == []


def test_a_forbidden_ground_explains_itself():
    draft = replace(NEGATIVE, summary="已婚未育，不稳定")
    (found,) = errors_of(check_decision(draft, CASE))
    assert (found.code, found.where, dict(found.facts)) == (
        "forbidden_ground",
        "summary",
        {"ground": "marriage", "word": "已婚"},
    )


def test_ranking_is_pointed_out():
    line = replace(UNMET, reason="考核排名最后，流程测验未过")
    assert warnings(replace(NEGATIVE, lines=lines(line))) == [("weak_ground", "reason:C1")]


def test_a_positive_one_is_only_warned_of_words():
    draft = replace(POSITIVE, summary="已婚，稳定")
    assert errors(draft) == []
    assert warnings(draft) == [("forbidden_ground", "summary")]


def test_the_union_is_told_first():
    assert errors(replace(NEGATIVE, union=None)) == [("union_missing", "union")]
    assert errors(replace(NEGATIVE, union=UnionNotice.NOTIFIED)) == []
    assert errors(replace(POSITIVE, union=None)) == []


def test_conditions_told_late_are_pointed_out():
    late = replace(CASE, signed_on=dt.date(2026, 11, 2))
    assert warnings(NEGATIVE, late) == [("signed_late", "outcome")]
    assert warnings(POSITIVE, late) == []


def test_a_missing_gate_needs_a_named_exception():
    case = replace(CASE, missing_gates=GATE)
    assert errors(POSITIVE, case) == [("gates_missing", "exception_reason")]
    excepted = replace(POSITIVE, exception_reason="答辩因停电改期，主管书面说明")
    assert errors(excepted, case) == []
    assert warnings(excepted, case) == [("gates_excepted", "exception_reason")]


def test_a_negative_one_does_not_need_the_gates():
    assert errors(NEGATIVE, replace(CASE, missing_gates=GATE)) == []


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (replace(CASE, missing_gates=GATE), "early_without_gates"),
        (replace(CASE, has_verdict=False), "early_without_verdict"),
        (replace(CASE, is_expired=True), "early_after_end"),
    ],
)
def test_early_knows_no_exception(case, expected):
    draft = replace(POSITIVE, outcome=Outcome.EARLY, exception_reason="主管同意例外")
    assert errors(draft, case) == [(expected, "outcome")]


def test_a_positive_one_tells_what_is_open():
    draft = replace(
        POSITIVE,
        lines=lines(UNMET, ConditionLine("C2", NO_EVIDENCE)),
    )
    case = replace(
        CASE,
        is_expired=True,
        signed_on=None,
        supervisor_ids=frozenset({9}),
        rater_ids=frozenset({9}),
    )
    assert errors(draft, case) == []
    assert warnings(draft, case) == [
        ("confirmed_after_end", "outcome"),
        ("unsigned_but_positive", "outcome"),
        ("positive_without_evidence", "state:C2"),
        ("positive_though_unmet", "state:C1"),
        ("decider_supervises", "outcome"),
        ("decider_only_rater", "outcome"),
    ]


def test_lines_are_those_of_the_conditions():
    draft = replace(POSITIVE, lines=(*lines(), ConditionLine("C2", MET), ConditionLine("C9", MET)))
    assert errors(draft) == [("unknown_condition", ""), ("unknown_condition", "")]


reasons = st.sampled_from(["", "差", REASON, "怀孕后业绩下滑明显", "质检单三次违规，见附件"])
drafts = st.builds(
    Draft,
    outcome=st.none() | st.sampled_from(Outcome),
    lines=st.tuples(
        *(
            st.builds(
                ConditionLine,
                condition=st.just(key),
                state=st.none() | st.sampled_from(ConditionState),
                reason=reasons,
                evidence=st.sampled_from([(), ("grade_entry:17",), ("x:1",)]),
                evidence_note=st.sampled_from(["", "质检单 3 号"]),
            )
            for key in ("C1", "C2")
        )
    ),
    summary=reasons,
    exception_reason=reasons,
    union=st.none() | st.sampled_from(UnionNotice),
)
cases = st.builds(
    Case,
    conditions=st.just(("C1", "C2")),
    signed_on=st.none() | st.just(dt.date(2026, 11, 1)),
    starts_on=st.just(dt.date(2026, 11, 1)),
    has_started=st.booleans(),
    is_expired=st.booleans(),
    candidate_id=st.just(1),
    decider_id=st.sampled_from([1, 5, 9]),
    evidence=st.just({"C1": frozenset({"grade_entry:17"})}),
    missing_gates=st.sampled_from([(), GATE]),
    has_verdict=st.booleans(),
    rater_ids=st.sampled_from([frozenset(), frozenset({5}), frozenset({5, 6, 7})]),
)


@given(drafts, cases)
def test_nothing_unlawful_passes(draft, case):
    if errors_of(check_decision(draft, case)):
        return
    assert case.decider_id != case.candidate_id
    assert draft.outcome is not None
    assert {line.condition for line in draft.lines if line.state} == {"C1", "C2"}
    unmet = [line for line in draft.lines if line.state is NOT_MET]
    if draft.outcome is Outcome.NOT_MET:
        assert case.signed_on is not None
        assert not case.is_expired
        assert unmet
        assert all(len(x.reason) >= 8 and "怀孕" not in x.reason for x in unmet)
        assert all(x.evidence or x.evidence_note for x in unmet)
        assert case.rater_ids != {case.decider_id}
        assert draft.union is not None
    else:
        assert not case.missing_gates or (
            draft.exception_reason and draft.outcome is Outcome.REGULAR
        )


@given(drafts, cases)
def test_a_closed_outcome_is_refused_whatever_is_written(draft, case):
    if draft.outcome is not None:
        closed = check_outcomes(case)[draft.outcome]
        found = errors_of(check_decision(draft, case))
        assert [one for one in closed if one not in found] == []
