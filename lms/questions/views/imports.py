"""Importing items: upload or paste, agree to the columns, look at everything, confirm."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from lms.db import db
from lms.documents.storage import FolderStore
from lms.errors import InvalidInput, InvalidState, NotFound
from lms.issues import Issue
from lms.people.access import HR, QUALITY, TRAINER, current_person, requires
from lms.questions import queries, services
from lms.questions.domain.exchange.formats import READ, XLSX
from lms.questions.domain.exchange.xlsx import (
    COLUMNS,
    ColumnMap,
    SheetColumn,
    bad_rows_xlsx,
    read_sheets,
    template_xlsx,
)
from lms.questions.domain.merging import Defaults
from lms.questions.forms import ConfirmForm, ImportForm, fact_words, format_words, verb_words
from lms.questions.models import ItemUpload, ItemUploadRow
from lms.questions.views.base import blueprint, is_english
from lms.questions.views.import_rows import show_rows
from lms.questions.words import issue_words
from lms.web.access import request_now
from lms.web.kit import MAX_UPLOAD_BYTES
from lms.web.listing import XLSX as XLSX_TYPE
from lms.web.listing import Page, paginate

MAY_READ = TRAINER | QUALITY | HR
MAY_WRITE = TRAINER | QUALITY
_PAGE_SIZE = 20
_LANGUAGE = {True: "en", False: "zh"}


@blueprint.route("/banks/<key>/import", methods=["GET", "POST"])
@requires(MAY_WRITE)
def import_items(key: str) -> ResponseReturnValue:
    """Take a file or pasted text, and lead to its columns or its preview."""
    bank = queries.get_bank(key)
    form = ImportForm(purpose=queries.QUIZ)
    form.offer(READ)
    if form.validate_on_submit():
        data, filename = _sent(form)
        try:
            upload = services.create_upload(
                bank,
                data=data,
                filename=filename,
                format_name=form.format.data,
                purpose=form.purpose.data,
                actor_id=current_person().id,
                now=request_now(),
            )
        except InvalidInput as error:
            issue = error.facts["issue"]
            field = form.file if form.file.data else form.text
            field.errors = [issue_words(issue) if isinstance(issue, Issue) else error.code]
        else:
            return redirect(_next_url(upload), 303)
    status = 422 if form.errors else 200
    return render_template(
        "questions/import.html",
        bank=bank,
        form=form,
        max_bytes=MAX_UPLOAD_BYTES,
        uploads=queries.list_open_uploads(bank.id),
        format_words=format_words(),
    ), status


def _sent(form: ImportForm) -> tuple[bytes, str]:
    if form.file.data:
        return form.file.data.read(), form.file.data.filename or gettext("没有名字的文件")
    return str(form.text.data).encode(), gettext("粘贴的文字")


def _next_url(upload: ItemUpload) -> str:
    if upload.state == "mapping":
        return url_for(".import_columns", upload_id=upload.id)
    return url_for(".show_import", upload_id=upload.id)


@blueprint.get("/banks/import/template.xlsx")
@requires(MAY_READ)
def import_template() -> Response:
    """Give the empty question sheet."""
    return as_download(
        template_xlsx(_LANGUAGE[is_english()]), XLSX_TYPE, gettext("题目模板") + ".xlsx"
    )


def as_download(data: bytes, media_type: str, filename: str) -> Response:
    """Return bytes as a download; ``filename`` may be Chinese."""
    response = Response(data, mimetype=media_type)
    response.headers.set("Content-Disposition", "attachment", filename=filename)
    response.headers["Cache-Control"] = "no-store"
    return response


@dataclass(frozen=True, slots=True)
class _MappedSheet:
    """One sheet as the mapping screen shows it."""

    index: int
    name: str
    header_row: int
    filled: int
    columns: Sequence[SheetColumn]
    chosen: dict[int, str]
    is_taken: bool


@blueprint.route("/imports/<int:upload_id>/columns", methods=["GET", "POST"])
@requires(MAY_WRITE)
def import_columns(upload_id: int) -> ResponseReturnValue:
    """Show what each column of an xlsx is taken for, let it be changed, and lead to the preview."""
    upload = queries.get_upload(upload_id, with_data=True)
    if upload.format != XLSX:
        raise NotFound("item_upload", id=upload_id)
    book = read_sheets(upload.data, upload.filename)
    stored = {each["sheet"]: each for each in upload.mapping}
    sheets = []
    for index, sheet in enumerate(book.sheets):
        known = stored.get(sheet.name)
        if known is None and sheet.header_row is None:
            continue
        chosen = {int(at): name for at, name in known["fields"].items()} if known else {}
        row = known["header_row"] if known else sheet.header_row
        sheets.append(
            _MappedSheet(
                index, sheet.name, row or 1, sheet.filled, sheet.columns, chosen, known is not None
            )
        )
    problem = ""
    if request.method == "POST":
        mapping = [
            _mapped(sheet, bool(stored.get(sheet.name, {}).get("numbered")))
            for sheet in sheets
            if request.form.get(f"sheet-{sheet.index}")
        ]
        problem = _problem_of(mapping)
        if not problem:
            services.plan_upload(upload, mapping)
            return redirect(url_for(".show_import", upload_id=upload.id), 303)
        sheets = [_as_sent(sheet) for sheet in sheets]
    return render_template(
        "questions/import_columns.html",
        upload=upload,
        sheets=sheets,
        columns=[(column.key, column.en if is_english() else column.zh) for column in COLUMNS],
        problem=problem,
    ), 422 if problem else 200


def _mapped(sheet: _MappedSheet, is_numbered: bool) -> ColumnMap:
    known = {column.key for column in COLUMNS}
    fields = {}
    for column in sheet.columns:
        name = request.form.get(f"column-{sheet.index}-{column.index}", "")
        if name in known:
            fields[column.index] = name
    return ColumnMap(sheet.name, sheet.header_row, fields, is_numbered)


def _as_sent(sheet: _MappedSheet) -> _MappedSheet:
    fields = dict(_mapped(sheet, False).fields)
    taken = bool(request.form.get(f"sheet-{sheet.index}"))
    return _MappedSheet(
        sheet.index, sheet.name, sheet.header_row, sheet.filled, sheet.columns, fields, taken
    )


def _problem_of(mapping: Sequence[ColumnMap]) -> str:
    if not mapping:
        return str(gettext("至少要导入一张表。"))
    for each in mapping:
        names = [name for name in each.fields.values() if name != "ignore"]
        if "stem" not in names:
            return str(gettext("「%(sheet)s」还没有指定哪一列是题干。", sheet=each.sheet))
        twice = next((name for name in names if names.count(name) > 1), "")
        if twice:
            words = {column.key: column.en if is_english() else column.zh for column in COLUMNS}
            return str(
                gettext(
                    "「%(sheet)s」里有两列都是“%(field)s”，请改掉一列。",
                    sheet=each.sheet,
                    field=words[twice],
                )
            )
    return ""


@blueprint.route("/imports/<int:upload_id>", methods=["GET", "POST"])
@requires(MAY_WRITE)
def show_import(upload_id: int) -> ResponseReturnValue:
    """Show what would be created, revised and left out; keep what is chosen; confirm."""
    upload = queries.get_upload(upload_id)
    if upload.state == "mapping":
        return redirect(url_for(".import_columns", upload_id=upload_id), 302)
    if request.method == "POST":
        return _act(upload)
    show = request.args.get("show", "")
    if upload.state == "confirmed" and not show and "show" not in request.args:
        return _result(upload)
    return _preview(upload, show, _confirm_form())


def _confirm_form() -> ConfirmForm:
    states = services.comes_in_as(current_person().id)
    form = ConfirmForm(state=states[0])
    lessons = queries.list_lesson_choices()
    titled = [(one.key, one.title_en if is_english() else one.title) for one in lessons]
    form.offer(states, titled)
    return form


def _preview(upload: ItemUpload, show: str, form: ConfirmForm) -> str:
    page: Page[ItemUploadRow] = paginate(queries.select_rows(upload.id, show), size=_PAGE_SIZE)
    return render_template(
        "questions/import_preview.html",
        upload=upload,
        page=page,
        shown=show_rows(upload, page.rows),
        show=show,
        counts=queries.count_rows(upload.id),
        issues=[services.issue_from_json(each) for each in upload.issues],
        form=form,
        **_words(),
    )


def _words() -> dict[str, object]:
    return {
        "issue_words": issue_words,
        "verb_words": verb_words(),
        "fact_words": fact_words(),
        "format_words": format_words(),
    }


def _act(upload: ItemUpload) -> ResponseReturnValue:
    """Keep what is chosen on this page, then turn the page or confirm."""
    if upload.state == "confirmed":
        flash(gettext("这份文件已经导入过，没有重复导入。"), "warning")
        return redirect(url_for(".show_import", upload_id=upload.id), 303)
    services.choose_rows(
        upload,
        shown=request.form.getlist("shown", type=int),
        taken=request.form.getlist("take", type=int),
    )
    act = request.form.get("act", "")
    if act == "confirm":
        return _confirm(upload)
    show, _, number = act.partition(":")
    page = int(number) if number.isdecimal() else 1
    return redirect(url_for(".show_import", upload_id=upload.id, show=show, page=page), 303)


def _confirm(upload: ItemUpload) -> ResponseReturnValue:
    upload_id = upload.id
    form = _confirm_form()
    if not form.validate():
        return _preview(upload, "", form), 422
    try:
        written = services.confirm_upload(
            upload,
            state=form.state.data,
            defaults=Defaults(
                form.lesson.data, (form.point.data or "").strip(), form.difficulty.data
            ),
            store=store(),
            actor_id=current_person().id,
            now=request_now(),
        )
    except InvalidState as error:
        if error.code != "import_changed":
            raise
        db.session.rollback()
        upload = queries.get_upload(upload_id, with_data=True)
        mapping = [column_map(each) for each in upload.mapping] if upload.format == XLSX else None
        services.plan_upload(upload, mapping)
        flash(gettext("题库刚刚被别人改过，什么都没有导入。请再看一遍，再确认。"), "warning")
        return redirect(url_for(".show_import", upload_id=upload_id), 303)
    if written is None:
        flash(gettext("这份文件已经导入过，没有重复导入。"), "warning")
    else:
        count = len(written.created) + len(written.revised)
        flash(ngettext("已导入 %(num)d 题。", "已导入 %(num)d 题。", count), "success")
    return redirect(url_for(".show_import", upload_id=upload_id), 303)


def column_map(stored: dict[str, object]) -> ColumnMap:
    """Return what the columns of a sheet mean, as it is stored."""
    fields = stored["fields"]
    header_row = stored["header_row"]
    return ColumnMap(
        str(stored["sheet"]),
        header_row if isinstance(header_row, int) else 1,
        {int(at): str(name) for at, name in fields.items()} if isinstance(fields, dict) else {},
        bool(stored.get("numbered")),
    )


def store() -> FolderStore:
    """Return the store of files."""
    return FolderStore(current_app.extensions["settings"].storage_dir)


def _result(upload: ItemUpload) -> str:
    drafts = db.session.scalars(queries.select_rows(upload.id, "drafts").limit(200)).all()
    # What was given at the confirmation, or since, is not missing any more.
    lacking = queries.list_missing([row.item_key for row in drafts if not row.is_left_out])
    refused = db.session.scalars(queries.select_rows(upload.id, "refused").limit(200)).all()
    return render_template(
        "questions/import_result.html",
        upload=upload,
        drafts=[(row, lacking[row.item_key]) for row in drafts if row.item_key in lacking],
        refused=show_rows(upload, refused),
        written=db.session.scalars(queries.select_rows(upload.id, "written").limit(200)).all(),
        counts=queries.count_rows(upload.id),
        **_words(),
    )


@blueprint.post("/imports/<int:upload_id>/discard")
@requires(MAY_WRITE)
def discard_import(upload_id: int) -> ResponseReturnValue:
    """Forget an upload that is not confirmed."""
    upload = queries.get_upload(upload_id)
    key = upload.bank.key
    services.discard_upload(upload, actor_id=current_person().id, now=request_now())
    flash(gettext("已放弃这次导入，题库没有变化。"), "success")
    return redirect(url_for(".import_items", key=key), 303)


@blueprint.get("/imports/<int:upload_id>/bad.xlsx")
@requires(MAY_WRITE)
def import_bad_rows(upload_id: int) -> Response:
    """Give only the rows of an xlsx that were not understood, each with its problem, to mend and upload again."""
    upload = queries.get_upload(upload_id, with_data=True)
    if upload.format != XLSX or upload.state == "mapping":
        raise NotFound("item_upload", id=upload_id)
    rows = db.session.scalars(queries.select_rows(upload.id, "refused"))
    issues = [services.issue_from_json(each) for row in rows for each in row.issues]
    data = bad_rows_xlsx(upload.data, issues, issue_words, _LANGUAGE[is_english()])
    return as_download(data, XLSX_TYPE, gettext("有问题的题") + ".xlsx")
