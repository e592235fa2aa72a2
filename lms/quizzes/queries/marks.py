"""Reading what markers have given: their own phrases and marks, what a candidate is told, exports, agreement."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, defer, joinedload

from lms.db import db
from lms.people.models import Person
from lms.questions.domain.items import Essay, item_from_json
from lms.questions.models import Item, ItemVersion
from lms.quizzes.domain.marking import (
    ADJUDICATION,
    Agreement,
    agreement,
    deciding_rounds,
    mean_criteria,
)
from lms.quizzes.models import Attempt, EssayMark, EssayPlace
from lms.quizzes.queries.marking import essay_of
from lms.units import Points
from lms.web.listing import like

PHRASES_AT_MOST = 8
"""Earlier comments offered to a marker."""


def list_phrases(person_id: int, item_id: int) -> list[str]:
    """Return a marker's own earlier comments on any version of an item, the most used first, then the newest."""
    used = func.count()
    rows = db.session.execute(
        select(EssayMark.comment, used, func.max(EssayMark.marked_at))
        .join(ItemVersion, ItemVersion.id == EssayMark.item_version_id)
        .where(
            EssayMark.marker_id == person_id,
            ItemVersion.item_id == item_id,
            EssayMark.comment != "",
        )
        .group_by(EssayMark.comment)
        .order_by(used.desc(), func.max(EssayMark.marked_at).desc(), EssayMark.comment)
        .limit(PHRASES_AT_MOST)
    )
    return [comment for comment, _, _ in rows]


def select_own_marks(person_id: int, words: str = "", state: str = "") -> Select[EssayMark]:
    """Return the query of a marker's own marks, newest first, with place token in ``find_tokens``.

    Args:
        person_id: The marker.
        words: Found in the comment, in the stem or the key of the item.
        state: ``open`` for those that can still be changed, ``final`` for the others, empty for all.
    """
    query = (
        select(EssayMark)
        .join(EssayMark.attempt)
        .join(ItemVersion, ItemVersion.id == EssayMark.item_version_id)
        .join(ItemVersion.item)
        .options(
            contains_eager(EssayMark.attempt).options(
                defer(Attempt.paper, raiseload=True), defer(Attempt.outcome, raiseload=True)
            )
        )
        .where(EssayMark.marker_id == person_id, EssayMark.round <= ADJUDICATION)
        .order_by(EssayMark.marked_at.desc(), EssayMark.id.desc())
    )
    if words:
        pattern = like(words)
        said = (EssayMark.comment, ItemVersion.body["stem"].as_string(), Item.key)
        query = query.where(or_(*(one.ilike(pattern, escape="\\") for one in said)))
    if state:
        is_open = state == "open"
        query = query.where(Attempt.awaits_marking if is_open else ~Attempt.awaits_marking)
    return query


def list_places_of(marks: Collection[EssayMark]) -> dict[tuple[int, int], EssayPlace]:
    """Return the places of marks with their items, by attempt and position."""
    places = db.session.scalars(
        select(EssayPlace)
        .where(EssayPlace.attempt_id.in_({mark.attempt_id for mark in marks}))
        .options(joinedload(EssayPlace.version).joinedload(ItemVersion.item))
    )
    return {(one.attempt_id, one.position): one for one in places}


@dataclass(frozen=True, slots=True)
class GivenPlace:
    """What was given at a settled place, for whoever may see it: no names.

    Attributes:
        criteria: Line of the rubric, points given there (None when it is not known), points available.
        comments: What the markers said whose marks count.
        was_regraded: Whether the points were changed after the result was there.
    """

    criteria: tuple[tuple[str, Decimal | None, Decimal], ...]
    comments: tuple[str, ...]
    was_regraded: bool


def list_given(attempt_id: int) -> dict[int, GivenPlace]:
    """Return what was given for the essays of an attempt, by position; nothing while it waits to be marked."""
    marks: dict[int, dict[int, EssayMark]] = {}
    versions: dict[int, ItemVersion] = {}
    rows = db.session.execute(
        select(EssayMark, ItemVersion)
        .join(ItemVersion, ItemVersion.id == EssayMark.item_version_id)
        .join(EssayMark.attempt)
        .where(EssayMark.attempt_id == attempt_id, ~Attempt.awaits_marking)
        .order_by(EssayMark.position, EssayMark.round)
    )
    for mark, version in rows:
        marks.setdefault(mark.position, {})[mark.round] = mark
        versions[mark.position] = version
    return {
        position: _given(essay_of(versions[position]), found) for position, found in marks.items()
    }


