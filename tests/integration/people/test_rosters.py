import datetime as dt
import json
from io import BytesIO

import pytest
import time_machine
from click.testing import CliRunner
from openpyxl import Workbook, load_workbook
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from lms.db import db
from lms.errors import InvalidState
from lms.notifications.models import OutboxMessage
from lms.people import queries, services
from lms.people.cli import people
from lms.people.domain.roles import RoleName
from lms.people.domain.roster import Line, Roster
from lms.people.domain.roster_check import Known
from lms.people.models import Invitation, Person, RosterUpload, Supervision
from lms.people.services import rosters
from tests.conftest import NOON
from tests.factories.people import make_cohort, make_person

HEADINGS = ["姓名", "手机号", "邮箱", "工号", "岗位", "入职日期", "组长", "身份证号"]
DAY = dt.date(2026, 11, 23)


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def hr(app, sign_in):
    with app.app_context():
        person_id = make_person(RoleName.HR, name="人事甲").id
        make_person(RoleName.LEAD, name="周晓岚")
    return sign_in(person_id)


def xlsx(*rows, headings=HEADINGS):
    book = Workbook()
    for row in (headings, *rows):
        book.active.append(row)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def twenty():
    return [
        [
            f"新人{n:02}",
            13700000000 + n,
            f"new{n}@example.com",
            f"N{n:03}",
            "售前客服",
            DAY,
            "周晓岚",
            "310101",
        ]
        for n in range(20)
    ]


def upload(client, data, name="花名册.xlsx", **form):
    return client.post("/people/roster", data={"file": (BytesIO(data), name), "cohort": "", **form})


def new_people():
    return db.session.query(Person).filter(Person.name.like("新人%")).order_by(Person.id).all()


def test_twenty_people_from_preview_to_cohort_with_invitations(app, hr):
    with app.app_context():
        cohort_id = make_cohort(name="第 1 期").id
    response = upload(hr, xlsx(*twenty()), cohort=cohort_id)
    assert response.status_code == 303
    preview = hr.get(response.location).text
    assert "确认导入 20 人" in preview
    assert "身份证号" in preview
    with app.app_context():
        assert new_people() == []
        assert "310101" not in json.dumps(db.session.query(RosterUpload).one().rows)
    confirm = f"{response.location}/confirm"
    assert hr.post(confirm, data={"with_invitations": "1"}).status_code == 303
    with app.app_context():
        found = new_people()
        assert len(found) == 20
        first = found[0]
        assert (first.phone, first.email, first.employee_no, first.username) == (
            "13700000000",
            "new0@example.com",
            "N000",
            "n000",
        )
        assert (first.post, first.hired_on, first.role_names) == ("售前客服", DAY, {"learner"})
        assert len(queries.list_cohort_members(cohort_id)) == 20
        (supervision,) = queries.list_supervisions(first.id, DAY)
        assert supervision.supervisor.name == "周晓岚"
        assert db.session.query(OutboxMessage).filter_by(kind="people.invitation").count() == 20
        assert db.session.query(Invitation).count() == 20
    page = hr.get(response.location, follow_redirects=True).text
    assert "已导入 20 人" in page


def test_a_double_click_imports_once(app, hr):
    response = upload(hr, xlsx(*twenty()))
    confirm = f"{response.location}/confirm"
    assert hr.post(confirm).status_code == 303
    again = hr.post(confirm, follow_redirects=True)
    assert "没有重复导入" in again.text
    with app.app_context():
        assert len(new_people()) == 20
        assert db.session.query(Invitation).count() == 0


def test_the_same_file_again_shows_everybody_as_known(app, hr):
    hr.post(f"{upload(hr, xlsx(*twenty())).location}/confirm")
    response = upload(hr, xlsx(*twenty()))
    page = hr.get(response.location).text
    assert "没有能导入的行" in page
    assert "已经是 新人00 的了" in page
    hr.post(f"{response.location}/confirm")
    with app.app_context():
        assert len(new_people()) == 20


