"""Saving answers: services and the autosave call."""

import datetime as dt
from functools import partial
from typing import NamedTuple

import pytest
from sqlalchemy import select

from lms.db import db
from lms.errors import InvalidInput, InvalidState, NotFound
from lms.quizzes import services
from lms.quizzes.models import Response
from lms.quizzes.queries import list_answers
from tests.conftest import NOON
from tests.factories.people import make_person
from tests.factories.quizzes import Exam, get_attempt_row, make_exam, right_answers

MINUTE = dt.timedelta(minutes=1)
SECOND = dt.timedelta(seconds=1)


class Running(NamedTuple):
    """An attempt that runs, and the way in which its answers are saved."""

    exam: Exam
    attempt_id: int
    is_known: bool


@pytest.fixture(params=["usual", "known"])
def running(session, request) -> Running:
    exam = make_exam(items=3, draw=3)
    attempt_id = services.start_attempt(exam.sitting_id, person_id=exam.person_id, now=NOON, seed=1)
    return Running(exam, attempt_id, request.param == "known")


def save(
    running: Running,
    seq: object,
    raw: object,
    *,
    position: int = 1,
    now: dt.datetime = NOON + SECOND,
) -> services.Saved:
    save_any = partial(
        services.save_response,
        running.attempt_id,
        position,
        person_id=running.exam.person_id,
        seq=seq,
        raw=raw,
        now=now,
        device="",
        session_key="",
    )
    if running.is_known:
        know(running.attempt_id)
        saved = services.save_known(*save_any.args, **save_any.keywords)
        if saved is not None:
            return saved
    return save_any()


def know(attempt_id: int) -> None:
    """Let this process know the paper, and leave nothing open."""
    row = get_attempt_row(attempt_id)
    services.keep_paper(attempt_id, row.person_id, row.started_at, row.paper)
    db.session.commit()


def options(attempt_id: int, position: int = 1) -> list[str]:
    return list(get_attempt_row(attempt_id).paper[position - 1]["option_order"])


def one(running: Running, index: int) -> dict[str, object]:
    return {"chosen": [options(running[1])[index]]}


def test_an_answer_is_stored_and_acknowledged(running) -> None:
    saved = save(running, 7, one(running, 0))
    assert (saved.seq, saved.saved_at, saved.kept) == (7, NOON + SECOND, None)
    assert saved.remaining_s == 30 * 60 - 1
    (stored,) = list_answers(running[1]).values()
    assert (stored.seq, stored.answer, stored.saved_at) == (7, one(running, 0), NOON + SECOND)


def test_the_same_again_changes_nothing(running) -> None:
    first = save(running, 7, one(running, 0))
    again = save(running, 7, one(running, 0), now=NOON + MINUTE)
    assert (again.seq, again.saved_at, again.kept) == (7, first.saved_at, None)
    assert again.remaining_s == 29 * 60


def test_a_newer_answer_replaces_an_older_one(running) -> None:
    save(running, 7, one(running, 0))
    save(running, 8, one(running, 1))
    assert list_answers(running[1])[1].answer == one(running, 1)


def test_an_older_answer_never_overwrites_a_newer(running) -> None:
    save(running, 8, one(running, 1))
    late = save(running, 7, one(running, 0), now=NOON + MINUTE)
    assert (late.seq, late.saved_at, late.kept) == (8, NOON + SECOND, one(running, 1))
    assert list_answers(running[1])[1].answer == one(running, 1)


def test_two_answers_with_one_number_keep_the_first_and_say_so(running) -> None:
    save(running, 7, one(running, 0))
    other = save(running, 7, one(running, 1))
    assert (other.seq, other.kept) == (7, one(running, 0))


def test_an_answer_may_be_taken_back(running) -> None:
    save(running, 1, one(running, 0))
    save(running, 2, {"chosen": []})
    assert list_answers(running[1])[1].answer == {}


def test_numbers_as_large_as_a_browser_counts(running) -> None:
    assert save(running, 2**53 - 1, one(running, 0)).seq == 2**53 - 1


