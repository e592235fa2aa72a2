"""Frozen papers -> papers, answer sheets and keys on A4."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from flask import render_template
from flask_babel import force_locale, gettext

from lms.questions.domain.items import Face, Item, explain, parse_response, sample_responses
from lms.quizzes.domain.paper import Paper, paper_from_json
from lms.quizzes.domain.presentation import PresentedItem, present
from lms.quizzes.domain.printing import (
    LETTERS,
    answer_sheet,
    grouped_by_paper,
    letters_of,
    option_columns,
    paper_code,
    parts_of,
)
from lms.quizzes.domain.typed import fields_of
from lms.quizzes.models import PrintedPaper, Sitting
from lms.quizzes.press.jobs import Job, set_in_type
from lms.units import Points, as_points

_FOLDER = Path(__file__).parent
_STYLE = (_FOLDER / "paper.css").read_text(encoding="utf-8")
_ALWAYS = "0123456789/ ·—•.%" + LETTERS
"""Characters that the style sheet sets by itself."""


@dataclass(frozen=True, slots=True)
class PrintChoice:
    """How somebody wants papers printed.

    Attributes:
        language: ``zh_Hans`` or ``en``: of everything but the items themselves.
        is_double_sided: Whether each paper gets an even number of pages.
        on_sheet: Whether answers go on the answer sheet; else on the paper itself.
    """

    language: str = "zh_Hans"
    is_double_sided: bool = False
    on_sheet: bool = False


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed paper with everything that its documents say.

    Attributes:
        code: Its short code.
        name: Whose it is.
        employee_no: May be empty.
        paper: As frozen; the only one of these that holds keys, and no document for candidates reads it.
        items: As the candidate sees them.
        printed_at: When it was drawn.
    """

    code: str
    name: str
    employee_no: str
    paper: Paper
    items: tuple[PresentedItem, ...]
    printed_at: dt.datetime

    @classmethod
    def of(cls, row: PrintedPaper) -> "Printed":
        """Return the value of a stored row."""
        paper = paper_from_json(row.paper)
        person = row.person
        return cls(
            code=paper_code(row.id),
            name=person.name,
            employee_no=person.employee_no or "",
            paper=paper,
            items=present(paper),
            printed_at=row.printed_at,
        )

    @property
    def points(self) -> Points:
        """What the paper is worth."""
        return as_points(sum((item.points for item in self.items), Decimal()))


def grouped(rows: Sequence[PrintedPaper]) -> list[list[PrintedPaper]]:
    """Return printed papers in groups of those that are the same."""
    return grouped_by_paper(rows, lambda row: row.paper)


def words_of(row: PrintedPaper) -> list[str]:
    """Return every text of a paper that its candidate sees."""
    texts = []
    for item in present(paper_from_json(row.paper)):
        shared = (item.stimulus.title, item.stimulus.text) if item.stimulus else ()
        texts.extend([item.section, *shared, *_face_words(item.face)])
    return texts


def _face_words(face: Face) -> Iterable[str]:
    yield from (face.stem, face.unit)
    yield from (option.text for option in (*face.options, *face.premises))
    for gap in face.gaps:
        yield from _face_words(gap.face)


def render_papers(
    sitting: Sitting,
    rows: Sequence[PrintedPaper],
    choice: PrintChoice,
    *,
    house: str,
    minutes: Mapping[int, int],
    pictures: Mapping[str, bytes],
) -> bytes:
    """Set papers, one behind the other in one file, each with its own page numbers.

    Args:
        sitting: With its quiz and cohort.
        rows: With their persons; at least one.
        choice: How.
        house: Name of the organisation; may be empty.
        minutes: How long each has, by the person's id; the sitting's length for all others.
        pictures: Pictures of items by name.
    """
    papers = [Printed.of(row) for row in rows]
    with force_locale(choice.language):
        pages = [
            render_template(
                "quizzes/print_paper.html",
                sitting=sitting,
                house=house,
                printed=one,
                parts=parts_of(one.items),
                option_columns=option_columns,
                choice=choice,
                minutes=minutes.get(row.person_id, sitting.minutes),
                han=han_number,
            )
            for row, one in zip(rows, papers, strict=True)
        ]
        filler = render_template("quizzes/print_filler.html") if choice.is_double_sided else ""
        return _press(pages, filler, papers, pictures, gettext("试卷"), sitting, choice.language)


