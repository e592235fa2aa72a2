"""Signing in at nine o'clock with everybody else: the page waits by itself, and says what is the matter."""

import re
import secrets

import pytest
from playwright.sync_api import Locator, Page, Request, Route, expect
from sqlalchemy import select

from lms.clock import now_utc
from lms.db import db
from lms.people.models import PrivacyNotice
from lms.people.services import accept_privacy
from tests.factories.people import PASSWORD, make_person
from tests.journeys.backstage import product
from tests.journeys.conftest import DESK, PHONE, Inspector, OpenPage
from tests.journeys.pages import too_wide
from tests.journeys.site import Site

WAITING = "现在登录的人很多，正在排队，轮到你会自动登录，请不要关闭这一页。"
OFFLINE = "网络断了，没有登录。请检查网络后再试一次。"
WRONG = "账号或密码不对"
LOGIN = re.compile(r"/login(\?.*)?$")
ACCOUNT = re.compile(r"^[^?]*/account$")
SIGNED_IN = re.compile(r"^(?!.*/login).*$")
BOTH = pytest.mark.parametrize("device", [DESK, PHONE], ids=["desk", "phone"])


@pytest.fixture
def username(site: Site) -> str:
    """Somebody who has accepted the privacy notice, and lands on the first page."""
    name = f"queue-{secrets.token_hex(4)}"
    with product(site):
        now = now_utc()
        number = str(secrets.randbelow(10**8))
        person = make_person(
            username=name,
            email=f"{name}@example.com",
            phone=f"139{number:0>8}",
            employee_no=name,
            password=PASSWORD,
            now=now,
        )
        notice = db.session.scalars(select(PrivacyNotice)).first()
        if notice is not None:
            accept_privacy(person, notice, locale="zh_Hans", now=now)
        db.session.commit()
    return name


def is_sent(request: Request) -> bool:
    return request.method == "POST"


def fill(page: Page, username: str, password: str = PASSWORD) -> None:
    page.locator("[name=identity]").fill(username)
    page.locator("[name=password]").fill(password)


def button(page: Page) -> Locator:
    return page.locator("form[data-sign-in] [type=submit]")


def state(page: Page) -> Locator:
    return page.locator("[data-sign-in-state]")


def look(page: Page, inspector: Inspector) -> None:
    assert too_wide(page) == ""
    inspector.check(page)


@BOTH
def test_the_page_waits_for_its_turn_by_itself(
    open_page: OpenPage, username: str, inspector: Inspector, device: dict[str, object]
) -> None:
    page = open_page(device)
    page.goto("/login?next=/account")
    looks: list[tuple[str, bool]] = []
    asked: list[str | None] = []

    def answer(route: Route) -> None:
        if not is_sent(route.request):
            route.continue_()
            return
        looks.append((state(page).inner_text().strip(), button(page).is_disabled()))
        asked.append(route.request.headers.get("x-says-where"))
        if len(asked) <= 2:
            route.fulfill(
                status=503,
                headers={"Retry-After": "0"},
                json={"code": "too_many_sign_in"},
            )
        else:
            look(page, inspector)
            route.continue_()

    page.route(LOGIN, answer)
    fill(page, username)
    expect(state(page)).to_be_empty()
    button(page).click()
    page.wait_for_url(ACCOUNT)
    assert username in page.content()
    # Nothing was said before; then what is the matter, and the button cannot be pressed a second time.
    assert looks == [("", True), (WAITING, True), (WAITING, True)]
    assert asked == ["1", "1", "1"]


def test_a_wrong_password_is_said_and_the_form_works_again(
    open_page: OpenPage, username: str, inspector: Inspector
) -> None:
    page = open_page(PHONE)
    page.goto("/login?next=/account")
    for wrong in ("wrong-horse-1", "wrong-horse-2"):
        fill(page, username, wrong)
        with page.expect_response(lambda reply: is_sent(reply.request)):
            button(page).click()
        expect(page.locator("main").get_by_text(WRONG)).to_be_visible()
        expect(page.locator("[name=identity]")).to_have_value(username)
        expect(button(page)).to_be_enabled()
        look(page, inspector)
    fill(page, username)
    button(page).click()
    page.wait_for_url(ACCOUNT)


def test_after_a_wrong_password_the_page_still_waits_for_its_turn(
    open_page: OpenPage, username: str
) -> None:
    """The page that says what was wrong came in place of the first; its form is watched like that one's."""
    page = open_page(DESK)
    page.goto("/login?next=/account")
    fill(page, username, "wrong-horse-1")
    button(page).click()
    expect(page.locator("main").get_by_text(WRONG)).to_be_visible()
    asked: list[str | None] = []

    def answer(route: Route) -> None:
        if is_sent(route.request):
            asked.append(route.request.headers.get("x-says-where"))
        if asked == ["1"]:
            route.fulfill(
                status=503, headers={"Retry-After": "0"}, json={"code": "too_many_sign_in"}
            )
        else:
            route.continue_()

    page.route(LOGIN, answer)
    fill(page, username)
    button(page).click()
    page.wait_for_url(ACCOUNT)
    assert asked == ["1", "1"]


def test_without_a_line_the_page_says_so_and_can_be_sent_again(
    open_page: OpenPage, username: str, inspector: Inspector
) -> None:
    page = open_page(PHONE)
    page.goto("/login")
    page.route(
        LOGIN,
        lambda route: route.abort() if is_sent(route.request) else route.continue_(),
    )
    fill(page, username)
    for _ in range(2):
        button(page).click()
        expect(state(page)).to_have_text(OFFLINE)
        expect(button(page)).to_be_enabled()
        assert button(page).get_attribute("aria-busy") is None
        expect(page.locator("[name=password]")).to_have_value(PASSWORD)
    look(page, inspector)
    page.unroute(LOGIN)
    button(page).click()
    page.wait_for_url(SIGNED_IN)
