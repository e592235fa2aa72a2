"""The pages of re-keys: choosing, previewing, applying, the list, undoing; and what hires and HR see."""

import html
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from lms.certificates.jobs import issue_and_render
from lms.curriculum.services import pass_gate
from lms.db import db
from lms.gradebook.dependents import Dependent, list_dependents, register_finders
from lms.notifications.models import OutboxMessage
from lms.notifications.words import render
from lms.people.domain.roles import RoleName
from lms.probation.models import Decision
from lms.questions.domain.items import item_as_json
from lms.questions.queries import get_item
from lms.quizzes.models import ItemRekey, Objection
from lms.quizzes.services import submit_objection
from tests.conftest import NOON
from tests.factories.certificates import make_organisation
from tests.factories.defense import make_defense, rate_all
from tests.factories.item_types import ESSAY, TYPED
from tests.factories.people import make_person
from tests.factories.probation import make_decision, make_file, make_signature
from tests.factories.quizzes import get_attempt_row
from tests.factories.rekeys import GIVE, Exam, apply_correction, change, make_rekey_exam
from tests.integration.quizzes.test_trainer_pages import text_of

REASON = "规则改了，原答案是旧的。"


@pytest.fixture
def trainer(app, sign_in, noon) -> FlaskClient:
    with app.app_context():
        person_id = make_person(RoleName.TRAINER).id
    return sign_in(person_id)


@dataclass
class Sat:
    """An exam that people took, by what is needed outside the session."""

    key: str
    version_id: int
    attempts: list[int]
    persons: list[int]
    names: list[str]
    sitting_id: int


def keep(exam: Exam, attempts: Sequence[int]) -> Sat:
    people = [get_attempt_row(one).person for one in attempts]
    return Sat(
        exam.version.item.key,
        exam.version.id,
        list(attempts),
        [one.id for one in people],
        [one.name for one in people],
        exam.sitting.id,
    )


@pytest.fixture
def sat(app, noon) -> Sat:
    """Two candidates: the first gains the pass by the key a, the second loses it."""
    with app.app_context():
        exam = make_rekey_exam()
        wins = exam.take(["a", "b", "b", "b", "c"])
        loses = exam.take(["b", "b", "b", "b", "c"], minute=1)
        return keep(exam, [wins, loses])


def fields_of(page: str) -> dict[str, str]:
    """The hidden fields of the form that confirms."""
    form = page[page.rindex('<form class="form panel"') :]
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)
    return {name: html.unescape(value) for name, value in found}


def preview(client: FlaskClient, sat: Sat, kind: str = "change_key", **more: object):
    data = {"kind": kind, "change_key:chosen": "a", **more}
    return client.post(f"/items/{sat.key}/rekey/preview", data=data)


def confirm(client: FlaskClient, sat: Sat, **more: object):
    """Preview, then confirm what it shows."""
    shown = preview(client, sat)
    assert shown.status_code == 200
    data = {**fields_of(shown.text), "reason": REASON, "confirmed": "y", **more}
    return client.post(f"/items/{sat.key}/rekey", data=data)


def rekey_id_of(reply) -> int:
    assert reply.status_code == 303, text_of(reply, reply.status_code)
    return int(reply.headers["Location"].rsplit("/", 1)[1])


def test_the_form_shows_who_chose_what(trainer: FlaskClient, sat: Sat) -> None:
    page = trainer.get(f"/items/{sat.key}/rekey")
    words = text_of(page)
    assert "第一次考的 2 人选了什么" in words
    assert "2 份交了的卷子里有它" in words
    assert "改答案" in words
    assert "全员得分" in words
    assert 'name="accept_also:chosen" value="b"' not in page.text


def test_the_preview_names_who_moves(trainer: FlaskClient, sat: Sat) -> None:
    words = text_of(preview(trainer, sat))
    assert "答案改为：A" in words
    for name in sat.names:
        assert name in words
    assert "变为未通过" in words
    assert "60% → 变为 80%" in words
    assert "15 → 变为 20" in words
    assert "1 人次升高，1 人次降低，1 人次变为通过，1 人次变为未通过" in words


def test_nothing_is_written_by_a_preview(app, trainer: FlaskClient, sat: Sat) -> None:
    preview(trainer, sat)
    with app.app_context():
        assert db.session.scalars(select(ItemRekey)).all() == []
        assert get_attempt_row(sat.attempts[0]).passed is False


