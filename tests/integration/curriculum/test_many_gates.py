"""Many gates passed at once."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from lms.audit.models import AuditEvent
from lms.curriculum.queries import list_gate_passes
from lms.curriculum.services import Passing, pass_gate, pass_gates
from lms.db import db
from lms.errors import InvalidInput
from tests.conftest import NOON
from tests.factories.curriculum import make_enrolment, make_programme

pytestmark = pytest.mark.usefixtures("session")


def passing(enrolment_id: int, key: str, percent: str = "90") -> Passing:
    return Passing(
        enrolment_id, "module_quiz", key, Decimal(percent), {"table": "attempt", "id": 1}
    )


def test_all_are_written_with_their_events() -> None:
    programme = make_programme()
    key = programme.stages[0].modules[0].key
    ids = [make_enrolment(programme=programme).id for _ in range(3)]
    pass_gates([passing(one, key) for one in ids], now=NOON, actor_id=None)
    for one in ids:
        (gate,) = list_gate_passes(one)
        assert (gate.key, gate.percent, gate.passed_at) == (key, 90, NOON)
    events = db.session.scalars(
        select(AuditEvent).where(AuditEvent.action == "curriculum.pass_gate")
    ).all()
    assert [event.facts["enrolment_id"] for event in events] == ids


def test_a_gate_passed_before_keeps_its_first_pass() -> None:
    programme = make_programme()
    key = programme.stages[0].modules[0].key
    old, new = (make_enrolment(programme=programme).id for _ in range(2))
    pass_gate(old, kind="module_quiz", key=key, percent=Decimal(80), evidence={}, now=NOON)
    pass_gates([passing(new, key), passing(old, key)], now=NOON, actor_id=None)
    assert [gate.percent for gate in list_gate_passes(old)] == [80]
    assert [gate.percent for gate in list_gate_passes(new)] == [90]


def test_gates_that_are_not_there_are_refused() -> None:
    with pytest.raises(InvalidInput, match="no_such_gate"):
        pass_gates([passing(make_enrolment().id, "nowhere")], now=NOON, actor_id=None)


def test_none() -> None:
    pass_gates([], now=NOON, actor_id=None)
