"""Folding ledger lines into standings."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.gradebook.domain.standing import Entry, fold, present_entries
from lms.units import Percent, Points, as_points

NOON = dt.datetime(2026, 11, 23, 4, 0, tzinfo=dt.UTC)


def line(
    number: int,
    points: str = "8",
    *,
    passed: bool | None = None,
    of: str = "10",
    kind: str = "quiz",
    key: str = "q1",
    supersedes: int | None = None,
    minutes: int | None = None,
) -> Entry:
    earned = as_points(points)
    return Entry(
        id=number,
        kind=kind,
        key=key,
        points=earned,
        max_points=as_points(of),
        cut_percent=Percent(Decimal(80)),
        passed=earned * 100 >= as_points(of) * 80 if passed is None else passed,
        recorded_at=NOON + dt.timedelta(minutes=number if minutes is None else minutes),
        supersedes_id=supersedes,
    )


@st.composite
def ledgers(draw: st.DrawFn) -> list[Entry]:
    """Lines in the order written; a correction names an earlier line that nothing has corrected yet."""
    lines: list[Entry] = []
    free: list[Entry] = []
    for number in range(1, draw(st.integers(0, 12)) + 1):
        corrected = draw(st.sampled_from([None, *free])) if free else None
        most = draw(st.integers(1, 3))
        fresh = line(
            number,
            str(Decimal(draw(st.integers(0, 100 * most))) / 100),
            of=str(most),
            passed=draw(st.booleans()),
            kind=corrected.kind if corrected else draw(st.sampled_from(["quiz", "defense"])),
            key=corrected.key if corrected else draw(st.sampled_from(["q1", "q2"])),
            supersedes=corrected.id if corrected else None,
            minutes=draw(st.integers(0, 3)),
        )
        if corrected is not None:
            free.remove(corrected)
        free.append(fresh)
        lines.append(fresh)
    return lines


@given(ledgers(), st.randoms(use_true_random=False))
def test_the_order_of_lines_does_not_matter(lines: list[Entry], rng: Random) -> None:
    turned = list(lines)
    rng.shuffle(turned)
    assert fold(turned) == fold(lines)
    assert fold(iter(turned)) == fold(lines)


@given(ledgers())
def test_standings_add_up(lines: list[Entry]) -> None:
    standings = fold(lines)
    present = present_entries(lines)
    assert [(one.kind, one.key) for one in standings] == sorted(
        {(one.kind, one.key) for one in lines}
    )
    assert sum(one.tries for one in standings) == len(present)
    assert len(present) == len([one for one in lines if one.supersedes_id is None])
    for one in standings:
        mine = [entry for entry in present if (entry.kind, entry.key) == (one.kind, one.key)]
        assert one.passed == any(entry.passed for entry in mine)
        assert (one.passed_at is not None) == one.passed
        assert one.entry_id in {entry.id for entry in mine}
        assert 0 <= one.percent <= 100
        assert one.last_at == max(entry.recorded_at for entry in mine)


@given(ledgers())
def test_a_further_fail_never_worsens_a_standing(lines: list[Entry]) -> None:
    before = {(one.kind, one.key): one for one in fold(lines)}
    worse = line(99, "0", passed=False, minutes=99)
    after = {(one.kind, one.key): one for one in fold([*lines, worse])}
    was = before.get(("quiz", "q1"))
    now = after["quiz", "q1"]
    if was is not None:
        assert (now.passed, now.percent) == (was.passed, was.percent)
        assert now.tries == was.tries + 1


def test_best_of_several_tries() -> None:
    (one,) = fold([line(1, "5"), line(2, "9"), line(3, "8.5")])
    assert (one.tries, one.passed, one.points, one.percent) == (3, True, 9, 90)
    assert one.entry_id == 2
    assert one.passed_at == NOON + dt.timedelta(minutes=2)
    assert one.last_at == NOON + dt.timedelta(minutes=3)
    assert one.cut_percent == 80


def test_a_fail_by_a_red_line_does_not_hide_a_pass() -> None:
    (one,) = fold([line(1, "8"), line(2, "10", passed=False)])
    assert one.passed
    assert one.points == 8


def test_an_equal_result_later_does_not_replace_the_earlier() -> None:
    (one,) = fold([line(2, "9", minutes=5), line(1, "9", minutes=1)])
    assert one.entry_id == 1


def test_results_of_different_length_are_compared_by_share_and_not_by_rounded_percent() -> None:
    third = line(1, "1000", of="3000", passed=False)
    more = line(2, "1000.01", of="3000", passed=False)
    (one,) = fold([third, more])
    assert one.entry_id == 2
    assert one.percent == Decimal("33.33")


def test_a_correction_takes_the_place_of_what_it_corrects() -> None:
    first, fixed = line(1, "9"), line(2, "6", supersedes=1)
    (one,) = fold([first, fixed])
    assert (one.tries, one.passed, one.points, one.passed_at) == (1, False, 6, None)
    again = line(3, "10", supersedes=2)
    (one,) = fold([again, fixed, first])
    assert (one.tries, one.passed, one.points, one.entry_id) == (1, True, 10, 3)


def test_quizzes_and_the_defense_stand_apart() -> None:
    standings = fold([line(1), line(2, key="q2"), line(3, kind="defense", key="")])
    assert [(one.kind, one.key) for one in standings] == [
        ("defense", ""),
        ("quiz", "q1"),
        ("quiz", "q2"),
    ]


def test_no_lines_no_standings() -> None:
    assert fold([]) == []


def test_a_result_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="points available"):
        fold([replace(line(1), max_points=Points(Decimal(0)))])
