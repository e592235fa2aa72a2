"""Times, clashes and conflicts of interest."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.defense.domain.booking import (
    Clash,
    ClashKind,
    Slot,
    conflicts_of,
    due_at,
    find_clashes,
    opens_at,
    overlaps,
    same_room,
)

TWO = dt.datetime(2026, 11, 25, 6, 0, tzinfo=dt.UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def later(minutes: int) -> dt.datetime:
    return TWO + dt.timedelta(minutes=minutes)


def slot(
    number: int | None, start: int, minutes: int, room: str, candidate: int, *raters: int
) -> Slot:
    return Slot(number, later(start), minutes, room, candidate, frozenset({candidate, *raters}))


WANTED = slot(None, 0, 40, "会议室 A", 1, 11, 12, 13)


@pytest.mark.parametrize(
    ("start", "minutes", "shared"),
    [
        (-40, 40, False),
        (-40, 41, True),
        (10, 10, True),
        (39, 10, True),
        (40, 10, False),
        (-10, 90, True),
    ],
)
def test_two_defenses_share_a_moment_or_not(start, minutes, shared):
    assert overlaps(TWO, 40, later(start), minutes) is shared
    assert overlaps(later(start), minutes, TWO, 40) is shared


def test_room_rater_and_candidate_are_named_each():
    other = slot(7, 20, 40, "会议室A", 2, 12, 21, 1)
    assert find_clashes(WANTED, [other]) == (
        Clash(ClashKind.ROOM, None, 7),
        Clash(ClashKind.CANDIDATE, 1, 7),
        Clash(ClashKind.RATER, 12, 7),
    )


def test_a_rater_who_is_a_candidate_elsewhere_is_taken():
    assert find_clashes(WANTED, [slot(7, 0, 40, "B", 13, 21, 22)]) == (
        Clash(ClashKind.RATER, 13, 7),
    )


def test_another_time_or_other_people_do_not_clash():
    assert (
        find_clashes(WANTED, [slot(7, 40, 40, "会议室 A", 1, 11), slot(8, 0, 40, "B", 2, 21)]) == ()
    )


def test_rooms_are_the_same_whatever_the_blanks_and_the_case():
    assert same_room("会议室 A", " 会议室a ")
    assert not same_room("会议室 A", "会议室 B")


def test_rating_opens_with_the_local_day_and_is_due_at_its_end():
    # 00:30 in Shanghai on the 26th is still the 25th in UTC.
    night = dt.datetime(2026, 11, 25, 16, 30, tzinfo=dt.UTC)
    assert opens_at(night, SHANGHAI) == dt.datetime(2026, 11, 25, 16, 0, tzinfo=dt.UTC)
    assert due_at(night, SHANGHAI) == dt.datetime(2026, 11, 26, 16, 0, tzinfo=dt.UTC)


def test_lead_and_mentor_are_conflicts_and_strangers_are_not():
    supervisions = [(11, "lead"), (11, "mentor"), (12, "mentor"), (13, "buddy")]
    assert conflicts_of(11, supervisions) == ["own_lead", "own_mentor"]
    assert conflicts_of(12, supervisions) == ["own_mentor"]
    assert conflicts_of(13, supervisions) == []
    assert conflicts_of(14, supervisions) == []


minutes = st.integers(min_value=10, max_value=240)
starts = st.integers(min_value=-1000, max_value=1000)


@given(starts, minutes, starts, minutes)
def test_overlap_means_a_common_minute(one, length, other, other_length):
    common = set(range(one, one + length)) & set(range(other, other + other_length))
    assert overlaps(later(one), length, later(other), other_length) is bool(common)
