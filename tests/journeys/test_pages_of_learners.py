"""Every page that learners can reach by links, on a desk and on a phone, and what these pages weigh."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext
from werkzeug.routing import MapAdapter

from lms.config import ROOT
from tests.journeys.conftest import Inspector, open_context
from tests.journeys.crawl import Visit, sign_in
from tests.journeys.pages import PHONE_SIZE, Parts, walk
from tests.journeys.site import Site

#: In different states of the walk.
LEARNERS = (
    "jiangxinyan", "yuge", "tiantian", "tangwan", "huangyutong", "linxiaoman", "gaoyuan", "lusen",
)  # fmt: skip
#: What a page may weigh on a device that has never been here.
HEAVIEST_KB = 500

Weight = tuple[float, int, float, int]
"""KB and requests on the first visit, KB and requests on the next."""


@pytest.fixture(scope="module")
def seen() -> Parts:
    """What axe has looked at."""
    return {}


@pytest.fixture(scope="module")
def visited() -> dict[str, list[Visit]]:
    """What each person has visited."""
    return {}


@pytest.mark.parametrize("username", LEARNERS)
def test_every_page_that(
    username: str,
    browser: Browser,
    demo_site: Site,
    urls: MapAdapter,
    inspector: Inspector,
    seen: Parts,
    visited: dict[str, list[Visit]],
) -> None:
    visited[username] = walk(username, browser, demo_site, urls, inspector, seen)


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
