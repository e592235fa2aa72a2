"""What GIFT's reader and writer share: escapes, text formats, pieces of a file that know their line."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from markdown_it import MarkdownIt

HTML, MARKDOWN, MOODLE, PLAIN = "html", "markdown", "moodle", "plain"
FORMATS = frozenset({HTML, MARKDOWN, MOODLE, PLAIN})

CATEGORY = "$CATEGORY:"
BLANK = "_____"
"""Stands in the stem for answers in the middle of a sentence, as in Moodle."""

#: While a question is taken apart, an escaped character is one that no text file has.
_SIGNS = "~=#{}:\n"
_HIDDEN = "\x01\x02\x03\x04\x05\x06\x07"
_ESCAPED = re.compile(r"\\([\\~=#{}:n])")
_HIDE = {"\\": "\\", "n": "\x07", **dict(zip(_SIGNS[:-1], _HIDDEN[:-1], strict=True))}
_RESTORE = str.maketrans(_HIDDEN, _SIGNS)
_ESCAPE = str.maketrans(
    {"\\": "\\\\", "\n": "\\n", "\r": "", **{sign: f"\\{sign}" for sign in _SIGNS[:-1]}}
)
_FORMAT = re.compile(r"\[(html|markdown|moodle|plain)\]")
_RAW_HTML = MarkdownIt("commonmark", {"html": True}).enable("table")


def hide_escapes(text: str) -> str:
    """Return ``text`` with every escape as one character that means nothing to the syntax."""
    return _ESCAPED.sub(lambda match: _HIDE[match[1]], text) if "\\" in text else text


def restore(text: str) -> str:
    """Return ``text`` with the characters that were escaped."""
    return text.translate(_RESTORE)


def escape(text: str) -> str:
    """Return ``text`` with everything escaped that GIFT would read; on one line."""
    return text.translate(_ESCAPE)


def split_format(text: str, default: str) -> tuple[str, str]:
    """Return the format that a text names at its beginning, and the rest; else ``default`` and the text."""
    match = _FORMAT.match(text)
    return (default, text) if match is None else (match[1], text[match.end() :])


def html_within(text: str) -> str | None:
    """Return Markdown that holds HTML as HTML altogether; None when there is no HTML in it."""
    if "<" not in text:
        return None
    tokens = _RAW_HTML.parse(text)
    kinds = {token.type for token in tokens}
    kinds |= {child.type for token in tokens for child in token.children or ()}
    return str(_RAW_HTML.render(text)) if kinds & {"html_block", "html_inline"} else None


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a file.

    Attributes:
        text: Its text, escapes hidden.
        line: The line in which it begins.
    """

    text: str
    line: int

    def strip(self) -> Self:
        """Return it without white space around, beginning where its text begins."""
        text = self.text.lstrip()
        if len(text) == len(self.text):
            stripped = text.rstrip()
            return self if len(stripped) == len(text) else type(self)(stripped, self.line)
        skipped = self.text.count("\n", 0, len(self.text) - len(text))
        return type(self)(text.rstrip(), self.line + skipped)

    def cut(self, start: int, end: int | None = None) -> Self:
        """Return a part of it."""
        return type(self)(self.text[start:end], self.line + self.text.count("\n", 0, start))

    def split(self, separator: re.Pattern[str]) -> Iterator[Self]:
        """Return the parts that begin at each match, after what stands before the first."""
        begin, line = 0, self.line
        for match in separator.finditer(self.text):
            yield type(self)(self.text[begin : match.start()], line)
            line += self.text.count("\n", begin, match.start())
            begin = match.start()
        yield type(self)(self.text[begin:], line)


class GiftError(Exception):
    """A question cannot be taken over.

    Args:
        code: Names the rule.
        line: The line at fault.
        message: The English sentence.
        facts: Fill the sentence for people.
    """

    def __init__(self, code: str, line: int, message: str, **facts: object) -> None:
        super().__init__(message)
        self.code = code
        self.line = line
        self.facts = facts
