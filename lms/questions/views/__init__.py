"""Pages of questions: banks and items for staff, recall for whoever reads a lesson."""

from lms.questions.views import banks, recall
from lms.questions.views.base import blueprint

__all__ = ["banks", "blueprint", "recall"]
