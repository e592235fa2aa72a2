"""Reading HR's list: everybody in probation, with what waits on whom."""

import calendar
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from lms.clock import local_date
from lms.curriculum.models import Enrolment
from lms.db import db
from lms.defense.models import Defense, Verdict
from lms.people.models import Person
from lms.probation.domain.clock import REVIEW_DAYS, ProbationClock
from lms.probation.domain.status import Journey, StatusLine, fold_status
from lms.probation.models import ConditionsSignature, Decision, ProbationFile
from lms.probation.queries.conditions import list_current_versions
from lms.probation.queries.files import clock_of, organisation_zone
from lms.probation.queries.status import load_journeys
from lms.web.listing import like


class Show(StrEnum):
    """What HR's list is narrowed to."""

    OPEN = "open"
    NO_DATES = "no_dates"
    UNSIGNED = "unsigned"
    THIS_MONTH = "this_month"
    OVERDUE = "overdue"
    READY = "ready"
    DECIDED = "decided"
    ALL = "all"


class Order(StrEnum):
    """In which order HR's list stands."""

    LAST_DAY = "last_day"
    LATEST = "latest"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class FileFilter:
    """What the list is narrowed to; empty values do not narrow.

    Attributes:
        words: Found in name, employee number or post.
        show: Which part of the files.
        cohort_id: One cohort.
        order: In which order.
        not_of: A person who is left out: nobody works on their own file.
    """

    words: str = ""
    show: Show = Show.OPEN
    cohort_id: int | None = None
    order: Order = Order.LAST_DAY
    not_of: int | None = None


@dataclass(frozen=True, slots=True)
class FileRow:
    """One line of the list.

    Attributes:
        enrolment: With person, programme and cohort.
        file: The dates; None before HR entered them.
        decision: HR's decision.
        clock: The legal clock; None without dates.
        signature: Under the newest version signed.
        is_outdated: Whether a newer version than the signed one waits for a signature.
        has_conditions: Whether the programme carries conditions at all.
        journey: What was folded into the status.
        status: Waiting on whom, since when.
    """

    enrolment: Enrolment
    file: ProbationFile | None
    decision: Decision | None
    clock: ProbationClock | None
    signature: ConditionsSignature | None
    is_outdated: bool
    has_conditions: bool
    journey: Journey
    status: StatusLine


_WEEKEND = 2
Query = TypeVar("Query", bound=Select[*tuple[Any, ...]])
_IS_OPEN = and_(Enrolment.state == "active", Decision.id.is_(None))


def select_files(wanted: FileFilter, now: dt.datetime) -> Select[Any]:
    """Return the query of enrolments in probation; the nearest last day first, without dates last."""
    query = (
        _joined(select(Enrolment))
        .options(
            contains_eager(Enrolment.person),
            joinedload(Enrolment.cohort),
            joinedload(Enrolment.programme),
        )
        .where(_shown(wanted.show, now))
        .order_by(*_order(wanted.order))
    )
    if wanted.words:
        pattern = like(wanted.words)
        columns = (Person.name, Person.employee_no, Person.post)
        query = query.where(or_(*(column.ilike(pattern, escape="\\") for column in columns)))
    if wanted.cohort_id is not None:
        query = query.where(Enrolment.cohort_id == wanted.cohort_id)
    if wanted.not_of is not None:
        query = query.where(Enrolment.person_id != wanted.not_of)
    return query


@dataclass(frozen=True, slots=True)
class DueFile:
    """A file whose decision is due or overdue: the panel's verdict is there, or the review has opened."""

    enrolment_id: int
    name: str
    clock: ProbationClock
    verdict_at: dt.datetime | None


def list_due(now: dt.datetime, *, not_of: int) -> list[DueFile]:
    """Return the files that wait for HR's decision, the nearest last day first.

    Columns only, no rows of models: a large house has hundreds of them on HR's landing page.
    """
    zone = organisation_zone()
    widest = local_date(now, zone) + dt.timedelta(days=REVIEW_DAYS + _WEEKEND)
    verdict_at = (
        select(func.max(Verdict.revealed_at))
        .join(Defense, Defense.id == Verdict.defense_id)
        .where(Defense.enrolment_id == Enrolment.id)
        .correlate(Enrolment)
        .scalar_subquery()
    )
    ends_on = ProbationFile.probation_ends_on
    columns = select(
        Enrolment.id,
        Person.name,
        ProbationFile.probation_starts_on.label("starts_on"),
        ends_on.label("ends_on"),
        verdict_at.label("verdict_at"),
    )
    rows = db.session.execute(
        _joined(columns)
        .where(_IS_OPEN, Enrolment.person_id != not_of)
        .where(or_(ends_on <= widest, and_(ends_on.is_not(None), _has_verdict())))
        .order_by(ends_on, Person.name, Enrolment.id)
    )
    files = [
        DueFile(row.id, row.name, ProbationClock(row.starts_on, row.ends_on, zone), row.verdict_at)
        for row in rows
    ]
    return [one for one in files if one.verdict_at is not None or now >= one.clock.review_at]


