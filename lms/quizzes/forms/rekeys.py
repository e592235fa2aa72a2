"""Forms of corrections of a key."""

from flask_babel import lazy_gettext
from wtforms import (
    BooleanField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length

from lms.quizzes.domain.objections import TEXT_AT_MOST
from lms.web.form_base import Form

_MISSING = lazy_gettext("请填写这一项。")


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
