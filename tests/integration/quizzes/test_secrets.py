"""Every byte that an attempt receives: no key, explanation, feedback or other person before it may be."""

import html
import re
from collections.abc import Iterator, Mapping

import pytest

from lms.db import db
from lms.people.models import Person
from lms.questions.domain.items import item_from_json, sample_responses
from lms.questions.queries import list_drawable
from lms.quizzes.domain.review import Moment, Part, ReviewMatrix, matrix_as_stored
from lms.quizzes.services import release_results
from tests.conftest import NOON
from tests.factories.item_types import fields_of, item_of, make_case, make_typed_bank
from tests.factories.quizzes import HOUR, get_attempt_row, make_exam, make_sitting, take_exam

BY_HAND = matrix_as_stored(
    ReviewMatrix(**{part.value: frozenset({Moment.AFTER_RELEASE}) for part in Part})
)
NOTHING = "result"
KNOWN = {
    "七退",
    "200 × 0.85 = 170。",
    "开发票是义务。",
    "对，有求必开。",
    "先接住，再处理。",
}
"""Some of the secrets of the bank, so that looking for none of them would be noticed."""


def strings(value: object) -> Iterator[str]:
    """Every text and number somewhere in JSON, without its own names of fields."""
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)
    elif not isinstance(value, bool) and value is not None:
        yield str(value)


def secrets_of(paper: list[dict]) -> set[str]:
    """What the items of a paper hold beyond what they show: keys, accepted answers, feedback, explanations."""
    faces = " ".join(
        repr(item_from_json(one["body"]).face(tuple(one["option_order"]))) for one in paper
    )
    faces += " ".join(one["body"]["stem"] for one in paper)
    held = {text for one in paper for text in strings(one["body"])}
    return {text for text in held if _is_telling(text) and text not in faces}


def _is_telling(text: str) -> bool:
    """Say whether finding it would tell something: one letter, a name of a scheme and a whole share do not."""
    return len(text) > 1 and text != "100" and not re.fullmatch(r"[a-z_]+", text)


class Listener:
    """A client that keeps whatever comes back."""

    def __init__(self, client) -> None:
        self.client = client
        self.heard: list[tuple[str, str]] = []
        self.said: set[str] = set()

    def __call__(self, method: str, url: str, status: int | tuple[int, ...] = 200, **more):
        reply = self.client.open(url, method=method, **more)
        allowed = (status,) if isinstance(status, int) else status
        assert reply.status_code in allowed, (method, url, reply.status_code)
        self.heard.append((f"{method} {url}", f"{reply.headers}\n{reply.text}"))
        return reply

    def find(self, secrets: set[str]) -> list[tuple[str, str]]:
        """Where one of the secrets was heard that the candidate has not said first."""
        asked = secrets - self.said
        return [(where, one) for where, said in self.heard for one in asked if _says(said, one)]


def _says(said: str, secret: str) -> bool:
    text = html.unescape(re.sub(r"[?&]v=[0-9a-z]+|csrf[-_\w]*[\"'= :]+[\w.\-\"']+", " ", said))
    if secret.isascii():
        # A number is heard as a whole one: 170 is not in 1170, nor in a stamp.
        return re.search(rf"(?<![\w.:-]){re.escape(secret)}(?![\w.:-])", text) is not None
    return secret in text


@pytest.fixture
def exam(app, noon):
    """Two candidates, a paper with every type and a case; the other has taken it already."""

    def make(review: str):
        with app.app_context():
            bank = make_typed_bank()
            make_case(bank)
            size = len(list_drawable(bank.key))
            section = {"title": "各种题型", "bank": bank.key, "draw": size, "points_each": "5"}
            made = make_exam(people=2, quiz={"sections": [section]}, sitting={"review": review})
            other = db.session.get_one(Person, made.person_ids[1])
            other.name, other.employee_no = "欧阳别人", "SECRET-77"
            db.session.commit()
            attempt_id = take_exam(made, person_id=other.id, right=3)
            # A second sitting, so that ids of persons, attempts and sittings differ.
            make_sitting(made.quiz, made.cohort, opens_at=NOON + HOUR)
            return made, {other.name, "SECRET-77", f"/attempts/{attempt_id}"}

    return make


