"""Reading one mapping field by field; what is wrong becomes an Issue at its line."""

import datetime as dt
import re
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal

from lms.content.domain.values import Reference
from lms.content.reading.markup import CONTROL, find_slips_without_boxes
from lms.issues import Issue, Severity, Where
from lms.questions.domain.exchange.yaml_lines import Node

KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
EPOCH = dt.date(1970, 1, 1)
MAX_POINTS = 1000
#: Lengths of the columns that hold these texts.
KEY_LENGTH = 64
TITLE_LENGTH = 120
TITLE_EN_LENGTH = 160


class Report:
    """Collects the findings about a set of files."""

    def __init__(self) -> None:
        """Begin without findings."""
        self.issues: list[Issue] = []
        self.is_complete = True

    def error(self, code: str, where: Where, message: str, **facts: object) -> None:
        """Note something that keeps the content from being published."""
        self.issues.append(Issue(Severity.ERROR, code, where, message, facts))

    def unreadable(self, code: str, where: Where, message: str) -> None:
        """Note a file that gives no value at all: what refers into it cannot be judged."""
        self.error(code, where, message)
        self.is_complete = False

    def warn(self, code: str, where: Where, message: str, **facts: object) -> None:
        """Note something that an author should look at."""
        self.issues.append(Issue(Severity.WARNING, code, where, message, facts))


