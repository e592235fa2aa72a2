"""A GIFT file into its questions, each with its lines and comments."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lms.questions.domain.exchange.gift.syntax import CATEGORY, Span, hide_escapes

_NEXT = re.compile(r"\n(?=::|\$CATEGORY:)")
_NEXT_CATEGORY = re.compile(r"\n(?=\$CATEGORY:)")
_WORD = re.compile(r"\S")

NO_BLANK_LINE = "blank_line_missing"
BLANK_LINE_WITHIN = "blank_line_within"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a piece: ``code`` names the rule."""

    code: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Piece:
    """One question, description or category line.

    Attributes:
        span: Its text without comments, escapes hidden.
        comments: Its comment lines.
        source: Its lines as the file has them.
        fault: Why it cannot be read; None when it can.
        warnings: What Moodle would read otherwise.
    """

    span: Span
    comments: tuple[str, ...]
    source: str
    fault: Fault | None = None
    warnings: tuple[Fault, ...] = ()


@dataclass(slots=True)
class _Paragraph:
    """Lines between blank lines: text with comment lines emptied, and the comments by line."""

    line: int
    lines: list[str] = field(default_factory=list)
    comments: list[tuple[int, str]] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def split_pieces(text: str) -> Iterator[Piece]:
    """Return the pieces of a file in order. Paragraphs of comments only are nothing, as in Moodle."""
    raw = text.split("\n")
    for paragraph in _joined(list(_paragraphs(raw))):
        yield from _Cutter(paragraph, raw).pieces()


def _paragraphs(raw: Sequence[str]) -> Iterator[_Paragraph]:
    current: _Paragraph | None = None
    for number, line in enumerate(raw, start=1):
        stripped = line.strip()
        if not stripped:
            if current is not None:
                yield current
            current = None
            continue
        if current is None:
            current = _Paragraph(number)
        if stripped.startswith("//"):
            current.comments.append((number, stripped))
            current.lines.append("")
        else:
            ending = "  " if line.endswith("  ") else ""
            current.lines.append(hide_escapes(stripped) + ending)
    if current is not None:
        yield current


def _joined(paragraphs: Sequence[_Paragraph]) -> Iterator[_Paragraph]:
    """Join paragraphs whose answers go on after a blank line, which Moodle would refuse."""
    index = 0
    while index < len(paragraphs):
        whole = last = paragraphs[index]
        while _is_open(last) and (end := _end_of_answers(paragraphs, index)) is not None:
            line = last.line + len(last.lines)
            message = "a blank line stands within the answers; Moodle would refuse this question"
            whole.warnings.append(Fault(BLANK_LINE_WITHIN, line, message))
            for number in range(index + 1, end + 1):
                last = paragraphs[number]
                missing = last.line - whole.line - len(whole.lines)
                whole.lines.extend([""] * missing)
                whole.lines.extend(last.lines)
                whole.comments.extend(last.comments)
            index = end
        yield whole
        index += 1


def _is_open(paragraph: _Paragraph) -> bool:
    for line in reversed(paragraph.lines):
        if line.startswith(CATEGORY):
            return False
        opens, closes = line.rfind("{"), line.rfind("}")
        if opens >= 0 or closes >= 0:
            return opens > closes
    return False


def _end_of_answers(paragraphs: Sequence[_Paragraph], index: int) -> int | None:
    """Return the paragraph that closes the answers left open at ``index``; None when none does."""
    for number in range(index + 1, len(paragraphs)):
        text = paragraphs[number].text
        if text.lstrip().startswith(("::", CATEGORY)):
            return None
        opens, closes = text.find("{"), text.find("}")
        if closes >= 0 and not 0 <= opens < closes:
            return number
        if opens >= 0:
            return None
    return None


class _Cutter:
    """Cuts a paragraph where questions stand without a blank line between them."""

    def __init__(self, paragraph: _Paragraph, raw: Sequence[str]) -> None:
        self._paragraph = paragraph
        self._raw = raw
        self._text = paragraph.text.rstrip()
        self._comments = list(reversed(paragraph.comments))
        self._line = paragraph.line
        self._found: dict[str, int] = {}

    def pieces(self) -> Iterator[Piece]:
        start = 0
        warnings = list(self._paragraph.warnings)
        while start < len(self._text):
            end, fault = self._end(start)
            is_last = end >= len(self._text)
            yield self._piece(start, end, is_last, fault, warnings)
            warnings = []
            if not is_last:
                message = "no blank line stands before this; Moodle would read it as part of what is above"
                warnings.append(Fault(NO_BLANK_LINE, self._line, message))
            start = end

    def _piece(
        self, start: int, end: int, is_last: bool, fault: Fault | None, warnings: Sequence[Fault]
    ) -> Piece:
        span = Span(self._text[start:end], self._line).strip()
        until = span.line + span.text.count("\n")
        comments: list[tuple[int, str]] = []
        while self._comments and (is_last or self._comments[-1][0] <= until):
            comments.append(self._comments.pop())
        first = min([span.line, *(line for line, _ in comments)])
        last = max([until, *(line for line, _ in comments)])
        self._line += self._text.count("\n", start, end)
        return Piece(
            span,
            tuple(comment for _, comment in comments),
            "\n".join(self._raw[first - 1 : last]),
            fault,
            tuple(Fault(one.code, max(one.line, first), one.message) for one in warnings),
        )

    def _end(self, start: int) -> tuple[int, Fault | None]:
        """Return where the piece that begins at ``start`` ends, and what is wrong with it."""
        text = self._text
        word = _WORD.search(text, start)
        if word is not None and text.startswith(CATEGORY, word.start()):
            end = text.find("\n", word.start())
            return (len(text) if end < 0 else end), None
        opens, closes = self._find("{", start), self._find("}", start)
        if opens < 0 and closes < 0:
            following = _NEXT_CATEGORY.search(text, start)
            return (len(text) if following is None else following.start()), None
        if closes < 0:
            return len(text), self._fault("brace_not_closed", opens, "{ is never closed by }")
        if opens < 0 or closes < opens:
            return len(text), self._fault("brace_not_opened", closes, "} stands before any {")
        inner = self._find("{", opens + 1)
        if 0 <= inner < closes:
            message = "{ stands within the answers; write \\{ and \\} for braces that are text"
            return len(text), self._fault("brace_in_answers", inner, message)
        return self._end_after(closes + 1)

    def _end_after(self, after: int) -> tuple[int, Fault | None]:
        """Return where a piece ends whose answers end at ``after``."""
        text = self._text
        opens = self._find("{", after)
        following = _NEXT.search(text, after, len(text) if opens < 0 else opens)
        if following is not None:
            closes = text.find("}", after, following.start())
            if closes < 0:
                return following.start(), None
        elif opens >= 0:
            newline = text.find("\n", after, opens)
            if newline >= 0 and not text[after:newline].strip():
                return newline, None
            message = (
                "a question has two groups of answers; write \\{ and \\} for braces that are text"
            )
            return len(text), self._fault("answers_twice", opens, message)
        closes = text.find("}", after)
        if closes >= 0:
            return len(text), self._fault("brace_not_opened", closes, "} closes nothing")
        return len(text), None

    def _find(self, sign: str, start: int) -> int:
        """Return the first ``sign`` from ``start`` on, -1 for none; ``start`` never goes back."""
        found = self._found.get(sign, 0)
        if 0 <= found <= start:
            found = self._found[sign] = self._text.find(sign, start)
        return found

    def _fault(self, code: str, at: int, message: str) -> Fault:
        return Fault(code, self._paragraph.line + self._text.count("\n", 0, at), message)
