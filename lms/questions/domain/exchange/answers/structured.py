"""Pairs and rubrics from cells: one line each."""

import re
from decimal import Decimal

from lms.questions.domain.exchange.answers.cells import Cells, Unreadable
from lms.questions.domain.exchange.answers.choices import (
    bad_setting,
    missing_answer,
    read_credit,
    read_ids,
)
from lms.questions.domain.exchange.answers.escaping import LINES, PAIRS, split, unescape
from lms.questions.domain.exchange.answers.words import letter, read_points
from lms.questions.domain.types.base import CreditRule
from lms.questions.domain.types.essay import Essay, RubricLine
from lms.questions.domain.types.matching import MatchChoice, Matching, Premise

PAIR_SPECIALS = PAIRS + LINES
_IN_BRACKETS = re.compile(r"(.+?)\s*[（(]\s*(\d{1,4}(?:\.\d{1,3})?)\s*分?\s*[)）]\s*[。；;]?")


def read_matching(cells: Cells) -> Matching:
    """Read lines ``left=right``; ``=right`` alone is a distractor; raises Unreadable."""
    if not cells.answer:
        raise missing_answer()
    pairs = [_pair(line) for line in split(cells.answer, LINES, PAIR_SPECIALS) if line.strip()]
    lefts = [left for left, _ in pairs if left]
    rights = [right for left, right in pairs if left]
    spares = [right for left, right in pairs if not left]
    if "ids" in cells.settings:
        premise_ids, refs, choices = _named(cells, rights, spares)
    else:
        premise_ids = [str(number) for number in range(1, len(lefts) + 1)]
        texts = list(dict.fromkeys([*rights, *spares]))
        by_text = {text: letter(index) for index, text in enumerate(texts)}
        refs = [by_text[text] for text in rights]
        choices = [MatchChoice(by_text[text], text) for text in texts]
    premises = tuple(
        Premise(premise_id, text, ref)
        for premise_id, text, ref in zip(premise_ids, lefts, refs, strict=True)
    )
    credit = read_credit(cells.settings, CreditRule.PROPORTIONAL)
    return Matching(cells.stem, premises, tuple(choices), cells.explanation, credit)


def _pair(line: str) -> tuple[str, str]:
    sides = [
        unescape(side.strip(), PAIR_SPECIALS) for side in split(line, PAIRS, PAIR_SPECIALS, most=1)
    ]
    if len(sides) != 2 or not sides[1]:
        raise Unreadable("bad_pair", "answer", f"{line!r} is no pair", value=line)
    return sides[0], sides[1]


def _named(
    cells: Cells, rights: list[str], spares: list[str]
) -> tuple[list[str], list[str], list[MatchChoice]]:
    """Return premise ids, the choice of each, and the choices, from ``p1>c2 p2>c1 | c1 c2 c3``."""
    value = cells.settings["ids"]
    front, _, back = value.partition("|")
    refs = [word.split(">") for word in front.split()]
    order = back.split()
    if any(len(ref) != 2 for ref in refs) or len(refs) != len(rights):
        raise bad_setting("ids", value)
    texts = {ref[1]: text for ref, text in zip(refs, rights, strict=True)}
    unused = [name for name in order if name not in texts]
    if len(unused) != len(spares) or not set(texts) <= set(order):
        raise bad_setting("ids", value)
    texts.update(zip(unused, spares, strict=True))
    choices = [MatchChoice(name, texts[name]) for name in order]
    return [ref[0] for ref in refs], [ref[1] for ref in refs], choices


def read_essay(cells: Cells) -> Essay:
    """Read an essay: the answer is the reference, the rubric has a line ``text = points`` each; raises Unreadable."""
    lines = [
        _rubric_line(line) for line in split(cells.rubric, LINES, PAIR_SPECIALS) if line.strip()
    ]
    ids = read_ids(cells.settings, len(lines), [str(n) for n in range(1, len(lines) + 1)])
    rubric = tuple(RubricLine(name, *line) for name, line in zip(ids, lines, strict=True))
    count = cells.settings.get("lines")
    if count is None:
        return Essay(cells.stem, rubric, cells.answer, cells.explanation)
    if not count.isdecimal() or len(count) > 4:
        raise bad_setting("lines", count)
    return Essay(cells.stem, rubric, cells.answer, cells.explanation, int(count))


def _rubric_line(line: str) -> tuple[str, Decimal]:
    sides = split(line, PAIRS, PAIR_SPECIALS)
    match = _IN_BRACKETS.fullmatch(line.strip())
    if len(sides) == 2:
        text, points = sides[0], read_points(sides[1])
    elif match and len(sides) == 1:
        text, points = match[1], read_points(match[2])
    else:
        text, points = "", None
    if points is None or not text.strip():
        raise Unreadable("bad_rubric", "rubric", f"{line!r} has no points", value=line)
    return unescape(text.strip(), PAIR_SPECIALS), points
