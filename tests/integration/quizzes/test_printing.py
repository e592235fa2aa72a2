"""A sitting as papers on paper: drawn once, the same for ever, readable, without keys."""

import re

import pypdfium2
import pytest

from lms.db import db
from lms.people.domain.roles import RoleName
from lms.questions.models import ItemVersion
from lms.quizzes.domain.paper import paper_from_json
from lms.quizzes.domain.printing import paper_code, paper_identity
from lms.quizzes.models import PrintedPaper, Sitting, SittingSeat
from lms.quizzes.queries.printing import list_printed
from lms.quizzes.services import start_attempt
from lms.quizzes.services.printing import print_papers
from tests.conftest import NOON
from tests.factories.people import make_person
from tests.factories.questions import make_bank, make_item, single_body
from tests.factories.quizzes import HOUR, make_exam
from tests.integration.documents.readers import READERS
from tests.integration.quizzes.printing import make_trainer, make_typed_exam, print_all

KEYS = (
    "七退",
    "170",
    "169.5",
    "查物流并催件。",
    "再看看规则",
    "还差一个字",
    "情绪在前",
    "先判断客户",
    "算得对",
)
"""Words of keys and feedback of the bank with every type."""


@pytest.fixture
def exam(app, noon):
    with app.app_context():
        return make_exam(people=3)


@pytest.fixture
def trainer_id(app):
    with app.app_context():
        return make_trainer()


def identities(sitting_id: int) -> list[object]:
    return [paper_identity(row.paper) for row in list_printed(sitting_id)]


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_everybody_has_the_same_paper_or_everybody_another(app, exam, trainer_id) -> None:
    with app.app_context():
        print_all(exam, trainer_id)
        assert len(set(identities(exam.sitting_id))) == 1
        other = make_exam(people=3, items=30, draw=8)
        print_all(other, trainer_id, is_same_for_all=False)
        assert len(set(identities(other.sitting_id))) == 3


def test_a_printed_paper_stays_as_it_is(app, exam, trainer_id) -> None:
    with app.app_context():
        sitting = db.session.get_one(Sitting, exam.sitting_id)
        first = print_papers(
            sitting, exam.person_ids[:1], is_same_for_all=True, actor_id=trainer_id, now=NOON
        )
        (before,) = identities(exam.sitting_id)
        make_item(exam_bank(exam), body=single_body("后来加的题"))
        again = print_papers(
            sitting, exam.person_ids, is_same_for_all=True, actor_id=trainer_id, now=NOON + HOUR
        )
        assert len(first) == 1
        assert [row.person_id for row in again] == exam.person_ids[1:]
        assert identities(exam.sitting_id) == [before] * 3
        third = print_papers(
            sitting, exam.person_ids, is_same_for_all=False, actor_id=trainer_id, now=NOON
        )
        assert third == ()
        assert identities(exam.sitting_id) == [before] * 3


def exam_bank(exam):
    versions = db.session.query(ItemVersion).all()
    return versions[0].item.bank


def test_who_began_on_a_screen_gets_no_paper(app, exam, trainer_id) -> None:
    with app.app_context():
        start_attempt(exam.sitting_id, person_id=exam.person_ids[1], now=NOON)
        stranger = make_person(RoleName.LEARNER)
        papers = print_papers(
            db.session.get_one(Sitting, exam.sitting_id),
            [*exam.person_ids, stranger.id],
            is_same_for_all=True,
            actor_id=trainer_id,
            now=NOON,
        )
        assert {row.person_id for row in papers} == {exam.person_ids[0], exam.person_ids[2]}


def test_printed_items_count_as_presented(app, exam, trainer_id) -> None:
    with app.app_context():
        print_all(exam, trainer_id)
        (paper, *_) = (paper_from_json(row.paper) for row in list_printed(exam.sitting_id))
        versions = [db.session.get_one(ItemVersion, one.item_version_id) for one in paper]
        assert {version.presented_at for version in versions} == {NOON}


