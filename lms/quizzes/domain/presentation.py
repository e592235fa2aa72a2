"""What of a paper a person may see: its tasks while the attempt runs, and more afterwards.

The only way from a frozen paper to a page. A page that is built from these values cannot show a key by
mistake, because they do not hold it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lms.questions.domain.items import ItemType, explain, parse_response
from lms.quizzes.domain.grading import ItemResult
from lms.quizzes.domain.paper import Paper, PaperItem
from lms.quizzes.domain.review import Shown
from lms.units import Points


@dataclass(frozen=True, slots=True)
class PresentedOption:
    """One option as a candidate sees it."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class PresentedItem:
    """One place of a paper as a candidate sees it.

    Attributes:
        position: From 1.
        section: Heading of the section when the item is its first, else empty.
        points: What it is worth.
        stem: The task, in Markdown.
        takes_many: Whether several options may be chosen.
        options: In the order of this paper.
    """

    position: int
    section: str
    points: Points
    stem: str
    takes_many: bool
    options: tuple[PresentedOption, ...]


def present(paper: Paper) -> tuple[PresentedItem, ...]:
    """Return what a candidate may see of ``paper`` while the attempt runs: no key, no feedback."""
    return tuple(
        _present(position, placed, _heading(paper, position))
        for position, placed in enumerate(paper, start=1)
    )


def _heading(paper: Paper, position: int) -> str:
    here = paper[position - 1].section
    return "" if position > 1 and paper[position - 2].section == here else here


def _present(position: int, placed: PaperItem, section: str) -> PresentedItem:
    item = placed.item
    texts = {option.id: option.text for option in item.options}
    return PresentedItem(
        position=position,
        section=section,
        points=placed.points,
        stem=item.stem,
        takes_many=item.type is ItemType.MULTIPLE_RESPONSE,
        options=tuple(PresentedOption(one, texts[one]) for one in placed.option_order),
    )


@dataclass(frozen=True, slots=True)
class ReviewedOption:
    """One option afterwards; ``is_key`` and ``feedback`` are None while keys are not shown."""

    id: str
    text: str
    is_chosen: bool
    is_key: bool | None
    feedback: str | None


@dataclass(frozen=True, slots=True)
class ReviewedItem:
    """One place of a paper after the attempt, as far as the review rule shows it.

    ``explanation`` is empty while keys are not shown.
    """

    position: int
    section: str
    stem: str
    takes_many: bool
    result: ItemResult
    options: tuple[ReviewedOption, ...]
    explanation: str


def review(
    paper: Paper,
    results: Sequence[ItemResult],
    answers: Mapping[int, Mapping[str, object]],
    shown: Shown,
) -> tuple[ReviewedItem, ...]:
    """Return what may be shown of a marked paper.

    Args:
        paper: As frozen in the attempt.
        results: Every place of it, marked.
        answers: Raw answers by position.
        shown: What the review rule allows now; nothing is returned when it shows no responses.
    """
    if not shown.responses:
        return ()
    return tuple(
        _review(
            placed, result, answers.get(result.position), shown, _heading(paper, result.position)
        )
        for placed, result in zip(paper, results, strict=True)
    )


def _review(
    placed: PaperItem,
    result: ItemResult,
    raw: Mapping[str, object] | None,
    shown: Shown,
    section: str,
) -> ReviewedItem:
    item = placed.item
    answer = parse_response(item, raw if raw is not None else {"chosen": []})
    feedback = explain(item, answer, placed.option_order)
    return ReviewedItem(
        position=result.position,
        section=section,
        stem=item.stem,
        takes_many=item.type is ItemType.MULTIPLE_RESPONSE,
        result=result,
        options=tuple(
            ReviewedOption(
                id=option.id,
                text=option.text,
                is_chosen=option.is_chosen,
                is_key=option.is_key if shown.keys else None,
                feedback=option.feedback if shown.keys else None,
            )
            for option in feedback.options
        ),
        explanation=feedback.explanation if shown.keys else "",
    )
