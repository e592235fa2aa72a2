"""Pages of the curriculum."""

import datetime as dt
from io import BytesIO

import pytest
from openpyxl import load_workbook

from lms import clock
from lms.curriculum import views
from lms.curriculum.models import Enrolment, LessonProgress
from lms.curriculum.queries import list_waiting
from lms.db import db
from lms.people.domain.roles import RoleName
from tests.conftest import NOON
from tests.factories.curriculum import make_enrolment, make_programme, pass_gates
from tests.factories.people import make_cohort, make_person, make_supervision


@pytest.fixture(autouse=True)
def frozen_clock(monkeypatch):
    monkeypatch.setattr(clock, "now_utc", lambda: NOON)


@pytest.fixture
def learner(app, sign_in):
    """Ids of a learner in a programme of two modules with two lessons each, and their client."""
    with app.app_context():
        enrolment = make_enrolment(programme=make_programme("demo", lessons=2))
        found = enrolment.id, enrolment.person_id
    return *found, sign_in(found[1])


def staff(app, sign_in, *roles):
    with app.app_context():
        return sign_in(make_person(*roles).id)


def text(response):
    return response.get_data(as_text=True)


# --- enrolling


@pytest.fixture
def cohort_id(app):
    with app.app_context():
        make_programme("demo")
        return make_cohort(make_person(name="王小满"), make_person(name="李大暑")).id


def enrol(client, cohort_id, **data):
    form = {"programme": "demo", "starts_on": "2026-11-23", "step": "enrol", **data}
    return client.post(f"/cohorts/{cohort_id}/enrol", data=form)


def test_the_page_shows_what_is_due_when_and_who(app, sign_in, cohort_id):
    client = staff(app, sign_in, RoleName.HR)
    page = text(client.get(f"/cohorts/{cohort_id}/enrol"))
    assert "2026年11月24日" in page
    assert "王小满" in page
    assert "李大暑" in page
    later = text(client.get(f"/cohorts/{cohort_id}/enrol?programme=demo&starts_on=2026-12-01"))
    assert "2026年12月2日" in later
    shown = text(enrol(client, cohort_id, starts_on="2026-12-01", step="preview"))
    assert "2026年12月2日" in shown
    with app.app_context():
        assert db.session.query(Enrolment).count() == 0


def test_enrolling_and_pressing_twice(app, sign_in, cohort_id):
    client = staff(app, sign_in, RoleName.HR)
    first = enrol(client, cohort_id)
    assert first.status_code == 303
    assert f"cohort={cohort_id}" in first.location
    assert "已报名 2 人" in text(client.get(first.location))
    second = enrol(client, cohort_id)
    assert second.status_code == 303
    page = text(client.get(second.location))
    assert "没有重复报名" in page
    assert "王小满" in page
    with app.app_context():
        assert db.session.query(Enrolment).count() == 2


@pytest.mark.parametrize(
    ("starts_on", "words"),
    [
        ("2026-11-22", "开始日期已经过去"),
        ("2030-01-01", "请检查年份"),
        ("", "请填写开始日期"),
        ("soon", ""),
        ("2026-02-30", ""),
    ],
)
def test_a_bad_date_comes_back_with_a_clear_word(app, sign_in, cohort_id, starts_on, words):
    client = staff(app, sign_in, RoleName.TRAINER)
    response = enrol(client, cohort_id, starts_on=starts_on)
    assert response.status_code == 422
    assert words in text(response)
    assert 'aria-invalid="true"' in text(response)


def test_a_date_before_the_cohort(app, sign_in):
    with app.app_context():
        make_programme("demo")
        number = make_cohort(make_person(), starts_on=dt.date(2026, 12, 1)).id
    response = enrol(staff(app, sign_in, RoleName.HR), number, starts_on="2026-11-30")
    assert response.status_code == 422
    assert "2026-12-01" in text(response)


def test_an_empty_cohort_an_unknown_programme_and_no_programme(app, sign_in):
    with app.app_context():
        empty = make_cohort().id
    client = staff(app, sign_in, RoleName.HR)
    assert "还没有培养方案" in text(client.get(f"/cohorts/{empty}/enrol"))
    with app.app_context():
        make_programme("demo")
    assert enrol(client, empty).status_code == 422
    assert "还没有成员" in text(enrol(client, empty))
    assert enrol(client, empty, programme="nowhere").status_code == 422
    assert client.get("/cohorts/99999/enrol").status_code == 404


