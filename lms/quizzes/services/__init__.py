"""Writing quizzes."""

from lms.quizzes.services.attempts import close_attempt, start_attempt, submit_attempt
from lms.quizzes.services.objections import decide_objection, reply_objection, submit_objection
from lms.quizzes.services.quizzes import retire_quiz, upsert_quiz
from lms.quizzes.services.responses import Saved, save_form, save_response
from lms.quizzes.services.sittings import (
    announce_sitting,
    cancel_sitting,
    check_sitting,
    extend_sitting,
    schedule_sitting,
)

__all__ = [
    "Saved",
    "announce_sitting",
    "cancel_sitting",
    "check_sitting",
    "close_attempt",
    "decide_objection",
    "extend_sitting",
    "reply_objection",
    "retire_quiz",
    "save_form",
    "save_response",
    "schedule_sitting",
    "start_attempt",
    "submit_attempt",
    "submit_objection",
    "upsert_quiz",
]
