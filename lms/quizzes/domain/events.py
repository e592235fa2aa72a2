"""What can happen to an attempt besides answering."""

from enum import StrEnum


class EventKind(StrEnum):
    """Kinds of events, as stored."""

    EXTENDED = "extended"
    """By staff: more minutes."""
    PAUSED = "paused"
    RESUMED = "resumed"
    REOPENED = "reopened"
    """By staff, with a reason, after it had ended."""
    CLOSED = "closed"
    """By staff, before its deadline."""
    SUBMITTED_LATE = "submitted_late"
    """The submission was made in time on a device without a line and arrived within the grace."""
    LEFT_PAGE = "left_page"
    """The candidate's browser showed something else."""
    CAME_BACK = "came_back"
    NEW_DEVICE = "new_device"
    """Answers came from another browser than before."""
    PASTED = "pasted"
    """Text was pasted into an answer."""


NOTED_BY_BROWSER = frozenset({EventKind.LEFT_PAGE, EventKind.CAME_BACK, EventKind.PASTED})
"""What a candidate's browser may report; it is shown to the candidate and decides nothing by itself."""
