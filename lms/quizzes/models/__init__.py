"""Tables of quizzes."""

from lms.quizzes.models.attempts import (
    ATTEMPT,
    ITEM_RESULT,
    RESPONSE,
    RESPONSE_EVENT,
    Attempt,
    AttemptEvent,
    Response,
    ResponseEvent,
    StoredItemResult,
)
from lms.quizzes.models.corrections import (
    ITEM_REKEY,
    REKEYED_ATTEMPT,
    ItemRekey,
    Objection,
    ObjectionMessage,
    RekeyedAttempt,
)
from lms.quizzes.models.marking import ESSAY_PLACE, EssayMark, EssayPlace
from lms.quizzes.models.measures import ITEM_MEASURE, ItemMeasure
from lms.quizzes.models.printing import PrintedPaper, TypedAnswers
from lms.quizzes.models.quizzes import (
    QUIZ,
    SITTING,
    Accommodation,
    Quiz,
    Sitting,
    SittingSeat,
    SittingSeries,
)

__all__ = [
    "ATTEMPT",
    "ESSAY_PLACE",
    "ITEM_MEASURE",
    "ITEM_REKEY",
    "ITEM_RESULT",
    "QUIZ",
    "REKEYED_ATTEMPT",
    "RESPONSE",
    "RESPONSE_EVENT",
    "SITTING",
    "Accommodation",
    "Attempt",
    "AttemptEvent",
    "EssayMark",
    "EssayPlace",
    "ItemMeasure",
    "ItemRekey",
    "Objection",
    "ObjectionMessage",
    "PrintedPaper",
    "Quiz",
    "RekeyedAttempt",
    "Response",
    "ResponseEvent",
    "Sitting",
    "SittingSeat",
    "SittingSeries",
    "StoredItemResult",
    "TypedAnswers",
]
