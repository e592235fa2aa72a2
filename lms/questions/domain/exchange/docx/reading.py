"""A Word document to the lines of a paper: paragraphs with their numbers, tables, pictures, and what was lost."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lms.issues import Issue, Severity, Where
from lms.questions.domain.exchange.archive import Limits, read_archive
from lms.questions.domain.exchange.docx.numbering import (
    Numbering,
    W,
    as_number,
    read_numbering,
    value_of,
)
from lms.questions.domain.exchange.docx.runs import Piece, joined, pieces_of
from lms.questions.domain.exchange.pictures import read_picture
from lms.questions.domain.exchange.plain_text import Line, parse_lines
from lms.questions.domain.exchange.plain_text.marks import read_option
from lms.questions.domain.exchange.safe_xml import parse_xml
from lms.questions.domain.exchange.values import Parsed
from lms.questions.domain.exchange.xlsx.parts import relations

if TYPE_CHECKING:
    from lxml import etree  # type: ignore[import-untyped]  # lxml ships no types

_LIMITS = Limits(members=3000, total=192 * 1024 * 1024, free=48 * 1024 * 1024)
_DOCUMENT = "word/document.xml"
_OLE = b"\xd0\xcf\x11\xe0"
_LOST = {
    "footnoteReference": "footnote", "endnoteReference": "footnote", "oMath": "equation", "oMathPara": "equation",
    "object": "embedded object", "txbxContent": "text box", "del": "deleted text", "ins": "inserted text",
    "chart": "chart", "commentReference": "comment",
}  # fmt: skip
_KEY_ROW = re.compile(r"题\s*号|序\s*号|No\.?", re.IGNORECASE)
_ANSWER_ROW = re.compile(r"(?:参考|正确)?答\s*案|Answers?", re.IGNORECASE)
_MAX_DEPTH = 4


@dataclass(slots=True)
class _Document:
    """One document while it is read."""

    file: str
    parts: Mapping[str, bytes]
    targets: Mapping[str, str]
    numbering: Numbering
    lines: list[Line] = field(default_factory=list)
    media: dict[str, bytes] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)

    @property
    def next_line(self) -> int:
        return len(self.lines) + 1

    def add(self, text: str, marked: tuple[str, ...] = ()) -> None:
        self.lines.append(Line(self.next_line, text.strip(), marked))

    def picture(self, relation: str) -> str:
        """Return the Markdown of a picture, which is read once; empty, with an Issue, when it is none."""
        path = self.targets.get(relation, "")
        if path not in self.names:
            self.names[path] = self._read_picture(path)
        return f"![](media:{self.names[path]})" if self.names[path] else ""

    def _read_picture(self, path: str) -> str:
        where = Where(self.file, line=self.next_line)
        if path not in self.parts:
            message = "a picture is not in the document"
            self.issues.append(
                Issue(Severity.ERROR, "picture_missing", where, message, {"picture": path})
            )
            return ""
        picture = read_picture(self.parts[path], path, where)
        if isinstance(picture, Issue):
            self.issues.append(picture)
            return ""
        self.media[picture.name] = picture.content
        return picture.name


def parse_docx(data: bytes, file: str) -> Parsed:
    """Read a Word document in the layout of ``parse_text``.

    Automatic numbers are read as the text that Word shows, tables become Markdown, pictures are kept. What stands
    in text boxes, notes and equations, and what bold, colour or underlining may say, is reported, never guessed.

    Args:
        data: The file.
        file: Its name.

    Returns:
        Everything understood; the line of an Issue counts paragraphs. Never raises.
    """
    parts, refusal = _unpacked(data, file)
    if refusal is not None:
        return Parsed("docx", issues=(refusal,))
    tree = parse_xml(parts[_DOCUMENT], file)
    if tree.root is None:
        return Parsed("docx", issues=tree.issues)
    document = _Document(file, parts, relations(parts, _DOCUMENT), read_numbering(parts))
    body = tree.root.find(f"{W}body")
    if body is not None:
        _read_blocks(document, body, 0)
    _report_lost(document, tree.root)
    parsed = parse_lines(document.lines, "docx", file, document.media)
    issues = (*tree.issues, *document.issues, *parsed.issues)
    return Parsed("docx", parsed.candidates, parsed.stimuli, issues, document.media)


def _unpacked(data: bytes, file: str) -> tuple[Mapping[str, bytes], Issue | None]:
    code, message = "", ""
    if not data:
        code, message = "file_empty", "the file is empty"
    elif data.startswith(_OLE) and "EncryptedPackage".encode("utf-16-le") in data:
        code, message = "docx_locked", "the file is under a password; save it without one"
    elif data.startswith(_OLE):
        code, message = "docx_old", "the file is an old .doc; open it and save it as .docx"
    elif not data.startswith(b"PK\x03\x04"):
        code, message = "not_docx", "the file is not a Word document (.docx)"
    if code:
        return {}, Issue(Severity.ERROR, code, Where(file), message)
    archive = read_archive(data, file, _LIMITS)
    if _DOCUMENT in archive.files:
        return archive.files, None
    if archive.issues and not archive.files:
        return {}, archive.issues[0]
    message = "the file is a zip, but not a Word document (.docx)"
    return {}, Issue(Severity.ERROR, "not_docx", Where(file), message)


def _report_lost(document: _Document, root: "etree._Element") -> None:
    """Add a warning for each kind of thing that lines cannot hold, with how often it is there."""
    counts: dict[str, int] = {}
    for element in root.iter(*(f"{{*}}{name}" for name in _LOST)):
        kind = _LOST[str(element.tag).rsplit("}", 1)[-1]]
        if kind == "deleted text" or kind == "inserted text":
            kind = "tracked change"
        counts[kind] = counts.get(kind, 0) + 1
    for kind, count in counts.items():
        message = f"the document has {kind} {count} times; look whether the questions still say it"
        facts = {"kind": kind, "count": count}
        where = Where(document.file)
        document.issues.append(Issue(Severity.WARNING, "docx_lost", where, message, facts))


def _read_blocks(document: _Document, parent: "etree._Element", depth: int) -> None:
    for element in parent:
        if element.tag == f"{W}p":
            for text, marked in _paragraph(document, element):
                document.add(text, marked)
        elif element.tag == f"{W}tbl":
            _table(document, element)
        elif element.tag == f"{W}sdt":
            content = element.find(f"{W}sdtContent")
            if content is not None and depth < _MAX_DEPTH:
                _read_blocks(document, content, depth + 1)


def _paragraph(
    document: _Document, element: "etree._Element"
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the lines of a paragraph, the first with its number."""
    number = _number(document, element)
    pieces = pieces_of(element, document.picture)
    lines: list[list[Piece]] = [[]]
    for piece in pieces:
        first, *rest = piece.text.split("\n")
        lines[-1].append(piece.with_text(first))
        lines.extend([[piece.with_text(text)] for text in rest])
    for at, line in enumerate(lines):
        text, marked = joined(line)
        front = f"{number} " if number and at == 0 else ""
        yield front + text.strip(), marked


