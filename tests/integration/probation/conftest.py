"""Fixtures of probation: people, and a clock that stands still in requests."""

import datetime as dt
from collections.abc import Callable

import pytest

from lms.people.domain.roles import RoleName
from tests.conftest import NOON
from tests.factories.people import make_person

SetClock = Callable[[dt.datetime], None]


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """Return a function that sets the instant at which requests happen."""

    def set_to(now: dt.datetime) -> None:
        monkeypatch.setattr("lms.clock.now_utc", lambda: now)

    return set_to


@pytest.fixture(autouse=True)
def noon(set_clock: SetClock) -> None:
    """Every request happens at noon, unless a test sets the clock."""
    set_clock(NOON)


@pytest.fixture
def hr(app) -> int:
    """Id of an HR officer."""
    with app.app_context():
        return make_person(RoleName.HR, name="沈佳宁").id
