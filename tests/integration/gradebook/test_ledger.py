"""The ledger in the database: entered once, never changed, corrected by new lines."""

import datetime as dt
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from lms.audit.models import AuditEvent
from lms.db import db
from lms.errors import InvalidInput, InvalidState
from lms.gradebook import queries
from lms.gradebook.models import GradeEntry
from lms.gradebook.services import record_result
from tests.conftest import NOON
from tests.factories.curriculum import make_enrolment

pytestmark = pytest.mark.usefixtures("session")
LATER = NOON + dt.timedelta(hours=1)


def enter(enrolment, source: str = "attempt:1", points: str = "8.5", **changed) -> GradeEntry:
    fields = {
        "kind": "quiz",
        "key": "quiz-law",
        "points": Decimal(points),
        "max_points": Decimal(10),
        "cut_percent": Decimal(80),
        "passed": Decimal(points) >= 8,
        "now": NOON,
        **changed,
    }
    entry_id = record_result(enrolment_id=enrolment.id, source=source, **fields)
    return db.session.get_one(GradeEntry, entry_id)


def test_a_result_is_entered_and_stands():
    enrolment = make_enrolment()
    entry = enter(enrolment, minutes=12)
    db.session.commit()
    db.session.expire_all()
    (stored,) = queries.list_entries(enrolment.id)
    assert stored is entry
    assert (stored.points, stored.max_points, stored.cut_percent) == (Decimal("8.50"), 10, 80)
    assert stored.facts == {"minutes": 12}
    assert stored.recorded_by is None
    (one,) = queries.list_standings(enrolment.id)
    assert (one.kind, one.key, one.tries, one.passed) == ("quiz", "quiz-law", 1, True)
    assert (one.percent, one.passed_at) == (Decimal(85), NOON)
    event = db.session.scalars(
        select(AuditEvent).where(AuditEvent.action == "gradebook.record_result")
    ).one()
    assert event.facts["points"] == "8.5"
    assert event.subject_id == str(entry.id)


def test_the_same_result_again_is_the_same_line():
    enrolment = make_enrolment()
    first = enter(enrolment)
    assert enter(enrolment, now=LATER, actor_id=None) is first
    assert len(queries.list_entries(enrolment.id)) == 1
    assert db.session.query(AuditEvent).count() == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"points": "9"},
        {"passed": False},
        {"key": "quiz-other"},
        {"kind": "defense"},
        {"cut_percent": Decimal(70)},
        {"max_points": Decimal(20)},
    ],
)
def test_another_result_of_the_same_source_is_refused(changed):
    enrolment = make_enrolment()
    enter(enrolment)
    with pytest.raises(InvalidState) as caught:
        enter(enrolment, **changed)
    assert caught.value.code == "result_differs"


def test_a_source_belongs_to_one_enrolment():
    enter(make_enrolment())
    with pytest.raises(InvalidState, match="enrolment_id"):
        enter(make_enrolment())


def test_an_unknown_enrolment_is_an_error_of_the_database():
    enrolment = make_enrolment()
    with pytest.raises(IntegrityError):
        record_result(
            enrolment_id=enrolment.id + 1_000_000,
            kind="quiz",
            key="x",
            source="attempt:9",
            points=Decimal(1),
            max_points=Decimal(1),
            cut_percent=Decimal(0),
            passed=True,
            now=NOON,
        )


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"points": "-0.01"}, "points"),
        ({"points": "10.01"}, "points"),
        ({"max_points": Decimal(0), "points": "0"}, "max_points"),
        ({"cut_percent": Decimal(101)}, "cut_percent"),
        ({"cut_percent": Decimal(-1)}, "cut_percent"),
    ],
)
def test_impossible_numbers_are_refused(changed, field):
    with pytest.raises(InvalidInput) as caught:
        enter(make_enrolment(), **changed)
    assert caught.value.facts["field"] == field


def test_unknown_kinds_are_refused():
    with pytest.raises(InvalidInput, match="result_kind_unknown"):
        enter(make_enrolment(), kind="dance")


def test_a_correction_supersedes_and_both_lines_stay():
    enrolment = make_enrolment()
    first = enter(enrolment)
    fixed = enter(
        enrolment, "rekey:1:attempt:1", "6", supersedes_id=first.id, now=LATER, reason="改答案"
    )
    assert [one.id for one in queries.list_entries(enrolment.id)] == [first.id, fixed.id]
    (one,) = queries.list_standings(enrolment.id)
    assert (one.tries, one.passed, one.entry_id) == (1, False, fixed.id)
    assert enter(enrolment, "rekey:1:attempt:1", "6", supersedes_id=first.id) is fixed
    undone = enter(enrolment, "undo:1:attempt:1", supersedes_id=fixed.id)
    (one,) = queries.list_standings(enrolment.id)
    assert (one.passed, one.points, one.entry_id) == (True, Decimal("8.5"), undone.id)


def test_a_line_is_corrected_once_and_only_by_its_own():
    enrolment = make_enrolment()
    first = enter(enrolment)
    enter(enrolment, "fix:1", "6", supersedes_id=first.id)
    with pytest.raises(InvalidState, match="result_already_superseded"):
        enter(enrolment, "fix:2", "7", supersedes_id=first.id)
    for changed in ({"key": "other"}, {"supersedes_id": 999_999_999}):
        with pytest.raises(InvalidState, match="result_of_another"):
            enter(enrolment, "fix:3", **{"supersedes_id": first.id, **changed})
    with pytest.raises(InvalidState, match="result_of_another"):
        enter(make_enrolment(), "fix:4", supersedes_id=first.id)


def test_a_line_cannot_be_changed_by_anybody():
    entry = enter(make_enrolment())
    entry.passed = False
    with pytest.raises(InvalidState, match="grade_entry_frozen"):
        db.session.flush()
    db.session.rollback()


def test_standings_of_one_quiz_and_of_many_people():
    one, two, three = make_enrolment(), make_enrolment(), make_enrolment()
    enter(one, "attempt:1", "5")
    enter(one, "attempt:2", "9", now=LATER)
    enter(two, "attempt:3", "7")
    enter(two, "defense:1", kind="defense", key="")
    assert queries.find_standing(two.id, "defense", "").passed
    assert queries.find_standing(two.id, "quiz", "nothing") is None
    assert queries.find_entry("attempt:3").enrolment_id == two.id
    many = queries.list_standings_of([three.id, two.id, one.id])
    assert many == {
        one.id: queries.list_standings(one.id),
        two.id: queries.list_standings(two.id),
        three.id: [],
    }
    assert [standing.tries for standing in many[one.id]] == [2]
