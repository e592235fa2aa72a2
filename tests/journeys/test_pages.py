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
    "jiangxinyan", "yuge", "tiantian", "tangwan", "huangyutong", "linxiaoman", "gaoyuan", "lusen",
    "hr", "admin", "trainer", "quality", "lead", "rater",
)  # fmt: skip
#: What a page of the learner may weigh on a device that has never been here.
HEAVIEST_KB = 500


@pytest.fixture(scope="module")
def urls(demo_site: Site) -> MapAdapter:
    """The product's addresses."""
    return url_map(demo_site)


Parts = dict[str, set[str]]
Weight = tuple[float, int, float, int]
"""KB and requests on the first visit, KB and requests on the next."""


@pytest.fixture(scope="module")
def seen() -> Parts:
    """By view and width, of which parts pages were made that axe has looked at."""
    return {}


@pytest.fixture(scope="module")
def visited() -> dict[str, list[Visit]]:
    """What each person has visited."""
    return {}


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


def parts_of(page: Page) -> set[str]:
    """Return what a page is made of; a page of parts that axe has seen together on this view has no news."""
    return set(
        page.evaluate(
            """[...document.body.querySelectorAll('*')].map(each => [
                each.parentElement.className, each.localName, each.getAttribute('class'), each.getAttribute('role'),
                each.hasAttribute('aria-label'), /^[a-z-]+$/.test(each.id) ? each.id : '',
            ].join())"""
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


def look(page: Page, visit: Visit, inspector: Inspector, seen: Parts) -> list[str]:
    """Return what is wrong with an open page, at both widths."""
    problems = []
    if visit.status >= 400:
        problems.append(f"{visit.path}: {visit.status}")
    for size in (DESK_SIZE, PHONE_SIZE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        wide = too_wide(page)
        if wide:
            problems.append(f"{visit.path} at {size['width']} is too wide by {wide}")
        known = seen.setdefault(f"{visit.endpoint} {size['width']}", set())
        parts = parts_of(page)
        if not parts <= known:
            known |= parts
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
    seen: Parts,
    visited: dict[str, list[Visit]],
) -> None:
    context = sign_in(browser, demo_site, username)
    said = listen(context)
    page = context.new_page()
    problems: list[str] = []
    visits = visited.setdefault(username, [])
    for visit in crawl(page, demo_site, urls):
        problems += look(page, visit, inspector, seen)
        visits.append(visit)
    context.close()
    assert len(visits) >= 8
    assert problems == []
    assert said == []


def test_pages_of_strangers(
    browser: Browser, demo_site: Site, urls: MapAdapter, inspector: Inspector, seen: Parts
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
                problems += look(page, visit, inspector, seen)
            else:
                inspector.check(page)
    context.close()
    assert problems == []
    # A page that is not there is an error on the console; nothing else is.
    assert [one for one in said if "404" not in one] == []


@pytest.fixture
def measured(browser: Browser, demo_site: Site) -> Iterator[dict[str, Weight]]:
    """Kilobytes and requests by path: on a device that was never here, and on one that was."""
    table: dict[str, Weight] = {}
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
    visited: dict[str, list[Visit]],
    measured: dict[str, Weight],
) -> None:
    stranger = open_context(browser, demo_site.url, {"viewport": PHONE_SIZE})
    for path in ("/login", "/verify"):
        measured[path] = weigh(browser, demo_site, stranger, path)
    stranger.close()
    views: set[str] = {"security.login", "certificates.verify_form"}
    for username in ("jiangxinyan", "yuge", "linxiaoman"):
        context = sign_in(browser, demo_site, username)
        for visit in visited.get(username, []):
            if visit.endpoint not in views:
                views.add(visit.endpoint)
                measured[visit.path.split("?")[0]] = weigh(browser, demo_site, context, visit.path)
        context.close()
    assert {"home.index", "quizzes.paper", "curriculum.show_lesson"} <= views
    heavy = {path: row for path, row in measured.items() if row[0] > HEAVIEST_KB}
    assert heavy == {}


def weigh(browser: Browser, site: Site, like: BrowserContext, path: str) -> Weight:
    """Return KB over the wire and requests of a page for a new device, then for the same device again."""
    context = browser.new_context(
        base_url=site.url,
        viewport=PHONE_SIZE,
        storage_state=like.storage_state(),  # type: ignore[arg-type]
    )
    page = context.new_page()
    session = context.new_cdp_session(page)
    sizes: list[float] = []
    asked: list[str] = []
    session.on("Network.requestWillBeSent", lambda event: asked.append(event["requestId"]))
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    session.send("Network.enable")
    rows: list[float | int] = []
    for _ in range(2):
        sizes.clear()
        asked.clear()
        page.goto(path, wait_until="load")
        for _ in range(20):  # what scripts ask for after the page has loaded
            page.wait_for_timeout(50)
            if len(sizes) >= len(asked):
                break
        sent = [size for size in sizes if size > 0]
        rows += [sum(sent) / 1024, len(sent)]
    context.close()
    return (float(rows[0]), int(rows[1]), float(rows[2]), int(rows[3]))
