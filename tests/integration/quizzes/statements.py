"""Counting the SQL that a request sends."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Engine, event

_DATA = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b", re.IGNORECASE)
_SIGN_IN = re.compile(
    r"\s*SELECT (?!attempt\b).*?\sFROM (person|person_role|role|privacy_notice|consent)\b",
    re.IGNORECASE | re.DOTALL,
)
_AUDIT = re.compile(r"\s*INSERT INTO audit_event\b", re.IGNORECASE)


@dataclass
class Statements:
    """What was sent: SELECT, INSERT, UPDATE, DELETE and WITH; BEGIN, COMMIT and SAVEPOINT are not counted.

    Attributes:
        sign_in: What every request of a signed-in person asks: the person, the roles, the newest privacy
            notice and its acceptance.
        audit: Inserts into the audit trail.
        own: Everything else, of whatever capability.
    """

    sign_in: list[str] = field(default_factory=list)
    audit: list[str] = field(default_factory=list)
    own: list[str] = field(default_factory=list)

    def add(self, text: str) -> None:
        if _AUDIT.match(text):
            self.audit.append(text)
        elif _SIGN_IN.match(text):
            self.sign_in.append(text)
        elif _DATA.match(text):
            self.own.append(text)


@contextmanager
def count_statements() -> Iterator[Statements]:
    """Collect the statements that any engine sends inside."""
    counted = Statements()

    def note(_connection: object, _cursor: object, text: str, *_rest: object) -> None:
        counted.add(text)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield counted
    finally:
        event.remove(Engine, "before_cursor_execute", note)
