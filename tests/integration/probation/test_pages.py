"""The pages: reading and signing, HR's list and files, dates, and the decision in three steps."""

import datetime as dt
import hashlib
import io
import re
from dataclasses import replace

import openpyxl
import pytest
from sqlalchemy import func, select

from lms.db import db
from lms.people.domain.roles import RoleName
from lms.probation.domain.decision import ConditionState, Outcome
from lms.probation.models import ConditionsSignature, Decision, ProbationFile
from lms.probation.queries import find_current_conditions, find_file, find_signature
from tests.conftest import NOON
from tests.factories.curriculum import make_enrolment
from tests.factories.people import add_role, make_cohort, make_person
from tests.factories.probation import (
    TEXT,
    decision_data,
    make_case_ready,
    make_conditions,
    make_decision,
    make_draft,
    make_file,
    make_result,
    make_signature,
    sign_data,
)


def text_of(response):
    return response.get_data(as_text=True)


def count(app, table):
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(table))


@pytest.fixture
def hire(app):
    """Ids of a new hire with an enrolment and conditions to sign."""
    with app.app_context():
        enrolment = make_enrolment(make_person(name="林小满"))
        conditions = make_conditions(enrolment.programme)
        return {
            "person": enrolment.person_id,
            "enrolment": enrolment.id,
            "conditions": conditions.id,
            "data": sign_data(conditions, "林小满"),
            "sha256": hashlib.sha256(conditions.text.encode()).hexdigest(),
        }


def test_the_page_shows_the_text_its_version_and_hash(hire, sign_in):
    page = text_of(sign_in(hire["person"]).get("/conditions"))
    assert "全部模块测验通过。" in page
    assert hire["sha256"] in page
    assert "第 1 版" in page
    assert re.search(r'<input[^>]*name="agree"[^>]*>', page)
    assert "checked" not in page


def test_signing_leads_to_the_copy(app, hire, sign_in):
    client = sign_in(hire["person"])
    response = client.post("/conditions", data=hire["data"] | {"typed_name": " 林 小满 "})
    assert response.status_code == 303
    copy = text_of(client.get(response.location))
    assert hire["sha256"] in copy
    assert "全部模块测验通过。" in copy
    with app.app_context():
        signature = find_signature(hire["enrolment"])
        assert (signature.signed_at, signature.locale) == (NOON, "zh_Hans")
    assert "已签署" in text_of(client.get("/conditions"))


def test_the_download_is_exactly_what_was_signed(hire, sign_in):
    client = sign_in(hire["person"])
    copy = client.post("/conditions", data=hire["data"]).location
    response = client.get(f"{copy}.txt")
    assert response.content_type == "text/plain; charset=utf-8"
    assert hashlib.sha256(response.data).hexdigest() == hire["sha256"]
    assert response.headers["Content-Disposition"].startswith("attachment")


def test_in_english_the_english_text_is_shown_and_signed(app, hire, sign_in):
    client = sign_in(hire["person"])
    client.post("/language/en", data={"next": "/"})
    page = text_of(client.get("/conditions"))
    assert "All module quizzes are passed." in page
    shown = re.search(r'name="shown_sha256"[^>]*value="([0-9a-f]{64})"', page)[1]
    copy = client.post("/conditions", data=hire["data"] | {"shown_sha256": shown}).location
    assert hashlib.sha256(client.get(f"{copy}.txt").data).hexdigest() == shown
    with app.app_context():
        assert find_signature(hire["enrolment"]).locale == "en"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"agree": ""}, "读完后请勾选这一项"),
        ({"typed_name": ""}, "请输入你的姓名"),
        ({"typed_name": "林小慢"}, "和登记的姓名不一样"),
        ({"shown_sha256": "0" * 64}, "请重新读一遍"),
        ({"conditions_id": "999"}, "请重新读一遍"),
    ],
)
def test_what_is_not_right_is_said_and_not_signed(app, hire, sign_in, change, words):
    data = {name: value for name, value in (hire["data"] | change).items() if value}
    response = sign_in(hire["person"]).post("/conditions", data=data)
    assert response.status_code == 422
    assert words in text_of(response)
    assert count(app, ConditionsSignature) == 0


def test_everything_wrong_is_said_at_once(hire, sign_in):
    data = hire["data"] | {"typed_name": "林小慢"}
    del data["agree"]
    page = text_of(sign_in(hire["person"]).post("/conditions", data=data))
    assert "和登记的姓名不一样" in page
    assert "读完后请勾选这一项" in page


