"""Changing many items of a bank at once: what would happen first, then all of it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.errors import InvalidInput
from lms.organisation.queries import is_second_review_on
from lms.people.access import current_person, requires
from lms.questions import queries, services
from lms.questions.domain.bulk import Act, Effect, FactsChange, Reason, Wish
from lms.questions.forms import BulkFactsForm, BulkMoveForm, BulkTagForm
from lms.questions.models import ItemBank
from lms.questions.services import Decided
from lms.questions.views.base import MAY_WRITE, blueprint
from lms.questions.views.bulk_words import act_words, done_words, effect_words, reason_words
from lms.questions.views.filtering import asked_for, read_filter, titled
from lms.web.access import request_now

BulkForm = BulkTagForm | BulkMoveForm | BulkFactsForm

_NAMED_AT_MOST = 8
"""Items that a message names."""
_CHOSEN = re.compile(r"([0-9]{1,18}):([0-9]{1,9})")
_SPLIT = re.compile(r"[\s,，、;；]+")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a person asks for, as far as it is known.

    Attributes:
        wish: The act with its values.
        target: The bank to move to.
    """

    wish: Wish
    target: ItemBank | None = None


@blueprint.post("/banks/<key>/items/bulk")
@requires(MAY_WRITE)
def edit_items(key: str) -> ResponseReturnValue:
    """Ask for what an act needs, show what it would do to the chosen items, and do it once that is agreed to."""
    bank = queries.get_bank(key)
    services.check_writable(bank)
    step = request.form.get("step", "")
    wanted = read_filter(request.form)
    back = _list_url(bank, wanted)
    act, chosen = _read_act(), _read_chosen(bank, wanted)
    refusal = _refusal(act, chosen)
    if act is None or refusal:
        flash(refusal, "warning")
        return redirect(back, 303)
    form = _make_form(bank, act, is_sent=bool(step))
    asked = _asked(act, form) if form is None or (step and form.validate()) else None
    if asked is not None and step == "apply":
        return _apply(bank, asked, chosen, back)
    plan = None
    if asked is not None:
        plan = services.plan_bulk(
            bank, asked.wish, chosen, target=asked.target, actor_id=current_person().id
        )
    page = render_template(
        "questions/bulk.html",
        bank=bank,
        act=act.value,
        act_label=act_words()[act.value],
        form=form,
        plan=plan,
        taken=_grouped(plan.taken) if plan else (),
        left_out=_grouped(plan.left_out) if plan else (),
        chosen=" ".join(f"{item_id}:{revision}" for item_id, revision in chosen.items()),
        count=len(chosen),
        shown=_shown(chosen),
        asked=asked_for(wanted),
        tags=queries.list_tags(bank.id) if act in (Act.TAG, Act.UNTAG) else (),
        points=queries.list_points(bank.id) if act is Act.FACTS else (),
        back=back,
    )
    return page, 422 if step and asked is None else 200


def _list_url(bank: ItemBank, wanted: queries.ItemFilter) -> str:
    asked: dict[str, Any] = dict(asked_for(wanted))
    return url_for(".show_bank", key=bank.key, **asked)


def _read_act() -> Act | None:
    try:
        return Act(request.form.get("act", ""))
    except ValueError:
        return None


def _read_chosen(bank: ItemBank, wanted: queries.ItemFilter) -> dict[int, int]:
    """Return what was chosen: kept from the page before, everything that matches, or the rows ticked."""
    if request.form.get("all") and "items" not in request.form:
        return queries.list_revisions(bank.id, wanted, at_most=services.BULK_AT_MOST + 1)
    kept = request.form.get("items")
    return _parse(request.form.getlist("item") if kept is None else kept.split())


def _parse(texts: Sequence[str]) -> dict[int, int]:
    chosen = {}
    for text in texts:
        match = _CHOSEN.fullmatch(text)
        if match is None:
            raise InvalidInput("bulk_value", field="item")
        chosen[int(match[1])] = int(match[2])
    return chosen


