"""The form that gives a person more time."""

from collections.abc import Mapping

from flask_babel import gettext, lazy_gettext
from wtforms import DateField, IntegerField, RadioField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from lms.quizzes.domain.accommodations import LEAST_PERCENT, MOST_PERCENT, USUAL_PERCENTS
from lms.web.form_base import Form

_MISSING = lazy_gettext("请填写这一项。")
OTHER = "other"


class AccommodationForm(Form):
    """How much more time, from when until when, and why."""

    share = RadioField(lazy_gettext("每次作答多给多少时间"), validators=[InputRequired(_MISSING)])
    extra_percent = IntegerField(
        lazy_gettext("另填（%）"),
        validators=[
            Optional(),
            NumberRange(LEAST_PERCENT, MOST_PERCENT, lazy_gettext("请填 5 到 300 之间的整数。")),
        ],
    )
    from_on = DateField(lazy_gettext("从哪天起"), validators=[InputRequired(_MISSING)])
    until_on = DateField(lazy_gettext("到哪天止（可不填）"), validators=[Optional()])
    reason = StringField(
        lazy_gettext("原因"),
        validators=[DataRequired(_MISSING), Length(max=500)],
    )

    def set_choices(self) -> None:
        """Offer the usual shares, with what they make of forty minutes."""
        self.share.choices = [
            *(
                (
                    str(percent),
                    gettext(
                        "多 %(percent)s%%（40 分钟变成 %(minutes)s 分钟）",
                        percent=percent,
                        minutes=40 * (100 + percent) // 100,
                    ),
                )
                for percent in USUAL_PERCENTS
            ),
            (OTHER, gettext("其他")),
        ]

    def validate(self, extra_validators: Mapping[str, object] | None = None) -> bool:
        """Ask for the number where none of the usual ones is chosen; refuse an end before the beginning."""
        is_good = bool(super().validate(extra_validators))
        share, until_on = self.extra_percent, self.until_on
        if self.share.data == OTHER and share.data is None and not share.errors:
            share.errors = [gettext("请填 5 到 300 之间的整数。")]
        if until_on.data and self.from_on.data and until_on.data < self.from_on.data:
            until_on.errors = [*until_on.errors, gettext("结束日期要不早于开始日期。")]
        return is_good and not share.errors and not until_on.errors

    @property
    def percent(self) -> int:
        """The share asked for; call after the form has validated."""
        if self.share.data == OTHER:
            return int(self.extra_percent.data or 0)
        return int(self.share.data)
