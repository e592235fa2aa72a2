"""The key at the end of a paper: 1-5 ABCDA, 1.A 2.B, or a line each, put to the questions by number."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from lms.issues import Issue, Where
from lms.questions.domain.exchange.answers.words import Asked, narrow
from lms.questions.domain.exchange.plain_text.draft import LINES_AT_MOST, Draft, KeyEntry, Line
from lms.questions.domain.exchange.plain_text.marks import (
    Heading,
    read_heading,
    read_number,
    split_labels,
)
from lms.questions.domain.exchange.values import reject

_TRUTH = "√|×|✓|✗|✔|✘|对|错|正确|错误|T|F|True|False"
_KEY_HEADING = re.compile(
    r"(?:#{1,6}\s*)?[【（(\[]?\s*(?:附录?[:：]?\s*)?(?:[一二三四五六七八九十]+[、.．]\s*)?"
    r"(?:(?:本卷|试题|试卷|全卷|各题|题目)?(?:参考|标准|正确)?答案(?:[及与和]?(?:解析|详解|评分标准|评分要点))?(?:部分|汇总|页|区|表|如下)?"
    r"|answer\s*keys?|answers|keys?)\s*[】)）\]]?\s*[:：]?",
    re.IGNORECASE,
)
_ONE = rf"(?:[A-L](?:[\s,，、]?[A-L]){{0,11}}|{_TRUTH})"
_PAIR = re.compile(
    rf"[（(]?(\d{{1,4}})\s*[)）]?\s*[.．、:：)）\-]?\s*({_ONE})(?=[\s,，;；、。|]|$|(?=\d))",
    re.IGNORECASE,
)
_RANGE = re.compile(r"(\d{1,4})\s*[-—–~～至]{1,2}\s*(\d{1,4})\s*(?:题)?\s*[.．、:：)）]?\s*")
_GROUP = re.compile(rf"[A-L]+|{_TRUTH}", re.IGNORECASE)
_TYPED = re.compile(r"(.{2,24}?)[:：]?\s*(?=\d{1,4}\s*[-—–~～.．、])")
_BETWEEN = re.compile(r"[\s,，;；、。|]*")
_MOST = 2000


def is_key_heading(text: str) -> bool:
    """Say whether a line is the heading of a key: 参考答案, 答案及解析, Answer key."""
    return len(text) < 40 and _KEY_HEADING.fullmatch(text.strip("*# \t")) is not None


def typed_key(text: str) -> tuple[Heading | None, str]:
    """Return the heading in front of entries (单选题：1-3 ABA) and the entries."""
    match = _TYPED.match(text)
    heading = read_heading(match[1].strip("：: ")) if match else None
    return (heading, text[match.end() :]) if match and heading else (None, text)


def labelled_key(text: str) -> str:
    """Return the entries of a line 参考答案：1-5 ABCDA; empty for any other line."""
    before, labels = split_labels(text, strict=True)
    if before or len(labels) != 1 or labels[0].field != "answer":
        return ""
    return labels[0].text if is_compact(labels[0].text) else ""


def is_key_line(text: str) -> bool:
    """Say whether a line begins an entry of a key."""
    return (
        typed_key(text)[0] is not None
        or _RANGE.match(text) is not None
        or read_number(text) is not None
        or _PAIR.match(text) is not None
    )


def is_compact(text: str) -> bool:
    """Say whether a whole line is entries of a key, several at once: 1-5 ABCDA, 1.A 2.B."""
    entries = list(_compact(narrow(text)))
    return len(entries) > 1


def _compact(text: str) -> Iterator[tuple[int, str]]:
    """Yield number and answer of every entry if the whole line is entries; nothing otherwise."""
    found: list[tuple[int, str]] = []
    at = 0
    while at < len(text):
        at = _BETWEEN.match(text, at).end()  # type: ignore[union-attr]  # matches the empty text too
        if at == len(text):
            break
        many = _RANGE.match(text, at)
        if many:
            group, at = _in_range(text, many)
        else:
            one = _PAIR.match(text, at)
            group = [(int(one[1]), one[2])] if one else []
            at = one.end() if one else at
        if not group:
            return
        found.extend(group)
    yield from found


def _in_range(text: str, many: re.Match[str]) -> tuple[list[tuple[int, str]], int]:
    first, last = int(many[1]), int(many[2])
    after = _RANGE.search(text, many.end())
    end = after.start() if after else len(text)
    body = text[many.end() : end]
    count = last - first + 1
    if not 1 <= count <= _MOST or _GROUP.sub("", body).strip(" \t,，;；、。|"):
        return [], end
    groups = [match[0] for match in _GROUP.finditer(body)]
    if len(groups) != count:
        groups = re.findall(r"[A-L√×✓✗✔✘对错]", body.upper())
    if len(groups) != count:
        return [], end
    return list(zip(range(first, last + 1), groups, strict=True)), end


class KeyReader:
    """Reads the lines of a key in order."""

    def __init__(self, file: str) -> None:
        self.entries: list[KeyEntry] = []
        self.issues: list[Issue] = []
        self._file = file
        self._run = 0
        self._asked: Asked | None = None
        self._fresh = True
        self._lines = 0

    def read(self, line: Line) -> None:
        """Read one line that is not blank."""
        text = line.text.strip("* ")
        heading = read_heading(text)
        if heading is not None:
            self._asked, self._fresh = heading.asked, True
            return
        typed, rest = typed_key(text)
        if typed is not None:
            self._asked, self._fresh, text = typed.asked, True, rest
        entries = list(_compact(narrow(text).replace("|", " ")))
        if entries:
            for number, answer in entries:
                self._add(line, number, answer)
            return
        self._read_single(line, text)

    def _read_single(self, line: Line, text: str) -> None:
        before, labels = split_labels(text)
        numbered = read_number(before or text)
        if numbered is not None and not self._is_inner(numbered.number):
            explanation = "\n".join(each.text for each in labels if each.field == "explanation")
            answer = "\n".join(each.text for each in labels if each.field == "answer")
            given = numbered.rest if before or not labels else ""
            if not before and labels:
                given = ""
            self._add(line, numbered.number, (answer or given).strip(), explanation)
            return
        self._lines += 1
        if not self.entries or self._lines > LINES_AT_MOST:
            self.issues.append(_unused(self._file, line))
            return
        last = self.entries[-1]
        for each in labels:
            if each.field == "explanation":
                last = replace(last, explanation=f"{last.explanation}\n{each.text}".strip())
            elif each.field == "answer":
                last = replace(last, answer=f"{last.answer}\n{each.text}".strip())
        if before:
            name = "explanation" if last.explanation else "answer"
            old = last.explanation or last.answer
            last = (
                replace(last, explanation=f"{old}\n{before}".strip())
                if name == "explanation"
                else replace(last, answer=f"{old}\n{before}".strip())
            )
        self.entries[-1] = replace(last, source=f"{last.source}\n{line.text}")

    def _is_inner(self, number: int) -> bool:
        """Say whether a number belongs to a list within an answer: it begins anew without a heading."""
        if self._fresh or not self.entries:
            return False
        last = self.entries[-1].number
        return number <= last and self._asked is Asked.ESSAY

    def _add(self, line: Line, number: int, answer: str, explanation: str = "") -> None:
        if self.entries and (self._fresh or number <= self.entries[-1].number):
            self._run += 1
        self._fresh = False
        self._lines = 0
        entry = KeyEntry(
            line.number, number, answer, explanation, self._run, line.text, self._asked
        )
        self.entries.append(entry)


def _unused(file: str, line: Line) -> Issue:
    where = Where(file, line=line.number)
    return reject("text_not_used", where, "this line belongs to no question", line.text)


def put_answers(drafts: Sequence[Draft], entries: Sequence[KeyEntry], file: str) -> list[Issue]:
    """Put each entry to its question: by number, and by section where numbers begin anew.

    Returns:
        Issues ``answer_without_item`` and ``key_ambiguous`` of entries that belong to no one question.
    """
    issues = []
    by_number: dict[int | None, list[Draft]] = {}
    for draft in drafts:
        by_number.setdefault(draft.number, []).append(draft)
    runs = sorted({draft.run for draft in drafts})
    if len(runs) != len({each.run for each in entries}):
        runs = []
    for entry in entries:
        found = _meant(by_number.get(entry.number, []), entry, runs)
        where = Where(file, line=entry.line)
        if len(found) == 1:
            for name, text in (("key", entry.answer), ("explanation", entry.explanation)):
                if text:
                    found[0].add(name, text)
            continue
        code = "key_ambiguous" if found else "answer_without_item"
        message = f"the answer to number {entry.number} belongs to {len(found)} questions"
        issues.append(reject(code, where, message, entry.source, number=entry.number))
    return issues


def _meant(same: Sequence[Draft], entry: KeyEntry, runs: Sequence[int]) -> Sequence[Draft]:
    """Return which of the questions with the entry's number it means: by type, or by how often numbers began anew."""
    if len(same) < 2:
        return same
    typed = [draft for draft in same if entry.asked and draft.section.asked is entry.asked]
    if len(typed) == 1:
        return typed
    if not runs:
        return same
    return [draft for draft in same if runs.index(draft.run) == entry.run]