class Fields:
    """One mapping of a file.

    Each reader takes one field and returns its value, or an empty one after noting an error. ``finish`` notes
    the fields that nobody asked for: a misspelt name would otherwise be silently without effect.
    """

    def __init__(self, node: Node, file: str, report: Report, at: str = "") -> None:
        """Read ``node`` of ``file``; ``at`` is the path of the mapping within the file, such as ``options[1].``."""
        self.file = file
        self.report = report
        self.at = at
        self.line = node.line
        self._left: dict[str, Node] = {}
        self.is_there = isinstance(node.value, Mapping)
        if isinstance(node.value, Mapping):
            self._left = dict(node.value)
        else:
            self.error("wrong_type", "", "must be a mapping of fields")

    def where(self, field: str = "", line: int | None = None) -> Where:
        """Return the place of a field, or of the whole mapping."""
        name = f"{self.at}{field}".rstrip(".")
        return Where(file=self.file, line=line or self.line, field=name)

    def error(self, code: str, field: str, problem: str, line: int | None = None) -> None:
        """Note an error about a field."""
        where = self.where(field, line)
        self.report.error(code, where, f"{where.field or 'the file'} {problem}", field=where.field)

    def has(self, field: str) -> bool:
        """Say whether the field is there and not yet read."""
        return field in self._left

    def take(self, field: str, *, required: bool = True) -> Node | None:
        """Return the node of a field; a missing required one is noted."""
        node = self._left.pop(field, None)
        if node is None and required and self.is_there:
            self.error("missing_field", field, "is missing")
        return node

    def text(
        self,
        field: str,
        *,
        required: bool = True,
        may_be_empty: bool = False,
        at_most: int | None = None,
    ) -> str:
        """Read text, trimmed. ``may_be_empty`` admits ``""``; ``at_most`` is the length of its column."""
        node = self.take(field, required=required)
        if node is None:
            return ""
        if not isinstance(node.value, str):
            self.error("wrong_type", field, "must be text; put it in quotation marks", node.line)
            return ""
        value = node.value.strip()
        if not value and not may_be_empty:
            self.error("empty_field", field, "must not be empty", node.line)
        if at_most is not None and len(value) > at_most:
            problem = f"must be at most {at_most} characters, not {len(value)}"
            self.error("too_long", field, problem, node.line)
        if CONTROL.search(value):
            self.error("control_character", field, "holds a control character", node.line)
        return value

    def title(self, field: str = "title") -> str:
        """Read a title in Chinese."""
        return self.text(field, at_most=TITLE_LENGTH)

    def title_en(self, field: str = "title_en") -> str:
        """Read a title in English."""
        return self.text(field, at_most=TITLE_EN_LENGTH)

    def markdown(self, field: str) -> str:
        """Read Markdown that shows neither pictures nor boxes."""
        line = self.line_of(field)
        value = self.text(field)
        for words in value.splitlines():
            for code, problem in find_slips_without_boxes(words):
                self.error(code, field, f"{words.strip()[:40]!r}: {problem}", line)
        return value

    def key(self, field: str = "id", *, at_most: int = KEY_LENGTH) -> str:
        """Read a key: lower-case letters, digits and hyphens."""
        line = self.line_of(field)
        value = self.text(field, at_most=at_most)
        if value and not KEY.match(value):
            self.error(
                "bad_key",
                field,
                f"must be lower-case letters, digits and hyphens, not {value!r}",
                line,
            )
        return value

    def key_of_folder(self, name: str) -> str:
        """Read the id of what lies in the folder ``name``, which must be that name; return it in any case."""
        line = self.line_of("id")
        if self.key() not in ("", name):
            self.error("folder_name", "id", f"must be the name of its folder, {name}", line)
        return name

    def choice(self, field: str, allowed: Collection[str]) -> str:
        """Read one of ``allowed``."""
        line = self.line_of(field)
        value = self.text(field)
        if value in allowed:
            return value
        if value:
            self.error("unknown_value", field, f"must be one of {', '.join(allowed)}", line)
        return ""

    def number(self, field: str, low: int, high: int, *, default: int | None = None) -> int:
        """Read a whole number from ``low`` to ``high``."""
        node = self.take(field, required=default is None)
        if node is None:
            return default if default is not None else low
        if isinstance(node.value, bool) or not isinstance(node.value, int):
            self.error("wrong_type", field, "must be a whole number in plain digits", node.line)
            return low
        if not low <= node.value <= high:
            self.error("out_of_range", field, f"must be {low} to {high}", node.line)
            return low
        return node.value

    def decimal(self, field: str, *, default: str) -> Decimal:
        """Read a positive number with at most two decimal places."""
        node = self.take(field, required=False)
        if node is None:
            return Decimal(default)
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            self.error("wrong_type", field, "must be a number in plain digits", node.line)
            return Decimal(default)
        value = Decimal(str(node.value))
        if not (value.is_finite() and 0 < value <= MAX_POINTS and value == round(value, 2)):
            problem = f"must be more than 0, at most {MAX_POINTS}, with at most two decimal places"
            self.error("out_of_range", field, problem, node.line)
            return Decimal(default)
        return value

    def flag(self, field: str, *, default: bool | None = None) -> bool:
        """Read true or false."""
        node = self.take(field, required=default is None)
        if node is None:
            return bool(default)
        if not isinstance(node.value, bool):
            self.error("wrong_type", field, "must be true or false", node.line)
            return bool(default)
        return node.value

    def date(self, field: str) -> dt.date:
        """Read a date such as 2026-07-17."""
        return self.optional_date(field, required=True) or EPOCH

    def optional_date(self, field: str, *, required: bool = False) -> dt.date | None:
        """Read a date, or null."""
        node = self.take(field)
        if node is None or (node.value is None and not required):
            return None
        if not isinstance(node.value, dt.date):
            self.error(
                "wrong_type", field, "must be a day of the calendar such as 2026-07-17", node.line
            )
            return None
        return node.value

    def texts(self, field: str, *, required: bool = True) -> tuple[str, ...]:
        """Read a list of texts."""
        return tuple(reference.key for reference in self.references(field, required=required))

    def references(self, field: str, *, required: bool = True) -> tuple[Reference, ...]:
        """Read a list of texts with the place of each."""
        node = self.take(field, required=required)
        if node is None:
            return ()
        if not isinstance(node.value, list):
            self.error("wrong_type", field, "must be a list", node.line)
            return ()
        found: list[Reference] = []
        for index, entry in enumerate(node.value):
            at = f"{field}[{index}]"
            if not isinstance(entry.value, str) or not entry.value.strip():
                self.error("wrong_type", at, "must be text", entry.line)
                continue
            found.append(Reference(entry.value.strip(), self.where(at, entry.line)))
            if CONTROL.search(entry.value):
                self.error("control_character", at, "holds a control character", entry.line)
        return tuple(found)

    def reference(self, field: str) -> Reference:
        """Read the key of something else, with its place."""
        line = self.line_of(field)
        return Reference(self.text(field), self.where(field, line))

    def child(self, field: str) -> "Fields":
        """Read a mapping within."""
        node = self.take(field)
        inner = Fields(node or Node({}, self.line), self.file, self.report, f"{self.at}{field}.")
        inner.is_there = inner.is_there and node is not None
        return inner

    def children(self, field: str, *, required: bool = True) -> Iterator["Fields"]:
        """Read a list of mappings."""
        node = self.take(field, required=required)
        if node is None:
            return
        if not isinstance(node.value, list):
            self.error("wrong_type", field, "must be a list", node.line)
            return
        if not node.value and required:
            self.error("empty_field", field, "must not be empty", node.line)
        for index, entry in enumerate(node.value):
            yield Fields(entry, self.file, self.report, f"{self.at}{field}[{index}].")

    def numbers(self, field: str, names: Collection[str], low: int, high: int) -> dict[str, int]:
        """Read a mapping of exactly ``names`` to whole numbers."""
        inner = self.child(field)
        found = {name: inner.number(name, low, high) for name in names}
        inner.finish()
        return found

    def finish(self) -> None:
        """Note the fields that were not asked for."""
        for name, node in self._left.items():
            self.error("unknown_field", name, "is not known", node.line)
        self._left.clear()

    def line_of(self, field: str) -> int:
        """Return the line of a field that is not yet read; that of the mapping when it is missing."""
        node = self._left.get(field)
        return node.line if node is not None else self.line
