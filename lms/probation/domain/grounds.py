"""Grounds that no decision about a person may rest on, found by words in its reasons.

Sources: Employment Promotion Law (就业促进法) articles 3 and 26, Labour Contract Law article 42 (protected states),
Trade Union Law; the project's rules P20 and 5.6. A list of words cannot judge a sentence: it names the word and the
ground, and the writer rephrases. Only reasons are searched, never evidence, which may quote a buyer.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum


class Ground(StrEnum):
    """What a reason must not be about."""

    AGE = "age"
    SEX = "sex"
    MARRIAGE = "marriage"
    PREGNANCY = "pregnancy"
    ILLNESS = "illness"
    UNION = "union"
    REGION = "region"
    BELIEF = "belief"
    RANKING = "ranking"
    TEMPERAMENT = "temperament"

    @property
    def is_forbidden(self) -> bool:
        """Whether the law forbids it; ranking and temperament are merely no ground for dismissal."""
        return self not in {Ground.RANKING, Ground.TEMPERAMENT}


@dataclass(frozen=True, slots=True)
class Hit:
    """A word found, and the ground it points to."""

    ground: Ground
    word: str


_PLACES = (
    "北京|上海|天津|重庆|河北|山西|内蒙古|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东"
    "|广西|海南|四川|贵州|云南|西藏|陕西|甘肃|青海|宁夏|新疆|东北|苏北|温州|潮汕"
)
# Chinese is written without blanks, so a single character is no use: 男装 is a product. Words of this trade that
# would be hit by accident are kept out: 适用年龄, 治疗疾病 (a forbidden claim), 22:00后.
_HAN: dict[Ground, str] = {
    Ground.AGE: (
        r"(?<!适用)年龄(?!段)|年纪|岁数|太老|大龄|高龄|年老|太年轻|(?:1[6-9]|[2-6]\d)周?岁"
        r"|[二三四五]十[一二三四五六七八九]?[多几]?岁|(?<![\d:点])(?:[789]0|[89]5|0[05])后"
    ),
    Ground.SEX: (
        r"性别|[男女]员工|[男女]客服|[男女]同事|[男女]性员工|女孩子|小姑娘|男人|女人|招男|招女"
    ),
    Ground.MARRIAGE: (r"结婚|已婚|未婚|离婚|离异|再婚|婚姻|婚育|备婚|婚假|没对象|谈恋爱"),
    Ground.PREGNANCY: (
        r"怀孕|怀上|备孕|孕期|孕检|产检|产假|流产|哺乳|二胎|三胎|生育|生孩子|要孩子|带孩子|大肚子"
    ),
    Ground.ILLNESS: (
        r"生病|有病|得病|患病|病假|(?<!治疗)(?<!预防)疾病|病史|传染病|慢性病|住院|医疗期|工伤|残疾|乙肝"
        r"|糖尿病|患癌|癌症|抑郁|焦虑症|精神病|身体不好|身体差|体弱"
    ),
    Ground.UNION: (
        r"(?:参加|加入|组织|成立|支持)了?工会|工会(?:活动|会员|代表|干部|积极分子)|罢工|集体协商"
    ),
    Ground.REGION: (
        rf"籍贯|户籍|户口|外地人|本地人|农村人|乡下人|老家|地域|(?:{_PLACES})(?:籍|口音|人(?![民数员事]))"
    ),
    Ground.BELIEF: r"民族(?!品牌)|宗教|信仰|信教|信佛|教徒",
    Ground.RANKING: r"末位|排名(?:最后|靠后|倒数)|倒数第|优胜劣汰|垫底",
    Ground.TEMPERAMENT: r"性格色彩|血型|星座|属相|生肖|性格(?:内向|外向|不合)|不合群",
}
_LATIN: dict[Ground, str] = {
    Ground.AGE: r"too old|too young|(?:her|his|their) age|elderly",
    Ground.SEX: r"gender|sex|female|male|wom[ae]n|girls?",
    Ground.MARRIAGE: r"married|unmarried|marriage|marital|divorced?",
    Ground.PREGNANCY: r"pregnan(?:t|cy)|maternity|breastfeeding|have (?:a )?(?:baby|child|children)",
    Ground.ILLNESS: r"illness|sick(?:ness)?|diseases?|disab(?:led|ility)|hepatitis|depress(?:ed|ion)",
    Ground.UNION: r"(?:trade|labou?r) unions?|union (?:member|activity|activities)|on strike",
    Ground.REGION: r"hukou|hometown|outsider|from the countryside",
    Ground.BELIEF: r"ethnic(?:ity)?|religio(?:n|us)|racial|race",
    Ground.RANKING: r"ranked last|bottom of the ranking|lowest rank",
    Ground.TEMPERAMENT: r"disc|mbti|zodiac|blood type|introvert(?:ed)?",
}
_PATTERNS = {
    ground: re.compile(rf"{_HAN[ground]}|(?<![a-z])(?:{_LATIN[ground]})(?![a-z])", re.IGNORECASE)
    for ground in Ground
}
_BETWEEN_HAN = re.compile(r"(?<=[\u4e00-\u9fff\d])\s+(?=[\u4e00-\u9fff])")


def find_grounds(text: str) -> list[Hit]:
    """Return the words in ``text`` that point to grounds no decision may rest on.

    Each word once a ground, in the order of ``Ground``. Full-width letters and blanks between Han characters do not
    hide a word.
    """
    plain = _BETWEEN_HAN.sub("", unicodedata.normalize("NFKC", text))
    found: list[Hit] = []
    for ground, pattern in _PATTERNS.items():
        for match in pattern.finditer(plain):
            hit = Hit(ground, match.group())
            if hit not in found:
                found.append(hit)
    return found