def test_errors_are_shown_by_row_and_field_and_only_good_rows_are_imported(app, hr):
    rows = [
        ["新人一", "13700000001", "", "N1", "售前", "2026年11月23日", "周晓岚", ""],
        ["", "13700000002", "", "N2", "", "", "", ""],
        ["新人三", "12345", "bad", "N3", "", "2026-02-30", "无此人", ""],
        ["新人四", "13700000004", "", "N1", "", "", "", ""],
        [None] * 8,
        ["示例：某人", "13800138000", "", "", "", "", "", ""],
        ["新人七", "１３７００００００７７", "", "", "", "20261123", "", ""],
    ]
    response = upload(hr, xlsx(*rows))
    page = hr.get(response.location).text
    for words in (
        "姓名：没有填",
        "看不懂这个手机号",
        "邮箱格式不对",
        "看不懂这个日期",
        "没有叫“无此人”的",
        "和第 5 行重复",
        "空行：第 6 行",
        "示例行：第 7 行",
        "确认导入 1 人",
    ):
        assert words in page, words
    bad = load_workbook(BytesIO(hr.get(f"{response.location}/bad.xlsx").data)).active
    table = list(bad.iter_rows(values_only=True))
    assert table[0][-1] == "问题"
    assert len(table) == 5
    assert "手机号：看不懂这个手机号" in table[3][-1]
    assert "入职日期：看不懂这个日期" in table[3][-1]
    hr.post(f"{response.location}/confirm")
    with app.app_context():
        (person,) = new_people()
        assert (person.name, person.phone, person.hired_on) == ("新人七", "13700000077", DAY)
    after = hr.get(response.location).text
    assert "还有 4 行没有导入" in after
    assert "下载有问题的行" in after


def test_the_file_of_bad_rows_can_be_mended_and_imported(app, hr):
    location = upload(hr, xlsx(["新人一", "1370000000", "", "", "", "", "", ""])).location
    book = load_workbook(BytesIO(hr.get(f"{location}/bad.xlsx").data))
    book.active["B2"] = "13700000001"
    out = BytesIO()
    book.save(out)
    location = upload(hr, out.getvalue()).location
    hr.post(f"{location}/confirm")
    with app.app_context():
        assert [person.phone for person in new_people()] == ["13700000001"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "表里没有人"),
        (b"a,b\n1,2", "这不是 xlsx 表格"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "加了密码"),
        (xlsx(), "表里没有人"),
        (xlsx(["甲", "乙"], headings=["a", "b"]), "没找到标题行"),
        (xlsx(["甲", "1", "2"], headings=["姓名", "手机", "电话"]), "两列都像是“手机号”"),
        (xlsx(*[["甲"]] * 5001), "一次最多导入 5000 行"),
        (xlsx(["甲", "乙"])[:900], "打不开"),
    ],
)
def test_files_that_will_not_do_say_so_and_nothing_is_kept(app, hr, data, words):
    response = upload(hr, data)
    assert response.status_code == 422
    assert words in response.text
    with app.app_context():
        assert db.session.query(RosterUpload).count() == 0


def test_no_file_is_said_so(hr):
    response = hr.post("/people/roster", data={"cohort": ""})
    assert response.status_code == 422
    assert "请选一个文件" in response.text


def test_an_upload_that_is_too_large_gets_a_clear_page(hr):
    body = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.xlsx"\r\n\r\n'
        + b"0" * 17_000_000
    )
    response = hr.post("/people/roster", data=body, content_type="multipart/form-data; boundary=x")
    assert response.status_code == 413
    assert "文件太大了" in response.text


def test_what_changed_between_preview_and_confirmation_counts(app, hr):
    location = upload(hr, xlsx(["新人一", "13700000001"], ["新人二", "13700000002"])).location
    with app.app_context():
        make_person(phone="13700000001", name="别人")
    hr.post(f"{location}/confirm")
    with app.app_context():
        assert [person.name for person in new_people()] == ["新人二"]
    assert "已经是 别人 的了" in hr.get(location).text


def test_somebody_faster_stops_the_whole_import(session, monkeypatch):
    make_person(phone="13700000001")
    monkeypatch.setattr(rosters, "known_people", Known)
    lines = [Line(2, {"name": "新人一", "phone": "13700000001"})]
    with pytest.raises(InvalidState, match="roster_changed") as caught:
        services.import_lines(
            lines, cohort=None, with_invitations=False, today=DAY, actor_id=None, now=NOON
        )
    assert isinstance(caught.value.__cause__, IntegrityError)


def test_user_names_are_proposed_around_what_is_taken(session):
    make_person(username="k1")
    lines = [
        Line(2, {"name": "甲", "employee_no": "K1x", "username": "k1-2"}),
        Line(3, {"name": "乙", "phone": "13700000003"}),
        Line(4, {"name": "丙", "email": "k1@example.com"}),
    ]
    _, persons = services.import_lines(
        lines, cohort=None, with_invitations=False, today=DAY, actor_id=None, now=NOON
    )
    assert [persons[n].username for n in (2, 3, 4)] == ["k1-2", "13700000003", "k1-3"]


def test_roles_of_a_roster(session):
    lines = [Line(2, {"name": "甲", "phone": "13700000003", "roles": "培训师、评委"})]
    _, persons = services.import_lines(
        lines, cohort=None, with_invitations=False, today=DAY, actor_id=None, now=NOON
    )
    assert persons[2].role_names == {"trainer", "rater"}


