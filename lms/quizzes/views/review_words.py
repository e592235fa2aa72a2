"""Words of what is shown after an attempt, for every page that says so."""

from lms.quizzes.forms.review import describe_review, moment_words, part_words
from lms.quizzes.views.frame import blueprint


@blueprint.context_processor
def _names() -> dict[str, object]:
    return {
        "describe_review": describe_review,
        "moment_words": moment_words,
        "part_words": part_words,
    }
