"""Items written in the editor: created, revised, duplicated."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import delete, select

from lms.db import db
from lms.errors import InvalidInput
from lms.questions import queries
from lms.questions.domain.authoring import PURPOSES, Authored, read_authored
from lms.questions.domain.identity import ItemFacts
from lms.questions.domain.merging import Labels
from lms.questions.domain.types.base import Body
from lms.questions.models import CaseGroup, Item, ItemBank, ItemTag, ItemVersion
from lms.questions.services.banks import check_writable
from lms.questions.services.groups import place_in_group
from lms.questions.services.items import record_item
from lms.questions.services.numbering import new_item_keys, next_position
from lms.questions.services.review import approve_item, submit_item
from lms.questions.services.versions import (
    add_version,
    count_change,
    index_words,
    lock_item,
    make_current,
)

INTENTS = (queries.DRAFT, queries.IN_REVIEW, queries.READY)
"""What may be asked for when an item is saved."""


def create_item(
    bank: ItemBank, authored: Authored, *, state: str, actor_id: int, now: dt.datetime
) -> Item:
    """Create an item, numbered like those that are imported.

    Args:
        bank: Of the browser.
        authored: What the form says, without problems.
        state: One of ``INTENTS``: it stays a draft, is sent to review, or is put into use at once (while the second
            person's review is switched off).
        actor_id: Who writes.
        now: The instant.

    Raises:
        InvalidState: ``bank_read_only``, ``bank_retired``; ``item_incomplete``: facts are missing, it can only be a
            draft; ``item_in_other_state``: it needs a second person.
        InvalidInput: ``item_malformed``: there are problems, or no such case group.
    """
    body, facts = _sound(authored, bank.key)
    group = _group(bank, authored.group)
    item = _new_item(bank, body, facts, authored.labels, authored.purpose, actor_id, now)
    place_in_group(item, group, now=now, actor_id=actor_id)
    record_item("questions.create_item", item, actor_id, now, version=1)
    _go_on(item, state, actor_id, now)
    return item


def _sound(authored: Authored, key: str) -> tuple[Body, ItemFacts]:
    for problem in authored.problems:
        raise InvalidInput("item_malformed", item=key, field=problem.field, problem=problem.code)
    if authored.body is None or authored.facts is None:
        raise InvalidInput("item_malformed", item=key, field="type", problem="nothing is written")
    if authored.purpose not in PURPOSES:
        raise InvalidInput("item_malformed", item=key, field="purpose", problem=authored.purpose)
    return authored.body, authored.facts


def _group(bank: ItemBank, key: str) -> CaseGroup | None:
    if not key:
        return None
    group = queries.find_group(key)
    if group is None or group.bank_id != bank.id:
        raise InvalidInput("item_malformed", item=bank.key, field="group", problem=key)
    return group


def _new_item(
    bank: ItemBank,
    body: Body,
    facts: ItemFacts,
    labels: Labels,
    purpose: str,
    actor_id: int,
    now: dt.datetime,
) -> Item:
    check_writable(bank)
    # Two people at once: the second waits here and takes the next number.
    db.session.execute(select(ItemBank.id).where(ItemBank.id == bank.id).with_for_update())
    item = Item(
        bank=bank,
        key=new_item_keys(bank, [""])[0],
        purpose=purpose,
        state=queries.DRAFT,
        version=0,
        revision=0,
        lesson_key="",
        point="",
        position=next_position(bank),
        name=labels.name,
        category=list(labels.category),
        points=labels.points,
    )
    db.session.add(item)
    db.session.flush()
    _tag(item, labels.tags)
    make_current(item, add_version(item, body, facts, actor_id=actor_id, now=now), now=now)
    return item


def _tag(item: Item, tags: Sequence[str]) -> None:
    db.session.execute(delete(ItemTag).where(ItemTag.item_id == item.id))
    db.session.add_all(
        ItemTag(item_id=item.id, tag=tag, position=position) for position, tag in enumerate(tags)
    )
    db.session.flush()


def _go_on(item: Item, intent: str, actor_id: int, now: dt.datetime) -> None:
    """Take the version under review as far as asked; one that is there already stays."""
    state = queries.state_under_review(item)
    if intent == queries.IN_REVIEW and state == queries.DRAFT:
        submit_item(item, actor_id=actor_id, now=now)
    elif intent == queries.READY and state in (queries.DRAFT, queries.IN_REVIEW):
        approve_item(item, actor_id=actor_id, now=now)


def revise_item(
    item: Item,
    authored: Authored,
    *,
    based_on: int,
    intent: str,
    actor_id: int,
    now: dt.datetime,
) -> ItemVersion:
    """Save an item that was opened in the editor; what nobody changed makes no version.

    An item in use stays so with its version of now, and what is written waits beside it as a proposal. Any other
    item says at once what is written, and is a draft again. Labels and the case group count at once.

    Args:
        item: Of a bank of the browser.
        authored: What the form says, without problems.
        based_on: ``Item.revision`` when the form was opened.
        intent: One of ``INTENTS``: as ``state`` in ``create_item``.
        actor_id: Who writes.
        now: The instant.

    Returns:
        The version that says it.

    Raises:
        InvalidState: ``item_changed_meanwhile``: somebody else changed the item since, nothing is written; the others
            as in ``create_item``.
        InvalidInput: As in ``create_item``.
    """
    body, facts = _sound(authored, item.key)
    check_writable(item.bank)
    group = _group(item.bank, authored.group)
    lock_item(item, based_on)
    opened = queries.open_item(item)
    was = read_authored(opened.fields)
    version = opened.version
    if (was.body, was.facts) != (body, facts):
        version = add_version(item, body, facts, actor_id=actor_id, now=now)
    if version.number != opened.version.number:
        _place(item, version, now)
        record_item("questions.revise_item", item, actor_id, now, version=version.number)
    elif item.state == queries.RETIRED and intent != queries.DRAFT:
        item.state = queries.DRAFT
        make_current(item, version, now=now)
    if was.labels != authored.labels:
        _label(item, authored.labels, actor_id, now)
    place_in_group(item, group, now=now, actor_id=actor_id)
    _go_on(item, intent, actor_id, now)
    return version


def _place(item: Item, version: ItemVersion, now: dt.datetime) -> None:
    """Give an item its new version: beside the one in use, or as what it says now."""
    if item.state != queries.READY:
        item.state = queries.DRAFT
        make_current(item, version, now=now)
    elif version.number == item.version:
        # The proposal says again what is in use: there is nothing left to review.
        item.proposed, item.proposed_state = None, ""
        count_change(item)
    else:
        item.proposed, item.proposed_state = version.number, queries.DRAFT
        count_change(item)


def _label(item: Item, labels: Labels, actor_id: int, now: dt.datetime) -> None:
    item.name, item.points = labels.name, labels.points
    _tag(item, labels.tags)
    current = queries.find_current_version(item)
    if current is not None:
        index_words(item, current)
    count_change(item)
    record_item("questions.label_item", item, actor_id, now, tags=list(labels.tags))


def duplicate_item(item: Item, *, actor_id: int, now: dt.datetime) -> Item:
    """Copy an item, as the editor opens it, into a new draft of the same bank and case group.

    Raises:
        InvalidState: ``bank_read_only`` or ``bank_retired``.
    """
    opened = queries.open_item(item)
    copy = _new_item(
        item.bank,
        opened.version.body,
        opened.facts,
        opened.labels,
        item.purpose,
        actor_id,
        now,
    )
    place_in_group(copy, item.case_group, now=now, actor_id=actor_id)
    record_item("questions.duplicate_item", copy, actor_id, now, source=item.key)
    return copy