def test_learners_do_not_enrol(app, sign_in, cohort_id):
    client = staff(app, sign_in, RoleName.LEARNER)
    assert client.get(f"/cohorts/{cohort_id}/enrol").status_code == 403
    assert enrol(client, cohort_id).status_code == 403


# --- the list


@pytest.fixture
def enrolled(app):
    with app.app_context():
        programme = make_programme("demo")
        late = make_person(name="王小满", employee_no="K777")
        done = make_person(name="李大暑")
        cohort = make_cohort(late, done, name="第 9 期")
        make_enrolment(late, programme, cohort=cohort, starts_on=dt.date(2026, 11, 2))
        finished = make_enrolment(done, programme, cohort=cohort, state="completed")
        pass_gates(finished)
        make_enrolment(make_person(name="赵立春"), programme)
        return cohort.id, late.id


def test_the_list_and_its_filters(app, sign_in, enrolled):
    client = staff(app, sign_in, RoleName.TRAINER)

    def names(query=""):
        page = text(client.get(f"/enrolments{query}"))
        return {name for name in ("王小满", "李大暑", "赵立春") if name in page}

    assert names() == {"王小满", "李大暑", "赵立春"}
    assert names("?q=小满") == {"王小满"}
    assert names("?q=k777") == {"王小满"}
    assert names("?q=第 9 期") == {"王小满", "李大暑"}
    assert names("?q=%25") == set()
    assert names(f"?cohort={enrolled[0]}") == {"王小满", "李大暑"}
    assert names("?state=overdue") == {"王小满"}
    assert names("?state=completed") == {"李大暑"}
    assert names("?state=active") == {"王小满", "赵立春"}
    assert "没有符合条件的人" in text(client.get("/enrolments?q=没有这个人"))
    assert "逾期 4 关" in text(client.get("/enrolments?state=overdue"))


def test_a_lead_sees_the_people_they_lead(app, sign_in, enrolled):
    with app.app_context():
        lead = make_person(RoleName.LEAD)
        person = db.session.get(Enrolment, 1) or db.session.query(Enrolment).first()
        assert person is not None
        late = next(
            one.person for one in db.session.query(Enrolment) if one.person_id == enrolled[1]
        )
        make_supervision(late, lead)
        lead_id = lead.id
    page = text(sign_in(lead_id).get("/enrolments"))
    assert "王小满" in page
    assert "赵立春" not in page
    alone = text(staff(app, sign_in, RoleName.LEAD).get("/enrolments"))
    assert "现在没有归你带的人" in alone


def test_the_download(app, sign_in, enrolled):
    client = staff(app, sign_in, RoleName.HR)
    response = client.get("/enrolments?format=xlsx&state=overdue")
    sheet = load_workbook(BytesIO(response.data)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][:2] == ["姓名", "工号"]
    assert [row[0] for row in rows[1:]] == ["王小满"]
    assert rows[1][1] == "K777"
    assert "模块1：模块测验" in rows[1][13]


def test_learners_do_not_see_the_list(app, sign_in):
    assert staff(app, sign_in, RoleName.LEARNER).get("/enrolments").status_code == 403


# --- the reader


def test_reading_a_lesson(learner):
    _, _, client = learner
    page = text(client.get("/lessons/demo-m1-l1"))
    assert "第 1 段。" in page
    assert 'id="b3"' in page
    assert "约 7 分钟" in page
    assert "能做一件事" in page
    assert "标记为已读" in page
    assert 'href="/lessons/demo-m1-l2"' in page
    assert "/lessons/demo-m1-l1/recall" in page
    assert "接着上次的地方读" not in page


