"""Reading banks."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ScalarSelect, Select, SQLColumnExpression, func, or_, select

from lms.db import db
from lms.errors import NotFound
from lms.questions.models import Item, ItemBank
from lms.questions.queries.names import QUIZ, RETIRED
from lms.web.listing import like

APP = "app"
"""Origin of a bank that is authored in the browser."""


def find_bank(key: str) -> ItemBank | None:
    """Return the bank ``key`` if there is one."""
    return db.session.scalar(select(ItemBank).where(ItemBank.key == key))


def get_bank(key: str) -> ItemBank:
    """Return the bank ``key``.

    Raises:
        NotFound: There is none.
    """
    bank = find_bank(key)
    if bank is None:
        raise NotFound("bank", key=key)
    return bank


def list_own_banks() -> Sequence[ItemBank]:
    """Return the banks in use that may be written in the browser, by title."""
    return db.session.scalars(
        select(ItemBank)
        .where(ItemBank.origin == APP, ItemBank.retired_at.is_(None))
        .order_by(ItemBank.title, ItemBank.id)
    ).all()


@dataclass(slots=True)
class BankCounts:
    """How many items a bank holds.

    Attributes:
        by_purpose: Items in use (not retired) by purpose.
        by_type: Quiz items in use by type.
        by_state: Items by state.
        proposals: Items with a newer version that waits for its review.
    """

    by_purpose: Counter[str]
    by_type: Counter[str]
    by_state: Counter[str]
    proposals: int

    @property
    def retired(self) -> int:
        """Retired items."""
        return self.by_state[RETIRED]

    @property
    def all(self) -> int:
        """All items, retired ones too."""
        return self.by_state.total()

    @property
    def total(self) -> int:
        """All items in use."""
        return sum(self.by_purpose.values())


def select_banks(words: str = "", *, state: str = "") -> Select[ItemBank]:
    """Return the query of banks by key, retired ones last.

    Args:
        words: Found in key or title.
        state: ``used``, ``retired`` or "" for both.
    """
    query = select(ItemBank).order_by(ItemBank.retired_at.is_not(None), ItemBank.key)
    if words:
        pattern = like(words)
        columns = (ItemBank.key, ItemBank.title, ItemBank.title_en)
        query = query.where(or_(*(column.ilike(pattern, escape="\\") for column in columns)))
    if state == "used":
        query = query.where(ItemBank.retired_at.is_(None))
    elif state == RETIRED:
        query = query.where(ItemBank.retired_at.is_not(None))
    return query


def count_items(bank_ids: Sequence[int]) -> dict[int, BankCounts]:
    """Return the counts of banks by id, with one query.

    It goes from kind to kind in the index and counts between two: grouping all rows takes five times as long.
    """
    kinds = (
        select(ItemBank.id.label("bank_id"), _next_kind(ItemBank.id, "").label("kind"))
        .where(ItemBank.id.in_(bank_ids))
        .cte(recursive=True)
    )
    here = kinds.alias()
    kinds = kinds.union_all(
        select(here.c.bank_id, _next_kind(here.c.bank_id, here.c.kind)).where(
            here.c.kind.is_not(None)
        )
    )
    held = (
        select(func.count())
        .where(Item.bank_id == kinds.c.bank_id, Item.kind == kinds.c.kind)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(kinds.c.bank_id, kinds.c.kind, held).where(kinds.c.kind.is_not(None))
    )
    found = {bank_id: BankCounts(Counter(), Counter(), Counter(), 0) for bank_id in bank_ids}
    for bank_id, kind, number in rows:
        purpose, state, name, proposed = kind.split("/")
        count = found[bank_id]
        count.by_state[state] += number
        count.proposals += number if proposed else 0
        if state != RETIRED:
            count.by_purpose[purpose] += number
            if purpose == QUIZ:
                count.by_type[name] += number
    return found


def _next_kind(
    bank_id: SQLColumnExpression[int], after: SQLColumnExpression[str] | str
) -> ScalarSelect[str | None]:
    return (
        select(func.min(Item.kind))
        .where(Item.bank_id == bank_id, Item.kind > after)
        .scalar_subquery()
    )
