"""Marking by people: nothing is announced early, rounds, completion, regrades; on both databases."""

import datetime as dt
from decimal import Decimal

import pytest
from flask import current_app
from sqlalchemy import func, select

from lms.curriculum.queries import find_gate_pass
from lms.db import db
from lms.errors import InvalidInput, InvalidState, NotFound
from lms.gradebook.models import GradeEntry
from lms.gradebook.queries import list_entries, list_standings
from lms.notifications.models import OutboxMessage
from lms.people.domain.roles import RoleName
from lms.people.models import Person
from lms.questions.models import ItemVersion
from lms.quizzes import queries
from lms.quizzes.domain.attempts import StartReason
from lms.quizzes.domain.rekeying import Correction, CorrectionKind
from lms.quizzes.models import EssayMark, EssayPlace, StoredItemResult
from lms.quizzes.queries.board import BoardState, list_board
from lms.quizzes.queries.marking import (
    Narrowing,
    count_offered,
    find_next_token,
    get_answer_text,
    get_place,
    list_waiting_marking,
    load_queue,
    select_queue,
)
from lms.quizzes.queries.marks import (
    find_agreement,
    list_given,
    list_marks_of_sitting,
    list_phrases,
)
from lms.quizzes.services import close_attempt, submit_attempt
from lms.quizzes.services.essay_places import withdraw_places
from lms.quizzes.services.marking import GivenMark, complete_attempt, give_mark
from lms.quizzes.services.regrading import regrade
from lms.quizzes.services.rekeying import apply_rekey, preview_rekey
from tests.conftest import NOON
from tests.factories.marking import (
    LATER,
    TEXT,
    answer_all,
    make_essay_exam,
    make_markers,
    mark,
    tokens_of,
)
from tests.factories.people import make_person
from tests.factories.quizzes import get_attempt_row

pytestmark = pytest.mark.usefixtures("session")
DONE = NOON + 2 * LATER


def messages(person_id: int) -> list[str]:
    rows = db.session.scalars(
        select(OutboxMessage).where(OutboxMessage.person_id == person_id).order_by(OutboxMessage.id)
    )
    return [one.kind for one in rows]


def item_rows(attempt_id: int) -> int:
    return db.session.scalar(
        select(func.count())
        .select_from(StoredItemResult)
        .where(StoredItemResult.attempt_id == attempt_id)
    )


def test_an_attempt_with_an_answered_essay_waits():
    exam = make_essay_exam()
    attempt_id = answer_all(exam)
    attempt = get_attempt_row(attempt_id)
    assert attempt.state == "submitted"
    assert attempt.awaits_marking
    assert (attempt.points, attempt.passed, attempt.max_points) == (None, None, 20)
    assert [one["points"] for one in attempt.outcome["items"]] == ["5.00", "5.00", "0.00"]
    assert list_entries(exam.enrolments[0].id) == []
    assert list_standings(exam.enrolments[0].id) == []
    assert item_rows(attempt_id) == 0
    assert messages(exam.person_id) == []
    [row] = list_board(exam.sitting)
    assert row.state is BoardState.MARKING
    assert (row.points, row.percent) == (None, None)


def test_an_omitted_essay_waits_for_nobody():
    exam = make_essay_exam()
    attempt_id = answer_all(exam, texts=[""])
    attempt = get_attempt_row(attempt_id)
    assert not attempt.awaits_marking
    assert (attempt.points, attempt.passed) == (10, False)
    assert tokens_of(attempt_id) == []


def test_no_other_attempt_starts_while_one_waits():
    exam = make_essay_exam(sitting={"wait_minutes": 0})
    answer_all(exam, right=0)
    own = queries.get_own_sitting(exam.sitting_id, exam.person_id, DONE)
    assert own.verdict.reason is StartReason.MARKING
    after = queries.get_own_sitting(exam.sitting_id, exam.person_id, NOON + dt.timedelta(days=9))
    assert after.verdict.reason is StartReason.MARKING


