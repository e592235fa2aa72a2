"""A finding of a rule: code and facts for a sentence, and the field that it belongs to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from lms.issues import Severity


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a rule has to say about what somebody entered.

    Attributes:
        code: Stable lower-case identifier; templates and forms turn it into a sentence.
        where: The field it belongs to; empty when it is about the whole.
        severity: An error refuses, a warning only tells.
        facts: Plain values for the sentence.
    """

    code: str
    where: str = ""
    severity: Severity = Severity.ERROR
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def is_error(self) -> bool:
        """Whether the finding refuses."""
        return self.severity is Severity.ERROR


def error(code: str, where: str = "", **facts: object) -> Finding:
    """Return a finding that refuses."""
    return Finding(code, where, Severity.ERROR, facts)


def warning(code: str, where: str = "", **facts: object) -> Finding:
    """Return a finding that only tells."""
    return Finding(code, where, Severity.WARNING, facts)


def errors_of(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that refuse, in order."""
    return [one for one in findings if one.is_error]


def warnings_of(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that only tell, in order."""
    return [one for one in findings if not one.is_error]
