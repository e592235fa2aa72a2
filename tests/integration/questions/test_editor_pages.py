"""The pages of the editor, as a browser without script uses them."""

import re

import pytest
from sqlalchemy import func, select

from lms.db import db
from lms.organisation.services import name_organisation
from lms.people.domain.roles import RoleName
from lms.questions import queries, services
from lms.questions.domain.authoring import fields_of, new_fields, read_authored
from lms.questions.domain.identity import ItemFacts
from lms.questions.domain.items import ItemType, item_as_json
from lms.questions.domain.merging import Labels
from lms.questions.models import Item, ItemDraft, ItemVersion
from tests.conftest import NOON
from tests.factories.curriculum import make_programme
from tests.factories.item_types import ESSAY, TYPED, make_case, make_typed_bank
from tests.factories.people import make_person
from tests.factories.questions import make_bank, multiple_body, single_body, true_false_body
from tests.integration.questions.forms_of_pages import Pair, as_data, form_of, put

FACTS = ItemFacts("lesson-1", "发票", (), "easy", True)
BODIES = {
    "single_response": single_body(),
    "multiple_response": multiple_body(credit="proportional"),
    "true_false": true_false_body(),
    "essay": item_as_json(ESSAY),
    **{item.type.value: item_as_json(item) for item in TYPED.values()},
}
NEW = "/banks/own/items/new"


@pytest.fixture
def author_id(app) -> int:
    with app.app_context():
        return make_person(RoleName.TRAINER).id


@pytest.fixture
def client(app, sign_in, author_id):
    with app.app_context():
        make_bank(1, key="own")
    return sign_in(author_id)


def page(response, status: int = 200) -> str:
    assert response.status_code == status
    return response.get_data(as_text=True)


def written(kind: str, facts: ItemFacts = FACTS) -> list[Pair]:
    """Return the form of one item of a type, written in full."""
    return fields_of(BODIES[kind], facts, Labels(tags=("退货",)))


def send(client, path: str, pairs: list[Pair], **more: str):
    return client.post(path, data=as_data([*pairs, *more.items()]))


def key_of(response) -> str:
    """Return the key of the item to which a page leads."""
    assert response.status_code == 303
    return re.fullmatch(r"/items/([a-z0-9-]+)", response.location)[1]


def version_of(app, key: str) -> tuple[int, dict, int]:
    """Return number and body of what the editor opens, and how many versions there are."""
    with app.app_context():
        item = queries.get_item(key)
        version = queries.open_item(item).version
        count = select(func.count()).where(ItemVersion.item_id == item.id)
        return version.number, version.body, db.session.scalar(count)


def test_the_type_is_chosen_first_with_an_example_of_each(client):
    html = page(client.get(f"{NEW}?group=case"))
    for kind in ItemType:
        assert f"type={kind.value}&amp;group=case" in html
    assert "七天无理由退货，运费由谁出？" in html


@pytest.mark.parametrize("kind", list(ItemType))
def test_an_empty_form_of_every_type_can_be_sent_and_names_its_problems(client, kind):
    pairs = form_of(page(client.get(f"{NEW}?type={kind}")))
    assert dict(pairs)["type"] == kind
    html = page(send(client, NEW, pairs, intent="draft"), 422)
    assert "还没有保存，请先改好下面这些" in html
    assert '<a href="#f-stem">' in html
    for anchor in re.findall(r'<li><a href="#([^"]+)">', html):
        assert f'id="{anchor}"' in html
    assert dict(form_of(html))["type"] == kind


@pytest.mark.parametrize("kind", list(ItemType))
def test_an_item_of_every_type_is_written_and_opened_again(app, client, kind):
    key = key_of(send(client, NEW, written(kind), intent="draft"))
    assert version_of(app, key) == (1, BODIES[kind], 1)
    again = form_of(page(client.get(f"/items/{key}/edit")))
    assert key_of(send(client, f"/items/{key}/edit", again, intent="draft")) == key
    assert "没有改动" in page(client.get(f"/items/{key}"))
    assert version_of(app, key) == (1, BODIES[kind], 1)
    changed = put(again, "explanation", "换了一种说法。")
    send(client, f"/items/{key}/edit", changed, intent="draft")
    number, body, count = version_of(app, key)
    assert (number, count) == (2, 2)
    assert body == {**BODIES[kind], "explanation": "换了一种说法。"}


