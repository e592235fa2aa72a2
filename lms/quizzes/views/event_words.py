"""What happened to an attempt, in words for its owner and for staff: both read the same."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext, ngettext

from lms.quizzes.domain.events import NOTED_BY_BROWSER, EventKind
from lms.quizzes.models import AttemptEvent

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event as a page shows it.

    Attributes:
        at: When.
        words: What.
        reason: Why, in the words of who did it; empty when nobody gave one.
        is_noted: Whether the browser reported it or it is a change of device, and not a deed of staff.
    """

    at: dt.datetime
    words: str
    reason: str
    is_noted: bool


def event_lines(events: Iterable[AttemptEvent]) -> list[EventLine]:
    """Return events as lines, in the order given."""
    return [
        EventLine(
            one.at,
            _WORDS[EventKind(one.kind)](one.facts),
            str(one.facts.get("reason") or ""),
            one.kind in NOTED_BY_BROWSER or one.kind == EventKind.NEW_DEVICE,
        )
        for one in events
    ]


def _came_back(facts: Facts) -> str:
    return duration_words(gettext("回到考试页面，离开了"), int(facts.get("seconds", 0)))


def duration_words(before: str, seconds: int) -> str:
    """Return a length of time in minutes and seconds, after other words."""
    minutes, rest = divmod(seconds, 60)
    if minutes:
        return str(gettext("%(before)s %(m)s 分 %(s)s 秒", before=before, m=minutes, s=rest))
    return str(ngettext("%(before)s %(num)s 秒", "%(before)s %(num)s 秒", rest, before=before))


def _pasted(facts: Facts) -> str:
    length, position = int(facts.get("length", 0)), facts.get("position")
    words = ngettext("粘贴了 %(num)s 个字", "粘贴了 %(num)s 个字", length)
    if position is None:
        return str(words)
    return str(gettext("第 %(n)s 题：%(words)s", n=position, words=words))


def _extended(facts: Facts) -> str:
    minutes = int(facts.get("minutes", 0))
    return str(ngettext("老师给你加了 %(num)s 分钟", "老师给你加了 %(num)s 分钟", minutes))


_WORDS: Mapping[EventKind, Callable[[Facts], str]] = {
    EventKind.EXTENDED: _extended,
    EventKind.PAUSED: lambda _facts: str(gettext("老师暂停了考试，时间停住")),
    EventKind.RESUMED: lambda _facts: str(gettext("考试继续，时间接着走")),
    EventKind.REOPENED: lambda _facts: str(gettext("交卷后，老师重新打开了这份卷子")),
    EventKind.CLOSED: lambda _facts: str(gettext("老师提前收了这份卷子")),
    EventKind.SUBMITTED_LATE: lambda _facts: str(gettext("断网时按时交的卷，恢复后才传到")),
    EventKind.LEFT_PAGE: lambda _facts: str(gettext("离开考试页面")),
    EventKind.CAME_BACK: _came_back,
    EventKind.NEW_DEVICE: lambda _facts: str(gettext("换了一台设备或浏览器作答")),
    EventKind.PASTED: _pasted,
}