def render_sheets(
    sitting: Sitting,
    rows: Sequence[PrintedPaper],
    choice: PrintChoice,
    *,
    house: str,
) -> bytes:
    """Set answer sheets, one a paper; arguments as in ``render_papers``."""
    papers = [Printed.of(row) for row in rows]
    with force_locale(choice.language):
        pages = [
            render_template(
                "quizzes/print_sheet.html",
                sitting=sitting,
                house=house,
                printed=one,
                sheet=answer_sheet(one.items),
            )
            for one in papers
        ]
        filler = render_template("quizzes/print_filler.html") if choice.is_double_sided else ""
        return _press(pages, filler, papers, {}, gettext("答题卡"), sitting, choice.language)


@dataclass(frozen=True, slots=True)
class KeyLine:
    """The key of one place that is not a choice: what it is called, and every text that earns everything.

    Attributes:
        label: Number of the premise or gap, letter of the step; empty for a single one.
        texts: In Markdown.
    """

    label: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """The key of one place of a paper.

    Attributes:
        position: From 1.
        points: What it is worth.
        letters: For a choice; else empty.
        lines: For all others.
        red_line: Whether a wrong answer would mean a red-line behaviour.
    """

    position: int
    points: Points
    letters: str
    lines: tuple[KeyLine, ...]
    red_line: bool


def render_keys(
    sitting: Sitting,
    rows: Sequence[PrintedPaper],
    language: str,
    *,
    house: str,
    corrected: Mapping[int, Paper],
    pictures: Mapping[str, bytes],
) -> bytes:
    """Set the keys of papers for staff; papers that are the same are set once.

    Args:
        sitting: With its quiz and cohort.
        rows: With their persons; at least one.
        language: As in ``PrintChoice``.
        house: Name of the organisation; may be empty.
        corrected: Each paper with the keys that count now, by the row's id.
        pictures: Pictures of items by name.
    """
    groups = [
        ([Printed.of(row) for row in group], key_of(corrected[group[0].id]))
        for group in grouped(rows)
    ]
    papers = [one for group, _ in groups for one in group]
    with force_locale(language):
        page = render_template(
            "quizzes/print_key.html", sitting=sitting, house=house, groups=groups
        )
        return _press([page], "", papers, pictures, gettext("答案"), sitting, language)


def key_of(paper: Paper) -> tuple[KeyEntry, ...]:
    """Return the key of every place of a paper, letters as they stand on it."""
    entries = []
    for position, placed in enumerate(paper, start=1):
        item = placed.item
        face = item.face(placed.option_order)
        entries.append(
            KeyEntry(
                position=position,
                points=placed.points,
                letters=letters_of(item.keys, face.options) if face.is_choice else "",
                lines=() if face.is_choice else tuple(_key_lines(item, face)),
                red_line=placed.red_line,
            )
        )
    return tuple(entries)


def _key_lines(item: Item, face: Face) -> Iterable[KeyLine]:
    """Return what is right: letters and places where these are written, else every accepted text."""
    right = sample_responses(item).right
    typed = fields_of(face, dict(right[0])) if right and isinstance(right[0], dict) else {}
    for number, premise in enumerate(face.premises, start=1):
        yield KeyLine(str(number), (typed[f"pair:{premise.id}"],))
    if face.premises:
        return
    if face.options:
        for letter, option in zip(LETTERS, face.options, strict=False):
            yield KeyLine(letter, (typed[f"place:{option.id}"],))
        return
    for number, row in enumerate(explain(item, parse_response(item, {})).rows, start=1):
        yield KeyLine(str(number) if face.gaps else "", row.right)
    for line in getattr(item, "rubric", ()):
        yield KeyLine("", (f"{line.text}（{line.points.normalize():f}）",))


_HAN = "〇一二三四五六七八九"


def han_number(number: int) -> str:
    """Write a number from 1 to 99 as Chinese headings do: 一, 十, 十二, 二十."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else ("十" if tens == 1 else f"{_HAN[tens]}十")
    return head + (_HAN[ones] if ones else "")


def _press(
    pages: Sequence[str],
    filler: str,
    papers: Sequence[Printed],
    pictures: Mapping[str, bytes],
    kind: str,
    sitting: Sitting,
    language: str,
) -> bytes:
    quiz = sitting.quiz
    title = quiz.title_en if language == "en" else quiz.title
    job = Job(
        pages=list(pages),
        filler=filler,
        pictures=dict(pictures),
        css=_STYLE,
        always=_ALWAYS,
        title=f"{title} · {sitting.cohort.name} · {kind}",
        lang="en" if language == "en" else "zh-Hans",
        # When they were drawn, not now: printing them again gives the same file.
        created=max(one.printed_at for one in papers),
    )
    return set_in_type(job)