def test_confirming_does_what_was_shown(app, trainer: FlaskClient, sat: Sat) -> None:
    reply = confirm(trainer, sat)
    rekey_id = rekey_id_of(reply)
    page = trainer.get(reply.headers["Location"])
    words = text_of(page)
    assert "已改判：2 人次的成绩变了，都已通知本人。" in words
    assert REASON in words
    with app.app_context():
        assert get_attempt_row(sat.attempts[0]).passed is True
        assert get_attempt_row(sat.attempts[1]).passed is False
        assert db.session.get_one(ItemRekey, rekey_id).reason == REASON
    listed = text_of(trainer.get("/rekeys"))
    assert "共 1 条" in listed
    assert sat.key in listed


@pytest.mark.parametrize(
    ("missing", "says"), [("reason", "请写明原因"), ("confirmed", "请先看完名单和人数")]
)
def test_reason_and_confirmation_are_needed(
    app, trainer: FlaskClient, sat: Sat, missing: str, says: str
) -> None:
    reply = confirm(trainer, sat, **{missing: ""})
    assert says in text_of(reply, 422)
    with app.app_context():
        assert db.session.scalars(select(ItemRekey)).all() == []


def test_what_changed_meanwhile_is_shown_instead(app, trainer: FlaskClient, noon) -> None:
    with app.app_context():
        exam = make_rekey_exam()
        sat = keep(exam, [exam.take(["a", "b", "b", "b", "c"])])
        exam_again = exam
    shown = preview(trainer, sat)
    with app.app_context():
        for one in (exam_again.sitting, exam_again.cohort, exam_again.programme):
            db.session.add(one)
        exam_again.versions = [db.session.merge(one) for one in exam_again.versions]
        exam_again.take(["b", "b", "b", "b", "c"], minute=1)
    data = {**fields_of(shown.text), "reason": REASON, "confirmed": "y"}
    reply = trainer.post(f"/items/{sat.key}/rekey", data=data)
    words = text_of(reply, 409)
    assert "刚才又有变化，还没有改判" in words
    assert "1 人次变为未通过" in words
    data = {**fields_of(reply.text), "reason": REASON, "confirmed": "y"}
    assert trainer.post(f"/items/{sat.key}/rekey", data=data).status_code == 303


def test_the_preview_can_be_downloaded(trainer: FlaskClient, sat: Sat) -> None:
    rows = sheet_of(preview(trainer, sat, format="xlsx"))
    assert rows[0][0] == "姓名"
    assert {row[0] for row in rows[1:]} == set(sat.names)
    assert [row[-1] for row in rows[1:]] == ["变为未通过", "变为通过"]


def sheet_of(reply) -> list[tuple[object, ...]]:
    assert reply.status_code == 200
    book = load_workbook(io.BytesIO(reply.data))
    assert book.active is not None
    return list(book.active.iter_rows(values_only=True))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({}, "请先选一种更正"),
        ({"kind": "nonsense"}, "请先选一种更正"),
        ({"kind": "change_key", "change_key:chosen": "b"}, "这和现在的答案一样"),
        ({"kind": "change_key"}, "请把正确答案填完整"),
        ({"kind": "accept_also", "accept_also:chosen": "b"}, "这和现在的答案一样"),
        ({"kind": "change_key", "facts": "{", "change_key:chosen": "z"}, "对不上"),
        ({"kind": "change_key", "facts": '{"key": {"chosen": 5}}'}, "请把正确答案填完整"),
    ],
)
def test_what_makes_no_sense_is_said_at_the_form(
    trainer: FlaskClient, sat: Sat, data: dict[str, str], says: str
) -> None:
    reply = trainer.post(f"/items/{sat.key}/rekey/preview", data=data)
    assert says in text_of(reply, 422)
    assert says in text_of(trainer.post(f"/items/{sat.key}/rekey", data=data), 422)


#: What a form sends for each type, and what the re-key is called.
TYPES = [
    (
        "short",
        [("kind", "change_key"), ("change_key:text", "包退\r\n七退")],
        "答案改为：包退、七退",
    ),
    ("number", [("kind", "accept_also"), ("accept_also:text", "30 ~ 31")], "30 ~ 31"),
    (
        "match",
        [("kind", "accept_also"), ("accept_also:pair:p1", "wait"), ("accept_also:pair:p2", "")],
        "「包裹三天没动了」 → 请客户再等等",
    ),
    (
        "order",
        [
            ("kind", "change_key"),
            ("change_key:place:ask", "1"),
            ("change_key:place:sorry", "2"),
            ("change_key:place:offer", "3"),
            ("change_key:place:follow", "4"),
        ],
        "问清楚发生了什么 → 先道歉",
    ),
    (
        "gaps",
        [
            ("kind", "accept_also"),
            ("accept_also:gap:payer:text", "商家"),
            ("accept_also:gap:days:text", ""),
        ],
        "第 3 空 商家",
    ),
]