def test_a_text_keeps_every_line_on_its_way_through_the_page(app, client):
    stem = '```\n空行在后\n\n\n  缩进 <b>&amp;</b> "引号" \'\n```'
    pairs = put(written("single_response"), "stem", stem)
    key = key_of(send(client, NEW, pairs, intent="draft"))
    again = form_of(page(client.get(f"/items/{key}/edit")))
    assert dict(again)["stem"] == stem
    send(
        client, f"/items/{key}/edit", put(again, "stem", stem.replace("\n", "\r\n")), intent="draft"
    )
    assert version_of(app, key)[0] == 1


class TestRowsWithoutScript:
    def do(self, client, pairs: list[Pair], asked: str) -> list[Pair]:
        return form_of(page(send(client, NEW, pairs, do=asked)))

    def test_rows_are_added_moved_and_removed_and_nothing_is_lost(self, app, client):
        pairs = self.do(client, written("single_response"), "add option")
        pairs = put(pairs, "option.d.text", "「看情况。」")
        pairs = self.do(client, pairs, "up option d")
        pairs = self.do(client, pairs, "remove option a")
        assert [value for name, value in pairs if name == "option"] == ["b", "d", "c"]
        key = key_of(send(client, NEW, pairs, intent="draft"))
        body = version_of(app, key)[1]
        assert [one["id"] for one in body["options"]] == ["b", "d", "c"]
        assert body["key"] == ["b"]

    def test_the_row_to_write_in_has_the_focus(self, client):
        html = page(send(client, NEW, written("single_response"), do="add option"))
        assert re.search(r'name="option\.d\.text"[^>]*autofocus', html)
        assert html.count("autofocus") == 1

    def test_a_gap_is_inserted_and_its_answer_written(self, app, client):
        pairs = put(form_of(page(client.get(f"{NEW}?type=cloze"))), "stem", "签收后几天：")
        pairs = self.do(client, pairs, "add gap")
        assert dict(pairs)["stem"] == "签收后几天：{{g1}}"
        pairs = put(pairs, "gap.g1.type", "numeric")
        pairs = self.do(client, pairs, "refresh")
        pairs = put(pairs, "gap.g1.accepted.1.value", "7")
        key = key_of(send(client, NEW, pairs, intent="draft"))
        assert version_of(app, key)[1]["gaps"][0]["item"]["accepted"][0]["low"] == "7"

    def test_another_type_and_back_keeps_what_was_written(self, app, client):
        pairs = self.do(client, written("multiple_response"), "type true_false")
        assert dict(pairs)["type"] == "true_false"
        pairs = self.do(client, pairs, "type multiple_response")
        key = key_of(send(client, NEW, pairs, intent="draft"))
        assert version_of(app, key)[1] == BODIES["multiple_response"]


class TestFacts:
    def test_what_is_missing_is_named_and_only_a_draft_is_saved(self, app, client):
        pairs = written("single_response", ItemFacts("", "", (), "", False))
        html = page(send(client, NEW, pairs, intent="in_review"), 422)
        for anchor in ("f-lesson", "f-point", "f-difficulty"):
            assert f'<a href="#{anchor}">' in html
        assert "只能存草稿" in html
        key = key_of(send(client, NEW, pairs, intent="draft"))
        with app.app_context():
            assert queries.get_item(key).state == "draft"

    def test_lessons_and_groups_are_chosen_from_those_there_are(self, app, client):
        with app.app_context():
            make_programme()
            make_case(queries.get_bank("own"), key="case")
            lesson = queries.list_lesson_choices()[0]
        html = page(client.get(f"{NEW}?type=essay&group=case"))
        assert f'<option value="{lesson.key}">' in html
        assert dict(form_of(html))["group"] == "case"

    def test_a_lesson_that_is_gone_stays_chosen(self, app, client):
        key = key_of(send(client, NEW, written("essay"), intent="draft"))
        html = page(client.get(f"/items/{key}/edit"))
        assert dict(form_of(html))["lesson"] == "lesson-1"
        assert "课程里现在没有这一课" in html

    def test_a_group_that_is_not_there_is_named(self, client):
        pairs = put(written("essay"), "group", "nowhere")
        assert '<a href="#f-group">' in page(send(client, NEW, pairs, intent="draft"), 422)

    def test_the_next_item_takes_the_facts_along(self, client):
        response = send(client, NEW, written("essay"), intent="draft another")
        assert response.status_code == 303
        pairs = dict(form_of(page(client.get(response.location))))
        assert (pairs["type"], pairs["lesson"], pairs["point"], pairs["stem"]) == (
            "essay",
            "lesson-1",
            "发票",
            "",
        )


