"""A bank as a paper on A4: sections by type, points, lines to write on; the key and explanations at the end."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from lms.issues import Issue, Severity, Where
from lms.questions.domain.exchange.answers.words import Asked, count_blanks
from lms.questions.domain.exchange.answers.writing import as_cells, number_as_text
from lms.questions.domain.exchange.docx.body import Body
from lms.questions.domain.exchange.docx.numbering import shown
from lms.questions.domain.exchange.docx.package import packed
from lms.questions.domain.exchange.values import Candidate, Outgoing
from lms.questions.domain.items import Item
from lms.questions.domain.types.cloze import MARKER, Cloze
from lms.questions.domain.types.essay import Essay
from lms.questions.domain.types.matching import Matching
from lms.questions.domain.types.multiple_response import MultipleResponse
from lms.questions.domain.types.numeric import Numeric
from lms.questions.domain.types.ordering import Ordering
from lms.questions.domain.types.short_text import ShortText
from lms.questions.domain.types.single_response import SingleResponse
from lms.questions.domain.types.true_false import TrueFalse

_SECTIONS = (
    (Asked.SINGLE, "单选题"),
    (Asked.MULTIPLE, "多选题"),
    (Asked.TRUE_FALSE, "判断题"),
    (Asked.BLANKS, "填空题"),
    (Asked.NUMERIC, "数值题"),
    (Asked.MATCHING, "匹配题"),
    (Asked.ORDERING, "排序题"),
    (Asked.CLOZE, "完形填空"),
    (Asked.ESSAY, "简答题"),
)
_NAMES = dict(_SECTIONS)
_SHORT = 9
_SPACES = re.compile(r"\s*\n\s*")


@dataclass(slots=True)
class _Entry:
    """One line of the key."""

    number: int
    answer: str
    explanation: str


def write_docx(bank: Outgoing, *, with_key: bool) -> tuple[bytes, tuple[Issue, ...]]:
    """Write a bank as a paper.

    Args:
        bank: What to write.
        with_key: Whether the answers and explanations follow on a page of their own.

    Returns:
        The file, and Issues of what a paper cannot say: ``docx_left_out`` (facts ``kind``, ``count``) and
        ``picture_not_written``.
    """
    paper = _Paper(bank)
    paper.write()
    if with_key:
        paper.write_key()
    return packed(paper.body.xml, paper.body.used), tuple(paper.issues())


def _section_of(item: Item) -> Asked:
    if isinstance(item, Cloze) and all(_is_plain_gap(gap.item) for gap in item.gaps):
        return Asked.BLANKS
    asked = as_cells(item).asked or Asked.SINGLE
    return Asked.BLANKS if asked is Asked.SHORT_TEXT else asked


def _is_plain_gap(item: object) -> bool:
    return isinstance(item, ShortText) and not set("；;\n|") & set(item.accepted[0].text)


class _Paper:
    """One paper while it is written."""

    def __init__(self, bank: Outgoing) -> None:
        self.bank = bank
        self.body = Body(bank.media)
        self._key: list[_Entry] = []
        self._left_out: dict[str, int] = {}
        self._number = 0
        self._sections = 0

    def write(self) -> None:
        """Write title, name line and all sections; case groups come last, each under its text."""
        self.body.paragraph(self.bank.title or "试卷", "Title")
        self.body.paragraph(
            "姓名：______________　　日期：______________　　得分：__________", "NameLine"
        )
        groups = {stimulus.key for stimulus in self.bank.stimuli}
        alone = [each for each in self.bank.candidates if each.stimulus not in groups]
        for asked, _ in _SECTIONS:
            found = [each for each in alone if _section_of(each.item) is asked]
            if found:
                self._section(asked, found)
        self._groups()

    def _section(self, asked: Asked, found: Sequence[Candidate]) -> None:
        points = {candidate.points for candidate in found}
        each = points.pop() if len(points) == 1 else None
        self._heading(_NAMES[asked], found, each)
        for candidate in found:
            own = f"（{_plain(candidate.points)} 分）" if candidate.points and not each else ""
            self._item(candidate, own)

    def _heading(self, name: str, found: Sequence[Candidate], each: Decimal | None) -> None:
        self._sections += 1
        rank = shown(self._sections, "chineseCounting")
        words = f"共 {len(found)} 题"
        if each:
            words = f"每题 {_plain(each)} 分，共 {_plain(each * len(found))} 分"
        self.body.paragraph(f"{rank}、{name}（{words}）", "Heading1")

    def _groups(self) -> None:
        for stimulus in self.bank.stimuli:
            found = [each for each in self.bank.candidates if each.stimulus == stimulus.key]
            if not found:
                continue
            title = f"**{stimulus.title}**\n" if stimulus.title else ""
            self.body.text(f"【材料】{title}{stimulus.text}", "Shared", "Shared")
            for candidate in found:
                points = f"，{_plain(candidate.points)} 分" if candidate.points else ""
                self._item(candidate, f"（{_NAMES[_section_of(candidate.item)]}{points}）")

    def _item(self, candidate: Candidate, words: str) -> None:
        self._number += 1
        item = candidate.item
        tail = "（　　）" if isinstance(item, TrueFalse) else ""
        stem = _stem(item)
        if stem.startswith(("|", "![")):
            stem = f"\n{stem}"
        self.body.text(f"{self._number}. {words}{stem}{tail}", "Stem", "More")
        answer = self._below(item)
        self._note_left_out(item)
        self._key.append(_Entry(self._number, answer, item.explanation))

    def _below(self, item: Item) -> str:
        """Write what stands under the stem and return the answer."""
        if isinstance(item, SingleResponse | MultipleResponse):
            self._options([option.text for option in item.options])
            return as_cells(item).answer
        if isinstance(item, Ordering):
            return self._ordering(item)
        if isinstance(item, Matching):
            return self._matching(item)
        if isinstance(item, Cloze):
            return self._cloze(item)
        if isinstance(item, Essay):
            self.body.writing_lines(item.lines)
            lines = [f"（{_plain(line.points)} 分）{line.text}" for line in item.rubric]
            return "\n".join([*filter(None, [item.reference]), *lines])
        if isinstance(item, ShortText | Numeric):
            if not count_blanks(item.stem):
                self.body.writing_lines(1)
            return _typed(item)
        return as_cells(item).answer

    def _options(self, texts: Sequence[str]) -> None:
        lettered = [f"{chr(65 + at)}. {_one_line(text)}" for at, text in enumerate(texts)]
        if len(texts) <= 4 and all(len(text) <= _SHORT and "](" not in text for text in texts):
            self.body.paragraph("\t".join(lettered), "Choice")
            return
        for text in lettered:
            self.body.paragraph(text, "Choice")

    def _ordering(self, item: Ordering) -> str:
        order = item.shuffled(_dice(item.stem))
        texts = {option.id: option.text for option in item.options}
        self._options([texts[name] for name in order])
        return "".join(chr(65 + order.index(option.id)) for option in item.options)

    def _matching(self, item: Matching) -> str:
        choices = list(item.choices)
        _dice(item.stem).shuffle(choices)
        letters = {choice.id: chr(65 + at) for at, choice in enumerate(choices)}
        for number, premise in enumerate(item.premises, start=1):
            self.body.paragraph(f"（{number}）{_one_line(premise.text)} ____", "Choice")
        self._options([choice.text for choice in choices])
        return "；".join(
            f"（{number}）{letters[premise.choice_id]}"
            for number, premise in enumerate(item.premises, start=1)
        )

    def _cloze(self, item: Cloze) -> str:
        answers = []
        for number, gap in enumerate(item.gaps, start=1):
            if isinstance(gap.item, SingleResponse | MultipleResponse):
                self.body.paragraph(f"（{number}）", "Choice")
                self._options([option.text for option in gap.item.options])
                answers.append(as_cells(gap.item).answer)
            else:
                answers.append(_typed(gap.item))
        if _section_of(item) is Asked.BLANKS:
            return "；".join(answers)
        return "；".join(f"（{number}）{answer}" for number, answer in enumerate(answers, start=1))

    def _note_left_out(self, item: Item) -> None:
        cells = as_cells(item)
        for kind, there in (("feedback", bool(cells.feedback)), ("settings", bool(cells.settings))):
            if there:
                self._left_out[kind] = self._left_out.get(kind, 0) + 1

    def write_key(self) -> None:
        """Write the key on a page of its own."""
        self.body.paragraph("参考答案与解析", "Heading1", page_break=True)
        for entry in self._key:
            self.body.text(f"{entry.number}. {entry.answer}", "Stem", "More")
            if entry.explanation:
                self.body.text(f"解析：{entry.explanation}", "More", "More")

    def issues(self) -> list[Issue]:
        """Return what the paper does not say."""
        issues = [
            Issue(
                Severity.WARNING,
                "docx_left_out",
                Where(),
                f"a paper does not show the {kind} of {count} questions",
                {"kind": kind, "count": count},
            )
            for kind, count in self._left_out.items()
        ]
        for name in dict.fromkeys(self.body.missing):
            message = f"the picture {name} cannot stand in a Word document"
            facts = {"picture": name}
            issues.append(Issue(Severity.WARNING, "picture_not_written", Where(), message, facts))
        return issues


def _stem(item: Item) -> str:
    if not isinstance(item, Cloze):
        return item.stem
    if _section_of(item) is Asked.BLANKS:
        return MARKER.sub("____", item.stem)
    numbers = iter(range(1, len(item.gaps) + 1))
    return MARKER.sub(lambda _: f"（{next(numbers)}）____", item.stem)


def _typed(item: ShortText | Numeric) -> str:
    full = [accepted for accepted in item.accepted if accepted.percent == 100]
    if isinstance(item, Numeric):
        texts = [number_as_text(accepted) for accepted in item.accepted if accepted.percent == 100]
        return "|".join(texts) + (f" {item.unit}" if item.unit else "")
    return "|".join(accepted.text for accepted in full if hasattr(accepted, "text"))


def _dice(stem: str) -> Random:
    """Return the dice of one item: the same paper comes out every time."""
    seed = int.from_bytes(hashlib.sha256(stem.encode()).digest()[:8])
    return Random(seed)  # noqa: S311 - the order on paper is no secret


def _plain(points: Decimal | None) -> str:
    return f"{points.normalize():f}" if points else "0"


def _one_line(text: str) -> str:
    return _SPACES.sub(" ", text)