@pytest.mark.parametrize("seq", [0, -1, 2**53, 1.5, "7", None, True])
def test_a_malformed_number_is_named(running, seq: object) -> None:
    with pytest.raises(InvalidInput) as refused:
        save(running, seq, {"chosen": []})
    assert refused.value.facts["field"] == "seq"


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (None, "response"),
        ("a", "response"),
        ([], "response"),
        ({"text": "a"}, "response.chosen"),
        ({"chosen": "a"}, "response.chosen"),
        ({"chosen": ["not-an-option"]}, "response.chosen"),
        ({"chosen": [1]}, "response.chosen[0]"),
        ({"chosen": [], "extra": 1}, "response.extra"),
    ],
)
def test_a_malformed_answer_names_the_field_and_stores_nothing(
    running, raw: object, field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        save(running, 1, raw)
    assert refused.value.code == "response_malformed"
    assert refused.value.facts["field"] == field
    assert list_answers(running[1]) == {}


@pytest.mark.parametrize("position", [0, 4, 1001, 10**30])
def test_a_position_that_the_paper_does_not_have(running, position: int) -> None:
    with pytest.raises(NotFound):
        save(running, 1, {"chosen": []}, position=position)


def test_the_deadline_is_the_last_moment(running) -> None:
    save(running, 1, one(running, 0), now=NOON + 30 * MINUTE - SECOND)
    with pytest.raises(InvalidState) as refused:
        save(running, 2, one(running, 1), now=NOON + 30 * MINUTE)
    assert refused.value.code == "attempt_closed"
    assert refused.value.facts["state"] == "expired"
    assert list_answers(running[1])[1].seq == 1


def test_nothing_is_saved_after_the_end(running) -> None:
    exam, attempt_id, _ = running
    services.submit_attempt(attempt_id, person_id=exam.person_id, now=NOON + MINUTE)
    with pytest.raises(InvalidState) as refused:
        save(running, 1, one(running, 0), now=NOON + 2 * MINUTE)
    assert refused.value.facts["state"] == "submitted"
    assert db.session.scalars(select(Response)).all() == []


def test_a_clock_set_back_gives_no_time(running) -> None:
    saved = save(running, 1, one(running, 0), now=NOON - dt.timedelta(hours=5))
    assert saved.remaining_s == 30 * 60


def test_another_persons_attempt_does_not_exist(running) -> None:
    stranger = make_person()
    with pytest.raises(NotFound):
        services.save_response(
            running[1], 1, person_id=stranger.id, seq=1, raw={"chosen": []}, now=NOON
        )


def test_a_form_saves_what_changed_and_leaves_the_rest(running) -> None:
    exam, attempt_id, _ = running
    save(running, 5, one(running, 0))
    answers: dict[int, object] = {
        1: one(running, 0),
        2: {"chosen": [options(attempt_id, 2)[0]]},
        3: {"chosen": []},
    }

    def post(now: dt.datetime) -> int:
        return services.save_form(attempt_id, answers, person_id=exam.person_id, now=now)

    assert post(NOON + MINUTE) == 1
    assert post(NOON + 2 * MINUTE) == 0
    stored = list_answers(attempt_id)
    assert {position: row.answer for position, row in stored.items()} == {
        1: answers[1],
        2: answers[2],
    }
    assert stored[1].seq == 5
    answers[1] = {"chosen": []}
    assert post(NOON + 3 * MINUTE) == 1
    assert list_answers(attempt_id)[1].answer == {}


def test_a_form_goes_after_what_a_script_saved_with_a_clock_ahead(running) -> None:
    exam, attempt_id, _ = running
    ahead = int((NOON + dt.timedelta(days=9)).timestamp() * 1000)
    save(running, ahead, one(running, 0))
    services.save_form(
        attempt_id, {1: one(running, 1)}, person_id=exam.person_id, now=NOON + MINUTE
    )
    assert list_answers(attempt_id)[1].seq == ahead + 1
    assert list_answers(attempt_id)[1].answer == one(running, 1)


def test_a_form_is_refused_after_the_deadline(running) -> None:
    exam, attempt_id, _ = running
    with pytest.raises(InvalidState):
        services.save_form(
            attempt_id, {1: one(running, 0)}, person_id=exam.person_id, now=NOON + 31 * MINUTE
        )


# the call itself -------------------------------------------------------------------------------------


@pytest.fixture
def page(app, sign_in, noon):
    with app.app_context():
        exam = make_exam(items=3, draw=3)
        attempt_id = services.start_attempt(
            exam.sitting_id, person_id=exam.person_id, now=NOON, seed=1
        )
        db.session.commit()
        answers = right_answers(attempt_id)
        person_id = exam.person_id
    return sign_in(person_id), attempt_id, answers


def test_the_contract_of_autosave(page) -> None:
    client, attempt_id, answers = page
    reply = client.put(
        f"/attempts/{attempt_id}/responses/2", json={"seq": 12, "response": answers[2]}
    )
    assert reply.status_code == 200
    assert reply.json == {"seq": 12, "saved_at": NOON.isoformat(), "remaining_s": 1800}
    stale = client.put(
        f"/attempts/{attempt_id}/responses/2", json={"seq": 11, "response": {"chosen": []}}
    )
    assert stale.status_code == 200
    assert stale.json["seq"] == 12
    assert stale.json["response"] == answers[2]


def test_autosave_after_the_end_names_the_state(page, noon) -> None:
    client, attempt_id, answers = page
    url = f"/attempts/{attempt_id}/responses/2"
    client.post(f"/attempts/{attempt_id}/submit")
    closed = client.put(url, json={"seq": 1, "response": answers[2]})
    assert (closed.status_code, closed.json) == (
        409,
        {"code": "attempt_closed", "state": "submitted"},
    )


def test_autosave_after_the_deadline_names_the_state(page, noon) -> None:
    client, attempt_id, answers = page
    noon.shift(30 * MINUTE)
    late = client.put(
        f"/attempts/{attempt_id}/responses/2", json={"seq": 1, "response": answers[2]}
    )
    assert (late.status_code, late.json) == (409, {"code": "attempt_closed", "state": "expired"})


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", "body"),
        (b"[]", "body"),
        (b"{broken", "body"),
        (b'{"response": {"chosen": []}}', "seq"),
        (b'{"seq": 1}', "response"),
        (b'{"seq": 1, "response": {"chosen": ["nope"]}}', "response.chosen"),
    ],
)
def test_autosave_names_the_malformed_field(page, body: bytes, field: str) -> None:
    client, attempt_id, _ = page
    reply = client.put(
        f"/attempts/{attempt_id}/responses/1", data=body, content_type="application/json"
    )
    assert reply.status_code == 422
    assert reply.json["code"] == "response_malformed"
    assert reply.json["field"] == field


