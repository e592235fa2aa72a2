"""The path as a fold of what was read and passed."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.curriculum.domain.folding import build_path
from lms.curriculum.domain.path import GateKind, Passed, Path, Reading, State
from lms.curriculum.domain.programme import (
    LessonPlan,
    ModulePlan,
    ProgrammePlan,
    StagePlan,
    due_date,
)
from lms.errors import NotFound

START = dt.date(2026, 11, 23)
AT = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)


def module(key: str, due_day: int, *requires: str) -> ModulePlan:
    lessons = tuple(LessonPlan(f"{key}-{n}", f"课{n}", f"Lesson {n}", 7) for n in (1, 2))
    return ModulePlan(
        key, f"模块{key}", f"Module {key}", "", "", due_day, f"quiz-{key}", requires, lessons
    )


PLAN = ProgrammePlan(
    key="presales",
    title="售前",
    title_en="Pre-sales",
    stages=(
        StagePlan(
            "s1",
            "一",
            "One",
            12,
            "test-1",
            (module("a", 2), module("b", 4, "a"), module("c", 10, "a", "b")),
        ),
        StagePlan("s2", "二", "Two", 18, "test-2", (module("d", 16),)),
    ),
    defense_due_day=20,
)
GATES = (
    ("module_quiz", "a"),
    ("module_quiz", "b"),
    ("module_quiz", "c"),
    ("stage_test", "s1"),
    ("module_quiz", "d"),
    ("stage_test", "s2"),
    ("defense", ""),
)


def path(
    *passed: tuple[str, str], today: dt.date = START, active: bool = True, **read: Reading
) -> Path:
    return build_path(
        PLAN,
        starts_on=START,
        today=today,
        readings={key.replace("_", "-"): value for key, value in read.items()},
        passes=[Passed(kind, key, AT, Decimal(90)) for kind, key in passed],
        is_active=active,
    )


def test_at_the_start_only_the_first_module_is_open():
    here = path()
    assert [m.state for m in here.modules] == [
        State.OPEN,
        State.LOCKED,
        State.LOCKED,
        State.LOCKED,
    ]
    assert [s.state for s in here.stages] == [State.OPEN, State.LOCKED]
    assert not here.is_defense_open
    assert here.next_gate is not None
    assert here.next_gate.key == "a"


def test_a_locked_module_names_every_module_it_waits_for_and_drops_those_passed():
    assert [w.key for w in path().module("c").waits_for] == ["a", "b"]
    assert [w.key for w in path(("module_quiz", "a")).module("c").waits_for] == ["b"]
    assert path(("module_quiz", "a"), ("module_quiz", "b")).module("c").waits_for == ()


def test_a_module_is_done_by_its_quiz_and_its_unread_lessons_stay_readable():
    here = path(("module_quiz", "a"))
    assert here.module("a").state is State.DONE
    assert here.module("a").gate.percent == 90
    assert [lesson.state for lesson in here.module("a").lessons] == [State.OPEN, State.OPEN]
    assert here.is_module_open("b")
    assert not here.is_module_open("c")


def test_the_stage_test_waits_for_every_module_of_the_stage():
    here = path(("module_quiz", "a"), ("module_quiz", "c"))
    assert not here.is_stage_test_open("s1")
    assert [w.key for w in here.stage("s1").gate.waits_for] == ["b"]
    assert path(*GATES[:3]).is_stage_test_open("s1")


def test_the_next_stage_waits_for_the_stage_test():
    here = path(*GATES[:3])
    assert [(w.kind, w.key) for w in here.module("d").waits_for] == [(GateKind.STAGE_TEST, "s1")]
    assert path(*GATES[:4]).is_module_open("d")


def test_the_defense_waits_for_every_stage_test():
    assert not path(*GATES[:5]).is_defense_open
    here = path(*GATES[:6])
    assert here.defense.state is State.OPEN
    assert path(*GATES).defense.state is State.DONE
    assert path(*GATES).next_gate is None
    assert path(*GATES).gates_done == len(GATES)


def test_due_dates_count_the_start_date_as_day_one():
    here = path()
    assert here.module("a").due_on == dt.date(2026, 11, 24)
    assert here.stage("s1").gate.due_on == dt.date(2026, 12, 4)
    assert here.defense.due_on == dt.date(2026, 12, 12)
    with pytest.raises(ValueError, match="before the start"):
        due_date(START, 0)


def test_a_gate_is_overdue_from_the_day_after_and_not_once_passed_or_ended():
    on_time, late = dt.date(2026, 11, 24), dt.date(2026, 11, 25)
    assert path(today=on_time).overdue == ()
    assert [gate.key for gate in path(today=late).overdue] == ["a"]
    assert path(("module_quiz", "a"), today=late).overdue == ()
    assert path(today=late, active=False).overdue == ()


def test_a_programme_without_a_defense_day_has_no_due_date_for_it():
    plan = ProgrammePlan("p", "p", "p", PLAN.stages, None)
    here = build_path(plan, starts_on=START, today=dt.date.max, readings={}, passes=[])
    assert here.defense.due_on is None
    assert not here.defense.is_overdue


def test_lessons_read_and_done():
    here = path(a_1=Reading(9, 9, is_read=True, is_done=True), a_2=Reading(3, 9, False, False))
    first, second = here.module("a").lessons
    assert (first.state, first.read_share) == (State.DONE, 1.0)
    assert second.state is State.OPEN
    assert second.read_share == pytest.approx(1 / 3)
    assert here.module("a").lessons_done == 1
    assert here.module("a").minutes_left == 7
    assert here.next_lesson is not None
    assert here.next_lesson[1].key == "a-2"
    assert here.lessons_done == 1
    assert here.steps_total == 8 + 7


def test_a_lesson_without_blocks_has_no_share():
    assert path(a_1=Reading(0, 0, False, False)).module("a").lessons[0].read_share == 0


def test_next_lesson_skips_done_modules_and_ends():
    read = Reading(9, 9, True, True)
    assert path(("module_quiz", "a")).next_lesson[1].key == "b-1"
    assert path(a_1=read, a_2=read).next_lesson is None


def test_looking_up_parts():
    here = path()
    assert here.module_of_lesson("b-2").key == "b"
    for look in (here.module, here.stage, here.module_of_lesson):
        with pytest.raises(NotFound):
            look("nowhere")
    assert not here.is_module_open("nowhere")
    assert not here.is_stage_test_open("nowhere")


@given(st.sets(st.sampled_from(GATES)), st.randoms(use_true_random=False))
def test_the_order_of_passes_does_not_matter_and_a_pass_never_locks(passed, random):
    shuffled = sorted(passed)
    random.shuffle(shuffled)
    here = path(*shuffled)
    assert here == path(*sorted(passed))
    for gate in GATES:
        more = path(*passed, gate)
        for before, after in zip(here.modules, more.modules, strict=True):
            assert not (before.state is not State.LOCKED and after.state is State.LOCKED)
        assert more.gates_done >= here.gates_done


def test_steps_add_lessons_and_gates():
    here = path(("module_quiz", "a"), a_1=Reading(9, 9, True, True))
    assert here.steps_done == 2
    assert here.steps_done <= here.steps_total
