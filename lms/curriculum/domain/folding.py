"""Folding what is known about a person over the programme's plan into the path.

Two kinds of facts count, lessons read and gates passed. No state is stored, so no state can be wrong.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lms.curriculum.domain.path import (
    GateKind,
    GateStep,
    LessonStep,
    ModuleStep,
    Passed,
    Path,
    Reading,
    StageStep,
    State,
)
from lms.curriculum.domain.prerequisites import missing_before
from lms.curriculum.domain.programme import (
    LessonPlan,
    ModulePlan,
    ProgrammePlan,
    StagePlan,
    due_date,
)


def build_path(
    plan: ProgrammePlan,
    *,
    starts_on: dt.date,
    today: dt.date,
    readings: Mapping[str, Reading],
    passes: Iterable[Passed],
    is_active: bool = True,
) -> Path:
    """Fold what is known about one person over the plan.

    Args:
        plan: The programme as published.
        starts_on: Day 1.
        today: The date to judge "overdue" at; a gate due today is not overdue.
        readings: By lesson key; lessons that the plan no longer has are ignored.
        passes: Gates passed; others than the plan's are ignored. Order does not matter.
        is_active: Whether the enrolment still runs; nothing is overdue in one that has ended.
    """
    passed = {(one.kind, one.key): one for one in passes}
    builder = _Builder(plan, starts_on, today if is_active else dt.date.min, readings, passed)
    return builder.build()


@dataclass(frozen=True, slots=True)
class _Builder:
    plan: ProgrammePlan
    starts_on: dt.date
    today: dt.date
    readings: Mapping[str, Reading]
    passed: Mapping[tuple[str, str], Passed]

    def build(self) -> Path:
        defense = self._gate(GateKind.DEFENSE, "", "", "", "", self.plan.defense_due_day)
        return Path(
            programme_key=self.plan.key,
            title=self.plan.title,
            title_en=self.plan.title_en,
            starts_on=self.starts_on,
            stages=tuple(self._stage(stage) for stage in self.plan.stages),
            defense=defense,
        )

    def _stage(self, stage: StagePlan) -> StageStep:
        modules = tuple(self._module(module) for module in stage.modules)
        gate = self._gate(
            GateKind.STAGE_TEST,
            stage.key,
            stage.quiz_key,
            stage.title,
            stage.title_en,
            stage.due_day,
        )
        state = gate.state
        waits_for_stage = any(one.kind is GateKind.STAGE_TEST for one in gate.waits_for)
        if state is State.LOCKED and not waits_for_stage:
            state = State.OPEN
        return StageStep(stage.key, stage.title, stage.title_en, state, modules, gate)

    def _module(self, module: ModulePlan) -> ModuleStep:
        gate = self._gate(
            GateKind.MODULE_QUIZ,
            module.key,
            module.quiz_key,
            module.title,
            module.title_en,
            module.due_day,
        )
        return ModuleStep(
            key=module.key,
            title=module.title,
            title_en=module.title_en,
            summary=module.summary,
            summary_en=module.summary_en,
            state=gate.state,
            requires=module.requires,
            waits_for=gate.waits_for,
            due_on=due_date(self.starts_on, module.due_day),
            is_overdue=gate.is_overdue,
            lessons=tuple(self._lesson(lesson, gate.state) for lesson in module.lessons),
            gate=gate,
        )

    def _lesson(self, lesson: LessonPlan, module_state: State) -> LessonStep:
        reading = self.readings.get(lesson.key)
        state = State.OPEN
        if reading is not None and reading.is_done:
            state = State.DONE
        elif module_state is State.LOCKED:
            state = State.LOCKED
        share = 0.0
        if reading is not None and reading.blocks_total > 0:
            share = min(1.0, reading.furthest_block / reading.blocks_total)
        is_read = reading is not None and reading.is_read
        return LessonStep(
            key=lesson.key,
            title=lesson.title,
            title_en=lesson.title_en,
            minutes=lesson.minutes,
            state=state,
            is_read=is_read,
            read_share=1.0 if is_read else share,
        )

    def _gate(
        self,
        kind: GateKind,
        key: str,
        quiz_key: str,
        title: str,
        title_en: str,
        due_day: int | None,
    ) -> GateStep:
        waits = missing_before(self.plan, self.passed, kind, key)
        passed = self.passed.get((kind.value, key))
        due_on = None if due_day is None else due_date(self.starts_on, due_day)
        state = State.LOCKED if waits else State.OPEN
        if passed is not None:
            state = State.DONE
        return GateStep(
            kind=kind,
            key=key,
            quiz_key=quiz_key,
            title=title,
            title_en=title_en,
            state=state,
            waits_for=() if passed is not None else waits,
            due_on=due_on,
            is_overdue=passed is None and due_on is not None and due_on < self.today,
            passed_at=passed.passed_at if passed is not None else None,
            percent=passed.percent if passed is not None else None,
        )
