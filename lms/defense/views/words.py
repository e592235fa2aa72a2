"""Words for the codes that several pages show, with the tone of their badge."""

from flask_babel import gettext

from lms.defense.queries import DefenseState
from lms.people.domain.roles import RoleName


def state_words() -> dict[str, tuple[str, str]]:
    """Return word and tone of each state of a defense."""
    return {
        DefenseState.UPCOMING: (gettext("待举行"), "info"),
        DefenseState.WAITING: (gettext("等评分"), "warn"),
        DefenseState.READY: (gettext("已有结论"), "good"),
        DefenseState.CANCELLED: (gettext("已取消"), "neutral"),
    }


def recommendation_words() -> dict[str, tuple[str, str]]:
    """Return word and tone of each recommendation."""
    return {
        "pass": (gettext("建议通过"), "good"),
        "fail": (gettext("建议不通过"), "bad"),
        "discuss": (gettext("需要讨论"), "warn"),
    }


def conflict_words() -> dict[str, str]:
    """Return the words of each conflict of interest, seen from the candidate."""
    return {
        "own_lead": gettext("候选人的组长"),
        "own_mentor": gettext("候选人的带教老师"),
    }


def role_words() -> dict[str, str]:
    """Return the words of the roles that may rate."""
    return {
        RoleName.RATER: gettext("评委"),
        RoleName.LEAD: gettext("组长"),
        RoleName.TRAINER: gettext("培训师"),
        RoleName.HR: gettext("人事"),
        RoleName.QUALITY: gettext("质检"),
    }
