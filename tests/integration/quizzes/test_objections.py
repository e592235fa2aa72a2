"""Objections to questions: who is told, who may decide, what a hire may see."""

import datetime as dt
import io

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from lms.audit.models import AuditEvent
from lms.db import db
from lms.errors import InvalidInput, InvalidState, NotAllowed, NotFound
from lms.notifications.models import OutboxMessage
from lms.notifications.words import render
from lms.organisation.models import Organisation
from lms.people.domain.roles import RoleName
from lms.people.models import Person
from lms.questions.domain.identity import ItemFacts
from lms.questions.models import ItemVersion
from lms.questions.services.versions import add_version, make_current
from lms.quizzes import queries
from lms.quizzes.models import Attempt, Objection, ObjectionMessage
from lms.quizzes.services import (
    decide_objection,
    reply_objection,
    start_attempt,
    submit_objection,
)
from lms.quizzes.services import (
    objections as services,
)
from lms.web.waiting import Waiting
from tests.conftest import NOON
from tests.factories.people import make_person
from tests.factories.questions import single_body
from tests.factories.quizzes import HOUR, Exam, make_exam, make_sitting, take_exam
from tests.integration.quizzes.statements import count_statements
from tests.integration.quizzes.test_trainer_pages import text_of

LATER = NOON + HOUR
DAY = dt.timedelta(days=1)


def written(kind: str) -> list[OutboxMessage]:
    """Messages of one kind, in order."""
    query = select(OutboxMessage).where(OutboxMessage.kind == f"quizzes.{kind}")
    return list(db.session.scalars(query.order_by(OutboxMessage.id)))


def readers(kind: str) -> list[int]:
    return [one.person_id for one in written(kind)]


def object_to(
    attempt_id: int, person_id: int, text: str = "B 也对。", position: int = 1
) -> Objection:
    objection = submit_objection(attempt_id, position, person_id=person_id, text=text, now=LATER)
    db.session.commit()
    return objection


def decide(objection: Objection, actor_id: int, *, upheld: bool = True, **more: bool) -> int:
    return decide_objection(
        objection, upheld=upheld, text="课里改过。", actor_id=actor_id, now=LATER, **more
    )


def write_anew(exam: Exam, author_id: int) -> None:
    """Let ``author_id`` write the next version of every item of the exam's bank."""
    for version in db.session.scalars(select(ItemVersion)).all():
        item = version.item
        if item.bank.key != exam.quiz.sections[0]["bank"]:
            continue
        facts = ItemFacts(item.lesson_key, item.point, (), "easy", False)
        body = single_body(f"{item.key}：买家问能不能开发票？")
        made = add_version(item, body, facts, actor_id=author_id, now=NOON)
        make_current(item, made, now=NOON)
    db.session.commit()


class Case:
    """An exam whose items an author wrote, two hires who took it, a trainer and a colleague of quality."""

    def __init__(self, *, review: str = "everything", people: int = 2) -> None:
        self.author = make_person(RoleName.TRAINER, name="出题的何姐").id
        self.trainer = make_person(RoleName.TRAINER, name="另一位老师").id
        self.quality = make_person(RoleName.QUALITY, name="质检小周").id
        self.exam = make_exam(people=people, items=1, draw=1, quiz={"review": review})
        write_anew(self.exam, self.author)
        self.hires = list(self.exam.person_ids)
        self.attempts = [take_exam(self.exam, person_id=one) for one in self.hires]


@pytest.fixture
def request_context(app):
    with app.test_request_context():
        yield


@pytest.fixture
def case(session) -> Case:
    return Case()


def test_it_reaches_the_author_with_the_version(case: Case) -> None:
    objection = object_to(case.attempts[0], case.hires[0])
    placed = db.session.get_one(Attempt, case.attempts[0]).paper[0]
    assert objection.item_version_id == placed["item_version_id"]
    assert objection.version.created_by == case.author
    assert readers("objection_new") == [case.author]
    words = render(written("objection_new")[0])
    assert "B 也对。" in words.body
    assert f"/objections/{objection.id}" in words.body
    action = select(AuditEvent.facts).where(AuditEvent.action == "quizzes.submit_objection")
    assert db.session.scalars(action).one()["item_version_id"] == objection.item_version_id


