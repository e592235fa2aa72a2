"""Working hours as people write them: ``09:00–18:00``, ``22:00–06:00``, ``09:00–12:00、14:00–18:00``, ``休息``."""

import itertools
import re
from dataclasses import dataclass

from lms.people.domain.contacts import narrow

DAY_MINUTES = 24 * 60
LONGEST_MINUTES = 16 * 60
"""Longest stretch that is believed: 09:00–08:00 is a slip of the hand, not 23 hours at work."""

REST = "休息"
REST_WORDS = frozenset({"休", "休息", "off", "rest", "rest day"})
"""Words that can mean nothing but a day off; with them the English of 休息, which the page of codes shows."""

_NEXT = r"(?:次日|翌日|第二天)"
_CLOCK = rf"({_NEXT})?\s*(\d{{1,2}}):([0-5]\d)(?::00)?(?:\s*\(?({_NEXT}|\+1)\)?)?"
_ONE = re.compile(_CLOCK)
_SPAN = re.compile(rf"{_CLOCK}\s*(?:-|–|—|~|至|到)\s*{_CLOCK}")
_BETWEEN = re.compile(r"[\s,、;/和]*")


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """Working time without a break, in minutes after the midnight with which its day begins.

    Attributes:
        start: First minute.
        end: First minute after it; beyond 1440 on the next day.
    """

    start: int
    end: int


Hours = tuple[Stretch, ...]
"""The stretches of one day in order; none: a rest day."""


class BadHours(ValueError):  # noqa: N818 - "Error" adds nothing
    """Hours that cannot be.

    Args:
        code: ``bad_time``, ``too_long`` (more than ``LONGEST_MINUTES`` in one piece) or ``overlap``.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def is_rest_word(text: str) -> bool:
    """Say whether ``text`` can mean nothing but a day off."""
    return narrow(text).lower() in REST_WORDS


def read_stretch(start: str, end: str) -> Stretch:
    """Read when a shift begins and ends.

    Args:
        start: ``9:00``, ``09:00:00``, full-width as well.
        end: The same, or up to ``24:00``. A time that is not after ``start``, or has 次日 or +1 at it, is on
            the next day.

    Raises:
        BadHours: It is no time, or too long.
    """
    first, last = _ONE.fullmatch(narrow(start)), _ONE.fullmatch(narrow(end))
    if first is None or last is None:
        raise BadHours("bad_time")
    return _stretch(_minutes(first.groups()), _minutes(last.groups()))


def parse_hours(text: str) -> Hours:
    """Read the hours of a day.

    Args:
        text: One or more of ``09:00–18:00`` in order, or a word for a day off.

    Returns:
        The stretches; none for a day off.

    Raises:
        BadHours: It is neither, or cannot be.
    """
    words = narrow(text)
    if is_rest_word(words):
        return ()
    found: list[Stretch] = []
    at = 0
    for match in _SPAN.finditer(words):
        if not _BETWEEN.fullmatch(words, at, match.start()):
            raise BadHours("bad_time")
        groups = match.groups()
        found.append(_stretch(_minutes(groups[:4]), _minutes(groups[4:]), is_first=not found))
        at = match.end()
    if not found or not _BETWEEN.fullmatch(words, at):
        raise BadHours("bad_time")
    check_order(tuple(found))
    return tuple(found)


def check_order(hours: Hours) -> None:
    """Refuse stretches that touch the same minute or do not stand in order.

    Raises:
        BadHours: ``overlap``.
    """
    for one, other in itertools.pairwise(hours):
        if other.start < one.end:
            raise BadHours("overlap")


def hours_text(hours: Hours) -> str:
    """Write hours so that ``parse_hours`` reads the same."""
    if not hours:
        return REST
    return "、".join(f"{_start_text(one.start)}–{clock_text(one.end)}" for one in hours)


def clock_text(minutes: int) -> str:
    """Write minutes after midnight as ``HH:MM``; 1440 is 24:00, and what is later begins at 00:00 again."""
    shown = minutes if minutes <= DAY_MINUTES else minutes - DAY_MINUTES
    return f"{shown // 60:02}:{shown % 60:02}"


def _start_text(minutes: int) -> str:
    if minutes < DAY_MINUTES:
        return clock_text(minutes)
    return f"次日{clock_text(minutes - DAY_MINUTES)}"


def _minutes(groups: tuple[str | None, ...]) -> tuple[int, bool]:
    before, hour, minute, after = groups
    minutes = int(hour or 0) * 60 + int(minute or 0)
    if minutes > DAY_MINUTES:
        raise BadHours("bad_time")
    return minutes, bool(before or after)


def _stretch(first: tuple[int, bool], last: tuple[int, bool], *, is_first: bool = True) -> Stretch:
    start = first[0] + DAY_MINUTES * first[1]
    end = last[0] + DAY_MINUTES * last[1]
    if is_first and start >= DAY_MINUTES:
        raise BadHours("bad_time")  # it would belong to the next day
    while end <= start and not last[1]:
        end += DAY_MINUTES
    if end <= start:
        raise BadHours("bad_time")
    if end - start > LONGEST_MINUTES:
        raise BadHours("too_long")
    return Stretch(start, end)
