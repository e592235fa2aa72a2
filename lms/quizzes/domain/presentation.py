"""What of a paper a person may see: its tasks while the attempt runs, and more afterwards.

The only way from a frozen paper to a page. A page that is built from these values cannot show a key by
mistake, because they do not hold it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lms.questions.domain.items import CHOICES, Face, FaceOption, ItemType, explain, parse_response
from lms.quizzes.domain.grading import ItemResult
from lms.quizzes.domain.paper import Paper, PaperItem, Stimulus
from lms.quizzes.domain.review import Shown
from lms.units import Points


@dataclass(frozen=True, slots=True)
class PresentedItem:
    """One place of a paper as a candidate sees it.

    Attributes:
        position: From 1.
        section: Heading of the section when the item is its first, else empty.
        points: What it is worth.
        face: The task and what is answered, with options in the order of this paper.
        stimulus: The shared text when the item is the first of its group.
    """

    position: int
    section: str
    points: Points
    face: Face
    stimulus: Stimulus | None = None

    @property
    def type(self) -> ItemType:
        """Its type."""
        return self.face.type

    @property
    def is_choice(self) -> bool:
        """Whether it is answered by marking options of one list."""
        return self.face.type in CHOICES

    @property
    def stem(self) -> str:
        """The task, in Markdown."""
        return self.face.stem

    @property
    def takes_many(self) -> bool:
        """Whether several options may be chosen."""
        return self.face.takes_many

    @property
    def options(self) -> tuple[FaceOption, ...]:
        """In the order of this paper."""
        return self.face.options


def present(paper: Paper) -> tuple[PresentedItem, ...]:
    """Return what a candidate may see of ``paper`` while the attempt runs: no key, no feedback."""
    return tuple(
        PresentedItem(
            position=position,
            section=_heading(paper, position),
            points=placed.points,
            face=placed.item.face(placed.option_order),
            stimulus=placed.stimulus,
        )
        for position, placed in enumerate(paper, start=1)
    )


def _heading(paper: Paper, position: int) -> str:
    here = paper[position - 1].section
    return "" if position > 1 and paper[position - 2].section == here else here


@dataclass(frozen=True, slots=True)
class ReviewedOption:
    """One option afterwards; ``is_key`` and ``feedback`` are None while keys are not shown."""

    id: str
    text: str
    is_chosen: bool
    is_key: bool | None
    feedback: str | None


@dataclass(frozen=True, slots=True)
class ReviewedRow:
    """One thing typed, put together, placed or filled in, afterwards.

    Attributes:
        id: Premise, place (from 1) or gap; empty where there is one row only.
        label: The premise, in Markdown; else empty.
        given: The answer; empty when there is none.
        is_typed: Whether answers are plain text; else they are Markdown.
        is_right: None while keys are not shown.
        is_partly: Whether it earned something, but not everything; None while keys are not shown.
        right: What earns everything; empty while keys are not shown.
        feedback: Why; empty while keys are not shown.
    """

    id: str
    label: str
    given: str
    is_typed: bool
    is_right: bool | None
    is_partly: bool | None
    right: tuple[str, ...]
    feedback: str


@dataclass(frozen=True, slots=True)
class ReviewedItem:
    """One place of a paper after the attempt, as far as the review rule shows it.

    ``explanation`` is empty while keys are not shown. ``rows`` say what ``options`` cannot: types that are not
    a choice from one list have them instead.
    """

    position: int
    section: str
    type: ItemType
    stem: str
    takes_many: bool
    result: ItemResult
    options: tuple[ReviewedOption, ...]
    explanation: str
    rows: tuple[ReviewedRow, ...] = ()
    stimulus: Stimulus | None = None

    @property
    def is_choice(self) -> bool:
        """Whether it is answered by marking options of one list."""
        return self.type in CHOICES


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
    answer = parse_response(item, raw if raw is not None else {})
    feedback = explain(item, answer, placed.option_order)
    return ReviewedItem(
        position=result.position,
        section=section,
        type=item.type,
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
        rows=tuple(
            ReviewedRow(
                id=row.id,
                label=row.label,
                given=row.given,
                is_typed=row.is_typed,
                is_right=row.is_right if shown.keys else None,
                is_partly=row.is_partly if shown.keys else None,
                right=row.right if shown.keys else (),
                feedback=row.feedback if shown.keys else "",
            )
            for row in feedback.rows
        ),
        stimulus=placed.stimulus,
    )
