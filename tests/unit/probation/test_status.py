"""The one thing that is next: on whom it waits, since when, until when."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.probation.domain.status import DefenseProgress, Journey, Step, Who, fold_status

T0 = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)


def at(days: float) -> dt.datetime:
    return T0 + dt.timedelta(days=days)


ENDS = at(60)
LAST = dt.date(2026, 12, 30)
READY = Journey(
    began_at=T0, gates_total=6, gates_done=6, last_gate_at=at(10), ends_at=ENDS, ends_on=LAST
)
DEFENSE = DefenseProgress(at(11), at(20), raters=3, ratings=0, verdict_at=None)


@pytest.mark.parametrize(
    ("journey", "now", "step", "who", "since", "until"),
    [
        (replace(READY, unsigned_since=at(1)), 12, Step.SIGN, Who.LEARNER, at(1), ENDS),
        (replace(READY, gates_done=4), 12, Step.LEARN, Who.LEARNER, at(10), ENDS),
        (replace(READY, gates_done=0, last_gate_at=None), 12, Step.LEARN, Who.LEARNER, T0, ENDS),
        (READY, 12, Step.BOOK, Who.TRAINER, at(10), ENDS),
        (replace(READY, ends_at=None), 12, Step.BOOK, Who.TRAINER, at(10), None),
        (replace(READY, gates_total=0, gates_done=0, last_gate_at=None), 12, Step.BOOK, Who.TRAINER, T0, ENDS),
        (replace(READY, defense=DEFENSE), 12, Step.DEFEND, Who.NOBODY, at(11), at(20)),
        (replace(READY, defense=DEFENSE), 20, Step.RATE, Who.PANEL, at(20), ENDS),
        (replace(READY, defense=replace(DEFENSE, verdict_at=at(21))), 22, Step.DECIDE, Who.HR, at(21), ENDS),
        (READY, 60, Step.EXPIRED, Who.HR, ENDS, None),
        (replace(READY, unsigned_since=at(1)), 61, Step.EXPIRED, Who.HR, ENDS, None),
        (replace(READY, ended_at=at(30)), 61, Step.ENDED, Who.NOBODY, at(30), None),
        (replace(READY, ended_at=at(30), decided_at=at(30), outcome="early"), 61, Step.DECIDED, Who.NOBODY, at(30), None),
    ],
)  # fmt: skip
def test_next(journey, now, step, who, since, until):
    line = fold_status(journey, at(now))
    assert (line.step, line.who, line.since, line.until) == (step, who, since, until)
    assert line.last_on == (None if step in {Step.DECIDED, Step.ENDED} else journey.ends_on)


def test_facts_fill_the_sentence():
    assert fold_status(replace(READY, gates_done=4), at(12)).facts == {"done": 4, "total": 6}
    rating = replace(READY, defense=replace(DEFENSE, ratings=2))
    assert fold_status(rating, at(21)).facts == {"done": 2, "total": 3}
    decided = replace(READY, decided_at=at(30), outcome="not_met")
    assert fold_status(decided, at(31)).facts == {"outcome": "not_met"}


moments = st.none() | st.integers(0, 90).map(at)
journeys = st.builds(
    Journey,
    began_at=st.just(T0),
    ended_at=moments,
    unsigned_since=moments,
    gates_total=st.integers(0, 6),
    gates_done=st.integers(0, 6),
    last_gate_at=moments,
    defense=st.none() | st.builds(
        DefenseProgress, booked_at=st.just(T0), starts_at=st.integers(0, 90).map(at),
        raters=st.integers(1, 5), ratings=st.integers(0, 5), verdict_at=moments,
    ),
    ends_at=moments,
    decided_at=moments,
    outcome=st.sampled_from(["", "regular"]),
)  # fmt: skip


@given(journeys, st.integers(0, 120))
def test_somebody_is_waited_for_until_it_is_over(journey, now):
    line = fold_status(journey, at(now))
    assert (line.who is Who.NOBODY) == (line.step in {Step.DECIDED, Step.ENDED, Step.DEFEND})
    if (
        journey.decided_at is None
        and journey.ended_at is None
        and journey.ends_at
        and at(now) >= journey.ends_at
    ):
        assert line.step is Step.EXPIRED
