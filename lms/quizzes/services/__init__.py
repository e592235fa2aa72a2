"""Writing quizzes."""

from lms.quizzes.services.accommodations import end_accommodation, grant_accommodation
from lms.quizzes.services.board import (
    close_sitting,
    extend_sitting,
    pause_sitting,
    resume_sitting,
)
from lms.quizzes.services.board_one import (
    admit,
    close_attempt_now,
    extend_attempt,
    pause_attempt,
    reopen_attempt,
    resume_attempt,
)
from lms.quizzes.services.ending import close_attempt, submit_attempt
from lms.quizzes.services.make_ups import note_closing
from lms.quizzes.services.measures import store_measures
from lms.quizzes.services.noting import note_from_browser
from lms.quizzes.services.objections import decide_objection, reply_objection, submit_objection
from lms.quizzes.services.paging import move_on
from lms.quizzes.services.papers import keep_paper
from lms.quizzes.services.quick import save_known
from lms.quizzes.services.quizzes import retire_quiz, upsert_quiz
from lms.quizzes.services.releasing import release_results
from lms.quizzes.services.reminders import find_due_reminder, remind_sitting
from lms.quizzes.services.replaying import Replayed, save_responses
from lms.quizzes.services.responses import Saved, save_form, save_response
from lms.quizzes.services.series import end_series, make_sittings, start_series
from lms.quizzes.services.sittings import (
    announce_sitting,
    cancel_sitting,
    check_sitting,
    schedule_sitting,
)
from lms.quizzes.services.starting import start_attempt

__all__ = [
    "Replayed",
    "Saved",
    "admit",
    "announce_sitting",
    "cancel_sitting",
    "check_sitting",
    "close_attempt",
    "close_attempt_now",
    "close_sitting",
    "decide_objection",
    "end_accommodation",
    "end_series",
    "extend_attempt",
    "extend_sitting",
    "find_due_reminder",
    "grant_accommodation",
    "keep_paper",
    "make_sittings",
    "move_on",
    "note_closing",
    "note_from_browser",
    "pause_attempt",
    "pause_sitting",
    "release_results",
    "remind_sitting",
    "reopen_attempt",
    "reply_objection",
    "resume_attempt",
    "resume_sitting",
    "retire_quiz",
    "save_form",
    "save_known",
    "save_response",
    "save_responses",
    "schedule_sitting",
    "start_attempt",
    "start_series",
    "store_measures",
    "submit_attempt",
    "submit_objection",
    "upsert_quiz",
]
