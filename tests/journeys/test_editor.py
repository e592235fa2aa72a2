"""A trainer writes items: one by keyboard alone, one with gaps on a phone, one while somebody else writes it too."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from lms.clock import now_utc
from lms.db import db
from lms.people.domain.roles import RoleName
from lms.people.models import PrivacyNotice
from lms.people.services import accept_privacy
from lms.questions import queries
from tests.factories.people import PASSWORD, make_person
from tests.factories.questions import make_bank
from tests.journeys.backstage import product
from tests.journeys.conftest import DESK, PHONE, Inspector, OpenPage
from tests.journeys.pages import DESK_SIZE, PHONE_SIZE, too_wide
from tests.journeys.site import Site

BANK = "journey-editor"
NEW = f"/banks/{BANK}/items/new"
SAVED = re.compile(r"/items/([a-z0-9-]+)$")


@dataclass
class Writer:
    """Somebody at the editor."""

    site: Site
    page: Page

    def open(self, path: str) -> None:
        """Open the editor, its script at work."""
        self.page.goto(path)
        expect(self.page.locator("form[data-ready]")).to_be_visible()

    def field(self, name: str) -> Locator:
        return self.page.locator(f'[name="{name}"]')

    def tab_to(self, target: Locator, key: str = "Tab") -> None:
        """Reach something by keyboard only."""
        for _ in range(120):
            if target.evaluate("each => each === document.activeElement"):
                return
            self.page.keyboard.press(key)
        raise AssertionError(f"{target} is not reached by {key}")

    def write(self, target: Locator, text: str) -> None:
        self.tab_to(target)
        self.page.keyboard.type(text)

    def rows(self, name: str) -> list[str]:
        return [str(one.input_value()) for one in self.field(name).all()]

    def said(self) -> Locator:
        return self.page.locator("[data-said]")

    def saved_body(self) -> dict[str, Any]:
        self.page.wait_for_url(SAVED)
        found = SAVED.search(self.page.url)
        assert found is not None
        with product(self.site):
            return dict(queries.open_item(queries.get_item(found[1])).version.body)


@pytest.fixture(scope="module")
def usernames(site: Site) -> list[str]:
    with product(site):
        now = now_utc()
        make_bank(1, key=BANK, now=now)
        notice = db.session.scalars(select(PrivacyNotice)).first()
        people = [
            make_person(RoleName.TRAINER, password=PASSWORD, username=f"writer-{each}", name=name)
            for each, name in enumerate(("周文博", "王敏"))
        ]
        for person in people:
            if notice is not None:
                accept_privacy(person, notice, locale="zh_Hans", now=now)
        db.session.commit()
        return [person.username for person in people]


def enter(site: Site, page: Page, username: str) -> Writer:
    page.goto("/login")
    page.locator("[name=identity]").fill(username)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("form:has([name=identity]) [type=submit]").click()
    page.wait_for_url(re.compile(r"^(?!.*/login).*$"))
    return Writer(site, page)


def look(page: Page, inspector: Inspector) -> None:
    """Look at the page at both widths, from its top: what is scrolled half under the bar there looks too small."""
    for size in (DESK_SIZE, PHONE_SIZE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.evaluate("scrollTo(0, 0)")
        assert too_wide(page) == ""
        inspector.check(page)


def test_an_item_is_written_moved_and_saved_by_keyboard_alone(
    site: Site, usernames: list[str], open_page: OpenPage, inspector: Inspector
) -> None:
    writer = enter(site, open_page(DESK), usernames[0])
    page = writer.page
    page.goto(NEW)
    inspector.check(page)
    writer.tab_to(page.locator("a.type-card").first)
    page.keyboard.press("Enter")
    page.wait_for_url("**type=single_response")
    expect(page.locator("form[data-ready]")).to_be_visible()

    writer.write(writer.field("stem"), "买家说快递三天没动了，第一句怎么回？")
    writer.tab_to(writer.field("key").first)
    page.keyboard.press("Space")
    writer.write(writer.field("option.a.text"), "我马上帮您查物流。")
    page.keyboard.press("Enter")
    page.keyboard.type("您自己问快递。")
    page.keyboard.press("Enter")
    page.keyboard.type("再等等")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("就到了。")
    expect(writer.field("option.c.text")).to_have_value("再等等\n就到了。")

    writer.tab_to(writer.field("option.a.text"), "Shift+Tab")
    page.keyboard.press("Alt+ArrowDown")
    expect(writer.said()).to_have_text(re.compile("我马上帮您查物流。.*第 2 个，共 4 个"))
    assert writer.rows("option") == ["b", "a", "c", "d"]
    expect(writer.field("option.a.text")).to_be_focused()

    look(page, inspector)
    page.keyboard.press("Control+Enter")
    body = writer.saved_body()
    assert [one["id"] for one in body["options"]] == ["b", "a", "c"]
    assert body["key"] == ["a"]
    expect(page.get_by_text("已存为草稿")).to_be_visible()


def test_a_text_with_gaps_is_written_on_a_phone(
    site: Site, usernames: list[str], open_page: OpenPage, inspector: Inspector
) -> None:
    writer = enter(site, open_page(PHONE), usernames[0])
    page = writer.page
    writer.open(f"{NEW}?type=cloze")
    stem = writer.field("stem")
    stem.fill("签收后  天内可以退货，运费由  承担。")
    stem.evaluate("each => each.setSelectionRange(4, 4)")
    page.get_by_role("button", name="插入一个空").tap()
    expect(stem).to_have_value("签收后 {{g1}} 天内可以退货，运费由  承担。")
    page.locator('[data-gap="g1"] [data-gap-type]').select_option("numeric")
    writer.field("gap.g1.accepted.1.value").fill("7")
    stem.evaluate("each => each.setSelectionRange(25, 25)")
    page.get_by_role("button", name="插入一个空").tap()
    writer.field("gap.g2.accepted.1.text").fill("买家")
    expect(writer.field("gap.g1.accepted.1.value")).to_have_value("7")
    page.locator('[data-gap="g2"] [data-add]').tap()
    writer.field("gap.g2.accepted.2.text").fill("客户")
    look(page, inspector)
    page.set_viewport_size(PHONE["viewport"])

    page.get_by_role("button", name="保存并送审").tap()
    problems = page.locator(".form-errors")
    expect(problems).to_contain_text("知识点")
    look(page, inspector)
    expect(writer.field("gap.g2.accepted.2.text")).to_have_value("客户")
    page.get_by_role("button", name="保存草稿").tap()
    body = writer.saved_body()
    assert [gap["item"]["type"] for gap in body["gaps"]] == ["numeric", "short_text"]


def test_a_removed_row_comes_back_and_leaving_asks(
    site: Site, usernames: list[str], open_page: OpenPage
) -> None:
    writer = enter(site, open_page(DESK), usernames[0])
    page = writer.page
    writer.open(f"{NEW}?type=ordering")
    writer.field("option.a.text").fill("先道歉")
    writer.field("option.b.text").fill("再查原因")
    page.locator('[data-row="a"] [data-act="remove"]').click()
    assert writer.rows("option") == ["b", "c", "d"]
    page.get_by_role("button", name="撤销").click()
    assert writer.rows("option") == ["a", "b", "c", "d"]
    expect(writer.field("option.a.text")).to_have_value("先道歉")

    handle = page.locator('[data-row="b"] [data-handle]').bounding_box()
    target = page.locator('[data-row="a"]').bounding_box()
    assert handle is not None
    assert target is not None
    page.mouse.move(handle["x"] + 8, handle["y"] + 12)
    page.mouse.down()
    page.mouse.move(handle["x"] + 8, target["y"] + 4, steps=5)
    page.mouse.up()
    assert writer.rows("option") == ["b", "a", "c", "d"]

    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto("/banks")
    assert asked == ["beforeunload"]


PASTE = """(field, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    field.focus();
    field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""


def test_columns_of_a_table_become_rows(
    site: Site, usernames: list[str], open_page: OpenPage
) -> None:
    writer = enter(site, open_page(DESK), usernames[0])
    writer.open(f"{NEW}?type=single_response")
    pasted = "A. 可以\t对，七天内可以。\r\nB. 不可以\t看看规则。\nC. 看情况\nD. 不知道\nE. 问主管\n"
    writer.field("option.a.text").evaluate(PASTE, pasted)
    texts = [writer.field(f"option.{one}.text").input_value() for one in "abcde"]
    assert texts == ["可以", "不可以", "看情况", "不知道", "问主管"]
    expect(writer.field("option.b.feedback")).to_have_value("看看规则。")
    expect(writer.said()).to_have_text("已分成 5 行。")

    writer.page.on("dialog", lambda dialog: dialog.accept())
    writer.open(f"{NEW}?type=matching")
    writer.field("premise.p1.text").evaluate(
        PASTE, "没动\t查物流\n坏了\t拍照\n发票\t要抬头\n退货\t走流程\n"
    )
    assert [writer.field(f"premise.p{n}.text").input_value() for n in range(1, 5)] == [
        "没动",
        "坏了",
        "发票",
        "退货",
    ]
    for number, right in enumerate(("查物流", "拍照", "要抬头", "走流程"), start=1):
        choice = writer.field(f"premise.p{number}.choice").input_value()
        expect(writer.field(f"choice.{choice}.text")).to_have_value(right)


def test_two_people_at_one_item_lose_nothing(
    site: Site, usernames: list[str], open_page: OpenPage, inspector: Inspector
) -> None:
    mine = enter(site, open_page(PHONE), usernames[0])
    theirs = enter(site, open_page(DESK), usernames[1])
    path = f"/items/{BANK}-01/edit"
    for writer in (mine, theirs):
        writer.open(path)
    theirs.field("stem").fill("对方改过的题干")
    theirs.page.get_by_role("button", name="保存草稿").click()
    theirs.saved_body()
    mine.field("stem").fill("我改过的题干")
    mine.field("explanation").fill("我写的解析")
    mine.page.get_by_role("button", name="保存草稿").tap()
    expect(mine.page.get_by_text("王敏")).to_be_visible()
    look(mine.page, inspector)
    mine.page.set_viewport_size(PHONE["viewport"])
    mine.page.locator('[name="pick.stem"][value=theirs]').check()
    mine.page.get_by_role("button", name="合在一起").tap()
    expect(mine.field("stem")).to_have_value("对方改过的题干")
    expect(mine.field("explanation")).to_have_value("我写的解析")
    mine.page.get_by_role("button", name="保存草稿").tap()
    body = mine.saved_body()
    assert (body["stem"], body["explanation"]) == ("对方改过的题干", "我写的解析")
