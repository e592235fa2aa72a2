"""Reading what waits to be marked by people, and what they have given."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from zoneinfo import ZoneInfo

from flask import current_app, url_for
from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import defer, joinedload

from lms.curriculum.models import Enrolment, Programme, Stage
from lms.db import db
from lms.errors import NotFound
from lms.people.domain.roles import RoleName
from lms.people.models import Cohort, Person
from lms.questions.domain.items import Essay, Typed, item_from_json, parse_response
from lms.questions.models import Item, ItemVersion
from lms.quizzes.domain.marking import (
    ADJUDICATION,
    due_at,
    in_order_of,
    next_after,
)
from lms.quizzes.models import Attempt, EssayMark, EssayPlace, Quiz, Response, Sitting
from lms.units import Points
from lms.web.listing import like
from lms.web.waiting import Waiting

MARKER_ROLES = (RoleName.TRAINER, RoleName.QUALITY, RoleName.LEAD)
"""Who marks essays."""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Which of the essays a marker wants to see.

    Attributes:
        quiz: Key of a quiz; empty for all.
        cohort_id: A cohort; None for all.
    """

    quiz: str = ""
    cohort_id: int | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return them for a query that joins sitting and quiz."""
        found: list[ColumnElement[bool]] = []
        if self.quiz:
            found.append(Quiz.key == self.quiz)
        if self.cohort_id is not None:
            found.append(Sitting.cohort_id == self.cohort_id)
        return found

    def args(self) -> dict[str, Any]:
        """Return them as they stand in an address."""
        said: dict[str, Any] = {"quiz": self.quiz or None, "cohort": self.cohort_id}
        return {name: value for name, value in said.items() if value is not None}


EVERYTHING = Narrowing()


def _has_marked(person_id: int) -> ColumnElement[bool]:
    return exists().where(
        EssayMark.attempt_id == EssayPlace.attempt_id,
        EssayMark.position == EssayPlace.position,
        EssayMark.marker_id == person_id,
    )


def _is_offered_to(person_id: int) -> ColumnElement[bool]:
    """Return that a round is due for which this person may be the marker.

    Nobody marks an attempt of their own, and nobody marks an answer twice: not as the second marker, and not as who
    decides between two of whom one is the same.
    """
    return and_(
        EssayPlace.round_due.is_not(None),
        Attempt.person_id != person_id,
        ~_has_marked(person_id),
    )


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One item of the queue of a marker.

    Attributes:
        version: The version, its item loaded.
        count: Answers that wait for this marker.
        apart: How many of them have two marks that are too far apart.
        since: Since when the oldest waits.
        quizzes: Titles of the quizzes they come from: Chinese and English.
    """

    version: ItemVersion
    count: int
    apart: int
    since: dt.datetime
    quizzes: tuple[tuple[str, str], ...]


def select_queue(
    person_id: int, words: str = "", narrowing: Narrowing = EVERYTHING
) -> Select[*tuple[Any, ...]]:
    """Return the query of what waits for a marker, one row for an item version, the longest waiting first.

    Args:
        person_id: The marker.
        words: Found in the stem or the key of the item, or in the title of the quiz.
        narrowing: Which of them.
    """
    oldest = func.min(EssayPlace.since_at)
    query: Select[*tuple[Any, ...]] = (
        select(
            EssayPlace.item_version_id,
            func.count(),
            func.count().filter(EssayPlace.round_due == ADJUDICATION),
            oldest,
        )
        .join(Attempt, Attempt.id == EssayPlace.attempt_id)
        .join(Attempt.sitting)
        .join(Sitting.quiz)
        .where(_is_offered_to(person_id), *narrowing.conditions())
        .group_by(EssayPlace.item_version_id)
        .order_by(oldest, EssayPlace.item_version_id)
    )
    if words:
        pattern = like(words)
        said = (ItemVersion.body["stem"].as_string(), Item.key, Quiz.title, Quiz.title_en)
        query = (
            query.join(ItemVersion, ItemVersion.id == EssayPlace.item_version_id)
            .join(ItemVersion.item)
            .where(or_(*(one.ilike(pattern, escape="\\") for one in said)))
        )
    return query


