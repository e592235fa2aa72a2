"""The four criteria and what each level looks like: the product's own wording, in both languages.

The texts are content, kept beside the rules that number them. A defense freezes a copy at booking, so a
better wording here reaches only defenses booked afterwards.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """A text in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class CriterionText:
    """The words of one criterion.

    Attributes:
        key: Stable key: knowledge, skill, quality or teamwork.
        name: Short name.
        scope: What the criterion covers.
        look_at: Where evidence for it lies.
        anchors: Observable behaviour at levels 1 to 5, in this order.
    """

    key: str
    name: Wording
    scope: Wording
    look_at: Wording
    anchors: tuple[Wording, Wording, Wording, Wording, Wording]


KNOWLEDGE = CriterionText(
    key="knowledge",
    name=Wording("知识", "Knowledge"),
    scope=Wording("产品和规则", "Products and rules"),
    look_at=Wording(
        "模块测验、阶段测试、问答抽检、产品手册",
        "Module quizzes, stage tests, spot questions, handbook",
    ),
    anchors=(
        Wording(
            "常见产品问题答不出或编造；不知道七天无理由等基本规则；需主管代答",
            "Cannot answer common product questions or makes answers up; does not know basic rules such as "
            "seven-day returns; the lead has to answer instead",
        ),
        Wording(
            "能背部分卖点，遇到参数、适用性、售后条件常答错；查资料慢且不核实",
            "Recites some selling points; often wrong on specifications, suitability or after-sales terms; "
            "slow to look things up and does not verify them",
        ),
        Wording(
            "主推商品与常见规则回答正确；不会的说明“我核实后回复”并按时回复",
            "Right on the main products and common rules; when unsure says “let me check and get back to you” "
            "and does so in time",
        ),
        Wording(
            "能解释同类差异、适用人群、常见误用；能指出规则依据及例外；手册完整",
            "Explains how similar products differ, whom they suit and how they are misused; names the rule "
            "behind an answer and its exceptions; handbook complete",
        ),
        Wording(
            "能预判客户疑问，比较竞品而不贬低；能发现页面与规则不符并反馈，帮助他人学习",
            "Foresees customers' questions; compares competing products without running them down; spots "
            "pages that contradict the rules and reports them; helps others learn",
        ),
    ),
)

SKILL = CriterionText(
    key="skill",
    name=Wording("技能", "Skill"),
    scope=Wording("接待、转化和售后处理", "Serving, converting, handling after-sales"),
    look_at=Wording("业务指标、演练、打字", "Performance figures, drills, typing"),
    anchors=(
        Wording(
            "回复慢、漏回、答非所问；不会基本后台操作；打字未达标",
            "Slow, misses messages or answers something else; cannot do basic back-office steps; typing "
            "below the standard",
        ),
        Wording(
            "能完成单一咨询，同时接待两人以上即混乱；只会发链接，不问需求",
            "Manages one chat but loses track with two or more; only sends links, does not ask what is needed",
        ),
        Wording(
            "按流程迎宾—了解—推荐—确认—送别；关键操作独立完成；指标接近团队均值",
            "Follows the flow greet – understand – recommend – confirm – say goodbye; does the key steps alone; "
            "figures near the team's mean",
        ),
        Wording(
            "能按需求给出两个以上匹配推荐并说明真实理由，处理异议；多窗口稳定；指标高于均值",
            "Gives two or more fitting recommendations with true reasons and handles objections; steady across "
            "several chats; figures above the mean",
        ),
        Wording(
            "复杂、多问题会话仍准确高效；能把有效做法整理成话术并让他人复用",
            "Accurate and quick even in complex chats with several questions; turns what works into scripts that "
            "others reuse",
        ),
    ),
)

QUALITY = CriterionText(
    key="quality",
    name=Wording("素质", "Service quality"),
    scope=Wording("服务态度和合规", "Attitude and compliance"),
    look_at=Wording("质检、观察、行为记录", "Quality checks, observations, conduct"),
    anchors=(
        Wording(
            "出现辱骂、嘲讽、承诺做不到的事、引导站外、泄露信息等红线",
            "Crossed a red line: insults, mockery, promises that cannot be kept, leading buyers off the platform, "
            "leaking information",
        ),
        Wording(
            "语气生硬、推诿；被提醒后短期改善又反复",
            "Brusque, passes the buck; improves for a short while after a reminder, then relapses",
        ),
        Wording(
            "礼貌、守规、如实；对难客保持克制，按时升级",
            "Polite, keeps the rules, truthful; stays composed with difficult customers and escalates in time",
        ),
        Wording(
            "主动致歉、共情、跟进到结果；错误主动上报；压力大仍稳定",
            "Apologises and empathises unprompted, follows up to the end; reports own mistakes; steady under "
            "pressure",
        ),
        Wording(
            "能把冲突转为谅解，维护客户与公司双方利益；示范诚信并推动改进",
            "Turns conflict into understanding, fair to customer and company alike; a model of honesty who drives "
            "improvement",
        ),
    ),
)

TEAMWORK = CriterionText(
    key="teamwork",
    name=Wording("团队协作", "Teamwork"),
    scope=Wording("交接、沟通和分享", "Handover, communication, sharing"),
    look_at=Wording(
        "同事与部门反馈、交接记录、资料库",
        "Feedback of peers and departments, handover notes, library",
    ),
    anchors=(
        Wording(
            "不交接或交接错误致客户重复说明；拒绝配合",
            "No handover or a wrong one, so that customers must repeat themselves; refuses to cooperate",
        ),
        Wording(
            "只做被要求的部分；沟通含糊，他人需多次确认",
            "Does only what is asked; vague, so that others have to check several times",
        ),
        Wording(
            "交接记录完整；准时；问题说清“事实—影响—请求”",
            "Complete handover notes; on time; states problems as “fact – effect – request”",
        ),
        Wording(
            "主动分享疑难案例，帮助同事；跨部门沟通有结果",
            "Shares hard cases unasked and helps colleagues; gets results across departments",
        ),
        Wording(
            "带动改进流程、话术或资料库；被多部门主动认可",
            "Leads improvements of process, scripts or library; several departments say so unasked",
        ),
    ),
)

CRITERIA = (KNOWLEDGE, SKILL, QUALITY, TEAMWORK)
"""In the order in which a sheet asks for them."""
