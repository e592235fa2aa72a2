"""Sentences about shifts in the reader's language: hours, findings in a roster, who is not at work."""

import datetime as dt
from collections.abc import Callable, Mapping
from zoneinfo import ZoneInfo

from flask_babel import gettext

from lms.issues import Issue
from lms.schedule.domain.hours import Hours, clock_text, hours_text
from lms.schedule.domain.shifts import Shift
from lms.schedule.queries import OffShift
from lms.web.filters import day

Facts = Mapping[str, object]
_SHOWN = 3


def hours_words(hours: Hours) -> str:
    """Write the hours of a day: ``09:00–18:00``, or that it is a rest day."""
    if not hours:
        return str(gettext("休息"))
    return "、".join(f"{clock_text(one.start)}–{clock_text(one.end)}" for one in hours)


def legend_words(hours: Hours) -> str:
    """Write hours for a field that is read back."""
    return hours_text(hours) if hours else str(gettext("休息"))


def shift_words(shift: Shift, zone: ZoneInfo) -> str:
    """Write a shift as its name and its hours: ``早 09:00–18:00``."""
    return f"{shift.name} {shift_hours(shift, zone)}".strip()


def shift_hours(shift: Shift, zone: ZoneInfo) -> str:
    """Write the hours of a shift alone."""
    starts, ends = shift.starts_at.astimezone(zone), shift.ends_at.astimezone(zone)
    return f"{starts:%H:%M}–{ends:%H:%M}"


def off_shift_words(off: OffShift, zone: ZoneInfo) -> str:
    """Say why somebody is not at work: a rest day, or the shifts that the person has."""
    if not off.shifts:
        return str(gettext("休息"))
    days = {shift.starts_at.astimezone(zone).date() for shift in off.shifts}
    shown: list[str] = []
    for shift in off.shifts[:_SHOWN]:
        words = shift_words(shift, zone)
        shown.append(f"{_day_of(shift, zone)} {words}" if len(days) > 1 else words)
    if len(off.shifts) > _SHOWN:
        shown.append("…")
    return str(gettext("不在班上（%(shifts)s）", shifts=gettext("、").join(shown)))


def _day_of(shift: Shift, zone: ZoneInfo) -> str:
    return day(shift.starts_at.astimezone(zone).date())


def weekday_words(weekday: int) -> str:
    """Return the name of a weekday, 0 for Monday."""
    names: tuple[str, ...] = (
        gettext("周一"),
        gettext("周二"),
        gettext("周三"),
        gettext("周四"),
        gettext("周五"),
        gettext("周六"),
        gettext("周日"),
    )
    return names[weekday]


def place_words(key: str) -> str:
    """Return the name of a field of the list, or of a matrix's column."""
    labels: dict[str, str] = {
        "employee_no": gettext("工号"),
        "name": gettext("姓名"),
        "day": gettext("日期"),
        "starts": gettext("上班"),
        "ends": gettext("下班"),
        "code": gettext("班次"),
    }
    return labels.get(key) or str(gettext("%(letter)s 列", letter=key))


def issue_words(issue: Issue) -> str:
    """Return what is wrong with a row of a roster, and what to do."""
    return _ISSUES[issue.code](issue.facts)


_ISSUES: dict[str, Callable[[Facts], str]] = {
    "no_person": lambda _: gettext("没有写工号，也没有写姓名。"),
    "person_unknown": lambda f: gettext(
        "系统里没有“%(value)s”，或者账号已停用。请检查写法，或先把人加进来。", value=f["value"]
    ),
    "person_ambiguous": lambda f: gettext(
        "叫“%(value)s”的有 %(count)s 位，请填工号。", value=f["value"], count=f["count"]
    ),
    "name_mismatch": lambda f: gettext(
        "工号 %(value)s 是 %(holder)s，和这里写的姓名不一样。", value=f["value"], holder=f["holder"]
    ),
    "person_twice": lambda f: gettext(
        "和第 %(row)s 行是同一个人。请合成一行，或删掉多出来的。", row=f["row"]
    ),
    "missing": lambda _: gettext("没有填。休息的日子请在“班次”里写“休息”。"),
    "bad_day": lambda f: gettext("没有“%(value)s”这一天。", value=f["value"]),
    "day_outside": lambda f: gettext("“%(value)s”不在这个月里。", value=f["value"]),
    "bad_time": lambda f: gettext("看不懂“%(value)s”，请写成 09:00 这样。", value=f["value"]),
    "too_long": lambda f: gettext("“%(value)s”超过 16 小时，请检查上下班时间。", value=f["value"]),
    "overlap": lambda f: (
        gettext("和第 %(row)s 行的时间重叠。", row=f["row"])
        if "row" in f
        else gettext("“%(value)s”里的时间重叠。", value=f["value"])
    ),
    "overlap_next": lambda f: gettext(
        "夜班还没下，第二天的班就开始了（第 %(row)s 行）。", row=f["row"]
    ),
    "twice_in_file": lambda f: gettext("和第 %(row)s 行重复。", row=f["row"]),
    "rest_and_shift": lambda _: gettext("同一天又写了休息，又写了班次。"),
    "cell_is_date": lambda f: gettext(
        "Excel 把这一格变成了日期 %(value)s。请把格式改成文本，再填一次。", value=f["value"]
    ),
    "same_day_bad": lambda f: gettext(
        "同一天的第 %(row)s 行有问题，这一天先不导入。", row=f["row"]
    ),
}


def sheet_issue_words(issue: Issue) -> str:
    """Return what stops a whole sheet, and what to do."""
    facts = issue.facts
    sentences: dict[str, Callable[[], str]] = {
        "month_missing": lambda: gettext("表里没有写是哪个月，请先选月份。"),
        "codes_open": lambda: gettext(
            "有 %(count)s 个班次还不知道是几点到几点，请先填好。", count=facts["count"]
        ),
        "weekday_mismatch": lambda: gettext(
            "月份和表里的星期对不上：%(letter)s 列写着%(weekday)s，而 %(day)s 不是。请检查月份。",
            letter=issue.where.field,
            weekday=weekday_words(_number(facts["weekday"])),
            day=_date_words(facts["day"]),
        ),
        "day_twice": lambda: gettext(
            "%(other)s 列和 %(letter)s 列是同一天（%(day)s），请改好表头再上传。",
            other=facts["other"],
            letter=issue.where.field,
            day=_date_words(facts["day"]),
        ),
    }
    return sentences[issue.code]()


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _date_words(value: object) -> str:
    return day(value if isinstance(value, dt.date) else None)


def file_words(code: str, facts: Facts) -> str:
    """Return why a file cannot be read, and what to do."""
    if code == "roster_too_many_rows":
        return str(gettext("一次最多导入 %(limit)s 行，请分成几个文件。", limit=facts["limit"]))
    sentences: dict[str, str] = {
        "roster_not_xlsx": gettext(
            "这不是 xlsx 表格。请在 Excel 或 WPS 里另存为“Excel 工作簿（.xlsx）”再上传。"
        ),
        "roster_locked": gettext(
            "文件加了密码，或是旧的 .xls 格式。请去掉密码，另存为 .xlsx 再上传。"
        ),
        "roster_broken": gettext(
            "文件打不开，可能没有传完或已经损坏。请在 Excel 或 WPS 里重新保存一次。"
        ),
        "shifts_none": gettext(
            "没找到排班。表头要有“工号”或“姓名”，同一行（或上下一行）有日期；也可以用我们的模板。"
        ),
    }
    return sentences.get(code) or str(gettext("文件没能读取。请把排班复制到我们的模板里再上传。"))
