"""The only reader of the clock. Everything below the edge gets ``now`` as an argument."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now_utc() -> datetime:
    """Return the present instant, timezone-aware, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - the one place


def local_date(at: datetime, zone: ZoneInfo) -> date:
    """Return the calendar date of the instant ``at`` in ``zone``."""
    return at.astimezone(zone).date()
