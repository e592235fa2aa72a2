"""What forms of questions send, and the words for what is stored as a name."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField
from typing_extensions import override
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from lms.questions.domain.filling import response_from_fields
from lms.questions.domain.items import CreditRule, ItemType, OrderCredit
from lms.questions.problem_words import problem_words as problem_words
from lms.web.form_base import Form


def response_from_form(values: MultiDict[str, str]) -> dict[str, object]:
    """Return the raw response that a form of one item sends; ``parse_response`` judges it.

    Raises:
        FieldError: The numbers of an order are not complete.
    """
    return response_from_fields(values.items(multi=True))


def type_words() -> dict[str, str]:
    """Item types as trainers call them."""
    return {
        ItemType.SINGLE_RESPONSE.value: gettext("单选题"),
        ItemType.MULTIPLE_RESPONSE.value: gettext("多选题"),
        ItemType.TRUE_FALSE.value: gettext("判断题"),
        ItemType.SHORT_TEXT.value: gettext("简短填写题"),
        ItemType.NUMERIC.value: gettext("数字题"),
        ItemType.MATCHING.value: gettext("配对题"),
        ItemType.ORDERING.value: gettext("排序题"),
        ItemType.CLOZE.value: gettext("填空题"),
        ItemType.ESSAY.value: gettext("问答题"),
    }


def purpose_words() -> dict[str, str]:
    """What items are for."""
    return {"quiz": gettext("考试"), "recall": gettext("小回顾")}


def state_words() -> dict[str, str]:
    """Where an item is on its way."""
    return {
        "draft": gettext("草稿"),
        "in_review": gettext("审核中"),
        "ready": gettext("可用"),
        "retired": gettext("已停用"),
    }


def difficulty_words() -> dict[str, str]:
    """How hard the author thinks it is."""
    return {"easy": gettext("容易"), "medium": gettext("中等"), "hard": gettext("较难")}


def credit_words() -> dict[str, str]:
    """How answers of several parts earn points."""
    return {
        CreditRule.EXACT.value: gettext("全对才得分"),
        CreditRule.PROPORTIONAL.value: gettext("按判断对的选项比例得分"),
        CreditRule.CORRECT_MINUS_WRONG.value: gettext("选对得分，选错抵扣"),
        CreditRule.WEIGHTED.value: gettext("按每个选项的分值得分"),
        OrderCredit.ADJACENT_PAIRS.value: gettext("按前后相邻的对数得分"),
    }


def field_words() -> dict[str, str]:
    """Names of what may change from one version to the next."""
    return {
        "type": gettext("题型"),
        "stem": gettext("题干"),
        "option": gettext("选项"),
        "feedback": gettext("选项反馈"),
        "order": gettext("选项顺序"),
        "key": gettext("答案"),
        "weight": gettext("分值"),
        "accepted": gettext("认可的答案"),
        "match_case": gettext("区分大小写"),
        "match_width": gettext("区分全角半角"),
        "fold_traditional": gettext("繁体字等同简体字"),
        "unit": gettext("单位"),
        "premise": gettext("左边的内容"),
        "choice": gettext("右边的选择"),
        "pair": gettext("配对"),
        "step": gettext("步骤"),
        "gap": gettext("空的权重"),
        "rubric": gettext("评分要点"),
        "reference": gettext("参考答案"),
        "lines": gettext("作答行数"),
        "credit": gettext("得分规则"),
        "explanation": gettext("解析"),
        "lesson": gettext("所属课程"),
        "point": gettext("知识点"),
        "cards": gettext("依据的规则卡"),
        "difficulty": gettext("难度"),
        "red_line": gettext("红线题"),
    }


def value_words() -> dict[str, dict[str, str]]:
    """Return how the plain values of a change are said, by field."""
    yes_or_no = {"true": gettext("是"), "false": gettext("否")}
    return {
        "type": type_words(),
        "difficulty": difficulty_words(),
        "credit": credit_words(),
        "red_line": yes_or_no,
        "match_case": yes_or_no,
        "match_width": yes_or_no,
        "fold_traditional": yes_or_no,
    }


def format_words() -> dict[str, str]:
    """Formats of files as trainers call them."""
    return {
        "xlsx": gettext("Excel 表格（.xlsx）"),
        "docx": gettext("Word 文档（.docx）"),
        "docx-key": gettext("Word 文档，带答案（.docx）"),
        "text": gettext("文字（从聊天或文档里粘贴）"),
        "gift": "Moodle GIFT",
        "aiken": "Aiken",
        "moodle-xml": "Moodle XML",
        "qti": gettext("QTI（Canvas、Blackboard 导出的 zip）"),
        "yaml": gettext("YAML（完整保存，适合放进版本库）"),
    }


def verb_words() -> dict[str, str]:
    """What an import does with an item."""
    return {
        "create": gettext("新增"),
        "revise": gettext("更新为新的一版"),
        "unchanged": gettext("没有变化"),
        "duplicate": gettext("题库里已有"),
        "refused": gettext("没看懂"),
        "written": gettext("在编辑器里改好了"),
    }


def fact_words() -> dict[str, str]:
    """Facts without which an item stays a draft."""
    return {
        "lesson": gettext("所属课程"),
        "point": gettext("知识点"),
        "difficulty": gettext("难度"),
    }


class BankForm(Form):
    """A bank of the browser."""

    title = StringField(_("名称"), validators=[DataRequired(_("请填写名称。")), Length(max=120)])
    title_en = StringField(
        _("英文名"), description=_("可以不填，英文界面就显示中文名。"), validators=[Length(max=160)]
    )


class NewBankForm(BankForm):
    """A new bank, or a copy of one."""

    key = StringField(
        _("编号"),
        description=_("小写字母、数字和横线，例如 after-sales。不填就自动编号；以后不能改。"),
        validators=[Length(max=40)],
    )


class GroupForm(Form):
    """A text that several items share."""

    title = StringField(
        _("标题"),
        description=_("可以不填。"),
        validators=[Length(max=120, message=_("标题最多 120 个字。"))],
    )
    text = TextAreaField(
        _("材料"),
        description=_("聊天记录、订单、表格，几道题一起用。"),
        validators=[
            DataRequired(_("请写材料。")),
            Length(max=20_000, message=_("材料最多 20000 个字。")),
        ],
    )
    based_on = HiddenField()


class ImportForm(Form):
    """A file with items, or text."""

    file = FileField(_("文件"))
    text = TextAreaField(_("或者把题目粘贴在这里"))
    format = SelectField(_("格式"), coerce=str)
    purpose = SelectField(_("用途"), coerce=str)

    def offer(self, formats: Sequence[str]) -> None:
        """Offer the formats that can be read, and what items are for."""
        words = format_words()
        self.format.choices = [
            ("", gettext("自动识别")),
            *((name, words[name]) for name in formats),
        ]
        self.purpose.choices = list(purpose_words().items())

    @override
    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields, and that there is one thing to read and not two."""
        is_valid = bool(super().validate(extra_validators))
        has_file, has_text = bool(self.file.data), bool(self.text.data)
        if has_file and has_text:
            self.text.errors = [gettext("文件和粘贴的文字只能选一样。请清空其中一样。")]
        elif not has_file and not has_text:
            self.file.errors = [gettext("请选一个文件，或把题目粘贴在下面。")]
        return is_valid and has_file != has_text


