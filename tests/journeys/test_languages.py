"""In English: no Chinese word of the interface is left, and Chinese content says that it is Chinese."""

import re
import sqlite3
from collections.abc import Sequence

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.routing import MapAdapter

from tests.journeys.conftest import DESK, open_context
from tests.journeys.crawl import crawl, links_in_outbox, sign_in
from tests.journeys.site import Site

HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
#: What belongs to the interface; content within a part marked as Chinese is not looked at.
WORDS = """() => {
    const wanted = `nav a, h1, h2, h3, h4, button, a.button, a.back, label, legend, th, dt, summary, caption, figcaption,
        .kicker, .lead, .hint, .badge, .stat-label, .stat-note, .empty-title, .empty-text, .count-line, .step-note,
        .waiting-link, .waiting-when, .until, .notice-title, .flash, .muted`;
    const found = [];
    for (const each of document.querySelectorAll(wanted)) {
        if (each.closest('[lang^=zh]') || !each.checkVisibility()) continue;
        const copy = each.cloneNode(true);
        copy.querySelectorAll('[lang^=zh], select').forEach(part => part.remove());
        found.push([each.localName, copy.textContent.replace(/\\s+/g, ' ').trim()]);
    }
    for (const name of ['placeholder', 'aria-label', 'title', 'alt']) {
        for (const each of document.querySelectorAll(`[${name}]`)) {
            if (!each.closest('[lang^=zh]')) found.push([`@${name}`, each.getAttribute(name)]);
        }
    }
    return [...found, ['title', document.title.replace('· 上岗', '')]];
}"""
#: Chinese content that is not marked as such: a screen reader would read it with an English voice.
UNMARKED = """() => [...document.querySelectorAll('.prose, .recall-stem, .item-stem, .option-text, .option-why, .document')]
    .filter(each => !each.closest('[lang^=zh]') && !each.querySelector('[lang^=zh]')
        && /[\\u4e00-\\u9fff]/.test(each.textContent))
    .map(each => `${each.className}: ${each.textContent.trim().slice(0, 30)}`)"""


@pytest.fixture(scope="module")
def data_words(demo_site: Site) -> list[str]:
    """What people have typed: it stays as it is in every language; the longest first."""
    columns = {
        "person": ("name", "post"),
        "cohort": ("name", "note"),
        "organisation": ("name", "signer_name", "signer_title"),
        "defense": ("room", "note"),
    }
    found: set[str] = set()
    path = demo_site.folder / "lms.sqlite3"
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        for table, names in columns.items():
            for name in names:
                rows = database.execute(f"SELECT DISTINCT {name} FROM {table}")
                found |= {text for (text,) in rows if text and HAN.search(text)}
        names = [name for (name,) in database.execute("SELECT name FROM person")]
    # A sentence about a glyph that a font lacks names the character itself.
    found |= {letter for name in names for letter in name if ord(letter) > 0xFFFF}
    return sorted(found, key=len, reverse=True)


def chinese_left(page: Page, data_words: Sequence[str]) -> list[str]:
    """Return what of the interface is Chinese on an English page."""
    left = []
    for kind, text in page.evaluate(WORDS):
        rest = text
        for word in data_words:
            rest = rest.replace(word, "")
        if HAN.search(rest):
            left.append(f"{kind}: {text[:80]}")
    return sorted(set(left))


def faults_of(page: Page, data_words: Sequence[str]) -> list[str]:
    path = page.url.split("/", 3)[-1]
    lang = page.locator("html").get_attribute("lang")
    faults = [] if lang == "en" else [f"/{path}: lang is {lang}"]
    faults += [f"/{path}: {left}" for left in chinese_left(page, data_words)]
    return faults + [f"/{path}: unmarked {words}" for words in page.evaluate(UNMARKED)]


def test_strangers_are_answered_in_the_language_of_their_browser(
    browser: Browser, demo_site: Site, data_words: list[str]
) -> None:
    admin = sign_in(browser, demo_site, "admin")
    outbox = admin.new_page()
    invitation = links_in_outbox(outbox, "钟灵", "邀请你加入")[0]
    rating = links_in_outbox(outbox, "孟凡", "转正答辩评分")[0]
    admin.close()
    holder = sign_in(browser, demo_site, "linxiaoman")
    page = holder.new_page()
    page.goto("/my/certificate")
    verified = page.locator("a[href^='/verify/']").get_attribute("href")
    assert verified
    holder.close()
    paths = (
        "/login",
        "/reset",
        "/verify",
        verified,
        "/verify/made-up",
        invitation,
        rating,
        "/r/made-up",
    )
    for locale, lang in (("en-US", "en"), ("zh-CN", "zh-Hans")):
        context = open_context(browser, demo_site.url, DESK, locale)
        page = context.new_page()
        faults: list[str] = []
        for path in paths:
            page.goto(path)
            expect(page.locator("html")).to_have_attribute("lang", lang)
            if lang == "en":
                faults += faults_of(page, data_words)
        context.close()
        assert not faults, "\n".join(faults)


def test_the_switch_stays(browser: Browser, demo_site: Site) -> None:
    context = sign_in(browser, demo_site, "lead2", "en-US")
    page = context.new_page()
    page.goto("/")
    # The person's own language goes before the browser's.
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    use_english(page)
    page.goto("/messages")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.locator("details.menu-me > summary").click()
    with page.expect_navigation():
        page.locator("details.menu-me").get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    context.close()


def use_english(page: Page) -> None:
    """Press the switch in the menu."""
    page.locator("details.menu-me > summary").click()
    with page.expect_navigation():
        page.locator("details.menu-me").get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


@pytest.mark.parametrize(
    "username",
    [
        "yuge",
        "jiangxinyan",
        "linxiaoman",
        "huangyutong",
        "hr",
        "trainer",
        "rater",
        "quality",
        "lead",
        "admin",
    ],
)
def test_no_chinese_interface_is_left_for(
    username: str, browser: Browser, demo_site: Site, urls: MapAdapter, data_words: list[str]
) -> None:
    context = sign_in(browser, demo_site, username)
    page = context.new_page()
    page.goto("/")
    use_english(page)
    faults: list[str] = []
    for _ in crawl(page, demo_site, urls, each=1, limit=40):
        faults += faults_of(page, data_words)
    context.close()
    assert not faults, "\n".join(faults)
