"""Statistics of items: what is stored at the end of an attempt, what the database adds up, and the pages."""

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from decimal import Decimal

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from lms.db import db
from lms.people.domain.roles import RoleName
from lms.psychometrics.items import Third
from lms.psychometrics.reliability import kr20, population_variance, standard_error
from lms.questions.models import ItemBank, ItemVersion
from lms.questions.queries import get_bank
from lms.quizzes.domain.grading import mark_paper
from lms.quizzes.domain.item_alerts import AlertCode
from lms.quizzes.models import Quiz, StoredItemResult
from lms.quizzes.queries import get_marking
from lms.quizzes.queries import statistics as queries
from lms.quizzes.services import close_attempt, save_response, start_attempt, submit_attempt
from lms.quizzes.services.item_results import update_item_results
from tests.conftest import NOON
from tests.factories.curriculum import make_enrolment, make_programme
from tests.factories.people import make_cohort, make_person
from tests.factories.questions import make_bank, make_item, multiple_body, single_body
from tests.factories.quizzes import (
    HOUR,
    get_attempt_row,
    make_exam,
    make_quiz,
    make_sitting,
    right_answers,
    take_exam,
)
from tests.integration.quizzes.statements import count_statements
from tests.integration.quizzes.test_trainer_pages import text_of

SECOND = dt.timedelta(seconds=1)


class Taken:
    """A quiz over all items of a bank, and people who take it with given answers."""

    def __init__(self, bodies: Sequence[Mapping[str, object]], *, draw: int = 0) -> None:
        self.programme = make_programme()
        self.bank: ItemBank = make_bank(0)
        self.versions = [
            make_item(self.bank, key=f"{self.bank.key}-{n}", body=body, position=n)
            for n, body in enumerate(bodies, start=1)
        ]
        self.quiz: Quiz = make_quiz(self.bank, self.programme, draw=draw or len(bodies))

    def take(self, *answers: Sequence[str]) -> list[int]:
        """Let one new person for each row of answers take the quiz; "" leaves out, "a,c" chooses two."""
        persons = [make_person() for _ in answers]
        cohort = make_cohort(*persons)
        for person in persons:
            make_enrolment(person, self.programme, cohort=cohort)
        sitting_id = make_sitting(self.quiz, cohort).id
        ids = [person.id for person in persons]
        return [self.take_once(sitting_id, one, row) for one, row in zip(ids, answers, strict=True)]

    def take_once(self, sitting_id: int, person_id: int, row: Sequence[str]) -> int:
        attempt_id = start_attempt(sitting_id, person_id=person_id, now=NOON)
        place_of = {version.id: n for n, version in enumerate(self.versions)}
        paper = get_attempt_row(attempt_id).paper
        for position, placed in enumerate(paper, start=1):
            chosen = row[place_of[placed["item_version_id"]]]
            if chosen:
                raw = {"chosen": chosen.split(",")}
                save_response(
                    attempt_id, position, person_id=person_id, seq=1, raw=raw, now=NOON + SECOND
                )
        submit_attempt(attempt_id, person_id=person_id, now=NOON + HOUR / 4)
        db.session.commit()
        return attempt_id


def singles(count: int) -> list[dict[str, object]]:
    return [single_body(f"第 {n} 题怎么回？") for n in range(1, count + 1)]


def results_of(attempt_id: int) -> list[StoredItemResult]:
    return list(
        db.session.scalars(
            select(StoredItemResult)
            .where(StoredItemResult.attempt_id == attempt_id)
            .order_by(StoredItemResult.position)
        )
    )


def test_every_place_is_kept_at_the_end(session) -> None:
    exam = make_exam(items=6, draw=6)
    attempt_id = take_exam(exam, right=4)
    attempt = get_attempt_row(attempt_id)
    rows = results_of(attempt_id)
    assert attempt.outcome is not None
    assert [row.item_version_id for row in rows] == [
        placed["item_version_id"] for placed in attempt.paper
    ]
    for row, marked in zip(rows, attempt.outcome["items"], strict=True):
        assert row.is_first
        assert (row.points, row.max_points) == (Decimal(marked["points"]), 5)
        assert row.is_right == marked["is_right"]
        answer = marked["answer"] or {}
        assert row.chosen == ",".join(answer.get("chosen", []))
    # 20 of 30 points: the others of a right item got 15 of 25, those of a wrong one 20 of 25.
    assert {row.rest for row in rows if row.is_right} == {6000}
    assert {row.rest for row in rows if not row.is_right} == {8000}
    # All answers arrived at once: nobody knows how long each took.
    assert {row.seconds for row in rows} == {None}


