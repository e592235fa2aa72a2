"""Importing shift rosters, and the week's list."""

import datetime as dt
from io import BytesIO

import pytest
import time_machine
from openpyxl import load_workbook
from sqlalchemy import select

from lms.audit.models import AuditEvent
from lms.db import db
from lms.errors import InvalidState
from lms.people.domain.roles import RoleName
from lms.people.models import Person
from lms.schedule import queries, services
from lms.schedule.models import ShiftCode, ShiftDay, ShiftUpload
from tests.conftest import NOON
from tests.factories.people import make_cohort, make_person, make_supervision
from tests.factories.shifts import SHANGHAI, as_bytes, make_shift_day, workbook
from tests.integration.quizzes.test_trainer_pages import text_of

DAY = dt.date(2026, 11, 23)
NEXT = dt.timedelta(days=1)
HEAD = ["工号", "姓名", 23, 24, 25]
TITLE = ["2026年11月排班"]


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def trainer(app, sign_in):
    with app.app_context():
        person_id = make_person(RoleName.TRAINER, name="何姐").id
        make_person(name="林小满", employee_no="K1")
        make_person(name="陈一帆", employee_no="K2")
    return sign_in(person_id)


def upload(client, *rows, book=None) -> str:
    data = as_bytes(book or workbook(*rows))
    reply = client.post("/shifts/import", data={"file": (BytesIO(data), "十一月.xlsx")})
    assert reply.status_code == 303, text_of(reply, 422)
    return reply.location


def stored() -> dict[str, dict[str, list[str]]]:
    """Shifts as clocks in Shanghai show them, by name and day."""
    found: dict[str, dict[str, list[str]]] = {}
    for row, name in db.session.execute(
        select(ShiftDay, Person.name).join(Person, Person.id == ShiftDay.person_id)
    ):
        known = queries.list_days([row.person_id], since=row.day, until=row.day)
        shifts = known[row.person_id][row.day]
        found.setdefault(name, {})[f"{row.day:%m-%d}"] = [
            f"{one.name}{one.starts_at.astimezone(SHANGHAI):%H:%M}"
            f"–{one.ends_at.astimezone(SHANGHAI):%d %H:%M}"
            for one in shifts
        ]
    return found


def cells(reply) -> list[tuple[object, ...]]:
    assert reply.status_code == 200
    return list(load_workbook(BytesIO(reply.data)).active.iter_rows(values_only=True))


def test_a_matrix_from_upload_to_the_week(app, trainer) -> None:
    preview = upload(
        trainer,
        TITLE,
        HEAD,
        ["K1", "林小满", "早", "夜", "休"],
        ["K2", "", "早", "休", ""],
        ["K9", "", "早", "早", "早"],
    )
    page = text_of(trainer.get(preview))
    assert "有 2 个班次还不知道是几点到几点" in page  # 休 says it by itself
    assert "确认导入" not in page
    assert trainer.post(f"{preview}/confirm").status_code == 409
    told = {"month": "2026-11"}
    at = {
        code: page_at
        for page_at in range(3)
        for code in ("早", "夜", "休")
        if f'name="code-{page_at}" value="{code}"' in " ".join(trainer.get(preview).text.split())
    }
    assert set(at) == {"早", "夜", "休"}
    for code, hours in (("早", "9点"), ("夜", "22:00–06:00"), ("休", "休息")):
        told[f"code-{at[code]}"] = code
        told[f"hours-{at[code]}"] = hours
    assert "请写成 09:00–18:00 这样" in text_of(trainer.post(f"{preview}/codes", data=told), 422)
    told[f"hours-{at['早']}"] = "9:00-18:00"
    assert trainer.post(f"{preview}/codes", data=told).status_code == 303
    page = text_of(trainer.get(preview))
    assert "确认导入 2 人的 5 天" in page
    bad = text_of(trainer.get(f"{preview}?show=bad"))
    assert "第 5 行" in bad
    assert "系统里没有“K9”" in bad
    with app.app_context():
        assert db.session.scalars(select(ShiftDay)).all() == []  # nothing before the confirmation
    page = text_of(trainer.post(f"{preview}/confirm", follow_redirects=True))
    assert "新增 5 天，改动 0 天，0 天和原来一样" in page
    with app.app_context():
        assert stored() == {
            "林小满": {"11-23": ["早09:00–23 18:00"], "11-24": ["夜22:00–25 06:00"], "11-25": []},
            "陈一帆": {"11-23": ["早09:00–23 18:00"], "11-24": []},
        }
        (noted,) = db.session.scalars(
            select(AuditEvent).where(AuditEvent.action == "schedule.import_shifts")
        )
        assert (noted.facts["added"], noted.facts["left"]) == (5, 1)
        assert (noted.facts["first_day"], noted.facts["last_day"]) == ("2026-11-23", "2026-11-25")
    week = text_of(trainer.get("/shifts?week=2026-11-26"))
    assert "早 09:00–18:00" in week
    assert "夜 22:00–06:00" in week
    assert cells(trainer.get(f"{preview}/bad.xlsx"))[1][:5] == ("K9", None, "早", "早", "早")
    again = text_of(trainer.post(f"{preview}/confirm", follow_redirects=True))
    assert "没有重复导入" in again
    assert trainer.post(f"{preview}/codes", data=told).status_code == 409


