"""Writing case groups: texts that several items share."""

import datetime as dt

from lms.audit import services as audit
from lms.db import db
from lms.errors import InvalidInput, InvalidState
from lms.questions import queries
from lms.questions.domain.items import FieldError
from lms.questions.domain.types.reading import as_text
from lms.questions.models import CaseGroup, Item, ItemBank
from lms.questions.services.items import record_item


def publish_group(
    bank: ItemBank,
    *,
    key: str,
    title: str,
    text: str,
    now: dt.datetime,
    actor_id: int | None = None,
) -> CaseGroup:
    """Create the case group ``key``, or give it this title and text; a retired one is in use again.

    Publishing the same twice changes nothing. Papers keep the text that they were drawn with.

    Args:
        bank: Where the group and its items live.
        key: Identity of the group, unique over all banks.
        title: A short title; may be empty.
        text: The shared text, in Markdown.
        now: The instant of publication.
        actor_id: Who publishes; None for files and the worker.

    Raises:
        InvalidInput: The text says nothing or cannot be stored (``group_malformed``).
        InvalidState: The key belongs to a group of another bank.
    """
    try:
        as_text(title, "title", may_be_empty=True)
        as_text(text, "text")
    except FieldError as error:
        raise InvalidInput(
            "group_malformed", group=key, field=error.field, problem=error.problem
        ) from error
    group = queries.find_group(key)
    if group is None:
        group = CaseGroup(bank=bank, key=key, created_at=now, retired_at=None)
        db.session.add(group)
    elif group.bank_id != bank.id:
        raise InvalidState("group_of_other_bank", group=key, bank=group.bank.key)
    elif (group.title, group.text, group.retired_at) == (title, text, None):
        return group
    group.title, group.text, group.retired_at = title, text, None
    db.session.flush()
    _record_group("questions.publish_group", group, actor_id, now)
    return group


def retire_group(group: CaseGroup, *, now: dt.datetime, actor_id: int | None = None) -> None:
    """Take ``group`` with all its items out of new papers; its items keep their states."""
    if group.retired_at is None:
        group.retired_at = now
        db.session.flush()
        _record_group("questions.retire_group", group, actor_id, now)


def place_in_group(
    item: Item,
    group: CaseGroup | None,
    place: int = 0,
    *,
    now: dt.datetime,
    actor_id: int | None = None,
) -> None:
    """Put ``item`` at ``place`` (from 1) under the shared text of ``group``, or let it stand alone (None).

    Raises:
        InvalidState: ``group_of_other_bank``: the item lives in another bank.
    """
    if group is not None and group.bank_id != item.bank_id:
        raise InvalidState("group_of_other_bank", group=group.key, bank=group.bank.key)
    place = 0 if group is None else place
    group_id = None if group is None else group.id
    if (item.case_group_id, item.group_place) != (group_id, place):
        item.case_group, item.group_place = group, place
        db.session.flush()
        key = "" if group is None else group.key
        record_item("questions.place_in_group", item, actor_id, now, group=key, place=place)


def _record_group(action: str, group: CaseGroup, actor_id: int | None, now: dt.datetime) -> None:
    audit.record(
        action,
        actor_id=actor_id,
        now=now,
        subject_kind="case_group",
        subject_id=group.id,
        key=group.key,
    )
