"""The further rules of a sitting, as fields for every form that schedules one."""

from enum import StrEnum

from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField, Field, IntegerField, RadioField, StringField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional

from lms.quizzes.domain.admission import NETWORKS_AT_MOST, BadNetworkError, read_networks
from lms.quizzes.domain.rules import (
    GRACE_AT_MOST,
    PASSWORD_AT_MOST,
    PLEDGE_AT_MOST,
    PagingRule,
    SittingRules,
    TimeoutRule,
)
from lms.web.form_base import Form

_USUAL = SittingRules()


class RulesFields(Form):
    """Fields of ``SittingRules``, named as there. Inherit, and include ``quizzes/_rules_fields.html``."""

    timeout = RadioField(lazy_gettext("时间到了还没交卷"), default=_USUAL.timeout.value)
    grace_minutes = IntegerField(
        lazy_gettext("宽限（分钟）"),
        default=_USUAL.grace_minutes,
        validators=[
            Optional(),
            NumberRange(0, GRACE_AT_MOST, lazy_gettext("请填 0 到 60 之间的整数。")),
        ],
    )
    password = StringField(
        lazy_gettext("考场口令"),
        validators=[Length(max=PASSWORD_AT_MOST, message=lazy_gettext("最多 40 个字。"))],
    )
    networks = TextAreaField(lazy_gettext("只能从这些网络开考"))
    pledge = TextAreaField(
        lazy_gettext("诚信承诺"),
        validators=[Length(max=PLEDGE_AT_MOST, message=lazy_gettext("最多 1000 个字。"))],
    )
    paging = RadioField(lazy_gettext("一次看多少题"), default=_USUAL.paging.value)
    watermark = BooleanField(lazy_gettext("试卷背景印上姓名"))
    has_two_markers = BooleanField(lazy_gettext("问答题由两个人分别批阅"))
    retake_on_missed = BooleanField(lazy_gettext("再考时先抽上次答错的知识点"))
    opens_make_up = BooleanField(lazy_gettext("缺考或没通过的人，自动安排一场补考"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.timeout.choices = [
            (TimeoutRule.SUBMIT.value, gettext("自动交卷，按已保存的答案算分")),
            (
                TimeoutRule.GRACE.value,
                gettext("自动交卷，但断网的人还能在宽限时间内补传到时之前的作答"),
            ),
            (TimeoutRule.ABANDON.value, gettext("这一次作废，不算分，次数照样用掉")),
        ]
        self.paging.choices = [
            (PagingRule.ALL.value, gettext("整张试卷，前后都能看")),
            (PagingRule.ONE.value, gettext("一次一题，可以翻回去")),
            (PagingRule.FORWARD.value, gettext("一次一题，翻过去就不能回来改")),
        ]

    def validate_networks(self, field: Field) -> None:
        """Name the line that is no network."""
        try:
            networks = read_networks(field.data or "")
        except BadNetworkError as error:
            field.errors = [
                *field.errors,
                gettext(
                    "第 %(line)s 行“%(text)s”不是网络地址，请写成 192.168.1.0/24 这样。",
                    line=error.line,
                    text=error.text,
                ),
            ]
            return
        if len(networks) > NETWORKS_AT_MOST:
            field.errors = [*field.errors, gettext("最多 %(n)s 个网络。", n=NETWORKS_AT_MOST)]

    @property
    def rules_differ(self) -> bool:
        """Whether anything differs from the usual or is wrong, so that the fields must not stay folded."""
        names = RULE_FIELDS
        if any(self[name].errors for name in names):
            return True
        return any((self[name].data or "") != (_shown(name) or "") for name in names)

    def fill_rules(self, rules: SittingRules) -> None:
        """Show these rules."""
        for name in RULE_FIELDS:
            self[name].data = _shown(name, rules)

    def as_rules(self) -> SittingRules:
        """Return the rules asked for; call after the form has validated."""
        grace = self.grace_minutes.data
        return SittingRules(
            timeout=TimeoutRule(self.timeout.data),
            grace_minutes=_USUAL.grace_minutes if grace is None else grace,
            password=self.password.data or "",
            networks=read_networks(self.networks.data or ""),
            pledge=self.pledge.data or "",
            paging=PagingRule(self.paging.data),
            watermark=self.watermark.data,
            has_two_markers=self.has_two_markers.data,
            retake_on_missed=self.retake_on_missed.data,
            opens_make_up=self.opens_make_up.data,
        )


RULE_FIELDS = (
    "timeout",
    "grace_minutes",
    "password",
    "networks",
    "pledge",
    "paging",
    "watermark",
    "has_two_markers",
    "retake_on_missed",
    "opens_make_up",
)
"""Names of the fields, in the order of the page."""


def _shown(name: str, rules: SittingRules = _USUAL) -> object:
    """Return a rule as its field holds it."""
    value = getattr(rules, name)
    if isinstance(value, StrEnum):
        return value.value
    return "\n".join(value) if isinstance(value, tuple) else value
