"""Texts of Moodle XML: four formats and embedded files to Markdown and pictures, and back."""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape, unescape
from typing import Protocol
from urllib.parse import unquote

from lxml import etree  # type: ignore[import-untyped]  # lxml ships no types
from markdown_it import MarkdownIt

from lms.issues import Issue, Severity, Where
from lms.questions.domain.exchange.html import html_to_markdown, markdown_to_html
from lms.questions.domain.exchange.markdown_text import text_to_markdown
from lms.questions.domain.exchange.pictures import Picture, read_picture

HTML = "html"
MARKDOWN = "markdown"
AUTO = "moodle_auto_format"
PLAIN = "plain_text"
FORMATS = (HTML, MARKDOWN, AUTO, PLAIN)

_PLUGIN = "@@PLUGINFILE@@"
_TAG_WITH_FILE = re.compile(r"<(\w+)\b([^<>]*)>")
_FILE_IN_HTML = re.compile(r"@@PLUGINFILE@@/([^\"'<>?]*)[^\"'<>]*")
_FILE_IN_MARKDOWN = re.compile(r"@@PLUGINFILE@@/([^)\s>\"?]*)[^)\s>\"]*")
_INLINE_PICTURE = re.compile(
    r"""(?<=["'])data:image/[\w.+-]{1,40};base64,([A-Za-z0-9+/=\s%]*)(?=["'])"""
)
_MEDIA = re.compile(r"media:([0-9a-f]{64}\.[a-z]{3,4})")
#: What is the same in Markdown and in HTML but for the three characters that HTML escapes.
_SIMPLE = re.compile(
    r"(?!\d+[.)](?: |\Z))[^\W_](?:[^\W_]|[ ,;:?'\"()/%@.!=+\-，。、；：？！“”‘’（）《》【】…—])*\Z"
)
_BOLD = re.compile(r"(?<!\*)\*\*([^*\s](?:[^*]*[^*\s])?)\*\*(?!\*)")
_ONE_PARAGRAPH = re.compile(r"<p>((?:(?!</?p[ >]).)*)</p>\s*\Z", re.DOTALL)
_UNWRITABLE = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_RAW_HTML = MarkdownIt("commonmark", {"html": True}).enable("table")


def to_markdown(raw: str, text_format: str) -> tuple[str, tuple[str, ...]]:
    """Return a text of Moodle as Markdown, and the names of what its HTML held and Markdown cannot say.

    Args:
        raw: The text as the file has it.
        text_format: One of ``FORMATS``; anything else counts as HTML, as it does in Moodle.
    """
    raw = raw.strip()
    if _is_simple(raw):
        return raw, ()
    if text_format == MARKDOWN:
        return _from_markdown(raw)
    if text_format == PLAIN:
        return text_to_markdown(raw.replace("\r\n", "\n")).strip(), ()
    if text_format == AUTO:
        raw = _with_breaks(raw)
    elif raw.startswith("<p>") and raw.endswith("</p>"):
        text = unescape(raw[3:-4].replace("<strong>", "**").replace("</strong>", "**"))
        if _simple_html(text) == raw[3:-4]:
            return text, ()
    text, lost = html_to_markdown(raw)
    return text.strip(), tuple(lost)


def plain_to_markdown(raw: str) -> str:
    """Return plain text as Markdown that shows the same."""
    return to_markdown(raw, PLAIN)[0]


def to_moodle(text: str) -> tuple[str, str]:
    """Return Markdown as Moodle's text and its format: HTML where that reads back the same, else Markdown."""
    if not text:
        return HTML, ""
    simple = _simple_html(text)
    if simple:
        return HTML, f"<p>{simple}</p>"
    html = markdown_to_html(text).strip()
    if to_markdown(html, HTML) == (text, ()) or to_markdown(text, MARKDOWN) != (text, ()):
        return HTML, html
    return MARKDOWN, text


def to_plain(text: str) -> tuple[str, bool]:
    """Return Markdown as plain text, and whether reading it gives the same Markdown back."""
    if _is_simple(text):
        return text, True
    html = re.sub(r"<br ?/?>\s*", "\n", inline_html(text))
    plain = unescape(re.sub(r"<[^<>]*>", "", html)).strip()
    if plain and plain_to_markdown(plain) == text:
        return plain, True
    return text, False


def inline_html(text: str) -> str:
    """Return Markdown as HTML without a paragraph around it when it is only one."""
    simple = _simple_html(text)
    if simple:
        return simple
    html = markdown_to_html(text).strip()
    only = _ONE_PARAGRAPH.match(html)
    return only[1] if only else html


def writable(text: str) -> str:
    """Return ``text`` with U+FFFD in place of characters that XML cannot hold."""
    return _UNWRITABLE.sub("\ufffd", text)


