"""What demo raters write: short, dated, about behaviour."""

import random
from dataclasses import dataclass

STRENGTHS = (
    "遇到不会的问题会说「我核实后回复」，并按时回来。",
    "同时接待三位买家时，桥接语用得自然，没有人被晾着。",
    "会把买家的话复述一遍再给方案，误会很少。",
    "交接记录写得清楚：事实、影响、请求三项都有。",
    "主动指出详情页和产品表对不上的一处，并提交了反馈。",
)
COMMENTS = {
    "knowledge": (
        "主推款的规格和清洁方式都答对了，例外情况还要再熟一点。",
        "能说出规则的依据，竞品比较也没有贬低对方。",
        "售后条件偶尔要查，但查了会核实。",
    ),
    "skill": (
        "七步流程完整，推荐时给了两个选择和真实理由。",
        "打字和快捷短语都过关，高峰时回复略慢。",
        "能独立完成改地址和登记退货。",
    ),
    "quality": (
        "面对催发货的买家语气稳，没有乱承诺。",
        "按规定升级了一次情绪激动的会话。",
        "如实说明库存，没有制造紧迫感。",
    ),
    "teamwork": (
        "晚班交接完整，接班同事没有再问一遍。",
        "把一个疑难案例整理出来分享给了小组。",
        "跨部门沟通能说清要什么、什么时候要。",
    ),
}
EVIDENCE = (
    "抽检会话，按质检表逐项核对",
    "现场答辩第二题，当场演示",
    "带教老师周记所载事项",
)


@dataclass
class ReviewWords:
    """Draws sentences by a seeded chance."""

    chance: random.Random

    def strength(self) -> str:
        """Return one thing done well."""
        return self.chance.choice(STRENGTHS)

    def comment(self, criterion: str) -> str:
        """Return a comment on one criterion."""
        return self.chance.choice(COMMENTS[criterion])

    def evidence(self) -> str:
        """Return a line of evidence."""
        return self.chance.choice(EVIDENCE)