def test_a_refused_press_can_be_repeated_as_the_page_stands(app, hire, sign_in):
    """After a change while the page was open, the next press signs what the page now shows."""
    client = sign_in(hire["person"])
    page = text_of(client.post("/conditions", data=hire["data"] | {"shown_sha256": "0" * 64}))
    shown = re.search(r'name="shown_sha256"[^>]*value="([0-9a-f]{64})"', page)[1]
    assert shown == hire["sha256"]
    assert (
        client.post("/conditions", data=hire["data"] | {"shown_sha256": shown}).status_code == 303
    )


def test_pressed_twice_signed_once(app, hire, sign_in):
    client = sign_in(hire["person"])
    first = client.post("/conditions", data=hire["data"])
    second = client.post("/conditions", data=hire["data"])
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    assert count(app, ConditionsSignature) == 1


def test_a_change_asks_again_and_the_old_one_stays(app, hire, sign_in):
    client = sign_in(hire["person"])
    old = client.post("/conditions", data=hire["data"]).location
    with app.app_context():
        enrolment_programme = (
            db.session.get(ConditionsSignature, 1)
            or db.session.scalars(select(ConditionsSignature)).one()
        )
        programme = enrolment_programme.conditions.programme
        new = make_conditions(programme, version=2, text=TEXT + "4. 打字达标。\n")
        data = sign_data(new, "林小满")
    page = text_of(client.get("/conditions"))
    assert "录用条件更新了" in page
    assert "打字达标" in page
    assert "打字达标" not in text_of(client.get(old))
    assert client.post("/conditions", data=data).location != old
    page = text_of(client.get("/conditions"))
    assert page.count("/conditions/") >= 2
    assert client.get(old).status_code == 200


def test_a_copy_is_ones_own_or_hrs(app, hire, hr, sign_in):
    copy = sign_in(hire["person"]).post("/conditions", data=hire["data"]).location
    with app.app_context():
        stranger = make_person().id
        trainer = make_person(RoleName.TRAINER).id
    for address in (copy, f"{copy}.txt"):
        assert sign_in(hr).get(address).status_code == 200
        assert sign_in(stranger).get(address).status_code == 404
        assert sign_in(trainer).get(address).status_code == 404
    assert sign_in(hr).get("/conditions/999999").status_code == 404


def test_a_changed_row_is_noticed(app, hire, sign_in):
    client = sign_in(hire["person"])
    copy = client.post("/conditions", data=hire["data"]).location
    assert "内容和签署时不一致" not in text_of(client.get(copy))
    with app.app_context():
        signature = db.session.scalars(select(ConditionsSignature)).one()
        signature.conditions.text += "另加一条。"
        db.session.commit()
    assert "内容和签署时不一致" in text_of(client.get(copy))


def test_without_an_enrolment_or_conditions_the_page_says_so(app, sign_in):
    with app.app_context():
        nobody = make_person().id
        enrolled = make_enrolment().person_id
    assert "现在没有要签署的录用条件" in text_of(sign_in(nobody).get("/conditions"))
    assert "还没有录用条件" in text_of(sign_in(enrolled).get("/conditions"))


def test_after_the_decision_the_hire_sees_it_and_the_copies(app, sign_in):
    with app.app_context():
        decision = make_decision(now=NOON)
        person = decision.file.person_id
    page = text_of(sign_in(person).get("/conditions"))
    assert "已有决定：按期转正" in page
    assert "我签过的" in page


def test_hr_reads_any_version(app, hire, hr, sign_in):
    address = f"/conditions/version/{hire['conditions']}"
    page = text_of(sign_in(hr).get(address))
    assert hire["sha256"] in page
    assert sign_in(hire["person"]).get(address).status_code == 403
    assert sign_in(hr).get("/conditions/version/999999").status_code == 404


def test_the_list_names_whom_it_waits_for(app, hr, sign_in):
    with app.app_context():
        make_file(make_enrolment(make_person(name="林小满")), ends_on=dt.date(2026, 11, 30))
        make_enrolment(make_person(name="周不见"))
    client = sign_in(hr)
    page = text_of(client.get("/probation"))
    assert page.index("林小满") < page.index("周不见")
    assert "还有 7 天" in page
    assert "录入日期" in page
    assert "共 2 条" in page
    found = text_of(client.get("/probation?q=周"))
    assert "周不见" in found
    assert "林小满" not in found
    assert "没有符合的人" in text_of(client.get("/probation?show=overdue"))
    assert client.get("/probation?show=nonsense&order=x&cohort=y&page=99").status_code == 200


