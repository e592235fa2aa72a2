"""Around the editor in a real browser: live preview, pasted pictures and tables, unfinished texts."""

import base64
import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from lms.clock import now_utc
from lms.db import db
from lms.people.domain.roles import RoleName
from lms.people.models import PrivacyNotice
from lms.people.services import accept_privacy
from lms.questions.domain.items import item_as_json
from tests.factories.item_types import TYPED, make_case
from tests.factories.people import PASSWORD, make_person
from tests.factories.questions import make_bank, make_item, single_body
from tests.journeys.backstage import product
from tests.journeys.conftest import DESK, PHONE, Inspector, OpenPage
from tests.journeys.pages import too_wide
from tests.journeys.site import Site

KEPT = re.compile(r"^已暂存 \d\d:\d\d$")
PICTURE = re.compile(r"!\[描述\]\(media:[0-9a-f]{64}\.png\)")

_TRANSFER = """(field, {kind, picture, texts}) => {
    const transfer = new DataTransfer();
    for (const [type, text] of Object.entries(texts)) transfer.setData(type, text);
    if (picture) {
        const bytes = Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0));
        transfer.items.add(new File([bytes], 'image.png', {type: 'image/png'}));
    }
    const options = {bubbles: true, cancelable: true};
    const event = kind === 'paste'
        ? new ClipboardEvent('paste', {...options, clipboardData: transfer})
        : new DragEvent('drop', {...options, dataTransfer: transfer});
    field.dispatchEvent(event);
    return event.defaultPrevented;
}"""


_HIDE = """() => {
    Object.defineProperty(document, 'visibilityState', {value: 'hidden', configurable: true});
    document.dispatchEvent(new Event('visibilitychange'));
    delete document.visibilityState;
}"""


def png() -> str:
    out = BytesIO()
    Image.new("RGB", (60, 40), "teal").save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


@dataclass
class Desk:
    """Somebody who writes items."""

    site: Site
    page: Page
    bank: str

    @property
    def stem(self) -> Locator:
        return self.page.locator("textarea[name=stem]")

    @property
    def phone(self) -> Locator:
        return self.page.locator("[data-phone]")

    def write(self, kind: str) -> None:
        self.page.goto(f"/banks/{self.bank}/items/new?type={kind}")

    def transfer(
        self, field: Locator, kind: str = "paste", picture: str = "", **texts: str
    ) -> bool:
        """Paste or drop; return whether the page took it instead of the browser."""
        named = {name.replace("_", "/"): text for name, text in texts.items()}
        field.focus()
        return bool(field.evaluate(_TRANSFER, {"kind": kind, "picture": picture, "texts": named}))

    def selected(self) -> str:
        return str(self.stem.evaluate("it => it.value.slice(it.selectionStart, it.selectionEnd)"))

    def is_kept(self) -> None:
        expect(self.page.locator("[data-kept]")).to_have_text(KEPT, timeout=30_000)


Enter = Callable[..., Desk]


@pytest.fixture
def written(site: Site) -> tuple[str, str]:
    """A bank of the browser with an item, an ordering and a case, and the name of a trainer."""
    with product(site):
        now = now_utc()
        bank = make_bank(0, now=now)
        body = single_body(f"{bank.key}：买家问能不能开发票，怎么回？")
        make_item(bank, key=f"{bank.key}-one", body=body, now=now)
        order = item_as_json(TYPED["order"])
        make_item(bank, key=f"{bank.key}-order", body=order, now=now)
        make_case(bank, key=f"{bank.key}-case", now=now)
        trainer = make_person(RoleName.TRAINER, password=PASSWORD)
        notice = db.session.scalars(select(PrivacyNotice)).first()
        if notice is not None:
            accept_privacy(trainer, notice, locale="zh_Hans", now=now)
        db.session.commit()
        return bank.key, trainer.username


@pytest.fixture
def enter(open_page: OpenPage, site: Site, written: tuple[str, str]) -> Enter:
    def sit_down(device: dict[str, Any] = DESK) -> Desk:
        page = open_page(device)
        page.goto("/login")
        page.locator("input[name=identity]").fill(written[1])
        page.locator("input[name=password]").fill(PASSWORD)
        with page.expect_navigation(wait_until="load"):
            page.locator("main form button[type=submit]").click()
        return Desk(site, page, written[0])

    return sit_down


