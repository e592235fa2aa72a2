"""A stretch of a form that holds one item: the form itself, or one gap of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from lms.questions.domain.authoring.fields import Fields
from lms.questions.domain.authoring.values import Problems
from lms.questions.domain.numbers import read_number
from lms.questions.domain.types.base import FieldError
from lms.questions.domain.types.reading import HUNDRED, check_decimal, decimal_as_text

WHOLE_DIGITS_AT_MOST = 6


@dataclass(frozen=True, slots=True)
class Section:
    """Reads fields whose names begin with ``at``, and notes what is wrong with them.

    Attributes:
        form: The whole form.
        at: ``""`` for the item, ``gap.<id>.`` for what stands in a gap.
        say: Takes the problems.
    """

    form: Fields
    at: str
    say: Problems

    def text(self, name: str) -> str:
        """Return a text without blanks around it."""
        return self.form.text(self.at + name)

    def rows(self, name: str) -> list[str]:
        """Return the ids of the rows of a list."""
        return self.form.rows(self.at + name)

    def row_texts(self, name: str, row: str, fields: Sequence[str]) -> dict[str, str]:
        """Return what a row says, by field."""
        return {field: self.text(f"{name}.{row}.{field}") for field in fields}

    def choice(self, name: str, known: Sequence[str]) -> str:
        """Return one of ``known``; the first where the form says another or nothing."""
        value = self.text(name)
        return value if value in known else known[0]

    def number(self, name: str, unit: str = "") -> Decimal | None:
        """Return a number as people type it; None, and a problem, where it is none."""
        typed = self.text(name)
        number = read_number(typed, unit)
        if number is None:
            self.say.add(name, "number_unreadable", value=typed[:40])
            return None
        try:
            check_decimal(number, name)
        except FieldError:
            self.say.add(name, "number_long")
            return None
        return number

    def percent(self, name: str, blank: Decimal) -> str:
        """Return a share in percent as stored, ``blank`` where nothing is typed; problems give ``blank`` too."""
        if not self.text(name):
            return decimal_as_text(blank)
        percent = self.number(name, "%")
        if percent is None:
            return decimal_as_text(blank)
        if not -HUNDRED <= percent <= HUNDRED:
            self.say.add(name, "percent_beyond")
            return decimal_as_text(blank)
        return decimal_as_text(percent)

    def count(self, name: str, *, blank: int, at_most: int) -> int:
        """Return a whole number from 1 to ``at_most``, ``blank`` where nothing is typed; problems give ``blank``."""
        typed = self.text(name)
        if not typed:
            return blank
        number = read_number(typed) if len(typed) <= WHOLE_DIGITS_AT_MOST else None
        if number is None or number != int(number) or not 1 <= number <= at_most:
            self.say.add(name, "count_beyond", limit=at_most)
            return blank
        return int(number)

    def check_texts(
        self, name: str, rows: Sequence[tuple[str, str]], *, at_least: int, at_most: int
    ) -> None:
        """Note rows without text, rows that say the same, and too few or too many of them."""
        seen: dict[str, int] = {}
        for number, (row, text) in enumerate(rows, start=1):
            if not text:
                self.say.add(f"{name}.{row}.text", "row_empty", number=number)
            elif text in seen:
                self.say.add(f"{name}.{row}.text", "row_twice", number=number, first=seen[text])
            seen.setdefault(text, number)
        if len(rows) < at_least:
            self.say.add(name, f"{name}_few", limit=at_least)
        elif len(rows) > at_most:
            self.say.add(name, f"{name}_many", limit=at_most)
