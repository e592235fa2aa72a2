"""The editor: items of every type created, changed and copied in the browser."""

from dataclasses import replace

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.errors import InvalidState, NotFound
from lms.people.access import QUALITY, TRAINER, current_person, requires
from lms.questions import queries, services
from lms.questions.domain.authoring import (
    Authored,
    FieldProblem,
    Fields,
    Pair,
    act,
    form_pairs,
    new_fields,
    read_authored,
)
from lms.questions.domain.items import ItemType
from lms.questions.models import Item, ItemBank, ItemUploadRow
from lms.questions.views.base import blueprint
from lms.questions.views.conflict import merged_pairs, render_conflict, with_beginning
from lms.questions.views.editor_page import Desk, View, render_editor, render_types
from lms.questions.views.imports import store
from lms.web.access import request_now

MAY_WRITE = TRAINER | QUALITY
_OF_THE_PAGE = frozenset({"item", "row", "based_on", "draft", "seen"})
"""Fields that say where the text belongs, not what it says."""
_TAKEN_ALONG = ("lesson", "point", "difficulty", "purpose", "group")
"""What the next item takes over from the one written before."""


def _pairs() -> list[Pair]:
    said = form_pairs(request.form.items(multi=True))
    return [
        pair for pair in said if pair[0] not in _OF_THE_PAGE and not pair[0].startswith("pick.")
    ]


@blueprint.route("/banks/<key>/items/new", methods=["GET", "POST"])
@requires(MAY_WRITE)
def new_item(key: str) -> ResponseReturnValue:
    """Choose a type, then write an item of it."""
    bank = queries.get_bank(key)
    services.check_writable(bank)
    desk = _new_desk(bank)
    if request.method == "POST":
        return _answer(desk)
    if desk.row is not None and not services.may_write_row(desk.row):
        return redirect(_url_of_row(desk.row), 303)
    if desk.draft_id is not None:
        draft = queries.get_draft(desk.draft_id, current_person().id)
        return render_editor(desk, map(_pair, draft.fields), View(is_changed=True))
    if desk.row is not None:
        kept = queries.find_draft(current_person().id, upload_row_id=desk.row.id)
        offered = View(drafts=[kept] if kept else [])
        return render_editor(desk, services.fields_from_row(desk.row), offered)
    kind = request.args.get("type", "")
    if kind not in set(ItemType):
        asked = {name: request.args[name] for name in ("group", "after") if name in request.args}
        return render_types(desk, asked=asked)
    return render_editor(desk, [*new_fields(kind), *_given(bank)])


def _new_desk(bank: ItemBank) -> Desk:
    row_id = request.values.get("row", type=int)
    row = None if row_id is None else queries.find_upload_row(row_id, bank.id)
    if row_id is not None and row is None:
        raise NotFound("item_upload", id=row_id)
    return Desk(bank, row=row, draft_id=request.values.get("draft", type=int))


def _url_of_row(row: ItemUploadRow) -> str:
    """Return where a row leads that is an item already, or will be one by its import."""
    if row.item_key:
        return url_for(".show_item", key=row.item_key)
    return url_for(".show_import", upload_id=row.upload_id)


def _pair(pair: tuple[str, str]) -> Pair:
    name, value = pair
    return name, value


def _given(bank: ItemBank) -> list[Pair]:
    """Return the fields that the address gives a new item: its case group, the facts of the item before."""
    before = queries.find_item(request.args.get("after", ""))
    given: list[Pair] = []
    if before is not None and before.bank_id == bank.id:
        fields = queries.open_item(before).fields
        given = [pair for pair in fields if pair[0] in _TAKEN_ALONG]
    if request.args.get("group"):
        given = [pair for pair in given if pair[0] != "group"]
        given.append(("group", request.args["group"]))
    return given


@blueprint.route("/items/<key>/edit", methods=["GET", "POST"])
@requires(MAY_WRITE)
def edit_item(key: str) -> ResponseReturnValue:
    """Change an item."""
    item = queries.get_item(key)
    services.check_writable(item.bank)
    if request.method == "POST":
        based_on = request.form.get("based_on", 0, type=int)
        draft_id = request.form.get("draft", type=int)
        return _answer(Desk(item.bank, item, draft_id=draft_id, based_on=based_on))
    opened = queries.open_item(item)
    kept = queries.find_draft(current_person().id, item_id=item.id)
    if kept is not None and kept.id == request.args.get("draft", type=int):
        desk = Desk(item.bank, item, draft_id=kept.id, based_on=kept.based_on)
        return render_editor(desk, map(_pair, kept.fields), View(is_changed=True))
    desk = Desk(item.bank, item, based_on=item.revision)
    return render_editor(desk, with_beginning(opened), View(drafts=[kept] if kept else []))


@blueprint.post("/items/<key>/duplicate")
@requires(MAY_WRITE)
def duplicate_item(key: str) -> ResponseReturnValue:
    """Copy an item into a new draft, and go on in its editor."""
    item = queries.get_item(key)
    copy = services.duplicate_item(item, actor_id=current_person().id, now=request_now())
    flash(
        gettext("已复制为 %(key)s，是一份草稿。改好再送审。", key=copy.key),
        "success",
    )
    return redirect(url_for(".edit_item", key=copy.key), 303)