def test_the_list_is_empty_in_words(hr, sign_in):
    assert "现在没有人在试用期" in text_of(sign_in(hr).get("/probation"))


def test_the_list_turns_pages(app, hr, sign_in):
    with app.app_context():
        for _ in range(27):
            make_enrolment()
    client = sign_in(hr)
    assert "第 1 / 2 页" in text_of(client.get("/probation?show=no_dates"))
    assert text_of(client.get("/probation?show=no_dates&page=2")).count("/dates") == 2


def test_the_download_has_hrs_columns(app, hr, sign_in):
    with app.app_context():
        person = make_person(name="=林小满", employee_no="K-1", post="售前客服")
        cohort = make_cohort(person)
        decided = make_case_ready(person, ends_on=dt.date(2026, 11, 30))
        decided.enrolment.cohort_id = cohort.id
        make_decision(decided, Outcome.EARLY, now=NOON + dt.timedelta(hours=3))
        make_enrolment(make_person(name="周不见"))
    response = sign_in(hr).get("/probation?show=all&format=xlsx")
    rows = list(openpyxl.load_workbook(io.BytesIO(response.data)).active.values)
    first = dict(zip(rows[0], rows[1], strict=True))
    assert first["姓名"] == "'=林小满"
    assert first["试用期最后一天"].date() == dt.date(2026, 11, 30)
    assert (first["合同类型"], first["决定"]) == ("无固定期限", "提前转正")
    assert first["录用条件"] == "已签第 1 版"
    second = dict(zip(rows[0], rows[2], strict=True))
    assert (second["试用期最后一天"], second["现在在等"], second["等什么"]) == (
        None,
        "本人",
        "通过测验",
    )
    assert len(rows) == 3


def test_the_file_shows_everything_it_rests_on(app, hr, sign_in):
    with app.app_context():
        file = make_case_ready(make_person(name="林小满"), ends_on=dt.date(2026, 11, 29))
        enrolment = file.enrolment_id
        sha256 = find_signature(enrolment).sha256
        make_result(file.enrolment, points="85", passed=True)
    page = text_of(sign_in(hr).get(f"/probation/{enrolment}"))
    for words in (sha256, "80 分", "建议通过", "不是决定", "提前到周五", "请法务确认", "录入日期"):
        assert words in page
    assert "11月27日" in page.replace(" ", "")


def test_a_file_without_dates_or_anything_stands(app, hr, sign_in):
    with app.app_context():
        enrolment = make_enrolment().id
    page = text_of(sign_in(hr).get(f"/probation/{enrolment}"))
    assert "还没有日期" in page
    assert "还没有安排答辩" in page


def test_files_are_hrs_and_never_ones_own(app, hr, sign_in):
    with app.app_context():
        both = add_role(make_person(), RoleName.HR)
        own = make_file(make_enrolment(both)).enrolment_id
        other = make_file().enrolment_id
        trainer = make_person(RoleName.TRAINER).id
        both_id = both.id
    for part in ("", "/dates", "/decision"):
        assert sign_in(both_id).get(f"/probation/{own}{part}").status_code == 404
        assert sign_in(both_id).get(f"/probation/{other}{part}").status_code == 200
        assert sign_in(trainer).get(f"/probation/{other}{part}").status_code == 403
        assert sign_in(hr).get(f"/probation/999999{part}").status_code == 404


DATES = {
    "contract_kind": "fixed_term",
    "contract_starts_on": "2026-11-02",
    "contract_ends_on": "2027-11-01",
    "probation_starts_on": "2026-11-02",
    "probation_ends_on": "2026-12-31",
    "as_written": "y",
}