def walk(app, listen: Listener, sitting_id: int) -> tuple[int, list[dict]]:
    """Go the whole way of a candidate, with every mistake on it; return the attempt and its paper."""
    listen("GET", "/")
    listen("GET", "/quizzes")
    listen("GET", f"/sittings/{sitting_id}/rules")
    here = listen("POST", f"/sittings/{sitting_id}/start", 303).location
    listen("POST", f"/sittings/{sitting_id}/start", 303)
    attempt_id = int(here.rsplit("/", 1)[1])
    with app.app_context():
        paper = get_attempt_row(attempt_id).paper
    listen("GET", here)
    listen("GET", f"{here}/state")
    for position, entry in enumerate(paper, start=1):
        samples = sample_responses(item_of(entry))
        url = f"{here}/responses/{position}"
        # What only people can mark is left out here: an answer would wait for them.
        for seq, raw in enumerate(samples.wrong[:2] if samples.right else (), start=2):
            listen("PUT", url, json={"seq": seq, "response": raw})
            listen.said |= set(strings(raw))
        listen("PUT", url, json={"seq": 1, "response": {}})  # too old: what is stored comes back
        listen("PUT", url, 422, json={"seq": 9, "response": {"chosen": "?"}})
        listen("PUT", url, 422, json={"seq": "x"})
    listen("PUT", f"{here}/responses/99", 404, json={"seq": 1, "response": {}})
    batch = [{"position": 1, "seq": 20, "response": {}}, {"position": 2, "seq": 1, "response": {}}]
    listen("PUT", f"{here}/responses", json={"responses": batch})
    listen("POST", f"{here}/events", json={"kind": "left_page"})
    at, raw = next(
        (position, sample_responses(item_of(entry)).wrong[0])
        for position, entry in enumerate(paper, start=1)
        if sample_responses(item_of(entry)).right
    )
    listen("POST", f"{here}/responses", 303, data={"with_answers": "1", **fields_of(at, raw)})
    listen("GET", here)
    listen("GET", f"{here}/result", 302)
    listen("GET", f"{here}/objections/1", 404)
    listen("POST", f"{here}/submit", 303, data={"with_answers": "1", **fields_of(at, raw)})
    for url in (
        f"{here}/result",
        f"{here}/state",
        "/quizzes",
        f"/sittings/{sitting_id}/rules",
        "/",
    ):
        listen("GET", url)
    listen("PUT", f"{here}/responses/1", 409, json={"seq": 99, "response": {}})
    listen("GET", here, 302)
    listen("GET", f"{here}/objections/1", 404)
    return attempt_id, paper


@pytest.mark.parametrize("review", [NOTHING, BY_HAND])
def test_nothing_an_attempt_receives_holds_a_key_or_another_person(
    app, sign_in, exam, review: str
) -> None:
    made, others = exam(review)
    listen = Listener(sign_in(made.person_id))
    _, paper = walk(app, listen, made.sitting_id)
    secrets = secrets_of(paper)
    assert secrets - listen.said >= KNOWN
    assert len({entry["body"]["type"] for entry in paper}) >= 8
    assert len(listen.heard) > 3 * len(paper)
    assert listen.find(secrets) == []
    assert listen.find(others) == []
    for where, said in listen.heard:
        assert "is_key" not in said, where
        assert '"key"' not in said, where


def test_the_same_ear_hears_the_keys_once_they_are_released(app, sign_in, exam, noon) -> None:
    made, others = exam(BY_HAND)
    client = sign_in(made.person_id)
    attempt_id, paper = walk(app, Listener(client), made.sitting_id)
    noon.move_to(NOON + 9 * HOUR)
    listen = Listener(client)
    listen("GET", f"/attempts/{attempt_id}/result")
    assert listen.find(secrets_of(paper)) == []
    with app.app_context():
        sitting = get_attempt_row(attempt_id).sitting
        release_results(sitting, actor_id=made.person_ids[1], now=NOON + 9 * HOUR)
        db.session.commit()
    listen("GET", f"/attempts/{attempt_id}/result")
    assert {one for _, one in listen.find(secrets_of(paper))} >= KNOWN
    assert listen.find(others) == []
