"""Papers of which one item is seen at a time, and those that know no way back."""

import datetime as dt
import re

import pytest
from sqlalchemy import update

from lms.db import db
from lms.errors import InvalidInput, InvalidState, NotFound
from lms.quizzes import services
from lms.quizzes.domain.rules import PagingRule, SittingRules
from lms.quizzes.models import Sitting
from lms.quizzes.queries import get_own_state, list_answers
from lms.quizzes.services import papers
from tests.conftest import NOON
from tests.factories.people import make_person
from tests.factories.quizzes import Exam, get_attempt_row, make_exam
from tests.integration.quizzes.statements import count_statements

MINUTE = dt.timedelta(minutes=1)
DEADLINE = NOON + 30 * MINUTE
FORWARD: dict[str, object] = {"paging": "forward"}


def begin(rules: dict[str, object], items: int = 4) -> tuple[Exam, int]:
    exam = make_exam(items=items, draw=items)
    db.session.execute(update(Sitting).where(Sitting.id == exam.sitting_id).values(rules=rules))
    attempt_id = services.start_attempt(exam.sitting_id, person_id=exam.person_id, now=NOON, seed=3)
    db.session.commit()
    return exam, attempt_id


def option(attempt_id: int, position: int, index: int = 0) -> dict[str, object]:
    return {"chosen": [get_attempt_row(attempt_id).paper[position - 1]["option_order"][index]]}


def save(begun: tuple[Exam, int], position: int, seq: int, index: int = 0) -> services.Saved:
    exam, attempt_id = begun
    raw = option(attempt_id, position, index)
    return services.save_response(
        attempt_id, position, person_id=exam.person_id, seq=seq, raw=raw, now=NOON + MINUTE
    )


def replay(begun: tuple[Exam, int], *entries: object, **more: object) -> services.Replayed:
    exam, attempt_id = begun
    said: dict[str, object] = {"submits": False, "is_before_end": False, "now": NOON + MINUTE}
    return services.save_responses(
        attempt_id,
        entries,
        person_id=exam.person_id,
        **{**said, **more},  # type: ignore[arg-type]
    )


def entry(begun: tuple[Exam, int], position: int, seq: int, index: int = 0) -> dict[str, object]:
    return {"position": position, "seq": seq, "response": option(begun[1], position, index)}


@pytest.mark.parametrize("knows_paper", [True, False])
def test_what_was_left_is_not_answered_again(session, knows_paper: bool) -> None:
    begun = begin(FORWARD)
    kept = save(begun, 1, 5)
    assert replay(begun, moves_to=3).reached == 3
    if not knows_paper:
        papers._shelves.clear()
    for position in (1, 2):
        with pytest.raises(InvalidState) as refused:
            save(begun, position, 9, index=1)
        assert (refused.value.code, refused.value.facts["reached"]) == ("item_left", 3)
    assert save(begun, 1, 5).saved_at == kept.saved_at, "what was acknowledged may be sent again"
    save(begun, 3, 10)
    save(begun, 4, 11)
    assert {at: one.seq for at, one in list_answers(begun[1]).items()} == {1: 5, 3: 10, 4: 11}


def test_answers_that_waited_are_taken_before_their_places_are_left(session) -> None:
    begun = begin(FORWARD)
    one, two = entry(begun, 1, 5), entry(begun, 2, 6)
    for _ in range(2):  # the first reply was lost
        replayed = replay(begun, one, two, moves_to=3)
        assert [type(result) for _, result in replayed.results] == [services.Saved] * 2
        assert replayed.reached == 3
    late = replay(begun, entry(begun, 2, 7, index=1), entry(begun, 3, 8))
    (_, refused), (_, taken) = late.results
    assert isinstance(refused, InvalidState)
    assert refused.code == "item_left"
    assert isinstance(taken, services.Saved)
    assert {at: stored.seq for at, stored in list_answers(begun[1]).items()} == {1: 5, 2: 6, 3: 8}


def test_nobody_goes_back_and_the_last_place_stays_open(session) -> None:
    begun = begin(FORWARD)
    assert [replay(begun, moves_to=to).reached for to in (2, 4, 1, 99, 4)] == [2, 4, 4, 4, 4]
    save(begun, 4, 1)
    assert get_own_state(begun[1], begun[0].person_id).reached == 4


