"""What is shown after an attempt, and when, on the pages; the release by hand; the form."""

import datetime as dt
import html
import re

import pytest
from sqlalchemy import select

from lms.db import db
from lms.notifications.models import OutboxMessage
from lms.people.domain.roles import RoleName
from lms.quizzes.domain.review import Moment, Part, ReviewMatrix, matrix_as_stored
from lms.quizzes.models import Attempt, Sitting, SittingSeat
from lms.quizzes.services import start_attempt
from tests.conftest import NOON
from tests.factories.people import make_person
from tests.factories.quizzes import HOUR, make_exam, take_exam

MINUTE = dt.timedelta(minutes=1)
EVERY = frozenset(Part)


def rule(*moments: Moment, parts=EVERY) -> str:
    return matrix_as_stored(ReviewMatrix(**{part.value: frozenset(moments) for part in parts}))


def words_of(reply) -> str:
    assert reply.status_code == 200, reply.status_code
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", reply.text)).split())


def taken(app, review: str, *, people: int = 1, right: int = 2, **more):
    """An exam that everybody has taken; the sitting, the first candidate and that attempt."""
    with app.app_context():
        exam = make_exam(people=people, sitting={"review": review}, **more)
        attempts = [take_exam(exam, person_id=one, right=right) for one in exam.person_ids]
        return exam.sitting_id, exam.person_id, attempts[0]


def seen(page: str) -> set[str]:
    """Which parts of a result a page shows."""
    marks = {
        "responses": "你的选择",
        "points": "5 / 5 分",
        "keys": "正确答案 ",
        "explanations": "讲解 ",
        "comparison": "的中位数是",
    }
    return {part for part, mark in marks.items() if mark in page}


@pytest.mark.parametrize(
    ("moment", "hidden", "visible"),
    [
        (Moment.RIGHT_AFTER, [36 * MINUTE, 9 * HOUR], [6 * MINUTE, 34 * MINUTE]),
        (Moment.WHILE_OPEN, [8 * HOUR], [6 * MINUTE, 7 * HOUR]),
        (Moment.AFTER_CLOSE, [6 * MINUTE, 7 * HOUR], [8 * HOUR]),
        (Moment.AFTER_RELEASE, [6 * MINUTE, 9 * HOUR], []),
    ],
)
def test_the_result_shows_each_part_at_its_moment(
    app, sign_in, noon, moment, hidden, visible
) -> None:
    _, person_id, attempt_id = taken(app, rule(moment), people=5)
    client = sign_in(person_id)
    for after in sorted([*hidden, *visible]):
        noon.move_to(NOON + after)
        page = words_of(client.get(f"/attempts/{attempt_id}/result"))
        assert "10 满分 20" in page  # points and decision whatever the rule says
        assert seen(page) == (set(EVERY) if after in visible else set()), after


@pytest.mark.parametrize("part", ["points", "keys", "explanations", "responses"])
def test_a_part_alone_shows_nothing_else(app, sign_in, noon, part: str) -> None:
    _, person_id, attempt_id = taken(app, rule(Moment.WHILE_OPEN, parts=[Part(part)]))
    noon.move_to(NOON + 6 * MINUTE)
    page = words_of(sign_in(person_id).get(f"/attempts/{attempt_id}/result"))
    assert seen(page) == {part}


def test_a_hidden_part_says_from_when(app, sign_in, noon) -> None:
    review = matrix_as_stored(
        ReviewMatrix(
            responses=frozenset({Moment.RIGHT_AFTER}),
            keys=frozenset({Moment.AFTER_CLOSE}),
            explanations=frozenset({Moment.AFTER_RELEASE}),
        )
    )
    _, person_id, attempt_id = taken(app, review)
    noon.move_to(NOON + 6 * MINUTE)
    page = words_of(sign_in(person_id).get(f"/attempts/{attempt_id}/result"))
    assert "正确答案：2026年11月23日 20:00 之后公布" in page
    assert "讲解：等老师公布" in page
    assert "自己的作答：现在能看，到 2026年11月23日 12:35 为止" in page


def test_what_waits_for_the_close_waits_for_a_latecomer_and_for_a_clock_that_stands(
    app, sign_in, noon
) -> None:
    with app.app_context():
        exam = make_exam(people=2, sitting={"review": rule(Moment.AFTER_CLOSE)})
        attempt_id = take_exam(exam)
        late = SittingSeat(
            sitting_id=exam.sitting_id,
            person_id=exam.person_ids[1],
            closes_at=NOON + 10 * HOUR,
            changed_at=NOON,
        )
        db.session.add(late)
        db.session.commit()
        sitting_id, person_id, latecomer = exam.sitting_id, *exam.person_ids
    client = sign_in(person_id)
    noon.move_to(NOON + 9 * HOUR)
    page = words_of(client.get(f"/attempts/{attempt_id}/result"))
    assert seen(page) == set()
    assert "22:00 之后公布" in page
    with app.app_context():
        started = start_attempt(sitting_id, person_id=latecomer, now=NOON + 9 * HOUR)
        db.session.get_one(Attempt, started).paused_at = NOON + 9 * HOUR + MINUTE
        db.session.commit()
    noon.move_to(NOON + 12 * HOUR)
    assert seen(words_of(client.get(f"/attempts/{attempt_id}/result"))) == set()


