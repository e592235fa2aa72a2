"""Sentences about the fields of the editor in the reader's language: what is wrong, and where."""

import re

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from lms.questions.domain.authoring import FieldProblem, Fields

_WORDS = {
    "type_unknown": _("请先选题型。"),
    "stem_missing": _("请写题干。"),
    "row_empty": _("这里还没写。不需要的话请移除。"),
    "row_twice": _("和第 %(first)s 个写得一样。"),
    "option_few": _("至少要写两个。"),
    "option_many": _("最多 %(limit)s 个。"),
    "premise_few": _("至少要写两个。"),
    "premise_many": _("最多 %(limit)s 个。"),
    "choice_few": _("至少要写两个。"),
    "choice_many": _("最多 %(limit)s 个。"),
    "key_missing": _("请在正确的选项前面点一下。"),
    "keys_missing": _("请勾选正确的选项。"),
    "keys_all": _("至少要有一个选项是错的。"),
    "weight_of_key": _("正确的选项要得 100%%。"),
    "weights_few": _("能得分的选项加起来是 %(total)s%%，要满 100%%。"),
    "answer_missing": _("请选“对”或“错”。"),
    "accepted_none": _("至少要写一个认可的答案。"),
    "accepted_many": _("最多 %(limit)s 个。"),
    "accepted_none_full": _("至少要有一个答案能得满分，并且没有被前面的答案挡住。"),
    "number_missing": _("请填一个数字。"),
    "number_unreadable": _("看不懂“%(value)s”，请只写数字。"),
    "number_long": _("这个数字太长了。"),
    "percent_beyond": _("请填 -100 到 100 之间的数。"),
    "count_beyond": _("请填 1 到 %(limit)s 之间的整数。"),
    "tolerance_negative": _("误差不能是负数。"),
    "range_reversed": _("“到”不能比“从”小。"),
    "unit_unclear": _("这个单位会和数字混在一起，请换一种写法。"),
    "points_beyond": _("请填大于 0、不超过 %(limit)s 的分数。"),
    "points_negative": _("分值不能是负数。"),
    "rubric_many": _("最多 %(limit)s 条。"),
    "pair_missing": _("请选它和右边哪一个配对。"),
    "marker_twice": _("空 {{%(marker)s}} 在文里出现了不止一次，每个空只能放一处。"),
    "marker_unknown": _("文里的 {{%(marker)s}} 还没有答案，请在下面写上。"),
    "gap_without_marker": _("文里没有 {{%(marker)s}} 了。请把它放回文里，或移除这个空。"),
    "gaps_none": _("文里还没有空。把光标放到要填的地方，按“插入一个空”。"),
    "gaps_many": _("最多 %(limit)s 个空。"),
    "text_long": _("最多 %(limit)s 个字。"),
    "text_unusable": _("里面有不能保存的字符，请删掉重写。"),
    "difficulty_unknown": _("请重新选难度。"),
    "field_unusable": _("这里有问题，请检查。"),
    "fact_missing": _("还没填。没有它只能存草稿。"),
    "group_unknown": _("没有这份共用材料了，请重新选。"),
}
CODES = frozenset(_WORDS)
"""Codes that have a sentence."""

_ROWS = {
    "option": _("选项"),
    "accepted": _("认可的答案"),
    "premise": _("左边"),
    "choice": _("右边"),
    "rubric": _("评分要点"),
    "gap": _("空"),
}
_FIELDS = {
    "type": _("题型"),
    "stem": _("题干"),
    "key": _("正确答案"),
    "answer": _("正确答案"),
    "credit": _("得分规则"),
    "explanation": _("解析"),
    "unit": _("单位"),
    "reference": _("参考答案"),
    "lines": _("作答行数"),
    "lesson": _("所属课程"),
    "point": _("知识点"),
    "difficulty": _("难度"),
    "card": _("依据的规则卡"),
    "tag": _("标签"),
    "tags": _("标签"),
    "points": _("参考分值"),
    "name": _("短标题"),
    "group": _("共用材料"),
    "purpose": _("用途"),
}
_INNER = {
    "feedback": _("解释"),
    "weight": _("得分比例"),
    "percent": _("得分比例"),
    "value": _("数值"),
    "tolerance": _("误差"),
    "low": _("从"),
    "high": _("到"),
    "choice": _("配对"),
    "points": _("分值"),
}
_GAP = re.compile(r"gap\.([a-z0-9_-]+)(?:\.(.*))?", re.DOTALL)
_LETTERED = ("option", "choice")


def problem_words(problem: FieldProblem) -> str:
    """Return what is wrong in one sentence."""
    return str(_WORDS.get(problem.code, _WORDS["field_unusable"])) % dict(problem.facts)


def place_words(name: str, form: Fields) -> str:
    """Return what people call a field of the editor: ``选项 C``, ``空 2 · 单位``."""
    gap = _GAP.fullmatch(name)
    if gap is None:
        return _within(name, form, "")
    gaps = form.rows("gap")
    number = gaps.index(gap[1]) + 1 if gap[1] in gaps else gap[1]
    words = gettext("空 %(number)s", number=number)
    return f"{words} · {_within(gap[2], form, f'gap.{gap[1]}.')}" if gap[2] else words


def _within(name: str, form: Fields, at: str) -> str:
    head, _dot, rest = name.partition(".")
    row, _dot, inner = rest.rpartition(".")
    if head == "option" and form.text(f"{at}type") == "ordering":
        words = gettext("步骤")
    else:
        words = str(_ROWS.get(head) or _FIELDS.get(head) or name)
    rows = form.rows(at + head)
    if row in rows:
        place = rows.index(row)
        sign = chr(65 + place) if head in _LETTERED and place < 26 else str(place + 1)
        words = f"{words} {sign}"
    return f"{words} · {_INNER[inner]}" if inner in _INNER else words
