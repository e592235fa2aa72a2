"""Writing case groups: texts that several items share."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import func, select

from lms.audit import services as audit
from lms.db import db
from lms.errors import InvalidInput, InvalidState
from lms.questions import queries
from lms.questions.domain.identity import group_sha256
from lms.questions.domain.items import FieldError
from lms.questions.domain.types.reading import as_text
from lms.questions.models import CaseGroup, Item, ItemBank
from lms.questions.services.banks import check_writable
from lms.questions.services.items import record_item
from lms.questions.services.versions import count_change, lock_item


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
    _check_words(key, title, text)
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


def _check_words(key: str, title: str, text: str) -> None:
    try:
        as_text(title, "title", may_be_empty=True)
        as_text(text, "text")
    except FieldError as error:
        raise InvalidInput(
            "group_malformed", group=key, field=error.field, problem=error.problem
        ) from error


def create_group(
    bank: ItemBank, *, title: str, text: str, now: dt.datetime, actor_id: int
) -> CaseGroup:
    """Create a case group in a bank of the browser, with a numbered key.

    Raises:
        InvalidState: The bank cannot be written.
        InvalidInput: ``group_malformed``: the text says nothing or cannot be stored.
    """
    check_writable(bank)
    number = 1 + len(queries.list_groups(bank.id))
    while queries.find_group(f"{bank.key}-case-{number}") is not None:
        number += 1
    key = f"{bank.key}-case-{number}"
    return publish_group(bank, key=key, title=title, text=text, now=now, actor_id=actor_id)


def revise_group(
    group: CaseGroup, *, title: str, text: str, based_on: str, now: dt.datetime, actor_id: int
) -> None:
    """Give a group another title and text; papers that were drawn before keep the text they have.

    Args:
        group: Of a bank of the browser.
        title: A short title; may be empty.
        text: The shared text, in Markdown.
        based_on: ``group_sha256`` of what the person saw.
        now: The instant.
        actor_id: Who writes.

    Raises:
        InvalidState: The bank cannot be written; ``group_changed_meanwhile``: somebody else changed the words.
        InvalidInput: ``group_malformed``.
    """
    check_writable(group.bank)
    _check_words(group.key, title, text)
    db.session.refresh(group, with_for_update=True)
    if (group.title, group.text) == (title, text):
        return
    if group_sha256(group.title, group.text) != based_on:
        raise InvalidState("group_changed_meanwhile", group=group.key)
    group.title, group.text = title, text
    db.session.flush()
    _record_group("questions.revise_group", group, actor_id, now)


def restore_group(group: CaseGroup, *, now: dt.datetime, actor_id: int) -> None:
    """Bring a retired group back into use.

    Raises:
        InvalidState: The bank cannot be written.
    """
    check_writable(group.bank)
    if group.retired_at is not None:
        group.retired_at = None
        db.session.flush()
        _record_group("questions.restore_group", group, actor_id, now)


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
    """Put ``item`` under the shared text of ``group``, or let it stand alone (None).

    Args:
        item: The item.
        group: The group, of the same bank.
        place: Its place there, from 1; 0 puts it behind the others.
        now: The instant.
        actor_id: Who does it; None for files and the worker.

    Raises:
        InvalidState: ``group_of_other_bank``: the item lives in another bank.
    """
    if group is not None and group.bank_id != item.bank_id:
        raise InvalidState("group_of_other_bank", group=group.key, bank=group.bank.key)
    if group is None:
        place = 0
    elif place == 0:
        place = item.group_place if item.case_group_id == group.id else _behind(group)
    group_id = None if group is None else group.id
    if (item.case_group_id, item.group_place) != (group_id, place):
        item.case_group, item.group_place = group, place
        count_change(item)
        key = "" if group is None else group.key
        record_item("questions.place_in_group", item, actor_id, now, group=key, place=place)


def _behind(group: CaseGroup) -> int:
    last = db.session.scalar(
        select(func.max(Item.group_place)).where(Item.case_group_id == group.id)
    )
    return 1 + (last or 0)


def move_in_group(item: Item, by: int, *, now: dt.datetime, actor_id: int) -> None:
    """Let ``item`` change places with the one before it (``by`` -1) or behind it (1); at an end it stays.

    Raises:
        InvalidState: The bank cannot be written.
    """
    check_writable(item.bank)
    group = item.case_group
    if group is None:
        return
    items = _in_order(group)
    at = items.index(item)
    if not 0 <= at + by < len(items):
        return
    items[at], items[at + by] = items[at + by], items[at]
    places = sorted(one.group_place for one in items)
    if len(set(places)) < len(places):
        places = list(range(1, len(items) + 1))
    for one, place in zip(items, places, strict=True):
        if one.group_place != place:
            lock_item(one)
            one.group_place = place
            count_change(one)
    record_item("questions.place_in_group", item, actor_id, now, group=group.key, moved=by)


def _in_order(group: CaseGroup) -> list[Item]:
    found: Sequence[Item] = db.session.scalars(
        select(Item)
        .where(Item.case_group_id == group.id)
        .order_by(Item.group_place, Item.position, Item.key)
    ).all()
    return list(found)


def _record_group(action: str, group: CaseGroup, actor_id: int | None, now: dt.datetime) -> None:
    audit.record(
        action,
        actor_id=actor_id,
        now=now,
        subject_kind="case_group",
        subject_id=group.id,
        key=group.key,
    )
