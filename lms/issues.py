"""Findings about files and plans: data that names the place, never raised."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from typing_extensions import override


class Severity(StrEnum):
    """How much a finding weighs: an error stops the plan, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Where:
    """The place of a finding: a file, and within it a line, a row, a column or a field, as far as known."""

    file: str = ""
    line: int | None = None
    row: int | None = None
    field: str = ""

    def as_json(self) -> dict[str, object]:
        """Return only what is known."""
        known = {"file": self.file, "line": self.line, "row": self.row, "field": self.field}
        return {name: value for name, value in known.items() if value not in ("", None)}

    @override
    def __str__(self) -> str:
        place = self.file
        if self.line is not None:
            place += f":{self.line}"
        if self.row is not None:
            place += f" row {self.row}"
        if self.field:
            place += f" [{self.field}]"
        return place.strip()


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding: ``code`` names the rule, ``facts`` fill its sentence, ``message`` is the English sentence."""

    severity: Severity
    code: str
    where: Where
    message: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """Return the shape that ``--json`` prints."""
        return {
            "severity": self.severity.value,
            "code": self.code,
            "where": self.where.as_json(),
            "message": self.message,
        }


def has_errors(issues: Iterable[Issue]) -> bool:
    """Say whether any finding is an error."""
    return any(issue.severity is Severity.ERROR for issue in issues)
