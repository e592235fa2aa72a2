"""Many corrected results at once: each supersedes the present line of its row."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from lms.audit.models import AuditEvent
from lms.db import db
from lms.errors import InvalidInput, InvalidState
from lms.gradebook import queries
from lms.gradebook.services import Corrected, correct_results, record_result
from tests.conftest import NOON
from tests.factories.curriculum import make_enrolment
from tests.factories.people import make_person

pytestmark = pytest.mark.usefixtures("session")


def enter(enrolment_id: int, source: str) -> int:
    return record_result(
        enrolment_id=enrolment_id,
        kind="quiz",
        key="quiz-law",
        source=source,
        points=Decimal(7),
        max_points=Decimal(10),
        cut_percent=Decimal(80),
        passed=False,
        now=NOON,
        minutes=12,
    )


def corrected(enrolment_id: int, first: str, number: int, points: str = "9") -> Corrected:
    return Corrected(
        enrolment_id=enrolment_id,
        first_source=first,
        source=f"{first}:rekey:{number}",
        points=Decimal(points),
        max_points=Decimal(10),
        passed=Decimal(points) >= 8,
        facts={"rekey_id": number},
    )


def test_each_supersedes_the_last_line_of_its_row() -> None:
    one, other = make_enrolment().id, make_enrolment().id
    first, second, third = (
        enter(one, "attempt:1"),
        enter(one, "attempt:2"),
        enter(other, "attempt:3"),
    )
    actor = make_person().id
    correct_results(
        [corrected(one, "attempt:1", 4), corrected(other, "attempt:3", 4, "8")],
        now=NOON,
        actor_id=actor,
    )
    correct_results([corrected(one, "attempt:1", 5, "6")], now=NOON, actor_id=None)
    lines = {line.source: line for line in queries.list_entries(one)}
    assert lines["attempt:1:rekey:4"].supersedes_id == first
    assert lines["attempt:1:rekey:5"].supersedes_id == lines["attempt:1:rekey:4"].id
    assert lines["attempt:1:rekey:4"].facts == {"minutes": 12, "rekey_id": 4}
    assert lines["attempt:1:rekey:4"].recorded_by == actor
    present = queries.list_present_by_source([one, other])
    assert {source: line.id for source, line in present.items()} == {
        "attempt:1": lines["attempt:1:rekey:5"].id,
        "attempt:2": second,
        "attempt:3": queries.list_entries(other)[-1].id,
    }
    assert queries.list_entries(other)[0].id == third
    (standing,) = queries.list_standings(one)
    assert (standing.tries, standing.points) == (2, 7)
    recorded = db.session.scalars(
        select(AuditEvent).where(AuditEvent.action == "gradebook.record_result")
    ).all()
    assert len(recorded) == 6


def test_what_was_never_entered_cannot_be_corrected() -> None:
    enrolment_id = make_enrolment().id
    enter(enrolment_id, "attempt:1")
    with pytest.raises(InvalidState, match="result_missing"):
        correct_results([corrected(enrolment_id, "attempt:9", 1)], now=NOON, actor_id=None)


def test_numbers_out_of_range_are_refused() -> None:
    enrolment_id = make_enrolment().id
    enter(enrolment_id, "attempt:1")
    with pytest.raises(InvalidInput, match="result_out_of_range"):
        correct_results([corrected(enrolment_id, "attempt:1", 1, "11")], now=NOON, actor_id=None)


def test_nothing_to_correct() -> None:
    correct_results([], now=NOON, actor_id=None)
    assert queries.list_present_by_source([]) == {}