def test_the_last_mark_completes_the_attempt():
    exam = make_essay_exam(essays=2)
    attempt_id = answer_all(exam)
    [marker] = make_markers(1)
    first, second = tokens_of(attempt_id)
    assert not mark(first, marker)
    attempt = get_attempt_row(attempt_id)
    assert attempt.awaits_marking
    assert attempt.points is None
    assert messages(exam.person_id) == []
    assert mark(second, marker, "1", "1.5", comment="办法要有时间。")
    attempt = get_attempt_row(attempt_id)
    assert not attempt.awaits_marking
    assert (attempt.points, attempt.max_points, attempt.passed) == (25, 30, True)
    assert attempt.outcome["percent"] == "83.33"
    assert messages(exam.person_id) == ["quizzes.result"]
    [entry] = list_entries(exam.enrolments[0].id)
    assert (entry.source, entry.points, entry.passed) == (f"attempt:{attempt_id}", 25, True)
    assert item_rows(attempt_id) == 4
    quiz = exam.quiz
    assert find_gate_pass(exam.enrolments[0].id, quiz.kind, quiz.gate_key) is not None
    [row] = list_board(exam.sitting)
    assert row.state is BoardState.PASSED
    given = list_given(attempt_id)
    assert [one.criteria for one in given.values()] == [
        (("先接住情绪", 2, 2), ("给出办法和时间", 3, 3)),
        (("先接住情绪", 1, 2), ("给出办法和时间", Decimal("1.5"), 3)),
    ]
    assert given[4].comments == ("办法要有时间。",)


def test_a_failed_paper_says_so_only_when_it_is_marked():
    exam = make_essay_exam(choices=4, essay_points="1")
    attempt_id = answer_all(exam, right=0)  # 0 of 20 already: it cannot pass any more
    assert get_attempt_row(attempt_id).passed is None
    [marker] = make_markers(1)
    mark(tokens_of(attempt_id)[0], marker)
    attempt = get_attempt_row(attempt_id)
    assert (attempt.points, attempt.passed) == (1, False)
    assert messages(exam.person_id) == ["quizzes.result"]


def test_what_the_clock_ended_waits_too_and_says_nothing_of_a_result():
    exam = make_essay_exam()
    attempt_id = answer_all(exam, submits=False)
    late = get_attempt_row(attempt_id).deadline_at + dt.timedelta(hours=1)
    assert close_attempt(attempt_id, now=late)
    attempt = get_attempt_row(attempt_id)
    assert attempt.state == "expired"
    assert attempt.awaits_marking
    assert messages(exam.person_id) == ["quizzes.awaits_marking"]
    [marker] = make_markers(1)
    mark(tokens_of(attempt_id)[0], marker, now=late)
    assert messages(exam.person_id) == ["quizzes.awaits_marking", "quizzes.result"]


def test_nobody_marks_their_own_paper():
    exam = make_essay_exam()
    attempt_id = answer_all(exam)
    [token] = tokens_of(attempt_id)
    assert count_offered(exam.person_id).count == 0
    with pytest.raises(NotFound):
        mark(token, exam.person_id)
    assert get_attempt_row(attempt_id).awaits_marking


def test_two_markers_who_agree():
    exam = make_essay_exam(two_markers=True)
    attempt_id = answer_all(exam)
    one, two, _ = make_markers()
    [token] = tokens_of(attempt_id)
    assert not mark(token, one, "2", "3", comment="好")
    assert count_offered(one).count == 0
    assert count_offered(two).count == 1
    assert mark(token, two, "1", "3", comment="可以")  # 10 and 8 of 10
    attempt = get_attempt_row(attempt_id)
    assert attempt.points == 19
    given = list_given(attempt_id)[3]
    assert given.criteria == (("先接住情绪", Decimal("1.50"), 2), ("给出办法和时间", 3, 3))
    assert given.comments == ("好", "可以")
    found = find_agreement(get_place(token).item_version_id)
    assert (found.n, found.exact, found.apart, found.mean_difference) == (1, 0, 0, 20)


def test_a_third_decides_where_two_differ():
    exam = make_essay_exam(two_markers=True)
    attempt_id = answer_all(exam)
    one, two, three = make_markers()
    [token] = tokens_of(attempt_id)
    mark(token, one, "2", "3")
    assert not mark(token, two, "0", "1")  # 10 and 2
    assert get_attempt_row(attempt_id).awaits_marking
    assert get_place(token).round_due == 3
    assert [count_offered(who).count for who in (one, two, three)] == [0, 0, 1]
    [row] = load_queue(db.session.execute(select_queue(three)).all())
    assert (row.count, row.apart) == (1, 1)
    # Whoever has not seen both cannot decide between them.
    with pytest.raises(InvalidState, match="place_settled"):
        mark(token, three, round_shown=2)
    assert mark(token, three, "1", "1", comment="只有一半。", round_shown=3)
    attempt = get_attempt_row(attempt_id)
    assert attempt.points == 14
    assert list_given(attempt_id)[3].comments == ("只有一半。",)
    rows = list_marks_of_sitting(exam.sitting_id)
    assert [(row.round, row.points, row.settled) for row in rows] == [
        (1, 10, 4),
        (2, 2, 4),
        (3, 4, 4),
    ]


