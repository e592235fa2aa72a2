"""Forms of certificates."""

from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from lms.web.form_base import Form


class VerifyForm(Form):
    """The code that a stranger types."""

    code = StringField(
        _("验证码"),
        validators=[DataRequired(message=_("请输入证书上的验证码。")), Length(max=60)],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )
