"""Pictures of every screen, for people who judge them: ``python -m tests.journeys.screenshots`` (``make screenshots``).

Into build/screenshots/<language>/<width>/<who>-<number>-<endpoint>.png, from a demo organisation of its own. With
``--docs`` only the two pictures of the README, into docs/images.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from lms.config import ROOT
from tests.conftest import chromium
from tests.journeys.conftest import DESK, LAUNCH, PHONE
from tests.journeys.crawl import crawl, sign_in, url_map
from tests.journeys.site import Site, running_site

PEOPLE = ("yuge", "linxiaoman", "huangyutong", "hr", "trainer", "rater", "admin")
LANGUAGES = ("zh-CN", "en-GB")
SIZES = ((390, PHONE["viewport"]), (1280, DESK["viewport"]))
WALKER, HOLDER = "yuge", "ouyangruoxi"


def take_all(browser: Browser, site: Site, folder: Path) -> int:
    """Picture every page that each person can reach by links, in both languages and widths."""
    urls = url_map(site)
    count = 0
    for locale in LANGUAGES:
        for who in PEOPLE:
            with sign_in(browser, site, who, locale) as context:
                page = context.new_page()
                for number, visit in enumerate(crawl(page, site, urls, each=1)):
                    for width, size in SIZES:
                        name = f"{who}-{number:02}-{visit.endpoint.replace('.', '-')}.png"
                        _take(page, size, folder / locale / str(width) / name)
                        count += 1
    return count


def take_docs(browser: Browser, site: Site, folder: Path) -> None:
    """Make the two pictures of the README."""
    with sign_in(browser, site, WALKER) as context:
        storage = context.storage_state()
    phone = browser.new_context(
        base_url=site.url,
        viewport={"width": 390, "height": 844},
        device_scale_factor=2,
        locale="zh-CN",
        storage_state=storage,
    )
    page = phone.new_page()
    page.goto("/")
    page.locator("#path").evaluate("heading => heading.scrollIntoView()")
    page.screenshot(path=folder / "path.png")
    phone.close()
    with sign_in(browser, site, HOLDER) as context:
        page = context.new_page()
        picture = page.locator(".cert-frame img")
        for _ in range(60):  # the worker makes one certificate after the other
            page.goto("/my/certificate")
            if picture.count():
                break
            page.wait_for_timeout(1000)
        data = context.request.get(picture.get_attribute("src") or "").body()
        (folder / "certificate.png").write_bytes(data)


def _take(page: Page, size: dict[str, int], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.screenshot(path=path, full_page=True)


def main() -> None:
    """Run a demo organisation and picture it."""
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(),
            args=list(LAUNCH),
        )
        with running_site(Path(data), demo=True) as site:
            if "--docs" in sys.argv:
                take_docs(browser, site, ROOT / "docs" / "images")
            else:
                folder = ROOT / "build" / "screenshots"
                print(f"{take_all(browser, site, folder)} pictures in {folder}")  # noqa: T201
        browser.close()


if __name__ == "__main__":
    main()