@pytest.mark.parametrize("wanted", [0, -1, True, "2", 1.5, {}])
def test_what_is_no_place_is_refused_and_changes_nothing(session, wanted: object) -> None:
    begun = begin(FORWARD)
    with pytest.raises(InvalidInput) as refused:
        replay(begun, moves_to=wanted)
    assert refused.value.facts["field"] == "reached"
    assert get_attempt_row(begun[1]).reached == 1


@pytest.mark.parametrize("rules", [{}, {"paging": "one"}])
def test_where_there_is_a_way_back_nothing_is_left(session, rules: dict[str, object]) -> None:
    begun = begin(rules)
    assert replay(begun, moves_to=3).reached == 1
    save(begun, 1, 5)


def test_moving_on_is_for_the_owner_and_for_a_running_clock(session) -> None:
    exam, attempt_id = begin(FORWARD)
    with pytest.raises(NotFound):
        services.move_on(attempt_id, 2, person_id=make_person(name="别人").id, now=NOON)
    with pytest.raises(InvalidState):
        services.move_on(attempt_id, 2, person_id=exam.person_id, now=DEADLINE)
    assert get_attempt_row(attempt_id).reached == 1
    assert services.move_on(attempt_id, 2, person_id=exam.person_id, now=NOON) == 2


def test_moving_on_takes_one_statement_more(session) -> None:
    begun = begin(FORWARD)
    first, second, third = (entry(begun, 1, seq) for seq in (1, 2, 3))
    replay(begun, first)  # from here on the process knows the paper
    with count_statements() as plain:
        replay(begun, second)
    with count_statements() as moving:
        replay(begun, third, moves_to=2)
    assert len(moving.own) == len(plain.own) + 1, "\n".join(moving.own)


@pytest.fixture
def hire(app, sign_in, noon):
    """Return a function: rules -> a signed-in candidate's client and the attempt begun."""

    def make(rules: dict[str, object]):
        with app.app_context():
            exam, attempt_id = begin(rules)
            person_id = exam.person_id
        return sign_in(person_id), attempt_id

    return make


def first_options(app, attempt_id: int) -> list[str]:
    with app.app_context():
        return get_attempt_row(attempt_id).paper[0]["option_order"]


def test_without_script_the_button_saves_and_moves_on(app, hire) -> None:
    client, attempt_id = hire(FORWARD)
    page = client.get(f"/attempts/{attempt_id}").text
    assert re.findall(r'data-page="(\d)"( hidden)?', page) == [
        ("1", ""),
        ("2", " hidden"),
        ("3", " hidden"),
        ("4", " hidden"),
    ]
    assert 'name="reached"' in page
    one, other = first_options(app, attempt_id)[:2]
    url = f"/attempts/{attempt_id}/responses"
    sent = {"with_answers": "1", "r1": ["", one], "reached": "2"}
    assert client.post(url, data=sent).status_code == 303
    assert client.get(f"/attempts/{attempt_id}/state").get_json()["reached"] == 2
    again = {"with_answers": "1", "r1": ["", other]}
    assert "已经翻过的题不能再改" in client.post(url, data=again, follow_redirects=True).text
    with app.app_context():
        assert list_answers(attempt_id)[1].answer == {"chosen": [one]}


def test_over_the_wire(hire) -> None:
    client, attempt_id = hire(FORWARD)
    url = f"/attempts/{attempt_id}/responses"
    moved = client.put(url, json={"responses": [], "reached": 3})
    assert (moved.status_code, moved.get_json()["reached"]) == (200, 3)
    late = client.put(f"{url}/2", json={"seq": 1, "response": {}})
    assert (late.status_code, late.get_json()) == (409, {"code": "item_left", "reached": 3})
    bad = client.put(url, json={"responses": [], "reached": "x"})
    assert (bad.status_code, bad.get_json()["field"]) == (422, "reached")


@pytest.mark.parametrize(
    ("paging", "said"),
    [("one", "可以翻回去改"), ("forward", "前面的题不能再看，也不能再改")],
)
def test_the_rules_say_it_before_the_start(app, sign_in, noon, paging: str, said: str) -> None:
    with app.app_context():
        exam = make_exam(sitting={"rules": SittingRules(paging=PagingRule(paging))})
        person_id, sitting_id = exam.person_id, exam.sitting_id
    assert said in sign_in(person_id).get(f"/sittings/{sitting_id}/rules").text
