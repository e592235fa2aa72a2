"""What a page fetches before the exam opens, so that a whole hall does not fetch it in the same second."""

import re
from functools import cache
from pathlib import Path

from flask import url_for

from lms.quizzes.views.frame import script_stamp

_STATIC = Path(__file__).resolve().parent.parent / "static"
_FIRST = ("paper", "noting")
#: How paper.js names the modules that it loads.
_NAMES = re.compile(r"^const names = \[([^\]]*)\]", re.MULTILINE)

A_SECOND_MORE_PER = 20
"""Candidates for each of whom the presses are spread over one second more."""
LONGEST_JITTER = 8
"""Seconds."""


def jitter_seconds(candidates: int) -> int:
    """Return over how many seconds the presses of so many candidates are spread; 0 for a few."""
    return min(LONGEST_JITTER, candidates // A_SECOND_MORE_PER)


def paper_scripts() -> list[str]:
    """Return the addresses of all scripts that a paper runs, as the browser will ask for them."""
    return [
        url_for("quizzes.static", filename=f"quizzes/{name}.js", v=script_stamp())
        for name in _modules()
    ]


@cache
def _modules() -> tuple[str, ...]:
    found = _NAMES.search((_STATIC / "quizzes" / "paper.js").read_text(encoding="utf-8"))
    return (*_FIRST, *re.findall(r'"([\w-]+)"', found.group(1) if found else ""))
