"""Jinja filters: how instants, dates, durations and numbers are written."""

import datetime as dt
from decimal import Decimal
from functools import lru_cache

from babel.dates import format_skeleton
from flask import Flask
from flask_babel import get_locale, gettext, ngettext
from markupsafe import Markup

from lms.clock import local_date
from lms.config import Settings
from lms.web.markdown import render_inline, render_option

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_NONE = "—"


def register_filters(app: Flask, settings: Settings) -> None:
    """Add the filters to ``app``; instants are shown in the organisation's zone."""
    zone = settings.zone

    def when(at: dt.datetime | None) -> str:
        """Write an instant as date, hour and minute."""
        if at is None:
            return _NONE
        local = at.astimezone(zone)
        return f"{day(local.date())} {local:%H:%M}"

    def deadline(at: dt.datetime) -> str:
        """Write an instant until which something can be done: midnight is the end of the day before."""
        local = at.astimezone(zone)
        if local.time() == dt.time(0):
            return f"{day(local.date() - dt.timedelta(days=1))} 24:00"
        return when(at)

    app.jinja_env.filters.update(
        deadline=deadline,
        when=when,
        day=day,
        number=number,
        left=left,
        ago=ago,
        local_date=lambda at: local_date(at, zone),
        rich=rich,
        line=line,
    )


@lru_cache(maxsize=4096)
def rich(text: str) -> Markup:
    """Write authored Markdown (a stem, an explanation) as sanitised HTML.

    Kept in memory, as in `line`: the same few hundred texts stand on every paper.
    """
    return Markup(render_inline(text))  # noqa: S704 - render_inline sanitises


@lru_cache(maxsize=8192)
def line(text: str) -> Markup:
    """Write one line of authored Markdown (an option, feedback) as sanitised HTML, without a paragraph."""
    return Markup(render_option(text))  # noqa: S704 - render_option sanitises


def day(on: dt.date | None) -> str:
    """Write a date with its year, in words of the language."""
    return _NONE if on is None else str(format_skeleton("yMMMd", on, locale=get_locale()))


def number(value: Decimal | float | None) -> str:
    """Write a number with at most two decimal places and no trailing zeros."""
    if value is None:
        return _NONE
    return f"{value:.2f}".rstrip("0").rstrip(".")


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
    if seconds < _MINUTE:
        return str(gettext("刚刚"))
    return str(gettext("%(amount)s前", amount=_amount(seconds)))


def _amount(seconds: float) -> str:
    if seconds >= _DAY:
        return str(ngettext("%(num)d 天", "%(num)d 天", int(seconds // _DAY)))
    if seconds >= _HOUR:
        return str(ngettext("%(num)d 小时", "%(num)d 小时", int(seconds // _HOUR)))
    return str(ngettext("%(num)d 分钟", "%(num)d 分钟", max(1, int(seconds // _MINUTE))))
