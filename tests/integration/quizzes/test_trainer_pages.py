"""Pages of the trainer: list, scheduling, preview, board, answer sheet, exports."""

import datetime as dt
import html
import io
import re

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from lms.db import db
from lms.people.domain.roles import RoleName
from lms.quizzes import services
from lms.quizzes.forms import problem_words
from lms.quizzes.models import Sitting
from tests.conftest import NOON
from tests.factories.curriculum import pass_gates
from tests.factories.people import make_cohort, make_person
from tests.factories.quizzes import (
    HOUR,
    get_attempt_row,
    make_exam,
    make_quiz,
    make_sitting,
    right_answers,
    take_exam,
)

MINUTE = dt.timedelta(minutes=1)


def text_of(reply, status: int = 200) -> str:
    """The words of a page, without tags."""
    assert reply.status_code == status, reply.status_code
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", reply.text)))


def sheet_of(reply) -> list[tuple[object, ...]]:
    assert reply.status_code == 200
    return list(load_workbook(io.BytesIO(reply.data)).active.iter_rows(values_only=True))


@pytest.fixture
def trainer(app, sign_in, noon):
    with app.app_context():
        person_id = make_person(RoleName.TRAINER, name="何姐").id
    return sign_in(person_id)


@pytest.fixture
def hr(app, sign_in, noon):
    with app.app_context():
        person_id = make_person(RoleName.HR).id
    return sign_in(person_id)


def form(exam_ids, **changes: str) -> dict[str, str]:
    return {
        "cohort": str(exam_ids["cohort"]),
        "opens_at": "2026-11-24T10:00",
        "closes_at": "2026-11-24T18:00",
        "minutes": "30",
        "max_attempts": "2",
        "wait_minutes": "60",
        "cut_percent": "80",
        "review": "everything",
        "note": "带好充电器",
        **changes,
    }


@pytest.fixture
def ids(app) -> dict[str, object]:
    with app.app_context():
        exam = make_exam(people=2)
        return {
            "cohort": exam.cohort.id,
            "quiz": exam.quiz.key,
            "sitting": exam.sitting_id,
            "persons": list(exam.person_ids),
        }


def newest(app) -> Sitting:
    with app.app_context():
        return db.session.scalars(select(Sitting).order_by(Sitting.id.desc())).first()


# list -----------------------------------------------------------------------------------------------------


def test_an_empty_list_says_what_to_do(trainer, hr) -> None:
    assert "安排第一场" in text_of(trainer.get("/sittings"))
    assert "安排第一场" not in text_of(hr.get("/sittings"))
    assert "没有符合条件的考试" in text_of(trainer.get("/sittings?q=没有的"))


def test_the_list_searches_filters_and_pages(app, trainer, ids) -> None:
    with app.app_context():
        exam = make_exam()
        for number in range(30):
            make_sitting(exam.quiz, exam.cohort, opens_at=NOON + number * HOUR + MINUTE)
    page = text_of(trainer.get("/sittings"))
    assert "共 32 条" in page
    assert "第 1 / 2 页" in page
    assert "共 2 条" in text_of(trainer.get("/sittings?state=open"))
    assert "共 1 条" in text_of(trainer.get(f"/sittings?cohort={ids['cohort']}"))
    assert "第 2 / 2 页" in text_of(trainer.get("/sittings?page=2"))


def test_the_list_goes_to_a_sheet(app, trainer, ids) -> None:
    with app.app_context():
        exam = make_exam()
        make_sitting(exam.quiz, exam.cohort, cancelled_at=NOON)
    rows = sheet_of(trainer.get("/sittings.xlsx"))
    assert rows[0][:4] == ("测验", "期次", "状态", "开放时间")
    assert len(rows) == 4
    assert [row[2] for row in rows[1:]].count("进行中") == 2
    (row,) = sheet_of(trainer.get("/sittings.xlsx?state=cancelled"))[1:]
    assert row[2:5] == ("已取消", "2026-11-23 11:00", "2026-11-23 20:00")
    assert row[8] == "老师生病"


# scheduling ---------------------------------------------------------------------------------------------------


