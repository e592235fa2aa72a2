"""Reading objections to questions, and finding whom they concern."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import url_for
from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import contains_eager, defer, joinedload

from lms.db import db
from lms.errors import NotFound
from lms.organisation.queries import is_second_review_on
from lms.people.domain.roles import RoleName
from lms.people.models import Person
from lms.people.queries import list_persons_with_role
from lms.questions.models import Item, ItemBank, ItemVersion
from lms.quizzes.domain.objections import Bar, ObjectionState, find_bar
from lms.quizzes.models import Attempt, Objection, ObjectionMessage, Quiz, Sitting
from lms.web.listing import like
from lms.web.waiting import Waiting

_ANSWERING = (RoleName.TRAINER, RoleName.QUALITY)

_WITH_ALL = (
    joinedload(Objection.person),
    joinedload(Objection.version).joinedload(ItemVersion.item).joinedload(Item.bank),
    joinedload(Objection.attempt).options(
        defer(Attempt.paper),
        defer(Attempt.outcome),
        joinedload(Attempt.sitting).joinedload(Sitting.quiz),
    ),
)


def get_objection(objection_id: int) -> Objection:
    """Return one objection with its person, version, item, bank, sitting and quiz.

    Raises:
        NotFound: There is none.
    """
    objection = db.session.scalars(
        select(Objection).where(Objection.id == objection_id).options(*_WITH_ALL)
    ).first()
    if objection is None:
        raise NotFound("objection", id=objection_id)
    return objection


def find_objection(attempt_id: int, position: int) -> Objection | None:
    """Return the objection to one place of an attempt, if there is one."""
    return db.session.scalars(
        select(Objection)
        .where(Objection.attempt_id == attempt_id, Objection.position == position)
        .options(*_WITH_ALL)
    ).first()


def lock_objection(objection: Objection) -> None:
    """Hold an objection until the transaction ends, and read its state anew."""
    db.session.refresh(objection, ["state", "decided_at", "decided_by"], with_for_update=True)


def list_objections_of_attempt(attempt_id: int) -> Mapping[int, Objection]:
    """Return the objections to an attempt by position."""
    found = db.session.scalars(select(Objection).where(Objection.attempt_id == attempt_id))
    return {one.position: one for one in found}


def list_objections_of_version(version_id: int) -> Sequence[Objection]:
    """Return all objections to one version of an item, oldest first, with what ``get_objection`` has."""
    return db.session.scalars(
        select(Objection)
        .where(Objection.item_version_id == version_id)
        .options(*_WITH_ALL)
        .order_by(Objection.id)
    ).all()


def list_thread(objection_id: int) -> Sequence[ObjectionMessage]:
    """Return the messages of an objection in order, with who wrote them."""
    return db.session.scalars(
        select(ObjectionMessage)
        .where(ObjectionMessage.objection_id == objection_id)
        .options(joinedload(ObjectionMessage.person))
        .order_by(ObjectionMessage.id)
    ).all()


def count_texts(objection_ids: Sequence[int]) -> Mapping[int, tuple[int, str]]:
    """Return the number of messages of each objection, and its first one."""
    counted = (
        select(
            ObjectionMessage.objection_id.label("objection_id"),
            func.count().label("count"),
            func.min(ObjectionMessage.id).label("first"),
        )
        .where(ObjectionMessage.objection_id.in_(objection_ids))
        .group_by(ObjectionMessage.objection_id)
        .subquery()
    )
    rows = db.session.execute(
        select(counted.c.objection_id, counted.c.count, ObjectionMessage.text).join(
            ObjectionMessage, ObjectionMessage.id == counted.c.first
        )
    )
    return {objection_id: (count, text) for objection_id, count, text in rows}


def count_of_versions(version_ids: Sequence[int]) -> Mapping[int, int]:
    """Return how many have objected to each of these versions."""
    rows = db.session.execute(
        select(Objection.item_version_id, func.count())
        .where(Objection.item_version_id.in_(version_ids))
        .group_by(Objection.item_version_id)
    )
    return {row[0]: row[1] for row in rows}


def select_objections(
    words: str = "", *, state: str = "", bank: str = "", quiz: str = ""
) -> Select[Objection]:
    """Return the query of objections that match: open ones first, the longest waiting on top.

    Args:
        words: Found in a message, in the stem, in the item's key or in the hire's name.
        state: An ``ObjectionState``, or empty for all.
        bank: Key of a bank.
        quiz: Key of a quiz.
    """
    is_open = Objection.state == ObjectionState.OPEN.value
    query = _joined().order_by(
        case((is_open, 0), else_=1),
        case((is_open, Objection.created_at)),
        Objection.decided_at.desc(),
        Objection.id,
    )
    for column, value in ((Objection.state, state), (ItemBank.key, bank), (Quiz.key, quiz)):
        if value:
            query = query.where(column == value)
    if words:
        query = query.where(or_(_says(words), Person.name.ilike(like(words), escape="\\")))
    return query


def select_own_objections(person_id: int, words: str = "", state: str = "") -> Select[Objection]:
    """Return the query of a person's own objections, newest first.

    Args:
        person_id: Whose they are.
        words: Found in a message.
        state: An ``ObjectionState``, or empty for all.
    """
    query = (
        _joined()
        .where(Objection.person_id == person_id)
        .order_by(Objection.created_at.desc(), Objection.id.desc())
    )
    if state:
        query = query.where(Objection.state == state)
    return query.where(_has_message(words)) if words else query


def _joined() -> Select[Objection]:
    return (
        select(Objection)
        .join(Objection.person)
        .join(Objection.version)
        .join(ItemVersion.item)
        .join(Item.bank)
        .join(Objection.attempt)
        .join(Attempt.sitting)
        .join(Sitting.quiz)
        .options(
            contains_eager(Objection.person),
            contains_eager(Objection.version)
            .contains_eager(ItemVersion.item)
            .contains_eager(Item.bank),
            contains_eager(Objection.attempt).options(
                defer(Attempt.paper),
                defer(Attempt.outcome),
                contains_eager(Attempt.sitting).contains_eager(Sitting.quiz),
            ),
        )
    )


def _has_message(words: str) -> ColumnElement[bool]:
    return (
        select(ObjectionMessage.id)
        .where(
            ObjectionMessage.objection_id == Objection.id,
            ObjectionMessage.text.ilike(like(words), escape="\\"),
        )
        .exists()
    )


def _says(words: str) -> ColumnElement[bool]:
    pattern = like(words)
    stem = ItemVersion.body["stem"].as_string()
    return or_(
        _has_message(words),
        Item.key.ilike(pattern, escape="\\"),
        stem.ilike(pattern, escape="\\"),
        Person.name.ilike(pattern, escape="\\"),
    )


def list_concerned_choices() -> tuple[Sequence[ItemBank], Sequence[Quiz]]:
    """Return the banks and the quizzes to whose questions somebody has objected, by title."""
    banks = (
        select(ItemBank)
        .join(Item, Item.bank_id == ItemBank.id)
        .join(ItemVersion, ItemVersion.item_id == Item.id)
        .where(ItemVersion.id.in_(select(Objection.item_version_id)))
        .distinct()
        .order_by(ItemBank.title)
    )
    concerned = (
        select(Sitting.quiz_id)
        .join(Attempt, Attempt.sitting_id == Sitting.id)
        .join(Objection, Objection.attempt_id == Attempt.id)
    )
    quizzes = select(Quiz).where(Quiz.id.in_(concerned)).order_by(Quiz.title)
    return db.session.scalars(banks).all(), db.session.scalars(quizzes).all()


def find_bar_of(objection: Objection, actor_id: int) -> Bar | None:
    """Return what keeps ``actor_id`` from deciding this objection; None when nothing does."""
    return find_bar(
        ObjectionState(objection.state),
        actor_id=actor_id,
        objector_id=objection.person_id,
        author_id=objection.version.created_by,
        second_review=is_second_review_on(),
    )


@dataclass(frozen=True, slots=True)
class _Staff:
    """Who answers for questions: everybody by id, and the trainers by name."""

    answering: Mapping[int, Person]
    trainers: Sequence[Person]

    @classmethod
    def load(cls) -> "_Staff":
        trainers = list_persons_with_role(RoleName.TRAINER)
        everybody = [*trainers, *list_persons_with_role(RoleName.QUALITY)]
        return cls({one.id: one for one in everybody}, trainers)

    def reached(self, author_id: int | None, scheduler_id: int | None) -> Sequence[Person]:
        for person_id in (author_id, scheduler_id):
            if person_id is not None and person_id in self.answering:
                return [self.answering[person_id]]
        return self.trainers


def list_addressees(objection: Objection) -> Sequence[Person]:
    """Return whom an objection reaches: the version's author, else who scheduled the sitting, else all trainers.

    Who has left, or answers for questions no longer, is passed over.
    """
    return _Staff.load().reached(objection.version.created_by, objection.attempt.sitting.created_by)


def list_answerers(objection: Objection) -> Sequence[Person]:
    """Return whom a further word of the hire reaches: addressees, and who has answered in the thread."""
    staff = _Staff.load()
    wrote = db.session.scalars(
        select(ObjectionMessage.person_id)
        .where(ObjectionMessage.objection_id == objection.id)
        .distinct()
    ).all()
    reached = staff.reached(objection.version.created_by, objection.attempt.sitting.created_by)
    found = {one.id: one for one in reached}
    found |= {one: staff.answering[one] for one in sorted(wrote) if one in staff.answering}
    found.pop(objection.person_id, None)
    return list(found.values())


@dataclass(frozen=True, slots=True)
class _Open:
    """The open objections to one version from the sittings of one trainer."""

    version_id: int
    author_id: int | None
    scheduler_id: int | None
    count: int
    since: dt.datetime
    first_id: int


def list_waiting_objections(person: Person) -> list[Waiting]:
    """Return the questions whose open objections wait for this person, one entry for each version.

    They wait for whom they reach; and where that is the author, whom a second person must follow, for all others
    who may decide.
    """
    if not person.has_any_role([one.value for one in _ANSWERING]):
        return []
    waiting = _list_open()
    if not waiting:
        return []
    staff, second_review = _Staff.load(), is_second_review_on()
    found: dict[int, list[_Open]] = {}
    for one in waiting:
        reached = [other.id for other in staff.reached(one.author_id, one.scheduler_id)]
        if person.id in reached or (second_review and reached == [one.author_id]):
            found.setdefault(one.version_id, []).append(one)
    if not found:
        return []
    versions = db.session.scalars(
        select(ItemVersion).where(ItemVersion.id.in_(found)).options(joinedload(ItemVersion.item))
    )
    return [_waiting(version, found[version.id]) for version in versions]


def _list_open() -> list[_Open]:
    rows = db.session.execute(
        select(
            Objection.item_version_id,
            ItemVersion.created_by,
            Sitting.created_by,
            func.count(),
            func.min(Objection.created_at),
            func.min(Objection.id),
        )
        .join(Objection.version)
        .join(Objection.attempt)
        .join(Attempt.sitting)
        .where(Objection.state == ObjectionState.OPEN.value)
        .group_by(Objection.item_version_id, ItemVersion.created_by, Sitting.created_by)
    )
    return [_Open(*row) for row in rows]


def _waiting(version: ItemVersion, found: Sequence[_Open]) -> Waiting:
    return Waiting(
        kind="quizzes.objection",
        url=url_for("quizzes.show_objection", objection_id=min(one.first_id for one in found)),
        since=min(one.since for one in found),
        facts={
            "stem": version.body["stem"],
            "key": version.item.key,
            "people": sum(one.count for one in found),
        },
    )
