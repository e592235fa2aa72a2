"""Items created, revised and duplicated: versions, states, numbers, and two people at once."""

import pytest
from sqlalchemy import func, select

from lms.audit.models import AuditEvent
from lms.db import db
from lms.errors import InvalidInput, InvalidState, NotAllowed
from lms.organisation.services import name_organisation
from lms.people.domain.roles import RoleName
from lms.questions import queries, services
from lms.questions.domain.authoring import Authored, fields_of, read_authored
from lms.questions.domain.identity import ItemFacts
from lms.questions.domain.merging import Labels
from lms.questions.models import Item, ItemNote, ItemVersion
from tests.conftest import NOON
from tests.factories.item_types import make_case
from tests.factories.people import make_person
from tests.factories.questions import make_bank, make_item, single_body

FACTS = ItemFacts("lesson-1", "发票", (), "easy", False)


def written(stem: str = "新题怎么写？", *, facts: ItemFacts = FACTS, **more) -> Authored:
    labels = Labels(more.pop("name", ""), (), more.pop("tags", ()), more.pop("points", ""))
    body = {**single_body(stem), **more.pop("body", {})}
    return read_authored(fields_of(body, facts, labels, **more))


def changed(item: Item, **texts: str) -> Authored:
    """Return the form of an item with some fields changed."""
    fields = queries.open_item(item).fields
    return read_authored([(name, texts.get(name, value)) for name, value in fields])


@pytest.fixture
def author(session) -> int:
    return make_person(RoleName.TRAINER).id


@pytest.fixture
def bank(session):
    return make_bank(1, key="own")


@pytest.fixture
def one_review(session, author) -> None:
    """The organisation asks for no second person."""
    name_organisation(
        name="岗", name_latin="", serial_prefix="AB", signer_name="", signer_title="经理", signer_title_en="",
        second_review=False, actor_id=author, now=NOON,
    )  # fmt: skip


def revise(item: Item, authored: Authored, author: int, intent: str = "draft") -> ItemVersion:
    return services.revise_item(
        item, authored, based_on=item.revision, intent=intent, actor_id=author, now=NOON
    )


def count_versions(item: Item) -> int:
    return db.session.scalar(
        select(func.count()).select_from(ItemVersion).where(ItemVersion.item_id == item.id)
    )