class ConfirmForm(Form):
    """How an import comes in, and facts for the items whose file does not say them."""

    state = SelectField(_("资料齐全的题，导入后"), coerce=str)
    lesson = SelectField(_("没写所属课程的，都算"), coerce=str, default="")
    point = StringField(
        _("没写知识点的，都算"), validators=[Length(max=80, message=_("知识点最多 80 个字。"))]
    )
    difficulty = SelectField(_("没写难度的，都算"), coerce=str, default="")

    def offer(self, states: Sequence[str], lessons: Sequence[tuple[str, str]]) -> None:
        """Offer the states that complete items may come in, and the lessons there are, by key and title."""
        words = {
            "ready": gettext("直接启用"),
            "in_review": gettext("送审，另一个人审过才用"),
            "draft": gettext("先作为草稿"),
        }
        nothing = ("", gettext("先空着"))
        self.state.choices = [(state, words[state]) for state in states]
        self.lesson.choices = [nothing, *lessons]
        self.difficulty.choices = [nothing, *difficulty_words().items()]


class BulkTagForm(Form):
    """A tag for many items."""

    tag = StringField(
        _("标签"),
        validators=[
            DataRequired(_("请填写标签。")),
            Length(max=120, message=_("标签最多 120 个字。")),
        ],
    )


class BulkMoveForm(Form):
    """A bank to move many items to."""

    bank = SelectField(_("移到"), coerce=str, validators=[DataRequired(_("请选一个题库。"))])

    def offer(self, banks: Sequence[tuple[str, str]]) -> None:
        """Offer the banks there are, by key and title."""
        self.bank.choices = [("", gettext("请选择")), *banks]


class BulkFactsForm(Form):
    """What many items are about; what is left empty stays as each of them has it."""

    lesson = SelectField(_("所属课程"), coerce=str, default="")
    point = StringField(_("知识点"), validators=[Length(max=80, message=_("知识点最多 80 个字。"))])
    difficulty = SelectField(_("难度"), coerce=str, default="")
    cards = StringField(
        _("依据的规则卡"),
        description=_("规则卡的编号，几张就用逗号隔开；会换掉原来的。"),
        validators=[Length(max=600)],
    )
    intent = SelectField(_("填好之后"), coerce=str, default="in_review")

    def offer(self, lessons: Sequence[tuple[str, str]], *, has_second_review: bool) -> None:
        """Offer the lessons there are, by key and title, and how far the items may go at once."""
        kept = ("", gettext("不改"))
        self.lesson.choices = [kept, *lessons]
        self.difficulty.choices = [kept, *difficulty_words().items()]
        ready = [] if has_second_review else [("ready", gettext("马上启用"))]
        self.intent.choices = [
            ("in_review", gettext("送审；在用的题照常使用，通过后替换")),
            *ready,
            ("draft", gettext("先不送审；在用的题照常使用，新的一版留作修改稿")),
        ]
