"""When an enrolment may start, and what dates follow from it."""

import datetime as dt

from lms.curriculum.domain.folding import build_path
from lms.curriculum.domain.path import GateStep
from lms.curriculum.domain.programme import ProgrammePlan

LATEST_START_DAYS = 366
"""A start more than a year ahead is a slip of the keyboard (2062 for 2026)."""


def refuse_start(
    starts_on: dt.date, *, today: dt.date, cohort_starts_on: dt.date | None
) -> str | None:
    """Return why an enrolment made today may not start on ``starts_on``, or None when it may.

    The reasons are ``start_in_past``, ``start_before_cohort`` and ``start_too_far``.
    """
    if starts_on < today:
        return "start_in_past"
    if cohort_starts_on is not None and starts_on < cohort_starts_on:
        return "start_before_cohort"
    if (starts_on - today).days > LATEST_START_DAYS:
        return "start_too_far"
    return None


def due_dates(plan: ProgrammePlan, starts_on: dt.date) -> tuple[GateStep, ...]:
    """Return every gate of the programme with the date it would be due, for a start on ``starts_on``."""
    path = build_path(plan, starts_on=starts_on, today=starts_on, readings={}, passes=[])
    return path.gates
