"""The sentences of item statistics, for pages and sheets."""

from decimal import Decimal

from flask_babel import gettext

from lms.psychometrics.dif import PEOPLE_AT_LEAST, DifClass
from lms.questions.domain.items import Item, ItemType
from lms.quizzes.domain.cohorts import CohortFigures
from lms.quizzes.domain.item_alerts import Alert, AlertCode
from lms.quizzes.domain.item_statistics import INDEX_AT_LEAST, ItemFigures

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MINUTE = 60
#: From here down a discrimination is said to be turned round, not merely weak.
_TURNED = Decimal("-0.1")

TONES = {
    AlertCode.KEY_SUSPECT: "bad",
    AlertCode.WEAK: "warn",
    AlertCode.DISTRACTOR_UNUSED: "warn",
    AlertCode.TOO_HARD: "warn",
    AlertCode.OMITTED: "warn",
}


def code_words() -> dict[AlertCode, str]:
    """Return the short name of each alert."""
    return {
        AlertCode.KEY_SUSPECT: gettext("答案可能标错"),
        AlertCode.WEAK: gettext("区分度低"),
        AlertCode.DISTRACTOR_UNUSED: gettext("有选项没人选"),
        AlertCode.TOO_HARD: gettext("太难"),
        AlertCode.TOO_EASY: gettext("太容易"),
        AlertCode.OMITTED: gettext("常被跳过"),
        AlertCode.FEW_ANSWERS: gettext("答过的人少"),
    }


def option_labels(item: Item) -> dict[str, str]:
    """Return what each option of a choice is called: letters in authored order, or the two judgements."""
    if item.type is ItemType.TRUE_FALSE:
        return {"true": gettext("对"), "false": gettext("错")}
    return {option.id: letter for option, letter in zip(item.options, LETTERS, strict=False)}


def alert_words(alert: Alert, labels: dict[str, str]) -> str:
    """Return the sentence of an alert.

    Args:
        alert: The alert.
        labels: What the options are called.
    """
    facts = {name: _written(value) for name, value in alert.facts.items()}
    if alert.code is AlertCode.KEY_SUSPECT:
        return _suspect_words(facts, labels)
    if alert.code is AlertCode.DISTRACTOR_UNUSED:
        unused = [labels.get(one, one) for one in facts["options"].split(",")]
        return str(
            gettext(
                "%(n)s 人里没有人选 %(options)s：这样的选项不起作用。",
                n=facts["n"],
                options=gettext("、").join(unused),
            )
        )
    return _plain_words(alert.code, facts)


def _written(value: Decimal | int | str) -> str:
    return f"{value:.2f}" if isinstance(value, Decimal) else str(value)


def _suspect_words(facts: dict[str, str], labels: dict[str, str]) -> str:
    option = facts.get("option", "")
    said = {"n": facts["n"], "count": facts.get("count"), "option": labels.get(option, option)}
    if facts["why"] == "preferred":
        return str(
            gettext("%(n)s 人里 %(count)s 人选 %(option)s，且多为高分者：答案可能标错。", **said)
        )
    if facts["why"] == "majority":
        return str(
            gettext(
                "%(n)s 人里 %(count)s 人选 %(option)s，选标定答案的只有 %(keyed)s 人：答案可能标错。",
                keyed=facts["keyed"],
                **said,
            )
        )
    if facts["why"] == "chosen":
        return str(
            gettext(
                "%(n)s 人里 %(count)s 人选了 %(option)s，且多为高分者：它可能也是答案。", **said
            )
        )
    if facts["why"] == "avoided":
        return str(
            gettext(
                "%(n)s 人里 %(count)s 人没选 %(option)s，且多为高分者：它可能不该是答案。", **said
            )
        )
    return str(
        gettext("%(n)s 人答过，其余题得分越高的人反而越容易答错：请核对答案和题干。", n=facts["n"])
    )


def _plain_words(code: AlertCode, facts: dict[str, str]) -> str:
    n, right = facts["n"], facts.get("right")
    if code is AlertCode.WEAK and Decimal(facts["discrimination"]) <= _TURNED:
        return str(gettext("%(n)s 人答过，答对的人其余题反而得分更低：请核对答案和题干。", n=n))
    if code is AlertCode.WEAK:
        return str(gettext("%(n)s 人答过，答对的人和答错的人水平差不多，这道题分不出高低。", n=n))
    if code is AlertCode.TOO_HARD:
        return str(
            gettext(
                "%(n)s 人里只有 %(right)s 人答对：可能太难，也可能课里没讲到。", n=n, right=right
            )
        )
    if code is AlertCode.TOO_EASY:
        return str(gettext("%(n)s 人里 %(right)s 人答对：太容易，分不出高低。", n=n, right=right))
    if code is AlertCode.OMITTED:
        return str(gettext("%(n)s 人里 %(omitted)s 人没有作答。", n=n, omitted=facts["omitted"]))
    return str(
        gettext(
            "只有 %(n)s 人答过，不到 %(least)s 人，只看人数，不算指标。", n=n, least=INDEX_AT_LEAST
        )
    )


def percent_words(figures: ItemFigures) -> str:
    """Return p with its interval in percent, or "" below the least number of people."""
    p, interval = figures.difficulty, figures.interval
    if p is not None and figures.by_share:
        return str(gettext("平均得分率 %(p)s%%", p=f"{p * 100:.0f}"))
    if p is None or interval is None:
        return ""
    return str(
        gettext(
            "%(p)s%%（%(low)s–%(high)s%%）",
            p=f"{p * 100:.0f}",
            low=f"{interval.low * 100:.0f}",
            high=f"{interval.high * 100:.0f}",
        )
    )


def seconds_words(seconds: int | None) -> str:
    """Return a time in words, or "" when it is not known."""
    if seconds is None:
        return ""
    if seconds < 2 * _MINUTE:
        return str(gettext("%(n)s 秒", n=seconds))
    return str(gettext("%(n)s 分钟", n=f"{seconds / _MINUTE:.1f}".removesuffix(".0")))


def cohort_words(figures: CohortFigures, name: str) -> tuple[str, str]:
    """Return what a cohort's comparison with all others says, and its tone.

    Args:
        figures: Of the cohort.
        name: Its name.
    """
    if figures.dif is None:
        too_few = gettext("不比较：这一期或其余各期不到 %(least)s 人。", least=PEOPLE_AT_LEAST)
        return str(too_few), "none"
    said = {
        (DifClass.A, True): gettext("和其他期次水平相同的人相比，看不出差别。"),
        (DifClass.A, False): gettext("和其他期次水平相同的人相比，看不出差别。"),
        (DifClass.B, True): gettext("「%(name)s」的人在水平相同时稍难答对这道题。", name=name),
        (DifClass.B, False): gettext("「%(name)s」的人在水平相同时稍易答对这道题。", name=name),
        (DifClass.C, True): gettext("「%(name)s」的人在水平相同时更难答对这道题。", name=name),
        (DifClass.C, False): gettext("「%(name)s」的人在水平相同时更容易答对这道题。", name=name),
    }
    tones = {DifClass.A: "neutral", DifClass.B: "info", DifClass.C: "warn"}
    return said[figures.dif.verdict, figures.dif.is_harder], tones[figures.dif.verdict]