def is_writable(text: str) -> bool:
    """Say whether XML can hold ``text`` exactly."""
    return _UNWRITABLE.search(text) is None


def media_names(texts: Iterable[str]) -> list[str]:
    """Return the names of the pictures in ``texts``, each once, in order."""
    return list(dict.fromkeys(name for text in texts for name in _MEDIA.findall(text)))


def with_plugin_files(text: str) -> str:
    """Return a text whose pictures are named as Moodle names embedded files."""
    return _MEDIA.sub(rf"{_PLUGIN}/\1", text) if "media:" in text else text


def _is_simple(text: str) -> bool:
    return "  " not in text and _SIMPLE.match(text) is not None and not text.endswith(" ")


def _simple_html(text: str) -> str:
    """Return the HTML of simple words with some in bold; nothing for any other text."""
    bold = "**" in text
    if not _is_simple(text.replace("**", "") if bold else text):
        return ""
    html = escape(text, quote=False)
    if bold:
        html = _BOLD.sub(r"<strong>\1</strong>", html)
    return "" if "*" in html else html


def _with_breaks(raw: str) -> str:
    """Turn line ends into breaks, as Moodle does with text that is no HTML."""
    lines = raw.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "<br>\n".join(lines)


def _from_markdown(raw: str) -> tuple[str, tuple[str, ...]]:
    """Keep Markdown as it stands; if there is HTML in it, go through HTML."""
    if "<" not in raw:
        return raw, ()
    tokens = _RAW_HTML.parse(raw)
    kinds = {token.type for token in tokens}
    kinds |= {child.type for token in tokens for child in token.children or ()}
    if not kinds & {"html_block", "html_inline"}:
        return raw, ()
    text, lost = html_to_markdown(str(_RAW_HTML.render(raw)))
    return text.strip(), tuple(lost)


@dataclass(slots=True)
class Notes:
    """What is said about one question while it is read.

    Attributes:
        where: Its place.
        media: Pictures of the whole file by name; grows.
        issues: What was said so far.
    """

    where: Where
    media: dict[str, bytes]
    issues: list[Issue] = field(default_factory=list)

    def warn(self, code: str, message: str, **facts: object) -> None:
        """Say something about a question that is taken over."""
        self.issues.append(Issue(Severity.WARNING, code, self.where, message, facts))

    def lost(self, names: Sequence[str]) -> None:
        """Say which HTML was left out."""
        if names:
            names = tuple(dict.fromkeys(names))
            listed = ", ".join(names)
            self.warn("html_lost", f"left out of the text: {listed}", tags=list(names))

    def picture(self, content: bytes, called: str) -> str:
        """Take a picture over and return its name, or say why not and return nothing."""
        found = read_picture(content, called, self.where)
        if isinstance(found, Picture):
            self.media[found.name] = content
            return found.name
        self.issues.append(replace(found, severity=Severity.WARNING))
        return ""


def read_text(element: "etree._Element | None", notes: Notes, default: str = HTML) -> str:
    """Read an element with ``<text>``, ``format`` and ``<file>`` into Markdown with pictures."""
    if element is None:
        return ""
    raw, text_format = raw_text(element, notes, default)
    text, lost = to_markdown(raw, text_format)
    notes.lost(lost)
    return text


def raw_text(element: "etree._Element", notes: Notes, default: str = HTML) -> tuple[str, str]:
    """Return the text of an element as it stands, its pictures taken over, and its format."""
    text_format = (element.get("format") or default).strip()
    if text_format not in FORMATS:
        notes.warn(
            "format_unknown", f"the text format {text_format} is read as HTML", name=text_format
        )
        text_format = HTML
    raw, files = _parts_of(element)
    if files or _PLUGIN in raw or "data:image/" in raw:
        raw = _with_pictures(raw, text_format, _Attached(files, notes), notes)
    return raw, text_format


def _parts_of(element: "etree._Element") -> "tuple[str, list[etree._Element]]":
    """Return the text of an element and its files."""
    text, files = None, []
    for child in element:
        if child.tag == "text" and text is None:
            text = child
        elif child.tag == "file":
            files.append(child)
    return inner_xml(text), files


def text_of(element: "etree._Element | None") -> str:
    """Return all text within an element; nothing for no element."""
    if element is None:
        return ""
    if len(element) == 0:
        return (element.text or "").strip()
    return "".join(str(piece) for piece in element.itertext()).strip()


def inner_xml(element: "etree._Element | None") -> str:
    """Return what stands within an element, markup that nobody escaped included."""
    if element is None or len(element) == 0:
        return text_of(element)
    inside = "".join(
        str(etree.tostring(child, encoding="unicode", with_tail=True)) for child in element
    )
    return (escape(element.text or "", quote=False) + inside).strip()


