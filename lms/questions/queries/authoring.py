"""Reading an item as the editor opens it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from lms.db import db
from lms.errors import NotFound
from lms.questions.domain.authoring import Pair, fields_of
from lms.questions.domain.difference import Snapshot
from lms.questions.domain.identity import ItemFacts
from lms.questions.domain.items import item_from_json
from lms.questions.domain.merging import Labels
from lms.questions.models import CaseGroup, Item, ItemTag, ItemVersion

_TAGS_AT_MOST = 200
"""Tags that a list to choose from offers."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An item as the editor opens it: its proposal if there is one, else its current version.

    Attributes:
        item: The item.
        version: What is opened.
        labels: Short title, category, tags and points.
        group: Key of its case group; empty when it stands alone.
    """

    item: Item
    version: ItemVersion
    labels: Labels
    group: str

    @property
    def facts(self) -> ItemFacts:
        """What it is about."""
        return self.version.facts

    @property
    def fields(self) -> list[Pair]:
        """The form that says it."""
        return fields_of(
            self.version.body,
            self.facts,
            self.labels,
            group=self.group,
            purpose=self.item.purpose,
        )


def snapshot_of(version: ItemVersion) -> Snapshot:
    """Return a version as a value that can be compared."""
    return Snapshot(item_from_json(version.body), version.facts)


def open_item(item: Item) -> Opened:
    """Return an item as the editor opens it.

    Raises:
        NotFound: It has no version.
    """
    number = item.version if item.proposed is None else item.proposed
    version = find_numbered(item, number)
    if version is None:
        raise NotFound("item_version", item=item.key, number=number)
    labels = Labels(item.name, tuple(item.category), tuple(list_item_tags(item.id)), item.points)
    return Opened(item, version, labels, _group_key(item))


def find_numbered(item: Item, number: int) -> ItemVersion | None:
    """Return a version of ``item`` by its number, if there is one."""
    return db.session.scalar(
        select(ItemVersion).where(ItemVersion.item_id == item.id, ItemVersion.number == number)
    )


def _group_key(item: Item) -> str:
    if item.case_group_id is None:
        return ""
    return db.session.get_one(CaseGroup, item.case_group_id).key


def list_item_tags(item_id: int) -> Sequence[str]:
    """Return the tags of an item, in order."""
    return db.session.scalars(
        select(ItemTag.tag).where(ItemTag.item_id == item_id).order_by(ItemTag.position)
    ).all()


def list_bank_tags(bank_id: int) -> Sequence[str]:
    """Return the tags of a bank's items, the most used first."""
    return db.session.scalars(
        select(ItemTag.tag)
        .join(Item, Item.id == ItemTag.item_id)
        .where(Item.bank_id == bank_id)
        .group_by(ItemTag.tag)
        .order_by(func.count().desc(), ItemTag.tag)
        .limit(_TAGS_AT_MOST)
    ).all()
