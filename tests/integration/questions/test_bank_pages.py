"""Pages of banks and items, for those who care for them."""

from io import BytesIO

import pytest
from openpyxl import load_workbook

from lms.db import db
from lms.people.domain.roles import RoleName
from lms.questions import queries
from lms.questions.services import mark_presented, retire_bank, retire_item, unpublish_item
from tests.conftest import NOON
from tests.factories.curriculum import make_programme
from tests.factories.people import make_person
from tests.factories.questions import (
    make_bank,
    make_item,
    multiple_body,
    single_body,
    true_false_body,
)


@pytest.fixture
def client(app, sign_in):
    with app.app_context():
        person_id = make_person(RoleName.TRAINER).id
    return sign_in(person_id)


def text(response) -> str:
    assert response.status_code == 200
    return response.get_data(as_text=True)


def sheet(response) -> list[list[object]]:
    assert response.status_code == 200
    assert "spreadsheetml" in response.content_type
    assert "attachment" in response.headers["Content-Disposition"]
    book = load_workbook(BytesIO(response.data))
    return [[cell.value for cell in row] for row in book.active.iter_rows()]


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (RoleName.TRAINER, 200),
        (RoleName.QUALITY, 200),
        (RoleName.HR, 200),
        (RoleName.LEARNER, 403),
        (RoleName.RATER, 403),
        (RoleName.LEAD, 403),
    ],
)
def test_keys_are_for_those_who_care_for_banks(app, sign_in, role, status):
    with app.app_context():
        make_bank(1, key="law")
        person_id = make_person(role).id
    client = sign_in(person_id)
    for path in ("/banks", "/banks/law", "/banks/law?format=xlsx", "/items/law-01"):
        assert client.get(path).status_code == status, path


def test_without_banks_it_says_where_they_come_from(client):
    assert "还没有题库" in text(client.get("/banks"))
    assert "没有符合条件的题库" in text(client.get("/banks?q=x"))


def test_banks_with_their_counts(app, client):
    with app.app_context():
        make_bank(4, recall=2, key="law", origin="files")
        unpublish_item(queries.get_item("law-04"), now=NOON)
        retire_bank(make_bank(1, key="old"), now=NOON)
        db.session.commit()
    page = text(client.get("/banks"))
    assert "题库 law" in page
    assert "内容文件" in page
    assert "题库 old" in page
    assert "题库 old" not in text(client.get("/banks?state=used"))
    assert "题库 law" not in text(client.get("/banks?state=retired"))
    assert "题库 law" in text(client.get("/banks?q=law"))
    rows = sheet(client.get("/banks?format=xlsx&q=law"))
    counts = [3, 2, 1, 1, 1, *[0] * 6, 1]  # by purpose, by type (three in use of nine), retired
    assert rows[1][:15] == ["law", "题库 law", "Bank law", *counts]
    assert len(rows) == 2


def test_a_bank_of_files_says_that_it_is_only_read_here(app, client):
    with app.app_context():
        make_bank(1, key="law", origin="files")
        make_bank(1, key="mine", origin="app")
    assert "question_banks/law" in text(client.get("/banks/law"))
    assert "question_banks" not in text(client.get("/banks/mine"))


def test_items_of_a_bank_found_and_paged(app, client):
    with app.app_context():
        bank = make_bank(27, key="law")
        make_item(bank, key="law-cup", body=single_body("保温杯漏水怎么办？"), position=99)
    first = text(client.get("/banks/law"))
    assert "共 28 条" in first
    assert "law-01" in first
    assert "law-26" not in first
    assert "law-26" in text(client.get("/banks/law?page=2"))
    found = text(client.get("/banks/law?q=漏水"))
    assert "law-cup" in found
    assert "law-01" not in found
    narrowed = text(client.get("/banks/law?type=true_false&difficulty=hard&lesson=law-lesson"))
    assert "law-03" in narrowed
    assert "law-02" not in narrowed
    assert "没有符合条件的题" in text(client.get("/banks/law?q=宇宙"))


def test_an_empty_bank(app, client):
    with app.app_context():
        make_bank(0, key="law")
    assert "这个题库还是空的" in text(client.get("/banks/law"))


