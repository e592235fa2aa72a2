"""Following every link from the landing page, as a person who tries everything would."""

import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter, RequestRedirect

from lms.demo.cast import PASSWORD
from tests.journeys.conftest import DESK, open_context
from tests.journeys.site import Site

#: Endpoints that answer with a file or a fragment, not with a page.
FILES = re.compile(
    r"static$|export_|template$|bad_rows$|download_|conditions_text$|\.media$|package_file$|board$"
)
#: Parts of a query that choose among the same things and change no page.
NOISE = frozenset({"q", "page", "state", "kind", "role", "show", "cohort", "seed", "next", "back"})
#: Different ones look different: what is in a lesson, a defense or a file depends on which it is.
MORE = {
    "curriculum.show_lesson": 3,
    "defense.show_defense": 3,
    "probation.show_file": 3,
    "home.show_enrolment": 3,
}


@dataclass(frozen=True, slots=True)
class Visit:
    """One page that was opened.

    Attributes:
        endpoint: Which view made it.
        path: Its address without the host.
        status: What the server answered.
    """

    endpoint: str
    path: str
    status: int


def crawl(
    page: Page, site: Site, urls: MapAdapter, start: str = "/", each: int = 2, limit: int = 60
) -> Iterator[Visit]:
    """Open ``start`` and what can be reached from it by links; yield while each page is open.

    Args:
        page: A tab; signed in, if the pages need it.
        site: Where.
        urls: The product's addresses.
        start: Path of the first page.
        each: How many addresses of one view are opened.
        limit: How many pages are opened at all.
    """
    waiting = deque([start])
    known = {start}
    opened: Counter[tuple[str, ...]] = Counter()
    count = 0
    while waiting and count < limit:
        path = waiting.popleft()
        kind = kind_of(path, urls)
        if kind is None or opened[kind] >= MORE.get(kind[0], each if "<" in kind[1] else 1):
            continue
        opened[kind] += 1
        count += 1
        answer = page.goto(path, wait_until="load")
        found = page.evaluate(
            "[...document.querySelectorAll('a[href]:not([download])')].map(a => a.href)"
        )
        yield Visit(kind[0], path, answer.status if answer else 0)
        for address in found:
            if address.startswith(site.url):
                further = address.removeprefix(site.url).split("#")[0] or "/"
                if further not in known:
                    known.add(further)
                    waiting.append(further)


def kind_of(path: str, urls: MapAdapter) -> tuple[str, ...] | None:
    """Return which view answers an address and what tells its pages apart; None for no page."""
    parts = urlsplit(path)
    asked = dict(parse_qsl(parts.query))
    if asked.get("format"):
        return None
    try:
        rule, _ = urls.match(parts.path, method="GET", return_rule=True)
    except RequestRedirect:
        return None
    except HTTPException:
        return ("nothing answers", path)
    if FILES.search(rule.endpoint):
        return None
    return (rule.endpoint, rule.rule, *sorted(asked.keys() - NOISE))


def sign_in(
    browser: Browser,
    site: Site,
    username: str,
    locale: str = "zh-CN",
    device: dict[str, Any] = DESK,
) -> BrowserContext:
    """Return a browser in which somebody of the demo organisation is signed in."""
    context = open_context(browser, site.url, device, locale)
    page = context.new_page()
    page.goto("/login")
    page.locator("input[name=identity]").fill(username)
    page.locator("input[name=password]").fill(PASSWORD)
    with page.expect_navigation(wait_until="load"):
        page.locator("main form button[type=submit]").click()
    assert "/login" not in page.url, f"{username} cannot sign in"
    page.close()
    return context


def links_in_outbox(page: Page, words: str, about: str) -> list[str]:
    """Return links of messages in the outbox, as the admin copies them."""
    page.goto(f"/outbox?q={words}")
    message = page.locator("li.message").filter(has_text=about)
    return [
        urlsplit(address.strip()).path
        for address in message.locator(".message-link code").all_inner_texts()
    ]