def test_scheduling_begins_with_the_quiz(app, trainer, ids) -> None:
    page = trainer.get("/sittings/new")
    assert "第一模块测验" in text_of(page)
    assert "4 题，20 分，30 分钟，及格线 80%" in text_of(page)
    assert f"quiz={ids['quiz']}" in page.text


def test_without_quizzes_there_is_a_word(trainer) -> None:
    assert "还没有测验" in text_of(trainer.get("/sittings/new"))


def test_the_form_proposes_the_quizzes_rules(trainer, ids) -> None:
    page = trainer.get(f"/sittings/new?quiz={ids['quiz']}&cohort={ids['cohort']}").text
    for value in ("2026-11-24T10:00", "2026-11-24T18:00"):
        assert f'value="{value}"' in page
    for name, value in (
        ("minutes", "30"),
        ("max_attempts", "2"),
        ("wait_minutes", "60"),
        ("cut_percent", "80"),
    ):
        assert re.search(rf'<input[^>]*name="{name}"[^>]*value="{value}"', page) or re.search(
            rf'<input[^>]*value="{value}"[^>]*name="{name}"', page
        )
    radios = re.findall(r'<input[^>]*type="radio"[^>]*>', page)
    chosen = [
        re.search('value="([^"]*)"', radio).group(1) for radio in radios if "checked" in radio
    ]
    assert chosen == ["cohort", "once", "everything", "submit", "all"]


def test_a_good_form_schedules_and_leads_to_the_sitting(app, trainer, ids) -> None:
    reply = trainer.post(f"/sittings/new?quiz={ids['quiz']}", data=form(ids))
    assert reply.status_code == 303
    sitting = newest(app)
    assert reply.location == f"/sittings/{sitting.id}"
    assert sitting.opens_at == dt.datetime(2026, 11, 24, 2, 0, tzinfo=dt.UTC)
    assert sitting.closes_at == dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)
    assert (sitting.note, sitting.review) == ("带好充电器", "everything")
    page = text_of(trainer.get(reply.location))
    assert "已安排，并通知了这一期的学员" in page
    assert "未开放" in page


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"opens_at": ""}, "请填写这一项"),
        ({"closes_at": "2026-11-24T09:00"}, "结束时间要晚于开放时间"),
        ({"opens_at": "2026-11-20T10:00"}, "开放时间已经过去"),
        ({"closes_at": "2026-11-20T10:00"}, "结束时间已经过去"),
        ({"closes_at": "2027-11-24T10:00"}, "最长 60 天"),
        ({"minutes": "0"}, "1 到 480"),
        ({"minutes": "481"}, "1 到 480"),
        ({"minutes": "479", "closes_at": "2026-11-24T11:00"}, "作答时长比开放时段还长"),
        ({"max_attempts": "11"}, "1 到 10"),
        ({"wait_minutes": "-1"}, "14 天"),
        ({"cut_percent": "0"}, "1 到 100"),
        ({"cut_percent": "60.123"}, "最多两位小数"),
        ({"cut_percent": "NaN"}, "1 到 100"),
        ({"review": "nothing"}, "还不能提交"),
        ({"cohort": "999999"}, "还不能提交"),
        ({"note": "字" * 501}, "还不能提交"),
        ({"minutes": "三十"}, "还不能提交"),
    ],
)
def test_a_bad_form_comes_back_with_words(app, trainer, ids, change, words: str) -> None:
    reply = trainer.post(f"/sittings/new?quiz={ids['quiz']}", data=form(ids, **change))
    assert words in text_of(reply, 422)
    assert newest(app).id == ids["sitting"]


def test_an_empty_cohort_and_a_small_bank_are_said(app, trainer, ids) -> None:
    with app.app_context():
        empty = make_cohort().id
        exam = make_exam(items=3, draw=4)
        small, cohort = exam.quiz.key, exam.cohort.id
    reply = trainer.post(f"/sittings/new?quiz={ids['quiz']}", data=form(ids, cohort=str(empty)))
    assert "还没有人报名" in text_of(reply, 422)
    reply = trainer.post(f"/sittings/new?quiz={small}", data=form({"cohort": cohort}))
    assert "不够抽一张卷" in text_of(reply, 422)


