import datetime as dt
from io import BytesIO

import pytest
from openpyxl import load_workbook

from lms.audit.models import AuditEvent
from lms.db import db
from lms.errors import InvalidInput, InvalidState
from lms.notifications.models import OutboxMessage
from lms.people import queries, services
from lms.people.domain.roles import RoleName
from lms.people.models import Invitation, Person
from tests.conftest import NOON
from tests.factories.people import make_cohort, make_person, make_supervision

DAY = dt.date(2026, 11, 23)
FORM = {
    "name": "林小满",
    "name_latin": "Lin Xiaoman",
    "phone": "138 0013 8000",
    "email": "XiaoMan@Example.com",
    "employee_no": "K0231",
    "username": "",
    "post": "售前客服",
    "hired_on": "2026-11-23",
    "roles": ["learner"],
    "cohort": "",
}


@pytest.fixture
def hr(app, sign_in):
    with app.app_context():
        person_id = make_person(RoleName.HR, name="人事甲").id
    return sign_in(person_id)


@pytest.fixture
def admin(app, sign_in):
    with app.app_context():
        person_id = make_person(RoleName.ADMIN, name="管理员甲").id
    return sign_in(person_id)


def the_person(app, name="林小满"):
    person = db.session.query(Person).filter_by(name=name).one()
    return person


def test_hr_adds_a_person_by_hand_into_a_cohort_with_an_invitation(app, hr):
    with app.app_context():
        cohort_id = make_cohort(name="第 1 期").id
    response = hr.post("/people/new", data={**FORM, "cohort": cohort_id, "with_invitation": "y"})
    assert response.status_code == 303
    with app.app_context():
        person = the_person(app)
        assert response.location == f"/people/{person.id}"
        assert (person.username, person.phone, person.email) == (
            "k0231",
            "13800138000",
            "xiaoman@example.com",
        )
        assert (person.name_latin, person.employee_no, person.hired_on) == (
            "Lin Xiaoman",
            "K0231",
            DAY,
        )
        assert person.role_names == {"learner"}
        assert person.password is None
        assert [cohort.name for cohort in queries.list_cohorts_of(person.id)] == ["第 1 期"]
        message = db.session.query(OutboxMessage).filter_by(person_id=person.id).one()
        assert message.kind == "people.invitation"
        actions = {event.action for event, _ in queries.list_person_events(person.id)}
        assert actions == {"people.create", "people.add_to_cohort", "people.invite"}
    page = hr.get(response.location).text
    assert "已添加 林小满" in page
    assert "已邀请，等本人打开" in page


def test_the_user_name_is_proposed_and_free(app, hr):
    with app.app_context():
        make_person(username="k0231")
    hr.post("/people/new", data=FORM)
    with app.app_context():
        assert the_person(app).username == "k0231-2"
    hr.post(
        "/people/new",
        data={**FORM, "name": "陈一帆", "phone": "13800138001", "email": "", "employee_no": ""},
    )
    with app.app_context():
        assert the_person(app, "陈一帆").username == "13800138001"


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"name": " "}, "name", ""),
        ({"phone": "12345"}, "phone", "看不懂这个手机号"),
        ({"email": "nobody"}, "email", "邮箱格式不对"),
        ({"username": "林"}, "username", "用户名用 2 到 64 个"),
        ({"hired_on": "2026-02-30"}, "hired_on", ""),
        ({"roles": []}, "roles", "至少选一个角色"),
        ({"phone": "", "email": "", "employee_no": ""}, "phone", "至少填一项"),
        ({"roles": ["admin"]}, "roles", ""),
    ],
)
def test_a_field_that_is_wrong_is_named_and_nothing_is_saved(app, hr, change, field, words):
    response = hr.post("/people/new", data={**FORM, **change})
    assert response.status_code == 422
    assert f'href="#{field}' in response.text
    assert words in response.text
    with app.app_context():
        assert db.session.query(Person).filter_by(phone="13800138000").count() == 0