def test_times_run_from_answer_to_answer(session) -> None:
    exam = make_exam(items=3, draw=3)
    attempt_id = start_attempt(exam.sitting_id, person_id=exam.person_id, now=NOON)
    answers = right_answers(attempt_id)
    for position, after in ((2, 40), (1, 65), (3, 300)):
        save_response(
            attempt_id,
            position,
            person_id=exam.person_id,
            seq=1,
            raw=answers[position],
            now=NOON + after * SECOND,
        )
    submit_attempt(attempt_id, person_id=exam.person_id, now=NOON + 400 * SECOND)
    assert [row.seconds for row in results_of(attempt_id)] == [25, 40, 235]


def test_only_the_first_attempt_at_a_quiz_counts(session) -> None:
    exam = make_exam(items=3, draw=3, sitting={"wait_minutes": 0})
    first = take_exam(exam, right=1)
    second = take_exam(exam, right=1, now=NOON + HOUR)
    again = make_sitting(exam.quiz, exam.cohort)
    third = start_attempt(again.id, person_id=exam.person_id, now=NOON + 2 * HOUR)
    submit_attempt(third, person_id=exam.person_id, now=NOON + 2 * HOUR + SECOND)
    bank = get_bank(exam.quiz.sections[0]["bank"])
    other = make_quiz(bank, exam.programme, draw=3)
    fourth = start_attempt(
        make_sitting(other, exam.cohort).id, person_id=exam.person_id, now=NOON + 3 * HOUR
    )
    submit_attempt(fourth, person_id=exam.person_id, now=NOON + 3 * HOUR + SECOND)
    firsts = [results_of(one)[0].is_first for one in (first, second, third, fourth)]
    assert firsts == [True, False, False, True]
    # One person: once in each quiz.
    assert {report.figures.n for report in queries.list_reports(bank.id)} == {2}


def test_an_attempt_closed_at_its_deadline_counts(session) -> None:
    exam = make_exam(items=3, draw=3)
    attempt_id = start_attempt(exam.sitting_id, person_id=exam.person_id, now=NOON)
    assert close_attempt(attempt_id, now=NOON + 8 * HOUR)
    assert [(row.chosen, row.is_right, row.rest) for row in results_of(attempt_id)] == [
        ("", False, 0)
    ] * 3


def test_a_paper_of_one_item_has_no_rest(session) -> None:
    taken = Taken(singles(1))
    (attempt_id,) = taken.take(["b"])
    (row,) = results_of(attempt_id)
    assert row.rest is None
    assert queries.get_report(taken.versions[0]).figures.n == 1


def test_sittings_are_pooled_and_counted_by_thirds(session) -> None:
    taken = Taken(singles(3))
    taken.take(["b", "b", "b"], ["b", "b", "b"], ["a", "b", ""])
    taken.take(["a", "b", "a"], ["a", "a", "a"], ["", "a", "c"])
    figures = queries.get_report(taken.versions[0]).figures
    assert (figures.n, figures.right, figures.omitted) == (6, 2, 1)
    assert figures.thirds == {Third.TOP: 2, Third.MIDDLE: 2, Third.BOTTOM: 2}
    by_id = {option.id: option for option in figures.options}
    assert by_id["b"].by_third == {Third.TOP: 2, Third.MIDDLE: 0, Third.BOTTOM: 0}
    assert by_id["a"].by_third == {Third.TOP: 0, Third.MIDDLE: 2, Third.BOTTOM: 1}
    assert figures.omission.by_third[Third.BOTTOM] == 1
    assert by_id["a"].mean_rest == Decimal(10_000) / 3
    (bank_wide,) = [
        one for one in queries.list_reports(taken.bank.id) if one.version.id == taken.versions[0].id
    ]
    assert bank_wide.figures == figures


ROWS = [
    *[["b", "b", "b"]] * 10, *[["b", "b", "a"]] * 8, *[["b", "a", "b"]] * 4,
    *[["b", "a", "a"]] * 6, *[["c", "b", ""]] * 2, *[["a", "a", "a"]] * 4,
]  # fmt: skip


def test_reliability_of_a_fixed_paper(session) -> None:
    taken = Taken(singles(3))
    taken.take(*ROWS)
    (found,) = queries.list_reliabilities(taken.bank.key)
    matrix = [[int(one == "b") for one in row] for row in ROWS]
    expected = kr20(matrix)
    assert expected is not None
    assert (found.n, found.is_fixed) == (34, True)
    assert found.alpha is not None
    assert abs(found.alpha - expected) < Decimal("1e-20")
    variance = population_variance([sum(row) for row in matrix])
    assert found.standard_error is not None
    assert abs(found.standard_error - 5 * standard_error(variance, expected)) < Decimal("1e-20")