def test_autosave_takes_no_large_body(page) -> None:
    client, attempt_id, _ = page
    reply = client.put(
        f"/attempts/{attempt_id}/responses/1",
        data=b'{"seq": 1, "response": "' + b"x" * 70_000 + b'"}',
        content_type="application/json",
    )
    assert reply.status_code == 413


def test_autosave_of_a_stranger_is_not_found(page, app, sign_in) -> None:
    _, attempt_id, answers = page
    with app.app_context():
        stranger = make_person().id
    reply = sign_in(stranger).put(
        f"/attempts/{attempt_id}/responses/1", json={"seq": 1, "response": answers[1]}
    )
    assert reply.status_code == 404


def test_autosave_without_signing_in_is_no_acknowledgement(page, app) -> None:
    _, attempt_id, answers = page
    reply = app.test_client().put(
        f"/attempts/{attempt_id}/responses/1",
        json={"seq": 1, "response": answers[1]},
        headers={"Accept": "application/json"},
    )
    assert reply.status_code == 401


def test_autosave_demands_the_token_in_a_header(page, app) -> None:
    client, attempt_id, answers = page
    url = f"/attempts/{attempt_id}/responses/1"
    body = {"seq": 1, "response": answers[1]}
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        refused = client.put(url, json=body, headers={"Accept": "application/json"})
        assert refused.status_code == 400
        assert refused.json["code"] == "csrf"
        token = client.get(f"/attempts/{attempt_id}/state").json["csrf_token"]
        taken = client.put(url, json=body, headers={"X-CSRFToken": token})
        assert taken.status_code == 200
    finally:
        app.config["WTF_CSRF_ENABLED"] = False


def test_the_state_for_a_page_that_comes_back(page, noon) -> None:
    client, attempt_id, answers = page
    client.put(f"/attempts/{attempt_id}/responses/2", json={"seq": 4, "response": answers[2]})
    noon.shift(10 * MINUTE)
    state = client.get(f"/attempts/{attempt_id}/state").json
    assert state["state"] == "open"
    assert state["remaining_s"] == 1200
    assert state["responses"] == {"2": {"seq": 4, "response": answers[2]}}
    noon.shift(20 * MINUTE)
    assert client.get(f"/attempts/{attempt_id}/state").json["state"] == "expired"
