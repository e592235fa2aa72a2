"""Answers that waited on a device: the batch, the log, the grace, the pause, the end that was not submitted."""

import datetime as dt
from random import Random

import pytest
from sqlalchemy import select, update

from lms.curriculum.models import GatePass
from lms.db import db
from lms.errors import InvalidInput, InvalidState, LmsError, NotFound
from lms.gradebook.models import GradeEntry
from lms.notifications.models import OutboxMessage
from lms.notifications.words import render
from lms.quizzes import jobs, services
from lms.quizzes.models import Attempt, AttemptEvent, ResponseEvent, Sitting
from lms.quizzes.queries import list_answers, list_overdue_attempt_ids
from tests.conftest import NOON
from tests.factories.people import make_person
from tests.factories.quizzes import Exam, get_attempt_row, make_exam, right_answers

MINUTE = dt.timedelta(minutes=1)
SECOND = dt.timedelta(seconds=1)
DEADLINE = NOON + 30 * MINUTE
GRACE = {"timeout": "grace", "grace_minutes": 5}
ABANDON = {"timeout": "abandon"}


def begin(rules: dict[str, object] | None = None, items: int = 4) -> tuple[Exam, int]:
    exam = make_exam(items=items, draw=items)
    if rules:
        db.session.execute(update(Sitting).where(Sitting.id == exam.sitting_id).values(rules=rules))
    attempt_id = services.start_attempt(exam.sitting_id, person_id=exam.person_id, now=NOON, seed=3)
    db.session.commit()
    return exam, attempt_id


def replay(begun: tuple[Exam, int], entries: list[object], **more: object) -> services.Replayed:
    exam, attempt_id = begun
    said: dict[str, object] = {"submits": False, "is_before_end": False, "now": NOON + MINUTE}
    return services.save_responses(
        attempt_id,
        entries,
        person_id=exam.person_id,
        **{**said, **more},  # type: ignore[arg-type]
    )


def entry(position: int, seq: int, response: object, **more: object) -> dict[str, object]:
    return {"position": position, "seq": seq, "response": response, **more}


def log_of(attempt_id: int) -> list[tuple[int, int, object]]:
    rows = db.session.scalars(
        select(ResponseEvent)
        .where(ResponseEvent.attempt_id == attempt_id)
        .order_by(ResponseEvent.position, ResponseEvent.seq)
    )
    return [(row.position, row.seq, row.answer) for row in rows]


def events_of(attempt_id: int) -> list[tuple[str, object]]:
    rows = db.session.scalars(
        select(AttemptEvent).where(AttemptEvent.attempt_id == attempt_id).order_by(AttemptEvent.id)
    )
    return [(row.kind, row.facts) for row in rows]


def option(attempt_id: int, position: int, index: int) -> dict[str, object]:
    return {"chosen": [get_attempt_row(attempt_id).paper[position - 1]["option_order"][index]]}


# the log ------------------------------------------------------------------------------------------------


def test_every_acknowledged_answer_stays_in_the_log_once(session) -> None:
    exam, attempt_id = begun = begin()
    first, second = option(attempt_id, 1, 0), option(attempt_id, 1, 1)
    for seq, raw in ((5, first), (7, second), (7, second), (6, first), (9, {"chosen": []})):
        services.save_response(
            attempt_id, 1, person_id=exam.person_id, seq=seq, raw=raw, now=NOON + MINUTE
        )
    replay(begun, [entry(1, 9, {}), entry(1, 5, first), entry(2, 4, {})])
    assert log_of(attempt_id) == [(1, 5, first), (1, 7, second), (1, 9, {}), (2, 4, {})]
    newest = {position: answer for position, _, answer in log_of(attempt_id)}
    stored = list_answers(attempt_id)
    assert {position: one.answer for position, one in stored.items()} == newest


def test_a_refused_answer_is_not_in_the_log(session) -> None:
    exam, attempt_id = begin()
    for raw, now in (({"chosen": ["nope"]}, NOON), ({}, DEADLINE)):
        with pytest.raises(LmsError):
            services.save_response(attempt_id, 1, person_id=exam.person_id, seq=1, raw=raw, now=now)
    assert log_of(attempt_id) == []


def test_another_device_is_noted_once(session) -> None:
    exam, attempt_id = begin()
    for seq, device in enumerate(["", "phone-0001", "phone-0001", "desk-0001", "phone-0001"], 1):
        services.save_response(
            attempt_id,
            1,
            person_id=exam.person_id,
            seq=seq,
            raw={},
            now=NOON + MINUTE,
            device=device,
        )
    replay((exam, attempt_id), [entry(2, 1, {})], device="desk-0001")
    assert events_of(attempt_id) == [("new_device", {})]
    replay((exam, attempt_id), [entry(2, 2, {})], device="pad-00001")
    assert [kind for kind, _ in events_of(attempt_id)] == ["new_device"] * 2


