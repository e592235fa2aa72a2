"""What was gathered of one question before it is read, and the lines that it comes from."""

from dataclasses import dataclass, field
from decimal import Decimal

from lms.questions.domain.exchange.answers.words import Asked

LINES_AT_MOST = 1000
"""Lines of one question; what follows belongs to none, and that is said."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a text.

    Attributes:
        number: From 1.
        text: Without blanks at its ends; empty for a blank line.
        marked: What sets parts of it apart in a document, such as ``underlined`` or ``red``; empty for plain text.
    """

    number: int
    text: str
    marked: tuple[str, ...] = ()


@dataclass(slots=True)
class Section:
    """What the last heading said.

    Attributes:
        asked: The type of what follows.
        points: What each item earns.
        category: Names of the chapter.
        index: Counts headings.
    """

    asked: Asked | None = None
    points: Decimal | None = None
    category: tuple[str, ...] = ()
    index: int = 0


@dataclass(slots=True)
class Draft:
    """One question as it is gathered line by line.

    Attributes:
        line: Number of its first line.
        number: Its own number; None when it has none.
        section: The heading that it stands under.
        stem: Lines of the stem.
        options: Letter and text.
        fields: Labelled texts, by field.
        current: Where a line without any mark goes: stem, options, answer, explanation, rubric, or after.
        source: The lines as written.
        marks: For each line of stem and options: which it is, and what sets parts of it apart in a document.
        stimulus: Key of the shared text.
        inner: Last number of a list within an answer; 0 outside one.
        skipped: Letters that are missing between options.
        run: Counts how often the numbers began anew.
    """

    line: int
    number: int | None
    section: Section
    stem: list[str] = field(default_factory=list)
    options: list[tuple[str, str]] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    current: str = "stem"
    source: list[str] = field(default_factory=list)
    marks: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    stimulus: str = ""
    inner: int = 0
    skipped: list[str] = field(default_factory=list)
    run: int = 0

    @property
    def has_answer(self) -> bool:
        """Whether a label gave an answer."""
        return "answer" in self.fields

    @property
    def is_complete(self) -> bool:
        """Whether it has an answer or options."""
        return self.has_answer or bool(self.options)

    def add(self, name: str, text: str) -> None:
        """Add a labelled text; of two the second goes on where the first ended."""
        before = self.fields.get(name, "")
        self.fields[name] = f"{before}\n{text}".strip() if before else text


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """One answer of the key at the end of a paper.

    Attributes:
        line: Number of its line.
        number: Number of the question.
        answer: As written.
        explanation: What follows it under 解析.
        run: Counts how often the numbers began anew.
        source: The line as written.
        asked: Type in the heading above it.
    """

    line: int
    number: int
    answer: str
    explanation: str = ""
    run: int = 0
    source: str = ""
    asked: Asked | None = None
