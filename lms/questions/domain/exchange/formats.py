"""The formats there are: their names, endings, readers and writers, and which of them a file is in.

What a file is in is found out from its content first and its name second, and said; what cannot be told becomes an
Issue, and the person chooses.
"""

import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO

from lms.issues import Issue, Severity, Where
from lms.questions.domain.exchange.aiken import parse_aiken, write_aiken
from lms.questions.domain.exchange.docx import parse_docx, write_docx
from lms.questions.domain.exchange.encoding import decode_text
from lms.questions.domain.exchange.gift import parse_gift, write_gift
from lms.questions.domain.exchange.moodle_xml import parse_moodle_xml
from lms.questions.domain.exchange.moodle_xml.writing import write_moodle_xml
from lms.questions.domain.exchange.plain_text import parse_text
from lms.questions.domain.exchange.qti import parse_qti
from lms.questions.domain.exchange.values import Outgoing, Parsed, reject
from lms.questions.domain.exchange.xlsx import ColumnMap, parse_xlsx, write_xlsx
from lms.questions.domain.exchange.yaml_bank import parse_yaml, write_yaml

XLSX, DOCX, TEXT, GIFT = "xlsx", "docx", "text", "gift"
AIKEN, MOODLE_XML, QTI, YAML = "aiken", "moodle-xml", "qti", "yaml"
DOCX_KEY = "docx-key"
"""A paper with its key, written only."""

Written = tuple[bytes, tuple[Issue, ...]]
Reader = Callable[[bytes, str], Parsed]
Writer = Callable[[Outgoing], Written]


def _read_text(data: bytes, file: str) -> Parsed:
    decoded = decode_text(data, file)
    if not decoded.encoding or (decoded.issues and not decoded.text):
        return Parsed(TEXT, issues=decoded.issues, encoding=decoded.encoding)
    parsed = parse_text(decoded.text, file)
    issues = (*decoded.issues, *parsed.issues)
    return replace(parsed, issues=issues, encoding=decoded.encoding)


@dataclass(frozen=True, slots=True)
class Format:
    """One format.

    Attributes:
        name: As in ``--format`` and in ``Parsed.format``.
        ending: Of the files that are written, with the dot.
        media_type: Of the files that are written.
        read: Reads a file; None for what is written only.
        write: Writes one; None for what is read only.
    """

    name: str
    ending: str
    media_type: str
    read: Reader | None = None
    write: Writer | None = None


_OFFICE = "application/vnd.openxmlformats-officedocument."
_WORD = f"{_OFFICE}wordprocessingml.document"
_ALL = (
    Format(XLSX, ".xlsx", f"{_OFFICE}spreadsheetml.sheet", parse_xlsx, write_xlsx),
    Format(DOCX, ".docx", _WORD, parse_docx, lambda bank: write_docx(bank, with_key=False)),
    Format(DOCX_KEY, ".docx", _WORD, None, lambda bank: write_docx(bank, with_key=True)),
    Format(TEXT, ".txt", "text/plain", _read_text),
    Format(GIFT, ".gift", "text/plain", parse_gift, write_gift),
    Format(AIKEN, ".txt", "text/plain", parse_aiken, write_aiken),
    Format(MOODLE_XML, ".xml", "application/xml", parse_moodle_xml, write_moodle_xml),
    Format(QTI, ".zip", "application/zip", parse_qti),
    Format(YAML, ".yml", "application/yaml", parse_yaml, write_yaml),
)
FORMATS: Mapping[str, Format] = {each.name: each for each in _ALL}
READ = tuple(each.name for each in _ALL if each.read)
WRITTEN = tuple(each.name for each in _ALL if each.write)


def read_file(
    name: str, data: bytes, file: str, mapping: Sequence[ColumnMap] | None = None
) -> Parsed:
    """Read a file in the format ``name``. Never raises but for a name that is none.

    Args:
        name: One of ``READ``.
        data: The file.
        file: Its name.
        mapping: What the columns of an xlsx mean; proposed from their headings when None.
    """
    if name == XLSX:
        parsed = parse_xlsx(data, file, mapping)
    else:
        reader = FORMATS[name].read
        if reader is None:
            raise ValueError(f"{name} is written only")
        parsed = reader(data, file)
    if parsed.candidates or any(issue.severity is Severity.ERROR for issue in parsed.issues):
        return parsed
    issue = Issue(Severity.ERROR, "nothing_found", Where(file), "no question was found in the file")
    return replace(parsed, issues=(*parsed.issues, issue))


@dataclass(frozen=True, slots=True)
class Detected:
    """What a file is in.

    Attributes:
        format: Its name; empty when it cannot be told.
        issues: Why it cannot be told, or that the name says something else.
    """

    format: str
    issues: tuple[Issue, ...] = ()


