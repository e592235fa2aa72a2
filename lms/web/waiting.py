"""What waits for somebody: the one shape in which capabilities tell the landing page."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits for one person.

    Attributes:
        kind: ``capability.thing``; the landing page shows ``<capability>/waiting/<thing>.html`` for it.
        url: Where to do it.
        since: Since when it waits.
        until: Until when it can be done; None when there is no end.
        facts: Plain values for the sentence.
    """

    kind: str
    url: str
    since: dt.datetime
    until: dt.datetime | None = None
    facts: Mapping[str, object] = field(default_factory=dict)