def test_no_reliability_of_a_random_draw_nor_of_few(session) -> None:
    drawn = Taken(singles(4), draw=2)
    drawn.take(*[["b", "b", "a", "c"]] * 12)
    (found,) = queries.list_reliabilities(drawn.bank.key)
    assert (found.n, found.is_fixed, found.alpha) == (12, False, None)
    few = Taken(singles(2))
    few.take(["b", "b"], ["a", "b"])
    (found,) = queries.list_reliabilities(few.bank.key)
    assert (found.n, found.is_fixed, found.alpha) == (2, True, None)


def test_marked_anew(session) -> None:
    taken = Taken(singles(2))
    (attempt_id,) = taken.take(["b", "a"])
    paper = get_marking(attempt_id).paper
    before = [(row.chosen, row.points, row.rest, row.is_right) for row in results_of(attempt_id)]
    everybody_right = {place: {"chosen": ["b"]} for place in (1, 2)}
    update_item_results(attempt_id, mark_paper(paper, everybody_right))
    db.session.expire_all()
    after = [(row.chosen, row.points, row.rest, row.is_right) for row in results_of(attempt_id)]
    assert sorted(before) == [("a", 0, 10_000, False), ("b", 5, 0, True)]
    assert sorted(after) == [("a", 5, 10_000, True), ("b", 5, 10_000, True)]


@pytest.fixture
def trainer(app, sign_in, noon):
    with app.app_context():
        person_id = make_person(RoleName.TRAINER).id
    return sign_in(person_id)


@pytest.fixture
def planted(app) -> tuple[str, list[str]]:
    """A bank whose third item has a wrong key: those who know say b, marked is a. Its key and its items'."""
    with app.app_context():
        bodies = [*singles(2), single_body("第 3 题怎么回？", key="a"), multiple_body()]
        taken = Taken(bodies)
        taken.take(
            *[["b", "b", "b", "a,c"]] * 5,
            *[["b", "a", "b", "a"]] * 4,
            *[["a", "a", "c", "b"]] * 2,
            ["", "c", "a", ""],
        )
        return taken.bank.key, [version.item.key for version in taken.versions]


def test_the_planted_wrong_key_comes_first(app, trainer, planted) -> None:
    bank, items = planted
    page = text_of(trainer.get(f"/banks/{bank}/statistics"))
    assert page.index(items[2]) < min(page.index(one) for one in items if one != items[2])
    assert "12 人里 9 人选 B，且多为高分者：答案可能标错。" in page
    assert "不到 30 人" in page
    assert "12 人考过，不到 30 人，不算信度。" in page
    item = text_of(trainer.get(f"/items/{items[2]}/statistics"))
    assert "12 人里 9 人选 B" in item
    assert "区分度" not in item
    with app.app_context():
        reports = queries.list_reports(get_bank(bank).id)
        suspects = [
            report.version.item.key
            for report in reports
            if AlertCode.KEY_SUSPECT in [alert.code for alert in report.alerts]
        ]
    assert suspects == [items[2]]


def test_the_list_is_narrowed_and_exported(trainer, planted) -> None:
    bank, items = planted
    url = f"/banks/{bank}/statistics"
    found = text_of(trainer.get(f"{url}?alert=key_suspect"))
    assert items[2] in found
    assert items[0] not in found
    assert items[0] in text_of(trainer.get(f"{url}?q=第 1 题"))
    assert "没有符合条件的题" in text_of(trainer.get(f"{url}?q=找不到"))
    sheet = load_workbook(io.BytesIO(trainer.get(f"{url}?alert=key_suspect&format=xlsx").data))
    heading, row = sheet.active.iter_rows(values_only=True)
    assert heading[0] == "编号"
    assert row[0] == items[2]
    assert row[4:9] == (12, 1, 0, None, None)
    assert "答案可能标错" in row[11]
    hardest = text_of(trainer.get(f"{url}?order=hard"))
    assert hardest.index(items[2]) < hardest.index(items[0])
    authored = text_of(trainer.get(f"{url}?order=authored"))
    assert [authored.index(one) for one in items] == sorted(authored.index(one) for one in items)


def test_indices_from_thirty_people(app, trainer) -> None:
    with app.app_context():
        taken = Taken(singles(3))
        taken.take(*ROWS)
        bank, key = taken.bank.key, taken.versions[0].item.key
    page = text_of(trainer.get(f"/banks/{bank}/statistics"))
    assert "82%（66–92%）" in page
    assert "信度 0.5" in page
    assert "测量标准误 3.39 分（34 人，同一份卷子）" in page
    item = text_of(trainer.get(f"/items/{key}/statistics"))
    assert "区分度" in item
    assert "82%（66–92%）" in item


