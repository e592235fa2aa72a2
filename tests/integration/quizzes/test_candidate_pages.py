"""Pages of a candidate: rules, paper, submission without script, result."""

import datetime as dt
import html
import re

import pytest
from sqlalchemy import select, update

from lms.db import db
from lms.people.domain.roles import RoleName
from lms.people.models import Person
from lms.questions.models import ItemVersion
from lms.quizzes import services
from lms.quizzes.queries import list_answers
from tests.conftest import NOON
from tests.factories.people import make_person
from tests.factories.quizzes import (
    HOUR,
    get_attempt_row,
    make_exam,
    make_sitting,
    right_answers,
    take_exam,
)

MINUTE = dt.timedelta(minutes=1)


def exam_of(app, **more):
    """Make an exam; return ids only, for use outside the session."""
    with app.app_context():
        exam = make_exam(**more)
        return exam.sitting_id, exam.person_id, exam


def begin(app, sign_in, **more):
    """Make an exam and start it through the page."""
    sitting_id, person_id, _ = exam_of(app, **more)
    client = sign_in(person_id)
    reply = client.post(f"/sittings/{sitting_id}/start")
    assert reply.status_code == 303
    return client, int(reply.location.rsplit("/", 1)[1]), sitting_id


def text_of(reply) -> str:
    """The words of a page, without tags."""
    assert reply.status_code == 200, reply.status_code
    return html.unescape(re.sub(r"<[^>]+>", " ", reply.text))


# before ------------------------------------------------------------------------------------------------


def test_the_rules_say_everything_before_the_start(app, sign_in, noon) -> None:
    sitting_id, person_id, _ = exam_of(app, quiz={"red_line_all": True})
    page = text_of(sign_in(person_id).get(f"/sittings/{sitting_id}/rules"))
    for words in (
        "第一模块测验",
        "共 20 分",
        "80%",
        "16 分",
        "红线题全部答对",
        "两次之间至少隔 1 小时",
        "正确答案和讲解",
        "11:00",
        "20:00",
        "开始考试",
        "共 2 次",
    ):
        assert words in page


@pytest.mark.parametrize(
    ("sitting", "words"),
    [
        ({"opens_at": NOON + HOUR}, "开放"),
        ({"closes_at": NOON}, "已经结束"),
        ({"cancelled_at": NOON}, "老师生病"),
    ],
)
def test_the_rules_say_why_it_cannot_start(app, sign_in, noon, sitting, words: str) -> None:
    sitting_id, person_id, _ = exam_of(app, sitting=sitting)
    client = sign_in(person_id)
    page = client.get(f"/sittings/{sitting_id}/rules")
    assert words in text_of(page)
    refused = client.post(f"/sittings/{sitting_id}/start")
    assert refused.status_code == 303
    assert refused.location == f"/sittings/{sitting_id}/rules"


def test_the_rules_say_what_must_be_passed_first(app, sign_in, noon) -> None:
    with app.app_context():
        exam = make_exam(quiz={"kind": "stage_test"})
        person_id, url = exam.person_id, f"/sittings/{exam.sitting_id}"
    client = sign_in(person_id)
    page = client.get(f"{url}/rules").text
    assert "现在还不能考" in page
    assert "先通过：模块1：模块测验、模块2：模块测验" in page
    assert "开始考试" not in page
    reply = client.post(f"{url}/start")
    assert (reply.status_code, reply.location) == (303, f"{url}/rules")
    own = client.get("/quizzes").text
    assert "还不能考" in own
    assert "先通过：模块1：模块测验" in own


def test_the_start_button_waits_hidden_for_the_opening(app, sign_in, noon) -> None:
    sitting_id, person_id, _ = exam_of(app, sitting={"opens_at": NOON + 90 * MINUTE})
    page = sign_in(person_id).get(f"/sittings/{sitting_id}/rules").text
    assert 'data-countdown="5400"' in page
    assert re.search(r"data-ready hidden>.*?开始考试", page, re.DOTALL)


