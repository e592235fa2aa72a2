"""Jinja filters: how instants, dates, durations and numbers are written."""

import datetime as dt
from decimal import Decimal

from babel.dates import format_skeleton
from flask import Flask
from flask_babel import get_locale, gettext, ngettext

from lms.clock import local_date
from lms.config import Settings
from lms.web.markdown import render_inline, render_option

_DAY = 24 * 3600


def register_filters(app: Flask, settings: Settings) -> None:
    """Add the filters to ``app``; dates are shown in the organisation's zone."""
    zone = settings.zone

    def when(at: dt.datetime | None) -> str:
        """Day, month and minute; the year only when it is not the present one."""
        if at is None:
            return "—"
        local = at.astimezone(zone)
        return f"{day(local.date())} {local:%H:%M}"

    def day(on: dt.date | None) -> str:
        if on is None:
            return "—"
        return str(format_skeleton("yMMMd", on, locale=get_locale()))

    def number(value: Decimal | float | None) -> str:
        if value is None:
            return "—"
        text = f"{value:.2f}"
        return text.rstrip("0").rstrip(".")

    def left(until: dt.datetime, now: dt.datetime) -> str:
        """Say in words how long it is from ``now`` to ``until``, or how long it is past."""
        seconds = (until - now).total_seconds()
        amount = _amount(abs(seconds))
        if seconds < 0:
            return str(gettext("已过期 %(amount)s", amount=amount))
        return str(gettext("还有 %(amount)s", amount=amount))

    def ago(at: dt.datetime, now: dt.datetime) -> str:
        """Say in words how long ago ``at`` was."""
        seconds = (now - at).total_seconds()
        if seconds < 60:
            return str(gettext("刚刚"))
        return str(gettext("%(amount)s前", amount=_amount(seconds)))

    app.jinja_env.filters.update(
        when=when,
        day=day,
        number=number,
        left=left,
        ago=ago,
        local_date=lambda at: local_date(at, zone),
        rich=render_inline,
        line=render_option,
    )


def _amount(seconds: float) -> str:
    if seconds >= _DAY:
        days = int(seconds // _DAY)
        return str(ngettext("%(num)d 天", "%(num)d 天", days))
    if seconds >= 3600:
        hours = int(seconds // 3600)
        return str(ngettext("%(num)d 小时", "%(num)d 小时", hours))
    minutes = max(1, int(seconds // 60))
    return str(ngettext("%(num)d 分钟", "%(num)d 分钟", minutes))