def test_the_page_draws_and_tells(app, exam, trainer_id, sign_in) -> None:
    client = sign_in(trainer_id)
    url = f"/sittings/{exam.sitting_id}/print"
    page = client.get(url).text
    assert page.count('name="person"') == 3
    assert "下载试卷" not in page
    assert client.post(url, data={"mode": "same"}).status_code == 422
    reply = client.post(url, data={"mode": "each", "person": exam.person_ids[:2]})
    assert reply.status_code == 303
    page = client.get(url).text
    assert "已定卷 2 份" in page
    assert page.count('name="person"') == 1
    assert f"/sittings/{exam.sitting_id}/typed" in page


def test_a_cancelled_sitting_is_not_printed(app, trainer_id, sign_in, noon) -> None:
    with app.app_context():
        exam = make_exam(sitting={"cancelled_at": NOON})
    client = sign_in(trainer_id)
    url = f"/sittings/{exam.sitting_id}/print"
    reply = client.post(url, data={"mode": "same", "person": exam.person_ids})
    assert reply.status_code == 409
    assert "已取消" in reply.text
    with app.app_context():
        assert db.session.query(PrintedPaper).count() == 0


@pytest.mark.parametrize("name", ["papers.pdf", "answer-sheets.pdf", "key.pdf"])
def test_without_papers_there_is_nothing_to_download(exam, trainer_id, sign_in, name) -> None:
    assert sign_in(trainer_id).get(f"/sittings/{exam.sitting_id}/print/{name}").status_code == 404


@pytest.mark.parametrize("role", [RoleName.LEARNER, RoleName.HR, RoleName.RATER])
def test_only_trainers_print(app, exam, trainer_id, sign_in, role) -> None:
    with app.app_context():
        print_all(exam, trainer_id)
        person_id = make_person(role).id
    client = sign_in(person_id)
    for path in ("print", "print/papers.pdf", "print/key.pdf", "typed"):
        assert client.get(f"/sittings/{exam.sitting_id}/{path}").status_code == 403


def test_the_documents_can_be_read_and_only_the_key_has_keys(
    app, trainer_id, sign_in, noon
) -> None:
    with app.app_context():
        exam = make_typed_exam(people=2)
        ids = print_all(exam, trainer_id, is_same_for_all=False)
        rows = list_printed(exam.sitting_id)
        names = [row.person.name for row in rows]
        title = exam.quiz.title
        bodies = [one["body"] for one in rows[0].paper]
    client = sign_in(trainer_id)
    base = f"/sittings/{exam.sitting_id}/print"
    papers = client.get(f"{base}/papers.pdf?language=zh_Hans")
    sheets = client.get(f"{base}/answer-sheets.pdf?both_sides=1")
    key = client.get(f"{base}/key.pdf")
    assert {one.mimetype for one in (papers, sheets, key)} == {"application/pdf"}
    for read in READERS.values():
        said = squeezed(read(papers.data))
        for words in (title, *names, *(paper_code(one) for one in ids), "各种题型", "1/2", "2/2"):
            assert squeezed(words) in said, words
        for body in bodies:
            stem = re.sub(r"\{\{\w+\}\}|\*", " ", body["stem"])
            for piece in stem.split():
                assert piece in said, piece
        on_sheet = squeezed(read(sheets.data))
        assert names[1] in on_sheet
        assert paper_code(ids[0]) in on_sheet
        for secret in (*KEYS, "红线", "仅供工作人员"):
            assert secret not in said, secret
            assert secret not in on_sheet, secret
        for explanation in (body["explanation"] for body in bodies):
            assert squeezed(explanation) not in said
        staff = squeezed(read(key.data))
        for words in ("仅供工作人员", "七退", "169.5–170.5元", *names):
            assert words in staff, words


def test_printing_again_gives_the_same_file(exam, app, trainer_id, sign_in, noon) -> None:
    with app.app_context():
        print_all(exam, trainer_id)
    client = sign_in(trainer_id)
    url = f"/sittings/{exam.sitting_id}/print/papers.pdf?both_sides=1"
    first = client.get(url).data
    noon.shift(HOUR)
    assert client.get(url).data == first


def count_pages(pdf: bytes) -> int:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return len(document)
    finally:
        document.close()