class TestCreating:
    def test_a_new_item_is_numbered_and_stands_behind_the_others(self, bank, author):
        item = services.create_item(bank, written(), state="draft", actor_id=author, now=NOON)
        assert (item.key, item.state, item.version, item.position) == ("own-0001", "draft", 1, 2)
        version = queries.find_current_version(item)
        assert (version.created_by, version.body["stem"]) == (author, "新题怎么写？")
        assert (item.lesson_key, item.point) == ("lesson-1", "发票")
        second = services.create_item(bank, written(), state="draft", actor_id=author, now=NOON)
        assert (second.key, second.position) == ("own-0002", 3)

    def test_it_can_be_found_by_words_and_tags_at_once(self, bank, author):
        authored = written(tags=("退货", "运费"), name="短")
        item = services.create_item(bank, authored, state="draft", actor_id=author, now=NOON)
        assert "新题怎么写" in item.search_text
        assert "运费" in item.search_text
        assert queries.list_item_tags(item.id) == ["退货", "运费"]

    def test_sent_to_review_at_once_it_is_noted(self, bank, author):
        item = services.create_item(bank, written(), state="in_review", actor_id=author, now=NOON)
        assert item.state == "in_review"
        note = db.session.scalar(select(ItemNote).where(ItemNote.item_id == item.id))
        assert (note.kind, note.person_id) == ("submitted", author)

    def test_what_lacks_a_fact_is_a_draft_only(self, bank, author):
        authored = written(facts=ItemFacts("", "", (), "", False))
        assert services.create_item(bank, authored, state="draft", actor_id=author, now=NOON)
        with pytest.raises(InvalidState, match="item_incomplete"):
            services.create_item(bank, authored, state="in_review", actor_id=author, now=NOON)

    def test_putting_it_into_use_at_once_needs_the_second_review_off(self, bank, author):
        with pytest.raises((InvalidState, NotAllowed)):
            services.create_item(bank, written(), state="ready", actor_id=author, now=NOON)

    def test_without_a_second_review_it_is_in_use_at_once(self, bank, author, one_review):
        item = services.create_item(bank, written(), state="ready", actor_id=author, now=NOON)
        assert item.state == "ready"
        assert item.key in [version.item.key for version in queries.list_drawable("own")]

    def test_it_stands_last_in_its_case_group(self, bank, author):
        make_case(bank, key="case", items=2)
        authored = written(group="case")
        item = services.create_item(bank, authored, state="draft", actor_id=author, now=NOON)
        assert (item.case_group.key, item.group_place) == ("case", 3)

    def test_a_group_of_another_bank_is_refused(self, bank, author):
        make_case(make_bank(1, key="other"), key="case")
        with pytest.raises(InvalidInput, match="group"):
            services.create_item(
                bank, written(group="case"), state="draft", actor_id=author, now=NOON
            )

    def test_banks_of_files_are_not_written_to(self, session, author):
        bank = make_bank(1, key="law", origin="files")
        with pytest.raises(InvalidState, match="bank_read_only"):
            services.create_item(bank, written(), state="draft", actor_id=author, now=NOON)
        item = queries.get_item("law-01")
        with pytest.raises(InvalidState, match="bank_read_only"):
            revise(item, changed(item, stem="改了"), author)
        with pytest.raises(InvalidState, match="bank_read_only"):
            services.duplicate_item(item, actor_id=author, now=NOON)

    def test_a_form_with_problems_is_not_saved(self, bank, author):
        with pytest.raises(InvalidInput, match="stem"):
            services.create_item(
                bank, read_authored([("type", "essay")]), state="draft", actor_id=author, now=NOON
            )


