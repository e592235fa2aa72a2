"""Who takes a sitting: a cohort, a team, persons by name; and what holds for one of them."""

import datetime as dt

import pytest
from sqlalchemy import select

from lms.db import db
from lms.errors import InvalidInput, NotFound
from lms.notifications.models import OutboxMessage
from lms.people.domain.roles import RoleName
from lms.quizzes import queries, services
from lms.quizzes.domain.attempts import StartReason
from lms.quizzes.models import Sitting, SittingSeat
from lms.quizzes.services.seats import get_seat, invite
from tests.conftest import NOON
from tests.factories.curriculum import make_enrolment
from tests.factories.people import make_cohort, make_person, make_supervision
from tests.factories.quizzes import HOUR, get_attempt_row, make_exam
from tests.integration.quizzes.test_trainer_pages import form, text_of

MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)


@pytest.fixture
def trainer(app, sign_in, noon):
    with app.app_context():
        person_id = make_person(RoleName.TRAINER, name="何姐").id
    return sign_in(person_id)


def set_seat(sitting_id: int, person_id: int, **values: object) -> None:
    seat = get_seat(sitting_id, person_id, actor_id=None, now=NOON)
    for name, value in values.items():
        setattr(seat, name, value)
    db.session.commit()


def told(kind: str) -> set[int]:
    return set(
        db.session.scalars(
            select(OutboxMessage.person_id).where(OutboxMessage.kind == f"quizzes.{kind}")
        )
    )


def schedule(exam, invited, **more):
    return services.schedule_sitting(
        quiz=exam.quiz,
        cohort=None,
        invited=invited,
        opens_at=NOON,
        closes_at=NOON + 4 * HOUR,
        actor_id=None,
        now=NOON,
        **more,
    )


def test_persons_by_name_of_two_cohorts(session) -> None:
    exam = make_exam(people=3)
    other = make_person()
    make_enrolment(other, exam.programme, cohort=make_cohort(other))
    wanted = {exam.person_ids[0], exam.person_ids[1], other.id}
    sitting = schedule(exam, wanted)
    assert not sitting.is_for_cohort
    assert sitting.cohort_id == exam.cohort.id  # that of most of them
    assert {one.person_id for one in queries.list_candidates(sitting)} == wanted
    assert told("sitting_scheduled") == wanted
    assert queries.count_invited([sitting.id, exam.sitting_id]) == {sitting.id: 3}
    assert queries.get_own_sitting(sitting.id, other.id, NOON).verdict.reason is StartReason.FREE
    services.start_attempt(sitting.id, person_id=other.id, now=NOON)
    with pytest.raises(NotFound):
        queries.get_own_sitting(sitting.id, exam.person_ids[2], NOON)
    with pytest.raises(NotFound):
        services.start_attempt(sitting.id, person_id=exam.person_ids[2], now=NOON)


def test_one_more_by_name_beside_the_cohort(session) -> None:
    exam = make_exam(people=1)
    other = make_person()
    make_enrolment(other, exam.programme, cohort=make_cohort(other))
    with pytest.raises(NotFound):
        queries.get_own_sitting(exam.sitting_id, other.id, NOON)
    invite(exam.sitting, [other.id], actor_id=None, now=NOON)
    assert len(queries.list_candidates(exam.sitting)) == 2
    assert queries.get_own_sitting(exam.sitting_id, other.id, NOON)
    # A seat without an invitation takes nobody in.
    third = make_person()
    make_enrolment(third, exam.programme, cohort=make_cohort(third))
    set_seat(exam.sitting_id, third.id, extra_minutes=10)
    with pytest.raises(NotFound):
        queries.get_own_sitting(exam.sitting_id, third.id, NOON)


@pytest.mark.parametrize(
    ("who", "problem"),
    [("nobody", "nobody_invited"), ("a stranger", "not_enrolled"), ("no cohort", "no_cohort")],
)
def test_whom_it_cannot_be_for(session, who: str, problem: str) -> None:
    exam = make_exam()
    stranger, alone = make_person(), make_person()
    make_enrolment(alone, exam.programme, cohort=None)
    invited = {"nobody": [], "a stranger": [stranger.id], "no cohort": [alone.id]}[who]
    with pytest.raises(InvalidInput) as caught:
        schedule(exam, invited)
    assert caught.value.facts == {"field": "persons", "problem": problem}


