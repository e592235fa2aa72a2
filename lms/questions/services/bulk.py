"""One act on many items of a bank: first what it would do, then all of it in one transaction."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy import delete, func, select, update

from lms.audit import services as audit
from lms.db import db
from lms.errors import InvalidInput
from lms.organisation.queries import is_second_review_on
from lms.questions import queries
from lms.questions.domain.authoring import read_authored
from lms.questions.domain.bulk import (
    Act,
    Effect,
    FactsChange,
    Reason,
    Subject,
    Wish,
    decide,
    intent_for,
)
from lms.questions.domain.identity import ItemFacts
from lms.questions.domain.types.base import FieldError
from lms.questions.models import (
    CaseGroup,
    Item,
    ItemBank,
    ItemDraft,
    ItemNote,
    ItemTag,
    ItemVersion,
)
from lms.questions.services.banks import check_writable
from lms.questions.services.editing import revise_item
from lms.questions.services.items import record_item
from lms.questions.services.numbering import next_position
from lms.questions.services.review import approve_item, restore_item, retire_item, submit_item
from lms.questions.services.versions import count_change, index_words

BULK_AT_MOST = 1000
"""Items that one act takes: each is written with its own version, note and audit event."""
TAG_AT_MOST = 120
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Decided:
    """What becomes of one chosen item.

    Attributes:
        item_id: Its id.
        key: Its key; empty when there is no such item.
        stem: Its task, in Markdown; empty when there is no such item.
        outcome: What happens to it, or why it is left out.
    """

    item_id: int
    key: str
    stem: str
    outcome: Effect | Reason


@dataclass(frozen=True, slots=True)
class BulkPlan:
    """What one act does to the chosen items.

    Attributes:
        wish: The act.
        decided: The chosen items in their order.
    """

    wish: Wish
    decided: tuple[Decided, ...]

    @property
    def taken(self) -> tuple[Decided, ...]:
        """The items to which something happens."""
        return tuple(one for one in self.decided if isinstance(one.outcome, Effect))

    @property
    def left_out(self) -> tuple[Decided, ...]:
        """The others."""
        return tuple(one for one in self.decided if isinstance(one.outcome, Reason))


def plan_bulk(
    bank: ItemBank,
    wish: Wish,
    chosen: Mapping[int, int],
    *,
    target: ItemBank | None = None,
    actor_id: int,
) -> BulkPlan:
    """Say what an act would do, without doing it.

    Args:
        bank: The bank of the items, one of the browser.
        wish: The act; whether a second review is on is looked up here.
        chosen: Revisions of the chosen items as the person saw them, by id, in order. Items of other banks are
            left out as stale, whatever their revision.
        target: For moving: the bank they go to.
        actor_id: Who acts.

    Raises:
        InvalidState: ``bank_read_only`` or ``bank_retired``, of either bank.
        InvalidInput: ``bulk_too_many``; ``bulk_value``: a tag, a fact or the target bank cannot be used (facts
            ``field``).
    """
    wish = replace(wish, has_second_review=is_second_review_on())
    _check(bank, wish, chosen, target)
    found = _load(bank, chosen, actor_id, wish.act)
    nothing = (Reason.STALE, "", "")
    decided = []
    for item_id in chosen:
        subject = found.get(item_id)
        outcome = nothing if subject is None else (decide(wish, subject[0]), *subject[1:])
        decided.append(Decided(item_id, outcome[1], outcome[2], outcome[0]))
    return BulkPlan(wish, tuple(decided))


def _check(bank: ItemBank, wish: Wish, chosen: Mapping[int, int], target: ItemBank | None) -> None:
    check_writable(bank)
    if len(chosen) > BULK_AT_MOST:
        raise InvalidInput("bulk_too_many", count=len(chosen), limit=BULK_AT_MOST)
    if wish.act in (Act.TAG, Act.UNTAG) and not 0 < len(wish.tag) <= TAG_AT_MOST:
        raise InvalidInput("bulk_value", field="tag")
    if wish.act is Act.FACTS:
        _check_facts(wish.change)
    if wish.act is Act.MOVE:
        if target is None or target.id == bank.id:
            raise InvalidInput("bulk_value", field="bank")
        check_writable(target)


def _check_facts(change: FactsChange) -> None:
    if change.is_empty:
        raise InvalidInput("bulk_value", field="facts")
    try:
        change.of(ItemFacts("", "", (), "", red_line=False))
    except FieldError as error:
        raise InvalidInput("bulk_value", field=error.field) from error


def _load(
    bank: ItemBank, chosen: Mapping[int, int], actor_id: int, act: Act
) -> dict[int, tuple[Subject, str, str]]:
    """Return the chosen items that are in the bank, with key and stem."""
    ids = list(chosen)
    tags = queries.tags_of(ids)
    split = _split_groups(ids) if act is Act.MOVE else set()
    ready = _were_ready(ids) if act is Act.RESTORE else set()
    rows = db.session.execute(
        select(Item, ItemVersion)
        .join(
            ItemVersion,
            (ItemVersion.item_id == Item.id)
            & (ItemVersion.number == func.coalesce(Item.proposed, Item.version)),
        )
        .where(Item.id.in_(ids), Item.bank_id == bank.id)
        .execution_options(populate_existing=True)
    )
    found = {}
    for item, version in rows:
        subject = Subject(
            state=item.state,
            proposed_state=item.proposed_state,
            facts=version.facts,
            is_own=version.created_by == actor_id,
            tags=frozenset(tags.get(item.id, ())),
            is_stale=item.revision != chosen[item.id],
            was_ready=item.id in ready,
            is_group_split=item.case_group_id in split,
        )
        found[item.id] = (subject, item.key, str(version.body["stem"]))
    return found


def _split_groups(ids: Sequence[int]) -> set[int]:
    """Return the case groups of which some items are chosen and some are not."""
    touched = select(Item.case_group_id).where(Item.id.in_(ids), Item.case_group_id.is_not(None))
    others = db.session.scalars(
        select(Item.case_group_id)
        .where(Item.case_group_id.in_(touched), Item.id.not_in(ids))
        .distinct()
    )
    return {group_id for group_id in others if group_id is not None}


def _were_ready(ids: Sequence[int]) -> set[int]:
    """Return the items that were in use, in the words of now, when they were last retired."""
    last = (
        select(func.max(ItemNote.id))
        .join(Item, Item.id == ItemNote.item_id)
        .where(
            Item.id.in_(ids), ItemNote.kind == queries.TAKEN_OUT, ItemNote.version == Item.version
        )
        .group_by(ItemNote.item_id)
    )
    ready = select(ItemNote.item_id).where(ItemNote.id.in_(last), ItemNote.was == queries.READY)
    return set(db.session.scalars(ready))


def apply_bulk(
    bank: ItemBank,
    wish: Wish,
    chosen: Mapping[int, int],
    *,
    target: ItemBank | None = None,
    actor_id: int,
    now: dt.datetime,
) -> BulkPlan:
    """Do it to all items that the plan of this moment takes, or to none: an error in between leaves everything as it was.

    Args:
        bank: As in ``plan_bulk``.
        wish: As in ``plan_bulk``.
        chosen: As in ``plan_bulk``.
        target: As in ``plan_bulk``.
        actor_id: Who acts.
        now: The instant.

    Returns:
        What was done to which, and what was left out and why.

    Raises:
        InvalidState: As in ``plan_bulk``.
        InvalidInput: As in ``plan_bulk``.
    """
    held = select(Item.id).where(Item.id.in_(list(chosen)), Item.bank_id == bank.id)
    # In one order, so that two people who act at once wait for each other and never in a circle.
    db.session.execute(held.order_by(Item.id).with_for_update())
    plan = plan_bulk(bank, wish, chosen, target=target, actor_id=actor_id)
    ids = [one.item_id for one in plan.taken]
    items = {item.id: item for item in db.session.scalars(select(Item).where(Item.id.in_(ids)))}
    do = _deed(plan, target, actor_id, now)
    for item_id in ids:
        do(items[item_id])
    if ids:
        db.session.flush()
        audit.record(
            f"questions.bulk_{plan.wish.act.value}",
            actor_id=actor_id,
            now=now,
            subject_kind="item_bank",
            subject_id=bank.id,
            key=bank.key,
            items=len(ids),
            left_out=len(plan.left_out),
        )
    return plan


def _deed(
    plan: BulkPlan, target: ItemBank | None, actor_id: int, now: dt.datetime
) -> Callable[[Item], None]:
    """Return what is done to one item."""
    wish = plan.wish
    deeds: dict[Act, Callable[[Item], None]] = {
        Act.TAG: partial(_tag, tag=wish.tag, actor_id=actor_id, now=now),
        Act.UNTAG: partial(_untag, tag=wish.tag, actor_id=actor_id, now=now),
        Act.FACTS: partial(_set_facts, wish=wish, actor_id=actor_id, now=now),
        Act.SUBMIT: partial(submit_item, actor_id=actor_id, now=now),
        Act.APPROVE: partial(approve_item, actor_id=actor_id, now=now),
        Act.RETIRE: partial(retire_item, actor_id=actor_id, now=now),
        Act.RESTORE: partial(restore_item, actor_id=actor_id, now=now),
    }
    if wish.act is Act.MOVE and target is not None:
        return _Mover(target, actor_id, now).move
    return deeds[wish.act]


def _tag(item: Item, *, tag: str, actor_id: int, now: dt.datetime) -> None:
    last = select(func.coalesce(func.max(ItemTag.position), -1)).where(ItemTag.item_id == item.id)
    position = db.session.scalar(last)
    db.session.add(ItemTag(item_id=item.id, tag=tag, position=int(position or 0) + 1))
    _label(item, actor_id, now)


def _untag(item: Item, *, tag: str, actor_id: int, now: dt.datetime) -> None:
    db.session.execute(delete(ItemTag).where(ItemTag.item_id == item.id, ItemTag.tag == tag))
    _label(item, actor_id, now)


def _label(item: Item, actor_id: int, now: dt.datetime) -> None:
    db.session.flush()
    index_words(item, queries.get_numbered_version(item.id, item.version))
    count_change(item)
    tags = list(queries.list_item_tags(item.id))
    record_item("questions.label_item", item, actor_id, now, tags=tags)


def _set_facts(item: Item, *, wish: Wish, actor_id: int, now: dt.datetime) -> None:
    opened = queries.open_item(item)
    subject = Subject(item.state, opened.facts, item.proposed_state)
    authored = replace(read_authored(opened.fields), facts=wish.change.of(opened.facts))
    revise_item(
        item,
        authored,
        based_on=item.revision,
        intent=intent_for(wish, subject),
        actor_id=actor_id,
        now=now,
    )


class _Mover:
    """Moves items one after the other to the end of a bank, shared texts with the first of their items."""

    def __init__(self, target: ItemBank, actor_id: int, now: dt.datetime) -> None:
        # Two people at once: the second waits here and goes on behind the first.
        db.session.execute(select(ItemBank.id).where(ItemBank.id == target.id).with_for_update())
        self.target = target
        self.actor_id = actor_id
        self.now = now
        self.position = next_position(target)

    def move(self, item: Item) -> None:
        source = item.bank.key
        group = item.case_group
        if group is not None and group.bank_id != self.target.id:
            self._move_group(group)
        item.bank, item.position = self.target, self.position
        self.position += 1
        db.session.execute(
            update(ItemDraft).where(ItemDraft.item_id == item.id).values(bank_id=self.target.id)
        )
        count_change(item)
        record_item(
            "questions.move_item",
            item,
            self.actor_id,
            self.now,
            source=source,
            target=self.target.key,
        )

    def _move_group(self, group: CaseGroup) -> None:
        source = group.bank.key
        group.bank = self.target
        db.session.flush()
        audit.record(
            "questions.move_group",
            actor_id=self.actor_id,
            now=self.now,
            subject_kind="case_group",
            subject_id=group.id,
            key=group.key,
            source=source,
            target=self.target.key,
        )
