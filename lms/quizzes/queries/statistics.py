"""Statistics of item versions, added up by the database over first attempts.

Nothing here loads the answers of people: a version with a million answers comes back as some hundred groups of
equal ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy import BigInteger, Select, case, cast, func, or_, select, true, type_coerce
from sqlalchemy.orm import contains_eager

from lms.db import db
from lms.psychometrics.reliability import alpha_from_variances, standard_error, variance_from_sums
from lms.questions.domain.items import MARKED_BY_PEOPLE, ItemType, item_from_json
from lms.questions.domain.items import Item as QuizItem
from lms.questions.models import Item, ItemVersion
from lms.questions.queries import QUIZ, ItemFilter, matching
from lms.quizzes.domain.cohorts import CohortFigures, compare_cohorts
from lms.quizzes.domain.item_alerts import Alert, find_alerts
from lms.quizzes.domain.item_results import ANSWERED
from lms.quizzes.domain.item_statistics import INDEX_AT_LEAST, Cell, ItemFigures, summarise
from lms.quizzes.models import ATTEMPT, ITEM_RESULT, Quiz, Sitting

_result = ITEM_RESULT.c
_attempt = ATTEMPT.c
#: Points as they are stored, in hundredths: sums of squares must not pass through the decimal column.
_POINTS = type_coerce(_result.points, BigInteger)
_MAX_POINTS = type_coerce(_result.max_points, BigInteger)
_HUNDRED = Decimal(100)
_WAS_ANSWERED = (
    select(_result.position)
    .where(_result.item_version_id == ItemVersion.id, _result.is_first == true())
    .correlate(ItemVersion)
    .exists()
)

EVERY_ITEM = ItemFilter()
"""Narrows nothing."""
NOTHING_URGENT = (99, 0.0)
"""Sorts behind every alert."""

COMMON_AT_MOST = 20
"""Typed answers listed."""


def list_cells(version_id: int, *, is_choice: bool) -> list[tuple[int, Cell]]:
    """Return the first attempts at one version, grouped by score on the rest, answer and cohort.

    Args:
        version_id: The version.
        is_choice: Whether answers are ids of options. What was typed is grouped into answered and omitted.

    Returns:
        Each group with the id of its cohort.
    """
    chosen = _result.chosen if is_choice else case((_result.chosen == "", ""), else_=ANSWERED)
    # In the order of the index, so that the database need not sort.
    columns = (_result.rest, chosen, _POINTS, _MAX_POINTS, _result.is_right, _result.cohort_id)
    rows = db.session.execute(
        select(_result.cohort_id, *columns[:-1], func.count())
        .where(_result.item_version_id == version_id, _result.is_first == true())
        .group_by(*columns)
    )
    return [(cohort_id, Cell(*cell)) for cohort_id, *cell in rows]


def list_bank_cells(version_ids: Select[int]) -> dict[int, list[Cell]]:
    """Return the same for many versions at once, by version and over all cohorts, in one statement.

    Args:
        version_ids: A query of the versions' ids.
    """
    columns = (_result.rest, _result.chosen, _POINTS, _MAX_POINTS, _result.is_right)
    rows = db.session.execute(
        select(_result.item_version_id, *columns, func.count())
        .where(_result.item_version_id.in_(version_ids), _result.is_first == true())
        .group_by(_result.item_version_id, *columns)
    )
    cells: dict[int, list[Cell]] = {}
    for row in rows:
        cells.setdefault(row[0], []).append(Cell(*row[1:]))
    return cells


def find_median_seconds(version_id: int) -> int | None:
    """Return the median time of an answer to a version in first attempts; None when no time is known.

    With an even number it is the lower of the two middle ones: a time that somebody took.
    """
    timed = (
        select(_result.seconds)
        .where(
            _result.item_version_id == version_id,
            _result.is_first == true(),
            _result.seconds.is_not(None),
        )
        .order_by(_result.seconds)
    )
    known = db.session.scalar(select(func.count()).select_from(timed.order_by(None).subquery()))
    if not known:
        return None
    return db.session.scalar(timed.limit(1).offset((known - 1) // 2))


@dataclass(frozen=True, slots=True)
class CommonAnswer:
    """One typed answer, how many gave it, and whether it was right."""

    text: str
    count: int
    is_right: bool


def list_common_answers(version_id: int) -> list[CommonAnswer]:
    """Return the most common typed answers to a version in first attempts, most common first."""
    number = func.count()
    rows = db.session.execute(
        select(_result.chosen, number, _result.is_right)
        .where(
            _result.item_version_id == version_id,
            _result.is_first == true(),
            _result.chosen.not_in(["", ANSWERED]),
        )
        .group_by(_result.chosen, _result.is_right)
        .order_by(number.desc(), _result.chosen)
        .limit(COMMON_AT_MOST)
    )
    return [CommonAnswer(text, count, is_right) for text, count, is_right in rows]


def select_versions(
    bank_id: int, wanted: ItemFilter = EVERY_ITEM, *, with_older: bool = False
) -> Select[ItemVersion]:
    """Return the query of the versions of a bank's quiz items, with their items, in authored order.

    Args:
        bank_id: The bank.
        wanted: What must hold of the items, as they are now.
        with_older: Also versions that are no longer current but were presented.
    """
    query = (
        select(ItemVersion)
        .join(Item, ItemVersion.item_id == Item.id)
        .options(contains_eager(ItemVersion.item))
        .where(Item.bank_id == bank_id, Item.purpose == QUIZ, *matching(wanted))
        .order_by(Item.position, Item.key, ItemVersion.number.desc())
    )
    is_current = ItemVersion.number == Item.version
    was_seen = ItemVersion.presented_at.is_not(None)
    return query.where(or_(is_current, was_seen) if with_older else is_current)


@dataclass(frozen=True, slots=True)
class PaperReliability:
    """How reliable the paper of a quiz is.

    Attributes:
        quiz: The quiz.
        n: First attempts that have ended.
        is_fixed: Whether everybody had the same items; reliability is not defined otherwise.
        alpha: KR-20, or alpha where items earn partial credit; None where it is not defined or ``n`` is below
            30.
        standard_error: Standard error of measurement, in points.
    """

    quiz: Quiz
    n: int
    is_fixed: bool
    alpha: Decimal | None = None
    standard_error: Decimal | None = None


def list_reliabilities(bank_key: str) -> list[PaperReliability]:
    """Return the reliability of every quiz that draws from a bank and has been taken, by key."""
    quizzes = db.session.scalars(select(Quiz).order_by(Quiz.key)).all()
    drawing = [quiz for quiz in quizzes if any(one["bank"] == bank_key for one in quiz.sections)]
    found = [_reliability(quiz) for quiz in drawing]
    return [one for one in found if one.n]


def _reliability(quiz: Quiz) -> PaperReliability:
    taken = (
        select(_attempt.id)
        .join(Sitting, Sitting.id == _attempt.sitting_id)
        .where(Sitting.quiz_id == quiz.id)
    )
    own = (_result.attempt_id.in_(taken), _result.is_first == true())
    earned = cast(_POINTS, BigInteger)
    items = db.session.execute(
        select(func.count(), func.sum(earned), func.sum(earned * earned))
        .where(*own)
        .group_by(_result.item_version_id, _result.max_points)
    ).all()
    totals = (
        select(func.sum(_POINTS).label("points"))
        .where(*own)
        .group_by(_result.attempt_id)
        .subquery()
    )
    points = cast(totals.c.points, BigInteger)
    n, total, squares = db.session.execute(
        select(func.count(), func.sum(points), func.sum(points * points))
    ).one()
    is_fixed = all(count == n for count, _, _ in items)
    if not is_fixed or n < INDEX_AT_LEAST:
        return PaperReliability(quiz, n, is_fixed)
    whole = variance_from_sums(n, int(total), int(squares))
    alpha = alpha_from_variances(
        [variance_from_sums(n, int(one), int(its_squares)) for _, one, its_squares in items], whole
    )
    error = None if alpha is None else standard_error(whole, alpha) / _HUNDRED
    return PaperReliability(quiz, n, is_fixed, alpha, error)


@dataclass(frozen=True, slots=True)
class ItemReport:
    """An item version with what first attempts say about it.

    Attributes:
        version: The version, its item loaded.
        words: Its words and key.
        figures: Counts and indices.
        alerts: What they call for, most urgent first.
        cohorts: Each cohort against all others; empty in the list of a bank.
    """

    version: ItemVersion
    words: QuizItem
    figures: ItemFigures
    alerts: tuple[Alert, ...]
    cohorts: tuple[CohortFigures, ...] = ()

    @property
    def is_current(self) -> bool:
        """Whether the version is the one drawn now."""
        return self.version.number == self.version.item.version

    @property
    def urgency(self) -> tuple[int, float]:
        """Sort by this: the most urgent has the least."""
        return self.alerts[0].urgency if self.alerts else NOTHING_URGENT


def get_report(version: ItemVersion) -> ItemReport:
    """Return the report of one version."""
    words = item_from_json(version.body)
    cells = list_cells(version.id, is_choice=bool(words.keys))
    report = _report(version, words, [cell for _, cell in cells])
    return replace(report, cohorts=compare_cohorts(cells))


def list_reports(
    bank_id: int, wanted: ItemFilter = EVERY_ITEM, *, with_older: bool = False
) -> list[ItemReport]:
    """Return the reports of the versions in a bank that somebody had in a first attempt, in authored order.

    Args:
        bank_id: The bank.
        wanted: What must hold of the items.
        with_older: Also versions that are no longer current.
    """
    versions = select_versions(bank_id, wanted, with_older=with_older)
    cells = list_bank_cells(versions.with_only_columns(ItemVersion.id).order_by(None))
    answered = db.session.scalars(versions.where(_WAS_ANSWERED))
    return [
        _report(version, item_from_json(version.body), cells.get(version.id, []))
        for version in answered
    ]


def _report(version: ItemVersion, words: QuizItem, cells: list[Cell]) -> ItemReport:
    figures = summarise(
        cells,
        [option.id for option in words.options] if words.keys else [],
        words.keys,
        takes_many=words.type is ItemType.MULTIPLE_RESPONSE,
        by_share=words.type in MARKED_BY_PEOPLE,
    )
    return ItemReport(version, words, figures, find_alerts(figures))


def count_unanswered(bank_id: int) -> int:
    """Return how many current quiz items of a bank nobody has had in a first attempt."""
    current = select_versions(bank_id).with_only_columns(ItemVersion.id).order_by(None)
    return (
        db.session.scalar(
            select(func.count()).select_from(current.where(~_WAS_ANSWERED).subquery())
        )
        or 0
    )


def list_answered_numbers(item_id: int) -> Sequence[int]:
    """Return the numbers of an item's versions that somebody had in a first attempt, newest first."""
    return db.session.scalars(
        select(ItemVersion.number)
        .where(
            ItemVersion.item_id == item_id,
            _WAS_ANSWERED,
        )
        .order_by(ItemVersion.number.desc())
    ).all()
