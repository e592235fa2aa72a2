"""The form that settles papers typed twice."""

import datetime as dt
from zoneinfo import ZoneInfo

from flask_babel import gettext, lazy_gettext
from wtforms import DateTimeLocalField
from wtforms.validators import InputRequired

from lms.errors import InvalidInput
from lms.quizzes.queries.printing import Times
from lms.web.form_base import Form

_FORMAT = "%Y-%m-%dT%H:%M"
_MISSING = lazy_gettext("请填写这一项。")


class TimesForm(Form):
    """When papers were begun and handed in, in the organisation's zone."""

    started_at = DateTimeLocalField(
        lazy_gettext("开考时间"), format=_FORMAT, validators=[InputRequired(_MISSING)]
    )
    submitted_at = DateTimeLocalField(
        lazy_gettext("收卷时间"), format=_FORMAT, validators=[InputRequired(_MISSING)]
    )

    def fill_from(self, times: Times, zone: ZoneInfo) -> None:
        """Propose these times."""
        self.started_at.data = times.started_at.astimezone(zone).replace(tzinfo=None)
        self.submitted_at.data = times.submitted_at.astimezone(zone).replace(tzinfo=None)

    def as_times(self, zone: ZoneInfo) -> Times:
        """Return the times; call after the form has validated."""
        return Times(_as_utc(self.started_at.data, zone), _as_utc(self.submitted_at.data, zone))

    def show_refusal(self, error: InvalidInput) -> None:
        """Put what ``typed_times`` says to the field it is about."""
        field, words = {
            "reversed": (self.submitted_at, gettext("收卷要晚于开考。")),
            "future": (self.submitted_at, gettext("收卷时间还没到，请按实际时间填。")),
            "before_print": (self.started_at, gettext("开考不会早于出卷的时间，请检查。")),
        }[str(error.facts["problem"])]
        field.errors = [*field.errors, words]


def _as_utc(local: dt.datetime | None, zone: ZoneInfo) -> dt.datetime:
    if local is None:  # pragma: no cover - required by the form
        raise ValueError("a time is missing")
    return local.replace(tzinfo=zone).astimezone(dt.UTC)
