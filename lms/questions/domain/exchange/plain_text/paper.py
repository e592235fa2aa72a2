"""The lines of a paper into drafts: where a question begins, what is option, answer or explanation."""

import re
from collections.abc import Sequence
from dataclasses import replace

from lms.issues import Issue, Severity, Where
from lms.questions.domain.exchange.answers.words import BLANK, Asked
from lms.questions.domain.exchange.plain_text.draft import LINES_AT_MOST, Draft, Line, Section
from lms.questions.domain.exchange.plain_text.joining import join_lines, plain_marks
from lms.questions.domain.exchange.plain_text.key import (
    KeyReader,
    is_compact,
    is_key_heading,
    is_key_line,
    labelled_key,
)
from lms.questions.domain.exchange.plain_text.marks import (
    Numbered,
    find_option,
    options_within,
    read_chapter,
    read_heading,
    read_number,
    read_option,
    read_stimulus,
    split_labels,
)
from lms.questions.domain.exchange.values import Stimulus, reject

_GIVEN = re.compile(
    r"[（(【\[]\s*(?:[A-LＡ-Ｌ][A-LＡ-Ｌ、,，\s]*|√|×|✓|✗|✔|✘|对|错|正确|错误)\s*[)）】\]]|[√×✓✗✔✘]\s*$"
)
_AHEAD = 14
_HAN_STYLES = frozenset({"一", "（一）"})
_STIMULUS_END = re.compile(r"[（(【\[]?材料\s*(?:结束|完)[】\])）]?")


