"""Reading reviews: what waits for one, and what was said about an item."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from flask import url_for
from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, tuple_
from sqlalchemy.orm import aliased, contains_eager

from lms.db import db
from lms.errors import NotFound
from lms.organisation.queries import is_second_review_on
from lms.people.domain.roles import RoleName
from lms.people.models import Person
from lms.questions.domain.identity import ItemFacts
from lms.questions.models import Item, ItemBank, ItemNote, ItemVersion
from lms.questions.queries.banks import APP
from lms.questions.queries.names import DRAFT, IN_REVIEW, RETIRED, RETURNED, SUBMITTED
from lms.web.listing import like
from lms.web.waiting import Waiting

FOR_ME, OWN, SENT_BACK, EVERYTHING = "", "own", "returned", "all"
"""Which reviews a list shows: those the person may decide, those of what the person wrote, of these what came back,
or all."""
_AUTHOR = aliased(Person)


@dataclass(frozen=True, slots=True)
class ReviewFilter:
    """What the list of reviews is narrowed to; empty values do not narrow.

    Attributes:
        person_id: Whose list it is.
        show: One of ``FOR_ME``, ``OWN``, ``SENT_BACK`` and ``EVERYTHING``.
        words: Found in what the item says, or in its key.
        bank: Key of a bank.
        type: Type of the version under review.
        author_id: Who wrote it.
    """

    person_id: int
    show: str = FOR_ME
    words: str = ""
    bank: str = ""
    type: str = ""
    author_id: int | None = None


class Review(NamedTuple):
    """A version that waits for its review, or that came back from it.

    Attributes:
        version: It, with its item and bank.
        since: When it was sent.
        author: Name of who wrote it; None when no person did.
    """

    version: ItemVersion
    since: dt.datetime
    author: str | None

    @property
    def is_proposal(self) -> bool:
        """Whether another version of the item stays in use meanwhile."""
        return self.version.item.proposed is not None


def state_under_review(item: Item) -> str:
    """Return the state of the version that a review is about: the proposal's if there is one, else the item's.

    Of a retired item nothing is reviewed: it is retired.
    """
    if item.proposed is None or item.state == RETIRED:
        return item.state
    return item.proposed_state


def _is_under_review() -> ColumnElement[bool]:
    """Return what joins an item with the version that a review of it is about."""
    return and_(
        ItemVersion.item_id == Item.id,
        ItemVersion.number == func.coalesce(Item.proposed, Item.version),
    )


def _is_in(state: str) -> ColumnElement[bool]:
    # A proposal always has a state, and without one it is empty: no item matches twice.
    return or_(
        and_(Item.proposed_state == state, Item.state != RETIRED),
        and_(Item.state == state, Item.proposed.is_(None)),
    )


def _sent_at() -> ColumnElement[dt.datetime]:
    sent = (
        select(func.max(ItemNote.created_at))
        .where(
            ItemNote.item_id == Item.id,
            ItemNote.version == ItemVersion.number,
            ItemNote.kind == SUBMITTED,
        )
        .correlate(Item, ItemVersion)
        .scalar_subquery()
    )
    return func.coalesce(sent, ItemVersion.created_at)


def _came_back() -> ColumnElement[bool]:
    return exists().where(
        ItemNote.item_id == Item.id,
        ItemNote.version == ItemVersion.number,
        ItemNote.kind == RETURNED,
    )


def _of(person_id: int, show: str) -> tuple[ColumnElement[bool], ...]:
    own = ItemVersion.created_by == person_id
    if show == SENT_BACK:
        return (_is_in(DRAFT), own, _came_back())
    if show == OWN:
        return (_is_in(IN_REVIEW), own)
    if show == EVERYTHING or not is_second_review_on():
        return (_is_in(IN_REVIEW),)
    return (_is_in(IN_REVIEW), ItemVersion.created_by.is_distinct_from(person_id))


def _where(wanted: ReviewFilter) -> list[ColumnElement[bool]]:
    conditions = [
        ItemBank.origin == APP,
        ItemBank.retired_at.is_(None),
        *_of(wanted.person_id, wanted.show),
    ]
    if wanted.words:
        pattern = like(wanted.words)
        columns = (Item.search_text, Item.key)
        conditions.append(or_(*(column.ilike(pattern, escape="\\") for column in columns)))
    if wanted.bank:
        conditions.append(ItemBank.key == wanted.bank)
    if wanted.type:
        conditions.append(ItemVersion.type == wanted.type)
    if wanted.author_id is not None:
        conditions.append(ItemVersion.created_by == wanted.author_id)
    return conditions


def select_reviews(wanted: ReviewFilter) -> Select[*tuple[Any, ...]]:
    """Return the query of reviews that match, what waits longest first; its rows make a ``Review``."""
    sent_at = _sent_at()
    return (
        select(ItemVersion, sent_at.label("since"), _AUTHOR.name)
        .join(Item, _is_under_review())
        .join(ItemBank, ItemBank.id == Item.bank_id)
        .outerjoin(_AUTHOR, _AUTHOR.id == ItemVersion.created_by)
        .options(contains_eager(ItemVersion.item).contains_eager(Item.bank))
        .where(*_where(wanted))
        .order_by(sent_at, Item.id)
    )


def count_reviews(wanted: ReviewFilter) -> int:
    """Count the reviews that match."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Item)
            .join(ItemVersion, _is_under_review())
            .join(ItemBank, ItemBank.id == Item.bank_id)
            .where(*_where(wanted))
        )
        or 0
    )


