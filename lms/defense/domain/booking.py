"""Times, seats and conflicts of a booking."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

MINIMUM_PANEL = 3
"""Two raters cannot outvote a mistake; three can."""

SHORTEST_MINUTES = 10
LONGEST_MINUTES = 240

CONFLICT_OF_KIND = {"lead": "own_lead", "mentor": "own_mentor"}
"""Code of the conflict of interest by kind of supervision. Allowed, because small firms have nobody else;
always shown."""


class ClashKind(StrEnum):
    """What is taken already at that time."""

    RATER = "rater"
    CANDIDATE = "candidate"
    ROOM = "room"


@dataclass(frozen=True, slots=True)
class Slot:
    """A defense as far as its time, place and people go.

    Attributes:
        defense_id: Its row; None for one that is being booked.
        people: Person ids of the raters and the candidate.
    """

    defense_id: int | None
    starts_at: dt.datetime
    minutes: int
    room: str
    candidate_id: int
    people: frozenset[int]


@dataclass(frozen=True, slots=True)
class Clash:
    """One thing that is taken: the person (None for the room) and the defense that takes it."""

    kind: ClashKind
    person_id: int | None
    defense_id: int


def find_clashes(wanted: Slot, others: Iterable[Slot]) -> tuple[Clash, ...]:
    """Return everything of ``wanted`` that another defense takes at an overlapping time.

    Args:
        wanted: The booking asked for.
        others: Booked defenses, not cancelled, at any time.
    """
    clashes: list[Clash] = []
    for other in others:
        if other.defense_id is None or not overlaps(
            wanted.starts_at, wanted.minutes, other.starts_at, other.minutes
        ):
            continue
        if same_room(wanted.room, other.room):
            clashes.append(Clash(ClashKind.ROOM, None, other.defense_id))
        for person_id in sorted(wanted.people & other.people):
            is_candidate = person_id == wanted.candidate_id
            kind = ClashKind.CANDIDATE if is_candidate else ClashKind.RATER
            clashes.append(Clash(kind, person_id, other.defense_id))
    return tuple(clashes)


def ends_at(starts_at: dt.datetime, minutes: int) -> dt.datetime:
    """Return the instant at which a defense of ``minutes`` ends."""
    return starts_at + dt.timedelta(minutes=minutes)


def overlaps(
    starts_at: dt.datetime, minutes: int, other_starts_at: dt.datetime, other_minutes: int
) -> bool:
    """Say whether two defenses share a moment; one that begins when the other ends does not."""
    return starts_at < ends_at(other_starts_at, other_minutes) and other_starts_at < ends_at(
        starts_at, minutes
    )


def opens_at(starts_at: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """Return the instant from which ratings are taken: the first of the local day of the defense.

    What is written before that day was not seen in the room; defenses that begin early do not have to wait.
    """
    return _midnight(starts_at.astimezone(zone).date(), zone)


def due_at(starts_at: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """Return the instant by which ratings are due: the end of the local day of the defense."""
    return _midnight(starts_at.astimezone(zone).date() + dt.timedelta(days=1), zone)


def same_room(one: str, other: str) -> bool:
    """Say whether two names mean the same room: case and blanks do not matter."""
    return _room_key(one) == _room_key(other)


def conflicts_of(rater_id: int, supervisions: Iterable[tuple[int, str]]) -> list[str]:
    """Return the codes of a rater's conflicts of interest, sorted.

    Args:
        rater_id: The rater.
        supervisions: Pairs of supervisor and kind of everybody who leads or mentors the candidate on the date.
    """
    return sorted(
        {
            CONFLICT_OF_KIND[kind]
            for supervisor_id, kind in supervisions
            if supervisor_id == rater_id and kind in CONFLICT_OF_KIND
        }
    )


def _midnight(on: dt.date, zone: ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(on, dt.time.min, zone).astimezone(dt.UTC)


def _room_key(name: str) -> str:
    return "".join(name.split()).casefold()
