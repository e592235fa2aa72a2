"""Reading lessons: a YAML head between two lines of ``---``, then Markdown."""

import re
from collections.abc import Iterator
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from lms.content.domain.values import LessonFile, Reference
from lms.content.reading.fields import Fields
from lms.content.reading.sources import Source
from lms.issues import Where
from lms.web.markdown import CALLOUTS

FENCE = "---"
CONTAINERS = (*CALLOUTS, "chat", "card")
SPEAKERS = ("买家", "客服", "旁白")
_CONTAINER = re.compile(r":{3,}\s*(\S*)\s*(.*?)\s*\Z")
_HTML = re.compile(r"<[a-zA-Z/!][^>]*>")
_PLACE = re.compile(r"\[\[[^\[\]：:]{1,30}[：:][^\[\]]{1,200}\]\]")
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


def read_lessons(source: Source, course: Path, folder: str) -> tuple[LessonFile, ...]:
    """Read the lessons of one module folder in order of file name."""
    lessons = []
    for position, path in enumerate(sorted((course / folder).glob("*.md")), start=1):
        lesson = _read_lesson(source, path, folder, position)
        if lesson is not None:
            lessons.append(lesson)
    return tuple(lessons)


def _read_lesson(source: Source, path: Path, folder: str, position: int) -> LessonFile | None:
    text = source.text(path)
    if text is None:
        return None
    lines = text.split("\n")
    if lines[0].rstrip() != FENCE or FENCE not in [line.rstrip() for line in lines[1:]]:
        where = source.where(path, 1)
        source.report.error(
            "lesson_without_head", where, "a lesson begins with a head between two lines of ---"
        )
        return None
    end = [line.rstrip() for line in lines].index(FENCE, 1)
    head = source.parse(path, "\n".join(lines[1:end]), first_line=2)
    if head is None:
        return None
    body = "\n".join(lines[end + 1 :]).strip("\n") + "\n"
    first_line = (
        end + 2 + next((index for index, line in enumerate(lines[end + 1 :]) if line.strip()), 0)
    )
    fields = Fields(head, source.name(path), source.report)
    text_of = _Body(source, path, body, first_line)
    lesson = LessonFile(
        where=source.where(path, 1),
        key=fields.key(),
        folder=folder,
        position=position,
        title=fields.text("title"),
        title_en=fields.text("title_en"),
        summary=fields.text("summary"),
        summary_en=fields.text("summary_en"),
        minutes=fields.number("minutes", 1, 60),
        objectives=fields.texts("objectives"),
        body=body,
        cards=fields.references("cards", required=False),
        shown=text_of.cards(),
        pictures=text_of.pictures(),
    )
    fields.finish()
    text_of.check()
    return lesson if lesson.key else None


class _Body:
    """The Markdown of one lesson: what it refers to and what is wrong with it."""

    def __init__(self, source: Source, path: Path, text: str, first_line: int) -> None:
        self.report = source.report
        self.file = source.name(path)
        self.lines = text.split("\n")
        self.first_line = first_line
        self.tokens = _MARKDOWN.parse(text)
        self.text = text

    def where(self, index: int) -> Where:
        return Where(file=self.file, line=self.first_line + index)

    def cards(self) -> tuple[Reference, ...]:
        return tuple(
            Reference(rest, self.where(index))
            for index, name, rest in self._openings()
            if name == "card" and rest
        )

    def pictures(self) -> tuple[Reference, ...]:
        return tuple(
            Reference(str(image.attrGet("src") or ""), self.where(index))
            for index, image in self._images()
        )

    def check(self) -> None:
        if not self.text.strip():
            self.report.error("empty_lesson", self.where(0), "the lesson has no text")
        self._check_containers()
        self._check_headings()
        self._check_pictures()
        self._check_words()

    def _markers(self) -> Iterator[tuple[int, str, str]]:
        """Yield line index, name and rest of every ``:::`` line; a closing line has no name."""
        for index, line in enumerate(self.lines):
            match = _CONTAINER.match(line)
            if match is not None:
                yield index, match[1], match[2]

    def _openings(self) -> Iterator[tuple[int, str, str]]:
        return ((index, name, rest) for index, name, rest in self._markers() if name)

    def _images(self) -> Iterator[tuple[int, Token]]:
        for token in self.tokens:
            for child in token.children or []:
                if child.type == "image":
                    yield (token.map or [0])[0], child

    def _check_containers(self) -> None:
        opened: tuple[int, str] | None = None
        for index, name, rest in self._markers():
            if not name:
                if opened is None:
                    self._error("container_not_open", index, "::: closes nothing")
                opened = None
                continue
            if opened is not None:
                self._error("container_not_closed", opened[0], f"::: {opened[1]} is not closed")
            opened = (index, name)
            if name not in CONTAINERS:
                known = ", ".join(CONTAINERS)
                self._error("unknown_container", index, f"::: {name} is not one of {known}")
            elif name == "card" and not rest:
                self._error("card_without_key", index, "::: card needs the key of a card")
            elif name == "chat":
                self._check_chat(index)
        if opened is not None:
            self._error("container_not_closed", opened[0], f"::: {opened[1]} is not closed")

    def _check_chat(self, start: int) -> None:
        for index in range(start + 1, len(self.lines)):
            line = self.lines[index].strip()
            if line.startswith(":::"):
                return
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

    def _check_words(self) -> None:
        for index, line in enumerate(self.lines):
            if _HTML.search(line):
                self._error("html_in_lesson", index, "HTML is shown as text; use Markdown")
            if line.count("[[") != len(_PLACE.findall(line)):
                self._error(
                    "place_malformed", index, "a place to replace is written [[name：example]]"
                )

    def _error(self, code: str, index: int, message: str) -> None:
        self.report.error(code, self.where(index), message)

    def _warn(self, code: str, index: int, message: str) -> None:
        self.report.warn(code, self.where(index), message)
