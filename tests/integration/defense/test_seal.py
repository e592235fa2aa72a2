"""Sealed first: before the last rating nobody finds a trace of another's, in no page, response, message or log.

Two searches. Every address of the whole product that answers GET is fetched by a rater, the trainer, HR,
somebody who holds every role, and the candidate, and searched for words that only another rater wrote. And
because a level is only a digit, the sealed rating is then exchanged for its opposite: not a byte of any
answer may change.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified
from werkzeug.routing import IntegerConverter, Rule

from lms.audit.models import AuditEvent
from lms.db import db
from lms.defense.models import Defense, PanelMember, Rating
from lms.notifications.models import OutboxMessage
from lms.people.domain.roles import RoleName
from tests.conftest import NOON
from tests.factories.defense import (
    link_of,
    make_defense,
    make_entry,
    make_panel,
    make_ready_enrolment,
    make_sheet,
    rate,
    sheet_data,
)
from tests.factories.people import make_person

MARK = "封存标记甲乙丙"
OTHER_MARK = "另一种说法子丑寅"

#: Signed tokens (against forged requests) differ from one answer to the next, whatever is sealed.
NOISE = re.compile(rb"[\w-]{20,}\.[\w-]{6}\.[\w-]{20,}")


@pytest.fixture
def world(app: Flask) -> dict[str, int]:
    """A panel of three of whom the second has submitted; the trainer sits on no panel."""
    with app.app_context():
        trainer = make_person(RoleName.TRAINER)
        people = {
            "trainer": trainer.id,
            "hr": make_person(RoleName.HR).id,
            "admin": make_person(RoleName.ADMIN).id,
            "all_roles": make_person(*RoleName).id,
            "lead": make_person(RoleName.LEAD).id,
        }
        enrolment = make_ready_enrolment()
        rater_a, rater_b, rater_c = make_panel()
        defense = make_defense(enrolment, [rater_a, rater_b, rater_c], booked_by=trainer, now=NOON)
        sheet = make_sheet(
            2, strengths=f"{MARK}长处", comment=f"{MARK}评语", red_line_note=f"{MARK}红线"
        )
        fact = replace(make_entry(2, f"{MARK}评语"), evidence=f"{MARK}事实")
        rate(defense.panel[1], replace(sheet, entries={**sheet.entries, "skill": fact}))
        return {
            **people,
            "rater": rater_a.id,
            "writer": rater_b.id,
            "third": rater_c.id,
            "candidate": enrolment.person_id,
            "defense": defense.id,
            "enrolment": enrolment.id,
        }


def addresses(app: Flask, world: dict[str, int], tokens: list[str]) -> list[str]:
    """Every address that answers GET, its numbers filled with every id that means something here."""
    people = ("rater", "writer", "candidate", "trainer")
    numbers = sorted({world["defense"], world["enrolment"], *(world[one] for one in people), 1, 2})
    adapter = app.url_map.bind("127.0.0.1:8000")
    urls = [f"/defenses/new?enrolment={world['enrolment']}"]
    urls += [f"/defenses?state={state}" for state in ("upcoming", "waiting", "ready", "cancelled")]
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or set()) or rule.endpoint == "security.logout":
            continue
        for values in fillings(rule, numbers, tokens):
            url = adapter.build(rule.endpoint, values, method="GET")
            urls += [url] if rule.arguments else [url, f"{url}?format=xlsx"]
    return urls


def fillings(rule: Rule, numbers: list[int], tokens: list[str]) -> Iterator[dict[str, object]]:
    if not rule.arguments:
        yield {}
        return
    if len(rule.arguments) > 1:
        yield {
            name: 1 if isinstance(rule._converters[name], IntegerConverter) else "x"
            for name in rule.arguments
        }
        return
    (name,) = rule.arguments
    if isinstance(rule._converters[name], IntegerConverter):
        yield from ({name: number} for number in numbers)
    else:
        yield from ({name: text} for text in [*tokens, str(numbers[0])])


def body(response) -> bytes:
    """The answer's bytes, an xlsx unpacked, without what changes by itself."""
    data = response.get_data()
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            data = b"".join(
                book.read(name) for name in sorted(book.namelist()) if "docProps" not in name
            )
    return NOISE.sub(b"", data) + str(sorted(response.headers.get_all("Location"))).encode()