def load_queue(rows: Collection[Any]) -> list[QueueRow]:
    """Return rows of ``select_queue`` with what is shown of them, in their order."""
    ids = [row[0] for row in rows]
    versions = {
        one.id: one
        for one in db.session.scalars(
            select(ItemVersion).where(ItemVersion.id.in_(ids)).options(joinedload(ItemVersion.item))
        )
    }
    titles: dict[int, list[tuple[str, str]]] = {}
    for version_id, title, title_en in db.session.execute(
        select(EssayPlace.item_version_id, Quiz.title, Quiz.title_en)
        .join(Attempt, Attempt.id == EssayPlace.attempt_id)
        .join(Attempt.sitting)
        .join(Sitting.quiz)
        .where(EssayPlace.item_version_id.in_(ids), EssayPlace.round_due.is_not(None))
        .distinct()
        .order_by(Quiz.title)
    ):
        titles.setdefault(version_id, []).append((title, title_en))
    return [
        QueueRow(versions[version_id], count, apart, since, tuple(titles.get(version_id, ())))
        for version_id, count, apart, since in rows
    ]


def list_queue_choices() -> tuple[Sequence[Quiz], Sequence[Cohort]]:
    """Return the quizzes and the cohorts of which an essay waits, by title and by name."""
    waiting = (
        select(Attempt.sitting_id)
        .join(EssayPlace, EssayPlace.attempt_id == Attempt.id)
        .where(EssayPlace.round_due.is_not(None))
    )
    sittings = select(Sitting.quiz_id, Sitting.cohort_id).where(Sitting.id.in_(waiting)).subquery()
    quizzes = select(Quiz).where(Quiz.id.in_(select(sittings.c.quiz_id))).order_by(Quiz.title)
    cohorts = (
        select(Cohort).where(Cohort.id.in_(select(sittings.c.cohort_id))).order_by(Cohort.name)
    )
    return db.session.scalars(quizzes).all(), db.session.scalars(cohorts).all()


@dataclass(frozen=True, slots=True)
class Load:
    """How much waits for a marker, and since when."""

    count: int
    since: dt.datetime | None


def count_offered(person_id: int) -> Load:
    """Return how many answers wait for a marker, in one statement."""
    count, since = db.session.execute(
        select(func.count(), func.min(EssayPlace.since_at))
        .join(Attempt, Attempt.id == EssayPlace.attempt_id)
        .where(_is_offered_to(person_id))
    ).one()
    return Load(count, since)


def list_waiting_marking(person: Person) -> list[Waiting]:
    """Return that essays wait for this person, until the oldest should be marked; nothing when none does."""
    if not person.has_any_role([one.value for one in MARKER_ROLES]):
        return []
    load = count_offered(person.id)
    if load.since is None:
        return []
    zone: ZoneInfo = current_app.extensions["settings"].zone
    return [
        Waiting(
            kind="quizzes.marking",
            url=url_for("quizzes.list_marking"),
            since=load.since,
            until=due_at(load.since, zone),
            facts={"count": load.count},
        )
    ]


def _tokens(version_id: int, person_id: int, narrowing: Narrowing = EVERYTHING) -> Select[str]:
    return (
        select(EssayPlace.token)
        .join(Attempt, Attempt.id == EssayPlace.attempt_id)
        .join(Attempt.sitting)
        .join(Sitting.quiz)
        .where(
            EssayPlace.item_version_id == version_id,
            _is_offered_to(person_id),
            *narrowing.conditions(),
        )
    )


def count_offered_of(version_id: int, person_id: int, narrowing: Narrowing = EVERYTHING) -> int:
    """Return how many answers to one item wait for a marker."""
    query = select(func.count()).select_from(_tokens(version_id, person_id, narrowing).subquery())
    return db.session.scalar(query) or 0


