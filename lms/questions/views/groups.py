"""Case groups of a bank: texts that several items share, and the items under them."""

from collections.abc import Callable, Mapping, Sequence

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.db import db
from lms.errors import InvalidState, NotFound
from lms.people.access import HR, QUALITY, TRAINER, current_person, requires
from lms.questions import queries, services
from lms.questions.domain.identity import group_sha256
from lms.questions.forms import GroupForm
from lms.questions.models import CaseGroup, Item
from lms.questions.views.base import blueprint
from lms.questions.views.editor_aids import is_fragment
from lms.web.access import request_now
from lms.web.listing import Column, as_xlsx, paginate, search_words

MAY_READ = TRAINER | QUALITY | HR
MAY_WRITE = TRAINER | QUALITY


@blueprint.get("/banks/<key>/groups")
@requires(MAY_READ)
def list_groups(key: str) -> str | Response:
    """Show the shared texts of a bank; ``?format=xlsx`` downloads them."""
    bank = queries.get_bank(key)
    state = request.args.get("state", "")
    query = queries.select_groups(bank.id, search_words(), state=state)
    if request.args.get("format") == "xlsx":
        return _as_xlsx(bank.title, db.session.scalars(query).all())
    page = paginate(query)
    return render_template(
        "questions/groups.html",
        bank=bank,
        page=page,
        state=state,
        counts=queries.count_grouped([group.id for group in page.rows]),
        may_write=MAY_WRITE.allows(current_person()) and bank.origin == queries.APP,
    )


def _as_xlsx(title: str, groups: Sequence[CaseGroup]) -> Response:
    counts = queries.count_grouped([group.id for group in groups])
    columns: list[Column[CaseGroup]] = [
        Column(gettext("编号"), lambda group: group.key, 24),
        Column(gettext("标题"), lambda group: group.title, 28),
        Column(gettext("材料"), lambda group: group.text, 80),
        Column(gettext("题数"), lambda group: counts[group.id], 8),
        Column(
            gettext("状态"),
            lambda group: gettext("已停用") if group.retired_at else gettext("使用中"),
            10,
        ),
    ]
    return as_xlsx(groups, columns, f"{gettext('共用材料')}-{title}")


@blueprint.route("/banks/<key>/groups/new", methods=["GET", "POST"])
@requires(MAY_WRITE)
def new_group(key: str) -> ResponseReturnValue:
    """Write a text that several items are to share."""
    bank = queries.get_bank(key)
    services.check_writable(bank)
    form = GroupForm()
    if form.validate_on_submit():
        group = services.create_group(
            bank,
            title=form.title.data or "",
            text=_text(form),
            now=request_now(),
            actor_id=current_person().id,
        )
        flash(gettext("材料写好了。现在写它的题，或把已有的题放进来。"), "success")
        return redirect(url_for(".edit_group", key=group.key), 303)
    status = 422 if form.errors else 200
    return render_template("questions/group_form.html", form=form, bank=bank, group=None), status


def _text(form: GroupForm) -> str:
    return str(form.text.data).replace("\r\n", "\n")


@blueprint.route("/groups/<key>/edit", methods=["GET", "POST"])
@requires(MAY_WRITE)
def edit_group(key: str) -> ResponseReturnValue:
    """Change a shared text; see, order, add and take out the items under it."""
    group = queries.get_group(key)
    if group.bank.origin != queries.APP:
        raise InvalidState("bank_read_only", bank=group.bank.key)
    form = GroupForm(obj=group, data={"based_on": group_sha256(group.title, group.text)})
    meanwhile: CaseGroup | None = None
    if form.validate_on_submit():
        try:
            services.revise_group(
                group,
                title=form.title.data or "",
                text=_text(form),
                based_on=form.based_on.data or "",
                now=request_now(),
                actor_id=current_person().id,
            )
        except InvalidState as error:
            if error.code != "group_changed_meanwhile":
                raise
            # Saved again, this text takes the place of the other: the person has seen both.
            form.based_on.data = group_sha256(group.title, group.text)
            form.text.errors = [
                gettext("刚刚有人改过这份材料，还没有保存你的。请对照后再保存一次。")
            ]
            meanwhile = group
        else:
            flash(gettext("已保存。"), "success")
            return redirect(url_for(".edit_group", key=key), 303)
    words = search_words()
    return render_template(
        "questions/group_form.html",
        form=form,
        bank=group.bank,
        group=group,
        meanwhile=meanwhile,
        versions=queries.list_grouped(group.id),
        was_presented=queries.was_presented(group.id),
        words=words,
        found=queries.list_groupable(group.bank_id, words) if words else (),
    ), 422 if form.errors else 200


