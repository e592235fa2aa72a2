"""Writing items: versions, states, and the day somebody first saw them."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import update

from lms.audit import services as audit
from lms.db import db
from lms.errors import InvalidInput, InvalidState
from lms.questions import queries
from lms.questions.domain.identity import ItemFacts
from lms.questions.domain.items import FieldError
from lms.questions.models import Item, ItemBank, ItemVersion
from lms.questions.services.versions import add_version, checked_body, count_change, make_current

PURPOSES = (queries.QUIZ, queries.RECALL)


def publish_item(
    bank: ItemBank,
    *,
    key: str,
    purpose: str,
    body: Mapping[str, object],
    lesson_key: str,
    point: str,
    cards: Sequence[str],
    difficulty: str,
    red_line: bool,
    position: int,
    now: dt.datetime,
    actor_id: int | None = None,
) -> ItemVersion:
    """Make ``body`` and its facts the current version of the item ``key``, ready for use.

    A new version is made only when the words, the key or the facts differ from the current one;
    publishing the same twice changes nothing. Earlier versions stay as they are.

    Args:
        bank: Where the item lives.
        key: Identity of the item, unique over all banks.
        purpose: ``quiz`` or ``recall``.
        body: What ``domain.items.item_from_json`` reads.
        lesson_key: The lesson it rests on.
        point: Knowledge point.
        cards: Keys of law or rule cards.
        difficulty: easy, medium or hard.
        red_line: Whether a wrong answer would mean red-line behaviour.
        position: Place among the items of the bank, from 1.
        now: The instant of publication.
        actor_id: Who publishes; None for files and the worker.

    Raises:
        InvalidInput: The body or a fact cannot be used (``item_malformed``, facts ``field``, ``problem``).
        InvalidState: The key belongs to an item of another bank.
    """
    if purpose not in PURPOSES:
        raise InvalidInput("item_malformed", item=key, field="purpose", problem=purpose)
    words = checked_body(body, key=key)
    facts = _complete_facts(key, lesson_key, point, cards, difficulty, red_line=red_line)
    item = queries.find_item(key)
    if item is None:
        item = _new_item(bank, key, purpose, position)
    elif item.bank_id != bank.id:
        raise InvalidState("item_of_other_bank", item=key, bank=item.bank.key)
    before = (item.version, item.purpose, item.state)
    was_at = item.position
    version = add_version(item, words, facts, actor_id=actor_id, now=now)
    item.purpose, item.state, item.position = purpose, queries.READY, position
    if version.number != before[0] or item.proposed is not None:
        make_current(item, version, now=now)
    elif (before[1], before[2], was_at) != (purpose, queries.READY, position):
        count_change(item)
    if before != (version.number, purpose, queries.READY):
        record_item(
            "questions.publish_item",
            item,
            actor_id,
            now,
            version=version.number,
            sha256=version.sha256,
        )
    return version


def _new_item(bank: ItemBank, key: str, purpose: str, position: int) -> Item:
    """Return the item ``key`` before its first version."""
    item = Item(
        bank=bank,
        key=key,
        purpose=purpose,
        state=queries.DRAFT,
        version=0,
        revision=0,
        lesson_key="",
        point="",
        position=position,
    )
    db.session.add(item)
    db.session.flush()
    return item


def _complete_facts(
    key: str, lesson_key: str, point: str, cards: Sequence[str], difficulty: str, *, red_line: bool
) -> ItemFacts:
    try:
        facts = ItemFacts(lesson_key, point, tuple(cards), difficulty, red_line)
    except FieldError as error:
        raise InvalidInput(
            "item_malformed", item=key, field=error.field, problem=error.problem
        ) from error
    for field in facts.missing:
        raise InvalidInput("item_malformed", item=key, field=field, problem="must not be empty")
    return facts


def unpublish_item(item: Item, *, now: dt.datetime, actor_id: int | None = None) -> None:
    """Take ``item`` out of use because its content file no longer holds it; papers and answers keep it."""
    if item.state != queries.RETIRED:
        item.state = queries.RETIRED
        count_change(item)
        record_item("questions.retire_item", item, actor_id, now, version=item.version)


def mark_presented(item_version_ids: Iterable[int], now: dt.datetime) -> None:
    """Note that candidates have now seen these versions; the first time counts, later ones change nothing."""
    ids = sorted(set(item_version_ids))
    if ids:
        db.session.execute(
            update(ItemVersion)
            .where(ItemVersion.id.in_(ids), ItemVersion.presented_at.is_(None))
            .values(presented_at=now)
        )


def record_item(
    action: str, item: Item, actor_id: int | None, now: dt.datetime, **facts: object
) -> None:
    """Add an audit event about ``item``."""
    audit.record(
        action,
        actor_id=actor_id,
        now=now,
        subject_kind="item",
        subject_id=item.id,
        key=item.key,
        **facts,
    )
