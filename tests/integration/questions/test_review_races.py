"""Two decisions on one item at the same moment. These commit for real, so they have a database of their own."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from lms.db import db
from lms.people.domain.roles import RoleName
from lms.questions import queries, services
from lms.questions.models import ItemNote
from tests.conftest import NOON
from tests.factories.people import make_person
from tests.factories.questions import write_item
from tests.races import at_once

ROUNDS = 4


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_approved_returned_and_withdrawn_at_once_one_counts(real_app, _round):
    with real_app.app_context():
        author = make_person(RoleName.TRAINER).id
        judges = [make_person(RoleName.QUALITY).id for _ in range(2)]
        item = write_item(author, state="in_review")
        key, seen = item.key, item.revision

    def deed(verb: str, person_id: int) -> Callable[[], object]:
        def do() -> object:
            step = getattr(services, f"{verb}_item")
            item = queries.get_item(key)
            return step(item, text="x", actor_id=person_id, now=NOON, revision=seen)

        return do

    refused = at_once(
        real_app,
        deed("approve", judges[0]),
        deed("return", judges[1]),
        deed("withdraw", author),
    )
    assert refused == ["item_changed_meanwhile"] * 2
    with real_app.app_context():
        item = queries.get_item(key)
        kinds = db.session.scalars(select(ItemNote.kind).where(ItemNote.item_id == item.id)).all()
        assert item.revision == seen + 1
        assert (item.state, kinds) in [
            ("ready", ["approved"]),
            ("draft", ["returned"]),
            ("draft", ["withdrawn"]),
        ]