@pytest.mark.parametrize(
    ("held", "field"),
    [
        ({"phone": "13800138000"}, "手机号"),
        ({"email": "xiaoman@example.com"}, "邮箱"),
        ({"employee_no": "k0231"}, "工号"),
        ({"username": "13800138000", "phone": None}, "手机号"),
    ],
)
def test_duplicates_are_named_by_field(app, hr, held, field):
    with app.app_context():
        make_person(name="早来的人", **held)
    response = hr.post("/people/new", data=FORM)
    assert response.status_code == 422
    assert "已经是 早来的人 的了" in response.text
    assert f">{field}</a>：已经是 早来的人 的了" in response.text.replace("\n", "").replace(
        "  ", ""
    )


def test_a_double_click_creates_one(app, hr):
    assert hr.post("/people/new", data=FORM).status_code == 303
    assert hr.post("/people/new", data=FORM).status_code == 422
    with app.app_context():
        assert db.session.query(Person).filter_by(name="林小满").count() == 1


def test_only_an_admin_may_make_hr(app, hr, admin):
    assert hr.post("/people/new", data={**FORM, "roles": ["hr"]}).status_code == 422
    assert admin.post("/people/new", data={**FORM, "roles": ["hr", "trainer"]}).status_code == 303
    with app.app_context():
        assert the_person(app).role_names == {"hr", "trainer"}


def test_editing_keeps_what_the_actor_may_not_touch(app, hr):
    with app.app_context():
        other = make_person(RoleName.HR, RoleName.TRAINER, name="人事乙", phone="13700000001")
        other_id = other.id
    form = {**FORM, "name": "人事乙改", "roles": ["rater"], "is_active": "y"}
    assert hr.post(f"/people/{other_id}/edit", data=form).status_code == 303
    with app.app_context():
        person = queries.get_person(other_id)
        assert person.name == "人事乙改"
        assert person.role_names == {"hr", "rater"}
        (event,) = [event for event, _ in queries.list_person_events(other_id)]
        assert event.facts["roles_before"] == ["hr", "trainer"]
        assert "name" in event.facts["fields"]
        assert "13800138000" not in str(event.facts)


def test_saving_without_a_change_records_nothing(app, hr):
    with app.app_context():
        person = make_person(
            name="林小满",
            phone="13800138000",
            email="xiaoman@example.com",
            employee_no="K0231",
            username="k0231",
            name_latin="Lin Xiaoman",
        )
        person_id = person.id
    assert (
        hr.post(
            f"/people/{person_id}/edit", data={**FORM, "username": "k0231", "is_active": "y"}
        ).status_code
        == 303
    )
    with app.app_context():
        assert queries.list_person_events(person_id) == []


def test_hr_may_not_touch_an_admin(app, hr):
    with app.app_context():
        boss_id = make_person(RoleName.ADMIN, RoleName.LEARNER).id
    for call in (
        lambda: hr.get(f"/people/{boss_id}/edit"),
        lambda: hr.post(f"/people/{boss_id}/edit", data=FORM),
        lambda: hr.post(f"/people/{boss_id}/invite"),
        lambda: hr.post(f"/people/{boss_id}/supervisors", data={}),
    ):
        assert call().status_code == 403
    assert "/invite" not in hr.get(f"/people/{boss_id}").text


def test_the_last_admin_stays(app, admin, sign_in):
    with app.app_context():
        person = db.session.query(Person).filter_by(name="管理员甲").one()
        person_id = person.id
    form = {**FORM, "name": "管理员甲", "roles": ["learner"], "is_active": "y"}
    response = admin.post(f"/people/{person_id}/edit", data=form)
    assert response.status_code == 422
    assert "最后一位管理员" in response.text
    with app.app_context():
        assert queries.get_person(person_id).role_names == {"admin"}
        make_person(RoleName.ADMIN)
    assert admin.post(f"/people/{person_id}/edit", data=form).status_code == 303


def test_deactivating_ends_the_sessions(app, hr, sign_in):
    with app.app_context():
        person_id = make_person(name="要走的人", phone="13700000002").id
    client = sign_in(person_id)
    assert client.get("/account").status_code == 200
    form = {**FORM, "name": "要走的人"}
    assert hr.post(f"/people/{person_id}/edit", data=form).status_code == 303
    assert client.get("/account").status_code == 302
    assert "已停用" in hr.get(f"/people/{person_id}").text
    response = hr.post(f"/people/{person_id}/invite", headers={"Accept": "application/json"})
    assert (response.status_code, response.json["code"]) == (409, "person_inactive")


