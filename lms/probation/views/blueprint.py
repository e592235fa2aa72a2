"""The blueprint, and how its words are found."""

import hashlib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from flask import Blueprint, get_template_attribute
from flask_babel import get_locale
from markupsafe import escape

from lms.probation.domain.finding import Finding

_STATIC = Path(__file__).parent.parent / "static"

blueprint = Blueprint(
    "probation",
    "lms.probation",
    template_folder="templates",
    static_folder="static",
    static_url_path="/probation-static",
)


@blueprint.context_processor
def _names() -> dict[str, Callable[[str], str]]:
    return {"probation_stamp": _stamp}


@cache
def _stamp(name: str) -> str:
    """Return a stamp of a static file, because browsers keep such files for a month."""
    return hashlib.sha256((_STATIC / name).read_bytes()).hexdigest()[:8]


def word(name: str, *values: object) -> str:
    """Return the words that the macro ``name`` of ``probation/words.html`` has for ``values``."""
    macro = get_template_attribute("probation/words.html", name)
    return escape(macro(*values)).striptags()


def is_english() -> bool:
    """Say whether the reader chose English."""
    locale = get_locale()
    return locale is not None and locale.language == "en"


def sentence(code: str, facts: Mapping[str, object]) -> str:
    """Return the sentence for a finding's or an error's code."""
    words = get_template_attribute("probation/error_words.html", "words")
    return escape(words(code, facts)).striptags()


def say(finding: Finding) -> str:
    """Return the sentence of a finding."""
    return sentence(finding.code, finding.facts)
