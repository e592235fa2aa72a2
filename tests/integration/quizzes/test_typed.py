"""Papers typed in twice: slips, differences, and a result that is the same as on a screen."""

import pytest

from lms.audit.models import AuditEvent
from lms.curriculum.models import Enrolment, GatePass
from lms.db import db
from lms.gradebook.queries import list_entries
from lms.notifications.models import OutboxMessage
from lms.people.models import Person
from lms.questions.domain.items import sample_responses
from lms.quizzes.domain.paper import paper_from_json
from lms.quizzes.domain.printing import paper_code
from lms.quizzes.models import Attempt, Response, ResponseEvent, TypedAnswers
from lms.quizzes.queries.printing import TypedState, count_typed
from lms.quizzes.services import save_response, start_attempt, submit_attempt
from tests.conftest import NOON
from tests.factories.quizzes import HOUR, get_attempt_row, make_exam
from tests.integration.quizzes.printing import (
    get_paper,
    make_trainer,
    make_typed_exam,
    print_all,
    right_raw,
    typed_form,
)

TIMES = {"started_at": "2026-11-23T12:00", "submitted_at": "2026-11-23T12:30"}
"""Local times in Shanghai; ``NOON`` is 12:00 there."""
TYPES = [
    "single_response",
    "multiple_response",
    "true_false",
    "short_text",
    "numeric",
    "matching",
    "ordering",
    "cloze",
]


@pytest.fixture
def exam(app, noon):
    with app.app_context():
        return make_typed_exam(people=2)


@pytest.fixture
def staff(app):
    with app.app_context():
        return [make_trainer(), make_trainer()]


@pytest.fixture
def paper_id(app, exam, staff):
    with app.app_context():
        return print_all(exam, staff[0])[0]


@pytest.fixture
def desk(exam, staff, sign_in, paper_id, noon):
    """The clients of two trainers, after the exam."""
    noon.shift(HOUR)
    return [sign_in(person_id) for person_id in staff]


def url_of(exam, paper_id: int, rest: str = "") -> str:
    return f"/sittings/{exam.sitting_id}/typed/{paper_id}{rest}"


def type_twice(app, exam, desk, paper_id, first, second=None):
    for number, (client, answers) in enumerate(zip(desk, (first, second or first), strict=True), 1):
        with app.app_context():
            data = typed_form(paper_id, answers, number)
        reply = client.post(url_of(exam, paper_id), data=data)
        assert reply.status_code == 303, reply.text


def settle(client, exam, paper_id, **more):
    return client.post(url_of(exam, paper_id, "/settle"), data={**TIMES, **more})


def positions(paper_id: int) -> dict[str, int]:
    paper = paper_from_json(get_paper(paper_id).paper)
    return {placed.item.type.value: at for at, placed in enumerate(paper, start=1)}


def make_exam_on_screen():
    section = {"title": "各种题型", "bank": "typed", "draw": 8, "points_each": "5"}
    return make_exam(quiz={"sections": [section]})


def positions_of_attempt(attempt_id: int) -> dict[str, int]:
    paper = paper_from_json(get_attempt_row(attempt_id).paper)
    return {placed.item.type.value: at for at, placed in enumerate(paper, start=1)}


def answered_on_screen(answers) -> Attempt:
    """An attempt of somebody else at the same items, with these answers by type."""
    exam = make_exam_on_screen()
    attempt_id = start_attempt(exam.sitting_id, person_id=exam.person_id, now=NOON, seed=5)
    at = positions_of_attempt(attempt_id)
    for seq, (kind, raw) in enumerate(answers.items(), start=1):
        save_response(attempt_id, at[kind], person_id=exam.person_id, seq=seq, raw=raw, now=NOON)
    submit_attempt(attempt_id, person_id=exam.person_id, now=NOON + HOUR / 3)
    return get_attempt_row(attempt_id)


def samples(paper_id: int, kind: str, quality: str) -> dict:
    """A well-formed answer of this type: the first right one, or the last wrong one that says anything."""
    placed = paper_from_json(get_paper(paper_id).paper)[positions(paper_id)[kind] - 1]
    found = sample_responses(placed.item)
    wrong = [raw for raw in found.wrong if placed.item.parse(raw).as_json()]
    return dict(found.right[0] if quality == "right" else wrong[-1])


