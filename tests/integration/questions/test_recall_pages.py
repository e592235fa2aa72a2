"""Recall at the end of a lesson: answering, remembering, finishing, preview."""

import datetime as dt

import pytest
from sqlalchemy import select

from lms.curriculum.models import Enrolment, LessonProgress
from lms.curriculum.queries import find_progress, get_lesson
from lms.curriculum.services import note_reading
from lms.db import db
from lms.errors import InvalidInput, InvalidState
from lms.people.domain.roles import RoleName
from lms.questions import queries
from lms.questions.models import RecallAnswer
from lms.questions.services import answer_recall, retire_item
from tests.conftest import NOON
from tests.factories.curriculum import make_enrolment, make_programme
from tests.factories.people import make_person
from tests.factories.questions import make_bank, make_item, single_body

LESSON = "p-m1-l1"
URL = f"/lessons/{LESSON}/recall"
HX = {"HX-Request": "true"}


@pytest.fixture
def learner(app, sign_in):
    """A client of a learner whose first lesson has three recall items (single, multiple, true/false)."""
    with app.app_context():
        person = make_person()
        make_enrolment(person, make_programme("p"))
        make_bank(0, recall=3, key="law", lesson_key=LESSON)
        person_id = person.id
    return sign_in(person_id)


@pytest.fixture
def trainer(app, sign_in, learner):
    with app.app_context():
        person_id = make_person(RoleName.TRAINER).id
    return sign_in(person_id)


def version_of(app, key: str) -> int:
    with app.app_context():
        return queries.find_current_version(queries.get_item(key)).id


def answers(app) -> list[RecallAnswer]:
    with app.app_context():
        return list(db.session.scalars(select(RecallAnswer).order_by(RecallAnswer.id)))


def send(client, app, key: str, *chosen: str, **options):
    data = {"version": version_of(app, key), "chosen": list(chosen)}
    return client.post(URL, data=data, **options)


def progress(app) -> LessonProgress | None:
    with app.app_context():
        return db.session.scalar(select(LessonProgress))


def text(response, status: int = 200) -> str:
    assert response.status_code == status
    return response.get_data(as_text=True)


def test_one_form_an_item_and_no_key_before_answering(app, learner):
    page = text(learner.get(URL))
    assert page.count('<form method="post" action="/lessons/') == 3
    assert "共 3 题，答过 0 题" in page
    assert "正确答案" not in page
    assert "有求必开" not in page
    assert "开发票是义务" not in page
    assert progress(app) is None, "looking writes nothing"


def test_options_keep_their_order_for_one_person(app, learner):
    def order(page: str) -> list[int]:
        return [page.index(words) for words in ("不能开", "请发抬头", "要加税点")]

    assert order(text(learner.get(URL))) == order(text(learner.get(URL)))


def test_answering_without_javascript_leads_back_to_the_item(app, learner):
    response = send(learner, app, "law-r1", "a")
    assert response.status_code == 303
    assert response.location.endswith(f"{URL}#item-law-r1")
    page = text(learner.get(URL))
    assert "这题没答对" in page
    assert "你选的，不对" in page
    assert "正确答案" in page
    assert "开发票是义务。" in page
    assert page.count("有求必开") == 2, "feedback of every option"
    assert "共 3 题，答过 1 题" in page
    (answer,) = answers(app)
    assert (answer.item_key, answer.response, answer.is_right) == (
        "law-r1",
        {"chosen": ["a"]},
        False,
    )


def test_answering_by_htmx_brings_the_item_and_what_is_to_be_said(app, learner):
    page = text(send(learner, app, "law-r2", "c", "a", headers=HX))
    assert "<html" not in page
    assert page.count("recall-item") == 1
    assert "答对了" in page
    assert 'id="recall-live"' in page
    assert "共 3 题，答过 1 题" in page
    assert answers(app)[0].response == {"chosen": ["a", "c"]}


def test_a_missed_key_is_named(app, learner):
    page = text(send(learner, app, "law-r2", "a", headers=HX))
    assert "漏选" in page
    assert "这题没答对" in page