def test_progress_is_kept_to_the_block_and_offered_again(app, learner):
    enrolment_id, _, client = learner
    response = client.put("/lessons/demo-m1-l1/progress", json={"block": 2})
    assert response.json == {
        "block": 2,
        "furthest": 2,
        "blocks": 3,
        "is_read": False,
        "is_done": False,
    }
    page = text(client.get("/lessons/demo-m1-l1"))
    assert "接着上次的地方读" in page
    assert 'href="#b2"' in page
    assert client.put("/lessons/demo-m1-l1/progress", json={"block": 3}).json["is_read"]
    with app.app_context():
        (progress,) = db.session.query(LessonProgress).all()
        assert (progress.enrolment_id, progress.furthest_block) == (enrolment_id, 3)
    assert "标记为已读" not in text(client.get("/lessons/demo-m1-l1"))


@pytest.mark.parametrize(
    "body", [{}, {"block": "2"}, {"block": True}, {"block": 0}, {"block": 4}, []]
)
def test_progress_that_makes_no_sense(learner, body):
    response = learner[2].put(
        "/lessons/demo-m1-l1/progress", json=body, headers={"Accept": "application/json"}
    )
    assert response.status_code == 422
    assert response.json["code"] == "no_such_block"


def test_without_javascript_the_lesson_is_marked_as_read(app, learner):
    response = learner[2].post("/lessons/demo-m1-l1/read")
    assert (response.status_code, response.location) == (303, "/lessons/demo-m1-l1#recall")
    with app.app_context():
        assert db.session.query(LessonProgress).one().read_at == NOON


def test_a_locked_module_says_what_it_waits_for(app, learner):
    enrolment_id, _, client = learner
    page = text(client.get("/lessons/demo-m2-l1"))
    assert "这个模块还没开放" in page
    assert "模块1：模块测验" in page
    assert "第 1 段。" not in page
    response = client.put(
        "/lessons/demo-m2-l1/progress",
        json={"block": 1},
        headers={"Accept": "application/json"},
    )
    assert (response.status_code, response.json["code"]) == (409, "module_locked")
    assert client.post("/lessons/demo-m2-l1/read").status_code == 409
    with app.app_context():
        pass_gates(db.session.get(Enrolment, enrolment_id), modules=1, stage=False)
    assert "第 1 段。" in text(client.get("/lessons/demo-m2-l1"))


def test_the_last_lesson_of_a_module_leads_back_to_the_path(learner):
    page = text(learner[2].get("/lessons/demo-m1-l2"))
    assert 'href="/lessons/demo-m1-l1"' in page
    assert "这个模块读到头了" in page
    assert "/lessons/demo-m2-l1" not in page


def test_staff_preview_any_lesson_and_leave_no_trace(app, sign_in, learner):
    client = staff(app, sign_in, RoleName.TRAINER)
    page = text(client.get("/lessons/demo-m2-l1"))
    assert "第 1 段。" in page
    assert "预览" in page
    assert "data-progress-url" not in page
    assert client.put("/lessons/demo-m2-l1/progress", json={"block": 1}).status_code == 404
    with app.app_context():
        assert db.session.query(LessonProgress).count() == 0


def test_somebody_outside_the_programme_does_not_learn_that_it_exists(app, sign_in, learner):
    with app.app_context():
        other = make_enrolment().person_id
    client = sign_in(other)
    assert client.get("/lessons/demo-m1-l1").status_code == 404
    assert client.put("/lessons/demo-m1-l1/progress", json={"block": 1}).status_code == 404
    assert client.post("/lessons/demo-m1-l1/read").status_code == 404


def test_one_readers_progress_does_not_touch_anothers(app, sign_in, learner):
    enrolment_id, _, client = learner
    with app.app_context():
        programme = db.session.get(Enrolment, enrolment_id).programme
        other = make_enrolment(programme=programme)
        other_person = other.person_id
    client.put("/lessons/demo-m1-l1/progress", json={"block": 2})
    page = text(sign_in(other_person).get("/lessons/demo-m1-l1"))
    assert "接着上次的地方读" not in page
    with app.app_context():
        assert [one.enrolment_id for one in db.session.query(LessonProgress)] == [enrolment_id]


def test_after_the_end_one_may_still_read(app, learner):
    enrolment_id, _, client = learner
    with app.app_context():
        db.session.get(Enrolment, enrolment_id).state = "completed"
        db.session.commit()
    page = text(client.get("/lessons/demo-m1-l1"))
    assert "第 1 段。" in page
    assert "不再记录阅读进度" in page
    response = client.put("/lessons/demo-m1-l1/progress", json={"block": 1})
    assert response.status_code == 409


