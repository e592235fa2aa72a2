"""Finding the items of a bank: by words, by what they are about, by where they are on their way."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    and_,
    case,
    func,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute

from lms.db import db
from lms.questions.domain.search_text import card_lines, letters_of, search_words
from lms.questions.models import CaseGroup, Item, ItemTag, ItemVersion
from lms.questions.queries.items import select_current
from lms.questions.queries.names import DRAFT
from lms.web.listing import Page

PROPOSED = "proposed"
"""Asked for in place of a state: items in use with a newer version that waits for its review."""
INCOMPLETE = "incomplete"
"""Asked for in place of a state: drafts that lack a fact."""
NEWEST, BY_KEY, HARDEST = "newest", "key", "hard"
"""Orders beside the one of the bank."""
COUNTED_AT_MOST = 1000
"""Items that say a word are counted so far; behind that, a page says that there are more."""
PAGES_AT_MOST = 1_000_000
"""A page beyond it is not looked for: whoever asks in the address bar cannot ask for more than a database counts."""
_LETTERS = (Item.letters_1, Item.letters_2, Item.letters_3, Item.letters_4)


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """What a list of items is narrowed to; empty values do not narrow.

    Attributes:
        words: All of them must be in what the item says anywhere, in its key or its tags.
        purpose: ``quiz`` or ``recall``.
        type: Type of the version in use.
        lesson_key: The lesson it rests on.
        point: Its knowledge point.
        difficulty: As judged by the author.
        state: Its state, ``PROPOSED`` or ``INCOMPLETE``.
        tag: One of its tags.
        card: Key of a card that it rests on.
        group: Key of the case group whose text it shares.
        order: ``NEWEST``, ``BY_KEY`` or ``HARDEST``; empty for the order of the bank.
    """

    words: str = ""
    purpose: str = ""
    type: str = ""
    lesson_key: str = ""
    point: str = ""
    difficulty: str = ""
    state: str = ""
    tag: str = ""
    card: str = ""
    group: str = ""
    order: str = ""

    @property
    def is_narrowed(self) -> bool:
        """Whether anything may be left out."""
        return any(getattr(self, field.name) for field in fields(self) if field.name != "order")


def select_items(bank_id: int, wanted: ItemFilter) -> Select[ItemVersion]:
    """Return the query of the current versions of a bank's items that match, with item and bank, in the order asked."""
    query = select_current().order_by(None).where(Item.bank_id == bank_id, *matching(wanted))
    return query.order_by(*_order(wanted.order))


def matching(wanted: ItemFilter) -> list[ColumnElement[bool]]:
    """Return what must hold of an item to match; only its own row and its tags, cards and group are looked at."""
    found = [
        column == value
        for column, value in (
            (Item.purpose, wanted.purpose),
            (Item.type, wanted.type),
            (Item.lesson_key, wanted.lesson_key),
            (Item.point, wanted.point),
            (Item.difficulty, wanted.difficulty),
        )
        if value
    ]
    if wanted.state:
        found.append(_is_in(wanted.state))
    if wanted.tag:
        found.append(Item.id.in_(select(ItemTag.item_id).where(ItemTag.tag == wanted.tag)))
    if wanted.card:
        found.append(_holds(Item.card_lines, card_lines([wanted.card])))
    if wanted.group:
        group = select(CaseGroup.id).where(CaseGroup.key == wanted.group).scalar_subquery()
        found.append(Item.case_group_id == group)
    return [*found, *says(wanted.words)]


def says(asked: str) -> list[ColumnElement[bool]]:
    """Return what must hold of an item that says all words of ``asked``; nothing when there are none."""
    words = search_words(asked)
    if not words:
        return []
    letters = zip(_LETTERS, letters_of("".join(words)), strict=True)
    # First the letters, which stand in the index of the list: most items are out before their text is read.
    # Said as "at least", PostgreSQL keeps to this order; what is said to be equal it looks at last.
    held = [column.bitwise_and(bits) >= bits for column, bits in letters if bits]
    return [*held, *(_holds(Item.search_text, word) for word in words)]


def _is_in(state: str) -> ColumnElement[bool]:
    if state == PROPOSED:
        return Item.proposed_state != ""
    if state == INCOMPLETE:
        lacks = or_(Item.lesson_key == "", Item.point == "", Item.difficulty == "")
        return and_(Item.state == DRAFT, lacks)
    return Item.state == state


def _holds(text: InstrumentedAttribute[str], part: str) -> ColumnElement[bool]:
    """Say that a text holds a part. Both databases do it faster than LIKE, which knows wildcards and cases."""
    is_sqlite = db.session.get_bind().dialect.name == "sqlite"
    find = func.instr if is_sqlite else func.strpos
    return find(text, part) > 0


def _order(order: str) -> tuple[SQLColumnExpression[Any], ...]:
    authored = (Item.position, Item.key)
    if order == NEWEST:
        return (ItemVersion.id.desc(),)
    if order == BY_KEY:
        return (Item.key,)
    if order == HARDEST:
        rank = case({"hard": 0, "medium": 1, "easy": 2}, value=Item.difficulty, else_=3)
        return (rank, *authored)
    return authored


