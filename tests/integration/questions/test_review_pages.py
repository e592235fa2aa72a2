"""Pages of reviews: the item with its steps and history, and the list of what waits."""

import datetime as dt
from io import BytesIO

import pytest
from openpyxl import load_workbook

from lms.db import db
from lms.people.domain.roles import RoleName
from lms.questions import queries, services
from tests.conftest import NOON
from tests.factories.organisation import switch_second_review
from tests.factories.people import make_person
from tests.factories.questions import make_bank, make_item, propose, single_body, write_item

VERBS = ("submit", "withdraw", "approve", "return", "retire", "restore", "comment")


@pytest.fixture
def author(app) -> int:
    with app.app_context():
        return make_person(RoleName.TRAINER, name="林悦").id


@pytest.fixture
def reviewer(app) -> int:
    with app.app_context():
        return make_person(RoleName.QUALITY, name="周宁").id


@pytest.fixture
def item_key(app, author) -> str:
    with app.app_context():
        make_bank(0, key="mine")
        return write_item(author, bank=queries.get_bank("mine"), state="in_review").key


def press(client, key: str, verb: str, **fields):
    return client.post(f"/items/{key}/{verb}", data=fields)


def state_of(app, key: str) -> str:
    with app.app_context():
        return queries.get_item(key).state


def has_button(page: str, key: str, verb: str) -> bool:
    return f'formaction="/items/{key}/{verb}"' in page


def test_the_reviewer_approves_and_the_author_cannot(app, sign_in, author, reviewer, item_key):
    mine, other = sign_in(author), sign_in(reviewer)
    page = mine.get(f"/items/{item_key}").text
    assert "要由另一个人审过才能用" in page
    assert [verb for verb in VERBS if has_button(page, item_key, verb)] == ["withdraw", "comment"]
    refused = press(mine, item_key, "approve", revision=1)
    assert refused.status_code == 403
    assert "自己写的题要由另一个人审" in refused.text
    page = other.get(f"/items/{item_key}").text
    assert [verb for verb in VERBS if has_button(page, item_key, verb)] == [
        "approve",
        "return",
        "comment",
    ]
    done = press(other, item_key, "approve", revision=1, text="好题")
    assert done.location.endswith(f"/items/{item_key}")
    page = other.get(done.location).text
    assert "周宁 通过了第 1 版" in page
    assert "好题" in page
    assert state_of(app, item_key) == "ready"


def test_a_stale_page_changes_nothing_and_keeps_what_was_written(
    app, sign_in, author, reviewer, item_key
):
    with app.app_context():
        item = queries.get_item(item_key)
        services.withdraw_item(item, actor_id=author, now=NOON)
        db.session.commit()
    answer = press(sign_in(reviewer), item_key, "return", revision=1, text="选项太长")
    assert answer.status_code == 409
    assert "这道题被改过了" in answer.text
    assert "现在的状态是“草稿”" in answer.text
    assert ">选项太长</textarea>" in answer.text
    assert 'name="revision" value="2"' in answer.text
    assert state_of(app, item_key) == "draft"
    asked = sign_in(reviewer).post(
        f"/items/{item_key}/approve", data={"revision": 1}, headers={"Accept": "application/json"}
    )
    assert (asked.status_code, asked.json["code"]) == (409, "item_changed_meanwhile")


@pytest.mark.parametrize("verb", ["return", "comment"])
def test_what_needs_words_says_so_at_the_field(app, sign_in, reviewer, item_key, verb):
    answer = press(sign_in(reviewer), item_key, verb, revision=1, text="  ")
    assert answer.status_code == 422
    assert 'id="review-text-errors"' in answer.text
    assert "请写一句话" in answer.text
    assert state_of(app, item_key) == "in_review"
    too_long = press(sign_in(reviewer), item_key, verb, revision=1, text="长" * 2001)
    assert (too_long.status_code, "最多 2000 个字" in too_long.text) == (422, True)


def test_what_was_returned_says_why_on_top_until_it_is_sent_again(
    app, sign_in, author, reviewer, item_key
):
    press(sign_in(reviewer), item_key, "return", revision=1, text="选项 C 太明显")
    mine = sign_in(author)
    page = mine.get(f"/items/{item_key}").text
    assert "周宁 请你再改一改" in page
    assert page.count("选项 C 太明显") == 2
    press(mine, item_key, "submit", revision=2)
    assert "请你再改一改" not in mine.get(f"/items/{item_key}").text


