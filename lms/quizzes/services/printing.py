"""Printing papers: drawn once for a person and a sitting, and the same for ever after."""

import datetime as dt
import secrets
from collections.abc import Collection, Sequence

from lms.audit.services import record
from lms.db import db
from lms.errors import InvalidState
from lms.questions.services import mark_presented
from lms.quizzes.domain.history import NO_HISTORY, History
from lms.quizzes.domain.paper import SEED_BITS, draw_paper, paper_as_json
from lms.quizzes.domain.rules import rules_from_json
from lms.quizzes.domain.specification import banks_of, sections_from_json
from lms.quizzes.models import PrintedPaper, Sitting
from lms.quizzes.queries import get_stock, list_candidates
from lms.quizzes.queries.printing import (
    find_shared_paper,
    list_attempted_person_ids,
    list_printed_person_ids,
    lock_sitting,
)


def print_papers(
    sitting: Sitting,
    person_ids: Collection[int],
    *,
    is_same_for_all: bool,
    actor_id: int,
    now: dt.datetime,
) -> Sequence[PrintedPaper]:
    """Draw and freeze a paper for each of these candidates that has none yet.

    Who has a printed paper keeps it: printing again changes nothing. Who has begun the sitting on a screen
    gets none, and neither does who is no candidate.

    Args:
        sitting: The sitting.
        person_ids: For whom.
        is_same_for_all: Whether all get the same items in the same order, also as those printed so before; else
            each gets a draw of their own.
        actor_id: Who prints.
        now: When.

    Returns:
        The papers that are new.

    Raises:
        InvalidState: ``sitting_cancelled``; ``pool_too_small``: a bank shrank since the sitting was scheduled.
    """
    if sitting.cancelled_at is not None:
        raise InvalidState("sitting_cancelled")
    lock_sitting(sitting.id)
    passed_over = list_printed_person_ids(sitting.id) | list_attempted_person_ids(sitting.id)
    wanted = [
        one.person_id
        for one in list_candidates(sitting)
        if one.person_id in person_ids and one.person_id not in passed_over
    ]
    if not wanted:
        return ()
    shared = find_shared_paper(sitting.id) if is_same_for_all else None
    common_seed = secrets.randbits(SEED_BITS)
    unseen: set[int] = set()
    papers: list[PrintedPaper] = []
    for person_id in wanted:
        seed = common_seed if is_same_for_all else secrets.randbits(SEED_BITS)
        if shared is not None:
            seed, paper = shared.seed, shared.paper
        elif is_same_for_all and papers:
            paper = papers[0].paper
        else:
            paper, fresh = _draw(sitting, person_id, seed, has_history=not is_same_for_all)
            unseen |= fresh
        papers.append(
            PrintedPaper(
                sitting_id=sitting.id,
                person_id=person_id,
                seed=seed,
                printed_at=now,
                printed_by=actor_id,
                paper=paper,
            )
        )
    db.session.add_all(papers)
    db.session.flush()
    if unseen:
        mark_presented(unseen, now)
    record(
        "quizzes.print_papers",
        actor_id=actor_id,
        now=now,
        subject_kind="sitting",
        subject_id=sitting.id,
        papers=[paper.id for paper in papers],
        is_same_for_all=is_same_for_all,
    )
    return papers


def _draw(
    sitting: Sitting, person_id: int, seed: int, *, has_history: bool
) -> tuple[list[dict[str, object]], set[int]]:
    """Return a paper as it is frozen, and which of its versions nobody has seen before.

    A paper of one's own is drawn as a start on the screen draws it; one for all knows of nobody's history.
    """
    sections = sections_from_json(sitting.sections)
    stock = get_stock(banks_of(sections), quiz_id=sitting.quiz_id, person_id=person_id)
    rules = rules_from_json(sitting.rules)
    history = History(stock.past, prefers_missed=rules.retake_on_missed)
    paper = draw_paper(sections, stock.pools, seed, history if has_history else NO_HISTORY)
    return paper_as_json(paper), set(
        stock.unseen.intersection(placed.item_version_id for placed in paper)
    )
