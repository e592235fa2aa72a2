"""Where probations stand, read from real rows: one person's line, HR's list, what waits for whom."""

import datetime as dt

import pytest
from sqlalchemy import event

from lms.db import db
from lms.people.domain.roles import RoleName
from lms.probation.domain.status import Step, Who
from lms.probation.queries import (
    FileFilter,
    Order,
    Show,
    count_files,
    describe_files,
    list_waiting,
    select_files,
    status_line,
)
from tests.conftest import NOON
from tests.factories.curriculum import make_enrolment, make_programme, pass_gates
from tests.factories.defense import AFTERNOON, make_defense, make_ready_enrolment, rate, rate_all
from tests.factories.people import add_role, make_cohort, make_person
from tests.factories.probation import (
    TEXT,
    make_case_ready,
    make_conditions,
    make_decision,
    make_file,
    make_signature,
)

EVENING = NOON + dt.timedelta(hours=8)


@pytest.fixture
def request_context(app):
    with app.test_request_context():
        yield


pytestmark = pytest.mark.usefixtures("request_context")


def step(enrolment, now=EVENING):
    line = status_line(enrolment, now)
    return line.step, line.who, line.since


def test_the_whole_way():
    enrolled_at = NOON - dt.timedelta(days=10)
    enrolment = make_enrolment(starts_on=dt.date(2026, 11, 13), now=enrolled_at)
    make_file(enrolment, starts_on=dt.date(2026, 11, 13))
    conditions = make_conditions(enrolment.programme)
    assert step(enrolment) == (Step.SIGN, Who.LEARNER, enrolled_at)
    make_signature(enrolment, conditions)
    assert step(enrolment) == (Step.LEARN, Who.LEARNER, enrolled_at)
    assert status_line(enrolment, EVENING).facts == {"done": 0, "total": 3}
    pass_gates(enrolment, now=NOON - dt.timedelta(days=1))
    assert step(enrolment) == (Step.BOOK, Who.TRAINER, NOON - dt.timedelta(days=1))
    defense = make_defense(enrolment)
    assert step(enrolment, NOON) == (Step.DEFEND, Who.NOBODY, NOON)
    assert step(enrolment) == (Step.RATE, Who.PANEL, AFTERNOON)
    rate(defense.panel[0])
    assert status_line(enrolment, EVENING).facts == {"done": 1, "total": 3}
    for member in defense.panel[1:]:
        rate(member)
    assert step(enrolment) == (Step.DECIDE, Who.HR, AFTERNOON)
    after = dt.datetime(2027, 1, 5, tzinfo=dt.UTC)
    last_moment = dt.datetime(2026, 12, 31, 16, 0, tzinfo=dt.UTC)
    assert step(enrolment, after) == (Step.EXPIRED, Who.HR, last_moment)


def test_a_decision_ends_it():
    decision = make_decision()
    line = status_line(decision.file.enrolment, EVENING + dt.timedelta(days=3))
    assert (line.step, line.facts) == (Step.DECIDED, {"outcome": "regular"})


def test_a_new_version_waits_for_a_signature_since_it_was_published():
    enrolment = make_enrolment()
    make_signature(enrolment)
    published = NOON + dt.timedelta(hours=1)
    make_conditions(enrolment.programme, version=2, text=TEXT + "补充。", now=published)
    assert step(enrolment) == (Step.SIGN, Who.LEARNER, published)


def test_a_called_off_defense_does_not_count():
    enrolment = make_ready_enrolment()
    make_defense(enrolment).cancelled_at = NOON
    assert step(enrolment)[0] is Step.BOOK


def shown(now=NOON, **wanted):
    query = select_files(FileFilter(**wanted), now)
    return [enrolment.person.name for enrolment in db.session.scalars(query)]


@pytest.fixture
def house(request_context):
    """Six people, one for each narrowing."""
    programme = make_programme()
    conditions = make_conditions(programme)
    for name, ends_on in (
        ("本月", (2026, 11, 30)),
        ("下月", (2026, 12, 31)),
        ("逾期", (2026, 11, 22)),
    ):
        enrolment = make_enrolment(make_person(name=name), programme)
        make_signature(enrolment, conditions)
        make_file(enrolment, ends_on=dt.date(*ends_on))
    make_enrolment(make_person(name="缺日期", employee_no="K-77"), programme)
    make_case_ready(make_person(name="有结论"), ends_on=dt.date(2027, 1, 31))
    make_decision(make_case_ready(make_person(name="已决定")), now=NOON + dt.timedelta(hours=3))
    make_enrolment(make_person(name="退出"), programme, state="withdrawn")


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(
    ("show", "names"),
    [
        (Show.OPEN, ["逾期", "本月", "下月", "有结论", "缺日期"]),
        (Show.NO_DATES, ["缺日期"]),
        (Show.UNSIGNED, ["缺日期"]),
        (Show.THIS_MONTH, ["本月"]),
        (Show.OVERDUE, ["逾期"]),
        (Show.READY, ["有结论"]),
        (Show.DECIDED, ["已决定"]),
        (Show.ALL, ["逾期", "本月", "下月", "已决定", "有结论", "缺日期"]),
    ],
)
def test_narrowing_and_counting_agree(show, names):
    assert sorted(shown(show=show)) == sorted(names)
    assert count_files(NOON, not_of=0)[show] == len(names)


@pytest.mark.usefixtures("house")
def test_the_nearest_last_day_comes_first_and_none_last():
    assert shown() == ["逾期", "本月", "下月", "有结论", "缺日期"]
    assert shown(order=Order.LATEST) == ["有结论", "下月", "本月", "逾期", "缺日期"]


