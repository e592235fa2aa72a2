"""Keeping what somebody is writing in the editor until it is saved as an item or a version."""

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import delete, or_
from sqlalchemy.exc import IntegrityError

from lms.db import db
from lms.errors import InvalidInput, InvalidState, NotFound
from lms.questions import queries
from lms.questions.models import Item, ItemBank, ItemDraft, ItemUploadRow
from lms.questions.services.banks import check_writable

FIELDS_AT_MOST = 2000
LETTERS_AT_MOST = 200_000
"""Of one unfinished text: more is no item."""
Fields = Iterable[tuple[str, str]]


def save_draft(
    bank: ItemBank,
    *,
    person_id: int,
    fields: Fields,
    now: dt.datetime,
    item: Item | None = None,
    row: ItemUploadRow | None = None,
    based_on: int = 0,
    draft_id: int | None = None,
) -> ItemDraft:
    """Keep the fields of the editor as they stand; one text a person and item, a person and row, or a new one each.

    Args:
        bank: The bank in which it is written.
        person_id: Who writes.
        fields: Name and value of every field, in the order of the form.
        now: The instant.
        item: The item being changed; None for a new one.
        row: The row of an import that is being put right; None otherwise.
        based_on: ``Item.revision`` when the person began.
        draft_id: The text that this continues, as an earlier call returned it; None the first time.

    Raises:
        InvalidState: The bank cannot be written; ``draft_gone``: the text that this continues was saved or thrown
            away meanwhile, and is not brought back.
        InvalidInput: ``draft_too_long``.
        NotFound: The item lives in another bank.
    """
    check_writable(bank)
    if item is not None and item.bank_id != bank.id:
        raise NotFound("item", key=item.key)
    kept = [[_storable(name), _storable(value)] for name, value in fields]
    if len(kept) > FIELDS_AT_MOST or sum(len(n) + len(v) for n, v in kept) > LETTERS_AT_MOST:
        raise InvalidInput("draft_too_long", limit=LETTERS_AT_MOST)
    draft = _find(person_id, item, row, draft_id)
    if draft is None:
        draft = _add(bank, person_id, item, row, based_on, kept, now)
    draft.fields, draft.saved_at = kept, now
    db.session.flush()
    return draft


def _find(
    person_id: int, item: Item | None, row: ItemUploadRow | None, draft_id: int | None
) -> ItemDraft | None:
    if draft_id is None:
        return queries.find_draft(
            person_id,
            item_id=item.id if item else None,
            upload_row_id=row.id if row and item is None else None,
        )
    try:
        return queries.get_draft(draft_id, person_id)
    except NotFound as error:
        raise InvalidState("draft_gone", id=draft_id) from error


def _add(
    bank: ItemBank,
    person_id: int,
    item: Item | None,
    row: ItemUploadRow | None,
    based_on: int,
    fields: list[list[str]],
    now: dt.datetime,
) -> ItemDraft:
    draft = ItemDraft(
        person_id=person_id,
        bank_id=bank.id,
        item_id=item.id if item else None,
        based_on=based_on,
        upload_row_id=row.id if row and item is None else None,
        fields=fields,
        saved_at=now,
    )
    try:
        with db.session.begin_nested():
            db.session.add(draft)
    except IntegrityError:
        # Two windows of one person at the same moment: the other one made it.
        found = _find(person_id, item, row, None)
        if found is None:
            raise
        return found
    return draft


def forget_draft(
    person_id: int,
    *,
    item: Item | None = None,
    row: ItemUploadRow | None = None,
    draft_id: int | None = None,
) -> int:
    """Forget what this person had not finished of an item, of a row, or under a number; return how many texts.

    Call it in the transaction that saves the item.
    """
    named = []
    if item is not None:
        named.append(ItemDraft.item_id == item.id)
    if row is not None:
        named.append(ItemDraft.upload_row_id == row.id)
    if draft_id is not None:
        named.append(ItemDraft.id == draft_id)
    if not named:
        return 0
    gone = db.session.scalars(
        delete(ItemDraft)
        .where(ItemDraft.person_id == person_id, or_(*named))
        .returning(ItemDraft.id)
    ).all()
    return len(gone)


def _storable(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\0", "\ufffd")
