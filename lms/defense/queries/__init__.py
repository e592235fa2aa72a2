"""Reading defenses. Ratings come out only by ``reveal`` (all submitted) and ``find_own_rating``."""

from lms.defense.queries.candidates import (
    Candidate,
    count_candidates,
    list_eligible_raters,
    select_candidates,
)
from lms.defense.queries.defenses import (
    DefenseFilter,
    DefenseState,
    count_submitted,
    find_current_defense,
    find_member,
    find_member_by_token,
    find_open_defense,
    find_verdict,
    get_defense,
    is_decided,
    list_verdicts,
    select_defenses,
    state_of,
)
from lms.defense.queries.evidence import gather_evidence
from lms.defense.queries.ratings import (
    Revealed,
    SealedRating,
    Seat,
    find_own_rating,
    has_submitted,
    list_seats,
    list_submitted,
    reveal,
)
from lms.defense.queries.waiting import list_waiting

__all__ = [
    "Candidate",
    "DefenseFilter",
    "DefenseState",
    "Revealed",
    "SealedRating",
    "Seat",
    "count_candidates",
    "count_submitted",
    "find_current_defense",
    "find_member",
    "find_member_by_token",
    "find_open_defense",
    "find_own_rating",
    "find_verdict",
    "gather_evidence",
    "get_defense",
    "has_submitted",
    "is_decided",
    "list_eligible_raters",
    "list_seats",
    "list_submitted",
    "list_verdicts",
    "list_waiting",
    "reveal",
    "select_candidates",
    "select_defenses",
    "state_of",
]
