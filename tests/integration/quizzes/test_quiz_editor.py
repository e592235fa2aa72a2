"""Trainers write quizzes in the browser: list, page, editor, retiring."""

import html
import io
import re

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from lms.audit.models import AuditEvent
from lms.db import db
from lms.people.domain.roles import RoleName
from lms.people.models import Cohort
from lms.questions.models import Item, ItemTag
from lms.quizzes import services
from lms.quizzes.models import Quiz
from tests.conftest import NOON
from tests.factories.curriculum import make_programme
from tests.factories.people import make_person
from tests.factories.questions import make_bank
from tests.factories.quizzes import HOUR, get_attempt_row, make_exam, make_quiz


@pytest.fixture
def trainer(app, sign_in, noon):
    with app.app_context():
        person_id = make_person(RoleName.TRAINER, name="何姐").id
    return sign_in(person_id)


@pytest.fixture
def places(app) -> tuple[str, str]:
    """A gate as the form names it, and a bank of nine items about three points."""
    with app.app_context():
        programme = make_programme()
        bank = make_bank(9)
        item = db.session.scalars(select(Item).where(Item.key == f"{bank.key}-01")).one()
        db.session.add(ItemTag(item_id=item.id, tag="新规", position=0))
        db.session.commit()
        return f"module_quiz/{programme.key}/{programme.stages[0].modules[0].key}", bank.key


def words_of(reply, status: int = 200) -> str:
    assert reply.status_code == status, reply.status_code
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", reply.text)))


def filled(to: str, *sections: dict[str, object], **changes: object) -> dict[str, object]:
    """What the form sends; a section says what differs from one that draws three items."""
    values: dict[str, object] = {
        "title": "退款专项",
        "title_en": "Refunds",
        "gate": to,
        "minutes": "25",
        "cut_percent": "85",
        "max_attempts": "2",
        "wait_minutes": "60",
        "red_line_all": "y",
        "review": "responses",
        "sections": str(len(sections)),
        "do": "save",
        **changes,
    }
    for place, section in enumerate(sections):
        said = {"draw": "3", "points_each": "5", "was": section.get("bank", ""), **section}
        values |= {f"s{place}-{name}": value for name, value in said.items()}
    return values


def the_quiz(app, title: str = "退款专项") -> Quiz:
    with app.app_context():
        return db.session.scalars(select(Quiz).where(Quiz.title == title)).one()


def test_a_quiz_is_written_and_shown(app, trainer, places) -> None:
    gate, bank = places
    narrow = {"bank": bank, "title": "只考", "points": ["要点1"], "difficulties": ["easy"]}
    picked = {"bank": bank, "how": "picked", "items": [f"{bank}-09", f"{bank}-02"]}
    picked |= {"order": "given", "options": "given"}
    reply = trainer.post("/quizzes/new", data=filled(gate, {**narrow, "draw": "2"}, picked))
    assert reply.status_code == 303
    quiz = the_quiz(app)
    assert reply.location == f"/quizzes/{quiz.key}"
    assert quiz.sections == [
        {
            "title": "只考", "bank": bank, "draw": 2, "points_each": "5.00",
            "points": ["要点1"], "difficulties": ["easy"],
        },
        {
            "title": "", "bank": bank, "draw": 2, "points_each": "5.00",
            "items": [f"{bank}-09", f"{bank}-02"], "shuffle": False, "shuffle_options": False,
        },
    ]  # fmt: skip
    assert (quiz.origin, quiz.kind, f"{quiz.kind}/{quiz.programme_key}/{quiz.gate_key}") == (
        "app", "module_quiz", gate,
    )  # fmt: skip
    assert (quiz.minutes, quiz.cut_percent, quiz.red_line_all, quiz.review) == (
        25, 85, True, "responses",
    )  # fmt: skip
    with app.app_context():
        event = db.session.scalars(
            select(AuditEvent).where(AuditEvent.action == "quizzes.upsert_quiz")
        ).one()
        assert event.actor_id is not None
    page = words_of(trainer.get(reply.location))
    assert "要点1" in page
    assert "按下面的顺序出题" in page
    assert "抽不出一张卷" not in page
    assert "退款专项" in words_of(trainer.get("/quizzes/all"))
    assert trainer.get(f"/quizzes/{quiz.key}/preview?seed=1234").status_code == 200


def test_it_can_be_scheduled_and_taken(app, trainer, sign_in) -> None:
    """What the browser wrote draws papers like what files write."""
    with app.app_context():
        exam = make_exam(items=6, draw=4)
        quiz = exam.quiz
        gate = f"{quiz.kind}/{quiz.programme_key}/{quiz.gate_key}"
        bank = quiz.sections[0]["bank"]
        cohort_id, person_id = exam.cohort.id, exam.person_id
    keys = [f"{bank}-04", f"{bank}-01"]
    section = {"bank": bank, "how": "picked", "items": keys, "order": "given"}
    trainer.post("/quizzes/new", data=filled(gate, section))
    with app.app_context():
        made = db.session.scalars(select(Quiz).where(Quiz.title == "退款专项")).one()
        sitting = services.schedule_sitting(
            quiz=made, cohort=db.session.get_one(Cohort, cohort_id), opens_at=NOON,
            closes_at=NOON + 4 * HOUR, actor_id=None, now=NOON,
        )  # fmt: skip
        attempt = services.start_attempt(sitting.id, person_id=person_id, now=NOON)
        db.session.commit()
        assert [row["item_key"] for row in get_attempt_row(attempt).paper] == keys


