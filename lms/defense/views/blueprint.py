"""The blueprint, and what all its templates may use."""

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Blueprint, current_app

_STATIC = Path(__file__).parent.parent / "static"

blueprint = Blueprint(
    "defense",
    "lms.defense",
    template_folder="templates",
    static_folder="static",
    static_url_path="/defense-static",
)


def zone() -> ZoneInfo:
    """Return the organisation's zone."""
    settings = current_app.extensions["settings"]
    found: ZoneInfo = settings.zone
    return found


@blueprint.context_processor
def _names() -> dict[str, Callable[[str], str]]:
    return {"defense_stamp": _stamp}


@cache
def _stamp(name: str) -> str:
    """Return a stamp of a static file, because browsers keep such files for a month."""
    return hashlib.sha256((_STATIC / name).read_bytes()).hexdigest()[:8]
