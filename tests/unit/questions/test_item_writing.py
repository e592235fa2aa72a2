"""Advice on writing: each rule speaks to a planted flaw and is silent to its clean twin."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings

from lms.questions.domain.item_writing import (
    READ_AT_MOST,
    Advice,
    advise,
    length_of,
    plain,
)
from lms.questions.domain.items import (
    AcceptedNumber,
    AcceptedText,
    Cloze,
    Essay,
    Gap,
    Item,
    MatchChoice,
    Matching,
    MultipleResponse,
    Numeric,
    Option,
    Ordering,
    Premise,
    ShortText,
    SingleResponse,
    TrueFalse,
)
from tests.unit.questions.strategies import every_item

STEM = "买家要求当天退款，小林该怎么办？"


def choice(*texts: str, stem: str = STEM, keys: str = "a") -> Item:
    """A choice with the options a, b, c …, of which ``keys`` are right."""
    options = tuple(
        Option(name, text, "为什么。") for name, text in zip("abcdef", texts, strict=False)
    )
    if len(keys) == 1:
        return SingleResponse(stem, options, keys, "要点。")
    return MultipleResponse(stem, options, frozenset(keys), "要点。")


def asked(stem: str) -> Item:
    return choice("先查订单", "报给主管", "等到明天", stem=stem)


def statement(stem: str, *, answer: bool = True) -> Item:
    return TrueFalse(stem, answer, "对。", "错。", "要点。")


def number(value: str, tolerance: str = "0", unit: str = "", stem: str = "是多少？") -> Item:
    accepted = AcceptedNumber.around(Decimal(value), Decimal(tolerance))
    return Numeric(stem, (accepted,), unit, "要点。")


def typed(*texts: str) -> Item:
    return ShortText("叫什么？", tuple(map(AcceptedText, texts)), "要点。")


def codes(item: Item) -> list[str]:
    return [one.code for one in advise(item)]


LONG = "订单系统里收货人旁边的备注" * 11

PLANTED = [
    ("key_is_longest", choice("先查订单，再报给主管，当天回复买家", "直接退款", "不用理他")),
    ("key_is_longest", choice("先查订单，再报给主管", "查清以后当天回复买家", "退款", keys="ab")),
    ("all_of_the_above", choice("先查订单", "报给主管", "以上都是")),
    ("all_of_the_above", choice("先查订单", "报给主管", "以上说法均正确。")),
    ("all_of_the_above", choice("Call him", "Write him", "All of the above")),
    ("none_of_the_above", choice("先查订单", "报给主管", "以上都不是")),
    ("none_of_the_above", choice("先查订单", "报给主管", "没有正确答案")),
    ("none_of_the_above", choice("Call him", "Write him", "None of the above.")),
    ("options_by_letter", choice("先查订单", "报给主管", "A 和 B 都对")),
    ("negation_not_emphasised", asked("下列做法中，不正确的是（ ）")),
    ("negation_not_emphasised", asked("以下哪一项不属于红线？")),
    ("negation_not_emphasised", asked("关于退款，下列说法错误的是")),
    ("negation_not_emphasised", asked("除了哪一项，下列做法都合适？")),
    ("negation_not_emphasised", asked("Which of these is not allowed?")),
    ("absolute_word", choice("先查订单", "一定当天退款", "报给主管")),
    ("absolute_word", choice("先查订单", "退给所有买家", "报给主管", keys="b")),
    ("absolute_word", choice("Ask him", "Never reply", "Wait a day")),
    ("absolute_word", statement("买家的要求永远要照办。", answer=False)),
    ("mixed_full_stops", choice("先查订单。", "报给主管", "等到明天")),
    ("mixed_lengths", choice("退款", "先查订单，再报给主管，当天晚上回复买家", "报给主管")),
    ("mixed_form", choice("「我帮您查。」", "请主管来处理", "把单子退掉")),
    ("mixed_form", choice("7 天", "看店铺心情", "看买家要求")),
    ("repeated_start", choice("应当先由客服查单", "应当先由仓库查单", "应当先由主管查单")),
    ("repeated_start", choice("You have to ask", "You have to go", "You have to wait")),
    ("duplicate_options", choice("先查订单", "先查了订单。", "报给主管")),
    ("duplicate_options", choice("ＡＢＣ码", "abc 码", "报给主管")),
    ("key_repeats_stem", choice("去查杯底尺寸", "请他等一等", "报给主管", stem="杯底尺寸谁知道？")),
    ("stem_too_long", asked(LONG + "，怎么办？")),
    ("two_statements", statement("加班要先协商，也要付加班工资。")),
    ("two_statements", statement("客服可以查单；仓库可以改地址。")),
    ("two_statements", statement("草稿可以用来复习，但不能照着回答。")),
    ("missing_explanation", replace(statement("碳酸饮料能装。"), explanation=" ")),
    ("missing_explanation", Essay("写一段回复。", ())),
    ("missing_feedback", replace(statement("碳酸饮料能装。"), feedback_false="")),
    ("no_tolerance", number("3.33", unit="kg")),
    ("no_tolerance", number("3", stem="大约是多少？")),
    ("long_accepted_text", typed("签收的次日起七天以内可以申请退货")),
]  # fmt: skip

CLEAN = [
    ("key_is_longest", choice("先查订单，再报给主管", "马上退款，请他放心", "请他再等一等看")),
    ("key_is_longest", choice("先查订单，再报给主管", "查单", "马上退款，请他放心", keys="ab")),
    ("all_of_the_above", choice("先查订单", "报给主管", "以上级的意见为准")),
    ("all_of_the_above", choice("先查订单", "报给主管", "都退给买家")),
    ("none_of_the_above", choice("先查订单", "报给主管", "都不退给买家")),
    ("options_by_letter", choice("A 类商品", "B 类商品", "ABC 认证")),
    ("negation_not_emphasised", asked("下列做法中，**不正确**的是（ ）")),
    ("negation_not_emphasised", asked("哪些话**不**能发？")),
    ("negation_not_emphasised", asked("哪一款不锈钢杯合适？")),
    ("negation_not_emphasised", asked("下面这件事，同学们说能不能做？")),
    ("negation_not_emphasised", asked("没有另外约定，以哪一天为准？")),
    ("negation_not_emphasised", asked("买家说：「哪个都不行」。小林该怎么办？")),
    ("negation_not_emphasised", asked("哪一栏是写给客服看的，不是介绍给买家的？")),
    ("negation_not_emphasised", asked("Which of these is NOT allowed?")),
    ("negation_not_emphasised", statement("碳酸饮料不能装。")),
    ("absolute_word", choice("客服不得泄露信息", "客服必须先核对", "应当报给主管")),
    ("absolute_word", choice("不一定要退款", "报给所有权人", "付一定的运费")),
    ("absolute_word", choice("照规则「任何人不得刷单」办", "报给主管", "等到明天")),
    ("absolute_word", choice("一定先查订单", "一定先退款", "报给主管")),
    ("absolute_word", choice("查单", "退给所有买家", "等待", stem="店里说退给所有买家，怎么办？")),
    ("absolute_word", choice("「我帮您查。」", "「一定给您退。」", "「请您等等。」")),
    ("absolute_word", statement("广告里任何人都不能用绝对化用语。")),
    ("mixed_full_stops", choice("先查订单。", "报给主管。", "等到明天吧！")),
    ("mixed_full_stops", choice("「您好。」", "「在的。」", "「请讲？」")),
    ("mixed_lengths", choice("退款给他", "先查订单再回复", "报给主管")),
    ("mixed_form", choice("「我帮您查。」", "「请您等等。」", "「给您退。」")),
    ("mixed_form", choice("7 天", "15 天", "看买家要求")),
    ("repeated_start", choice("2026年1月1日", "2026年1月2日", "2026年1月3日")),
    ("repeated_start", choice("「您好呀我帮您查」", "「您好呀请等等」", "「您好呀给您退」")),
    ("repeated_start", choice("Contract law", "Contractor", "Contracts")),
    ("duplicate_options", choice("可以退款", "不可以退款", "7 天", "1.5 天", "15 天", "10² 天")),
    ("key_repeats_stem", choice("去查杯底尺寸", "杯底尺寸不用查", "报给主管", stem="杯底尺寸谁知道？")),
    ("key_repeats_stem", choice("「等了三天很急」", "请等", "报给主管", stem="「等了三天」怎么回？")),
    ("stem_too_long", asked(LONG[:100] + "，怎么办？")),
    ("stem_too_long", Cloze(LONG + "{{a}}", (Gap("a", 1, replace(typed("单"), stem="")),), "点。")),
    ("two_statements", statement("买家付了款。核对订单和送别可以省掉。")),
    ("two_statements", statement("只要买家愿意，就可以花钱请他删，也不会违规。")),
    ("two_statements", statement("大多数回复都很快，只有一次特别慢，也会拉高平均值。")),
    ("missing_explanation", statement("碳酸饮料能装。")),
    ("missing_explanation", Essay("写一段回复。", (), "您好，我来查。")),
    ("missing_feedback", statement("碳酸饮料能装。")),
    ("no_tolerance", number("3.33", "0.01", unit="kg")),
    ("no_tolerance", number("7", unit="天")),
    ("no_tolerance", number("12.50", unit="元")),
    ("long_accepted_text", typed("国家市场监督管理总局")),
    ("long_accepted_text", typed("*七天以内无理由都可以申请退货*")),
    ("long_accepted_text", typed("签收的次日起七天以内可以申请退货", "七天")),
]  # fmt: skip


@pytest.mark.parametrize(("code", "item"), PLANTED)
def test_a_planted_flaw_is_named(code, item):
    assert code in codes(item)


@pytest.mark.parametrize(("code", "item"), CLEAN)
def test_a_clean_twin_is_left_alone(code, item):
    assert code not in codes(item)


def test_every_rule_has_a_flaw_and_a_twin():
    assert {code for code, _ in PLANTED} == {code for code, _ in CLEAN}


def test_a_good_item_gets_no_advice():
    good = choice("先核对买家的身份再改", "照他说的马上改", "让他重新拍一单", "告诉他改不了了",
                  stem="有人要改收货地址，第一步做什么？")  # fmt: skip
    assert advise(good) == ()


def test_facts_name_what_the_sentence_needs():
    item = choice("先查订单", "一定退款", "以上都是")
    assert advise(item) == (
        Advice("all_of_the_above", {"option": "c", "text": "以上都是"}),
        Advice("absolute_word", {"option": "b", "word": "一定", "is_key": False}),
    )


def test_missing_feedback_names_the_options():
    options = (Option("a", "先查订单", "对。"), Option("b", "报给主管"), Option("c", "等到明天"))
    item = SingleResponse(STEM, options, "a", "要点。")
    assert advise(item) == (Advice("missing_feedback", {"options": ("b", "c")}),)


def test_advice_on_a_gap_names_the_gap():
    inner = choice("退款", "换货", "以上都是", stem="")
    item = Cloze("先{{g1}}。", (Gap("g1", 1, inner),), "要点。")
    assert advise(item) == (
        Advice("all_of_the_above", {"option": "c", "text": "以上都是", "gap": "g1"}),
    )


def test_steps_premises_and_choices_are_compared_as_well():
    steps = (Option("a", "先查订单"), Option("b", "先查订单。"))
    ordering = Ordering("排好。", steps, "要点。")
    premises = (Premise("p", "漏水", "x"), Premise("q", "破损", "y"))
    matching = Matching(
        "连线。", premises, (MatchChoice("x", "退款"), MatchChoice("y", "退款了")), "要点。"
    )
    assert [one.facts["options"] for one in advise(ordering)] == [("a", "b")]
    assert [one.facts["options"] for one in advise(matching)] == [("x", "y")]


@given(every_item)
@settings(deadline=None)
def test_any_item_can_be_looked_at(item):
    found = advise(item)
    assert all(isinstance(one, Advice) and one.code.isidentifier() for one in found)
    assert len(found) == len({(one.code, repr(one.facts)) for one in found})


@pytest.mark.parametrize("piece", ["哪", "「", "![", "除", "不", "要可", "**", "a", "|", " \n"])
def test_a_monstrous_stem_is_read_no_further_than_an_item_may_be_long(piece):
    text = piece * (200_000 // len(piece)) + "x"
    assert len(plain(text)) <= READ_AT_MOST
    assert set(codes(asked(text))) <= {"stem_too_long", "negation_not_emphasised"}


def test_a_latin_letter_is_half_as_long():
    assert (length_of("退款"), length_of("abcd"), length_of("abc"), length_of("")) == (2, 2, 2, 0)
