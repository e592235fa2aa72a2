"""Imports and copies beside reviews: what a person brings in is reviewed, what is in use stays in use."""

import pytest
from sqlalchemy import select

from lms.db import db
from lms.documents.storage import FolderStore
from lms.people.domain.roles import RoleName
from lms.questions import queries, services
from lms.questions.domain.exchange.formats import read_file
from lms.questions.models import Item, ItemNote, ItemVersion
from tests.conftest import NOON
from tests.factories.curriculum import make_programme
from tests.factories.organisation import switch_second_review
from tests.factories.people import make_person
from tests.factories.questions import make_bank, propose, single_body, write_item

ENTRY = """- id: r-1
  type: single_response
  stem: {stem}
  options:
  - {{id: a, text: 能, key: true}}
  - {{id: b, text: 不能}}
  lesson: {lesson}
  point: 发票
  difficulty: easy
  tags: [{tag}]
"""


@pytest.fixture
def lesson(app) -> str:
    with app.app_context():
        return make_programme().stages[0].modules[0].lessons[0].key


@pytest.fixture
def trainer_id(app) -> int:
    with app.app_context():
        make_bank(0, key="mine")
        return make_person(RoleName.TRAINER).id


def bring(client, text: str, state: str):
    sent = client.post(
        "/banks/mine/import", data={"text": text, "format": "yaml", "purpose": "quiz"}
    )
    return client.post(
        sent.location, data={"act": "confirm", "shown": "0", "take": "0", "state": state}
    )


def say(lesson: str, stem: str = "能开发票吗？", tag: str = "发票") -> str:
    return ENTRY.format(stem=stem, lesson=lesson, tag=tag)


def the_item() -> Item:
    return queries.get_item("r-1")


def test_a_person_brings_items_in_to_be_reviewed_never_ready(app, sign_in, trainer_id, lesson):
    client = sign_in(trainer_id)
    refused = bring(client, say(lesson), "ready")
    assert refused.status_code == 422
    assert 'value="ready"' not in refused.text
    assert bring(client, say(lesson), "in_review").status_code == 303
    with app.app_context():
        item = the_item()
        (version,) = db.session.scalars(select(ItemVersion).where(ItemVersion.item_id == item.id))
        assert (item.state, item.revision, version.created_by) == ("in_review", 1, trainer_id)
        assert "能开发票吗" in item.search_text
        assert queries.list_drawable("mine") == []
        reviewer = make_person(RoleName.QUALITY)
        wanted = queries.ReviewFilter(reviewer.id)
        assert queries.find_next_review(wanted).item is item
        services.approve_item(item, actor_id=reviewer.id, now=NOON)
        assert len(queries.list_drawable("mine")) == 1


def test_the_result_says_how_many_wait(app, sign_in, trainer_id, lesson):
    client = sign_in(trainer_id)
    page = client.get(bring(client, say(lesson), "in_review").location).text
    assert "等人审" in page
    assert "等人审" not in client.get(bring(client, say(lesson, "别的"), "draft").location).text


def test_the_result_names_what_is_still_missing_only(app, sign_in, trainer_id, lesson):
    client = sign_in(trainer_id)
    text = "1. 谁付运费？（A）\nA. 买家\nB. 卖家\n\n2. 能开票吗？（A）\nA. 能\nB. 不能\n"
    full = {"point": "运费", "difficulty": "easy"}
    for who, given, said in (("谁", full, ""), ("哪一方", {}, "缺知识点、难度")):
        sent = client.post(
            "/banks/mine/import",
            data={"text": text.replace("谁", who), "format": "", "purpose": "quiz"},
        )
        taken = {"act": "confirm", "shown": "0", "take": "0", "state": "in_review"}
        client.post(sent.location, data={**taken, "lesson": lesson, **given})
        page = client.get(sent.location).text
        assert ("先作为草稿的题" in page) == bool(said)
        assert said in page


