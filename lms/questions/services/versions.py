"""Versions of an item: adding one, and putting one into use."""

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import func, select

from lms.db import db
from lms.errors import InvalidInput, InvalidState
from lms.questions.domain.identity import ItemFacts, content_sha256
from lms.questions.domain.items import FieldError, item_as_json, item_from_json
from lms.questions.domain.search_text import search_fields
from lms.questions.models import Item, ItemTag, ItemVersion
from lms.questions.queries import state_under_review


def add_version(
    item: Item,
    body: Mapping[str, object],
    facts: ItemFacts,
    *,
    actor_id: int | None,
    now: dt.datetime,
) -> ItemVersion:
    """Add the next version of ``item``; when its newest one or the one in use says exactly this, return that.

    Which version is in use, what is proposed and the item's state stay as they are: the caller decides them.

    Args:
        item: Held by the caller where others may write at the same time (``with_for_update``).
        body: What ``domain.items.item_from_json`` reads.
        facts: What the item is about.
        actor_id: Who wrote it; None for content files and the command line.
        now: The instant.

    Raises:
        InvalidInput: ``item_malformed``: the body cannot be used; facts ``field``, ``problem``.
    """
    words = checked_body(body, key=item.key)
    sha256 = content_sha256(words, facts)
    newest = _newest(item)
    present = db.session.scalars(
        select(ItemVersion).where(
            ItemVersion.item_id == item.id, ItemVersion.number.in_((newest, item.version))
        )
    )
    for version in present:
        if version.sha256 == sha256:
            return version
    version = ItemVersion(
        item=item,
        number=newest + 1,
        type=words["type"],
        body=words,
        sha256=sha256,
        lesson_key=facts.lesson_key,
        point=facts.point,
        cards=list(facts.cards),
        difficulty=facts.difficulty,
        red_line=facts.red_line,
        created_at=now,
        created_by=actor_id,
        presented_at=None,
    )
    db.session.add(version)
    db.session.flush()
    return version


def checked_body(body: Mapping[str, object], *, key: str) -> dict[str, object]:
    """Return the body of the item ``key`` as it is stored.

    Raises:
        InvalidInput: ``item_malformed``; facts ``field``, ``problem``.
    """
    try:
        return item_as_json(item_from_json(body))
    except FieldError as error:
        raise InvalidInput(
            "item_malformed", item=key, field=error.field, problem=error.problem
        ) from error


def _newest(item: Item) -> int:
    db.session.flush()
    newest = select(func.max(ItemVersion.number)).where(ItemVersion.item_id == item.id)
    return db.session.scalar(newest) or 0


def make_current(item: Item, version: ItemVersion, *, now: dt.datetime) -> None:  # noqa: ARG001 - one shape for the verbs
    """Put ``version`` into use: what of the item follows its words follows this one, and no proposal is left.

    The item's state stays as it is. Its revision counts one more.
    """
    item.version = version.number
    item.lesson_key, item.point = version.lesson_key, version.point
    item.type, item.difficulty = version.type, version.difficulty
    item.proposed, item.proposed_state = None, ""
    index_words(item, version)
    count_change(item)


def index_words(item: Item, version: ItemVersion) -> None:
    """Let the search find ``item`` by what ``version`` says; call it too when the key, name or tags change."""
    tags = db.session.scalars(
        select(ItemTag.tag).where(ItemTag.item_id == item.id).order_by(ItemTag.position)
    ).all()
    found_by = search_fields(
        version.body, key=item.key, name=item.name, tags=tags, cards=version.cards
    )
    for field, value in found_by.items():
        setattr(item, field, value)


def count_change(item: Item) -> None:
    """Count a change of ``item``: pages opened before it are stale."""
    item.revision += 1
    db.session.flush()


def lock_item(item: Item, revision: int | None = None) -> None:
    """Read ``item`` anew and hold it until the transaction ends, so that nobody changes it meanwhile.

    Args:
        item: The item.
        revision: ``Item.revision`` as the person saw it; None when nobody looked at it.

    Raises:
        InvalidState: ``item_changed_meanwhile``: somebody changed it since; facts ``item``, ``state``.
    """
    db.session.flush()
    db.session.refresh(item, with_for_update=True)
    if revision is not None and revision != item.revision:
        raise InvalidState("item_changed_meanwhile", item=item.key, state=state_under_review(item))