def test_the_preview_follows_the_form_and_keeps_what_was_tried(enter: Enter) -> None:
    desk = enter()
    page = desk.page
    page.goto(f"/items/{desk.bank}-one/edit")
    expect(desk.phone).to_contain_text("买家问能不能开发票")
    assert desk.phone.evaluate("phone => phone.clientWidth") == 390
    choice = desk.phone.locator("input[type=radio]").nth(1)
    choice.check()
    desk.stem.fill("买家还问：**多久**能开？")
    expect(desk.phone.locator("strong")).to_have_text("多久")
    expect(choice).to_be_checked()
    page.locator("textarea[name='option.a.text']").fill("「马上开。」")
    expect(desk.phone).to_contain_text("「马上开。」")
    desk.stem.fill("")
    expect(page.locator("[data-preview-missing]")).to_contain_text("题干")
    expect(desk.phone).to_contain_text("「马上开。」")


def test_an_order_that_was_tried_stays(enter: Enter) -> None:
    desk = enter()
    page = desk.page
    page.goto(f"/items/{desk.bank}-order/edit")
    steps = desk.phone.locator("[data-step]")
    expect(steps).to_have_count(4)
    steps.first.locator("[data-move='1']").click()
    ids = "all => all.map(step => step.dataset.step)"
    tried = steps.evaluate_all(ids)
    desk.stem.fill("换一句题干")
    expect(desk.phone).to_contain_text("换一句题干")
    assert steps.evaluate_all(ids) == tried
    expect(desk.phone.locator("[data-keep]")).to_be_hidden()


def test_what_the_bank_holds_is_said_while_writing(enter: Enter) -> None:
    desk = enter()
    desk.write("single_response")
    desk.stem.fill(f"{desk.bank}：买家问能不能开发票，怎么回？")
    body = single_body()
    for option in body["options"]:  # type: ignore[attr-defined]
        name = f"option.{option['id']}.text"
        desk.page.locator(f"textarea[name='{name}']").fill(option["text"])
    alike = desk.page.locator(".preview-alike")
    expect(alike).to_contain_text("题库里已有相似的题")
    alike.locator("summary").first.click()
    link = alike.get_by_role("link").first
    expect(link).to_have_attribute("href", f"/items/{desk.bank}-one")


def test_a_picture_is_pasted_dropped_and_chosen(enter: Enter, tmp_path: Path) -> None:
    desk = enter()
    desk.write("true_false")
    desk.stem.fill("看图：")
    assert desk.transfer(desk.stem, picture=png())
    expect(desk.stem).to_have_value(re.compile(f"^看图：{PICTURE.pattern}$"))
    assert desk.selected() == "描述"
    desk.page.keyboard.type("订单截图")
    expect(desk.stem).to_have_value(re.compile(r"^看图：!\[订单截图\]\("))
    shown = desk.phone.get_by_role("img", name="订单截图")
    expect(shown).to_be_visible()
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") == 60
    assert desk.transfer(desk.page.locator("textarea[name=explanation]"), "drop", picture=png())
    expect(desk.page.locator("textarea[name=explanation]")).to_have_value(PICTURE)
    broken = tmp_path / "x.png"
    broken.write_bytes(b"<svg></svg>")
    desk.page.locator("[data-picture-file]").set_input_files(broken)
    expect(desk.page.locator("[data-picture-state]")).to_contain_text("SVG")


def test_a_table_becomes_markdown_and_can_be_undone(enter: Enter) -> None:
    desk = enter()
    desk.write("single_response")
    desk.stem.fill("看表：")
    desk.stem.press("End")
    html = (
        "<p>物流</p><table><tr><th colspan=2>时间</th><th>状态</th></tr>"
        "<tr><td>11-20</td><td>8:00</td><td>已 | 揽收</td></tr></table>"
    )
    assert desk.transfer(desk.stem, text_html=html, text_plain="时间\t状态")
    table = "物流\n\n| 时间 |  | 状态 |\n| --- | --- | --- |\n| 11-20 | 8:00 | 已 \\| 揽收 |"
    expect(desk.stem).to_have_value(f"看表：\n\n{table}")
    expect(desk.phone.locator("td")).to_have_count(3)
    desk.stem.press("Control+z")
    expect(desk.stem).to_have_value("看表：")
    assert desk.transfer(desk.stem, text_plain="甲\t乙\n1\t2\n")
    expect(desk.stem).to_have_value("看表：\n\n| 甲 | 乙 |\n| --- | --- |\n| 1 | 2 |")
    # Words stay words: with and without a table in one cell, and where a picture stands beside them.
    assert not desk.transfer(desk.stem, text_plain="两行\n文字")
    assert not desk.transfer(
        desk.stem, text_html="<table><tr><td>一格</td></tr></table>", text_plain="一格"
    )
    assert not desk.transfer(desk.stem, text_html="<b>字</b>", text_plain="字", picture=png())
    option = desk.page.locator("textarea[name='option.a.text']")
    desk.transfer(option, text_plain="甲\t乙\n1\t2\n")
    expect(option).not_to_have_value(re.compile("---"))


