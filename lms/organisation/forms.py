"""Form of the organisation: its names, and how items become ready."""

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, StringField
from wtforms.validators import DataRequired, Length, Regexp

from lms.web.form_base import Form


class OrganisationForm(Form):
    """What certificates print as their issuer, and whether items need a second person."""

    name = StringField(_("组织名称"), validators=[DataRequired(), Length(max=80)])
    name_latin = StringField(_("英文名称"), validators=[Length(max=120)])
    serial_prefix = StringField(
        _("证书编号前缀"),
        validators=[
            DataRequired(),
            Regexp(r"^[A-Z0-9]{2,6}$", message=_("请用 2 到 6 位大写字母或数字。")),
        ],
    )
    signer_name = StringField(_("签发人姓名"), validators=[Length(max=60)])
    signer_title = StringField(_("签发人职务"), validators=[DataRequired(), Length(max=60)])
    signer_title_en = StringField(_("签发人职务（英文）"), validators=[Length(max=80)])
    second_review = BooleanField(
        _("新题和改过的题，要由另一个人审过才能用"),
        description=_(
            "出题人不能审自己写的那一版；改题时旧版照常使用，审过再换。"
            "关掉后，培训师和质检可以直接保存并启用。"
        ),
        default=True,
    )
