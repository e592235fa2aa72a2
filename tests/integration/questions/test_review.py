"""Reviews: every step and every refusal, on the item itself and on a proposal beside it."""

import datetime as dt

import pytest
from sqlalchemy import select

from lms.audit.models import AuditEvent
from lms.db import db
from lms.errors import InvalidInput, InvalidState, LmsError, NotAllowed
from lms.notifications.models import OutboxMessage
from lms.notifications.words import render
from lms.people.domain.roles import RoleName
from lms.people.models import Person
from lms.questions import queries, services
from lms.questions.domain.identity import ItemFacts
from lms.questions.domain.review import Situation, open_steps
from lms.questions.models import Item, ItemNote, ItemVersion
from lms.quizzes.domain.paper import paper_from_json
from lms.quizzes.services import start_attempt
from tests.conftest import NOON
from tests.factories.organisation import switch_second_review
from tests.factories.people import make_person
from tests.factories.questions import make_bank, make_item, propose, single_body, write_item
from tests.factories.quizzes import Exam, get_attempt_row, make_exam

pytestmark = pytest.mark.usefixtures("session")
LATER = NOON + dt.timedelta(hours=2)


@pytest.fixture
def author(session) -> int:
    return make_person(RoleName.TRAINER, name="林悦").id


@pytest.fixture
def reviewer(session) -> int:
    return make_person(RoleName.QUALITY, name="周宁").id


def notes(item: Item) -> list[tuple[str, int, str, str]]:
    rows = db.session.scalars(
        select(ItemNote).where(ItemNote.item_id == item.id).order_by(ItemNote.id)
    )
    return [(note.kind, note.version, note.was, note.text) for note in rows]


def messages() -> list[tuple[str, int]]:
    rows = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
    return [(one.kind, one.person_id) for one in rows if one.kind.startswith("questions.")]


def actions() -> list[str]:
    return [
        action.removeprefix("questions.")
        for action in db.session.scalars(select(AuditEvent.action).order_by(AuditEvent.id))
        if action.endswith("_item")
    ]


def refused(code: str, step, *args, kind: type[LmsError] = InvalidState, **said) -> None:
    with pytest.raises(kind) as caught:
        step(*args, **{"now": NOON, **said})
    assert caught.value.code == code
    db.session.rollback()


def test_from_draft_to_use_by_two_people(author, reviewer):
    item = write_item(author)
    services.submit_item(item, text="请看选项", actor_id=author, now=NOON)
    assert (item.state, item.revision) == ("in_review", 2)
    assert queries.list_drawable(item.bank.key) == []
    services.approve_item(item, actor_id=reviewer, now=LATER, revision=2)
    assert (item.state, item.revision) == ("ready", 3)
    assert [one.item.key for one in queries.list_drawable(item.bank.key)] == [item.key]
    assert notes(item) == [("submitted", 1, "draft", "请看选项"), ("approved", 1, "in_review", "")]
    assert actions() == ["submit_item", "approve_item"]
    assert messages() == [("questions.approved", author)]


def test_an_item_in_use_that_somebody_doubts_is_not_drawn_until_it_is_approved_again(
    author, reviewer
):
    item = write_item(author, state="ready")
    services.submit_item(item, text="高分组都选 B", actor_id=reviewer, now=NOON)
    assert item.state == "in_review"
    assert queries.list_drawable(item.bank.key) == []
    assert messages() == [("questions.doubted", author)]
    services.withdraw_item(item, actor_id=reviewer, now=NOON)
    assert item.state == "ready"
    services.submit_item(item, actor_id=author, now=LATER)
    db.session.commit()
    refused("review_own", services.approve_item, item, actor_id=author, kind=NotAllowed)
    services.approve_item(item, actor_id=reviewer, now=LATER)
    assert (item.state, item.version) == ("ready", 1)
    assert [one.item.key for one in queries.list_drawable(item.bank.key)] == [item.key]


def test_who_wrote_it_may_not_approve_or_return_it(author, reviewer):
    item = write_item(author, state="in_review")
    refused("review_own", services.approve_item, item, actor_id=author, kind=NotAllowed)
    refused("review_own", services.return_item, item, text="x", actor_id=author, kind=NotAllowed)
    assert item.state == "in_review"
    assert notes(item) == []
    services.approve_item(item, actor_id=reviewer, now=NOON)


def test_switched_off_who_wrote_it_may_put_it_into_use_even_from_draft(author):
    switch_second_review(on=False)
    services.approve_item(write_item(author, state="in_review"), actor_id=author, now=NOON)
    item = write_item(author)
    services.approve_item(item, actor_id=author, now=NOON)
    assert item.state == "ready"
    assert messages() == []


def test_switched_on_a_draft_is_not_approved_without_being_sent(author, reviewer):
    refused("item_in_other_state", services.approve_item, write_item(author), actor_id=reviewer)


def test_an_import_without_author_can_be_approved_by_anybody(author):
    item = write_item(None, state="in_review")
    services.approve_item(item, actor_id=author, now=NOON)
    assert messages() == []


def test_returned_with_a_reason_then_sent_again(author, reviewer):
    item = write_item(author, state="in_review")
    for text in ("", " \n "):
        refused(
            "note_empty",
            services.return_item,
            item,
            text=text,
            actor_id=reviewer,
            kind=InvalidInput,
        )
    services.return_item(item, text="选项 C 太明显。", actor_id=reviewer, now=NOON)
    assert item.state == "draft"
    assert notes(item) == [("returned", 1, "in_review", "选项 C 太明显。")]
    (message,) = db.session.scalars(select(OutboxMessage)).all()
    words = render(message)
    assert "买家问能不能开发票" in words.subject
    assert "周宁" in words.body
    assert "选项 C 太明显。" in words.body
    assert words.body.endswith(f"/items/{item.key}")
    services.submit_item(item, actor_id=author, now=LATER)
    assert item.state == "in_review"


def test_withdrawn_by_who_wrote_or_sent_it_only(author, reviewer):
    colleague = make_person(RoleName.TRAINER).id
    item = write_item(author)
    services.submit_item(item, actor_id=colleague, now=NOON)
    db.session.commit()
    refused("withdraw_not_own", services.withdraw_item, item, actor_id=reviewer, kind=NotAllowed)
    services.withdraw_item(item, actor_id=colleague, now=NOON)
    assert item.state == "draft"
    refused("item_in_other_state", services.withdraw_item, item, actor_id=author)


def test_nothing_is_sent_or_approved_while_a_fact_is_missing(author, reviewer):
    item = write_item(author, point="", difficulty="")
    with pytest.raises(InvalidState) as caught:
        services.submit_item(item, actor_id=author, now=NOON)
    assert (caught.value.code, caught.value.facts["missing"]) == (
        "item_incomplete",
        ["point", "difficulty"],
    )
    hasty = write_item(author, state="in_review", point="")
    refused("item_incomplete", services.approve_item, hasty, actor_id=reviewer)


def test_a_stale_page_approves_nothing(author, reviewer):
    item = write_item(author, state="in_review")
    seen = item.revision
    services.withdraw_item(item, actor_id=author, now=NOON)
    services.submit_item(item, actor_id=author, now=NOON)
    db.session.commit()
    with pytest.raises(InvalidState) as caught:
        services.approve_item(item, actor_id=reviewer, now=NOON, revision=seen)
    assert (caught.value.code, caught.value.status) == ("item_changed_meanwhile", 409)
    assert caught.value.facts["state"] == "in_review"
    assert item.state == "in_review"
    services.approve_item(item, actor_id=reviewer, now=NOON, revision=item.revision)


def test_a_proposal_stays_out_of_papers_until_it_is_approved(author, reviewer):
    exam = make_exam(people=4, items=1, draw=1)
    (first,) = queries.list_drawable(bank_of(exam))
    item = first.item
    proposal = propose(item, single_body("新的问法"), author)
    people = iter(exam.person_ids)

    def drawn() -> str:
        attempt_id = start_attempt(exam.sitting_id, person_id=next(people), now=NOON, seed=1)
        (placed,) = paper_from_json(get_attempt_row(attempt_id).paper)
        return str(placed.body["stem"])

    services.submit_item(item, actor_id=author, now=NOON)
    assert (item.state, item.version, item.proposed_state) == ("ready", 1, "in_review")
    assert drawn() == first.body["stem"]
    services.return_item(item, text="再想想", actor_id=reviewer, now=NOON)
    assert (item.state, item.proposed, item.proposed_state) == ("ready", 2, "draft")
    assert drawn() == first.body["stem"]
    services.submit_item(item, actor_id=author, now=NOON)
    services.approve_item(item, actor_id=reviewer, now=LATER)
    assert (item.state, item.version, item.proposed, item.proposed_state) == ("ready", 2, None, "")
    assert drawn() == "新的问法"
    assert proposal.presented_at == NOON
    assert "新的问法" in item.search_text
    assert [(kind, version) for kind, version, *_ in notes(item)] == [
        ("submitted", 2), ("returned", 2), ("submitted", 2), ("approved", 2),
    ]  # fmt: skip


