"""Files -> database, and nothing twice."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from lms.audit.models import AuditEvent
from lms.config import ROOT
from lms.content.services import plan_sync, sync_content
from lms.curriculum.models import Lesson, Programme
from lms.curriculum.queries import get_lesson, get_programme
from lms.curriculum.services import enrol, note_reading
from lms.db import db
from lms.errors import NotFound
from lms.library.models import RuleCard
from lms.library.queries import find_current_card
from lms.probation.queries import find_current_conditions
from lms.questions.models import Item, ItemVersion
from lms.questions.queries import find_group, get_item, list_drawable, list_recall
from lms.questions.services import mark_presented, publish_bank, publish_group
from lms.quizzes.queries import find_quiz
from tests.conftest import NOON
from tests.factories.people import make_person
from tests.factories.quizzes import block_sizes
from tests.unit.content.trees import (
    CARDS,
    CONDITIONS,
    COURSE,
    FILES,
    PROGRAMME,
    STIMULI,
    SVG,
    judgement,
    lesson,
    quiz,
    sharing,
    short,
    single,
    write,
)

TODAY = dt.date(2026, 11, 23)
LATER = NOON + dt.timedelta(days=1)
pytestmark = pytest.mark.usefixtures("session")


def sync(root, now=NOON, **changes):
    planned = sync_content(write(root, **changes), today=TODAY, now=now)
    db.session.flush()
    return planned


def steps(planned):
    return [(one.verb.value, one.kind.value, one.key) for one in planned.actions]


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def test_everything_is_written(tmp_path):
    planned = sync(tmp_path)
    assert planned.may_run
    assert len(planned.actions) == 14
    assert {one.verb.value for one in planned.actions} == {"create"}
    programme = get_programme("demo")
    assert [module.key for module in programme.stages[0].modules] == ["one", "two"]
    assert programme.stages[0].modules[1].requires == ["one"]
    assert programme.defense["due_day"] == 10
    assert "rule-card" in "".join(block["html"] for block in get_lesson("one-a").blocks)
    assert get_lesson("one-a").cards == [{"key": "card-a", "version": 1}]
    assert [one.item.key for one in list_drawable("bank")] == ["bank-1", "bank-2"]
    assert [one.item.key for one in list_recall("two-b")] == ["bank-r2"]
    found = find_quiz("quiz-one")
    assert (found.kind, found.gate_key, found.programme_key) == ("module_quiz", "one", "demo")
    conditions = find_current_conditions(programme.id)
    assert "模块测验全部通过。" in conditions.text
    assert conditions.items[0]["source"] == "module_quiz"
    assert find_current_card("card-b").confidence == "B"


def test_planning_again_finds_nothing_to_do(tmp_path):
    sync(tmp_path)
    again, _ = plan_sync(tmp_path, today=TODAY)
    assert again.actions == []
    events = count(AuditEvent)
    assert sync_content(tmp_path, today=TODAY, now=LATER).actions == []
    assert count(AuditEvent) == events


def test_the_shipped_content_syncs_and_syncs_to_nothing():
    first = sync_content(ROOT, today=TODAY, now=NOON)
    assert first.may_run
    assert len(first.actions) > 300
    assert sync_content(ROOT, today=TODAY, now=LATER).actions == []
    db.session.expire_all()
    assert plan_sync(ROOT, today=TODAY)[0].actions == []


@pytest.mark.parametrize(
    "changes",
    [
        {"course_yml": "id: ["},
        {"course_yml": COURSE + "colour: red\n"},
        {"01_b_md": None},
        {"items_yml": single("bank-1")},
        {"law_yml": CARDS.replace("card-a", "card-z")},
    ],
)
def test_a_broken_file_changes_nothing_and_retires_nothing(tmp_path, changes):
    sync(tmp_path / "good")
    before = [(one.key, one.version, one.retired_at) for one in db.session.scalars(select(Lesson))]
    planned = sync(tmp_path / "bad", now=LATER, **changes)
    assert not planned.may_run
    assert planned.actions == ()
    db.session.expire_all()
    after = [(one.key, one.version, one.retired_at) for one in db.session.scalars(select(Lesson))]
    assert after == before


def test_an_empty_root_retires_nothing(tmp_path):
    sync(tmp_path / "good")
    (tmp_path / "empty").mkdir()
    planned = sync_content(tmp_path / "empty", today=TODAY, now=LATER)
    assert not planned.may_run
    assert get_programme("demo").retired_at is None


def test_a_new_text_of_a_card_revises_it_and_the_lessons_that_show_it(tmp_path):
    sync(tmp_path)
    planned = sync(tmp_path, now=LATER, law_yml=CARDS.replace("要开发票", "有求必开"))
    assert steps(planned) == [("revise", "card", "card-a"), ("revise", "lesson", "one-a")]
    assert [one.why for one in planned.actions] == [("text",), ("cards", "shown")]
    current = find_current_card("card-a")
    assert (current.version, current.published_at) == (2, LATER)
    old = db.session.scalars(
        select(RuleCard).where(RuleCard.key == "card-a", RuleCard.version == 1)
    ).one()
    assert old.superseded_at == LATER
    revised = get_lesson("one-a")
    assert (revised.version, revised.cards) == (2, [{"key": "card-a", "version": 2}])
    assert get_lesson("two-b").version == 1


def test_a_new_picture_revises_the_lesson(tmp_path):
    sync(tmp_path)
    planned = sync(tmp_path, now=LATER, map_svg=SVG.replace("图", "新图"))
    assert steps(planned) == [("revise", "lesson", "one-a")]


def test_a_revised_item_gets_a_version_and_a_presented_one_stays(tmp_path):
    sync(tmp_path)
    version = list_drawable("bank")[0]
    mark_presented([version.id], NOON)
    items = single("bank-1", cards="[card-a]").replace("选哪个？", "该选哪个？") + judgement(
        "bank-2"
    )
    planned = sync(tmp_path, now=LATER, items_yml=items)
    assert steps(planned) == [("revise", "item", "bank-1")]
    versions = db.session.scalars(
        select(ItemVersion)
        .where(ItemVersion.item_id == version.item_id)
        .order_by(ItemVersion.number)
    ).all()
    assert [one.body["stem"] for one in versions] == ["选哪个？", "该选哪个？"]
    assert get_item("bank-1").version == 2


def test_what_is_taken_out_is_retired_and_comes_back(tmp_path):
    sync(tmp_path / "a")
    programme = PROGRAMME.replace("requires: [one]", "requires: []")
    without = {
        "recall_yml": FILES["question_banks/bank/recall.yml"] + single("bank-r3"),
        "items_yml": single("bank-1", cards="[card-a]") + single("bank-3"),
        "law_yml": CARDS.split("- id: card-b")[0],
        "programme_yml": programme,
    }
    planned = sync(tmp_path / "b", now=LATER, **without)
    assert steps(planned) == [
        ("revise", "programme", "demo"),
        ("create", "item", "bank-3"),
        ("create", "item", "bank-r3"),
        ("retire", "card", "card-b"),
        ("retire", "item", "bank-2"),
    ]
    assert get_item("bank-2").state == "retired"
    assert find_current_card("card-b") is None
    back = sync(tmp_path / "a", now=LATER)
    assert ("create", "card", "card-b") in steps(back)
    assert ("create", "item", "bank-2") in steps(back)
    assert get_item("bank-2").state == "ready"
    assert find_current_card("card-b").version == 2


def test_items_under_a_shared_text_are_drawn_with_it(tmp_path):
    items = sharing(single("bank-1")) + sharing(judgement("bank-2")) + single("bank-3")
    with_text = {"items_yml": items, "stimuli_yml": STIMULI}
    planned = sync(tmp_path / "a", **with_text)
    assert ("create", "case_group", "case-a") in steps(planned)
    assert sync(tmp_path / "a", now=LATER, **with_text).actions == []
    assert block_sizes("bank") == [1, 2]
    group = find_group("case-a")
    assert [(one.key, one.group_place) for one in group.items] == [("bank-1", 1), ("bank-2", 2)]
    assert (group.title, group.text.split("\n")[0]) == ("一段聊天", "::: chat")

    changed = {"items_yml": items, "stimuli_yml": STIMULI.replace("在的", "在，您说")}
    assert steps(sync(tmp_path / "b", now=LATER, **changed)) == [("revise", "case_group", "case-a")]
    assert "在，您说" in find_group("case-a").text

    swapped = sharing(judgement("bank-2")) + sharing(single("bank-1")) + single("bank-3")
    planned = sync(tmp_path / "c", now=LATER, **(changed | {"items_yml": swapped}))
    assert [one.why for one in planned.actions] == [("place", "case"), ("place", "case")]
    db.session.expire_all()
    assert [one.key for one in find_group("case-a").items] == ["bank-2", "bank-1"]

    alone = single("bank-1") + judgement("bank-2") + single("bank-3")
    planned = sync(tmp_path / "d", now=LATER, items_yml=alone)
    assert ("retire", "case_group", "case-a") in steps(planned)
    assert block_sizes("bank") == [1, 1, 1]
    assert ("create", "case_group", "case-a") in steps(sync(tmp_path / "a", **with_text))
    assert block_sizes("bank") == [1, 2]


def test_a_shared_text_of_another_bank_stands_against_the_plan(tmp_path):
    mine = publish_bank(key="mine", title="我的题库", title_en="Mine", origin="app", now=NOON)
    publish_group(mine, key="case-a", title="", text="别的材料", now=NOON)
    items = sharing(single("bank-1")) + judgement("bank-2")
    planned = sync(tmp_path, items_yml=items, stimuli_yml=STIMULI)
    assert not planned.may_run
    assert {one.code for one in planned.issues} == {"other_origin"}


def test_a_lesson_whose_file_is_gone_leaves_the_path_but_not_the_record(tmp_path):
    sync(tmp_path / "a")
    root = write(tmp_path / "b")
    extra = root / "courses/demo/02-two/02-c.md"
    extra.write_text(lesson("two-c"), encoding="utf-8")
    recall = root / "question_banks/bank/recall.yml"
    recall.write_text(recall.read_text() + single("bank-r3", "two-c"), encoding="utf-8")
    sync_content(root, today=TODAY, now=NOON)
    person = make_person()
    enrolment = enrol(
        person, get_programme("demo"), cohort_id=None, starts_on=TODAY, actor_id=None, now=NOON
    )
    note_reading(enrolment, get_lesson("two-c"), block=1, now=NOON)
    planned = sync(tmp_path / "a", now=LATER)
    assert steps(planned) == [("retire", "lesson", "two-c"), ("retire", "item", "bank-r3")]
    with pytest.raises(NotFound):
        get_lesson("two-c")
    assert count(Lesson) == 3


def test_moving_a_lesson_between_modules_keeps_its_version(tmp_path):
    sync(tmp_path)
    folder = tmp_path / "courses/demo"
    (folder / "02-two/01-b.md").rename(folder / "01-one/02-b.md")
    (folder / "02-two/01-c.md").write_text(lesson("two-c"), encoding="utf-8")
    recall = tmp_path / "question_banks/bank/recall.yml"
    recall.write_text(recall.read_text() + single("bank-r3", "two-c"), encoding="utf-8")
    planned = sync_content(tmp_path, today=TODAY, now=LATER)
    assert ("revise", "lesson", "two-b") in steps(planned)
    moved = get_lesson("two-b")
    assert (moved.module.key, moved.position, moved.version) == ("one", 2, 1)
    assert sync_content(tmp_path, today=TODAY, now=LATER).actions == []


def test_changed_conditions_need_a_higher_version(tmp_path):
    sync(tmp_path)
    changed = CONDITIONS.replace("条件如下：", "条件：")
    refused = sync(tmp_path, now=LATER, conditions_yml=changed)
    assert [one.code for one in refused.issues] == ["conditions_version"]
    assert not refused.may_run
    programme = get_programme("demo")
    assert find_current_conditions(programme.id).version == 1
    raised = changed.replace("version: 1", "version: 2")
    assert steps(sync(tmp_path, now=LATER, conditions_yml=raised)) == [
        ("revise", "conditions", "demo")
    ]
    assert find_current_conditions(programme.id).version == 2


@pytest.mark.parametrize("version", [1, 3])
def test_a_version_without_a_change_of_the_text_is_refused(tmp_path, version):
    sync(tmp_path, conditions_yml=CONDITIONS.replace("version: 1", "version: 2"))
    changed = "# checked\n" + CONDITIONS.replace("version: 1", f"version: {version}")
    refused = sync(tmp_path, now=LATER, conditions_yml=changed)
    assert not refused.may_run
    assert [(one.code, str(one.where)) for one in refused.issues] == [
        ("conditions_version", "courses/demo/conditions.yml:2 [version]")
    ]
    assert find_current_conditions(get_programme("demo").id).version == 2
    assert (
        sync(tmp_path, conditions_yml=changed.replace(f"version: {version}", "version: 2")).actions
        == []
    )


LONG = {
    "title: 示例方案": 120, "title_en: Demo programme": 160, "post: 售前客服": 80, "post_en: Agent": 80,
    "title: 岗前": 120, "title_en: Start": 160, "title: 第一模块": 120, "title_en: Module one": 160,
    "title: 课文": 120, "title_en: Lesson": 160, "title: 发票": 160, "title_en: Invoices": 200,
    "title: 题库": 120, "title_en: Bank": 160, "title: 测验": 120, "title_en: Quiz": 160, "point: 要点": 80,
    "title: 录用条件": 160, "title_en: Hiring conditions": 200, "key: quizzes": 40,
}  # fmt: skip
IDS = ("card-a", "two-b", "quiz-two", "stage-demo", "bank-2")


def test_what_the_check_lets_through_has_room_in_the_database(tmp_path):
    changes = {}
    for name, written in FILES.items():
        text = written
        for words, length in LONG.items():
            field = words.partition(": ")[0]
            text = text.replace(f"{words}\n", f"{field}: {'x' * length}\n")
        for key in IDS:
            text = text.replace(key, key + "x" * (64 - len(key)))
        changes[short(name)] = text
    planned = sync(tmp_path / ("r" * 200), **changes)
    assert planned.issues == []
    assert len(planned.actions) == 14
    assert len(get_item("bank-2" + "x" * 58).versions[0].point) == 80


def test_a_quiz_is_revised_and_retired(tmp_path):
    sync(tmp_path)
    planned = sync(
        tmp_path, now=LATER, one_yml=quiz("quiz-one", "one").replace("minutes: 20", "minutes: 25")
    )
    assert steps(planned) == [("revise", "quiz", "quiz-one")]
    assert find_quiz("quiz-one").minutes == 25


def test_a_bank_of_the_browser_stands_against_the_plan(tmp_path):
    publish_bank(key="bank", title="题库", title_en="Bank", origin="app", now=NOON)
    planned = sync(tmp_path)
    assert not planned.may_run
    assert {one.code for one in planned.issues} == {"other_origin"}
    assert count(Programme) == 0


def test_what_the_browser_authors_is_never_retired(tmp_path):
    publish_bank(key="mine", title="我的题库", title_en="Mine", origin="app", now=NOON)
    assert ("retire", "bank", "mine") not in steps(sync(tmp_path))
    assert count(Item) == 4


def test_the_deed_is_on_record(tmp_path):
    sync(tmp_path)
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "content.sync")).one()
    assert len(event.facts["actions"]) == 14
