"""Pages of quizzes: scheduling for trainers, taking for candidates."""

from lms.quizzes.views import exam, own, results, sittings, statistics
from lms.quizzes.views.frame import blueprint

__all__ = ["blueprint", "exam", "own", "results", "sittings", "statistics"]
