"""The blueprint that the modules of this package hang their routes on, and what its pages share."""

import datetime as dt
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Blueprint, current_app

from lms.clock import local_date
from lms.config import Settings
from lms.people.access import HR, TRAINER
from lms.schedule.words import (
    file_words,
    hours_words,
    issue_words,
    place_words,
    sheet_issue_words,
    weekday_words,
)
from lms.web.access import request_now

blueprint = Blueprint(
    "schedule",
    "lms.schedule",
    template_folder="templates",
    static_folder="static",
    static_url_path="/schedule-static",
)

PLANNERS = TRAINER | HR
"""Who schedules exams, and HR, who often keeps the roster."""


@cache
def _stamp() -> str:
    path = Path(__file__).resolve().parent.parent / "static" / "schedule" / "schedule.css"
    return f"{path.stat().st_mtime_ns:x}"[-8:]


def current_settings() -> Settings:
    """Return the settings of the deployment."""
    settings: Settings = current_app.extensions["settings"]
    return settings


def zone() -> ZoneInfo:
    """Return the organisation's zone."""
    return current_settings().zone


def today() -> dt.date:
    """Return the date of this request in the organisation's zone."""
    return local_date(request_now(), zone())


@blueprint.context_processor
def _words() -> dict[str, object]:
    return {
        "file_words": file_words,
        "hours_words": hours_words,
        "issue_words": issue_words,
        "place_words": place_words,
        "schedule_stamp": _stamp(),
        "sheet_issue_words": sheet_issue_words,
        "weekday_words": weekday_words,
    }
