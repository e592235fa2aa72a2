"""Every page that staff and strangers can reach by links, on a desk and on a phone."""

import pytest
from playwright.sync_api import Browser
from werkzeug.routing import MapAdapter

from tests.journeys.conftest import Inspector, open_context
from tests.journeys.crawl import crawl, links_in_outbox, sign_in
from tests.journeys.pages import DESK_SIZE, Parts, listen, look, walk
from tests.journeys.site import Site

STAFF = ("hr", "admin", "trainer", "quality", "lead", "rater")


@pytest.fixture(scope="module")
def seen() -> Parts:
    """What axe has looked at."""
    return {}


@pytest.mark.parametrize("username", STAFF)
def test_every_page_that(
    username: str,
    browser: Browser,
    demo_site: Site,
    urls: MapAdapter,
    inspector: Inspector,
    seen: Parts,
) -> None:
    walk(username, browser, demo_site, urls, inspector, seen)


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
