"""Reading what somebody is writing in the editor and has not saved yet."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.db import db
from lms.errors import NotFound
from lms.questions.models import ItemDraft, ItemUpload, ItemUploadRow


def get_draft(draft_id: int, person_id: int) -> ItemDraft:
    """Return an unfinished text of this person.

    Raises:
        NotFound: There is none, or it is somebody else's.
    """
    draft = db.session.get(ItemDraft, draft_id)
    if draft is None or draft.person_id != person_id:
        raise NotFound("item_draft", id=draft_id)
    return draft


def find_draft(
    person_id: int, *, item_id: int | None = None, upload_row_id: int | None = None
) -> ItemDraft | None:
    """Return what this person has not finished of one item, or of one row of an import."""
    query = select(ItemDraft).where(ItemDraft.person_id == person_id)
    if item_id is not None:
        return db.session.scalar(query.where(ItemDraft.item_id == item_id))
    if upload_row_id is not None:
        return db.session.scalar(query.where(ItemDraft.upload_row_id == upload_row_id))
    return None


def list_drafts(person_id: int, bank_id: int) -> Sequence[ItemDraft]:
    """Return what this person has not finished in a bank, newest first, each with its item."""
    return db.session.scalars(
        select(ItemDraft)
        .where(ItemDraft.person_id == person_id, ItemDraft.bank_id == bank_id)
        .options(joinedload(ItemDraft.item))
        .order_by(ItemDraft.saved_at.desc(), ItemDraft.id.desc())
    ).all()


def list_new_drafts(person_id: int, bank_id: int) -> Sequence[ItemDraft]:
    """Return the new items that this person has not finished in a bank, newest first."""
    return [
        draft
        for draft in list_drafts(person_id, bank_id)
        if draft.item_id is None and draft.upload_row_id is None
    ]


def find_upload_row(row_id: int, bank_id: int) -> ItemUploadRow | None:
    """Return a row of an import into a bank; None when there is none any more: discarded, or its file read again."""
    return db.session.scalar(
        select(ItemUploadRow)
        .join(ItemUpload, ItemUpload.id == ItemUploadRow.upload_id)
        .where(
            ItemUploadRow.id == row_id,
            ItemUpload.bank_id == bank_id,
            ItemUpload.state.in_(("preview", "confirmed")),
        )
    )
