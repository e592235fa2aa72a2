"""The exam day board: where everybody is, what moves, and how little it asks of the database."""

import datetime as dt
import re

import pytest

from lms.db import db
from lms.people.domain.roles import RoleName
from lms.quizzes import services
from lms.quizzes.domain.board import BoardState
from lms.quizzes.domain.events import EventKind
from lms.quizzes.queries import list_board
from lms.quizzes.queries.board import get_moving
from lms.quizzes.services.events import note_event, note_events
from tests.conftest import NOON
from tests.factories.people import make_person
from tests.factories.quizzes import get_attempt_row, make_exam, right_answers, take_exam
from tests.integration.quizzes.statements import count_statements

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def trainer(app, sign_in, noon):
    with app.app_context():
        person_id = make_person(RoleName.TRAINER, name="何姐").id
    return sign_in(person_id)


def begin(exam, person_id: int, *, minutes_ago: int, answers: int = 0) -> int:
    start = NOON - minutes_ago * MINUTE
    attempt_id = services.start_attempt(exam.sitting_id, person_id=person_id, now=start)
    for position, raw in list(right_answers(attempt_id).items())[:answers]:
        services.save_response(
            attempt_id, position, person_id=person_id, seq=1, raw=raw, now=start + MINUTE
        )
    db.session.commit()
    return attempt_id


def row_of(exam, person_id: int):
    (row,) = [one for one in list_board(exam.sitting) if one.person_id == person_id]
    return row


# what the rows say ----------------------------------------------------------------------------------------


def test_saves_and_events_are_counted_apart(session) -> None:
    exam = make_exam(people=2)
    attempt_id = begin(exam, exam.person_ids[0], minutes_ago=9, answers=2)
    other = begin(exam, exam.person_ids[1], minutes_ago=9)
    for kind, ago in (
        (EventKind.LEFT_PAGE, 7),
        (EventKind.CAME_BACK, 6),
        (EventKind.LEFT_PAGE, 5),
        (EventKind.PASTED, 4),
        (EventKind.NEW_DEVICE, 3),
    ):
        note_event(attempt_id, kind, actor_id=None, now=NOON - ago * MINUTE)
    db.session.commit()
    row = row_of(exam, exam.person_ids[0])
    # Two answers and five events must not multiply each other.
    assert (row.answered, row.left_page, row.new_devices, row.pasted) == (2, 2, 1, 1)
    assert (row.last_saved_at, row.heard_at) == (NOON - 8 * MINUTE, NOON - 8 * MINUTE)
    assert row.is_away
    note_event(attempt_id, EventKind.CAME_BACK, actor_id=None, now=NOON - MINUTE)
    assert not row_of(exam, exam.person_ids[0]).is_away
    untouched = row_of(exam, exam.person_ids[1])
    assert (untouched.attempt_id, untouched.left_page, untouched.answered) == (other, 0, 0)


def test_an_answer_after_leaving_shows_that_somebody_is_there(session) -> None:
    exam = make_exam()
    attempt_id = begin(exam, exam.person_id, minutes_ago=9)
    note_event(attempt_id, EventKind.LEFT_PAGE, actor_id=None, now=NOON - 8 * MINUTE)
    assert row_of(exam, exam.person_id).is_away
    raw = right_answers(attempt_id)[1]
    services.save_response(attempt_id, 1, person_id=exam.person_id, seq=1, raw=raw, now=NOON)
    assert not row_of(exam, exam.person_id).is_away


def test_many_events_at_once(session) -> None:
    exam = make_exam(people=2)
    ids = [begin(exam, one, minutes_ago=9) for one in exam.person_ids]
    note_events(ids, EventKind.PASTED, actor_id=None, now=NOON, length=3)
    note_events([], EventKind.PASTED, actor_id=None, now=NOON)
    assert [row.pasted for row in list_board(exam.sitting)] == [1, 1]


def test_going_on_is_a_sign_of_life(session) -> None:
    exam = make_exam()
    attempt_id = begin(exam, exam.person_id, minutes_ago=20)
    services.pause_attempt(attempt_id, reason="断电", actor_id=None, now=NOON - 9 * MINUTE)
    assert row_of(exam, exam.person_id).state is BoardState.PAUSED
    services.resume_attempt(attempt_id, actor_id=None, now=NOON - MINUTE)
    assert row_of(exam, exam.person_id).heard_at == NOON - MINUTE


def test_waiting_for_markers_is_neither_passed_nor_failed(session) -> None:
    exam = make_exam()
    attempt = get_attempt_row(take_exam(exam))
    attempt.awaits_marking, attempt.points, attempt.passed = True, None, None
    db.session.commit()
    row = row_of(exam, exam.person_id)
    assert (row.state, row.percent) == (BoardState.MARKING, None)


def test_a_sitting_without_attempts_moves_too(session) -> None:
    exam = make_exam()
    moving = get_moving(exam.sitting_id)
    assert moving.rows == ()
    assert (moving.opens_at, moving.closes_at) == (exam.sitting.opens_at, exam.sitting.closes_at)
    assert moving.paused_at is None
    assert not moving.is_cancelled


# the page ---------------------------------------------------------------------------------------------------


