"""Traditional characters read as simplified ones."""

from functools import cache

from opencc import OpenCC


@cache
def _converter() -> OpenCC:
    # Its dictionaries are read when the first answer asks for them, which few banks do.
    return OpenCC("t2s")


def to_simplified(text: str) -> str:
    """Return ``text`` with traditional characters turned into the simplified ones of the mainland."""
    return str(_converter().convert(text))
