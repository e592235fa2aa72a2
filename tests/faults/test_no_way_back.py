"""A paper without a way back on a phone: pages turn without a line, and what was left stays left everywhere."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.faults.conftest import Deployment
from tests.faults.seats import SAVED, Seat, choose, make_seat, state_of

pytestmark = pytest.mark.parametrize("deployment", ["sqlite"], indirect=True)


@pytest.fixture
def seat(running: Deployment, browser: Browser) -> Iterator[Seat]:
    made = make_seat(running, browser, rules={"paging": "forward"})
    yield made
    made.context.close()


@pytest.fixture
def free_seat(running: Deployment, browser: Browser) -> Iterator[Seat]:
    made = make_seat(running, browser, rules={"paging": "one"})
    yield made
    made.context.close()


def expect_shown(page: Page, position: int) -> None:
    """Wait until the item at that position, and no other, can be seen."""
    expect(page.locator("[data-position]:visible")).to_have_count(1)
    expect(page.locator(f"[data-position='{position}']")).to_be_visible()


def go_on(page: Page) -> None:
    page.locator("[data-step-on]").click()


def test_pages_turn_without_a_line_and_stay_turned(seat: Seat) -> None:
    page = seat.page
    expect_shown(page, 1)
    expect(page.locator("#finish")).to_be_hidden()
    first = choose(page, 1, 0)
    go_on(page)
    expect_shown(page, 2)
    expect(state_of(page)).to_have_text(SAVED)
    seat.context.set_offline(True)
    second = choose(page, 2, 1)
    go_on(page)
    third = choose(page, 3, 0)
    go_on(page)
    expect_shown(page, 4)
    assert set(seat.stored()) == {1}
    seat.context.set_offline(False)
    expect(state_of(page)).to_have_text(SAVED, timeout=30_000)
    assert seat.stored() == {1: first, 2: second, 3: third}
    page.reload()
    expect(page.locator("#paper[data-ready]")).to_be_visible()
    expect_shown(page, 4)
    expect(page.locator("[data-step-back]")).to_be_hidden()


def test_the_page_remembers_without_a_line_what_was_left(seat: Seat) -> None:
    page = seat.page
    choose(page, 1, 0)
    expect(state_of(page)).to_have_text(SAVED)
    page.route(re.compile("/responses$"), lambda route: route.abort())
    go_on(page)
    expect_shown(page, 2)
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()  # the server does not know yet
    expect(page.locator("#paper[data-ready]")).to_be_visible()
    expect_shown(page, 2)


def test_who_leaves_an_item_open_is_asked_first(seat: Seat) -> None:
    page = seat.page
    go_on(page)
    dialog = page.locator("[data-leave-dialog]")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="再想想").click()
    expect_shown(page, 1)
    go_on(page)
    dialog.get_by_role("button", name="不答，下一题").click()
    expect(page.locator("#item-2")).to_be_visible()
    expect_shown(page, 2)
    expect(page.locator("#item-2")).to_be_focused()


def test_another_page_follows_and_cannot_change_what_was_left(seat: Seat) -> None:
    other = seat.open_paper()
    elsewhere = seat.context.browser.new_context(storage_state=seat.context.storage_state())  # type: ignore[union-attr]
    desk = seat.open_paper(elsewhere.new_page())
    kept = choose(seat.page, 1, 0)
    go_on(seat.page)
    expect(state_of(seat.page)).to_have_text(SAVED)
    expect(other.locator("#item-2")).to_be_visible()
    expect_shown(other, 2)
    # A device that does not know yet is told when it tries.
    expect_shown(desk, 1)
    choose(desk, 1, 1)
    expect(desk.locator("[data-notice-words]")).to_contain_text("第 1 题已经翻过")
    expect(desk.locator("#item-2")).to_be_visible()
    expect_shown(desk, 2)
    assert seat.stored() == {1: kept}
    elsewhere.close()


def test_the_last_page_submits(seat: Seat) -> None:
    page = seat.page
    for position in range(1, 7):
        choose(page, position, 0)
        if position < 6:
            go_on(page)
    expect(page.locator("#finish")).to_be_visible()
    page.locator("[data-submit]").click()
    page.locator("[data-dialog-yes]").click()
    page.wait_for_url(re.compile("/result"))
    assert set(seat.stored()) == {1, 2, 3, 4, 5, 6}


def test_one_at_a_time_goes_back_and_forth(free_seat: Seat) -> None:
    page = free_seat.page
    expect_shown(page, 1)
    choose(page, 1, 0)
    go_on(page)
    go_on(page)  # an open item is no matter here
    expect_shown(page, 3)
    page.locator("[data-step-back]").click()
    expect_shown(page, 2)
    page.locator(".paper-jump > summary").click()
    page.locator(".paper-jump [data-goto='6']").click()
    expect_shown(page, 6)
    expect(page.locator("#finish")).to_be_visible()
    expect(page.locator("[data-step-on]")).to_be_hidden()
    page.reload()
    expect(page.locator("#paper[data-ready]")).to_be_visible()
    page.locator(".paper-jump > summary").click()
    page.locator(".paper-jump [data-goto='1']").click()
    expect_shown(page, 1)
    changed = choose(page, 1, 1)
    expect(state_of(page)).to_have_text(SAVED)
    page.wait_for_timeout(300)
    assert free_seat.stored() == {1: changed}