@pytest.mark.parametrize("left", ["gone", "no_trainer"])
def test_who_no_longer_answers_is_passed_over(case: Case, left: str) -> None:
    author = db.session.get_one(Person, case.author)
    if left == "gone":
        author.active = False
    else:
        author.roles = []
    case.exam.sitting.created_by = case.trainer
    db.session.commit()
    object_to(case.attempts[0], case.hires[0])
    assert readers("objection_new") == [case.trainer]


def test_without_author_it_reaches_who_scheduled_the_sitting_else_all_trainers(session) -> None:
    one, two = (make_person(RoleName.TRAINER).id for _ in range(2))
    make_person(RoleName.QUALITY)
    exam = make_exam(items=2, draw=2)
    attempt_id = take_exam(exam)
    object_to(attempt_id, exam.person_id)
    assert set(readers("objection_new")) >= {one, two}
    exam.sitting.created_by = two
    db.session.commit()
    object_to(attempt_id, exam.person_id, position=2)
    assert readers("objection_new")[-1] == two
    trainers = len(readers("objection_new")) - 1
    assert trainers == len(set(readers("objection_new")[:-1]))


def test_the_thread(case: Case) -> None:
    objection = object_to(case.attempts[0], case.hires[0])
    reply_objection(objection, text="哪一句？", actor_id=case.quality, now=LATER)
    assert readers("objection_reply") == [case.hires[0]]
    reply_objection(objection, text="第二句。", actor_id=case.hires[0], now=LATER)
    # The author, and who has answered.
    assert readers("objection_more") == [case.author, case.quality]
    decide(objection, case.trainer)
    assert [one.text for one in queries.list_thread(objection.id)] == [
        "B 也对。", "哪一句？", "第二句。", "课里改过。",
    ]  # fmt: skip
    assert readers("objection_decided") == [case.hires[0]]
    words = render(written("objection_decided")[0])
    assert "已采纳" in words.subject
    assert "课里改过。" in words.body
    with pytest.raises(InvalidState, match="objection_decided"):
        reply_objection(objection, text="还有。", actor_id=case.hires[0], now=LATER)
    assert (objection.state, objection.decided_by, objection.decided_at) == (
        "upheld", case.trainer, LATER,
    )  # fmt: skip


def test_no_name_of_others_in_the_messages_to_a_hire(case: Case) -> None:
    objection = object_to(case.attempts[0], case.hires[0])
    reply_objection(objection, text="在看。", actor_id=case.trainer, now=LATER)
    decide(objection, case.quality, upheld=False)
    for kind in ("objection_reply", "objection_decided"):
        words = render(written(kind)[0])
        assert "另一位老师" not in words.subject + words.body
        assert "质检小周" not in words.subject + words.body
    assert "未采纳" in render(written("objection_decided")[0]).subject


def test_one_objection_for_each_place_and_no_message_twice(case: Case) -> None:
    first = object_to(case.attempts[0], case.hires[0])
    again = object_to(case.attempts[0], case.hires[0])
    assert again.id == first.id
    assert len(queries.list_thread(first.id)) == 1
    more = object_to(case.attempts[0], case.hires[0], "还有一点。")
    assert more.id == first.id
    assert len(queries.list_thread(first.id)) == 2
    assert (len(written("objection_new")), len(written("objection_more"))) == (1, 1)
    decide(first, case.trainer)
    assert decide(first, case.trainer) == 0
    assert len(written("objection_decided")) == 1
    with pytest.raises(InvalidState, match="objection_decided"):
        decide(first, case.trainer, upheld=False)
    with pytest.raises(InvalidState, match="objection_decided"):
        decide(first, case.quality)
    with pytest.raises(InvalidState, match="objection_decided"):
        object_to(case.attempts[0], case.hires[0], "再说一次。")


