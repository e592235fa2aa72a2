"""Printed papers, answer sheets and keys as PDF."""

from lms.quizzes.press.documents import (
    PrintChoice,
    Printed,
    grouped,
    render_keys,
    render_papers,
    render_sheets,
    words_of,
)
from lms.quizzes.press.jobs import list_unprintable

__all__ = [
    "PrintChoice",
    "Printed",
    "grouped",
    "list_unprintable",
    "render_keys",
    "render_papers",
    "render_sheets",
    "words_of",
]
