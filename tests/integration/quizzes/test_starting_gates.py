"""What must be passed before a start is the candidate's own business."""

import pytest

from lms.curriculum.domain.path import GateKind
from lms.curriculum.queries import list_progressions
from lms.curriculum.services import pass_gate
from lms.db import db
from lms.errors import InvalidState
from lms.quizzes.queries import get_own_sitting
from lms.quizzes.services import start_attempt
from tests.conftest import NOON
from tests.factories.quizzes import Exam, make_exam


def pass_modules(exam: Exam, enrolment_index: int) -> None:
    enrolment = exam.enrolments[enrolment_index]
    for module in exam.programme.stages[0].modules:
        pass_gate(
            enrolment.id,
            kind="module_quiz",
            key=module.key,
            percent=None,
            evidence={},
            now=NOON,
        )
    db.session.commit()


def test_what_others_have_passed_or_lack_says_nothing_of_mine(session) -> None:
    """Neither another person's gates nor another programme's stages are mixed in."""
    make_exam(people=2)  # another programme, where nobody has passed anything
    exam = make_exam(people=2, quiz={"kind": "stage_test"})
    pass_modules(exam, 0)
    ready, waiting = exam.person_ids
    assert get_own_sitting(exam.sitting_id, ready, NOON).waits_for == ()
    waits = get_own_sitting(exam.sitting_id, waiting, NOON).waits_for
    assert [one.key for one in waits] == [m.key for m in exam.programme.stages[0].modules]
    start_attempt(exam.sitting_id, person_id=ready, now=NOON)
    with pytest.raises(InvalidState) as refused:
        start_attempt(exam.sitting_id, person_id=waiting, now=NOON)
    assert refused.value.facts["reason"] == "locked"


def test_one_statement_says_the_same_as_the_list(session) -> None:
    make_exam()
    exam = make_exam(people=3, quiz={"kind": "stage_test"})
    pass_modules(exam, 1)
    known = list_progressions([one.id for one in exam.enrolments])
    for enrolment, person_id in zip(exam.enrolments, exam.person_ids, strict=True):
        own = get_own_sitting(exam.sitting_id, person_id, NOON)
        quiz = own.sitting.quiz
        missing = known[enrolment.id].missing_before(GateKind(quiz.kind), quiz.gate_key)
        assert own.waits_for == missing
