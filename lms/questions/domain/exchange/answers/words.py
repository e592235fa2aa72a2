"""Words that trainers use for types, truth, difficulty and yes; numbers, letters and blanks as they type them."""

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from enum import StrEnum


class Asked(StrEnum):
    """What a type cell or a heading asks for: the item types, and two words that leave one thing open.

    ``CHOICE`` (选择题) is single or multiple, which the answer says; ``BLANKS`` (填空题) is a short text, or a
    cloze when the stem has several blanks.
    """

    SINGLE = "single_response"
    MULTIPLE = "multiple_response"
    TRUE_FALSE = "true_false"
    SHORT_TEXT = "short_text"
    NUMERIC = "numeric"
    MATCHING = "matching"
    ORDERING = "ordering"
    CLOZE = "cloze"
    ESSAY = "essay"
    CHOICE = "choice"
    BLANKS = "blanks"


TYPE_WORDS: dict[Asked, tuple[str, ...]] = {
    Asked.SINGLE: (
        "单选题", "单选", "单项选择题", "单项选择", "单项", "单选择题", "singlechoice", "single", "singleresponse",
        "singleanswer", "single_response", "singleselect",
    ),
    Asked.MULTIPLE: (
        "多选题", "多选", "多项选择题", "多项选择", "多项", "不定项选择题", "不定项选择", "不定项",
        "multipleresponse", "multipleanswer", "multipleanswers", "multiple_response", "multipleselect", "multiselect",
    ),
    Asked.TRUE_FALSE: (
        "判断题", "判断", "判断正误", "判断对错", "是非题", "是非", "对错题", "正误题", "truefalse", "true/false", "t/f",
        "trueorfalse", "true_false", "tf",
    ),
    Asked.SHORT_TEXT: ("短答题", "短文本", "shorttext", "short_text", "shortanswertext"),
    Asked.NUMERIC: ("数值题", "数值", "数字题", "数字填空题", "numeric", "numerical", "number"),
    Asked.MATCHING: ("匹配题", "匹配", "连线题", "连线", "配对题", "配对", "matching", "match"),
    Asked.ORDERING: ("排序题", "排序", "排列题", "ordering", "order", "sequence"),
    Asked.CLOZE: ("完形填空", "完形填空题", "综合填空", "综合填空题", "多空题", "cloze"),
    Asked.ESSAY: (
        "简答题", "简答", "问答题", "问答", "论述题", "论述", "主观题", "名词解释", "案例分析题", "案例分析", "实操题",
        "开放题", "essay", "openquestion", "openended", "shortanswer",
    ),
    Asked.CHOICE: ("选择题", "选择", "客观选择题", "multiplechoice", "choice", "mcq"),
    Asked.BLANKS: ("填空题", "填空", "fillintheblank", "fillintheblanks", "fillinblank", "fillin", "blanks", "blank"),
}  # fmt: skip
"""Words by what they ask for; the first is ours. Compared after ``squeeze``."""

_ASKED = {word: asked for asked, words in TYPE_WORDS.items() for word in words}
_TRUE = frozenset({
    "对", "正确", "√", "✓", "✔", "☑", "t", "true", "yes", "y", "是", "right", "correct", "真", "对的", "正确的", "是的",
})  # fmt: skip
_FALSE = frozenset({
    "错", "错误", "×", "✗", "✘", "✖", "x", "f", "false", "no", "n", "否", "不对", "不正确", "wrong", "incorrect", "假",
    "╳", "☒", "错的", "错误的", "不是",
})  # fmt: skip
_DIFFICULTIES = {
    "easy": ("易", "简单", "容易", "较易", "低", "初级", "easy", "simple", "low"),
    "medium": ("中", "中等", "一般", "适中", "中级", "普通", "medium", "normal", "moderate"),
    "hard": ("难", "困难", "较难", "高", "高级", "hard", "difficult", "high"),
}
_DIFFICULTY = {word: name for name, words in _DIFFICULTIES.items() for word in words}
_SPACE = re.compile(r"\s+")
_BRACKETS = re.compile(r"[()\[\]【】]")
_LETTERS = re.compile(r"[A-L](?:[\s,、;/&+|·.和及与]*[A-L])*")
_END = re.compile(r"[\s。.;；,，、!]+$")
_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|[+-]?\.\d+")
_POINTS = re.compile(r"(\d{1,4}(?:\.\d{1,3})?)\s*(?:分|points?|pts?\.?|marks?)?", re.IGNORECASE)
BLANK = re.compile(
    r"(?:_{2,}|＿{2,}|﹍{2,}|﹎{2,}|(?:\\_){2,})|[（(][\s\u3000_＿]*[）)]|【[\s\u3000]*】|\[[ \u3000]+\]"
)
"""A place to fill in: a run of underscores, or empty brackets."""


def squeeze(text: str) -> str:
    """Return ``text`` narrow, in lower case and without any blanks, for comparing words."""
    return _SPACE.sub("", unicodedata.normalize("NFKC", text)).casefold()


def narrow(text: str) -> str:
    """Return ``text`` with full-width letters and digits made narrow and the ends stripped."""
    return unicodedata.normalize("NFKC", text).strip()


def read_asked(text: str) -> Asked | None:
    """Return what a type word asks for; None when it is no type word that we know."""
    return _ASKED.get(squeeze(text).strip("()[]【】:<>《》"))


def read_truth(text: str) -> bool | None:
    """Return what 对, √, T, 错误, × and the like say; None for anything else."""
    word = _END.sub("", squeeze(text)).strip("()[]")
    if word in _TRUE:
        return True
    return False if word in _FALSE else None


def read_difficulty(text: str) -> str | None:
    """Return easy, medium or hard for a word of difficulty; None for anything else."""
    return _DIFFICULTY.get(squeeze(text).removesuffix("度").removesuffix("题"))


def read_letters(text: str) -> str | None:
    """Return the option letters of an answer such as ``ACD``, ``A,C``, ``A、C`` or ``Ａ；Ｃ``.

    Returns:
        The letters in lower case as written; None when it is no list of the letters A to L, or one is there
        twice.
    """
    words = _END.sub("", _BRACKETS.sub(" ", narrow(text).upper())).strip()
    if not _LETTERS.fullmatch(words):
        return None
    letters = re.sub(r"[^A-L]", "", words).lower()
    return letters if len(set(letters)) == len(letters) else None


def read_number(text: str) -> Decimal | None:
    """Return a number with full-width digits and thousands separators read; None when it is none."""
    words = narrow(text).replace("−", "-").replace("–", "-")
    if len(words) > 80 or not _NUMBER.fullmatch(words):
        return None
    try:
        return Decimal(words.replace(",", ""))
    except InvalidOperation:
        return None


def read_points(text: str) -> Decimal | None:
    """Return points such as ``2``, ``2分`` or ``1.5 points``; None when it is no such thing."""
    match = _POINTS.fullmatch(narrow(text))
    return Decimal(match[1]) if match else None


def letter(index: int) -> str:
    """Return the letter of the option at ``index`` from 0: a … z, then aa, ab and so on."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(97 + rest) + name
    return name


def letter_index(name: str) -> int:
    """Return the index from 0 of the option with the letter ``name``: the inverse of ``letter``."""
    index = 0
    for char in name:
        index = index * 26 + ord(char) - 96
    return index - 1


def count_blanks(stem: str) -> int:
    """Return how many places to fill in ``stem`` has."""
    return sum(1 for _ in BLANK.finditer(stem))
