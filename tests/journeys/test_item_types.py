"""A paper with every type of item and a case: by keyboard, by touch at 390 px, and without a line."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from lms.clock import now_utc
from lms.db import db
from lms.people.models import PrivacyNotice
from lms.people.services import accept_privacy
from lms.quizzes.queries import list_answers
from tests.factories.item_types import make_case, make_typed_bank
from tests.factories.people import PASSWORD
from tests.factories.quizzes import HOUR, get_attempt_row, make_exam
from tests.journeys.backstage import product
from tests.journeys.conftest import DESK, PHONE, Inspector, OpenPage
from tests.journeys.site import Site

SAVED = re.compile("^已保存 ")
ITEMS = 11
ORDER = ("sorry", "ask", "offer", "follow")
SHOTS = os.environ.get("ITEM_TYPE_SHOTS", "")


@dataclass
class Candidate:
    """Somebody in the middle of the paper."""

    site: Site
    page: Page
    attempt_id: int
    at: dict[str, int]

    def item(self, kind: str) -> Locator:
        return self.page.locator(f"#item-{self.at[kind]}")

    def stored(self, kind: str) -> dict[str, Any]:
        with product(self.site):
            found = list_answers(self.attempt_id).get(self.at[kind])
            return {} if found is None else dict(found.answer)

    def is_saved(self) -> None:
        expect(self.page.locator("[data-save-state]")).to_have_text(SAVED, timeout=30_000)

    def step(self, name: str) -> Locator:
        return self.item("ordering").locator(f"[data-step={name}]")

    def steps(self) -> list[str]:
        return [
            str(one.get_attribute("data-step"))
            for one in self.item("ordering").locator("[data-step]").all()
        ]

    def shoot(self, name: str) -> None:
        if SHOTS:
            width = self.page.viewport_size["width"] if self.page.viewport_size else 0
            self.page.screenshot(path=Path(SHOTS) / f"{name}-{width}.png", full_page=True)


@pytest.fixture(scope="module")
def exam(site: Site) -> tuple[int, list[str]]:
    with product(site):
        now = now_utc()
        bank = make_typed_bank(now=now)
        make_case(bank, now=now)
        made = make_exam(
            people=2,
            password=PASSWORD,
            quiz={
                "sections": [
                    {"title": "各种题型", "bank": bank.key, "draw": ITEMS, "points_each": "5"}
                ]
            },
            sitting={"opens_at": now - HOUR, "closes_at": now + HOUR},
        )
        notice = db.session.scalars(select(PrivacyNotice)).first()
        for enrolment in made.enrolments:
            if notice is not None:
                accept_privacy(enrolment.person, notice, locale="zh_Hans", now=now)
        db.session.commit()
        return made.sitting_id, [one.person.username for one in made.enrolments]


def begin(site: Site, page: Page, sitting_id: int, identity: str) -> Candidate:
    page.goto("/login")
    page.locator("[name=identity]").fill(identity)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("form:has([name=identity]) [type=submit]").click()
    page.wait_for_url(re.compile(r"^(?!.*/login).*$"))
    page.goto(f"/sittings/{sitting_id}/rules")
    page.get_by_role("button", name="开始考试").click()
    expect(page.locator("#paper[data-ready]")).to_be_visible()
    attempt_id = int(page.url.rsplit("/", 1)[1])
    with product(site):
        paper = get_attempt_row(attempt_id).paper
        db.session.remove()
    kinds = {entry["body"]["type"]: at for at, entry in enumerate(paper, start=1)}
    return Candidate(site, page, attempt_id, kinds)


@pytest.fixture
def by_keyboard(site: Site, exam: tuple[int, list[str]], open_page: OpenPage) -> Candidate:
    return begin(site, open_page(DESK), exam[0], exam[1][0])


@pytest.fixture
def by_touch(site: Site, exam: tuple[int, list[str]], open_page: OpenPage) -> Candidate:
    return begin(site, open_page(PHONE), exam[0], exam[1][1])


def look(candidate: Candidate, inspector: Inspector) -> None:
    inspector.check(candidate.page)
    wide = candidate.page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert wide <= 0


def sort_by_buttons(candidate: Candidate, press: Callable[[Locator], None]) -> None:
    """Bring each step to its place with the buttons, as anybody would: the first up to the top, and so on."""
    for place, name in enumerate(ORDER):
        while candidate.steps().index(name) > place:
            press(candidate.step(name).locator("[data-move='-1']"))
    if (
        candidate.stored("ordering") == {}
        and candidate.item("ordering").locator("[data-keep]").is_visible()
    ):
        press(candidate.item("ordering").locator("[data-keep]"))


def submit(candidate: Candidate) -> None:
    page = candidate.page
    page.locator("[data-submit]").click()
    page.locator("[data-dialog-yes]").click()
    page.wait_for_url(re.compile(r"/result$"))


def test_every_type_by_keyboard(by_keyboard: Candidate, inspector: Inspector) -> None:
    one, page = by_keyboard, by_keyboard.page
    keys = page.keyboard
    look(one, inspector)

    def focus(target: Locator) -> None:
        target.focus()
        expect(target).to_be_focused()

    focus(one.item("single_response").locator("input[value=b]"))
    keys.press("Space")
    for value in "ac":
        focus(one.item("multiple_response").locator(f"input[value={value}]"))
        keys.press("Space")
    focus(one.item("true_false").locator("input[value=false]"))
    keys.press("Space")
    focus(one.item("short_text").get_by_label("你的答案"))
    keys.type("七退")
    keys.press("Tab")  # leaving a text keeps it at once
    keys.type("")
    focus(one.item("numeric").get_by_label("你的答案"))
    keys.type("170")
    for premise, choice in (("p1", "track"), ("p2", "invoice"), ("p3", "photo")):
        select = one.item("matching").locator(f"select[name$='pair:{premise}']")
        focus(select)
        for _ in range(6):
            if select.input_value() == choice:
                break
            keys.press("ArrowDown")

    def press(button: Locator) -> None:
        focus(button)
        keys.press("Enter")

    sort_by_buttons(one, press)
    expect(one.item("ordering").locator("[data-order-said]")).to_have_text(
        re.compile("第 . 步，共 4 步")
    )
    cloze = one.item("cloze")
    focus(cloze.get_by_label("第 1 空"))
    keys.type("7")
    may = cloze.get_by_label("第 2 空")
    focus(may)
    keys.press("ArrowDown")
    expect(may).to_have_value("y")
    focus(cloze.get_by_label("第 3 空"))
    keys.type("买家")
    for name in ("外箱", "破损处"):
        focus(cloze.get_by_label(name))
        keys.press("Space")
    one.is_saved()
    expect(page.locator("[data-answered]")).to_have_text("8")
    assert one.stored("short_text") == {"text": "七退"}
    assert one.stored("numeric") == {"text": "170"}
    assert one.stored("matching") == {"pairs": {"p1": "track", "p2": "invoice", "p3": "photo"}}
    assert one.stored("ordering") == {"order": list(ORDER)}
    assert one.stored("cloze")["gaps"].keys() == {"days", "may", "payer", "photos"}
    look(one, inspector)
    one.shoot("paper")
    page.reload()
    expect(page.locator("#paper[data-ready]")).to_be_visible()
    assert one.steps() == list(ORDER)
    expect(one.item("cloze").get_by_label("第 3 空")).to_have_value("买家")
    submit(one)
    look(one, inspector)
    one.shoot("result")


def test_every_type_by_touch(by_touch: Candidate, inspector: Inspector) -> None:
    one, page = by_touch, by_touch.page
    look(one, inspector)
    one.shoot("asked")
    one.item("single_response").locator(".option").first.tap()
    one.item("true_false").locator(".option").last.tap()
    one.item("matching").locator("select").first.select_option("wait")
    steps = one.steps()
    last = one.step(steps[-1])
    last.scroll_into_view_if_needed()
    handle = last.locator("[data-handle]").bounding_box()
    first = one.step(steps[0]).bounding_box()
    assert handle
    assert first
    page.mouse.move(handle["x"] + 8, handle["y"] + handle["height"] / 2)
    page.mouse.down()
    page.mouse.move(handle["x"] + 8, first["y"] + first["height"], steps=12)
    page.mouse.move(handle["x"] + 8, first["y"] - 4, steps=12)
    page.mouse.up()
    assert one.steps() == [steps[-1], *steps[:-1]]
    one.is_saved()
    assert one.stored("ordering") == {"order": one.steps()}
    one.item("ordering").get_by_role("button", name="清除答案").tap()
    assert one.steps() == steps
    one.is_saved()
    assert one.stored("ordering") == {}
    one.step(steps[0]).locator("[data-move='1']").tap()
    one.item("cloze").get_by_label("第 2 空").select_option("n")
    one.item("cloze").locator(".gap-choice").first.tap()
    one.is_saved()

    # Without a line a text waits on the device, also when the page is closed, and is sent by the next one.
    page.context.set_offline(True)
    one.item("short_text").get_by_label("你的答案").fill("七天")
    expect(page.locator("[data-save-state]")).to_have_text("离线，1 题待上传", timeout=10_000)
    one.item("cloze").get_by_label("第 3 空").fill("卖家")
    expect(page.locator("[data-save-state]")).to_have_text("离线，2 题待上传", timeout=10_000)
    assert one.stored("short_text") == {}
    page.context.set_offline(False)
    one.is_saved()
    assert one.stored("short_text") == {"text": "七天"}
    assert one.stored("cloze")["gaps"]["payer"] == {"text": "卖家"}
    one.item("short_text").get_by_label("你的答案").fill("")
    one.is_saved()
    expect(page.locator(f"[data-goto='{one.at['short_text']}']").first).not_to_have_class(
        re.compile("is-answered")
    )
    one.item("short_text").get_by_label("你的答案").fill("七天")
    submit(one)  # what was typed last is sent before the end
    assert one.stored("short_text") == {"text": "七天"}
    look(one, inspector)
    one.shoot("result")
