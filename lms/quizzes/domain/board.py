"""The board of an exam day: where each candidate stands, and what the trainer should look at."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from lms.curriculum.domain.path import WaitsFor

QUIET_AFTER = dt.timedelta(minutes=3)
"""How long nothing may arrive from somebody who has items left before the board says so."""

MINUTES_AT_MOST = 120
"""The most minutes that one act gives to somebody who sits."""

REOPEN_AT_MOST = 480
"""The most minutes for an attempt that is opened again."""

REASON_AT_MOST = 500
"""Characters."""

SHORT_BEFORE = dt.timedelta(minutes=5)
"""From when on little time is left."""


class BoardState(StrEnum):
    """Where a candidate stands in a sitting, by the newest attempt or the one passed."""

    LOCKED = "locked"
    """Not begun, and not yet able to: something that comes before is not passed."""
    ABSENT = "absent"
    RUNNING = "running"
    PAUSED = "paused"
    """Begun; the clock stands still."""
    MARKING = "marking"
    """Ended; parts wait to be marked by people."""
    PASSED = "passed"
    FAILED = "failed"


class Sign(StrEnum):
    """What is worth a look; it decides nothing by itself."""

    AWAY = "away"
    """The browser shows something else right now."""
    QUIET = "quiet"
    """Nothing has arrived for a while, and there are items left."""
    SHORT = "short"
    """Little time is left, and there are items left."""
    NEW_DEVICE = "new_device"
    LEFT_PAGE = "left_page"
    PASTED = "pasted"


URGENT = frozenset({Sign.AWAY, Sign.QUIET, Sign.SHORT})
"""What holds now; the others are a record."""


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One candidate of a sitting.

    Attributes:
        person_id: The candidate.
        name: The candidate's name.
        employee_no: Empty when there is none.
        state: Where the candidate stands.
        attempt_id: The attempt that the row shows; None before the first.
        attempts: How many attempts there are.
        answered: Items answered so far.
        items: Items on the paper; 0 before the first attempt.
        started_at: Start of the attempt shown.
        deadline_at: Its deadline.
        paused_at: Since when its clock stands still.
        last_saved_at: When its newest answer arrived.
        heard_at: Of its start, its newest answer, and the last time it went on or was opened again, the latest.
        ended_at: Its end.
        was_expired: Whether the server closed it at the deadline.
        is_abandoned: Whether it does not count, as it was not submitted in time.
        reopened: How often it was opened again.
        percent: Its result.
        points: Its points.
        max_points: The points available.
        left_page: How often the candidate left the page.
        is_away: Whether the page is left right now.
        new_devices: How often answers came from another device than before.
        pasted: How often text was pasted.
        waits_for: For ``LOCKED``: what must be passed first.
    """

    person_id: int
    name: str
    employee_no: str
    state: BoardState
    attempt_id: int | None = None
    attempts: int = 0
    answered: int = 0
    items: int = 0
    started_at: dt.datetime | None = None
    deadline_at: dt.datetime | None = None
    paused_at: dt.datetime | None = None
    last_saved_at: dt.datetime | None = None
    heard_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    was_expired: bool = False
    is_abandoned: bool = False
    reopened: int = 0
    percent: Decimal | None = None
    points: Decimal | None = None
    max_points: Decimal | None = None
    left_page: int = 0
    is_away: bool = False
    new_devices: int = 0
    pasted: int = 0
    waits_for: tuple[WaitsFor, ...] = ()

    @property
    def has_items_left(self) -> bool:
        """Whether not everything is answered."""
        return self.answered < self.items


def seconds_left(row: BoardRow, now: dt.datetime) -> int:
    """Return the whole seconds that the attempt shown has left, at least 0; while it is paused they stay."""
    if row.deadline_at is None or row.ended_at is not None:
        return 0
    return max(0, int((row.deadline_at - (row.paused_at or now)).total_seconds()))


def signs_of(row: BoardRow, now: dt.datetime) -> dict[Sign, int]:
    """Return what is worth a look, most urgent first, with how often it was noted (1 for what holds now)."""
    found = {sign: 1 for sign in (Sign.AWAY, Sign.QUIET, Sign.SHORT) if _holds(sign, row, now)}
    noted = {
        Sign.NEW_DEVICE: row.new_devices,
        Sign.LEFT_PAGE: row.left_page,
        Sign.PASTED: row.pasted,
    }
    return found | {sign: number for sign, number in noted.items() if number}


def _holds(sign: Sign, row: BoardRow, now: dt.datetime) -> bool:
    if row.state is not BoardState.RUNNING or row.heard_at is None or row.deadline_at is None:
        return False
    if sign is Sign.AWAY:
        return row.is_away
    if not row.has_items_left:
        return False
    if sign is Sign.QUIET:
        return now - row.heard_at > QUIET_AFTER
    return row.deadline_at - now < SHORT_BEFORE


#: Who is not in yet comes right after those with whom something is the matter.
_RANKS = {
    BoardState.ABSENT: 1,
    BoardState.RUNNING: 3,
    BoardState.PAUSED: 4,
    BoardState.MARKING: 5,
    BoardState.FAILED: 5,
    BoardState.PASSED: 5,
    BoardState.LOCKED: 6,
}


def attention_rank(row: BoardRow, now: dt.datetime) -> int:
    """Return how early the trainer should look at a candidate: 0 first."""
    signs = signs_of(row, now)
    if URGENT & signs.keys():
        return 0
    if signs and row.state is BoardState.RUNNING:
        return 2
    return _RANKS[row.state]
