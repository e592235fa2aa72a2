"""What stands around the editor: live preview, pictures, unfinished texts."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

from flask import Response, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.db import will_write
from lms.errors import NotFound
from lms.issues import Issue, Where
from lms.people.access import QUALITY, TRAINER, current_person, requires
from lms.questions import queries, services
from lms.questions.domain.authoring import Authored, Fields, Pair, form_pairs, read_authored
from lms.questions.domain.exchange.pictures import read_picture
from lms.questions.domain.exchange.values import Stimulus
from lms.questions.domain.item_writing import advise
from lms.questions.domain.items import Face, Item, ItemType, face, item_from_json, stable_order
from lms.questions.domain.sketch import Sketch, sketch_of
from lms.questions.models import CaseGroup, ItemBank, ItemDraft, ItemUpload, ItemUploadRow
from lms.questions.problem_words import place_words, problem_words
from lms.questions.queries import Alike
from lms.questions.views.base import blueprint
from lms.questions.views.imports import store
from lms.questions.words import issue_words
from lms.web.access import request_now

MAY_WRITE = TRAINER | QUALITY
_ONLY_READS = frozenset({"questions.preview_item", "questions.preview_group"})
_OF_THE_PAGE = frozenset({"item", "row", "based_on", "draft"})
"""Fields of the editor that say where the text belongs, not what it says."""


@blueprint.before_request
def _only_read() -> None:
    """Let previews read while others write: every POST would otherwise wait for the one writer of SQLite."""
    if request.endpoint in _ONLY_READS:
        will_write.set(False)


def is_fragment() -> bool:
    """Say whether a script asked, which wants the part and not the page."""
    return request.headers.get("X-Fragment") == "1"


def _pairs() -> tuple[Pair, ...]:
    said = form_pairs(request.form.items(multi=True))
    return tuple(pair for pair in said if pair[0] not in _OF_THE_PAGE)


@dataclass(frozen=True, slots=True)
class Shown:
    """An item as it stands in the form.

    Attributes:
        sketch: What can be shown of it while it is incomplete.
        item: It; None while it is incomplete.
        face: What the hire will see of it.
        group: The text that it shares.
        missing: The first thing without which it is incomplete, in words.
    """

    sketch: Sketch
    item: Item | None
    face: Face | None
    group: CaseGroup | None
    missing: str


@blueprint.post("/banks/<key>/items/preview")
@requires(MAY_WRITE)
def preview_item(key: str) -> str:
    """Show the item that the editor's fields say as the hire will see it, with advice; say what is like it.

    Scripts ask for the two apart: looking through tens of thousands of items takes longer.
    """
    bank, pairs = queries.get_bank(key), _pairs()
    item_key = request.form.get("item", "")
    asked = request.headers.get("X-Fragment", "")
    authored, sketch = read_authored(pairs), sketch_of(pairs)
    facts: dict[str, object] = {}
    if asked != "1":
        facts = {
            "alike": _alike(bank, authored, sketch, item_key),
            "is_complete": authored.body is not None,
        }
    if asked == "alike":
        return render_template("questions/_alike.html", bank=bank, **facts)
    template = "questions/_preview.html" if is_fragment() else "questions/preview.html"
    item = None if authored.body is None else item_from_json(authored.body)
    shown = Shown(
        sketch=sketch,
        item=item,
        face=None if item is None else _face(item, item_key or bank.key),
        group=_group(bank, authored),
        missing="" if item else _missing(pairs, authored),
    )
    advice = advise(item) if item else ()
    return render_template(template, bank=bank, shown=shown, advice=advice, **facts)


def _alike(
    bank: ItemBank, authored: Authored, sketch: Sketch, item_key: str
) -> list[tuple[Alike, Item]]:
    body = sketch.body if authored.body is None else authored.body
    found = queries.list_alike(body, bank_id=bank.id, purpose=authored.purpose, but=item_key)
    return [(one, item_from_json(one.version.body)) for one in found]


def _face(item: Item, key: str) -> Face:
    """Return what the hire sees; the right order of an ordering is its key, so that is shuffled as in a paper."""
    order = stable_order(item, person_id=current_person().id, item_key=key)
    return face(item, order if item.type is ItemType.ORDERING else None)


def _group(bank: ItemBank, authored: Authored) -> CaseGroup | None:
    group = queries.find_group(authored.group) if authored.group else None
    return group if group is not None and group.bank_id == bank.id else None


def _missing(pairs: tuple[Pair, ...], authored: Authored) -> str:
    if not authored.problems:
        return ""
    problem = authored.problems[0]
    place = place_words(problem.field, Fields(pairs))
    return str(gettext("%(place)s：%(words)s", place=place, words=problem_words(problem)))


@blueprint.post("/banks/<key>/pictures")
@requires(MAY_WRITE)
def upload_picture(key: str) -> ResponseReturnValue:
    """Keep a picture that was pasted, dropped or chosen, and say how the text shows it."""
    services.check_writable(queries.get_bank(key))
    file = request.files.get("picture")
    if file is None:
        return jsonify(error=gettext("没有收到图片，请再试一次。")), 422
    with closing(file):
        picture = read_picture(file.read(), file.filename or gettext("图片"), Where())
    if isinstance(picture, Issue):
        return jsonify(error=issue_words(picture)), 422
    services.keep_pictures({picture.name: picture.content}, store(), request_now())
    return jsonify(
        markdown=f"![{gettext('描述')}](media:{picture.name})",
        url=url_for("questions.item_media", name=picture.name),
    )


@blueprint.post("/banks/<key>/items/draft")
@requires(MAY_WRITE)
def save_draft(key: str) -> Response:
    """Keep the fields of the editor as they stand."""
    bank = queries.get_bank(key)
    item_key = request.form.get("item", "")
    draft = services.save_draft(
        bank,
        person_id=current_person().id,
        fields=_pairs(),
        item=queries.get_item(item_key) if item_key else None,
        row=_row(bank),
        based_on=request.form.get("based_on", 0, type=int),
        draft_id=request.form.get("draft", type=int),
        now=request_now(),
    )
    zone = current_app.extensions["settings"].zone
    at = draft.saved_at.astimezone(zone)
    return jsonify(saved_at=draft.saved_at.isoformat(), at=f"{at:%H:%M}", draft=draft.id)


def _row(bank: ItemBank) -> ItemUploadRow | None:
    row_id = request.form.get("row", type=int)
    return None if row_id is None else queries.find_upload_row(row_id, bank.id)


@blueprint.post("/drafts/<int:draft_id>/discard")
@requires(MAY_WRITE)
def discard_draft(draft_id: int) -> ResponseReturnValue:
    """Throw away an unfinished text of one's own."""
    person_id = current_person().id
    key = queries.get_draft(draft_id, person_id).bank.key
    if not services.forget_draft(person_id, draft_id=draft_id):
        raise NotFound("item_draft", id=draft_id)
    flash(gettext("已丢掉。"), "success")
    return redirect(url_for(".show_bank", key=key), 303)


@dataclass(frozen=True, slots=True)
class RowBeside:
    """What stands beside the editor while a row of an import is put right.

    Attributes:
        row: The row.
        upload: Its upload.
        issues: What was found about it.
        shared: The text that it shared in the file, when the bank does not have it yet.
    """

    row: ItemUploadRow
    upload: ItemUpload
    issues: Sequence[Issue]
    shared: Stimulus | None


def _row_beside(row: ItemUploadRow) -> RowBeside:
    upload = queries.get_upload(row.upload_id)
    key = str(row.entry.get("stimulus", ""))
    stimulus, group = services.find_shared(upload, key) if key else (None, None)
    issues = [services.issue_from_json(each) for each in row.issues]
    return RowBeside(row, upload, issues, stimulus if group is None else None)


@blueprint.context_processor
def _aids() -> dict[str, object]:
    def unfinished_drafts(bank: ItemBank) -> Sequence[ItemDraft]:
        return queries.list_drafts(current_person().id, bank.id)

    return {
        "unfinished_drafts": unfinished_drafts,
        "row_beside": _row_beside,
        "issue_words": issue_words,
    }
