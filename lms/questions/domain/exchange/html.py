"""HTML of other systems to the house's Markdown by an allow-list, and back.

A tag is what has the shape of one: ``a < b`` and ``<stdio.h>`` are text. Every tag that is not on the list is left
out and named; its text stays. The scanner is linear: quotation marks are matched without going back.
"""

import re
from collections.abc import Callable, Mapping
from html import unescape
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

from lms.questions.domain.exchange.html_builder import Builder
from lms.questions.domain.exchange.markdown_text import (
    collapsed,
    is_harmless,
    text_to_markdown,
    without_marks,
)

_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>[A-Za-z][A-Za-z0-9]*+(?:[:-][A-Za-z0-9]++)*+)"
    r"(?P<attributes>(?:\s++[A-Za-z_:@][-\w:.@]*+"
    r"(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s\"'<>=`]++)|(?=[\s/>])))*+)\s*+/?>"
)
_ATTRIBUTE = re.compile(
    r"\s([A-Za-z_:@][-\w:.@]*)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'<>=`]+)))?"
)
_DECLARATION = re.compile(r"<(?:![A-Za-z\[]|\?)[^<>]*>")
#: Attributes that stand without a value; any other word means that this is text, as in ``a <b and c> d``.
_BARE = frozenset({
    "allowfullscreen", "async", "autoplay", "border", "checked", "controls", "default", "defer", "disabled", "hidden",
    "loop", "multiple", "muted", "nowrap", "noshade", "open", "playsinline", "readonly", "required", "selected",
})  # fmt: skip
#: Elements whose text is no text for people.
_SILENT = frozenset(
    {"script", "style", "head", "title", "template", "noscript", "iframe", "object", "svg"}
)
_MARKUP = re.compile("[<&]")


class _Scanner:
    """Splits HTML into text and tags and gives them to a builder."""

    def __init__(self, html: str, builder: Builder) -> None:
        self._html = html
        self._builder = builder
        self._missing: set[str] = set()

    def run(self) -> None:
        """Go through the HTML once."""
        html, start, at = self._html, 0, 0
        while (at := html.find("<", at)) >= 0:
            end = self._tag_end(at)
            if end is None:
                at += 1
                continue
            self._builder.text(unescape(html[start : end.begin]))
            start = at = end.after
            if end.match is not None:
                start = at = self._tag(end.match)
        self._builder.text(unescape(html[start:]))

    def _tag_end(self, at: int) -> "_Found | None":
        if self._html.startswith("<!--", at):
            after = self._find("-->", at + 4)
            return None if after is None else _Found(at, after, None)
        match = _TAG.match(self._html, at)
        if match is not None:
            return _Found(at, match.end(), match) if _is_tag(match["attributes"]) else None
        match = _DECLARATION.match(self._html, at)
        return None if match is None else _Found(at, match.end(), None)

    def _tag(self, match: re.Match[str]) -> int:
        """Give a tag to the builder and return the place behind it, or behind what it silences."""
        name = match["name"].lower()
        if match["close"]:
            self._builder.close(name)
            return match.end()
        if name in _SILENT:
            self._builder.lose(name)
            after = None
            if not match[0].endswith("/>"):
                after = self._find(f"</{name}", match.end())
            if after is None:
                return match.end()
            close = self._html.find(">", after)
            return len(self._html) if close < 0 else close + 1
        self._builder.open(name, _attributes(match["attributes"]))
        return match.end()

    def _find(self, words: str, start: int) -> int | None:
        """Return the place behind ``words``; what was not found once is not looked for again."""
        if words in self._missing:
            return None
        found = re.compile(re.escape(words), re.IGNORECASE).search(self._html, start)
        if found is None:
            self._missing.add(words)
            return None
        return found.end()


class _Found(NamedTuple):
    """A tag or something to leave out: where it begins, the place behind it, and the tag."""

    begin: int
    after: int
    match: re.Match[str] | None


def _is_tag(attributes: str) -> bool:
    if not attributes.strip():
        return True
    return all(
        "=" in found[0] or found[1].lower() in _BARE for found in _ATTRIBUTE.finditer(attributes)
    )


def _attributes(text: str) -> Mapping[str, str]:
    return {
        found[1].lower(): unescape(found[2] or found[3] or found[4] or "")
        for found in _ATTRIBUTE.finditer(text)
    }


def html_to_markdown(html: str) -> tuple[str, tuple[str, ...]]:
    """Return HTML as Markdown of the house's dialect.

    Kept: paragraphs, line breaks, bold, italics, code, lists, tables, headings, quotations, pictures with the name
    of their source, links with their address. Underlining becomes bold, subscript and superscript become such
    characters where they exist, formulas in MathML become one line of text; LaTeX stays text.

    Args:
        html: HTML, whole or in pieces, however broken.

    Returns:
        The Markdown, and the names of what could not be kept, each once: elements such as ``iframe``, and
        ``math``, ``sub``, ``sup``, ``u``, ``colspan``, ``rowspan`` where the meaning stays but not the form.
    """
    if is_harmless(html):
        return html, ()
    html = without_marks(html)
    if _MARKUP.search(html) is None:
        return text_to_markdown(collapsed(html).strip()), ()
    builder = Builder()
    _Scanner(html, builder).run()
    return builder.finish()


def has_tags(text: str) -> bool:
    """Say whether ``text`` holds anything with the shape of a tag."""
    return any(_is_tag(match["attributes"]) for match in _TAG.finditer(text))


def _bold(state: StateInline, silent: bool) -> bool:
    """``**bold**`` wherever it stands: the rule of ``lms.web.markdown``, because Chinese has no spaces."""
    start = state.pos + 2
    end = state.src.find("**", start)
    if not state.src.startswith("**", state.pos) or end <= start or end + 2 > state.posMax:
        return False
    if state.src[start].isspace() or state.src[end - 1].isspace():
        return False
    if not silent:
        whole = state.posMax
        state.push("strong_open", "strong", 1).markup = "**"
        state.pos, state.posMax = start, end
        state.md.inline.tokenize(state)
        state.push("strong_close", "strong", -1).markup = "**"
        state.posMax = whole
    state.pos = end + 2
    return True


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")
    parser.inline.ruler.before("emphasis", "bold", _bold)
    return parser


_RENDER: Callable[[str], str] = _parser().render


def markdown_to_html(text: str) -> str:
    """Return the house's Markdown as HTML: CommonMark with tables; HTML within it is shown, not obeyed."""
    return str(_RENDER(text)).strip()