def test_supervisors_follow_each_other(app, hr):
    with app.app_context():
        person_id = make_person(name="新人").id
        first_id = make_person(RoleName.LEAD, name="周组长").id
        second_id = make_person(RoleName.TRAINER, name="吴组长").id
    path = f"/people/{person_id}/supervisors"
    assert (
        hr.post(
            path, data={"kind": "lead", "supervisor": first_id, "since_on": "2026-11-01"}
        ).status_code
        == 303
    )
    assert (
        hr.post(
            path, data={"kind": "mentor", "supervisor": second_id, "since_on": "2026-11-01"}
        ).status_code
        == 303
    )
    assert (
        hr.post(
            path, data={"kind": "lead", "supervisor": second_id, "since_on": "2026-12-01"}
        ).status_code
        == 303
    )
    with app.app_context():

        def on(day):
            return {
                (found.kind, found.supervisor.name)
                for found in queries.list_supervisions(person_id, day)
            }

        assert on(dt.date(2026, 11, 30)) == {("lead", "周组长"), ("mentor", "吴组长")}
        assert on(dt.date(2026, 12, 1)) == {("lead", "吴组长"), ("mentor", "吴组长")}
        assert on(dt.date(2026, 10, 31)) == set()
    response = hr.post(
        path, data={"kind": "lead", "supervisor": first_id, "since_on": "2026-11-15"}
    )
    assert response.status_code == 422
    assert "不能比这更早" in response.text
    page = hr.get(f"/people/{person_id}").text
    assert "周组长" in page
    assert "组长：吴组长，从 2026-12-01 起" in page


def test_ending_a_supervision(app, hr):
    with app.app_context():
        person = make_person()
        lead = make_person(RoleName.LEAD)
        supervision = make_supervision(person, lead, since_on=dt.date(2026, 11, 1))
        person_id, supervision_id, other_id = person.id, supervision.id, lead.id
    assert hr.post(f"/people/{other_id}/supervisors/{supervision_id}/end").status_code == 404
    assert hr.post(f"/people/{person_id}/supervisors/{supervision_id}/end").status_code == 303
    with app.app_context():
        (ended,) = queries.list_supervision_history(person_id)
        assert ended.until_on is not None


def test_nobody_leads_themselves_and_only_staff_lead(app, hr):
    with app.app_context():
        person_id = make_person(RoleName.LEAD).id
        learner_id = make_person().id
    path = f"/people/{person_id}/supervisors"
    for supervisor in (person_id, learner_id, 999999):
        response = hr.post(
            path, data={"kind": "lead", "supervisor": supervisor, "since_on": "2026-11-01"}
        )
        assert response.status_code == 422
    with app.app_context():
        assert queries.list_supervision_history(person_id) == []


def test_services_refuse_what_forms_would(session):
    person, lead = make_person(phone="13800138000"), make_person(RoleName.LEAD)
    common = {
        "name": "甲",
        "username": "",
        "email": None,
        "phone": None,
        "employee_no": None,
        "post": "",
        "hired_on": None,
        "roles": [RoleName.LEARNER],
        "actor_id": None,
        "now": NOON,
    }
    for change, code in (
        ({"name": " "}, "missing"),
        ({"phone": "1"}, "bad_phone"),
        ({"email": "x"}, "bad_email"),
        ({"username": "甲"}, "bad_username"),
        ({"phone": "+86 13800138000"}, "taken"),
    ):
        with pytest.raises(InvalidInput) as caught:
            services.create_person(**{**common, **change})
        assert caught.value.code == code
    with pytest.raises(InvalidInput, match="supervisor_self"):
        services.set_supervisor(person, person, kind="lead", since_on=DAY, actor_id=None, now=NOON)
    with pytest.raises(InvalidInput, match="bad_kind"):
        services.set_supervisor(person, lead, kind="boss", since_on=DAY, actor_id=None, now=NOON)
    supervision = services.set_supervisor(
        person, lead, kind="lead", since_on=DAY, actor_id=None, now=NOON
    )
    assert (
        services.set_supervisor(person, lead, kind="lead", since_on=DAY, actor_id=None, now=NOON)
        is supervision
    )
    with pytest.raises(InvalidState, match="supervision_order"):
        services.end_supervision(
            supervision, until_on=dt.date(2026, 1, 1), actor_id=lead.id, now=NOON
        )
    other = make_person(RoleName.LEAD)
    corrected = services.set_supervisor(
        person, other, kind="lead", since_on=DAY, actor_id=None, now=NOON
    )
    assert corrected.id == supervision.id
    assert corrected.supervisor.id == other.id


