"""One item of every type that has a key, and a bank of them."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal

from lms.db import db
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
    RubricLine,
    ShortText,
    SingleResponse,
    item_as_json,
    item_from_json,
)
from lms.questions.models import ItemBank
from lms.questions.queries import DRAFT
from lms.questions.services import place_in_group, publish_bank, publish_group
from tests.conftest import NOON
from tests.factories.questions import make_item, multiple_body, single_body, true_false_body

_YES_NO = (Option("y", "可以", "对，七天内可以。"), Option("n", "不可以", "再看看规则。"))

TYPED: Mapping[str, Item] = {
    "short": ShortText(
        "签收后几天内可以无理由退货？用两个字写出这项服务的**简称**。",
        (
            AcceptedText("七退", feedback="对，就是它。"),
            AcceptedText("七*", Decimal(50), "还差一个字。"),
        ),
        "七天无理由退货。",
    ),
    "number": Numeric(
        "标价 200 元，打 85 折，客户实付多少？",
        (AcceptedNumber.around(Decimal(170), Decimal("0.5"), feedback="算得对。"),),
        "元",
        "200 × 0.85 = 170。",
    ),
    "match": Matching(
        "把客户的话和该做的事配起来。",
        (
            Premise("p1", "「包裹三天没动了」", "track"),
            Premise("p2", "「我要开发票」", "invoice"),
            Premise("p3", "「到手是坏的」", "photo"),
        ),
        (
            MatchChoice("track", "查物流并催件"),
            MatchChoice("invoice", "请客户给抬头"),
            MatchChoice("photo", "请客户拍照"),
            MatchChoice("wait", "请客户再等等"),
        ),
        "先判断客户要什么，再做事。",
    ),
    "order": Ordering(
        "把处理投诉的步骤排好。",
        (
            Option("sorry", "先道歉，接住情绪"),
            Option("ask", "问清楚发生了什么"),
            Option("offer", "给出两个办法让客户选"),
            Option("follow", "第二天回访"),
        ),
        "情绪在前，办法在后。",
    ),
    "gaps": Cloze(
        "签收后 {{days}} 天内{{may}}无理由退货，运费由{{payer}}承担。\n\n下面哪些要拍照：{{photos}}",
        (
            Gap("days", 2, Numeric("", (AcceptedNumber.around(Decimal(7)),), "天")),
            Gap("may", 1, SingleResponse("", _YES_NO, "y")),
            Gap("payer", 1, ShortText("", (AcceptedText("买家"), AcceptedText("客户")))),
            Gap(
                "photos",
                1,
                MultipleResponse(
                    "",
                    (Option("a", "外箱"), Option("b", "破损处"), Option("c", "客服工牌")),
                    frozenset("ab"),
                ),
            ),
        ),
        "七天，从签收的第二天算起。",
    ),
}
"""By a short name; each has an answer that earns something but not everything."""

ESSAY = Essay("写一段回复。", (RubricLine("a", "先道歉", Decimal(2)),), "您好，非常抱歉。", "", 4)

CHAT = (
    "::: chat 晚上八点\n买家：三天没动了，是不是丢了？\n客服：我马上查。\n:::\n\n"
    "| 时间 | 状态 |\n|---|---|\n| 11-20 | 已揽收 |\n| 11-21 | 运输中 |\n"
)


def make_typed_bank(
    *,
    key: str = "typed",
    lesson_key: str = "",
    lessons: Sequence[str] = (),
    now: dt.datetime = NOON,
) -> ItemBank:
    """Return a stored bank with one quiz item of each type that has a key, eight in all, and an essay as a draft.

    Papers of the eight get their result at once; ``tests.factories.marking`` has those that people mark.
    """
    bank = publish_bank(key=key, title="各种题型", title_en="All types", origin="app", now=now)
    bodies = {
        "single": single_body(),
        "several": multiple_body(),
        "judge": true_false_body(),
        **{name: item_as_json(item) for name, item in TYPED.items()},
        "essay": item_as_json(ESSAY),
    }
    lesson = lesson_key or (lessons[0] if lessons else "")
    for place, (name, body) in enumerate(bodies.items(), start=1):
        made = make_item(
            bank, key=f"{key}-{name}", body=body, lesson_key=lesson, position=place, now=now
        )
        if name == "essay":
            made.item.state = DRAFT
            db.session.commit()
    return bank


def make_case(
    bank: ItemBank,
    *,
    key: str = "case",
    items: int = 3,
    lesson_key: str = "",
    now: dt.datetime = NOON,
) -> list[str]:
    """Add a case group of ``items`` single responses to ``bank``; return the keys of its items in order."""
    group = publish_group(bank, key=key, title="一单的来龙去脉", text=CHAT, now=now)
    keys = []
    for place in range(1, items + 1):
        body = single_body(f"{key} 第 {place} 问：怎么回？")
        version = make_item(
            bank,
            key=f"{key}-{items - place}",
            body=body,
            lesson_key=lesson_key,
            position=50 + place,
        )
        place_in_group(version.item, group, place, now=now)
        keys.append(version.item.key)
    db.session.commit()
    return keys


def fields_of(position: int, raw: Mapping[str, object]) -> dict[str, object]:
    """Return the fields that a form without script sends for the answer ``raw`` at ``position``."""
    return _fields(f"r{position}", raw)


def _fields(prefix: str, raw: Mapping[str, object]) -> dict[str, object]:
    fields: dict[str, object] = {}
    for name, value in raw.items():
        if name == "chosen":
            fields[prefix if prefix[1:].isdigit() else f"{prefix}:chosen"] = value
        elif name == "text":
            fields[f"{prefix}:text"] = value
        elif name == "order":
            assert isinstance(value, list)
            for place, option in enumerate(value, start=1):
                fields[f"{prefix}:place:{option}"] = str(place)
        elif name == "pairs":
            assert isinstance(value, dict)
            fields.update({f"{prefix}:pair:{one}": choice for one, choice in value.items()})
        else:
            assert isinstance(value, dict)
            for gap, inner in value.items():
                fields.update(_fields(f"{prefix}:gap:{gap}", inner))
    return fields


def item_of(entry: Mapping[str, object]) -> Item:
    """Return the item of a place of a stored paper."""
    body = entry["body"]
    assert isinstance(body, dict)
    return item_from_json(body)
