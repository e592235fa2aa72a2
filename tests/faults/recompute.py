"""What must be true after every fault and every run: nothing acknowledged is lost, nothing counted twice, scores right."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal

from sqlalchemy import func, select

from lms.db import db
from lms.gradebook.models import GradeEntry
from lms.questions.domain.items import item_from_json, parse_response, score
from lms.quizzes.models import Attempt, Response, ResponseEvent
from lms.units import as_points
from tests.faults.candidates import Candidate

Log = Mapping[tuple[int, int], Mapping[str, object]]


def log_of(attempt_id: int) -> Log:
    """Return every answer that the server took, by position and number."""
    rows = db.session.execute(
        select(ResponseEvent.position, ResponseEvent.seq, ResponseEvent.answer).where(
            ResponseEvent.attempt_id == attempt_id
        )
    )
    return {(position, seq): answer for position, seq, answer in rows}


def fold(log: Log) -> dict[int, tuple[int, Mapping[str, object]]]:
    """Return the newest answer of each position: the one with the highest number."""
    newest: dict[int, tuple[int, Mapping[str, object]]] = {}
    for (position, seq), answer in sorted(log.items(), key=lambda one: one[0][1]):
        newest[position] = (seq, answer)
    return newest


def recompute(attempt: Attempt, log: Log) -> Decimal:
    """Return what an attempt earns, from its paper and the log of its answers alone."""
    newest = fold(log)
    earned = Decimal()
    for position, placed in enumerate(attempt.paper, start=1):
        item = item_from_json(placed["body"])
        _, answer = newest.get(position, (0, {}))
        earned += score(item, parse_response(item, answer), as_points(str(placed["points"])))
    return earned


@dataclass
class Findings:
    """What a check counted. All but the first three must be 0.

    Attributes:
        attempts: Attempts looked at.
        acknowledged: Answers that clients were told are stored.
        logged: Answers in the log.
        lost: Acknowledged answers that the log does not have as they were sent.
        stale: Positions whose present answer is not the newest of the log.
        twice: People with several attempts, or attempts entered in the ledger more or less than once.
        open_still: Submissions that were acknowledged, of attempts that are open.
        wrong_scores: Ended attempts whose points are not what the log gives.
    """

    attempts: int = 0
    acknowledged: int = 0
    logged: int = 0
    lost: int = 0
    stale: int = 0
    twice: int = 0
    open_still: int = 0
    wrong_scores: int = 0

    @property
    def faults(self) -> dict[str, int]:
        """What must not be there, where it is."""
        counted = {one.name: getattr(self, one.name) for one in fields(self)[3:]}
        return {name: count for name, count in counted.items() if count}


def check_candidates(candidates: Iterable[Candidate]) -> Findings:
    """Compare what clients were told with what is stored, and every score with its recomputation."""
    findings = Findings()
    for one in candidates:
        if one.attempt_id:
            _check(one, findings)
    return findings


def _check(candidate: Candidate, findings: Findings) -> None:
    attempt = db.session.get_one(Attempt, candidate.attempt_id, populate_existing=True)
    log = log_of(attempt.id)
    findings.attempts += 1
    findings.acknowledged += len(candidate.acknowledged)
    findings.logged += len(log)
    findings.lost += sum(log.get(key) != sent for key, sent in candidate.acknowledged.items())
    rows = db.session.execute(
        select(Response.position, Response.seq, Response.answer).where(
            Response.attempt_id == attempt.id
        )
    )
    present = {position: (seq, answer) for position, seq, answer in rows}
    newest = fold(log)
    findings.stale += sum(
        present.get(position) != newest.get(position) for position in {*present, *newest}
    )
    is_open = attempt.state == "open"
    findings.open_still += candidate.is_submitted and is_open
    findings.twice += _count_attempts(attempt) != 1
    findings.twice += _count_entries(attempt.id) != (0 if is_open else 1)
    if not is_open:
        findings.wrong_scores += attempt.points != recompute(attempt, log)


def _count_attempts(attempt: Attempt) -> int:
    own = (Attempt.sitting_id == attempt.sitting_id, Attempt.person_id == attempt.person_id)
    return db.session.scalar(select(func.count()).where(*own)) or 0


def _count_entries(attempt_id: int) -> int:
    return (
        db.session.scalar(select(func.count()).where(GradeEntry.source == f"attempt:{attempt_id}"))
        or 0
    )
