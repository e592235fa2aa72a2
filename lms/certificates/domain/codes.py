"""Verification codes and serials.

A code is 19 random characters and a check character over an alphabet of 31: nothing that a hand-written
or badly printed sign could be mistaken for (no I, L, O, 0, 1), 94 bits, five groups of four.
"""

import re

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_RANDOM = 19
CODE_LENGTH = CODE_RANDOM + 1
CODE_SPACE = len(ALPHABET) ** CODE_RANDOM
"""Number of different codes; draw an integer below it from a secure source."""

_SEPARATORS = re.compile(r"[\s\-–—_.·]")


def make_code(number: int) -> str:
    """Return the code of ``number``.

    Args:
        number: 0 <= number < ``CODE_SPACE``, from a secure random source.

    Raises:
        ValueError: ``number`` is out of range.
    """
    if not 0 <= number < CODE_SPACE:
        raise ValueError("a code's number lies between 0 and CODE_SPACE")
    digits = []
    for _ in range(CODE_RANDOM):
        number, digit = divmod(number, len(ALPHABET))
        digits.append(digit)
    text = "".join(ALPHABET[digit] for digit in reversed(digits))
    return text + _check(text)


def read_code(typed: str) -> str | None:
    """Return the code that somebody typed, or None when it cannot be one.

    Case, separators and full-width letters do not matter. A wrong check character means None, so most
    slips are told from a lookup that finds nothing, without asking the database.
    """
    folded = "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in typed)
    text = _SEPARATORS.sub("", folded).upper()
    if len(text) != CODE_LENGTH or any(c not in ALPHABET for c in text):
        return None
    return text if _check(text[:-1]) == text[-1] else None


def _check(text: str) -> str:
    # The alphabet's length is prime and the weights differ, so one wrong character and every swap of
    # two different characters change the sum.
    total = sum(ALPHABET.index(c) * weight for weight, c in enumerate(text, start=2))
    return ALPHABET[total % len(ALPHABET)]


def grouped(code: str) -> str:
    """Return ``code`` in groups of four, as it is printed."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def make_serial(prefix: str, year: int, number: int) -> str:
    """Return the serial, such as ``YX2026-000123``.

    Args:
        prefix: Two to six capital letters or digits of the organisation.
        year: Year of issue in the organisation's zone.
        number: Running number, at least 1.
    """
    return f"{prefix}{year}-{number:06d}"