@pytest.mark.parametrize(("kind", "data", "says"), TYPES, ids=[one[0] for one in TYPES])
def test_every_type_has_its_fields(
    app, trainer: FlaskClient, noon, kind: str, data: list[tuple[str, str]], says: str
) -> None:
    with app.app_context():
        exam = make_rekey_exam(bodies=[item_as_json(TYPED[kind])])
        sat = keep(exam, [exam.take([])])
    form = trainer.get(f"/items/{sat.key}/rekey")
    assert form.status_code == 200
    for name, _ in data[1:]:
        assert f'name="{name}"' in form.text
    reply = trainer.post(f"/items/{sat.key}/rekey/preview", data=MultiDict(data))
    assert says in text_of(reply)
    back = re.search(r'<a class="back" href="([^"]+)"', reply.text)
    assert back is not None
    assert trainer.get(html.unescape(back[1])).status_code == 200


def test_what_people_mark_and_what_nobody_had(app, trainer: FlaskClient) -> None:
    with app.app_context():
        exam = make_rekey_exam(bodies=[item_as_json(ESSAY)])
        essay, unused = exam.version.item.key, make_rekey_exam().version.item.key
    assert "没有答案可改" in text_of(trainer.get(f"/items/{essay}/rekey"))
    assert "这一版还没有人考过" in text_of(trainer.get(f"/items/{unused}/rekey"))
    assert trainer.get(f"/items/{unused}/rekey?version=7").status_code == 404


def test_a_drop_that_leaves_nothing_names_the_papers(app, trainer: FlaskClient, noon) -> None:
    with app.app_context():
        exam = make_rekey_exam(items=1)
        sat = keep(exam, [exam.take(["a"])])
    page = preview(trainer, sat, kind="drop")
    words = text_of(page)
    assert "有 1 份卷子会一分不值" in words
    assert sat.names[0] in words
    assert "确认改判" not in words


def test_the_bank_is_put_right_when_asked(app, trainer: FlaskClient, sat: Sat) -> None:
    page = text_of(preview(trainer, sat))
    assert "同时更正题库里的这道题" in page
    reply = confirm(trainer, sat, in_bank="y")
    assert "题库里的这道题也更正了" in text_of(trainer.get(reply.headers["Location"]))
    with app.app_context():
        assert get_item(sat.key).version == 2


def test_the_bank_stays_when_not_asked(app, trainer: FlaskClient, sat: Sat) -> None:
    confirm(trainer, sat)
    with app.app_context():
        assert get_item(sat.key).version == 1


def test_a_bank_of_files_says_which_file(app, trainer: FlaskClient, noon) -> None:
    with app.app_context():
        exam = make_rekey_exam(origin="files")
        sat = keep(exam, [exam.take(["a", "b", "b", "b", "c"])])
        bank = exam.bank.key
    words = text_of(preview(trainer, sat))
    assert f"question_banks/{bank}/items.yml" in words
    assert "同时更正题库里的这道题" not in words


def test_undoing(app, trainer: FlaskClient, sat: Sat) -> None:
    rekey_id = rekey_id_of(confirm(trainer, sat))
    url = f"/rekeys/{rekey_id}"
    assert "请写明原因" in text_of(trainer.post(f"{url}/undo", data={"reason": " "}), 422)
    assert trainer.post(f"{url}/undo", data={"reason": "看错了题。"}).status_code == 303
    words = text_of(trainer.get(url))
    assert "已撤销：2 人次的成绩变回" in words
    assert "看错了题。" in words
    assert "撤销这次改判" not in words
    with app.app_context():
        assert get_attempt_row(sat.attempts[0]).passed is False
    trainer.post(f"{url}/undo", data={"reason": "又来。"})
    assert "已经撤销了" in text_of(trainer.get(url))


def test_the_people_of_one_rekey(trainer: FlaskClient, sat: Sat) -> None:
    url = f"/rekeys/{rekey_id_of(confirm(trainer, sat))}"
    lost = text_of(trainer.get(f"{url}?flip=to_fail"))
    assert sat.names[1] in lost
    assert sat.names[0] not in lost
    assert "没有符合条件的人" in text_of(trainer.get(f"{url}?q=查无此人"))
    assert len(sheet_of(trainer.get(f"{url}?format=xlsx"))) == 3


