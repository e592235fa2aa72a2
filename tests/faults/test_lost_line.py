"""The browser's side of a bad line: answers wait on the device, in order, and nothing is said to be saved that is not."""

import datetime as dt
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from lms.clock import now_utc
from lms.db import db
from lms.quizzes.domain.events import EventKind
from tests.factories.quizzes import get_attempt_row
from tests.faults.conftest import Deployment
from tests.faults.seats import SAVED, Seat, choose, make_seat, sign_in, state_of

pytestmark = pytest.mark.parametrize("deployment", ["sqlite"], indirect=True)


@pytest.fixture
def seat(running: Deployment, browser: Browser) -> Iterator[Seat]:
    made = make_seat(running, browser)
    yield made
    made.context.close()


@pytest.fixture
def seat_with_grace(running: Deployment, browser: Browser) -> Iterator[Seat]:
    made = make_seat(running, browser, rules={"timeout": "grace", "grace_minutes": 10})
    yield made
    made.context.close()


def test_answers_given_without_a_line_are_sent_when_it_is_back(seat: Seat) -> None:
    first = choose(seat.page, 1, 0)
    expect(state_of(seat.page)).to_have_text(SAVED)
    assert seat.stored() == {1: first}
    seat.context.set_offline(True)
    second, third = choose(seat.page, 2, 1), choose(seat.page, 3, 0)
    choose(seat.page, 1, 1)
    first = choose(seat.page, 1, 0)
    expect(state_of(seat.page)).to_have_text("离线，3 题待上传")
    assert set(seat.stored()) == {1}
    seat.context.set_offline(False)
    expect(state_of(seat.page)).to_have_text(SAVED, timeout=30_000)
    assert seat.stored() == {1: first, 2: second, 3: third}


def test_answers_survive_a_closed_page_and_are_sent_by_the_next(seat: Seat) -> None:
    seat.context.set_offline(True)
    second = choose(seat.page, 2, 1)
    expect(state_of(seat.page)).to_contain_text("1 题待上传")
    seat.page.close(run_before_unload=False)
    seat.context.set_offline(False)
    page = seat.open_paper()
    expect(state_of(page)).to_have_text(SAVED, timeout=30_000)
    assert seat.stored() == {2: second}
    expect(page.locator("[data-answered]")).to_have_text("1")


HOLD_THE_STORE = """
() => new Promise((held, failed) => {
  const opening = indexedDB.open("lms-exam");
  opening.onerror = () => failed(opening.error);
  opening.onsuccess = () => {
    const store = opening.result.transaction("answers", "readwrite").objectStore("answers");
    const hold = () => { store.count().onsuccess = () => window.letGo || hold(); };
    hold();
    held();
  };
})
"""


def test_an_answer_that_is_still_being_written_is_not_counted_as_waiting(seat: Seat) -> None:
    seat.page.evaluate(HOLD_THE_STORE)
    seat.context.set_offline(True)
    choose(seat.page, 2, 1)
    expect(state_of(seat.page)).to_have_text(
        "网络断了。请继续作答，答案先存在这台设备上，恢复后自动上传。"
    )
    seat.page.evaluate("() => window.dispatchEvent(new Event('offline'))")
    assert (
        state_of(seat.page).inner_text()
        == "网络断了。请继续作答，答案先存在这台设备上，恢复后自动上传。"
    )
    seat.page.evaluate("() => { window.letGo = true; }")
    expect(state_of(seat.page)).to_have_text("离线，1 题待上传")


def test_a_page_with_unsent_answers_asks_before_it_closes(seat: Seat) -> None:
    seat.context.set_offline(True)
    choose(seat.page, 1, 0)
    expect(state_of(seat.page)).to_contain_text("1 题待上传")
    asked: list[str] = []
    seat.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    seat.page.close(run_before_unload=True)
    expect(state_of(seat.page)).to_contain_text("1 题待上传")
    assert asked == ["beforeunload"]


def test_a_killed_server_loses_nothing_of_the_page(seat: Seat) -> None:
    first = choose(seat.page, 1, 0)
    expect(state_of(seat.page)).to_have_text(SAVED)
    seat.deployment.server.kill()
    second = choose(seat.page, 2, 0)
    expect(state_of(seat.page)).to_contain_text("1 题待上传")
    seat.deployment.server.start()
    expect(state_of(seat.page)).to_have_text(SAVED, timeout=60_000)
    assert seat.stored() == {1: first, 2: second}