def test_the_download_holds_stem_options_key_and_feedback(app, client):
    with app.app_context():
        bank = make_bank(0, key="law")
        make_item(bank, key="law-1", body=single_body("=1+1 是几？"), position=1, cards=["ecl-14"])
        make_item(bank, key="law-2", body=multiple_body(), position=2, red_line=True)
        make_item(bank, key="law-3", body=true_false_body(), position=3)
    rows = sheet(client.get("/banks/law?format=xlsx"))
    table = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    assert [row["答案"] for row in table] == ["B", "AC", "错"]
    assert table[0]["题干"] == "'=1+1 是几？", "no cell may be a formula"
    assert table[0]["B"] == "「可以开，请发抬头。」"
    assert table[0]["B 的反馈"] == "对，有求必开。"
    assert table[0]["D"] in {None, ""}
    assert table[0]["依据的规则卡"] == "ecl-14"
    assert table[1]["红线题"] == "是"
    assert table[1]["D"] == "装作没看见"
    assert (table[2]["题型"], table[2]["A"], table[2]["A 的反馈"]) == (
        "判断题",
        "对",
        "不可以，这是红线。",
    )
    assert len(sheet(client.get("/banks/law?format=xlsx&q=加税点&type=multiple_response"))) == 1
    assert len(sheet(client.get("/banks/law?format=xlsx&type=multiple_response"))) == 2


def test_an_empty_download_still_has_its_headings(app, client):
    with app.app_context():
        make_bank(0, key="law")
    (headings,) = sheet(client.get("/banks/law?format=xlsx"))
    assert headings[3:8] == ["题干", "A", "B", "C", "D"]


def test_an_item_with_key_feedback_and_what_it_rests_on(app, client):
    with app.app_context():
        programme = make_programme("p")
        bank = make_bank(0, key="law")
        lesson = programme.stages[0].modules[0].lessons[0]
        make_item(
            bank,
            key="law-1",
            body=multiple_body("哪些**不**行？（多选）", credit="proportional"),
            lesson_key=lesson.key,
            cards=["ecl-14"],
            red_line=True,
        )
        lesson_title = lesson.title
    page = text(client.get("/items/law-1"))
    assert "<strong>不</strong>" in page
    assert "先道歉" in page
    assert "这是推给别人。" in page
    assert "先接住，再处理。" in page
    assert lesson_title in page
    assert "/lessons/p-m1-l1" in page
    assert "/library/cards/ecl-14" in page
    assert "红线题" in page
    assert "按判断对的选项比例得分" in page
    assert "最初的一版" in page


def test_an_item_of_a_lesson_that_is_gone_says_so(app, client):
    with app.app_context():
        make_item(make_bank(0), key="law-1", lesson_key="nowhere")
    assert "课程里现在没有这一课" in text(client.get("/items/law-1"))


def test_the_history_shows_what_changed(app, client):
    with app.app_context():
        bank = make_bank(0)
        first = make_item(bank, key="law-1", body=single_body("满 10 元包邮吗？"))
        mark_presented([first.id], NOON)
        make_item(
            bank, key="law-1", body=single_body("满 15 元包邮吗？", key="a"), difficulty="hard"
        )
        retire_item(queries.get_item("law-1"), now=NOON)
        db.session.commit()
    page = text(client.get("/items/law-1"))
    assert "考过，已定稿" in page
    assert ">10</del>" in page.replace("\n", "").replace("  ", "")
    assert ">15</ins>" in page.replace("\n", "").replace("  ", "")
    assert "较难</ins>" in page
    assert "这道题已停用" in page


def test_the_words_of_an_item_cannot_become_script(app, client):
    with app.app_context():
        make_item(
            make_bank(0, key="law"), key="law-1", body=single_body("<script>alert(1)</script>")
        )
    for path in ("/items/law-1", "/banks/law"):
        assert "<script>alert" not in text(client.get(path))


def test_unknown_banks_and_items_are_not_found(client):
    for path in ("/banks/x", "/items/x"):
        assert client.get(path).status_code == 404


def test_in_english_the_frame_is_english_and_the_items_stay(app, client):
    with app.app_context():
        make_bank(1, key="law")
    client.post("/language/en")
    page = text(client.get("/banks/law"))
    assert "Bank law" in page
    assert '<html lang="en">' in page
    assert "哪种说法合适" in page


def test_lists_take_a_fixed_number_of_queries(app, client, count_queries):
    def count(path: str) -> int:
        with count_queries() as seen:
            text(client.get(path))
        return len(seen)

    with app.app_context():
        make_bank(2, key="law")
    few = (count("/banks"), count("/banks/law"))
    with app.app_context():
        make_bank(9, key="rules")
        bank = queries.get_bank("law")
        for number in range(9):
            make_item(bank, key=f"law-more-{number}", position=number)
    assert (count("/banks"), count("/banks/law")) == few
