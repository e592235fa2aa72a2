"""Enrolling, reading, gates, publishing."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from lms.audit.models import AuditEvent
from lms.curriculum.domain.path import State
from lms.curriculum.domain.publishing import LessonText, ModuleText, ProgrammeText, StageText
from lms.curriculum.models import Enrolment, GatePass, Lesson, LessonProgress
from lms.curriculum.queries import (
    find_active_enrolment,
    find_enrolment_in,
    find_neighbours,
    get_enrolment,
    get_lesson,
    get_path,
    get_programme,
    list_active_enrolments_of_cohort,
    list_gate_passes,
    list_paths,
    list_programmes,
)
from lms.curriculum.services import (
    complete_enrolment,
    enrol,
    enrol_cohort,
    note_reading,
    note_recalled,
    pass_gate,
    publish_lesson,
    publish_programme,
    retire_lesson,
    retire_programme,
    withdraw_enrolment,
)
from lms.db import db
from lms.errors import InvalidInput, InvalidState, NotFound
from lms.notifications.models import OutboxMessage
from tests.conftest import NOON
from tests.factories.curriculum import START, make_enrolment, make_programme, pass_gates
from tests.factories.people import make_cohort, make_person

SHANGHAI = ZoneInfo("Asia/Shanghai")
LATER = NOON + dt.timedelta(hours=1)
pytestmark = pytest.mark.usefixtures("session")


def path_of(enrolment, now=NOON):
    return get_path(enrolment, now, SHANGHAI)


def lesson_of(enrolment, module=0):
    return enrolment.programme.stages[0].modules[module].lessons[0]


def test_enrolling_a_cohort_twice_enrols_nobody_twice():
    first, second = make_person(), make_person()
    cohort = make_cohort(first, second)
    programme = make_programme()
    arguments = {"starts_on": START, "today": START, "actor_id": None, "now": NOON}
    done = enrol_cohort(cohort, programme, **arguments)
    assert {one.person_id for one in done.enrolled} == {first.id, second.id}
    again = enrol_cohort(cohort, programme, **arguments)
    assert again.enrolled == []
    assert {one.id for one in again.already} == {first.id, second.id}
    told = db.session.scalars(
        select(OutboxMessage).where(OutboxMessage.kind == "curriculum.enrolled")
    ).all()
    assert sorted(one.person_id for one in told) == sorted([first.id, second.id])
    assert len(list_active_enrolments_of_cohort(cohort.id)) == 2


def test_a_member_who_is_in_a_programme_is_left_alone():
    busy, free = make_person(), make_person()
    running = make_enrolment(busy)
    cohort = make_cohort(busy, free)
    done = enrol_cohort(
        cohort, make_programme(), starts_on=START, today=START, actor_id=None, now=NOON
    )
    assert [one.person_id for one in done.enrolled] == [free.id]
    assert [one.id for one in done.already] == [busy.id]
    assert find_active_enrolment(busy.id) is running


@pytest.mark.parametrize(
    ("starts_on", "code"),
    [(dt.date(2026, 11, 22), "start_in_past"), (dt.date(2026, 11, 24), "start_before_cohort")],
)
def test_a_start_that_cannot_be_is_refused(starts_on, code):
    cohort = make_cohort(make_person(), starts_on=dt.date(2026, 11, 25))
    with pytest.raises(InvalidInput) as refused:
        enrol_cohort(
            cohort, make_programme(), starts_on=starts_on, today=START, actor_id=None, now=NOON
        )
    assert refused.value.code == code
    assert db.session.scalar(select(func.count()).select_from(Enrolment)) == 0


def test_nobody_goes_through_two_programmes_at_once():
    person = make_person()
    enrolment = make_enrolment(person)
    with pytest.raises(InvalidState, match="already_enrolled"):
        enrol(person, make_programme(), cohort_id=None, starts_on=START, actor_id=None, now=NOON)
    complete_enrolment(enrolment, now=LATER, actor_id=None)
    complete_enrolment(enrolment, now=LATER, actor_id=None)
    assert (enrolment.state, enrolment.ended_at) == ("completed", LATER)
    again = enrol(
        person, make_programme(), cohort_id=None, starts_on=START, actor_id=None, now=LATER
    )
    assert find_active_enrolment(person.id) is again
    assert find_enrolment_in(person.id, enrolment.programme_id) is enrolment


def test_withdrawing_ends_it_with_a_reason_on_record():
    enrolment, officer = make_enrolment(), make_person()
    withdraw_enrolment(enrolment, reason=" 离职 ", now=LATER, actor_id=officer.id)
    assert (enrolment.state, enrolment.ended_at) == ("withdrawn", LATER)
    assert find_active_enrolment(enrolment.person_id) is None
    event = db.session.scalars(
        select(AuditEvent).where(AuditEvent.action == "curriculum.withdraw_enrolment")
    ).one()
    assert (event.actor_id, event.subject_id, event.facts) == (
        officer.id,
        str(enrolment.id),
        {"reason": "离职"},
    )


def test_withdrawing_needs_a_reason_and_an_enrolment_that_runs():
    enrolment = make_enrolment()
    with pytest.raises(InvalidInput, match="withdraw_reason"):
        withdraw_enrolment(enrolment, reason="  ", now=NOON, actor_id=None)
    assert enrolment.state == "active"
    withdraw_enrolment(enrolment, reason="报错了名", now=NOON, actor_id=None)
    for ended in (enrolment, make_enrolment(state="completed")):
        before = (ended.state, ended.ended_at)
        with pytest.raises(InvalidState, match="already_ended"):
            withdraw_enrolment(ended, reason="再来", now=LATER, actor_id=None)
        assert (ended.state, ended.ended_at) == before


def test_who_was_withdrawn_enrols_again_from_another_day():
    member, other = make_person(), make_person()
    cohort, programme = make_cohort(member, other), make_programme()
    first = make_enrolment(member, programme, cohort=cohort)
    withdraw_enrolment(first, reason="报错了名", now=NOON, actor_id=None)
    with pytest.raises(InvalidState, match="same_start_ended"):
        enrol(member, programme, cohort_id=None, starts_on=START, actor_id=None, now=LATER)
    arguments = {"today": START, "actor_id": None, "now": LATER}
    done = enrol_cohort(cohort, programme, starts_on=START, **arguments)
    assert [one.person_id for one in done.enrolled] == [other.id]
    assert (done.already, done.ended) == ([], [member])
    again = enrol_cohort(cohort, programme, starts_on=START + dt.timedelta(days=1), **arguments)
    assert [one.person_id for one in again.enrolled] == [member.id]
    assert (again.already, again.ended) == ([other], [])


def test_a_withdrawn_enrolment_cannot_be_completed():
    with pytest.raises(InvalidState, match="enrolment_withdrawn"):
        complete_enrolment(make_enrolment(state="withdrawn"), now=NOON, actor_id=None)


def test_a_lesson_is_done_when_read_and_recalled_in_either_order():
    enrolment = make_enrolment()
    lesson = lesson_of(enrolment)
    note_reading(enrolment, lesson, block=1, now=NOON)
    assert path_of(enrolment).lessons[0].read_share == pytest.approx(1 / 3)
    progress = note_reading(enrolment, lesson, block=3, now=LATER)
    assert progress.read_at == LATER
    assert progress.completed_at is None
    note_recalled(enrolment.id, lesson.key, now=LATER)
    assert progress.completed_at == LATER
    assert path_of(enrolment).lessons[0].state is State.DONE
    other = make_enrolment(programme=enrolment.programme)
    recalled = note_recalled(other.id, lesson.key, now=NOON)
    assert recalled.completed_at is None
    note_reading(other, lesson, block=3, now=LATER)
    assert recalled.completed_at == LATER


def test_reading_on_and_back_keeps_the_first_times():
    enrolment = make_enrolment()
    lesson = lesson_of(enrolment)
    note_reading(enrolment, lesson, block=3, now=NOON)
    progress = note_reading(enrolment, lesson, block=1, now=LATER)
    assert (progress.last_block, progress.furthest_block) == (1, 3)
    assert (progress.opened_at, progress.read_at, progress.seen_at) == (NOON, NOON, LATER)
    count = db.session.scalar(select(func.count()).select_from(LessonProgress))
    assert count == 1


@pytest.mark.parametrize("block", [0, 4, -1])
def test_a_block_that_the_lesson_does_not_have(block):
    enrolment = make_enrolment()
    with pytest.raises(InvalidInput, match="no_such_block"):
        note_reading(enrolment, lesson_of(enrolment), block=block, now=NOON)


def test_an_ended_enrolment_notes_nothing():
    enrolment = make_enrolment(state="completed")
    with pytest.raises(InvalidState, match="enrolment_ended"):
        note_reading(enrolment, lesson_of(enrolment), block=1, now=NOON)


def test_a_gate_keeps_its_first_pass_and_opens_what_waited():
    enrolment = make_enrolment()
    module = enrolment.programme.stages[0].modules[0]
    arguments = {
        "kind": "module_quiz",
        "key": module.key,
        "evidence": {"table": "attempt", "id": 1},
    }
    pass_gate(enrolment.id, percent=Decimal("90.00"), now=NOON, **arguments)
    pass_gate(enrolment.id, percent=Decimal("95.00"), now=LATER, **arguments)
    assert path_of(enrolment).modules[1].state is State.OPEN
    (kept,) = list_gate_passes(enrolment.id)
    assert (kept.percent, kept.passed_at) == (Decimal("90.00"), NOON)


@pytest.mark.parametrize(
    ("kind", "key"),
    [("module_quiz", "nowhere"), ("stage_test", ""), ("defense", "x"), ("luck", "")],
)
def test_a_gate_that_the_programme_does_not_have(kind, key):
    enrolment = make_enrolment()
    with pytest.raises(InvalidInput, match="no_such_gate"):
        pass_gate(enrolment.id, kind=kind, key=key, percent=None, evidence={}, now=NOON)
    assert db.session.scalar(select(func.count()).select_from(GatePass)) == 0


def test_the_whole_way_to_the_defense():
    enrolment = make_enrolment()
    pass_gates(enrolment, modules=1)
    assert not path_of(enrolment).is_stage_test_open(enrolment.programme.stages[0].key)
    other = make_enrolment(programme=enrolment.programme)
    pass_gates(other)
    assert path_of(other).is_defense_open
    assert not path_of(enrolment).is_defense_open


def test_overdue_is_judged_on_the_organisations_date():
    enrolment = make_enrolment()
    # Module 1 is due on day 2, the 24th; in Shanghai the 25th begins at 16:00 UTC on the 24th.
    before = dt.datetime(2026, 11, 24, 15, 59, tzinfo=dt.UTC)
    assert path_of(enrolment, before).overdue == ()
    after = before + dt.timedelta(minutes=1)
    assert [gate.key for gate in path_of(enrolment, after).overdue] == [
        enrolment.programme.stages[0].modules[0].key
    ]


def programme_text(*modules, stages=("s",), title="方案", digest="1"):
    texts = tuple(
        ModuleText(key, key, key, "", "", number, f"quiz-{key}", ())
        for number, key in enumerate(modules, start=1)
    )
    parts = [StageText(key, key, key, 9, f"test-{key}", ()) for key in stages]
    parts[0] = StageText(stages[0], "段", "Stage", 9, "test", texts)
    return ProgrammeText(
        "p", title, "P", "", "", "售前", "Agent", {"due_day": 20}, tuple(parts), digest * 64
    )


def lesson_text(key="l", position=1, digest="1", blocks=2):
    made = tuple({"key": f"b{n}", "html": f"<p>{n}</p>", "heading": ""} for n in range(blocks))
    return LessonText(
        key, position, "课", "Lesson", "", "", 7, ("会做",), "正文", made, (), digest * 64
    )


def test_publishing_a_programme_again_moves_and_retires_modules():
    programme = publish_programme(programme_text("a", "b"), origin="files", now=NOON)
    publish_lesson(programme.stages[0].modules[0], lesson_text(), now=NOON)
    enrolment = make_enrolment(programme=programme)
    pass_gates(enrolment, modules=1, stage=False)
    ids = {module.key: module.id for module in programme.stages[0].modules}
    revised = publish_programme(
        programme_text("c", "a", title="新方案", digest="2"), origin="files", now=LATER
    )
    assert revised.id == programme.id
    assert revised.title == "新方案"
    modules = {module.key: module for module in revised.stages[0].modules}
    assert modules["a"].id == ids["a"]
    assert modules["a"].position == 2
    assert modules["b"].retired_at == LATER
    path = path_of(enrolment)
    assert [module.key for module in path.modules] == ["c", "a"]
    assert path.module("a").state is State.DONE


def test_a_published_stage_stays():
    publish_programme(programme_text("a", stages=("s", "t")), origin="files", now=NOON)
    with pytest.raises(InvalidState, match="stage_removed"):
        publish_programme(programme_text("a", digest="2"), origin="files", now=LATER)


def test_files_do_not_take_over_a_programme_of_the_browser():
    publish_programme(programme_text("a"), origin="app", now=NOON)
    with pytest.raises(InvalidState, match="programme_of_other_origin"):
        publish_programme(programme_text("a"), origin="files", now=LATER)


def test_a_retired_programme_takes_nobody_new_and_keeps_those_on_their_way():
    enrolment = make_enrolment()
    retire_programme(enrolment.programme, now=NOON)
    retire_programme(enrolment.programme, now=LATER)
    assert enrolment.programme.retired_at == NOON
    assert list_programmes() == []
    with pytest.raises(NotFound):
        get_programme(enrolment.programme.key)
    assert len(path_of(enrolment).modules) == 2


def test_a_revised_lesson_counts_up_and_a_moved_one_does_not():
    module = publish_programme(programme_text("a"), origin="files", now=NOON).stages[0].modules[0]
    lesson = publish_lesson(module, lesson_text(), now=NOON)
    assert (lesson.version, lesson.published_at) == (1, NOON)
    publish_lesson(module, lesson_text(position=2), now=LATER)
    assert (lesson.version, lesson.position, lesson.published_at) == (1, 2, NOON)
    publish_lesson(module, lesson_text(digest="2", blocks=1), now=LATER)
    assert (lesson.version, len(lesson.blocks), lesson.published_at) == (2, 1, LATER)


def test_progress_survives_a_lesson_that_became_shorter():
    module = publish_programme(programme_text("a"), origin="files", now=NOON).stages[0].modules[0]
    lesson = publish_lesson(module, lesson_text(blocks=5), now=NOON)
    enrolment = make_enrolment(programme=module.stage.programme)
    note_reading(enrolment, lesson, block=4, now=NOON)
    publish_lesson(module, lesson_text(digest="2", blocks=2), now=LATER)
    progress = note_reading(enrolment, lesson, block=1, now=LATER)
    assert (progress.furthest_block, progress.blocks_total) == (2, 2)
    assert progress.lesson_version == 2


def test_a_retired_lesson_leaves_the_path_and_comes_back():
    module = publish_programme(programme_text("a"), origin="files", now=NOON).stages[0].modules[0]
    lesson = publish_lesson(module, lesson_text(), now=NOON)
    enrolment = make_enrolment(programme=module.stage.programme)
    retire_lesson(lesson, now=LATER)
    assert path_of(enrolment).lessons == ()
    with pytest.raises(NotFound):
        get_lesson("l")
    publish_lesson(module, lesson_text(), now=LATER)
    assert (get_lesson("l").version, get_lesson("l").retired_at) == (1, None)


def test_neighbours_cross_modules_and_skip_what_is_retired():
    programme = make_programme(modules=2, lessons=2)
    first, second, third, fourth = [
        lesson for module in programme.stages[0].modules for lesson in module.lessons
    ]
    assert find_neighbours(first) == (None, second)
    assert find_neighbours(third) == (second, fourth)
    retire_lesson(second, now=NOON)
    assert find_neighbours(third) == (first, fourth)
    assert find_neighbours(second) == (None, None)


def test_paths_of_many_take_as_many_queries_as_of_one(app, count_queries):
    programme = make_programme()
    enrolments = [make_enrolment(programme=programme) for _ in range(6)]
    for enrolment in enrolments:
        pass_gates(enrolment, modules=1, stage=False)
    from_one, from_six = [], []
    db.session.expire_all()
    with count_queries(from_one):
        get_path(get_enrolment(enrolments[0].id), NOON, SHANGHAI)
    db.session.expire_all()
    loaded = [get_enrolment(one.id) for one in enrolments]
    with count_queries(from_six):
        paths = list_paths(loaded, NOON, SHANGHAI)
    assert len(paths) == 6
    assert len(from_six) <= len(from_one)


def test_lessons_texts_are_not_loaded_for_a_path(app, count_queries):
    enrolment = make_enrolment()
    db.session.expire_all()
    seen = []
    with count_queries(seen):
        path_of(enrolment)
    assert not any("lesson.body" in statement or "lesson.blocks" in statement for statement in seen)
    assert Lesson.__table__.c.body.name == "body"
