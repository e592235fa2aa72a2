"""Whether a decision can lawfully be made as it is drafted. A person decides; this only refuses and reminds.

Sources: Labour Contract Law articles 21, 39(1) and 43; the project's rules P03, P13 and P19 to P22.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from lms.probation.domain.finding import Finding, error, warning
from lms.probation.domain.grounds import find_grounds

MINIMUM_REASON = 8
"""Characters that a reason against somebody has at least: "差" is none."""


class Outcome(StrEnum):
    """What HR may decide."""

    REGULAR = "regular"
    EARLY = "early"
    NOT_MET = "not_met"

    @property
    def is_positive(self) -> bool:
        """Whether the person stays."""
        return self is not Outcome.NOT_MET


class ConditionState(StrEnum):
    """What HR found about one condition. "No evidence" is neither met nor unmet."""

    MET = "met"
    NOT_MET = "not_met"
    NO_EVIDENCE = "no_evidence"


class UnionNotice(StrEnum):
    """Whether the trade union was told the reason before a dismissal (article 43)."""

    NOTIFIED = "notified"
    NO_UNION = "no_union"


@dataclass(frozen=True, slots=True)
class ConditionLine:
    """What HR wrote about one condition.

    Attributes:
        condition: Key of the condition.
        state: None while nothing was chosen.
        reason: Why; needed when it is not met.
        evidence: References to records of the product, such as ``grade_entry:17``.
        evidence_note: Other material by name, date and place.
    """

    condition: str
    state: ConditionState | None
    reason: str = ""
    evidence: tuple[str, ...] = ()
    evidence_note: str = ""

    @property
    def names_evidence(self) -> bool:
        """Whether any material is named."""
        return bool(self.evidence) or bool(self.evidence_note.strip())


@dataclass(frozen=True, slots=True)
class Draft:
    """A decision as drafted.

    Attributes:
        outcome: None while nothing was chosen.
        lines: One a condition.
        summary: Further words; may be empty.
        exception_reason: Why a positive decision is made although gates are not passed.
        union: What was done about the trade union; only a dismissal needs it.
    """

    outcome: Outcome | None
    lines: tuple[ConditionLine, ...]
    summary: str = ""
    exception_reason: str = ""
    union: UnionNotice | None = None


@dataclass(frozen=True, slots=True)
class MissingGate:
    """A gate that is not passed."""

    kind: str
    key: str
    title: str = ""
    title_en: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """What the file holds at the moment of deciding.

    Attributes:
        conditions: Keys of the governing conditions.
        evidence: References of the product's records that measure each condition, by its key.
        signed_on: Local date of the signature under them; None when unsigned.
        starts_on: First day of the probation.
        has_started: Whether it has begun.
        is_expired: Whether the last lawful day is over.
        missing_gates: Gates not passed.
        has_verdict: Whether a panel's verdict exists.
        candidate_id: Whom it is about.
        decider_id: Who decides.
        rater_ids: Who rated the defense.
        supervisor_ids: Who leads or mentors the candidate now.
    """

    conditions: tuple[str, ...]
    signed_on: date | None
    starts_on: date
    has_started: bool
    is_expired: bool
    candidate_id: int
    decider_id: int
    evidence: Mapping[str, frozenset[str]] = field(default_factory=dict)
    missing_gates: tuple[MissingGate, ...] = ()
    has_verdict: bool = False
    rater_ids: frozenset[int] = frozenset()
    supervisor_ids: frozenset[int] = frozenset()


def line_field(name: str, condition: str) -> str:
    """Return the name of the field of a finding about one condition: ``state:C1``, ``reason:C1``, ``evidence:C1``."""
    return f"{name}:{condition}"


def check_outcomes(case: Case) -> dict[Outcome, list[Finding]]:
    """Return, for each outcome, what stands against it whatever HR writes: its choice is closed then."""
    return {outcome: list(_closed(outcome, case)) for outcome in Outcome}


def _closed(outcome: Outcome, case: Case) -> Iterable[Finding]:
    if case.decider_id == case.candidate_id:
        yield error("decider_is_candidate", "outcome")
    if not case.has_started:
        yield error("probation_not_started", "outcome", starts_on=case.starts_on)
    if outcome is Outcome.NOT_MET:
        yield from _closed_negative(case)
    elif outcome is Outcome.EARLY:
        yield from _closed_early(case)


def _closed_negative(case: Case) -> Iterable[Finding]:
    if case.is_expired:
        yield error("probation_expired", "outcome")
    if case.signed_on is None:
        yield error("conditions_unsigned", "outcome")
    if case.rater_ids == {case.decider_id}:
        yield error("decider_only_rater", "outcome")


def _closed_early(case: Case) -> Iterable[Finding]:
    if case.is_expired:
        yield error("early_after_end", "outcome")
    if not case.has_verdict:
        yield error("early_without_verdict", "outcome")
    if case.missing_gates:
        yield error("early_without_gates", "outcome", count=len(case.missing_gates))


def check_decision(draft: Draft, case: Case) -> list[Finding]:
    """Return everything that stands against the draft (errors) or that its author should know (warnings).

    A negative decision needs: signed conditions, a last lawful day that is not over, at least one condition not
    met with a reason and evidence of its own, no reason about forbidden grounds, and a decider who is neither
    the candidate nor the only rater. A positive one needs all gates, or a reason for the exception.
    A condition without evidence supports no negative decision and is pointed out in a positive one.
    """
    found = list(_check_lines(draft, case))
    if draft.outcome is None:
        return [*found, error("outcome_missing", "outcome")]
    found = [*_closed(draft.outcome, case), *found]
    if draft.outcome.is_positive:
        found += _check_positive(draft, case)
    else:
        found += _check_negative(draft, case)
    return found + list(_check_words(draft)) + list(_check_independence(draft, case))


def _check_lines(draft: Draft, case: Case) -> Iterable[Finding]:
    for key, count in Counter(line.condition for line in draft.lines).items():
        if key not in case.conditions or count > 1:
            yield error("unknown_condition", "", condition=key)
    given = {line.condition: line for line in draft.lines}
    for key in case.conditions:
        line = given.get(key)
        if line is None or line.state is None:
            yield error("state_missing", line_field("state", key), condition=key)
        else:
            yield from _check_line(line, case)


def _check_line(line: ConditionLine, case: Case) -> Iterable[Finding]:
    if not case.evidence.get(line.condition, frozenset()).issuperset(line.evidence):
        yield error(
            "evidence_unknown", line_field("evidence", line.condition), condition=line.condition
        )
    if line.state is ConditionState.NOT_MET:
        where = line_field("reason", line.condition)
        if not line.reason.strip():
            yield error("reason_missing", where, condition=line.condition)
        elif len(line.reason.strip()) < MINIMUM_REASON:
            yield error("reason_too_short", where, condition=line.condition, minimum=MINIMUM_REASON)


def _lines_in(draft: Draft, state: ConditionState) -> list[ConditionLine]:
    return [line for line in draft.lines if line.state is state]


def _check_positive(draft: Draft, case: Case) -> Iterable[Finding]:
    if case.missing_gates and draft.outcome is Outcome.REGULAR:
        if draft.exception_reason.strip():
            yield warning("gates_excepted", "exception_reason", count=len(case.missing_gates))
        else:
            yield error("gates_missing", "exception_reason", count=len(case.missing_gates))
    if case.is_expired:
        yield warning("confirmed_after_end", "outcome")
    if case.signed_on is None:
        yield warning("unsigned_but_positive", "outcome")
    for code, state in (
        ("positive_without_evidence", ConditionState.NO_EVIDENCE),
        ("positive_though_unmet", ConditionState.NOT_MET),
    ):
        lines = _lines_in(draft, state)
        if lines:
            where = line_field("state", lines[0].condition)
            yield warning(code, where, count=len(lines), conditions=_names(lines))


def _check_negative(draft: Draft, case: Case) -> Iterable[Finding]:
    unmet = _lines_in(draft, ConditionState.NOT_MET)
    if not unmet:
        unknown = _lines_in(draft, ConditionState.NO_EVIDENCE)
        code = "no_evidence_no_ground" if unknown else "nothing_unmet"
        yield error(code, "outcome")
    for line in unmet:
        if not line.names_evidence:
            yield error(
                "evidence_missing", line_field("evidence", line.condition), condition=line.condition
            )
    if draft.union is None:
        yield error("union_missing", "union")
    if case.signed_on is not None and case.signed_on > case.starts_on:
        yield warning("signed_late", "outcome", signed_on=case.signed_on, starts_on=case.starts_on)


def _names(lines: Iterable[ConditionLine]) -> str:
    return ", ".join(line.condition for line in lines)


def _check_words(draft: Draft) -> Iterable[Finding]:
    """Look for forbidden grounds: they refuse a negative decision and are pointed out in a positive one."""
    is_positive = draft.outcome is not None and draft.outcome.is_positive
    texts = [(line_field("reason", line.condition), line.reason) for line in draft.lines]
    texts += [("summary", draft.summary), ("exception_reason", draft.exception_reason)]
    for where, text in texts:
        for hit in find_grounds(text):
            facts = {"ground": hit.ground.value, "word": hit.word}
            if hit.ground.is_forbidden and not is_positive:
                yield error("forbidden_ground", where, **facts)
            else:
                code = "forbidden_ground" if hit.ground.is_forbidden else "weak_ground"
                yield warning(code, where, **facts)


def _check_independence(draft: Draft, case: Case) -> Iterable[Finding]:
    if case.decider_id in case.supervisor_ids:
        yield warning("decider_supervises", "outcome")
    is_positive = draft.outcome is not None and draft.outcome.is_positive
    if is_positive and case.rater_ids == {case.decider_id}:
        yield warning("decider_only_rater", "outcome")
