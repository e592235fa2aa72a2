"""Texts of a GIFT question in its four formats to Markdown."""

import re

from lms.questions.domain.exchange.gift.syntax import (
    HTML,
    MARKDOWN,
    MOODLE,
    html_within,
    restore,
    split_format,
)
from lms.questions.domain.exchange.html import has_tags, html_to_markdown
from lms.questions.domain.exchange.markdown_text import is_harmless, text_to_markdown

_ENTITY = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,30}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_BESIDE_TAG = re.compile(r"\n(?=<)|(?<=>)\n")
_BLOCKS = re.compile(r"^(?:[-|>`#]|[0-9]+\. )", re.MULTILINE)


class Texts:
    """Reads the texts of one question and keeps the names of the HTML that was lost.

    Args:
        default: The format where a text does not name its own: that of the stem.
    """

    def __init__(self, default: str) -> None:
        self.default = default
        self.lost: dict[str, None] = {}

    def markdown(self, text: str) -> str:
        """Return a text, escapes hidden, as Markdown."""
        text = text.strip()
        if not text or is_harmless(text):
            return text
        name, text = split_format(text, self.default)
        text = restore(text).strip()
        if name == MARKDOWN:
            html = html_within(text)
            return text if html is None else self._from_html(html)
        if name == HTML:
            return self._from_html(text)
        if name == MOODLE and (has_tags(text) or _ENTITY.search(text)):
            lines = _BESIDE_TAG.sub(" ", text)
            return self._from_html(lines.replace("\n", "<br>"))
        return text_to_markdown(text)

    def line(self, text: str) -> str:
        """Return a text as Markdown within a line: paragraphs become lines."""
        found = self.markdown(text)
        if "\n\n" not in found or _BLOCKS.search(found) or self.default == MARKDOWN:
            return found
        return found.replace("\n\n", "  \n")

    def label(self, text: str) -> str:
        """Return a text that has no format of its own, such as a choice of a matching question."""
        text = restore(text).strip()
        return text if self.default == MARKDOWN else text_to_markdown(text)

    def plain(self, text: str) -> str:
        """Return a text that is compared with what people type; a format named before it says nothing."""
        return restore(split_format(text.strip(), self.default)[1]).strip()

    def _from_html(self, html: str) -> str:
        text, lost = html_to_markdown(html)
        self.lost.update(dict.fromkeys(lost))
        return text.strip()