def test_dates_are_entered_as_written(app, hr, sign_in):
    with app.app_context():
        enrolment = make_enrolment().id
    client = sign_in(hr)
    assert 'value="2026-11-23"' in text_of(client.get(f"/probation/{enrolment}/dates"))
    response = client.post(f"/probation/{enrolment}/dates", data=DATES)
    assert (response.status_code, response.location) == (303, f"/probation/{enrolment}")
    with app.app_context():
        file = find_file(enrolment)
        assert (file.probation_ends_on, file.entered_by) == (dt.date(2026, 12, 31), hr)


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"probation_ends_on": "2027-02-28"}, "probation_ends_on", "最长 2 个月"),
        ({"contract_kind": "part_time"}, "contract_kind", "不得约定试用期"),
        ({"contract_ends_on": ""}, "contract_ends_on", "要有结束日期"),
        ({"contract_ends_on": "2026-12-31"}, "probation_ends_on", "只约定了试用期"),
        ({"probation_starts_on": "2026-10-30"}, "probation_starts_on", "不能早于合同开始"),
        ({"as_written": ""}, "as_written", "请核对合同原文"),
        ({"probation_ends_on": "31.12.2026"}, "probation_ends_on", ""),
        ({"contract_kind": "x"}, "contract_kind", ""),
    ],
)
def test_unlawful_dates_are_refused_at_their_field(app, hr, sign_in, change, field, words):
    with app.app_context():
        enrolment = make_enrolment().id
    data = {name: value for name, value in (DATES | change).items() if value}
    response = sign_in(hr).post(f"/probation/{enrolment}/dates", data=data)
    assert response.status_code == 422
    page = text_of(response)
    errors = re.search(rf'id="{field}-errors">(.*?)</ul>', page, re.DOTALL)
    assert errors is not None
    assert words in errors[1]
    assert count(app, ProbationFile) == 0


def test_a_day_of_dispute_is_saved_and_shown(app, hr, sign_in):
    with app.app_context():
        enrolment = make_enrolment().id
    client = sign_in(hr)
    data = DATES | {"probation_ends_on": "2027-01-02"}
    assert client.post(f"/probation/{enrolment}/dates", data=data).status_code == 303
    assert "多出的一天有争议" in text_of(client.get(f"/probation/{enrolment}"))


def test_a_correction_asks_why_and_is_shown(app, hr, sign_in):
    with app.app_context():
        enrolment = make_enrolment().id
    client = sign_in(hr)
    address = f"/probation/{enrolment}/dates"
    client.post(address, data=DATES)
    right = DATES | {"probation_ends_on": "2026-12-01"}
    response = client.post(address, data=right)
    assert response.status_code == 422
    assert "更正日期要写明原因" in text_of(response)
    assert client.post(address, data=right | {"reason": "看错月份"}).status_code == 303
    page = text_of(client.get(f"/probation/{enrolment}"))
    assert "由 2026-12-31 改为 2026-12-01" in page
    assert "看错月份" in page


def test_no_extension_after_the_end(app, hr, sign_in):
    with app.app_context():
        enrolment = make_file(ends_on=dt.date(2026, 11, 20)).enrolment_id
    response = sign_in(hr).post(
        f"/probation/{enrolment}/dates", data=DATES | {"reason": "延长一个月"}
    )
    assert response.status_code == 422
    assert "不能再往后改" in text_of(response)


def test_a_second_probation_is_refused_on_the_page(app, hr, sign_in):
    with app.app_context():
        first = make_file(starts_on=dt.date(2025, 1, 1), ends_on=dt.date(2025, 6, 30))
        first.enrolment.state = "withdrawn"
        again = make_enrolment(first.person, starts_on=dt.date(2026, 11, 2)).id
        db.session.commit()
    response = sign_in(hr).post(f"/probation/{again}/dates", data=DATES)
    assert response.status_code == 422
    assert "只能约定一次试用期" in text_of(response)


@pytest.fixture
def case(app):
    """Ids of somebody whose decision is due, and the drafts HR may write."""
    with app.app_context():
        file = make_case_ready(make_person(name="林小满"))
        entry = make_result(file.enrolment)
        ref = f"grade_entry:{entry.id}"
        return {
            "enrolment": file.enrolment_id,
            "person": file.person_id,
            "address": f"/probation/{file.enrolment_id}/decision",
            "regular": make_draft(file),
            "not_met": make_draft(file, Outcome.NOT_MET, evidence=(ref,)),
            "ref": ref,
        }


AFTER_VERDICT = NOON + dt.timedelta(hours=4)


