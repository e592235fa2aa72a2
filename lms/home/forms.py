"""Forms of the landing pages."""

from flask_babel import lazy_gettext as _
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from lms.web.form_base import Form


class WithdrawForm(Form):
    """Why somebody's way ends before its goal."""

    reason = TextAreaField(
        _("退出原因"),
        validators=[
            DataRequired(_("请写明为什么退出。")),
            Length(max=500, message=_("原因最多 500 个字。")),
        ],
    )
