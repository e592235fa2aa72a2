"""What all pages of quizzes share: the blueprint, the stamp of our scripts, the zone."""

from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Blueprint, current_app

_FOLDER = Path(__file__).resolve().parent.parent
#: Ours, and those of questions that our pages load.
_STATIC = (_FOLDER / "static", _FOLDER.parent / "questions" / "static")

blueprint = Blueprint(
    "quizzes",
    "lms.quizzes",
    template_folder="templates",
    static_folder="static",
    static_url_path="/quizzes-static",
)


@cache
def script_stamp() -> str:
    """Return one stamp for all our scripts and styles, for addresses that may be cached for long."""
    newest = max(path.stat().st_mtime_ns for folder in _STATIC for path in folder.rglob("*.*"))
    return f"{newest:x}"[-8:]


@blueprint.context_processor
def _names() -> dict[str, object]:
    return {"script_stamp": script_stamp()}


def organisation_zone() -> ZoneInfo:
    """Return the zone that times are typed and shown in."""
    zone: ZoneInfo = current_app.extensions["settings"].zone
    return zone
