"""What forms of questions send, and the words for what is stored as a name."""

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from lms.questions.domain.items import CreditRule, ItemType


def response_from_form(values: MultiDict[str, str]) -> dict[str, object]:
    """Return the raw response that a form of options sends; ``parse_response`` judges it."""
    return {"chosen": values.getlist("chosen")}


def type_words() -> dict[str, str]:
    """Item types as trainers call them."""
    return {
        ItemType.SINGLE_RESPONSE.value: gettext("单选题"),
        ItemType.MULTIPLE_RESPONSE.value: gettext("多选题"),
        ItemType.TRUE_FALSE.value: gettext("判断题"),
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
    """How a multiple response earns points."""
    return {
        CreditRule.EXACT.value: gettext("全对才得分"),
        CreditRule.PROPORTIONAL.value: gettext("按判断对的选项比例得分"),
        CreditRule.CORRECT_MINUS_WRONG.value: gettext("选对得分，选错抵扣"),
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
        "credit": gettext("得分规则"),
        "explanation": gettext("解析"),
        "lesson": gettext("所属课程"),
        "point": gettext("知识点"),
        "cards": gettext("依据的规则卡"),
        "difficulty": gettext("难度"),
        "red_line": gettext("红线题"),
    }
