"""Reading people."""

from lms.people.queries.cohorts import (
    count_members,
    find_cohort,
    find_cohort_named,
    get_cohort,
    list_cohort_members,
    list_cohorts,
    list_cohorts_of,
    select_cohorts,
)
from lms.people.queries.invitations import (
    find_invitation,
    find_open_invitation,
    find_open_invitation_of,
    latest_invitations,
    unaccepted_invitations,
)
from lms.people.queries.persons import (
    count_persons,
    find_person,
    find_person_by_identity,
    find_taken,
    get_person,
    list_person_events,
    list_persons,
    list_persons_with_role,
    list_posts,
    select_persons,
)
from lms.people.queries.privacy import (
    find_consent,
    find_privacy_notice,
    newest_notice_version,
)
from lms.people.queries.rosters import get_roster_upload, known_people
from lms.people.queries.supervisions import (
    find_current_supervision,
    get_supervision,
    list_supervision_history,
    list_supervisions,
    list_supervisor_choices,
)
from lms.people.queries.waiting import list_waiting

__all__ = [
    "count_members",
    "count_persons",
    "find_cohort",
    "find_cohort_named",
    "find_consent",
    "find_current_supervision",
    "find_invitation",
    "find_open_invitation",
    "find_open_invitation_of",
    "find_person",
    "find_person_by_identity",
    "find_privacy_notice",
    "find_taken",
    "get_cohort",
    "get_person",
    "get_roster_upload",
    "get_supervision",
    "known_people",
    "latest_invitations",
    "list_cohort_members",
    "list_cohorts",
    "list_cohorts_of",
    "list_person_events",
    "list_persons",
    "list_persons_with_role",
    "list_posts",
    "list_supervision_history",
    "list_supervisions",
    "list_supervisor_choices",
    "list_waiting",
    "newest_notice_version",
    "select_cohorts",
    "select_persons",
    "unaccepted_invitations",
]
