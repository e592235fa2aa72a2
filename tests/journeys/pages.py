"""Looking at every page that somebody reaches by links: errors, width, axe."""

from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.routing import MapAdapter

from tests.journeys.conftest import Inspector
from tests.journeys.crawl import Visit, crawl, sign_in
from tests.journeys.site import Site

DESK_SIZE = {"width": 1280, "height": 900}
PHONE_SIZE = {"width": 390, "height": 844}

Parts = dict[str, set[str]]
"""By view and width, of which parts pages were made that axe has looked at."""


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


def walk(
    username: str, browser: Browser, site: Site, urls: MapAdapter, inspector: Inspector, seen: Parts
) -> list[Visit]:
    """Visit every page that somebody reaches by links, with nothing wrong on any; return the visits."""
    context = sign_in(browser, site, username)
    said = listen(context)
    page = context.new_page()
    problems: list[str] = []
    visits: list[Visit] = []
    for visit in crawl(page, site, urls):
        problems += look(page, visit, inspector, seen)
        visits.append(visit)
    context.close()
    assert len(visits) >= 8
    assert problems == []
    assert said == []
    return visits
