"""Finding the items of a bank, on both databases and on its page."""

import pytest

from lms.db import db, insert_rows
from lms.people.domain.roles import RoleName
from lms.questions import queries, services
from lms.questions.domain.identity import ItemFacts
from lms.questions.domain.items import item_as_json
from lms.questions.models import Item, ItemTag, ItemVersion
from lms.questions.services.versions import index_words
from tests.conftest import NOON
from tests.factories.item_types import TYPED, make_case, make_typed_bank
from tests.factories.people import make_person
from tests.factories.questions import make_bank, make_item, single_body, true_false_body


def found(bank, **wanted) -> list[str]:
    query = queries.select_items(bank.id, queries.ItemFilter(**wanted))
    keys = [one.item.key for one in db.session.scalars(query)]
    page = queries.find_items(bank.id, queries.ItemFilter(**wanted), number=1, size=100)
    assert [row.key for row in page.rows] == keys, "the page shows what the query selects"
    assert page.total == len(keys)
    return keys


def tag(key: str, *tags: str) -> None:
    item = queries.get_item(key)
    db.session.add_all(
        ItemTag(item_id=item.id, tag=one, position=place) for place, one in enumerate(tags)
    )
    db.session.flush()
    index_words(item, queries.get_numbered_version(item.id, item.version))
    db.session.commit()


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize("name", sorted(TYPED))
def test_everything_that_a_type_says_is_found(name):
    bank = make_bank(3)
    item = TYPED[name]
    make_item(bank, key="wanted", body=item_as_json(item), position=9)
    said = [item.stem, item.explanation, *(one.text for one in item.parts() if not one.is_plain)]
    for text in said:
        assert "wanted" in found(bank, words=text[:90]), text


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize(
    ("asked", "keys"),
    [
        ("100%", ["b-1"]),
        ("１００％", ["b-1"]),
        ("100_", []),
        ("%", ["b-1"]),
        ("_", ["b-2"]),
        ("\\", ["b-2"]),
        ("'", ["b-3"]),
        ("COFFEE", ["b-3"]),
        ("ｃｏｆｆｅｅ", ["b-3"]),
        ("b-2", ["b-2"]),
        ("保温壶 果汁", ["b-1"]),
        ("果汁 coffee", []),
        ("保溫壺", []),
        ("   ", ["b-1", "b-2", "b-3"]),
        ("\x00", ["b-1", "b-2", "b-3"]),
    ],
)
def test_words_are_taken_as_they_are(asked, keys):
    bank = make_bank(0, key="b")
    for number, stem in enumerate(
        ("保温壶能不能装 100% 果汁？", "路径 a_b\\c 对吗？", "It's coffee?"), start=1
    ):
        make_item(bank, key=f"b-{number}", body=true_false_body(stem), position=number)
    assert found(bank, words=asked) == keys


@pytest.mark.usefixtures("session")
def test_each_filter_narrows():
    bank, other = make_bank(4, key="b", recall=1), make_bank(1, key="c")
    make_item(bank, key="b-card", cards=["ecl-14", "ecl-1"], position=8)
    make_item(bank, key="b-near", cards=["ecl-144"], position=9)
    make_item(bank, key="b-odd", cards=['a"b', "规则%_\\"], position=10)
    make_item(other, key="c-card", cards=["ecl-14"])
    tag("b-02", "双十一", "退款")
    tag("c-01", "双十一")
    keys = make_case(bank)
    item = queries.get_item("b-04")
    services.retire_item(item, actor_id=None, now=NOON)
    assert found(bank, card="ecl-14") == ["b-card"]
    assert found(bank, card="ecl-1") == ["b-card"]
    assert found(bank, card='"') == []
    for odd in ('a"b', "规则%_\\"):
        assert found(bank, card=odd) == ["b-odd"]
    assert found(bank, card="规则__") == []
    assert found(bank, tag="双十一") == ["b-02"]
    assert found(bank, words="双十一") == ["b-02"], "tags are words too"
    assert found(bank, group="case") == keys
    assert found(bank, group="nowhere") == []
    assert found(bank, state="retired") == ["b-04"]
    assert found(bank, purpose="recall") == ["b-r1"]
    assert found(bank, type="multiple_response", difficulty="medium") == ["b-02"]
    assert found(bank, state="ready", tag="退款", words="哪种说法") == ["b-02"]
    assert sorted(queries.list_tags(bank.id)) == ["双十一", "退款"]
    assert queries.list_tags(other.id) == ["双十一"]
    assert queries.list_cards(bank.id) == ['a"b', "ecl-1", "ecl-14", "ecl-144", "规则%_\\"]


