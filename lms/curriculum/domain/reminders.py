"""What to remind somebody of: three levels before and after a due date, each told once."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from lms.curriculum.domain.path import GateKind, GateStep, State


class Level(StrEnum):
    """How near a due date is: from three days before, from one day before, from the day after."""

    SOON = "D-3"
    TOMORROW = "D-1"
    OVERDUE = "D+1"


@dataclass(frozen=True, slots=True)
class Reminder:
    """One gate that is near or past its due date, at one level.

    Attributes:
        key: Identity of the telling: enrolment, gate, due date and level. A due date that moves is told anew.
        days_left: Due date minus today; negative when past.
    """

    key: str
    level: Level
    gate: GateStep
    due_on: dt.date
    days_left: int


def level_of(days_left: int) -> Level | None:
    """Return the level of a gate that is due in ``days_left`` days (negative: past), or None when far off."""
    if days_left < 0:
        return Level.OVERDUE
    if days_left <= 1:
        return Level.TOMORROW
    if days_left <= 3:
        return Level.SOON
    return None


def find_reminders(
    enrolment_id: int, gates: Iterable[GateStep], *, today: dt.date, told: Collection[str]
) -> list[Reminder]:
    """Return what the learner must be told today, in the order of ``gates``.

    Levels are ranges, not single days: when the worker was down on the day itself, the next run catches up.
    The defense is left out, because staff books its date and the booking has a message of its own.

    Args:
        enrolment_id: Whose gates these are.
        gates: Gates of one path.
        today: The date of the digest.
        told: Keys of reminders told before.
    """
    found: list[Reminder] = []
    for gate in gates:
        if gate.state is State.DONE or gate.due_on is None or gate.kind is GateKind.DEFENSE:
            continue
        days_left = (gate.due_on - today).days
        level = level_of(days_left)
        if level is None:
            continue
        key = f"{enrolment_id}:{gate.kind}:{gate.key}:{gate.due_on.isoformat()}:{level}"
        if key not in told:
            found.append(Reminder(key, level, gate, gate.due_on, days_left))
    return found


def digest_key(person_id: int, today: dt.date) -> str:
    """Return the identity of one person's digest of one date."""
    return f"due:{person_id}:{today.isoformat()}"
