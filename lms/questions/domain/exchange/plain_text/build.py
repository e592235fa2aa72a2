"""A draft into a candidate, or the Issue that says why it is none."""

import re
from dataclasses import dataclass, field, replace
from decimal import Decimal

from lms.issues import Issue, Severity, Where
from lms.questions.domain.exchange.answers.cells import Cells, Unreadable
from lms.questions.domain.exchange.answers.reading import Read, read_item
from lms.questions.domain.exchange.answers.words import (
    BLANK,
    TYPE_WORDS,
    Asked,
    narrow,
    read_asked,
    read_difficulty,
    read_letters,
    read_points,
    read_truth,
    squeeze,
)
from lms.questions.domain.exchange.plain_text.draft import Draft
from lms.questions.domain.exchange.plain_text.joining import join_lines
from lms.questions.domain.exchange.plain_text.pairs import as_pairs
from lms.questions.domain.exchange.values import Candidate, reject

_LISTS = re.compile(r"[、,，;；|\s]+")
_POINTS = r"[（(【\[]\s*(?:本题|本小题|共|计)?\s*(\d{1,3}(?:\.\d{1,2})?)\s*(?:分|points?|marks?)\s*[)）】\]]"
_POINTS_FIRST = re.compile(rf"{_POINTS}\s*[、.．:：]?\s*", re.IGNORECASE)
_POINTS_LAST = re.compile(rf"\s*{_POINTS}\s*[。.]?\s*$", re.IGNORECASE)
_WORDS = "|".join(
    sorted(
        (re.escape(w) for words in TYPE_WORDS.values() for w in words if len(w) > 1),
        key=len,
        reverse=True,
    )
)
_TAG = (
    rf"[（(【\[〔]\s*(?P<type>{_WORDS}|single choice|multiple choice|true/false)\s*"
    r"(?:[,，、；;]?\s*(?P<points>\d{1,3}(?:\.\d{1,2})?)\s*分)?\s*[)）】\]〕]"
)
_TAG_FIRST = re.compile(rf"{_TAG}\s*[:：]?\s*", re.IGNORECASE)
_TAG_LAST = re.compile(rf"\s*{_TAG}\s*$", re.IGNORECASE)
_TAG_BARE = re.compile(
    r"(?P<type>单选题|多选题|判断题|填空题|简答题|问答题)\s*[:：]\s*(?P<points>(?!))?"
)
_IN_BRACKETS = re.compile(
    r"[（(【\[]([\s\u3000]*(?:[A-LＡ-Ｌ](?:[\s,，、;；]*[A-LＡ-Ｌ])*)[\s\u3000]*)[)）】\]]"
)
_TRUTH_IN_BRACKETS = re.compile(
    r"[（(【\[][\s\u3000]*(√|×|✓|✗|✔|✘|对|错|正确|错误|T|F)[\s\u3000]*[)）】\]]\s*[。.]?",
    re.IGNORECASE,
)
_OPEN_LAST = re.compile(r"\s*[（(【\[][\s\u3000]*[)）】\]]\s*$")
_TRUTH_LAST = re.compile(r"\s*(√|×|✓|✗|✔|✘)\s*$")
_LETTER_FIRST = re.compile(
    r"([A-LＡ-Ｌ](?:[\s,，、;；]*[A-LＡ-Ｌ])*)\s*(?:[。．.;；,，:：\s]|(?=[（(]))\s*(\S.*)",
    re.DOTALL,
)
_STAR = re.compile(r"(?<=[0-9A-Za-z)）\]])\*(?=[0-9A-Za-z(（\[])")


@dataclass(slots=True)
class Built:
    """What became of a draft."""

    candidate: Candidate | None = None
    issues: list[Issue] = field(default_factory=list)