def test_the_rules_lead_back_into_a_running_attempt(app, sign_in, noon) -> None:
    client, attempt_id, sitting_id = begin(app, sign_in)
    assert "继续作答" in text_of(client.get(f"/sittings/{sitting_id}/rules"))
    again = client.post(f"/sittings/{sitting_id}/start")
    assert again.location == f"/attempts/{attempt_id}"


def test_a_strangers_sitting_is_not_found(app, sign_in, noon) -> None:
    sitting_id, _, _ = exam_of(app)
    with app.app_context():
        stranger = make_person().id
    client = sign_in(stranger)
    assert client.get(f"/sittings/{sitting_id}/rules").status_code == 404
    assert client.post(f"/sittings/{sitting_id}/start").status_code == 404


def test_a_bank_that_shrank_is_said_in_words(app, sign_in, noon) -> None:
    sitting_id, person_id, _ = exam_of(app, items=3, draw=4)
    assert sign_in(person_id).post(f"/sittings/{sitting_id}/start").status_code == 409


# the paper ----------------------------------------------------------------------------------------------


def test_a_running_attempt_shows_no_key_and_no_feedback(app, sign_in, noon) -> None:
    """Searches every response an open attempt receives for every word that could give an answer away."""
    sitting_id, person_id, _ = exam_of(app, items=6, draw=6)
    client = sign_in(person_id)
    replies = [
        client.get(f"/sittings/{sitting_id}/rules"),
        client.post(f"/sittings/{sitting_id}/start"),
    ]
    attempt_id = int(replies[-1].location.rsplit("/", 1)[1])
    with app.app_context():
        answers = right_answers(attempt_id)
    for position, raw in answers.items():
        replies.append(
            client.put(
                f"/attempts/{attempt_id}/responses/{position}", json={"seq": 2, "response": raw}
            )
        )
        replies.append(
            client.put(
                f"/attempts/{attempt_id}/responses/{position}",
                json={"seq": 1, "response": {"chosen": []}},
            )
        )
    replies.append(client.get(f"/attempts/{attempt_id}"))
    replies.append(client.get(f"/attempts/{attempt_id}/state"))
    replies.append(client.get(f"/attempts/{attempt_id}/result"))
    replies.append(client.get(f"/sittings/{sitting_id}/rules"))
    replies.append(client.get("/quizzes"))
    seen = "\n".join(html.unescape(reply.text) for reply in replies)
    assert "下面" in seen or "哪种说法合适" in seen
    with app.app_context():
        for version in db.session.scalars(select(ItemVersion)):
            body = version.body
            feedback = body.get("feedback", {}).values() or [
                option["feedback"] for option in body["options"]
            ]
            for secret in [*feedback, body["explanation"]]:
                assert secret not in seen
    for word in ('"key"', "feedback", "explanation", "red_line", "is_right", "is_key", "红线题"):
        assert word not in seen, word


def test_no_keys_beside_a_retake_that_runs(app, sign_in, noon) -> None:
    sitting_id, person_id, exam = exam_of(app, quiz={"wait_minutes": 0})
    with app.app_context():
        first = take_exam(exam, right=0, now=NOON - 30 * MINUTE)
    client = sign_in(person_id)
    assert "正确答案" in text_of(client.get(f"/attempts/{first}/result"))
    client.post(f"/sittings/{sitting_id}/start")
    page = text_of(client.get(f"/attempts/{first}/result"))
    assert "正确答案" not in page
    assert "发票有求必开" not in page
    assert "你正在考下一次" in page


def test_the_paper_is_one_page_with_the_answers_so_far(app, sign_in, noon) -> None:
    client, attempt_id, _ = begin(app, sign_in, items=6, draw=6)
    with app.app_context():
        answers = right_answers(attempt_id)
        paper = get_attempt_row(attempt_id).paper
    client.put(f"/attempts/{attempt_id}/responses/2", json={"seq": 9, "response": answers[2]})
    page = re.sub(r"\s+", " ", client.get(f"/attempts/{attempt_id}").text)
    assert page.count("<fieldset") == 6
    assert 'data-remaining="1800"' in page
    assert 'data-position="2" data-seq="9"' in page
    for position, placed in enumerate(paper, start=1):
        shown = re.findall(rf'name="r{position}" value="([^"]+)"', page)
        assert shown == placed["option_order"]
    checked = re.findall(r'name="r2" value="([^"]+)" checked', page)
    assert sorted(checked) == answers[2]["chosen"]


