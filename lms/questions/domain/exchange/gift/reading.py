"""A GIFT file into candidates, shared texts and Issues."""

from lms.issues import Issue, Severity, Where
from lms.questions.domain.exchange.encoding import decode_text
from lms.questions.domain.exchange.gift.answers import Block, read_item
from lms.questions.domain.exchange.gift.notes import Notes, read_notes
from lms.questions.domain.exchange.gift.splitting import Fault, Piece, split_pieces
from lms.questions.domain.exchange.gift.syntax import (
    BLANK,
    CATEGORY,
    MOODLE,
    GiftError,
    Span,
    restore,
    split_format,
)
from lms.questions.domain.exchange.gift.texts import Texts
from lms.questions.domain.exchange.moodle_xml.question import UnreadableError
from lms.questions.domain.exchange.moodle_xml.reading import category_of
from lms.questions.domain.exchange.values import Candidate, Parsed, Stimulus, reject
from lms.questions.domain.items import FieldError, Item

FORMAT = "gift"
PIECES_AT_MOST = 50_000
"""Questions, descriptions and category lines of one file: the size of the largest bank."""


def parse_gift(data: bytes, file: str) -> Parsed:
    """Read a GIFT file.

    Texts become Markdown, whatever format they have; answers in the middle of a sentence leave a blank ``_____``
    in the stem; a paragraph without answers becomes a Stimulus. Options get ids a, b, c, …, because GIFT has none.

    Args:
        data: The file.
        file: Its name, for Issues.
    """
    decoded = decode_text(data, file)
    reading = _Reading(file)
    reading.issues.extend(decoded.issues)
    for number, piece in enumerate(split_pieces(decoded.text)):
        if number == PIECES_AT_MOST:
            reading.stop(piece)
            break
        reading.piece(piece)
    return Parsed(
        FORMAT,
        candidates=tuple(reading.candidates),
        stimuli=tuple(reading.stimuli),
        issues=tuple(sorted(reading.issues, key=lambda issue: issue.where.line or 0)),
        encoding=decoded.encoding,
    )


class _Reading:
    """One pass over a file."""

    def __init__(self, file: str) -> None:
        self.candidates: list[Candidate] = []
        self.stimuli: list[Stimulus] = []
        self.issues: list[Issue] = []
        self._file = file
        self._category: tuple[str, ...] = ()
        self._keys: set[str] = set()
        self._stimulus_keys: set[str] = set()

    def piece(self, piece: Piece) -> None:
        """Read one piece of the file."""
        for warning in piece.warnings:
            self._warn(warning)
        if piece.fault is not None:
            fault = piece.fault
            self._reject(piece, fault.code, fault.line, fault.message)
        elif piece.span.text.startswith(CATEGORY):
            path = restore(piece.span.text.removeprefix(CATEGORY))
            self._category = category_of(" ".join(path.split()))
        else:
            self._question(piece)

    def stop(self, piece: Piece) -> None:
        """Say that nothing from this piece on was read."""
        message = f"more than {PIECES_AT_MOST} questions; nothing from this line on was read"
        self._reject(piece, "file_too_long", piece.span.line, message, at_most=PIECES_AT_MOST)

    def _question(self, piece: Piece) -> None:
        name, body = self._name(piece.span)
        notes = read_notes(piece.comments)
        opens = body.text.find("{")
        if opens < 0:
            self._description(piece, name, body, notes)
            return
        block = _taken_apart(body, opens, notes)
        try:
            item = read_item(block)
        except GiftError as error:
            self._reject(piece, error.code, error.line, str(error), **error.facts)
        except UnreadableError as error:
            self._reject(piece, error.code, block.line, str(error))
        except FieldError as error:
            facts = {"field": error.field, "problem": error.problem}
            self._reject(piece, "item_invalid", block.line, str(error), **facts)
        else:
            self._take(piece, name, notes, block, item)

    def _take(self, piece: Piece, name: str, notes: Notes, block: Block, item: Item) -> None:
        for warning in block.warnings:
            self._warn(warning, source=piece.source)
        self._lost(block.texts, block.line)
        key = notes.first("id")
        if key and key in self._keys:
            message = f"the id {key} is there twice; Moodle keeps the first"
            self._warn(Fault("id_twice", block.line, message), key=key)
        self._keys.add(key)
        self.candidates.append(
            Candidate(
                item=item,
                where=Where(self._file, line=block.line),
                name=name,
                key=key,
                category=self._category,
                tags=notes.tags,
                point=notes.fact("point"),
                difficulty=notes.fact("difficulty"),
                lesson_key=notes.fact("lesson"),
                cards=notes.facts("card"),
                red_line=notes.is_red_line,
                points=notes.points,
                stimulus=notes.fact("stimulus"),
                source=piece.source,
            )
        )

    def _name(self, span: Span) -> tuple[str, Span]:
        """Return the title between double colons, and the rest."""
        if not span.text.startswith("::"):
            return "", span
        end = span.text.find("::", 2)
        if end < 0:
            self._warn(
                Fault("title_not_closed", span.line, ":: at the beginning is not closed by ::")
            )
            return "", span.cut(2).strip()
        return " ".join(restore(span.text[2:end]).split()), span.cut(end + 2).strip()

    def _description(self, piece: Piece, name: str, body: Span, notes: Notes) -> None:
        texts = Texts(MOODLE)
        text = texts.markdown(body.text)
        if not text:
            self._reject(piece, "text_missing", piece.span.line, "the description has no text")
            return
        self._lost(texts, body.line)
        key = notes.first("id") or f"description-{len(self.stimuli) + 1}"
        while key in self._stimulus_keys:
            key += "-2"
        self._stimulus_keys.add(key)
        where = Where(self._file, line=body.line)
        self.stimuli.append(Stimulus(key, text, where, name, self._category))

    def _lost(self, texts: Texts, line: int) -> None:
        if texts.lost:
            names = list(texts.lost)
            message = f"left out of the text: {', '.join(names)}"
            self._warn(Fault("html_lost", line, message), tags=names)

    def _warn(self, fault: Fault, **facts: object) -> None:
        where = Where(self._file, line=fault.line)
        self.issues.append(Issue(Severity.WARNING, fault.code, where, fault.message, facts))

    def _reject(self, piece: Piece, code: str, line: int, message: str, **facts: object) -> None:
        where = Where(self._file, line=line)
        self.issues.append(reject(code, where, message, piece.source, **facts))


def _taken_apart(body: Span, opens: int, notes: Notes) -> Block:
    """Take a question apart: the stem around the braces, the answers, the general feedback."""
    text = body.text
    closes = text.index("}")
    blank = "" if text.endswith("}") else BLANK
    stem = f"{text[:opens]}{blank}{text[closes + 1 :]}".strip()
    answers = body.cut(opens + 1, closes)
    explanation = ""
    general = answers.text.rfind("####")
    if general >= 0:
        explanation = answers.text[general + 4 :]
        answers = answers.cut(0, general)
    texts = Texts(split_format(stem, MOODLE)[0])
    return Block(
        line=body.line,
        stem=texts.markdown(stem),
        explanation=texts.markdown(explanation),
        answers=answers.strip(),
        texts=texts,
        notes=notes,
    )
