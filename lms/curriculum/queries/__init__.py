"""Reading the curriculum."""

from lms.curriculum.queries.enrolments import (
    EnrolmentFilter,
    find_active_enrolment,
    find_enrolment_in,
    get_enrolment,
    list_active_enrolment_ids,
    list_active_enrolments_of_cohort,
    list_active_enrolments_of_persons,
    list_enrolments,
    list_leads,
    select_enrolments,
)
from lms.curriculum.queries.paths import (
    find_gate_pass,
    find_progress,
    get_path,
    list_gate_passes,
    list_gates,
    list_paths,
)
from lms.curriculum.queries.prerequisites import (
    Progression,
    list_progressions,
    progression_column,
    read_progression,
)
from lms.curriculum.queries.programmes import (
    find_neighbours,
    get_lesson,
    get_plan,
    get_programme,
    list_plans,
    list_programmes,
)
from lms.curriculum.queries.waiting import end_of_day, has_digest, list_told, list_waiting

__all__ = [
    "EnrolmentFilter",
    "Progression",
    "end_of_day",
    "find_active_enrolment",
    "find_enrolment_in",
    "find_gate_pass",
    "find_neighbours",
    "find_progress",
    "get_enrolment",
    "get_lesson",
    "get_path",
    "get_plan",
    "get_programme",
    "has_digest",
    "list_active_enrolment_ids",
    "list_active_enrolments_of_cohort",
    "list_active_enrolments_of_persons",
    "list_enrolments",
    "list_gate_passes",
    "list_gates",
    "list_leads",
    "list_paths",
    "list_plans",
    "list_programmes",
    "list_progressions",
    "list_told",
    "list_waiting",
    "progression_column",
    "read_progression",
    "select_enrolments",
]