def test_another_device_sees_the_same_paper_and_answers(app, sign_in, noon) -> None:
    client, attempt_id, _ = begin(app, sign_in)
    with app.app_context():
        person_id = get_attempt_row(attempt_id).person_id
        answers = right_answers(attempt_id)
    client.put(f"/attempts/{attempt_id}/responses/1", json={"seq": 9, "response": answers[1]})

    def items(page: str) -> str:
        """The items, without what differs between two sessions (tokens)."""
        return page[page.index("<fieldset") : page.index('id="finish"')]

    here = client.get(f"/attempts/{attempt_id}").text
    there = sign_in(person_id).get(f"/attempts/{attempt_id}").text
    assert items(here) == items(there)


def test_another_persons_paper_is_not_found(app, sign_in, noon) -> None:
    client, attempt_id, _ = begin(app, sign_in)
    client.post(f"/attempts/{attempt_id}/submit")
    with app.app_context():
        stranger = sign_in(make_person().id)
        trainer = sign_in(make_person(RoleName.TRAINER).id)
    for path in ("", "/state", "/result"):
        assert stranger.get(f"/attempts/{attempt_id}{path}").status_code == 404
        assert trainer.get(f"/attempts/{attempt_id}{path}").status_code == 403
    assert stranger.post(f"/attempts/{attempt_id}/submit").status_code == 404
    assert stranger.post(f"/attempts/{attempt_id}/responses").status_code in {303, 404}
    assert stranger.get(f"/attempts/{attempt_id + 999}").status_code == 404


def test_the_page_is_not_kept_by_the_browser(app, sign_in, noon) -> None:
    client, attempt_id, _ = begin(app, sign_in)
    assert client.get(f"/attempts/{attempt_id}").headers["Cache-Control"] == "no-store"


# without script -------------------------------------------------------------------------------------------


def form_of(answers) -> dict[str, object]:
    return {
        "with_answers": "1",
        **{f"r{position}": ["", *raw["chosen"]] for position, raw in answers.items()},
    }


def test_without_script_a_form_saves_and_submits(app, sign_in, noon) -> None:
    client, attempt_id, _ = begin(app, sign_in)
    with app.app_context():
        answers = right_answers(attempt_id)
    some = dict(list(answers.items())[:2])
    saved = client.post(f"/attempts/{attempt_id}/responses", data=form_of(some))
    assert saved.status_code == 303
    assert saved.location == f"/attempts/{attempt_id}"
    assert "答案已保存" in text_of(client.get(f"/attempts/{attempt_id}"))
    done = client.post(f"/attempts/{attempt_id}/submit", data=form_of(answers))
    assert done.location == f"/attempts/{attempt_id}/result"
    assert "通过了" in text_of(client.get(f"/attempts/{attempt_id}/result"))


def test_without_script_an_answer_can_be_taken_back(app, sign_in, noon) -> None:
    client, attempt_id, _ = begin(app, sign_in)
    with app.app_context():
        answers = right_answers(attempt_id)
    client.post(f"/attempts/{attempt_id}/responses", data=form_of(answers))
    client.post(f"/attempts/{attempt_id}/responses", data=form_of({1: {"chosen": []}}))
    with app.app_context():
        stored = list_answers(attempt_id)
    assert stored[1].answer == {}
    assert stored[2].answer == answers[2]


def test_a_submission_by_script_does_not_touch_the_answers(app, sign_in, noon) -> None:
    client, attempt_id, _ = begin(app, sign_in)
    with app.app_context():
        answers = right_answers(attempt_id)
    for position, raw in answers.items():
        client.put(f"/attempts/{attempt_id}/responses/{position}", json={"seq": 1, "response": raw})
    client.post(
        f"/attempts/{attempt_id}/submit",
        data={**form_of({1: {"chosen": []}}), "with_answers": "0"},
    )
    with app.app_context():
        assert get_attempt_row(attempt_id).passed is True


