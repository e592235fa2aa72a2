"""Copying a bank that files author into one that the browser does."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import insert, select

from lms.audit import services as audit
from lms.db import db
from lms.questions import queries
from lms.questions.domain.search_text import search_fields
from lms.questions.models import CaseGroup, Item, ItemBank, ItemTag, ItemVersion
from lms.questions.services.banks import create_bank


def copy_bank(
    bank: ItemBank, *, key: str, title: str, title_en: str, now: dt.datetime, actor_id: int
) -> tuple[ItemBank, int]:
    """Copy the items of a bank in use into a new bank of the browser, where they can be changed.

    Items for quizzes keep their states, and versions their authors: who reviewed an item has reviewed its copy.
    Proposals are not copied. Items for recall come in as drafts: lessons ask those of every bank, so a
    copy in use would be asked twice.

    Returns:
        The new bank, and how many items it holds.

    Raises:
        InvalidInput: As in ``create_bank``.
    """
    copy = create_bank(key=key, title=title, title_en=title_en, now=now, actor_id=actor_id)
    versions = db.session.scalars(
        queries.select_current().where(Item.bank_id == bank.id, Item.state != queries.RETIRED)
    ).all()
    groups = {
        group.id: CaseGroup(
            bank=copy,
            key=f"{copy.key}-case-{number}",
            title=group.title,
            text=group.text,
            created_at=now,
            retired_at=group.retired_at,
        )
        for number, group in enumerate(queries.list_groups(bank.id), start=1)
    }
    db.session.add_all(groups.values())
    db.session.flush()
    tags = db.session.execute(
        select(ItemTag.item_id, ItemTag.tag, ItemTag.position)
        .join(Item, Item.id == ItemTag.item_id)
        .where(Item.bank_id == bank.id)
        .order_by(ItemTag.item_id, ItemTag.position)
    ).all()
    named: defaultdict[int, list[str]] = defaultdict(list)
    for item_id, tag, _ in tags:
        named[item_id].append(tag)
    ids = _copy_items(versions, copy, groups, named)
    rows = [_version_row(version, ids[version.item_id], now) for version in versions]
    if rows:
        db.session.execute(insert(ItemVersion), rows)
    copied = [
        {"item_id": ids[item_id], "tag": tag, "position": position}
        for item_id, tag, position in tags
        if item_id in ids
    ]
    if copied:
        db.session.execute(insert(ItemTag), copied)
    audit.record(
        "questions.copy_bank",
        actor_id=actor_id,
        now=now,
        subject_kind="item_bank",
        subject_id=copy.id,
        key=copy.key,
        source=bank.key,
        items=len(rows),
    )
    db.session.flush()
    return copy, len(rows)


def _copy_items(
    versions: Sequence[ItemVersion],
    copy: ItemBank,
    groups: Mapping[int, CaseGroup],
    tags: Mapping[int, Sequence[str]],
) -> dict[int, int]:
    """Insert a copy of the item of each version; return new ids by old ones."""
    rows = []
    for number, version in enumerate(versions, start=1):
        item, key = version.item, f"{copy.key}-{number:04}"
        group = groups.get(item.case_group_id) if item.case_group_id else None
        rows.append(
            {
                "bank_id": copy.id,
                "key": key,
                "purpose": item.purpose,
                "state": queries.DRAFT if item.purpose == queries.RECALL else item.state,
                "version": 1,
                "lesson_key": item.lesson_key,
                "point": item.point,
                "type": version.type,
                "difficulty": version.difficulty,
                "position": item.position,
                "file_key": item.file_key or item.key,
                "name": item.name,
                "category": item.category,
                "points": item.points,
                "case_group_id": group.id if group else None,
                "group_place": item.group_place,
                **search_fields(
                    version.body,
                    key=key,
                    name=item.name,
                    tags=tags.get(item.id, ()),
                    cards=version.cards,
                ),
            }
        )
    if not rows:
        return {}
    made = db.session.execute(insert(Item).returning(Item.key, Item.id), rows).all()
    by_key = {str(key): int(item_id) for key, item_id in made}
    return {
        version.item_id: by_key[str(row["key"])]
        for version, row in zip(versions, rows, strict=True)
    }


def _version_row(version: ItemVersion, item_id: int, now: dt.datetime) -> dict[str, object]:
    return {
        "item_id": item_id,
        "number": 1,
        "type": version.type,
        "body": version.body,
        "sha256": version.sha256,
        "lesson_key": version.lesson_key,
        "point": version.point,
        "cards": version.cards,
        "difficulty": version.difficulty,
        "red_line": version.red_line,
        "created_at": now,
        "created_by": version.created_by,
        "presented_at": None,
    }
