"""Authored Markdown to safe HTML, block by block, so that reading progress can name a paragraph.

Beyond CommonMark with tables: call-outs ``::: tip|warn|redline|example|note [title]``, conversations
``::: chat``, cards ``::: card <id>`` and inline places to replace ``[[field：value]]``.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from itertools import pairwise

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.container import container_plugin

CALLOUTS = ("tip", "warn", "redline", "example", "note")
_SPEAKERS = {"买家": "buyer", "客服": "agent", "旁白": "narrator"}
_REPLACE = re.compile(r"\[\[([^\[\]：:]{1,30})[：:]([^\[\]]{1,200})\]\]")
_TAGS = {
    "a", "abbr", "aside", "b", "blockquote", "br", "cite", "code", "del", "dd", "div", "dl", "dt", "em",
    "figcaption", "figure", "h2", "h3", "h4", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p",
    "pre", "s", "span", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "u", "ul",
}  # fmt: skip
_ATTRIBUTES = {
    "*": {"class", "id", "lang", "title"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height", "loading"},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align", "scope"},
    "ol": {"start"},
    "div": {"data-block", "role", "tabindex", "aria-label"},
}


@dataclass(frozen=True, slots=True)
class Block:
    """One top-level piece of a text.

    Attributes:
        key: ``b1``, ``b2``, … in reading order.
        html: Sanitised HTML.
        heading: The heading's text when the block is one, else empty.
    """

    key: str
    html: str
    heading: str = ""


def _bold(state: StateInline, silent: bool) -> bool:
    """``**bold**`` wherever it stands.

    CommonMark wants a space or Latin punctuation around emphasis, so 「**真的吗？**本店」 would keep its
    asterisks; Chinese is written without spaces.
    """
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
    for name in (*CALLOUTS, "chat", "card"):
        parser.use(container_plugin, name)
    return parser


_PARSER = _parser()


MEDIA_PATH = "/item-media/"
"""Where pictures of items are served by their content: ``media:<sha256>.<ending>`` in authored text."""
_MEDIA = re.compile(r'(?<= src=")media:([0-9a-f]{64}\.(?:png|jpg|gif|webp))(?=")')


def sanitise(html: str) -> str:
    """Return ``html`` with only the tags and attributes that authored text may hold."""
    return nh3.clean(
        _MEDIA.sub(rf"{MEDIA_PATH}\1", html),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )


def render_blocks(
    text: str,
    *,
    language: str = "zh_Hans",
    media_url: Callable[[str], str] = lambda path: path,
    cards: Mapping[str, str] | None = None,
) -> list[Block]:
    """Render ``text`` into its top-level blocks.

    Args:
        text: Markdown.
        language: In which the text is written and its tables are named: ``en``, or Chinese.
        media_url: Turns a relative picture path into an address.
        cards: HTML of each card that ``::: card <id>`` may show; an unknown id shows its id, the content
            check reports it.
    """
    tokens = _PARSER.parse(text)
    blocks: list[Block] = []
    start = 0
    depth = 0
    for index, token in enumerate(tokens):
        depth += token.nesting
        if depth == 0:
            piece = tokens[start : index + 1]
            html = _piece(piece, media_url, cards or {})
            if piece[0].type == "table_open":
                html = _scrolling(html, piece, language)
            html = sanitise(html)
            heading = piece[1].content if piece[0].type == "heading_open" else ""
            blocks.append(Block(f"b{len(blocks) + 1}", html, heading))
            start = index + 1
    return blocks


def render_inline(text: str) -> str:
    """Render a short text (an item's stem, an option, feedback) into safe HTML."""
    return sanitise(_mark_places(_PARSER.render(text)))


def render_option(text: str) -> str:
    """Render one line of text without a surrounding paragraph."""
    return sanitise(_mark_places(_PARSER.renderInline(text)))


def _piece(tokens: list[Token], media_url: Callable[[str], str], cards: Mapping[str, str]) -> str:
    opener = tokens[0]
    if opener.type == "container_card_open":
        key = opener.info.strip().removeprefix("card").strip()
        return cards.get(key, f'<div class="card-missing">{escape(key)}</div>')
    if opener.type == "container_chat_open":
        return _chat(tokens)
    for name in CALLOUTS:
        if opener.type == f"container_{name}_open":
            title = opener.info.strip().removeprefix(name).strip()
            inner = _render(tokens[1:-1], media_url)
            head = f'<p class="callout-title">{escape(title)}</p>' if title else ""
            return f'<div class="callout callout-{name}" role="note">{head}{inner}</div>'
    return _render(tokens, media_url)


def _scrolling(html: str, tokens: list[Token], language: str) -> str:
    """Put a table into a box that scrolls sideways, reached by keyboard, named by the table's headings."""
    heads = [
        "".join(child.content for child in after.children or [])
        for token, after in pairwise(tokens)
        if token.type == "th_open"
    ]
    label, comma = ("Table: ", ", ") if language == "en" else ("表格：", "、")
    name = escape(label + comma.join(head for head in heads if head))
    return f'<div class="table-scroll" role="region" tabindex="0" aria-label="{name}">{html}</div>'


def _render(tokens: list[Token], media_url: Callable[[str], str]) -> str:
    for token in tokens:
        for child in token.children or []:
            if child.type == "image":
                child.attrSet("src", media_url(str(child.attrGet("src") or "")))
                child.attrSet("loading", "lazy")
    html = _PARSER.renderer.render(tokens, _PARSER.options, {})
    return _mark_places(_figures(html))


_LONE_IMAGE = re.compile(r"<p>(<img [^>]*>)</p>")
_TITLE = re.compile(r" title=\"([^\"]*)\"")


def _figures(html: str) -> str:
    """Make a picture that stands alone a figure; its title becomes the caption."""

    def figure(match: re.Match[str]) -> str:
        title = _TITLE.search(match[1])
        if title is None:
            return f"<figure>{match[1]}</figure>"
        image = match[1].replace(title[0], "")
        return f"<figure>{image}<figcaption>{title[1]}</figcaption></figure>"

    return _LONE_IMAGE.sub(figure, html)


def _mark_places(html: str) -> str:
    """Mark each ``[[field：value]]``: a place that the customer's organisation replaces."""
    return _REPLACE.sub(r'<mark class="place" title="\1">\2</mark>', html)


def _chat(tokens: list[Token]) -> str:
    title = tokens[0].info.strip().removeprefix("chat").strip()
    lines: list[str] = []
    for token in tokens:
        if token.type == "inline":
            lines.extend(line.strip() for line in token.content.splitlines() if line.strip())
    rows = [_chat_line(line) for line in lines]
    head = f'<p class="chat-title">{escape(title)}</p>' if title else ""
    return f'<div class="chat">{head}{"".join(rows)}</div>'


def _chat_line(line: str) -> str:
    speaker, _, words = line.partition("：")
    side = _SPEAKERS.get(speaker.strip())
    if side is None:
        return f'<p class="chat-line chat-narrator">{_words(line)}</p>'
    verdict = ""
    for sign, name, label in (("✓", "good", "可取"), ("✗", "bad", "不可取")):
        if words.rstrip().endswith(sign):
            words = words.rstrip().removesuffix(sign).rstrip()
            verdict = (
                f'<span class="chat-verdict chat-{name}" title="{label}">{sign} {label}</span>'
            )
    return (
        f'<p class="chat-line chat-{side}"><span class="chat-who">{escape(speaker.strip())}</span>'
        f'<span class="chat-words">{_words(words)}</span>{verdict}</p>'
    )


def _words(text: str) -> str:
    return _mark_places(_PARSER.renderInline(text))
