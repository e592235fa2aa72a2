"""Forms that schedule a sitting and call it off."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from zoneinfo import ZoneInfo

from flask_babel import gettext, lazy_gettext
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    DecimalField,
    Field,
    IntegerField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from lms.quizzes.domain.sittings import (
    MAX_ATTEMPTS,
    MAX_MINUTES,
    MAX_WAIT_MINUTES,
    Problem,
    Schedule,
)
from lms.quizzes.forms.audience import AudienceFields
from lms.quizzes.forms.repeats import RepeatFields
from lms.quizzes.forms.review import ReviewFields
from lms.quizzes.forms.rules import RulesFields
from lms.quizzes.models import Quiz
from lms.web.form_base import Form

INPUT_FORMAT = "%Y-%m-%dT%H:%M"
_MISSING = lazy_gettext("请填写这一项。")


class ScheduleForm(AudienceFields, RepeatFields, ReviewFields, RulesFields):
    """Who takes a quiz, when, and by which rules. Times are in the organisation's zone."""

    opens_at = DateTimeLocalField(
        lazy_gettext("开放时间"), format=INPUT_FORMAT, validators=[InputRequired(_MISSING)]
    )
    closes_at = DateTimeLocalField(
        lazy_gettext("结束时间"), format=INPUT_FORMAT, validators=[InputRequired(_MISSING)]
    )
    minutes = IntegerField(
        lazy_gettext("每次作答时长（分钟）"),
        validators=[
            InputRequired(_MISSING),
            NumberRange(1, MAX_MINUTES, lazy_gettext("请填 1 到 480 之间的整数。")),
        ],
    )
    max_attempts = IntegerField(
        lazy_gettext("每人可考次数"),
        validators=[
            InputRequired(_MISSING),
            NumberRange(1, MAX_ATTEMPTS, lazy_gettext("请填 1 到 10 之间的整数。")),
        ],
    )
    wait_minutes = IntegerField(
        lazy_gettext("两次之间至少间隔（分钟）"),
        validators=[
            InputRequired(_MISSING),
            NumberRange(0, MAX_WAIT_MINUTES, lazy_gettext("请填 0 到 20160（14 天）之间的整数。")),
        ],
    )
    cut_percent = DecimalField(
        lazy_gettext("及格线（%）"),
        places=None,
        validators=[
            InputRequired(_MISSING),
            NumberRange(1, 100, lazy_gettext("请填 1 到 100 之间的数。")),
        ],
    )
    anyway = BooleanField(lazy_gettext("我知道有冲突，照样安排"))
    note = TextAreaField(lazy_gettext("给学员的说明（可不填）"), validators=[Length(max=500)])

    def fill_from(self, quiz: Quiz, *, opens_at: dt.datetime, closes_at: dt.datetime) -> None:
        """Propose the quiz's usual rules and this window (local times)."""
        self.opens_at.data = opens_at
        self.closes_at.data = closes_at
        self.minutes.data = quiz.minutes
        self.max_attempts.data = quiz.max_attempts
        self.wait_minutes.data = quiz.wait_minutes
        self.cut_percent.data = Decimal(f"{quiz.cut_percent.normalize():f}")
        self.fill_review(quiz.review)

    def validate_cut_percent(self, field: Field) -> None:
        """Refuse more than two decimals: the stored value would be another one than the one shown."""
        if field.data is not None and field.data != round(field.data, 2):
            field.errors = [*field.errors, gettext("最多两位小数。")]

    def as_schedule(self, zone: ZoneInfo) -> Schedule:
        """Return the schedule asked for; call after the form has validated."""
        return Schedule(
            opens_at=_as_utc(self.opens_at.data, zone),
            closes_at=_as_utc(self.closes_at.data, zone),
            minutes=int(self.minutes.data or 0),
            max_attempts=int(self.max_attempts.data or 0),
            wait_minutes=int(self.wait_minutes.data or 0),
            cut_percent=Decimal(self.cut_percent.data or 0),
        )

    def show_problems(self, problems: Iterable[Problem]) -> bool:
        """Put problems to their fields; True when there are any."""
        words = problem_words()
        any_found = False
        for problem in problems:
            any_found = True
            sentence = words.get(problem.code, problem.code)
            name = self.audience_field if problem.field in {"cohort", "persons"} else problem.field
            if name in self:
                field = self[name]
                field.errors = [*field.errors, sentence]
            else:
                self.form_errors.append(sentence)
        return any_found


def problem_words() -> dict[str, str]:
    """Return the sentence of each code of ``check_sitting``."""
    return {
        "closes_in_the_past": gettext("结束时间已经过去了，请改到现在之后。"),
        "closes_before_opening": gettext("结束时间要晚于开放时间。"),
        "window_too_long": gettext("开放时段最长 60 天，请缩短。"),
        "opens_in_the_past": gettext("开放时间已经过去了；想马上开始，就填现在的时间。"),
        "minutes_exceed_window": gettext("作答时长比开放时段还长，请缩短时长或延后结束时间。"),
        "out_of_range": gettext("这个数超出了允许的范围。"),
        "nobody_enrolled": gettext("这一期还没有人报名这个培养方案，请先报名或换一期。"),
        "nobody_invited": gettext("一个人都没有，请至少选一个人，或换一个小组。"),
        "not_enrolled": gettext("选中的人里有的已经不在培养中，请去掉再安排。"),
        "no_cohort": gettext("选中的人都不在任何一期里，请先把他们加进一期。"),
        "no_opening": gettext("到这一天为止一次也不会开放，请把日期往后改。"),
        "pool_too_small": gettext("题库里可用的题目不够抽一张卷，请先补充题目。"),
    }


def _as_utc(local: dt.datetime | None, zone: ZoneInfo) -> dt.datetime:
    if local is None:  # pragma: no cover - required by the form
        raise ValueError("a time is missing")
    return local.replace(tzinfo=zone).astimezone(dt.UTC)


class CancelForm(Form):
    """Calling a sitting off, with the reason its candidates are told."""

    reason = StringField(
        lazy_gettext("取消原因（会发给学员）"),
        validators=[DataRequired(_MISSING), Length(max=500)],
    )
