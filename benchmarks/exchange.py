"""Files of other systems in and out, without a database: seconds and peak memory.

``python -m benchmarks.exchange [--items 10000]`` prints JSON lines, one for each format and direction, each measured in
a process of its own, so that peak memory is its own.
"""

import argparse
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from benchmarks.measure import show
from lms.questions.domain.exchange.gift import parse_gift, write_gift
from lms.questions.domain.exchange.values import Outgoing

ROUNDS = 3
#: One of each type, as Moodle exports them and as people write them.
GIFT = (
    """// question: {n}  name: 题目 {n}
// [id:k{n}] [tag:退货] [tag:difficulty:easy]
::题目 {n}::[html]<p>顾客在<b>第 {n} 天</b>要求退货，应当怎么办？</p>{{
\t~<p>直接拒绝</p>#<p>不对，七天内可以退货。</p>
\t\\=同意并说明流程
\t=<p>同意，并说明流程\\: 先登记，再寄回</p>#<p>对。</p>
\t~%50%<p>请示主管后再答复</p>#<p>可以更快。</p>
\t####<p>见《消费者权益保护法》第二十五条。</p>
}}
""",
    "第 {n} 题：Grant is buried in Grant's tomb.{{FALSE#No one is buried there.#Right!}}\n",
    "第 {n} 题：Which are colours?{{\n~%50%red\n~%50%blue\n~%-50%seven {n}\n~%-50%eight\n}}\n",
    "第 {n} 题：The capital of France is {{=Paris#yes =%50%paris* =%0%*#no}}.\n",
    "第 {n} 题：When was Ulysses S. Grant born?{{#=1822\\:0#right =%50%1820..1824#close}}\n",
    "第 {n} 题：Match the capitals.{{\n=Canada -> Ottawa\n=Italy -> Rome\n=Japan -> Tokyo\n= -> Paris {n}\n}}\n",
)


def gift_file(items: int) -> bytes:
    """Return a file with ``items`` questions of all types in turn."""
    return "\n".join(GIFT[n % len(GIFT)].format(n=n) for n in range(items)).encode()


def read_gift(items: int) -> tuple[Callable[[], object], int]:
    """Return the reading of a GIFT file, and its size in bytes."""
    data = gift_file(items)

    def operate() -> None:
        parsed = parse_gift(data, "bank.gift")
        assert len(parsed.candidates) == items, parsed.issues[:3]

    return operate, len(data)


def written_gift(items: int) -> tuple[Callable[[], object], int]:
    """Return the writing of a GIFT file, and its size in bytes."""
    bank = Outgoing("bank", parse_gift(gift_file(items), "bank.gift").candidates)

    def operate() -> bytes:
        return write_gift(bank)[0]

    return operate, len(operate())


BENCHES: dict[str, Callable[[int], tuple[Callable[[], object], int]]] = {
    "gift_read": read_gift,
    "gift_write": written_gift,
}


def run(name: str, items: int) -> None:
    """Measure one bench here and print its line."""
    operate, size = BENCHES[name](items)
    seconds, cpu = [], []
    for _ in range(ROUNDS):
        begun, used = time.perf_counter(), time.process_time()
        operate()
        seconds.append(time.perf_counter() - begun)
        cpu.append(time.process_time() - used)
    show(
        {
            "bench": name,
            "items": items,
            "bytes": size,
            "seconds": round(statistics.median(seconds), 2),
            "cpu_seconds": round(statistics.median(cpu), 2),
            "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        }
    )


def main() -> None:
    """Run one bench here, or each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bench", choices=sorted(BENCHES))
    parser.add_argument("--items", type=int, default=10_000)
    asked = parser.parse_args()
    if asked.bench:
        run(asked.bench, asked.items)
        return
    for name in BENCHES:
        subprocess.run(
            [
                sys.executable,
                "-m",
                "benchmarks.exchange",
                "--bench",
                name,
                "--items",
                str(asked.items),
            ],
            check=True,
        )


if __name__ == "__main__":
    main()
