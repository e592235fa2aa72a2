"""Pages of the re-keys made: the list, one with its people, taking one back."""

from typing import Any
from urllib.parse import urlencode

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import Select

from lms.db import db
from lms.errors import InvalidState
from lms.gradebook.dependents import list_dependents
from lms.people.access import HR, current_person, requires
from lms.questions.queries import get_version
from lms.quizzes.domain.rekeying import Correction, Figures, Flip, item_of
from lms.quizzes.forms import UndoForm
from lms.quizzes.models import ItemRekey
from lms.quizzes.queries import rekey_lists as queries
from lms.quizzes.queries.corrections import get_rekey
from lms.quizzes.services import rekeying as services
from lms.quizzes.services.rekey_bank import bank_step
from lms.quizzes.views.frame import blueprint
from lms.quizzes.views.rekey_words import bank_words, correction_words, flip_words, kind_words
from lms.quizzes.views.rekeys import MAY_REKEY
from lms.quizzes.views.sittings import local_text
from lms.web.access import request_now
from lms.web.filters import rich
from lms.web.listing import Column, as_xlsx, paginate, search_words

MAY_READ = MAY_REKEY | HR


@blueprint.get("/rekeys")
@requires(MAY_READ)
def list_rekeys() -> ResponseReturnValue:
    """List the re-keys, newest first; ``?format=xlsx`` downloads the list."""
    asked = {name: request.args.get(name, "") for name in ("state", "kind")}
    query = queries.select_rekeys(search_words(), **asked)
    if request.args.get("format") == "xlsx":
        return _rekeys_sheet(query)
    page = paginate(query, scalars=False)
    return render_template(
        "quizzes/rekeys.html",
        page=page,
        words={row[0].id: _words(row[0], row[1].body) for row in page.rows},
        filters=_filters(asked),
        narrowed=bool(page.words or any(asked.values())),
        xlsx_url=_xlsx_url(),
    )


def _words(rekey: ItemRekey, body: dict[str, object]) -> str:
    correction = Correction.from_stored(rekey.kind, rekey.facts)
    return correction_words(item_of(body), correction)


def _filters(asked: dict[str, str]) -> list[dict[str, object]]:
    everything = ("", gettext("全部"))
    states = [(queries.IN_FORCE, gettext("有效")), (queries.UNDONE, gettext("已撤销"))]
    return [
        {
            "name": "state",
            "label": gettext("状态"),
            "options": [everything, *states],
            "value": asked["state"],
        },
        {
            "name": "kind",
            "label": gettext("怎么更正"),
            "options": [everything, *kind_words().items()],
            "value": asked["kind"],
        },
    ]


def _xlsx_url() -> str:
    asked = {name: value for name, value in request.args.items() if name != "page"}
    return f"{request.path}?{urlencode({**asked, 'format': 'xlsx'})}"


def _rekeys_sheet(query: Select[Any]) -> Response:
    columns: list[Column[Any]] = [
        Column(gettext("时间"), lambda one: local_text(one[0].applied_at), 18),
        Column(gettext("题目"), lambda one: one[2].key, 22),
        Column(gettext("版本"), lambda one: one[1].number, 8),
        Column(gettext("更正"), lambda one: _words(one[0], one[1].body), 32),
        Column(gettext("原因"), lambda one: one[0].reason, 40),
        Column(gettext("经办人"), lambda one: one[3], 14),
        Column(gettext("成绩变化（人次）"), lambda one: one[0].counts["changed"], 16),
        Column(gettext("变为通过"), lambda one: one[0].counts["to_pass"], 10),
        Column(gettext("变为未通过"), lambda one: one[0].counts["to_fail"], 12),
        Column(
            gettext("撤销时间"), lambda one: one[0].undone_at and local_text(one[0].undone_at), 18
        ),
        Column(gettext("撤销原因"), lambda one: one[0].undo_reason, 40),
    ]
    return as_xlsx(db.session.execute(query), columns, gettext("改判记录"))


