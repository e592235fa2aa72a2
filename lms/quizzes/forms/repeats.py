"""Whether a sitting comes again, as fields of the form that schedules it."""

import datetime as dt
from collections.abc import Mapping

from flask_babel import gettext, lazy_gettext
from wtforms import DateField, Field, IntegerField, RadioField, SelectMultipleField
from wtforms.validators import NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from lms.quizzes.domain.series import LAST_DAY, Every, Repeat
from lms.web.form_base import Form

ONCE = "once"
_LONGEST = dt.timedelta(days=3 * 366)


def weekday_words() -> list[str]:
    """Return the days of the week from Monday."""
    return [
        gettext("周一"),
        gettext("周二"),
        gettext("周三"),
        gettext("周四"),
        gettext("周五"),
        gettext("周六"),
        gettext("周日"),
    ]


class RepeatFields(Form):
    """Once, every week or every month."""

    repeat = RadioField(
        lazy_gettext("重复"),
        default=ONCE,
        validate_choice=False,
    )
    weekdays = SelectMultipleField(
        lazy_gettext("每周哪几天"),
        coerce=int,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    month_day = IntegerField(
        lazy_gettext("每月几号"),
        validators=[
            Optional(),
            NumberRange(1, LAST_DAY, lazy_gettext("请填 1 到 31 之间的整数。")),
        ],
    )
    until_on = DateField(lazy_gettext("重复到哪天"), validators=[Optional()])

    def set_repeats(self) -> None:
        """Offer the ways to repeat, in the reader's language."""
        self.repeat.choices = [
            (ONCE, gettext("只这一次")),
            (Every.WEEK.value, gettext("每周")),
            (Every.MONTH.value, gettext("每月")),
        ]
        self.weekdays.choices = list(enumerate(weekday_words()))

    @property
    def comes_again(self) -> bool:
        """Whether it is more than this once."""
        return self.repeat.data in set(Every)

    def validate(self, extra_validators: Mapping[str, object] | None = None) -> bool:
        """Ask for the days and the end of a repetition."""
        is_good = bool(super().validate(extra_validators))
        if not self.comes_again:
            return is_good
        missing: list[Field] = []
        if self.repeat.data == Every.WEEK and not self.weekdays.data:
            missing.append(self.weekdays)
        if self.repeat.data == Every.MONTH and self.month_day.data is None:
            missing.append(self.month_day)
        if self.until_on.data is None:
            missing.append(self.until_on)
        for field in missing:
            field.errors = [*field.errors, gettext("请填写这一项。")]
        return is_good and not missing

    def as_repeat(self, opens_at: dt.datetime) -> Repeat:
        """Return the repetition asked for; call after the form has validated.

        Args:
            opens_at: The first opening, in local time: its date begins, its time of day is kept.
        """
        every = Every(self.repeat.data)
        days = self.weekdays.data or () if every is Every.WEEK else (self.month_day.data or 1,)
        until_on = self.until_on.data or opens_at.date()
        return Repeat(
            every=every,
            days=tuple(sorted(int(day) for day in days)),
            at=opens_at.time().replace(second=0, microsecond=0),
            from_on=opens_at.date(),
            until_on=min(until_on, opens_at.date() + _LONGEST),
        )
