"""Marking a paper: points, percent, the decision, and what to study after failing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from lms.questions.domain.items import (
    MARKED_BY_PEOPLE,
    Item,
    is_omitted,
    is_right,
    parse_response,
    score,
)
from lms.quizzes.domain.paper import Paper, PaperItem
from lms.units import Percent, Points, as_percent, as_points, reaches


@dataclass(frozen=True, slots=True)
class Mark:
    """What the key on the paper gives, kept beside what a correction made of it."""

    points: Points
    is_right: bool


@dataclass(frozen=True, slots=True)
class ItemResult:
    """One marked place of a paper.

    Attributes:
        position: From 1.
        points: Earned, in [0, ``max_points``].
        max_points: Available; 0 when the item was dropped afterwards.
        is_answered: Whether anything was answered.
        is_right: Whether the answer was fully right.
        red_line: Whether a wrong answer would mean a red-line behaviour; never where the item was dropped.
        lesson_key: The lesson it rests on.
        point: The knowledge point.
        marked: What the key on the paper gave, where a later correction counts; else None.
        awaits: Whether people have still to say what the answer earns; ``points`` is 0 until then and means nothing.
    """

    position: int
    points: Points
    max_points: Points
    is_answered: bool
    is_right: bool
    red_line: bool
    lesson_key: str
    point: str
    marked: Mark | None = None
    awaits: bool = False


@dataclass(frozen=True, slots=True)
class StudyLesson:
    """A lesson to read again: which knowledge points were missed there, how often in all."""

    lesson_key: str
    points: tuple[str, ...]
    missed: int


@dataclass(frozen=True, slots=True)
class Grade:
    """The result of a paper.

    Attributes:
        points: Sum of the points earned.
        max_points: Sum of the points available; greater than 0.
        percent: Share earned, rounded half up to 0.01 for showing; ``passed`` is decided without rounding.
        reached_cut: Whether the share reaches the cut score.
        red_line_missed: Positions of red-line items not answered right.
        passed: The decision.
        answered: How many items were answered.
        study: Lessons of missed items, most missed first.
    """

    points: Points
    max_points: Points
    percent: Percent
    reached_cut: bool
    red_line_missed: tuple[int, ...]
    passed: bool
    answered: int
    study: tuple[StudyLesson, ...]


def mark_paper(
    paper: Paper,
    answers: Mapping[int, Mapping[str, object]],
    given: Mapping[int, Points] | None = None,
    items: Sequence[Item] | None = None,
) -> tuple[ItemResult, ...]:
    """Mark every place of a paper.

    Args:
        paper: As frozen in the attempt.
        answers: Raw answers by position from 1; a position without one was not answered and earns nothing.
        given: What people have given for answers that only they can mark, by position. Such an answer without
            an entry ``awaits``; one that was left out earns nothing at once.
        items: Its items in order, where they were read before.

    Raises:
        ValueError: An answer does not fit its item. Answers are checked before they are saved, so this
            means a damaged row, and a damaged row must not turn into a mark.
    """
    by_people = given or {}
    read = [placed.item for placed in paper] if items is None else items
    return tuple(
        _mark(position, placed, item, answers.get(position), by_people.get(position))
        for position, (placed, item) in enumerate(zip(paper, read, strict=True), start=1)
    )


def _mark(
    position: int,
    placed: PaperItem,
    item: Item,
    raw: Mapping[str, object] | None,
    given: Points | None,
) -> ItemResult:
    answer = parse_response(item, raw if raw is not None else {})
    awaits = False
    if item.type in MARKED_BY_PEOPLE and not answer.is_empty:
        awaits = given is None
        points, right = as_points(0) if given is None else given, given == placed.points
    else:
        points, right = score(item, answer, placed.points), is_right(item, answer)
    return ItemResult(
        position=position,
        points=points,
        max_points=placed.points,
        is_answered=not answer.is_empty,
        is_right=right,
        red_line=placed.red_line,
        lesson_key=placed.lesson_key,
        point=placed.point,
        awaits=awaits,
    )


def grade(results: Sequence[ItemResult], *, cut_percent: Decimal, red_line_all: bool) -> Grade:
    """Add up marked items and decide.

    Args:
        results: Every place of the paper; at least one, worth more than 0 points in all.
        cut_percent: Cut score, 0 to 100; reaching it exactly is enough.
        red_line_all: Whether every red-line item must be right as well: a red line overrides any total.

    Raises:
        ValueError: The paper is worth nothing, or a place waits to be marked.
    """
    if any(one.awaits for one in results):
        raise ValueError("a place waits to be marked: there is no grade yet")
    points = as_points(sum((one.points for one in results), Decimal()))
    max_points = as_points(sum((one.max_points for one in results), Decimal()))
    percent = as_percent(points, max_points)
    reached = reaches(points, max_points, cut_percent)
    red_line_missed = tuple(one.position for one in results if one.red_line and not one.is_right)
    return Grade(
        points=points,
        max_points=max_points,
        percent=percent,
        reached_cut=reached,
        red_line_missed=red_line_missed,
        passed=reached and not (red_line_all and red_line_missed),
        answered=sum(one.is_answered for one in results),
        study=what_to_study(results),
    )


def what_to_study(results: Iterable[ItemResult]) -> tuple[StudyLesson, ...]:
    """Return the lessons of the items that were not right, most missed first, then in paper order.

    An item that was dropped sends nobody back to a lesson.
    """
    missed: dict[str, list[str]] = {}
    for one in results:
        if not one.is_right and one.max_points:
            missed.setdefault(one.lesson_key, []).append(one.point)
    lessons = [
        StudyLesson(lesson_key=key, points=tuple(dict.fromkeys(points)), missed=len(points))
        for key, points in missed.items()
    ]
    return tuple(sorted(lessons, key=lambda lesson: -lesson.missed))


def results_from_json(paper: Paper, rows: Sequence[Mapping[str, object]]) -> tuple[ItemResult, ...]:
    """Read the marked places of an ended attempt back from its outcome's ``items``.

    Nothing is marked again: a later change of a scoring rule must not change what a candidate was told.
    """
    return tuple(
        _result_from_json(position, placed, row)
        for position, (placed, row) in enumerate(zip(paper, rows, strict=True), start=1)
    )


def _result_from_json(position: int, placed: PaperItem, row: Mapping[str, object]) -> ItemResult:
    max_points = as_points(str(row["max_points"])) if "max_points" in row else placed.points
    return ItemResult(
        position=position,
        points=as_points(str(row["points"])),
        max_points=max_points,
        is_answered=not is_omitted(row["answer"]),
        is_right=bool(row["is_right"]),
        red_line=placed.red_line and bool(max_points),
        lesson_key=placed.lesson_key,
        point=placed.point,
        marked=_mark_from_json(row.get("marked")),
        awaits=bool(row.get("awaits")),
    )


def _mark_from_json(value: object) -> Mark | None:
    if not isinstance(value, Mapping):
        return None
    return Mark(as_points(str(value["points"])), bool(value["is_right"]))


def grade_as_json(
    grade: Grade, results: Iterable[ItemResult], answers: Mapping[int, Mapping[str, object]]
) -> dict[str, object]:
    """Return what is frozen in the attempt: reports and the result page read this alone.

    Args:
        grade: The result.
        results: Every marked place.
        answers: The answers as saved, by position.
    """
    return {
        "percent": str(grade.percent),
        "reached_cut": grade.reached_cut,
        "red_line_missed": list(grade.red_line_missed),
        "answered": grade.answered,
        "items": _items_as_json(results, answers),
        "study": [
            {"lesson_key": one.lesson_key, "points": list(one.points), "missed": one.missed}
            for one in grade.study
        ],
    }


def awaiting_as_json(
    results: Sequence[ItemResult], answers: Mapping[int, Mapping[str, object]]
) -> dict[str, object]:
    """Return what is kept in an attempt while people mark it: no percent, no decision, nothing that hints at them.

    The marks of the other places are for staff alone until then.
    """
    return {
        "percent": None,
        "reached_cut": None,
        "red_line_missed": [],
        "answered": sum(one.is_answered for one in results),
        "items": _items_as_json(results, answers),
        "study": [],
    }


def _items_as_json(
    results: Iterable[ItemResult], answers: Mapping[int, Mapping[str, object]]
) -> list[dict[str, object]]:
    return [
        {
            "points": str(one.points),
            "is_right": one.is_right,
            "answer": dict(answers[one.position]) if one.position in answers else None,
            **_correction_as_json(one),
            **({"awaits": True} if one.awaits else {}),
        }
        for one in results
    ]


def _correction_as_json(one: ItemResult) -> dict[str, object]:
    """Return what only a corrected place has: the mark by the paper's key, and 0 where it was dropped."""
    if one.marked is None:
        return {}
    mark = {"points": str(one.marked.points), "is_right": one.marked.is_right}
    return {"marked": mark} if one.max_points else {"marked": mark, "max_points": "0.00"}
