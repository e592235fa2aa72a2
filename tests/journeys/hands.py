"""What a person does with a page: follow, press, fill in, look. Each new page is looked at by axe."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.journeys.conftest import Inspector, open_context


@dataclass
class Hand:
    """Somebody at a device.

    Attributes:
        name: Who, for messages of failed steps.
        context: The browser: cookies and storage of this device.
        page: The tab in use.
        inspect: Gives the inspector of the running test.
        errors: Script errors and refusals of the content security policy so far.
    """

    name: str
    context: BrowserContext
    page: Page
    inspect: Callable[[], Inspector]
    errors: list[str] = field(default_factory=list)

    # --- going

    def go(self, address: str) -> None:
        """Type an address: only where a real user would (a link from a message, a bookmark)."""
        self.page.goto(address)
        self.look()

    def follow(self, name: str, within: Locator | None = None, *, exact: bool = False) -> None:
        """Click a link that leads to another page."""
        place = within or self.page
        self._move(place.get_by_role("link", name=name, exact=exact).first)

    def press(self, name: str, within: Locator | None = None, *, exact: bool = False) -> None:
        """Press a button that leads to another page, or to this one with its errors."""
        place = within or self.page
        self._move(place.get_by_role("button", name=name, exact=exact).first)

    def visit(self, name: str) -> None:
        """Choose a place of the main navigation, behind the menu where the screen is narrow."""
        if self.is_phone:
            self.page.locator("details.menu-all > summary").click()
            self._move(self.page.locator("details.menu-all").get_by_role("link", name=name).first)
        else:
            self._move(self.page.locator(".rail").get_by_role("link", name=name, exact=True))

    def home(self) -> None:
        """Press the sign of the product: the landing page."""
        self._move(self.page.locator("a.wordmark"))

    def _move(self, target: Locator) -> None:
        with self.page.expect_navigation(wait_until="load"):
            target.click()
        self.look()

    # --- filling in

    def field(self, label: str, within: Locator | None = None) -> Locator:
        """Return the control with this label; a mark for "required" behind it does not matter."""
        shape = re.compile(rf"^\s*{re.escape(label)}\s*\*?\s*$")
        return (within or self.page).get_by_label(shape).first

    def fill(self, **values: str) -> None:
        """Fill in controls by their labels."""
        for label, value in values.items():
            self.field(label).fill(value)

    def tick(self, *labels: str, within: Locator | None = None) -> None:
        """Tick boxes and choose radio buttons by their labels."""
        for label in labels:
            self.field(label, within).check()

    def choose(self, label: str, option: str) -> None:
        """Choose an option of a list."""
        self.field(label).select_option(label=option)

    # --- answering an item of a paper, whatever its type

    def give(self, position: int, given: Mapping[str, Any]) -> None:
        """Answer the item at ``position``; ``given`` is what the product would store."""
        item = self.page.locator(f"#item-{position}")
        for target, value in controls(item, given):
            if isinstance(value, bool):
                target.check()
            elif target.evaluate("one => one.tagName") == "SELECT":
                target.select_option(value)
            else:
                target.fill(value)
                target.blur()  # leaving a text keeps it at once
        if "order" in given:
            self._sort(item, given["order"])

    def _sort(self, item: Locator, order: Sequence[str]) -> None:
        for place, step in enumerate(order):
            while shown_steps(item).index(step) > place:
                item.locator(f"[data-step='{step}'] [data-move='-1']").click()
        keep = item.locator("[data-keep]")
        if keep.is_visible():
            keep.click()

    def finds(self, position: int, given: Mapping[str, Any]) -> None:
        """Wait until the item at ``position`` shows this answer."""
        item = self.page.locator(f"#item-{position}")
        for target, value in controls(item, given):
            if isinstance(value, bool):
                expect(target).to_be_checked()
            else:
                expect(target).to_have_value(value)
        if "order" in given:
            assert shown_steps(item) == given["order"]

    # --- looking

    @property
    def is_phone(self) -> bool:
        """Whether the screen is narrow."""
        size = self.page.viewport_size
        return size is not None and size["width"] < 700

    @property
    def heading(self) -> str:
        """The page's heading."""
        return self.page.locator("h1").first.inner_text().strip()

    @property
    def text(self) -> str:
        """All words of the page that can be seen."""
        return self.page.locator("main").inner_text()

    def look(self) -> None:
        """Have axe look at the page, and refuse a page that is wider than the screen."""
        self.inspect().check(self.page)
        wide = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, f"{self.name}: {self.page.url} is {wide} px wider than the screen"

    def sees(self, *words: str) -> None:
        """Wait until each of these words can be seen on the page."""
        for one in words:
            expect(
                self.page.locator("main").get_by_text(one).locator("visible=true").first,
                f"{self.name} does not see {one!r} on {self.page.url}",
            ).to_be_visible()

    def row(self, words: str) -> Locator:
        """Return the row of a table, or the item of a list, that holds these words."""
        return self.page.locator("main").locator("tr, li").filter(has_text=words).first

    def waiting(self) -> dict[str, str]:
        """Return what the landing page says is waiting: each thing with its since and until."""
        items = self.page.locator(".waiting-item").all()
        return {
            one.locator(".waiting-link").inner_text().strip(): " ".join(
                one.locator(".waiting-when").inner_text().split()
            )
            for one in items
        }

    def download(self, name: str, folder: Path, within: Locator | None = None) -> Path:
        """Press a download link and return the file."""
        with self.page.expect_download() as coming:
            (within or self.page).get_by_role("link", name=name).first.click()
        target = folder / coming.value.suggested_filename
        coming.value.save_as(target)
        return target


def controls(item: Locator, given: Mapping[str, Any]) -> Iterator[tuple[Locator, str | bool]]:
    """Yield each control of an item with what it is to say; the steps of an ordering have none of their own."""
    for value in given.get("chosen", ()):
        yield item.locator(f"input[value='{value}']"), True
    if "text" in given:
        yield item.locator("input[name$=':text']"), given["text"]
    for premise, choice in given.get("pairs", {}).items():
        yield item.locator(f"select[name$=':pair:{premise}']"), choice
    for gap, inner in given.get("gaps", {}).items():
        name = f":gap:{gap}:"
        if "text" in inner:
            yield item.locator(f"input[name$='{name}text']"), inner["text"]
        for value in inner.get("chosen", ()):
            box = item.locator(f"input[name$='{name}chosen'][value='{value}']")
            if box.count():
                yield box, True
            else:
                yield item.locator(f"select[name$='{name}chosen']"), value


def shown_steps(item: Locator) -> list[str]:
    """Return the steps of an ordering as they stand."""
    return [str(one.get_attribute("data-step")) for one in item.locator("[data-step]").all()]


def give_device(
    browser: Browser,
    base_url: str,
    name: str,
    device: dict[str, Any],
    inspect: Callable[[], Inspector],
    locale: str = "zh-CN",
) -> Hand:
    """Hand somebody a device with a browser that has never been here."""
    context = open_context(browser, base_url, device, locale)
    hand = Hand(name, context, context.new_page(), inspect)
    context.on("weberror", lambda error: hand.errors.append(f"{name}: {error.error}"))
    context.on(
        "console",
        lambda said: (
            hand.errors.append(f"{name}: {said.text}")
            if said.type == "error" and "Content Security Policy" in said.text
            else None
        ),
    )
    return hand
