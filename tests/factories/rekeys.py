"""Builders of re-keys: a quiz of known items, people who take it with given answers, corrections applied."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from lms.curriculum.models import Enrolment, Programme
from lms.db import db
from lms.people.models import Cohort
from lms.people.services import add_to_cohort
from lms.questions.models import ItemBank, ItemVersion
from lms.quizzes import services
from lms.quizzes.domain.rekeying import Correction, CorrectionKind
from lms.quizzes.models import ItemRekey, Quiz, Sitting
from lms.quizzes.services.rekeying import apply_rekey, preview_rekey
from tests.conftest import NOON
from tests.factories.curriculum import make_enrolment, make_programme
from tests.factories.people import make_cohort, make_person
from tests.factories.questions import make_bank, make_item, single_body
from tests.factories.quizzes import get_attempt_row, make_quiz, make_sitting

MINUTE = dt.timedelta(minutes=1)
GIVE = Correction(CorrectionKind.GIVE_POINTS)
DROP = Correction(CorrectionKind.DROP)


def change(*ids: str) -> Correction:
    """The key is these options."""
    return Correction(CorrectionKind.CHANGE_KEY, {"chosen": sorted(ids)})


def also(*ids: str) -> Correction:
    """These options are right as well."""
    return Correction(CorrectionKind.ACCEPT_ALSO, {"chosen": sorted(ids)})


@dataclass
class Exam:
    """A quiz over all items of a bank, and who took it. Item 1 is the one in question; every key is b."""

    programme: Programme
    bank: ItemBank
    versions: Sequence[ItemVersion]
    quiz: Quiz
    cohort: Cohort
    sitting: Sitting
    enrolments: list[Enrolment]

    @property
    def version(self) -> ItemVersion:
        """The item in question."""
        return self.versions[0]

    def begin(
        self, answers: Sequence[str], *, enrolment: Enrolment | None = None, minute: int = 0
    ) -> int:
        """Let a new person (or this one) start and answer by item number; "" leaves out."""
        if enrolment is None:
            person = make_person()
            add_to_cohort(self.cohort, person, actor_id=None, now=NOON)
            enrolment = make_enrolment(person, self.programme, cohort=self.cohort)
            self.enrolments.append(enrolment)
        who, at = enrolment.person_id, NOON + minute * MINUTE
        attempt_id = services.start_attempt(self.sitting.id, person_id=who, now=at, seed=1)
        paper = get_attempt_row(attempt_id).paper
        by_version = dict(zip([one.id for one in self.versions], answers, strict=False))
        for position, placed in enumerate(paper, start=1):
            ids = by_version.get(placed["item_version_id"], "")
            raw = {"chosen": ids.split(",")} if ids else {}
            services.save_response(attempt_id, position, person_id=who, seq=1, raw=raw, now=at)
        db.session.commit()
        return attempt_id

    def take(
        self, answers: Sequence[str], *, enrolment: Enrolment | None = None, minute: int = 0
    ) -> int:
        """The same, and submit."""
        attempt_id = self.begin(answers, enrolment=enrolment, minute=minute)
        person_id = get_attempt_row(attempt_id).person_id
        services.submit_attempt(attempt_id, person_id=person_id, now=NOON + (minute + 5) * MINUTE)
        db.session.commit()
        return attempt_id

    def position(self, attempt_id: int) -> int:
        """Where the item in question stood on a paper."""
        paper = get_attempt_row(attempt_id).paper
        ids = [placed["item_version_id"] for placed in paper]
        return ids.index(self.version.id) + 1


def make_rekey_exam(
    *,
    items: int = 5,
    bodies: Sequence[Mapping[str, object]] = (),
    red_line: bool = False,
    quiz: Mapping[str, object] | None = None,
    origin: str = "app",
) -> Exam:
    """Add a quiz of ``items`` single responses worth 5 points each; 80 % passes."""
    programme = make_programme()
    bank = make_bank(0, origin=origin)
    given = list(bodies) or [single_body(f"第 {n} 问：怎么回？") for n in range(1, items + 1)]
    versions = [
        make_item(
            bank,
            key=f"{bank.key}-{n}",
            body=body,
            position=n,
            red_line=red_line and n == 1,
            lesson_key=programme.stages[0].modules[0].lessons[0].key,
        )
        for n, body in enumerate(given, start=1)
    ]
    made = make_quiz(bank, programme, draw=len(given), **cast("dict[str, str]", dict(quiz or {})))
    cohort = make_cohort()
    return Exam(programme, bank, versions, made, cohort, make_sitting(made, cohort), [])


def apply_correction(
    exam: Exam,
    correction: Correction,
    *,
    actor_id: int,
    version: ItemVersion | None = None,
    now: dt.datetime = NOON + 60 * MINUTE,
    reason: str = "答案标错了。",
) -> ItemRekey:
    """Apply a correction as its preview says."""
    of = version or exam.version
    _, fingerprint = preview_rekey(of, correction)
    rekey = apply_rekey(
        of, correction, reason=reason, fingerprint=fingerprint, actor_id=actor_id, now=now
    )
    db.session.commit()
    return rekey
