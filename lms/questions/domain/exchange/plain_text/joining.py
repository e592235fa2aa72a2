"""Lines of Markdown: bold marks that only frame a number or a label taken off, and lines put together."""

import re
from collections.abc import Sequence

from lms.questions.domain.exchange.plain_text.marks import read_number, read_option, split_labels

_MARKS = re.compile(r"^\*\*([^*]+)\*\*")
_SECTION_WORDS = re.compile(r"\*\*(\s*[【\[]?[^*]{1,8}?[】\]]?\s*[:：]?\s*)\*\*(\s*[:：]?)")


def plain_marks(text: str) -> str:
    """Return a line without bold marks around its number, letter or label; a wholly bold line without them."""
    text = text.strip()
    if "**" not in text:
        return text
    if text.startswith("**") and text.endswith("**") and text.count("**") == 2:
        return text[2:-2].strip()
    first = _MARKS.match(text)
    if first and (
        read_number(first[1] + " x") or read_option(first[1] + "x") or _is_label(first[1])
    ):
        text = first[1] + text[first.end() :]
    return _SECTION_WORDS.sub(_without, text)


def _without(match: re.Match[str]) -> str:
    words = match[1] + match[2]
    return words if _is_label(words) else match[0]


def _is_label(words: str) -> bool:
    text = words.strip()
    before, labels = split_labels(
        text if text.endswith(("：", ":", "】", "]")) else f"{text}：", strict=True
    )
    return bool(labels) and not before


def join_lines(lines: Sequence[str]) -> str:
    """Return lines as Markdown: paragraphs, but rows of a table together."""
    text = ""
    for line in lines:
        if not text:
            text = line
            continue
        is_table = line.startswith("|") and text.rsplit("\n", 1)[-1].startswith("|")
        text += ("\n" if is_table else "\n\n") + line
    return text
