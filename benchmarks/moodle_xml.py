"""Moodle XML: writing and reading a bank of 10,000 items of all types.

``python -m benchmarks.moodle_xml [--n 10000]`` prints JSON lines: CPU and wall seconds (the machine may be shared: CPU
is what counts), size of the file, and the peak memory of the process after each step.
"""

import argparse
import resource
import time
from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

from benchmarks.measure import show
from lms.issues import Where
from lms.questions.domain.exchange.moodle_xml import parse_moodle_xml
from lms.questions.domain.exchange.moodle_xml.writing import write_moodle_xml
from lms.questions.domain.exchange.values import Candidate, Outgoing
from lms.questions.domain.items import (
    AcceptedNumber,
    AcceptedText,
    Cloze,
    CreditRule,
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

T = TypeVar("T")
_WHY = "依据平台规则第三条：客服应先核对订单，再答复买家。"


def make_item(number: int) -> Item:
    """Return one of eight kinds of items, with words of usual length and some markup."""
    stem = (
        f"买家第 {number} 次咨询：商品已签收 **7 天**，外包装完好，要求退货，客服首先应当怎么做？"
    )
    options = tuple(
        Option(key, f"{words}（{number}）", f"{words}：{_WHY}")
        for key, words in zip(
            "abcd",
            ("核对订单与签收时间", "直接同意退款", "请买家联系快递", "转交主管处理"),
            strict=True,
        )
    )
    short = (AcceptedText(f"七天无理由{number}"), AcceptedText("7天*", Decimal(50), _WHY))
    kinds: tuple[Item, ...] = (
        SingleResponse(stem, options, "a", _WHY),
        SingleResponse(stem.replace("**", ""), options, "b", _WHY),
        MultipleResponse(stem, options, frozenset("ab"), _WHY, CreditRule.CORRECT_MINUS_WRONG),
        TrueFalse(stem, number % 2 == 0, _WHY, _WHY, _WHY),
        ShortText(stem, short, _WHY),
        Numeric(stem, (AcceptedNumber.around(Decimal(number), Decimal("0.5")),), "元", _WHY),
        Matching(
            stem,
            tuple(Premise(f"p{at}", f"情形 {at}", f"c{at}") for at in range(1, 5)),
            tuple(MatchChoice(f"c{at}", f"做法 {at}") for at in range(1, 5)),
            _WHY,
        ),
        Ordering(stem, options, _WHY),
        Cloze(f"{stem} {{{{g1}}}}", (Gap("g1", 1, ShortText("", short)),), _WHY),
        Essay(stem, (), _WHY, _WHY),
    )
    return kinds[number % len(kinds)]


def timed(name: str, n: int, work: Callable[[], T], **facts: object) -> T:
    """Run ``work`` once and print its line."""
    cpu, wall = time.process_time(), time.perf_counter()
    result = work()
    show(
        {
            "bench": name,
            "items": n,
            "cpu_s": round(time.process_time() - cpu, 2),
            "wall_s": round(time.perf_counter() - wall, 2),
            "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
            **facts,
        }
    )
    return result


def main() -> None:
    """Write, then read what was written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=10_000)
    n = parser.parse_args().n
    candidates = tuple(
        Candidate(
            make_item(at),
            Where(),
            name=f"题 {at}",
            key=f"q{at}",
            tags=("售后",),
            category=("客服",),
        )
        for at in range(n)
    )
    bank = Outgoing("bench", candidates)
    data, _ = timed("moodle_xml_write", n, lambda: write_moodle_xml(bank))
    parsed = timed(
        "moodle_xml_read",
        n,
        lambda: parse_moodle_xml(data, "bench.xml"),
        mb=round(len(data) / 1e6, 1),
    )
    assert [one.item for one in parsed.candidates] == [one.item for one in candidates]


if __name__ == "__main__":
    main()