def test_every_problem_has_words(app) -> None:
    with app.test_request_context():
        words = problem_words()
    for code in (
        "closes_in_the_past",
        "closes_before_opening",
        "window_too_long",
        "opens_in_the_past",
        "minutes_exceed_window",
        "out_of_range",
        "nobody_enrolled",
        "pool_too_small",
    ):
        assert words[code]


def test_a_retired_or_unknown_quiz_is_not_found(app, trainer, ids) -> None:
    with app.app_context():
        quiz = make_quiz()
        services.retire_quiz(quiz, now=NOON)
        db.session.commit()
        key = quiz.key
    for unknown in (key, "none"):
        assert trainer.get(f"/sittings/new?quiz={unknown}").status_code == 404
        assert trainer.get(f"/quizzes/{unknown}/preview?seed=1").status_code == 404


def test_only_trainers_schedule(hr, ids) -> None:
    assert hr.get("/sittings/new").status_code == 403
    assert hr.post(f"/sittings/{ids['sitting']}/cancel").status_code == 403
    assert hr.post(f"/sittings/{ids['sitting']}/extend").status_code == 403


# preview ----------------------------------------------------------------------------------------------------------


def test_the_preview_is_a_paper_without_keys(trainer, ids) -> None:
    first = trainer.get(f"/quizzes/{ids['quiz']}/preview")
    assert first.status_code == 302
    page = trainer.get(f"/quizzes/{ids['quiz']}/preview?seed=1234")
    words = text_of(page)
    assert "样卷 1234" in words
    assert words.count("哪种说法合适") == 4
    assert "有求必开" not in words
    assert "讲解" not in words
    again = trainer.get(f"/quizzes/{ids['quiz']}/preview?seed=1234")
    assert re.findall(r"第 \d+ 题：", text_of(again)) == re.findall(r"第 \d+ 题：", words)
    for seed in ("-1", str(2**60), "x"):
        assert trainer.get(f"/quizzes/{ids['quiz']}/preview?seed={seed}").status_code == 302


# board ----------------------------------------------------------------------------------------------------------------


def make_busy_exam(app) -> dict[str, object]:
    """Four candidates: absent, running with two answers, failed, passed."""
    with app.app_context():
        exam = make_exam(people=4)
        absent, running, failed, passed = exam.person_ids
        take_exam(exam, person_id=failed, right=1, now=NOON - 30 * MINUTE)
        attempt = take_exam(exam, person_id=passed, now=NOON - 30 * MINUTE)
        begun = services.start_attempt(exam.sitting_id, person_id=running, now=NOON - 9 * MINUTE)
        for position, raw in list(right_answers(begun).items())[:2]:
            services.save_response(
                begun, position, person_id=running, seq=1, raw=raw, now=NOON - 3 * MINUTE
            )
        services.save_response(
            begun, 4, person_id=running, seq=1, raw={"chosen": []}, now=NOON - 4 * MINUTE
        )
        db.session.commit()
        return {"sitting": exam.sitting_id, "running": begun, "passed": attempt, "absent": absent}


def test_the_board_shows_where_everybody_is(app, trainer) -> None:
    busy = make_busy_exam(app)
    page = trainer.get(f"/sittings/{busy['sitting']}")
    words = text_of(page)
    for part in (
        "未开始 1",
        "作答中 1",
        "通过 1",
        "未通过 1",
        "2 / 4",
        "3 分钟前",
        "21:00",
        "5 / 20",
        "20 / 20",
    ):
        assert part in words, part
    assert f'data-url="/sittings/{busy["sitting"]}/board"' in page.text
    assert page.text.count(f"/sittings/{busy['sitting']}/candidates/") == 4


def test_the_board_shows_who_cannot_start_yet(app, trainer) -> None:
    with app.app_context():
        exam = make_exam(people=2, quiz={"kind": "stage_test"})
        pass_gates(exam.enrolments[1], stage=False)
        url = f"/sittings/{exam.sitting_id}"
    page = trainer.get(url).text
    assert page.count("先通过：") == 1
    assert "模块1：模块测验、模块2：模块测验" in page
    assert "还不能考 1" in text_of(trainer.get(url))


