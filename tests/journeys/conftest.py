"""A real browser against a real server, with axe on every page visited."""

import fcntl
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.routing import MapAdapter

from lms.config import ROOT
from tests.journeys.site import Site, running_site, set_up_site, url_map

AXE = ROOT / "node_modules/axe-core/axe.min.js"
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
}
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An empty product with the shipped content and its first admin."""
    with running_site(tmp_path_factory.mktemp("site")) as running:
        yield running


@pytest.fixture(scope="session")
def demo_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A product with the demo organisation: people in every state of the walk.

    The organisation is made once for all workers of a run; each serves a copy of its own.
    """
    run = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        run = run.parent
    made = run / "demo-organisation"
    with (run / "demo-organisation.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            building = run / "demo-organisation.building"
            set_up_site(building, demo=True)
            building.rename(made)
    folder = tmp_path_factory.mktemp("demo") / "data"
    shutil.copytree(made, folder)
    with running_site(folder) as running:
        yield running


@pytest.fixture(scope="module")
def urls(demo_site: Site) -> MapAdapter:
    """The product's addresses."""
    return url_map(demo_site)


def open_context(
    browser: Browser, base_url: str, device: dict[str, Any], locale: str = "zh-CN"
) -> BrowserContext:
    """Return a browser of its own: another person, another device."""
    context = browser.new_context(
        base_url=base_url,
        locale=locale,
        timezone_id="Asia/Shanghai",
        accept_downloads=True,
        reduced_motion="reduce",
        **device,
    )
    context.set_default_timeout(15_000)
    return context


class Inspector:
    """Runs axe on pages and keeps what it finds; a page that looks the same is looked at once."""

    def __init__(self) -> None:
        self.visited: set[str] = set()
        self.violations: list[str] = []

    def check(self, page: Page) -> None:
        """Run axe on the page as it is now, at its present width."""
        path = re.sub(r"\d+", "…", page.url.split("/", 3)[-1])
        width = page.viewport_size["width"] if page.viewport_size else 0
        heading = page.locator("h1").first.inner_text() if page.locator("h1").count() else ""
        name = f"{path} ({heading}) at {width}"
        if name in self.visited:
            return
        self.visited.add(name)
        # By the debugger, not by a script element: the page keeps its own content security policy.
        if not page.evaluate("!!window.axe"):
            page.evaluate(AXE.read_text(encoding="utf-8") + ";0")
        found = json.loads(
            page.evaluate(
                """async () => JSON.stringify((await axe.run(document, {
                    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
                    resultTypes: ['violations'],
                    preload: false,
                })).violations.map(v => [v.id, v.help, v.nodes.map(n => n.html).slice(0, 3)]))"""
            )
        )
        self.violations.extend(f"{name}: {rule} {text} {nodes}" for rule, text, nodes in found)


@pytest.fixture
def inspector() -> Iterator[Inspector]:
    """Axe over all pages of a test; any violation fails it at the end."""
    one = Inspector()
    yield one
    assert one.violations == []


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, site: Site, tmp_path: Path) -> Iterator[OpenPage]:
    """Return a function that opens a page in a context of its own (another person, another device)."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def enter(device: dict[str, Any] = DESK, locale: str = "zh-CN", base: str = "") -> Page:
        context = open_context(browser, base or site.url, device, locale)
        contexts.append(context)
        context.on("weberror", lambda error: errors.append(str(error.error)))
        return context.new_page()

    yield enter
    for context in contexts:
        context.close()
    assert errors == []
