"""Banks of the browser: new, renamed, copied to be edited; banks as files; pictures of items."""

import re

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.errors import InvalidInput, InvalidState, NotFound
from lms.people.access import HR, QUALITY, SIGNED_IN, STAFF, TRAINER, current_person, requires
from lms.questions import queries, services
from lms.questions.domain.exchange.formats import FORMATS, WRITTEN, XLSX
from lms.questions.domain.exchange.formats import Written as WrittenFile
from lms.questions.domain.exchange.xlsx import write_xlsx
from lms.questions.forms import BankForm, NewBankForm, format_words, purpose_words
from lms.questions.models import ItemBank
from lms.questions.views.base import blueprint, is_english
from lms.questions.views.imports import as_download, store
from lms.questions.words import issue_words
from lms.web.access import request_now
from lms.web.markdown import MEDIA_PATH

MAY_READ = TRAINER | QUALITY | HR
MAY_WRITE = TRAINER | QUALITY
_PICTURE = re.compile(r"([0-9a-f]{64})\.(png|jpg|gif|webp)")
_TYPES = {"png": "image/png", "jpg": "image/jpeg", "gif": "image/gif", "webp": "image/webp"}


@blueprint.route("/banks/new", methods=["GET", "POST"])
@requires(MAY_WRITE)
def new_bank() -> ResponseReturnValue:
    """Create a bank that is authored in the browser."""
    form = NewBankForm()
    if form.validate_on_submit():
        try:
            bank = services.create_bank(
                key=form.key.data or "",
                title=form.title.data or "",
                title_en=form.title_en.data or "",
                now=request_now(),
                actor_id=current_person().id,
            )
        except InvalidInput as error:
            form.key.errors = [_key_words(error.code)]
        else:
            flash(gettext("题库建好了。现在可以导入题目。"), "success")
            return redirect(url_for(".import_items", key=bank.key), 303)
    status = 422 if form.errors else 200
    return render_template("questions/bank_form.html", form=form, bank=None, is_copy=False), status


def _key_words(code: str) -> str:
    words: dict[str, str] = {
        "bank_key_taken": gettext("已经有题库用这个编号了，请换一个。"),
        "bank_key_malformed": gettext("编号只能用小写字母、数字和横线，最多 40 个字符。"),
    }
    return words[code]


@blueprint.route("/banks/<key>/edit", methods=["GET", "POST"])
@requires(MAY_WRITE)
def edit_bank(key: str) -> ResponseReturnValue:
    """Rename a bank of the browser."""
    bank = queries.get_bank(key)
    if bank.origin != queries.APP:
        raise InvalidState("bank_read_only", bank=bank.key)
    form = BankForm(obj=bank)
    if form.validate_on_submit():
        services.rename_bank(
            bank,
            title=form.title.data or "",
            title_en=form.title_en.data or "",
            now=request_now(),
            actor_id=current_person().id,
        )
        flash(gettext("已改名。"), "success")
        return redirect(url_for(".show_bank", key=key), 303)
    status = 422 if form.errors else 200
    return render_template("questions/bank_form.html", form=form, bank=bank, is_copy=False), status


@blueprint.route("/banks/<key>/copy", methods=["GET", "POST"])
@requires(MAY_WRITE)
def copy_bank(key: str) -> ResponseReturnValue:
    """Copy a bank into one of the browser, where its items can be changed."""
    bank = queries.get_bank(key)
    form = NewBankForm(
        title=gettext("%(title)s（副本）", title=bank.title), title_en=_copied_title_en(bank)
    )
    if form.validate_on_submit():
        try:
            copy, count = services.copy_bank(
                bank,
                key=form.key.data or "",
                title=form.title.data or "",
                title_en=form.title_en.data or "",
                now=request_now(),
                actor_id=current_person().id,
            )
        except InvalidInput as error:
            form.key.errors = [_key_words(error.code)]
        else:
            flash(
                gettext("已复制 %(count)s 题。小回顾题先是草稿，免得课里重复出现。", count=count),
                "success",
            )
            return redirect(url_for(".show_bank", key=copy.key), 303)
    status = 422 if form.errors else 200
    return render_template("questions/bank_form.html", form=form, bank=bank, is_copy=True), status


def _copied_title_en(bank: ItemBank) -> str:
    return f"{bank.title_en} (copy)" if bank.title_en else ""


@blueprint.get("/banks/<key>/export")
@requires(MAY_READ)
def export_bank(key: str) -> str:
    """Offer a bank as a file; for the format chosen, show first what it cannot say."""
    bank = queries.get_bank(key)
    name, purpose = _asked()
    count = queries.count_items([bank.id])[bank.id].by_purpose.get(purpose, 0)
    issues = _write(bank, name, purpose)[1] if name and count else ()
    return render_template(
        "questions/export.html",
        bank=bank,
        name=name,
        purpose=purpose,
        count=count,
        formats=[(each, format_words()[each]) for each in WRITTEN],
        purposes=list(purpose_words().items()),
        issues=issues,
        issue_words=issue_words,
    )


def _asked() -> tuple[str, str]:
    name, purpose = request.args.get("format", ""), request.args.get("purpose", queries.QUIZ)
    if (name and name not in WRITTEN) or purpose not in services.PURPOSES:
        raise NotFound("format", name=name)
    return name, purpose


def _write(bank: ItemBank, name: str, purpose: str) -> WrittenFile:
    outgoing = queries.get_outgoing(bank, purpose, store())
    if name == XLSX:
        return write_xlsx(outgoing, "en" if is_english() else "zh")
    writer = FORMATS[name].write
    if writer is None:
        raise NotFound("format", name=name)
    return writer(outgoing)


@blueprint.get("/banks/<key>/export/file")
@requires(MAY_READ)
def export_file(key: str) -> Response:
    """Give a bank as a file."""
    bank = queries.get_bank(key)
    name, purpose = _asked()
    if not name:
        raise NotFound("format", name=name)
    data, _ = _write(bank, name, purpose)
    each = FORMATS[name]
    return as_download(data, each.media_type, f"{bank.title}{each.ending}")


@blueprint.get(f"{MEDIA_PATH}<name>")
@requires(SIGNED_IN)
def item_media(name: str) -> Response:
    """Serve a picture of items by its content; those of an upload that is not confirmed to staff only."""
    match = _PICTURE.fullmatch(name)
    if match is None:
        raise NotFound("picture", name=name)
    try:
        data = store().get(match[1])
    except NotFound:
        found = queries.find_upload_picture(name) if STAFF.allows(current_person()) else None
        if found is None:
            raise NotFound("picture", name=name) from None
        data = found
    response = Response(data, mimetype=_TYPES[match[2]])
    response.headers["Content-Disposition"] = "inline"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, max-age=2592000, immutable"
    return response