def test_nothing_is_chosen_beforehand(case, hr, sign_in, set_clock):
    set_clock(AFTER_VERDICT)
    page = text_of(sign_in(hr).get(case["address"]))
    assert "checked" not in page
    assert page.count('type="radio"') == 3 * 3 + 3 + 2
    assert f'value="{case["ref"]}"' in page
    assert "72 分" in page
    assert "建议通过" in page


def test_three_steps_to_a_decision(app, case, hr, sign_in, set_clock):
    set_clock(AFTER_VERDICT)
    client = sign_in(hr)
    review = client.post(case["address"], data=decision_data(case["regular"]))
    assert review.status_code == 200
    assert "上岗证书自动签发" in text_of(review)
    assert count(app, Decision) == 0
    again = client.post(case["address"], data=decision_data(case["regular"], "edit"))
    assert again.status_code == 200
    assert text_of(again).count("checked") == 4
    assert count(app, Decision) == 0
    done = client.post(case["address"], data=decision_data(case["regular"], "confirm"))
    assert (done.status_code, done.location) == (303, f"/probation/{case['enrolment']}")
    page = text_of(client.get(done.location))
    assert "决定已记录：按期转正" in page
    assert "沈佳宁" in page
    assert "逐项核对并决定" not in page


def test_the_review_carries_everything_that_was_written(case, hr, sign_in, set_clock):
    set_clock(AFTER_VERDICT)
    client = sign_in(hr)
    page = text_of(client.post(case["address"], data=decision_data(case["not_met"])))
    assert "书面通知" in page
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    hidden = re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", page)
    fields |= {
        re.search(r'name="([^"]+)"', one)[1]: re.search(r'value="([^"]*)"', one)[1]
        for one in hidden
    }
    done = client.post(case["address"], data=fields | {"step": "confirm"})
    assert done.status_code == 303
    page = text_of(client.get(done.location))
    assert "不符合录用条件" in page
    assert "流程模块测验三次未达 80 分" in page
    assert "72 分" in page
    assert "解除劳动合同证明" in page


def test_pressed_twice_decided_once(app, case, hr, sign_in, set_clock):
    set_clock(AFTER_VERDICT)
    client = sign_in(hr)
    data = decision_data(case["regular"], "confirm")
    assert client.post(case["address"], data=data).status_code == 303
    second = client.post(case["address"], data=data)
    assert (second.status_code, second.location) == (303, f"/probation/{case['enrolment']}")
    assert count(app, Decision) == 1
    assert "决定只作一次" in text_of(client.get(second.location))


@pytest.mark.parametrize("step", ["review", "confirm"])
def test_what_stands_against_it_is_said_at_its_place(app, case, hr, sign_in, set_clock, step):
    set_clock(AFTER_VERDICT)
    draft = case["not_met"]
    line = replace(draft.lines[0], reason="年龄偏大，学得太慢", evidence=())
    broken = replace(draft, lines=(line, *draft.lines[1:]), union=None)
    response = sign_in(hr).post(case["address"], data=decision_data(broken, step))
    assert response.status_code == 422
    page = text_of(response)
    for field, words in (
        ("lines-0-reason", "像是在说年龄"),
        ("lines-0-evidence", "请勾选依据的记录"),
        ("union", "要把理由通知工会"),
    ):
        errors = re.search(rf'id="{field}-errors">(.*?)</ul>', page, re.DOTALL)
        assert words in errors[1]
    assert "年龄偏大，学得太慢" in page
    assert count(app, Decision) == 0


def test_without_records_other_material_is_asked_for(case, hr, sign_in, set_clock):
    set_clock(AFTER_VERDICT)
    draft = case["not_met"]
    conduct = replace(
        draft.lines[2], state=ConditionState.NOT_MET, reason="11 月 20 日对买家使用辱骂语言"
    )
    data = decision_data(replace(draft, lines=(*draft.lines[:2], conduct)))
    page = text_of(sign_in(hr).post(case["address"], data=data))
    errors = re.search(r'id="lines-2-evidence_note-errors">(.*?)</ul>', page, re.DOTALL)
    assert "写明其他材料" in errors[1]


def test_an_empty_form_says_what_is_missing(case, hr, sign_in):
    data = {f"lines-{number}-condition": key for number, key in enumerate(("C1", "C2", "C3"))} | {
        "step": "review"
    }
    page = text_of(sign_in(hr).post(case["address"], data=data))
    assert page.count("请选择这一条的结论") == 3
    assert "请选择决定" in page