def test_two_clicks_at_once_make_one_objection(case: Case, monkeypatch) -> None:
    first = object_to(case.attempts[0], case.hires[0])
    real, asked = services.find_objection, []

    def find(attempt_id: int, position: int) -> Objection | None:
        """Not see the other click's row on the first look."""
        asked.append(position)
        return real(attempt_id, position) if len(asked) > 1 else None

    monkeypatch.setattr(services, "find_objection", find)
    assert object_to(case.attempts[0], case.hires[0]).id == first.id
    assert len(asked) == 2
    assert len(queries.list_thread(first.id)) == 1
    assert len(written("objection_new")) == 1


def test_a_second_person_decides(case: Case) -> None:
    objection = object_to(case.attempts[0], case.hires[0])
    with pytest.raises(NotAllowed, match="objection_own_item"):
        decide(objection, case.author)
    reply_objection(objection, text="我看看。", actor_id=case.author, now=LATER)
    assert decide(objection, case.quality) == 1


def test_the_author_decides_where_the_organisation_asks_for_no_second_person(case: Case) -> None:
    db.session.add(
        Organisation(
            id=1,
            name="甲",
            serial_prefix="AB",
            signer_title="总",
            second_review=False,
            changed_at=NOON,
        )
    )
    db.session.commit()
    assert decide(object_to(case.attempts[0], case.hires[0]), case.author) == 1


def test_nobody_decides_their_own(session) -> None:
    case = Case()
    hire = db.session.get_one(Person, case.hires[0])
    hire.roles = [*hire.roles, *db.session.get_one(Person, case.trainer).roles]
    db.session.commit()
    objection = object_to(case.attempts[0], case.hires[0])
    other = object_to(case.attempts[1], case.hires[1])
    with pytest.raises(NotAllowed, match="objection_own"):
        decide(objection, case.hires[0])
    assert decide(other, case.hires[0], with_others=True) == 1
    assert objection.state == "open"


def test_all_of_a_version_are_decided_alike(session) -> None:
    case = Case(people=4)
    made = [object_to(*pair) for pair in zip(case.attempts, case.hires, strict=True)]
    decide(made[3], case.quality, upheld=False)
    assert decide(made[0], case.trainer, with_others=True) == 3
    db.session.expire_all()
    assert [one.state for one in made] == ["upheld", "upheld", "upheld", "declined"]
    assert sorted(readers("objection_decided")) == sorted(case.hires)
    # Twice the same: nobody is told again.
    assert decide(made[0], case.trainer, with_others=True) == 0
    assert len(written("objection_decided")) == 4


@pytest.mark.parametrize("text", ["", "  \n ", "长" * 1001])
def test_texts_are_checked(case: Case, text: str) -> None:
    with pytest.raises(InvalidInput, match="objection_text"):
        object_to(case.attempts[0], case.hires[0], text)
    assert db.session.scalar(select(func.count()).select_from(Objection)) == 0


def test_only_the_own_ended_attempt_and_what_the_rule_shows(session) -> None:
    case = Case()
    with pytest.raises(NotFound):
        object_to(case.attempts[0], case.hires[1])
    for position in (0, 2):
        with pytest.raises(NotFound):
            object_to(case.attempts[0], case.hires[0], position=position)
    exam = make_exam(quiz={"review": "result"})
    with pytest.raises(NotFound):
        object_to(take_exam(exam), exam.person_id)
    running = make_exam()
    attempt_id = start_attempt(running.sitting_id, person_id=running.person_id, now=NOON)
    with pytest.raises(NotFound):
        submit_objection(attempt_id, 1, person_id=running.person_id, text="错", now=NOON)


def test_it_waits_for_those_who_can_do_something(request_context, case: Case) -> None:
    first = object_to(case.attempts[0], case.hires[0])
    object_to(case.attempts[1], case.hires[1])
    hr = make_person(RoleName.HR).id
    waiting = {
        who: waits(who) for who in (case.author, case.trainer, case.quality, hr, case.hires[0])
    }
    # The author may answer; the others must decide.
    for who in (case.author, case.trainer, case.quality):
        (one,) = waiting[who]
        assert one.url == f"/objections/{first.id}"
        assert one.since == LATER
        assert one.facts["people"] == 2
    assert waiting[hr] == waiting[case.hires[0]] == []
    decide(first, case.trainer, with_others=True)
    assert waits(case.author) == []


