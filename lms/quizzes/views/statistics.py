"""Pages of item statistics, for those who write and check items."""

from collections.abc import Callable
from decimal import Decimal
from urllib.parse import urlencode

from flask import Response, render_template, request
from flask_babel import gettext

from lms.errors import NotFound
from lms.people.access import QUALITY, TRAINER, requires
from lms.people.queries import list_cohorts
from lms.psychometrics.dif import PEOPLE_AT_LEAST
from lms.psychometrics.items import Third
from lms.questions.forms import type_words
from lms.questions.models import ItemBank
from lms.questions.queries import get_bank, get_item, list_versions
from lms.quizzes.domain.item_statistics import INDEX_AT_LEAST
from lms.quizzes.queries import count_of_versions
from lms.quizzes.queries import statistics as queries
from lms.quizzes.queries.marks import find_agreement
from lms.quizzes.queries.statistics import ItemReport
from lms.quizzes.views.acts import act_for, list_acts
from lms.quizzes.views.frame import blueprint
from lms.quizzes.views.statistics_filters import (
    list_url_facts,
    make_statistics_widgets,
    read_narrowing,
    statistics_order,
)
from lms.quizzes.views.statistics_words import (
    TONES,
    alert_words,
    code_words,
    cohort_words,
    option_labels,
    percent_words,
    seconds_words,
)
from lms.web.listing import PAGE_SIZE, Column, Page, as_xlsx, search_words

MAY_READ = TRAINER | QUALITY

_LAST = Decimal(2)
#: How the list may be ordered; the authored order stays among equals.
_ORDERS: dict[str, Callable[[ItemReport], object]] = {
    "urgency": lambda one: one.urgency,
    "hard": lambda one: one.figures.right / one.figures.n,
    "discrimination": lambda one: (
        _LAST if one.figures.discrimination is None else one.figures.discrimination
    ),
    "people": lambda one: -one.figures.n,
    "authored": lambda _one: 0,
}


def third_words() -> dict[Third, str]:
    """Return the words of the thirds, best first."""
    return {
        Third.TOP: gettext("高分组"),
        Third.MIDDLE: gettext("中间组"),
        Third.BOTTOM: gettext("低分组"),
    }


@blueprint.context_processor
def _names() -> dict[str, object]:
    return {
        "act_for": act_for,
        "alert_words": alert_words,
        "list_acts": list_acts,
        "option_labels": option_labels,
        "percent_words": percent_words,
        "seconds_words": seconds_words,
    }


@blueprint.get("/banks/<key>/statistics")
@requires(MAY_READ)
def bank_statistics(key: str) -> str | Response:
    """Show the items of a bank with what first attempts say; ``?format=xlsx`` downloads the list."""
    bank = get_bank(key)
    asked = read_narrowing(request.args)
    reports = queries.list_reports(bank.id, asked.items, with_older=asked.with_older)
    wanted = [one for one in reports if asked.is_wanted(one)]
    wanted.sort(key=_ORDERS.get(asked.order, _ORDERS["urgency"]))  # type: ignore[arg-type]
    if request.args.get("format") == "xlsx":
        return _sheet(bank, wanted)
    return render_template(
        "quizzes/statistics_bank.html",
        bank=bank,
        page=_page(wanted),
        widgets=make_statistics_widgets(bank, asked),
        order=statistics_order(asked),
        is_narrowed=asked.is_narrowed,
        bank_facts=list_url_facts(asked),
        unanswered=queries.count_unanswered(bank.id),
        reliabilities=queries.list_reliabilities(bank.key),
        codes=code_words(),
        tones=TONES,
        types=type_words(),
        least=INDEX_AT_LEAST,
        xlsx_url=_xlsx_url(),
    )


def _xlsx_url() -> str:
    """Return the address of this list, as narrowed now, as a download."""
    asked = {name: value for name, value in request.args.items() if name != "page"}
    return f"{request.path}?{urlencode({**asked, 'format': 'xlsx'})}"