def bank_of(exam: Exam) -> str:
    return str(exam.quiz.sections[0]["bank"])


def test_who_wrote_the_proposal_counts_not_who_wrote_the_item(author, reviewer):
    item = write_item(reviewer, state="ready")
    propose(item, single_body("别的问法"), author, state="in_review")
    refused("review_own", services.approve_item, item, actor_id=author, kind=NotAllowed)
    services.approve_item(item, actor_id=reviewer, now=NOON)
    assert item.version == 2


def test_retired_and_restored_where_it_was(author, reviewer):
    used, draft = write_item(author, state="ready"), write_item(author)
    for item, back in ((used, "ready"), (draft, "draft")):
        before = item.revision
        services.retire_item(item, text="过时了", actor_id=reviewer, now=NOON)
        services.retire_item(item, actor_id=reviewer, now=NOON)
        assert (item.state, item.revision) == ("retired", before + 1)
        assert queries.list_drawable(item.bank.key) == []
        services.restore_item(item, actor_id=author, now=LATER)
        assert item.state == back
        assert [kind for kind, *_ in notes(item)] == ["retired", "restored"]
    refused("item_in_other_state", services.restore_item, used, actor_id=author)


def test_a_retired_item_keeps_its_proposal_as_a_draft_and_nobody_reviews_it(author, reviewer):
    item = write_item(author, state="ready")
    propose(item, single_body("别的问法"), author, state="in_review")
    services.retire_item(item, actor_id=reviewer, now=NOON)
    assert (item.proposed, item.proposed_state) == (2, "draft")
    db.session.commit()
    refused("item_in_other_state", services.submit_item, item, actor_id=author)
    refused("item_in_other_state", services.approve_item, item, actor_id=reviewer)
    services.restore_item(item, actor_id=reviewer, now=NOON)
    assert (item.state, item.version, item.proposed) == ("ready", 1, 2)


def test_comments_reach_the_author_and_change_nothing(author, reviewer):
    item = write_item(author, state="ready")
    before = item.revision
    services.comment_item(item, text="  第二项能不能短一点？ ", actor_id=reviewer, now=NOON)
    services.comment_item(item, text="好。", actor_id=author, now=LATER)
    assert (item.state, item.revision) == ("ready", before)
    assert [(kind, text) for kind, _, _, text in notes(item)] == [
        ("comment", "第二项能不能短一点？"),
        ("comment", "好。"),
    ]
    assert messages() == [("questions.commented", author)]
    refused("note_empty", services.comment_item, item, text="", actor_id=author, kind=InvalidInput)
    refused(
        "note_too_long",
        services.comment_item,
        item,
        text="长" * 2001,
        actor_id=author,
        kind=InvalidInput,
    )


def test_many_approvals_on_a_day_are_one_message_a_bank(author, reviewer):
    bank, other = make_bank(0), make_bank(0)
    for where in (bank, bank, other):
        services.approve_item(
            write_item(author, bank=where, state="in_review"), actor_id=reviewer, now=NOON
        )
    assert messages() == [("questions.approved", author)] * 2
    tomorrow = NOON + dt.timedelta(days=1)
    services.approve_item(
        write_item(author, bank=bank, state="in_review"), actor_id=reviewer, now=tomorrow
    )
    assert len(messages()) == 3
    for message in db.session.scalars(select(OutboxMessage)):
        assert "审过了" in render(message).body


def test_who_left_is_not_written_to(author, reviewer):
    item = write_item(author, state="in_review")
    db.session.get_one(Person, author).active = False
    services.return_item(item, text="改", actor_id=reviewer, now=NOON)
    assert messages() == []


@pytest.mark.parametrize(
    "verb", ["submit", "withdraw", "approve", "return", "retire", "restore", "comment"]
)
def test_banks_of_files_and_retired_banks_are_only_read(author, verb):
    step = getattr(services, f"{verb}_item")
    filed = make_item(make_bank(0, origin="files")).item
    refused("bank_read_only", step, filed, text="x", actor_id=author)
    bank = make_bank(0)
    gone = make_item(bank).item
    services.retire_bank(bank, now=NOON)
    db.session.commit()
    refused("bank_retired", step, gone, text="x", actor_id=author)


def test_the_steps_offered_are_those_that_work(author, reviewer):
    """Every step in every situation: offered exactly when the service takes it."""
    for on in (True, False):
        switch_second_review(on=on)
        for state in ("draft", "in_review", "ready", "retired"):
            for point in ("发票", ""):
                for person_id in (author, reviewer):
                    _check_offers(state, point, person_id, author, on=on)