def find_next_review(wanted: ReviewFilter, after: Item | None = None) -> ItemVersion | None:
    """Return the review that comes after the one of ``after`` (already decided or not), or the first."""
    query = select_reviews(wanted)
    if after is not None:
        since = db.session.scalar(
            select(_sent_at())
            .select_from(Item)
            .join(ItemVersion, _is_under_review())
            .where(Item.id == after.id)
        )
        query = query.where(tuple_(_sent_at(), Item.id) > tuple_(since, after.id))
    row = db.session.execute(query.limit(1)).first()
    return None if row is None else row[0]


@dataclass(frozen=True, slots=True)
class ReviewChoices:
    """What a list of reviews can be narrowed to.

    Attributes:
        banks: The banks that reviews wait in.
        authors: Ids and names of who wrote what waits.
    """

    banks: Sequence[ItemBank]
    authors: Sequence[tuple[int, str]]


def list_review_choices(person_id: int, show: str) -> ReviewChoices:
    """Return the banks and authors of the reviews of one list."""
    wanted = _where(ReviewFilter(person_id, show))
    banks = db.session.scalars(
        select(ItemBank)
        .join(Item, Item.bank_id == ItemBank.id)
        .join(ItemVersion, _is_under_review())
        .where(*wanted)
        .distinct()
        .order_by(ItemBank.title, ItemBank.id)
    ).all()
    authors = db.session.execute(
        select(Person.id, Person.name)
        .join(ItemVersion, ItemVersion.created_by == Person.id)
        .join(Item, _is_under_review())
        .join(ItemBank, ItemBank.id == Item.bank_id)
        .where(*wanted)
        .distinct()
        .order_by(Person.name, Person.id)
    ).all()
    return ReviewChoices(banks, [(author_id, name) for author_id, name in authors])


def list_missing(keys: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return, of the items of these keys that are drafts now, the names of the facts that they lack."""
    rows = db.session.execute(
        select(Item.key, ItemVersion.lesson_key, ItemVersion.point, ItemVersion.difficulty)
        .join(ItemVersion, _is_under_review())
        .where(Item.key.in_(keys), _is_in(DRAFT))
    )
    return {
        key: ItemFacts(lesson, point, (), difficulty, red_line=False).missing
        for key, lesson, point, difficulty in rows
    }


class Note(NamedTuple):
    """A note and the name of who wrote it; None for the command line."""

    note: ItemNote
    by: str | None


def list_notes(item_id: int) -> list[Note]:
    """Return the notes on an item, oldest first."""
    rows = db.session.execute(
        select(ItemNote, Person.name)
        .outerjoin(Person, Person.id == ItemNote.person_id)
        .where(ItemNote.item_id == item_id)
        .order_by(ItemNote.created_at, ItemNote.id)
    )
    return [Note(*row) for row in rows]


def find_last_note(item_id: int, version: int, kind: str) -> ItemNote | None:
    """Return the last note of one kind on one version."""
    return db.session.scalars(
        select(ItemNote)
        .where(ItemNote.item_id == item_id, ItemNote.version == version, ItemNote.kind == kind)
        .order_by(ItemNote.id.desc())
        .limit(1)
    ).first()


def get_numbered_version(item_id: int, number: int) -> ItemVersion:
    """Return one version of an item.

    Raises:
        NotFound: There is none of that number.
    """
    version = db.session.scalar(
        select(ItemVersion).where(ItemVersion.item_id == item_id, ItemVersion.number == number)
    )
    if version is None:
        raise NotFound("item_version", item=item_id, version=number)
    return version


def list_authors(versions: Sequence[ItemVersion]) -> dict[int, str]:
    """Return the names of who wrote these versions, by their ids."""
    ids = {version.created_by for version in versions if version.created_by is not None}
    rows = db.session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
    return {int(person_id): str(name) for person_id, name in rows}


def list_waiting(person: Person, now: dt.datetime) -> list[Waiting]:
    """Return what of items waits for this person: reviews to decide, and what came back from one."""
    if not person.role_names & {RoleName.TRAINER, RoleName.QUALITY}:
        return []
    waiting = []
    for kind, show in (("questions.reviews", FOR_ME), ("questions.returned", SENT_BACK)):
        wanted = ReviewFilter(person.id, show)
        first = db.session.execute(select_reviews(wanted).limit(1)).first()
        if first is not None:
            url = url_for("questions.list_reviews", show=show or None)
            facts = {"count": count_reviews(wanted)}
            waiting.append(Waiting(kind, url, since=min(first[1], now), facts=facts))
    return waiting
