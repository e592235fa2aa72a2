"""Pages of quizzes: scheduling for trainers, taking for candidates."""

from lms.quizzes.views import (
    exam,
    objections,
    own,
    rekey_lists,
    rekeys,
    results,
    sittings,
    statistics,
)
from lms.quizzes.views.frame import blueprint

__all__ = [
    "blueprint",
    "exam",
    "objections",
    "own",
    "rekey_lists",
    "rekeys",
    "results",
    "sittings",
    "statistics",
]
