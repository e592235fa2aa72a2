"""Builders of the curriculum: a small programme in the database, without files.

Each builder commits, as those of people do: requests of a test client see the rows.
"""

import datetime as dt
import itertools
from decimal import Decimal

from lms.curriculum.models import Enrolment, GatePass, Lesson, Module, Programme, Stage
from lms.db import db
from lms.people.models import Cohort, Person
from tests.conftest import NOON
from tests.factories.people import make_person

_numbers = itertools.count(1)

DEFENSE = {
    "weights": {"knowledge": 25, "skill": 25, "quality": 25, "teamwork": 25},
    "cut_percent": 60,
    "minimum_level": {"knowledge": 3, "skill": 3, "quality": 3, "teamwork": 3},
    "due_day": 20,
}
START = dt.date(2026, 11, 23)
"""The local date of ``NOON``."""


def make_programme(
    key: str = "",
    *,
    modules: int = 2,
    lessons: int = 1,
    blocks: int = 3,
    defense: dict[str, object] | None = None,
) -> Programme:
    """Add a programme of one stage with ``modules`` modules in a chain, each of ``lessons`` lessons.

    Keys: the programme ``key``, the stage ``<key>-stage``, modules ``<key>-m1``, ``<key>-m2`` …, lessons
    ``<key>-m1-l1`` …, quizzes ``quiz-<module key>`` and ``stage-<key>``. Module n is due on day 2n and waits
    for module n-1.
    """
    key = key or f"programme{next(_numbers)}"
    programme = Programme(
        key=key,
        title="售前客服岗前培养",
        title_en="Pre-sales onboarding",
        summary="给新同事的一个小方案。",
        summary_en="A small programme.",
        post="售前客服",
        post_en="Pre-sales agent",
        origin="app",
        sha256="0" * 64,
        defense=dict(defense or DEFENSE),
        retired_at=None,
    )
    stage = Stage(
        programme=programme,
        key=f"{key}-stage",
        position=1,
        title="岗前",
        title_en="Before the floor",
        due_day=2 * modules + 2,
        quiz_key=f"stage-{key}",
    )
    db.session.add_all([programme, stage])
    for number in range(1, modules + 1):
        _add_module(stage, key, number, lessons, blocks)
    db.session.commit()
    return programme


def _add_module(stage: Stage, key: str, number: int, lessons: int, blocks: int) -> None:
    module = Module(
        stage=stage,
        key=f"{key}-m{number}",
        position=number,
        title=f"模块{number}",
        title_en=f"Module {number}",
        summary=f"模块{number}的概要。",
        summary_en=f"Summary of module {number}.",
        due_day=2 * number,
        quiz_key=f"quiz-{key}-m{number}",
        requires=[f"{key}-m{number - 1}"] if number > 1 else [],
        retired_at=None,
    )
    db.session.add(module)
    for position in range(1, lessons + 1):
        db.session.add(
            Lesson(
                module=module,
                key=f"{module.key}-l{position}",
                position=position,
                title=f"第{number}.{position}课",
                title_en=f"Lesson {number}.{position}",
                summary="学完能做一件事。",
                summary_en="What it is for.",
                minutes=7,
                objectives=["能做一件事"],
                body="正文",
                blocks=[
                    {"key": f"b{n}", "html": f"<p>第 {n} 段。</p>", "heading": ""}
                    for n in range(1, blocks + 1)
                ],
                cards=[],
                version=1,
                sha256="0" * 64,
                published_at=NOON,
                retired_at=None,
            )
        )


def make_enrolment(
    person: Person | None = None,
    programme: Programme | None = None,
    *,
    cohort: Cohort | None = None,
    starts_on: dt.date = START,
    state: str = "active",
    now: dt.datetime = NOON,
) -> Enrolment:
    """Add an enrolment; a learner and a programme are made when not given."""
    enrolment = Enrolment(
        programme=programme or make_programme(),
        person=person or make_person(),
        cohort=cohort,
        starts_on=starts_on,
        enrolled_at=now,
        enrolled_by=None,
        state=state,
        ended_at=None if state == "active" else now,
    )
    db.session.add(enrolment)
    db.session.commit()
    return enrolment


def pass_gates(
    enrolment: Enrolment,
    *,
    modules: int | None = None,
    stage: bool = True,
    defense: bool = False,
    percent: str = "90",
    now: dt.datetime = NOON,
) -> None:
    """Let the enrolment pass its module quizzes (the first ``modules``, or all), stage test and defense.

    Lessons stay unread: gates alone open what comes next.
    """
    value = Decimal(percent)
    for part in enrolment.programme.stages:
        for module in part.modules[:modules]:
            _add_pass(enrolment, "module_quiz", module.key, value, now)
        if stage and modules is None:
            _add_pass(enrolment, "stage_test", part.key, value, now)
    if defense:
        _add_pass(enrolment, "defense", "", value, now)
    db.session.commit()


def _add_pass(
    enrolment: Enrolment, kind: str, key: str, percent: Decimal, now: dt.datetime
) -> None:
    db.session.add(
        GatePass(
            enrolment_id=enrolment.id,
            kind=kind,
            key=key,
            passed_at=now,
            percent=percent,
            evidence={"reason": "test"},
        )
    )