def _check_offers(state: str, point: str, person_id: int, author: int, *, on: bool) -> None:
    here = Situation(
        state=state,
        is_own=person_id == author,
        may_withdraw=person_id == author,
        needs_second=on,
        is_complete=bool(point),
    )
    offered = {str(step) for step in open_steps(here)}
    taken = set()
    for verb in ("submit", "withdraw", "approve", "return", "restore", "retire"):
        item = write_item(author, state=state, point=point)
        try:
            getattr(services, f"{verb}_item")(item, text="x", actor_id=person_id, now=NOON)
        except (InvalidState, NotAllowed):
            db.session.rollback()
        else:
            taken.add(verb)
    # Retiring what is retired does nothing, without a word.
    assert taken - ({"retire"} if state == "retired" else set()) == offered, here


def test_waiting_is_for_those_who_may_decide(app, author, reviewer):
    bank = make_bank(0)
    early = write_item(author, bank=bank, state="in_review")
    write_item(reviewer, bank=bank, state="in_review")
    propose(
        write_item(None, bank=bank, state="ready"), single_body("别"), author, state="in_review"
    )
    write_item(author, bank=make_bank(0, origin="files"), state="in_review")

    def waiting(person_id: int) -> list[tuple[str, object]]:
        with app.test_request_context():
            person = db.session.get_one(Person, person_id)
            return [(one.kind, one.facts["count"]) for one in queries.list_waiting(person, LATER)]

    assert waiting(reviewer) == [("questions.reviews", 2)]
    assert waiting(author) == [("questions.reviews", 1)]
    assert waiting(make_person(RoleName.HR).id) == []
    services.return_item(early, text="改", actor_id=reviewer, now=NOON)
    assert waiting(reviewer) == [("questions.reviews", 1)]
    assert waiting(author) == [("questions.reviews", 1), ("questions.returned", 1)]
    switch_second_review(on=False)
    assert waiting(reviewer) == [("questions.reviews", 2)]


def test_the_next_review_comes_after_the_one_just_decided(author, reviewer):
    bank = make_bank(0)
    first, second, third = (
        write_item(author, bank=bank, state="in_review", now=NOON + dt.timedelta(minutes=n))
        for n in range(3)
    )
    wanted = queries.ReviewFilter(reviewer)
    assert queries.find_next_review(wanted).item is first
    assert queries.find_next_review(wanted, first).item is second
    services.approve_item(second, actor_id=reviewer, now=LATER)
    assert queries.find_next_review(wanted, second).item is third
    assert queries.find_next_review(wanted, third) is None
    # Sent again, it stands behind the others.
    services.return_item(first, text="改", actor_id=reviewer, now=LATER)
    services.submit_item(first, actor_id=author, now=LATER)
    assert [row[0].item for row in db.session.execute(queries.select_reviews(wanted))] == [
        third,
        first,
    ]


def test_reviews_narrowed(author, reviewer):
    bank, other = make_bank(0), make_bank(0)
    cup = write_item(author, bank=bank, state="in_review", body=single_body("保温杯漏水？"))
    write_item(reviewer, bank=other, state="in_review")

    def found(**wanted) -> list[str]:
        rows = db.session.execute(
            queries.select_reviews(queries.ReviewFilter(reviewer, "all", **wanted))
        )
        return [row[0].item.key for row in rows]

    assert len(found()) == 2
    assert found(words="漏水") == found(bank=bank.key) == found(author_id=author) == [cup.key]
    assert found(type="true_false") == []
    choices = queries.list_review_choices(reviewer, "all")
    assert {one.key for one in choices.banks} == {bank.key, other.key}
    assert dict(choices.authors) == {author: "林悦", reviewer: "周宁"}


def test_a_version_once_written_keeps_its_author_and_the_same_words_make_none(author, reviewer):
    item = write_item(author)
    facts = ItemFacts(f"{item.bank.key}-lesson", "发票", (), "medium", False)
    again = services.add_version(item, single_body(), facts, actor_id=reviewer, now=LATER)
    assert (again.number, again.created_by) == (1, author)
    new = services.add_version(item, single_body("新"), facts, actor_id=reviewer, now=LATER)
    assert (new.number, new.created_by, item.version) == (2, reviewer, 1)
    assert services.add_version(item, single_body("新"), facts, actor_id=author, now=LATER) is new
    assert services.add_version(item, single_body(), facts, actor_id=author, now=LATER).number == 1
    assert db.session.scalars(
        select(ItemVersion.number).where(ItemVersion.item_id == item.id)
    ).all() == [1, 2]
