"""What authors wrote, as values that know their file and line.

A value may stand for a broken text: fields that could not be read hold an empty value, and the Issue that says
so keeps the plan from being made.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from lms.issues import Where


@dataclass(frozen=True, slots=True)
class Reference:
    """A mention of something by its key, at a place."""

    key: str
    where: Where


@dataclass(frozen=True, slots=True)
class CardFile:
    """A law or rule card as written.

    Attributes:
        body: ``source``, ``source_en``, ``clause``, ``rule``, ``say``, ``do``, ``consequence``, ``values``.
        version: The version the author gives it; at least 1.
    """

    where: Where
    key: str
    kind: str
    title: str
    title_en: str
    confidence: str
    checked_on: dt.date
    effective_from: dt.date | None
    version: int
    body: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class LessonFile:
    """A lesson as written.

    Attributes:
        folder: Name of the module folder it lies in.
        position: Place among the lessons of the folder, from 1, by file name.
        cards: Cards named in the head.
        shown: Cards that the text places.
        pictures: Pictures that the text shows, as paths within the course.
    """

    where: Where
    key: str
    folder: str
    position: int
    title: str
    title_en: str
    summary: str
    summary_en: str
    minutes: int
    objectives: tuple[str, ...]
    body: str
    cards: tuple[Reference, ...]
    shown: tuple[Reference, ...]
    pictures: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class ModuleFile:
    """A module as written in the programme file; ``folder`` holds its lessons."""

    where: Where
    key: str
    folder: str
    title: str
    title_en: str
    summary: str
    summary_en: str
    due_day: int
    quiz: Reference
    requires: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class StageFile:
    """A stage as written in the programme file."""

    where: Where
    key: str
    title: str
    title_en: str
    due_day: int
    quiz: Reference
    modules: tuple[ModuleFile, ...]


@dataclass(frozen=True, slots=True)
class DefenseFile:
    """The settings of the defense: weights and minimum level by criterion, cut in percent, due day."""

    where: Where
    due_day: int
    cut_percent: int
    weights: Mapping[str, int]
    minimum_level: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ProgrammeFile:
    """A programme as written."""

    where: Where
    key: str
    title: str
    title_en: str
    summary: str
    summary_en: str
    post: str
    post_en: str
    stages: tuple[StageFile, ...]
    defense: DefenseFile

    @property
    def modules(self) -> tuple[ModuleFile, ...]:
        """All modules in order."""
        return tuple(module for stage in self.stages for module in stage.modules)


@dataclass(frozen=True, slots=True)
class SectionFile:
    """One section of a quiz: how many items from which bank, about what, and what each is worth.

    Attributes:
        draw: How many items; with ``items`` their number.
        points: Knowledge points asked for; empty for any. Likewise ``tags``, ``difficulties`` and ``types``.
        items: Items picked by hand, in their order; empty when the section is drawn.
        shuffle: Whether items picked by hand come in a random order.
        shuffle_options: Whether the options of choices do.
    """

    where: Where
    title: str
    bank: Reference
    draw: int
    points_each: Decimal
    points: tuple[Reference, ...] = ()
    tags: tuple[Reference, ...] = ()
    difficulties: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    items: tuple[Reference, ...] = ()
    shuffle: bool = True
    shuffle_options: bool = True

    @property
    def is_narrowed(self) -> bool:
        """Whether it asks for items about something."""
        return bool(self.points or self.tags or self.difficulties or self.types)


@dataclass(frozen=True, slots=True)
class QuizFile:
    """A test specification as written; ``gate`` is the module or stage that it closes."""

    where: Where
    key: str
    title: str
    title_en: str
    kind: str
    gate: Reference
    minutes: int
    cut_percent: int
    red_line_all: bool
    max_attempts: int
    wait_minutes: int
    review: str
    sections: tuple[SectionFile, ...]


@dataclass(frozen=True, slots=True)
class ConditionFile:
    """One hiring condition: what is measured, from where, over which time, to what mark, judged by whom.

    Attributes:
        measured_by: ``module_quiz``, ``stage_test``, ``defense``, or a word for what is measured elsewhere.
        fields: Texts in both languages: ``text``, ``data``, ``period``, ``threshold``, ``judge``.
    """

    where: Where
    key: str
    measured_by: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ConditionsFile:
    """The hiring conditions of a programme: the items, and the whole text that is signed."""

    where: Where
    version: int
    version_where: Where
    title: str
    title_en: str
    items: tuple[ConditionFile, ...]
    text: str
    text_en: str


@dataclass(frozen=True, slots=True)
class CourseFiles:
    """Everything in one folder under ``courses/``.

    Attributes:
        folders: Names of the module folders that exist.
        media: Digest of each picture by its path within the course, such as ``media/map.svg``.
    """

    where: Where
    key: str
    title: str
    title_en: str
    programme: ProgrammeFile | None
    lessons: tuple[LessonFile, ...]
    cards: tuple[CardFile, ...]
    quizzes: tuple[QuizFile, ...]
    conditions: ConditionsFile | None
    folders: tuple[str, ...]
    media: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ItemFile:
    """An item as written.

    Attributes:
        purpose: ``quiz`` or ``recall``.
        position: Place in its file, from 1.
        body: What ``questions.domain.items.item_from_json`` reads; empty when it could not be read.
        stimulus: The text that it shares with other items of its bank.
    """

    where: Where
    key: str
    purpose: str
    position: int
    body: Mapping[str, object]
    lesson: Reference
    point: str
    cards: tuple[Reference, ...]
    difficulty: str
    red_line: bool
    stimulus: Reference | None = None


@dataclass(frozen=True, slots=True)
class StimulusFile:
    """A text that several items of a bank share: a chat, an order, a table."""

    where: Where
    key: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class BankFiles:
    """Everything in one folder under ``question_banks/``."""

    where: Where
    key: str
    title: str
    title_en: str
    items: tuple[ItemFile, ...]
    stimuli: tuple[StimulusFile, ...] = ()

    def of(self, purpose: str) -> tuple[ItemFile, ...]:
        """Return the items of one purpose."""
        return tuple(item for item in self.items if item.purpose == purpose)

    def sharing(self, stimulus: str) -> tuple[ItemFile, ...]:
        """Return the items under a shared text, in the order of the file."""
        return tuple(item for item in self.items if item.stimulus and item.stimulus.key == stimulus)


@dataclass(frozen=True, slots=True)
class Content:
    """All courses and banks under one root.

    Attributes:
        is_complete: Whether every file gave its values; else nothing can be said about what refers to what.
    """

    courses: tuple[CourseFiles, ...]
    banks: tuple[BankFiles, ...]
    is_complete: bool

    @property
    def cards(self) -> tuple[CardFile, ...]:
        """All cards of all courses."""
        return tuple(card for course in self.courses for card in course.cards)

    @property
    def lessons(self) -> tuple[LessonFile, ...]:
        """All lessons of all courses."""
        return tuple(lesson for course in self.courses for lesson in course.lessons)

    @property
    def items(self) -> tuple[ItemFile, ...]:
        """All items of all banks."""
        return tuple(item for bank in self.banks for item in bank.items)