@pytest.mark.parametrize("headers", [{}, HX])
@pytest.mark.parametrize("chosen", [[], ["zzz"], ["a", "b"]])
def test_an_unusable_answer_is_sent_back_and_not_kept(app, learner, headers, chosen):
    page = text(send(learner, app, "law-r1", *chosen, headers=headers), 422)
    assert "还没选答案" in page
    assert 'id="item-law-r1-error"' in page
    assert page.count("还没选答案") == 1
    assert answers(app) == []


def test_again_opens_one_item(app, learner):
    send(learner, app, "law-r1", "a")
    send(learner, app, "law-r3", "true")
    again = f"{URL}?again=law-r1"
    page = text(learner.get(again))
    assert page.count('<form method="post" action="/lessons/') == 2
    fragment = text(learner.get(again, headers=HX))
    assert "<html" not in fragment
    assert 'id="item-law-r1"' in fragment
    assert "item-law-r2" not in fragment
    assert "正确答案" not in fragment
    send(learner, app, "law-r1", "b")
    assert [one.is_right for one in answers(app)] == [False, False, True]
    assert "共 3 题，答过 2 题" in text(learner.get(URL))


def test_for_htmx_the_whole_is_a_fragment(learner):
    fragment = text(learner.get(URL, headers=HX))
    assert "<html" not in fragment
    assert fragment.count('class="recall-item"') == 3


def test_answering_all_once_rightly_or_not_notes_the_lesson_as_recalled(app, learner):
    send(learner, app, "law-r1", "a")
    send(learner, app, "law-r1", "b")
    send(learner, app, "law-r2", "b")
    assert progress(app) is None
    page = text(send(learner, app, "law-r3", "true", headers=HX))
    assert "小回顾都答过了" in page
    assert "把正文读到最后" in page
    noted = progress(app)
    assert noted is not None
    assert noted.recalled_at is not None
    assert noted.completed_at is None


def test_recalled_and_read_is_done(app, learner):
    with app.app_context():
        lesson = get_lesson(LESSON)
        enrolment = db.session.scalar(select(Enrolment))
        note_reading(enrolment, lesson, block=len(lesson.blocks), now=NOON)
        db.session.commit()
    for key in ("law-r1", "law-r2", "law-r3"):
        send(learner, app, key, "true" if key.endswith("3") else "a")
    assert progress(app).completed_at is not None
    assert "这节课完成了" in text(learner.get(URL))


def test_a_revised_item_is_asked_again_but_the_lesson_stays_recalled(app, learner):
    old = version_of(app, "law-r1")
    send(learner, app, "law-r1", "b")
    with app.app_context():
        make_item(
            queries.get_bank("law"),
            key="law-r1",
            purpose="recall",
            body=single_body("换了一个问法，怎么回？"),
            lesson_key=LESSON,
        )
    page = text(learner.get(URL))
    assert page.count('<form method="post" action="/lessons/') == 3
    assert "答过 1 题" in page
    response = learner.post(URL, data={"version": old, "chosen": ["b"]})
    assert response.status_code == 303
    assert "这道题刚刚更新过" in text(learner.get(URL))
    refreshed = learner.post(URL, data={"version": old, "chosen": ["b"]}, headers=HX)
    assert refreshed.headers["HX-Refresh"] == "true"
    assert len(answers(app)) == 1


def test_a_retired_item_is_not_asked(app, learner):
    with app.app_context():
        retire_item(queries.get_item("law-r2"), now=NOON)
        db.session.commit()
    assert "law-r2" not in text(learner.get(URL))
    send(learner, app, "law-r1", "a")
    send(learner, app, "law-r3", "true")
    assert progress(app).recalled_at is not None


def test_answering_marks_the_version_as_seen(app, learner):
    send(learner, app, "law-r1", "b")
    with app.app_context():
        versions = {one.item.key: one.presented_at for one in queries.list_recall(LESSON)}
    assert versions["law-r1"] is not None
    assert versions["law-r2"] is None


def test_a_lesson_without_recall_items_says_so(app, learner):
    with app.app_context():
        for number in (1, 2, 3):
            retire_item(queries.get_item(f"law-r{number}"), now=NOON)
        db.session.commit()
    assert "这节课没有小回顾" in text(learner.get(URL))


