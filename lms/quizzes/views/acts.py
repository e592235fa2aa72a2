"""What can be done about a question from where its numbers or an objection to it stand."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from flask import url_for
from flask_babel import gettext

from lms.questions.models import Item
from lms.questions.queries import APP, DRAFT, READY, RETIRED, state_under_review
from lms.quizzes.domain.item_alerts import Alert, AlertCode


class ActKind(StrEnum):
    """What an act does."""

    REKEY = "rekey"
    EDIT = "edit"
    SUBMIT = "submit"
    RETIRE = "retire"


@dataclass(frozen=True, slots=True)
class Act:
    """One act.

    Attributes:
        kind: What it does.
        label: Its words.
        url: Where it is done.
        is_post: Whether pressing it does it; else it leads to a page.
        confirm: What is asked before; may be empty.
    """

    kind: ActKind
    label: str
    url: str
    is_post: bool = False
    confirm: str = ""


#: What an alert calls for first; the others follow in the usual order.
_FIRST = {
    AlertCode.KEY_SUSPECT: ActKind.REKEY,
    AlertCode.DISTRACTOR_UNUSED: ActKind.EDIT,
    AlertCode.WEAK: ActKind.EDIT,
    AlertCode.TOO_HARD: ActKind.EDIT,
    AlertCode.TOO_EASY: ActKind.EDIT,
    AlertCode.OMITTED: ActKind.EDIT,
}
_USUAL = (ActKind.EDIT, ActKind.REKEY, ActKind.SUBMIT, ActKind.RETIRE)


def list_acts(
    item: Item, number: int, alerts: Iterable[Alert] = (), *, objection_id: int | None = None
) -> list[Act]:
    """Return what those who write items may do about a version of ``item``, what an alert calls for first.

    Of a bank that comes from files only the marks can be corrected: its words are written in the files.

    Args:
        item: With its bank.
        number: The version.
        alerts: What its statistics call for, most urgent first.
        objection_id: The objection it is about, for the re-key's reason.
    """
    found = {ActKind.REKEY: _rekey(item, number, objection_id)}
    if item.bank.origin == APP and item.bank.retired_at is None:
        found |= _writing(item)
    called_for = [_FIRST[alert.code] for alert in alerts if alert.code in _FIRST]
    order = dict.fromkeys([*called_for, *_USUAL])
    return [found[kind] for kind in order if kind in found]


def _rekey(item: Item, number: int, objection_id: int | None) -> Act:
    url = url_for("quizzes.new_rekey", key=item.key, version=number, objection=objection_id)
    return Act(ActKind.REKEY, gettext("改判"), url)


def _writing(item: Item) -> dict[ActKind, Act]:
    found = {
        ActKind.EDIT: Act(
            ActKind.EDIT, gettext("编辑"), url_for("questions.edit_item", key=item.key)
        )
    }
    state = state_under_review(item)
    if state in (DRAFT, READY):
        found[ActKind.SUBMIT] = Act(
            ActKind.SUBMIT,
            gettext("送审"),
            url_for("questions.submit_item", key=item.key),
            is_post=True,
            confirm=gettext("送审以后先不抽这道题，审过再用。") if state == READY else "",
        )
    if item.state != RETIRED:
        found[ActKind.RETIRE] = Act(
            ActKind.RETIRE,
            gettext("停用"),
            url_for("questions.retire_item", key=item.key),
            is_post=True,
            confirm=gettext("停用后不再抽到这道题；已经考过的卷子和成绩不变。"),
        )
    return found


def act_for(alert: Alert, acts: Iterable[Act]) -> Act | None:
    """Return the one of ``acts`` that an alert calls for; None when there is none."""
    wanted = _FIRST.get(alert.code)
    return next((act for act in acts if act.kind is wanted), None)