def find_next_token(
    version_id: int, person_id: int, *, after: str = "", narrowing: Narrowing = EVERYTHING
) -> str | None:
    """Return the next answer to an item in the marker's own order; None when no other waits.

    Args:
        version_id: The item version.
        person_id: The marker.
        after: Token of where the marker stands; "" for the first.
        narrowing: Which of the answers.
    """
    tokens = db.session.scalars(_tokens(version_id, person_id, narrowing)).all()
    ordered = in_order_of(person_id, tokens)
    return next_after(ordered, in_order_of(person_id, {*tokens, after} - {""}), after)


def get_place(token: str) -> EssayPlace:
    """Return a place by its token, with its item and its attempt, the attempt without paper and outcome.

    Raises:
        NotFound: There is none.
    """
    place = db.session.scalars(
        select(EssayPlace)
        .where(EssayPlace.token == token)
        .options(
            joinedload(EssayPlace.version).joinedload(ItemVersion.item),
            joinedload(EssayPlace.attempt).options(
                defer(Attempt.paper, raiseload=True), defer(Attempt.outcome, raiseload=True)
            ),
        )
    ).first()
    if place is None:
        raise NotFound("essay_place", token=token)
    return place


def essay_of(version: ItemVersion) -> Essay:
    """Return the essay of a version."""
    return cast("Essay", item_from_json(version.body))


def get_answer_text(place: EssayPlace) -> str:
    """Return what the candidate wrote."""
    raw = db.session.scalar(
        select(Response.answer).where(
            Response.attempt_id == place.attempt_id, Response.position == place.position
        )
    )
    answer = parse_response(essay_of(place.version), raw or {})
    return cast("Typed", answer).text


def lock_awaiting_attempt(attempt_id: int) -> Attempt | None:
    """Return an attempt that waits for markers, locked until the transaction ends; None when it waits no more."""
    return (
        db.session.scalars(
            _whole()
            .where(Attempt.id == attempt_id, Attempt.awaits_marking)
            .with_for_update(of=Attempt)
        )
        .unique()
        .first()
    )


def lock_graded_attempt(attempt_id: int) -> Attempt | None:
    """Return an attempt that has its result, locked until the transaction ends; None when it has none yet."""
    return (
        db.session.scalars(
            _whole()
            .where(Attempt.id == attempt_id, Attempt.outcome.is_not(None), ~Attempt.awaits_marking)
            .where(Attempt.passed.is_not(None))
            .with_for_update(of=Attempt)
        )
        .unique()
        .first()
    )


def _whole() -> Select[Attempt]:
    """Return the query of an attempt with what entering its result takes."""
    return (
        select(Attempt)
        .options(
            joinedload(Attempt.sitting).joinedload(Sitting.quiz),
            joinedload(Attempt.enrolment)
            .joinedload(Enrolment.programme)
            .joinedload(Programme.stages)
            .joinedload(Stage.modules),
        )
        .execution_options(populate_existing=True)
    )


def list_places(attempt_id: int) -> Sequence[EssayPlace]:
    """Return the places of an attempt as the database has them now, by position."""
    return db.session.scalars(
        select(EssayPlace)
        .where(EssayPlace.attempt_id == attempt_id)
        .order_by(EssayPlace.position)
        .execution_options(populate_existing=True)
    ).all()


def list_place_marks(attempt_id: int, position: int) -> dict[int, EssayMark]:
    """Return the marks of one place by round."""
    marks = db.session.scalars(
        select(EssayMark)
        .where(EssayMark.attempt_id == attempt_id, EssayMark.position == position)
        .order_by(EssayMark.round)
        .execution_options(populate_existing=True)
    )
    return {mark.round: mark for mark in marks}


def points_by_round(marks: Mapping[int, EssayMark]) -> dict[int, Points]:
    """Return only what was given."""
    return {number: Points(mark.points) for number, mark in marks.items()}