def test_a_random_draw_has_words_and_no_number(app, trainer) -> None:
    with app.app_context():
        taken = Taken(singles(3), draw=2)
        taken.take(*[["b", "a", "c"]] * 20)  # all alike once in a thousand million
        bank = taken.bank.key
    page = text_of(trainer.get(f"/banks/{bank}/statistics"))
    assert "各人的卷子不全一样（随机抽题，或换过题），信度没有定义。" in page
    assert "测量标准误" not in page


def test_versions_are_kept_apart(app, trainer) -> None:
    with app.app_context():
        taken = Taken(singles(2))
        taken.take(["b", "b"], ["a", "b"])
        bank, key = taken.bank.key, taken.versions[0].item.key
        make_item(taken.bank, key=key, body=single_body("换了说法，怎么回？"))
    current = text_of(trainer.get(f"/items/{key}/statistics"))
    assert "这是旧版本" in current
    assert "1 / 2" not in current
    assert "还没有人答过" in text_of(trainer.get(f"/items/{key}/statistics?version=2"))
    assert trainer.get(f"/items/{key}/statistics?version=9").status_code == 404
    listed = text_of(trainer.get(f"/banks/{bank}/statistics"))
    assert key not in listed
    assert "另有 1 道题还没人答过" in listed
    assert "旧版本（第 1 版）" in text_of(trainer.get(f"/banks/{bank}/statistics?versions=all"))


def test_typed_answers_are_listed(app, trainer) -> None:
    body = {
        "type": "short_text",
        "stem": "退货运费由谁出？填一个词。",
        "accepted": [{"text": "卖家", "percent": "100", "feedback": ""}],
        "explanation": "",
        "match_case": False,
        "match_width": False,
        "fold_traditional": False,
    }
    with app.app_context():
        taken = Taken([single_body()])
        (attempt_id,) = taken.take(["b"])
        cohort_id = get_attempt_row(attempt_id).sitting.cohort_id
        version = make_item(taken.bank, key="typed", body=body)
        for position, (text, is_right) in enumerate(
            [("卖家", True), ("买家,快递", False), ("买家,快递", False), ("", False)], start=2
        ):
            db.session.add(
                StoredItemResult(
                    attempt_id=attempt_id,
                    position=position,
                    item_version_id=version.id,
                    cohort_id=cohort_id,
                    is_first=True,
                    points=Decimal(5 * is_right),
                    max_points=Decimal(5),
                    is_right=is_right,
                    chosen=text,
                    rest=5000,
                    seconds=None,
                )
            )
        db.session.commit()
        figures = queries.get_report(version).figures
        assert (figures.n, figures.right, figures.omitted) == (4, 1, 1)
    page = text_of(trainer.get("/items/typed/statistics"))
    assert page.index("买家,快递") < page.index("卖家")


def test_empty(app, trainer) -> None:
    with app.app_context():
        bank = make_bank(2)
        bank_key, key = bank.key, f"{bank.key}-01"
    assert "还没有可统计的作答" in text_of(trainer.get(f"/banks/{bank_key}/statistics"))
    assert "这一版还没有人答过" in text_of(trainer.get(f"/items/{key}/statistics"))


@pytest.mark.parametrize(
    ("role", "status"),
    [(RoleName.TRAINER, 200), (RoleName.QUALITY, 200), (RoleName.HR, 403), (RoleName.LEARNER, 403)],
)
def test_who_may_read(app, sign_in, noon, role: RoleName, status: int) -> None:
    with app.app_context():
        bank = make_bank(1)
        bank_key, person_id = bank.key, make_person(role).id
    client = sign_in(person_id)
    assert client.get(f"/banks/{bank_key}/statistics").status_code == status
    assert client.get(f"/items/{bank_key}-01/statistics").status_code == status


@pytest.mark.parametrize("people", [2, 9])
def test_the_pages_ask_the_same_whatever_the_number_of_people(
    app, trainer, noon, people: int
) -> None:
    with app.app_context():
        taken = Taken(singles(3))
        taken.take(*[["b", "a", "c"]] * people)
        bank, key = taken.bank.key, taken.versions[0].item.key
        assert db.session.scalars(select(ItemVersion)).first() is not None
    with count_statements() as counted:
        assert trainer.get(f"/items/{key}/statistics").status_code == 200
    # item; numbers answered; versions; cells; median (how many; nothing is timed); objections; cohorts; bank; unread
    assert len(counted.own) == 9, "\n".join(counted.own)
    with count_statements() as counted:
        assert trainer.get(f"/banks/{bank}/statistics").status_code == 200
    # bank; cells; versions; the filters' kinds, groups, cards, lessons (keys, titles), points and tags; unanswered;
    # quizzes; two of the quiz's reliability; unread messages
    assert len(counted.own) == 15, "\n".join(counted.own)