class TestStates:
    def test_an_item_goes_to_review_from_the_form(self, app, client):
        key = key_of(send(client, NEW, written("essay"), intent="in_review"))
        with app.app_context():
            assert queries.get_item(key).state == "in_review"

    def test_a_presented_version_is_kept_and_the_next_one_waits(self, app, client):
        with app.app_context():
            version = queries.find_current_version(queries.get_item("own-01"))
            services.mark_presented([version.id], NOON)
            before = dict(version.body)
            db.session.commit()
        pairs = put(form_of(page(client.get("/items/own-01/edit"))), "stem", "改过的题干")
        send(client, "/items/own-01/edit", pairs, intent="in_review")
        with app.app_context():
            item = queries.get_item("own-01")
            assert (item.state, item.version, item.proposed, item.proposed_state) == (
                "ready",
                1,
                2,
                "in_review",
            )
            assert queries.find_numbered(item, 1).body == before

    def test_where_one_person_is_enough_the_form_puts_an_item_into_use(
        self, app, client, author_id
    ):
        assert "保存并启用" not in page(client.get(f"{NEW}?type=essay"))
        with app.app_context():
            name_organisation(
                name="岗", name_latin="", serial_prefix="AB", signer_name="", signer_title="经理",
                signer_title_en="", second_review=False, actor_id=author_id, now=NOON,
            )  # fmt: skip
            db.session.commit()
        assert "保存并启用" in page(client.get(f"{NEW}?type=essay"))
        key = key_of(send(client, NEW, written("single_response"), intent="ready"))
        with app.app_context():
            assert queries.get_item(key).state == "ready"

    def test_a_bank_of_files_is_not_written_to(self, app, client):
        with app.app_context():
            make_bank(1, key="law", origin="files")
        assert client.get("/banks/law/items/new").status_code == 409
        assert client.get("/items/law-01/edit").status_code == 409
        assert (
            send(client, "/banks/law/items/new", written("essay"), intent="draft").status_code
            == 409
        )
        assert client.post("/items/law-01/duplicate").status_code == 409
        with app.app_context():
            assert db.session.scalar(select(func.count()).select_from(Item)) == 2

    def test_a_copy_is_opened_in_the_editor(self, app, client):
        response = client.post("/items/own-01/duplicate")
        assert response.status_code == 303
        assert response.location == "/items/own-0001/edit"
        assert "已复制为 own-0001" in page(client.get(response.location))

    @pytest.mark.parametrize(
        ("role", "status"),
        [
            (RoleName.TRAINER, 200),
            (RoleName.QUALITY, 200),
            (RoleName.HR, 403),
            (RoleName.LEAD, 403),
            (RoleName.LEARNER, 403),
        ],
    )
    def test_items_are_written_by_those_who_may(self, app, client, sign_in, role, status):
        with app.app_context():
            person_id = make_person(role).id
        other = sign_in(person_id)
        assert other.get(NEW).status_code == status
        assert other.get("/items/own-01/edit").status_code == status
        if status == 403:
            assert send(other, NEW, written("essay"), intent="draft").status_code == 403
            assert other.post("/items/own-01/duplicate").status_code == 403

    def test_the_unfinished_text_is_forgotten_once_it_is_saved(self, app, client, author_id):
        with app.app_context():
            draft = services.save_draft(
                queries.get_bank("own"), person_id=author_id, fields=new_fields("essay"), now=NOON
            )
            draft_id = draft.id
            db.session.commit()
        pairs = form_of(page(client.get(f"{NEW}?draft={draft_id}")))
        assert dict(pairs)["draft"] == str(draft_id)
        send(client, NEW, [*written("essay"), ("draft", str(draft_id))], intent="draft")
        with app.app_context():
            assert db.session.get(ItemDraft, draft_id) is None


