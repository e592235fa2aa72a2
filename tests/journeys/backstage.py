"""What a test may see or do beside the running product: its database, through the product's own code."""

import datetime as dt
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from lms.app import create_app
from lms.curriculum import services as curriculum
from lms.curriculum.queries import get_programme
from lms.db import db, transaction
from lms.people import queries as people
from lms.people import services as people_services
from lms.people.domain.roles import RoleName
from lms.probation import queries as probation
from lms.probation import services as probation_services
from lms.probation.domain.contract import ContractDates, ContractKind, usual_last_day
from lms.questions.domain.items import (
    answer_as_json,
    is_omitted,
    item_from_json,
    parse_response,
    sample_responses,
)
from tests.journeys.site import Site

Answers = dict[int, dict[str, object]]
"""By position, in the shape that ``answer_as_json`` gives."""


def find_answers(site: Site, attempt_id: int, *, wrong: int = 0) -> Answers:
    """Return by position what to answer: right, but the first ``wrong`` ones wrong."""
    path = site.folder / "lms.sqlite3"
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        (paper,) = database.execute(
            "SELECT paper FROM attempt WHERE id = ?", (attempt_id,)
        ).fetchone()
    found: Answers = {}
    for position, entry in enumerate(json.loads(paper), start=1):
        item = item_from_json(entry["body"])
        samples = sample_responses(item)
        given = samples.wrong if position <= wrong else samples.right
        raw = next(one for one in given if not is_omitted(one))
        found[position] = answer_as_json(parse_response(item, raw))
    return found


def stored_answers(site: Site, attempt_id: int) -> Answers:
    """Return what the server has of an attempt."""
    path = site.folder / "lms.sqlite3"
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        rows = database.execute(
            "SELECT position, answer FROM response WHERE attempt_id = ?", (attempt_id,)
        ).fetchall()
    return {position: json.loads(answer) for position, answer in rows}


@contextmanager
def product(site: Site) -> Iterator[Flask]:
    """Open the product's own code on the site's database."""
    app = create_app(site.settings)
    with app.app_context():
        yield app
        db.engine.dispose()


def add_hire_past_probation(site: Site, *, name: str, now: dt.datetime) -> dt.date:
    """Add a hire who signed on the first day and whose probation ended yesterday; return that last day."""
    with product(site), transaction():
        zone = site.settings.zone
        ended_on = now.astimezone(zone).date() - dt.timedelta(days=1)
        started_on = ended_on
        while usual_last_day(started_on, 1) > ended_on:
            started_on -= dt.timedelta(days=1)
        then = dt.datetime.combine(started_on, dt.time(9), zone).astimezone(dt.UTC)
        person = people_services.create_person(
            name=name,
            username="wu-yan",
            email=None,
            phone="13900000099",
            employee_no="K0099",
            post="售前客服",
            hired_on=started_on,
            roles=[RoleName.LEARNER],
            actor_id=None,
            now=then,
        )
        cohort = people_services.create_cohort(
            name="上一期", starts_on=started_on, actor_id=None, now=then
        )
        people_services.add_to_cohort(cohort, person, actor_id=None, now=then)
        programme = get_programme("presales")
        enrolment = curriculum.enrol(
            person, programme, cohort_id=cohort.id, starts_on=started_on, actor_id=None, now=then
        )
        conditions = probation.find_current_conditions(programme.id)
        assert conditions is not None
        probation_services.sign_conditions(
            enrolment,
            conditions,
            typed_name=name,
            locale="zh_Hans",
            actor_id=person.id,
            now=then,
        )
        probation_services.enter_dates(
            enrolment,
            ContractDates(
                kind=ContractKind.FIXED_TERM,
                contract_starts_on=started_on,
                contract_ends_on=usual_last_day(started_on, 6),
                probation_starts_on=started_on,
                probation_ends_on=usual_last_day(started_on, 1),
            ),
            actor_id=_any_hr(),
            now=then,
        )
        return usual_last_day(started_on, 1)


def _any_hr() -> int:
    return people.list_persons_with_role(RoleName.HR)[0].id
