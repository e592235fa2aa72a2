"""A candidate's device in the middle of an attempt, and what the server has of it."""

import datetime as dt
import re
from dataclasses import dataclass

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from sqlalchemy import func, select, update

from lms.clock import now_utc
from lms.db import db
from lms.gradebook.models import GradeEntry
from lms.quizzes.models import Attempt, AttemptEvent, Sitting
from lms.quizzes.queries import list_answers
from tests.factories.people import PASSWORD
from tests.factories.quizzes import HOUR, get_attempt_row, make_exam
from tests.faults.conftest import Deployment

ITEMS = 6
SAVED = re.compile("^已保存 ")


@dataclass
class Seat:
    """A candidate's device in the middle of an attempt."""

    deployment: Deployment
    context: BrowserContext
    page: Page
    identity: str
    attempt_id: int

    def stored(self) -> dict[int, list[str]]:
        """What the server has, by position."""
        with self.deployment.app.app_context():
            rows = list_answers(self.attempt_id)
            db.session.remove()
        return {position: row.answer.get("chosen", []) for position, row in rows.items()}

    def change(self, **columns: object) -> None:
        """Change the attempt's row, as staff do."""
        with self.deployment.app.app_context():
            db.session.execute(
                update(Attempt).where(Attempt.id == self.attempt_id).values(**columns)
            )
            db.session.commit()
            db.session.remove()

    def ending(self) -> tuple[str, dt.datetime | None, int, list[str]]:
        """State, end, ledger entries and events of the attempt."""
        with self.deployment.app.app_context():
            row = get_attempt_row(self.attempt_id)
            source = GradeEntry.source == f"attempt:{self.attempt_id}"
            entries = db.session.scalar(select(func.count()).where(source)) or 0
            events = db.session.scalars(
                select(AttemptEvent.kind).where(AttemptEvent.attempt_id == self.attempt_id)
            ).all()
            found = (row.state, row.submitted_at, entries, list(events))
            db.session.remove()
        return found

    def url(self, path: str = "") -> str:
        return f"http://127.0.0.1:{self.deployment.port}/attempts/{self.attempt_id}{path}"

    def open_paper(self, page: Page | None = None) -> Page:
        page = page or self.context.new_page()
        page.goto(self.url())
        expect(page.locator("#paper[data-ready]")).to_be_visible()
        return page


def choose(page: Page, position: int, index: int) -> list[str]:
    """Choose an option and return what the page shows as chosen; some items take several."""
    inputs = page.locator(f"#item-{position} .option input")
    values = [str(one.get_attribute("value")) for one in inputs.all()]
    before = [one.is_checked() for one in inputs.all()]
    takes_many = inputs.first.get_attribute("type") == "checkbox"
    inputs.nth(index).check()
    kept = [value for value, was in zip(values, before, strict=True) if was and takes_many]
    return sorted({*kept, values[index]})


def state_of(page: Page) -> Locator:
    """Where the page says what is saved."""
    return page.locator("[data-save-state]")


def sign_in(deployment: Deployment, context: BrowserContext, identity: str) -> Page:
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{deployment.port}/login")
    page.locator("[name=identity]").fill(identity)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("form:has([name=identity]) [type=submit]").click()
    page.wait_for_url(re.compile(r"^(?!.*/login).*$"))
    return page


def make_seat(running: Deployment, browser: Browser, **sitting: object) -> Seat:
    """Start an attempt on a phone."""
    with running.app.app_context():
        now = now_utc()
        exam = make_exam(
            items=ITEMS,
            draw=ITEMS,
            password=PASSWORD,
            sitting={"opens_at": now - HOUR, "closes_at": now + HOUR},
        )
        if sitting:
            db.session.execute(
                update(Sitting).where(Sitting.id == exam.sitting_id).values(**sitting)
            )
            db.session.commit()
        identity, sitting_id = exam.enrolments[0].person.username, exam.sitting_id
        db.session.remove()
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    page = sign_in(running, context, identity)
    page.goto(f"http://127.0.0.1:{running.port}/sittings/{sitting_id}/rules")
    page.get_by_role("button", name="开始考试").click()
    expect(page.locator("#paper[data-ready]")).to_be_visible()
    return Seat(running, context, page, identity, int(page.url.rsplit("/", 1)[1]))
