"""Pages of people."""

from lms.people.views import account, cohorts, invitations, persons, privacy, rosters
from lms.people.views.blueprint import blueprint

__all__ = ["account", "blueprint", "cohorts", "invitations", "persons", "privacy", "rosters"]
