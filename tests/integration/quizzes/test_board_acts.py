"""Acts of the trainer on the exam day: more time, standing still, going on, opened again, ended, let in late."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from lms.audit.models import AuditEvent
from lms.curriculum.models import GatePass
from lms.db import db
from lms.errors import InvalidInput, InvalidState, NotFound
from lms.gradebook.models import GradeEntry
from lms.gradebook.queries import find_standing, list_present_by_source
from lms.notifications.models import OutboxMessage
from lms.notifications.words import render
from lms.people.domain.roles import RoleName
from lms.quizzes import jobs, queries, services
from lms.quizzes.domain.attempts import StartReason
from lms.quizzes.models import (
    AttemptEvent,
    Objection,
    PrintedPaper,
    Sitting,
    SittingSeat,
    StoredItemResult,
)
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
WHY = {"reason": "楼里断电", "actor_id": None}


def begin(exam, person_id: int | None = None, *, now: dt.datetime = NOON, right: int = 0) -> int:
    who = exam.person_id if person_id is None else person_id
    attempt_id = services.start_attempt(exam.sitting_id, person_id=who, now=now)
    for position, raw in list(right_answers(attempt_id).items())[:right]:
        services.save_response(attempt_id, position, person_id=who, seq=1, raw=raw, now=now)
    db.session.commit()
    return attempt_id


def sitting_of(exam) -> Sitting:
    return db.session.get_one(Sitting, exam.sitting_id, populate_existing=True)


def events(attempt_id: int) -> list[tuple[str, dict[str, object]]]:
    rows = db.session.scalars(
        select(AttemptEvent).where(AttemptEvent.attempt_id == attempt_id).order_by(AttemptEvent.id)
    )
    return [(row.kind, row.facts) for row in rows]


def audited(action: str) -> list[dict[str, object]]:
    rows = db.session.scalars(select(AuditEvent).where(AuditEvent.action == f"quizzes.{action}"))
    return [row.facts for row in rows]


def told(kind: str) -> list[OutboxMessage]:
    query = select(OutboxMessage).where(OutboxMessage.kind == f"quizzes.{kind}")
    return list(db.session.scalars(query.order_by(OutboxMessage.id)))


def refused(call) -> str:
    with pytest.raises((InvalidState, InvalidInput)) as error:
        call()
    return error.value.code


# more time --------------------------------------------------------------------------------------------------


def test_more_time_for_everybody(session) -> None:
    exam = make_exam(people=3)
    closes_at = exam.sitting.closes_at
    running = begin(exam, exam.person_ids[0])
    held = begin(exam, exam.person_ids[1])
    services.pause_attempt(held, **WHY, now=NOON + MINUTE)
    moment = NOON + 5 * MINUTE
    assert services.extend_sitting(sitting_of(exam), minutes=7, **WHY, now=moment) == 2
    db.session.commit()
    for attempt_id in (running, held):
        assert get_attempt_row(attempt_id).deadline_at == NOON + 37 * MINUTE
        assert ("extended", {"minutes": 7, "reason": "楼里断电"}) in events(attempt_id)
    assert sitting_of(exam).closes_at == closes_at + 7 * MINUTE
    late = begin(exam, exam.person_ids[2])
    assert get_attempt_row(late).deadline_at == NOON + 37 * MINUTE
    (facts,) = audited("extend_sitting")
    assert (facts["minutes"], facts["attempts"], facts["reason"]) == (7, 2, "楼里断电")
    words = render(told("more_time")[0])
    assert words.subject == "多了 7 分钟：第一模块测验"
    assert "原因：楼里断电" in words.body


def test_more_time_does_not_open_again_what_is_over(session) -> None:
    exam = make_exam()
    overdue = begin(exam)
    services.extend_sitting(sitting_of(exam), minutes=10, **WHY, now=NOON + 30 * MINUTE)
    assert get_attempt_row(overdue).deadline_at == NOON + 30 * MINUTE
    assert events(overdue) == []
    assert (
        refused(lambda: services.extend_attempt(overdue, minutes=10, **WHY, now=NOON + HOUR))
        == "attempt_not_running"
    )


def test_more_time_after_the_window_is_for_those_who_run(session) -> None:
    exam = make_exam(sitting={"closes_at": NOON + 30 * MINUTE})
    attempt_id = begin(exam)
    services.extend_attempt(attempt_id, minutes=20, **WHY, now=NOON)
    services.extend_sitting(sitting_of(exam), minutes=5, **WHY, now=NOON + 35 * MINUTE)
    assert get_attempt_row(attempt_id).deadline_at == NOON + 55 * MINUTE
    assert sitting_of(exam).closes_at == NOON + 30 * MINUTE


def test_more_time_for_one(session) -> None:
    exam = make_exam(people=2)
    first, second = (begin(exam, one) for one in exam.person_ids)
    services.extend_attempt(first, minutes=120, **WHY, now=NOON)
    db.session.commit()
    assert get_attempt_row(first).deadline_at == NOON + 150 * MINUTE
    assert get_attempt_row(second).deadline_at == NOON + 30 * MINUTE
    assert [one.person_id for one in told("more_time")] == [exam.person_ids[0]]
    assert audited("extend_attempt")[0]["person_id"] == exam.person_ids[0]
    assert jobs.close_overdue_attempts(NOON + 31 * MINUTE) == 1
    assert get_attempt_row(first).state == "open"


@pytest.mark.parametrize("minutes", [0, -5, 121])
def test_minutes_have_limits(session, minutes: int) -> None:
    exam = make_exam()
    attempt_id, sitting = begin(exam), sitting_of(exam)
    for call in (
        lambda: services.extend_attempt(attempt_id, minutes=minutes, **WHY, now=NOON),
        lambda: services.extend_sitting(sitting, minutes=minutes, **WHY, now=NOON),
        lambda: services.admit(sitting, exam.person_id, minutes=minutes, **WHY, now=NOON),
    ):
        assert refused(call) == "minutes_out_of_range"
    assert (
        refused(lambda: services.reopen_attempt(attempt_id, minutes=481, **WHY, now=NOON))
        == "minutes_out_of_range"
    )


def test_every_act_that_takes_or_gives_needs_a_reason(session) -> None:
    exam = make_exam()
    attempt_id, sitting = begin(exam), sitting_of(exam)
    none = {"reason": "  ", "actor_id": None, "now": NOON}
    for call in (
        lambda: services.extend_attempt(attempt_id, minutes=1, **none),
        lambda: services.extend_sitting(sitting, minutes=1, **none),
        lambda: services.pause_sitting(sitting, **none),
        lambda: services.pause_attempt(attempt_id, **none),
        lambda: services.close_sitting(sitting, **none),
        lambda: services.close_attempt_now(attempt_id, **none),
        lambda: services.reopen_attempt(attempt_id, minutes=1, **none),
        lambda: services.admit(sitting, exam.person_id, minutes=1, **none),
    ):
        assert refused(call) == "reason_missing"
    assert events(attempt_id) == []


def test_an_attempt_that_is_not_there(session) -> None:
    with pytest.raises(NotFound):
        services.pause_attempt(999_999, **WHY, now=NOON)


# standing still ---------------------------------------------------------------------------------------------


def test_nobody_loses_a_second_by_a_pause(session) -> None:
    exam = make_exam(people=2)
    attempt_id = begin(exam)
    closes_at = exam.sitting.closes_at
    assert services.pause_sitting(sitting_of(exam), **WHY, now=NOON + 10 * MINUTE) == 1
    assert services.pause_sitting(sitting_of(exam), **WHY, now=NOON + 11 * MINUTE) == 0
    db.session.commit()
    assert get_attempt_row(attempt_id).paused_at == NOON + 10 * MINUTE
    verdict = queries.get_own_sitting(
        exam.sitting_id, exam.person_ids[1], NOON + 11 * MINUTE
    ).verdict
    assert verdict.reason is StartReason.PAUSED
    # Its deadline passes meanwhile: it is not closed.
    assert jobs.close_overdue_attempts(NOON + 50 * MINUTE) == 0
    services.resume_sitting(sitting_of(exam), actor_id=None, now=NOON + 55 * MINUTE)
    db.session.commit()
    row = get_attempt_row(attempt_id)
    assert (row.deadline_at, row.paused_at) == (NOON + 75 * MINUTE, None)
    assert sitting_of(exam).closes_at == closes_at + 45 * MINUTE
    assert sitting_of(exam).paused_at is None
    kinds = [kind for kind, _ in events(attempt_id)]
    assert kinds == ["paused", "resumed"]
    assert events(attempt_id)[1][1] == {"seconds": 45 * 60}
    assert "剩余时间停在这一刻" in render(told("paused")[0]).body
    assert "13:15" in render(told("resumed")[0]).body


def test_answers_are_refused_while_it_stands_still(session) -> None:
    exam = make_exam()
    attempt_id = begin(exam)
    raw = right_answers(attempt_id)[1]
    services.pause_sitting(sitting_of(exam), **WHY, now=NOON)
    db.session.commit()

    def save(now: dt.datetime) -> object:
        return services.save_response(
            attempt_id, 1, person_id=exam.person_id, seq=1, raw=raw, now=now
        )

    assert refused(lambda: save(NOON + MINUTE)) == "attempt_paused"
    services.resume_sitting(sitting_of(exam), actor_id=None, now=NOON + 2 * MINUTE)
    db.session.commit()
    assert save(NOON + 3 * MINUTE).seq == 1


def test_who_was_paused_alone_stays_paused(session) -> None:
    exam = make_exam(people=2)
    alone, other = (begin(exam, one) for one in exam.person_ids)
    services.pause_attempt(alone, **WHY, now=NOON + MINUTE)
    services.pause_sitting(sitting_of(exam), **WHY, now=NOON + 5 * MINUTE)
    waits = lambda: services.resume_attempt(alone, actor_id=None, now=NOON + 6 * MINUTE)  # noqa: E731 - one word
    assert refused(waits) == "sitting_paused"
    assert services.resume_sitting(sitting_of(exam), actor_id=None, now=NOON + 9 * MINUTE) == 1
    db.session.commit()
    assert get_attempt_row(other).deadline_at == NOON + 34 * MINUTE
    assert get_attempt_row(alone).paused_at == NOON + MINUTE
    services.resume_attempt(alone, actor_id=None, now=NOON + 21 * MINUTE)
    assert get_attempt_row(alone).deadline_at == NOON + 50 * MINUTE


def test_a_window_that_ended_during_the_pause_opens_again(session) -> None:
    exam = make_exam(people=2, sitting={"closes_at": NOON + 30 * MINUTE})
    services.pause_sitting(sitting_of(exam), **WHY, now=NOON + 20 * MINUTE)
    services.resume_sitting(sitting_of(exam), actor_id=None, now=NOON + 60 * MINUTE)
    db.session.commit()
    assert sitting_of(exam).closes_at == NOON + 70 * MINUTE
    begin(exam, now=NOON + 61 * MINUTE)


def test_what_stands_or_goes_already(session) -> None:
    exam = make_exam()
    attempt_id = begin(exam)

    def resume() -> None:
        services.resume_attempt(attempt_id, actor_id=None, now=NOON)

    assert refused(resume) == "attempt_not_paused"
    sitting = sitting_of(exam)
    assert (
        refused(lambda: services.resume_sitting(sitting, actor_id=None, now=NOON))
        == "sitting_not_paused"
    )
    services.pause_attempt(attempt_id, **WHY, now=NOON)
    assert refused(lambda: services.pause_attempt(attempt_id, **WHY, now=NOON)) == "attempt_paused"
    over = make_sitting(exam.quiz, exam.cohort, opens_at=NOON - 2 * HOUR, closes_at=NOON - HOUR)
    for act in (services.pause_sitting, services.close_sitting):
        assert refused(lambda act=act: act(over, **WHY, now=NOON)) == "sitting_not_open"


# ending now -------------------------------------------------------------------------------------------------


def test_closing_one_counts_what_was_saved(session) -> None:
    exam = make_exam(people=2)
    first, second = (begin(exam, one, right=4) for one in exam.person_ids)
    services.close_attempt_now(first, **WHY, now=NOON + 5 * MINUTE)
    db.session.commit()
    row = get_attempt_row(first)
    assert (row.state, row.points, row.submitted_at) == ("submitted", 20, NOON + 5 * MINUTE)
    assert events(first) == [("closed", {"reason": "楼里断电"})]
    assert get_attempt_row(second).state == "open"
    assert [one.person_id for one in told("closed")] == [exam.person_ids[0]]
    again = lambda: services.close_attempt_now(first, **WHY, now=NOON + HOUR)  # noqa: E731 - one word
    assert refused(again) == "attempt_not_running"


def test_closing_everything_ends_what_runs_and_shuts_the_door(session) -> None:
    exam = make_exam(people=3)
    running = begin(exam, exam.person_ids[0], right=4)
    held = begin(exam, exam.person_ids[1], right=1)
    services.pause_attempt(held, **WHY, now=NOON + MINUTE)
    moment = NOON + 2 * HOUR - 31 * MINUTE
    services.extend_attempt(running, minutes=120, **WHY, now=NOON)
    assert services.close_sitting(sitting_of(exam), **WHY, now=moment) == 2
    db.session.commit()
    # Paused for longer than it had left, it still ends in time: by the time it had left.
    assert [get_attempt_row(one).state for one in (running, held)] == ["submitted"] * 2
    assert [get_attempt_row(one).points for one in (running, held)] == [20, 5]
    assert sitting_of(exam).closes_at == moment
    verdict = queries.get_own_sitting(exam.sitting_id, exam.person_ids[2], moment).verdict
    assert verdict.reason is StartReason.CLOSED
    assert audited("close_sitting")[0]["attempts"] == 2
    assert len(told("closed")) == 2


def test_a_paused_sitting_can_be_closed(session) -> None:
    exam = make_exam()
    attempt_id = begin(exam, right=2)
    services.pause_sitting(sitting_of(exam), **WHY, now=NOON + MINUTE)
    services.close_sitting(sitting_of(exam), **WHY, now=NOON + 20 * HOUR)
    assert get_attempt_row(attempt_id).points == 10
    assert sitting_of(exam).paused_at is None


# opened again -----------------------------------------------------------------------------------------------


def reopen(attempt_id: int, *, now: dt.datetime = NOON + HOUR, minutes: int = 10) -> None:
    services.reopen_attempt(attempt_id, minutes=minutes, **WHY, now=now)
    db.session.commit()


def test_opened_again_it_goes_on_with_its_answers(session) -> None:
    exam = make_exam()
    attempt_id = take_exam(exam, right=1)
    reopen(attempt_id)
    row = get_attempt_row(attempt_id)
    assert (row.state, row.points, row.passed, row.outcome) == ("open", None, None, None)
    assert (row.submitted_at, row.deadline_at) == (None, NOON + 70 * MINUTE)
    query = select(func.count()).where(StoredItemResult.attempt_id == attempt_id)
    assert db.session.scalar(query) == 0
    assert len(queries.list_answers(attempt_id)) == 1
    (_, facts), *rest = events(attempt_id)
    assert rest == []
    assert facts == {
        "minutes": 10,
        "reason": "楼里断电",
        "state": "submitted",
        "points": "5.00",
        "passed": False,
    }
    assert "13:10" in render(told("reopened")[0]).body


def test_the_second_end_supersedes_the_first_in_the_ledger(session) -> None:
    exam = make_exam()
    attempt_id = take_exam(exam, right=1)
    enrolment_id, key = exam.enrolments[0].id, exam.quiz.key
    for number, right in ((1, 4), (2, 2)):
        reopen(attempt_id, now=NOON + number * HOUR)
        answers = right_answers(attempt_id)
        for position in range(1, 5):
            raw = answers[position] if position <= right else {"chosen": []}
            services.save_response(
                attempt_id,
                position,
                person_id=exam.person_id,
                seq=10 * number,
                raw=raw,
                now=NOON + number * HOUR,
            )
        services.submit_attempt(
            attempt_id, person_id=exam.person_id, now=NOON + number * HOUR + MINUTE
        )
        db.session.commit()
    lines = db.session.scalars(
        select(GradeEntry).where(GradeEntry.enrolment_id == enrolment_id).order_by(GradeEntry.id)
    ).all()
    assert [(line.source, line.points) for line in lines] == [
        (f"attempt:{attempt_id}", 5),
        (f"attempt:{attempt_id}:reopen:1", 20),
        (f"attempt:{attempt_id}:reopen:2", 10),
    ]
    assert [line.supersedes_id for line in lines] == [None, lines[0].id, lines[1].id]
    assert list_present_by_source([enrolment_id])[f"attempt:{attempt_id}"].points == 10
    standing = find_standing(enrolment_id, "quiz", key)
    assert (standing.tries, standing.passed) == (1, False)
    # The gate that was passed in between is not taken back.
    assert db.session.scalar(select(func.count()).select_from(GatePass)) == 1


def test_opened_again_and_left_it_ends_with_the_time(session) -> None:
    exam = make_exam()
    attempt_id = take_exam(exam, right=3)
    reopen(attempt_id)
    assert jobs.close_overdue_attempts(NOON + HOUR + 9 * MINUTE) == 0
    assert jobs.close_overdue_attempts(NOON + HOUR + 10 * MINUTE) == 1
    row = get_attempt_row(attempt_id)
    assert (row.state, row.points) == ("expired", 15)
    # The same points again are a line of their own: it says when and why.
    assert list_present_by_source([row.enrolment_id])[f"attempt:{attempt_id}"].source.endswith(
        ":reopen:1"
    )


def test_what_cannot_be_opened_again(session) -> None:
    exam = make_exam(people=4, sitting={"wait_minutes": 0})
    running = begin(exam, exam.person_ids[0])
    assert refused(lambda: reopen(running)) == "attempt_running"
    first = take_exam(exam, person_id=exam.person_ids[1], right=1)
    begin(exam, exam.person_ids[1], now=NOON + 10 * MINUTE)
    assert refused(lambda: reopen(first)) == "attempt_followed"
    typed = get_attempt_row(take_exam(exam, person_id=exam.person_ids[2]))
    staff = make_person(RoleName.TRAINER).id
    db.session.add(
        PrintedPaper(
            sitting_id=exam.sitting_id,
            person_id=typed.person_id,
            seed=1,
            printed_at=NOON,
            printed_by=staff,
            attempt_id=typed.id,
            paper=[],
        )
    )
    assert refused(lambda: reopen(typed.id)) == "attempt_on_paper"
    seen = get_attempt_row(take_exam(exam, person_id=exam.person_ids[3]))
    db.session.add(
        Objection(
            attempt_id=seen.id,
            position=1,
            item_version_id=seen.paper[0]["item_version_id"],
            person_id=seen.person_id,
            state="open",
            created_at=NOON,
        )
    )
    assert refused(lambda: reopen(seen.id)) == "attempt_objected"
    services.pause_sitting(sitting_of(exam), **WHY, now=NOON + 10 * MINUTE)
    assert refused(lambda: reopen(typed.id)) == "sitting_paused"


# let in late ------------------------------------------------------------------------------------------------


def test_a_latecomer_has_the_full_length(session) -> None:
    exam = make_exam(people=2, sitting={"closes_at": NOON})
    person_id, other = exam.person_ids
    seat = services.admit(sitting_of(exam), person_id, minutes=15, **WHY, now=NOON)
    db.session.commit()
    assert seat.closes_at == NOON + 45 * MINUTE
    late = begin(exam, person_id, now=NOON + 14 * MINUTE)
    assert get_attempt_row(late).deadline_at == NOON + 44 * MINUTE
    verdict = queries.get_own_sitting(exam.sitting_id, other, NOON + MINUTE).verdict
    assert verdict.reason is StartReason.CLOSED
    assert audited("admit")[0]["person_id"] == person_id
    words = render(told("admitted")[0])
    assert "12:15 之前开始" in words.subject
    assert told("admitted")[0].link == f"/sittings/{exam.sitting_id}/rules"


def test_a_pause_and_more_time_move_a_seat_of_its_own_too(session) -> None:
    exam = make_exam(sitting={"closes_at": NOON})
    services.admit(sitting_of(exam), exam.person_id, minutes=15, **WHY, now=NOON)
    begin(exam, now=NOON + MINUTE)
    services.extend_sitting(sitting_of(exam), minutes=5, **WHY, now=NOON + 2 * MINUTE)
    services.pause_sitting(sitting_of(exam), **WHY, now=NOON + 3 * MINUTE)
    services.resume_sitting(sitting_of(exam), actor_id=None, now=NOON + 13 * MINUTE)
    db.session.commit()
    seat = db.session.get_one(SittingSeat, (exam.sitting_id, exam.person_id))
    assert seat.closes_at == NOON + 60 * MINUTE


def test_only_who_is_shut_out_is_let_in(session) -> None:
    exam = make_exam(people=2)
    sitting, person_id = sitting_of(exam), exam.person_id

    def admit(now: dt.datetime) -> object:
        return services.admit(sitting, person_id, minutes=5, **WHY, now=now)

    assert refused(lambda: admit(NOON)) == "not_shut_out"
    begin(exam)
    assert refused(lambda: admit(NOON + 12 * HOUR)) == "not_shut_out"
    with pytest.raises(NotFound):
        services.admit(sitting, make_person().id, minutes=5, **WHY, now=NOON + 12 * HOUR)


# the pages --------------------------------------------------------------------------------------------------


@pytest.fixture
def trainer(app, sign_in, noon):
    with app.app_context():
        person_id = make_person(RoleName.TRAINER, name="何姐").id
    return sign_in(person_id)


@pytest.fixture
def hall(app, noon) -> dict[str, int]:
    with app.app_context():
        exam = make_exam(people=3)
        absent, running, ended = exam.person_ids
        return {
            "sitting": exam.sitting_id,
            "absent": absent,
            "running": running,
            "ended": ended,
            "attempt": begin(exam, running, now=NOON - MINUTE, right=2),
            "done": take_exam(exam, person_id=ended, now=NOON - 30 * MINUTE, right=1),
        }


SAID = {"minutes": "10", "reason": "断电"}


def test_the_acts_of_a_sitting_one_after_another(app, trainer, noon, hall) -> None:
    base = f"/sittings/{hall['sitting']}"
    for act, words in (
        ("extend", "已给所有人加 10 分钟"),
        ("pause", "已暂停，1 人的时间停住了"),
        ("resume", "已继续，1 人接着作答"),
        ("close", "收了 1 份正在作答的卷子"),
    ):
        noon.shift(MINUTE)
        reply = trainer.post(f"{base}/{act}", data=SAID)
        assert (reply.status_code, reply.location) == (303, base)
        page = trainer.get(base).text
        assert words in page
        assert ("全部暂停中" in page) is (act == "pause")
    with app.app_context():
        assert get_attempt_row(hall["attempt"]).state == "submitted"


def test_the_acts_on_one_candidate_one_after_another(app, trainer, noon, hall) -> None:
    there = f"/sittings/{hall['sitting']}/candidates/{hall['running']}"
    for act, words in (
        ("extend", "加 10 分钟。"),
        ("pause", "的时间停住了"),
        ("resume", "可以接着作答了"),
        ("close", "保存过的答案都算数"),
        ("reopen", "从现在起 10 分钟"),
    ):
        noon.shift(MINUTE)
        assert f"/attempts/{hall['attempt']}/{act}" in trainer.get(there).text
        reply = trainer.post(f"/attempts/{hall['attempt']}/{act}", data=SAID)
        assert (reply.status_code, reply.location) == (303, there)
        assert words in trainer.get(there).text
    page = trainer.get(there).text
    for word in ("加了时间", "暂停", "继续", "提前结束", "重新打开", "断电", "何姐"):
        assert word in page


def test_a_latecomer_is_let_in_by_the_page(app, trainer, noon, hall) -> None:
    there = f"/sittings/{hall['sitting']}/candidates/{hall['absent']}"
    assert "让他补进" not in trainer.get(there).text
    noon.shift(9 * HOUR)
    assert "让他补进" in trainer.get(there).text
    url = f"/sittings/{hall['sitting']}/admit"
    reply = trainer.post(url, data={**SAID, "person": str(hall["absent"])})
    assert reply.location == there
    assert "10 分钟内可以开始" in trainer.get(there).text
    assert trainer.post(url, data=SAID).status_code == 404
    strange = trainer.post(url, data={**SAID, "person": "999999"})
    assert strange.status_code == 404


def test_a_form_without_reason_comes_back(trainer, hall) -> None:
    for url in (
        f"/sittings/{hall['sitting']}/extend",
        f"/sittings/{hall['sitting']}/close",
        f"/attempts/{hall['attempt']}/pause",
        f"/attempts/{hall['done']}/reopen",
    ):
        reply = trainer.post(url, data={"minutes": "10", "reason": " "})
        assert reply.status_code == 422
        assert "请写明原因" in reply.text
        assert reply.text.count(" open>") == 1


def test_what_has_changed_meanwhile_is_said(trainer, hall) -> None:
    reply = trainer.post(f"/sittings/{hall['sitting']}/resume")
    assert reply.status_code == 422
    assert "没有暂停，或者已经继续了" in reply.text
    reply = trainer.post(f"/attempts/{hall['done']}/pause", data=SAID)
    assert reply.status_code == 422
    assert "这次作答已经结束了" in reply.text


def test_why_it_cannot_be_opened_again_is_said(app, trainer, noon, hall) -> None:
    noon.shift(2 * HOUR)
    with app.app_context():
        services.start_attempt(hall["sitting"], person_id=hall["ended"], now=NOON + 2 * HOUR)
        services.close_attempt(hall["attempt"], now=NOON + 2 * HOUR)
        db.session.commit()
    reply = trainer.post(f"/attempts/{hall['done']}/reopen", data=SAID)
    assert reply.status_code == 422
    assert "之后又开始了一次作答" in reply.text


def test_nobody_but_the_trainer_acts(app, sign_in, noon, hall) -> None:
    with app.app_context():
        hr = make_person(RoleName.HR).id
    for person_id in (hr, hall["running"]):
        client = sign_in(person_id)
        for act in ("extend", "pause", "resume", "close", "admit"):
            assert client.post(f"/sittings/{hall['sitting']}/{act}").status_code == 403
        for act in ("extend", "pause", "resume", "close", "reopen"):
            assert client.post(f"/attempts/{hall['attempt']}/{act}").status_code == 403
        assert (
            client.get(f"/sittings/{hall['sitting']}/candidates/{hall['running']}").status_code
            == 403
        )
    # who may only look is offered no act
    page = sign_in(hr).get(f"/sittings/{hall['sitting']}").text
    assert "board-act" not in page
    assert "/candidates/" not in page


def test_somebody_who_is_no_candidate_is_not_found(trainer, hall) -> None:
    assert trainer.get(f"/sittings/{hall['sitting']}/candidates/999999").status_code == 404
