"""What a browser reports of an attempt: bounded, shown to its owner as recorded, read by staff without a verdict."""

import pytest
from sqlalchemy import func, select

from lms.db import db
from lms.people.domain.roles import RoleName
from lms.quizzes.domain.events import EventKind
from lms.quizzes.models import ITEM_RESULT, AttemptEvent
from lms.quizzes.queries import find_usual_seconds, list_events
from lms.quizzes.services import start_attempt
from lms.quizzes.services.events import note_event
from lms.quizzes.services.noting import NOTED_AT_MOST
from tests.conftest import NOON
from tests.factories.people import make_person
from tests.factories.quizzes import get_attempt_row, make_exam, take_exam


@pytest.fixture
def running(app, sign_in, noon):
    with app.app_context():
        exam = make_exam(people=2)
        attempt_id = start_attempt(exam.sitting_id, person_id=exam.person_id, now=NOON)
        db.session.commit()
        return sign_in(exam.person_id), attempt_id, exam.sitting_id, exam.person_ids[1]


def note(client, attempt_id: int, **said):
    return client.post(f"/attempts/{attempt_id}/events", json=said)


def kept(app, attempt_id: int) -> list[tuple[str, dict[str, object]]]:
    with app.app_context():
        return [(one.kind, dict(one.facts)) for one in list_events(attempt_id)]


def test_what_is_reported_is_kept_and_nothing_of_what_was_pasted(app, running) -> None:
    client, attempt_id, _, _ = running
    assert note(client, attempt_id, kind="left_page", seconds=9).json == {"kept": True}
    note(client, attempt_id, kind="came_back", seconds=125, url="https://example.com")
    note(client, attempt_id, kind="pasted", length=40, position=2, text="抄来的")
    assert kept(app, attempt_id) == [
        ("left_page", {}),
        ("came_back", {"seconds": 125}),
        ("pasted", {"length": 40, "position": 2}),
    ]


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"kind": "closed"},
        {"kind": "new_device"},
        {"kind": ["left_page"]},
        {"kind": "came_back", "seconds": -1},
        {"kind": "came_back", "seconds": "5"},
        {"kind": "pasted", "length": True},
    ],
)
def test_what_makes_no_sense_is_refused(app, running, said) -> None:
    client, attempt_id, _, _ = running
    assert note(client, attempt_id, **said).status_code == 422
    assert kept(app, attempt_id) == []


def test_only_the_owner_of_a_running_attempt_reports(app, running, sign_in) -> None:
    client, attempt_id, _, other = running
    assert note(sign_in(other), attempt_id, kind="left_page").status_code == 404
    client.post(f"/attempts/{attempt_id}/submit")
    assert note(client, attempt_id, kind="left_page").status_code == 409
    assert kept(app, attempt_id) == []


def test_an_attempt_keeps_no_more_than_so_many_events(app, running) -> None:
    client, attempt_id, _, _ = running
    with app.app_context():
        for _ in range(NOTED_AT_MOST - 1):
            note_event(attempt_id, EventKind.LEFT_PAGE, actor_id=None, now=NOON)
        db.session.commit()
    replies = [note(client, attempt_id, kind="left_page").json for _ in range(3)]
    assert replies == [{"kept": True}, {"kept": False}, {"kept": False}]
    with app.app_context():
        count = db.session.scalar(select(func.count()).select_from(AttemptEvent))
    assert count == NOTED_AT_MOST


def test_candidate_and_staff_read_the_same(app, running, sign_in) -> None:
    client, attempt_id, sitting_id, _ = running
    note(client, attempt_id, kind="left_page")
    note(client, attempt_id, kind="came_back", seconds=125)
    note(client, attempt_id, kind="pasted", length=40, position=2)
    with app.app_context():
        trainer = make_person(RoleName.TRAINER)
        note_event(attempt_id, EventKind.NEW_DEVICE, actor_id=None, now=NOON)
        note_event(
            attempt_id,
            EventKind.EXTENDED,
            actor_id=trainer.id,
            now=NOON,
            minutes=10,
            reason="停电",
        )
        db.session.commit()
        trainer_id, trainer_name = trainer.id, trainer.name
    client.post(f"/attempts/{attempt_id}/submit")
    own = client.get(f"/attempts/{attempt_id}/result").text
    staff = sign_in(trainer_id).get(f"/sittings/{sitting_id}/attempts/{attempt_id}").text
    for page in (own, staff):
        for words in (
            "离开考试页面",
            "离开了 2 分 5 秒",
            "第 2 题：粘贴了 40 个字",
            "换了一台设备",
            "加了 10 分钟：停电",
            "本身不决定成绩",
        ):
            assert words in page, words
    assert trainer_name not in own


def test_the_records_of_a_sitting_are_for_trainers(app, running, sign_in) -> None:
    client, attempt_id, sitting_id, _ = running
    note(client, attempt_id, kind="left_page")
    note(client, attempt_id, kind="came_back", seconds=70)
    url = f"/sittings/{sitting_id}/records"
    assert client.get(url).status_code == 403
    with app.app_context():
        hr, trainer = make_person(RoleName.HR).id, make_person(RoleName.TRAINER).id
    assert sign_in(hr).get(url).status_code == 403
    reader = sign_in(trainer)
    page = reader.get(url).text
    assert "1 次作答里，1 次有记录" in page
    assert "共 1 分 10 秒" in page
    assert "没有找到记录" in reader.get(f"{url}?q=谁也不是").text
    sheet = reader.get(f"{url}?format=xlsx")
    assert sheet.status_code == 200
    assert sheet.data[:2] == b"PK"


def set_results(attempt_id: int, **values: object) -> None:
    db.session.execute(
        ITEM_RESULT.update().where(ITEM_RESULT.c.attempt_id == attempt_id).values(**values)
    )


def test_fast_answers_and_twins_are_listed(app, sign_in, noon) -> None:
    with app.app_context():
        exam = make_exam(people=32, items=8, draw=8)
        attempts = [take_exam(exam, person_id=one) for one in exam.person_ids]
        for attempt_id in attempts:
            set_results(attempt_id, seconds=60)
        set_results(attempts[0], seconds=2)
        for attempt_id in attempts[1:3]:
            set_results(attempt_id, is_right=False, chosen="zz")
        db.session.commit()
        versions = {one["item_version_id"] for one in get_attempt_row(attempts[0]).paper}
        assert find_usual_seconds(versions) == dict.fromkeys(versions, 60)
        trainer, sitting_id = make_person(RoleName.TRAINER).id, exam.sitting_id
    page = sign_in(trainer).get(f"/sittings/{sitting_id}/records").text
    assert "第 1 题 2 秒（平常 60 秒）" in page
    assert page.count("（平常 60 秒）") == 8
    assert "同错 8 题，8 题的错误答案相同" in page


def test_times_of_few_people_are_no_measure(app, noon) -> None:
    with app.app_context():
        exam = make_exam(people=29, items=4, draw=4)
        attempts = [take_exam(exam, person_id=one) for one in exam.person_ids]
        for attempt_id in attempts:
            set_results(attempt_id, seconds=60)
        versions = {one["item_version_id"] for one in get_attempt_row(attempts[0]).paper}
        assert find_usual_seconds(versions) == {}
