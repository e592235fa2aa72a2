"""The marks by which a line of a paper shows what it is: headings, numbers, option letters, labels."""

import re
from dataclasses import dataclass
from decimal import Decimal

from lms.questions.domain.exchange.answers.words import TYPE_WORDS, Asked, narrow, read_asked

_HAN = "零一二三四五六七八九十百"
_WORDS = "|".join(
    sorted(
        (re.escape(word) for words in TYPE_WORDS.values() for word in words if not word.isascii()),
        key=len,
        reverse=True,
    )
)
_ENGLISH = (
    r"single[ -](?:choice|answer|response)|multiple[ -](?:choice|answers?|response|select)|true\s*(?:/|or)\s*false|"
    r"fill[ -]in(?:[ -]the)?[ -]blanks?|short[ -]answers?|essays?|matching|ordering|numerical|numeric|cloze"
)
_TYPE = rf"(?:{_WORDS}|{_ENGLISH})"
_RANK = (
    rf"(?:第?[{_HAN}]+(?:部分|大题|题)?\s*[、.．:：,，\s]\s*|[（(][{_HAN}]+[)）]\s*|"
    rf"第[{_HAN}\d]+(?:部分|大题)\s*[、:：.]?\s*|[IVX]+\s*[.、．]\s*|(?:part|section)\s+\w+\s*[.:：、-]?\s*)"
)
_HEADING = re.compile(
    rf"(?P<rank>{_RANK})?[【\[（(〔]?\s*(?P<type>{_TYPE})(?:\s*(?:questions?|items?))?\s*[】\]）)〕]?(?P<rest>.*)",
    re.IGNORECASE,
)
_REST = re.compile(
    r"[\s:：。.]*(?:[（(【\[].*[)）】\]]|共?\s*\d+\s*(?:道|个)?小?题.*|每.*|\d+\s*[x×*]\s*\d+.*)?[\s:：。.]*"
)
_OPEN_REST = re.compile(r"[\s:：,，。.(（【\[].*|", re.DOTALL)
_EACH = re.compile(
    r"每(?:道|个)?小?题?\s*(\d{1,3}(?:\.\d{1,2})?)\s*分|(\d{1,3}(?:\.\d{1,2})?)\s*(?:points?|marks?)\s+each",
    re.IGNORECASE,
)
_CHAPTER = re.compile(rf"(?P<rank>{_RANK})(?P<name>.{{1,40}})", re.IGNORECASE)
_MARKDOWN_HEADING = re.compile(r"#{1,6}\s+")

_NUMBER_SIGNS = re.compile(rf"[\d（(【\[第Qq题问{_HAN}]")
_STYLES = (
    ("第", re.compile(rf"第\s*(\d{{1,4}}|[{_HAN}]{{1,4}})\s*题\s*[、.．:：)）]?\s*")),
    ("q", re.compile(r"(?:Q|题目?|问题?|Question)\s*(\d{1,4})\s*[.．、:：)）]\s*", re.IGNORECASE)),
    ("()", re.compile(r"[（(]\s*(\d{1,4})\s*[)）]\s*[.．、]?\s*")),
    ("[]", re.compile(r"[【\[]\s*(\d{1,4})\s*[】\]]\s*[.．、]?\s*")),
    (")", re.compile(r"(\d{1,4})\s*[)）]\s*")),
    ("、", re.compile(r"(\d{1,4})\s*[、]\s*")),
    (".", re.compile(r"(\d{1,4})\s*(?:[.．](?!\d)|[:：](?!\d))\s*")),
    ("一", re.compile(rf"([{_HAN}]{{1,4}})\s*[、.．]\s*")),
    ("（一）", re.compile(rf"[（(]\s*([{_HAN}]{{1,4}})\s*[)）]\s*")),
)
_OPTION = re.compile(
    r"(?:[（(【\[]\s*([A-La-lＡ-Ｌａ-ｌ])\s*[)）】\]]\s*[.．、:：]?|([A-La-lＡ-Ｌａ-ｌ])\s*(?:[.．、:：]|[)）]))\s*"
)
_BARE_OPTION = re.compile(r"([A-LＡ-Ｌ])[\s\u3000]+(?=\S)")
_BULLET = re.compile(r"[-*•·●○◦▪]\s+")

