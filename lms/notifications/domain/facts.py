"""The values that fill a message: stored as plain JSON, given to templates as what they were."""

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal


def as_plain(value: object) -> object:
    """Return ``value`` as plain JSON: instants and dates in ISO form, decimals as text without an exponent.

    Raises:
        TypeError: It is something that a message cannot carry.
    """
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Mapping):
        return {str(name): as_plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [as_plain(part) for part in value]
    raise TypeError(f"a message cannot carry a {type(value).__name__}")


class Facts(Mapping[str, object]):
    """Facts as a template sees them: ``facts.title``, ``facts['title']`` or ``facts.get('title')``.

    A fact may be called like a method of a dict (``items``): attributes are looked up in the facts first.
    Names ending in ``_at`` come back as instants, in ``_on`` as dates.
    """

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values

    def __getattribute__(self, name: str) -> object:
        """Return the fact ``name`` if there is one, else the ordinary attribute."""
        if not name.startswith("_"):
            values: Mapping[str, object] = object.__getattribute__(self, "_values")
            if name in values:
                return self[name]
        return object.__getattribute__(self, name)

    def __getitem__(self, name: str) -> object:
        return _revived(name, self._values[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def _revived(name: str, value: object) -> object:
    if isinstance(value, dict):
        return Facts(value)
    if isinstance(value, list):
        return [_revived("", part) for part in value]
    if isinstance(value, str) and value and name.endswith("_at"):
        return dt.datetime.fromisoformat(value)
    if isinstance(value, str) and value and name.endswith("_on"):
        return dt.date.fromisoformat(value)
    return value
