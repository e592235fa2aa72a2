"""Aiken: a question on one line, options ``A) …``, and ``ANSWER: B``."""

import re
from html import unescape
from string import ascii_uppercase

from lms.issues import Issue, Severity, Where
from lms.questions.domain.exchange.encoding import decode_text
from lms.questions.domain.exchange.html import markdown_to_html
from lms.questions.domain.exchange.markdown_text import text_to_markdown
from lms.questions.domain.exchange.values import Candidate, Outgoing, Parsed, reject
from lms.questions.domain.items import FieldError, Option, SingleResponse

FORMAT = "aiken"
_OPTION = re.compile(r"([A-Z])[.)]\s*(.*)\Z")
_ANSWER = re.compile(r"ANSWER\s*[:：]\s*(.*)\Z", re.IGNORECASE)
_LETTER = re.compile(r"([A-Za-z])[.)]?\Z")
_BREAK = re.compile(r"\s*<br ?/?>\s*|\s*\n\s*")
_SHOWN = 60


def parse_aiken(data: bytes, file: str) -> Parsed:
    """Read an Aiken file into single responses, whose options get the ids a, b, c.

    A question that is broken gives one Issue at the line at fault and is left out: ``answer_missing``,
    ``answer_unknown`` (its letter is no option), ``answer_unreadable``, ``options_order``, ``options_few``,
    ``question_missing`` (an option or an answer without a question) or ``item_invalid``. A question on several
    lines is read, with the warning ``stem_lines``: Moodle would refuse it.

    Args:
        data: The file.
        file: Its name, for Issues.
    """
    decoded = decode_text(data, file)
    reading = _Reading(file)
    reading.issues.extend(decoded.issues)
    for number, line in enumerate(decoded.text.split("\n"), start=1):
        reading.line(number, line.strip())
    reading.end()
    return Parsed(
        FORMAT,
        candidates=tuple(reading.candidates),
        issues=tuple(sorted(reading.issues, key=lambda issue: issue.where.line or 0)),
        encoding=decoded.encoding,
    )


class _Question:
    """A question while it is read: its lines, and the first thing wrong with it."""

    def __init__(self, line: int) -> None:
        self.line = line
        self.source: list[str] = []
        self.stem: list[str] = []
        self.options: list[str] = []
        self.fault: tuple[str, int, str] | None = None
        self.has_blank = False

    def blame(self, code: str, line: int, message: str) -> None:
        """Note what is wrong, if nothing was before."""
        self.fault = self.fault or (code, line, message)


class _Reading:
    """One pass over a file."""

    def __init__(self, file: str) -> None:
        self.candidates: list[Candidate] = []
        self.issues: list[Issue] = []
        self._file = file
        self._open: _Question | None = None

    def line(self, number: int, line: str) -> None:
        """Take the next line."""
        if not line:
            if self._open is not None:
                self._open.has_blank = True
            return
        answer = _ANSWER.match(line)
        option = None if answer else _OPTION.match(line)
        if answer is None and option is None:
            self._text(number, line)
            return
        if self._open is None:
            message = "this belongs to no question: the question itself is missing above it"
            self._reject("question_missing", number, message, line)
            return
        self._open.source.append(line)
        if answer is not None:
            self._answer(self._open, number, answer[1].strip())
        elif option is not None:
            self._option(self._open, number, option[1], option[2].strip())

    def end(self) -> None:
        """Say that the last question was not finished."""
        question = self._open
        if question is not None:
            message = "the question has no line ANSWER: with the letter of the right option"
            question.blame("answer_missing", question.line, message)
            self._close(question, None)

    def _text(self, number: int, line: str) -> None:
        question = self._open
        if question is not None and (question.options or question.has_blank):
            self.end()
            question = None
        if question is None:
            question = self._open = _Question(number)
        question.stem.append(line)
        question.source.append(line)

    def _option(self, question: _Question, number: int, letter: str, text: str) -> None:
        expected = ascii_uppercase[min(len(question.options), len(ascii_uppercase) - 1)]
        if letter != expected:
            message = f"option {letter} stands where {expected} should"
            question.blame("options_order", number, message)
        question.options.append(text)

    def _answer(self, question: _Question, number: int, answer: str) -> None:
        letter = _LETTER.match(answer)
        index = None
        if letter is None:
            message = f"{answer[:_SHOWN]!r} is not the letter of one option"
            question.blame("answer_unreadable", number, message)
        else:
            index = ascii_uppercase.index(letter[1].upper())
            if len(question.options) < 2:
                message = f"the question has {len(question.options)} options, it needs at least 2"
                question.blame("options_few", question.line, message)
            elif index >= len(question.options):
                message = f"the answer {letter[1].upper()} is not among the options"
                question.blame("answer_unknown", number, message)
        self._close(question, index)

    def _close(self, question: _Question, index: int | None) -> None:
        self._open = None
        source = "\n".join(question.source)
        if question.fault is not None or index is None:
            code, line, message = question.fault or ("answer_missing", question.line, "no answer")
            self._reject(code, line, message, source)
            return
        ids = ascii_uppercase.lower()
        try:
            item = SingleResponse(
                stem=text_to_markdown("\n".join(question.stem)),
                options=tuple(
                    Option(ids[min(number, len(ids) - 1)], text_to_markdown(text))
                    for number, text in enumerate(question.options)
                ),
                key=ids[index],
            )
            self._check_texts(item)
        except FieldError as error:
            self._reject("item_invalid", question.line, str(error), source, field=error.field)
            return
        where = Where(self._file, line=question.line)
        if len(question.stem) > 1:
            message = "the question stands on several lines; Moodle would take the last one only"
            self.issues.append(Issue(Severity.WARNING, "stem_lines", where, message))
        self.candidates.append(Candidate(item=item, where=where, source=source))

    def _check_texts(self, item: SingleResponse) -> None:
        for number, option in enumerate(item.options):
            if not option.text:
                raise FieldError(f"options[{number}].text", "must not be empty")

    def _reject(self, code: str, line: int, message: str, source: str, **facts: object) -> None:
        self.issues.append(reject(code, Where(self._file, line=line), message, source, **facts))


