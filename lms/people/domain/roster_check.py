"""Checking a roster's lines: each by itself, against the others, and against what the organisation holds."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lms.issues import Issue, Severity, Where, has_errors
from lms.people.domain.contacts import as_email, as_phone, as_username, narrow
from lms.people.domain.roles import RoleName
from lms.people.domain.roster import COLUMNS, Line

UNIQUE = ("phone", "email", "employee_no", "username")
"""Fields of which no two persons have the same."""

ROLE_WORDS = {
    RoleName.LEARNER: ("学员", "新人", "新员工", "learner"),
    RoleName.TRAINER: ("培训师", "讲师", "培训讲师", "trainer"),
    RoleName.RATER: ("评委", "rater"),
    RoleName.LEAD: ("组长", "主管", "lead"),
    RoleName.QUALITY: ("质检", "质检员", "qualityreviewer"),
}
"""Words for the roles that a roster may grant. HR and admin are granted one by one, by hand."""

_ROLE_BY_WORD = {word: role for role, words in ROLE_WORDS.items() for word in words}
_DATE = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?"
)
_DENSE_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SERIAL = re.compile(r"\d{5}")
_EPOCH = dt.date(1899, 12, 30)
_FAR = dt.timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Entry:
    """One person to be: every value in the form in which it is stored; empty means not given."""

    name: str = ""
    phone: str = ""
    email: str = ""
    employee_no: str = ""
    post: str = ""
    hired_on: dt.date | None = None
    name_latin: str = ""
    username: str = ""
    roles: tuple[RoleName, ...] = (RoleName.LEARNER,)
    lead_id: int | None = None
    mentor_id: int | None = None


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A line, the entry made of it, and what is wrong or worth a look."""

    line: Line
    entry: Entry
    issues: tuple[Issue, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether the row can be imported: it has no error; warnings do not stop it."""
        return not has_errors(self.issues)


@dataclass(frozen=True, slots=True)
class Known:
    """What the organisation holds already.

    Attributes:
        taken: Name of the holder by (field, lower-case value) of every phone, e-mail, number and user name.
        supervisors: Ids of those who may lead or mentor, by lower-case name, employee number and phone.
        names: Names of all persons.
    """

    taken: Mapping[tuple[str, str], str] = field(default_factory=dict)
    supervisors: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    names: frozenset[str] = frozenset()


def as_date(text: str) -> dt.date:
    """Read a date as people and spreadsheets write it.

    Args:
        text: ``2026-11-23``, ``2026/11/23``, ``2026.11.23``, ``20261123``, ``2026年11月23日``, any of them but
            the dense one with a time behind it (ignored), or the serial number of an unformatted Excel date
            (1900 system).

    Raises:
        ValueError: It is none of these, not a day of the calendar, or not between 1990 and 2100.
    """
    words = narrow(text)
    match = _DATE.fullmatch(words) or _DENSE_DATE.fullmatch(words)
    if match:
        on = dt.date(int(match[1]), int(match[2]), int(match[3]))
    elif _SERIAL.fullmatch(words):
        on = _EPOCH + dt.timedelta(days=int(words))
    else:
        raise ValueError("not a date")
    if not 1990 <= on.year <= 2100:
        raise ValueError("not a plausible date")
    return on


def check_lines(lines: Iterable[Line], known: Known, today: dt.date) -> tuple[CheckedRow, ...]:
    """Check every line by itself, against the other lines, and against what the organisation holds.

    Args:
        lines: As read.
        known: What the organisation holds now.
        today: A hire date more than a year later is worth a look.

    Returns:
        One row a line, in the same order. Issue codes: ``missing``, ``too_long``, ``bad_phone``,
        ``bad_email``, ``bad_hired_on``, ``bad_username``, ``bad_roles``, ``no_identity``, ``taken``,
        ``twice_in_file``, ``supervisor_unknown``, ``supervisor_ambiguous``; warnings ``same_name`` and
        ``date_far``.
    """
    rows = [_Reader(line, known).read(today) for line in lines]
    return tuple(_with_twins(rows))


class _Reader:
    """Reads the fields of one line and gathers what is wrong with them."""

    def __init__(self, line: Line, known: Known) -> None:
        self.line = line
        self.known = known
        self.issues: list[Issue] = []

    def read(self, today: dt.date) -> CheckedRow:
        hired_on = self._parsed("hired_on")
        roles = self._parsed("roles")
        entry = Entry(
            name=self._text("name"),
            phone=self._parsed("phone"),
            email=self._parsed("email"),
            employee_no=self._text("employee_no"),
            post=self._text("post"),
            hired_on=dt.date.fromisoformat(hired_on) if hired_on else None,
            name_latin=self._text("name_latin"),
            username=self._parsed("username"),
            roles=tuple(RoleName(name) for name in roles.split(",") if name) or (RoleName.LEARNER,),
            lead_id=self._supervisor("lead"),
            mentor_id=self._supervisor("mentor"),
        )
        self._check_presence()
        self._check_known(entry)
        if entry.hired_on and entry.hired_on > today + _FAR:
            self._note("date_far", "hired_on", "more than a year ahead", Severity.WARNING)
        return CheckedRow(self.line, entry, tuple(self.issues))

    def _note(
        self,
        code: str,
        key: str,
        message: str,
        severity: Severity = Severity.ERROR,
        facts: Mapping[str, object] | None = None,
    ) -> None:
        where = Where(row=self.line.number, field=key)
        self.issues.append(Issue(severity, code, where, message, facts or {}))

    def _text(self, key: str) -> str:
        value = self.line.values.get(key, "")
        limit = _MAX_LENGTH[key]
        if len(value) <= limit:
            return value
        self._note("too_long", key, f"longer than {limit} characters", facts={"limit": limit})
        return ""

    def _parsed(self, key: str) -> str:
        value = self._text(key)
        if not value:
            return ""
        try:
            return _PARSERS[key](value)
        except ValueError:
            shown = value[:40]
            self._note(f"bad_{key}", key, f"cannot be read: {shown}", facts={"value": shown})
            return ""

    def _supervisor(self, key: str) -> int | None:
        value = self._text(key)
        if not value:
            return None
        ids = self.known.supervisors.get(value.lower(), ())
        if len(ids) == 1:
            return ids[0]
        code = "supervisor_ambiguous" if ids else "supervisor_unknown"
        message = f"{len(ids)} persons who lead or mentor are called {value[:40]}"
        self._note(code, key, message, facts={"value": value[:40], "count": len(ids)})
        return None

    def _check_presence(self) -> None:
        if not self.line.values.get("name"):
            self._note("missing", "name", "a person needs a name")
        if not any(self.line.values.get(key) for key in ("phone", "email", "employee_no")):
            self._note("no_identity", "phone", "needs a phone, e-mail or employee number")

    def _check_known(self, entry: Entry) -> None:
        for key in UNIQUE:
            value = unique_value(entry, key)
            holder = self.known.taken.get((key, value)) if value else None
            if holder is not None:
                message = f"belongs to {holder} already"
                self._note("taken", key, message, facts={"holder": holder})
        if entry.name in self.known.names:
            self._note("same_name", "name", "somebody has the same name", Severity.WARNING)


def unique_value(entry: Entry, key: str) -> str:
    """Return the value of one of the ``UNIQUE`` fields as it is compared: lower case."""
    value: str = getattr(entry, key)
    return value.lower()


def _with_twins(rows: Sequence[CheckedRow]) -> Iterator[CheckedRow]:
    """Add an issue to every row whose phone, e-mail, number or user name another row has too.

    Of rows that are wholly alike the first stays good: somebody pasted it twice.
    """
    holders: dict[tuple[str, str], list[CheckedRow]] = {}
    for row in rows:
        for key in UNIQUE:
            value = unique_value(row.entry, key)
            if value:
                holders.setdefault((key, value), []).append(row)
    for row in rows:
        found = [
            Issue(
                Severity.ERROR,
                "twice_in_file",
                Where(row=row.line.number, field=key),
                f"row {twin.line.number} has the same",
                {"row": twin.line.number},
            )
            for key in UNIQUE
            for twin in _twins(row, holders.get((key, unique_value(row.entry, key)), []))[:1]
        ]
        yield CheckedRow(row.line, row.entry, (*row.issues, *found)) if found else row


def _twins(row: CheckedRow, same: Sequence[CheckedRow]) -> list[CheckedRow]:
    return [
        other
        for other in same[:3]
        if other is not row
        and not (other.line.values == row.line.values and other.line.number > row.line.number)
    ]


def _role_names(text: str) -> str:
    """Return the names of the roles in ``text``, joined by commas."""
    words = [word for word in re.split(r"[、,;/\s]+", narrow(text).lower()) if word]
    try:
        return ",".join(dict.fromkeys(_ROLE_BY_WORD[word].value for word in words))
    except KeyError as error:
        raise ValueError("not a role that a roster may grant") from error


_PARSERS = {
    "phone": as_phone,
    "email": as_email,
    "username": as_username,
    "hired_on": lambda text: as_date(text).isoformat(),
    "roles": _role_names,
}
_MAX_LENGTH = {column.key: column.max_length for column in COLUMNS}
