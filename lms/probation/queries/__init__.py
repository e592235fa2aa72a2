"""Reading probation: conditions and signatures, files, HR's list, status, what waits."""

from lms.probation.queries.conditions import (
    Governing,
    find_current_conditions,
    find_governing,
    find_signature,
    find_signature_under,
    get_conditions,
    get_signature,
    list_conditions,
    list_signatures_of_person,
    text_in,
)
from lms.probation.queries.files import (
    clock_of,
    dates_of,
    find_decision,
    find_file,
    get_case,
    list_evidence,
    list_history,
    list_other_ends,
    organisation_zone,
)
from lms.probation.queries.listing import (
    FileFilter,
    FileRow,
    Order,
    Show,
    count_files,
    describe_files,
    select_files,
)
from lms.probation.queries.status import list_status_lines, status_line
from lms.probation.queries.waiting import list_waiting

__all__ = [
    "FileFilter",
    "FileRow",
    "Governing",
    "Order",
    "Show",
    "clock_of",
    "count_files",
    "dates_of",
    "describe_files",
    "find_current_conditions",
    "find_decision",
    "find_file",
    "find_governing",
    "find_signature",
    "find_signature_under",
    "get_case",
    "get_conditions",
    "get_signature",
    "list_conditions",
    "list_evidence",
    "list_history",
    "list_other_ends",
    "list_signatures_of_person",
    "list_status_lines",
    "list_waiting",
    "organisation_zone",
    "select_files",
    "status_line",
    "text_in",
]