# the batch ----------------------------------------------------------------------------------------------


def raws(attempt_id: int) -> list[object]:
    return [{}, {"chosen": ["nope"]}, "?", *(option(attempt_id, 1, at) for at in range(2))]


def _same(
    alone: tuple[Exam, int], together: tuple[Exam, int], said: list[tuple[int, int, int]]
) -> None:
    one_by_one: list[tuple[object, ...]] = []
    entries = []
    for position, seq, index in said:
        raw = raws(alone[1])[index]
        entries.append(entry(position, seq, raws(together[1])[index]))
        try:
            saved = services.save_response(
                alone[1],
                position,
                person_id=alone[0].person_id,
                seq=seq,
                raw=raw,
                now=NOON + MINUTE,
            )
            one_by_one.append((saved.seq, saved.kept is None))
        except LmsError as error:
            one_by_one.append((error.code, error.facts.get("field")))
    at_once = [
        (one.code, one.facts.get("field"))
        if isinstance(one, LmsError)
        else (one.seq, one.kept is None)
        for _, one in replay(together, entries).results
    ]
    assert at_once == one_by_one
    assert [row[:2] for row in log_of(alone[1])] == [row[:2] for row in log_of(together[1])]


@pytest.mark.parametrize("number", range(12))
def test_a_batch_is_the_same_as_its_answers_one_by_one(session, number: int) -> None:
    """Valid, malformed, stale, repeated and misplaced answers in every order that the seed finds."""
    source = Random(number)
    alone, together = begin(), begin()
    said = [
        (source.randrange(0, 6), source.randrange(0, 5), source.randrange(0, 5)) for _ in range(4)
    ]
    _same(alone, together, said)


def test_a_batch_sent_again_changes_nothing(session) -> None:
    begun = begin()
    entries: list[object] = [entry(at, 5, option(begun[1], at, 0)) for at in (1, 2, 3)]
    first = replay(begun, entries)
    log = log_of(begun[1])
    again = replay(begun, entries, now=NOON + 2 * MINUTE)
    assert [one for _, one in again.results if one.saved_at != NOON + MINUTE] == []  # type: ignore[union-attr]
    assert [position for position, _ in again.results] == [1, 2, 3]
    assert len(first.results) == 3
    assert log_of(begun[1]) == log
    assert again.remaining_s == 28 * 60


def test_a_batch_is_no_longer_than_the_paper(session) -> None:
    begun = begin()
    with pytest.raises(InvalidInput):
        replay(begun, [entry(1, seq, {}) for seq in range(1, 6)])
    assert log_of(begun[1]) == []


def test_a_batch_of_a_stranger_is_not_found(session) -> None:
    _, attempt_id = begin()
    with pytest.raises(NotFound):
        services.save_responses(
            attempt_id,
            [entry(1, 1, {})],
            person_id=make_person().id,
            submits=True,
            is_before_end=True,
            now=NOON,
        )
    assert get_attempt_row(attempt_id).state == "open"


def test_answers_and_submission_arrive_together(session) -> None:
    attempt_id = (begun := begin())[1]
    answers = right_answers(attempt_id)
    entries: list[object] = [entry(at, 5, raw) for at, raw in answers.items()]
    reply = replay(begun, entries, submits=True, is_before_end=True)
    row = get_attempt_row(attempt_id)
    assert reply.state == row.state == "submitted"
    assert (row.points, row.passed, row.submitted_at) == (20, True, NOON + MINUTE)
    with pytest.raises(InvalidState) as refused:
        replay(begun, entries, submits=True)
    assert refused.value.facts["state"] == "submitted"
    assert events_of(attempt_id) == []


def test_the_call_replies_for_each_answer(app, sign_in, noon) -> None:
    with app.app_context():
        exam, attempt_id = begin()
        person_id, right = exam.person_id, right_answers(attempt_id)
    client = sign_in(person_id)
    url = f"/attempts/{attempt_id}/responses"
    reply = client.put(
        url, json={"responses": [entry(1, 4, right[1]), entry(9, 4, {}), entry(2, 4, "x")]}
    )
    assert reply.status_code == 200
    assert reply.json == {
        "results": [
            {"position": 1, "seq": 4, "saved_at": NOON.isoformat()},
            {"position": 9, "code": "position"},
            {
                "position": 2,
                "code": "response_malformed",
                "field": "response",
                "problem": reply.json["results"][2]["problem"],
            },
        ],
        "remaining_s": 1800,
        "state": "open",
        "reached": 1,
    }
    stale = client.put(url, json={"responses": [entry(1, 3, {})], "submit": True}).json
    assert stale["results"][0]["response"] == right[1]
    assert stale["state"] == "submitted"
    closed = client.put(url, json={"responses": []})
    assert (closed.status_code, closed.json["state"]) == (409, "submitted")


