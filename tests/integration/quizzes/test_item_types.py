"""An exam with one item of every type, and with a case group: asked, saved, marked, explained."""

import html
import json
import re

import pytest

from lms.db import db
from lms.people.domain.roles import RoleName
from lms.questions.domain.items import sample_responses
from lms.questions.queries import READY, find_group, get_item, list_drawable
from lms.questions.services import retire_group
from lms.quizzes.queries import list_answers, list_board
from lms.quizzes.services import start_attempt
from tests.conftest import NOON
from tests.factories.item_types import fields_of, item_of, make_case, make_typed_bank
from tests.factories.people import make_person
from tests.factories.quizzes import block_sizes, get_attempt_row, make_exam

DRAWN = 8


@pytest.fixture
def exam(app, noon):
    with app.app_context():
        bank = make_typed_bank()
        section = {"title": "各种题型", "bank": bank.key, "draw": DRAWN, "points_each": "5"}
        return make_exam(quiz={"sections": [section]})


@pytest.fixture
def running(app, exam, sign_in):
    with app.app_context():
        attempt_id = start_attempt(exam.sitting_id, person_id=exam.person_id, now=NOON, seed=3)
        db.session.commit()
        paper = get_attempt_row(attempt_id).paper
    return sign_in(exam.person_id), attempt_id, paper


def positions(paper) -> dict[str, int]:
    return {entry["body"]["type"]: position for position, entry in enumerate(paper, start=1)}


def right(paper) -> dict[int, dict]:
    return {
        position: sample_responses(item_of(entry)).right[0]
        for position, entry in enumerate(paper, start=1)
    }


def words_of(reply) -> str:
    assert reply.status_code == 200, reply.status_code
    return html.unescape(re.sub(r"<[^>]+>", " ", reply.text))


def put(client, attempt_id: int, position: int, raw: object, seq: int = 1):
    url = f"/attempts/{attempt_id}/responses/{position}"
    return client.put(url, json={"seq": seq, "response": raw})


def test_essays_are_drawn_like_all_others_once_they_are_ready(app, exam) -> None:
    with app.app_context():
        types = [version.type for version in list_drawable("typed")]
        assert len(types) == len(set(types)) == DRAWN
        assert block_sizes("typed") == [1] * DRAWN
        get_item("typed-essay").state = READY
        db.session.commit()
        types = [version.type for version in list_drawable("typed")]
        assert types.count("essay") == 1
        assert block_sizes("typed") == [1] * (DRAWN + 1)


def test_the_paper_asks_without_telling_the_key(running) -> None:
    client, attempt_id, paper = running
    page = client.get(f"/attempts/{attempt_id}").text
    at = positions(paper)
    for name in (
        f'name="r{at["short_text"]}:text"',
        f'name="r{at["numeric"]}:text"',
        f'name="r{at["matching"]}:pair:p2"',
        f'name="r{at["ordering"]}:place:ask"',
        f'name="r{at["cloze"]}:gap:days:text"',
        f'name="r{at["cloze"]}:gap:may:chosen"',
        f'name="r{at["cloze"]}:gap:photos:chosen"',
    ):
        assert name in page
    shown = re.sub(r"\?v=[0-9a-f]+", "", page)  # the stamps of assets may hold any number
    for key in ("七退", "170", "还差一个字", "200 × 0.85", "{{", "再看看规则"):
        assert key not in shown
    shown = re.findall(r'data-step="(\w+)"', page)
    assert sorted(shown) == ["ask", "follow", "offer", "sorry"]
    assert shown != ["sorry", "ask", "offer", "follow"]
    assert shown == paper[at["ordering"] - 1]["option_order"]


def test_every_type_is_saved_marked_and_explained(app, running) -> None:
    client, attempt_id, paper = running
    answers = right(paper)
    for position, raw in answers.items():
        assert put(client, attempt_id, position, raw).status_code == 200
    page = client.get(f"/attempts/{attempt_id}").text
    assert 'value="七退"' in page
    assert page.count('class="is-answered"') == 2 * DRAWN  # in the bar and beside the paper
    client.post(f"/attempts/{attempt_id}/submit")
    with app.app_context():
        attempt = get_attempt_row(attempt_id)
        assert (attempt.points, attempt.max_points, attempt.passed) == (40, 40, True)
    words = words_of(client.get(f"/attempts/{attempt_id}/result"))
    assert words.count("答对") == DRAWN
    for said in ("就是它", "200 × 0.85", "情绪在前", "七天，从签收"):
        assert said in words


