"""What of a paper a person may see: its tasks while the attempt runs, and more afterwards.

The only way from a frozen paper to a page. A page that is built from these values cannot show a key by
mistake, because they do not hold it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lms.questions.domain.items import (
    CHOICES,
    Face,
    FaceOption,
    Item,
    ItemType,
    OptionFeedback,
    RowFeedback,
    explain,
    parse_response,
)
from lms.quizzes.domain.grading import ItemResult
from lms.quizzes.domain.paper import Paper, PaperItem
from lms.quizzes.domain.pool import Stimulus
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


@dataclass(frozen=True, slots=True)
class PresentedPage:
    """An item with everything that is read before it, where one is shown at a time.

    Attributes:
        item: The item.
        section: Heading of its section; may be empty.
        stimulus: The text that it shares with others, if any.
        first: Position of the first item that shares it.
    """

    item: PresentedItem
    section: str
    stimulus: Stimulus | None
    first: int


def pages_of(items: Sequence[PresentedItem]) -> tuple[PresentedPage, ...]:
    """Return each item of a paper as a page of its own."""
    pages: list[PresentedPage] = []
    section = ""
    stimulus: Stimulus | None = None
    first = 0
    for item in items:
        section = item.section or section
        if item.stimulus is not None:
            stimulus, first = item.stimulus, item.position
        elif stimulus is not None and item.position >= first + stimulus.items:
            stimulus = None
        pages.append(PresentedPage(item, section, stimulus, first))
    return tuple(pages)


def present(paper: Paper, items: Sequence[Item] | None = None) -> tuple[PresentedItem, ...]:
    """Return what a candidate may see of ``paper`` while the attempt runs: no key, no feedback.

    Args:
        paper: The paper.
        items: Its items in order, where they were read before.
    """
    read = [placed.item for placed in paper] if items is None else items
    return tuple(
        PresentedItem(
            position=position,
            section=_heading(paper, position),
            points=placed.points,
            face=item.face(placed.option_order),
            stimulus=placed.stimulus,
        )
        for position, (placed, item) in enumerate(zip(paper, read, strict=True), start=1)
    )


def _heading(paper: Paper, position: int) -> str:
    here = paper[position - 1].section
    return "" if position > 1 and paper[position - 2].section == here else here


@dataclass(frozen=True, slots=True)
class ReviewedOption:
    """One option afterwards, as far as it is shown.

    Attributes:
        id: Its id.
        text: In Markdown.
        is_chosen: Whether it was chosen; False while own answers are not shown.
        is_key: Whether choosing it is right; None while keys are not shown.
        feedback: Why; None while explanations are not shown.
    """

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
        given: The answer; empty when there is none, None while own answers are not shown.
        is_typed: Whether answers are plain text; else they are Markdown.
        is_right: None while keys or own answers are not shown.
        is_partly: Whether it earned something, but not everything; None likewise.
        right: What earns everything; empty while keys are not shown.
        feedback: Why; empty while explanations or own answers are not shown, as it speaks of the answer.
    """

    id: str
    label: str
    given: str | None
    is_typed: bool
    is_right: bool | None
    is_partly: bool | None
    right: tuple[str, ...]
    feedback: str


@dataclass(frozen=True, slots=True)
class ReviewedItem:
    """One place of a paper after the attempt, as far as the review rule shows it.

    ``result`` is None while points are not shown, ``explanation`` empty while explanations are not. ``rows`` say
    what ``options`` cannot: types that are not a choice from one list have them instead. Both are empty while
    neither answers nor keys nor explanations are shown.
    """

    position: int
    section: str
    type: ItemType
    stem: str
    takes_many: bool
    result: ItemResult | None
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
        shown: What the review rule allows now; nothing is returned when it shows nothing of an item.
    """
    if not shown.any_item:
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
    shows_more = shown.responses or shown.keys or shown.explanations
    return ReviewedItem(
        position=result.position,
        section=section,
        type=item.type,
        stem=item.stem,
        takes_many=item.type is ItemType.MULTIPLE_RESPONSE,
        result=result if shown.points else None,
        options=tuple(_option(one, shown) for one in feedback.options) if shows_more else (),
        explanation=feedback.explanation if shown.explanations else "",
        rows=tuple(_row(one, shown) for one in feedback.rows) if shows_more else (),
        stimulus=placed.stimulus,
    )


def _option(option: OptionFeedback, shown: Shown) -> ReviewedOption:
    return ReviewedOption(
        id=option.id,
        text=option.text,
        is_chosen=option.is_chosen and shown.responses,
        is_key=option.is_key if shown.keys else None,
        feedback=option.feedback if shown.explanations else None,
    )


def _row(row: RowFeedback, shown: Shown) -> ReviewedRow:
    # What people marked is neither right nor wrong: its points say what it is worth.
    is_judged = shown.keys and shown.responses and row.share is not None
    return ReviewedRow(
        id=row.id,
        label=row.label,
        given=row.given if shown.responses else None,
        is_typed=row.is_typed,
        is_right=row.is_right if is_judged else None,
        is_partly=row.is_partly if is_judged else None,
        right=row.right if shown.keys else (),
        feedback=row.feedback if shown.explanations and shown.responses else "",
    )
