"""What is kept of each place of an ended attempt for statistics: narrow values that a database can add up."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from lms.questions.domain.items import MARKED_BY_PEOPLE
from lms.quizzes.domain.grading import ItemResult
from lms.quizzes.domain.paper import Paper, PaperItem
from lms.units import Points

WHOLE = 10_000
"""A full share in basis points."""

ANSWERED = "*"
"""Stands for an answer that has no short text: pairs, orders, gaps."""

CHOSEN_AT_MOST = 120
"""Characters kept of an answer. Twelve option ids of four letters fit; typed text is cut."""

SECONDS_AT_MOST = 24 * 3600


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One marked place of an ended attempt.

    Attributes:
        position: From 1.
        item_version_id: What was asked.
        points: Earned.
        max_points: Available.
        is_right: Whether the answer was fully right.
        chosen: Ids of the options chosen, sorted, with commas between; typed text; ``ANSWERED``; "" if omitted.
        rest: Share earned on the other places of the paper, in basis points (0 to ``WHOLE``); None when they are
            worth nothing, as on a paper of one item.
        seconds: From the answer saved before to this one, or from the start; None when it is not known.
    """

    position: int
    item_version_id: int
    points: Points
    max_points: Points
    is_right: bool
    chosen: str
    rest: int | None
    seconds: int | None


def result_rows(
    paper: Paper,
    results: Sequence[ItemResult],
    answers: Mapping[int, Mapping[str, object]],
    saved_at: Mapping[int, dt.datetime],
    started_at: dt.datetime,
) -> tuple[ResultRow, ...]:
    """Return what is kept of every place of a paper.

    Args:
        paper: As frozen in the attempt.
        results: Every place of it, marked.
        answers: Answers as saved, by position.
        saved_at: When each was last saved.
        started_at: Start of the attempt.
    """
    rests = rest_shares(results)
    seconds = answer_seconds(saved_at, started_at)
    return tuple(
        ResultRow(
            position=one.position,
            item_version_id=placed.item_version_id,
            points=one.points,
            max_points=one.max_points,
            is_right=one.is_right,
            chosen=_chosen_of(placed, answers.get(one.position)),
            rest=rest,
            seconds=seconds.get(one.position) if one.is_answered else None,
        )
        for placed, one, rest in zip(paper, results, rests, strict=True)
    )


def _chosen_of(placed: PaperItem, answer: Mapping[str, object] | None) -> str:
    """Return an answer as one short text; of one that people mark only whether there is any: it is the person's own."""
    text = chosen_text(answer)
    return ANSWERED if text and placed.body.get("type") in MARKED_BY_PEOPLE else text


def rest_shares(results: Sequence[ItemResult]) -> list[int | None]:
    """Return, for each place, the share earned on all other places in basis points, rounded half up.

    A share, not points: papers drawn at random differ in what they are worth.
    """
    points = sum((one.points for one in results), Decimal())
    whole = sum((one.max_points for one in results), Decimal())
    return [_basis_points(points - one.points, whole - one.max_points) for one in results]


def _basis_points(part: Decimal, whole: Decimal) -> int | None:
    if whole <= 0:
        return None
    return int((part * WHOLE / whole).quantize(Decimal(1), ROUND_HALF_UP))


def chosen_text(answer: Mapping[str, object] | None) -> str:
    """Return an answer as one short text; "" when nothing was answered."""
    if not answer:
        return ""
    ids = answer.get("chosen")
    if isinstance(ids, list):
        return ",".join(sorted(str(one) for one in ids))[:CHOSEN_AT_MOST]
    text = answer.get("text")
    if isinstance(text, str):
        return " ".join(text.split())[:CHOSEN_AT_MOST]
    return ANSWERED if any(answer.values()) else ""


def answer_seconds(saved_at: Mapping[int, dt.datetime], started_at: dt.datetime) -> dict[int, int]:
    """Return how long each answer took: from the answer saved before it, or from the start.

    An estimate: a candidate who comes back to an item is timed by the last change alone. Answers that came
    in one go (a page sent without script) are left out, nobody knows when they were given.

    Args:
        saved_at: When each answer was last saved, by position.
        started_at: Start of the attempt.

    Returns:
        Whole seconds by position, at least 0.
    """
    ordered = sorted(saved_at.items(), key=lambda one: one[1])
    seconds: dict[int, int] = {}
    before = started_at
    for index, (position, at) in enumerate(ordered):
        together = at == before or (index + 1 < len(ordered) and ordered[index + 1][1] == at)
        if not together:
            taken = int((at - before).total_seconds())
            seconds[position] = min(max(taken, 0), SECONDS_AT_MOST)
        before = at
    return seconds