def test_submitting_waits_until_everything_has_arrived(seat: Seat) -> None:
    seat.context.set_offline(True)
    second = choose(seat.page, 2, 1)
    seat.page.locator("[data-submit]").click()
    dialog = seat.page.locator("[data-dialog]")
    expect(dialog).to_contain_text("还有 5 题没答")
    dialog.locator("[data-dialog-yes]").click()
    expect(dialog).to_contain_text("还有 1 题没有传到服务器（第 2 题）")
    seat.context.set_offline(False)
    seat.page.wait_for_url("**/result", timeout=60_000)
    with seat.deployment.app.app_context():
        outcome = get_attempt_row(seat.attempt_id).outcome
        db.session.remove()
    assert outcome is not None
    assert outcome["items"][1]["answer"] == {"chosen": second}
    assert outcome["answered"] == 1


def test_two_tabs_and_another_device_agree_on_the_newest_answer(
    seat: Seat, browser: Browser
) -> None:
    other = seat.open_paper()
    first = choose(seat.page, 1, 0)
    expect(other.locator(f'#item-1 input[value="{first[0]}"]')).to_be_checked()
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
    try:
        device = sign_in(seat.deployment, context, seat.identity)
        seat.open_paper(device)
        expect(device.locator("[data-answered]").first).to_have_text("1")
        choose(device, 4, 0)
        expect(state_of(device)).to_have_text(SAVED)
        with seat.page.expect_response(lambda reply: reply.url.endswith("/responses/4")):
            latest = choose(seat.page, 4, 1)
        assert seat.stored()[4] == latest
        device.reload()
        for value in latest:
            expect(device.locator(f'#item-4 input[value="{value}"]')).to_be_checked()
    finally:
        context.close()


def test_the_other_tab_leaves_when_the_attempt_was_submitted(seat: Seat) -> None:
    other = seat.open_paper()
    seat.page.locator("[data-submit]").click()
    seat.page.locator("[data-dialog-yes]").dblclick()
    seat.page.wait_for_url("**/result")
    # Not `choose`: it would look at the option again, and this page leaves at once.
    other.locator("#item-1 .option input").first.click(no_wait_after=True)
    other.wait_for_url("**/result", timeout=30_000)
    assert seat.stored() == {}


def test_signed_out_in_the_middle_the_answers_wait_for_the_next_sign_in(seat: Seat) -> None:
    seat.context.clear_cookies()
    first = choose(seat.page, 1, 0)
    expect(seat.page.locator("[data-login]")).to_be_visible(timeout=30_000)
    assert seat.stored() == {}
    seat.page.close(run_before_unload=False)
    page = sign_in(seat.deployment, seat.context, seat.identity)
    seat.open_paper(page)
    expect(state_of(page)).to_have_text(SAVED, timeout=30_000)
    assert seat.stored() == {1: first}


# the end without a line ------------------------------------------------------------------------------------


def press_submit(page: Page) -> None:
    page.locator("[data-submit]").click()
    page.locator("[data-dialog-yes]").click()


def fields_of(page: Page, position: int):
    return page.locator(f"#item-{position} .option input").first


def end_before(seat: Seat) -> dt.datetime:
    """Let the deadline have passed a moment ago: nobody waits for it here."""
    deadline = now_utc() - dt.timedelta(seconds=5)
    seat.change(deadline_at=deadline)
    return deadline


def end_shortly(seat: Seat, seconds: int) -> None:
    """Let the deadline be in a few seconds, and the page hear of it."""
    seat.change(deadline_at=now_utc() + dt.timedelta(seconds=seconds))
    with seat.page.expect_response(lambda reply: reply.url.endswith("/state")):
        seat.page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")


def test_a_submission_without_a_line_survives_a_reload_and_is_made_once(seat: Seat) -> None:
    first = choose(seat.page, 1, 0)
    expect(state_of(seat.page)).to_have_text(SAVED)
    seat.context.set_offline(True)
    second, third = choose(seat.page, 2, 1), choose(seat.page, 3, 0)
    press_submit(seat.page)
    dialog = seat.page.locator("[data-dialog]")
    expect(dialog).to_contain_text("已记下交卷，网络恢复后自动上传")
    seat.page.close(run_before_unload=False)
    assert seat.ending()[0] == "open"
    seat.context.set_offline(False)
    page = seat.context.new_page()
    page.goto(seat.url())
    page.wait_for_url("**/result", timeout=60_000)
    assert seat.stored() == {1: first, 2: second, 3: third}
    state, _, entries, events = seat.ending()
    assert (state, entries, events) == ("submitted", 1, [])