LABELS = {
    "answer": "答案 正确答案 参考答案 标准答案 正确选项 本题答案 试题答案 answer answers ans correct\\s*answer key",
    "explanation": "解析 答案解析 试题解析 本题解析 解答 分析 解释 详解 解题思路 说明 点评 explanation rationale",
    "difficulty": "难度 难易度 难易程度 difficulty",
    "point": "知识点 考点 考查点 考核点 knowledge\\s*point topic",
    "points": "分值 分数 points score marks",
    "tags": "标签 关键词 tags",
    "type": "题型 类型 type",
    "lesson": "课 课时 课程",
    "cards": "规则卡 依据",
    "rubric": "评分要点 评分标准 得分点 采分点 rubric",
    "feedback": "反馈\\s*[A-La-l]",
    "unit": "单位",
}
"""Words of labels by field."""

_LABEL_WORDS = {
    field: "|".join(sorted(words.split(), key=len, reverse=True)) for field, words in LABELS.items()
}
_ANY_LABEL = "|".join(
    f"(?P<{field}>{words})"
    for field, words in sorted(_LABEL_WORDS.items(), key=lambda kv: -len(kv[1]))
)
_LABEL = re.compile(
    rf"(?:(?<![^\s。；;,，.)）】\]*])|^)(?:[【\[〔［]\s*(?:{_ANY_LABEL})\s*[】\]〕］]\s*[:：]?)\s*",
    re.IGNORECASE,
)
_COLON_LABEL = re.compile(
    rf"(?:(?<=[\s。；;.)）】\]|])|^)(?:{_ANY_LABEL})\s*[:：]\s*", re.IGNORECASE
)
_BARE_LABEL = re.compile(
    r"(?:正确|参考|标准)?答案\s*(?:是|为)?\s+(?=\S)|(?:正确|参考|标准)?答案(?:是|为)\s*(?=[A-LＡ-Ｌ√×对错])"
)
_STRONG = re.compile(
    r"答案|解析|难|知识点|考点|分值|题型|标签|评分|得分点|反馈|单位|正确选项|answer|ans|key|explanation|difficulty|rationale|rubric",
    re.IGNORECASE,
)
_LABEL_SIGNS = re.compile(r"[:：】\]〕］]|答案")
_REPLY = re.compile(r"答\s*[:：]\s*")
_STIMULUS = re.compile(
    rf"[【\[]?(?:材料|案例|共用题干|阅读材料|背景资料|背景材料)\s*[{_HAN}\d]{{0,3}}\s*(?:[】\]]\s*[:：]?|[:：])\s*"
)


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a section.

    Attributes:
        asked: The type of what follows; None for a chapter.
        points: What each item below earns, if it says so.
        name: Its words without the number.
    """

    asked: Asked | None
    points: Decimal | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Numbered:
    """The number at the beginning of a line.

    Attributes:
        style: How it is written.
        number: From 0.
        rest: What follows it.
    """

    style: str
    number: int
    rest: str


@dataclass(frozen=True, slots=True)
class Labelled:
    """A labelled piece of a line: field, its text, and the label as written."""

    field: str
    text: str
    label: str


def read_heading(line: str) -> Heading | None:
    """Return the heading that a whole line is: 一、单选题（每题2分）, （判断）, 【多选】, Part B. True/False."""
    text = unmarked(line)
    text = _MARKDOWN_HEADING.sub("", text)
    if len(text) > 120:
        return None
    match = _HEADING.fullmatch(text)
    if match is None:
        return None
    asked = read_asked(match["type"]) or read_asked(re.sub(r"[\s-]|s\b", "", match["type"].lower()))
    tail = _OPEN_REST if match["rank"] else _REST
    if asked is None or not tail.fullmatch(match["rest"]):
        return None
    if match["rank"] and match["rest"].strip(" :：").startswith(("以下", "下列关于")):
        return None
    each = _EACH.search(match["rest"])
    points = Decimal(each[1] or each[2]) if each else None
    return Heading(asked, points, match["type"])


def read_chapter(line: str) -> Heading | None:
    """Return the heading of a chapter that is a whole line: 第一章 接待, # 售后."""
    text = unmarked(line)
    hashes = _MARKDOWN_HEADING.match(text)
    if hashes:
        return Heading(None, name=text[hashes.end() :].strip())
    match = re.fullmatch(rf"第[{_HAN}\d]{{1,4}}(?:章|节|部分|单元|课)[\s:：、]*(.{{0,40}})", text)
    return Heading(None, name=match[1].strip() or text) if match else None


def read_number(line: str) -> Numbered | None:
    """Return the number at the beginning of a line: 1. 1、 1) （1） 第1题 Q1. 一、 and so on."""
    if not _NUMBER_SIGNS.match(line):
        return None
    for style, pattern in _STYLES:
        match = pattern.match(line)
        if match:
            number = int(match[1]) if match[1].isdecimal() else han_number(match[1])
            return Numbered(style, number, line[match.end() :])
    return None


