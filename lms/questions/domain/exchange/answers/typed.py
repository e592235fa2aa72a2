"""Texts and numbers that people type, from cells: one blank, or several in one text."""

import re
from collections.abc import Mapping
from decimal import Decimal

from lms.questions.domain.exchange.answers.cells import Cells, Unreadable
from lms.questions.domain.exchange.answers.choices import (
    bad_answer,
    bad_setting,
    letters_for,
    missing_answer,
    read_multiple,
    read_single,
)
from lms.questions.domain.exchange.answers.escaping import BARS, LINES, split, split_list, unescape
from lms.questions.domain.exchange.answers.words import (
    BLANK,
    count_blanks,
    letter,
    narrow,
    read_number,
    squeeze,
)
from lms.questions.domain.types.cloze import Cloze, Gap
from lms.questions.domain.types.multiple_response import MultipleResponse
from lms.questions.domain.types.numeric import AcceptedNumber, Numeric
from lms.questions.domain.types.short_text import AcceptedText, ShortText
from lms.questions.domain.types.single_response import SingleResponse

TYPED_SPECIALS = BARS + "["
CHOICE_SPECIALS = BARS + "*" + LINES
GAP_WORDS = {
    "填空": "text", "text": "text", "数值": "number", "number": "number", "单选": "single", "single": "single",
    "多选": "multiple", "multiple": "multiple",
}  # fmt: skip
GAP_SEPARATORS = (LINES, ";；", BARS, "、", ",，")
_HUNDRED = Decimal(100)
_PERCENT = re.compile(r"\[\s*([+-]?\d{1,3}(?:\.\d+)?)\s*[%％]\s*\]\s*")
_AROUND = re.compile(r"(.+?)\s*(?:±|\+/-|\+-|±)\s*(.+)")
_BETWEEN = re.compile(r"(.+?)\s*(?:~|～|〜|至|到|\.\.)\s*(.+)")
_MEASURED = re.compile(r"([+\-−–]?[\d.,]*\d)\s*([^\d\s.,~±+].{0,11})?")
_MARKER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_GAP_LINE = re.compile(
    r"\s*([a-z0-9][a-z0-9_-]{0,15})\s*(?:\*\s*(\d{1,4}))?\s*[=＝:：]", re.IGNORECASE
)
_GAP_WORD = re.compile(r"\s*([^\s:：|｜]{1,10}?)\s*[:：]")
_NUMBERS = re.compile(
    r"(?:[（(]\d{1,2}[)）]|[①-⑳]|(?:^|(?<=[\s;；,，、]))\d{1,2}(?:[)）、]|[.．](?!\d)))\s*"
)
_YES = {"是": True, "yes": True, "true": True, "1": True, "否": False, "no": False, "false": False, "0": False}  # fmt: skip


def _accepted(cells: Cells) -> list[tuple[str, Decimal, str]]:
    """Return text, percent and feedback of each accepted answer between bars."""
    if not cells.answer:
        raise missing_answer()
    pieces = [piece.strip() for piece in split(cells.answer, BARS, TYPED_SPECIALS)]
    feedback = cells.feedback
    if "feedback" in cells.settings:
        feedback = _feedback(cells.settings["feedback"])
    found = []
    for index, piece in enumerate(pieces):
        if not piece:
            raise bad_answer(cells, "there is nothing between two bars")
        percent = _PERCENT.match(piece)
        text = piece[percent.end() :] if percent else piece
        share = Decimal(percent[1]) if percent else _HUNDRED
        found.append((unescape(text, TYPED_SPECIALS), share, feedback.get(letter(index), "")))
    return found


def read_short_text(cells: Cells) -> ShortText:
    """Read accepted texts between bars, ``[50%]`` in front of one that earns less; raises Unreadable."""
    flags = {
        name: _flag(cells.settings, name)
        for name in ("match_case", "match_width", "fold_traditional")
    }
    accepted = tuple(AcceptedText(*entry) for entry in _accepted(cells))
    return ShortText(cells.stem, accepted, cells.explanation, **flags)


def _flag(settings: Mapping[str, str], name: str) -> bool:
    value = _YES.get(squeeze(settings.get(name, "no")))
    if value is None:
        raise bad_setting(name, settings[name])
    return value


def read_numeric(cells: Cells) -> Numeric:
    """Read ``3.14``, ``3.14±0.01`` or ``1~5`` between bars; raises Unreadable."""
    units = {cells.unit} - {""}
    accepted = []
    for text, percent, feedback in _accepted(cells):
        low, high, unit = _range(cells, text)
        units |= {unit} - {""}
        accepted.append(AcceptedNumber(low, high, percent, feedback))
    if len(units) > 1:
        raise Unreadable("units_differ", "unit", "the units differ", units=sorted(units))
    return Numeric(cells.stem, tuple(accepted), "".join(units), cells.explanation)


def _range(cells: Cells, text: str) -> tuple[Decimal, Decimal, str]:
    for pattern in (_AROUND, _BETWEEN):
        match = pattern.fullmatch(text)
        if match:
            first, unit = _measured(cells, match[1])
            second, unit_2 = _measured(cells, match[2])
            if pattern is _AROUND:
                around = AcceptedNumber.around(first, second)
                return around.low, around.high, unit_2 or unit
            return first, second, unit_2 or unit
    value, unit = _measured(cells, text)
    return value, value, unit


