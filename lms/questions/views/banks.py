"""Item banks for those who care for them. Everybody with a right here only reads."""

from collections.abc import Iterable
from urllib.parse import urlencode

from flask import Response, render_template, request
from flask_babel import gettext

from lms.db import db
from lms.people.access import HR, QUALITY, TRAINER, current_person, requires
from lms.questions import queries
from lms.questions.domain.difference import Snapshot, compare_history
from lms.questions.domain.identity import ItemFacts
from lms.questions.domain.item_writing import advise
from lms.questions.domain.items import (
    ItemType,
    explain,
    face,
    item_from_json,
    parse_response,
    stable_order,
)
from lms.questions.forms import (
    credit_words,
    difficulty_words,
    purpose_words,
    state_words,
    type_words,
)
from lms.questions.models import ItemBank, ItemVersion
from lms.questions.views.base import blueprint, is_english
from lms.questions.views.sheet import banks_as_xlsx, items_as_xlsx
from lms.web.listing import paginate, search_words

MAY_READ = TRAINER | QUALITY | HR
MAY_WRITE = TRAINER | QUALITY

Choice = tuple[str, str]


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
    wanted = queries.ItemFilter(
        words=search_words(),
        purpose=request.args.get("purpose", ""),
        type=request.args.get("type", ""),
        lesson_key=request.args.get("lesson", ""),
        point=request.args.get("point", ""),
        difficulty=request.args.get("difficulty", ""),
        state=request.args.get("state", ""),
    )
    query = queries.select_items(bank.id, wanted)
    if request.args.get("format") == "xlsx":
        return items_as_xlsx(db.session.scalars(query).all(), f"{gettext('题库')}-{bank.title}")
    page = paginate(query)
    return render_template(
        "questions/bank.html",
        may_write=MAY_WRITE.allows(current_person()),
        bank=bank,
        page=page,
        count=queries.count_items([bank.id])[bank.id],
        filters=_filters(bank, wanted),
        xlsx_url=_xlsx_url(),
    )


def _filters(bank: ItemBank, wanted: queries.ItemFilter) -> list[dict[str, object]]:
    lessons = [
        (lesson.key, _title(lesson.title, lesson.title_en) or lesson.key)
        for lesson in queries.list_lessons(bank.id)
    ]
    points = [(point, point) for point in queries.list_points(bank.id)]

    def choose(name: str, label: str, choices: Iterable[Choice], value: str) -> dict[str, object]:
        options = [("", gettext("全部")), *choices]
        return {"name": name, "label": label, "options": options, "value": value}

    return [
        choose("purpose", gettext("用途"), purpose_words().items(), wanted.purpose),
        choose("type", gettext("题型"), type_words().items(), wanted.type),
        choose("lesson", gettext("所属课程"), lessons, wanted.lesson_key),
        choose("point", gettext("知识点"), points, wanted.point),
        choose("difficulty", gettext("难度"), difficulty_words().items(), wanted.difficulty),
        choose("state", gettext("状态"), state_words().items(), wanted.state),
    ]


def _title(title: str, title_en: str) -> str:
    return title_en if is_english() and title_en else title


@blueprint.get("/items/<key>")
@requires(MAY_READ)
def show_item(key: str) -> str:
    """Show an item as the hire sees it, its key and feedback, and how it came to be so."""
    item = queries.get_item(key)
    versions = queries.list_versions(item.id)
    current = versions[-1]
    lesson = queries.find_lesson_name(current.lesson_key)
    snapshots = [_snapshot(version) for version in versions]
    history = list(zip(versions, compare_history(snapshots), strict=True))
    words = snapshots[-1].item
    # The authored order of an ordering is its key: show one as a hire would get it.
    order = stable_order(words, person_id=current_person().id, item_key=key)
    return render_template(
        "questions/item.html",
        face=face(words, order if words.type is ItemType.ORDERING else None),
        advice=() if item.state == queries.RETIRED else advise(words),
        key_rows=explain(words, parse_response(words, {})).rows,
        item=item,
        version=current,
        words=words,
        lesson=lesson,
        lesson_title=_title(lesson.title, lesson.title_en) if lesson else "",
        history=history[::-1],
        value_words=_value_words(),
    )


def _snapshot(version: ItemVersion) -> Snapshot:
    facts = ItemFacts(
        lesson_key=version.lesson_key,
        point=version.point,
        cards=tuple(version.cards),
        difficulty=version.difficulty,
        red_line=version.red_line,
    )
    return Snapshot(item_from_json(version.body), facts)


def _value_words() -> dict[str, dict[str, str]]:
    """Return how the plain values of a change are said, by field."""
    yes_or_no = {"true": gettext("是"), "false": gettext("否")}
    return {
        "type": type_words(),
        "difficulty": difficulty_words(),
        "credit": credit_words(),
        "red_line": yes_or_no,
        "match_case": yes_or_no,
        "match_width": yes_or_no,
        "fold_traditional": yes_or_no,
    }