class TestRevising:
    def test_saving_what_is_there_makes_no_version_and_no_change(self, bank, author):
        item = queries.get_item("own-01")
        before = item.revision
        version = revise(item, changed(item), author)
        assert (version.number, item.revision, item.proposed) == (1, before, None)
        assert count_versions(item) == 1
        events = select(AuditEvent).where(AuditEvent.action == "questions.revise_item")
        assert db.session.scalars(events).all() == []

    def test_blanks_that_an_import_left_around_a_text_are_no_change(self, bank, author):
        version = make_item(bank, key="own-blank", body=single_body("  题干带空格 \n"))
        item = version.item
        assert revise(item, changed(item), author).number == 1
        assert revise(item, changed(item, explanation="新的"), author).number == 2

    def test_an_item_in_use_stays_in_use_while_its_next_version_is_written(self, bank, author):
        item = queries.get_item("own-01")
        services.mark_presented([queries.find_current_version(item).id], NOON)
        version = revise(item, changed(item, stem="改过的题干"), author)
        assert (item.state, item.version) == ("ready", 1)
        assert (item.proposed, item.proposed_state) == (version.number, "draft") == (2, "draft")
        db.session.expire_all()
        first = queries.find_numbered(item, 1)
        assert first.body["stem"] == "第 1 题：哪种说法合适？"
        assert first.presented_at is not None
        assert [v.number for v in queries.list_drawable("own")] == [1]

    def test_the_proposal_is_what_the_editor_opens_and_revises(self, bank, author):
        item = queries.get_item("own-01")
        revise(item, changed(item, stem="第二版"), author, "in_review")
        assert item.proposed_state == "in_review"
        assert queries.open_item(item).version.body["stem"] == "第二版"
        version = revise(item, changed(item, stem="第三版"), author)
        assert (item.version, item.proposed, item.proposed_state) == (1, 3, "draft")
        assert version.number == 3

    def test_writing_again_what_is_in_use_leaves_nothing_to_review(self, bank, author):
        item = queries.get_item("own-01")
        original = changed(item)
        revise(item, changed(item, stem="第二版"), author)
        assert revise(item, original, author).number == 1
        assert (item.version, item.proposed, item.proposed_state) == (1, None, "")

    @pytest.mark.parametrize("state", ["draft", "in_review", "retired"])
    def test_any_other_item_says_at_once_what_is_written_and_is_a_draft(self, bank, author, state):
        item = services.create_item(bank, written(), state="in_review", actor_id=author, now=NOON)
        if state == "draft":
            services.withdraw_item(item, actor_id=author, now=NOON)
        if state == "retired":
            services.retire_item(item, actor_id=author, now=NOON)
        version = revise(item, changed(item, stem="改过"), author)
        assert (item.state, item.version, item.proposed) == ("draft", version.number, None)
        assert "改过" in item.search_text

    def test_an_unchanged_draft_can_be_sent_to_review(self, bank, author):
        item = services.create_item(bank, written(), state="draft", actor_id=author, now=NOON)
        version = revise(item, changed(item), author, "in_review")
        assert (version.number, item.state) == (1, "in_review")
        revise(item, changed(item), author, "in_review")
        assert item.state == "in_review"

    def test_a_retired_item_can_be_sent_to_review_as_it_is(self, bank, author):
        item = queries.get_item("own-01")
        services.retire_item(item, actor_id=author, now=NOON)
        revise(item, changed(item), author)
        assert item.state == "retired"
        revise(item, changed(item), author, "in_review")
        assert (item.state, item.version) == ("in_review", 1)

    def test_without_a_second_review_the_new_version_is_used_at_once(
        self, bank, author, one_review
    ):
        item = queries.get_item("own-01")
        version = revise(item, changed(item, stem="新的题干"), author, "ready")
        assert (item.state, item.version, item.proposed) == ("ready", version.number, None)

    def test_tags_change_without_a_version_and_the_search_follows(self, bank, author):
        item = queries.get_item("own-01")
        before = item.revision
        fields = [*queries.open_item(item).fields, ("tags", "运费、退货")]
        version = revise(item, read_authored(fields), author)
        assert (version.number, count_versions(item)) == (1, 1)
        assert item.revision > before
        assert queries.list_item_tags(item.id) == ["运费", "退货"]
        assert "退货" in item.search_text

    def test_a_stale_form_writes_nothing(self, bank, author):
        item = queries.get_item("own-01")
        opened_at = item.revision
        mine = changed(item, stem="我的")
        revise(item, changed(item, stem="对方的"), author)
        db.session.commit()
        with pytest.raises(InvalidState, match="item_changed_meanwhile"):
            services.revise_item(
                item, mine, based_on=opened_at, intent="draft", actor_id=author, now=NOON
            )
        db.session.rollback()
        assert count_versions(item) == 2
        assert queries.open_item(item).version.body["stem"] == "对方的"


class TestDuplicating:
    def test_a_copy_is_a_new_draft_with_everything(self, bank, author):
        make_case(bank, key="case", items=1)
        authored = written(group="case", tags=("退货",), points="2", name="短")
        item = services.create_item(bank, authored, state="in_review", actor_id=author, now=NOON)
        copy = services.duplicate_item(item, actor_id=author, now=NOON)
        assert copy.key not in (item.key, "")
        assert (copy.state, copy.version, copy.purpose) == ("draft", 1, "quiz")
        was, now = queries.open_item(item), queries.open_item(copy)
        assert (now.version.body, now.facts, now.labels, now.group) == (
            was.version.body,
            was.facts,
            was.labels,
            "case",
        )
        assert copy.group_place == item.group_place + 1

    def test_a_copy_takes_the_proposal(self, bank, author):
        item = queries.get_item("own-01")
        revise(item, changed(item, stem="第二版"), author)
        copy = services.duplicate_item(item, actor_id=author, now=NOON)
        assert queries.find_current_version(copy).body["stem"] == "第二版"