def test_a_submission_taken_back_without_a_line_is_none(seat: Seat) -> None:
    seat.context.set_offline(True)
    press_submit(seat.page)
    seat.page.locator("[data-dialog-back]").click()
    seat.context.set_offline(False)
    first = choose(seat.page, 1, 0)
    expect(state_of(seat.page)).to_have_text(SAVED, timeout=30_000)
    assert seat.stored() == {1: first}
    assert seat.ending()[0] == "open"


def test_a_submission_before_the_end_that_arrives_within_the_grace_counts(
    seat_with_grace: Seat,
) -> None:
    seat = seat_with_grace
    end_shortly(seat, 12)
    seat.context.set_offline(True)
    second = choose(seat.page, 2, 1)
    press_submit(seat.page)
    expect(seat.page.locator("[data-clock]")).to_have_text("00:00", timeout=30_000)
    expect(seat.page.locator("[data-notice-words]")).to_contain_text("10 分钟内", timeout=30_000)
    deadline = end_before(seat)
    seat.context.set_offline(False)
    seat.page.wait_for_url("**/result", timeout=60_000)
    assert seat.stored() == {2: second}
    assert seat.ending() == ("submitted", deadline, 1, [EventKind.SUBMITTED_LATE.value])


def test_without_a_press_the_answers_given_in_time_count_and_nothing_is_late(
    seat_with_grace: Seat,
) -> None:
    seat = seat_with_grace
    end_shortly(seat, 10)
    seat.context.set_offline(True)
    second = choose(seat.page, 2, 1)
    expect(seat.page.locator("[data-clock]")).to_have_text("00:00", timeout=30_000)
    expect(fields_of(seat.page, 1)).to_be_disabled()
    deadline = end_before(seat)
    seat.context.set_offline(False)
    seat.page.wait_for_url("**/result", timeout=60_000)
    assert seat.stored() == {2: second}
    assert seat.ending() == ("expired", deadline, 1, [])


# the clock --------------------------------------------------------------------------------------------------


def test_a_pause_holds_the_clock_and_the_page_goes_on_by_itself(seat: Seat) -> None:
    now = now_utc()
    seat.change(paused_at=now)
    seat.page.locator("#item-1 .option input").first.check()
    notice = seat.page.locator("[data-notice-words]")
    expect(notice).to_contain_text("考试暂停中", timeout=30_000)
    expect(fields_of(seat.page, 2)).to_be_disabled()
    expect(seat.page.locator("[data-submit]")).to_be_disabled()
    assert seat.stored() == {}
    seat.change(paused_at=None)
    expect(fields_of(seat.page, 2)).to_be_enabled(timeout=60_000)
    expect(state_of(seat.page)).to_have_text(SAVED, timeout=30_000)
    expect(notice).to_be_hidden()
    assert set(seat.stored()) == {1}


def test_more_time_is_shown_without_a_reload(seat: Seat) -> None:
    expect(seat.page.locator("[data-clock]")).to_have_text(re.compile("^(29|30):"))
    seat.change(deadline_at=now_utc() + dt.timedelta(minutes=25))
    choose(seat.page, 1, 0)
    expect(seat.page.locator("[data-clock]")).to_have_text(re.compile("^(24|25):"))


WRONG_CLOCK = """
() => {
  const Right = Date;
  window.Date = class extends Right {
    constructor(...said) { said.length ? super(...said) : super(2000, 0, 1); }
    static now() { return 946684800000; }
  };
}
"""


def test_a_device_clock_that_is_changed_changes_nothing(seat: Seat) -> None:
    first = choose(seat.page, 1, 0)
    expect(state_of(seat.page)).to_have_text(SAVED)
    seat.page.evaluate(WRONG_CLOCK)
    assert seat.page.evaluate("() => new Date().getFullYear()") == 2000
    second = choose(seat.page, 2, 0)
    with seat.page.expect_response(lambda reply: reply.url.endswith("/responses/1")):
        first = choose(seat.page, 1, 1)
    expect(state_of(seat.page)).to_have_text(SAVED)
    assert seat.stored() == {1: first, 2: second}
    expect(seat.page.locator("[data-clock]")).to_have_text(re.compile("^(28|29):"))
    announced = seat.page.locator("[data-announce]")
    seat.page.keyboard.press("Alt+t")
    expect(announced).to_have_text(re.compile("^还剩 (28|29) 分"))
