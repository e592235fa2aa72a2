"""Reading printed papers, and what was typed from them."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, Row, Select, Text, and_, case, cast, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, defer, joinedload

from lms.db import db
from lms.errors import NotFound
from lms.people.models import Person
from lms.quizzes.domain.printing import id_of_code
from lms.quizzes.models import Attempt, PrintedPaper, Sitting, TypedAnswers
from lms.web.listing import like


class TypedState(StrEnum):
    """How far the typing of a printed paper is."""

    UNTYPED = "untyped"
    ONCE = "once"
    DIFFERING = "differing"
    """Typed twice, and not the same."""
    AGREEING = "agreeing"
    """Typed twice alike; waits to be settled."""
    SETTLED = "settled"


TypedRow = Row[tuple[int, str, str, str, str, str, dt.datetime, int]]
"""Paper, name, employee number, state, who typed first and second, when printed, attempt."""


def list_printed(
    sitting_id: int, paper_ids: Collection[int] | None = None
) -> Sequence[PrintedPaper]:
    """Return the printed papers of a sitting with their persons, in the order of their codes.

    Args:
        sitting_id: The sitting.
        paper_ids: Of these only; None for all.
    """
    query = (
        select(PrintedPaper)
        .join(PrintedPaper.person)
        .options(contains_eager(PrintedPaper.person))
        .where(PrintedPaper.sitting_id == sitting_id)
        .order_by(PrintedPaper.id)
    )
    if paper_ids is not None:
        query = query.where(PrintedPaper.id.in_(paper_ids))
    return db.session.scalars(query).all()


def list_printed_person_ids(sitting_id: int) -> frozenset[int]:
    """Return whose papers are printed already."""
    query = select(PrintedPaper.person_id).where(PrintedPaper.sitting_id == sitting_id)
    return frozenset(db.session.scalars(query))


def list_attempted_person_ids(sitting_id: int) -> frozenset[int]:
    """Return who has begun the sitting on a screen, or whose paper is settled."""
    query = select(Attempt.person_id).where(Attempt.sitting_id == sitting_id).distinct()
    return frozenset(db.session.scalars(query))


def get_printed(sitting_id: int, paper_id: int, *, lock: bool = False) -> PrintedPaper:
    """Return one printed paper of a sitting.

    Args:
        sitting_id: The sitting.
        paper_id: The paper.
        lock: Keep others from typing or settling it until the transaction ends.

    Raises:
        NotFound: There is none in this sitting.
    """
    query = (
        select(PrintedPaper)
        .where(PrintedPaper.id == paper_id, PrintedPaper.sitting_id == sitting_id)
        .options(joinedload(PrintedPaper.person))
        .execution_options(populate_existing=lock)
    )
    if lock:
        query = query.with_for_update(of=PrintedPaper)
    found = db.session.scalars(query).first()
    if found is None:
        raise NotFound("printed_paper", id=paper_id)
    return found


def list_typed(paper_id: int) -> Mapping[int, TypedAnswers]:
    """Return the typings of a paper by round."""
    query = select(TypedAnswers).where(TypedAnswers.printed_paper_id == paper_id)
    return {one.round: one for one in db.session.scalars(query)}


@dataclass(frozen=True, slots=True)
class Times:
    """When a paper was begun and handed in."""

    started_at: dt.datetime
    submitted_at: dt.datetime


def find_last_times(sitting_id: int) -> Times | None:
    """Return the times of the paper of this sitting that was settled last; people sit together."""
    row = db.session.execute(
        select(Attempt.started_at, Attempt.submitted_at)
        .join(PrintedPaper, PrintedPaper.attempt_id == Attempt.id)
        .where(PrintedPaper.sitting_id == sitting_id)
        .order_by(Attempt.id.desc())
        .limit(1)
    ).first()
    if row is None or row.submitted_at is None:
        return None
    return Times(row.started_at, row.submitted_at)


def find_last_printing(sitting_id: int) -> dt.datetime | None:
    """Return when papers of a sitting were drawn last."""
    query = select(func.max(PrintedPaper.printed_at)).where(PrintedPaper.sitting_id == sitting_id)
    return db.session.scalar(query)


_first, _second = aliased(TypedAnswers), aliased(TypedAnswers)
_first_by, _second_by = aliased(Person), aliased(Person)
#: Typings are stored in one order, so equal ones are equal texts.
_STATE: ColumnElement[str] = case(
    (PrintedPaper.attempt_id.is_not(None), TypedState.SETTLED.value),
    (
        and_(_first.round.is_(None), _second.round.is_(None)),
        TypedState.UNTYPED.value,
    ),
    (or_(_first.round.is_(None), _second.round.is_(None)), TypedState.ONCE.value),
    (
        cast(_first.answers, Text) == cast(_second.answers, Text),
        TypedState.AGREEING.value,
    ),
    else_=TypedState.DIFFERING.value,
)


def select_typed(
    sitting_id: int, words: str = "", state: str = ""
) -> Select[tuple[int, str, str, str, str, str, dt.datetime, int]]:
    """Return the query of a sitting's printed papers, as ``TypedRow``, in the order of their codes.

    Args:
        sitting_id: The sitting.
        words: A paper's code, or found in the name or the employee number.
        state: A ``TypedState``; empty for all.
    """
    query = (
        select(
            PrintedPaper.id.label("paper_id"),
            Person.name.label("name"),
            Person.employee_no.label("employee_no"),
            _STATE.label("state"),
            _first_by.name.label("first_by"),
            _second_by.name.label("second_by"),
            PrintedPaper.printed_at.label("printed_at"),
            PrintedPaper.attempt_id.label("attempt_id"),
        )
        .join(Person, Person.id == PrintedPaper.person_id)
        .outerjoin(_first, and_(_first.printed_paper_id == PrintedPaper.id, _first.round == 1))
        .outerjoin(_second, and_(_second.printed_paper_id == PrintedPaper.id, _second.round == 2))
        .outerjoin(_first_by, _first_by.id == _first.typed_by)
        .outerjoin(_second_by, _second_by.id == _second.typed_by)
        .where(PrintedPaper.sitting_id == sitting_id)
        .order_by(PrintedPaper.id)
    )
    if words:
        pattern = like(words)
        query = query.where(
            or_(
                PrintedPaper.id == (id_of_code(words) or 0),
                Person.name.ilike(pattern, escape="\\"),
                Person.employee_no.ilike(pattern, escape="\\"),
            )
        )
    if state in set(TypedState):
        query = query.where(_STATE.in_([state]))
    return query  # type: ignore[return-value]  # columns of outer joins may be None; templates show a dash


def count_typed(sitting_id: int) -> dict[TypedState, int]:
    """Return how many printed papers of a sitting stand in each state."""
    counts = dict.fromkeys(TypedState, 0)
    for row in db.session.execute(select_typed(sitting_id)):
        counts[TypedState(row.state)] += 1
    return counts


def list_agreeing_ids(sitting_id: int) -> list[int]:
    """Return the papers of a sitting that were typed twice alike and wait to be settled."""
    query = select_typed(sitting_id, state=TypedState.AGREEING.value)
    return [row.paper_id for row in db.session.execute(query)]


def find_printed_by_words(sitting_id: int, words: str) -> int | None:
    """Return the one paper that a code, a name or an employee number names exactly; None if none or several do."""
    code = id_of_code(words)
    if code is not None:
        known = select(PrintedPaper.id).where(
            PrintedPaper.id == code, PrintedPaper.sitting_id == sitting_id
        )
        return db.session.scalar(known)
    named = (
        select(PrintedPaper.id)
        .join(PrintedPaper.person)
        .where(
            PrintedPaper.sitting_id == sitting_id,
            or_(Person.name == words, Person.employee_no == words),
        )
        .limit(2)
    )
    found = db.session.scalars(named).all()
    return found[0] if len(found) == 1 else None


def find_shared_paper(sitting_id: int) -> PrintedPaper | None:
    """Return the first printed paper of a sitting whose seed several people have, or the only one there is."""
    rows = db.session.scalars(
        select(PrintedPaper)
        .options(defer(PrintedPaper.paper))
        .where(PrintedPaper.sitting_id == sitting_id)
        .order_by(PrintedPaper.id)
    ).all()
    seeds = [row.seed for row in rows]
    shared = [row for row in rows if len(rows) == 1 or seeds.count(row.seed) > 1]
    return shared[0] if shared else None


def lock_sitting(sitting_id: int) -> None:
    """Let nobody else print papers of a sitting until the transaction ends."""
    db.session.execute(select(Sitting.id).where(Sitting.id == sitting_id).with_for_update())
