"""Forms of quizzes."""

from lms.quizzes.forms.objections import DecisionForm, ObjectionForm
from lms.quizzes.forms.rekeys import RekeyForm, UndoForm
from lms.quizzes.forms.review import ReviewFields, describe_review, review_words
from lms.quizzes.forms.rules import RulesFields
from lms.quizzes.forms.schedule import CancelForm, ScheduleForm, problem_words

__all__ = [
    "CancelForm",
    "DecisionForm",
    "ObjectionForm",
    "RekeyForm",
    "ReviewFields",
    "RulesFields",
    "ScheduleForm",
    "UndoForm",
    "describe_review",
    "problem_words",
    "review_words",
]