def test_two_first_marks_at_once_both_count_where_two_are_asked_for():
    exam = make_essay_exam(two_markers=True)
    attempt_id = answer_all(exam)
    one, two, _ = make_markers()
    [token] = tokens_of(attempt_id)
    mark(token, one, round_shown=1)
    assert mark(token, two, round_shown=1)
    assert get_attempt_row(attempt_id).points == 20


def test_of_two_at_once_the_later_is_told_where_one_is_enough():
    exam = make_essay_exam(essays=2)
    attempt_id = answer_all(exam)
    one, two, _ = make_markers()
    first, second = tokens_of(attempt_id)
    mark(first, one, "2", "3")
    with pytest.raises(InvalidState, match="place_settled"):
        mark(first, two, "0", "0")
    mark(second, one)
    with pytest.raises(InvalidState, match="place_settled"):
        mark(second, two)  # complete by now
    assert db.session.scalar(select(func.count()).select_from(EssayMark)) == 2
    assert get_attempt_row(attempt_id).points == 30


def test_a_mark_can_be_changed_until_the_paper_is_complete():
    exam = make_essay_exam(essays=2)
    attempt_id = answer_all(exam)
    [marker] = make_markers(1)
    first, second = tokens_of(attempt_id)
    mark(first, marker, "2", "3", comment="早")
    mark(first, marker, "1", "1", comment="晚", now=DONE + LATER)
    [kept] = db.session.scalars(select(EssayMark))
    assert (kept.round, kept.points, kept.comment) == (1, 4, "晚")
    assert kept.facts["history"] == [
        {
            "points": "10.00",
            "comment": "早",
            "marked_at": DONE.isoformat(),
            "criteria": {"calm": "2", "fix": "3"},
        }
    ]
    mark(first, marker, "1", "1", comment="晚", now=DONE + LATER)  # the same again changes nothing
    db.session.expire_all()
    [kept] = db.session.scalars(select(EssayMark))
    assert len(kept.facts["history"]) == 1
    mark(second, marker)
    assert get_attempt_row(attempt_id).points == 24
    with pytest.raises(InvalidState, match="attempt_complete"):
        mark(first, marker, "0", "0")


def test_a_changed_mark_can_end_or_begin_a_divergence():
    exam = make_essay_exam(essays=2, two_markers=True)
    attempt_id = answer_all(exam)
    one, two, three = make_markers()
    first, _ = tokens_of(attempt_id)
    mark(first, one, "2", "3")
    mark(first, two, "0", "1")
    assert get_place(first).round_due == 3
    mark(first, two, "2", "2")
    place = get_place(first)
    assert (place.round_due, place.points) == (None, 9)
    with pytest.raises(InvalidState, match="place_settled"):
        mark(first, three, round_shown=3)
    mark(first, one, "0", "0")
    mark(first, three, "1", "1", round_shown=3)
    with pytest.raises(InvalidState, match="mark_adjudicated"):
        mark(first, one, "2", "3")
    mark(first, three, "1", "2", round_shown=3)
    assert get_place(first).points == 6


@pytest.mark.parametrize(
    "given",
    [
        GivenMark({"calm": Decimal(2)}),
        GivenMark({"calm": Decimal(2), "fix": Decimal(4)}),
        GivenMark(points=Decimal(5)),
        GivenMark({"calm": Decimal(2), "fix": Decimal(3)}, comment="长" * 1001),
    ],
)
def test_what_does_not_fit_is_refused(given):
    exam = make_essay_exam()
    attempt_id = answer_all(exam)
    [marker] = make_markers(1)
    with pytest.raises(InvalidInput, match="mark_malformed"):
        give_mark(tokens_of(attempt_id)[0], given, round_shown=1, actor_id=marker, now=DONE)
    assert db.session.scalar(select(func.count()).select_from(EssayMark)) == 0


def test_an_item_without_a_rubric_is_given_points():
    exam = make_essay_exam(rubric=False)
    attempt_id = answer_all(exam)
    [marker] = make_markers(1)
    [token] = tokens_of(attempt_id)
    for wrong in (None, Decimal(-1), Decimal("10.01"), Decimal("1.005")):
        with pytest.raises(InvalidInput, match="mark_malformed"):
            give_mark(token, GivenMark(points=wrong), round_shown=1, actor_id=marker, now=DONE)
    given = GivenMark(points=Decimal("7.25"))
    assert give_mark(token, given, round_shown=1, actor_id=marker, now=DONE)
    assert get_attempt_row(attempt_id).points == Decimal("17.25")
    assert list_given(attempt_id)[3].criteria == ()