@pytest.mark.parametrize("quality", ["right", "wrong"])
@pytest.mark.parametrize("kind", TYPES)
def test_typed_from_paper_gives_what_the_screen_gives(
    app, exam, desk, paper_id, kind, quality
) -> None:
    with app.app_context():
        raw = samples(paper_id, kind, quality)
        at = positions(paper_id)[kind]
        online = answered_on_screen({kind: raw})
        expected = online.outcome["items"][positions_of_attempt(online.id)[kind] - 1]
        whole = (online.points, online.max_points, online.passed)
    type_twice(app, exam, desk, paper_id, {at: raw})
    assert settle(desk[0], exam, paper_id).status_code == 303
    with app.app_context():
        attempt = get_attempt_row(get_paper(paper_id).attempt_id)
        assert attempt.outcome["items"][at - 1] == expected
        assert (attempt.points, attempt.max_points, attempt.passed) == whole
        assert expected["is_right"] is (quality == "right")


def test_an_essay_waits_for_a_marker(app, staff, sign_in, noon) -> None:
    with app.app_context():
        exam = make_typed_exam(with_essay=True)
        (paper_id,) = print_all(exam, staff[0])
        at = positions(paper_id)["essay"]
    noon.shift(HOUR)
    desk = [sign_in(one) for one in staff]
    type_twice(app, exam, desk, paper_id, {at: {"text": "您好，\n非常抱歉。"}})
    assert settle(desk[0], exam, paper_id).status_code == 303
    with app.app_context():
        attempt = get_attempt_row(get_paper(paper_id).attempt_id)
        assert attempt.awaits_marking
        assert (attempt.state, attempt.points, attempt.passed) == ("submitted", None, None)
        assert list_entries(attempt.enrolment_id) == []
        row = db.session.get_one(Response, (attempt.id, at))
        assert row.answer == {"text": "您好，\n非常抱歉。"}


def test_a_settled_paper_is_an_attempt_like_any_other(app, exam, desk, staff, paper_id) -> None:
    with app.app_context():
        answers = right_raw(paper_id)
    type_twice(app, exam, desk, paper_id, answers)
    assert settle(desk[1], exam, paper_id).status_code == 303
    with app.app_context():
        printed = get_paper(paper_id)
        attempt = get_attempt_row(printed.attempt_id)
        assert (attempt.state, attempt.number, attempt.seed) == ("submitted", 1, printed.seed)
        assert attempt.paper == printed.paper
        assert (attempt.started_at, attempt.submitted_at) == (NOON, NOON + HOUR / 2)
        assert (attempt.points, attempt.max_points, attempt.passed) == (40, 40, True)
        for table in (Response, ResponseEvent):
            rows = db.session.query(table).filter_by(attempt_id=attempt.id).all()
            assert {row.position: row.answer for row in rows} == answers
        (entry,) = list_entries(attempt.enrolment_id)
        assert (entry.source, entry.points) == (f"attempt:{attempt.id}", 40)
        assert db.session.query(GatePass).filter_by(enrolment_id=attempt.enrolment_id).count() == 1
        (event,) = db.session.query(AuditEvent).filter_by(action="quizzes.settle_paper").all()
        assert event.actor_id == staff[1]
        assert event.facts["typed_by"] == staff
        told = db.session.query(OutboxMessage).filter_by(person_id=attempt.person_id).all()
        assert [one.kind for one in told].count("quizzes.paper_result") == 1
    page = desk[0].get(f"/sittings/{exam.sitting_id}/typed").text
    assert "已登记" in page


def test_settling_twice_makes_one_attempt(app, exam, desk, paper_id) -> None:
    type_twice(app, exam, desk, paper_id, {})
    for client in (desk[0], desk[0], desk[1]):
        assert settle(client, exam, paper_id).status_code == 303
    with app.app_context():
        assert db.session.query(Attempt).filter_by(sitting_id=exam.sitting_id).count() == 1


def test_the_line_alone_types_all_choices(app, exam, desk, paper_id) -> None:
    with app.app_context():
        answers = right_raw(paper_id)
        data = typed_form(paper_id, answers)
        at = sorted(positions(paper_id)[kind] for kind in TYPES[:3])
        letters = [data.pop(f"r{position}:chosen") for position in at]
    data["line"] = " ".join(letters).lower()
    assert desk[0].post(url_of(exam, paper_id), data=data).status_code == 303
    with app.app_context():
        (stored,) = db.session.query(TypedAnswers).all()
        assert stored.answers == {str(one): raw for one, raw in answers.items()}


