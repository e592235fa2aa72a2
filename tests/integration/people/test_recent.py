"""Who asks is remembered for some seconds by requests of an exam; what is written asks the database all the same."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from lms.db import db
from lms.people import queries, recent, services
from lms.people.domain.roles import RoleName
from lms.people.models import Person
from lms.quizzes.models import Attempt
from lms.quizzes.queries import list_answers
from tests.conftest import NOON, SignIn
from tests.factories.people import make_person
from tests.integration.quizzes.statements import count_statements
from tests.integration.quizzes.test_candidate_pages import begin, exam_of

JSON = {"Accept": "application/json"}


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A clock for what is remembered; ``now`` moves it. Nobody is remembered yet."""
    clock = SimpleNamespace(now=1000.0)
    monkeypatch.setattr(recent, "time", SimpleNamespace(monotonic=lambda: clock.now))
    recent.forget_recent()
    return clock


@pytest.fixture
def exam(
    app: Flask, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, seconds: SimpleNamespace
) -> tuple[FlaskClient, int, int]:
    """A candidate in the middle of an exam: client, attempt, person. Nobody is remembered."""
    monkeypatch.setattr("lms.clock.now_utc", lambda: NOON)
    client, attempt_id, _ = begin(app, sign_in)
    with app.app_context():
        person_id = db.session.get_one(Attempt, attempt_id).person_id
    recent.forget_recent()
    return client, attempt_id, person_id


def open_state(client: FlaskClient, attempt_id: int) -> tuple[int, int]:
    """Ask how the attempt stands; return the status and how many questions there were about who asks."""
    with count_statements() as counted:
        reply = client.get(f"/attempts/{attempt_id}/state", headers=JSON)
    return reply.status_code, len(counted.sign_in)


def put(client: FlaskClient, attempt_id: int, seq: int) -> tuple[int, object]:
    reply = client.put(
        f"/attempts/{attempt_id}/responses/1", json={"seq": seq, "response": {}}, headers=JSON
    )
    return reply.status_code, reply.json.get("code")


def change_elsewhere(app: Flask, person_id: int, **values: object) -> None:
    """Change a person as another process does: this one is not told."""
    with app.app_context():
        db.session.execute(update(Person).where(Person.id == person_id).values(**values))
        db.session.commit()


def test_who_asks_is_read_once_in_ten_seconds(exam, seconds) -> None:
    client, attempt_id, _ = exam
    assert open_state(client, attempt_id) == (200, 1)
    assert open_state(client, attempt_id) == (200, 0)
    seconds.now += recent.RECENT_S - 0.1
    assert open_state(client, attempt_id) == (200, 0)
    seconds.now += 0.2
    assert open_state(client, attempt_id) == (200, 1)
    assert open_state(client, attempt_id) == (200, 0)


def test_a_page_that_reads_the_person_remembers_it_too(exam) -> None:
    client, attempt_id, _ = exam
    assert client.get("/account").status_code == 200
    assert open_state(client, attempt_id) == (200, 0)


def test_pages_outside_an_exam_never_ask_the_memory(app, exam) -> None:
    client, attempt_id, person_id = exam
    assert open_state(client, attempt_id) == (200, 1)
    change_elsewhere(app, person_id, name="新名字")
    assert "新名字" in client.get("/account").text
    change_elsewhere(app, person_id, fs_uniquifier="another-1")
    assert client.get("/account", headers=JSON).status_code == 401


def test_two_candidates_are_not_mistaken_for_each_other(app, exam, sign_in: SignIn) -> None:
    client, attempt_id, _ = exam
    with app.app_context():
        stranger = make_person().id
    other = sign_in(stranger)
    assert open_state(client, attempt_id)[0] == 200
    assert open_state(other, attempt_id)[0] == 404
    assert open_state(client, attempt_id) == (200, 0)
    assert open_state(other, attempt_id) == (404, 0)


def close_account(person: Person, actor_id: int) -> None:
    services.update_person(
        person,
        name=person.name,
        username=person.username,
        email=person.email,
        phone=person.phone,
        employee_no=person.employee_no,
        post=person.post,
        hired_on=person.hired_on,
        roles=[RoleName.LEARNER],
        name_latin=person.name_latin,
        is_active=False,
        actor_id=actor_id,
        now=NOON,
    )