_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0"
_ENDINGS = {
    ".xlsx": XLSX, ".xlsm": XLSX, ".docx": DOCX, ".gift": GIFT, ".xml": MOODLE_XML, ".zip": QTI, ".imscc": QTI,
    ".yml": YAML, ".yaml": YAML,
}  # fmt: skip
_TEXTS = (GIFT, YAML)
_ROOT = re.compile(r"<(?:\w+:)?([A-Za-z_][\w.-]*)(?=[\s>/])")
_PROLOG = re.compile(r"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*|<!DOCTYPE[^>]*>\s*)*", re.DOTALL)
_WITHIN = 200_000
"""Characters looked at for marks."""
_MARKS: Mapping[str, re.Pattern[str]] = {
    GIFT: re.compile(
        r"^[ \t]*\$CATEGORY:|^[ \t]*::[^:\n]+::|(?<!\\)\{\s*(?:[=~#]|T(?:RUE)?\s*[}#]|F(?:ALSE)?\s*[}#])",
        re.MULTILINE,
    ),
    AIKEN: re.compile(r"^ANSWER:[ \t]*[A-Z][ \t]*$", re.MULTILINE),
    YAML: re.compile(r"^(?:-[ ]+(?:id|type):|items:[ \t]*$|stimuli:[ \t]*$)", re.MULTILINE),
    TEXT: re.compile(
        r"答[ \t]*案[ \t]*[】\]]?[ \t]*[:：]|【答案】|\[答案\]|正确答案|参考答案"
        r"|^[ \t]*[A-Ha-h][ \t]*[.、．)）]|[（(](?:单选|多选|判断)",
        re.MULTILINE,
    ),
}


def detect(data: bytes, file: str) -> Detected:
    """Find out what a file is in. Never raises.

    Args:
        data: The file, or the text that was pasted, in UTF-8.
        file: Its name; without an ending for pasted text.
    """
    named = _ENDINGS.get(_ending(file), "")
    if not data.strip():
        return _unknown("file_empty", file, "the file is empty")
    if data.startswith(_ZIP):
        found = _in_zip(data, file)
    elif data.startswith(_OLE):
        found = _old_office(file)
    else:
        found = _in_text(data, file, named)
    if found.format and named and named != found.format and not _is_qti_xml(found.format, named):
        message = f"the name says {named}, but the content is {found.format}; the content counts"
        facts = {"named": named, "found": found.format}
        issue = Issue(Severity.WARNING, "ending_differs", Where(file), message, facts)
        return Detected(found.format, (*found.issues, issue))
    return found


def _is_qti_xml(found: str, named: str) -> bool:
    return found == QTI and named == MOODLE_XML


def _ending(file: str) -> str:
    dot = file.rfind(".")
    return file[dot:].lower() if dot >= 0 else ""


def _in_zip(data: bytes, file: str) -> Detected:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, IndexError) as error:
        return _unknown("archive_broken", file, "the file is damaged", reason=str(error))
    if "xl/workbook.xml" in names:
        return Detected(XLSX)
    if "word/document.xml" in names:
        return Detected(DOCX)
    if any(name.rsplit("/", 1)[-1] == "imsmanifest.xml" for name in names):
        return Detected(QTI)
    if any(name.endswith(".xml") for name in names):
        return Detected(QTI)
    return _unknown(
        "format_unknown", file, "a packed file that is no workbook, no document and no QTI package"
    )


def _old_office(file: str) -> Detected:
    if _ending(file) in (".doc", ".dot", ".wps"):
        return _unknown("doc_old", file, "an old .doc; open it and save it as .docx")
    return Detected(XLSX)  # its reader says whether it is an old .xls or under a password


def _in_text(data: bytes, file: str, named: str) -> Detected:
    decoded = decode_text(data, file)
    if not decoded.text.strip():
        return Detected("", decoded.issues) if decoded.issues else _empty(file)
    text = decoded.text[:_WITHIN].removeprefix("\ufeff")
    if text.lstrip().startswith("<"):
        return _in_markup(text, file)
    if named in _TEXTS:
        return Detected(named)
    found = {name for name, marks in _MARKS.items() if marks.search(text)}
    if AIKEN in found and not re.search("答[ \t]*案", text):
        found.discard(TEXT)  # Aiken's options look like anybody's
    if GIFT in found and AIKEN not in found and not re.search("答[ \t]*案[ \t]*[:：】]", text):
        found.discard(TEXT)
    if len(found) == 1:
        return Detected(found.pop())
    names = ", ".join(sorted(found))
    if found:
        message = f"the text has marks of several formats ({names}); choose the format"
        return _unknown("format_unclear", file, message, source=text[:500], formats=names)
    message = "the text has no marks of a format that we know; choose the format"
    return _unknown("format_unknown", file, message, source=text[:500])


def _in_markup(text: str, file: str) -> Detected:
    prolog = _PROLOG.match(text)
    root = _ROOT.match(text, prolog.end() if prolog else 0)
    name = root[1] if root else ""
    if name == "quiz":
        return Detected(MOODLE_XML)
    if name in ("questestinterop", "assessmentTest", "assessmentItem", "manifest"):
        return Detected(QTI)
    message = f"an XML or HTML file that begins with <{name}>, neither Moodle XML nor QTI"
    return _unknown("format_unknown", file, message, source=text[:500])


def _empty(file: str) -> Detected:
    return _unknown("file_empty", file, "the file is empty")


def _unknown(code: str, file: str, message: str, source: str = "", **facts: object) -> Detected:
    return Detected("", (reject(code, Where(file), message, source, **facts),))
