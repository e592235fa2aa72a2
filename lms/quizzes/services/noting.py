"""Keeping what a candidate's browser reports."""

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import func, select

from lms.db import db
from lms.errors import InvalidInput, InvalidState, NotFound
from lms.quizzes.domain.attempts import AttemptState
from lms.quizzes.domain.events import NOTED_BY_BROWSER, EventKind
from lms.quizzes.models import Attempt, AttemptEvent
from lms.quizzes.services.events import note_event

NOTED_AT_MOST = 200
"""Events of one attempt that its browser may report; more would say nothing new."""

SECONDS_AT_MOST = 24 * 3600
LENGTH_AT_MOST = 100_000

#: What each kind may say beside itself, with the greatest number.
_FACTS: Mapping[EventKind, Mapping[str, int]] = {
    EventKind.LEFT_PAGE: {},
    EventKind.CAME_BACK: {"seconds": SECONDS_AT_MOST},
    EventKind.PASTED: {"length": LENGTH_AT_MOST, "position": 1000},
}


def note_from_browser(
    attempt_id: int, said: Mapping[str, object], *, person_id: int, now: dt.datetime
) -> bool:
    """Keep one event of the person's own open attempt; False when there are ``NOTED_AT_MOST`` already.

    Args:
        attempt_id: The attempt.
        said: ``{"kind", "seconds"?, "length"?, "position"?}``; numbers beyond their greatest are cut, anything else
            is not kept: never what was pasted.
        person_id: Whose browser it is.
        now: The instant of the request.

    Raises:
        NotFound: No such attempt of this person.
        InvalidInput: ``event_malformed`` with the ``field``.
        InvalidState: ``attempt_closed`` with the ``state``.
    """
    kind = said.get("kind")
    if not isinstance(kind, str) or kind not in NOTED_BY_BROWSER:
        raise InvalidInput("event_malformed", field="kind")
    facts = _read_facts(EventKind(kind), said)
    noted = (
        select(func.count())
        .select_from(AttemptEvent)
        .where(
            AttemptEvent.attempt_id == attempt_id,
            AttemptEvent.kind.in_([one.value for one in NOTED_BY_BROWSER]),
        )
        .scalar_subquery()
    )
    found = db.session.execute(
        select(Attempt.state, noted).where(Attempt.id == attempt_id, Attempt.person_id == person_id)
    ).first()
    if found is None:
        raise NotFound("attempt", id=attempt_id)
    state, count = found
    if state != AttemptState.OPEN:
        raise InvalidState("attempt_closed", state=state)
    if count >= NOTED_AT_MOST:
        return False
    note_event(attempt_id, EventKind(kind), actor_id=None, now=now, **facts)
    return True


def _read_facts(kind: EventKind, said: Mapping[str, object]) -> dict[str, int]:
    facts = {}
    for name, most in _FACTS[kind].items():
        value = said.get(name)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise InvalidInput("event_malformed", field=name)
        facts[name] = min(value, most)
    return facts