@pytest.mark.usefixtures("house")
def test_searching_by_name_number_and_cohort():
    assert shown(words="缺日") == ["缺日期"]
    assert shown(words="k-77") == ["缺日期"]
    assert shown(words="100%") == []
    cohort = make_cohort()
    make_enrolment(make_person(name="新期"), cohort=cohort)
    assert shown(cohort_id=cohort.id) == ["新期"]


@pytest.mark.usefixtures("house")
def test_the_last_day_is_not_overdue_until_it_is_over():
    midnight = dt.datetime(2026, 11, 30, 16, 0, tzinfo=dt.UTC)
    assert "本月" not in shown(midnight - dt.timedelta(seconds=1), show=Show.OVERDUE)
    assert "本月" in shown(midnight, show=Show.OVERDUE)


def count_queries(enrolments):
    seen = []
    listener = lambda *_args: seen.append(1)  # noqa: E731 - a name for removing it again
    db.session.flush()
    event.listen(db.engine, "before_cursor_execute", listener)
    try:
        describe_files(enrolments, NOON)
    finally:
        event.remove(db.engine, "before_cursor_execute", listener)
    return len(seen)


@pytest.mark.usefixtures("house")
def test_many_rows_need_as_many_queries_as_one():
    enrolments = db.session.scalars(select_files(FileFilter(show=Show.ALL), NOON)).all()
    assert len(enrolments) == 6
    # Somebody with a defense: without any, its panel is not asked for.
    one = [enrolment for enrolment in enrolments if enrolment.person.name == "有结论"]
    assert count_queries(enrolments) == count_queries(one)


def waiting(person, now=NOON):
    return {one.kind: one for one in list_waiting(person, now)}


def test_the_learner_signs_by_the_end_of_the_first_day():
    enrolment = make_enrolment(starts_on=dt.date(2026, 11, 23))
    assert waiting(enrolment.person) == {}
    make_conditions(enrolment.programme)
    one = waiting(enrolment.person)["probation.sign"]
    assert (one.url, one.since) == ("/conditions", enrolment.enrolled_at)
    assert one.until == dt.datetime(2026, 11, 23, 16, 0, tzinfo=dt.UTC)
    make_signature(enrolment, make_conditions(enrolment.programme))
    assert waiting(enrolment.person) == {}


def test_a_change_is_signed_again_without_an_end():
    enrolment = make_enrolment()
    make_signature(enrolment)
    make_conditions(enrolment.programme, version=2, text=TEXT + "补充。", now=NOON)
    one = waiting(enrolment.person)["probation.sign"]
    assert (one.until, one.since, one.facts["is_again"]) == (None, NOON, True)


@pytest.fixture
def officer(request_context):
    return make_person(RoleName.HR)


def test_hr_is_told_of_missing_dates_in_one_line(officer):
    first = make_enrolment(now=NOON - dt.timedelta(days=2))
    make_enrolment()
    one = waiting(officer)["probation.dates"]
    assert (one.facts["count"], one.since) == (2, first.enrolled_at)
    assert one.url == "/probation?show=no_dates"


@pytest.mark.parametrize(
    ("ends_on", "urgency"),
    [((2026, 12, 20), "review"), ((2026, 12, 2), "pressing"), ((2026, 11, 24), "last")],
)
def test_the_tone_rises_with_the_days(officer, ends_on, urgency):
    file = make_file(ends_on=dt.date(*ends_on), starts_on=dt.date(2026, 9, 1))
    one = waiting(officer)["probation.decide"]
    assert one.facts["urgency"] == urgency
    assert one.url == f"/probation/{file.enrolment_id}"
    last_moment = dt.datetime(*ends_on, tzinfo=dt.UTC) + dt.timedelta(hours=16)
    assert one.until == last_moment


def test_far_from_the_end_only_a_verdict_calls_hr(officer):
    file = make_file(ends_on=dt.date(2027, 3, 1))
    assert "probation.decide" not in waiting(officer)
    pass_gates(file.enrolment)
    rate_all(make_defense(file.enrolment))
    one = waiting(officer, EVENING)["probation.decide"]
    assert (one.since, one.facts["has_verdict"], one.facts["urgency"]) == (AFTERNOON, True, "calm")


def test_past_the_end_it_stays_until_confirmed(officer):
    file = make_file(ends_on=dt.date(2026, 11, 20))
    found = waiting(officer)
    assert "probation.decide" not in found
    one = found["probation.expired"]
    assert one.since == one.until == dt.datetime(2026, 11, 20, 16, 0, tzinfo=dt.UTC)
    assert one.facts["ends_on"] == dt.date(2026, 11, 20)
    assert one.url == f"/probation/{file.enrolment_id}"


def test_a_decision_ends_the_waiting(officer):
    make_decision(make_case_ready(ends_on=dt.date(2026, 11, 30)))
    assert waiting(officer, NOON + dt.timedelta(days=2)) == {}


def test_many_are_named_up_to_ten_and_counted_beyond(officer):
    for _ in range(12):
        make_file(ends_on=dt.date(2026, 11, 30))
    found = [one.kind for one in list_waiting(officer, NOON)]
    assert found.count("probation.decide") == 10
    (more,) = [one for one in list_waiting(officer, NOON) if one.kind == "probation.more"]
    assert (more.facts["count"], more.url) == (2, "/probation?show=open")


def test_nobody_waits_for_themselves_and_a_learner_for_no_file():
    both = add_role(make_person(), RoleName.HR)
    make_file(make_enrolment(both), ends_on=dt.date(2026, 11, 30))
    make_file(ends_on=dt.date(2026, 11, 30))
    assert len(list_waiting(both, NOON)) == 1
    assert list_waiting(make_person(), NOON) == []
