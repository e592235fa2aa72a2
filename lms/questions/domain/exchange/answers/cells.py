"""One item as cells of plain text, whatever the file that they come from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lms.questions.domain.exchange.answers.words import Asked


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of one item.

    Attributes:
        stem: Markdown; a cloze has ``{{id}}`` markers.
        asked: The type asked for; None when nothing says it.
        options: Letter and text of each option, in order.
        answer: The key as written: letters, a word of truth, accepted texts or numbers between bars, pairs or
            gaps a line each, or the reference answer of an essay.
        explanation: The general point.
        feedback: What is said to who chose an option or gave an accepted answer, by its letter.
        unit: Unit of a number.
        rubric: Lines ``what is looked for = points`` of an essay.
        settings: Everything rare, by name (``SETTINGS``); those of a gap have its id and a point in front.
    """

    stem: str
    asked: Asked | None = None
    options: tuple[tuple[str, str], ...] = ()
    answer: str = ""
    explanation: str = ""
    feedback: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    rubric: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)


SETTINGS = (
    "credit", "match_case", "match_width", "fold_traditional", "lines", "ids", "weights", "feedback", "explanation",
    "unit",
)  # fmt: skip
"""Names of settings. ``feedback`` (accepted answers between bars), ``explanation`` and ``unit`` only for gaps."""


class Unreadable(ValueError):  # noqa: N818 - it reads as what it says
    """The cells make no item.

    Args:
        code: Name of the rule for an Issue.
        field: The cell at fault: stem, type, options, answer, rubric, unit or settings.
        message: In English.
        facts: What the sentence needs.
    """

    def __init__(self, code: str, field: str, message: str, **facts: object) -> None:
        super().__init__(message)
        self.code = code
        self.field = field
        self.message = message
        self.facts = facts