def test_a_revision_of_what_is_in_use_waits_beside_it(app, sign_in, trainer_id, lesson):
    client = sign_in(trainer_id)
    bring(client, say(lesson), "in_review")
    with app.app_context():
        services.approve_item(the_item(), actor_id=None, now=NOON)
        db.session.commit()
    bring(client, say(lesson, "专票能开吗？", "专票"), "in_review")
    with app.app_context():
        item = the_item()
        assert (item.state, item.version, item.proposed, item.proposed_state) == (
            "ready", 1, 2, "in_review",
        )  # fmt: skip
        assert [one.number for one in queries.list_drawable("mine")] == [1]
        assert "能开发票吗" in item.search_text
        assert "专票" in item.search_text, "tags count at once"
        revision = item.revision
        kinds = db.session.scalars(select(ItemNote.kind).order_by(ItemNote.id)).all()
        assert kinds == ["approved", "submitted"]
    # The same file once more: its words wait already.
    bring(client, say(lesson, "专票能开吗？", "专票"), "in_review")
    with app.app_context():
        item = the_item()
        assert (item.proposed, item.revision) == (2, revision + 1)
        assert len(queries.list_versions(item.id)) == 2
        assert len(db.session.scalars(select(ItemNote)).all()) == 2
        services.approve_item(item, actor_id=None, now=NOON)
        assert [one.body["stem"] for one in queries.list_drawable("mine")] == ["专票能开吗？"]


def test_a_revision_as_draft_leaves_what_is_in_use(app, sign_in, trainer_id, lesson):
    with app.app_context():
        item = write_item(trainer_id, bank=queries.get_bank("mine"), state="ready")
        item.key = "r-1"
        db.session.commit()
    bring(sign_in(trainer_id), say(lesson), "draft")
    with app.app_context():
        item = the_item()
        assert (item.state, item.version, item.proposed, item.proposed_state) == (
            "ready", 1, 2, "draft",
        )  # fmt: skip


@pytest.mark.parametrize("state", ["draft", "in_review", "retired"])
def test_a_revision_of_what_is_not_in_use_is_its_current_version(
    app, sign_in, trainer_id, lesson, state
):
    with app.app_context():
        item = write_item(trainer_id, bank=queries.get_bank("mine"), state=state)
        item.key = "r-1"
        db.session.commit()
    bring(sign_in(trainer_id), say(lesson), "in_review")
    with app.app_context():
        item = the_item()
        assert (item.state, item.version, item.proposed) == ("in_review", 2, None)
        assert item.lesson_key == lesson
        assert "能开发票吗" in item.search_text


def test_switched_off_a_person_may_bring_items_in_ready(app, sign_in, trainer_id, lesson):
    with app.app_context():
        switch_second_review(on=False)
        item = write_item(trainer_id, bank=queries.get_bank("mine"), state="ready")
        item.key = "r-1"
        db.session.commit()
        propose(item, single_body("等着的"), trainer_id)
    bring(sign_in(trainer_id), say(lesson), "ready")
    with app.app_context():
        item = the_item()
        assert (item.state, item.version, item.proposed) == ("ready", 3, None)


def test_the_command_line_writes_ready(app, trainer_id, lesson, tmp_path):
    with app.app_context():
        bank = queries.get_bank("mine")
        for stem, number in (("能开发票吗？", 1), ("专票能开吗？", 2)):
            parsed = read_file("yaml", say(lesson, stem).encode(), "x.yml")
            plan = services.plan_parsed(bank, parsed)
            writing = services.Writing(bank, "quiz", "ready", FolderStore(tmp_path), None, NOON)
            services.write_plan(plan, (), {}, writing)
            item = the_item()
            assert (item.state, item.version, item.proposed) == ("ready", number, None)
            assert queries.get_numbered_version(item.id, number).created_by is None


def test_a_copied_bank_keeps_what_was_reviewed_and_who_wrote_it(app, trainer_id):
    with app.app_context():
        bank = queries.get_bank("mine")
        used = write_item(trainer_id, bank=bank, state="ready", body=single_body("漏水怎么办"))
        propose(used, single_body("等着的"), trainer_id, state="in_review")
        write_item(trainer_id, bank=bank, state="in_review")
        copier = make_person(RoleName.QUALITY).id
        copy, count = services.copy_bank(
            bank, key="copy", title="副本", title_en="", now=NOON, actor_id=copier
        )
        assert count == 2
        items = db.session.scalars(
            select(Item).where(Item.bank_id == copy.id).order_by(Item.key)
        ).all()
        assert [(item.state, item.proposed) for item in items] == [
            ("ready", None), ("in_review", None),
        ]  # fmt: skip
        assert {v.created_by for item in items for v in queries.list_versions(item.id)} == {
            trainer_id
        }
        assert "漏水怎么办" in items[0].search_text
        assert "copy-0001" in items[0].search_text
