"""The blueprint, and what its templates may use."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Blueprint
from flask_babel import get_locale

from lms.people.access import HR, QUALITY, TRAINER, current_person
from lms.questions import queries
from lms.questions.forms import (
    difficulty_words,
    field_words,
    purpose_words,
    state_words,
    type_words,
)
from lms.questions.views.rendering import (
    fill_gaps,
    in_order,
    letter,
    needs_letter,
    numbered,
    plain,
    shared_text,
)

MAY_READ = TRAINER | QUALITY | HR
"""Who may see banks with their keys."""
MAY_WRITE = TRAINER | QUALITY
"""Who may write them, and review what others wrote."""
STATIC = Path(__file__).parent.parent / "static"

blueprint = Blueprint(
    "questions",
    __name__,
    template_folder="../templates",
    static_folder=STATIC,
    static_url_path="/questions-static",
)
for _filter in (fill_gaps, in_order, letter, numbered, plain, shared_text):
    blueprint.add_app_template_filter(_filter)
blueprint.add_app_template_test(needs_letter)


def is_english() -> bool:
    """Say whether this request is answered in English."""
    locale = get_locale()
    return locale is not None and locale.language == "en"


@cache
def _stamp() -> str:
    """Return a short stamp of the static files, for addresses that may be cached for long."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.rglob("*.*")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


def count_my_reviews() -> int:
    """Count what waits for the review of this person; 0 for those who may not review."""
    person = current_person()
    if not MAY_WRITE.allows(person):
        return 0
    return queries.count_reviews(queries.ReviewFilter(person.id))


@blueprint.context_processor
def _template_names() -> dict[str, object]:
    return {
        "questions_stamp": _stamp(),
        "count_my_reviews": count_my_reviews,
        "type_words": type_words(),
        "purpose_words": purpose_words(),
        "state_words": state_words(),
        "difficulty_words": difficulty_words(),
        "field_words": field_words(),
    }
