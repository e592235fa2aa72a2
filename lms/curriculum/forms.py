"""Forms of the curriculum."""

from collections.abc import Sequence

from flask_babel import lazy_gettext
from wtforms import DateField, SelectField
from wtforms.validators import InputRequired

from lms.curriculum.models import Programme
from lms.web.form_base import Form


class EnrolForm(Form):
    """Which programme a cohort goes through, and from which day on."""

    programme = SelectField(
        lazy_gettext("培养方案"),
        validators=[InputRequired(message=lazy_gettext("请选择培养方案。"))],
    )
    starts_on = DateField(
        lazy_gettext("开始日期（第 1 天）"),
        validators=[InputRequired(message=lazy_gettext("请填写开始日期，例如 2026-11-23。"))],
    )

    def offer(self, programmes: Sequence[Programme], *, english: bool) -> None:
        """Fill the list of programmes to choose from."""
        self.programme.choices = [
            (one.key, one.title_en if english else one.title) for one in programmes
        ]
