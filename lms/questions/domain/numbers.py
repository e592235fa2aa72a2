"""Reading a number as people type it."""

import re
import unicodedata
from decimal import Decimal

# Digits in groups of three keep one kind of separator; a lone comma is never a decimal point here.
_NUMBER = re.compile(
    r"[+-]?(?:[0-9]+|[0-9]{1,3}(?:(?P<gap>[, ])[0-9]{3})(?:(?P=gap)[0-9]{3})*)?(?:\.[0-9]*)?"
    r"(?:e[+-]?[0-9]{1,2})?\Z"
)
_MINUS = str.maketrans({"−": "-", "–": "-", "—": "-", "﹣": "-"})


def read_number(text: str, unit: str = "") -> Decimal | None:
    """Return the number that ``text`` says; None when it says none.

    Full-width digits, thousands separated by commas or blanks, and ``unit`` behind the number are read; a
    percent sign only if the unit is one.

    Args:
        text: As typed.
        unit: May stand behind the number, in any case and width.
    """
    folded = _folded(text)
    folded_unit = _folded(unit)
    number = _read(folded)
    if number is None and folded_unit and folded.endswith(folded_unit):
        number = _read(folded[: -len(folded_unit)].rstrip())
    return number


def _read(folded: str) -> Decimal | None:
    is_number = _NUMBER.match(folded) is not None
    if not is_number or not any(sign.isdigit() for sign in folded.partition("e")[0]):
        return None
    return Decimal(folded.replace(",", "").replace(" ", ""))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).translate(_MINUS).casefold().strip()
