"""Two decisions on one item at the same moment. These commit for real, so they have a database of their own."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from flask import Flask
from sqlalchemy import select

from lms.db import db, transaction
from lms.errors import LmsError
from lms.people.domain.roles import RoleName
from lms.questions import queries, services
from lms.questions.models import ItemNote
from tests.conftest import NOON, build_app, make_settings
from tests.factories.people import make_person
from tests.factories.questions import write_item
from tests.postgres import start_postgres

ROUNDS = 4


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def real_app(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """An application whose commits are commits."""
    folder = tmp_path_factory.mktemp("review-races")
    with ExitStack() as stack:
        url = f"sqlite:///{folder / 'lms.sqlite3'}"
        if request.param == "postgresql":
            url = stack.enter_context(start_postgres(tmp_path_factory.mktemp("pg-review-races")))
        app = build_app(make_settings(folder, url))
        yield app
        with app.app_context():
            db.engine.dispose()


def at_once(app: Flask, *deeds: Callable[[], object]) -> list[str]:
    """Do all deeds at the same moment, each in its own transaction; return the codes of those refused."""
    start = threading.Barrier(len(deeds))
    refused: list[str] = []

    def run(deed: Callable[[], object]) -> None:
        with app.app_context():
            start.wait()
            try:
                with transaction():
                    deed()
            except LmsError as error:
                refused.append(error.code)

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


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
