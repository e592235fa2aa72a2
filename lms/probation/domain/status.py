"""Where somebody's probation stands: waiting on whom, since when, until when. Folded from facts, never stored."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Step(StrEnum):
    """What is next."""

    DECIDED = "decided"
    ENDED = "ended"
    EXPIRED = "expired"
    SIGN = "sign"
    LEARN = "learn"
    BOOK = "book"
    DEFEND = "defend"
    RATE = "rate"
    DECIDE = "decide"


class Who(StrEnum):
    """On whom it waits."""

    NOBODY = "nobody"
    LEARNER = "learner"
    TRAINER = "trainer"
    PANEL = "panel"
    HR = "hr"


@dataclass(frozen=True, slots=True)
class StatusLine:
    """The line that a hire and HR see.

    Attributes:
        step: What is next; templates turn it into a sentence.
        who: On whom it waits.
        since: Since when.
        until: The last lawful moment, or when the defense begins; None when there is none.
        last_on: Last day of the probation, while that matters.
        facts: Plain values for the sentence.
    """

    step: Step
    who: Who
    since: dt.datetime
    until: dt.datetime | None = None
    last_on: dt.date | None = None
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DefenseProgress:
    """The booked defense that counts.

    Attributes:
        booked_at: When it was booked.
        starts_at: When it begins.
        raters: Size of the panel.
        ratings: Ratings submitted.
        verdict_at: When the verdict was there; None before.
    """

    booked_at: dt.datetime
    starts_at: dt.datetime
    raters: int
    ratings: int
    verdict_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Journey:
    """Everything the line is folded from.

    Attributes:
        began_at: When the enrolment was made.
        ended_at: When it ended without a decision; None while it runs.
        unsigned_since: Since when the present conditions wait for a signature; None when signed or none exist.
        gates_total: Module quizzes and stage tests of the programme.
        gates_done: Those passed.
        last_gate_at: When the latest of them was passed.
        defense: The defense that counts, if one is booked.
        ends_at: The last lawful moment; None before HR entered the dates.
        ends_on: The last day.
        decided_at: When HR decided.
        outcome: What HR decided.
    """

    began_at: dt.datetime
    ended_at: dt.datetime | None = None
    unsigned_since: dt.datetime | None = None
    gates_total: int = 0
    gates_done: int = 0
    last_gate_at: dt.datetime | None = None
    defense: DefenseProgress | None = None
    ends_at: dt.datetime | None = None
    ends_on: dt.date | None = None
    decided_at: dt.datetime | None = None
    outcome: str = ""


def fold_status(journey: Journey, now: dt.datetime) -> StatusLine:
    """Return the one thing that is next at ``now``.

    A decision ends everything; then the end of the probation outweighs whatever was left undone; otherwise the first
    undone step of the way counts: sign, learn, book, defend, rate, decide.
    """
    if journey.decided_at is not None:
        return StatusLine(
            Step.DECIDED, Who.NOBODY, journey.decided_at, facts={"outcome": journey.outcome}
        )
    if journey.ended_at is not None:
        return StatusLine(Step.ENDED, Who.NOBODY, journey.ended_at)
    if journey.ends_at is not None and now >= journey.ends_at:
        return StatusLine(Step.EXPIRED, Who.HR, journey.ends_at, last_on=journey.ends_on)
    if journey.unsigned_since is not None:
        return _line(journey, Step.SIGN, Who.LEARNER, journey.unsigned_since)
    since = journey.last_gate_at or journey.began_at
    if journey.gates_done < journey.gates_total:
        facts = {"done": journey.gates_done, "total": journey.gates_total}
        return _line(journey, Step.LEARN, Who.LEARNER, since, facts)
    if journey.defense is None:
        return _line(journey, Step.BOOK, Who.TRAINER, since)
    return _fold_defense(journey, journey.defense, now)


def _fold_defense(journey: Journey, defense: DefenseProgress, now: dt.datetime) -> StatusLine:
    if defense.verdict_at is not None:
        return _line(journey, Step.DECIDE, Who.HR, defense.verdict_at)
    if now < defense.starts_at:
        return StatusLine(
            Step.DEFEND, Who.NOBODY, defense.booked_at, defense.starts_at, journey.ends_on
        )
    facts = {"done": defense.ratings, "total": defense.raters}
    return _line(journey, Step.RATE, Who.PANEL, defense.starts_at, facts)


def _line(
    journey: Journey,
    step: Step,
    who: Who,
    since: dt.datetime,
    facts: Mapping[str, object] | None = None,
) -> StatusLine:
    return StatusLine(step, who, since, journey.ends_at, journey.ends_on, facts or {})