def test_completing_by_hand_needs_every_mark():
    exam = make_essay_exam()
    attempt_id = answer_all(exam)
    with pytest.raises(InvalidState, match="marks_missing"):
        complete_attempt(get_attempt_row(attempt_id), DONE)


def test_the_queue_is_narrowed_and_ordered():
    exam, other = make_essay_exam(people=3), make_essay_exam()
    ids = [answer_all(exam, person_id=one) for one in exam.person_ids]
    answer_all(other, now=NOON - dt.timedelta(minutes=30))
    one, two, _ = make_markers()
    rows = load_queue(db.session.execute(select_queue(one)).all())
    assert [row.count for row in rows] == [1, 3]  # the longest waiting first
    version_id = rows[1].version.id
    narrowing = Narrowing(cohort_id=exam.cohort.id)
    assert [row[1] for row in db.session.execute(select_queue(one, "", narrowing))] == [3]
    assert [row[1] for row in db.session.execute(select_queue(one, "", Narrowing("nope")))] == []
    key = rows[0].version.item.key
    assert [row[1] for row in db.session.execute(select_queue(one, key))] == [1]
    tokens = {token for attempt_id in ids for token in tokens_of(attempt_id)}
    met, here = [], ""
    for _ in ids:
        here = find_next_token(version_id, one, after=here)
        met.append(here)
    assert set(met) == tokens
    assert find_next_token(version_id, one) == met[0]
    assert find_next_token(version_id, one, narrowing=Narrowing(cohort_id=-1)) is None
    mark(met[0], one)
    assert find_next_token(version_id, one, after=met[0]) == met[1]
    assert count_offered(two).count == 3
    assert get_answer_text(get_place(met[1])) == TEXT


def test_the_home_page_tells_markers_and_nobody_else():
    exam = make_essay_exam(people=2)
    for person_id in exam.person_ids:
        answer_all(exam, person_id=person_id)
    for role in (RoleName.TRAINER, RoleName.QUALITY, RoleName.LEAD):
        [waiting] = list_waiting_of(make_person(role))
        assert waiting.facts == {"count": 2}
        assert waiting.since == NOON + LATER
        assert waiting.until == NOON + LATER + dt.timedelta(days=3)
    for role in (RoleName.LEARNER, RoleName.HR, RoleName.RATER):
        assert list_waiting_of(make_person(role)) == []


def list_waiting_of(person: Person):
    with current_app.test_request_context():
        return list_waiting_marking(person)


def test_phrases_are_the_markers_own_most_used_first():
    exam = make_essay_exam(people=4)
    one, two, _ = make_markers()
    ids = [answer_all(exam, person_id=person_id) for person_id in exam.person_ids]
    words = ["先道歉。", "要有时间。", "要有时间。"]
    for attempt_id, comment in zip(ids, words, strict=False):
        mark(tokens_of(attempt_id)[0], one, comment=comment)
    mark(tokens_of(ids[3])[0], two, comment="别人的话")
    item_id = db.session.scalars(
        select(ItemVersion.item_id).join(EssayPlace, EssayPlace.item_version_id == ItemVersion.id)
    ).first()
    assert list_phrases(one, item_id) == ["要有时间。", "先道歉。"]


def test_a_correction_made_meanwhile_counts():
    exam = make_essay_exam()
    attempt_id = answer_all(exam, right=0)
    version_id = get_attempt_row(attempt_id).paper[0]["item_version_id"]
    version = db.session.get_one(ItemVersion, version_id)
    correction = Correction(CorrectionKind.GIVE_POINTS)
    plan, fingerprint = preview_rekey(version, correction)
    assert (plan.attempts, plan.running) == (0, 1)
    [trainer] = make_markers(1)
    apply_rekey(
        version,
        correction,
        reason="题目有歧义",
        fingerprint=fingerprint,
        actor_id=trainer,
        now=DONE,
    )
    assert get_attempt_row(attempt_id).points is None
    mark(tokens_of(attempt_id)[0], trainer)
    assert get_attempt_row(attempt_id).points == 15


def completed(exam, *marks: str) -> tuple[int, int]:
    attempt_id = answer_all(exam)
    [marker] = make_markers(1)
    mark(tokens_of(attempt_id)[0], marker, *marks)
    return attempt_id, marker