def test_what_is_arranged_for_one_person(session) -> None:
    exam = make_exam(people=2, sitting={"minutes": 30, "max_attempts": 1, "wait_minutes": 0})
    one, other = exam.person_ids
    set_seat(
        exam.sitting_id,
        one,
        extra_minutes=15,
        extra_attempts=1,
        closes_at=exam.sitting.closes_at + HOUR,
    )
    window = queries.get_own_sitting(exam.sitting_id, one, NOON).window
    assert (window.minutes, window.max_attempts, window.extra_minutes) == (45, 2, 15)
    late = exam.sitting.closes_at + MINUTE
    assert [own.sitting.id for own in queries.list_open_sittings(one, late)] == [exam.sitting_id]
    assert queries.list_open_sittings(other, late) == []
    attempt_id = services.start_attempt(exam.sitting_id, person_id=one, now=late)
    assert get_attempt_row(attempt_id).deadline_at == late + 45 * MINUTE
    usual = queries.get_own_sitting(exam.sitting_id, other, NOON).window
    assert (usual.minutes, usual.max_attempts, usual.closes_at) == (
        30,
        1,
        exam.sitting.closes_at,
    )


def test_a_paused_sitting_lets_nobody_start(session) -> None:
    exam = make_exam()
    exam.sitting.paused_at = NOON
    db.session.commit()
    own = queries.get_own_sitting(exam.sitting_id, exam.person_id, NOON + MINUTE)
    assert own.verdict.reason is StartReason.PAUSED
    later = queries.get_own_sitting(exam.sitting_id, exam.person_id, exam.sitting.closes_at)
    assert later.verdict.reason is StartReason.PAUSED


# the form ------------------------------------------------------------------------------------------------------


@pytest.fixture
def ids(app) -> dict[str, object]:
    with app.app_context():
        exam = make_exam(people=3)
        lead = make_person(RoleName.LEAD, name="组长小周")
        for person_id in exam.person_ids[:2]:
            person = next(one.person for one in exam.enrolments if one.person_id == person_id)
            make_supervision(person, lead, since_on=dt.date(2026, 11, 1))
        return {
            "cohort": exam.cohort.id,
            "quiz": exam.quiz.key,
            "persons": list(exam.person_ids),
            "numbers": [one.person.employee_no for one in exam.enrolments],
            "lead": lead.id,
        }


def newest(app) -> tuple[Sitting, set[int]]:
    with app.app_context():
        sitting = db.session.scalars(select(Sitting).order_by(Sitting.id.desc())).first()
        seats = db.session.scalars(
            select(SittingSeat.person_id).where(
                SittingSeat.sitting_id == sitting.id, SittingSeat.is_invited
            )
        )
        return sitting, set(seats)


def test_a_team_becomes_its_persons(app, trainer, ids) -> None:
    url = f"/sittings/new?quiz={ids['quiz']}"
    assert "组长小周 组（2 人）" in text_of(trainer.get(url))
    reply = trainer.post(url, data=form(ids, audience="team", team=str(ids["lead"])))
    assert reply.status_code == 303, text_of(reply, 422)
    sitting, invited = newest(app)
    assert not sitting.is_for_cohort
    assert invited == set(ids["persons"][:2])


def test_persons_are_searched_and_ticked_without_script(app, trainer, ids) -> None:
    url = f"/sittings/new?quiz={ids['quiz']}"
    first, second, third = ids["persons"]
    asked = form(ids, audience="persons", persons=[str(first)], person_words=ids["numbers"][2])
    page = trainer.post(url, data={**asked, "act": "find"})
    assert page.status_code == 200
    assert f'value="{first}"' in page.text  # ticked before, still there
    assert f'value="{third}"' in page.text
    assert ids["numbers"][1] not in page.text
    assert newest(app)[0].is_for_cohort  # nothing was scheduled
    reply = trainer.post(url, data=form(ids, audience="persons", persons=[str(first), str(third)]))
    assert reply.status_code == 303
    assert newest(app)[1] == {first, third}
    assert second not in newest(app)[1]
    assert "指定 2 人" in text_of(trainer.get("/sittings"))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"audience": "persons"}, "一个人都没有"),
        ({"audience": "team"}, "请选一个"),
        ({"audience": "team", "team": "999999"}, "请选一个"),
        ({"audience": "cohort", "cohort": "999999"}, "请选一个"),
        ({"audience": "persons", "persons": ["999999"]}, "不在培养中"),
    ],
)
def test_a_form_that_says_nobody(trainer, ids, changes, words: str) -> None:
    reply = trainer.post(f"/sittings/new?quiz={ids['quiz']}", data=form(ids, **changes))
    assert words in text_of(reply, 422)


def test_the_further_rules_are_kept(app, trainer, ids) -> None:
    reply = trainer.post(
        f"/sittings/new?quiz={ids['quiz']}",
        data=form(ids, timeout="abandon", opens_make_up="y", password="大海"),
    )
    assert reply.status_code == 303
    assert newest(app)[0].rules == {"timeout": "abandon", "opens_make_up": True, "password": "大海"}
