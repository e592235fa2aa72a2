"""Matchings on paper: numbered left sides, lettered right sides, and a key such as （1）B；（2）A."""

import re
from collections.abc import Sequence

from lms.questions.domain.exchange.answers.escaping import escape
from lms.questions.domain.exchange.answers.structured import PAIR_SPECIALS
from lms.questions.domain.exchange.answers.words import BLANK, narrow

_LEFT = re.compile(r"(?:[（(]\s*(\d{1,2})\s*[)）]|([①-⑳]))\s*(.+)")
_PAIR = re.compile(r"[（(]?\s*(\d{1,2})\s*[)）]?\s*[-—–=:：.、]?\s*([A-La-l])(?![A-Za-z])")
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


def as_pairs(
    stem: Sequence[str], options: Sequence[tuple[str, str]], answer: str
) -> tuple[list[str], str] | None:
    """Return the stem without the left sides, and the pairs a line each.

    Args:
        stem: Its lines, the left sides among them.
        options: Letter and text of the right sides.
        answer: The key: a number and a letter for each left side.

    Returns:
        None when these are not numbered left sides with exactly one right side each.
    """
    rest: list[str] = []
    lefts: dict[int, str] = {}
    for line in stem:
        match = _LEFT.fullmatch(line)
        if match is None:
            rest.append(line)
            continue
        number = int(match[1]) if match[1] else _CIRCLED.index(match[2]) + 1
        lefts[number] = BLANK.sub("", match[3]).strip()
    letters = {int(number): name.lower() for number, name in _PAIR.findall(_numbers(answer))}
    texts = dict(options)
    if not lefts or letters.keys() != lefts.keys() or not set(letters.values()) <= texts.keys():
        return None
    lines = [_line(lefts[number], texts[letters[number]]) for number in sorted(lefts)]
    spare = [_line("", text) for name, text in options if name not in letters.values()]
    return rest, "\n".join([*lines, *spare])


def _numbers(answer: str) -> str:
    circled = re.sub("[①-⑳]", lambda match: f"({_CIRCLED.index(match[0]) + 1})", answer)
    return narrow(circled)


def _line(left: str, right: str) -> str:
    return f"{escape(left, PAIR_SPECIALS)}={escape(right, PAIR_SPECIALS)}"
