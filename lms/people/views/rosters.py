"""Importing a roster: template, upload, preview, confirmation, the rows that could not be imported."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from lms.errors import InvalidInput
from lms.people import queries, services
from lms.people.access import ADMIN, HR, current_person, requires
from lms.people.domain.roster import COLUMNS, Roster
from lms.people.domain.roster_check import CheckedRow
from lms.people.forms import RosterForm
from lms.people.models import RosterUpload
from lms.people.roster_file import make_bad_rows, make_template, read_roster_file
from lms.people.views.blueprint import blueprint, today
from lms.people.words import field_label, issue_words, roster_words
from lms.web.access import request_now
from lms.web.kit import MAX_UPLOAD_BYTES
from lms.web.listing import Page, send_workbook

MANAGERS = HR | ADMIN
_PAGE_SIZE = 100


@blueprint.route("/people/roster", methods=["GET", "POST"])
@requires(MANAGERS)
def roster() -> ResponseReturnValue:
    """Take a file, read it, and lead to its preview."""
    form = RosterForm(cohort=request.args.get("cohort", ""))
    form.offer_cohorts(queries.list_cohorts())
    if form.validate_on_submit():
        data = form.file.data.read()
        try:
            read = _read(data)
        except InvalidInput as error:
            form.file.errors = [roster_words(error.code, error.facts)]
        else:
            upload = services.keep_roster(
                read,
                data=data,
                filename=form.file.data.filename or "",
                cohort_id=int(form.cohort.data) if form.cohort.data else None,
                actor_id=current_person().id,
                now=request_now(),
            )
            return redirect(url_for(".roster_preview", upload_id=upload.id), 303)
    status = 422 if form.errors else 200
    return render_template(
        "people/roster.html", form=form, columns=COLUMNS, max_bytes=MAX_UPLOAD_BYTES
    ), status


def _read(data: bytes) -> Roster:
    read = read_roster_file(data)
    for issue in read.issues:
        raise InvalidInput(issue.code, **{"field": issue.where.field, **issue.facts})
    return read


@blueprint.get("/people/roster/template.xlsx")
@requires(MANAGERS)
def roster_template() -> ResponseReturnValue:
    """Give the empty roster."""
    names = [person.name for person in queries.list_supervisor_choices()]
    book = make_template(queries.list_posts(), list(dict.fromkeys(names)))
    return send_workbook(book, gettext("花名册模板"))


@blueprint.get("/people/roster/<int:upload_id>")
@requires(MANAGERS)
def roster_preview(upload_id: int) -> ResponseReturnValue:
    """Show what would be imported, what would not and why; nothing is saved yet."""
    upload = queries.get_roster_upload(upload_id)
    checked = services.check_roster(upload, today())
    bad = [row for row in checked if not row.is_good]
    good = [row for row in checked if row.is_good]
    imported = [row for row in upload.rows if "person_id" in row]
    show = request.args.get("show", "")
    shown = {"bad": bad, "good": good}.get(show, [*bad, *good])
    skipped = {
        kind: [row.get("number") or row["heading"] for row in upload.rows if row["kind"] == kind]
        for kind in ("blank", "example", "ignored")
    }
    return render_template(
        "people/roster_preview.html",
        upload=upload,
        cohort=queries.find_cohort(upload.cohort_id) if upload.cohort_id else None,
        page=_page(shown),
        show=show,
        good=good,
        bad=bad,
        imported=imported,
        skipped=skipped,
        columns=_used_columns(upload),
    )


@blueprint.post("/people/roster/<int:upload_id>/confirm")
@requires(MANAGERS)
def roster_confirm(upload_id: int) -> ResponseReturnValue:
    """Import the good rows; a second click imports nothing."""
    upload = queries.get_roster_upload(upload_id)
    count = services.confirm_roster(
        upload,
        cohort=queries.find_cohort(upload.cohort_id) if upload.cohort_id else None,
        with_invitations=bool(request.form.get("with_invitations")),
        today=today(),
        actor_id=current_person().id,
        now=request_now(),
    )
    if count:
        flash(ngettext("已导入 %(num)d 人。", "已导入 %(num)d 人。", count), "success")
    else:
        flash(gettext("这份花名册已经导入过，没有重复导入。"), "warning")
    return redirect(url_for(".roster_preview", upload_id=upload_id), 303)


@blueprint.get("/people/roster/<int:upload_id>/bad.xlsx")
@requires(MANAGERS)
def roster_bad_rows(upload_id: int) -> ResponseReturnValue:
    """Give only the rows that cannot be imported, each with its problem, to mend and upload again."""
    upload = queries.get_roster_upload(upload_id)
    rows = [
        (row.line, _problem(row))
        for row in services.check_roster(upload, today())
        if not row.is_good
    ]
    return send_workbook(make_bad_rows(rows), gettext("有问题的行"))


def _problem(row: CheckedRow) -> str:
    return "\n".join(
        gettext("%(name)s：%(text)s", name=field_label(issue.where.field), text=issue_words(issue))
        for issue in row.issues
    )


def _used_columns(upload: RosterUpload) -> list[str]:
    used = {key for row in upload.rows if row["kind"] == "person" for key in row["values"]}
    return [column.key for column in COLUMNS if column.key in used]


def _page(rows: Sequence[CheckedRow]) -> Page[CheckedRow]:
    pages = max(1, -(-len(rows) // _PAGE_SIZE))
    number = min(max(1, request.args.get("page", 1, type=int)), pages)
    start = (number - 1) * _PAGE_SIZE
    return Page(rows[start : start + _PAGE_SIZE], number, pages, len(rows), "")