def test_part_of_an_answer_earns_part_of_the_points(app, running, sign_in) -> None:
    client, attempt_id, paper = running
    at = positions(paper)
    put(client, attempt_id, at["short_text"], {"text": "七天"})
    put(client, attempt_id, at["numeric"], {"text": "１７１元"})
    put(client, attempt_id, at["matching"], {"pairs": {"p1": "track", "p3": "wait"}})
    put(client, attempt_id, at["ordering"], {"order": ["follow", "sorry", "ask", "offer"]})
    put(
        client,
        attempt_id,
        at["cloze"],
        {"gaps": {"days": {"text": "7"}, "payer": {"text": "卖家"}}},
    )
    client.post(f"/attempts/{attempt_id}/submit")
    with app.app_context():
        items = get_attempt_row(attempt_id).outcome["items"]
        trainer = sign_in(make_person(RoleName.TRAINER).id)
        sitting_id = get_attempt_row(attempt_id).sitting_id
    points = {kind: items[position - 1]["points"] for kind, position in at.items()}
    assert points == {
        "short_text": "2.50",
        "numeric": "0.00",
        "matching": "1.67",
        "ordering": "3.33",
        "cloze": "2.00",
        "single_response": "0.00",
        "multiple_response": "0.00",
        "true_false": "0.00",
    }
    words = words_of(client.get(f"/attempts/{attempt_id}/result"))
    for said in ("还差一个字", "部分得分", "169.5–170.5 元", "卖家", "买家", "没有作答"):
        assert said in words
    sheet = words_of(trainer.get(f"/sittings/{sitting_id}/attempts/{attempt_id}"))
    assert "学员的答案" in sheet


def test_keys_stay_away_while_they_are_not_shown(app, noon, sign_in) -> None:
    with app.app_context():
        bank = make_typed_bank()
        section = {"title": "", "bank": bank.key, "draw": DRAWN, "points_each": "5"}
        exam = make_exam(quiz={"sections": [section], "review": "responses"})
        attempt_id = start_attempt(exam.sitting_id, person_id=exam.person_id, now=NOON)
        db.session.commit()
        paper = get_attempt_row(attempt_id).paper
    client = sign_in(exam.person_id)
    at = positions(paper)
    put(client, attempt_id, at["short_text"], {"text": "七天"})
    put(client, attempt_id, at["cloze"], {"gaps": {"days": {"text": "8"}}})
    client.post(f"/attempts/{attempt_id}/submit")
    words = words_of(client.get(f"/attempts/{attempt_id}/result"))
    assert "七天" in words
    for key in ("七退", "还差一个字", "169.5", "查物流", "买家承担", "部分对", "不对"):
        assert key not in words


def test_without_script_every_type_can_be_answered(app, running) -> None:
    client, attempt_id, paper = running
    fields: dict[str, object] = {"with_answers": "1"}
    for position, raw in right(paper).items():
        fields.update(fields_of(position, raw))
    client.post(f"/attempts/{attempt_id}/responses", data=fields)
    with app.app_context():
        stored = {at: one.answer for at, one in list_answers(attempt_id).items()}
        seqs = {at: one.seq for at, one in list_answers(attempt_id).items()}
    assert {at: json.dumps(raw, sort_keys=True) for at, raw in stored.items()} == {
        at: json.dumps(raw, sort_keys=True) for at, raw in right(paper).items()
    }
    client.post(f"/attempts/{attempt_id}/responses", data=fields)
    with app.app_context():
        assert {at: one.seq for at, one in list_answers(attempt_id).items()} == seqs
    empty = dict.fromkeys(fields, "") | {"with_answers": "1"}
    client.post(f"/attempts/{attempt_id}/responses", data=empty)
    with app.app_context():
        assert [one.answer for one in list_answers(attempt_id).values()] == [{}] * DRAWN


def test_an_order_whose_numbers_do_not_add_up_is_not_guessed(app, running) -> None:
    client, attempt_id, paper = running
    at = positions(paper)
    places = {f"r{at['ordering']}:place:{one}": "1" for one in ("sorry", "ask", "offer", "follow")}
    data = {"with_answers": "1", f"r{at['numeric']}:text": "170", **places}
    for path in ("responses", "submit"):
        reply = client.post(f"/attempts/{attempt_id}/{path}", data=data)
        assert reply.location == f"/attempts/{attempt_id}"
        assert f"第 {at['ordering']} 题没有保存" in words_of(client.get(reply.location))
    with app.app_context():
        assert set(list_answers(attempt_id)) == {at["numeric"]}


