"""Pictures of every screen of the demo organisation: ``python -m tests.journeys.screenshots``.

Into ``build/screenshots/<language>-<width>/<who>-<view>.png``, in Chinese and English, 1280 and 390 px wide.
``--docs`` makes instead the two pictures of the README: ``docs/images/path.png`` and ``certificate.png``.
"""

import argparse
import re
import shutil
import tempfile
from collections import Counter
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from lms.config import ROOT
from tests.conftest import LAUNCH, chromium
from tests.journeys.conftest import DESK, PHONE, open_context
from tests.journeys.crawl import crawl, links_in_outbox, sign_in
from tests.journeys.site import Site, running_site, url_map

FOLDER = ROOT / "build/screenshots"
IMAGES = ROOT / "docs/images"
#: Who is looked at, in the order in which a screen's first picture is taken.
EVERYBODY = (
    "yuge", "jiangxinyan", "tiantian", "tangwan", "huangyutong", "linxiaoman", "gaoyuan", "lusen",
    "hr", "trainer", "rater", "quality", "lead", "admin",
)  # fmt: skip
LANGUAGES = {"zh": ("zh_Hans", "zh-CN"), "en": ("en", "en-US")}
WIDTHS = {1280: 900, 390: 844}
TALLEST = 6000


class Camera:
    """Takes each screen once a person at most, in every language and width.

    Attributes:
        taken: How many pictures there are.
    """

    def __init__(self, only: str = "") -> None:
        self.only = re.compile(only)
        self.taken = 0
        self._names: Counter[str] = Counter()

    def shoot(self, page: Page, who: str, view: str, languages: tuple[str, ...]) -> None:
        """Take the open page; ``languages`` are those it can be switched to."""
        self._names[f"{who}-{view}"] += 1
        number = self._names[f"{who}-{view}"]
        name = f"{who}-{view}" + (f"-{number}" if number > 1 else "")
        if not self.only.search(name):
            return
        for language in languages:
            if len(languages) > 1:
                switch(page, LANGUAGES[language][0])
            for width, height in WIDTHS.items():
                folder = FOLDER / f"{language}-{width}"
                folder.mkdir(parents=True, exist_ok=True)
                page.set_viewport_size({"width": width, "height": height})
                tall = page.evaluate("document.documentElement.scrollHeight")
                page.screenshot(
                    path=folder / f"{name}.png",
                    full_page=True,
                    clip={"x": 0, "y": 0, "width": width, "height": min(tall, TALLEST)},
                )
                self.taken += 1
        page.set_viewport_size(DESK["viewport"])
        if len(languages) > 1:
            switch(page, "zh_Hans")


def switch(page: Page, code: str) -> None:
    """Choose the language as the switch in the menu does, and come back to the same page."""
    path = page.evaluate("location.pathname + location.search")
    button = page.locator(f"form[action='/language/{code}'] button").first
    if button.count():
        with page.expect_navigation(wait_until="load"):
            button.evaluate("button => button.form.requestSubmit()")
    if page.evaluate("location.pathname + location.search") != path:
        page.goto(path, wait_until="load")


def shoot_everything(browser: Browser, site: Site, camera: Camera) -> None:
    """Take every screen that somebody of the demo can reach, and those of strangers."""
    urls = url_map(site)
    views: Counter[str] = Counter()
    for username in EVERYBODY:
        context = sign_in(browser, site, username)
        page = context.new_page()
        for visit in crawl(page, site, urls, each=1):
            # What everybody sees alike is taken once; landing pages and lists differ by role.
            if views[visit.endpoint] < (99 if visit.endpoint == "home.index" else 2):
                views[visit.endpoint] += 1
                camera.shoot(page, username, visit.endpoint, tuple(LANGUAGES))
        context.close()
    admin = sign_in(browser, site, "admin")
    outbox = admin.new_page()
    invitation = links_in_outbox(outbox, "钟灵", "邀请你加入")[0]
    rating = links_in_outbox(outbox, "孟凡", "转正答辩评分")[0]
    admin.close()
    for language, (_, locale) in LANGUAGES.items():
        context = open_context(browser, site.url, DESK, locale)
        page = context.new_page()
        for name, path in {
            "login": "/login",
            "reset": "/reset",
            "verify": "/verify",
            "verify-unknown": "/verify/ABCD",
            "invitation": invitation,
            "rating-by-link": rating,
            "not-found": "/nothing/here",
        }.items():
            page.goto(path, wait_until="load")
            camera.shoot(page, "stranger", name, (language,))
        context.close()


def shoot_for_readme(browser: Browser, site: Site) -> None:
    """Take the learner's path on a phone, and the certificate."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    context = sign_in(browser, site, "yuge", device={**PHONE, "device_scale_factor": 2})
    page = context.new_page()
    page.goto("/", wait_until="load")
    # The part of the path where done, open and locked modules meet.
    page.evaluate(
        """() => {
            for (const each of document.querySelectorAll('.journey details')) each.open = false;
            const open = document.querySelector('.journey > .step.is-open:nth-child(n+2), .journey > .is-current');
            scrollTo(0, open.getBoundingClientRect().top + scrollY - 420);
        }"""
    )
    page.screenshot(path=IMAGES / "path.png")
    context.close()
    context = sign_in(browser, site, "linxiaoman")
    page = context.new_page()
    for _ in range(120):  # the worker is making it
        page.goto("/my/certificate", wait_until="load")
        if page.locator(".cert-frame img").count():
            break
        page.wait_for_timeout(500)
    address = page.locator(".cert-frame img").get_attribute("src")
    assert address, "the demo has no certificate"
    picture = context.new_page()
    picture.set_viewport_size({"width": 1200, "height": 848})
    picture.goto("/verify", wait_until="load")
    picture.evaluate(
        """async (address) => {
            document.body.replaceChildren();
            const picture = new Image(1200, 848);
            picture.src = address;
            await picture.decode();
            document.documentElement.style.setProperty('overflow', 'hidden');
            document.body.style.setProperty('margin', '0');
            document.body.style.setProperty('display', 'block');
            document.body.append(picture);
        }""",
        address,
    )
    picture.screenshot(path=IMAGES / "certificate.png")
    context.close()


def main() -> None:
    """Serve a demo site of its own and take the pictures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--docs", action="store_true", help="only the README's two pictures")
    parser.add_argument("--only", default="", help="only screens whose name matches this pattern")
    wanted = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="screenshots") as folder,
        running_site(Path(folder), demo=True) as site,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(LAUNCH))
        if wanted.docs:
            shoot_for_readme(browser, site)
            print(f"{IMAGES}/path.png and certificate.png")  # noqa: T201 - the answer of a command
        else:
            if not wanted.only:
                shutil.rmtree(FOLDER, ignore_errors=True)
            camera = Camera(wanted.only)
            shoot_everything(browser, site, camera)
            print(f"{camera.taken} pictures in {FOLDER}")  # noqa: T201 - the answer of a command
        browser.close()


if __name__ == "__main__":
    main()