class PaperReader:
    """Reads the lines of one text in order."""

    def __init__(self, lines: Sequence[Line], file: str) -> None:
        self.lines = [replace(line, text=plain_marks(line.text)) for line in lines]
        self.file = file
        self.drafts: list[Draft] = []
        self.stimuli: list[Stimulus] = []
        self.issues: list[Issue] = []
        self.key = KeyReader(file)
        self._section = Section()
        self._style = ""
        self._fresh = True
        self._in_key = False
        self._run = 0
        self._blank = False
        self._stimulus: tuple[Line, list[str]] | None = None
        self._under = ""
        self._unused: list[Line] = []
        self._numbered = any(
            line.text and read_number(line.text) is not None and self._has_evidence(index)
            for index, line in enumerate(self.lines)
        )

    def read(self) -> "PaperReader":
        """Read everything."""
        for index, line in enumerate(self.lines):
            if not line.text:
                self._blank = True
                continue
            self._read(index, line)
            self._blank = False
        self._close_unused()
        self._close_stimulus()
        return self

    @property
    def _draft(self) -> Draft | None:
        return self.drafts[-1] if self.drafts and not self._stimulus else None

    def _read(self, index: int, line: Line) -> None:
        if self._in_key and not self._leaves_key(index, line):
            self.key.read(line)
            return
        if self._begins_key(index, line):
            self._in_key = True
            return
        entries = labelled_key(line.text)
        if entries and len(self.drafts) > 1 and self._section.asked is not Asked.MATCHING:
            self._in_key = True
            self.key.read(replace(line, text=entries))
            return
        if self._read_frame(index, line):
            return
        numbered = read_number(line.text)
        if numbered and self._begins_item(index, numbered):
            self._begin(line, numbered)
            self._content(index, line, numbered.rest)
            return
        if self._begins_unnumbered(index, line):
            self._begin(line, None)
        elif numbered and self._draft:
            self._draft.inner = numbered.number
        self._content(index, line, line.text)

    # --- headings, shared texts, the key at the end

    def _begins_key(self, index: int, line: Line) -> bool:
        if is_key_heading(line.text):
            following = self._following(index)
            if not following:
                return False
            labelled = line.text.rstrip().endswith((":", "："))
            draft = self.drafts[-1] if self.drafts else None
            if labelled and draft and (draft.section.asked is Asked.ESSAY or not draft.is_complete):
                return is_compact(following)
            return is_key_line(following) or read_heading(following) is not None
        return len(self.drafts) > 1 and is_compact(line.text) and not self._section_open()

    def _section_open(self) -> bool:
        """Say whether the last question still waits for its options."""
        return bool(self.drafts) and self.drafts[-1].current == "stem" and self._fresh

    def _leaves_key(self, index: int, line: Line) -> bool:
        """Say whether a heading within a key begins questions again: options follow."""
        if read_heading(line.text) is None:
            return False
        ahead = [each.text for each in self.lines[index + 1 : index + 8] if each.text]
        if any(options_within(text)[:1] and read_option(text) for text in ahead):
            self._in_key = False
            return True
        return False

    def _read_frame(self, index: int, line: Line) -> bool:
        """Take a line that belongs to no question: a heading or a shared text."""
        stimulus = read_stimulus(line.text)
        if stimulus is not None:
            self._close_stimulus()
            self._stimulus = (line, [stimulus] if stimulus else [])
            return True
        if _STIMULUS_END.fullmatch(line.text):
            self._under = ""
            return True
        heading = read_heading(line.text)
        if heading is not None:
            self._enter(replace(self._section, asked=heading.asked, points=heading.points))
            return True
        chapter = read_chapter(line.text)
        if chapter is None and self._is_chapter(index, line):
            numbered = read_number(line.text)
            rest = numbered.rest if numbered else ""
            self._enter(Section(category=(rest.strip(" ：:"),)))
            return True
        if chapter is not None:
            if self._has_text_after(index, line):
                self._enter(Section(category=(chapter.name,) if chapter.name else ()))
            return True
        return False

    def _has_text_after(self, index: int, line: Line) -> bool:
        return bool(line.text) and index + 1 < len(self.lines)

    def _enter(self, section: Section) -> None:
        self._close_stimulus()
        self._close_unused()
        self._under = ""
        self._section = replace(section, index=self._section.index + 1)
        self._fresh = True

    def _is_chapter(self, index: int, line: Line) -> bool:
        """Say whether 一、… heads what is numbered 1. below it."""
        numbered = read_number(line.text)
        if numbered is None or numbered.style not in _HAN_STYLES or len(numbered.rest) > 40:
            return False
        if self._has_own_evidence(line.text):
            return False
        following = read_number(self._following(index))
        return (
            following is not None and following.style not in _HAN_STYLES and following.number == 1
        )

    def _following(self, index: int) -> str:
        """Return the next line that is not blank."""
        for line in self.lines[index + 1 : index + 8]:
            if line.text:
                return line.text
        return ""

    def _close_stimulus(self) -> None:
        if self._stimulus is None:
            return
        line, texts = self._stimulus
        self._stimulus = None
        text = join_lines(texts)
        if text:
            self._under = f"s{len(self.stimuli) + 1}"
            self.stimuli.append(Stimulus(self._under, text, Where(self.file, line=line.number)))

    def _close_unused(self) -> None:
        if not self._unused:
            return
        source = "\n".join(line.text for line in self._unused)
        where = Where(self.file, line=self._unused[0].number)
        issue = reject("text_not_used", where, "this text belongs to no question", source)
        self.issues.append(replace(issue, severity=Severity.WARNING))
        self._unused = []

    # --- where a question begins

    def _has_evidence(self, index: int) -> bool:
        """Say whether the line and those below it up to the next number make a question."""
        if self._has_own_evidence(self.lines[index].text):
            return True
        for line in self.lines[index + 1 : index + _AHEAD]:
            if not line.text:
                continue
            option = read_option(line.text)
            if option is not None and option[0] == "a":
                return True
            before, labels = split_labels(line.text, strict=True)
            if labels and labels[0].field == "answer" and not before:
                return True
            if read_number(line.text) is not None or read_heading(line.text) is not None:
                return False
        return False

    @staticmethod
    def _has_own_evidence(text: str) -> bool:
        if _GIVEN.search(text) or BLANK.search(text):
            return True
        before, labels = split_labels(text, strict=True)
        return bool(before and labels and labels[0].field == "answer")

    def _begins_item(self, index: int, numbered: Numbered) -> bool:
        before = self.drafts[-1] if self.drafts else None
        if before is None or before.number is None or self._fresh:
            return self._fresh or self._has_evidence(index)
        same = numbered.style == self._style
        follows = numbered.number == before.number + 1
        if before.inner and follows and before.inner + 1 == numbered.number:
            return (same or before.is_complete) and self._has_evidence(index)
        if same and follows:
            return True
        listing = before.current in {"answer", "explanation", "rubric"}
        if same and numbered.number > before.number:
            return not listing or self._has_evidence(index)
        if follows or numbered.number == 1 or same:
            return before.is_complete and self._has_evidence(index)
        return False

    def _begins_unnumbered(self, index: int, line: Line) -> bool:
        if self._numbered or read_option(line.text) or self._stimulus:
            return False
        before, labels = split_labels(line.text, strict=True)
        if labels and not before:
            return False
        draft = self._draft
        if draft is None:
            return self._has_block(index)
        done = draft.has_answer or (not draft.options and _GIVEN.search("\n".join(draft.stem)))
        if not done:
            return False
        return self._blank or draft.current == "stem" or self._has_block(index)

    def _has_block(self, index: int) -> bool:
        """Say whether the line and those below it up to a blank line make a question."""
        if self._has_own_evidence(self.lines[index].text):
            return True
        blank = False
        for line in self.lines[index + 1 : index + _AHEAD]:
            if not line.text:
                blank = True
                continue
            option = read_option(line.text)
            before, labels = split_labels(line.text, strict=True)
            if (option and option[0] == "a") or (labels and not before):
                return True
            if blank:
                return False
        return False

    def _begin(self, line: Line, numbered: Numbered | None) -> None:
        self._close_stimulus()
        self._close_unused()
        number = numbered.number if numbered else None
        last = self.drafts[-1].number if self.drafts else None
        if self.drafts and number is not None and (self._fresh or (last or 0) >= number):
            self._run += 1
        self.drafts.append(
            Draft(line.number, number, self._section, stimulus=self._under, run=self._run)
        )
        if numbered:
            self._style = numbered.style
        self._fresh = False

    # --- what a line says

    def _content(self, index: int, line: Line, text: str) -> None:
        if self._stimulus is not None:
            self._stimulus[1].append(text)
            return
        draft = self._draft
        is_over = draft is not None and draft.current == "after" and not self._is_marked(text)
        if draft is None or is_over or len(draft.source) >= LINES_AT_MOST:
            self._unused.append(line)
            return
        draft.source.append(line.text)
        before, labels = split_labels(text, strict=not draft.is_complete)
        if before:
            self._words(index, draft, before)
            draft.marks.append((draft.current, line.marked))
        for label in labels:
            self._label(draft, label.field, label.text, label.label)

    @staticmethod
    def _is_marked(text: str) -> bool:
        before, labels = split_labels(text)
        return bool(labels) and not before

    @staticmethod
    def _label(draft: Draft, field: str, text: str, label: str) -> None:
        if field == "feedback":
            field = f"feedback_{label.strip('：: ')[-1].lower()}"
        draft.add(field, text)
        draft.inner = 0
        draft.current = field if field in {"answer", "explanation", "rubric"} else "after"

    def _words(self, index: int, draft: Draft, text: str) -> None:
        if draft.current in {"answer", "explanation", "rubric"}:
            draft.add(draft.current, text)
            return
        found = self._options(index, draft, text)
        if found:
            draft.options.extend(found)
            draft.current = "options"
        elif draft.current == "options":
            name, before = draft.options[-1]
            draft.options[-1] = (name, f"{before} {text}".strip())
        else:
            self._stem(draft, text)

    def _options(self, index: int, draft: Draft, text: str) -> list[tuple[str, str]]:
        """Return the options that a line begins with, if it is their turn."""
        found = options_within(text)
        if not found:
            return []
        expected = (
            chr(97 + len(draft.options))
            if not draft.options
            else chr(ord(draft.options[-1][0]) + 1)
        )
        letter = found[0][0]
        if letter < expected or (letter != "a" and not draft.options):
            return []
        bare = re.match(r"[A-LＡ-Ｌ][\s\u3000]", text) is not None
        if bare and not draft.options and len(found) == 1:
            after = read_option(self._following(index))
            if after is None or after[0] != "b":
                return []
        if letter != expected:
            draft.skipped.append(expected)
        return found

    def _stem(self, draft: Draft, text: str) -> None:
        """Add to the stem; options that begin on the same line are taken off it."""
        first = find_option(text, "a")
        if first and find_option(text, "b", first[1]):
            found = options_within(text[first[0] :])
            if len(found) > 1 and all(option for _, option in found):
                if text[: first[0]].strip():
                    draft.stem.append(text[: first[0]].strip())
                draft.options.extend(found)
                draft.current = "options"
                return
        draft.stem.append(text)
