"""From the number to the act, and cohorts compared: what the pages of statistics offer and say."""

import re
from decimal import Decimal

import pytest

from lms.db import db
from lms.people.domain.roles import RoleName
from lms.psychometrics.dif import DifClass
from lms.questions.models import Item
from lms.quizzes.domain.item_alerts import Alert, AlertCode
from lms.quizzes.models import ITEM_RESULT
from lms.quizzes.queries import statistics as queries
from lms.quizzes.services import submit_objection
from lms.quizzes.views.statistics_words import alert_words
from tests.conftest import NOON
from tests.factories.people import make_cohort, make_person
from tests.factories.questions import make_item, single_body
from tests.factories.quizzes import HOUR, get_attempt_row
from tests.integration.quizzes.test_statistics import Taken, singles
from tests.integration.quizzes.test_trainer_pages import text_of


@pytest.fixture
def trainer(app, sign_in, noon):
    with app.app_context():
        person_id = make_person(RoleName.TRAINER).id
    return sign_in(person_id)


@pytest.fixture
def planted(app) -> tuple[str, str, str]:
    """A bank with a wrong key in one item: its key, the item's, and that of a good one."""
    with app.app_context():
        taken = Taken([single_body("第 1 题怎么回？"), single_body("第 2 题怎么回？", key="a")])
        taken.take(*[["b", "b"]] * 9, *[["a", "a"]] * 2)
        return taken.bank.key, taken.versions[1].item.key, taken.versions[0].item.key


def menu_of(page: str, key: str) -> str:
    """The row of the list that is about ``key``."""
    (row,) = [one for one in re.findall(r"<tr>.*?</tr>", page, re.DOTALL) if f"{key} · " in one]
    return row


def set_state(app, key: str, **values: object) -> None:
    with app.app_context():
        item = db.session.scalars(db.select(Item).where(Item.key == key)).one()
        for name, value in values.items():
            setattr(item, name, value)
        db.session.commit()


def test_a_suspected_key_leads_to_the_correction_first(trainer, planted) -> None:
    bank, wrong, good = planted
    page = trainer.get(f"/banks/{bank}/statistics").text
    row = menu_of(page, wrong)
    assert row.index(f"/items/{wrong}/rekey?version=1") < row.index(f"/items/{wrong}/edit")
    row = menu_of(page, good)
    assert row.index(f"/items/{good}/edit") < row.index(f"/items/{good}/rekey?version=1")
    item = trainer.get(f"/items/{wrong}/statistics").text
    notice = item[item.index("答案可能标错") :]
    assert notice.index(f"/items/{wrong}/rekey?version=1") < notice.index("谁选了什么")
    assert item.count(f"/items/{wrong}/rekey?version=1") == 1


def test_retired_from_the_row_and_back(app, trainer, planted) -> None:
    bank, wrong, _ = planted
    row = menu_of(trainer.get(f"/banks/{bank}/statistics?order=hard").text, wrong)
    action, back = re.search(
        r'action="(/items/[^"]+/retire)".*?name="next" value="([^"]+)"', row, re.DOTALL
    ).groups()
    assert back == f"/banks/{bank}/statistics?order=hard"
    done = trainer.post(action, data={"next": back})
    assert (done.status_code, done.location) == (303, back)
    row = menu_of(trainer.get(back).text, wrong)
    assert "已停用" in row
    assert "/retire" not in row


@pytest.mark.parametrize("state", ["ready", "draft"])
def test_an_item_is_sent_to_review_from_the_row(app, trainer, planted, state) -> None:
    bank, wrong, _ = planted
    url = f"/banks/{bank}/statistics"
    set_state(app, wrong, state=state)
    row = menu_of(trainer.get(url).text, wrong)
    assert f"/items/{wrong}/submit" in row
    assert ("先不抽这道题" in row) == (state == "ready")
    done = trainer.post(f"/items/{wrong}/submit", data={"next": url})
    assert (done.status_code, done.location) == (303, url)
    assert "/submit" not in menu_of(trainer.get(url).text, wrong)


def test_of_a_bank_from_files_only_the_marks_are_corrected(app, trainer, planted) -> None:
    bank, wrong, _ = planted
    with app.app_context():
        item = db.session.scalars(db.select(Item).where(Item.key == wrong)).one()
        item.bank.origin = "files"
        db.session.commit()
    for page in (
        menu_of(trainer.get(f"/banks/{bank}/statistics").text, wrong),
        trainer.get(f"/items/{wrong}/statistics").text,
    ):
        assert f"/items/{wrong}/rekey?version=1" in page
        for act in ("edit", "retire", "submit"):
            assert f"/items/{wrong}/{act}" not in page