@pytest.mark.usefixtures("session")
def test_cards_of_copied_and_revised_items_are_found():
    bank, author = make_bank(0, key="b"), make_person(RoleName.TRAINER).id
    make_item(bank, key="b-card", cards=["ecl-14", "ecl-1"])
    copy, _ = services.copy_bank(
        bank, key="copy", title="副本", title_en="", now=NOON, actor_id=author
    )
    assert len(found(copy, card="ecl-1")) == 1
    assert queries.list_cards(copy.id) == ["ecl-1", "ecl-14"]
    make_item(bank, key="b-card", cards=["ecl-2"], body=single_body("新的问法"))
    assert found(bank, card="ecl-1") == []
    assert found(bank, card="ecl-2") == ["b-card"]


@pytest.mark.usefixtures("session")
def test_rows_written_by_the_thousand_get_types_and_defaults():
    bank = make_bank(0, key="b")
    rows = [
        {"bank_id": bank.id, "key": f"b-{number}", "purpose": "quiz", "state": "ready", "version": 1,
         "lesson_key": "", "point": "制表\t换行\n反斜杠\\N", "position": number, "category": ["甲", "乙"]}
        for number in range(3)
    ]  # fmt: skip
    insert_rows(Item.__table__, rows)
    insert_rows(Item.__table__, [])
    items = db.session.scalars(db.select(Item).order_by(Item.position)).all()
    assert [item.key for item in items] == ["b-0", "b-1", "b-2"]
    item = items[0]
    assert (item.point, item.category) == ("制表\t换行\n反斜杠\\N", ["甲", "乙"])
    assert (item.revision, item.letters_1, item.name, item.proposed) == (1, -1, "", None)
    assert insert_rows_and_read_instant(item) == NOON


def insert_rows_and_read_instant(item: Item):
    version = {
        "item_id": item.id, "number": 1, "type": "true_false", "body": true_false_body("句"), "sha256": "0",
        "lesson_key": "", "point": "", "cards": [], "difficulty": "", "red_line": True, "created_at": NOON,
        "created_by": None, "presented_at": None,
    }  # fmt: skip
    insert_rows(ItemVersion.__table__, [version])
    stored = db.session.scalars(db.select(ItemVersion)).one()
    assert (stored.red_line, stored.body, stored.presented_at) == (True, version["body"], None)
    return stored.created_at


@pytest.mark.usefixtures("session")
def test_proposals_and_drafts_that_lack_facts_are_found():
    bank = make_bank(3, key="b")
    item = queries.get_item("b-01")
    facts = ItemFacts("", "", (), "", red_line=False)
    version = services.add_version(item, single_body("新的"), facts, actor_id=None, now=NOON)
    item.proposed, item.proposed_state = version.number, "in_review"
    draft = queries.get_item("b-02")
    draft.state = "draft"
    services.make_current(
        draft,
        services.add_version(draft, single_body("草稿"), facts, actor_id=None, now=NOON),
        now=NOON,
    )
    queries.get_item("b-03").state = "draft"
    db.session.flush()
    assert found(bank, state=queries.PROPOSED) == ["b-01"]
    assert found(bank, state=queries.INCOMPLETE) == ["b-02"]
    assert found(bank, state="draft") == ["b-02", "b-03"]
    counts = queries.count_items([bank.id])[bank.id]
    assert (counts.proposals, counts.by_state["draft"], counts.all) == (1, 2, 3)


@pytest.mark.usefixtures("session")
def test_orders():
    bank = make_bank(4, key="b")
    make_item(bank, key="a-new", position=2)
    assert found(bank) == ["b-01", "a-new", "b-02", "b-03", "b-04"]
    assert found(bank, order=queries.NEWEST)[0] == "a-new"
    assert found(bank, order=queries.BY_KEY)[0] == "a-new"
    assert found(bank, order=queries.HARDEST)[0] == "b-03"