@blueprint.post("/banks/<key>/groups/preview")
@requires(MAY_WRITE)
def preview_group(key: str) -> str:
    """Show a shared text as the hire will see it."""
    bank = queries.get_bank(key)
    text, title = request.form.get("text", ""), request.form.get("title", "").strip()
    number = request.form.get("items", 1, type=int)
    fragment = "questions/_group_preview.html"
    template = fragment if is_fragment() else "questions/preview.html"
    return render_template(
        template, bank=bank, fragment=fragment, title=title, text=text, number=number
    )


@blueprint.post("/groups/<key>/items")
@requires(MAY_WRITE)
def arrange_group(key: str) -> ResponseReturnValue:
    """Move an item of a group up or down, take it out, or put one in."""
    group = queries.get_group(key)
    services.check_writable(group.bank)
    verb, _, item_key = request.form.get("do", "").partition(":")
    act = _ACTS.get(verb)
    item = queries.get_item(item_key)
    is_here = item.case_group_id == group.id
    if act is None or item.bank_id != group.bank_id or is_here == (verb == "in"):
        raise NotFound("item", key=item_key)
    act(item, group, current_person().id)
    return redirect(url_for(".edit_group", key=key, _anchor="items"), 303)


def _up(item: Item, _group: CaseGroup, actor_id: int) -> None:
    services.move_in_group(item, -1, now=request_now(), actor_id=actor_id)


def _down(item: Item, _group: CaseGroup, actor_id: int) -> None:
    services.move_in_group(item, 1, now=request_now(), actor_id=actor_id)


def _out(item: Item, _group: CaseGroup, actor_id: int) -> None:
    services.place_in_group(item, None, now=request_now(), actor_id=actor_id)
    flash(gettext("已拿出来，这道题现在单独考。"), "success")


def _in(item: Item, group: CaseGroup, actor_id: int) -> None:
    if item.case_group_id is not None:
        raise InvalidState("item_in_other_group", item=item.key)
    services.place_in_group(item, group, now=request_now(), actor_id=actor_id)
    flash(gettext("已放进来，排在最后。"), "success")


_ACTS: Mapping[str, Callable[[Item, CaseGroup, int], None]] = {
    "up": _up,
    "down": _down,
    "out": _out,
    "in": _in,
}


@blueprint.post("/groups/<key>/retire")
@requires(MAY_WRITE)
def retire_group(key: str) -> ResponseReturnValue:
    """Take a shared text with its items out of new papers."""
    group = queries.get_group(key)
    services.check_writable(group.bank)
    services.retire_group(group, now=request_now(), actor_id=current_person().id)
    flash(gettext("已停用。它的题不再抽进新试卷，以前的试卷不变。"), "success")
    return redirect(url_for(".edit_group", key=key), 303)


@blueprint.post("/groups/<key>/restore")
@requires(MAY_WRITE)
def restore_group(key: str) -> ResponseReturnValue:
    """Bring a shared text back into use."""
    group = queries.get_group(key)
    services.restore_group(group, now=request_now(), actor_id=current_person().id)
    flash(gettext("已恢复使用。"), "success")
    return redirect(url_for(".edit_group", key=key), 303)
