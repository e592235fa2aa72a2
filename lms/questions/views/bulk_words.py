"""Words for what is done with many items at once."""

from flask_babel import gettext, ngettext

from lms.questions.domain.bulk import Act, Effect, Reason


def act_words() -> dict[str, str]:
    """What can be done with many items, in the order in which it is offered."""
    return {
        Act.TAG.value: gettext("加标签"),
        Act.UNTAG.value: gettext("去掉标签"),
        Act.FACTS.value: gettext("填课程、知识点、难度、规则卡"),
        Act.SUBMIT.value: gettext("送审"),
        Act.APPROVE.value: gettext("审核通过"),
        Act.MOVE.value: gettext("移到别的题库"),
        Act.RETIRE.value: gettext("停用"),
        Act.RESTORE.value: gettext("恢复使用"),
    }


def effect_words(effect: Effect) -> str:
    """Say what happens to items, for a line that begins with their number."""
    words: dict[Effect, str] = {
        Effect.TAGGED: gettext("加上标签"),
        Effect.UNTAGGED: gettext("去掉标签"),
        Effect.CHANGED: gettext("填上资料，仍是草稿"),
        Effect.CHANGED_SENT: gettext("填上资料，并送审"),
        Effect.PROPOSED: gettext("照常使用；填好资料的新一版先留作修改稿"),
        Effect.PROPOSED_SENT: gettext("照常使用；填好资料的新一版送审，通过后替换"),
        Effect.CHANGED_READY: gettext("填上资料，马上启用"),
        Effect.SENT: gettext("送审"),
        Effect.APPROVED: gettext("通过，马上可以抽题"),
        Effect.RETIRED: gettext("停用，不再抽进新试卷；考过的试卷和成绩不变"),
        Effect.RESTORED: gettext("恢复使用，又可以抽题"),
        Effect.RESTORED_DRAFT: gettext("恢复为草稿，要送审后才能用"),
        Effect.MOVED: gettext("移过去，排在那边最后"),
    }
    return words[effect]


def reason_words(reason: Reason) -> str:
    """Say why items are left out."""
    words: dict[Reason, str] = {
        Reason.STALE: gettext("选好之后有人改过或移走了，请重新看一下再选"),
        Reason.HAS_TAG: gettext("已经有这个标签"),
        Reason.LACKS_TAG: gettext("本来就没有这个标签"),
        Reason.SAME_FACTS: gettext("资料本来就是这样"),
        Reason.IS_RETIRED: gettext("已停用"),
        Reason.NOT_RETIRED: gettext("没有停用"),
        Reason.NOT_DRAFT: gettext("没有要送审的草稿或修改稿"),
        Reason.NOT_IN_REVIEW: gettext("没有在审核"),
        Reason.INCOMPLETE: gettext("还缺所属课程、知识点或难度"),
        Reason.OWN: gettext("是你自己写的，要由另一位同事审核"),
        Reason.IN_GROUP: gettext("和没选中的题共用材料；要移就把那一组题一起选上"),
    }
    return words[reason]


def done_words(act: Act, count: int) -> str:
    """Say what was done with how many."""
    words: dict[Act, str] = {
        Act.TAG: ngettext("已给 %(num)d 题加上标签。", "已给 %(num)d 题加上标签。", count),
        Act.UNTAG: ngettext("已去掉 %(num)d 题的标签。", "已去掉 %(num)d 题的标签。", count),
        Act.FACTS: ngettext("已填好 %(num)d 题的资料。", "已填好 %(num)d 题的资料。", count),
        Act.SUBMIT: ngettext("已把 %(num)d 题送审。", "已把 %(num)d 题送审。", count),
        Act.APPROVE: ngettext("已通过 %(num)d 题。", "已通过 %(num)d 题。", count),
        Act.MOVE: ngettext("已移走 %(num)d 题。", "已移走 %(num)d 题。", count),
        Act.RETIRE: ngettext("已停用 %(num)d 题。", "已停用 %(num)d 题。", count),
        Act.RESTORE: ngettext("已恢复 %(num)d 题。", "已恢复 %(num)d 题。", count),
    }
    return words[act]
