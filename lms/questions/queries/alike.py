"""Finding what the banks hold already while an item is being written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from heapq import nlargest
from operator import add

from sqlalchemy import case, func, select

from lms.db import db
from lms.questions.domain.likeness import LikenessIndex, words_of
from lms.questions.domain.likeness_marks import count_marks, enough, marks_of
from lms.questions.models import Item, ItemBank, ItemVersion
from lms.questions.queries.items import select_current
from lms.questions.queries.names import RETIRED

_COMPARED = 60
"""Items compared in full, those with most marks first."""
_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Alike:
    """An item in use that says the same, or nearly.

    Attributes:
        version: Its current version, with its item and bank.
        percent: Shared pieces of all that either has; 100 is the same words.
        has_same_right: Whether the same is right; False marks a contradiction when the words are the same.
    """

    version: ItemVersion
    percent: int
    has_same_right: bool

    @property
    def is_same(self) -> bool:
        """Whether the words are the same."""
        return self.percent == 100


def list_alike(
    body: Mapping[str, object], *, bank_id: int, purpose: str, but: str = ""
) -> list[Alike]:
    """Return the items of all banks in use for one purpose that say what ``body`` says, or nearly, closest first.

    Those of the bank itself stand before equally close ones of others.

    Args:
        body: The words of an item, as stored; it may be incomplete.
        bank_id: The bank in which it is being written.
        purpose: ``quiz`` or ``recall``.
        but: Key of the item itself, when it is in the bank already.
    """
    marks = marks_of(body)
    if not marks:
        return []
    likely = _list_likely(marks, purpose, but)
    if not likely:
        return []
    versions = {
        version.item.key: version
        for version in db.session.scalars(select_current().where(Item.id.in_(likely)))
    }
    index = LikenessIndex([words_of(body)])
    index.compare((key, words_of(version.body)) for key, version in versions.items())
    found = [
        Alike(versions[one.key], one.percent, one.has_same_right) for one in index.likenesses()[0]
    ]
    found.sort(key=lambda one: (-one.percent, one.version.item.bank_id != bank_id))
    return found


def _list_likely(marks: Sequence[str], purpose: str, but: str) -> Sequence[int]:
    """Return the ids of the items in use that hold most marks."""
    query = (
        select(Item.id)
        .join(ItemBank, Item.bank_id == ItemBank.id)
        .where(
            Item.purpose == purpose,
            Item.state != RETIRED,
            Item.key != but,
            ItemBank.retired_at.is_(None),
        )
    )
    if db.session.get_bind().dialect.name == "postgresql":
        held = [case((func.strpos(Item.search_text, mark) > 0, 1), else_=0) for mark in marks]
        number = reduce(add, held)
        query = query.where(number >= enough(marks)).order_by(number.desc(), Item.id)
        return db.session.scalars(query.limit(_COMPARED)).all()
    # SQLite takes several times as long as we do to look for pieces in Chinese text.
    rows = db.session.execute(
        query.add_columns(Item.search_text).execution_options(yield_per=_AT_ONCE)
    )
    counted = ((count_marks(text, marks), item_id) for item_id, text in rows)
    most = nlargest(_COMPARED, (pair for pair in counted if pair[0]))
    return [item_id for _, item_id in most]