def test_a_form_with_nonsense_is_refused(app, sign_in, noon) -> None:
    client, attempt_id, _ = begin(app, sign_in)
    for data in ({"r1": "no-such"}, {"r77": "a"}):
        reply = client.post(f"/attempts/{attempt_id}/responses", data={"with_answers": "1", **data})
        assert reply.status_code in {404, 422}
    odd = {"with_answers": "1", "r99999999": "a", "rx": "a", "r": "a", "r-1": "a"}
    assert client.post(f"/attempts/{attempt_id}/responses", data=odd).status_code == 303


def test_a_form_that_comes_too_late_says_so(app, sign_in, noon) -> None:
    client, attempt_id, _ = begin(app, sign_in)
    with app.app_context():
        answers = right_answers(attempt_id)
    noon.shift(31 * MINUTE)
    late = client.post(f"/attempts/{attempt_id}/responses", data=form_of(answers))
    assert late.location == f"/attempts/{attempt_id}/result"
    page = text_of(client.get(late.location))
    assert "后来的改动没有保存" in page
    assert "时间到，正在交卷" in page


# after ----------------------------------------------------------------------------------------------------


def test_a_double_clicked_submit_is_one(app, sign_in, noon) -> None:
    client, attempt_id, _ = begin(app, sign_in)
    for _ in range(2):
        reply = client.post(f"/attempts/{attempt_id}/submit")
        assert reply.location == f"/attempts/{attempt_id}/result"
    assert client.get(f"/attempts/{attempt_id}").location == f"/attempts/{attempt_id}/result"


def test_when_time_is_up_the_page_waits_for_the_server_or_a_press(app, sign_in, noon) -> None:
    client, attempt_id, _ = begin(app, sign_in)
    noon.shift(30 * MINUTE)
    assert client.get(f"/attempts/{attempt_id}").status_code == 302
    waiting = client.get(f"/attempts/{attempt_id}/result")
    assert "正在交卷" in text_of(waiting)
    assert "again.js" in waiting.text
    assert "现在看结果" in waiting.text
    with app.app_context():
        assert get_attempt_row(attempt_id).state == "open"
    client.post(f"/attempts/{attempt_id}/submit")
    assert "系统替你交了卷" in text_of(client.get(f"/attempts/{attempt_id}/result"))


def test_a_result_before_the_end_leads_to_the_paper(app, sign_in, noon) -> None:
    client, attempt_id, _ = begin(app, sign_in)
    reply = client.get(f"/attempts/{attempt_id}/result")
    assert (reply.status_code, reply.location) == (302, f"/attempts/{attempt_id}")


def test_failing_shows_what_to_study_and_when_to_come_back(app, sign_in, noon) -> None:
    _, person_id, exam = exam_of(app, lessons=2)
    with app.app_context():
        attempt_id = take_exam(exam, right=1)
        outcome = get_attempt_row(attempt_id).outcome
    lesson = outcome["study"][0]["lesson_key"]
    noon.shift(6 * MINUTE)
    page = sign_in(person_id).get(f"/attempts/{attempt_id}/result")
    words = text_of(page)
    assert "这次没有通过" in words
    assert "5" in words
    assert "及格线 80%" in words
    assert "13:05" in words
    assert "还有 1 次机会" in words
    assert f'href="/lessons/{lesson}"' in page.text
    assert "要点" in words