@pytest.mark.parametrize("kind", ["short_text", "numeric", "matching", "ordering", "cloze"])
def test_malformed_answers_are_refused(running, kind: str) -> None:
    client, attempt_id, paper = running
    position = positions(paper)[kind]
    for raw in sample_responses(item_of(paper[position - 1])).malformed:
        reply = put(client, attempt_id, position, raw)
        assert (reply.status_code, reply.json["code"]) == (422, "response_malformed"), raw


def test_the_board_counts_what_is_answered(app, exam, running) -> None:
    client, attempt_id, paper = running
    at = positions(paper)
    put(client, attempt_id, at["short_text"], {"text": "七天"})
    put(client, attempt_id, at["matching"], {"pairs": {}})
    put(client, attempt_id, at["single_response"], {"chosen": []})
    put(client, attempt_id, at["numeric"], {})
    with app.app_context():
        (row,) = list_board(get_attempt_row(attempt_id).sitting)
        assert row.answered == 1


def test_a_typed_text_is_only_text(running) -> None:
    client, attempt_id, paper = running
    at = positions(paper)
    put(client, attempt_id, at["short_text"], {"text": '"><script>alert(1)</script>**x**'})
    put(client, attempt_id, at["cloze"], {"gaps": {"payer": {"text": "<b>{{days}}</b>"}}})
    for _ in range(2):
        path = "" if _ == 0 else "/result"
        page = client.get(f"/attempts/{attempt_id}{path}").text
        assert "<script>alert" not in page
        assert "<b>{{" not in page
        client.post(f"/attempts/{attempt_id}/submit")
    assert "**x**" in page


# case groups -------------------------------------------------------------------------------------------------


def test_a_case_is_drawn_whole_and_shown_once(app, noon, sign_in) -> None:
    with app.app_context():
        bank = make_typed_bank()
        keys = make_case(bank)
        section = {"title": "", "bank": bank.key, "draw": DRAWN + 3, "points_each": "5"}
        exam = make_exam(quiz={"sections": [section]})
        attempt_id = start_attempt(exam.sitting_id, person_id=exam.person_id, now=NOON, seed=5)
        db.session.commit()
        paper = get_attempt_row(attempt_id).paper
        trainer = sign_in(make_person(RoleName.TRAINER).id)
        quiz_key = exam.quiz.key
    drawn = [entry["item_key"] for entry in paper]
    first = drawn.index(keys[0])
    assert drawn[first : first + 3] == keys
    client = sign_in(exam.person_id)
    said = f"第 {first + 1}–{first + 3} 题共用的材料"
    for page in (
        client.get(f"/attempts/{attempt_id}").text,
        trainer.get(f"/quizzes/{quiz_key}/preview?seed=5").text,
    ):
        assert page.count("包裹三天没动了") <= 1
        assert page.count("是不是丢了") == 1
        assert page.count("题共用的材料") == 1
    client.post(f"/attempts/{attempt_id}/submit")
    result = client.get(f"/attempts/{attempt_id}/result").text
    assert result.count("是不是丢了") == 1
    assert said in result


def test_a_case_that_does_not_fit_gives_way(app, noon, sign_in) -> None:
    with app.app_context():
        bank = make_typed_bank()
        keys = set(make_case(bank))
        section = {"title": "", "bank": bank.key, "draw": 2, "points_each": "5"}
        exam = make_exam(people=6, quiz={"sections": [section]})
        for seed, person_id in enumerate(exam.person_ids):
            attempt_id = start_attempt(exam.sitting_id, person_id=person_id, now=NOON, seed=seed)
            drawn = {entry["item_key"] for entry in get_attempt_row(attempt_id).paper}
            assert len(drawn) == 2
            assert not drawn & keys


def test_items_of_a_retired_case_are_not_drawn(app, noon) -> None:
    with app.app_context():
        bank = make_typed_bank()
        make_case(bank)
        assert block_sizes(bank.key) == [1] * DRAWN + [3]
        retire_group(find_group("case"), now=NOON)
        assert block_sizes(bank.key) == [1] * DRAWN
        assert len(list_drawable(bank.key)) == DRAWN
