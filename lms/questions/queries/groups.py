"""Reading case groups with what stands under them."""

from collections.abc import Sequence

from sqlalchemy import Select, func, or_, select

from lms.db import db
from lms.errors import NotFound
from lms.questions.models import CaseGroup, Item, ItemVersion
from lms.questions.queries.items import find_group, select_current
from lms.questions.queries.names import RETIRED
from lms.questions.queries.searching import says
from lms.web.listing import like


def get_group(key: str) -> CaseGroup:
    """Return the case group ``key``.

    Raises:
        NotFound: There is none.
    """
    group = find_group(key)
    if group is None:
        raise NotFound("case_group", key=key)
    return group


def select_groups(bank_id: int, words: str = "", *, state: str = "") -> Select[CaseGroup]:
    """Return the query of a bank's case groups by key, retired ones last.

    Args:
        bank_id: The bank.
        words: Found in title, text or key.
        state: ``used``, ``retired`` or "" for both.
    """
    query = (
        select(CaseGroup)
        .where(CaseGroup.bank_id == bank_id)
        .order_by(CaseGroup.retired_at.is_not(None), CaseGroup.created_at, CaseGroup.id)
    )
    if words:
        columns = (CaseGroup.title, CaseGroup.text, CaseGroup.key)
        pattern = like(words)
        query = query.where(or_(*(column.ilike(pattern, escape="\\") for column in columns)))
    if state == "used":
        query = query.where(CaseGroup.retired_at.is_(None))
    elif state == RETIRED:
        query = query.where(CaseGroup.retired_at.is_not(None))
    return query


def count_grouped(group_ids: Sequence[int]) -> dict[int, int]:
    """Return how many items in use stand under each group, with one query."""
    rows = db.session.execute(
        select(Item.case_group_id, func.count())
        .where(Item.case_group_id.in_(group_ids), Item.state != RETIRED)
        .group_by(Item.case_group_id)
    )
    counts = {int(group_id): int(number) for group_id, number in rows if group_id is not None}
    return {group_id: counts.get(group_id, 0) for group_id in group_ids}


def list_grouped(group_id: int) -> Sequence[ItemVersion]:
    """Return the current versions of the items of a group in the order in which they are asked."""
    return db.session.scalars(
        select_current()
        .where(Item.case_group_id == group_id)
        .order_by(None)
        .order_by(Item.group_place, Item.position, Item.key)
    ).all()


def was_presented(group_id: int) -> bool:
    """Say whether a candidate has seen any item of a group."""
    seen = (
        select(ItemVersion.id)
        .join(Item, Item.id == ItemVersion.item_id)
        .where(Item.case_group_id == group_id, ItemVersion.presented_at.is_not(None))
    )
    return bool(db.session.scalar(select(seen.exists())))


def list_groupable(bank_id: int, words: str, *, limit: int = 10) -> Sequence[ItemVersion]:
    """Return items of a bank in use that stand alone and say all of these words."""
    alone = (Item.bank_id == bank_id, Item.case_group_id.is_(None), Item.state != RETIRED)
    return db.session.scalars(select_current().where(*alone, *says(words)).limit(limit)).all()