def test_codes_are_remembered_and_the_same_sheet_changes_nothing(app, trainer) -> None:
    with app.app_context():
        db.session.add(ShiftCode(code="早", hours="09:00–18:00", changed_at=NOON))
        db.session.commit()
    rows = [TITLE, HEAD, ["K1", "", "早", "早", "休"]]
    trainer.post(f"{upload(trainer, *rows)}/confirm")
    preview = upload(trainer, *rows)
    page = text_of(trainer.get(preview))
    assert "和上次一样" in page
    assert "新增 0，改动 0，不变 3" in page
    page = text_of(trainer.post(f"{preview}/confirm", follow_redirects=True))
    assert "新增 0 天，改动 0 天，3 天和原来一样" in page


def test_only_days_and_persons_of_the_file_are_replaced(app, trainer) -> None:
    with app.app_context():
        first = db.session.scalars(select(Person).where(Person.employee_no == "K1")).one()
        other = db.session.scalars(select(Person).where(Person.employee_no == "K2")).one()
        for person in (first, other):
            make_shift_day(person, DAY)
            make_shift_day(person, DAY - NEXT)
    preview = upload(
        trainer,
        TITLE,
        ["工号", "姓名", 22, 23, 24, "早：10:00-19:00"],
        ["K1", "", "", "早", "休"],
    )
    assert "表里写着" in text_of(trainer.get(preview))
    trainer.post(f"{preview}/confirm")
    with app.app_context():
        assert stored() == {
            "林小满": {
                "11-22": ["早09:00–22 18:00"],
                "11-23": ["早10:00–23 19:00"],
                "11-24": [],
            },
            "陈一帆": {"11-22": ["早09:00–22 18:00"], "11-23": ["早09:00–23 18:00"]},
        }
        assert db.session.scalars(select(ShiftUpload)).one().result == {
            "people": 1, "added": 1, "changed": 1, "same": 0,
        }  # fmt: skip


def test_the_month_is_asked_for(app, trainer) -> None:
    preview = upload(trainer, HEAD, ["K1", "", "09:00-18:00", "", ""])
    assert "表里没有写是哪个月" in text_of(trainer.get(preview))
    assert "请选月份" in text_of(trainer.post(f"{preview}/codes", data={"month": "十一月"}), 422)
    trainer.post(f"{preview}/codes", data={"month": "2026-12", "blank_is_rest": "1"})
    assert "确认导入 1 人的 3 天" in text_of(trainer.get(preview))


def test_one_of_several_sheets_is_chosen(app, trainer) -> None:
    book = workbook(HEAD, ["K1", "", "09:00-18:00", "", ""], title="2026年11月")
    december = book.create_sheet("2026年12月")
    for row in (HEAD, ["K2", "", "休", "休", "休"]):
        december.append(row)
    preview = upload(trainer, book=book)
    assert "导入哪一张表" in text_of(trainer.get(preview))
    assert trainer.post(f"{preview}/confirm").status_code == 409
    with app.app_context():
        assert db.session.scalars(select(ShiftUpload.confirmed_at)).one() is None
    assert trainer.post(f"{preview}/sheet", data={"sheet": "2"}).status_code == 404
    assert trainer.post(f"{preview}/sheet", data={"sheet": "1"}).status_code == 303
    trainer.post(f"{preview}/confirm")
    with app.app_context():
        assert stored() == {"陈一帆": {"12-23": [], "12-24": [], "12-25": []}}


