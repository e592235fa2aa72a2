"""Importing files of items: keep the upload, plan it, write it once it is confirmed, all or nothing."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Table, delete, insert, select, update

from lms.audit.services import record
from lms.db import db, insert_rows
from lms.documents.storage import FileStore
from lms.errors import InvalidInput, InvalidState
from lms.issues import Issue, Where
from lms.organisation.queries import is_second_review_on
from lms.questions import queries
from lms.questions.domain.exchange.formats import XLSX, detect, read_file
from lms.questions.domain.exchange.values import Parsed, Stimulus
from lms.questions.domain.exchange.xlsx import ColumnMap, propose_mapping, read_sheets
from lms.questions.domain.exchange.yaml_bank import stimulus_as_entry, stimulus_from_entry
from lms.questions.domain.merging import Defaults, Plan, Verb, make_plan, with_defaults
from lms.questions.models import ItemBank, ItemUpload, ItemUploadPicture, ItemUploadRow
from lms.questions.services.banks import check_writable
from lms.questions.services.rows_by_hand import as_written, list_written_places
from lms.questions.services.upload_rows import KeptRow, entry_of, issue_as_json, row_of
from lms.questions.services.writing import Writer, Written, keep_pictures

KEPT_DAYS = 30
"""How long an upload is kept after which nobody comes back to it."""
MAPPING, PREVIEW, CONFIRMED, DISCARDED = "mapping", "preview", "confirmed", "discarded"
COMES_IN_AS = (queries.READY, queries.IN_REVIEW, queries.DRAFT)
"""States in which complete items may come in at all; ``comes_in_as`` says which of them for whom."""
_ROWS_AT_ONCE = 500
_LINKED = 1000
_ROWS = cast("Table", ItemUploadRow.__table__)
"""The table itself: thousands of rows are written without objects."""


def create_upload(
    bank: ItemBank,
    *,
    data: bytes,
    filename: str,
    format_name: str,
    purpose: str,
    actor_id: int,
    now: dt.datetime,
) -> ItemUpload:
    """Keep a file between upload and confirmation. The bank is not touched.

    An xlsx waits for somebody to agree to what its columns mean; anything else is planned at once.

    Args:
        bank: Where the items are to go.
        data: The file.
        filename: Its name.
        format_name: One of ``formats.READ``, or "" to find out.
        purpose: What new items are for: ``quiz`` or ``recall``.
        actor_id: Who uploads.
        now: The instant.

    Raises:
        InvalidState: The bank cannot be written.
        InvalidInput: ``format_undetected``: which format it is cannot be told; facts ``issue``.
    """
    check_writable(bank)
    forget_old_uploads(now)
    issues: tuple[Issue, ...] = ()
    if not format_name:
        detected = detect(data, filename)
        if not detected.format:
            raise InvalidInput("format_undetected", issue=detected.issues[0])
        format_name, issues = detected.format, detected.issues
    upload = ItemUpload(
        bank=bank,
        uploaded_by=actor_id,
        uploaded_at=now,
        filename=filename[:255],
        file_sha256=hashlib.sha256(data).hexdigest(),
        data=data,
        format=format_name,
        purpose=purpose,
        state=PREVIEW,
        issues=[issue_as_json(issue) for issue in issues],
        confirmed_at=None,
    )
    db.session.add(upload)
    db.session.flush()
    if format_name == XLSX:
        book = read_sheets(data, filename)
        mapping = propose_mapping(book)
        upload.mapping = [each.as_json() for each in mapping]
        if book.sheets:
            upload.state = MAPPING
            db.session.flush()
            return upload
    plan_upload(upload, None)
    return upload


def plan_upload(upload: ItemUpload, mapping: Sequence[ColumnMap] | None) -> Plan:
    """Read the file, plan it against the bank as it is now, and keep the plan for the preview.

    Args:
        upload: Neither confirmed nor discarded.
        mapping: What the columns of an xlsx mean; None for other formats.

    Raises:
        InvalidState: ``import_closed``: it is confirmed or discarded.
    """
    if upload.state not in (MAPPING, PREVIEW):
        raise InvalidState("import_closed", state=upload.state)
    parsed = read_file(upload.format, upload.data, upload.filename, mapping)
    plan = plan_parsed(upload.bank, parsed)
    if mapping is not None:
        upload.mapping = [each.as_json() for each in mapping]
    noted = [each for each in upload.issues if each["code"] == "ending_differs"]
    upload.issues = [*noted, *(issue_as_json(issue) for issue in plan.issues)]
    upload.stimuli = [stimulus_as_entry(stimulus) for stimulus in parsed.stimuli]
    upload.encoding, upload.state = parsed.encoding, PREVIEW
    written = list_written_places(upload.id)
    _forget_rows(upload)
    present = {each.key: each for each in queries.list_present(upload.bank_id)}
    rows = [
        as_written(row_of(upload.id, entry, present.get(entry.item_key)), written)
        for entry in plan.entries
    ]
    for at in range(0, len(rows), _ROWS_AT_ONCE):
        insert_rows(_ROWS, rows[at : at + _ROWS_AT_ONCE])
    pictures = [
        {"upload_id": upload.id, "name": name, "data": content}
        for name, content in parsed.media.items()
    ]
    if pictures:
        db.session.execute(insert(ItemUploadPicture), pictures)
    db.session.flush()
    return plan


def plan_parsed(bank: ItemBank, parsed: Parsed) -> Plan:
    """Plan what a file says against what the bank holds now; nothing is written."""
    words = queries.iter_words(bank.id)
    return make_plan(parsed, queries.list_present(bank.id), queries.lesson_names(), words)


def choose_rows(upload: ItemUpload, *, shown: Iterable[int], taken: Iterable[int]) -> None:
    """Note which of the rows that were shown are to be taken over; the others of them are left out."""
    if upload.state != PREVIEW:
        raise InvalidState("import_closed", state=upload.state)
    numbers, wanted = set(shown), set(taken)
    for is_left_out in (False, True):
        some = sorted(number for number in numbers if (number not in wanted) == is_left_out)
        if some:
            db.session.execute(
                update(ItemUploadRow)
                .where(ItemUploadRow.upload_id == upload.id, ItemUploadRow.number.in_(some))
                .values(is_left_out=is_left_out)
            )
    db.session.flush()


def comes_in_as(actor_id: int | None) -> tuple[str, ...]:
    """Return the states in which complete items may come in: ready only where no second person is asked.

    Args:
        actor_id: Who imports; None for the command line, which is trusted.
    """
    if actor_id is not None and is_second_review_on():
        return tuple(state for state in COMES_IN_AS if state != queries.READY)
    return COMES_IN_AS


def confirm_upload(
    upload: ItemUpload,
    *,
    state: str,
    store: FileStore,
    actor_id: int,
    now: dt.datetime,
    defaults: Defaults = Defaults(),  # noqa: B008 - frozen
) -> Written | None:
    """Write the rows that are not left out, in the caller's transaction; None when that was done before.

    Args:
        upload: In preview.
        state: One of ``comes_in_as``: in which state complete items come in; those with facts missing are drafts.
            What is in use stays so: its revision is a proposal until it is ready.
        store: Where pictures are kept.
        actor_id: Who confirms.
        now: The instant.
        defaults: Facts for the items that lack them.

    Raises:
        InvalidState: ``import_changed``: the bank says something else than at the preview; nothing is written.
    """
    if state not in comes_in_as(actor_id):
        raise InvalidInput("item_malformed", item="", field="state", problem=state)
    check_writable(upload.bank)
    claimed = db.session.scalar(
        update(ItemUpload)
        .where(ItemUpload.id == upload.id, ItemUpload.state == PREVIEW)
        .values(state=CONFIRMED, confirmed_at=now)
        .returning(ItemUpload.id)
        .execution_options(synchronize_session=False)
    )
    if claimed is None:
        return None
    db.session.refresh(upload)
    # Two imports into one bank at once: the second waits here and then plans against what the first wrote.
    db.session.execute(select(ItemBank.id).where(ItemBank.id == upload.bank_id).with_for_update())
    # Columns, not objects: thousands of rows are read once and written nowhere.
    rows = [
        KeptRow(*row)
        for row in db.session.execute(
            select(*(getattr(ItemUploadRow, name) for name in KeptRow._fields))
            .where(
                ItemUploadRow.upload_id == upload.id,
                ItemUploadRow.is_left_out.is_(False),
                ItemUploadRow.verb.in_((Verb.CREATE, Verb.REVISE, Verb.DUPLICATE)),
            )
            .order_by(ItemUploadRow.number)
        )
    ]
    _check_unchanged(upload, rows)
    stimuli = tuple(stimulus_from_entry(each, Where()) for each in upload.stimuli)
    plan = Plan(tuple(with_defaults(entry_of(row), defaults) for row in rows))
    pictures = {
        one.name: one.data
        for one in db.session.scalars(
            select(ItemUploadPicture).where(ItemUploadPicture.upload_id == upload.id)
        )
    }
    writing = Writing(upload.bank, upload.purpose, state, store, actor_id, now)
    written = write_plan(plan, stimuli, pictures, writing)
    refused = db.session.scalars(
        select(ItemUploadRow.id).where(
            ItemUploadRow.upload_id == upload.id, ItemUploadRow.verb == Verb.REFUSED
        )
    ).all()
    upload.counts = {
        "created": len(written.created),
        "revised": len(written.revised),
        "drafts": written.drafts,
        "in_review": written.in_review,
        "refused": len(refused),
        "first": written.created[:1] and written.created[0],
    }
    _note_keys(rows, written)
    db.session.execute(delete(ItemUploadPicture).where(ItemUploadPicture.upload_id == upload.id))
    record_import(
        writing,
        written,
        subject_kind="item_upload",
        subject_id=upload.id,
        file_sha256=upload.file_sha256,
        format=upload.format,
        refused=len(refused),
    )
    db.session.flush()
    return written


def _check_unchanged(upload: ItemUpload, rows: Sequence[KeptRow]) -> None:
    """Refuse when the bank changed since the preview: what nobody has seen is not written over anything."""
    present = queries.list_present(upload.bank_id)
    sha256s = {each.key: each.sha256 for each in present}
    known = {key for each in present for key in (each.key, each.file_key) if key}
    for row in rows:
        is_as_seen = (
            sha256s.get(row.item_key) == row.place["base"]
            if row.verb == Verb.REVISE
            else row.entry["key"] not in known
        )
        if not is_as_seen:
            raise InvalidState("import_changed", bank=upload.bank.key, upload=upload.id)


def _note_keys(rows: Sequence[KeptRow], written: Written) -> None:
    """Note which item the first rows became, as many as a result page links to."""
    created = iter(written.created)
    changes = [
        {"id": row.id, "item_key": next(created)} for row in rows if row.verb != Verb.REVISE
    ][:_LINKED]
    for at in range(0, len(changes), _ROWS_AT_ONCE):
        db.session.execute(update(ItemUploadRow), changes[at : at + _ROWS_AT_ONCE])


@dataclass(frozen=True, slots=True)
class Writing:
    """Into what, as what, by whom and when items are written."""

    bank: ItemBank
    purpose: str
    state: str
    store: FileStore
    actor_id: int | None
    now: dt.datetime


def write_plan(
    plan: Plan, stimuli: Sequence[Stimulus], pictures: Mapping[str, bytes], writing: Writing
) -> Written:
    """Write every entry of a plan that creates or revises, with the shared texts and pictures that they use."""
    writer = Writer(writing.bank, writing.purpose, writing.state, writing.now, writing.actor_id)
    written = writer.write(plan.entries, stimuli)
    if pictures:
        texts = [*(str(entry.body) for entry in plan.entries), *(one.text for one in stimuli)]
        used = queries.pictures_in(texts)
        keep_pictures(
            {name: pictures[name] for name in used if name in pictures}, writing.store, writing.now
        )
    return written


def record_import(
    writing: Writing, written: Written, *, subject_kind: str, subject_id: object, **facts: object
) -> None:
    """Note an import in the audit log."""
    record(
        "questions.import",
        actor_id=writing.actor_id,
        now=writing.now,
        subject_kind=subject_kind,
        subject_id=subject_id,
        bank=writing.bank.key,
        created=len(written.created),
        revised=len(written.revised),
        drafts=written.drafts,
        in_review=written.in_review,
        **facts,
    )


def discard_upload(upload: ItemUpload, *, actor_id: int, now: dt.datetime) -> None:
    """Forget an upload that is not confirmed: its file and everything read of it.

    Raises:
        InvalidState: ``import_closed``: it is confirmed.
    """
    if upload.state not in (MAPPING, PREVIEW):
        raise InvalidState("import_closed", state=upload.state)
    _forget_rows(upload)
    upload.state, upload.data = DISCARDED, b""
    db.session.flush()
    record(
        "questions.discard_import",
        actor_id=actor_id,
        now=now,
        subject_kind="item_upload",
        subject_id=upload.id,
        file_sha256=upload.file_sha256,
    )


def _forget_rows(upload: ItemUpload) -> None:
    for table in (ItemUploadRow, ItemUploadPicture):
        db.session.execute(delete(table).where(table.upload_id == upload.id))


def forget_old_uploads(now: dt.datetime) -> int:
    """Delete uploads older than ``KEPT_DAYS``, confirmed or not; return how many."""
    before = now - dt.timedelta(days=KEPT_DAYS)
    gone = db.session.scalars(
        delete(ItemUpload).where(ItemUpload.uploaded_at < before).returning(ItemUpload.id)
    ).all()
    return len(gone)