def test_a_closed_choice_is_disabled_and_says_why(case, hr, sign_in, set_clock):
    set_clock(dt.datetime(2026, 12, 31, 16, 0, tzinfo=dt.UTC))
    client = sign_in(hr)
    page = text_of(client.get(case["address"]))
    choice = re.search(
        r'<input[^>]*value="not_met"[^>]*id="outcome-2"[^>]*>|<input[^>]*id="outcome-2"[^>]*>', page
    )[0]
    assert "disabled" in choice
    assert "不能再以不符合录用条件解除" in page
    assert "试用期届满" in page
    response = client.post(case["address"], data=decision_data(case["not_met"], "confirm"))
    assert response.status_code == 422
    file_page = text_of(client.get(f"/probation/{case['enrolment']}"))
    assert "请确认转正" in file_page
    confirmed = client.post(case["address"], data=decision_data(case["regular"], "confirm"))
    assert confirmed.status_code == 303


def test_until_the_last_second_the_choice_is_open(case, hr, sign_in, set_clock):
    set_clock(dt.datetime(2026, 12, 31, 15, 59, 59, tzinfo=dt.UTC))
    page = text_of(sign_in(hr).get(case["address"]))
    assert "disabled" not in page
    assert "今天 24:00 届满" in page


def test_other_conditions_than_the_governing_ones_are_refused(app, case, hr, sign_in, set_clock):
    set_clock(AFTER_VERDICT)
    short = replace(case["regular"], lines=case["regular"].lines[:1])
    response = sign_in(hr).post(case["address"], data=decision_data(short, "confirm"))
    assert response.status_code == 409
    assert count(app, Decision) == 0


def test_without_dates_the_page_leads_back(app, hr, sign_in):
    with app.app_context():
        enrolment = make_enrolment().id
    client = sign_in(hr)
    response = client.get(f"/probation/{enrolment}/decision")
    assert (response.status_code, response.location) == (303, f"/probation/{enrolment}")
    assert "请先录入劳动合同和试用期日期" in text_of(client.get(response.location))


def test_an_unsigned_file_says_that_its_conditions_prove_nothing(app, hr, sign_in, set_clock):
    with app.app_context():
        file = make_case_ready(signed=False)
        enrolment, conditions = (
            file.enrolment_id,
            find_current_conditions(file.enrolment.programme_id).id,
        )
    client = sign_in(hr)
    page = text_of(client.get(f"/probation/{enrolment}"))
    assert "录用条件未确认" in page
    assert f"/conditions/version/{conditions}" in page
    assert "没有事先告知并确认的条件" in text_of(client.get(f"/probation/{enrolment}/decision"))


def test_a_missing_gate_asks_for_the_exception(app, hr, sign_in):
    with app.app_context():
        file = make_case_ready(verdict=False)
        address = f"/probation/{file.enrolment_id}/decision"
        draft = make_draft(file)
    client = sign_in(hr)
    response = client.post(address, data=decision_data(draft))
    assert response.status_code == 422
    assert "请写明例外的理由" in text_of(response)
    excepted = replace(draft, exception_reason="答辩因停电取消，主管书面说明")
    review = text_of(client.post(address, data=decision_data(excepted)))
    assert "作为例外和理由一起记录在案" in review
    assert client.post(address, data=decision_data(excepted, "confirm")).status_code == 303
    page = text_of(client.get(f"/probation/{file_enrolment(address)}"))
    assert "记录在案的例外" in page
    assert "答辩因停电取消" in page


def file_enrolment(address):
    return address.split("/")[2]


def test_the_hires_copy_survives_the_decision(app, sign_in):
    with app.app_context():
        decision = make_decision(now=NOON)
        signature = find_signature(decision.file.enrolment_id).id
        person = decision.file.person_id
    assert sign_in(person).get(f"/conditions/{signature}").status_code == 200


def test_signed_before_the_words_in_english_too(app, hr, sign_in):
    with app.app_context():
        file = make_case_ready(make_person(name="林小满"))
        make_signature(file.enrolment, find_current_conditions(file.enrolment.programme_id))
        enrolment = file.enrolment_id
    client = sign_in(hr)
    client.post("/language/en", data={"next": "/"})
    for part in ("", "/dates", "/decision"):
        assert client.get(f"/probation/{enrolment}{part}").status_code == 200
