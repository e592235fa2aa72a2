"""Moving on in a paper that knows no way back."""

import datetime as dt

from sqlalchemy import bindparam, update

from lms.db import BigId, db
from lms.errors import InvalidInput
from lms.quizzes.domain.rules import PagingRule
from lms.quizzes.models import ATTEMPT
from lms.quizzes.queries import LockedAttempt, get_own_paper, lock_own_attempt
from lms.quizzes.services.responses import check_takes

_MOVE_ON = (
    update(ATTEMPT)
    .where(ATTEMPT.c.id == bindparam("attempt_id", type_=BigId))
    .values(reached=bindparam("wanted"))
)


def move_on(attempt_id: int, wanted: object, *, person_id: int, now: dt.datetime) -> int:
    """Leave every place before ``wanted`` for good; return the first place from which answers are taken now.

    Raises:
        NotFound: No such attempt of this person.
        InvalidState: ``attempt_closed`` with the ``state``, or ``attempt_paused``.
        InvalidInput: ``response_malformed`` with the ``field``: no position.
    """
    locked = lock_own_attempt(attempt_id, person_id)
    check_takes(locked.timing, now)
    places = len(get_own_paper(attempt_id, person_id)[1])
    return store_reached(attempt_id, locked, wanted, places=places)


def store_reached(attempt_id: int, locked: LockedAttempt, wanted: object, *, places: int) -> int:
    """Do what ``move_on`` does for an attempt that the caller has locked and that still takes answers.

    Nothing is left where the sitting knows a way back, and nobody goes back by asking for less.

    Args:
        attempt_id: The attempt.
        locked: As it stands.
        wanted: The place moved to, from 1; beyond the last, the last.
        places: How many the paper has.

    Raises:
        InvalidInput: ``response_malformed`` with the ``field``.
    """
    if isinstance(wanted, bool) or not isinstance(wanted, int) or wanted < 1:
        raise InvalidInput("response_malformed", field="reached")
    reached = min(wanted, places)
    if locked.paging is not PagingRule.FORWARD or reached <= locked.reached:
        return locked.reached
    db.session.connection().execute(_MOVE_ON, {"attempt_id": attempt_id, "wanted": reached})
    return reached