def test_the_list_is_narrowed(trainer: FlaskClient, sat: Sat) -> None:
    assert "还没有改判过" in text_of(trainer.get("/rekeys"))
    confirm(trainer, sat)
    assert "共 1 条" in text_of(trainer.get("/rekeys?state=in_force&kind=change_key"))
    for query in ("state=undone", "kind=drop", "q=查无此词"):
        assert "没有符合条件的改判" in text_of(trainer.get(f"/rekeys?{query}"))
    rows = sheet_of(trainer.get("/rekeys?format=xlsx"))
    assert rows[1][1:5] == (sat.key, 1, "答案改为：A", REASON)


@pytest.mark.parametrize(
    ("role", "may_write", "may_read"),
    [
        (RoleName.TRAINER, True, True),
        (RoleName.QUALITY, True, True),
        (RoleName.HR, False, True),
        (RoleName.LEAD, False, False),
        (RoleName.LEARNER, False, False),
        (RoleName.ADMIN, False, False),
    ],
)
def test_who_may(app, sign_in, sat: Sat, role: RoleName, may_write: bool, may_read: bool) -> None:
    with app.app_context():
        exam_version = sat.version_id
        rekey = ItemRekey(
            item_version_id=exam_version,
            kind="give_points",
            facts={},
            reason="x",
            applied_by=make_person(RoleName.TRAINER).id,
            applied_at=NOON,
            counts=dict.fromkeys(
                ("attempts", "changed", "up", "down", "to_pass", "to_fail", "gates", "running"), 0
            ),
            undone_by=None,
            undone_at=None,
        )
        db.session.add(rekey)
        db.session.commit()
        rekey_id, person_id = rekey.id, make_person(role).id
    client = sign_in(person_id)
    write, read = (200 if may_write else 403), (200 if may_read else 403)
    assert client.get(f"/items/{sat.key}/rekey").status_code == write
    assert preview(client, sat).status_code == write
    assert client.get("/rekeys").status_code == read
    assert client.get(f"/rekeys/{rekey_id}").status_code == read
    assert ("撤销这次改判" in client.get(f"/rekeys/{rekey_id}").text) == may_write
    wrong = client.post(f"/items/{sat.key}/rekey", data={}).status_code
    assert wrong == (422 if may_write else 403)
    undone = client.post(f"/rekeys/{rekey_id}/undo", data={"reason": "x"}).status_code
    assert undone == (303 if may_write else 403)


def test_the_hire_sees_the_correction(app, trainer: FlaskClient, sign_in, sat: Sat) -> None:
    confirm(trainer, sat)
    hire = sign_in(sat.persons[1])
    words = text_of(hire.get(f"/attempts/{sat.attempts[1]}/result"))
    assert "题后来更正过" in words
    assert "这道题的答案后来更正过" in words
    assert "答案改为：「不能开。」" in words
    assert "讲解（更正之前写的）" in words
    assert "这一关你已经过了" in words
    assert "请培训师另外安排一场" not in words
    assert "考试规则" not in text_of(hire.get("/"))
    sheet = f"/sittings/{sat.sitting_id}/attempts/{sat.attempts[1]}"
    assert "这道题的答案后来更正过" in text_of(trainer.get(sheet))


def test_without_keys_the_new_key_stays_hidden(app, trainer: FlaskClient, sign_in, noon) -> None:
    with app.app_context():
        exam = make_rekey_exam(quiz={"review": "responses"})
        sat = keep(exam, [exam.take(["a", "b", "b", "b", "c"])])
    confirm(trainer, sat)
    words = text_of(sign_in(sat.persons[0]).get(f"/attempts/{sat.attempts[0]}/result"))
    assert "这道题的答案后来更正过" in words
    assert "答案改为" not in words


@pytest.mark.parametrize(
    ("kind", "says"), [("give_points", "抽到的人都得分"), ("drop", "不再计分")]
)
def test_given_and_dropped_items_say_so(
    trainer: FlaskClient, sign_in, sat: Sat, kind: str, says: str
) -> None:
    shown = preview(trainer, sat, kind=kind)
    data = {**fields_of(shown.text), "reason": REASON, "confirmed": "y"}
    rekey_id_of(trainer.post(f"/items/{sat.key}/rekey", data=data))
    hire = sign_in(sat.persons[0])
    assert says in text_of(hire.get(f"/attempts/{sat.attempts[0]}/result"))