def test_an_english_reader_gets_title_and_summary_and_a_word_about_the_text(app, sign_in):
    with app.app_context():
        person = make_person(locale="en")
        make_enrolment(person, make_programme("demo"))
        number = person.id
    page = text(sign_in(number).get("/lessons/demo-m1-l1"))
    assert "Lesson 1.1" in page
    assert "What it is for." in page
    assert 'class="prose"' in page
    assert 'lang="zh-Hans"' in page


def test_a_lesson_revised_since_it_was_done_says_so(app, learner):
    _, _, client = learner
    client.post("/lessons/demo-m1-l1/read")
    with app.app_context():
        progress = db.session.query(LessonProgress).one()
        progress.completed_at = NOON
        lesson = db.session.get(views.Lesson, progress.lesson_id)
        lesson.version = 2
        db.session.commit()
    assert "这节课在你读完之后更新过" in text(client.get("/lessons/demo-m1-l1"))


def test_an_unknown_lesson(learner):
    assert learner[2].get("/lessons/nowhere").status_code == 404


# --- what waits


def test_what_waits_is_the_next_lesson_then_what_is_overdue(app, learner):
    with app.test_request_context():
        enrolment = db.session.get(Enrolment, learner[0])
        (waiting,) = list_waiting(enrolment.person, NOON)
        assert (waiting.kind, waiting.url) == ("curriculum.lesson", "/lessons/demo-m1-l1")
        assert waiting.since == NOON
        assert waiting.until == dt.datetime(2026, 11, 24, 16, tzinfo=dt.UTC)
        late = list_waiting(enrolment.person, NOON + dt.timedelta(days=3))
        assert [one.kind for one in late] == ["curriculum.lesson", "curriculum.overdue"]
        assert late[1].since == waiting.until
        pass_gates(enrolment)
        assert list_waiting(enrolment.person, NOON) == []
        assert list_waiting(make_person(), NOON) == []


def test_a_module_waits_since_the_gate_before_it_was_passed(app, learner):
    later = NOON + dt.timedelta(hours=5)
    with app.test_request_context():
        enrolment = db.session.get(Enrolment, learner[0])
        pass_gates(enrolment, modules=1, stage=False, now=later)
        (waiting,) = list_waiting(enrolment.person, later)
        assert (waiting.url, waiting.since) == ("/lessons/demo-m2-l1", later)


# --- pictures


@pytest.fixture
def pictures(tmp_path, monkeypatch):
    media = tmp_path / "demo" / "media"
    media.mkdir(parents=True)
    (media / "map.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    (media / "notes.txt").write_text("secret")
    (tmp_path / "demo" / "course.yml").write_text("id: demo")
    (tmp_path / "demo" / "01.svg").write_text("<svg/>")
    monkeypatch.setattr(views, "COURSES", tmp_path)


@pytest.mark.usefixtures("pictures")
def test_a_picture_comes_locked_down(learner):
    response = learner[2].get("/media/demo/map.svg?v=1")
    response.close()
    assert response.status_code == 200
    assert response.mimetype == "image/svg+xml"
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"].startswith("private")


@pytest.mark.usefixtures("pictures")
@pytest.mark.parametrize(
    "path",
    [
        "demo/gone.svg",
        "demo/notes.txt",
        "demo/../course.yml",
        "demo/%2e%2e/01.svg",
        "demo/..%2f01.svg",
        "..%2fdemo/map.svg",
        "demo/..%5c01.svg",
        "%2e%2e/demo/map.svg",
        "nowhere/map.svg",
        "demo//etc/passwd.svg",
    ],
)
def test_nothing_else_is_served(learner, path):
    assert learner[2].get(f"/media/{path}").status_code in {404, 308}
    response = learner[2].get(f"/media/{path}", follow_redirects=True)
    assert response.status_code == 404


@pytest.mark.usefixtures("pictures")
def test_strangers_see_no_pictures(app):
    assert app.test_client().get("/media/demo/map.svg").status_code == 302
