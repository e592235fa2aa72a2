"""Forms of quizzes."""

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

from flask_babel import gettext, lazy_gettext
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    DecimalField,
    Field,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from lms.people.models import Cohort
from lms.quizzes.domain.objections import TEXT_AT_MOST
from lms.quizzes.domain.review import ReviewRule
from lms.quizzes.domain.sittings import (
    MAX_ATTEMPTS,
    MAX_MINUTES,
    MAX_WAIT_MINUTES,
    Problem,
    Schedule,
)
from lms.quizzes.models import Quiz
from lms.web.form_base import Form

INPUT_FORMAT = "%Y-%m-%dT%H:%M"
_MISSING = lazy_gettext("请填写这一项。")


def review_words() -> list[tuple[str, str]]:
    """Return the review rules with what they mean to a candidate."""
    return [
        (ReviewRule.EVERYTHING.value, gettext("交卷后立即看到每题的作答、正确答案和讲解")),
        (
            ReviewRule.EVERYTHING_AFTER_CLOSE.value,
            gettext("先看每题对错，正确答案和讲解等考试时段结束后再看"),
        ),
        (ReviewRule.RESPONSES.value, gettext("只看自己的作答和每题对错，不看正确答案")),
        (ReviewRule.RESULT.value, gettext("只看得分和是否通过")),
    ]


class ScheduleForm(Form):
    """When a cohort takes a quiz, and by which rules. Times are in the organisation's zone."""

    cohort = SelectField(lazy_gettext("期次"), coerce=int, validators=[InputRequired(_MISSING)])
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
    review = RadioField(lazy_gettext("交卷后能看到什么"), validators=[InputRequired(_MISSING)])
    note = TextAreaField(lazy_gettext("给学员的说明（可不填）"), validators=[Length(max=500)])

    def set_choices(self, cohorts: Sequence[Cohort]) -> None:
        """Offer these cohorts, and the review rules."""
        self.cohort.choices = [(cohort.id, cohort.name) for cohort in cohorts]
        self.review.choices = review_words()

    def fill_from(self, quiz: Quiz, *, opens_at: dt.datetime, closes_at: dt.datetime) -> None:
        """Propose the quiz's usual rules and this window (local times)."""
        self.opens_at.data = opens_at
        self.closes_at.data = closes_at
        self.minutes.data = quiz.minutes
        self.max_attempts.data = quiz.max_attempts
        self.wait_minutes.data = quiz.wait_minutes
        self.cut_percent.data = Decimal(f"{quiz.cut_percent.normalize():f}")
        self.review.data = quiz.review

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
            if problem.field in self:
                field = self[problem.field]
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


class ObjectionForm(Form):
    """What somebody has to say about a question."""

    text = TextAreaField(
        lazy_gettext("哪里有问题"),
        validators=[
            DataRequired(lazy_gettext("请写一写哪里有问题。")),
            Length(max=TEXT_AT_MOST, message=lazy_gettext("最多 1000 字，请写短一些。")),
        ],
    )


def _outcomes() -> dict[str, str]:
    return {
        "yes": gettext("采纳：题目确实有问题"),
        "no": gettext("不采纳：题目没有问题"),
    }


class DecisionForm(Form):
    """The outcome of an objection."""

    upheld = RadioField(
        lazy_gettext("结论"),
        choices=_outcomes,
        validators=[InputRequired(lazy_gettext("请选一个结论。"))],
    )
    reason = TextAreaField(
        lazy_gettext("理由（学员会看到）"),
        validators=[
            DataRequired(lazy_gettext("请写明理由，学员会看到它。")),
            Length(max=TEXT_AT_MOST, message=lazy_gettext("最多 1000 字，请写短一些。")),
        ],
    )
    with_others = BooleanField(lazy_gettext("这一版其余没处理的疑问一并这样答复"))


class RekeyForm(Form):
    """What confirms a re-key: the reason, and that its consequences were read."""

    reason = TextAreaField(
        lazy_gettext("为什么更正"),
        validators=[
            DataRequired(lazy_gettext("请写明原因，以后查起来要看它。")),
            Length(max=500, message=lazy_gettext("最多 500 字，请写短一些。")),
        ],
    )
    reply = TextAreaField(lazy_gettext("回复提出疑问的学员"), validators=[Length(max=TEXT_AT_MOST)])
    in_bank = BooleanField()
    confirmed = BooleanField(
        lazy_gettext("我看过了上面的名单和人数"),
        validators=[DataRequired(lazy_gettext("请先看完名单和人数，再勾选这一项。"))],
    )


class UndoForm(Form):
    """Taking a re-key back, with the reason."""

    reason = TextAreaField(
        lazy_gettext("为什么撤销"),
        validators=[
            DataRequired(lazy_gettext("请写明原因，以后查起来要看它。")),
            Length(max=500, message=lazy_gettext("最多 500 字，请写短一些。")),
        ],
    )