def test_fewer_than_five_are_not_compared(app, sign_in, noon) -> None:
    _, person_id, attempt_id = taken(app, rule(Moment.WHILE_OPEN), people=4)
    noon.move_to(NOON + 6 * MINUTE)
    page = words_of(sign_in(person_id).get(f"/attempts/{attempt_id}/result"))
    assert "还不到 5 个" in page
    assert "中位数" not in page


def test_a_comparison_counts_each_person_once(app, sign_in, noon) -> None:
    with app.app_context():
        exam = make_exam(
            people=5,
            quiz={"wait_minutes": 0},
            sitting={"review": rule(Moment.WHILE_OPEN, parts=[Part.COMPARISON])},
        )
        ids = [
            take_exam(exam, person_id=one, right=right)
            for one, right in zip(exam.person_ids, (2, 3, 4, 4, 1), strict=True)
        ]
        take_exam(exam, person_id=exam.person_ids[4], right=3, now=NOON + 10 * MINUTE)
        person_id = exam.person_id
    noon.move_to(NOON + 20 * MINUTE)
    page = words_of(sign_in(person_id).get(f"/attempts/{ids[0]}/result"))
    assert "你的得分率 50%，这场 5 人的中位数是 75%。" in page
    assert "5 人里 2 人通过。" in page


# by hand --------------------------------------------------------------------------------------------------


def trainer_of(app) -> int:
    with app.app_context():
        return make_person(RoleName.TRAINER).id


def messages(app, name: str) -> list[OutboxMessage]:
    with app.app_context():
        return list(db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == name)))


def test_results_are_released_by_hand_once_all_is_over(app, sign_in, noon) -> None:
    sitting_id, person_id, attempt_id = taken(app, rule(Moment.AFTER_RELEASE), people=5)
    trainer, candidate = sign_in(trainer_of(app)), sign_in(person_id)
    page = trainer.get(f"/sittings/{sitting_id}").text
    assert "等你公布" in page
    assert "/release" not in page
    early = trainer.post(f"/sittings/{sitting_id}/release", follow_redirects=True).text
    assert "还有人没考完" in early
    assert "等老师公布" in words_of(candidate.get(f"/attempts/{attempt_id}/result"))

    noon.move_to(NOON + 9 * HOUR)
    assert f"/sittings/{sitting_id}/release" in trainer.get(f"/sittings/{sitting_id}").text
    done = trainer.post(f"/sittings/{sitting_id}/release", follow_redirects=True).text
    assert "已公布，并通知了 5 位学员" in done
    assert seen(words_of(candidate.get(f"/attempts/{attempt_id}/result"))) == set(EVERY)
    again = trainer.post(f"/sittings/{sitting_id}/release", follow_redirects=True).text
    assert "结果已经公布" in again
    assert len(messages(app, "quizzes.results_released")) == 5
    with app.app_context():
        assert db.session.get_one(Sitting, sitting_id).released_at == NOON + 9 * HOUR


def test_a_usual_sitting_has_nothing_to_release(app, sign_in, noon) -> None:
    sitting_id, _, _ = taken(app, "everything")
    noon.move_to(NOON + 9 * HOUR)
    assert "/release" not in sign_in(trainer_of(app)).get(f"/sittings/{sitting_id}").text


# the form -------------------------------------------------------------------------------------------------


def plan(exam, **more) -> dict[str, object]:
    return {
        "cohort": exam.cohort.id,
        "opens_at": "2026-11-24T10:00",
        "closes_at": "2026-11-24T18:00",
        "minutes": "30",
        "max_attempts": "2",
        "wait_minutes": "60",
        "cut_percent": "80",
        **more,
    }


def test_a_trainer_chooses_part_by_part(app, sign_in, noon) -> None:
    with app.app_context():
        exam = make_exam()
        url, fields = f"/sittings/new?quiz={exam.quiz.key}", plan(exam)
        first = exam.sitting_id
    client = sign_in(trainer_of(app))
    assert client.get(url).text.count('name="show_') == 20
    own = {
        **fields,
        "review": "own",
        "show_responses": ["right_after", "after_close"],
        "show_keys": ["after_release"],
        "show_comparison": ["after_close"],
    }
    reply = client.post(url, data=own)
    assert reply.status_code == 303, reply.text
    with app.app_context():
        sitting = db.session.scalars(select(Sitting).where(Sitting.id != first)).one()
        assert sitting.review == "matrix:responses=nc,keys=r,comparison=c"
    page = words_of(client.get(reply.location))
    assert "交卷后 30 分钟内：自己的作答；全场结束之后：自己的作答、和同场的人比" in page
    assert "老师公布之后：正确答案" in page


def test_an_own_choice_must_choose_something(app, sign_in, noon) -> None:
    with app.app_context():
        exam = make_exam()
        url, fields = f"/sittings/new?quiz={exam.quiz.key}", plan(exam, review="own")
    reply = sign_in(trainer_of(app)).post(url, data=fields)
    assert reply.status_code == 422
    assert "请在表里至少勾选一项" in reply.text
