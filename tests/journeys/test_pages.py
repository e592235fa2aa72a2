"""Every page that somebody can reach by links, on a desk and on a phone, and what the learner's pages weigh."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.routing import MapAdapter

from lms.config import ROOT
from tests.journeys.conftest import Inspector, open_context
from tests.journeys.crawl import Visit, crawl, links_in_outbox, sign_in, url_map
from tests.journeys.site import Site

DESK_SIZE = {"width": 1280, "height": 900}
PHONE_SIZE = {"width": 390, "height": 844}
#: Somebody for each role, and learners in different states of the walk.
EVERYBODY = (
    "admin", "hr", "trainer", "lead", "rater", "quality",
    "yuge", "jiangxinyan", "tiantian", "tangwan", "huangyutong", "linxiaoman", "gaoyuan", "lusen",
)  # fmt: skip
#: What a page of the learner may weigh on a device that has never been here.
HEAVIEST_KB = 500


@pytest.fixture(scope="module")
def urls(demo_site: Site) -> MapAdapter:
    """The product's addresses."""
    return url_map(demo_site)


@pytest.fixture(scope="module")
def outlines() -> set[str]:
    """What pages looked like that axe has seen, for all tests of this module."""
    return set()


def listen(context: BrowserContext) -> list[str]:
    """Return a list that fills with what the browser complains about."""
    said: list[str] = []
    context.on(
        "weberror", lambda error: said.append(f"{error.page and error.page.url}: {error.error}")
    )
    context.on(
        "console",
        lambda one: (
            said.append(f"{one.page and one.page.url}: {one.text}") if one.type == "error" else None
        ),
    )
    return said


def outline(page: Page) -> str:
    """Return what a page is made of: with the same parts, axe says the same."""
    return str(
        page.evaluate(
            """[...new Set([...document.body.querySelectorAll('*')].map(each => [
                each.parentElement.className, each.localName, each.getAttribute('class'), each.getAttribute('role'),
                each.hasAttribute('aria-label'), each.id && !/[0-9]/.test(each.id) ? each.id : '',
            ].join()))].sort().join('|')"""
        )
    )


def too_wide(page: Page) -> str:
    """Return what sticks out of the page to the right, if anything does."""
    return str(
        page.evaluate(
            """(() => {
                const root = document.documentElement;
                if (root.scrollWidth <= root.clientWidth) return '';
                const out = [...document.querySelectorAll('body *')]
                    .filter(each => each.getBoundingClientRect().right > root.clientWidth + 1)
                    .slice(-1).map(each => each.outerHTML.slice(0, 160));
                return `${root.scrollWidth - root.clientWidth} px: ${out}`;
            })()"""
        )
    )


def look(page: Page, visit: Visit, inspector: Inspector, outlines: set[str]) -> list[str]:
    """Return what is wrong with an open page, at both widths."""
    problems = []
    if visit.status >= 400:
        problems.append(f"{visit.path}: {visit.status}")
    for size in (DESK_SIZE, PHONE_SIZE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        wide = too_wide(page)
        if wide:
            problems.append(f"{visit.path} at {size['width']} is too wide by {wide}")
        known = f"{visit.endpoint} {size['width']} {outline(page)}"
        if known not in outlines:
            outlines.add(known)
            inspector.check(page)
    page.set_viewport_size(DESK_SIZE)  # type: ignore[arg-type]
    return problems


@pytest.mark.parametrize("username", EVERYBODY)
def test_every_page_that(
    username: str,
    browser: Browser,
    demo_site: Site,
    urls: MapAdapter,
    inspector: Inspector,
    outlines: set[str],
) -> None:
    context = sign_in(browser, demo_site, username)
    said = listen(context)
    page = context.new_page()
    problems: list[str] = []
    count = 0
    for visit in crawl(page, demo_site, urls):
        problems += look(page, visit, inspector, outlines)
        count += 1
    context.close()
    assert count >= 8
    assert problems == []
    assert said == []


def test_pages_of_strangers(
    browser: Browser, demo_site: Site, urls: MapAdapter, inspector: Inspector, outlines: set[str]
) -> None:
    admin = sign_in(browser, demo_site, "admin")
    outbox = admin.new_page()
    invitation = links_in_outbox(outbox, "钟灵", "邀请你加入")[0]
    ratings = links_in_outbox(outbox, "孟凡", "转正答辩评分")
    admin.close()
    context = open_context(browser, demo_site.url, {"viewport": DESK_SIZE})
    said = listen(context)
    page = context.new_page()
    problems = []
    for start in ("/login", "/verify", invitation, *ratings[:3], "/r/made-up", "/verify/made-up"):
        for visit in crawl(page, demo_site, urls, start=start, limit=4):
            expected = 404 if "made-up" in visit.path else visit.status
            assert visit.status == expected
            if visit.status != 404:
                problems += look(page, visit, inspector, outlines)
            else:
                inspector.check(page)
    context.close()
    assert problems == []
    # A page that is not there is an error on the console; nothing else is.
    assert [one for one in said if "404" not in one] == []


@pytest.fixture
def measured(
    browser: Browser, demo_site: Site
) -> Iterator[dict[str, tuple[float, int, float, int]]]:
    """Kilobytes and requests by path: on a device that was never here, and on one that was."""
    table: dict[str, tuple[float, int, float, int]] = {}
    yield table
    lines = [f"{'page':44} {'first visit':>18} {'again':>16}"]
    for path, (kilobytes, requests, again, fewer) in table.items():
        lines.append(f"{path:44} {kilobytes:8.1f} KB {requests:4} r {again:8.1f} KB {fewer:3} r")
    text = "\n".join(lines)
    (ROOT / "build").mkdir(exist_ok=True)
    (ROOT / "build/page-weights.txt").write_text(text + "\n", encoding="utf-8")
    print(f"\n{text}")  # noqa: T201 - a measurement to read: pytest -s


def test_weight_of_the_learners_pages(
    browser: Browser,
    demo_site: Site,
    urls: MapAdapter,
    measured: dict[str, tuple[float, int, float, int]],
) -> None:
    stranger = open_context(browser, demo_site.url, {"viewport": PHONE_SIZE})
    for path in ("/login", "/verify"):
        measured[path] = weigh(browser, demo_site, stranger, path)
    stranger.close()
    for username in ("yuge", "jiangxinyan", "linxiaoman"):
        context = sign_in(browser, demo_site, username)
        page = context.new_page()
        paths = [visit.path for visit in crawl(page, demo_site, urls, each=1, limit=25)]
        page.close()
        for path in paths:
            shown = path.split("?")[0]
            if shown not in measured:
                measured[shown] = weigh(browser, demo_site, context, path)
        context.close()
    heavy = {path: row for path, row in measured.items() if row[0] > HEAVIEST_KB}
    assert heavy == {}


def weigh(
    browser: Browser, site: Site, like: BrowserContext, path: str
) -> tuple[float, int, float, int]:
    """Return KB over the wire and requests of a page for a new device, then for the same device again."""
    context = browser.new_context(
        base_url=site.url,
        viewport=PHONE_SIZE,
        storage_state=like.storage_state(),  # type: ignore[arg-type]
    )
    page = context.new_page()
    session = context.new_cdp_session(page)
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    session.send("Network.enable")
    rows: list[float | int] = []
    for _ in range(2):
        sizes.clear()
        page.goto(path, wait_until="networkidle")
        sent = [size for size in sizes if size > 0]
        rows += [sum(sent) / 1024, len(sent)]
    context.close()
    return (float(rows[0]), int(rows[1]), float(rows[2]), int(rows[3]))
