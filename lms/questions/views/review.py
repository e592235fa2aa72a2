"""What waits for review, and the steps of a review."""

from collections.abc import Callable
from urllib.parse import urlencode

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.clock import local_date
from lms.db import db
from lms.errors import InvalidInput, InvalidState, NotAllowed
from lms.people.access import current_person, requires
from lms.questions import queries, services
from lms.questions.forms import type_words
from lms.questions.models import ItemBank
from lms.questions.views.base import MAY_WRITE, blueprint, is_english
from lms.questions.views.items import as_asked, asked_reviews, render_item
from lms.questions.views.rendering import plain
from lms.web.access import request_now, wants_json
from lms.web.kit import local_path
from lms.web.listing import Column, Page, as_xlsx, paginate

_SHOWN = (queries.FOR_ME, queries.OWN, queries.SENT_BACK, queries.EVERYTHING)


@blueprint.get("/reviews")
@requires(MAY_WRITE)
def list_reviews() -> str | Response:
    """Show what waits for review, longest first; ``?format=xlsx`` downloads it."""
    wanted = asked_reviews()
    query = queries.select_reviews(wanted)
    if request.args.get("format") == "xlsx":
        rows = [queries.Review(*row) for row in db.session.execute(query)]
        return as_xlsx(rows, _columns(), gettext("待审的题"))
    page = paginate(query, scalars=False)
    reviews = [queries.Review(*row) for row in page.rows]
    asked = as_asked(wanted)
    return render_template(
        "questions/reviews.html",
        page=Page(reviews, page.number, page.pages, page.total, page.words),
        wanted=wanted,
        asked=asked,
        counts={
            show: queries.count_reviews(queries.ReviewFilter(wanted.person_id, show))
            for show in _SHOWN
        },
        filters=_filters(wanted),
        xlsx_url=f"{request.path}?{urlencode({**asked, 'format': 'xlsx'})}",
    )


def _columns() -> list[Column[queries.Review]]:
    types = type_words()
    zone = current_app.extensions["settings"].zone
    return [
        Column(gettext("编号"), lambda row: row.version.item.key, 20),
        Column(gettext("题库"), lambda row: _title(row.version.item.bank), 24),
        Column(gettext("题型"), lambda row: types[row.version.type]),
        Column(gettext("题干"), lambda row: plain(str(row.version.body["stem"])), 60),
        Column(
            gettext("新题或改题"),
            lambda row: gettext("改题") if row.is_proposal else gettext("新题"),
        ),
        Column(gettext("出题人"), lambda row: row.author or ""),
        Column(gettext("送审"), lambda row: local_date(row.since, zone)),
    ]


def _title(bank: ItemBank) -> str:
    return bank.title_en if is_english() and bank.title_en else bank.title


def _filters(wanted: queries.ReviewFilter) -> list[dict[str, object]]:
    choices = queries.list_review_choices(wanted.person_id, wanted.show)
    every = ("", gettext("全部"))
    author = "" if wanted.author_id is None else str(wanted.author_id)
    return [
        {
            "name": "bank",
            "label": gettext("题库"),
            "options": [every, *((bank.key, _title(bank)) for bank in choices.banks)],
            "value": wanted.bank,
        },
        {
            "name": "type",
            "label": gettext("题型"),
            "options": [every, *type_words().items()],
            "value": wanted.type,
        },
        {
            "name": "author",
            "label": gettext("出题人"),
            "options": [every, *((str(each), name) for each, name in choices.authors)],
            "value": author,
        },
    ]


@blueprint.get("/reviews/next")
@requires(MAY_WRITE)
def next_review() -> ResponseReturnValue:
    """Lead to the review after ``?after=``, or to the first; to the list when there is none."""
    wanted = asked_reviews()
    asked = as_asked(wanted)
    key = request.args.get("after", "")
    version = queries.find_next_review(wanted, queries.find_item(key) if key else None)
    if version is None:
        return redirect(url_for(".list_reviews", done=1, **asked))
    return redirect(url_for(".show_item", key=version.item.key, queue=1, **asked))


def _seen() -> dict[str, int | None]:
    """Return which state of the item the person was looking at, if the form says it."""
    return {"revision": request.form.get("revision", type=int)}


def _take(
    key: str, step: Callable[..., None], said: str, **facts: int | None
) -> ResponseReturnValue:
    """Take one step, and lead back; a refused one shows the item as it is now, with the reason."""
    text = request.form.get("text", "").replace("\r\n", "\n").strip()
    actor_id, now = current_person().id, request_now()
    try:
        step(queries.get_item(key), text=text, actor_id=actor_id, now=now, **facts)
    except (InvalidState, InvalidInput, NotAllowed) as error:
        if wants_json():
            raise
        db.session.rollback()
        return render_item(queries.get_item(key), problem=error), error.status
    flash(said, "success")
    wanted = request.form.get("next", "")
    return redirect(local_path(wanted) if wanted else url_for(".show_item", key=key), 303)


@blueprint.post("/items/<key>/submit")
@requires(MAY_WRITE)
def submit_item(key: str) -> ResponseReturnValue:
    """Send a draft to review."""
    said = gettext("已送审，等另一个人审过就能用。")
    return _take(key, services.submit_item, said, **_seen())


@blueprint.post("/items/<key>/withdraw")
@requires(MAY_WRITE)
def withdraw_item(key: str) -> ResponseReturnValue:
    """Take back what was sent to review."""
    said = gettext("已撤回，现在是草稿，可以接着改。")
    return _take(key, services.withdraw_item, said, **_seen())


@blueprint.post("/items/<key>/approve")
@requires(MAY_WRITE)
def approve_item(key: str) -> ResponseReturnValue:
    """Put the version under review into use."""
    said = gettext("通过了，%(key)s 现在可以用。", key=key)
    return _take(key, services.approve_item, said, **_seen())


@blueprint.post("/items/<key>/return")
@requires(MAY_WRITE)
def return_item(key: str) -> ResponseReturnValue:
    """Send the version under review back to who wrote it."""
    said = gettext("已退回，%(key)s 等出题人修改。", key=key)
    return _take(key, services.return_item, said, **_seen())


@blueprint.post("/items/<key>/retire")
@requires(MAY_WRITE)
def retire_item(key: str) -> ResponseReturnValue:
    """Take an item out of use."""
    said = gettext("已停用，%(key)s 不再抽进新试卷。", key=key)
    return _take(key, services.retire_item, said, **_seen())


@blueprint.post("/items/<key>/restore")
@requires(MAY_WRITE)
def restore_item(key: str) -> ResponseReturnValue:
    """Put a retired item where it was."""
    return _take(key, services.restore_item, gettext("已恢复。"), **_seen())


@blueprint.post("/items/<key>/comment")
@requires(MAY_WRITE)
def comment_item(key: str) -> ResponseReturnValue:
    """Remark on an item, whatever happened to it meanwhile."""
    return _take(key, services.comment_item, gettext("留言记下了。"))
