"""Sentences about typing papers in."""

from flask_babel import gettext

from lms.errors import InvalidState
from lms.quizzes.domain.typed import Slip, SlipCode
from lms.quizzes.queries.printing import TypedState


def typed_state_words() -> dict[TypedState, str]:
    """Return the words of how far a paper is."""
    return {
        TypedState.UNTYPED: gettext("没录"),
        TypedState.ONCE: gettext("录了一遍"),
        TypedState.DIFFERING: gettext("两遍不同"),
        TypedState.AGREEING: gettext("两遍一致"),
        TypedState.SETTLED: gettext("已登记"),
    }


def slip_words(slip: Slip) -> str:
    """Return the sentence of a slip, with the position and what was typed."""
    facts = {"n": slip.position, "value": slip.value}
    sentences = {
        SlipCode.NO_SUCH_OPTION: gettext("第 %(n)s 题：“%(value)s”不是这道题的选项字母。", **facts),
        SlipCode.TWICE: gettext("第 %(n)s 题：“%(value)s”里同一个字母出现了两次。", **facts),
        SlipCode.ONE_ONLY: gettext(
            "第 %(n)s 题只能选一项，录的是“%(value)s”。卷面上选了几项的，按没作答录“-”。", **facts
        ),
        SlipCode.NO_SUCH_ITEM: gettext(
            "整行里的“%(value)s”对不上题：第 %(n)s 题不是选择题，或者已经没有题了。", **facts
        ),
        SlipCode.TOO_FEW: gettext("整行录到第 %(n)s 题就没有了；没作答的题请录“-”。", **facts),
        SlipCode.DIFFERS: gettext("第 %(n)s 题：整行和下面的格子不一样（%(value)s）。", **facts),
        SlipCode.ORDER: gettext(
            "第 %(n)s 题：序号“%(value)s”要每个用一次。卷面上没填全的，全部留空。", **facts
        ),
        SlipCode.UNREADABLE: gettext("第 %(n)s 题：“%(value)s”录不进去，请检查。", **facts),
    }
    return str(sentences[slip.code])


def refusal_words(error: InvalidState) -> str:
    """Return why a paper cannot be typed or settled."""
    if error.code == "typed_refused":
        return str(
            {
                "has_attempt": gettext(
                    "这个人已经在线上考过这一场，纸质卷不能再登记成绩。要以纸质卷为准，请先和本人、人事核对。"
                ),
                "cancelled": gettext("这场考试已取消，不能登记成绩。"),
                "not_enrolled": gettext("这个人已经不在这个培养方案里，不能登记成绩。"),
            }[str(error.facts["reason"])]
        )
    return str(
        {
            "typed_settled": gettext("这份卷的成绩已经登记了。"),
            "typed_before": gettext(
                "第一遍刚才已经保存，和现在的不一样。要把现在的作为第二遍保存，请再点一次保存。"
            ),
            "typed_twice": gettext("这份卷刚才已经有人录完两遍，你的这一遍没有保存。"),
            "typed_incomplete": gettext("这份卷还没有录满两遍。"),
            "typed_differs": gettext("还有不同的地方没有选，请对照卷面逐处选定。"),
        }[error.code]
    )