@pytest.fixture
def hall(app, noon) -> dict[str, int]:
    """Six candidates: absent, at work, quiet, away, paused, passed."""
    with app.app_context():
        exam = make_exam(people=6)
        absent, working, quiet, away, paused, passed = exam.person_ids
        take_exam(exam, person_id=passed, now=NOON - 30 * MINUTE)
        begin(exam, working, minutes_ago=2, answers=1)
        begin(exam, quiet, minutes_ago=9, answers=1)
        left = begin(exam, away, minutes_ago=2, answers=1)
        note_event(left, EventKind.LEFT_PAGE, actor_id=None, now=NOON)
        held = begin(exam, paused, minutes_ago=9)
        services.pause_attempt(held, reason="电脑坏了", actor_id=None, now=NOON - 4 * MINUTE)
        db.session.commit()
        return {
            "sitting": exam.sitting_id,
            "absent": absent,
            "working": working,
            "quiet": quiet,
            "away": away,
            "paused": paused,
            "passed": passed,
        }


def rows_of(page: str) -> dict[int, str]:
    found = re.findall(r'<tr id="row-(\d+)"(.*?)</tr>', page, re.DOTALL)
    return {int(person_id): row for person_id, row in found}


def test_who_needs_a_look_comes_first(trainer, hall) -> None:
    order = list(rows_of(trainer.get(f"/sittings/{hall['sitting']}").text))
    assert set(order[:2]) == {hall["quiet"], hall["away"]}
    assert order[2:] == [hall[name] for name in ("absent", "working", "paused", "passed")]


def test_the_order_by_name_is_a_switch(app, trainer, hall) -> None:
    page = trainer.get(f"/sittings/{hall['sitting']}?order=name").text
    names = re.findall(r'data-name="([^"]*)"', page)
    assert names == sorted(names)


def test_a_row_says_how_it_goes(trainer, hall) -> None:
    rows = rows_of(trainer.get(f"/sittings/{hall['sitting']}").text)
    assert "28:00" in rows[hall["working"]]
    assert "1 / 4" in rows[hall["working"]]
    assert "超过 3 分钟没动静" in rows[hall["quiet"]]
    assert "离开页面中" in rows[hall["away"]]
    # 30 minutes, of which 5 had passed when the clock was stopped
    assert "25:00" in rows[hall["paused"]]
    assert "已暂停" in rows[hall["paused"]]
    assert "20 / 20" in rows[hall["passed"]]


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("state=attention", {"quiet", "away"}),
        ("state=absent", {"absent"}),
        ("state=running", {"working", "quiet", "away"}),
        ("q=没有这个人", set()),
        ("state=unknown", set()),
    ],
)
def test_filters_hide_rows(trainer, hall, asked: str, shown: set[str]) -> None:
    page = trainer.get(f"/sittings/{hall['sitting']}?{asked}").text
    visible = {one for one, row in rows_of(page).items() if "hidden>" not in row}
    assert visible == {hall[name] for name in shown}
    assert ('id="board-none" hidden' in page) is bool(shown)


def test_search_finds_by_part_of_the_name(app, trainer, hall) -> None:
    rows = rows_of(trainer.get(f"/sittings/{hall['sitting']}").text)
    name = re.search(r'data-name="([^"]*)"', rows[hall["away"]])[1]
    page = trainer.get(f"/sittings/{hall['sitting']}?q={name}").text
    visible = {one for one, row in rows_of(page).items() if "hidden>" not in row}
    assert hall["away"] in visible


# the refresh ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("people", [2, 9])
def test_the_refresh_is_one_statement_whatever_the_number(app, sign_in, noon, people: int) -> None:
    with app.app_context():
        exam = make_exam(people=people)
        for person_id in exam.person_ids:
            attempt_id = begin(exam, person_id, minutes_ago=5, answers=2)
            note_event(attempt_id, EventKind.PASTED, actor_id=None, now=NOON)
        db.session.commit()
        person_id, sitting_id = make_person(RoleName.TRAINER).id, exam.sitting_id
    client = sign_in(person_id)
    with count_statements() as counted:
        reply = client.get(f"/sittings/{sitting_id}/board")
    assert len(reply.json["rows"]) == people
    assert len(counted.own) == 1, "\n".join(counted.own)
    assert len(counted.sign_in) <= 2


def test_the_refresh_holds_what_moves(trainer, hall) -> None:
    moved = trainer.get(f"/sittings/{hall['sitting']}/board").json
    rows = {row["id"]: row for row in moved["rows"]}
    assert set(rows) == {hall[name] for name in hall if name not in ("sitting", "absent")}
    now = int(NOON.timestamp())
    assert rows[hall["quiet"]]["heard"] == now - 8 * 60
    assert rows[hall["working"]]["deadline"] == now + 28 * 60
    assert rows[hall["paused"]]["paused"] == now - 4 * 60
    assert rows[hall["away"]]["away"] is True
    assert rows[hall["passed"]]["points"] == "20 / 20"
    assert rows[hall["passed"]]["ended"] == "11:35"
    assert moved["paused"] == 0


def test_what_has_not_moved_is_not_sent_again(app, trainer, noon, hall) -> None:
    url = f"/sittings/{hall['sitting']}/board"
    tag = trainer.get(url).headers["ETag"]
    noon.shift(MINUTE)
    again = trainer.get(url, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    with app.app_context():
        services.start_attempt(hall["sitting"], person_id=hall["absent"], now=NOON)
        db.session.commit()
    assert trainer.get(url, headers={"If-None-Match": tag}).status_code == 200


def test_an_unknown_sitting_is_not_found(trainer) -> None:
    assert trainer.get("/sittings/999999/board").status_code == 404