class TestTwoPeople:
    @pytest.fixture
    def stale(self, app, client, sign_in) -> list[Pair]:
        """A form that was opened before somebody else saved the stem and the tags."""
        mine = form_of(page(client.get("/items/own-01/edit")))
        with app.app_context():
            other_id = make_person(RoleName.QUALITY, name="王敏").id
        other = sign_in(other_id)
        theirs = put(form_of(page(other.get("/items/own-01/edit"))), "stem", "对方的题干")
        theirs = put(theirs, "tags", "对方的标签")
        assert send(other, "/items/own-01/edit", theirs, intent="draft").status_code == 303
        return mine

    def test_the_second_to_save_sees_both_and_nothing_is_written(self, app, client, stale):
        mine = put(put(stale, "stem", "我的题干"), "explanation", "我的解析")
        html = page(send(client, "/items/own-01/edit", mine, intent="draft"), 409)
        assert "王敏" in html
        assert "两个人都改了" in html
        for text in ("对方", "我", "对方的标签", "我的解析"):
            assert text in html
        number, body, count = version_of(app, "own-01")
        assert (number, body["stem"], count) == (2, "对方的题干", 2)

    def merged(self, client, mine: list[Pair], **picks: str) -> list[Pair]:
        html = page(send(client, "/items/own-01/edit", mine, intent="draft"), 409)
        pairs = form_of(html, "")
        pairs = [pair for pair in pairs if pair[0] not in picks]
        return form_of(
            page(send(client, "/items/own-01/edit", [*pairs, *picks.items()], do="merge"))
        )

    def test_what_each_changed_alone_comes_together(self, app, client, stale):
        merged = self.merged(client, put(stale, "explanation", "我的解析"))
        assert ("tag", "对方的标签") in merged
        key_of(send(client, "/items/own-01/edit", merged, intent="draft"))
        number, body, _ = version_of(app, "own-01")
        assert (number, body["stem"], body["explanation"]) == (3, "对方的题干", "我的解析")

    def test_what_was_typed_for_another_type_goes_along(self, client, stale):
        merged = self.merged(client, [*stale, ("reference", "以前当问答题写的")])
        assert ("reference", "以前当问答题写的") in merged
        assert not [name for name, _ in merged if name in ("seen", "pick.stem")]

    @pytest.mark.parametrize(("picked", "stem"), [("mine", "我的题干"), ("theirs", "对方的题干")])
    def test_where_both_changed_the_person_chooses(self, app, client, stale, picked, stem):
        merged = self.merged(client, put(stale, "stem", "我的题干"), **{"pick.stem": picked})
        assert dict(merged)["stem"] == stem
        assert version_of(app, "own-01")[2] == 2

    def test_a_third_change_meanwhile_is_shown_again(self, app, client, stale):
        mine = put(stale, "stem", "我的题干")
        pairs = form_of(page(send(client, "/items/own-01/edit", mine, intent="draft"), 409), "")
        fresh = form_of(page(client.get("/items/own-01/edit")))
        send(client, "/items/own-01/edit", put(fresh, "stem", "第三个人的题干"), intent="draft")
        html = page(send(client, "/items/own-01/edit", pairs, do="merge"), 409)
        assert "存了第 3 版" in html
        assert ("stem", "我的题干") in form_of(html, "")

    def test_a_change_of_state_alone_asks_to_look_again(self, app, client):
        mine = put(form_of(page(client.get("/items/own-01/edit"))), "stem", "我的题干")
        with app.app_context():
            services.retire_item(queries.get_item("own-01"), actor_id=None, now=NOON)
            db.session.commit()
        html = page(send(client, "/items/own-01/edit", mine, intent="draft"), 409)
        assert "已停用" in html
        merged = form_of(page(send(client, "/items/own-01/edit", form_of(html, ""), do="merge")))
        assert dict(merged)["stem"] == "我的题干"
        key_of(send(client, "/items/own-01/edit", merged, intent="draft"))


def test_the_whole_bank_of_types_can_be_opened_and_saved_unchanged(app, client):
    with app.app_context():
        make_typed_bank(key="typed")
        keys = [item.key for item in queries.get_bank("typed").items]
    for key in keys:
        pairs = form_of(page(client.get(f"/items/{key}/edit")))
        assert read_authored(pairs).problems == ()
        send(client, f"/items/{key}/edit", pairs, intent="draft")
        assert version_of(app, key)[2] == 1
