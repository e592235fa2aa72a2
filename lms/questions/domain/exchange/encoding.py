"""Bytes of a text file to text, with the encoding said: nothing is guessed silently.

A byte order mark decides; without one the bytes are UTF-8 if they can be, else GB18030 if they can be **and** look
like Chinese. Bytes of Windows-1252 often are formally GB18030; they are refused, not turned into rubbish.
"""

import codecs
import re
from dataclasses import dataclass

from lms.issues import Issue, Severity, Where
from lms.questions.domain.exchange.values import reject

UTF_8 = "UTF-8"
UTF_8_BOM = "UTF-8 (BOM)"
UTF_16_LE = "UTF-16 LE"
UTF_16_BE = "UTF-16 BE"
GB18030 = "GB18030"

_MARKS = (
    (codecs.BOM_UTF8, UTF_8_BOM, "utf-8"),
    (codecs.BOM_UTF16_LE, UTF_16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, UTF_16_BE, "utf-16-be"),
)
#: A character of GB 2312, as nearly all Chinese text consists of, or any other beyond ASCII.
_GB_CHARACTER = re.compile(
    rb"(?P<common>[\xa1-\xf7][\xa1-\xfe])|[\x81-\xfe][\x30-\x39][\x81-\xfe][\x30-\x39]|[\x81-\xfe][\x40-\xfe]"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_SHOWN = 60
_LINES_NAMED = 20


@dataclass(frozen=True, slots=True)
class DecodedText:
    """A text file as read.

    Attributes:
        text: Its text with line feeds only and without control characters; empty when it cannot be read.
        encoding: UTF-8, UTF-8 (BOM), UTF-16 LE, UTF-16 BE or GB18030; empty when it cannot be read.
        issues: Why it cannot be read, or which characters were left out.
    """

    text: str
    encoding: str
    issues: tuple[Issue, ...] = ()


def decode_text(data: bytes, file: str) -> DecodedText:
    """Read the bytes of a text file.

    Args:
        data: The whole file.
        file: Its name, for Issues.

    Returns:
        The text and its encoding. Bytes that fit no encoding give the Issue ``encoding_unknown`` with the
        offset of the first byte at fault; NUL gives ``nul_character`` and no text, because such a file is
        no text or was cut; other control characters are left out with the warning ``control_characters``.
    """
    for mark, name, codec in _MARKS:
        if data.startswith(mark):
            return _decoded(data, file, name, codec, len(mark))
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _chinese(data, file, error.start)
    return _decoded(data, file, UTF_8, "utf-8", 0)


def _chinese(data: bytes, file: str, offset: int) -> DecodedText:
    """Read bytes that are not UTF-8; ``offset`` is the first byte that shows it."""
    try:
        data.decode("gb18030")
    except UnicodeDecodeError:
        return _unknown(data, file, offset)
    kinds = [match["common"] is not None for match in _GB_CHARACTER.finditer(data)]
    if sum(kinds) * 2 < len(kinds):
        return _unknown(data, file, offset)
    return _decoded(data, file, GB18030, "gb18030", 0)


def _unknown(data: bytes, file: str, offset: int) -> DecodedText:
    issue = reject(
        "encoding_unknown",
        Where(file=file),
        f"Byte {offset} fits neither UTF-8 nor Chinese GB18030; save the file as UTF-8.",
        _around(data, offset),
        offset=offset,
    )
    return DecodedText("", "", (issue,))


def _decoded(data: bytes, file: str, name: str, codec: str, start: int) -> DecodedText:
    try:
        text = data[start:].decode(codec)
    except UnicodeDecodeError as error:
        offset = start + error.start
        issue = reject(
            "encoding_broken",
            Where(file=file),
            f"The file says that it is {name}, but byte {offset} cannot be read.",
            _around(data, offset),
            encoding=name,
            offset=offset,
        )
        return DecodedText("", name, (issue,))
    nul = text.find("\0")
    if nul >= 0:
        line = text.count("\n", 0, nul) + 1
        offset = start + len(text[:nul].encode(codec))
        issue = reject(
            "nul_character",
            Where(file=file, line=line),
            f"Byte {offset} is a NUL character: this is no text file, or it was cut.",
            _around(data, offset),
            offset=offset,
        )
        return DecodedText("", name, (issue,))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _CONTROL.search(text) is None:
        return DecodedText(text, name)
    return _without_controls(text, name, file)


def _without_controls(text: str, name: str, file: str) -> DecodedText:
    """Leave control characters out and say where they stood."""
    lines: list[int] = []
    count = 0
    first = ""
    for number, line in enumerate(text.split("\n"), start=1):
        found = len(_CONTROL.findall(line))
        if found:
            first = first or line[:_SHOWN]
            lines.append(number)
            count += found
    issue = Issue(
        Severity.WARNING,
        "control_characters",
        Where(file=file, line=lines[0]),
        f"{count} control characters were left out, the first in line {lines[0]}.",
        {"count": count, "lines": lines[:_LINES_NAMED], "source": _CONTROL.sub("\ufffd", first)},
    )
    return DecodedText(_CONTROL.sub("", text), name, (issue,))


def _around(data: bytes, offset: int) -> str:
    """Return readable text around a byte, with what cannot be read shown as the replacement character."""
    piece = data[max(0, offset - _SHOWN // 2) : offset + _SHOWN // 2]
    return _CONTROL.sub("\ufffd", piece.decode("utf-8", "replace"))