@pytest.mark.parametrize("body", [b"", b"[]", b'{"responses": 1}', b"{}"])
def test_the_call_refuses_what_is_no_batch(app, sign_in, noon, body: bytes) -> None:
    with app.app_context():
        exam, attempt_id = begin()
        person_id = exam.person_id
    reply = sign_in(person_id).put(
        f"/attempts/{attempt_id}/responses", data=body, content_type="application/json"
    )
    assert (reply.status_code, reply.json["field"]) == (422, "responses")


# the grace ----------------------------------------------------------------------------------------------


def test_within_the_grace_counts_what_was_given_before_the_end(session) -> None:
    exam, attempt_id = begun = begin(GRACE)
    right = right_answers(attempt_id)
    within = DEADLINE + 5 * MINUTE - SECOND
    services.save_response(
        attempt_id, 1, person_id=exam.person_id, seq=1, raw=right[1], now=NOON + 7 * MINUTE
    )
    with pytest.raises(InvalidState) as refused:
        services.save_response(
            attempt_id, 2, person_id=exam.person_id, seq=1, raw=right[2], now=within
        )
    assert (refused.value.code, refused.value.facts["state"]) == ("attempt_closed", "open")
    reply = replay(
        begun,
        [entry(2, 1, right[2], before_end=True), entry(3, 1, right[3])],
        submits=True,
        is_before_end=True,
        now=within,
    )
    taken, late = (one for _, one in reply.results)
    assert isinstance(taken, services.Saved)
    assert isinstance(late, InvalidState)
    row = get_attempt_row(attempt_id)
    assert (row.state, row.points, row.submitted_at) == ("submitted", 10, DEADLINE)
    assert events_of(attempt_id) == [("submitted_late", {"seconds": 299})]


def test_a_late_submission_alone_takes_the_time_of_the_last_answer(session) -> None:
    exam, attempt_id = begun = begin(GRACE)
    services.save_response(
        attempt_id, 1, person_id=exam.person_id, seq=1, raw={}, now=NOON + 7 * MINUTE
    )
    replay(begun, [], submits=True, is_before_end=True, now=DEADLINE + SECOND)
    assert get_attempt_row(attempt_id).submitted_at == NOON + 7 * MINUTE
    assert events_of(attempt_id) == [("submitted_late", {"seconds": 1})]


@pytest.mark.parametrize(
    ("rules", "now"),
    [(GRACE, DEADLINE + 5 * MINUTE), (None, DEADLINE), (ABANDON, DEADLINE)],
)
def test_after_the_grace_no_claim_helps(session, rules, now: dt.datetime) -> None:
    begun = begin(rules)
    with pytest.raises(InvalidState) as refused:
        replay(begun, [entry(1, 1, {}, before_end=True)], submits=True, is_before_end=True, now=now)
    assert refused.value.facts["state"] == "expired"
    assert log_of(begun[1]) == []
    assert get_attempt_row(begun[1]).state == "open"


def test_within_the_grace_a_submission_that_claims_nothing_is_the_deadlines_end(session) -> None:
    begun = begin(GRACE)
    replay(begun, [], submits=True, now=DEADLINE + MINUTE)
    row = get_attempt_row(begun[1])
    assert (row.state, row.submitted_at) == ("expired", DEADLINE)


def test_the_sweep_waits_for_the_grace_of_each_sitting(session) -> None:
    graced, plain = begin(GRACE)[1], begin()[1]
    assert list(list_overdue_attempt_ids(DEADLINE - SECOND)) == []
    assert jobs.close_overdue_attempts(DEADLINE + MINUTE) == 1
    assert get_attempt_row(graced).state == "open"
    assert get_attempt_row(plain).state == "expired"
    assert not services.close_attempt(graced, now=DEADLINE + 5 * MINUTE - SECOND)
    assert jobs.close_overdue_attempts(DEADLINE + 5 * MINUTE) == 1
    assert get_attempt_row(graced).submitted_at == DEADLINE


