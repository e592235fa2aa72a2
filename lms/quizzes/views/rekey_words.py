"""The sentences of re-keys, for pages and sheets."""

import datetime as dt
from collections.abc import Mapping, Sequence

from flask_babel import gettext

from lms.gradebook.dependents import Dependent
from lms.questions.domain.items import Cloze, Item, ItemType, Matching
from lms.quizzes.domain.rekeying import Correction, CorrectionKind, Flip
from lms.quizzes.services.rekey_bank import BankStep
from lms.quizzes.views.statistics_words import option_labels


def kind_words() -> dict[str, str]:
    """Return what each kind of correction is called."""
    return {
        CorrectionKind.CHANGE_KEY.value: gettext("改答案"),
        CorrectionKind.ACCEPT_ALSO.value: gettext("另一种答案也算对"),
        CorrectionKind.GIVE_POINTS.value: gettext("全员得分"),
        CorrectionKind.DROP.value: gettext("这道题不计分"),
    }


def kind_hints() -> dict[str, str]:
    """Return what each kind does, and to whom."""
    return {
        CorrectionKind.CHANGE_KEY.value: gettext(
            "答案标错了。按新答案重新判，有人会加分，也有人会减分。"
        ),
        CorrectionKind.ACCEPT_ALSO.value: gettext("原来的答案没错，但还有一种也对。没有人会减分。"),
        CorrectionKind.GIVE_POINTS.value: gettext(
            "题出得不好，判不了。抽到它的人都得满分，没作答的也得。没有人会减分。"
        ),
        CorrectionKind.DROP.value: gettext(
            "把这道题从卷子里去掉：得分和满分都减去它。得分率可能升，也可能降。"
        ),
    }


def flip_words() -> dict[str, tuple[str, str]]:
    """Return the word and the tone of each turn of a decision."""
    return {
        Flip.TO_PASS.value: (gettext("变为通过"), "good"),
        Flip.TO_FAIL.value: (gettext("变为未通过"), "bad"),
        Flip.NONE.value: ("", "neutral"),
    }


def dependent_words(one: Dependent) -> str:
    """Return what a thing that rests on results is called."""
    outcomes = {
        "regular": gettext("转正"),
        "early": gettext("提前转正"),
        "not_met": gettext("不符合录用条件"),
        "pass": gettext("建议通过"),
        "fail": gettext("不建议通过"),
        "discuss": gettext("需要讨论"),
    }
    outcome = outcomes.get(str(one.facts.get("outcome", "")), "")
    if one.kind == "defense":
        return str(gettext("已约答辩"))
    if one.kind == "verdict":
        return str(gettext("答辩结论：%(outcome)s", outcome=outcome))
    if one.kind == "decision":
        return str(gettext("已作决定：%(outcome)s", outcome=outcome))
    return str(gettext("已发证书 %(serial)s", serial=one.facts.get("serial", "")))


def dependent_at(one: Dependent) -> dt.datetime:
    """Return when it was booked for, decided or issued."""
    return dt.datetime.fromisoformat(str(one.facts["at"]))


def bank_words(step: BankStep) -> str:
    """Return what is left to do in the bank; empty where we do it."""
    words: dict[BankStep, str] = {
        BankStep.FILE: gettext("这个题库由文件维护，请到文件里同样更正，否则以后抽到的还是旧题。"),
        BankStep.EDITOR: gettext("题库里的这道题没有改动，请到编辑器里改好，或者停用它。"),
        BankStep.OTHER_VERSION: gettext(
            "题库里现在用的（或待审核的）是另一个版本，请核对它有没有同样的问题。"
        ),
    }
    return words.get(step, "")


def correction_words(item: Item, correction: Correction, *, with_texts: bool = False) -> str:
    """Return a correction in one sentence.

    Args:
        item: The item as its version has it.
        correction: The correction.
        with_texts: Name options by what they say, for people who saw them in another order; else by their letters.
    """
    said = _key_words(item, correction.key, with_texts=with_texts) if correction.key else ""
    if correction.kind is CorrectionKind.CHANGE_KEY:
        return str(gettext("答案改为：%(key)s", key=said))
    if correction.kind is CorrectionKind.ACCEPT_ALSO:
        return str(gettext("这样答也算对：%(key)s", key=said))
    return kind_words()[correction.kind.value]


def _key_words(item: Item, key: Mapping[str, object], *, with_texts: bool) -> str:
    comma = str(gettext("、"))
    texts = {option.id: option.text for option in item.options}
    ids = key.get("chosen")
    if isinstance(ids, list):
        # Right and wrong are words of ours in the language of the page; the others are the item's.
        has_own = with_texts and item.type is not ItemType.TRUE_FALSE
        labels = texts if has_own else option_labels(item)
        return comma.join(str(labels.get(one, one)) for one in _in_order(ids, list(texts)))
    if "text" in key:
        return comma.join(str(key["text"]).splitlines())
    order = key.get("order")
    if isinstance(order, list):
        return " → ".join(texts.get(str(one), str(one)) for one in order)
    pairs, gaps = key.get("pairs"), key.get("gaps")
    if isinstance(pairs, Mapping) and isinstance(item, Matching):
        premises = {premise.id: premise.text for premise in item.premises}
        said = [
            f"{premises.get(one, one)} → {texts.get(str(choice), str(choice))}"
            for one, choice in pairs.items()
        ]
        return str(gettext("；")).join(said)
    if isinstance(gaps, Mapping) and isinstance(item, Cloze):
        filled: list[str] = [
            gettext(
                "第 %(n)s 空 %(key)s",
                n=number,
                key=_key_words(gap.item, gaps[gap.id], with_texts=True),
            )
            for number, gap in enumerate(item.gaps, start=1)
            if gap.id in gaps
        ]
        return str(gettext("；")).join(filled)
    return ""


def _in_order(ids: Sequence[str], order: Sequence[str]) -> list[str]:
    return sorted(ids, key=lambda one: order.index(one) if one in order else len(order))