def test_an_unfinished_text_is_kept_and_gone_when_it_is_saved(enter: Enter) -> None:
    desk = enter()
    desk.write("true_false")
    desk.stem.fill("写到一半的题")
    desk.is_kept()
    desk.page.goto(f"/banks/{desk.bank}")
    unfinished = desk.page.get_by_role("region", name="没写完的")
    expect(unfinished.get_by_role("listitem")).to_have_count(1)
    expect(unfinished).to_contain_text("写到一半的题")
    unfinished.get_by_role("link", name="继续").click()
    expect(desk.stem).to_have_value("写到一半的题")
    desk.stem.fill("写完的题")
    desk.page.get_by_label("对", exact=True).first.check()
    desk.page.get_by_role("button", name="保存草稿").click()
    expect(desk.page).to_have_url(re.compile(r"/items/[\w-]+$"))
    desk.page.goto(f"/banks/{desk.bank}")
    expect(desk.page.get_by_text("写到一半的题")).to_have_count(0)
    expect(desk.page.get_by_role("region", name="没写完的")).to_have_count(0)


def test_leaving_the_page_keeps_the_last_words(enter: Enter) -> None:
    desk = enter()
    desk.page.clock.install()
    desk.page.goto(f"/items/{desk.bank}-one/edit")
    expect(desk.phone).to_be_visible()
    desk.page.clock.pause_at(now_utc() + dt.timedelta(hours=1))
    desk.stem.fill("离开前的最后一句")
    # No timer runs any more: what is kept now is kept because the page is left.
    desk.page.evaluate(_HIDE)
    desk.is_kept()
    desk.page.clock.resume()
    desk.page.goto(f"/items/{desk.bank}-one/edit")
    offer = desk.page.locator("[data-draft-offer]")
    expect(offer).to_contain_text("离开前的最后一句")
    # Nothing takes its place before somebody has chosen.
    desk.stem.fill("别的话")
    expect(desk.page.locator("[data-kept]")).to_contain_text("先选", timeout=15_000)
    offer.get_by_role("link", name="继续").click()
    expect(desk.stem).to_have_value("离开前的最后一句")
    desk.page.goto(f"/items/{desk.bank}-one/edit")
    desk.page.get_by_role("button", name="丢掉").click()
    desk.page.get_by_role("dialog").get_by_role("button", name="丢掉").click()
    expect(desk.page).to_have_url(re.compile(f"/banks/{desk.bank}$"))
    desk.page.goto(f"/items/{desk.bank}-one/edit")
    expect(desk.page.locator("[data-draft-offer]")).to_have_count(0)


def test_a_case_is_written_beside_its_preview(enter: Enter, inspector: Inspector) -> None:
    desk = enter()
    page = desk.page
    page.goto(f"/banks/{desk.bank}/groups/new")
    text = page.locator("textarea[name=text]")
    text.fill("::: chat\n买家：在吗\n客服：在的\n:::")
    expect(desk.phone.locator(".chat-line")).to_have_count(2)
    assert desk.transfer(text, picture=png())
    expect(text).to_have_value(PICTURE)
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("link", name="新写一题")).to_be_visible()
    inspector.check(page)


@pytest.mark.parametrize("device", [PHONE, DESK], ids=["phone", "desk"])
def test_the_aids_are_usable_by_everybody(
    enter: Enter, inspector: Inspector, device: dict[str, Any]
) -> None:
    desk = enter(device)
    page = desk.page
    for path in (
        f"/items/{desk.bank}-order/edit",
        f"/groups/{desk.bank}-case/edit?q=投诉",
        f"/banks/{desk.bank}/groups",
    ):
        page.goto(path)
        if "/edit" in path:
            expect(desk.phone).to_be_visible()
        assert too_wide(page) == ""
        inspector.check(page)
    if device is PHONE:
        page.goto(f"/items/{desk.bank}-order/edit")
        expect(desk.phone).not_to_be_in_viewport()
        page.get_by_role("button", name="预览").click()
        expect(desk.phone).to_be_in_viewport()