def _refusal(act: Act | None, chosen: Mapping[int, int]) -> str:
    """Say why the act cannot begin; nothing when it can."""
    if not chosen:
        return str(gettext("还没有选题。先勾选要改的题，或勾选“选中所有符合条件的”。"))
    if act is None:
        return str(gettext("还没有选要做什么。"))
    if len(chosen) > services.BULK_AT_MOST:
        limit = services.BULK_AT_MOST
        return str(gettext("一次最多改 %(limit)s 题。请再缩小条件，分几次改。", limit=limit))
    return ""


def _shown(chosen: Mapping[int, int]) -> int | None:
    """Return how many the list showed when everything in it was chosen; None when as many were found."""
    shown = request.form.get("all", type=int) if "items" not in request.form else None
    return None if shown in (None, len(chosen)) else shown


def _make_form(bank: ItemBank, act: Act, *, is_sent: bool) -> BulkForm | None:
    # Names of their own: those of the list's filter travel in the same form.
    options = {"prefix": "set"} if is_sent else {"prefix": "set", "formdata": None}
    if act in (Act.TAG, Act.UNTAG):
        return BulkTagForm(**options)
    if act is Act.MOVE:
        move = BulkMoveForm(**options)
        others = [each for each in queries.list_own_banks() if each.id != bank.id]
        move.offer([(each.key, titled(each.title, each.title_en)) for each in others])
        return move
    if act is Act.FACTS:
        facts = BulkFactsForm(**options)
        lessons = [
            (lesson.key, titled(lesson.title, lesson.title_en))
            for lesson in queries.list_lesson_choices()
        ]
        facts.offer(lessons, has_second_review=is_second_review_on())
        return facts
    return None


def _asked(act: Act, form: BulkForm | None) -> _Asked | None:
    """Return what a sound form asks for; None when the facts form sets nothing."""
    if isinstance(form, BulkTagForm):
        return _Asked(Wish(act, tag=form.tag.data or ""))
    if isinstance(form, BulkMoveForm):
        return _Asked(Wish(act), queries.get_bank(form.bank.data))
    if isinstance(form, BulkFactsForm):
        return _asked_facts(act, form)
    return _Asked(Wish(act))


def _asked_facts(act: Act, form: BulkFactsForm) -> _Asked | None:
    cards = tuple(dict.fromkeys(card for card in _SPLIT.split(form.cards.data or "") if card))
    change = FactsChange(
        lesson_key=form.lesson.data or None,
        point=form.point.data or None,
        difficulty=form.difficulty.data or None,
        cards=cards or None,
    )
    if change.is_empty:
        form.form_errors.append(gettext("至少填一样。"))
        return None
    return _Asked(Wish(act, change=change, intent=form.intent.data))


@dataclass(frozen=True, slots=True)
class Group:
    """Items with the same outcome, and that in words."""

    words: str
    items: Sequence[Decided]


def _grouped(decided: Sequence[Decided]) -> list[Group]:
    """Return items by what becomes of them, the most common first."""
    by_outcome = groupby(
        sorted(decided, key=lambda one: one.outcome.value), key=lambda one: one.outcome
    )
    groups = [Group(_words(outcome), list(items)) for outcome, items in by_outcome]
    return sorted(groups, key=lambda group: -len(group.items))


def _words(outcome: Effect | Reason) -> str:
    return effect_words(outcome) if isinstance(outcome, Effect) else reason_words(outcome)


def _apply(
    bank: ItemBank, asked: _Asked, chosen: Mapping[int, int], back: str
) -> ResponseReturnValue:
    plan = services.apply_bulk(
        bank,
        asked.wish,
        chosen,
        target=asked.target,
        actor_id=current_person().id,
        now=request_now(),
    )
    if plan.taken:
        flash(done_words(asked.wish.act, len(plan.taken)), "success")
    for group in _grouped(plan.left_out):
        flash(_left_out_words(group), "info")
    return redirect(back, 303)


def _left_out_words(group: Group) -> str:
    named = [one.key for one in group.items if one.key][:_NAMED_AT_MOST]
    keys = gettext("、").join(named)
    if len(named) < len(group.items):
        keys = gettext("%(keys)s 等", keys=keys) if named else ""
    facts = {"count": len(group.items), "why": group.words, "keys": keys or "—"}
    return str(gettext("%(count)s 题没有改（%(why)s）：%(keys)s", **facts))
