"""Example questions of every type, for the template."""

from decimal import Decimal

from lms.issues import Where
from lms.questions.domain.exchange.values import Candidate
from lms.questions.domain.items import Item
from lms.questions.domain.types.base import Option
from lms.questions.domain.types.cloze import Cloze, Gap
from lms.questions.domain.types.essay import Essay, RubricLine
from lms.questions.domain.types.matching import MatchChoice, Matching, Premise
from lms.questions.domain.types.multiple_response import MultipleResponse
from lms.questions.domain.types.numeric import AcceptedNumber, Numeric
from lms.questions.domain.types.ordering import Ordering
from lms.questions.domain.types.short_text import AcceptedText, ShortText
from lms.questions.domain.types.single_response import SingleResponse
from lms.questions.domain.types.true_false import TrueFalse

CASE = {
    "zh": "买家：你好，我昨天拍的充电宝，收到发现外壳有划痕，能退吗？\n"
    "客服：您好，非常抱歉给您带来不便，请您拍一张照片发给我。",
    "en": "Buyer: Hello, the power bank that I ordered yesterday has a scratch. Can I return it?\n"
    "Agent: I am sorry about that. Could you send me a photo, please?",
}


def _options(*texts: str) -> tuple[Option, ...]:
    return tuple(Option(name, text) for name, text in zip("abcdef", texts, strict=False))


def _items_zh() -> list[Item]:
    return [
        SingleResponse(
            "买家说“今天发货吗”，以下哪句回复最合适？",
            _options("应该吧", "今天 16 点前付款的订单当天发出", "不知道", "你问仓库"),
            "b",
            "给出确定的时间和条件。",
        ),
        MultipleResponse(
            "以下哪些信息**不能**发给买家以外的人？",
            _options("买家的手机号", "买家的收货地址", "本店的营业时间", "订单里的商品"),
            frozenset("abd"),
            "与订单有关的个人信息都要保密。",
        ),
        TrueFalse(
            "买家已付款，客服可以自己答应改价。", False, "改价要走审批。", "", "改价由组长审批。"
        ),
        ShortText(
            "七天无理由退货的期限从买家____之日起算。",
            (AcceptedText("签收"), AcceptedText("收货"), AcceptedText("收到*", Decimal(50))),
            "以签收次日为第一天。",
        ),
        Numeric(
            "一单 120 元的商品打九折，应付多少？",
            (AcceptedNumber.around(Decimal(108), Decimal("0.5")),),
            "元",
            "120 × 0.9 = 108",
        ),
        Matching(
            "把情况和处理办法连起来。",
            (Premise("1", "买家要求开发票", "a"), Premise("2", "商品破损", "b")),
            (
                MatchChoice("a", "登记抬头和税号"),
                MatchChoice("b", "请买家拍照"),
                MatchChoice("c", "直接关闭订单"),
            ),
        ),
        Ordering(
            "把处理投诉的步骤排好。", _options("先道歉并听完", "核对订单", "给出方案", "跟进到解决")
        ),
        Cloze(
            "退款申请要在 {{1}} 小时内处理，超时会影响 {{2}}。",
            (
                Gap("1", 1, Numeric("", (AcceptedNumber(Decimal(48), Decimal(48)),))),
                Gap("2", 1, SingleResponse("", _options("店铺评分", "商品重量"), "a")),
            ),
        ),
        Essay(
            "请写一段话，安抚一位因物流延误而生气的买家。",
            (
                RubricLine("1", "先道歉，语气平和", Decimal(2)),
                RubricLine("2", "说明原因和预计时间", Decimal(3)),
            ),
            "您好，让您久等了，非常抱歉……",
        ),
        SingleResponse(
            "（材料题）客服接下来应该先做什么？",
            _options("看照片，判断是否属于破损", "直接拒绝", "让买家找快递"),
            "a",
        ),
        TrueFalse("（材料题）外壳有划痕，买家可以申请退货。", True, "", "", "有划痕属于商品问题。"),
    ]


def _items_en() -> list[Item]:
    return [
        SingleResponse(
            "A buyer asks: will it ship today? Which reply is best?",
            _options(
                "Probably",
                "Orders paid before 16:00 ship the same day",
                "No idea",
                "Ask the warehouse",
            ),
            "b",
            "Give a definite time and condition.",
        ),
        MultipleResponse(
            "What must **not** be told to anybody but the buyer?",
            _options(
                "The buyer's phone number",
                "The delivery address",
                "Our opening hours",
                "What was ordered",
            ),
            frozenset("abd"),
            "Personal data of an order is confidential.",
        ),
        TrueFalse(
            "An agent may promise a new price after payment.",
            False,
            "A new price needs approval.",
            "",
            "The lead approves prices.",
        ),
        ShortText(
            "The seven days for returns count from the day of ____.",
            (
                AcceptedText("delivery"),
                AcceptedText("receipt"),
                AcceptedText("receiv*", Decimal(50)),
            ),
        ),
        Numeric(
            "An item of 120 yuan is sold at 10% off. What is to be paid?",
            (AcceptedNumber.around(Decimal(108), Decimal("0.5")),),
            "yuan",
            "120 × 0.9 = 108",
        ),
        Matching(
            "What is done in which case?",
            (
                Premise("1", "The buyer wants an invoice", "a"),
                Premise("2", "The goods are damaged", "b"),
            ),
            (
                MatchChoice("a", "Note name and tax number"),
                MatchChoice("b", "Ask for a photo"),
                MatchChoice("c", "Close the order"),
            ),
        ),
        Ordering(
            "Put the steps of handling a complaint in order.",
            _options("Apologise and listen", "Check the order", "Offer a solution", "Follow up"),
        ),
        Cloze(
            "A refund is handled within {{1}} hours, or it affects {{2}}.",
            (
                Gap("1", 1, Numeric("", (AcceptedNumber(Decimal(48), Decimal(48)),))),
                Gap("2", 1, SingleResponse("", _options("the shop's rating", "the weight"), "a")),
            ),
        ),
        Essay(
            "Write a few lines to calm a buyer whose parcel is late.",
            (
                RubricLine("1", "Apologises, stays calm", Decimal(2)),
                RubricLine("2", "Says why and until when", Decimal(3)),
            ),
            "I am sorry to have kept you waiting …",
        ),
        SingleResponse(
            "(Shared text) What should the agent do next?",
            _options("Look at the photo", "Refuse", "Send the buyer to the courier"),
            "a",
        ),
        TrueFalse(
            "(Shared text) The buyer may return the item.", True, "", "", "A scratch is a defect."
        ),
    ]


def examples(lang: str) -> list[Candidate]:
    """Return an example of every type, and two that share a text."""
    items = _items_zh() if lang == "zh" else _items_en()
    return [
        Candidate(
            item=item,
            where=Where(),
            difficulty=("easy", "medium", "hard")[number % 3],
            point="售后规则" if lang == "zh" else "After-sales",
            points=Decimal(5) if isinstance(item, Essay) else Decimal(2),
        )
        for number, item in enumerate(items)
    ]