def test_slips_are_named_and_nothing_is_lost(app, exam, desk, paper_id) -> None:
    with app.app_context():
        at = positions(paper_id)
        data = typed_form(paper_id, {at["short_text"]: {"text": "七天无理由"}})
    data[f"r{at['single_response']}:chosen"] = "Q"
    data[f"r{at['multiple_response']}:chosen"] = "AA"
    reply = desk[0].post(url_of(exam, paper_id), data=data)
    assert reply.status_code == 422
    assert f"第 {at['single_response']} 题：“Q”不是" in reply.text
    assert f"第 {at['multiple_response']} 题：“AA”里同一个字母" in reply.text
    for kept in ("七天无理由", 'value="Q"', 'value="AA"'):
        assert kept in reply.text
    with app.app_context():
        assert db.session.query(TypedAnswers).count() == 0


def test_the_second_form_does_not_show_the_first(app, exam, desk, paper_id) -> None:
    with app.app_context():
        at = positions(paper_id)
        data = typed_form(paper_id, {at["short_text"]: {"text": "第一遍录的字"}})
    desk[0].post(url_of(exam, paper_id), data=data)
    for client, words in ((desk[0], "第一遍是你录的"), (desk[1], "第一遍是别人录的")):
        page = client.get(url_of(exam, paper_id)).text
        assert words in page
        assert "第一遍录的字" not in page
        assert 'name="number" value="2"' in page


def test_differences_stand_side_by_side_and_are_settled_one_by_one(
    app, exam, desk, paper_id
) -> None:
    with app.app_context():
        right = right_raw(paper_id)
        at = positions(paper_id)
        short, order, single = at["short_text"], at["ordering"], at["single_response"]
        second = {**right, short: {"text": "七天"}, order: {}}
        del second[single]
    type_twice(app, exam, desk, paper_id, right, second)
    url = url_of(exam, paper_id, "/settle")
    page = desk[0].get(url).text
    assert "两遍有 3 处不同" in page
    assert "七退" in page
    assert "七天" in page
    picks = {f"pick{short}": "1", f"pick{order}": "2"}
    reply = settle(desk[0], exam, paper_id, **picks)
    assert reply.status_code == 409
    assert "逐处选定" in reply.text
    other = {f"pick{single}": "other", f"r{single}:chosen": "Z"}
    reply = settle(desk[0], exam, paper_id, **picks, **other)
    assert reply.status_code == 422
    assert f"第 {single} 题：“Z”" in reply.text
    other[f"r{single}:chosen"] = ""
    assert settle(desk[0], exam, paper_id, **picks, **other).status_code == 303
    with app.app_context():
        attempt = get_attempt_row(get_paper(paper_id).attempt_id)
        given = {n: one["answer"] for n, one in enumerate(attempt.outcome["items"], start=1)}
        assert given[short] == {"text": "七退"}
        assert given[order] is None
        assert given[single] is None
        (event,) = db.session.query(AuditEvent).filter_by(action="quizzes.settle_paper").all()
        assert event.facts["settled"] == {
            str(short): "first",
            str(order): "second",
            str(single): "second",
        }


def test_a_double_click_is_not_the_second_typing(app, exam, desk, paper_id) -> None:
    with app.app_context():
        data = typed_form(paper_id, right_raw(paper_id))
    for _ in range(2):
        assert desk[0].post(url_of(exam, paper_id), data=data).status_code == 303
    with app.app_context():
        assert count_typed(exam.sitting_id)[TypedState.ONCE] == 1
    changed = {**data, **{name: "" for name in data if name.endswith(":text")}}
    reply = desk[0].post(url_of(exam, paper_id), data=changed)
    assert reply.status_code == 409
    assert 'name="number" value="2"' in reply.text
    with app.app_context():
        assert count_typed(exam.sitting_id)[TypedState.ONCE] == 1


def test_two_people_at_once_have_typed_twice(app, exam, desk, paper_id) -> None:
    with app.app_context():
        data = typed_form(paper_id, right_raw(paper_id))
    for client in desk:
        assert client.post(url_of(exam, paper_id), data=data).status_code == 303
    with app.app_context():
        assert count_typed(exam.sitting_id)[TypedState.AGREEING] == 1


def test_a_typing_can_be_done_over(app, exam, desk, paper_id) -> None:
    with app.app_context():
        right = right_raw(paper_id)
    type_twice(app, exam, desk, paper_id, {}, right)
    with app.app_context():
        assert count_typed(exam.sitting_id)[TypedState.DIFFERING] == 1
    discard = url_of(exam, paper_id, "/discard")
    assert desk[0].post(discard, data={"number": "1"}).status_code == 303
    assert 'name="number" value="1"' in desk[0].get(url_of(exam, paper_id)).text
    with app.app_context():
        data = typed_form(paper_id, right)
    assert desk[0].post(url_of(exam, paper_id), data=data).status_code == 303
    with app.app_context():
        assert count_typed(exam.sitting_id)[TypedState.AGREEING] == 1


