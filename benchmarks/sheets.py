"""Reading and writing question sheets and papers: 5,000 xlsx rows, the same as a document and as pasted text.

``python -m benchmarks.sheets [rows]`` prints a JSON line each: seconds and CPU seconds (medians of rounds), peak memory.
"""

import json
import resource
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace

from lms.issues import Where
from lms.questions.domain.exchange.docx import parse_docx, write_docx
from lms.questions.domain.exchange.plain_text import parse_text
from lms.questions.domain.exchange.values import Candidate, Outgoing
from lms.questions.domain.exchange.xlsx import parse_xlsx, template_xlsx, write_xlsx
from lms.questions.domain.exchange.xlsx.examples import examples
from lms.questions.domain.items import Option, SingleResponse

ROWS = 5000
ROUNDS = 3


def bank(rows: int) -> Outgoing:
    """Return a bank with the types mixed as the examples are; every stem is different."""
    kinds = examples("zh")
    found = []
    for number in range(rows):
        candidate = kinds[number % len(kinds)]
        stem = f"第 {number} 问：{candidate.item.stem}"
        found.append(replace(candidate, item=replace(candidate.item, stem=stem)))
    return Outgoing("题库", tuple(found))


def choices(rows: int) -> Outgoing:
    """Return a bank of single choices, which every layout can say."""
    options = tuple(Option(name, f"第{name}个选项的文字") for name in "abcd")
    found = [
        Candidate(
            SingleResponse(f"第 {n} 题，哪个是对的？", options, "abcd"[n % 4], "见手册。"), Where()
        )
        for n in range(rows)
    ]
    return Outgoing("题库", tuple(found))


def as_text(rows: int) -> str:
    """Return a pasted paper."""
    return "\n".join(
        f"{n}. 第 {n} 题，哪个是对的？\nA. 甲\nB. 乙\nC. 丙\nD. 丁\n答案：{'ABCD'[n % 4]}\n解析：见手册。"
        for n in range(1, rows + 1)
    )


def show(name: str, rows: int, work: Callable[[], object]) -> None:
    """Measure ``work`` and print its line."""
    seconds, cpu = [], []
    for _ in range(ROUNDS):
        begin, used = time.perf_counter(), time.process_time()
        work()
        seconds.append(time.perf_counter() - begin)
        cpu.append(time.process_time() - used)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    line = {
        "bench": name,
        "rows": rows,
        "seconds": round(statistics.median(seconds), 2),
        "cpu_seconds": round(statistics.median(cpu), 2),
        "peak_mb": peak,
    }
    print(json.dumps(line), flush=True)


def main() -> None:
    """Measure everything in this process."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    sheet, _ = write_xlsx(bank(rows))
    assert len(parse_xlsx(sheet, "x.xlsx").candidates) == rows
    show("xlsx read", rows, lambda: parse_xlsx(sheet, "x.xlsx"))
    show("xlsx write", rows, lambda: write_xlsx(bank(rows)))
    show("xlsx template", 0, template_xlsx)
    text = as_text(rows)
    assert len(parse_text(text, "x").candidates) == rows
    show("text read", rows, lambda: parse_text(text, "x"))
    document, _ = write_docx(choices(rows), with_key=True)
    assert len(parse_docx(document, "x.docx").candidates) == rows
    show("docx read", rows, lambda: parse_docx(document, "x.docx"))
    show("docx write", rows, lambda: write_docx(choices(rows), with_key=True))


if __name__ == "__main__":
    main()