def _page(reports: list[ItemReport]) -> Page[ItemReport]:
    pages = max(1, -(-len(reports) // PAGE_SIZE))
    number = min(max(1, request.args.get("page", 1, type=int)), pages)
    return Page(
        rows=reports[(number - 1) * PAGE_SIZE : number * PAGE_SIZE],
        number=number,
        pages=pages,
        total=len(reports),
        words=search_words(),
    )


def _sheet(bank: ItemBank, reports: list[ItemReport]) -> Response:
    types = type_words()
    columns: list[Column[ItemReport]] = [
        Column(gettext("编号"), lambda one: one.version.item.key, 20),
        Column(gettext("版本"), lambda one: one.version.number, 8),
        Column(gettext("题干"), lambda one: one.words.stem, 48),
        Column(gettext("题型"), lambda one: types.get(one.version.type, one.version.type), 12),
        Column(gettext("答过的人数"), lambda one: one.figures.n, 12),
        Column(gettext("答对人数"), lambda one: one.figures.right, 10),
        Column(gettext("没作答人数"), lambda one: one.figures.omitted, 12),
        Column(gettext("答对率（%）"), lambda one: _percent(one.figures.difficulty), 12),
        Column(
            gettext("答对率区间下限（%）"),
            lambda one: one.figures.interval and _percent(one.figures.interval.low),
            18,
        ),
        Column(
            gettext("答对率区间上限（%）"),
            lambda one: one.figures.interval and _percent(one.figures.interval.high),
            18,
        ),
        Column(gettext("区分度"), lambda one: _rounded(one.figures.discrimination), 10),
        Column(gettext("提醒"), _alerts_text, 60),
    ]
    return as_xlsx(reports, columns, f"{gettext('题目统计')}-{bank.title}")


def _percent(share: Decimal | None) -> Decimal | None:
    return None if share is None else round(share * 100, 1)


def _rounded(value: Decimal | None) -> Decimal | None:
    return None if value is None else round(value, 2)


def _alerts_text(report: ItemReport) -> str:
    labels = option_labels(report.words)
    return " ".join(alert_words(alert, labels) for alert in report.alerts)


@blueprint.get("/items/<key>/statistics")
@requires(MAY_READ)
def item_statistics(key: str) -> str:
    """Show one version of an item: who chose what, and what that calls for; ``?version=`` names another."""
    item = get_item(key)
    numbers = queries.list_answered_numbers(item.id)
    versions = {version.number: version for version in list_versions(item.id)}
    # The current version may be too new to have been answered: then the newest that was.
    shown = item.version if item.version in numbers or not numbers else numbers[0]
    version = versions.get(request.args.get("version", shown, type=int))
    if version is None:
        raise NotFound("item_version", item=key)
    report = queries.get_report(version)
    return render_template(
        "quizzes/statistics_item.html",
        item=item,
        report=report,
        figures=report.figures,
        labels=option_labels(report.words),
        median=queries.find_median_seconds(version.id),
        objectors=count_of_versions([version.id]).get(version.id, 0),
        cohort_rows=_cohort_rows(report),
        cohort_least=PEOPLE_AT_LEAST,
        common=[] if report.words.keys else queries.list_common_answers(version.id),
        agreement=find_agreement(version.id) if report.figures.by_share else None,
        numbers=numbers,
        thirds=third_words(),
        codes=code_words(),
        tones=TONES,
        types=type_words(),
        least=INDEX_AT_LEAST,
    )


def _cohort_rows(report: ItemReport) -> list[dict[str, object]]:
    """Return each cohort's name, people and comparison in words, the largest first."""
    if not report.cohorts:
        return []
    names = {cohort.id: cohort.name for cohort in list_cohorts()}
    rows: list[dict[str, object]] = []
    for one in report.cohorts:
        words, tone = cohort_words(one, names[one.cohort_id])
        rows.append({"figures": one, "name": names[one.cohort_id], "words": words, "tone": tone})
    return rows
