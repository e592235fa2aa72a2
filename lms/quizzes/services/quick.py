"""The usual save: a paper and a browser that this process knows, and nothing to note.

Twenty of the twenty-three requests of an attempt are this one. It stores what ``responses.save_response`` stores, by the
same statements, without the layers between them and the driver, and commits by itself.
"""

import datetime as dt

from lms.direct import DirectStatement, direct_transaction, is_session_idle
from lms.errors import InvalidState, LmsError
from lms.quizzes.services.papers import find_paper
from lms.quizzes.services.response_rows import LOGS, WRITES, Row, Source, values_of
from lms.quizzes.services.responses import Saved, check_seq, explain, read_answer, saved_as

_WRITES = {
    is_postgresql: DirectStatement(WRITES[is_postgresql, False], instants=(0, 1))
    for is_postgresql in (True, False)
}
_LOG = DirectStatement(LOGS["sqlite"])


def save_known(
    attempt_id: int,
    position: int,
    *,
    person_id: int,
    seq: object,
    raw: object,
    now: dt.datetime,
    device: str,
    session_key: str,
) -> Saved | None:
    """Store and commit one answer as ``save_response`` would; return None, with nothing done, where that has more to do.

    Args: As ``save_response``.

    Raises:
        NotAllowed, NotFound, InvalidState: As ``save_response``.
    """
    paper = find_paper(attempt_id, person_id)
    if paper is None or not paper.knows(device) or not is_session_idle():
        return None
    source = Source(attempt_id, person_id, device, now, session_key, paper.started_at)
    try:
        row = Row(position, check_seq(seq), read_answer(paper, position, raw))
    except LmsError:
        return None  # whether the attempt takes any comes first
    values = values_of(source, row)
    with direct_transaction() as connection:
        writes_log = connection.dialect == "postgresql"
        written = connection.run(_WRITES[writes_log], values)
        if written is not None and not writes_log:
            connection.run(_LOG, values)
    if written is not None:
        return saved_as(source, row, started_at=written[0], deadline_at=written[1])
    try:
        return explain(source, row)
    except InvalidState as refused:
        if refused.code == "response_refused":
            return None  # it would be taken now, or what this process knew was of another attempt
        raise
