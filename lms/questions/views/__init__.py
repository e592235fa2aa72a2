"""Pages of questions: banks and items for staff, import and export, recall for whoever reads a lesson."""

from lms.questions.views import (
    authoring,
    banks,
    bulk,
    editor,
    editor_aids,
    groups,
    imports,
    items,
    recall,
    review,
)
from lms.questions.views.base import blueprint

__all__ = [
    "authoring",
    "banks",
    "blueprint",
    "bulk",
    "editor",
    "editor_aids",
    "groups",
    "imports",
    "items",
    "recall",
    "review",
]