def count_files(now: dt.datetime, *, not_of: int) -> Mapping[Show, int]:
    """Return how many files each narrowing shows, in one query."""
    columns = [
        func.coalesce(func.sum(case((_shown(show, now), 1), else_=0)), 0).label(show.value)
        for show in Show
    ]
    row = db.session.execute(
        _joined(select(*columns).select_from(Enrolment)).where(Enrolment.person_id != not_of)
    ).one()
    return {show: int(getattr(row, show.value)) for show in Show}


def _joined(query: Query) -> Query:
    return (
        query.join(Person, Person.id == Enrolment.person_id)
        .outerjoin(ProbationFile, ProbationFile.enrolment_id == Enrolment.id)
        .outerjoin(Decision, Decision.file_id == ProbationFile.id)
    )


def _shown(show: Show, now: dt.datetime) -> ColumnElement[bool]:
    today = local_date(now, organisation_zone())
    month_end = today.replace(day=calendar.monthrange(today.year, today.month)[1])
    ends_on = ProbationFile.probation_ends_on
    match show:
        case Show.OPEN:
            return _IS_OPEN
        case Show.NO_DATES:
            return and_(_IS_OPEN, ProbationFile.id.is_(None))
        case Show.UNSIGNED:
            return and_(_IS_OPEN, _is_unsigned())
        case Show.THIS_MONTH:
            return and_(_IS_OPEN, ends_on >= today, ends_on <= month_end)
        case Show.OVERDUE:
            return and_(_IS_OPEN, ends_on < today)
        case Show.READY:
            return and_(_IS_OPEN, _has_verdict())
        case Show.DECIDED:
            return Decision.id.is_not(None)
        case Show.ALL:
            return or_(Enrolment.state == "active", ProbationFile.id.is_not(None))


def _is_unsigned() -> ColumnElement[bool]:
    """Whether the programme's newest version waits for this enrolment's signature."""
    current = list_current_versions()
    signed = (
        exists()
        .where(
            ConditionsSignature.enrolment_id == Enrolment.id,
            ConditionsSignature.conditions_id.in_(current.values()),
        )
        .correlate(Enrolment)
    )
    return and_(Enrolment.programme_id.in_(current), ~signed)


def _has_verdict() -> ColumnElement[bool]:
    return (
        exists()
        .where(Verdict.defense_id == Defense.id, Defense.enrolment_id == Enrolment.id)
        .correlate(Enrolment)
    )


def _order(order: Order) -> Sequence[ColumnElement[Any]]:
    ends_on = ProbationFile.probation_ends_on
    orders: dict[Order, Sequence[ColumnElement[Any]]] = {
        Order.LAST_DAY: (ends_on.asc().nulls_last(), Person.name.asc(), Enrolment.id.asc()),
        Order.LATEST: (ends_on.desc().nulls_last(), Person.name.asc(), Enrolment.id.asc()),
        Order.NAME: (Person.name.asc(), Enrolment.id.asc()),
    }
    return orders[order]


def describe_files(enrolments: Sequence[Enrolment], now: dt.datetime) -> list[FileRow]:
    """Return what HR sees of ``enrolments``, in the same order, in a fixed number of queries."""
    found = load_journeys(enrolments)
    rows: list[FileRow] = []
    for enrolment in enrolments:
        file, signature = found.files.get(enrolment.id), found.signatures.get(enrolment.id)
        journey = found.journey_of(enrolment)
        rows.append(
            FileRow(
                enrolment=enrolment,
                file=file,
                decision=file.decision if file is not None else None,
                clock=clock_of(file) if file is not None else None,
                signature=signature,
                is_outdated=signature is not None and found.unsigned(enrolment) is not None,
                has_conditions=enrolment.programme_id in found.current,
                journey=journey,
                status=fold_status(journey, now),
            )
        )
    return rows
