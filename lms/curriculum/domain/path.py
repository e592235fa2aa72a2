"""The path: what of a programme is done, open or locked for one person, what waits for what, what is due when."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from lms.errors import NotFound


class State(StrEnum):
    """State of a lesson, a module or a gate on one person's path."""

    LOCKED = "locked"
    OPEN = "open"
    DONE = "done"


class GateKind(StrEnum):
    """What a gate is measured by; stored in ``gate_pass.kind``."""

    MODULE_QUIZ = "module_quiz"
    STAGE_TEST = "stage_test"
    DEFENSE = "defense"
    DECISION = "decision"


@dataclass(frozen=True, slots=True)
class Reading:
    """How far somebody has got in one lesson: blocks read of all, and whether it counts as done."""

    furthest_block: int
    blocks_total: int
    is_read: bool
    is_done: bool


@dataclass(frozen=True, slots=True)
class Passed:
    """A gate that somebody passed, with the result in percent where it has one."""

    kind: str
    key: str
    passed_at: dt.datetime
    percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class WaitsFor:
    """A gate that must be passed first: its kind, its key and the title of its module or stage."""

    kind: GateKind
    key: str
    title: str
    title_en: str


@dataclass(frozen=True, slots=True)
class LessonStep:
    """One lesson on somebody's path; ``read_share`` is 0 to 1."""

    key: str
    title: str
    title_en: str
    minutes: int
    state: State
    is_read: bool
    read_share: float


@dataclass(frozen=True, slots=True)
class GateStep:
    """One gate on somebody's path.

    Attributes:
        key: Key of the module or stage it closes; empty for the defense.
        quiz_key: The quiz that measures it; empty for the defense.
        due_on: The last day on which it is in time; None when the programme sets none.
        is_overdue: Due and not passed, while the enrolment is active.
    """

    kind: GateKind
    key: str
    quiz_key: str
    title: str
    title_en: str
    state: State
    waits_for: tuple[WaitsFor, ...]
    due_on: dt.date | None
    is_overdue: bool
    passed_at: dt.datetime | None
    percent: Decimal | None


@dataclass(frozen=True, slots=True)
class ModuleStep:
    """One module on somebody's path: done when its quiz is passed, whatever was read."""

    key: str
    title: str
    title_en: str
    summary: str
    summary_en: str
    state: State
    requires: tuple[str, ...]
    waits_for: tuple[WaitsFor, ...]
    due_on: dt.date
    is_overdue: bool
    lessons: tuple[LessonStep, ...]
    gate: GateStep

    @property
    def lessons_done(self) -> int:
        """Number of lessons that are done."""
        return sum(lesson.state is State.DONE for lesson in self.lessons)

    @property
    def minutes_left(self) -> int:
        """Estimated minutes of reading in the lessons not yet read."""
        return sum(lesson.minutes for lesson in self.lessons if not lesson.is_read)


@dataclass(frozen=True, slots=True)
class StageStep:
    """One stage on somebody's path with its modules and its test."""

    key: str
    title: str
    title_en: str
    state: State
    modules: tuple[ModuleStep, ...]
    gate: GateStep


@dataclass(frozen=True, slots=True)
class Path:
    """One person's way through one programme at one date."""

    programme_key: str
    title: str
    title_en: str
    starts_on: dt.date
    stages: tuple[StageStep, ...]
    defense: GateStep

    @property
    def modules(self) -> tuple[ModuleStep, ...]:
        """All modules in order."""
        return tuple(module for stage in self.stages for module in stage.modules)

    @property
    def gates(self) -> tuple[GateStep, ...]:
        """All gates in order: per stage its module quizzes and its test, then the defense."""
        gates: list[GateStep] = []
        for stage in self.stages:
            gates.extend(module.gate for module in stage.modules)
            gates.append(stage.gate)
        return (*gates, self.defense)

    @property
    def lessons(self) -> tuple[LessonStep, ...]:
        """All lessons in order."""
        return tuple(lesson for module in self.modules for lesson in module.lessons)

    @property
    def lessons_done(self) -> int:
        """Number of lessons that are done."""
        return sum(lesson.state is State.DONE for lesson in self.lessons)

    @property
    def gates_done(self) -> int:
        """Number of gates that are passed."""
        return sum(gate.state is State.DONE for gate in self.gates)

    @property
    def steps_done(self) -> int:
        """Lessons done and gates passed together, of ``steps_total``."""
        return self.lessons_done + self.gates_done

    @property
    def steps_total(self) -> int:
        """Lessons and gates together."""
        return len(self.lessons) + len(self.gates)

    @property
    def overdue(self) -> tuple[GateStep, ...]:
        """Gates that are overdue, in order."""
        return tuple(gate for gate in self.gates if gate.is_overdue)

    @property
    def next_gate(self) -> GateStep | None:
        """The first gate in order that is open."""
        return next((gate for gate in self.gates if gate.state is State.OPEN), None)

    @property
    def next_lesson(self) -> tuple[ModuleStep, LessonStep] | None:
        """The first open lesson of the first open module that has one, with that module."""
        for module in self.modules:
            if module.state is State.OPEN:
                for lesson in module.lessons:
                    if lesson.state is State.OPEN:
                        return module, lesson
        return None

    @property
    def is_defense_open(self) -> bool:
        """Whether every stage test is passed; it stays so after the defense."""
        return self.defense.state is not State.LOCKED

    def module(self, key: str) -> ModuleStep:
        """Return one module.

        Raises:
            NotFound: The path has none of this key.
        """
        for module in self.modules:
            if module.key == key:
                return module
        raise NotFound("module", key=key)

    def stage(self, key: str) -> StageStep:
        """Return one stage.

        Raises:
            NotFound: The path has none of this key.
        """
        for stage in self.stages:
            if stage.key == key:
                return stage
        raise NotFound("stage", key=key)

    def module_of_lesson(self, lesson_key: str) -> ModuleStep:
        """Return the module that holds a lesson.

        Raises:
            NotFound: The path has no such lesson.
        """
        for module in self.modules:
            if any(lesson.key == lesson_key for lesson in module.lessons):
                return module
        raise NotFound("lesson", key=lesson_key)

    def is_module_open(self, key: str) -> bool:
        """Say whether a module is open or done; False for one that the path does not have."""
        return any(m.key == key and m.state is not State.LOCKED for m in self.modules)

    def is_stage_test_open(self, key: str) -> bool:
        """Say whether a stage's test is open or passed; False for a stage that the path does not have."""
        return any(s.key == key and s.gate.state is not State.LOCKED for s in self.stages)
