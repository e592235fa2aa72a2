"""A clock that stands still for requests."""

import datetime as dt
from collections.abc import Callable

import pytest

from tests.factories.defense import AFTERNOON

SetClock = Callable[[dt.datetime], None]


@pytest.fixture(autouse=True)
def set_clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """Return a function that sets the instant of the following requests; 14:00 on the day of the defense."""

    def set_to(now: dt.datetime) -> None:
        monkeypatch.setattr("lms.clock.now_utc", lambda: now)

    set_to(AFTERNOON)
    return set_to
