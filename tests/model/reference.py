"""What an attempt is, in as few lines as it can be said; what the product does is compared with this."""

import datetime as dt
from dataclasses import dataclass, field

MINUTE = dt.timedelta(minutes=1)
EACH = 5
"""Points of an item."""


@dataclass
class Reference:
    """One attempt: its clock, its answers (number and option by position), its state."""

    rule: str
    grace: dt.timedelta
    state: str = "none"
    deadline: dt.datetime | None = None
    paused: dt.datetime | None = None
    answers: dict[int, tuple[int, str]] = field(default_factory=dict)

    def is_late(self, now: dt.datetime, *, before_end: bool = False) -> bool:
        assert self.deadline is not None
        return now >= self.deadline + (self.grace if before_end else 0 * MINUTE)

    def refusal(self, now: dt.datetime, *, before_end: bool = False) -> str:
        """Why an answer is not taken now; "" when it is."""
        if self.state == "open" and self.paused:
            return "attempt_paused"
        is_open = self.state == "open" and not self.is_late(now, before_end=before_end)
        return "" if is_open else "attempt_closed"

    def save(self, position: int, seq: int, option: str) -> None:
        self.answers[position] = max(self.answers.get(position, (0, "")), (seq, option))

    def end(self, now: dt.datetime, *, before_end: bool = False) -> None:
        in_time = not self.is_late(now, before_end=before_end)
        expired = "abandoned" if self.rule == "abandon" else "expired"
        self.state, self.paused = "submitted" if in_time else expired, None

    def sweep(self, now: dt.datetime) -> None:
        if self.state == "open" and not self.paused and self.is_late(now, before_end=True):
            self.end(now)

    def resume(self, now: dt.datetime) -> None:
        assert self.deadline is not None
        assert self.paused is not None
        self.deadline, self.paused = self.deadline + (now - self.paused), None

    def points(self, keys: dict[int, set[str]]) -> int:
        """What it earns; ``keys`` say what is right at each position."""
        return EACH * sum(self.answers.get(at, (0, ""))[1] in right for at, right in keys.items())
