"""The words of the exam day board."""

from flask_babel import gettext

from lms.quizzes.domain.board import BoardState, Sign
from lms.quizzes.domain.events import EventKind
from lms.quizzes.domain.sittings import SittingState


def state_words() -> dict[SittingState, str]:
    """Return the words of a sitting's states."""
    return {
        SittingState.UPCOMING: gettext("未开放"),
        SittingState.OPEN: gettext("进行中"),
        SittingState.CLOSED: gettext("已结束"),
        SittingState.CANCELLED: gettext("已取消"),
    }


def board_words() -> dict[BoardState, str]:
    """Return the words of where a candidate stands."""
    return {
        BoardState.LOCKED: gettext("还不能考"),
        BoardState.ABSENT: gettext("未开始"),
        BoardState.RUNNING: gettext("作答中"),
        BoardState.PAUSED: gettext("已暂停"),
        BoardState.MARKING: gettext("待阅"),
        BoardState.PASSED: gettext("通过"),
        BoardState.FAILED: gettext("未通过"),
    }


def sign_words() -> dict[Sign, str]:
    """Return the words of what is worth a look."""
    return {
        Sign.AWAY: gettext("离开页面中"),
        Sign.QUIET: gettext("超过 3 分钟没动静"),
        Sign.SHORT: gettext("剩不到 5 分钟"),
        Sign.NEW_DEVICE: gettext("换过设备"),
        Sign.LEFT_PAGE: gettext("离开过页面"),
        Sign.PASTED: gettext("粘贴过"),
    }


def ended_words() -> dict[str, str]:
    """Return how an attempt ended that was not submitted."""
    return {
        "expired": gettext("到时自动交卷"),
        "abandoned": gettext("到时未交，不计分"),
    }


def event_words() -> dict[EventKind, str]:
    """Return the words of what happened to an attempt."""
    return {
        EventKind.EXTENDED: gettext("加了时间"),
        EventKind.PAUSED: gettext("暂停"),
        EventKind.RESUMED: gettext("继续"),
        EventKind.REOPENED: gettext("重新打开"),
        EventKind.CLOSED: gettext("提前结束"),
        EventKind.SUBMITTED_LATE: gettext("断网期间交卷，恢复后送达"),
        EventKind.LEFT_PAGE: gettext("离开页面"),
        EventKind.CAME_BACK: gettext("回到页面"),
        EventKind.NEW_DEVICE: gettext("换了一台设备作答"),
        EventKind.PASTED: gettext("往答案里粘贴了文字"),
    }
