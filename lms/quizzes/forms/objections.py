"""Forms of objections to a question."""

from flask_babel import gettext, lazy_gettext
from wtforms import (
    BooleanField,
    RadioField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length

from lms.quizzes.domain.objections import TEXT_AT_MOST
from lms.web.form_base import Form

_MISSING = lazy_gettext("请填写这一项。")


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