@pytest.mark.parametrize(
    ("changes", "section", "words"),
    [
        ({"title": ""}, {}, "请填写这一项"),
        ({"minutes": "0"}, {}, "1 到 480"),
        ({"cut_percent": "80.123"}, {}, "最多两位小数"),
        ({"gate": "module_quiz/x/y"}, {}, "通过后算完成"),
        ({}, {"bank": ""}, "请选一个题库"),
        ({}, {"draw": "0"}, "抽几道题，请填 1 到 200 之间的整数"),
        ({}, {"draw": "三"}, "抽几道题，请填 1 到 200 之间的整数"),
        ({}, {"points_each": "0"}, "每题分值请填大于 0"),
        ({}, {"how": "picked"}, "还没有选题"),
        ({}, {"draw": "10"}, "这个题库共抽 10 道，只有 9 道可用"),
        ({}, {"points": ["要点1"], "draw": "4"}, "第 1 部分：要 4 道，只有 3 道可用"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_saved(
    app, trainer, places, changes: dict[str, object], section: dict[str, object], words: str
) -> None:
    gate, bank = places
    reply = trainer.post("/quizzes/new", data=filled(gate, {"bank": bank, **section}, **changes))
    assert words in words_of(reply, 422)
    with app.app_context():
        assert db.session.scalars(select(Quiz)).all() == []


def test_buttons_work_without_a_script(app, trainer, places) -> None:
    gate, bank = places

    def press(asked: str, *sections: dict[str, object]) -> str:
        return trainer.post("/quizzes/new", data=filled(gate, *sections, do=asked)).text

    one = {"bank": bank, "title": "甲"}
    two = {"bank": bank, "title": "乙", "draw": "2"}
    assert press("add", one).count('class="panel quiz-section"') == 2
    swapped = press("down:0", one, two)
    assert swapped.index('value="乙"') < swapped.index('value="甲"')
    assert 'value="甲"' not in press("remove:0", one, two)
    found = press("find:0", {"bank": bank, "how": "picked", "words": f"{bank}-07"})
    assert f'value="pick:0:{bank}-07"' in found
    assert f'value="pick:0:{bank}-06"' not in found
    picked = press(f"pick:0:{bank}-07", {"bank": bank, "how": "picked", "items": [f"{bank}-01"]})
    items = re.findall(r'name="s0-items" value="([^"]+)"', picked)
    assert items == [f"{bank}-01", f"{bank}-07"]
    both = {"bank": bank, "how": "picked", "items": items}
    raised = press(f"raise:0:{bank}-07", both)
    assert re.findall(r'name="s0-items" value="([^"]+)"', raised) == items[::-1]
    dropped = press(f"drop:0:{bank}-01", both)
    assert re.findall(r'name="s0-items" value="([^"]+)"', dropped) == [f"{bank}-07"]
    with app.app_context():
        assert db.session.scalars(select(Quiz)).all() == []


def test_the_count_follows_what_is_chosen(app, trainer, places) -> None:
    gate, bank = places

    def fit(**section: object) -> str:
        values = filled(gate, {"bank": bank, **section}, do="refresh", part="sections")
        reply = trainer.post("/quizzes/new", data=values)
        assert "<html" not in reply.text
        return words_of(reply)

    assert "可以抽的题有 9 道" in fit()
    assert "符合条件、可以抽的题有 3 道" in fit(points=["要点1"])
    assert "符合条件、可以抽的题有 1 道" in fit(tags=["新规"], draw="1")
    assert "要 3 道，只有 1 道可用" in fit(tags=["新规"])
    assert "整张卷共 3 题，15 分" in fit()
    # What was chosen in another bank does not stay behind unseen.
    assert "可以抽的题有 9 道" in fit(points=["要点1"], was="other")


def test_editing_changes_later_sittings_only(app, trainer) -> None:
    with app.app_context():
        exam = make_exam(items=6, draw=4)
        quiz, before = exam.quiz, exam.quiz.sections
        bank = before[0]["bank"]
        gate = f"{quiz.kind}/{quiz.programme_key}/{quiz.gate_key}"
        key, sha256, sitting_id = quiz.key, quiz.sha256, exam.sitting_id
    page = trainer.get(f"/quizzes/{key}/edit")
    assert "只影响以后安排的" in words_of(page)
    assert f'name="based_on" type="hidden" value="{sha256}"' in page.text
    values = filled(gate, {"bank": bank, "draw": "2"}, based_on=sha256)
    assert trainer.post(f"/quizzes/{key}/edit", data=values).status_code == 303
    with app.app_context():
        revised = db.session.scalars(select(Quiz).where(Quiz.key == key)).one()
        assert (revised.title, revised.sections[0]["draw"]) == ("退款专项", 2)
        assert revised.sha256 != sha256
        assert db.session.get_one(type(exam.sitting), sitting_id).sections == before
    again = trainer.post(f"/quizzes/{key}/edit", data={**values, "title": "第二个"})
    assert "别人改过这个测验" in words_of(again, 422)
    assert the_quiz(app).title == "退款专项"


def test_quizzes_of_files_are_copied_to_edit(app, trainer) -> None:
    with app.app_context():
        quiz = make_quiz(review="result")
        quiz.origin = "files"
        db.session.commit()
        key, sections = quiz.key, quiz.sections
        gate = f"{quiz.kind}/{quiz.programme_key}/{quiz.gate_key}"
    page = trainer.get(f"/quizzes/{key}")
    assert "复制一份来改" in words_of(page)
    assert f"/quizzes/{key}/edit" not in page.text
    for act in ("retire", "restore"):
        assert trainer.post(f"/quizzes/{key}/{act}").status_code == 409
    assert trainer.get(f"/quizzes/{key}/edit").status_code == 409
    copy = trainer.get(f"/quizzes/new?copy={key}")
    assert "第一模块测验（副本）" in copy.text
    assert f'value="{gate}"' in copy.text
    values = filled(gate, {"bank": sections[0]["bank"], "draw": "4", "title": "基础"})
    assert trainer.post(f"/quizzes/new?copy={key}", data=values).status_code == 303
    assert the_quiz(app).sections == [{**sections[0], "points_each": "5.00"}]
    assert the_quiz(app).key != key


def test_a_retired_quiz_is_not_offered_and_comes_back(app, trainer) -> None:
    with app.app_context():
        key = make_quiz().key
    assert trainer.post(f"/quizzes/{key}/retire").status_code == 303
    assert "已停用" in words_of(trainer.get(f"/quizzes/{key}"))
    assert trainer.get(f"/quizzes/{key}/edit").status_code == 409
    assert trainer.get(f"/sittings/new?quiz={key}").status_code == 404
    assert key not in trainer.get("/quizzes/all").text
    assert key in trainer.get("/quizzes/all?state=retired").text
    assert key in trainer.get("/quizzes/all?state=all").text
    assert trainer.post(f"/quizzes/{key}/restore").status_code == 303
    assert trainer.get(f"/sittings/new?quiz={key}").status_code == 200
    with app.app_context():
        actions = db.session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
        assert actions[-2:] == ["quizzes.retire_quiz", "quizzes.restore_quiz"]


def test_the_list_is_searched_narrowed_and_exported(app, trainer) -> None:
    assert "还没有测验" in words_of(trainer.get("/quizzes/all"))
    with app.app_context():
        programme = make_programme()
        make_quiz(programme=programme, key="one")
        other = make_quiz(programme=programme, key="two", kind="stage_test")
        other.title, other.origin = "阶段大考", "files"
        db.session.commit()
    assert "共 2 条" in words_of(trainer.get("/quizzes/all"))
    assert "/quizzes/one" not in trainer.get("/quizzes/all?q=大考").text
    assert "/quizzes/two" not in trainer.get("/quizzes/all?kind=module_quiz").text
    assert "/quizzes/one" not in trainer.get("/quizzes/all?origin=files").text
    assert "没有符合条件的测验" in words_of(trainer.get("/quizzes/all?q=没有的"))
    reply = trainer.get("/quizzes/all.xlsx?q=大考")
    heading, *rows = load_workbook(io.BytesIO(reply.data)).active.iter_rows(values_only=True)
    assert len(rows) == 1
    assert (rows[0][0], rows[0][2], rows[0][5]) == ("阶段大考", "two", 4)
    assert len(heading) == len(rows[0])


@pytest.mark.parametrize("role", [RoleName.HR, RoleName.RATER, RoleName.LEARNER])
def test_only_trainers_come_in(app, sign_in, noon, role: RoleName) -> None:
    with app.app_context():
        person_id = make_person(role).id
        key = make_quiz().key
    client = sign_in(person_id)
    for url in (
        "/quizzes/all",
        "/quizzes/all.xlsx",
        "/quizzes/new",
        f"/quizzes/{key}",
        f"/quizzes/{key}/edit",
    ):
        assert client.get(url).status_code == 403, url
    for act in ("retire", "restore", "edit"):
        assert client.post(f"/quizzes/{key}/{act}").status_code == 403
    with app.app_context():
        assert db.session.scalars(select(Quiz)).one().retired_at is None


def test_who_does_not_exist_is_not_found(trainer) -> None:
    for url in ("/quizzes/none", "/quizzes/none/edit", "/quizzes/new?copy=none"):
        assert trainer.get(url).status_code == 404
