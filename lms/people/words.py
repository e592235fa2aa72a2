"""Sentences about people in the reader's language: fields, roles, states, findings in a roster, passwords."""

from collections.abc import Callable, Mapping

from flask_babel import gettext

from lms.issues import Issue
from lms.people.domain.invitations import PersonState
from lms.people.domain.passwords import MAX_LENGTH, MIN_LENGTH
from lms.people.domain.roles import RoleName

Facts = Mapping[str, object]


def field_label(key: str) -> str:
    """Return the name of a person's field."""
    labels: dict[str, str] = {
        "name": gettext("姓名"),
        "name_latin": gettext("姓名拼音"),
        "username": gettext("用户名"),
        "phone": gettext("手机号"),
        "email": gettext("邮箱"),
        "employee_no": gettext("工号"),
        "post": gettext("岗位"),
        "hired_on": gettext("入职日期"),
        "roles": gettext("角色"),
        "lead": gettext("组长"),
        "mentor": gettext("带教老师"),
        "active": gettext("账号状态"),
    }
    return labels.get(key, key)


def role_label(name: str) -> str:
    """Return the name of a role."""
    labels: dict[str, str] = {
        RoleName.LEARNER.value: gettext("学员"),
        RoleName.TRAINER.value: gettext("培训师"),
        RoleName.RATER.value: gettext("评委"),
        RoleName.LEAD.value: gettext("组长"),
        RoleName.QUALITY.value: gettext("质检"),
        RoleName.HR.value: gettext("人事"),
        RoleName.ADMIN.value: gettext("管理员"),
    }
    return labels.get(name, name)


def state_label(state: str) -> str:
    """Return in which state a person is."""
    labels: dict[str, str] = {
        PersonState.JOINED.value: gettext("已加入"),
        PersonState.INVITED.value: gettext("已邀请，等本人打开"),
        PersonState.EXPIRED.value: gettext("邀请已过期"),
        PersonState.UNINVITED.value: gettext("还没邀请"),
        PersonState.INACTIVE.value: gettext("账号已停用"),
    }
    return labels[state]


def password_words(code: str) -> str:
    """Return why a password is refused and what to do."""
    sentences: dict[str, str] = {
        "password_short": gettext("密码太短，至少要 %(length)s 位。", length=MIN_LENGTH),
        "password_long": gettext("密码太长，最多 %(length)s 位。", length=MAX_LENGTH),
        "password_common": gettext(
            "这个密码太常见，别人一猜就中。换一个只有你想得到的，比如一句话。"
        ),
        "password_sequence": gettext(
            "密码里全是重复或连着的字符。换一个只有你想得到的，比如一句话。"
        ),
        "password_personal": gettext("密码不能就是你的姓名、用户名、手机号、工号或邮箱。"),
    }
    return sentences[code]


def refusal_words(code: str, facts: Facts) -> str:
    """Return what is wrong with a person's field, for a form."""
    maker = _REFUSALS.get(code)
    return maker(facts) if maker else str(gettext("这一项填得不对，请检查。"))


def issue_words(issue: Issue) -> str:
    """Return what is wrong with a row of a roster."""
    return refusal_words(issue.code, issue.facts)


def roster_words(code: str, facts: Facts) -> str:
    """Return why a whole roster file cannot be read, and what to do."""
    if code == "roster_heading_twice":
        field = field_label(str(facts["field"]))
        return str(gettext("有两列都像是“%(field)s”，请删掉一列。", field=field))
    if code == "roster_too_many_rows":
        return str(gettext("一次最多导入 %(limit)s 行，请分成几个文件。", limit=facts["limit"]))
    sentences: dict[str, str] = {
        "roster_not_xlsx": gettext(
            "这不是 xlsx 表格。请在 Excel 或 WPS 里另存为“Excel 工作簿（.xlsx）”再上传。"
        ),
        "roster_locked": gettext(
            "文件加了密码，或是旧的 .xls 格式。请去掉密码，另存为 .xlsx 再上传。"
        ),
        "roster_empty": gettext("表里没有人。请把名单填在标题下面的行里。"),
        "roster_unpacks_too_large": gettext(
            "文件展开后太大，不像花名册。请把名单复制到我们的模板里再上传。"
        ),
        "roster_too_wide": gettext(
            "表格里很靠右的地方还有内容。请把名单复制到我们的模板里再上传。"
        ),
        "roster_broken": gettext(
            "文件打不开，可能没有传完或已经损坏。请在 Excel 或 WPS 里重新保存一次。"
        ),
        "roster_no_heading": gettext(
            "没找到标题行。前十行里要有“姓名”和至少一个其他标题，可以直接用我们的模板。"
        ),
    }
    return sentences.get(code) or str(gettext("文件没能读取，请换成我们的模板再试。"))


_REFUSALS: dict[str, Callable[[Facts], str]] = {
    "missing": lambda _: gettext("没有填。"),
    "no_identity": lambda _: gettext("手机号、邮箱、工号至少填一项。"),
    "too_long": lambda f: gettext("太长了，最多 %(limit)s 个字。", limit=f["limit"]),
    "bad_phone": lambda _: gettext(
        "看不懂这个手机号。大陆号码是 11 位；境外号码请以 + 和区号开头。"
    ),
    "bad_email": lambda _: gettext("邮箱格式不对，例如 name@example.com。"),
    "bad_hired_on": lambda _: gettext("看不懂这个日期，请写成 2026-11-23 这样。"),
    "bad_username": lambda _: gettext(
        "用户名用 2 到 64 个小写字母、数字、点、横线或下划线，以字母或数字开头。"
    ),
    "bad_roles": lambda _: gettext(
        "花名册里能填的角色：学员、培训师、评委、组长、质检。人事和管理员请逐个添加。"
    ),
    "taken": lambda f: gettext("已经是 %(holder)s 的了。", holder=f["holder"]),
    "twice_in_file": lambda f: gettext("和第 %(row)s 行重复。", row=f["row"]),
    "supervisor_unknown": lambda f: gettext(
        "系统里没有叫“%(value)s”的组长或老师，请先把这个人加进来，或检查写法。", value=f["value"]
    ),
    "supervisor_ambiguous": lambda f: gettext(
        "叫“%(value)s”的有 %(count)s 位，请改填工号或手机号。", value=f["value"], count=f["count"]
    ),
    "same_name": lambda _: gettext("系统里已有同名的人，请确认不是同一个人。"),
    "date_far": lambda _: gettext("这个日期在一年以后，请确认。"),
    "cohort_taken": lambda _: gettext("已经有叫这个名字的期次了，请换一个名字。"),
    "supervisor_self": lambda _: gettext("不能让本人带自己。"),
    "supervision_order": lambda f: gettext(
        "现在这位是从 %(since)s 开始的，新的开始日期不能比这更早。", since=f["since_on"]
    ),
    "last_admin": lambda _: gettext("这是最后一位管理员，不能停用或拿掉管理员角色。"),
}
