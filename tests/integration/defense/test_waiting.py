"""What waits for whom, and the sentences and messages that say so."""

import datetime as dt

import pytest
from flask import Flask, render_template

from lms.db import db
from lms.defense.models import Defense
from lms.defense.queries import list_waiting
from lms.defense.services import cancel_defense
from lms.notifications.models import OutboxMessage
from lms.people.domain.roles import RoleName
from lms.people.models import Person
from tests.conftest import NOON
from tests.factories.defense import (
    AFTERNOON,
    ZONE,
    make_defense,
    make_ready_enrolment,
    make_sheet,
    rate,
    rate_all,
)
from tests.factories.people import make_person


def waiting(app: Flask, person_id: int, now: dt.datetime = AFTERNOON):
    with app.test_request_context():
        person = db.session.get(Person, person_id)
        found = list_waiting(person, now)
        sentences = [
            render_template(f"defense/waiting/{one.kind.removeprefix('defense.')}.html", w=one)
            for one in found
        ]
    return found, sentences


def test_a_rater_waits_until_the_end_of_the_day_and_not_after_rating(app):
    with app.app_context():
        defense = make_defense(room="二号厅")
        rater, name = defense.panel[0].rater_id, defense.candidate.name
    (one,), (words,) = waiting(app, rater)
    assert (one.kind, one.url) == ("defense.rate", f"/defenses/{defense.id}/rate")
    assert one.since == NOON
    assert one.until == dt.datetime(2026, 11, 23, 16, 0, tzinfo=dt.UTC)
    assert name in words
    assert "二号厅" in words
    with app.app_context():
        rate(db.session.get(Defense, defense.id).panel[0])
    assert waiting(app, rater) == ([], [])


def test_a_trainer_hears_of_candidates_to_book_and_ratings_to_chase(app):
    with app.app_context():
        trainer = make_person(RoleName.TRAINER).id
        make_ready_enrolment()
        defense = make_defense()
        rate(defense.panel[0])
        rate_all(make_defense())
        number = defense.id
    (book,), (words,) = waiting(app, trainer)
    assert (book.kind, book.url, book.facts["count"]) == ("defense.book", "/defenses/new", 1)
    assert "1 人" in words
    over = AFTERNOON + dt.timedelta(minutes=40)
    (_, chase), (_, words) = waiting(app, trainer, over)
    assert (chase.kind, chase.url, chase.since) == ("defense.chase", f"/defenses/{number}", over)
    assert "1 / 3" in words


def test_the_candidate_waits_for_the_date(app):
    with app.app_context():
        defense = make_defense()
        candidate, number = defense.candidate_id, defense.id
    (one,), (words,) = waiting(app, candidate)
    assert (one.kind, one.url, one.until) == ("defense.own", f"/defenses/{number}", AFTERNOON)
    assert "14:00" in words
    assert waiting(app, candidate, AFTERNOON + dt.timedelta(minutes=40)) == ([], [])


def test_the_candidate_is_in_it_until_its_end_or_the_verdict(app):
    with app.app_context():
        defense = make_defense(minutes=30)
        candidate, number = defense.candidate_id, defense.id
    begun = AFTERNOON + dt.timedelta(minutes=5)
    (one,), _ = waiting(app, candidate, begun)
    assert one.until == AFTERNOON + dt.timedelta(minutes=30)
    with app.app_context():
        rate_all(db.session.get(Defense, number))
    assert waiting(app, candidate, begun) == ([], [])


def test_nothing_waits_after_calling_off(app):
    with app.app_context():
        defense = make_defense()
        people = [defense.candidate_id, *(member.rater_id for member in defense.panel)]
        cancel_defense(defense, reason="改期", zone=ZONE, actor_id=None, now=NOON)
        db.session.commit()
    assert [waiting(app, person)[0] for person in people] == [[], [], [], []]


@pytest.mark.parametrize("level", [4, 2, None])
def test_every_message_has_words(app, level):
    with app.app_context():
        hr = make_person(RoleName.HR)
        defense = make_defense(booked_by=hr, note="带上手册")
        rate_all(defense, *[make_sheet(level)] * 3)
        cancel_defense(make_defense(), reason="候选人请假", zone=ZONE, actor_id=None, now=NOON)
        messages = db.session.query(OutboxMessage).all()
        facts = [(message.kind, message.facts, message.link) for message in messages]
    assert {kind for kind, *_ in facts} >= {
        "defense.please_rate",
        "defense.booked",
        "defense.cancelled",
        "defense.verdict_ready",
    }
    for kind, known, link in facts:
        name = kind.removeprefix("defense.")
        if not kind.startswith("defense."):
            continue
        with app.test_request_context():
            text = render_template(
                f"defense/messages/{name}.txt",
                facts=known,
                link=f"http://127.0.0.1:8000{link}",
                person_name="林小满",
            )
        subject, _, rest = text.partition("\n")
        assert subject.strip()
        assert "林小满" in rest
        assert "\n\n\n" not in rest
        assert link in rest
