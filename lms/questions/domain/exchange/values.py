"""What travels between a file and a bank."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from lms.issues import Issue, Severity, Where
from lms.questions.domain.items import Item


@dataclass(frozen=True, slots=True)
class Candidate:
    """One item as a file has it, before anybody has said yes to it.

    Attributes:
        item: Its words and key.
        where: Where it begins in the file.
        name: The short title that the file gives it; may be empty.
        key: The identity that the file gives it; may be empty.
        category: The folder it stands in, outermost first.
        tags: As written, each once.
        point: The knowledge point.
        difficulty: easy, medium, hard, or empty when the file does not say.
        lesson_key: The lesson it rests on; may be empty.
        cards: Keys of the cards it rests on.
        red_line: Whether the file marks it as a red-line item.
        points: What a right answer earns in the file's own system; None when it does not say.
        stimulus: Key of the shared text that it belongs to; empty when it stands alone.
        source: Its text in the file, as far as the format has text.
    """

    item: Item
    where: Where
    name: str = ""
    key: str = ""
    category: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    point: str = ""
    difficulty: str = ""
    lesson_key: str = ""
    cards: tuple[str, ...] = ()
    red_line: bool = False
    points: Decimal | None = None
    stimulus: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Stimulus:
    """A text that several items share: a chat, an order, a table.

    Attributes:
        key: Its identity within the file.
        text: Markdown.
        where: Where it begins.
        title: A short title; may be empty.
        category: The folder it stands in, outermost first.
    """

    key: str
    text: str
    where: Where
    title: str = ""
    category: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parsed:
    """Everything that a file says.

    Attributes:
        format: Name of the format: xlsx, docx, text, gift, aiken, moodle-xml, qti or yaml.
        candidates: Items understood, in the order of the file.
        stimuli: Shared texts and descriptions, in the order of the file.
        issues: What was not understood or needs a look, in the order of the file.
        media: Pictures by the name that the texts use.
        encoding: How the text was encoded, as detected; empty for formats that say it themselves.
    """

    format: str
    candidates: tuple[Candidate, ...] = ()
    stimuli: tuple[Stimulus, ...] = ()
    issues: tuple[Issue, ...] = ()
    media: Mapping[str, bytes] = field(default_factory=dict)
    encoding: str = ""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What is written to a file.

    Attributes:
        title: Title of the bank.
        candidates: Items in order; ``where`` and ``source`` are not looked at.
        stimuli: Shared texts that candidates name.
        media: Pictures by the name that the texts use.
    """

    title: str
    candidates: tuple[Candidate, ...]
    stimuli: tuple[Stimulus, ...] = ()
    media: Mapping[str, bytes] = field(default_factory=dict)


def reject(code: str, where: Where, message: str, source: str, **facts: object) -> Issue:
    """Return the Issue of something that cannot be taken over; ``source`` is its text as it stands."""
    return Issue(Severity.ERROR, code, where, message, {**facts, "source": source})