def test_a_locked_module_is_not_recalled(app, learner):
    with app.app_context():
        make_bank(0, recall=1, key="next", lesson_key="p-m2-l1")
    assert learner.get("/lessons/p-m2-l1/recall").status_code == 409
    data = {"version": version_of(app, "next-r1"), "chosen": ["b"]}
    assert learner.post("/lessons/p-m2-l1/recall", data=data).status_code == 409
    assert answers(app) == []


def test_a_lesson_of_another_programme_is_not_found(app, learner):
    with app.app_context():
        make_programme("other")
    assert learner.get("/lessons/other-m1-l1/recall").status_code == 404
    assert learner.get("/lessons/nowhere/recall").status_code == 404


def test_an_answer_goes_only_to_items_of_this_lesson(app, learner):
    with app.app_context():
        make_bank(1, recall=1, key="else", lesson_key="p-m2-l1")
    for key in ("else-r1", "else-01"):
        assert send(learner, app, key, "b").status_code == 303
    assert answers(app) == []


def test_staff_preview_and_nothing_is_kept(app, trainer):
    assert "你的答案不会被记录" in text(trainer.get(URL))
    page = text(send(trainer, app, "law-r1", "a"))
    assert "<html" in page
    assert "这题没答对" in page
    for key, choice in (("law-r1", "b"), ("law-r2", "a"), ("law-r3", "true")):
        assert "recall-verdict" in text(send(trainer, app, key, choice, headers=HX))
    assert answers(app) == []
    assert progress(app) is None
    assert "recall-verdict" not in text(trainer.get(URL))


def test_after_the_end_it_is_practice(app, learner):
    with app.app_context():
        enrolment = db.session.scalar(select(Enrolment))
        enrolment.state = "completed"
        enrolment.ended_at = NOON
        db.session.commit()
    assert "你的答案不会被记录" in text(learner.get(URL))
    text(send(learner, app, "law-r1", "a"))
    assert answers(app) == []


def test_nobody_in_particular_signs_in_first(app, learner):
    assert app.test_client().get(URL).status_code == 302


# --- the service


def test_the_service_refuses_what_the_page_would_not_send(session):
    enrolment = make_enrolment(programme=make_programme("p"))
    make_bank(1, recall=1, key="law", lesson_key=LESSON)
    (version,) = queries.list_recall(LESSON)
    (quiz,) = queries.list_drawable("law")
    for raw, code in (
        ({"chosen": []}, "response_empty"),
        ({"chosen": ["z"]}, "response_malformed"),
        (None, "response_malformed"),
    ):
        with pytest.raises(InvalidInput) as caught:
            answer_recall(enrolment, version, raw, NOON)
        assert caught.value.code == code
    with pytest.raises(InvalidState, match="item_not_for_recall"):
        answer_recall(enrolment, quiz, {"chosen": ["b"]}, NOON)
    enrolment.state = "withdrawn"
    with pytest.raises(InvalidState, match="enrolment_ended"):
        answer_recall(enrolment, version, {"chosen": ["b"]}, NOON)
    assert db.session.query(RecallAnswer).count() == 0


def test_the_service_explains_and_notes_the_instant(session):
    enrolment = make_enrolment(programme=make_programme("p"))
    make_bank(0, recall=1, key="law", lesson_key=LESSON)
    (version,) = queries.list_recall(LESSON)
    feedback = answer_recall(enrolment, version, {"chosen": ["b"]}, NOON)
    assert feedback.is_right
    assert sorted(one.id for one in feedback.options) == ["a", "b", "c"]
    later = NOON + dt.timedelta(hours=1)
    answer_recall(enrolment, version, {"chosen": ["a"]}, later)
    noted = find_progress(enrolment.id, get_lesson(LESSON).id)
    assert noted is not None
    assert noted.recalled_at == NOON
    cards = queries.list_recall_cards(
        LESSON, person_id=enrolment.person_id, enrolment_id=enrolment.id
    )
    assert [card.feedback is not None and card.feedback.is_right for card in cards] == [False]