def waits(person_id: int) -> list[Waiting]:
    person = db.session.get_one(Person, person_id)
    return [
        one for one in queries.list_waiting(person, LATER + DAY) if one.kind == "quizzes.objection"
    ]


def test_without_a_second_person_it_waits_for_the_author_alone(request_context, case: Case) -> None:
    db.session.add(
        Organisation(
            id=1,
            name="甲",
            serial_prefix="AB",
            signer_title="总",
            second_review=False,
            changed_at=NOON,
        )
    )
    object_to(case.attempts[0], case.hires[0])
    assert len(waits(case.author)) == 1
    assert waits(case.trainer) == waits(case.quality) == []


# Pages


@pytest.fixture
def paged(app) -> Case:
    with app.app_context():
        return Case()


def ids_of(app) -> list[int]:
    with app.app_context():
        return list(db.session.scalars(select(Objection.id).order_by(Objection.id)))


def test_from_the_review_to_the_outcome(app, sign_in, noon, paged: Case) -> None:
    noon.move_to(LATER)
    hire, trainer = sign_in(paged.hires[0]), sign_in(paged.trainer)
    attempt = paged.attempts[0]
    place = f"/attempts/{attempt}/objections/1"
    assert place in hire.get(f"/attempts/{attempt}/result").text
    assert "这道题好像有问题" in text_of(hire.get(place))
    assert hire.post(place, data={"text": " "}).status_code == 422
    assert "最多 1000 字" in text_of(hire.post(place, data={"text": "长" * 1001}), 422)
    sent = hire.post(place, data={"text": "B 和 C\n都对"})
    assert hire.post(place, data={"text": "B 和 C\n都对"}).location == sent.location
    (objection_id,) = ids_of(app)
    page = f"/objections/{objection_id}"
    assert sent.location == page
    assert hire.get(place).location == page
    assert "你提的疑问" in text_of(hire.get(f"/attempts/{attempt}/result"))
    assert "有 1 人" not in text_of(trainer.get(page))
    assert "1 人对「" in text_of(trainer.get("/"))
    assert "B 和 C" in text_of(trainer.get(page))
    trainer.post(f"{page}/reply", data={"text": "收到，在核对。"})
    own = text_of(hire.get(page))
    assert "收到，在核对。" in own
    assert "另一位老师" not in own
    assert trainer.post(f"{page}/decision", data={"upheld": "yes"}).status_code == 422
    done = trainer.post(
        f"{page}/decision",
        data={"upheld": "no", "reason": "只有 B 对，见第 2 课。"},
        follow_redirects=True,
    )
    assert "并通知了学员" in text_of(done)
    own = text_of(hire.get(page))
    assert "未采纳" in own
    assert "只有 B 对，见第 2 课。" in own
    assert "补充" not in own
    late = hire.post(f"{page}/reply", data={"text": "再说"}, follow_redirects=True)
    assert "已经有人给出结论" in text_of(late)
    assert "未采纳" in text_of(hire.get("/quizzes/objections"))
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(ObjectionMessage)) == 3


def test_a_hire_cannot_open_the_objection_of_another(app, sign_in, noon, paged: Case) -> None:
    with app.app_context():
        objection_id = object_to(paged.attempts[0], paged.hires[0]).id
    other = sign_in(paged.hires[1])
    for reply in (
        other.get(f"/objections/{objection_id}"),
        other.post(f"/objections/{objection_id}/reply", data={"text": "我也是"}),
        other.get(f"/attempts/{paged.attempts[0]}/objections/1"),
        other.post(f"/attempts/{paged.attempts[0]}/objections/1", data={"text": "我也是"}),
    ):
        assert reply.status_code == 404
    decision = {"upheld": "yes", "reason": "对"}
    assert other.post(f"/objections/{objection_id}/decision", data=decision).status_code == 403
    assert other.get("/objections").status_code == 403
    assert "B 也对。" not in other.get("/quizzes/objections").text
    with app.app_context():
        assert len(queries.list_thread(objection_id)) == 1


