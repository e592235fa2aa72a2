"""Re-keys: what they change, that the preview says exactly that, and that undoing gives everything back."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from lms.audit.models import AuditEvent
from lms.curriculum.models import GatePass
from lms.db import db
from lms.errors import InvalidInput, InvalidState
from lms.gradebook.models import GradeEntry
from lms.gradebook.queries import list_standings
from lms.notifications.models import OutboxMessage
from lms.notifications.words import render
from lms.people.domain.roles import RoleName
from lms.questions.domain.items import item_as_json
from lms.questions.queries import get_item, list_versions
from lms.questions.services import retire_bank
from lms.quizzes import services
from lms.quizzes.domain.rekeying import Correction, CorrectionKind, Flip
from lms.quizzes.models import ATTEMPT, ItemRekey, RekeyedAttempt, StoredItemResult
from lms.quizzes.queries.rekeys import plan_rekey
from lms.quizzes.services.rekey_bank import BankStep, bank_step, put_right
from lms.quizzes.services.rekeying import apply_rekey, check_rekey, preview_rekey, undo_rekey
from tests.conftest import NOON
from tests.factories.item_types import TYPED
from tests.factories.people import make_person
from tests.factories.quizzes import get_attempt_row, make_sitting
from tests.factories.rekeys import (
    DROP,
    GIVE,
    MINUTE,
    Exam,
    also,
    apply_correction,
    change,
    make_rekey_exam,
)
from tests.integration.quizzes.statements import count_statements

pytestmark = pytest.mark.usefixtures("session")
LATER = NOON + 120 * MINUTE


@pytest.fixture
def trainer(session: None) -> int:
    return make_person(RoleName.TRAINER).id


def state() -> dict[str, Any]:
    """Everything that a re-key changes and an undoing gives back."""
    db.session.expire_all()
    attempts = db.session.execute(
        select(ATTEMPT.c["id", "points", "max_points", "passed", "outcome", "paper"]).order_by(
            ATTEMPT.c.id
        )
    ).all()
    rows = db.session.scalars(
        select(StoredItemResult).order_by(StoredItemResult.attempt_id, StoredItemResult.position)
    )
    enrolments = db.session.scalars(select(GradeEntry.enrolment_id).distinct()).all()
    return {
        "attempts": [tuple(row) for row in attempts],
        "item_results": [
            (
                r.attempt_id,
                r.position,
                r.points,
                r.max_points,
                r.is_right,
                r.chosen,
                r.rest,
                r.seconds,
            )
            for r in rows
        ],
        "standings": [
            (enrolment_id, one.tries, one.passed, one.points, one.max_points, one.percent)
            for enrolment_id in sorted(enrolments)
            for one in list_standings(enrolment_id)
        ],
    }


def messages(kind: str) -> list[OutboxMessage]:
    return list(
        db.session.scalars(
            select(OutboxMessage).where(OutboxMessage.kind == kind).order_by(OutboxMessage.id)
        )
    )


def gate_count() -> int:
    return db.session.scalar(select(func.count()).select_from(GatePass)) or 0


def figures(attempt_id: int) -> tuple[Decimal, Decimal, bool]:
    row = get_attempt_row(attempt_id)
    assert row.points is not None
    assert row.passed is not None
    return row.points, row.max_points, row.passed


def sit(exam: Exam) -> dict[str, int]:
    """Four candidates: one gains the pass by the key a, one loses it, one gains in vain, one left it out."""
    return {
        "wins": exam.take(["a", "b", "b", "b", "c"]),
        "loses": exam.take(["b", "b", "b", "b", "c"], minute=1),
        "gains": exam.take(["a", "c", "c", "c", "c"], minute=2),
        "leaves": exam.take(["", "b", "b", "b", "b"], minute=3),
    }


CORRECTIONS = pytest.mark.parametrize(
    "correction", [change("a"), also("a"), GIVE, DROP], ids=lambda one: one.kind.value
)


def test_another_key_turns_results_both_ways(trainer: int) -> None:
    exam = make_rekey_exam()
    sat = sit(exam)
    plan, _ = preview_rekey(exam.version, change("a"))
    assert plan.counts() == {
        "attempts": 4,
        "changed": 3,
        "up": 2,
        "down": 1,
        "to_pass": 1,
        "to_fail": 1,
        "gates": 1,
        "running": 0,
        "dependents": 0,
    }
    assert [one.sat.attempt_id for one in plan.changed] == [sat["loses"], sat["wins"], sat["gains"]]
    rekey = apply_correction(exam, change("a"), actor_id=trainer)
    assert rekey.counts == plan.counts()
    assert figures(sat["wins"]) == (20, 25, True)
    assert figures(sat["loses"]) == (15, 25, False)
    assert figures(sat["gains"]) == (5, 25, False)
    assert figures(sat["leaves"]) == (20, 25, True)


@CORRECTIONS
def test_the_preview_is_the_result_and_undoing_gives_everything_back(
    trainer: int, correction: Correction
) -> None:
    exam = make_rekey_exam()
    sat = sit(exam)
    before = state()
    plan, _ = preview_rekey(exam.version, correction)
    assert state() == before
    rekey = apply_correction(exam, correction, actor_id=trainer)
    for one in plan.changed:
        after = one.change.after
        assert figures(one.sat.attempt_id) == (after.points, after.max_points, after.passed)
    untouched = set(sat.values()) - {one.sat.attempt_id for one in plan.changed}
    kept = {row[0]: row for row in before["attempts"]}
    for row in state()["attempts"]:
        assert row[-1] == kept[row[0]][-1]
        assert (row == kept[row[0]]) == (row[0] in untouched)
    again, _ = preview_rekey(exam.version, correction)
    assert again.changed == ()
    undone = undo_rekey(rekey, reason="弄错了题。", actor_id=trainer, now=LATER)
    db.session.commit()
    assert len(undone.changed) == len(plan.changed)
    assert state() == before


def test_papers_are_never_changed(trainer: int) -> None:
    exam = make_rekey_exam()
    attempt_id = exam.take(["a", "b", "b", "b", "b"])
    paper = get_attempt_row(attempt_id).paper
    apply_correction(exam, change("a"), actor_id=trainer)
    apply_correction(exam, DROP, actor_id=trainer)
    assert get_attempt_row(attempt_id).paper == paper


def test_several_corrections_and_one_taken_back(trainer: int) -> None:
    exam = make_rekey_exam()
    attempt_id = exam.take(["c", "b", "b", "b", "b"])
    first = apply_correction(exam, change("a"), actor_id=trainer)
    second = apply_correction(exam, also("c"), actor_id=trainer)
    assert figures(attempt_id) == (25, 25, True)
    third = apply_correction(exam, DROP, actor_id=trainer)
    assert figures(attempt_id) == (20, 20, True)
    undo_rekey(second, reason="x", actor_id=trainer, now=LATER)
    assert figures(attempt_id) == (20, 20, True)
    undo_rekey(third, reason="x", actor_id=trainer, now=LATER)
    assert figures(attempt_id) == (20, 25, True)
    undo_rekey(first, reason="x", actor_id=trainer, now=LATER)
    row = get_attempt_row(attempt_id)
    assert row.outcome is not None
    assert all("marked" not in item for item in row.outcome["items"])


def test_corrections_of_two_items_of_one_paper(trainer: int) -> None:
    exam = make_rekey_exam()
    attempt_id = exam.take(["a", "c", "b", "b", "c"])
    one = apply_correction(exam, change("a"), actor_id=trainer)
    other = apply_correction(exam, also("c"), actor_id=trainer, version=exam.versions[1])
    assert figures(attempt_id) == (20, 25, True)
    undo_rekey(one, reason="x", actor_id=trainer, now=LATER)
    assert figures(attempt_id) == (15, 25, False)
    undo_rekey(other, reason="x", actor_id=trainer, now=LATER)
    assert figures(attempt_id) == (10, 25, False)


def test_the_ledger_keeps_every_line(trainer: int) -> None:
    exam = make_rekey_exam()
    sat = sit(exam)
    rekey = apply_correction(exam, change("a"), actor_id=trainer)
    undo_rekey(rekey, reason="x", actor_id=trainer, now=LATER)
    db.session.commit()
    lines = db.session.scalars(
        select(GradeEntry)
        .where(GradeEntry.enrolment_id == get_attempt_row(sat["wins"]).enrolment_id)
        .order_by(GradeEntry.id)
    ).all()
    source = f"attempt:{sat['wins']}"
    assert [line.source for line in lines] == [
        source,
        f"{source}:rekey:{rekey.id}",
        f"{source}:rekey:{rekey.id}:undo",
    ]
    assert [line.supersedes_id for line in lines] == [None, lines[0].id, lines[1].id]
    assert [line.points for line in lines] == [15, 20, 15]
    assert lines[1].facts == {**lines[0].facts, "rekey_id": rekey.id}
    assert lines[1].recorded_by == trainer


def test_statistics_follow(trainer: int) -> None:
    exam = make_rekey_exam()
    attempt_id = exam.take(["a", "b", "b", "b", "c"])
    position = exam.position(attempt_id)
    apply_correction(exam, change("a"), actor_id=trainer)
    db.session.expire_all()
    rows = db.session.scalars(
        select(StoredItemResult).where(StoredItemResult.attempt_id == attempt_id)
    ).all()
    mine = next(row for row in rows if row.position == position)
    assert (mine.points, mine.is_right, mine.chosen, mine.rest) == (5, True, "a", 7500)
    others = sorted(row.rest or 0 for row in rows if row.position != position)
    assert others == [7500, 7500, 7500, 10000]


def test_a_pass_opens_the_gate_and_a_fail_closes_none(trainer: int) -> None:
    exam = make_rekey_exam()
    sat = sit(exam)
    assert gate_count() == 2
    rekey = apply_correction(exam, change("a"), actor_id=trainer)
    assert gate_count() == 3
    opened = db.session.scalars(
        select(GatePass).where(GatePass.enrolment_id == get_attempt_row(sat["wins"]).enrolment_id)
    ).one()
    assert opened.percent == 80
    assert opened.evidence == {"table": "attempt", "id": sat["wins"], "rekey": rekey.id}
    undo_rekey(rekey, reason="x", actor_id=trainer, now=LATER)
    assert gate_count() == 3


def test_two_attempts_of_one_person_open_one_gate(trainer: int) -> None:
    exam = make_rekey_exam(quiz={"max_attempts": 2, "wait_minutes": 0})
    exam.take(["a", "b", "b", "b", "c"])
    exam.take(["a", "b", "b", "b", "c"], enrolment=exam.enrolments[0], minute=10)
    plan, _ = preview_rekey(exam.version, change("a"))
    assert (plan.counts()["to_pass"], plan.counts()["gates"]) == (2, 1)
    apply_correction(exam, change("a"), actor_id=trainer)
    assert gate_count() == 1


def test_a_red_line_by_a_wrong_key_is_lifted(trainer: int) -> None:
    exam = make_rekey_exam(red_line=True, quiz={"red_line_all": True, "cut_percent": "60"})
    attempt_id = exam.take(["a", "b", "b", "b", "b"])
    assert get_attempt_row(attempt_id).passed is False
    apply_correction(exam, DROP, actor_id=trainer)
    assert figures(attempt_id) == (20, 20, True)
    lines = db.session.scalars(select(GradeEntry).order_by(GradeEntry.id)).all()
    assert [line.facts["red_line_missed"] for line in lines] == [1, 0]


def test_hires_are_told_only_when_their_result_changed(trainer: int) -> None:
    exam = make_rekey_exam()
    sat = sit(exam)
    rekey = apply_correction(exam, change("a"), actor_id=trainer)
    told = messages("quizzes.rekeyed")
    assert sorted(one.link for one in told) == sorted(
        f"/attempts/{sat[name]}/result" for name in ("wins", "loses", "gains")
    )
    words = {one.link: render(one) for one in told}
    position = exam.position(sat["wins"])
    won = words[f"/attempts/{sat['wins']}/result"]
    assert f"第 {position} 题的答案更正了，你的成绩从 15 变为 20" in won.body
    assert "现在通过了" in won.body
    lost = words[f"/attempts/{sat['loses']}/result"]
    assert "已经为你开放的学习和考试照旧" in lost.body
    undo_rekey(rekey, reason="x", actor_id=trainer, now=LATER)
    undone = [render(one) for one in messages("quizzes.rekeyed")[3:]]
    assert len(undone) == 3
    assert any("你的成绩从 20 变回 15" in one.body for one in undone)
    assert render(told[0], "en").subject


@pytest.mark.parametrize(
    ("correction", "says"), [(GIVE, "都得分"), (DROP, "不再计分"), (also("a"), "也算对")]
)
def test_the_message_says_what_was_corrected(
    trainer: int, correction: Correction, says: str
) -> None:
    exam = make_rekey_exam()
    exam.take(["a", "b", "b", "b", "c"])
    apply_correction(exam, correction, actor_id=trainer)
    (message,) = messages("quizzes.rekeyed")
    assert says in render(message).body


def test_who_sits_it_now_is_marked_with_the_correction(trainer: int) -> None:
    exam = make_rekey_exam()
    running = exam.begin(["a", "b", "b", "b", "c"])
    ended = exam.take(["a", "b", "b", "b", "c"])
    plan, _ = preview_rekey(exam.version, change("a"))
    assert (plan.attempts, plan.running) == (1, 1)
    rekey = apply_correction(exam, change("a"), actor_id=trainer, now=NOON + 10 * MINUTE)
    person_id = get_attempt_row(running).person_id
    services.submit_attempt(running, person_id=person_id, now=NOON + 15 * MINUTE)
    db.session.commit()
    assert figures(running) == figures(ended) == (20, 25, True)
    assert gate_count() == 2
    undo_rekey(rekey, reason="x", actor_id=trainer, now=LATER)
    assert figures(running) == figures(ended) == (15, 25, False)


def test_a_paper_of_one_dropped_item_can_still_end(trainer: int) -> None:
    exam = make_rekey_exam(items=1)
    running = exam.begin(["a"])
    apply_correction(exam, DROP, actor_id=trainer, now=NOON + 10 * MINUTE)
    person_id = get_attempt_row(running).person_id
    services.submit_attempt(running, person_id=person_id, now=NOON + 15 * MINUTE)
    assert figures(running) == (5, 5, True)


def test_a_paper_that_would_be_worth_nothing_is_refused_and_named(trainer: int) -> None:
    exam = make_rekey_exam(items=1)
    attempt_id = exam.take(["a"])
    before = state()
    plan, fingerprint = preview_rekey(exam.version, DROP)
    assert [sat.attempt_id for sat in plan.worthless] == [attempt_id]
    with pytest.raises(InvalidState, match="paper_worth_nothing"):
        apply_rekey(
            exam.version, DROP, reason="x", fingerprint=fingerprint, actor_id=trainer, now=LATER
        )
    assert state() == before


def test_what_changed_since_the_preview_is_not_applied(trainer: int) -> None:
    exam = make_rekey_exam()
    exam.take(["a", "b", "b", "b", "b"])
    _, fingerprint = preview_rekey(exam.version, change("a"))
    exam.take(["a", "c", "b", "b", "b"], minute=1)
    with pytest.raises(InvalidState, match="rekey_outdated"):
        apply_rekey(
            exam.version,
            change("a"),
            reason="x",
            fingerprint=fingerprint,
            actor_id=trainer,
            now=LATER,
        )
    assert db.session.scalars(select(ItemRekey)).all() == []


def test_who_only_sits_there_does_not_stop_it(trainer: int) -> None:
    exam = make_rekey_exam()
    exam.take(["a", "b", "b", "b", "b"])
    _, fingerprint = preview_rekey(exam.version, change("a"))
    exam.begin(["a", "c", "b", "b", "b"])
    apply_rekey(
        exam.version, change("a"), reason="x", fingerprint=fingerprint, actor_id=trainer, now=LATER
    )


def test_two_who_apply_the_same_apply_it_once(trainer: int) -> None:
    exam = make_rekey_exam()
    exam.take(["a", "b", "b", "b", "b"])
    _, fingerprint = preview_rekey(exam.version, also("a"))
    fields = {"reason": "x", "fingerprint": fingerprint, "actor_id": trainer, "now": LATER}
    apply_rekey(exam.version, also("a"), **fields)
    with pytest.raises(InvalidInput, match="correction_malformed"):
        apply_rekey(exam.version, also("a"), **fields)
    _, give = preview_rekey(exam.version, GIVE)
    apply_rekey(exam.version, GIVE, **{**fields, "fingerprint": give})
    with pytest.raises(InvalidState, match="rekey_outdated"):
        apply_rekey(exam.version, GIVE, **{**fields, "fingerprint": give})


def test_undone_once(trainer: int) -> None:
    exam = make_rekey_exam()
    exam.take(["a", "b", "b", "b", "b"])
    rekey = apply_correction(exam, GIVE, actor_id=trainer)
    with pytest.raises(InvalidInput, match="reason_missing"):
        undo_rekey(rekey, reason=" ", actor_id=trainer, now=LATER)
    undo_rekey(rekey, reason="x", actor_id=trainer, now=LATER)
    with pytest.raises(InvalidState, match="rekey_undone"):
        undo_rekey(rekey, reason="x", actor_id=trainer, now=LATER)


@pytest.mark.parametrize("reason", ["", "  ", "长" * 501])
def test_a_reason_is_needed(trainer: int, reason: str) -> None:
    exam = make_rekey_exam()
    _, fingerprint = preview_rekey(exam.version, GIVE)
    with pytest.raises(InvalidInput, match="reason_missing"):
        apply_rekey(
            exam.version, GIVE, reason=reason, fingerprint=fingerprint, actor_id=trainer, now=LATER
        )


def test_a_correction_that_changes_nothing_is_refused(session: None) -> None:
    exam = make_rekey_exam()
    with pytest.raises(InvalidInput, match="correction_malformed") as caught:
        check_rekey(exam.version, change("b"))
    assert caught.value.facts["problem"] == "is right already"


def test_before_and_after_are_kept(trainer: int) -> None:
    exam = make_rekey_exam()
    attempt_id = exam.take(["a", "b", "b", "b", "c"])
    rekey = apply_correction(exam, change("a"), actor_id=trainer)
    (kept,) = db.session.scalars(select(RekeyedAttempt)).all()
    assert (kept.rekey_id, kept.attempt_id) == (rekey.id, attempt_id)
    assert kept.before["percent"] == "60.00"
    assert kept.after["percent"] == "80.00"
    assert kept.before["marks"] == [
        {
            "position": exam.position(attempt_id),
            "points": "0.00",
            "max_points": "5.00",
            "is_right": False,
        }
    ]
    events = db.session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert "quizzes.apply_rekey" in events
    undo_rekey(rekey, reason="x", actor_id=trainer, now=LATER)
    undone = db.session.scalars(
        select(AuditEvent).where(AuditEvent.action == "quizzes.undo_rekey")
    ).one()
    assert undone.facts["reason"] == "x"


@pytest.mark.parametrize("kind", sorted(TYPED))
def test_every_type_is_marked_anew(trainer: int, kind: str) -> None:
    exam = make_rekey_exam(bodies=[item_as_json(TYPED[kind])])
    attempt_id = exam.begin([])
    services.submit_attempt(
        attempt_id, person_id=exam.enrolments[0].person_id, now=NOON + 5 * MINUTE
    )
    apply_correction(exam, GIVE, actor_id=trainer)
    assert figures(attempt_id) == (5, 5, True)


def test_a_correction_is_of_its_version_alone(trainer: int) -> None:
    exam, other = make_rekey_exam(), make_rekey_exam()
    attempt_id = other.take(["a", "b", "b", "b", "b"])
    apply_correction(exam, change("a"), actor_id=trainer)
    assert figures(attempt_id) == (20, 25, True)


@pytest.mark.parametrize("people", [2, 8])
def test_statements_do_not_grow_with_people(trainer: int, people: int) -> None:
    exam = make_rekey_exam()
    for minute in range(people):
        exam.take(["a", "c", "b", "b", "b"], minute=minute)
    _, fingerprint = preview_rekey(exam.version, change("a"))
    with count_statements() as counted:
        apply_rekey(
            exam.version,
            change("a"),
            reason="x",
            fingerprint=fingerprint,
            actor_id=trainer,
            now=LATER,
        )
    # SQLite inserts rows one by one; everything else is one statement however many people there are:
    # running ones locked; corrections twice; positions; attempts; gates; dependents (3); running; attempts, item
    # results; ledger; gates of the programmes.
    others = [text for text in counted.own if not text.startswith("INSERT")]
    assert len(others) == 14, "\n".join(others)


class TestBank:
    def test_a_corrected_version_takes_its_place(self, trainer: int) -> None:
        exam = make_rekey_exam()
        assert bank_step(exam.version, change("a")) is BankStep.VERSION
        put_right(exam.version, change("a"), actor_id=trainer, now=LATER)
        item = get_item(exam.version.item.key)
        newest = list_versions(item.id)[-1]
        assert (item.version, newest.number, newest.created_by) == (2, 2, trainer)
        assert newest.body["key"] == ["a"]
        assert newest.point == exam.version.point

    def test_what_is_right_as_well_is_written(self, trainer: int) -> None:
        exam = make_rekey_exam()
        put_right(exam.version, also("a"), actor_id=trainer, now=LATER)
        newest = list_versions(exam.version.item_id)[-1]
        assert {one["id"]: one["weight"] for one in newest.body["options"]} == {
            "a": "100",
            "b": "100",
            "c": "0",
        }

    def test_a_dropped_item_is_retired(self, trainer: int) -> None:
        exam = make_rekey_exam()
        assert put_right(exam.version, DROP, actor_id=trainer, now=LATER) is BankStep.RETIRE
        assert get_item(exam.version.item.key).state == "retired"
        assert bank_step(exam.version, DROP) is BankStep.NOTHING

    def test_files_are_changed_by_people(self, trainer: int) -> None:
        exam = make_rekey_exam(origin="files")
        assert put_right(exam.version, change("a"), actor_id=trainer, now=LATER) is BankStep.FILE
        assert get_item(exam.version.item.key).version == 1

    def test_where_a_person_has_to_look(self, trainer: int) -> None:
        exam = make_rekey_exam(bodies=[item_as_json(TYPED["match"])])
        pairs = Correction(CorrectionKind.ACCEPT_ALSO, {"pairs": {"p1": "wait"}})
        assert bank_step(exam.version, pairs) is BankStep.EDITOR
        assert bank_step(exam.version, GIVE) is BankStep.EDITOR
        item = exam.version.item
        item.proposed = 2
        assert bank_step(exam.version, change("a")) is BankStep.OTHER_VERSION
        retire_bank(exam.bank, now=LATER)
        assert bank_step(exam.version, DROP) is BankStep.NOTHING


def test_a_later_sitting_of_the_same_quiz_counts_too(trainer: int) -> None:
    exam = make_rekey_exam()
    first = exam.take(["a", "b", "b", "b", "c"])
    exam.sitting = make_sitting(exam.quiz, exam.cohort, opens_at=NOON - dt.timedelta(minutes=30))
    second = exam.take(["a", "b", "b", "b", "c"])
    apply_correction(exam, change("a"), actor_id=trainer)
    assert figures(first) == figures(second) == (20, 25, True)


def test_a_plan_without_attempts_is_empty(session: None) -> None:
    exam = make_rekey_exam()
    plan = plan_rekey(exam.version.id, {exam.version.id: [GIVE]})
    assert plan.counts() == dict.fromkeys(plan.counts(), 0)
    assert plan.flipped(Flip.TO_PASS) == []