def _measured(cells: Cells, text: str) -> tuple[Decimal, str]:
    match = _MEASURED.fullmatch(narrow(text))
    number = read_number(match[1]) if match else None
    if match is None or number is None:
        raise Unreadable("bad_number", "answer", f"{text!r} is not a number", value=cells.answer)
    return number, (match[2] or "").strip()


def read_blanks(cells: Cells) -> ShortText | Cloze:
    """Read 填空: one blank is a short text; several make a cloze with as many answers; raises Unreadable."""
    if _MARKER.search(cells.stem):
        return read_cloze(cells)
    blanks = count_blanks(cells.stem)
    if blanks <= 1:
        return read_short_text(cells)
    if not cells.answer:
        raise missing_answer()
    answers = _answers_of_blanks(cells.answer, blanks)
    if answers is None:
        message = f"{blanks} blanks, and the answers cannot be told apart into as many"
        raise Unreadable(
            "blanks_and_answers_differ", "answer", message, blanks=blanks, value=cells.answer
        )
    gaps = []
    for number, answer in enumerate(answers, start=1):
        inner = Cells("", answer=answer, settings=cells.settings)
        gaps.append(Gap(str(number), 1, read_short_text(inner)))
    numbers = iter(range(1, blanks + 1))
    stem = BLANK.sub(lambda _: f"{{{{{next(numbers)}}}}}", cells.stem)
    return Cloze(stem, tuple(gaps), cells.explanation)


def _answers_of_blanks(text: str, blanks: int) -> list[str] | None:
    """Return one answer a blank: the first separator that gives exactly as many tells them apart."""
    numbered = _NUMBERS.split(text.strip())
    if len(numbered) == blanks + 1 and not numbered[0].strip():
        return [piece.strip(" \t\n;；,，、") for piece in numbered[1:]]
    for separators in GAP_SEPARATORS:
        pieces = [piece.strip() for piece in split(text, separators)]
        if len(pieces) == blanks and all(pieces):
            return pieces
    words = text.split()
    return words if len(words) == blanks else None


def read_cloze(cells: Cells) -> Cloze:
    """Read a text with ``{{id}}`` markers and a line for each gap; raises Unreadable.

    A line is ``id=accepted|accepted``, ``id=数值:3.14±0.01`` or ``id=单选:*key|other``; ``id*2=`` has weight 2.
    """
    if not cells.answer:
        raise missing_answer()
    gaps = [
        _read_gap(cells, unescape(line, LINES))
        for line in split(cells.answer, LINES)
        if line.strip()
    ]
    order = {_id: at for at, _id in enumerate(_MARKER.findall(cells.stem))}
    gaps.sort(key=lambda gap: order.get(gap.id, len(order)))
    return Cloze(cells.stem, tuple(gaps), cells.explanation)


def _read_gap(cells: Cells, line: str) -> Gap:
    head = _GAP_LINE.match(line)
    if head is None:
        raise Unreadable("bad_gap", "answer", f"{line!r} names no gap", value=line)
    gap_id = head[1].lower()
    rest = line[head.end() :]
    word = _GAP_WORD.match(rest)
    kind = GAP_WORDS.get(word[1].casefold()) if word else None
    answer = (rest[word.end() :] if word and kind else rest).strip()
    inner = _inner(cells, gap_id, answer, kind or "text")
    return Gap(gap_id, int(head[2] or 1), _read_inner(inner, kind or "text"))


def _inner(cells: Cells, gap_id: str, answer: str, kind: str) -> Cells:
    prefix = f"{gap_id}."
    settings = {
        name.removeprefix(prefix): value
        for name, value in cells.settings.items()
        if name.startswith(prefix)
    }
    feedback = _feedback(settings.pop("feedback", ""))
    options: tuple[tuple[str, str], ...] = ()
    if kind in {"single", "multiple"}:
        options, answer = _marked_options(answer)
    return Cells(
        stem="",
        options=options,
        answer=answer,
        explanation=settings.pop("explanation", ""),
        feedback=feedback,
        unit=settings.pop("unit", ""),
        settings=settings,
    )


def _feedback(text: str) -> dict[str, str]:
    """Return what stands between bars by letter."""
    pieces = [unescape(piece, BARS) for piece in split(text, BARS)]
    return dict(zip(letters_for(len(pieces)), pieces, strict=True))


def _marked_options(text: str) -> tuple[tuple[tuple[str, str], ...], str]:
    """Return options and key letters of ``*key|other``."""
    pieces = [piece.strip() for piece in split(text, BARS, CHOICE_SPECIALS)]
    names = letters_for(len(pieces))
    keys = ",".join(name for name, piece in zip(names, pieces, strict=True) if piece[:1] == "*")
    texts = [unescape(piece.removeprefix("*").strip(), CHOICE_SPECIALS) for piece in pieces]
    return tuple(zip(names, texts, strict=True)), keys


def _read_inner(inner: Cells, kind: str) -> SingleResponse | MultipleResponse | ShortText | Numeric:
    if kind == "single":
        return read_single(inner)
    if kind == "multiple":
        return read_multiple(inner)
    return read_numeric(inner) if kind == "number" else read_short_text(inner)


def split_lines(text: str) -> list[str]:
    """Return the unescaped lines of ``text`` that are not blank."""
    return split_list(text, LINES)
