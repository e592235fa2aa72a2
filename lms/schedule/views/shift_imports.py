"""Importing a shift roster: upload, what its month and codes mean, preview, confirmation, bad rows."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.errors import InvalidInput, InvalidState, NotFound
from lms.people.access import current_person, requires
from lms.people.models import Person
from lms.people.queries import list_persons
from lms.schedule import queries, services
from lms.schedule.domain.hours import BadHours, Hours, parse_hours
from lms.schedule.domain.shift_check import BadLine, Checked, PersonDays
from lms.schedule.domain.shift_days import month_start, needs_month
from lms.schedule.domain.shift_sheet import Layout, Table
from lms.schedule.forms import ShiftFileForm
from lms.schedule.models import ShiftUpload
from lms.schedule.shift_file import make_bad_shifts, make_shift_template, read_shift_file
from lms.schedule.shift_store import choice_from_json
from lms.schedule.views.blueprint import PLANNERS, blueprint, zone
from lms.schedule.words import file_words, issue_words, legend_words, place_words
from lms.web.access import request_now
from lms.web.kit import MAX_UPLOAD_BYTES
from lms.web.listing import Page, send_workbook

_PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class _Told:
    """What the form of month and codes says.

    Attributes:
        month: As sent.
        hours: What could be read, by code.
        texts: As sent, by code.
        errors: Sentences by code, or by ``month``.
        blank_is_rest: Whether empty cells are rest days.
    """

    month: str = ""
    hours: Mapping[str, Hours] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    blank_is_rest: bool = False


@blueprint.route("/shifts/import", methods=["GET", "POST"])
@requires(PLANNERS)
def import_shifts() -> ResponseReturnValue:
    """Take a file, read it, and lead to its preview."""
    form = ShiftFileForm()
    if form.validate_on_submit():
        data = form.file.data.read()
        try:
            book = read_shift_file(data)
        except InvalidInput as error:
            form.file.errors = [file_words(error.code, error.facts)]
        else:
            upload = services.keep_shifts(
                book,
                data=data,
                filename=form.file.data.filename or "",
                actor_id=current_person().id,
                now=request_now(),
            )
            return redirect(url_for(".shift_preview", upload_id=upload.id), 303)
    return render_template(
        "schedule/shift_import.html", form=form, max_bytes=MAX_UPLOAD_BYTES
    ), 422 if form.errors else 200


@blueprint.get("/shifts/import/template.xlsx")
@requires(PLANNERS)
def shift_template() -> ResponseReturnValue:
    """Give the empty list."""
    return send_workbook(make_shift_template(), gettext("排班模板"))


@blueprint.get("/shifts/import/<int:upload_id>")
@requires(PLANNERS)
def shift_preview(upload_id: int) -> ResponseReturnValue:
    """Show what would be imported, what would not and why; nothing is saved yet."""
    return _show(queries.get_shift_upload(upload_id))


@blueprint.post("/shifts/import/<int:upload_id>/sheet")
@requires(PLANNERS)
def choose_shift_sheet(upload_id: int) -> ResponseReturnValue:
    """Choose one of several sheets."""
    upload = queries.get_shift_upload(upload_id)
    sheet = request.form.get("sheet", -1, type=int)
    if not 0 <= sheet < len(upload.tables):
        raise NotFound("shift_sheet")
    services.choose_sheet(upload, sheet)
    return redirect(url_for(".shift_preview", upload_id=upload_id), 303)


@blueprint.post("/shifts/import/<int:upload_id>/codes")
@requires(PLANNERS)
def tell_shifts(upload_id: int) -> ResponseReturnValue:
    """Keep which month it is and what the codes mean."""
    upload = queries.get_shift_upload(upload_id)
    table, checked = _chosen(upload)
    told = _read_told(table, checked)
    if told.errors:
        return _show(upload, told), 422
    services.set_choice(
        upload,
        sheet=upload.choice["sheet"],
        month=told.month,
        hours=told.hours,
        blank_is_rest=told.blank_is_rest,
    )
    return redirect(url_for(".shift_preview", upload_id=upload_id), 303)


@blueprint.post("/shifts/import/<int:upload_id>/confirm")
@requires(PLANNERS)
def confirm_shifts(upload_id: int) -> ResponseReturnValue:
    """Replace the days; a second click changes nothing."""
    upload = queries.get_shift_upload(upload_id)
    outcome = services.confirm_shifts(
        upload, zone=zone(), actor_id=current_person().id, now=request_now()
    )
    if outcome is None:
        flash(gettext("这份排班已经导入过，没有重复导入。"), "warning")
    else:
        flash(
            gettext(
                "已导入：新增 %(added)s 天，改动 %(changed)s 天，%(same)s 天和原来一样。",
                added=outcome.added,
                changed=outcome.changed,
                same=outcome.same,
            ),
            "success",
        )
    return redirect(url_for(".shift_preview", upload_id=upload_id), 303)


@blueprint.get("/shifts/import/<int:upload_id>/bad.xlsx")
@requires(PLANNERS)
def bad_shifts(upload_id: int) -> ResponseReturnValue:
    """Give only what cannot be imported, each row with its problem, to mend and upload again."""
    table, checked = _chosen(queries.get_shift_upload(upload_id))
    rows = [(one, _problem(one)) for one in checked.bad]
    return send_workbook(make_bad_shifts(table, checked.dates, rows), gettext("有问题的行"))


def _problem(bad: BadLine) -> str:
    return "\n".join(
        gettext("%(name)s：%(text)s", name=place_words(one.where.field), text=issue_words(one))
        for one in bad.issues
    )


def _chosen(upload: ShiftUpload) -> tuple[Table, Checked]:
    chosen = services.chosen_table(upload)
    if chosen is None:
        raise InvalidState("shifts_no_sheet")
    return chosen


def _read_told(table: Table, checked: Checked) -> _Told:
    """Read the form: a field for each code by its place in the list, and the month where it is needed."""
    hours: dict[str, Hours] = {}
    texts: dict[str, str] = {}
    errors: dict[str, str] = {}
    for at, use in enumerate(checked.codes):
        # The code travels with its field: meanwhile somebody may have joined, and the list may be longer.
        code = request.form.get(f"code-{at}", use.code)
        texts[code] = text = request.form.get(f"hours-{at}", "").strip()[:100]
        try:
            if text:
                hours[code] = parse_hours(text)
        except BadHours as error:
            errors[code] = _hours_error(error.code)
    month = request.form.get("month", "")[:7]
    if needs_month(table) and month_start(month) is None:
        errors["month"] = gettext("请选月份，例如 2026-11。")
    return _Told(month, hours, texts, errors, bool(request.form.get("blank_is_rest")))


def _hours_error(code: str) -> str:
    sentences: dict[str, str] = {
        "too_long": gettext("超过 16 小时，请检查。"),
        "overlap": gettext("几段时间重叠了，或者先后反了。"),
    }
    return sentences.get(code) or str(gettext("请写成 09:00–18:00 这样，或者写“休息”。"))


def _show(upload: ShiftUpload, told: _Told | None = None) -> str:
    chosen = services.chosen_table(upload)
    if chosen is None:
        return render_template("schedule/shift_sheets.html", upload=upload)
    table, checked = chosen
    show = "bad" if request.args.get("show") == "bad" else ""
    page = _page(checked.bad if show else checked.people)
    return render_template(
        "schedule/shift_preview.html",
        upload=upload,
        table=table,
        checked=checked,
        is_matrix=table.layout is Layout.MATRIX,
        needs_month=needs_month(table),
        codes=_codes(upload, checked, told),
        told=told or _Told(upload.choice["month"], blank_is_rest=upload.choice["blank_is_rest"]),
        outcome=services.compare_days(checked.people, zone()),
        span=_span(checked),
        show=show,
        page=page,
        persons=_persons(page.rows),
    )


@dataclass(frozen=True, slots=True)
class _CodeRow:
    code: str
    count: int
    text: str
    source: str
    error: str


def _codes(upload: ShiftUpload, checked: Checked, told: _Told | None) -> list[_CodeRow]:
    """Return the rows of the legend, most frequent first."""
    proposed = services.propose_hours(upload, [use.code for use in checked.codes])
    known = choice_from_json(upload.choice).hours
    rows: list[_CodeRow] = []
    for use in checked.codes:
        text, source = proposed[use.code]
        hours = known.get(use.code)
        own = "" if hours is None else legend_words(hours)
        is_proposed = bool(text) and hours == parse_hours(text)
        rows.append(
            _CodeRow(
                use.code,
                use.count,
                own if told is None else told.texts.get(use.code, own),
                source if is_proposed else "",
                "" if told is None else told.errors.get(use.code, ""),
            )
        )
    return rows


def _span(checked: Checked) -> tuple[dt.date, dt.date] | None:
    days = [day.on for one in checked.people for day in one.days]
    return (min(days), max(days)) if days else None


def _persons(rows: Sequence[PersonDays | BadLine]) -> dict[int, Person]:
    ids = [one.person_id for one in rows if isinstance(one, PersonDays)]
    return {one.id: one for one in list_persons(ids)} if ids else {}


def _page(rows: Sequence[PersonDays | BadLine]) -> Page[PersonDays | BadLine]:
    pages = max(1, -(-len(rows) // _PAGE_SIZE))
    number = min(max(1, request.args.get("page", 1, type=int)), pages)
    start = (number - 1) * _PAGE_SIZE
    return Page(rows[start : start + _PAGE_SIZE], number, pages, len(rows), "")
