"""Sentences about files of items in the reader's language: what was found while reading, planning and writing."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _

from lms.issues import Issue

_SHOWN = 80


class _Facts(dict[str, str]):
    """Facts as words; one that is not there is an empty word."""

    def __missing__(self, key: str) -> str:
        return ""


def issue_words(issue: Issue) -> str:
    """Return what was found in one sentence; the English message for a code without one."""
    words = _WORDS.get(issue.code)
    return issue.message if words is None else str(words) % _Facts(_said(issue.facts))


def _said(facts: Mapping[str, object]) -> dict[str, str]:
    return {name: _as_words(value)[:_SHOWN] for name, value in facts.items() if name != "source"}


def _as_words(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


_FILE = {
    "file_empty": _("文件是空的，里面没有题。"),
    "format_unknown": _("认不出这是什么格式。请在“格式”里选一种再试。"),
    "format_unclear": _("文字里同时有几种格式的记号（%(formats)s），请在“格式”里选定一种。"),
    "ending_differs": _("文件名像 %(named)s，内容其实是 %(found)s，已按内容读取。"),
    "nothing_found": _("文件里没有找到题。"),
    "doc_old": _("这是旧的 .doc 文档。请打开后另存为 .docx 再上传。"),
    "docx_old": _("这是旧的 .doc 文档。请打开后另存为 .docx 再上传。"),
    "docx_locked": _("文档加了密码。请去掉密码，另存后再上传。"),
    "docx_lost": _("文档里有些内容没有带过来，请对照原文看一下。"),
    "not_docx": _("这不是 Word 文档（.docx）。"),
    "xlsx_old": _("这是旧的 .xls 表格。请打开后另存为 .xlsx 再上传。"),
    "xlsx_locked": _("表格加了密码。请去掉密码，另存后再上传。"),
    "not_xlsx": _("这不是 Excel 表格（.xlsx）。"),
    "xlsx_broken": _("表格打不开，可能没有传完。请在 Excel 或 WPS 里重新保存一次。"),
    "xlsx_too_many_rows": _("表格的行太多了，请分成几个文件。"),
    "xlsx_too_many_sheets": _("工作表太多，后面的没有读。"),
    "xlsx_too_wide": _("表格里很靠右的地方还有内容，请复制到模板里再上传。"),
    "xlsx_too_large": _("表格展开后太大，请分成几个文件。"),
    "sheet_hidden": _("有隐藏的工作表没有读。"),
    "sheet_left_out": _("工作表「%(sheet)s」没有选，里面的 %(rows)s 行没有读。"),
    "sheet_without_headings": _("工作表「%(sheet)s」没有认得的标题，%(rows)s 行没有读。"),
    "column_ignored": _("「%(sheet)s」的“%(heading)s”这一列没有读。"),
    "rows_blank": _("「%(sheet)s」中间有 %(count)s 个空行。"),
    "types_derived": _("表里没有题型这一列，%(count)s 题的题型是从答案看出来的，请留意。"),
    "type_derived": _("题型是从答案看出来的，请留意。"),
    "too_many_lines": _("文字太长，只读了前 %(limit)s 行。"),
    "too_many_items": _("题目太多，请分成几个文件。"),
    "encoding_unknown": _("第 %(offset)s 个字节认不出是什么编码。请另存为 UTF-8 再上传。"),
    "encoding_broken": _("文件说自己是 %(encoding)s，但第 %(offset)s 个字节读不出来。"),
    "nul_character": _("文件里有空字符：它可能不是文字，或者没有传完。"),
    "control_characters": _("去掉了 %(count)s 个看不见的控制字符。"),
    "yaml_broken": _("这不是能读的 YAML，请检查缩进和引号。"),
    "yaml_alias": _("YAML 里不能用 *别名。"),
    "yaml_key_twice": _("YAML 里同一个字段写了两次。"),
    "unknown_field": _("不认识字段 %(field)s。"),
    "xml_broken": _("XML 不完整：%(reason)s"),
    "xml_entities": _("XML 里自己定义了实体，为了安全没有读。"),
    "xml_external": _("XML 指向外面的文件 %(url)s，没有去取。"),
    "not_moodle_xml": _("这不是 Moodle XML。"),
    "qti_missing": _("压缩包里没有 QTI 题目。"),
    "qti_version": _("这是 QTI 2 或更新的格式，目前只读 QTI 1.2。请在原系统里导出 QTI 1.2。"),
    "manifest_missing": _("压缩包里没有目录文件，已直接读取里面的题。"),
    "archive_broken": _("文件打不开，可能没有传完或已经损坏。"),
    "archive_too_many": _("压缩包里的文件太多。"),
    "archive_too_large": _("压缩包展开后太大，为了安全没有读。"),
    "archive_ratio": _("压缩包展开后大得不正常，为了安全没有读。"),
    "archive_path": _("压缩包里的 %(member)s 路径不安全，没有读。"),
    "archive_link": _("压缩包里的 %(member)s 是链接，没有读。"),
    "archive_encrypted": _("压缩包里的 %(member)s 加了密码，没有读。"),
    "archive_nested": _("压缩包里的 %(member)s 又是压缩包，没有读。"),
    "archive_duplicate": _("压缩包里的 %(member)s 有两份，只读了第一份。"),
    "archive_member_broken": _("压缩包里的 %(member)s 打不开。"),
}
_ITEM = {
    "missing_stem": _("没有题干。"),
    "question_missing": _("这里有选项或答案，但前面没有题干。"),
    "stem_lines": _("题干有好几行，已合在一起，请看一下。"),
    "text_missing": _("这里缺文字。"),
    "text_too_long": _("文字太长了。"),
    "text_not_used": _("这段文字不属于任何一题，没有导入。"),
    "text_without_place": _("有一段文字这里没有地方放：%(text)s"),
    "missing_options": _("没有选项。"),
    "options_few": _("选项不到两个。"),
    "options_order": _("选项的字母不是按顺序来的。"),
    "options_unclear": _("分不清各个选项，请每个选项用 A.、B. 开头。"),
    "option_empty": _("有一个选项是空的。"),
    "option_without_text": _("有一个选项没有文字。"),
    "option_skipped": _("缺选项 %(letters)s。"),
    "missing_answer": _("没有答案。"),
    "answer_missing": _("没有答案。"),
    "answers_missing": _("没有答案。"),
    "bad_answer": _("看不懂这个答案：%(value)s"),
    "answer_unreadable": _("看不懂这个答案。"),
    "answer_unknown": _("答案不在选项里。"),
    "answer_not_an_option": _("答案里的 %(letter)s 不在选项里。"),
    "answers_differ": _("写了两个不一样的答案：%(value)s"),
    "answers_twice": _("同一题里有两处答案。"),
    "answers_number": _("判断题应该正好有两个答案。"),
    "answer_without_item": _("第 %(number)s 题的答案找不到对应的题。"),
    "key_ambiguous": _("有好几题编号都是 %(number)s，不知道答案是哪一题的。"),
    "key_missing": _("没有标出正确答案。"),
    "key_unknown": _("正确答案不在选项里。"),
    "keys_several": _("有好几个选项都能得满分。"),
    "several_keys": _("单选题写了好几个答案：%(value)s"),
    "key_twice": _("编号「%(key)s」在 %(first)s 已经用过了。"),
    "truefalse_words": _("判断题的两个答案不叫“对/错”，已把前一个当作对，请看一下。"),
    "blanks_and_answers_differ": _("有 %(blanks)s 个空，答案的个数对不上：%(value)s"),
    "unknown_type": _("不认识这个题型：%(value)s"),
    "type_unknown": _("看不出这是什么题型。"),
    "question_type": _("不支持这种题型。"),
    "item_refused": _("%(path)s 有问题：%(problem)s"),
    "item_malformed": _("%(field)s 有问题，请检查。"),
    "item_invalid": _("这一题的内容对不上，请检查选项和答案。"),
    "stimulus_malformed": _("共用材料有问题，请检查。"),
    "number_invalid": _("这里应该是数字。"),
    "bad_number": _("看不懂这个数字：%(value)s"),
    "number_any": _("这题填任何数字都能得分，没有导入。"),
    "bad_points": _("看不懂这个分值：%(value)s"),
    "points_invalid": _("看不懂这个分值：%(value)s"),
    "weight_invalid": _("看不懂这个得分比例：%(value)s"),
    "weights_above_hundred": _("各选项的得分比例加起来超过一百，请看一下。"),
    "units_differ": _("几个答案的单位不一样。"),
    "units_lost": _("其他单位没有带过来：%(units)s"),
    "unit_missing": _("没有哪个单位是基本单位。"),
    "unit_penalty": _("单位写错的扣分没有带过来。"),
    "bad_pair": _("看不懂这一对：%(value)s"),
    "bad_gap": _("看不懂这个空：%(value)s"),
    "gap_missing": _("空和答案对不上。"),
    "gap_invalid": _("有一个空看不懂。"),
    "gap_lost": _("有一个空写在了放不下文字的地方。"),
    "bad_setting": _("看不懂这个设置：%(value)s"),
    "bad_rubric": _("看不懂评分要点：%(value)s"),
    "bad_red_line": _("“红线”这一格请填“是”或“否”。"),
    "cell_error": _("这一格的公式出错了。"),
    "cell_is_date": _("表格把这一格变成了日期（%(value)s），请看看是不是原来的答案。"),
    "html_lost": _("有些网页格式没有带过来：%(tags)s"),
    "moodle_auto_format": _("用了 Moodle 的自动格式，请看看排版。"),
    "category_changed": _("分类名里的斜杠或两头的空格会去掉。"),
    "file_missing": _("文字里提到的文件 %(name)s 不在里面。"),
    "file_broken": _("附件 %(name)s 打不开。"),
    "file_unused": _("附件 %(name)s 没有用到。"),
    "brace_not_closed": _("花括号 { 没有配上 }。"),
    "brace_not_opened": _("多了一个 }，前面没有 {。"),
    "brace_in_answers": _("答案里又出现了花括号；如果是文字，请在前面加反斜杠。"),
    "blank_line_missing": _("两题之间没有空行，请加一个空行再导入。"),
    "blank_line_within": _("一题中间有空行，请去掉再导入。"),
    "feedback_without_place": _("有一条反馈这里没有地方放。"),
    "picture_broken": _("图片 %(picture)s 打不开。"),
    "picture_svg": _("图片 %(picture)s 是 SVG，为了安全请存成 PNG。"),
    "picture_type": _("图片 %(picture)s 不是 PNG、JPEG、GIF 或 WebP。"),
    "picture_too_large": _("图片 %(picture)s 太大。"),
    "picture_missing": _("图片找不到。"),
    "picture_beside": _("有一张图片不在任何一题的格子里，没有导入。"),
    "media_malformed": _("图片的数据有问题。"),
    "lesson_unknown": _("课程里没有「%(lesson)s」这一课。"),
    "fact_too_long": _("%(field)s 超过 %(limit)s 个字，没有导入：%(value)s"),
}
_WRITING = {
    "type_not_sayable": _("这种格式写不了这个题型，这题不会在文件里。"),
    "text_not_sayable": _("这种格式写不了这段文字，这题不会在文件里。"),
    "fields_lost": _("这种格式没有地方放：%(fields)s"),
    "credit_changed": _("这种格式没有这条得分规则，读回来会按另一种规则算分。"),
    "credit_only_here": _("这种格式没有这条得分规则，读回来会按比例得分、选错抵扣。"),
    "docx_left_out": _("试卷上不显示 %(count)s 题的一些内容（%(kind)s）。"),
    "picture_not_written": _("有图片写不进文件。"),
    "formatting_lost": _("文字的格式（粗体等）不会保留：%(text)s"),
    "gap_in_text": _("Moodle 会把一段文字当成空。"),
    "unit_lost": _("单位 %(unit)s 不会保留。"),
    "unit_only_here": _("单位 %(unit)s 不会保留。"),
    "rubric_as_text": _("评分要点会变成给评分人看的一张表。"),
}
_WORDS = {**_FILE, **_ITEM, **_WRITING}
CODES = frozenset(_WORDS)
"""Codes that have a sentence of their own."""
