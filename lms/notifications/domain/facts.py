"""The values that fill a message: stored as plain JSON, given to templates as what they were."""

import datetime as dt
from collections.abc import Mapping
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


class Facts:
    """Facts as a template sees them: ``facts.title``, ``facts['title']`` or ``facts.get('title')``.

    Not a mapping, so that a fact may be called ``items``. Names ending in ``_at`` come back as instants, in
    ``_on`` as dates.
    """

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values

    def __getattr__(self, name: str) -> object:
        """Return the fact ``name``; a template that asks for one that is not there fails."""
        try:
            return self[name]
        except KeyError as error:
            raise AttributeError(name) from error

    def __getitem__(self, name: str) -> object:
        """Return the fact ``name``."""
        return _revived(name, self._values[name])

    def __contains__(self, name: object) -> bool:
        """Say whether there is a fact ``name``."""
        return name in self._values

    def get(self, name: str, default: object = None) -> object:
        """Return the fact ``name``, or ``default``."""
        try:
            return self[name]
        except KeyError:
            return default


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