def test_an_objection_is_answered_along(app, trainer: FlaskClient, sat: Sat) -> None:
    with app.app_context():
        row = get_attempt_row(sat.attempts[0])
        places = [placed["item_version_id"] for placed in row.paper]
        objection = submit_objection(
            row.id,
            places.index(sat.version_id) + 1,
            person_id=row.person_id,
            text="A 才对。",
            now=NOON,
        )
        db.session.commit()
        objection_id = objection.id
    query = f"?version=1&objection={objection_id}"
    assert "提了疑问" in text_of(trainer.get(f"/items/{sat.key}/rekey{query}"))
    shown = trainer.post(
        f"/items/{sat.key}/rekey/preview{query}",
        data={"kind": "change_key", "change_key:chosen": "a"},
    )
    assert "回复提出疑问的学员" in text_of(shown)
    data = {**fields_of(shown.text), "reason": REASON, "confirmed": "y", "reply": "你说得对。"}
    reply = trainer.post(f"/items/{sat.key}/rekey{query}", data=data)
    rekey_id_of(reply)
    with app.app_context():
        assert db.session.get_one(Objection, objection_id).state == "upheld"


def messages(kind: str) -> list[OutboxMessage]:
    return list(db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == kind)))


@pytest.fixture
def relied(app, noon) -> Sat:
    """A pass on which a verdict, a decision and a credential rest; and one with a defense that is booked."""
    with app.app_context():
        make_organisation()
        exam = make_rekey_exam()
        first = exam.take(["b", "b", "b", "b", "c"])
        second = exam.take(["b", "b", "b", "b", "c"], minute=1)
        (stage,) = exam.programme.stages
        gates = [("stage_test", stage.key), *(("module_quiz", one.key) for one in stage.modules)]
        for enrolment in exam.enrolments:
            for kind, key in gates:
                pass_gate(
                    enrolment.id, kind=kind, key=key, percent=Decimal(90), evidence={}, now=NOON
                )
        done, booked = exam.enrolments
        make_signature(done)
        rate_all(make_defense(done))
        make_defense(booked)
        make_decision(make_file(done))
        issue_and_render(NOON)
        return keep(exam, [first, second])


def test_what_rests_on_a_result_is_named_and_stays(
    app, trainer: FlaskClient, sign_in, relied: Sat
) -> None:
    with app.app_context():
        hr_id = make_person(RoleName.HR).id
    words = text_of(preview(trainer, relied))
    assert "已作决定：转正" in words
    assert "已发证书 YX" in words
    assert "答辩结论" in words
    assert "已约答辩" in words
    assert "不会自动改变" in words
    rekey_id = rekey_id_of(confirm(trainer, relied))
    with app.app_context():
        assert db.session.scalars(select(Decision.outcome)).all() == ["regular"]
        (message,) = [one for one in messages("quizzes.rekey_dependents") if one.person_id == hr_id]
        said = render(message)
        assert "2 人的答辩、决定或证书" in said.subject
        for name in relied.names:
            assert f"{name}（由通过变为未通过）" in said.body
        assert "已作决定 http://127.0.0.1:8000/probation/" in said.body
        assert render(message, "en").body
    page = sign_in(hr_id).get(f"/rekeys/{rekey_id}")
    assert re.search(r'<a href="/certificates/\d+">已发证书', page.text)
    assert "/probation/" not in trainer.get(f"/rekeys/{rekey_id}").text


def test_hr_hears_nothing_when_nothing_rests_on_it(app, trainer: FlaskClient, sat: Sat) -> None:
    with app.app_context():
        make_person(RoleName.HR)
    confirm(trainer, sat)
    with app.app_context():
        assert messages("quizzes.rekey_dependents") == []


def test_finders_are_asked_in_turn(app) -> None:
    def finder(kind: str) -> Callable[..., list[Dependent]]:
        return lambda ids: [Dependent(kind, one, "/x") for one in sorted(ids, reverse=True)]

    known = app.extensions["result_dependents"]
    try:
        register_finders(app, finder("first"), finder("second"))
        with app.app_context():
            assert list_dependents([]) == []
            found = [(one.enrolment_id, one.kind) for one in list_dependents({2, 1})]
    finally:
        register_finders(app, *known)
    assert found == [(1, "first"), (1, "second"), (2, "first"), (2, "second")]


def test_a_correction_in_force_is_shown_at_the_form(app, trainer: FlaskClient, noon) -> None:
    with app.app_context():
        exam = make_rekey_exam()
        sat = keep(exam, [exam.take(["a", "b", "b", "b", "c"])])
        actor = make_person(RoleName.TRAINER).id
        apply_correction(exam, change("a"), actor_id=actor)
        apply_correction(exam, GIVE, actor_id=actor)
    words = text_of(trainer.get(f"/items/{sat.key}/rekey"))
    assert "这一版已经更正过" in words
    assert "答案改为：A" in words
