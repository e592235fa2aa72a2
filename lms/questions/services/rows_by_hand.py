"""Rows of an import that are put right in the editor: what the editor opens with, and what the import then says."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from lms.audit.services import record
from lms.db import JsonObject, db
from lms.documents.storage import FileStore
from lms.errors import InvalidState
from lms.issues import Where
from lms.questions import queries
from lms.questions.domain.authoring import Pair, fields_of, new_fields
from lms.questions.domain.exchange.values import Stimulus
from lms.questions.domain.exchange.yaml_bank import stimulus_from_entry
from lms.questions.domain.items import ItemType
from lms.questions.domain.merging import Verb
from lms.questions.models import CaseGroup, Item, ItemUpload, ItemUploadPicture, ItemUploadRow
from lms.questions.services.upload_rows import KeptRow, entry_of
from lms.questions.services.writing import keep_pictures

_NEW = (Verb.CREATE, Verb.DUPLICATE)


def may_write_row(row: ItemUploadRow) -> bool:
    """Say whether a row may be made a new item by hand: one that has not become an item otherwise."""
    if row.verb not in _NEW or row.is_left_out:
        return row.verb in (*_NEW, Verb.REFUSED)
    return db.session.get_one(ItemUpload, row.upload_id).state != "confirmed"


def fields_from_row(row: ItemUploadRow) -> list[Pair]:
    """Return the fields with which the editor opens for a row: the item that was read, or its source as the stem."""
    upload = db.session.get_one(ItemUpload, row.upload_id)
    if not row.entry:
        begun = [pair for pair in new_fields(ItemType.SINGLE_RESPONSE) if pair[0] != "stem"]
        return [*begun, ("stem", row.source), ("purpose", upload.purpose)]
    entry = entry_of(KeptRow(*(getattr(row, name) for name in KeptRow._fields)))
    group = find_shared(upload, entry.stimulus)[1] if entry.stimulus else None
    return fields_of(
        entry.body or {},
        entry.facts,
        entry.labels,
        group=group.key if group else "",
        purpose=upload.purpose,
    )


def find_shared(upload: ItemUpload, key: str) -> tuple[Stimulus | None, CaseGroup | None]:
    """Return the shared text of a file, and the case group of the bank that says the same, if there is one."""
    for each in upload.stimuli:
        stimulus = stimulus_from_entry(each, Where())
        if stimulus.key == key:
            groups = queries.list_groups(upload.bank_id)
            same = (one for one in groups if (one.text, one.retired_at) == (stimulus.text, None))
            return stimulus, next(same, None)
    return None, None


def finish_row(
    row: ItemUploadRow, item: Item, *, store: FileStore, actor_id: int, now: dt.datetime
) -> None:
    """Note that ``item`` was written by hand from a row: the import leaves it alone and counts it as done.

    Pictures of the upload that the item shows are kept with it.

    Args:
        row: The row.
        item: The new item, with its version.
        store: Where pictures are kept.
        actor_id: Who wrote it.
        now: The instant.

    Raises:
        InvalidState: ``row_written``: the row has become an item already.
    """
    upload = db.session.get_one(ItemUpload, row.upload_id)
    db.session.refresh(row, with_for_update=True)
    if not may_write_row(row):
        raise InvalidState("row_written", item=row.item_key)
    if upload.state == "confirmed" and row.verb == Verb.REFUSED:
        refused = max(0, int(upload.counts.get("refused", 0)) - 1)
        upload.counts = {**upload.counts, "refused": refused}
    _keep_pictures(upload, item, store, now)
    key = str(row.entry.get("key", ""))
    if key and key != item.key:
        item.file_key = key
    row.verb, row.item_key, row.is_left_out = Verb.WRITTEN, item.key, True
    db.session.flush()
    record(
        "questions.write_row",
        actor_id=actor_id,
        now=now,
        subject_kind="item",
        subject_id=item.id,
        key=item.key,
        upload=upload.id,
        row=row.number,
    )


def _keep_pictures(upload: ItemUpload, item: Item, store: FileStore, now: dt.datetime) -> None:
    version = queries.find_current_version(item)
    names = queries.pictures_in([str(version.body)]) if version else []
    found = db.session.scalars(
        select(ItemUploadPicture).where(
            ItemUploadPicture.upload_id == upload.id, ItemUploadPicture.name.in_(names)
        )
    )
    keep_pictures({one.name: one.data for one in found}, store, now)


Places = Mapping[tuple[str, str], str]


def list_written_places(upload_id: int) -> Places:
    """Return the items that were written by hand from an upload, by place and source of their rows."""
    rows = db.session.scalars(
        select(ItemUploadRow).where(
            ItemUploadRow.upload_id == upload_id, ItemUploadRow.verb == Verb.WRITTEN
        )
    )
    return {_place_of(row.place, row.source): row.item_key for row in rows}


def as_written(row: dict[str, Any], written: Places) -> dict[str, Any]:
    """Return a row of a file that is read again; one that was written by hand stays so."""
    key = written.get(_place_of(row["place"], row["source"])) if written else None
    if key is None:
        return row
    return {**row, "verb": Verb.WRITTEN.value, "item_key": key, "is_left_out": True}


def _place_of(place: JsonObject, source: str) -> tuple[str, str]:
    known = sorted((name, str(one)) for name, one in place.items() if name != "base")
    return str(known), source