def test_what_cannot_be_read_is_said_and_old_uploads_go(app, trainer) -> None:
    reply = trainer.post("/shifts/import", data={"file": (BytesIO(b"x"), "a.txt")})
    assert "这不是 xlsx 表格" in text_of(reply, 422)
    assert "请选一个文件" in text_of(trainer.post("/shifts/import"), 422)
    gone = upload(trainer, HEAD, ["K1", "", "早", "", ""])
    with app.app_context():
        later = NOON + dt.timedelta(days=services.KEPT_DAYS + 1)
        assert services.forget_old_uploads(NOON) == 0
        assert services.forget_old_uploads(later) == 1
        db.session.commit()
    assert "只保留 30 天" in text_of(trainer.get(gone), 404)
    assert cells(trainer.get("/shifts/import/template.xlsx"))[0][:3] == ("工号", "姓名", "日期")


def test_the_week_its_filters_and_the_sheet_that_imports_back(app, trainer) -> None:
    assert "这一周还没有排班" in text_of(trainer.get("/shifts"))
    with app.app_context():
        first = db.session.scalars(select(Person).where(Person.employee_no == "K1")).one()
        other = db.session.scalars(select(Person).where(Person.employee_no == "K2")).one()
        make_shift_day(first, DAY, "09:00–12:00、16:00–24:00")
        make_shift_day(first, DAY + NEXT, "休息")
        make_shift_day(other, DAY + 2 * NEXT, "22:00–06:00", name="夜")
        cohort_id = make_cohort(first).id
        lead = make_person(RoleName.LEAD, name="周组长")
        make_supervision(other, lead)
        lead_id, before = lead.id, stored()
    page = text_of(trainer.get("/shifts"))
    assert "林小满" in page
    assert "陈一帆" in page
    assert "2 个人有排班" in page
    assert "个人这一周没有排班" in page
    for asked, seen, unseen in (
        (f"cohort={cohort_id}", "林小满", "陈一帆"),
        (f"lead={lead_id}", "陈一帆", "林小满"),
        ("q=K2", "陈一帆", "林小满"),
    ):
        page = text_of(trainer.get(f"/shifts?{asked}"))
        assert seen in page
        assert unseen not in page
    assert "这些人这一周没有排班" in text_of(trainer.get("/shifts?q=K1&week=2026-12-01"))
    assert trainer.get("/shifts?week=0001-01-01").status_code == 200
    assert trainer.get("/shifts?week=x&cohort=y").status_code == 200
    sheet = trainer.get("/shifts/export.xlsx?week=2026-11-23")
    assert len(cells(sheet)) == 5
    with app.app_context():
        db.session.execute(ShiftDay.__table__.delete())
        db.session.commit()
    reply = trainer.post("/shifts/import", data={"file": (BytesIO(sheet.data), "周.xlsx")})
    trainer.post(f"{reply.location}/confirm")
    with app.app_context():
        assert stored() == before


@pytest.mark.parametrize("role", [RoleName.LEARNER, RoleName.LEAD, RoleName.RATER, RoleName.ADMIN])
def test_others_do_not_see_shifts(app, sign_in, role) -> None:
    with app.app_context():
        person_id = make_person(role).id
    client = sign_in(person_id)
    for path in ("/shifts", "/shifts/export.xlsx", "/shifts/import", "/shifts/import/1"):
        assert client.get(path).status_code == 403
    assert "/shifts" not in client.get("/").text


def test_hr_sees_the_entry_and_the_calendar_is_not_part_of_it(app, sign_in) -> None:
    with app.app_context():
        person_id = make_person(RoleName.HR).id
    client = sign_in(person_id)
    assert 'href="/shifts"' in client.get("/").text
    assert client.get("/calendar").text.count('aria-current="page"') == 0
    assert client.get("/shifts/import").text.count('aria-current="page"') > 0


def test_a_sheet_that_is_not_ready_is_not_imported(session) -> None:
    actor = make_person(RoleName.HR)
    upload_row = ShiftUpload(
        uploaded_by=actor.id,
        uploaded_at=NOON,
        filename="a.xlsx",
        file_sha256="0" * 64,
        tables=[],
        legend={},
        choice={"sheet": None, "month": "", "hours": {}, "blank_is_rest": False},
        result={},
    )
    db.session.add(upload_row)
    db.session.commit()
    with pytest.raises(InvalidState):
        services.confirm_shifts(upload_row, zone=SHANGHAI, actor_id=actor.id, now=NOON)