@blueprint.get("/rekeys/<int:rekey_id>")
@requires(MAY_READ)
def show_rekey(rekey_id: int) -> ResponseReturnValue:
    """Show one re-key with everybody it touched; ``?format=xlsx`` downloads them."""
    rekey = get_rekey(rekey_id)
    query = queries.select_rekeyed(rekey.id, search_words(), request.args.get("flip", ""))
    if request.args.get("format") == "xlsx":
        return _people_sheet(rekey, query)
    return _show(rekey, UndoForm(formdata=None))


def _show(rekey: ItemRekey, form: UndoForm) -> ResponseReturnValue:
    flip = request.args.get("flip", "")
    version = get_version(rekey.item_version_id)
    correction = Correction.from_stored(rekey.kind, rekey.facts)
    item = item_of(version.body)
    touched = queries.list_touched_enrolments(rekey.id)
    dependents = list_dependents(touched)
    dependents.sort(key=lambda one: touched[one.enrolment_id][1] is Flip.NONE)
    return render_template(
        "quizzes/rekey.html",
        rekey=rekey,
        item=version.item,
        version=version,
        words=correction_words(item, correction),
        long_words=correction_words(item, correction, with_texts=True),
        stem=rich(item.stem).striptags(),
        people=queries.names_of([rekey.applied_by, rekey.undone_by]),
        page=paginate(queries.select_rekeyed(rekey.id, search_words(), flip), scalars=False),
        figures=Figures.from_json,
        filters=[
            {
                "name": "flip",
                "label": gettext("是否通过"),
                "options": [
                    ("", gettext("全部")),
                    *((value, words) for value, (words, _) in flip_words().items() if words),
                ],
                "value": flip,
            }
        ],
        dependents=dependents,
        touched=touched,
        bank_words=bank_words(bank_step(version, correction)) if rekey.undone_at is None else "",
        may_undo=rekey.undone_at is None and MAY_REKEY.allows(current_person()),
        form=form,
        xlsx_url=f"{url_for('quizzes.show_rekey', rekey_id=rekey.id)}?format=xlsx",
    ), 422 if form.errors else 200


def _people_sheet(rekey: ItemRekey, query: Select[Any]) -> Response:
    flips = flip_words()
    rows = [
        (row, Figures.from_json(row[0].before), Figures.from_json(row[0].after))
        for row in db.session.execute(query)
    ]
    columns: list[Column[tuple[Any, Figures, Figures]]] = [
        Column(gettext("姓名"), lambda one: one[0].name, 14),
        Column(gettext("工号"), lambda one: one[0].employee_no or "", 12),
        Column(gettext("期次"), lambda one: one[0].cohort, 22),
        Column(gettext("测验"), lambda one: one[0].title, 28),
        Column(gettext("原得分"), lambda one: one[1].points, 10),
        Column(gettext("原满分"), lambda one: one[1].max_points, 10),
        Column(gettext("原得分率（%）"), lambda one: one[1].percent, 14),
        Column(gettext("新得分"), lambda one: one[2].points, 10),
        Column(gettext("新满分"), lambda one: one[2].max_points, 10),
        Column(gettext("新得分率（%）"), lambda one: one[2].percent, 14),
        Column(gettext("结论变化"), lambda one: flips[_flip(one[1], one[2])][0], 14),
    ]
    return as_xlsx(rows, columns, f"{gettext('改判名单')}-{rekey.id}")


def _flip(before: Figures, after: Figures) -> str:
    if before.passed == after.passed:
        return Flip.NONE.value
    return (Flip.TO_PASS if after.passed else Flip.TO_FAIL).value


@blueprint.post("/rekeys/<int:rekey_id>/undo")
@requires(MAY_REKEY)
def undo_rekey(rekey_id: int) -> ResponseReturnValue:
    """Take a re-key back."""
    rekey = get_rekey(rekey_id)
    form = UndoForm()
    if not form.validate():
        return _show(rekey, form)
    try:
        plan = services.undo_rekey(
            rekey, reason=form.reason.data or "", actor_id=current_person().id, now=request_now()
        )
    except InvalidState:
        flash(gettext("这次改判已经撤销了，见下面的记录。"), "warning")
    else:
        flash(gettext("已撤销：%(n)s 人次的成绩变回，都已通知本人。", n=len(plan.told)), "success")
    return redirect(url_for("quizzes.show_rekey", rekey_id=rekey_id), 303)
