"""What the statistics of a bank can be narrowed by: all that its items can be, and what was found out about them."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from flask_babel import gettext

from lms.questions.models import ItemBank
from lms.questions.queries import ItemFilter, count_items, list_groups
from lms.questions.views.filtering import Widget, Widgets, asked_for, make_widgets, read_filter
from lms.quizzes.queries.statistics import ItemReport
from lms.quizzes.views.statistics_words import code_words

_ALL_VERSIONS = "all"
_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Span:
    """A range that a figure must be in; None leaves a side open."""

    low: Decimal | None
    high: Decimal | None

    @property
    def is_open(self) -> bool:
        """Whether every figure is in it, and none is too."""
        return self.low is None and self.high is None

    def holds(self, figure: Decimal | None) -> bool:
        """Say whether a figure is in the range; one that is not known is in an open one only."""
        if self.is_open or figure is None:
            return self.is_open
        return (self.low is None or figure >= self.low) and (
            self.high is None or figure <= self.high
        )


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What is asked for.

    Attributes:
        items: What holds of the items.
        alert: Code of an alert they must have, in lower case.
        difficulty: Share of right answers, in percent.
        discrimination: Correlation with the rest of the paper.
        with_older: Whether versions that are no longer in use are listed too.
        order: How the list is ordered.
        typed: The numbers as they were typed.
    """

    items: ItemFilter
    alert: str
    difficulty: Span
    discrimination: Span
    with_older: bool
    order: str
    typed: Mapping[str, str]

    @property
    def is_narrowed(self) -> bool:
        """Whether anything may be left out."""
        return (
            self.items.is_narrowed
            or bool(self.alert)
            or not self.difficulty.is_open
            or not self.discrimination.is_open
        )

    def is_wanted(self, report: ItemReport) -> bool:
        """Say whether what was found out about an item is what is asked for."""
        share = report.figures.difficulty
        percent = None if share is None else share * _HUNDRED
        codes = {one.code.name.lower() for one in report.alerts}
        return (
            (not self.alert or self.alert in codes)
            and self.difficulty.holds(percent)
            and self.discrimination.holds(report.figures.discrimination)
        )


def read_narrowing(asked: Mapping[str, str]) -> Narrowing:
    """Return what an address asks for; numbers that are none ask for nothing."""
    typed = {name: asked.get(name, "").strip()[:12] for name in _RANGES}
    return Narrowing(
        items=read_filter({**asked, "purpose": "", "sort": ""}),
        alert=asked.get("alert", ""),
        difficulty=Span(_number(typed["p_from"]), _number(typed["p_to"])),
        discrimination=Span(_number(typed["d_from"]), _number(typed["d_to"])),
        with_older=asked.get("versions") == _ALL_VERSIONS,
        order=asked.get("order", ""),
        typed=typed,
    )


_RANGES = ("p_from", "p_to", "d_from", "d_to")


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.rstrip("%％"))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def list_url_facts(wanted: Narrowing) -> dict[str, str]:
    """Return what the list of the bank's items must be asked for to be narrowed in the same way."""
    return asked_for(wanted.items)


def make_statistics_widgets(bank: ItemBank, wanted: Narrowing) -> Widgets:
    """Return the fields of the list: those of the bank's own, and those of figures and alerts."""
    count = count_items([bank.id])[bank.id]
    shared = make_widgets(bank, wanted.items, total=count.all, groups=list_groups(bank.id))
    every = ("", gettext("全部"))
    alerts = [(code.name.lower(), words) for code, words in code_words().items()]
    versions = [("", gettext("现在用的版本")), (_ALL_VERSIONS, gettext("也看旧版本"))]
    asked_version = _ALL_VERSIONS if wanted.with_older else ""
    labels = {
        "p_from": gettext("答对率至少百分之"),
        "p_to": gettext("答对率至多百分之"),
        "d_from": gettext("区分度至少"),
        "d_to": gettext("区分度至多"),
    }
    more = [
        Widget("versions", gettext("版本"), asked_version, versions),
        *(
            Widget(name, label, wanted.typed[name], (), is_typed=True)
            for name, label in labels.items()
        ),
        *(widget for widget in shared.more if widget.name != "purpose"),
    ]
    alert = Widget("alert", gettext("提醒"), wanted.alert, [every, *alerts])
    return Widgets([alert, *shared.first], more)


def statistics_order(wanted: Narrowing) -> Widget:
    """Return the field for the order of the list."""
    orders = [
        ("", gettext("最该看的在前")),
        ("hard", gettext("最难的在前")),
        ("discrimination", gettext("区分度低的在前")),
        ("people", gettext("答过的人多的在前")),
        ("authored", gettext("题库里的顺序")),
    ]
    return Widget("order", gettext("排序"), wanted.order, orders)