def han_number(text: str) -> int:
    """Return 十二 as 12."""
    total = digit = 0
    for char in text:
        value = _HAN.index(char)
        if value < 10:
            digit = value
        else:
            total += (digit or 1) * (10 if value == 10 else 100)
            digit = 0
    return total + digit


def read_option(line: str) -> tuple[str, str] | None:
    """Return letter and text of a line that begins an option: A. A、 A) （A） Ａ． - A."""
    text = _BULLET.sub("", line, count=1)
    match = _OPTION.match(text)
    if match:
        return narrow(match[1] or match[2]).lower(), text[match.end() :].strip()
    match = _BARE_OPTION.match(text)
    return (narrow(match[1]).lower(), text[match.end() :].strip()) if match else None


def find_option(text: str, letter: str, start: int = 0) -> tuple[int, int] | None:
    """Return where in ``text`` the marker of the option ``letter`` begins and ends.

    One behind a blank is preferred to one directly behind other words.
    """
    wide = chr(ord(letter.upper()) + 0xFEE0)
    one = f"[{letter}{letter.upper()}{wide}]"
    marker = rf"(?:[（(]\s*{one}\s*[)）]\s*[.．、]?|{one}\s*(?:[.．、:：]|[)）]))\s*"
    for before in (r"(?<=[\s;；|])", r"(?<![A-Za-z0-9（(])"):
        match = re.compile(before + marker).search(text, start)
        if match:
            return match.span()
    return None


def options_within(text: str) -> list[tuple[str, str]]:
    """Return the options on one line that begins with one: ``A. x  B. y`` gives both."""
    first = read_option(text)
    if first is None:
        return []
    options = []
    letter, rest = first
    while letter < "l":
        after = chr(ord(letter) + 1)
        span = find_option(rest, after)
        if span is None:
            break
        options.append((letter, rest[: span[0]].strip(" \t\u3000;；|")))
        letter, rest = after, rest[span[1] :]
    options.append((letter, rest.strip()))
    return options


def split_options(text: str) -> tuple[tuple[str, str], ...] | None:
    """Return the options that one cell holds: lines or one line with letters; None when they cannot be told apart."""
    options: list[tuple[str, str]] = []
    for line in text.splitlines():
        found = options_within(line.strip())
        if found and found[0][0] == chr(97 + len(options)):
            options.extend(found)
        elif options and line.strip():
            name, before = options[-1]
            options[-1] = (name, f"{before}\n{line.strip()}")
        elif line.strip():
            return None
    return tuple(options) if len(options) > 1 else None


def split_labels(line: str, *, strict: bool = False) -> tuple[str, list[Labelled]]:
    """Return what stands before the first label of a line, and the labelled pieces in order.

    Args:
        line: One line.
        strict: Only take labels that hardly stand in a question itself: 答案, 解析, 难度, 知识点, 分值, 题型; not 说明.
    """
    if not _LABEL_SIGNS.search(line):
        return line, []
    spots = [*_LABEL.finditer(line), *_COLON_LABEL.finditer(line)]
    if strict:
        spots = [spot for spot in spots if _STRONG.search(spot[0])]
    bare = _BARE_LABEL.match(line)
    if bare and not any(spot.start() == 0 for spot in spots):
        spots.append(bare)
    spots.sort(key=lambda spot: (spot.start(), -spot.end()))
    kept: list[re.Match[str]] = []
    for spot in spots:
        if not kept or spot.start() >= kept[-1].end():
            kept.append(spot)
    if not kept:
        reply = _REPLY.match(line)
        return ("", [Labelled("answer", line[reply.end() :], "答")]) if reply else (line, [])
    ends = [spot.start() for spot in kept[1:]] + [len(line)]
    pieces = [
        Labelled(spot.lastgroup or "answer", line[spot.end() : end].strip(), spot[0].strip())
        for spot, end in zip(kept, ends, strict=True)
    ]
    return line[: kept[0].start()].rstrip(), pieces


def read_stimulus(line: str) -> str | None:
    """Return what follows 材料： or 【案例】 at the beginning of a line; None for any other line."""
    match = _STIMULUS.match(unmarked(line))
    return unmarked(line)[match.end() :] if match else None


def unmarked(line: str) -> str:
    """Return a line without the bold marks that enclose all of it."""
    text = line.strip()
    if len(text) > 4 and text.startswith("**") and text.endswith("**") and text.count("**") == 2:
        return text[2:-2].strip()
    return text