@pytest.mark.parametrize(
    ("review", "after_close", "shows_items", "shows_keys"),
    [
        ("result", True, False, False),
        ("responses", True, True, False),
        ("everything", False, True, True),
        ("everything_after_close", False, True, False),
        ("everything_after_close", True, True, True),
    ],
)
def test_the_review_rule_is_kept(
    app, sign_in, noon, review: str, after_close: bool, shows_items: bool, shows_keys: bool
) -> None:
    _, person_id, exam = exam_of(app, items=3, draw=3, sitting={"review": review})
    with app.app_context():
        attempt_id = take_exam(exam, right=1)
    noon.move_to(NOON + (8 * HOUR if after_close else 10 * MINUTE))
    words = text_of(sign_in(person_id).get(f"/attempts/{attempt_id}/result"))
    assert ("哪种说法合适" in words) is shows_items
    assert ("正确答案 " in words) is shows_keys
    assert ("先接住，再处理。" in words) is shows_keys
    assert "5" in words


def test_all_attempts_used_up(app, sign_in, noon) -> None:
    _, person_id, exam = exam_of(app, quiz={"max_attempts": 1})
    with app.app_context():
        attempt_id = take_exam(exam, right=0, now=NOON - 20 * MINUTE)
    client = sign_in(person_id)
    assert "没有机会了" in text_of(client.get(f"/attempts/{attempt_id}/result"))
    assert "机会用完了" in text_of(client.get(f"/sittings/{exam_sitting(app, attempt_id)}/rules"))


def exam_sitting(app, attempt_id: int) -> int:
    with app.app_context():
        return get_attempt_row(attempt_id).sitting_id


def test_a_red_line_missed_is_said(app, sign_in, noon) -> None:
    _, person_id, exam = exam_of(
        app,
        items=4,
        draw=4,
        red_lines=4,
        quiz={"red_line_all": True, "cut_percent": "60"},
    )
    with app.app_context():
        attempt_id = take_exam(exam, right=3, now=NOON - 20 * MINUTE)
    page = text_of(sign_in(person_id).get(f"/attempts/{attempt_id}/result"))
    assert "有 1 道红线题没答对" in page
    assert "红线题" in page


def test_the_own_sittings_and_results(app, sign_in, noon) -> None:
    with app.app_context():
        exam = make_exam()
        sitting_id, person_id = exam.sitting_id, exam.person_id
        make_sitting(exam.quiz, exam.cohort, opens_at=NOON + HOUR)
        attempt_id = take_exam(exam, right=1, now=NOON - 20 * MINUTE)
        nobody = make_person().id
    page = sign_in(person_id).get("/quizzes")
    words = text_of(page)
    assert "5 / 20 分，未通过" in words
    assert "未开放" in words
    assert "等待下一次" in words
    assert f"/attempts/{attempt_id}/result" in page.text
    assert f"/sittings/{sitting_id}/rules" in page.text
    assert "还没有安排给你的考试" in text_of(sign_in(nobody).get("/quizzes"))


def test_a_result_of_an_attempt_keeps_its_words_after_the_item_changed(app, sign_in, noon) -> None:
    _, person_id, exam = exam_of(app, items=3, draw=3)
    with app.app_context():
        attempt_id = take_exam(exam, right=0, now=NOON - 20 * MINUTE)
        # Such a change is refused in life, a presented version is frozen; the paper does not rely on it.
        for version in db.session.scalars(select(ItemVersion)):
            body = {**version.body, "stem": "换了"}
            db.session.execute(
                update(ItemVersion).where(ItemVersion.id == version.id).values(body=body)
            )
        db.session.commit()
    words = text_of(sign_in(person_id).get(f"/attempts/{attempt_id}/result"))
    assert "换了" not in words
    assert "哪种说法合适" in words


def test_english_readers_get_the_english_title(app, sign_in, noon) -> None:
    sitting_id, person_id, _ = exam_of(app)
    with app.app_context():
        db.session.get_one(Person, person_id).locale = "en"
        db.session.commit()
    assert "Module 1 quiz" in text_of(sign_in(person_id).get(f"/sittings/{sitting_id}/rules"))


def test_services_and_pages_agree_who_may_start(app, sign_in, noon) -> None:
    sitting_id, person_id, _ = exam_of(app)
    with app.app_context():
        attempt_id = services.start_attempt(sitting_id, person_id=person_id, now=NOON)
        db.session.commit()
    assert sign_in(person_id).get(f"/attempts/{attempt_id}").status_code == 200
