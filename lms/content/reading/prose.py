"""Long Markdown with boxes: the text of a lesson, and the text that several items share."""

import re
from collections.abc import Iterator
from dataclasses import replace

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.container import container_plugin

from lms.content.domain.values import Reference
from lms.content.reading.fields import Report
from lms.content.reading.markup import BOX, PICTURE, find_slips
from lms.issues import Where
from lms.web.markdown import CALLOUTS

CONTAINERS = (*CALLOUTS, "chat", "card")
SPEAKERS = ("买家", "客服", "旁白")
_CONTAINER = re.compile(rf"{BOX}\s*(\S*)\s*(.*?)\s*\Z")
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
for _name in CONTAINERS:
    _MARKDOWN.use(container_plugin, _name)


class Prose:
    """One text: what it refers to and what is wrong with it."""

    """The Markdown of one lesson: what it refers to and what is wrong with it."""

    def __init__(self, report: Report, where: Where, text: str) -> None:
        """Read ``text``, whose first line stands at ``where``."""
        self.report = report
        self.start = where
        self.lines = text.split("\n")
        self.tokens = _MARKDOWN.parse(text)
        #: First line -> last line of each box that readers will see.
        self.boxes = {
            token.map[0]: token.map[1]
            for token in self.tokens
            if token.map and token.level == 0 and token.type.startswith("container_")
        }
        self.text = text

    def where(self, index: int) -> Where:
        """Return the place of a line, counted from 0."""
        return replace(self.start, line=(self.start.line or 1) + index)

    def cards(self) -> tuple[Reference, ...]:
        """Return the cards that the text places."""
        return tuple(
            Reference(rest, self.where(index))
            for index, name, rest in self._openings()
            if name == "card" and rest
        )

    def pictures(self) -> tuple[Reference, ...]:
        """Return the pictures that the text shows."""
        return tuple(
            Reference(str(image.attrGet("src") or ""), self.where(index))
            for index, image in self._images()
        )

    def check_lesson(self) -> None:
        """Note what a lesson may not hold."""
        if not self.text.strip():
            self.report.error("empty_lesson", self.where(0), "the lesson has no text")
        self._check_containers()
        self._check_headings()
        self._check_pictures()
        self._check_words()

    def check_stimulus(self) -> None:
        """Note what a text that items share may not hold: it has chats, call-outs and tables only."""
        self._check_containers()
        self._check_words()
        for reference in self.cards():
            self.report.error(
                "card_outside_lesson",
                reference.where,
                "only lessons show cards",
                card=reference.key,
            )
        for index, line in enumerate(self.lines):
            if PICTURE.search(line) and not line.startswith(BOX):
                self._error("picture_outside_lesson", index, "only lessons show pictures")
        for token in self.tokens:
            if token.type == "heading_open":
                index = (token.map or [0])[0]
                self._error("heading_outside_lesson", index, "only lessons have headings")

    def _markers(self) -> Iterator[tuple[int, str, str]]:
        """Yield line index, name and rest of each line that begins with ``:::``; a closing line has no name."""
        for index, line in enumerate(self.lines):
            match = _CONTAINER.match(line)
            if match is not None:
                yield index, match[1], match[2]

    def _openings(self) -> Iterator[tuple[int, str, str]]:
        return ((index, name, rest) for index, name, rest in self._markers() if name)

    def _inline(self) -> Iterator[tuple[int, Token, list[Token]]]:
        """Yield line index, token and pictures of each paragraph, heading or cell."""
        index = 0
        for token in self.tokens:
            index = token.map[0] if token.map else index
            if token.type == "inline":
                children = token.children or []
                yield index, token, [child for child in children if child.type == "image"]

    def _images(self) -> Iterator[tuple[int, Token]]:
        return ((index, image) for index, _, images in self._inline() for image in images)

    def _check_containers(self) -> None:
        opened: tuple[int, str] | None = None
        for index, name, rest in self._markers():
            if name:
                self._check_closed(opened, None)
                self._check_opening(index, name, rest)
                opened = (index, name)
            elif opened is None:
                self._error("container_not_open", index, "::: closes nothing")
            else:
                self._check_closed(opened, index)
                opened = None
        self._check_closed(opened, None)

    def _check_opening(self, index: int, name: str, rest: str) -> None:
        if name not in CONTAINERS:
            known = ", ".join(CONTAINERS)
            self._error("unknown_container", index, f"::: {name} is not one of {known}")
        elif index not in self.boxes:
            self._error(
                "container_not_read", index, f"::: {name} is shown as text here, not as a box"
            )
        elif name == "card" and not rest:
            self._error("card_without_key", index, "::: card needs the key of a card")
        elif name == "chat":
            self._check_chat(index)

    def _check_closed(self, opened: tuple[int, str] | None, closed: int | None) -> None:
        """Note a box that is not closed, or elsewhere than it seems, and a card with words that nobody would see."""
        if opened is None:
            return
        index, name = opened
        if closed is None or self.boxes.get(index, closed) != closed:
            self._error("container_not_closed", index, f"::: {name} is not closed")
        elif name == "card" and any(line.strip() for line in self.lines[index + 1 : closed]):
            self._error("card_with_text", index + 1, "::: card shows the card alone; this is lost")

    def _check_chat(self, start: int) -> None:
        for index in range(start + 1, len(self.lines)):
            line = self.lines[index].strip()
            if line.startswith(BOX):
                return
            if PICTURE.search(line):
                self._error("picture_in_chat", index, "a chat shows no pictures")
            if line and not line.startswith(tuple(f"{name}：" for name in SPEAKERS)):
                self._warn(
                    "chat_speaker", index, "a line of a chat begins with 买家：, 客服： or 旁白："
                )

    def _check_headings(self) -> None:
        for token in self.tokens:
            if token.type == "heading_open" and token.tag not in ("h2", "h3"):
                index = (token.map or [0])[0]
                self._error("heading_level", index, "headings are ## or ###; # is the title")

    def _check_pictures(self) -> None:
        for index, image in self._images():
            src = str(image.attrGet("src") or "")
            if not src.startswith("media/") or ".." in src or "?" in src:
                self._error("picture_path", index, f"{src!r} does not lie in media/")
            if not image.content.strip():
                self._error("picture_without_alt", index, "a picture needs words that describe it")
            if not image.attrGet("title"):
                self._warn("picture_without_caption", index, "the picture has no caption")
        for index, token, images in self._inline():
            if len(PICTURE.findall(token.content)) != len(images):
                problem = 'a picture is written ![words](media/file.svg "caption")'
                self._error("picture_malformed", index, problem)

    def _check_words(self) -> None:
        for index, line in enumerate(self.lines):
            for code, problem in find_slips(line):
                self._error(code, index, problem)
            if BOX in line and not line.startswith(BOX):
                self._error("container_indented", index, "::: begins its line; here it is text")

    def _error(self, code: str, index: int, message: str) -> None:
        self.report.error(code, self.where(index), message)

    def _warn(self, code: str, index: int, message: str) -> None:
        self.report.warn(code, self.where(index), message)