def test_starting_again_within_the_grace_goes_on_with_the_attempt(app, sign_in, noon) -> None:
    with app.app_context():
        exam, attempt_id = begin(GRACE)
        person_id, sitting_id = exam.person_id, exam.sitting_id
    noon.move_to(DEADLINE + MINUTE)
    client = sign_in(person_id)
    assert client.post(f"/sittings/{sitting_id}/start").location == f"/attempts/{attempt_id}"
    page = client.get(f"/attempts/{attempt_id}")
    assert page.status_code == 200
    assert 'data-remaining="0"' in page.text
    assert 'data-grace="5"' in page.text
    noon.move_to(DEADLINE + 5 * MINUTE)
    assert client.get(f"/attempts/{attempt_id}").status_code == 302


# abandoned ----------------------------------------------------------------------------------------------


def test_what_is_not_submitted_in_time_is_used_up_and_counts_nothing(app, sign_in, noon) -> None:
    with app.app_context():
        exam, attempt_id = begin(ABANDON)
        person_id, sitting_id = exam.person_id, exam.sitting_id
        for position, raw in right_answers(attempt_id).items():
            services.save_response(
                attempt_id, position, person_id=person_id, seq=1, raw=raw, now=NOON + MINUTE
            )
        db.session.commit()
        assert jobs.close_overdue_attempts(DEADLINE) == 1
        row = get_attempt_row(attempt_id)
        assert (row.state, row.points, row.passed) == ("abandoned", None, False)
        assert row.submitted_at == DEADLINE
        assert db.session.scalars(select(GradeEntry)).all() == []
        assert db.session.scalars(select(GatePass)).all() == []
        (message,) = db.session.scalars(
            select(OutboxMessage).where(OutboxMessage.kind == "quizzes.abandoned")
        )
        assert "没有交卷" in render(message).body
    noon.move_to(DEADLINE + MINUTE)
    client = sign_in(person_id)
    assert "没有按时交卷" in client.get(f"/attempts/{attempt_id}/result").text
    assert "没有按时交卷" in client.get("/quizzes").text
    assert "还有 1 次机会" in client.get(f"/attempts/{attempt_id}/result").text
    assert client.get(f"/sittings/{sitting_id}/rules").status_code == 200


def test_under_that_rule_a_submission_in_time_counts(session) -> None:
    exam, attempt_id = begin(ABANDON)
    services.submit_attempt(attempt_id, person_id=exam.person_id, now=DEADLINE - SECOND)
    assert get_attempt_row(attempt_id).state == "submitted"
    assert len(db.session.scalars(select(GradeEntry)).all()) == 1


# pause --------------------------------------------------------------------------------------------------


def pause(attempt_id: int, at: dt.datetime | None) -> None:
    db.session.execute(update(Attempt).where(Attempt.id == attempt_id).values(paused_at=at))
    db.session.commit()


def test_a_paused_attempt_takes_nothing_and_is_not_closed(session) -> None:
    exam, attempt_id = begun = begin()
    pause(attempt_id, NOON + 10 * MINUTE)
    later = NOON + 11 * MINUTE
    for act in (
        lambda: services.save_response(
            attempt_id, 1, person_id=exam.person_id, seq=1, raw={}, now=later
        ),
        lambda: replay(begun, [entry(1, 1, {}, before_end=True)], submits=True, now=later),
        lambda: services.submit_attempt(attempt_id, person_id=exam.person_id, now=later),
        lambda: services.save_form(attempt_id, {1: {}}, person_id=exam.person_id, now=later),
    ):
        with pytest.raises(InvalidState) as refused:
            act()
        assert refused.value.code == "attempt_paused"
    assert jobs.close_overdue_attempts(DEADLINE + 60 * MINUTE) == 0
    assert not services.close_attempt(attempt_id, now=DEADLINE + 60 * MINUTE)
    pause(attempt_id, None)
    services.save_response(attempt_id, 1, person_id=exam.person_id, seq=1, raw={}, now=later)


def test_a_pause_is_told_to_the_page(app, sign_in, noon) -> None:
    with app.app_context():
        exam, attempt_id = begin()
        pause(attempt_id, NOON + 10 * MINUTE)
        person_id = exam.person_id
    client = sign_in(person_id)
    noon.move_to(DEADLINE + 60 * MINUTE)
    url = f"/attempts/{attempt_id}"
    saved = client.put(f"{url}/responses/1", json={"seq": 1, "response": {}})
    assert (saved.status_code, saved.json) == (
        409,
        {"code": "attempt_paused", "state": "open", "paused": True},
    )
    state = client.get(f"{url}/state").json
    assert (state["state"], state["paused"], state["remaining_s"]) == ("open", True, 1200)
    assert 'data-paused="true"' in client.get(url).text
    assert client.get(f"{url}/result").location == url
    for path in ("submit", "responses"):
        answer = client.post(f"{url}/{path}", data={"with_answers": "1", "r1": ""})
        assert (answer.status_code, answer.location) == (303, url)
    assert "考试暂停中" in client.get(url).text
