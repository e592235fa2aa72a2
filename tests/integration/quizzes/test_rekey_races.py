"""Two at the same moment: two who correct one question, and a candidate who submits while it is corrected.

These commit for real, so they have a database of their own.
"""

from collections.abc import Callable

from flask import Flask
from sqlalchemy import func, select

from lms.db import db
from lms.gradebook.models import GradeEntry
from lms.people.domain.roles import RoleName
from lms.questions.queries import get_version
from lms.quizzes.models import ItemRekey
from lms.quizzes.services import submit_attempt
from lms.quizzes.services.rekeying import apply_rekey, preview_rekey, undo_rekey
from tests.conftest import NOON
from tests.factories.people import make_person
from tests.factories.quizzes import get_attempt_row
from tests.factories.rekeys import MINUTE, apply_correction, change, make_rekey_exam
from tests.races import at_once

ROUNDS = 3


def applying(version_id: int, fingerprint: str, actor_id: int) -> Callable[[], object]:
    def deed() -> object:
        return apply_rekey(
            get_version(version_id),
            change("a"),
            reason="x",
            fingerprint=fingerprint,
            actor_id=actor_id,
            now=NOON + 60 * MINUTE,
        )

    return deed


def test_two_who_apply_the_same_apply_it_once(real_app: Flask) -> None:
    for _ in range(ROUNDS):
        with real_app.app_context():
            exam = make_rekey_exam()
            attempt_id = exam.take(["a", "b", "b", "b", "c"])
            version_id, actor = exam.version.id, make_person(RoleName.TRAINER).id
            _, fingerprint = preview_rekey(exam.version, change("a"))
            db.session.commit()
        refused = at_once(real_app, *[applying(version_id, fingerprint, actor)] * 2)
        # The second finds either another preview or that nothing is left to change.
        assert refused in (["rekey_outdated"], ["correction_malformed"])
        with real_app.app_context():
            query = select(func.count()).where(ItemRekey.item_version_id == version_id)
            assert db.session.scalar(query) == 1
            assert get_attempt_row(attempt_id).points == 20


def test_two_who_undo_the_same_undo_it_once(real_app: Flask) -> None:
    for _ in range(ROUNDS):
        with real_app.app_context():
            exam = make_rekey_exam()
            attempt_id = exam.take(["a", "b", "b", "b", "c"])
            actor = make_person(RoleName.TRAINER).id
            rekey_id = apply_correction(exam, change("a"), actor_id=actor).id

        def undo(rekey_id: int = rekey_id, actor: int = actor) -> object:
            rekey = db.session.get_one(ItemRekey, rekey_id)
            return undo_rekey(rekey, reason="x", actor_id=actor, now=NOON + 90 * MINUTE)

        assert at_once(real_app, undo, undo) == ["rekey_undone"]
        with real_app.app_context():
            assert get_attempt_row(attempt_id).points == 15
            lines = select(func.count()).where(GradeEntry.source.like(f"attempt:{attempt_id}:%"))
            assert db.session.scalar(lines) == 2


def test_who_submits_meanwhile_is_corrected_before_or_after(real_app: Flask) -> None:
    for _ in range(2 * ROUNDS):
        with real_app.app_context():
            exam = make_rekey_exam()
            exam.take(["a", "b", "b", "b", "c"])
            running = exam.begin(["a", "b", "b", "b", "c"], minute=1)
            person_id = get_attempt_row(running).person_id
            version_id, actor = exam.version.id, make_person(RoleName.TRAINER).id
            _, fingerprint = preview_rekey(exam.version, change("a"))
            db.session.commit()

        def submit(running: int = running, person_id: int = person_id) -> object:
            return submit_attempt(running, person_id=person_id, now=NOON + 10 * MINUTE)

        refused = at_once(real_app, applying(version_id, fingerprint, actor), submit)
        with real_app.app_context():
            row = get_attempt_row(running)
            assert row.state == "submitted"
            # Either the submission came first, and what was confirmed is outdated; or it is marked with the correction.
            assert (refused, row.points) in ((["rekey_outdated"], 15), ([], 20))
