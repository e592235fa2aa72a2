"""Writing item banks."""

from lms.questions.services.banks import (
    ORIGINS,
    check_writable,
    create_bank,
    publish_bank,
    rename_bank,
    retire_bank,
)
from lms.questions.services.bulk import (
    BULK_AT_MOST,
    BulkPlan,
    Decided,
    apply_bulk,
    plan_bulk,
)
from lms.questions.services.copying import copy_bank
from lms.questions.services.drafts import forget_draft, save_draft
from lms.questions.services.editing import INTENTS, create_item, duplicate_item, revise_item
from lms.questions.services.groups import (
    create_group,
    move_in_group,
    place_in_group,
    publish_group,
    restore_group,
    retire_group,
    revise_group,
)
from lms.questions.services.importing import (
    COMES_IN_AS,
    Writing,
    choose_rows,
    comes_in_as,
    confirm_upload,
    create_upload,
    discard_upload,
    forget_old_uploads,
    plan_parsed,
    plan_upload,
    record_import,
    write_plan,
)
from lms.questions.services.items import PURPOSES, mark_presented, publish_item, unpublish_item
from lms.questions.services.recall import answer_recall
from lms.questions.services.review import (
    NOTE_AT_MOST,
    approve_item,
    comment_item,
    restore_item,
    retire_item,
    return_item,
    submit_item,
    withdraw_item,
)
from lms.questions.services.rows_by_hand import (
    fields_from_row,
    find_shared,
    finish_row,
    may_write_row,
)
from lms.questions.services.upload_rows import issue_as_json, issue_from_json
from lms.questions.services.versions import add_version, make_current
from lms.questions.services.writing import Written, keep_pictures

__all__ = [
    "BULK_AT_MOST", "COMES_IN_AS", "INTENTS", "NOTE_AT_MOST", "ORIGINS", "PURPOSES", "BulkPlan", "Decided",
    "Writing", "Written", "add_version", "answer_recall", "apply_bulk", "approve_item", "check_writable",
    "choose_rows", "comes_in_as", "comment_item", "confirm_upload", "copy_bank", "create_bank", "create_group",
    "create_item", "create_upload", "discard_upload", "duplicate_item", "fields_from_row", "find_shared",
    "finish_row", "forget_draft", "forget_old_uploads", "issue_as_json", "issue_from_json", "keep_pictures",
    "make_current", "mark_presented", "may_write_row", "move_in_group", "place_in_group", "plan_bulk",
    "plan_parsed", "plan_upload", "publish_bank", "publish_group", "publish_item", "record_import", "rename_bank",
    "restore_group", "restore_item", "retire_bank", "retire_group", "retire_item", "return_item", "revise_group",
    "revise_item", "save_draft", "submit_item", "unpublish_item", "withdraw_item", "write_plan",
]  # fmt: skip
