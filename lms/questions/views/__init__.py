"""Pages of questions: banks and items for staff, import and export, recall for whoever reads a lesson."""

from lms.questions.views import authoring, banks, imports, recall
from lms.questions.views.base import blueprint

__all__ = ["authoring", "banks", "blueprint", "imports", "recall"]