class Builder:
    """Builds one candidate."""

    def __init__(self, draft: Draft, file: str) -> None:
        self.draft = draft
        self.where = Where(file, line=draft.line)
        self.issues: list[Issue] = []
        self.asked = draft.section.asked
        self.points = draft.section.points
        self.stem = join_lines([line for line in draft.stem if line])
        self.explanation = draft.fields.get("explanation", "")

    def build(self) -> Built:
        """Read the draft; errors take the whole question out, with its lines."""
        try:
            read = self._read()
        except Unreadable as error:
            facts = {"cell": error.field, **error.facts, **self._marked()}
            self._error(error.code, error.message, **facts)
            return Built(None, self.issues)
        return Built(self._candidate(read), self.issues)

    def _source(self) -> str:
        return "\n".join(self.draft.source)

    def _error(self, code: str, message: str, **facts: object) -> None:
        facts = {"number": self.draft.number, **facts}
        self.issues.append(reject(code, self.where, message, self._source(), **facts))

    def _warn(self, code: str, message: str, **facts: object) -> None:
        self._error(code, message, **facts)
        self.issues[-1] = replace(self.issues[-1], severity=Severity.WARNING)

    def _marked(self) -> dict[str, object]:
        marked = sorted(_marks(self.draft))
        return {"marked": marked} if marked else {}

    def _read(self) -> Read:
        self._take_tags()
        answer = self._answer()
        if self.asked is Asked.TRUE_FALSE:
            self.stem = _OPEN_LAST.sub("", self.stem)
        if self.asked is None and not self.draft.options and BLANK.search(self.stem) and answer:
            self.asked = Asked.TRUE_FALSE if read_truth(answer) is not None else Asked.BLANKS
        options = self.draft.options
        pairs = None
        if self.asked is Asked.MATCHING:
            pairs = as_pairs([line for line in self.stem.split("\n") if line], options, answer)
        if pairs is not None:
            self.stem, answer, options = join_lines(pairs[0]), pairs[1], []
        elif self.asked in {Asked.BLANKS, Asked.SHORT_TEXT}:
            answer = answer.replace("*", "\\*")
        elif self.draft.options:
            answer = self._letters(answer)
        cells = Cells(
            stem=_escaped(self.stem),
            asked=self.asked,
            options=tuple((name, _escaped(text)) for name, text in options),
            answer=answer,
            explanation=_escaped(self._paragraphs(self.explanation)),
            feedback={
                name.removeprefix("feedback_"): text
                for name, text in self.draft.fields.items()
                if name.startswith("feedback_")
            },
            unit=self.draft.fields.get("unit", ""),
            rubric=self.draft.fields.get("rubric", ""),
        )
        if self.draft.skipped:
            letters = ", ".join(letter.upper() for letter in self.draft.skipped)
            self._warn("option_skipped", f"there is no option {letters}", letters=letters)
        return read_item(cells)

    @staticmethod
    def _paragraphs(text: str) -> str:
        return join_lines(text.split("\n")) if "\n" in text else text

    # --- type and points that stand in the stem

    def _take_tags(self) -> None:
        named = self.draft.fields.get("type", "")
        if named:
            asked = read_asked(named)
            if asked is None:
                raise Unreadable("unknown_type", "type", f"{named!r} is no type", value=named)
            self.asked = asked
        for pattern in (_POINTS_FIRST, _TAG_FIRST, _TAG_BARE, _POINTS_FIRST, _TAG_FIRST):
            self._take(pattern.match(self.stem))
        for pattern in (_POINTS_LAST, _TAG_LAST, _POINTS_LAST):
            self._take(pattern.search(self.stem))
        label = self.draft.fields.get("points", "")
        if label:
            points = read_points(label)
            if points is None:
                self._warn("bad_points", f"{label!r} are no points", value=label)
            self.points = points if points is not None else self.points

    def _take(self, match: re.Match[str] | None) -> None:
        if match is None:
            return
        groups = match.groupdict()
        if "type" in groups:
            self.asked = read_asked(groups["type"]) or self.asked
        points = groups.get("points") if "type" in groups else match[1]
        if points:
            self.points = Decimal(points)
        self.stem = (self.stem[: match.start()] + self.stem[match.end() :]).strip()

    # --- the answer, wherever it stands

    def _answer(self) -> str:
        """Return the answer by label, by the key at the end, or inside the stem; they must agree."""
        answers = [
            text for text in (self.draft.fields.get("answer"), self.draft.fields.get("key")) if text
        ]
        inside = self._inside()
        if inside:
            answers.append(inside)
        if len({_comparable(answer) for answer in answers}) > 1:
            message = f"there are different answers: {', '.join(answers)}"
            raise Unreadable("answers_differ", "answer", message, value=" / ".join(answers))
        return answers[0] if answers else ""

    def _inside(self) -> str:
        if self.draft.options:
            return self._from_stem(_IN_BRACKETS, "（ ）")
        if self.asked in {Asked.TRUE_FALSE, None}:
            found = self._from_stem(_TRUTH_IN_BRACKETS, "")
            return found or self._from_stem(_TRUTH_LAST, "")
        return ""

    def _from_stem(self, pattern: re.Pattern[str], left: str) -> str:
        found = list(pattern.finditer(self.stem))
        if len(found) != 1:
            return ""
        match = found[0]
        head, tail = self.stem[: match.start()].rstrip(" \t\u3000"), self.stem[match.end() :]
        if pattern is _IN_BRACKETS:
            head = self.stem[: match.start()]
        if not (head + tail).strip():
            return ""
        self.stem = f"{head}{left}{tail}".strip()
        return match[1].strip()

    def _letters(self, answer: str) -> str:
        """Return the letters of an answer; what follows them is an explanation without its label."""
        if read_letters(answer) is not None or read_truth(answer) is not None:
            return answer
        match = _LETTER_FIRST.fullmatch(answer)
        if match is None or read_letters(match[1]) is None:
            return answer
        texts = {
            squeeze(text) for name, text in self.draft.options if name == narrow(match[1]).lower()
        }
        if squeeze(match[2]) in texts:
            return match[1]
        message = "what follows the letters of the answer was taken as the explanation"
        self._warn("explanation_without_label", message, value=answer)
        self.explanation = f"{match[2].strip()}\n{self.explanation}".strip()
        return match[1]

    # --- the rest

    def _candidate(self, read: Read) -> Candidate:
        fields = self.draft.fields
        word = fields.get("difficulty", "")
        difficulty = read_difficulty(word) if word else ""
        if difficulty is None:
            self._warn("difficulty_unknown", f"{word!r} is no difficulty", value=word)
        if self._marked():
            message = "parts are set apart in the document; only what is written was read"
            self._warn("marked_by_format", message, **self._marked())
        return Candidate(
            item=read.item,
            where=self.where,
            category=self.draft.section.category,
            tags=tuple(dict.fromkeys(t for t in _LISTS.split(fields.get("tags", "")) if t)),
            point=fields.get("point", ""),
            difficulty=difficulty or "",
            lesson_key=fields.get("lesson", ""),
            cards=tuple(dict.fromkeys(c for c in _LISTS.split(fields.get("cards", "")) if c)),
            points=self.points,
            stimulus=self.draft.stimulus,
            source=self._source(),
        )


def _marks(draft: Draft) -> set[str]:
    """Return what sets some options apart from the others, and words under a line where a blank may be meant."""
    marks = [set(marks) for name, marks in draft.marks if name == "options"]
    kinds = {
        kind
        for kind in set().union(*marks)
        if kind == "part bold" or not all(kind in each for each in marks)
    }
    if not draft.options and any("underlined" in each for _, each in draft.marks):
        kinds.add("underlined")
    return kinds


def _comparable(answer: str) -> str:
    letters = read_letters(answer)
    if letters is not None:
        return "".join(sorted(letters))
    truth = read_truth(answer)
    return str(truth) if truth is not None else squeeze(answer)


def _escaped(text: str) -> str:
    """Return a plain text with stars between digits or letters kept from being marks of emphasis."""
    return _STAR.sub(r"\\*", text) if "*" in text else text
