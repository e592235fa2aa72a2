"""What all pages of quizzes share: the blueprint, authored text as HTML, stamps of our scripts."""

from functools import cache, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Blueprint, current_app
from markupsafe import Markup

from lms.web.markdown import render_inline, render_option

_FOLDER = Path(__file__).resolve().parent.parent

blueprint = Blueprint(
    "quizzes",
    "lms.quizzes",
    template_folder="templates",
    static_folder="static",
    static_url_path="/quizzes-static",
)


@lru_cache(maxsize=4096)
def stem_html(text: str) -> Markup:
    """Return a stem or an explanation as HTML. The same few hundred texts stand on every paper."""
    return Markup(render_inline(text))  # noqa: S704 - render_inline sanitises


@lru_cache(maxsize=8192)
def option_html(text: str) -> Markup:
    """Return an option or its feedback as one line of HTML."""
    return Markup(render_option(text))  # noqa: S704 - render_option sanitises


@cache
def script_stamp() -> str:
    """Return one stamp for all our scripts and styles, for addresses that may be cached for long."""
    newest = max(path.stat().st_mtime_ns for path in (_FOLDER / "static").rglob("*.*"))
    return f"{newest:x}"[-8:]


@blueprint.context_processor
def _names() -> dict[str, object]:
    return {"stem_html": stem_html, "option_html": option_html, "script_stamp": script_stamp()}


def organisation_zone() -> ZoneInfo:
    """Return the zone that times are typed and shown in."""
    zone: ZoneInfo = current_app.extensions["settings"].zone
    return zone