@pytest.mark.usefixtures("session")
def test_pages_of_a_large_bank_are_whole():
    bank = make_bank(0, key="b")
    rows = [
        {"bank_id": bank.id, "key": f"b-{number:04}", "purpose": "quiz", "state": "ready", "version": 1,
         "lesson_key": "", "point": "", "position": number, "category": [], "type": "true_false",
         "search_text": "同一句话" if number % 2 else "另一句话"}
        for number in range(1, 1203)
    ]  # fmt: skip
    db.session.execute(db.insert(Item), rows)
    make = db.select(Item.id, Item.key).where(Item.bank_id == bank.id)
    from_key = {key: item_id for item_id, key in db.session.execute(make)}
    body = true_false_body("同一句话")
    versions = [
        {"item_id": item_id, "number": 1, "type": "true_false", "body": body, "sha256": key, "lesson_key": "",
         "point": "", "cards": [], "difficulty": "", "red_line": False, "created_at": NOON}
        for key, item_id in from_key.items()
    ]  # fmt: skip
    db.session.execute(db.insert(ItemVersion), versions)
    wanted = queries.ItemFilter(words="同一句话")
    seen: list[str] = []
    for number in range(1, 26):
        page = queries.find_items(bank.id, wanted, number=number, size=25)
        assert (page.total, page.pages, page.number) == (601, 25, number)
        seen += [row.key for row in page.rows]
    assert seen == [f"b-{number:04}" for number in range(1, 1203, 2)]
    assert queries.find_items(bank.id, wanted, number=99, size=25).number == 25
    assert (
        queries.find_items(bank.id, queries.ItemFilter(words="没有"), number=3, size=25).rows == []
    )


@pytest.fixture
def client(app, sign_in):
    with app.app_context():
        person_id = make_person(RoleName.TRAINER).id
    return sign_in(person_id)


def text(response) -> str:
    assert response.status_code == 200
    return response.get_data(as_text=True)


def test_the_page_keeps_what_is_asked_and_links_to_the_statistics(app, client):
    with app.app_context():
        make_bank(30, key="law")
        tag("law-02", "双十一")
    page = text(client.get("/banks/law?q=哪种&tag=双十一&state=ready"))
    assert "law-02" in page
    assert "law-05" not in page
    assert "/banks/law/statistics?" in page
    assert "q=%E5%93%AA%E7%A7%8D" in page
    assert '<details class="search-more" open>' in page
    assert '<option value="双十一" selected>' in page
    assert "清除条件" in page
    statistics = text(client.get("/banks/law/statistics?q=哪种&tag=双十一"))
    assert "/banks/law?" in statistics
    assert "没有符合条件的题" in statistics


def test_an_address_with_a_nul_is_no_error(app, client):
    with app.app_context():
        make_bank(1, key="law")
    for name in ("q", "tag", "card", "point", "lesson", "state", "type", "group", "sort"):
        assert client.get(f"/banks/law?{name}=a%00").status_code == 200, name


def test_a_value_that_is_nowhere_stays_chosen(app, client):
    with app.app_context():
        make_bank(3, key="law")
    page = text(client.get("/banks/law?point=没有的知识点"))
    assert '<option value="没有的知识点" selected>' in page
    assert "没有符合条件的题" in page


def test_the_download_holds_what_is_narrowed(app, client):
    with app.app_context():
        make_typed_bank(key="law")
    page = client.get("/banks/law?format=xlsx&q=发票")
    assert page.status_code == 200


def test_a_new_bank_says_how_to_begin(app, client):
    with app.app_context():
        make_bank(0, key="fresh")
    page = text(client.get("/banks/fresh"))
    assert "/banks/fresh/import" in page
    assert "/banks/fresh/items/new" in page
    assert "search-q" not in page, "nothing to look through"


@pytest.mark.usefixtures("session")
def test_a_word_that_many_say_is_counted_so_far_and_every_page_is_reached(monkeypatch):
    bank = make_bank(12, key="b")
    whole = [f"b-{number:02}" for number in range(1, 13)]
    assert found(bank, words="b-") == whole
    monkeypatch.setattr(queries.searching, "COUNTED_AT_MOST", 5)
    wanted = queries.ItemFilter(words="b-")
    seen: list[str] = []
    told = []
    for number in (1, 2, 3, 4):
        page = queries.find_items(bank.id, wanted, number=number, size=3)
        seen += [row.key for row in page.rows]
        told.append((page.number, page.total, page.is_more))
    assert seen == whole
    assert told == [(1, 5, True), (2, 6, True), (3, 9, True), (4, 12, False)]
    all_of_type = queries.ItemFilter(type="single_response")
    assert not queries.find_items(bank.id, all_of_type, number=1, size=3).is_more


@pytest.mark.parametrize("asked", ["", "发票"])
@pytest.mark.parametrize("number", ["-3", "0", "99999999999999999999999", "x"])
def test_a_page_that_cannot_be_is_answered_with_one_that_can(app, client, number: str, asked: str):
    with app.app_context():
        make_bank(3, key="few")
    page = client.get(f"/banks/few?page={number}&q={asked}")
    assert page.status_code == 200
