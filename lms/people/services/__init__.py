"""Writing people: one function per deed; they flush and never commit."""

from lms.people.services.cohorts import (
    add_to_cohort,
    change_cohort,
    create_cohort,
    remove_from_cohort,
)
from lms.people.services.invitations import (
    accept_invitation,
    hash_token,
    invite,
    invite_many,
    revoke_invitations,
)
from lms.people.services.persons import (
    choose_locale,
    create_person,
    ensure_roles,
    reset_two_factor,
    sign_out_everywhere,
    update_person,
)
from lms.people.services.privacy import (
    accept_privacy,
    publish_privacy_notice,
    publish_shipped_privacy_notice,
)
from lms.people.services.rosters import (
    check_roster,
    confirm_roster,
    forget_old_uploads,
    import_lines,
    keep_roster,
)
from lms.people.services.supervisions import end_supervision, set_supervisor

__all__ = [
    "accept_invitation",
    "accept_privacy",
    "add_to_cohort",
    "change_cohort",
    "check_roster",
    "choose_locale",
    "confirm_roster",
    "create_cohort",
    "create_person",
    "end_supervision",
    "ensure_roles",
    "forget_old_uploads",
    "hash_token",
    "import_lines",
    "invite",
    "invite_many",
    "keep_roster",
    "publish_privacy_notice",
    "publish_shipped_privacy_notice",
    "remove_from_cohort",
    "reset_two_factor",
    "revoke_invitations",
    "set_supervisor",
    "sign_out_everywhere",
    "update_person",
]
