"""Pages of the library: the list of cards, and one card with its history."""

from collections.abc import Sequence

from flask import Blueprint, Response, current_app, render_template, request
from flask_babel import get_locale, gettext

from lms.clock import local_date
from lms.db import db
from lms.library.domain.cards import card_html
from lms.library.models import RuleCard
from lms.library.queries import as_card, list_versions, select_cards
from lms.people.access import SIGNED_IN, requires
from lms.web.access import request_now
from lms.web.listing import Column, as_xlsx, paginate, search_words
from lms.web.markdown import sanitise

blueprint = Blueprint("library", __name__, template_folder="templates")

KINDS = ("law", "platform")


def card_words() -> dict[str, str]:
    """Return the labels on a card in the reader's language."""
    return {
        "rule": gettext("规则大意"),
        "say": gettext("客服怎么说"),
        "do": gettext("客服怎么做"),
        "consequence": gettext("违反的后果"),
        "values": gettext("带日期的数字"),
        "unchecked": gettext("待核"),
        "checked": gettext("核对于 {date}"),
        "effective": gettext("{date} 起施行"),
        "version": gettext("第 {number} 版"),
        "as_of": gettext("截至 {date}"),
    }


@blueprint.get("/library")
@requires(SIGNED_IN)
def list_cards() -> str | Response:
    """List the cards that apply; ``?format=xlsx`` downloads them."""
    kind = request.args.get("kind", "")
    state = request.args.get("state", "")
    query = select_cards(
        search_words(), kind if kind in KINDS else "", unverified=state == "unverified"
    )
    if request.args.get("format") == "xlsx":
        return _cards_xlsx(db.session.scalars(query).all())
    return render_template(
        "library/cards.html",
        page=paginate(query),
        kind=kind,
        state=state,
        kinds=_kind_words(),
        is_english=_is_english(),
    )


@blueprint.get("/library/cards/<key>")
@requires(SIGNED_IN)
def show_card(key: str) -> str:
    """Show a card with its earlier versions; ``?version=`` shows one of those."""
    versions = list_versions(key)
    wanted = request.args.get("version", type=int)
    row = next((each for each in versions if each.version == wanted), versions[0])
    return render_template(
        "library/card.html",
        card=row,
        newest=versions[0],
        versions=versions,
        html=sanitise(card_html(as_card(row), row.version, card_words())),
        kinds=_kind_words(),
        is_english=_is_english(),
    )


def _is_english() -> bool:
    locale = get_locale()
    return locale is not None and locale.language == "en"


def _kind_words() -> dict[str, str]:
    return {"law": gettext("法律"), "platform": gettext("平台规则")}


def _cards_xlsx(rows: Sequence[RuleCard]) -> Response:
    kinds = _kind_words()
    columns: list[Column[RuleCard]] = [
        Column(gettext("编号"), lambda row: row.key),
        Column(gettext("类别"), lambda row: kinds.get(row.kind, row.kind), 10),
        Column(gettext("标题"), lambda row: row.title, 30),
        Column(gettext("来源"), lambda row: row.body["source"], 30),
        Column(gettext("条款"), lambda row: row.body["clause"], 12),
        Column(gettext("规则大意"), lambda row: row.body["rule"], 60),
        Column(gettext("客服怎么说"), lambda row: row.body["say"], 50),
        Column(gettext("客服怎么做"), lambda row: row.body["do"], 50),
        Column(gettext("违反的后果"), lambda row: row.body["consequence"], 40),
        Column(gettext("可信度"), lambda row: row.confidence, 8),
        Column(gettext("核对日期"), lambda row: row.checked_on, 12),
        Column(gettext("版本"), lambda row: row.version, 8),
    ]
    on = local_date(request_now(), current_app.extensions["settings"].zone)
    return as_xlsx(rows, columns, f"{gettext('规则卡')}-{on.isoformat()}")