def test_each_paper_counts_its_own_pages_and_fills_its_last_sheet(
    exam, app, trainer_id, sign_in
) -> None:
    with app.app_context():
        ids = print_all(exam, trainer_id)
    client = sign_in(trainer_id)
    base = f"/sittings/{exam.sitting_id}/print/answer-sheets.pdf"
    single, double = (client.get(f"{base}{query}").data for query in ("", "?both_sides=1"))
    assert (count_pages(single), count_pages(double)) == (3, 6)
    said = squeezed(READERS["pdfium"](single))
    assert said.count("1/1") == 3
    assert squeezed(READERS["pdfium"](double)).count("这一页没有题目") == 3
    one = client.get(f"{base}?paper={ids[2]}").data
    assert count_pages(one) == 1
    assert paper_code(ids[2]) in squeezed(READERS["pdfium"](one))


def test_a_paper_says_where_to_answer(exam, app, trainer_id, sign_in) -> None:
    with app.app_context():
        (paper_id, *_) = print_all(exam, trainer_id)
    client = sign_in(trainer_id)
    base = f"/sittings/{exam.sitting_id}/print/papers.pdf?paper={paper_id}"
    here, on_sheet = (
        squeezed(READERS["pdfium"](client.get(base + query).data))
        for query in ("", "&answers=sheet")
    )
    assert "题号左边的括号里" in here
    assert "（）1." in here
    assert "答案都写在答题卡上" in on_sheet
    assert "（）1." not in on_sheet


def test_who_has_more_time_reads_it_on_the_paper(exam, app, trainer_id, sign_in) -> None:
    with app.app_context():
        ids = print_all(exam, trainer_id)
        seat = SittingSeat(
            sitting_id=exam.sitting_id,
            person_id=exam.person_ids[1],
            extra_minutes=15,
            changed_at=NOON,
        )
        db.session.add(seat)
        db.session.commit()
    client = sign_in(trainer_id)
    base = f"/sittings/{exam.sitting_id}/print/papers.pdf?paper="
    said = [squeezed(READERS["pdfium"](client.get(f"{base}{one}").data)) for one in ids[:2]]
    assert ["时间30分钟" in said[0], "时间45分钟" in said[1]] == [True, True]


def test_an_english_paper_has_the_english_title(exam, app, trainer_id, sign_in) -> None:
    with app.app_context():
        (paper_id, *_) = print_all(exam, trainer_id)
    url = f"/sittings/{exam.sitting_id}/print/papers.pdf?paper={paper_id}&language=en"
    said = READERS["pdfium"](sign_in(trainer_id).get(url).data)
    assert "Module 1 quiz" in said
    assert "第一模块测验" not in said


def test_what_has_no_type_is_printed_as_a_geta_and_told_before(
    app, trainer_id, sign_in, noon
) -> None:
    with app.app_context():
        bank = make_bank(0)
        make_item(
            bank, body=single_body("买家发来 😊\ufe0f，怎么回？![图](media:" + "0" * 64 + ".png)")
        )
        section = {"title": "", "bank": bank.key, "draw": 1, "points_each": "5"}
        exam = make_exam(quiz={"sections": [section]})
        print_all(exam, trainer_id)
    client = sign_in(trainer_id)
    base = f"/sittings/{exam.sitting_id}/print"
    assert "😊" in client.get(base).text
    said = squeezed(READERS["pdfium"](client.get(f"{base}/papers.pdf").data))
    assert "买家发来〓，怎么回？图" in said


def test_many_papers_come_in_several_files(app, trainer_id, sign_in, noon, monkeypatch) -> None:
    monkeypatch.setattr("lms.quizzes.views.printing.PAPERS_A_FILE", 2)
    with app.app_context():
        exam = make_exam(people=3)
        ids = print_all(exam, trainer_id)
    client = sign_in(trainer_id)
    base = f"/sittings/{exam.sitting_id}/print"
    assert 'name="part"' in client.get(base).text
    texts = [
        squeezed(READERS["pdfium"](client.get(f"{base}/answer-sheets.pdf?part={part}").data))
        for part in (1, 2)
    ]
    found = [[paper_code(one) in text for one in ids] for text in texts]
    assert found == [[True, True, False], [False, False, True]]