def walk(app: Flask, sign_in, world: dict[str, int], who: str) -> dict[str, bytes]:
    client = sign_in(world[who])
    with app.app_context():
        tokens = [link_of(world["defense"], world[who])[3:]] if who in {"rater", "third"} else []
    seen = {}
    for url in addresses(app, world, tokens):
        machine = ("application/json",) if url.startswith(("/defenses", "/r/")) else ()
        for accept in ("text/html", *machine):
            answer = client.get(url, headers={"Accept": accept})
            if "/login" in answer.headers.get("Location", ""):
                # A page of the sign-in library (a second step that nobody began) has signed us out.
                client = sign_in(world[who])
                answer = client.get(url, headers={"Accept": accept})
            seen[f"{accept} {url}"] = body(answer)
    return seen


def turn_round(app: Flask, world: dict[str, int]) -> None:
    """Exchange the sealed rating for its opposite."""
    with app.app_context():
        rating = db.session.scalars(
            select(Rating).join(Rating.member).where(PanelMember.rater_id == world["writer"])
        ).one()
        rating.strengths = OTHER_MARK
        for entry in rating.levels.values():
            entry |= {"level": 5, "comment": OTHER_MARK, "evidence": OTHER_MARK}
        flag_modified(rating, "levels")
        rating.red_line, rating.red_line_note = False, ""
        db.session.commit()


READERS = ["rater", "trainer", "hr", "all_roles", "candidate"]


@pytest.mark.parametrize("who", READERS)
def test_no_answer_holds_or_depends_on_a_sealed_rating(app, sign_in, world, who, caplog):
    before = walk(app, sign_in, world, who)
    turn_round(app, world)
    after = walk(app, sign_in, world, who)

    assert len(before) > 100
    if who != "candidate":
        page = before[f"text/html /defenses/{world['defense']}"].decode()
        assert "1 / 3" in page
    assert sum(b"/login?next=" in page for page in before.values()) == 0
    everything = b"".join(before.values()) + b"".join(after.values()) + caplog.text.encode()
    for mark in (MARK, OTHER_MARK):
        assert mark.encode() not in everything
        assert mark.encode("unicode-escape") not in everything
    assert [url for url in before if before[url] != after[url]] == []


def test_messages_and_events_hold_nothing_of_a_sealed_rating(app, world):
    with app.app_context():
        told = [
            str(message.facts) + message.link
            for message in db.session.scalars(select(OutboxMessage))
        ]
        noted = [str(event.facts) for event in db.session.scalars(select(AuditEvent))]
    assert told
    assert noted
    assert MARK not in "".join(told + noted)
    with app.app_context():
        event = db.session.scalars(
            select(AuditEvent).where(AuditEvent.action == "defense.submit_rating")
        ).one()
    assert set(event.facts) == {"defense_id", "via"}


def test_a_rater_sees_how_many_but_not_who(app, sign_in, world):
    page = sign_in(world["rater"]).get(f"/defenses/{world['defense']}").get_data(as_text=True)
    assert "已提交 1 / 3" in page
    assert "已提交</span>" not in page
    assert "还没提交" not in page


def test_whoever_chases_sees_who_and_when(app, sign_in, world):
    for who in ("trainer", "hr"):
        page = sign_in(world[who]).get(f"/defenses/{world['defense']}").get_data(as_text=True)
        assert page.count("还没提交") == 2
        assert "14:00 已提交" in page


def test_a_trainer_on_the_panel_sees_who_only_after_the_own_rating(app, sign_in, world):
    with app.app_context():
        trainers = make_panel(3, RoleName.TRAINER)
        defense = make_defense(raters=trainers)
        rate(defense.panel[0])
        number, own = defense.id, trainers[1].id
    client = sign_in(own)
    assert "还没提交" not in client.get(f"/defenses/{number}").get_data(as_text=True)
    client.post(f"/defenses/{number}/rate", data=sheet_data())
    assert client.get(f"/defenses/{number}").get_data(as_text=True).count("还没提交") == 1


def test_after_the_last_rating_the_panel_trainer_and_hr_read_everything(app, sign_in, world):
    with app.app_context():
        defense = db.session.get(Defense, world["defense"])
        rate(defense.panel[0])
        rate(defense.panel[2])
    for who in ("rater", "writer", "third", "trainer", "hr"):
        page = sign_in(world[who]).get(f"/defenses/{world['defense']}").get_data(as_text=True)
        for words in ("长处", "评语", "红线", "事实"):
            assert f"{MARK}{words}" in page
    for who in ("candidate", "lead", "admin"):
        page = sign_in(world[who]).get(f"/defenses/{world['defense']}").get_data(as_text=True)
        assert MARK not in page