def test_a_closed_sitting_offers_no_act(app, trainer, noon, ids) -> None:
    noon.shift(9 * HOUR)
    page = trainer.get(f"/sittings/{ids['sitting']}").text
    assert "board-act" not in page.replace("board-acts", "")
    assert "取消这场考试" not in page


def test_the_board_goes_to_a_sheet(app, trainer) -> None:
    busy = make_busy_exam(app)
    rows = sheet_of(trainer.get(f"/sittings/{busy['sitting']}/results.xlsx"))
    assert rows[0][:4] == ("姓名", "工号", "状态", "得分")
    by_state = {row[2]: row for row in rows[1:]}
    assert by_state["通过"][3:8] == (20, 20, 100, 80, 1)
    assert by_state["未通过"][3:6] == (5, 20, 25)
    assert by_state["未开始"][3:6] == (None, None, None)
    assert by_state["作答中"][8] == 2
    assert by_state["通过"][9] == "2026-11-23 11:30"


def test_a_name_is_no_formula(app, trainer) -> None:
    with app.app_context():
        exam = make_exam()
        exam.enrolments[0].person.name = "=1+1"
        db.session.commit()
        sitting_id = exam.sitting_id
    rows = sheet_of(trainer.get(f"/sittings/{sitting_id}/results.xlsx"))
    assert rows[1][0] == "'=1+1"


def test_who_left_after_beginning_stays_on_the_board(app, trainer) -> None:
    with app.app_context():
        exam = make_exam(people=2)
        take_exam(exam, now=NOON - 30 * MINUTE)
        exam.enrolments[0].state = "withdrawn"
        exam.enrolments[1].state = "withdrawn"
        db.session.commit()
        sitting_id = exam.sitting_id
    words = text_of(trainer.get(f"/sittings/{sitting_id}"))
    assert "通过 1" in words
    assert "未开始 0" in words


def test_the_answer_sheet_for_staff(app, trainer, hr, ids) -> None:
    busy = make_busy_exam(app)
    url = f"/sittings/{busy['sitting']}/attempts/{busy['passed']}"
    for client in (trainer, hr):
        words = text_of(client.get(url))
        assert "正确答案" in words
        assert "学员的选择" in words
        assert "你的选择" not in words
    assert trainer.get(f"/sittings/{ids['sitting']}/attempts/{busy['passed']}").status_code == 404
    running = trainer.get(f"/sittings/{busy['sitting']}/attempts/{busy['running']}")
    assert running.status_code == 302


def test_learners_see_no_page_of_staff(app, sign_in, noon) -> None:
    busy = make_busy_exam(app)
    with app.app_context():
        learner = get_attempt_row(busy["passed"]).person_id
    client = sign_in(learner)
    base = f"/sittings/{busy['sitting']}"
    for path in (
        base,
        f"{base}/board",
        f"{base}/results.xlsx",
        f"{base}/attempts/{busy['passed']}",
    ):
        assert client.get(path).status_code == 403


# cancelling and extending -----------------------------------------------------------------------------------------------


def test_cancelling_needs_a_reason_and_tells_it(app, trainer, ids) -> None:
    url = f"/sittings/{ids['sitting']}/cancel"
    assert "请填写这一项" in text_of(trainer.post(url, data={"reason": " "}), 422)
    reply = trainer.post(url, data={"reason": "停电"})
    assert reply.location == f"/sittings/{ids['sitting']}"
    words = text_of(trainer.get(reply.location))
    assert "这场考试已取消" in words
    assert "原因：停电" in words


def test_what_was_begun_cannot_be_cancelled(app, trainer) -> None:
    busy = make_busy_exam(app)
    reply = trainer.post(f"/sittings/{busy['sitting']}/cancel", data={"reason": "停电"})
    assert "已经有人开考（3 次作答）" in text_of(reply, 422)


def test_what_is_over_cannot_be_cancelled(trainer, noon, ids) -> None:
    noon.shift(9 * HOUR)
    reply = trainer.post(f"/sittings/{ids['sitting']}/cancel", data={"reason": "停电"})
    assert reply.status_code == 422
