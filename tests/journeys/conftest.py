"""A real browser against a real server, with axe on every page visited."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from lms.config import ROOT
from tests.conftest import chromium
from tests.journeys.site import Site, running_site

AXE = ROOT / "node_modules/axe-core/axe.min.js"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An empty product with the shipped content and its first admin."""
    with running_site(tmp_path_factory.mktemp("site")) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the run."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=chromium(),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield running
        running.close()


class Inspector:
    """Runs axe on every page a browser context shows and keeps what it finds."""

    def __init__(self) -> None:
        self.visited: set[str] = set()
        self.violations: list[str] = []

    def check(self, page: Page) -> None:
        """Run axe on the page as it is now."""
        page.add_script_tag(content=AXE.read_text(encoding="utf-8")) if not page.evaluate(
            "!!window.axe"
        ) else None
        found = json.loads(
            page.evaluate(
                """async () => JSON.stringify((await axe.run(document, {
                    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
                })).violations.map(v => [v.id, v.help, v.nodes.map(n => n.html).slice(0, 3)]))"""
            )
        )
        path = page.url.split("/", 3)[-1]
        self.visited.add(path)
        self.violations.extend(f"{path}: {name} {text} {nodes}" for name, text, nodes in found)


@pytest.fixture
def inspector() -> Iterator[Inspector]:
    """Axe over all pages of a test; any violation fails it at the end."""
    one = Inspector()
    yield one
    assert one.violations == []


Enter = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, site: Site, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a page in a context of its own (another person, another device)."""
    contexts: list[BrowserContext] = []

    def enter(viewport: dict[str, int] = DESK, locale: str = "zh-CN", base: str = "") -> Page:
        context = browser.new_context(
            base_url=base or site.url,
            viewport=viewport,  # type: ignore[arg-type]
            locale=locale,
            timezone_id="Asia/Shanghai",
            accept_downloads=True,
            # axe is injected by the test; the page's own policy stays what it is for its own scripts.
            bypass_csp=True,
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.errors = errors  # type: ignore[attr-defined]
        return page

    yield enter
    broken = [
        error
        for context in contexts
        for page in context.pages
        for error in getattr(page, "errors", [])
    ]
    for context in contexts:
        context.close()
    assert broken == []
