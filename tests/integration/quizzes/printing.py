"""What tests of printed papers share: an exam with every type, its papers, and typing them in."""

from collections.abc import Mapping

from lms.db import db
from lms.people.domain.roles import RoleName
from lms.questions.domain.items import sample_responses
from lms.questions.models import Item
from lms.quizzes.domain.paper import paper_from_json
from lms.quizzes.domain.typed import fields_for, fields_of
from lms.quizzes.models import PrintedPaper, Sitting
from lms.quizzes.services.printing import print_papers
from tests.conftest import NOON
from tests.factories.item_types import make_typed_bank
from tests.factories.people import make_person
from tests.factories.quizzes import Exam, make_exam

DRAWN = 8


def make_typed_exam(people: int = 1, *, with_essay: bool = False) -> Exam:
    """An exam with one item of each type that can be marked at once, and an essay if asked for."""
    bank = make_typed_bank()
    essay = db.session.query(Item).filter_by(key=f"{bank.key}-essay").one()
    essay.state = "ready" if with_essay else "retired"
    db.session.commit()
    draw = DRAWN + with_essay
    section = {"title": "各种题型", "bank": bank.key, "draw": draw, "points_each": "5"}
    return make_exam(people=people, quiz={"sections": [section]})


def make_trainer() -> int:
    """The id of a new trainer."""
    return make_person(RoleName.TRAINER).id


def print_all(exam: Exam, trainer_id: int, *, is_same_for_all: bool = True) -> list[int]:
    """Print a paper for everybody; return their ids in the order of the persons."""
    sitting = db.session.get_one(Sitting, exam.sitting_id)
    papers = print_papers(
        sitting,
        exam.person_ids,
        is_same_for_all=is_same_for_all,
        actor_id=trainer_id,
        now=NOON,
    )
    db.session.commit()
    ids = {paper.person_id: paper.id for paper in papers}
    return [ids[person_id] for person_id in exam.person_ids if person_id in ids]


def get_paper(paper_id: int) -> PrintedPaper:
    """The row as the database has it now."""
    db.session.expire_all()
    return db.session.get_one(PrintedPaper, paper_id)


def right_raw(paper_id: int) -> dict[int, dict[str, object]]:
    """A fully right answer for each position of a printed paper."""
    return {
        position: dict(sample_responses(placed.item).right[0])  # type: ignore[call-overload]
        for position, placed in enumerate(paper_from_json(get_paper(paper_id).paper), start=1)
    }


def typed_form(
    paper_id: int, answers: Mapping[int, Mapping[str, object]], number: int = 1
) -> dict[str, str]:
    """The fields that somebody fills in who types ``answers`` from a paper."""
    data = {"number": str(number), "line": ""}
    for position, placed in enumerate(paper_from_json(get_paper(paper_id).paper), start=1):
        face = placed.item.face(placed.option_order)
        typed = fields_of(face, answers.get(position, {}))
        for field in fields_for(face):
            data[f"r{position}:{field.name}"] = typed.get(field.name, "")
    return data
