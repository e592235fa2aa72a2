"""A colleague reviews what waits, one item after the other: by keyboard at a desk, by touch on a phone."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from lms.clock import now_utc
from lms.db import db
from lms.people.domain.roles import RoleName
from lms.people.models import PrivacyNotice
from lms.people.queries import find_person_by_identity
from lms.people.services import accept_privacy
from lms.questions import queries
from tests.factories.people import PASSWORD, make_person
from tests.factories.questions import (
    make_bank,
    make_item,
    multiple_body,
    propose,
    single_body,
    write_item,
)
from tests.journeys.backstage import product
from tests.journeys.conftest import DESK, PHONE, Inspector, OpenPage
from tests.journeys.pages import too_wide
from tests.journeys.site import Site

BANK = "journey-reviews"
REVIEWER = "journey-reviewer"
QUEUE = f"/reviews?bank={BANK}"


@pytest.fixture
def keys(site: Site) -> list[str]:
    """Three reviews: a proposal beside an item in use, and two new items; who may decide them."""
    with product(site):
        now = now_utc()
        bank = queries.find_bank(BANK) or make_bank(0, key=BANK, now=now)
        notice = db.session.scalars(select(PrivacyNotice)).first()
        people = [make_person(RoleName.TRAINER, password=PASSWORD, now=now)]
        if not find_person_by_identity(REVIEWER):
            people.append(
                make_person(RoleName.QUALITY, username=REVIEWER, password=PASSWORD, now=now)
            )
        for person in people:
            if notice is not None:
                accept_privacy(person, notice, locale="zh_Hans", now=now)
        author = people[0].id
        used = make_item(bank, body=single_body("满 10 元包邮吗？"), now=now).item
        propose(used, single_body("满 15 元包邮吗？"), author, state="in_review", now=now)
        new = [
            write_item(author, bank=bank, state="in_review", body=body, now=now)
            for body in (multiple_body(), single_body("退货运费谁付？"))
        ]
        db.session.commit()
        return [item.key for item in (used, *new)]


def enter(page: Page) -> None:
    page.goto("/login")
    page.locator("[name=identity]").fill(REVIEWER)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("form:has([name=identity]) [type=submit]").click()
    page.wait_for_url(re.compile(r"^(?!.*/login).*$"))


def states(site: Site, keys: list[str]) -> list[tuple[str, int]]:
    with product(site):
        found = [queries.get_item(key) for key in keys]
        return [(item.state, item.version) for item in found]


def look(page: Page, inspector: Inspector) -> None:
    page.evaluate("scrollTo(0, 0)")
    assert too_wide(page) == ""
    inspector.check(page)


def stands_at(page: Page, key: str) -> None:
    expect(page).to_have_url(re.compile(rf"/items/{key}\?queue=1"))


def test_reviewed_by_keyboard(
    site: Site, keys: list[str], open_page: OpenPage, inspector: Inspector
) -> None:
    page = open_page(DESK)
    enter(page)
    page.goto(QUEUE)
    look(page, inspector)
    first, second, third = keys
    page.get_by_role("link", name="一题一题审").press("Enter")
    stands_at(page, first)
    expect(page.get_by_role("heading", name="第 2 版改了什么")).to_be_visible()
    look(page, inspector)
    page.keyboard.press("Control+ArrowRight")
    stands_at(page, second)
    page.keyboard.press("Control+Enter")
    stands_at(page, third)
    # While something is being typed, the keys belong to the text.
    page.get_by_label("想说的话").focus()
    page.keyboard.type("选项 A 太明显。")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_label("想说的话")).to_have_value("选项 A 太明显。")
    page.locator("#review").get_by_role("button", name="退回").press("Enter")
    expect(page.get_by_text("跳过的题还在下面")).to_be_visible()
    assert states(site, keys) == [("ready", 1), ("ready", 1), ("draft", 1)]
    page.get_by_role("link", name=re.compile("满 15 元")).press("Enter")
    stands_at(page, first)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("没有题在等了")).to_be_visible()
    assert states(site, keys)[0] == ("ready", 2)


def test_reviewed_by_touch(
    site: Site, keys: list[str], open_page: OpenPage, inspector: Inspector
) -> None:
    page = open_page(PHONE)
    enter(page)
    page.goto(QUEUE)
    look(page, inspector)
    page.get_by_role("link", name="一题一题审").tap()
    bar = page.get_by_role("navigation", name="审题")
    for key, onward in zip(keys, (*keys[1:], None), strict=True):
        stands_at(page, key)
        expect(bar).to_be_in_viewport()
        look(page, inspector)
        if onward is None:
            bar.get_by_role("link", name="退回").tap()
            page.locator("#review").get_by_role("button", name="退回").tap()
            expect(page.get_by_text("请写一句话")).to_be_visible()
            page.get_by_label("想说的话").fill("运费说清楚是哪一段。")
            page.locator("#review").get_by_role("button", name="退回").tap()
        else:
            bar.get_by_role("button", name="通过，看下一题").tap()
    expect(page.get_by_text("这一轮看完了")).to_be_visible()
    assert states(site, keys) == [("ready", 2), ("ready", 1), ("draft", 1)]
