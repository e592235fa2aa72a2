"""Making findings."""

from lms.issues import Issue, Severity, Where


def error(code: str, where: Where, message: str, **facts: object) -> Issue:
    """Return a finding that keeps the content from being published."""
    return Issue(Severity.ERROR, code, where, message, facts)


def warning(code: str, where: Where, message: str, **facts: object) -> Issue:
    """Return a finding that an author should look at."""
    return Issue(Severity.WARNING, code, where, message, facts)