def _answer(desk: Desk) -> ResponseReturnValue:
    """Save the form, or do what one of its buttons asks for and show it again."""
    pairs = _pairs()
    intent = request.form.get("intent", "").partition(" ")[0]
    if request.form.get("do") == "merge" and desk.item is not None:
        return _merge(desk, desk.item, pairs)
    if "do" in request.form or intent not in services.INTENTS:
        pairs, focus = act(pairs, request.form.get("do", "refresh"))
        return render_editor(desk, pairs, View(focus=focus, is_changed=True))
    authored = read_authored(pairs)
    problems = [*authored.problems, *_beyond_form(desk, authored, intent)]
    if problems:
        # The fields as they came: what was typed is all there, gaps follow their markers.
        pairs, _ = act(pairs, "refresh")
        return render_editor(desk, pairs, View(problems=problems, is_changed=True)), 422
    return _save(desk, pairs, authored, intent)


def _beyond_form(desk: Desk, authored: Authored, intent: str) -> list[FieldProblem]:
    """Return what the form alone cannot show: facts missing for what is asked, a group that is gone."""
    problems = []
    if intent != queries.DRAFT and authored.facts is not None:
        problems = [FieldProblem(name, "fact_missing") for name in authored.facts.missing]
    group = queries.find_group(authored.group) if authored.group else None
    if authored.group and (group is None or group.bank_id != desk.bank.id):
        problems.append(FieldProblem("group", "group_unknown"))
    return problems


def _save(desk: Desk, pairs: list[Pair], authored: Authored, intent: str) -> ResponseReturnValue:
    person_id, now = current_person().id, request_now()
    if desk.item is None:
        item = services.create_item(desk.bank, authored, state=intent, actor_id=person_id, now=now)
        if desk.row is not None:
            services.finish_row(desk.row, item, store=store(), actor_id=person_id, now=now)
        flash(_created_words(item, intent), "success")
    else:
        item, before = desk.item, desk.item.revision
        try:
            version = services.revise_item(
                item,
                authored,
                based_on=desk.based_on,
                intent=intent,
                actor_id=person_id,
                now=now,
            )
        except InvalidState as error:
            if error.code != "item_changed_meanwhile":
                raise
            return render_conflict(desk, item, authored, pairs), 409
        flash(_revised_words(item, version.number, is_changed=before != item.revision), "success")
    services.forget_draft(person_id, item=desk.item, row=desk.row, draft_id=desk.draft_id)
    return redirect(_next_url(desk, item, Fields(tuple(pairs)).text("type")), 303)


def _next_url(desk: Desk, item: Item, kind: str) -> str:
    if request.form.get("intent", "").endswith(" another"):
        return url_for(".new_item", key=desk.bank.key, type=kind, after=item.key)
    if desk.row is not None:
        return url_for(".show_import", upload_id=desk.row.upload_id)
    return url_for(".show_item", key=item.key)


def _created_words(item: Item, intent: str) -> str:
    words: dict[str, str] = {
        queries.DRAFT: gettext("已存为草稿：%(key)s。", key=item.key),
        queries.IN_REVIEW: gettext("已送审：%(key)s。审过就可以用。", key=item.key),
        queries.READY: gettext("已保存并启用：%(key)s。", key=item.key),
    }
    return words[intent]


def _revised_words(item: Item, number: int, *, is_changed: bool) -> str:
    if not is_changed:
        return str(gettext("没有改动，还是原来的样子。"))
    if item.proposed is not None and item.proposed_state == queries.IN_REVIEW:
        return str(gettext("已送审第 %(number)s 版；审过之前，照旧使用现在的一版。", number=number))
    if item.proposed is not None:
        return str(gettext("已存为草稿（第 %(number)s 版）；照旧使用现在的一版。", number=number))
    words: dict[str, str] = {
        queries.DRAFT: gettext("已存为草稿（第 %(number)s 版）。", number=number),
        queries.IN_REVIEW: gettext("已送审第 %(number)s 版。", number=number),
        queries.READY: gettext("已保存，现在用的是第 %(number)s 版。", number=number),
        queries.RETIRED: gettext("已保存；这道题仍然停用。"),
    }
    return words[item.state]


def _merge(desk: Desk, item: Item, pairs: list[Pair]) -> ResponseReturnValue:
    """Open the editor with the parts that were chosen of two people's texts; nothing is saved yet."""
    authored = read_authored(pairs)
    if authored.problems or request.form.get("seen", 0, type=int) != item.revision:
        # Changed once more, or not ours to judge: show both again as they are now.
        if authored.problems:
            return render_editor(
                desk, pairs, View(problems=authored.problems, is_changed=True)
            ), 422
        return render_conflict(desk, item, authored, pairs), 409
    desk = replace(desk, based_on=item.revision)
    merged = merged_pairs(item, authored, pairs)
    return render_editor(desk, merged, View(is_changed=True, is_merged=True))
