"""Writing item banks."""

from lms.questions.services.banks import (
    ORIGINS,
    create_bank,
    publish_bank,
    rename_bank,
    retire_bank,
)
from lms.questions.services.copying import copy_bank
from lms.questions.services.groups import place_in_group, publish_group, retire_group
from lms.questions.services.importing import (
    COMES_IN_AS,
    Writing,
    check_writable,
    choose_rows,
    confirm_upload,
    create_upload,
    discard_upload,
    forget_old_uploads,
    plan_parsed,
    plan_upload,
    record_import,
    write_plan,
)
from lms.questions.services.items import PURPOSES, mark_presented, publish_item, retire_item
from lms.questions.services.recall import answer_recall
from lms.questions.services.upload_rows import issue_as_json, issue_from_json
from lms.questions.services.writing import Written

__all__ = [
    "COMES_IN_AS", "ORIGINS", "PURPOSES", "Writing", "Written", "answer_recall", "check_writable", "choose_rows",
    "confirm_upload", "copy_bank", "create_bank", "create_upload", "discard_upload", "forget_old_uploads",
    "issue_as_json", "issue_from_json", "mark_presented", "place_in_group", "plan_parsed", "plan_upload",
    "publish_bank", "publish_group", "publish_item", "record_import", "rename_bank", "retire_bank", "retire_group",
    "retire_item", "write_plan",
]  # fmt: skip