@pytest.mark.parametrize(
    ("role", "status"),
    [(RoleName.TRAINER, 200), (RoleName.QUALITY, 200), (RoleName.HR, 403), (RoleName.RATER, 403)],
)
def test_who_may_answer(app, sign_in, noon, paged: Case, role: RoleName, status: int) -> None:
    with app.app_context():
        objection_id = object_to(paged.attempts[0], paged.hires[0]).id
        person_id = make_person(role).id
    client = sign_in(person_id)
    assert client.get("/objections").status_code == status
    assert client.get(f"/objections/{objection_id}").status_code == status
    reply = client.post(f"/objections/{objection_id}/reply", data={"text": "在看"})
    assert reply.status_code == (303 if status == 200 else 403)


@pytest.mark.parametrize("review", ["responses", "everything_after_close"])
def test_the_key_does_not_leak_through_the_form(app, sign_in, noon, review: str) -> None:
    with app.app_context():
        case = Case(review=review)
    hire = sign_in(case.hires[0])
    place = f"/attempts/{case.attempts[0]}/objections/1"
    form = hire.get(place).text
    sent = hire.post(place, data={"text": "看不懂"})
    refused = hire.post(place, data={"text": ""})
    page = hire.get(sent.location).text
    assert refused.status_code in (302, 422)
    for text in (form, page):
        assert "能不能开发票" in text
        for secret in ("正确答案", "is-right", "对，有求必开。", "开发票是义务。", "讲解"):
            assert secret not in text, secret


def test_under_the_rule_result_there_is_no_objection(app, sign_in, noon) -> None:
    with app.app_context():
        case = Case(review="result")
    hire = sign_in(case.hires[0])
    assert "objections" not in hire.get(f"/attempts/{case.attempts[0]}/result").text
    assert hire.get(f"/attempts/{case.attempts[0]}/objections/1").status_code == 404
    reply = hire.post(f"/attempts/{case.attempts[0]}/objections/1", data={"text": "错"})
    assert reply.status_code == 404
    assert ids_of(app) == []


def test_shut_while_a_further_attempt_runs(app, sign_in, noon) -> None:
    with app.app_context():
        case = Case()
        exam = case.exam
        objection = object_to(case.attempts[0], case.hires[0])
        reply_objection(objection, text="答案是 B", actor_id=case.trainer, now=LATER)
        objection_id = objection.id
        again = make_sitting(exam.quiz, exam.cohort, closes_at=NOON + 9 * HOUR)
        start_attempt(again.id, person_id=case.hires[0], now=LATER)
        # Another sitting: its paper says nothing about this one's review rule.
        db.session.commit()
    hire = sign_in(case.hires[0])
    assert "答案是 B" in hire.get(f"/objections/{objection_id}").text
    with app.app_context():
        exam = make_exam(items=1, draw=1, sitting={"wait_minutes": 0})
        attempt_id = take_exam(exam, right=0)
        objection = object_to(attempt_id, exam.person_id)
        reply_objection(objection, text="答案是 B", actor_id=case.trainer, now=LATER)
        objection_id, person_id = objection.id, exam.person_id
        start_attempt(exam.sitting_id, person_id=person_id, now=LATER)
        db.session.commit()
    noon.move_to(LATER)
    page = text_of(sign_in(person_id).get(f"/objections/{objection_id}"))
    assert "你正在考下一次" in page
    assert "答案是 B" not in page
    assert "第 1 题：" not in page


def test_several_stand_together(app, sign_in, noon, paged: Case) -> None:
    with app.app_context():
        first = object_to(paged.attempts[0], paged.hires[0], "一").id
        second = object_to(paged.attempts[1], paged.hires[1], "二").id
    quality = sign_in(paged.quality)
    page = text_of(quality.get(f"/objections/{first}"))
    assert "这一版共有 2 人提出" in page
    assert "这一版其余 1 条没处理的疑问一并这样答复" in page
    data = {"upheld": "yes", "reason": "改判。", "with_others": "y"}
    done = quality.post(f"/objections/{first}/decision", data=data, follow_redirects=True)
    assert "通知了 2 位学员" in text_of(done)
    assert "已采纳" in text_of(quality.get(f"/objections/{second}"))
    author = sign_in(paged.author)
    refused = author.post(f"/objections/{first}/decision", data=data, follow_redirects=True)
    assert "已经有人给出结论" in text_of(refused)


