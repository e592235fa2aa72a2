"""Forms of the exam day board: each act with its reason."""

from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import IntegerField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from lms.errors import InvalidState
from lms.quizzes.domain.board import MINUTES_AT_MOST, REASON_AT_MOST, REOPEN_AT_MOST
from lms.web.form_base import Form

_MISSING = lazy_gettext("请填写这一项。")
_REASON = [
    DataRequired(lazy_gettext("请写明原因，学员会看到它。")),
    Length(max=REASON_AT_MOST, message=lazy_gettext("最多 500 字，请写短一些。")),
]


class ActForm(Form):
    """A form that may stand beside others on a page: its ids begin with its name."""

    name = "act"

    def __init__(self) -> None:
        super().__init__()
        for field in self:
            field.id = field.label.field_id = f"{self.name}-{field.id}"

    def facts(self) -> dict[str, Any]:
        """Return what the services want of a valid form."""
        return {name: value for name, value in self.data.items() if name != "csrf_token"}

    def refuse(self, error: InvalidState) -> None:
        """Say in the form why the act could not be done."""
        words = refusal_words()
        self.form_errors.append(words.get(error.code, words["changed"]))


class MoreTimeForm(ActForm):
    """More minutes, for one or for all."""

    name = "extend"
    minutes = IntegerField(
        lazy_gettext("加几分钟"),
        default=10,
        validators=[
            InputRequired(_MISSING),
            NumberRange(1, MINUTES_AT_MOST, lazy_gettext("请填 1 到 120 之间的整数。")),
        ],
    )
    reason = StringField(lazy_gettext("原因（学员会看到）"), validators=_REASON)


class PauseForm(ActForm):
    """Why the clock stands still."""

    name = "pause"
    reason = StringField(lazy_gettext("原因（学员会看到）"), validators=_REASON)


class ResumeForm(ActForm):
    """Going on needs no words."""

    name = "resume"


class CloseForm(ActForm):
    """Why it ends now."""

    name = "close"
    reason = StringField(lazy_gettext("原因（学员会看到）"), validators=_REASON)


class ReopenForm(ActForm):
    """For how long an attempt is opened again, and why."""

    name = "reopen"
    minutes = IntegerField(
        lazy_gettext("从现在起给几分钟"),
        default=10,
        validators=[
            InputRequired(_MISSING),
            NumberRange(1, REOPEN_AT_MOST, lazy_gettext("请填 1 到 480 之间的整数。")),
        ],
    )
    reason = StringField(lazy_gettext("原因（学员会看到）"), validators=_REASON)


class AdmitForm(ActForm):
    """Within how many minutes a latecomer may start, and why."""

    name = "admit"
    minutes = IntegerField(
        lazy_gettext("几分钟内可以开始"),
        default=15,
        validators=[
            InputRequired(_MISSING),
            NumberRange(1, MINUTES_AT_MOST, lazy_gettext("请填 1 到 120 之间的整数。")),
        ],
    )
    reason = StringField(lazy_gettext("原因（学员会看到）"), validators=_REASON)


def refusal_words() -> dict[str, str]:
    """Return why an act could not be done, by code."""
    return {
        "changed": gettext("刚才情况变了，这一步没有做。请看最新的状态再决定。"),
        "sitting_not_open": gettext("这场考试没有在进行，没有人在作答。"),
        "sitting_not_paused": gettext("这场考试没有暂停，或者已经继续了。"),
        "sitting_paused": gettext("整场考试正暂停着，请先在考试页面继续全部。"),
        "attempt_not_running": gettext("这次作答已经结束了。"),
        "attempt_paused": gettext("这次作答已经暂停了。"),
        "attempt_not_paused": gettext("这次作答没有暂停，或者已经继续了。"),
        "attempt_running": gettext("这次作答还没有结束，不用重开。"),
        "attempt_followed": gettext("他之后又开始了一次作答，这一次不能再打开。"),
        "attempt_on_paper": gettext("这份答案是从纸上录入的，不能在线重开。"),
        "attempt_marked": gettext("已经有人批阅过他的答案，不能再打开。"),
        "attempt_objected": gettext("他已经看过结果并提了疑问，不能再打开。"),
        "not_shut_out": gettext("他已经开始过，或者现在就能开始，不用补进。"),
    }
