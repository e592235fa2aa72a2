"""Reading item banks."""

from lms.questions.queries.banks import (
    APP,
    BankCounts,
    count_items,
    find_bank,
    get_bank,
    list_own_banks,
    select_banks,
)
from lms.questions.queries.exporting import get_outgoing, load_pictures, pictures_in
from lms.questions.queries.imports import (
    RowCounts,
    count_rows,
    find_upload_picture,
    get_upload,
    iter_words,
    lesson_names,
    list_open_uploads,
    list_present,
    list_rows_by_number,
    list_stems,
    select_rows,
)
from lms.questions.queries.items import (
    ItemFilter,
    LessonName,
    find_current_version,
    find_group,
    find_item,
    find_lesson_name,
    get_item,
    get_version,
    is_drawable,
    list_drawable,
    list_groups,
    list_lessons,
    list_points,
    list_versions,
    select_current,
    select_items,
)
from lms.questions.queries.names import DRAFT, IN_REVIEW, QUIZ, READY, RECALL, RETIRED
from lms.questions.queries.recall import list_recall, list_recall_cards

__all__ = [
    "APP", "DRAFT", "IN_REVIEW", "QUIZ", "READY", "RECALL", "RETIRED", "BankCounts", "ItemFilter", "LessonName",
    "RowCounts", "count_items", "count_rows", "find_bank", "find_current_version", "find_group", "find_item",
    "find_lesson_name", "find_upload_picture", "get_bank", "get_item", "get_outgoing", "get_upload", "get_version",
    "is_drawable", "iter_words", "lesson_names", "list_drawable", "list_groups", "list_lessons",
    "list_open_uploads", "list_own_banks", "list_points", "list_present", "list_recall", "list_recall_cards",
    "list_rows_by_number", "list_stems", "list_versions", "load_pictures", "pictures_in", "select_banks",
    "select_current", "select_items", "select_rows",
]  # fmt: skip