def test_an_option_that_nobody_chose_leads_to_the_editor(app, trainer) -> None:
    with app.app_context():
        taken = Taken(singles(2))
        taken.take(*[["b", "b"]] * 24, *[["a", "b"]] * 8)
        key = taken.versions[0].item.key
    page = trainer.get(f"/items/{key}/statistics").text
    notice = page[page.index("有选项没人选") :]
    assert "32 人里没有人选 C：这样的选项不起作用。" in notice
    assert notice.index(f"/items/{key}/edit") < notice.index("题干")


# Cohorts


def add_results(cohort_id: int, version_id: int, start: int, right: int, wrong: int) -> None:
    """Add first attempts at a version, all of one standing; their attempts are real ones of somebody."""
    template = get_attempt_row(start)
    for place in range(right + wrong):
        db.session.execute(
            ITEM_RESULT.insert(),
            {
                "attempt_id": template.id,
                "position": 1000 + place + 10_000 * cohort_id,
                "item_version_id": version_id,
                "cohort_id": cohort_id,
                "is_first": True,
                "points": Decimal(5 if place < right else 0),
                "max_points": Decimal(5),
                "is_right": place < right,
                "chosen": "b" if place < right else "a",
                "rest": 5000 + place % 7 * 10,
                "seconds": None,
            },
        )
    db.session.commit()


class Cohorts:
    """An item that two cohorts were asked, so many right and wrong each."""

    def __init__(self, *counts: tuple[int, int]) -> None:
        taken = Taken(singles(2))
        (attempt_id,) = taken.take(["b", "b"])
        self.version = make_item(taken.bank, key="asked", body=single_body("问过的题"))
        self.names = []
        for number, (right, wrong) in enumerate(counts, start=1):
            cohort = make_cohort(name=f"比较用第{number}批")
            self.names.append(cohort.name)
            add_results(cohort.id, self.version.id, attempt_id, right, wrong)


def test_a_cohort_for_which_it_is_harder(app, trainer) -> None:
    with app.app_context():
        made = Cohorts((150, 50), (60, 90))
        report = queries.get_report(made.version)
        verdicts = {one.n: one.dif.verdict for one in report.cohorts if one.dif}
        assert verdicts == {200: DifClass.C, 150: DifClass.C}
        assert report.figures.n == 350
    page = text_of(trainer.get("/items/asked/statistics"))
    assert "期次之间有差别" in page
    assert "「比较用第2批」的人在水平相同时更难答对这道题。" in page
    assert "「比较用第1批」的人在水平相同时更容易答对这道题。" in page
    assert "C 级" in page


def test_cohorts_alike(app, trainer) -> None:
    with app.app_context():
        Cohorts((150, 50), (112, 38))
    page = text_of(trainer.get("/items/asked/statistics"))
    assert "看不出差别" in page
    assert "期次之间有差别" not in page


def test_too_few_people_have_words_and_no_number(app, trainer) -> None:
    with app.app_context():
        Cohorts((150, 50), (9, 90))
    page = text_of(trainer.get("/items/asked/statistics"))
    assert "都至少有 100 人答过" in page
    assert "现在人最多的一期有 200 人，其余各期一共 99 人" in page
    assert "差值" not in page
    assert "级" not in page.partition("各期次相比")[2].partition("各版本")[0]


def test_one_cohort_alone(app, trainer) -> None:
    with app.app_context():
        Cohorts((150, 50))
    page = text_of(trainer.get("/items/asked/statistics"))
    assert "只有「比较用第1批」的人答过，没有可比的。" in page


def test_the_cohort_is_that_of_the_sitting(session) -> None:
    taken = Taken(singles(2))
    (attempt_id,) = taken.take(["b", "a"])
    sitting = get_attempt_row(attempt_id).sitting
    rows = db.session.execute(
        db.select(ITEM_RESULT.c.cohort_id).where(ITEM_RESULT.c.attempt_id == attempt_id)
    ).scalars()
    assert set(rows) == {sitting.cohort_id}


@pytest.mark.parametrize(
    ("discrimination", "words"),
    [("0.05", "水平差不多"), ("-0.05", "水平差不多"), ("-0.3", "答对的人其余题反而得分更低")],
)
def test_a_turned_discrimination_is_not_called_weak(app, discrimination: str, words: str) -> None:
    facts = {"n": 120, "discrimination": Decimal(discrimination)}
    with app.test_request_context():
        assert words in alert_words(Alert(AlertCode.WEAK, 0.0, facts), {})


def test_objections_are_counted_beside_the_figures(app, trainer) -> None:
    with app.app_context():
        taken = Taken(singles(1))
        (attempt_id,) = taken.take(["b"])
        key, person_id = taken.versions[0].item.key, get_attempt_row(attempt_id).person_id
        submit_objection(attempt_id, 1, person_id=person_id, text="都对", now=NOON + HOUR)
        db.session.commit()
    page = trainer.get(f"/items/{key}/statistics").text
    assert "1 人对这一版提出过疑问" in page
    assert f"/objections?q={key}" in page