class ItemRow(NamedTuple):
    """One row of a list of items: what it shows of the item and its current version."""

    id: int
    key: str
    revision: int
    purpose: str
    type: str
    state: str
    proposed_state: str
    lesson_key: str
    point: str
    difficulty: str
    red_line: bool
    stem: str
    group: str | None
    tags: tuple[str, ...] = ()

    @property
    def is_incomplete(self) -> bool:
        """Whether a fact is missing without which it stays a draft."""
        return not (self.lesson_key and self.point and self.difficulty)


def find_items(
    bank_id: int, wanted: ItemFilter, *, number: int, size: int, total: int | None = None
) -> Page[ItemRow]:
    """Return one page of the items of a bank that match; a page behind the last one gives the last.

    Items that say a word are counted up to ``COUNTED_AT_MOST``, or to where the page stands: to look into every
    text of a large bank takes longer than the rest of the page.

    Args:
        bank_id: The bank.
        wanted: What must hold of them.
        number: Number of the page, from 1.
        size: Items on a page.
        total: How many match, where that is known; else they are counted.
    """
    ids = _select_ids(bank_id, wanted)
    shown: Sequence[int] | None = None
    number = min(max(1, number), PAGES_AT_MOST)
    at_most = max(COUNTED_AT_MOST, number * size) if wanted.words else None
    if total is None and number == 1:
        # Most searches find little: the first page is then all there is, and nothing need be counted.
        begun = db.session.scalars(ids.limit(size + 1)).all()
        shown, total = begun[:size], len(begun) if len(begun) <= size else None
    if total is None:
        total = _count(bank_id, wanted, at_most)
    is_more = at_most is not None and total > at_most
    total = at_most if at_most is not None and is_more else total
    pages = max(1, -(-total // size))
    number = min(number, pages)
    if shown is None:
        shown = db.session.scalars(ids.limit(size).offset((number - 1) * size)).all()
    return Page(_rows(shown), number, pages, total, wanted.words, is_more=is_more)


def _count(bank_id: int, wanted: ItemFilter, at_most: int | None) -> int:
    """Count the items that match; one more than ``at_most`` where there are more."""
    matched = select(Item.id).where(Item.bank_id == bank_id, *matching(wanted))
    if at_most is not None:
        matched = matched.limit(at_most + 1)
    return db.session.scalar(select(func.count()).select_from(matched.subquery())) or 0


def _select_ids(bank_id: int, wanted: ItemFilter) -> Select[int]:
    query = select(Item.id).where(_in_bank(bank_id, wanted), *matching(wanted))
    if wanted.order == NEWEST:
        query = query.join(ItemVersion, _is_current())
    return query.order_by(*_order(wanted.order))


def _in_bank(bank_id: int, wanted: ItemFilter) -> ColumnElement[bool]:
    if wanted.order == NEWEST and not wanted.is_narrowed:
        # Without the index of the bank, SQLite begins with the newest version instead of sorting them all.
        return Item.bank_id + 0 == bank_id
    return Item.bank_id == bank_id


def list_revisions(bank_id: int, wanted: ItemFilter, *, at_most: int) -> dict[int, int]:
    """Return the revisions of the items of a bank that match, by id, in the order asked."""
    query = _select_ids(bank_id, wanted).add_columns(Item.revision).limit(at_most)
    return {row[0]: row[1] for row in db.session.execute(query)}


def _rows(ids: Sequence[int]) -> list[ItemRow]:
    rows = db.session.execute(
        select(
            Item.id,
            Item.key,
            Item.revision,
            Item.purpose,
            Item.type,
            Item.state,
            Item.proposed_state,
            Item.lesson_key,
            Item.point,
            Item.difficulty,
            ItemVersion.red_line,
            ItemVersion.body["stem"].as_string(),
            CaseGroup.key,
        )
        .join(ItemVersion, _is_current())
        .outerjoin(CaseGroup, Item.case_group_id == CaseGroup.id)
        .where(Item.id.in_(ids))
    )
    tags = tags_of(ids)
    by_id = {row[0]: ItemRow._make((*row, tuple(tags.get(row[0], ())))) for row in rows}
    return [by_id[item_id] for item_id in ids if item_id in by_id]


def _is_current() -> ColumnElement[bool]:
    return and_(ItemVersion.item_id == Item.id, ItemVersion.number == Item.version)


def tags_of(ids: Sequence[int]) -> dict[int, list[str]]:
    """Return the tags of items by id, in their order, with one query."""
    found: dict[int, list[str]] = {}
    for item_id, tag in db.session.execute(
        select(ItemTag.item_id, ItemTag.tag)
        .where(ItemTag.item_id.in_(ids))
        .order_by(ItemTag.item_id, ItemTag.position)
    ):
        found.setdefault(item_id, []).append(tag)
    return found
