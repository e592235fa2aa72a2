"""What each sitting of a repetition gets."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from lms.quizzes.domain.rules import SittingRules, rules_as_json, rules_from_json
from lms.quizzes.domain.sittings import Audience


@dataclass(frozen=True, slots=True)
class SeriesPlan:
    """What each sitting of a repetition gets.

    Attributes:
        audience: Whom it is for.
        window: Length of the window.
        minutes: Length of an attempt.
        max_attempts: Attempts a person has.
        wait_minutes: Pause between two attempts.
        cut_percent: Cut score.
        review: What candidates see afterwards, as stored with a sitting.
        rules: How it is run.
        note: What candidates read before they start.
        lead_id: Whose team; for ``TEAM``, looked up anew for each sitting.
        person_ids: Who; for ``PERSONS``.
    """

    audience: Audience
    window: dt.timedelta
    minutes: int
    max_attempts: int
    wait_minutes: int
    cut_percent: Decimal
    review: str
    rules: SittingRules
    note: str = ""
    lead_id: int | None = None
    person_ids: tuple[int, ...] = ()


def plan_as_json(plan: SeriesPlan) -> dict[str, object]:
    """Return what is stored with a series."""
    return {
        "audience": plan.audience.value,
        "window_minutes": int(plan.window.total_seconds() // 60),
        "minutes": plan.minutes,
        "max_attempts": plan.max_attempts,
        "wait_minutes": plan.wait_minutes,
        "cut_percent": str(plan.cut_percent),
        "review": plan.review,
        "rules": rules_as_json(plan.rules),
        "note": plan.note,
        "lead_id": plan.lead_id,
        "person_ids": list(plan.person_ids),
    }


def plan_from_json(stored: Mapping[str, object]) -> SeriesPlan:
    """Read a stored plan back.

    Raises:
        KeyError: Something is missing.
        ValueError: A value is none of its kind.
    """
    rules, persons, lead = stored["rules"], stored["person_ids"], stored["lead_id"]
    return SeriesPlan(
        audience=Audience(str(stored["audience"])),
        window=dt.timedelta(minutes=_int(stored["window_minutes"])),
        minutes=_int(stored["minutes"]),
        max_attempts=_int(stored["max_attempts"]),
        wait_minutes=_int(stored["wait_minutes"]),
        cut_percent=Decimal(str(stored["cut_percent"])),
        review=str(stored["review"]),
        rules=rules_from_json(rules if isinstance(rules, Mapping) else {}),
        note=str(stored["note"]),
        lead_id=None if lead is None else _int(lead),
        person_ids=tuple(_int(one) for one in persons) if isinstance(persons, list) else (),
    )


def _int(value: object) -> int:
    return int(str(value))