def test_old_uploads_are_forgotten(session):
    roster = Roster(lines=(Line(2, {"name": "甲", "phone": "13700000003"}),))
    actor = make_person(RoleName.HR)
    common = {"data": b"x", "filename": "a.xlsx", "cohort_id": None, "actor_id": actor.id}
    old = services.keep_roster(roster, now=NOON - dt.timedelta(days=31), **common)
    kept = services.keep_roster(roster, now=NOON - dt.timedelta(days=29), **common)
    services.keep_roster(roster, now=NOON, **common)
    ids = [found.id for found in db.session.query(RosterUpload)]
    assert old.id not in ids
    assert kept.id in ids


def test_the_template_names_those_who_lead(hr):
    book = load_workbook(BytesIO(hr.get("/people/roster/template.xlsx").data))
    assert "周晓岚" in [cell.value for cell in book["选项"]["B"]]


def test_many_rows_are_paged_with_the_bad_ones_first(hr):
    rows = [[f"新人{n}", 13700000000 + n] for n in range(150)]
    rows[140][1] = "12"
    location = upload(hr, xlsx(*rows)).location
    first = hr.get(location).text
    assert "第 142 行" in first
    assert "第 1 / 2 页" in first
    assert "第 142 行" not in hr.get(f"{location}?show=good&page=2").text
    assert "第 2 行" not in hr.get(f"{location}?show=bad").text


def test_persons_are_inserted_many_a_statement(session):
    """Five thousand persons in one transaction must not keep everybody else waiting."""
    numbers = range(300)
    lines = [Line(n, {"name": f"新人{n}", "phone": str(13700000000 + n)}) for n in numbers]
    cohort = make_cohort()
    counted = []

    def count(_connection, _cursor, statement, *_):
        counted.append(statement)

    event.listen(db.engine, "before_cursor_execute", count)
    try:
        _, persons = services.import_lines(
            lines, cohort=cohort, with_invitations=False, today=DAY, actor_id=None, now=NOON
        )
    finally:
        event.remove(db.engine, "before_cursor_execute", count)
    inserts = [words for words in counted if "INSERT" in words and "audit_event" not in words]
    assert len(inserts) < 30
    assert [persons[n].phone for n in numbers] == [str(13700000000 + n) for n in numbers]


def run(app, settings, *arguments):
    return CliRunner().invoke(people, ["import", *arguments], obj=lambda: (app, settings))


@pytest.fixture
def command(app, tmp_path):
    def call(data, *arguments):
        path = tmp_path / "roster.xlsx"
        path.write_bytes(data)
        return run(app, app.extensions["settings"], str(path), *arguments)

    return call


def test_the_command_imports_and_reports(app, command):
    data = xlsx(["新人一", "13700000001"], ["新人二", "12"], headings=["姓名", "手机号"])
    result = command(data, "--dry-run", "--json")
    assert result.exit_code == 1
    found = json.loads(result.output)
    assert (found["rows"], found["good"], found["bad"], found["imported"]) == (2, 1, 1, 0)
    assert found["issues"][0] == {
        "severity": "error",
        "code": "bad_phone",
        "where": {"row": 3, "field": "phone"},
        "message": "cannot be read: 12",
    }
    with app.app_context():
        assert new_people() == []
    result = command(data)
    assert result.exit_code == 1
    assert "1 imported" in result.output
    with app.app_context():
        assert [person.name for person in new_people()] == ["新人一"]
        assert db.session.query(Supervision).count() == 0


def test_the_command_with_cohort_and_invitations(app, command):
    with app.app_context():
        cohort_id = make_cohort(name="第 1 期").id
    data = xlsx(["新人一", "13700000001"], headings=["姓名", "手机号"])
    assert command(data, "--cohort", "没有这一期").exit_code == 2
    assert command(data, "--cohort", "第 1 期", "--invite").exit_code == 0
    with app.app_context():
        assert [person.name for person in queries.list_cohort_members(cohort_id)] == ["新人一"]
        assert db.session.query(Invitation).count() == 1


@pytest.mark.parametrize(
    ("data", "code"), [(b"", "roster_empty"), (b"x", "roster_not_xlsx"), (xlsx(), "roster_empty")]
)
def test_the_command_refuses_other_files(command, data, code):
    result = command(data, "--json")
    assert result.exit_code == 1
    assert [issue["code"] for issue in json.loads(result.output)["issues"]] == [code]


def test_the_command_needs_a_file(app):
    assert run(app, None, "/nowhere.xlsx").exit_code == 2
