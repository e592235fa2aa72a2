"""The columns of a question sheet: their names in files, and which heading of somebody's own sheet means which."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lms.questions.domain.exchange.answers.words import squeeze

OPTION_LETTERS = "abcdefghijkl"
IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class Column:
    """One field of a question sheet.

    Attributes:
        key: Its name in mappings and Issues.
        zh: Chinese heading of our own template.
        en: English heading of our own template.
        synonyms: Other headings, blank between them, squeezed (narrow, lower case, no blanks).
        width: Width in our own sheets, in characters.
    """

    key: str
    zh: str
    en: str
    synonyms: str
    width: int


def _lettered(key: str, zh: str, en: str, width: int) -> tuple[Column, ...]:
    return tuple(
        Column(f"{key}_{name}", f"{zh}{name.upper()}", f"{en} {name.upper()}", "", width)
        for name in OPTION_LETTERS
    )


_HEAD = (
    Column("type", "题型", "Type", "类型 题目类型 试题类型 试题题型 题类 questiontype itemtype kind", 11),
    Column("stem", "题干", "Question",
           "题目 试题内容 题目内容 试题 试题题干 题目题干 问题 内容 题目描述 试题描述 stem questiontext prompt text", 46),
)  # fmt: skip
_TAIL = (
    Column("answer", "答案", "Answer",
           "正确答案 参考答案 标准答案 试题答案 题目答案 正确选项 答案选项 correctanswer answers correct correctoption", 22),
    Column("explanation", "解析", "Explanation",
           "答案解析 试题解析 题目解析 解释 说明 答案说明 解题思路 详解 rationale comment generalfeedback", 36),
    Column("difficulty", "难度", "Difficulty", "难易度 难易程度 难度系数 难度等级 试题难度 level", 8),
    Column("point", "知识点", "Knowledge point", "考点 考查点 考核点 知识要点 所属知识点 knowledge topic", 18),
    Column("points", "分值", "Points", "分数 得分 题目分值 试题分数 每题分值 本题分值 满分 score mark marks point", 7),
    Column("tags", "标签", "Tags", "关键词 关键字 tag keywords", 16),
    Column("lesson", "课", "Lesson", "课时 课程 所属课程 课节 对应课时 course unitlesson", 16),
    Column("cards", "规则卡", "Rule cards", "规则 卡片 依据 依据卡 规则卡片 cards rulecard card", 18),
    Column("red_line", "红线", "Red line", "红线题 是否红线 redlineitem", 7),
    Column("stimulus", "材料", "Shared text",
           "案例材料 阅读材料 题目材料 材料内容 共用题干 案例 背景材料 stimulus passage material case", 30),
    Column("picture", "图片", "Picture", "题干图片 题目图片 配图 附图 插图 图 image pictures images", 14),
    Column("unit", "单位", "Unit", "计量单位 units", 7),
    Column("rubric", "评分要点", "Rubric", "评分标准 得分点 采分点 评分细则 gradingcriteria scoringguide", 30),
    Column("category", "分类", "Category", "题目分类 试题分类 目录 章节 所属章节 所属分类 题库分类 folder chapter", 18),
    Column("name", "名称", "Title", "题目名称 试题名称 标题 name", 18),
    Column("key", "编号", "Key", "题目编号 试题编号 题目id 试题id id itemkey code", 16),
    Column("settings", "设置", "Settings", "其他设置 options(settings)", 22),
)  # fmt: skip
OPTIONS = _lettered("option", "选项", "Option", 20)
FEEDBACK = _lettered("feedback", "反馈", "Feedback", 20)
ALL_OPTIONS = Column(
    "options", "选项", "Options", "备选项 备选答案 选项内容 全部选项 候选项 选择项 choices", 40
)
NUMBER = Column(
    IGNORE,
    "序号",
    "No.",
    "题号 编码序号 顺序 no. no # 序 行号 出题人 创建人 创建时间 导入问题 importproblem",
    6,
)
COLUMNS = (*_HEAD, *OPTIONS, ALL_OPTIONS, *_TAIL[:2], *FEEDBACK, *_TAIL[2:], NUMBER)
"""Every field that a column can be mapped to, in the order of the template; the last is for those left out."""

BY_KEY: Mapping[str, Column] = {column.key: column for column in COLUMNS}
PROBLEM = {"zh": "导入问题", "en": "Import problem"}
"""Heading of what is wrong, in the file with only the bad rows; it is not read back."""

_BY_HEADING = {
    word: column.key
    for column in COLUMNS
    for word in (squeeze(column.zh), squeeze(column.en), *column.synonyms.split())
}
_NOISE = re.compile(r"[*:_＊：]|\(.*?\)|\[.*?\]|【.*?】|<.*?>")
_OPTION = re.compile(
    r"(?:选项|备选项|备选答案|候选项|答案选项|选择项|option|choice)?([a-l])(?:选项|项|答案)?"
)
_OPTION_NUMBER = re.compile(
    r"(?:选项|备选项|备选答案|候选项|选择项|option|choice|answer)(\d{1,2}|[一二三四五六七八九十])"
)
_FEEDBACK = re.compile(r"(?:选项)?([a-l])?(?:选项)?(?:的)?(?:反馈|解析|feedback)([a-l])?")
_HAN = "一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """What the columns of one sheet mean.

    Attributes:
        sheet: Name of the sheet.
        header_row: Number of the row with the headings, from 1.
        fields: Field by column index from 0; columns that are not there are not read.
        numbered: Whether the options are headed 选项1, 选项2, …, so that answers may be numbers.
    """

    sheet: str
    header_row: int
    fields: Mapping[int, str] = field(default_factory=dict)
    numbered: bool = False

    def as_json(self) -> dict[str, object]:
        """Return the shape in which a form or a job keeps it."""
        return {
            "sheet": self.sheet,
            "header_row": self.header_row,
            "fields": {str(index): name for index, name in self.fields.items()},
            "numbered": self.numbered,
        }


def field_of(heading: str) -> str | None:
    """Return the field that a heading means; None when we do not know it."""
    word = _NOISE.sub("", squeeze(heading))
    if word in _BY_HEADING:
        return _BY_HEADING[word]
    for pattern, key in ((_OPTION, "option"), (_FEEDBACK, "feedback")):
        match = pattern.fullmatch(word)
        letters = "".join(group or "" for group in match.groups()) if match else ""
        if len(letters) == 1:
            return f"{key}_{letters}"
    match = _OPTION_NUMBER.fullmatch(word)
    if match is None:
        return None
    number = int(match[1]) if match[1].isdecimal() else _HAN.index(match[1]) + 1
    return f"option_{OPTION_LETTERS[number - 1]}" if 1 <= number <= len(OPTION_LETTERS) else None


def is_numbered(heading: str) -> bool:
    """Say whether a heading counts options: 选项1."""
    return _OPTION_NUMBER.fullmatch(_NOISE.sub("", squeeze(heading))) is not None


def fields_of(headings: Sequence[str]) -> dict[int, str]:
    """Return the field of each column that we know; of two for the same field the first."""
    fields: dict[int, str] = {}
    for index, heading in enumerate(headings):
        name = field_of(heading) if heading else None
        if name and (name == IGNORE or name not in fields.values()):
            fields[index] = name
    return fields


def find_header(rows: Sequence[Sequence[str]]) -> tuple[int, list[str]] | None:
    """Return the index of the last heading row and the headings: those with most that we know.

    There must be a stem and one thing more; a title above does not matter. Headings may take two rows, the second
    of which has nothing but options (A, B, … under 选项).
    """
    best: tuple[int, list[str]] | None = None
    most = 1
    for index, row in enumerate(rows):
        headings = list(row)
        count = _known(headings)
        if count > most:
            best, most = (index, headings), count
        both = _two_rows(row, rows[index + 1]) if index + 1 < len(rows) else None
        if both and _known(both) > most:
            best, most = (index + 1, both), _known(both)
    return best


def _known(headings: Sequence[str]) -> int:
    known = set(fields_of(headings).values()) - {IGNORE}
    return len(known) if "stem" in known else 0


def _two_rows(upper: Sequence[str], lower: Sequence[str]) -> list[str] | None:
    filled = [cell for cell in lower if cell]
    if len(filled) < 2 or any(not (field_of(cell) or "").startswith("option_") for cell in filled):
        return None
    return [below or above for above, below in zip(upper, lower, strict=True)]