def _given(essay: Essay, marks: Mapping[int, EssayMark]) -> GivenPlace:
    counting = [marks[number] for number in deciding_rounds(marks)]
    means = mean_criteria([criteria_of(mark) for mark in counting])
    return GivenPlace(
        criteria=tuple((line.text, means.get(line.id), line.points) for line in essay.rubric)
        if means
        else (),
        comments=tuple(mark.comment for mark in counting if mark.comment),
        was_regraded=max(marks) > ADJUDICATION,
    )


def criteria_of(mark: EssayMark) -> dict[str, Decimal]:
    """Return the points by line of the rubric; nothing where the item has none."""
    return {name: Decimal(value) for name, value in mark.facts.get("criteria", {}).items()}


@dataclass(frozen=True, slots=True)
class MarkRow:
    """One mark of a sitting, for the export."""

    name: str
    employee_no: str
    number: int
    position: int
    item_key: str
    round: int
    marker: str
    points: Decimal
    max_points: Decimal
    settled: Decimal | None
    criteria: Mapping[str, Decimal]
    rubric: Mapping[str, str]
    comment: str
    marked_at: dt.datetime


def list_marks_of_sitting(sitting_id: int) -> list[MarkRow]:
    """Return every mark given in a sitting by candidate, attempt, position and round."""
    candidate, marker = aliased(Person), aliased(Person)
    rows = db.session.execute(
        select(
            candidate.name,
            candidate.employee_no,
            Attempt.number,
            Item.key,
            marker.name,
            EssayPlace.max_points,
            EssayPlace.points,
            ItemVersion.body,
            EssayMark,
        )
        .select_from(EssayMark)
        .join(
            EssayPlace,
            and_(
                EssayPlace.attempt_id == EssayMark.attempt_id,
                EssayPlace.position == EssayMark.position,
            ),
        )
        .join(Attempt, Attempt.id == EssayMark.attempt_id)
        .join(candidate, candidate.id == Attempt.person_id)
        .join(marker, marker.id == EssayMark.marker_id)
        .join(ItemVersion, ItemVersion.id == EssayMark.item_version_id)
        .join(ItemVersion.item)
        .where(Attempt.sitting_id == sitting_id)
        .order_by(
            candidate.name, Attempt.person_id, Attempt.number, EssayMark.position, EssayMark.round
        )
    )
    return [
        MarkRow(
            name=name,
            employee_no=employee_no or "",
            number=number,
            position=mark.position,
            item_key=key,
            round=mark.round,
            marker=by,
            points=mark.points,
            max_points=max_points,
            settled=settled,
            criteria=criteria_of(mark),
            rubric=_rubric(body),
            comment=mark.comment,
            marked_at=mark.marked_at,
        )
        for name, employee_no, number, key, by, max_points, settled, body, mark in rows
    ]


def has_marks(sitting_id: int) -> bool:
    """Say whether anything was marked by people in a sitting."""
    found = (
        select(EssayMark.id)
        .join(EssayMark.attempt)
        .where(Attempt.sitting_id == sitting_id)
        .limit(1)
    )
    return db.session.scalar(found) is not None


def find_agreement(version_id: int) -> Agreement | None:
    """Return how well first and second markers of an item version agree; None when no answer has both marks."""
    first, second = aliased(EssayMark), aliased(EssayMark)
    rows = db.session.execute(
        select(first.points, second.points, EssayPlace.max_points)
        .select_from(EssayPlace)
        .join(
            first,
            and_(
                first.attempt_id == EssayPlace.attempt_id,
                first.position == EssayPlace.position,
                first.round == 1,
            ),
        )
        .join(
            second,
            and_(
                second.attempt_id == EssayPlace.attempt_id,
                second.position == EssayPlace.position,
                second.round == 2,
            ),
        )
        .where(EssayPlace.item_version_id == version_id)
        .order_by(EssayPlace.attempt_id, EssayPlace.position)
    )
    return agreement([(Points(one), Points(two), Points(most)) for one, two, most in rows])


def _rubric(body: Mapping[str, object]) -> dict[str, str]:
    item = item_from_json(body)
    return {line.id: line.text for line in item.rubric} if isinstance(item, Essay) else {}
