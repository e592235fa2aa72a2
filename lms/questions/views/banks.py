"""Item banks for those who care for them: the list of banks, and the items of one, found and chosen."""

from urllib.parse import urlencode

from flask import Response, render_template, request
from flask_babel import gettext

from lms.db import db
from lms.people.access import QUALITY, TRAINER, current_person, requires
from lms.questions import queries, services
from lms.questions.views.base import MAY_READ, MAY_WRITE, blueprint
from lms.questions.views.bulk_words import act_words
from lms.questions.views.filtering import asked_for, make_widgets, order_widget, read_filter
from lms.questions.views.sheet import banks_as_xlsx, items_as_xlsx
from lms.web.listing import PAGE_SIZE, paginate, search_words


def _xlsx_url() -> str:
    """Return the address of this list, as narrowed now, as a download."""
    asked = {name: value for name, value in request.args.items() if name != "page"}
    return f"{request.path}?{urlencode({**asked, 'format': 'xlsx'})}"


@blueprint.get("/banks")
@requires(MAY_READ)
def list_banks() -> str | Response:
    """Show the banks with what they hold; ``?format=xlsx`` downloads the list."""
    state = request.args.get("state", "")
    query = queries.select_banks(search_words(), state=state)
    if request.args.get("format") == "xlsx":
        banks = db.session.scalars(query).all()
        counts = queries.count_items([bank.id for bank in banks])
        return banks_as_xlsx(banks, counts, gettext("题库"))
    page = paginate(query)
    return render_template(
        "questions/banks.html",
        may_write=MAY_WRITE.allows(current_person()),
        page=page,
        counts=queries.count_items([bank.id for bank in page.rows]),
        state=state,
        xlsx_url=_xlsx_url(),
    )


@blueprint.get("/banks/<key>")
@requires(MAY_READ)
def show_bank(key: str) -> str | Response:
    """Show the items of a bank that match; ``?format=xlsx`` downloads them with key and feedback."""
    bank = queries.get_bank(key)
    wanted = read_filter(request.args)
    if request.args.get("format") == "xlsx":
        versions = db.session.scalars(queries.select_items(bank.id, wanted)).all()
        return items_as_xlsx(versions, f"{gettext('题库')}-{bank.title}")
    number = request.args.get("page", 1, type=int)
    count = queries.count_items([bank.id])[bank.id]
    total = None if wanted.is_narrowed else count.all
    page = queries.find_items(bank.id, wanted, number=number, size=PAGE_SIZE, total=total)
    person = current_person()
    may_write = MAY_WRITE.allows(person)
    groups = queries.list_groups(bank.id)
    return render_template(
        "questions/bank.html",
        may_write=may_write,
        may_edit=may_write and bank.origin == queries.APP and not bank.retired_at,
        may_see_statistics=(TRAINER | QUALITY).allows(person),
        bank=bank,
        page=page,
        count=count,
        groups=groups,
        widgets=make_widgets(bank, wanted, total=count.all, groups=groups),
        order=order_widget(wanted),
        is_narrowed=wanted.is_narrowed,
        asked=asked_for(wanted),
        acts=act_words(),
        bulk_at_most=services.BULK_AT_MOST,
        xlsx_url=_xlsx_url(),
    )
