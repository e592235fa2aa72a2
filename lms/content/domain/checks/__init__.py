"""What must hold between files: everything refers to something that exists, and every plan can be carried out."""

import datetime as dt
from collections.abc import Iterable

from lms.content.domain.checks.banks import check_banks
from lms.content.domain.checks.courses import check_courses
from lms.content.domain.checks.keys import check_keys
from lms.content.domain.checks.programmes import check_programmes
from lms.content.domain.checks.quizzes import check_quizzes
from lms.content.domain.values import Content
from lms.issues import Issue

__all__ = ["check_content"]


def check_content(content: Content, *, today: dt.date) -> list[Issue]:
    """Return what is wrong between the files of ``content``.

    Args:
        content: All of it. While a file cannot be read nothing is found: everything that refers to it would
            seem wrong.
        today: For dates of checking that lie ahead.
    """
    if not content.is_complete:
        return []
    checks: Iterable[Iterable[Issue]] = (
        check_keys(content),
        check_courses(content, today),
        check_programmes(content),
        check_quizzes(content),
        check_banks(content),
    )
    return [issue for found in checks for issue in found]