def write_aiken(bank: Outgoing) -> tuple[bytes, tuple[Issue, ...]]:
    """Write single responses as Aiken in UTF-8.

    Returns:
        The file, and Issues: an error for each item that Aiken cannot say and that is left out, a warning for
        each that loses something. ``where.row`` is the number of the item, from 1.
    """
    issues: list[Issue] = []
    questions: list[str] = []
    for number, candidate in enumerate(bank.candidates, start=1):
        question = _written(candidate, Where(row=number), issues)
        if question:
            questions.append(question)
    return "\n".join(questions).encode(), tuple(issues)


def _written(candidate: Candidate, where: Where, issues: list[Issue]) -> str:
    """Return one question, or nothing with an Issue."""
    item = candidate.item
    facts = {
        "name": candidate.name,
        "key": candidate.key,
        "type": item.type.value,
        "source": item.stem,
    }
    if not isinstance(item, SingleResponse):
        message = f"Aiken has no items of the type {item.type.value}"
        issues.append(Issue(Severity.ERROR, "type_not_sayable", where, message, facts))
        return ""
    stem, *options = [_plain(text) for text in (item.stem, *(one.text for one in item.options))]
    if not stem or not all(options) or _OPTION.match(stem) or _ANSWER.match(stem):
        message = "Aiken would read the text of the question or an option as something else"
        issues.append(Issue(Severity.ERROR, "text_not_sayable", where, message, facts))
        return ""
    lost = _lost(candidate, item)
    if lost:
        message = f"Aiken has no place for: {', '.join(lost)}"
        issues.append(
            Issue(Severity.WARNING, "fields_lost", where, message, {**facts, "fields": lost})
        )
    lines = [stem]
    key = ""
    for letter, option, text in zip(ascii_uppercase, item.options, options, strict=False):
        lines.append(f"{letter}) {text}")
        key = letter if option.id == item.key else key
    return "\n".join([*lines, f"ANSWER: {key}", ""])


def _lost(candidate: Candidate, item: SingleResponse) -> list[str]:
    """Return what Aiken has no place for."""
    texts = (item.stem, *(option.text for option in item.options))
    found = {
        "formatting": any(text_to_markdown(_plain(text)) != text for text in texts),
        "weights": any(option.weight is not None for option in item.options),
        "feedback": any(option.feedback for option in item.options),
        "explanation": item.explanation,
        "category": candidate.category,
        "stimulus": candidate.stimulus,
    }
    return [name for name, is_there in found.items() if is_there]


def _plain(text: str) -> str:
    """Return Markdown as one line of plain text; a picture is its description."""
    html = re.sub(r'<img [^>]*alt="([^"]*)"[^>]*>', r"\1", markdown_to_html(text))
    return unescape(re.sub(r"<[^<>]*>", "", _BREAK.sub(" ", html))).strip()