def _number(document: _Document, element: "etree._Element") -> str:
    properties = element.find(f"{W}pPr")
    if properties is None:
        return ""
    numbers = properties.find(f"{W}numPr")
    if numbers is not None and value_of(numbers, "numId"):
        list_id, level = value_of(numbers, "numId"), as_number(value_of(numbers, "ilvl"), 0)
    else:
        style = value_of(properties, "pStyle")
        list_id, level = document.numbering.styles.get(style, ("", 0))
    return document.numbering.next(list_id, level) if list_id not in {"", "0"} else ""


def _table(document: _Document, table: "etree._Element") -> None:
    rows = [
        [_cell(document, cell) for cell in row.iterfind(f"{W}tc")]
        for row in table.iterfind(f"{W}tr")
    ]
    rows = [row for row in rows if any(text for cell in row for text, _ in cell)]
    if not rows:
        return
    flat = [line for row in rows for cell in row for line in cell]
    if all(len(row) == 1 for row in rows) or all(read_option(text) for text, _ in flat if text):
        for text, marked in flat:
            document.add(text, marked)
        return
    if _is_key(rows):
        _add_key(document, rows)
        return
    width = max(len(row) for row in rows)
    for at, row in enumerate(rows):
        texts = [" ".join(text for text, _ in cell).replace("|", "\\|") for cell in row]
        texts += [""] * (width - len(texts))
        document.add(f"| {' | '.join(texts)} |")
        if at == 0:
            document.add(f"|{' --- |' * width}")
    document.add("")


_CellLines = list[tuple[str, tuple[str, ...]]]


def _cell(document: _Document, cell: "etree._Element") -> _CellLines:
    lines: _CellLines = []
    for paragraph in cell.iter(f"{W}p"):
        lines.extend(line for line in _paragraph(document, paragraph) if line[0])
    return lines or [("", ())]


def _is_key(rows: list[list[_CellLines]]) -> bool:
    """Say whether a table is a key: a row of numbers over a row of answers."""
    if len(rows) % 2:
        return False
    return all(
        (_KEY_ROW if at % 2 == 0 else _ANSWER_ROW).fullmatch(row[0][0][0].strip())
        for at, row in enumerate(rows)
    )


def _add_key(document: _Document, rows: list[list[_CellLines]]) -> None:
    document.add("参考答案")
    for upper, lower in zip(rows[::2], rows[1::2], strict=True):
        pairs = zip(upper[1:], lower[1:], strict=False)
        document.add("  ".join(f"{n[0][0]}.{a[0][0]}" for n, a in pairs if a[0][0]))
