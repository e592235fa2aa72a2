"""What waits for what: the one rule that opens modules, stage tests and the defense."""

from collections.abc import Collection, Sequence

from lms.curriculum.domain.path import GateKind, WaitsFor
from lms.curriculum.domain.programme import ModulePlan, ProgrammePlan, StagePlan


def missing_before(
    plan: ProgrammePlan, passed: Collection[tuple[str, str]], kind: GateKind, key: str
) -> tuple[WaitsFor, ...]:
    """Return the gates that must be passed before this one opens, in the programme's order.

    A module waits for the tests of all stages before its own and for the quizzes of the modules it requires; a
    stage's test for the tests before it and the quizzes of its own modules; the defense for every stage's test.

    Args:
        plan: The programme as published.
        passed: Kind and key of the gates passed; others than the plan's are ignored.
        kind: Of the gate asked about: a module's quiz, a stage's test, or the defense.
        key: Key of its module or stage; not looked at for the defense.

    Returns:
        Empty when it is open; also for a module or stage that the plan does not have: nothing waits there.
    """
    if kind is GateKind.DEFENSE:
        return _missing(GateKind.STAGE_TEST, plan.stages, passed)
    for number, stage in enumerate(plan.stages):
        before = _missing(GateKind.STAGE_TEST, plan.stages[:number], passed)
        if kind is GateKind.STAGE_TEST and stage.key == key:
            return before + _missing(GateKind.MODULE_QUIZ, stage.modules, passed)
        for module in stage.modules:
            if kind is GateKind.MODULE_QUIZ and module.key == key:
                required = [m for s in plan.stages for m in s.modules if m.key in module.requires]
                return before + _missing(GateKind.MODULE_QUIZ, required, passed)
    return ()


def _missing(
    kind: GateKind,
    parts: Sequence[StagePlan] | Sequence[ModulePlan],
    passed: Collection[tuple[str, str]],
) -> tuple[WaitsFor, ...]:
    return tuple(
        WaitsFor(kind, part.key, part.title, part.title_en)
        for part in parts
        if (kind.value, part.key) not in passed
    )