def test_a_proposal_is_shown_with_what_it_changes(app, sign_in, author, reviewer):
    with app.app_context():
        item = make_item(make_bank(0), key="x-01", body=single_body("满 10 元包邮吗？")).item
        propose(item, single_body("满 15 元包邮吗？"), author, state="in_review")
    page = sign_in(reviewer).get("/items/x-01").text
    assert "第 2 版改了什么" in page
    assert ">10</del>" in page.replace("\n", "").replace("  ", "")
    assert "正在用的第 1 版" in page
    assert "满 10 元包邮吗" in page
    assert "满 15 元包邮吗" in page
    assert "新版在审" in page
    assert has_button(page, "x-01", "approve")
    press(sign_in(reviewer), "x-01", "approve", revision=2)
    page = sign_in(reviewer).get("/items/x-01").text
    assert "改了什么" not in page
    assert "现在用的" in page


def test_an_old_version_is_only_read(app, sign_in, reviewer):
    with app.app_context():
        bank = make_bank(0)
        make_item(bank, key="x-01", body=single_body("老问法"))
        make_item(bank, key="x-01", body=single_body("新问法"))
    client = sign_in(reviewer)
    assert "/items/x-01?version=1" in client.get("/items/x-01").text
    page = client.get("/items/x-01?version=1").text
    assert "这是第 1 版，只供查看" in page
    assert "老问法" in page.partition('id="try-stem"')[2].partition("</div>")[0]
    assert "review-form" not in page
    assert client.get("/items/x-01?version=9").status_code == 404
    assert "只供查看" not in client.get("/items/x-01?version=2").text


def test_comments_stand_in_the_history_as_text(app, sign_in, author, reviewer, item_key):
    press(sign_in(reviewer), item_key, "comment", text="第一行\r\n<b>第二行</b>")
    page = sign_in(author).get(f"/items/{item_key}").text
    assert "周宁 留言" in page
    assert "第一行\n&lt;b&gt;第二行&lt;/b&gt;" in page
    assert "林悦 写了第 1 版" in page


def test_what_is_missing_is_named(app, sign_in, author):
    with app.app_context():
        key = write_item(author, point="", difficulty="").key
    client = sign_in(author)
    assert "还缺知识点、难度，补齐后才能送审" in client.get(f"/items/{key}").text
    refused = press(client, key, "submit", revision=1)
    assert refused.status_code == 409
    assert "还缺知识点、难度" in refused.text


def test_retired_and_restored_by_buttons(app, sign_in, reviewer, item_key):
    client = sign_in(reviewer)
    press(client, item_key, "approve", revision=1)
    page = client.get(f"/items/{item_key}").text
    assert "停用后不再抽进新试卷" in page
    press(client, item_key, "retire")
    page = client.get(f"/items/{item_key}").text
    assert "这道题已停用" in page
    assert has_button(page, item_key, "restore")
    press(client, item_key, "restore")
    assert state_of(app, item_key) == "ready"


def test_switched_off_a_draft_can_be_put_into_use_by_who_wrote_it(app, sign_in, author):
    with app.app_context():
        switch_second_review(on=False)
        key = write_item(author).key
    client = sign_in(author)
    assert "启用" in client.get(f"/items/{key}").text
    press(client, key, "approve", revision=1)
    assert state_of(app, key) == "ready"


def test_banks_of_files_have_no_steps(app, sign_in, reviewer):
    with app.app_context():
        make_bank(1, key="filed", origin="files")
    client = sign_in(reviewer)
    page = client.get("/items/filed-01").text
    assert "内容文件维护，在这里只能看" in page
    assert "review-form" not in page
    assert "/items/filed-01/edit" not in page
    for verb in VERBS:
        answer = press(client, "filed-01", verb, text="x")
        assert answer.status_code == 409
        assert "由内容文件维护" in answer.text


@pytest.mark.parametrize("role", [RoleName.HR, RoleName.LEARNER, RoleName.LEAD])
def test_who_may_not_write_may_not_review(app, sign_in, item_key, role):
    with app.app_context():
        person_id = make_person(role).id
    client = sign_in(person_id)
    assert client.get("/reviews").status_code == 403
    assert client.get("/reviews/next").status_code == 403
    for verb in VERBS:
        assert press(client, item_key, verb, text="x").status_code == 403
    if role is RoleName.HR:
        page = client.get(f"/items/{item_key}?queue=1").text
        assert "review-form" not in page
        assert "statistics" not in page


