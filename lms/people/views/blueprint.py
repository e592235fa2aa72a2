"""The blueprint that the modules of this package hang their routes on."""

import datetime as dt

from flask import Blueprint, current_app

from lms.clock import local_date
from lms.config import Settings
from lms.people.words import field_label, issue_words, role_label, state_label
from lms.web.access import request_now

blueprint = Blueprint(
    "people",
    __name__,
    template_folder="../templates",
    static_folder="../static",
    static_url_path="/people-static",
)


def today() -> dt.date:
    """Return the date of this request in the organisation's zone."""
    settings: Settings = current_app.extensions["settings"]
    return local_date(request_now(), settings.zone)


@blueprint.context_processor
def _words() -> dict[str, object]:
    return {
        "field_label": field_label,
        "issue_words": issue_words,
        "role_label": role_label,
        "state_label": state_label,
    }