def end_sessions(person: Person, actor_id: int) -> None:
    services.sign_out_everywhere(person, actor_id=actor_id, now=NOON)


def take_second_step_off(person: Person, actor_id: int) -> None:
    services.reset_two_factor(person, actor_id=actor_id, now=NOON)


@pytest.mark.parametrize("end", [close_account, end_sessions, take_second_step_off])
def test_an_end_in_this_process_is_seen_at_once(
    app: Flask, exam, end: Callable[[Person, int], None]
) -> None:
    client, attempt_id, person_id = exam
    assert open_state(client, attempt_id)[0] == 200
    with app.app_context():
        actor_id = make_person(RoleName.ADMIN).id
        end(queries.get_person(person_id), actor_id)
        db.session.commit()
    assert open_state(client, attempt_id)[0] == 401


def test_another_role_in_this_process_is_seen_at_once(app: Flask, exam) -> None:
    client, attempt_id, person_id = exam
    assert open_state(client, attempt_id)[0] == 200
    with app.app_context():
        actor_id = make_person(RoleName.ADMIN).id
        person = queries.get_person(person_id)
        services.update_person(
            person,
            name=person.name,
            username=person.username,
            email=person.email,
            phone=person.phone,
            employee_no=person.employee_no,
            post=person.post,
            hired_on=person.hired_on,
            roles=[RoleName.LEAD],
            name_latin=person.name_latin,
            is_active=True,
            actor_id=actor_id,
            now=NOON,
        )
        db.session.commit()
    assert open_state(client, attempt_id)[0] == 403


@pytest.mark.parametrize("values", [{"fs_uniquifier": "another-2"}, {"active": False}])
def test_an_end_in_another_process_is_seen_within_ten_seconds(
    app: Flask, exam, seconds, values: dict[str, object]
) -> None:
    client, attempt_id, person_id = exam
    assert open_state(client, attempt_id)[0] == 200
    change_elsewhere(app, person_id, **values)
    seconds.now += recent.RECENT_S - 0.1
    assert open_state(client, attempt_id)[0] == 200
    seconds.now += 0.2
    assert open_state(client, attempt_id)[0] == 401


@pytest.mark.parametrize("values", [{"fs_uniquifier": "another-3"}, {"active": False}])
@pytest.mark.parametrize("opens_paper", [True, False])
def test_no_answer_is_taken_after_an_end_in_another_process(
    app: Flask, exam, values: dict[str, object], opens_paper: bool
) -> None:
    client, attempt_id, person_id = exam
    if opens_paper:
        assert client.get(f"/attempts/{attempt_id}").status_code == 200
    assert put(client, attempt_id, 1) == (200, None)
    assert put(client, attempt_id, 2) == (200, None)
    change_elsewhere(app, person_id, **values)
    assert put(client, attempt_id, 3) == (403, "session_ended")
    with app.app_context():
        assert [one.seq for one in list_answers(attempt_id).values()] == [2]


@pytest.mark.parametrize("values", [{"fs_uniquifier": "another-4"}, {"active": False}])
def test_nothing_starts_after_an_end_in_another_process(
    app: Flask,
    sign_in: SignIn,
    monkeypatch: pytest.MonkeyPatch,
    seconds: SimpleNamespace,
    values: dict[str, object],
) -> None:
    monkeypatch.setattr("lms.clock.now_utc", lambda: NOON)
    sitting_id, person_id, _ = exam_of(app)
    client = sign_in(person_id)
    assert client.get("/account").status_code == 200  # remembered
    change_elsewhere(app, person_id, **values)
    reply = client.post(f"/sittings/{sitting_id}/start", headers=JSON)
    assert (reply.status_code, reply.json["code"]) == (403, "session_ended")
    with app.app_context():
        count = select(func.count()).select_from(Attempt).where(Attempt.sitting_id == sitting_id)
        assert db.session.scalar(count) == 0


def test_the_memory_has_an_end(app: Flask, exam, monkeypatch: pytest.MonkeyPatch) -> None:
    client, attempt_id, _ = exam
    monkeypatch.setattr(recent, "KEPT_AT_MOST", 1)
    assert open_state(client, attempt_id) == (200, 1)
    with app.app_context():
        recent.note_recent(make_person())
    assert open_state(client, attempt_id) == (200, 1)