def test_after_a_step_it_leads_back_within_this_site_only(sign_in, reviewer, item_key):
    client = sign_in(reviewer)
    back = press(client, item_key, "comment", text="x", next="/banks/mine/statistics?x=1")
    assert back.location == "/banks/mine/statistics?x=1"
    for elsewhere in ("https://example.com/", "//example.com", "/\\example.com"):
        assert press(client, item_key, "comment", text="x", next=elsewhere).location == "/"


def test_one_after_the_other(app, sign_in, author, reviewer, item_key):
    with app.app_context():
        bank = queries.get_bank("mine")
        later = [
            write_item(author, bank=bank, state="in_review", now=NOON + dt.timedelta(hours=n)).key
            for n in (1, 2)
        ]
        write_item(author, state="in_review")
    client = sign_in(reviewer)
    first = client.get("/reviews/next?bank=mine").location
    assert first == f"/items/{item_key}?queue=1&bank=mine"
    page = client.get(first).text
    assert "还有 3 题在等" in page
    assert f'/reviews/next?after={item_key}&amp;bank=mine"' in page
    onward = f"/reviews/next?after={item_key}&bank=mine"
    done = press(client, item_key, "approve", revision=1, next=onward)
    assert done.location == onward
    assert client.get(onward).location == f"/items/{later[0]}?queue=1&bank=mine"
    # A refused step stays in the queue.
    stale = press(client, later[0], "approve", revision=9, queue=1, bank="mine")
    assert stale.status_code == 409
    assert "还有 2 题在等" in stale.text
    last = client.get(f"/reviews/next?after={later[1]}&bank=mine").location
    assert last == "/reviews?done=1&bank=mine"
    assert "跳过的题还在下面" in client.get(last).text


def test_the_list_by_tabs_words_and_as_a_sheet(app, sign_in, author, reviewer, item_key):
    with app.app_context():
        bank = queries.get_bank("mine")
        own = write_item(
            reviewer, bank=bank, state="in_review", body=single_body("保温杯漏水？")
        ).key
        back = write_item(reviewer, bank=bank, state="in_review", body=single_body("杯盖漏水？"))
        services.return_item(back, text="改", actor_id=author, now=NOON)
        db.session.commit()
        back_key = back.key
    client = sign_in(reviewer)
    page = client.get("/reviews").text
    assert item_key in page
    assert own not in page
    assert "林悦" in page
    assert "新题" in page
    assert own in client.get("/reviews?show=own").text
    returned = client.get("/reviews?show=returned").text
    assert back_key in returned
    assert own not in returned
    everything = client.get("/reviews?show=all&q=漏水").text
    assert own in everything
    assert item_key not in everything
    assert 'type="hidden" name="show" value="all"' in everything
    assert "没有符合条件的题" in client.get("/reviews?q=宇宙").text
    book = load_workbook(BytesIO(client.get("/reviews?show=all&format=xlsx").data))
    rows = [[cell.value for cell in row] for row in book.active.iter_rows()]
    assert {row[0] for row in rows[1:]} == {item_key, own}


def test_the_landing_page_leads_to_the_list(app, sign_in, author, reviewer, item_key):
    page = sign_in(reviewer).get("/").text
    assert "1 道题等你审" in page
    assert 'href="/reviews"' in page
    with app.app_context():
        services.return_item(queries.get_item(item_key), text="改", actor_id=reviewer, now=NOON)
        db.session.commit()
    page = sign_in(author).get("/").text
    assert "1 道题退回给你改" in page
    assert 'href="/reviews?show=returned"' in page
    assert "等你审" not in sign_in(reviewer).get("/").text


def test_the_list_takes_a_fixed_number_of_queries(app, sign_in, author, reviewer, count_queries):
    client = sign_in(reviewer)

    def count() -> int:
        with count_queries() as seen:
            assert client.get("/reviews").status_code == 200
        return len(seen)

    with app.app_context():
        write_item(author, state="in_review")
    few = count()
    with app.app_context():
        for _ in range(5):
            write_item(author, state="in_review")
    assert count() == few


def test_an_item_with_many_notes_takes_a_fixed_number_of_queries(
    app, sign_in, reviewer, author, item_key, count_queries
):
    client = sign_in(reviewer)

    def count() -> int:
        with count_queries() as seen:
            assert client.get(f"/items/{item_key}").status_code == 200
        return len(seen)

    few = count()
    with app.app_context():
        for text in "一二三四":
            services.comment_item(queries.get_item(item_key), text=text, actor_id=author, now=NOON)
        db.session.commit()
    assert count() == few