class _Attached:
    """The files of one text."""

    def __init__(self, files: "list[etree._Element]", notes: Notes) -> None:
        self._files = {
            _path_of(file.get("path") or "/", file.get("name") or ""): file for file in files
        }
        self._notes = notes
        self._names: dict[str, str] = {}

    def name(self, reference: str) -> str:
        """Return the name of the picture that a reference means; nothing when there is none."""
        path = _path_of("/", unquote(unescape(reference)))
        if path not in self._names:
            self._names[path] = self._take(path)
        return self._names[path]

    def finish(self) -> None:
        """Say which files no text refers to."""
        for path in self._files.keys() - self._names.keys():
            self._notes.warn("file_unused", f"the file {path} is not used by its text", name=path)

    def _take(self, path: str) -> str:
        file = self._files.get(path)
        if file is None:
            self._notes.warn("file_missing", f"the file {path} is not in the file", name=path)
            return ""
        try:
            content = base64.b64decode("".join((file.text or "").split()), validate=True)
        except (binascii.Error, ValueError):
            self._notes.warn("file_broken", f"the file {path} is not readable", name=path)
            return ""
        return self._notes.picture(content, path)


def _path_of(folder: str, name: str) -> str:
    return "/".join(part for part in f"{folder}/{name}".split("/") if part)


def _with_pictures(raw: str, text_format: str, attached: _Attached, notes: Notes) -> str:
    if text_format in {HTML, AUTO}:
        raw = _TAG_WITH_FILE.sub(lambda match: _tag(match, attached), raw)
        raw = _INLINE_PICTURE.sub(lambda match: _inline(match, notes), raw)
    elif text_format == MARKDOWN:
        raw = _FILE_IN_MARKDOWN.sub(lambda match: _media(attached.name(match[1])), raw)
    attached.finish()
    return raw


def _tag(match: re.Match[str], attached: _Attached) -> str:
    if _PLUGIN not in match[2]:
        return match[0]
    names: list[str] = []

    def referred(found: re.Match[str]) -> str:
        names.append(attached.name(found[1]))
        return _media(names[-1])

    tag = _FILE_IN_HTML.sub(referred, match[0])
    if match[1].lower() == "img" and all(names):
        return tag
    return "<a>" if match[1].lower() == "a" else ""


def _inline(match: re.Match[str], notes: Notes) -> str:
    try:
        content = base64.b64decode("".join(unquote(match[1]).split()), validate=True)
    except (binascii.Error, ValueError):
        notes.warn("file_broken", "a picture within the text is not readable")
        return ""
    return _media(notes.picture(content, "data:"))


def _media(name: str) -> str:
    return f"media:{name}" if name else ""


class Warn(Protocol):
    """Takes what Moodle will not show or score as this product does."""

    def __call__(self, code: str, message: str, **facts: object) -> None:
        """Take the code, the sentence and the facts of one finding."""


@dataclass(slots=True)
class Writer:
    """What the parts of a question need to be written.

    Attributes:
        media: Pictures by name.
        warn: Takes what Moodle will not show as it is.
    """

    media: Mapping[str, bytes]
    warn: Warn

    def text(self, name: str, text: str, indent: str, attributes: str = "") -> str:
        """Return an element with its text and the pictures within."""
        text_format, moodle = to_moodle(text)
        return self.raw(name, moodle, text_format, indent, attributes)

    def raw(
        self,
        name: str,
        moodle: str,
        text_format: str,
        indent: str,
        attributes: str = "",
        more: str = "",
    ) -> str:
        """Return an element with a text of Moodle, ``more`` inside behind it."""
        files = self._files(moodle) if "media:" in moodle else ""
        return (
            f'{indent}<{name}{attributes} format="{text_format}">\n'
            f"{indent}  <text>{self.escaped(with_plugin_files(moodle))}</text>\n"
            f"{files}{more}{indent}</{name}>\n"
        )

    def escaped(self, text: str) -> str:
        """Return ``text`` as character data, line ends as line feeds."""
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        if not is_writable(text):
            self.warn("characters_lost", "the text holds characters that XML cannot hold")
            text = writable(text)
        if "<" not in text and "&" not in text and ">" not in text:
            return text
        return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"

    def _files(self, text: str) -> str:
        found = []
        for name in media_names([text]):
            content = self.media.get(name)
            if content is None:
                self.warn("picture_missing", f"the picture {name} is not there", name=name)
                continue
            packed = base64.b64encode(content).decode()
            found.append(f'<file name="{name}" path="/" encoding="base64">{packed}</file>\n')
        return "".join(found)