def test_a_regrade_is_a_further_line():
    exam = make_essay_exam(choices=1)
    attempt_id, marker = completed(exam, "0", "0")  # 5 of 15
    assert get_attempt_row(attempt_id).passed is False
    given = regrade(
        attempt_id, 2, points=Decimal("8.5"), reason="复核", actor_id=marker, now=DONE + LATER
    )
    db.session.commit()
    attempt = get_attempt_row(attempt_id)
    assert (attempt.points, attempt.passed) == (Decimal("13.50"), True)
    assert attempt.outcome["items"][1]["points"] == "8.50"
    old, new = db.session.scalars(select(GradeEntry).order_by(GradeEntry.id)).all()
    assert (old.points, new.points, new.supersedes_id) == (5, Decimal("13.50"), old.id)
    assert new.source == f"attempt:{attempt_id}:regrade:{given.id}"
    assert new.recorded_by == marker
    assert messages(exam.person_id) == ["quizzes.result", "quizzes.regraded"]
    quiz = exam.quiz
    assert find_gate_pass(exam.enrolments[0].id, quiz.kind, quiz.gate_key) is not None
    shares = db.session.scalars(
        select(StoredItemResult.points)
        .where(StoredItemResult.attempt_id == attempt_id)
        .order_by(StoredItemResult.position)
    ).all()
    assert list(shares) == [5, Decimal("8.50")]
    told = list_given(attempt_id)[2]
    assert told.was_regraded
    assert told.comments == ("复核",)
    # And once more: the newest line is superseded, not the first.
    regrade(attempt_id, 2, points=Decimal(0), reason="再复核", actor_id=marker, now=DONE + LATER)
    db.session.commit()
    entries = db.session.scalars(select(GradeEntry).order_by(GradeEntry.id)).all()
    assert [one.supersedes_id for one in entries] == [None, entries[0].id, entries[1].id]
    assert get_attempt_row(attempt_id).passed is False
    assert find_gate_pass(exam.enrolments[0].id, quiz.kind, quiz.gate_key) is not None
    [standing] = list_standings(exam.enrolments[0].id)
    assert standing.passed is False


@pytest.mark.parametrize(
    ("points", "reason", "code"),
    [
        ("10", "复核", "regrade_same"),
        ("10.5", "复核", "mark_malformed"),
        ("1.005", "复核", "mark_malformed"),
        ("5", "  ", "reason_missing"),
    ],
)
def test_a_regrade_needs_a_reason_and_other_points(points, reason, code):
    exam = make_essay_exam()
    attempt_id, marker = completed(exam)
    with pytest.raises(InvalidInput, match=code):
        regrade(attempt_id, 3, points=Decimal(points), reason=reason, actor_id=marker, now=DONE)
    assert db.session.scalar(select(func.count()).select_from(GradeEntry)) == 1


def test_a_regrade_is_of_a_marked_essay_of_somebody_else():
    exam = make_essay_exam()
    waiting = answer_all(exam)
    [marker] = make_markers(1)
    arguments = {"points": Decimal(1), "reason": "复核", "now": DONE}
    with pytest.raises(InvalidState, match="attempt_ungraded"):
        regrade(waiting, 3, actor_id=marker, **arguments)
    mark(tokens_of(waiting)[0], marker)
    with pytest.raises(NotFound):
        regrade(waiting, 1, actor_id=marker, **arguments)
    with pytest.raises(NotFound):
        regrade(waiting, 3, actor_id=exam.person_id, **arguments)
    with pytest.raises(InvalidState, match="attempt_ungraded"):
        regrade(999_999, 3, actor_id=marker, **arguments)


def test_places_are_withdrawn_while_nobody_has_marked():
    exam = make_essay_exam(essays=2)
    attempt_id = answer_all(exam)
    withdraw_places(get_attempt_row(attempt_id))
    db.session.commit()
    assert tokens_of(attempt_id) == []
    other = make_essay_exam(essays=2)
    marked = answer_all(other)
    [marker] = make_markers(1)
    mark(tokens_of(marked)[0], marker)
    with pytest.raises(InvalidState, match="attempt_marked"):
        withdraw_places(get_attempt_row(marked))


def test_submitting_twice_makes_one_place():
    exam = make_essay_exam()
    attempt_id = answer_all(exam)
    assert not submit_attempt(attempt_id, person_id=exam.person_id, now=DONE)
    assert len(tokens_of(attempt_id)) == 1