def test_who_took_it_on_a_screen_has_no_paper_result(app, exam, desk, paper_id) -> None:
    type_twice(app, exam, desk, paper_id, {})
    with app.app_context():
        start_attempt(exam.sitting_id, person_id=exam.person_id, now=NOON)
        db.session.commit()
    reply = settle(desk[0], exam, paper_id)
    assert reply.status_code == 409
    assert "已经在线上考过这一场" in reply.text
    with app.app_context():
        assert get_paper(paper_id).attempt_id is None


def test_who_left_the_programme_has_no_paper_result(app, exam, desk, paper_id) -> None:
    type_twice(app, exam, desk, paper_id, {})
    with app.app_context():
        enrolment = db.session.query(Enrolment).filter_by(person_id=exam.person_id).one()
        enrolment.state = "withdrawn"
        db.session.commit()
    reply = settle(desk[0], exam, paper_id)
    assert reply.status_code == 409
    assert "不在这个培养方案里" in reply.text


@pytest.mark.parametrize(
    ("started", "submitted", "words"),
    [
        ("12:30", "12:30", "收卷要晚于开考"),
        ("12:30", "13:30", "收卷时间还没到"),
        ("11:59", "12:30", "开考不会早于出卷的时间"),
        ("", "12:30", "请填写这一项"),
    ],
)
def test_times_that_cannot_be_are_refused(
    app, exam, desk, paper_id, started, submitted, words
) -> None:
    type_twice(app, exam, desk, paper_id, {})
    day = "2026-11-23T"
    times = {"started_at": started and day + started, "submitted_at": day + submitted}
    reply = settle(desk[0], exam, paper_id, **times)
    assert reply.status_code == 422
    assert words in reply.text
    with app.app_context():
        assert get_paper(paper_id).attempt_id is None


def test_all_that_agree_are_settled_at_once(app, exam, desk, staff, paper_id) -> None:
    with app.app_context():
        ids = [row.id for row in db.session.query(type(get_paper(paper_id))).all()]
        answers = {one: right_raw(one) for one in ids}
    for one in ids:
        type_twice(app, exam, desk, one, answers[one])
    reply = desk[0].post(f"/sittings/{exam.sitting_id}/typed", data=TIMES)
    assert reply.status_code == 303
    with app.app_context():
        assert count_typed(exam.sitting_id)[TypedState.SETTLED] == 2
        assert {row.points for row in db.session.query(Attempt).all()} == {40}


def test_a_code_or_a_name_opens_the_form(app, exam, desk, paper_id) -> None:
    with app.app_context():
        name = db.session.get_one(Person, exam.person_id).name
        db.session.get_one(Person, exam.person_ids[1]).name = f"{name}二"
        db.session.commit()
    base = f"/sittings/{exam.sitting_id}/typed"
    for who in (paper_code(paper_id), paper_code(paper_id).replace("-", ""), name):
        reply = desk[0].get(base, query_string={"who": who})
        assert reply.location == url_of(exam, paper_id)
    page = desk[0].get(base, query_string={"who": "0000-9"}).text
    assert "没有“0000-9”这份卷" in page


def test_the_list_is_searched_filtered_and_exported(app, exam, desk, paper_id) -> None:
    with app.app_context():
        name = db.session.get_one(Person, exam.person_id).name
        data = typed_form(paper_id, {})
    desk[0].post(url_of(exam, paper_id), data=data)
    base = f"/sittings/{exam.sitting_id}/typed"
    code = paper_code(paper_id)
    assert code in desk[0].get(base, query_string={"q": name}).text
    assert code in desk[0].get(base, query_string={"state": "once"}).text
    assert code not in desk[0].get(base, query_string={"state": "untyped"}).text
    assert "没有符合条件的卷" in desk[0].get(base, query_string={"q": "没有这个人"}).text
    sheet = desk[0].get(f"{base}.xlsx")
    assert sheet.status_code == 200
    assert sheet.data.startswith(b"PK")


def test_a_paper_of_another_sitting_is_not_found(app, exam, desk, paper_id) -> None:
    with app.app_context():
        other = make_exam_on_screen()
    for path in ("", "/settle"):
        assert desk[0].get(url_of(other, paper_id, path)).status_code == 404