def test_roles_are_made_once(session):
    first = services.ensure_roles()
    assert set(first) == set(RoleName)
    assert services.ensure_roles() == first


def test_search_filter_and_states(app, hr):
    with app.app_context():
        joined = make_person(name="已加入的", password="correct-horse-7")
        invited, expired, fresh, gone = (
            make_person(name=f"{word}的") for word in ("已邀请", "过期", "没邀请", "停用")
        )
        gone.active = False
        services.invite(invited, actor_id=None, now=dt.datetime.now(dt.UTC))  # noqa: TID251 - compared with the request's clock
        services.invite(expired, actor_id=None, now=NOON - dt.timedelta(days=900))
        make_cohort(joined, name="期")
        db.session.commit()
        names = {
            "joined": joined.name,
            "invited": invited.name,
            "expired": expired.name,
            "uninvited": fresh.name,
            "inactive": gone.name,
        }
        cohort_id = queries.find_cohort_named("期").id
        phone = invited.phone
    for state, name in names.items():
        page = hr.get(f"/people?state={state}").text
        assert f">{name}</a>" in page
        for other in set(names.values()) - {name}:
            assert f">{other}</a>" not in page
    assert ">已邀请的</a>" in hr.get(f"/people?q={phone[2:9]}").text
    assert ">已加入的</a>" in hr.get(f"/people?cohort={cohort_id}").text
    assert ">没邀请的</a>" not in hr.get(f"/people?cohort={cohort_id}").text
    assert "没有找到这样的人" in hr.get("/people?q=100%25").text


def test_the_export_has_the_columns_of_the_roster(app, hr):
    with app.app_context():
        person = make_person(name="=危险", phone="13800138000", employee_no="0007")
        make_supervision(
            person, make_person(RoleName.LEAD, name="周组长"), since_on=dt.date(2020, 1, 1)
        )
    response = hr.get("/people/export.xlsx?role=learner")
    sheet = load_workbook(BytesIO(response.data)).active
    heading, row = sheet.iter_rows(values_only=True)
    assert heading[:9] == (
        "姓名",
        "手机号",
        "邮箱",
        "工号",
        "岗位",
        "入职日期",
        "组长",
        "带教老师",
        "姓名拼音",
    )
    assert row[0] == "'=危险"
    assert row[1] == "13800138000"
    assert row[3] == "0007"
    assert row[6] == "周组长"
    assert "attachment" in response.headers["Content-Disposition"]


def test_only_an_admin_takes_off_the_second_step(app, hr, admin):
    with app.app_context():
        person = make_person(RoleName.TRAINER)
        person.tf_primary_method, person.tf_totp_secret = "authenticator", "secret"
        db.session.commit()
        person_id = person.id
    assert hr.post(f"/people/{person_id}/two-factor/reset").status_code == 403
    assert "取消两步验证" in admin.get(f"/people/{person_id}").text
    assert admin.post(f"/people/{person_id}/two-factor/reset").status_code == 303
    with app.app_context():
        person = queries.get_person(person_id)
        assert (person.tf_primary_method, person.tf_totp_secret) == (None, None)


def test_hr_sees_no_link_and_audit_holds_no_token(app, hr):
    with app.app_context():
        person = make_person()
        person_id = person.id
        token = services.invite(person, actor_id=None, now=NOON)
        db.session.commit()
        assert token not in str([event.facts for event in db.session.query(AuditEvent)])
        assert token not in [invitation.token_sha256 for invitation in db.session.query(Invitation)]
    assert token not in hr.get(f"/people/{person_id}").text