def test_the_author_reads_that_another_must_decide(app, sign_in, noon, paged: Case) -> None:
    with app.app_context():
        objection_id = object_to(paged.attempts[0], paged.hires[0]).id
    author = sign_in(paged.author)
    page = text_of(author.get(f"/objections/{objection_id}"))
    assert "由第二个人来下结论" in page
    assert "给出结论并通知学员" not in page
    data = {"upheld": "yes", "reason": "我说了算"}
    done = author.post(f"/objections/{objection_id}/decision", data=data, follow_redirects=True)
    assert "由第二个人来下结论" in text_of(done)
    with app.app_context():
        assert db.session.get_one(Objection, objection_id).state == "open"


def test_the_list_is_searched_narrowed_and_exported(app, sign_in, noon, paged: Case) -> None:
    with app.app_context():
        object_to(paged.attempts[0], paged.hires[0], "运费说错了")
        decided = object_to(paged.attempts[1], paged.hires[1], "=选项重复")
        decide(decided, paged.quality)
        db.session.commit()
        quiz_row = db.session.get_one(Attempt, paged.attempts[0]).sitting.quiz
        bank, quiz = quiz_row.sections[0]["bank"], quiz_row.key
        name = db.session.get_one(Person, paged.hires[0]).name
        make_exam()
    trainer = sign_in(paged.trainer)
    everything = text_of(trainer.get("/objections"))
    assert "共 2 条" in everything
    assert everything.index("运费说错了") < everything.index("=选项重复")
    for asked, there in (
        ("q=运费", True), ("q=" + name, True), ("q=找不到", False), ("state=open", True), ("state=upheld", False),
        (f"bank={bank}", True), ("bank=x", False), (f"quiz={quiz}", True), ("quiz=x", False),
    ):  # fmt: skip
        assert ("运费说错了" in text_of(trainer.get(f"/objections?{asked}"))) is there, asked
    assert "没有符合条件的疑问" in text_of(trainer.get("/objections?q=找不到"))
    sheet = load_workbook(io.BytesIO(trainer.get("/objections?format=xlsx").data)).active
    heading, *rows = sheet.iter_rows(values_only=True)
    assert heading[6] == "疑问"
    assert [row[6] for row in rows] == ["运费说错了", "'=选项重复"]
    assert [row[8] for row in rows] == ["待处理", "已采纳"]


@pytest.mark.parametrize("people", [2, 5])
def test_the_pages_ask_the_same_whatever_the_number_of_objections(
    app, sign_in, noon, people: int
) -> None:
    with app.app_context():
        case = Case(people=people)
        made = [object_to(*pair).id for pair in zip(case.attempts, case.hires, strict=True)]
    quality = sign_in(case.quality)
    with count_statements() as counted:
        assert quality.get("/objections").status_code == 200
    # objections: how many, which; banks; quizzes; messages; people of versions; unread messages
    assert len(counted.own) == 7, "\n".join(counted.own)
    with count_statements() as counted:
        assert quality.get(f"/objections/{made[0]}").status_code == 200
    # objection; others; outcome; paper; corrections; thread; messages of others; second review; unread messages
    assert len(counted.own) == 9, "\n".join(counted.own)


def test_own_list(app, sign_in, noon, paged: Case) -> None:
    hire = sign_in(paged.hires[0])
    assert "你还没有提过疑问" in text_of(hire.get("/quizzes/objections"))
    with app.app_context():
        object_to(paged.attempts[0], paged.hires[0], "运费说错了")
    assert "运费说错了" in text_of(hire.get("/quizzes/objections?q=运费"))
    # The stem is what a rule may hide: words of it find nothing.
    assert "没有符合条件的疑问" in text_of(hire.get("/quizzes/objections?q=发票"))
    assert "没有符合条件的疑问" in text_of(hire.get("/quizzes/objections?state=upheld"))


def test_empty(app, sign_in, noon) -> None:
    with app.app_context():
        person_id = make_person(RoleName.QUALITY).id
    assert "还没有人对题目提出疑问" in text_of(sign_in(person_id).get("/objections"))
