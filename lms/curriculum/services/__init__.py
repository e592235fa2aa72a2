"""Writing the curriculum."""

from lms.curriculum.services.enrolments import (
    CohortEnrolled,
    complete_enrolment,
    enrol,
    enrol_cohort,
    withdraw_enrolment,
)
from lms.curriculum.services.progress import (
    Passing,
    note_reading,
    note_recalled,
    pass_gate,
    pass_gates,
)
from lms.curriculum.services.publishing import (
    publish_lesson,
    publish_programme,
    retire_lesson,
    retire_programme,
)

__all__ = [
    "CohortEnrolled",
    "Passing",
    "complete_enrolment",
    "enrol",
    "enrol_cohort",
    "note_reading",
    "note_recalled",
    "pass_gate",
    "pass_gates",
    "publish_lesson",
    "publish_programme",
    "retire_lesson",
    "retire_programme",
    "withdraw_enrolment",
]
