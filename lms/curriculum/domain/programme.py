"""The programme as published: what its stages, modules and lessons are and on which day they are due."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LessonPlan:
    """A lesson as the programme has it; ``minutes`` is the estimated reading time."""

    key: str
    title: str
    title_en: str
    minutes: int


@dataclass(frozen=True, slots=True)
class ModulePlan:
    """A module as the programme has it.

    Attributes:
        due_day: Its quiz is due on this day; day 1 is the start date. At least 1.
        requires: Keys of modules whose quiz must be passed before this module opens.
    """

    key: str
    title: str
    title_en: str
    summary: str
    summary_en: str
    due_day: int
    quiz_key: str
    requires: tuple[str, ...]
    lessons: tuple[LessonPlan, ...]


@dataclass(frozen=True, slots=True)
class StagePlan:
    """A stage as the programme has it; ``due_day`` is that of its test."""

    key: str
    title: str
    title_en: str
    due_day: int
    quiz_key: str
    modules: tuple[ModulePlan, ...]


@dataclass(frozen=True, slots=True)
class ProgrammePlan:
    """A programme as published; ``defense_due_day`` is None when it sets none."""

    key: str
    title: str
    title_en: str
    stages: tuple[StagePlan, ...]
    defense_due_day: int | None


def due_date(starts_on: dt.date, due_day: int) -> dt.date:
    """Return the calendar date of day ``due_day``, where day 1 is ``starts_on`` itself.

    Raises:
        ValueError: ``due_day`` is less than 1.
    """
    if due_day < 1:
        raise ValueError(f"day {due_day} lies before the start")
    return starts_on + dt.timedelta(days=due_day - 1)
