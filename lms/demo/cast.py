"""Who plays in the demo organisation: invented names, roles, cohorts and how far each person has come."""

from dataclasses import dataclass
from enum import StrEnum

from lms.people.domain.roles import RoleName

PASSWORD = "shanggang-demo"  # noqa: S105 - printed on purpose; the demo is nobody's data


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of the staff: one account a role, so that a visitor can try each."""

    username: str
    name: str
    latin: str
    post: str
    roles: tuple[RoleName, ...]


STAFF = (
    Staff("admin", "郑海", "Zheng Hai", "系统管理员", (RoleName.ADMIN,)),
    Staff("hr", "沈佳宁", "Shen Jianing", "人事专员", (RoleName.HR,)),
    Staff("hr2", "傅雪", "Fu Xue", "人事主管", (RoleName.HR, RoleName.RATER)),
    Staff("trainer", "周文博", "Zhou Wenbo", "培训师", (RoleName.TRAINER, RoleName.RATER)),
    Staff("lead", "何晓岚", "He Xiaolan", "售前组长", (RoleName.LEAD, RoleName.RATER)),
    Staff("lead2", "梁晨", "Liang Chen", "售前组长", (RoleName.LEAD, RoleName.RATER)),
    Staff("rater", "孟凡", "Meng Fan", "运营主管", (RoleName.RATER,)),
    Staff("mentor", "许宁", "Xu Ning", "资深客服", (RoleName.RATER,)),
    Staff("quality", "周岩", "Zhou Yan", "质检员", (RoleName.QUALITY, RoleName.RATER)),
)


class Fate(StrEnum):
    """How far a demo hire has come."""

    INVITED = "invited"
    READING = "reading"
    MODULES = "modules"
    OVERDUE = "overdue"
    IN_EXAM = "in_exam"
    STAGE_OPEN = "stage_open"
    STAGE_FAILED = "stage_failed"
    READY_FOR_DEFENSE = "ready_for_defense"
    BOOKED = "booked"
    BEING_RATED = "being_rated"
    VERDICT = "verdict"
    CERTIFIED = "certified"
    CERTIFIED_EARLY = "certified_early"
    NOT_MET = "not_met"
    RARE_NAME = "rare_name"


@dataclass(frozen=True, slots=True)
class Hire:
    """A new hire of the demo: names as they would stand in a roster."""

    name: str
    latin: str
    fate: Fate


@dataclass(frozen=True, slots=True)
class Intake:
    """A cohort: its name and how many days before today it started (negative: will start)."""

    name: str
    started_days_ago: int
    hires: tuple[Hire, ...]


def _hires(fate: Fate, *names: str) -> tuple[Hire, ...]:
    pairs = (name.split(" ", 1) for name in names)
    return tuple(Hire(name, latin, fate) for name, latin in pairs)


INTAKES = (
    Intake(
        "第一期",
        58,
        (
            *_hires(
                Fate.CERTIFIED,
                "林小满 Lin Xiaoman",
                "陈堃 Chen Kun",
                "阿依古丽·买买提 Ayigul Memet",
                "王梓涵 Wang Zihan",
                "李嘉怡 Li Jiayi",
                "赵一鸣 Zhao Yiming",
                "孙可欣 Sun Kexin",
                "吴皓然 Wu Haoran",
                "马晓东 Ma Xiaodong",
            ),
            *_hires(Fate.CERTIFIED_EARLY, "欧阳若溪 Ouyang Ruoxi", "刘喆 Liu Zhe"),
            *_hires(Fate.RARE_NAME, "张𰻝 Zhang Biang"),
            *_hires(Fate.NOT_MET, "高远 Gao Yuan"),
        ),
    ),
    Intake(
        "第二期",
        29,
        (
            *_hires(
                Fate.VERDICT,
                "黄雨桐 Huang Yutong",
                "徐子墨 Xu Zimo",
                "何以沫 He Yimo",
                "郭靖宇 Guo Jingyu",
            ),
            *_hires(Fate.BEING_RATED, "罗诗琪 Luo Shiqi", "谢宇航 Xie Yuhang"),
            *_hires(Fate.BOOKED, "唐婉 Tang Wan", "韩梅 Han Mei", "曹雪晴 Cao Xueqing"),
            *_hires(
                Fate.READY_FOR_DEFENSE,
                "邓浩 Deng Hao",
                "彭思远 Peng Siyuan",
                "曾可 Zeng Ke",
                "萧然 Xiao Ran",
            ),
            *_hires(Fate.STAGE_FAILED, "田甜 Tian Tian", "董航 Dong Hang"),
            *_hires(Fate.STAGE_OPEN, "袁野 Yuan Ye", "潘玥 Pan Yue"),
        ),
    ),
    Intake(
        "第三期",
        6,
        (
            *_hires(Fate.IN_EXAM, "蒋欣妍 Jiang Xinyan", "蔡明轩 Cai Mingxuan"),
            *_hires(
                Fate.MODULES,
                "余歌 Yu Ge",
                "杜子腾 Du Ziteng",
                "叶知秋 Ye Zhiqiu",
                "程乐 Cheng Le",
                "苏曼 Su Man",
                "魏来 Wei Lai",
                "吕布丁 Lü Buding",
            ),
            *_hires(
                Fate.READING, "丁当 Ding Dang", "任飞 Ren Fei", "沈括 Shen Kuo", "姚瑶 Yao Yao"
            ),
            *_hires(Fate.OVERDUE, "卢森 Lu Sen", "姜维 Jiang Wei", "崔灿 Cui Can"),
        ),
    ),
    Intake(
        "第四期",
        -5,
        _hires(
            Fate.INVITED,
            "钟灵 Zhong Ling",
            "汪洋 Wang Yang",
            "范小小 Fan Xiaoxiao",
            "石磊 Shi Lei",
            "贾斯汀 Jia Siting",
        ),
    ),
)
