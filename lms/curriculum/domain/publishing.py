"""What a programme and a lesson consist of when they are published, before they are rows."""

from collections.abc import Mapping
from dataclasses import dataclass

CardShown = Mapping[str, str | int]
"""A card shown in a lesson: ``{"key", "version"}``."""


@dataclass(frozen=True, slots=True)
class ModuleText:
    """A module as authored; its position is its place in the stage."""

    key: str
    title: str
    title_en: str
    summary: str
    summary_en: str
    due_day: int
    quiz_key: str
    requires: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StageText:
    """A stage as authored; its position is its place in the programme."""

    key: str
    title: str
    title_en: str
    due_day: int
    quiz_key: str
    modules: tuple[ModuleText, ...]


@dataclass(frozen=True, slots=True)
class ProgrammeText:
    """A programme as authored.

    Attributes:
        defense: ``{"weights": {criterion: percent}, "cut_percent", "minimum_level": {criterion: level},
            "due_day"}``.
        sha256: Of all of it; the same digest means that there is nothing to publish.
    """

    key: str
    title: str
    title_en: str
    summary: str
    summary_en: str
    post: str
    post_en: str
    defense: Mapping[str, object]
    stages: tuple[StageText, ...]
    sha256: str


@dataclass(frozen=True, slots=True)
class LessonText:
    """A lesson as authored and rendered.

    Attributes:
        position: Place within the module, from 1.
        body: Markdown.
        blocks: ``{"key", "html", "heading"}`` per block, in reading order.
        cards: Cards shown, each with the version shown.
        sha256: Of all of it but the position; a lesson that only moves keeps its version.
    """

    key: str
    position: int
    title: str
    title_en: str
    summary: str
    summary_en: str
    minutes: int
    objectives: tuple[str, ...]
    body: str
    blocks: tuple[Mapping[str, str], ...]
    cards: tuple[CardShown, ...]
    sha256: str
