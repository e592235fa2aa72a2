"""The pages: booking, the rater's sheet by sign-in and by link, the candidate's view, lists and exports."""

import datetime as dt
import io
import re

import openpyxl
import pytest
from sqlalchemy import select

from lms.curriculum.services import complete_enrolment, pass_gate
from lms.db import db
from lms.defense.models import Defense, Rating
from lms.people.domain.roles import RoleName
from tests.factories.defense import (
    AFTERNOON,
    link_of,
    make_defense,
    make_panel,
    make_ready_enrolment,
    make_sheet,
    rate,
    rate_all,
    sheet_data,
)
from tests.factories.people import make_person, make_supervision


@pytest.fixture
def trainer(app):
    with app.app_context():
        return make_person(RoleName.TRAINER, name="周培训").id


@pytest.fixture
def booked(app):
    """Ids of a booked defense: itself, its candidate, its raters."""
    with app.app_context():
        defense = make_defense(room="会议室 甲")
        return {
            "id": defense.id,
            "candidate": defense.candidate_id,
            "raters": [member.rater_id for member in defense.panel],
            "enrolment": defense.enrolment_id,
        }


def text_of(response):
    return response.get_data(as_text=True)


def booking_data(raters, **changes):
    return {
        "starts_at": "2026-11-25T14:00",
        "minutes": "40",
        "room": "会议室 A",
        "note": "",
        "raters": [str(rater) for rater in raters],
    } | changes


def count_defenses(app):
    with app.app_context():
        return len(db.session.scalars(select(Defense.id)).all())


# booking ----------------------------------------------------------------------------------------------


def test_a_trainer_books_from_the_list_of_those_who_are_ready(app, sign_in, trainer):
    with app.app_context():
        enrolment = make_ready_enrolment()
        raters = make_panel()
        lead = make_person(RoleName.LEAD, name="陈组长")
        make_supervision(enrolment.person, lead)
        name, number = enrolment.person.name, enrolment.id
        chosen = [*(rater.id for rater in raters), lead.id]
        person_id = enrolment.person_id
    client = sign_in(trainer)
    page = text_of(client.get("/defenses/new"))
    assert name in page
    assert f"/defenses/new?enrolment={number}" in page
    page = text_of(client.get(f"/defenses/new?enrolment={number}"))
    assert "陈组长" in page
    assert "候选人的组长" in page
    assert f'value="{person_id}"' not in page

    answer = client.post(f"/defenses/new?enrolment={number}", data=booking_data(chosen))
    assert answer.status_code == 302
    page = text_of(client.get(answer.location))
    assert "已安排" in page
    assert "14:00" in page
    assert page.count("候选人的组长") == 1
    with app.app_context():
        defense = db.session.scalars(select(Defense)).one()
        assert defense.starts_at == dt.datetime(2026, 11, 25, 6, 0, tzinfo=dt.UTC)
    # A second press finds what the first one made.
    again = client.post(f"/defenses/new?enrolment={number}", data=booking_data(chosen))
    assert again.status_code == 302
    assert count_defenses(app) == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"raters": []}, "评委至少 3 位，现在选了 0 位"),
        ({"starts_at": "2026-11-23T13:59"}, "这个时间已经过去"),
        ({"starts_at": "soon"}, "请选择日期和时间"),
        ({"minutes": "5"}, "10 到 240 分钟"),
        ({"room": "  "}, "请填写地点"),
    ],
)
def test_a_booking_that_cannot_be_says_why_and_keeps_what_was_typed(
    app, sign_in, trainer, changes, words
):
    with app.app_context():
        number = make_ready_enrolment().id
        raters = [rater.id for rater in make_panel()]
    answer = sign_in(trainer).post(
        f"/defenses/new?enrolment={number}",
        data=booking_data(raters, note="带上手册") | changes,
    )
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert "带上手册" in text_of(answer)
    assert count_defenses(app) == 0


def test_a_clash_names_the_other_booking(app, sign_in, trainer, booked):
    with app.app_context():
        number = make_ready_enrolment().id
        others = [rater.id for rater in make_panel(2)]
        name = db.session.get(Defense, booked["id"]).candidate.name
    answer = sign_in(trainer).post(
        f"/defenses/new?enrolment={number}",
        data=booking_data(
            [booked["raters"][0], *others], starts_at="2026-11-23T14:30", room="会议室甲"
        ),
    )
    assert answer.status_code == 422
    page = text_of(answer)
    assert f"已被 {name} 的答辩占用" in page
    assert f"要参加 {name} 的答辩" in page


def test_a_stranger_to_booking_may_not(app, sign_in, booked):
    with app.app_context():
        rater = make_person(RoleName.RATER).id
    client = sign_in(rater)
    assert client.get("/defenses/new").status_code == 403
    assert client.post(f"/defenses/{booked['id']}/cancel", data={"reason": "x"}).status_code == 403


def test_nobody_books_the_own_defense(app, sign_in):
    with app.app_context():
        enrolment = make_ready_enrolment(make_person(RoleName.LEARNER, RoleName.TRAINER))
        person, number = enrolment.person_id, enrolment.id
    client = sign_in(person)
    assert client.get(f"/defenses/new?enrolment={number}").status_code == 404
    assert f"enrolment={number}" not in text_of(client.get("/defenses/new"))


def test_calling_off_needs_a_reason(app, sign_in, trainer, booked):
    client = sign_in(trainer)
    url = f"/defenses/{booked['id']}/cancel"
    answer = client.post(url, data={"reason": " "})
    assert answer.status_code == 422
    assert "请写明原因" in text_of(answer)
    assert client.post(url, data={"reason": "候选人请假"}).status_code == 302
    assert "候选人请假" in text_of(client.get(f"/defenses/{booked['id']}"))
    assert client.post(url, data={"reason": "再来"}).status_code == 409


# the rater's page -------------------------------------------------------------------------------------


def test_only_the_panel_finds_the_sheet(app, sign_in, trainer, booked):
    url = f"/defenses/{booked['id']}/rate"
    assert sign_in(booked["raters"][0]).get(url).status_code == 200
    for stranger in (trainer, booked["candidate"]):
        assert sign_in(stranger).get(url).status_code == 404
        assert sign_in(stranger).post(url, data=sheet_data()).status_code == 404
    assert app.test_client().get(url).status_code in {302, 401}


def test_the_sheet_shows_candidate_evidence_anchors_and_whose_it_is(app, sign_in, booked):
    page = text_of(sign_in(booked["raters"][0]).get(f"/defenses/{booked['id']}/rate"))
    with app.app_context():
        defense = db.session.get(Defense, booked["id"])
        assert defense.candidate.name in page
        assert defense.panel[0].rater.name in page
    assert "培养第 22 天" in page
    assert "模块1" in page
    assert "主推商品与常见规则回答正确" in page
    assert page.count('value="none"') == 4
    assert page.count('type="radio"') == 24


def test_review_loses_nothing_then_sends_once(app, sign_in, booked):
    client = sign_in(booked["raters"][0])
    url = f"/defenses/{booked['id']}/rate"
    sheet = make_sheet(4, quality=5, strengths="先问用途 & 再推荐")
    review = client.post(url, data=sheet_data(sheet, "review"))
    assert review.status_code == 200
    page = text_of(review)
    assert "85" in page
    assert "先问用途 &amp; 再推荐" in page
    edit = text_of(client.post(url, data=sheet_data(sheet, "edit")))
    assert "先问用途 &amp; 再推荐</textarea>" in edit
    assert "十分钟内核实并回复" in edit
    with app.app_context():
        assert db.session.scalars(select(Rating)).all() == []

    sent = client.post(url, data=sheet_data(sheet))
    assert (sent.status_code, sent.location) == (303, url)
    # The second half of a double click, even with other words.
    again = client.post(url, data=sheet_data(make_sheet(3)))
    assert again.status_code in {200, 303}
    with app.app_context():
        (rating,) = db.session.scalars(select(Rating)).all()
        assert rating.levels["quality"]["level"] == 5
    page = text_of(client.get(url))
    assert "已提交，已封存" in page
    assert "先问用途 &amp; 再推荐" in page
    assert "已提交 1 / 3 位" in page


def test_an_incomplete_sheet_comes_back_with_every_gap_named(app, sign_in, booked):
    client = sign_in(booked["raters"][0])
    data = sheet_data(make_sheet(4), "review") | {
        "strengths": "",
        "skill_level": "2",
        "quality_comment": "",
        "teamwork_level": "",
        "red_line": "y",
    }
    answer = client.post(f"/defenses/{booked['id']}/rate", data=data)
    assert answer.status_code == 422
    page = text_of(answer)
    for words in (
        "请先写至少一条做得好的地方",
        "请选这件事发生的日期",
        "1、2、5 级需要一条事实依据",
        "请写一句评语",
        "请选一个等级",
        "请写明是什么行为",
    ):
        assert words in page
    assert "按流程接待，推荐有依据" in page


@pytest.mark.parametrize("level", ["0", "6", "4.5", "", "x"])
def test_a_level_that_is_none_is_not_taken(app, sign_in, booked, level):
    answer = sign_in(booked["raters"][0]).post(
        f"/defenses/{booked['id']}/rate", data=sheet_data() | {"skill_level": level}
    )
    assert answer.status_code == 422
    with app.app_context():
        assert db.session.scalars(select(Rating)).all() == []


def test_before_the_day_the_sheet_may_be_written_but_not_sent(app, sign_in, set_clock):
    with app.app_context():
        defense = make_defense(starts_at=AFTERNOON + dt.timedelta(days=2))
        number, rater = defense.id, defense.panel[0].rater_id
    client = sign_in(rater)
    url = f"/defenses/{number}/rate"
    assert "答辩当天开始收评分" in text_of(client.get(url))
    early = client.post(url, data=sheet_data())
    assert early.status_code == 200
    assert "还没到答辩当天" in text_of(early)
    assert 'value="send"' not in text_of(early)
    with app.app_context():
        assert db.session.scalars(select(Rating)).all() == []
    set_clock(AFTERNOON + dt.timedelta(days=2))
    assert client.post(url, data=sheet_data()).status_code == 303


def test_a_personal_link_rates_without_signing_in_and_then_ends(app, booked):
    with app.app_context():
        url = link_of(booked["id"], booked["raters"][0])
        name = db.session.get(Defense, booked["id"]).panel[0].rater.name
    phone = app.test_client()
    page = text_of(phone.get(url))
    assert f"这张评分表属于评委 {name}" in page
    assert phone.post(url, data=sheet_data(step="review")).status_code == 200
    sent = phone.post(url, data=sheet_data(make_sheet(4, strengths="手机上写的")))
    assert (sent.status_code, sent.location) == (303, url)
    assert "手机上写的" in text_of(phone.get(url))
    # Whoever else holds the link learns that it is used, not what was written.
    stranger = text_of(app.test_client().get(url))
    assert "这个链接已经用完" in stranger
    assert "手机上写的" not in stranger
    assert "4 / 5" not in stranger


def test_another_rater_on_the_same_phone_reads_nothing(app, sign_in, booked):
    with app.app_context():
        url = link_of(booked["id"], booked["raters"][0])
    phone = sign_in(booked["raters"][1])
    phone.post(url, data=sheet_data(make_sheet(4, strengths="借手机写的")))
    assert "借手机写的" not in text_of(phone.get(url))


def test_a_link_that_was_never_given_is_not_found(app, booked):
    assert app.test_client().get("/r/never-given").status_code == 404


def test_the_link_of_somebody_who_has_left_ends(app, booked):
    with app.app_context():
        url = link_of(booked["id"], booked["raters"][0])
        db.session.get(Defense, booked["id"]).panel[0].rater.active = False
        db.session.commit()
    assert app.test_client().get(url).status_code == 404


def test_a_link_to_a_defense_called_off_says_so(app, sign_in, trainer, booked):
    with app.app_context():
        url = link_of(booked["id"], booked["raters"][0])
    sign_in(trainer).post(f"/defenses/{booked['id']}/cancel", data={"reason": "候选人请假"})
    phone = app.test_client()
    for answer in (phone.get(url), phone.post(url, data=sheet_data())):
        assert answer.status_code == 200
        assert "候选人请假" in text_of(answer)
    with app.app_context():
        assert db.session.scalars(select(Rating)).all() == []


def test_a_conflict_is_flagged_on_the_sheet_the_list_and_the_verdict(app, sign_in, trainer):
    with app.app_context():
        enrolment = make_ready_enrolment()
        lead = make_person(RoleName.LEAD)
        make_supervision(enrolment.person, lead)
        defense = make_defense(enrolment, [lead, *make_panel(2)])
        number, own = defense.id, lead.id
    assert "你是候选人的组长" in text_of(sign_in(own).get(f"/defenses/{number}/rate"))
    client = sign_in(trainer)
    assert "候选人的组长" in text_of(client.get("/defenses"))
    with app.app_context():
        rate_all(db.session.get(Defense, number))
    page = text_of(client.get(f"/defenses/{number}"))
    assert "评委与候选人有工作关系" in page
    assert page.count("候选人的组长") >= 2


# the verdict and the candidate ------------------------------------------------------------------------


def test_the_verdict_page_says_what_and_why_and_leads_hr_on(app, sign_in, booked):
    with app.app_context():
        hr = make_person(RoleName.HR).id
        rate_all(
            db.session.get(Defense, booked["id"]),
            make_sheet(4),
            make_sheet(4, quality=2),
            make_sheet(4, teamwork=None),
        )
    page = text_of(sign_in(hr).get(f"/defenses/{booked['id']}"))
    assert "需要讨论" in page
    assert "素质：评委之间相差 2 级（2 到 4 级）" in page
    assert "团队协作：1 位评委没有足够依据评价" in page
    assert f"/probation/{booked['enrolment']}" in page
    assert "再安排一场" in page
    page = text_of(sign_in(booked["raters"][0]).get(f"/defenses/{booked['id']}"))
    assert "需要讨论" in page
    assert f"/probation/{booked['enrolment']}" not in page


def test_the_candidate_hears_nothing_of_the_verdict_until_hr_has_decided(app, sign_in, booked):
    client = sign_in(booked["candidate"])
    url = f"/defenses/{booked['id']}"
    page = text_of(client.get(url))
    assert "会议室 甲" in page
    assert "主推商品与常见规则回答正确" in page
    with app.app_context():
        rate_all(db.session.get(Defense, booked["id"]), make_sheet(4, strengths="问得仔细"))
    page = text_of(client.get(url))
    assert "等待决定" in page
    assert "问得仔细" not in page
    assert not re.search(r"\b80\b", page)
    assert "建议" not in page
    with app.app_context():
        defense = db.session.get(Defense, booked["id"])
        pass_gate(
            defense.enrolment_id, kind="decision", key="", percent=None, evidence={}, now=AFTERNOON
        )
        complete_enrolment(defense.enrolment, now=AFTERNOON, actor_id=None)
        db.session.commit()
    page = text_of(client.get(url))
    assert "加权总分 80 分" in page
    assert "问得仔细" in page
    assert "按流程接待" not in page


def test_no_role_opens_the_panel_s_pages_to_the_candidate(app, sign_in):
    with app.app_context():
        candidate = make_person(*RoleName)
        defense = rate_all(
            make_defense(make_ready_enrolment(candidate)), make_sheet(4, strengths="只给评委看")
        )
        number, person = defense.id, candidate.id
    client = sign_in(person)
    assert "等待决定" in text_of(client.get(f"/defenses/{number}"))
    for url in (f"/defenses/{number}", "/defenses", "/defenses?format=xlsx"):
        assert "只给评委看" not in client.get(url).get_data().decode("utf-8", "ignore")
    assert f"/defenses/{number}" not in text_of(client.get("/defenses"))
    assert client.get(f"/defenses/{number}/rate").status_code == 404
    assert client.post(f"/defenses/{number}/cancel", data={"reason": "x"}).status_code == 404


def test_others_do_not_learn_that_a_defense_exists(app, sign_in, booked):
    with app.app_context():
        strangers = [
            make_person(role).id for role in (RoleName.LEARNER, RoleName.RATER, RoleName.ADMIN)
        ]
    for stranger in strangers:
        assert sign_in(stranger).get(f"/defenses/{booked['id']}").status_code == 404
    assert sign_in(strangers[0]).get("/defenses/999999").status_code == 404


# lists ------------------------------------------------------------------------------------------------


def names_in(page, names):
    return [name for name in names if f">{name}<" in page]


def test_the_list_filters_searches_and_exports(app, sign_in, trainer, set_clock):
    with app.app_context():
        upcoming = make_defense(starts_at=AFTERNOON + dt.timedelta(days=2), room="二号厅")
        waiting = make_defense()
        ready = rate_all(make_defense())
        names = [one.candidate.name for one in (upcoming, waiting, ready)]
        rater_name = waiting.panel[0].rater.name
        rate(waiting.panel[0])
    set_clock(AFTERNOON + dt.timedelta(hours=1))
    client = sign_in(trainer)
    page = text_of(client.get("/defenses"))
    assert names_in(page, names) == names
    assert "共 3 条" in page
    assert "已交 1 / 3" in page
    for state, name in zip(("upcoming", "waiting", "ready"), names, strict=True):
        assert names_in(text_of(client.get(f"/defenses?state={state}")), names) == [name]
    assert names_in(text_of(client.get("/defenses?state=cancelled")), names) == []
    assert names_in(text_of(client.get("/defenses?q=二号")), names) == [names[0]]
    assert names_in(text_of(client.get(f"/defenses?q={rater_name}")), names) == [names[1]]
    assert "没有找到" in text_of(client.get("/defenses?q=%25"))
    book = openpyxl.load_workbook(io.BytesIO(client.get("/defenses?format=xlsx").get_data()))
    rows = [[cell.value for cell in row] for row in book.active.iter_rows()]
    assert rows[0][0] == "候选人"
    assert {row[0]: (row[7], row[9], row[10]) for row in rows[1:]} == {
        names[0]: ("0/3", None, None),
        names[1]: ("1/3", None, None),
        names[2]: ("3/3", 80, "建议通过"),
    }


def test_a_rater_lists_the_own_panels_only(app, sign_in, booked):
    with app.app_context():
        other = make_defense().candidate.name
        own = db.session.get(Defense, booked["id"]).candidate.name
    page = text_of(sign_in(booked["raters"][0]).get("/defenses"))
    assert own in page
    assert other not in page
    assert f"/defenses/{booked['id']}/rate" in page


def test_empty_lists_say_what_to_do(app, sign_in, trainer):
    assert "还没有安排过答辩" in text_of(sign_in(trainer).get("/defenses"))
    assert "现在没有等着安排的人" in text_of(sign_in(trainer).get("/defenses/new"))
    with app.app_context():
        rater = make_person(RoleName.RATER).id
    assert "还没有请你做评委的答辩" in text_of(sign_in(rater).get("/defenses"))


# criteria ---------------------------------------------------------------------------------------------


def test_every_learner_reads_the_criteria_from_day_one(app, sign_in):
    with app.app_context():
        enrolment = make_ready_enrolment(
            defense={
                "weights": {"knowledge": 20, "skill": 20, "quality": 35, "teamwork": 25},
                "cut_percent": 65,
                "minimum_level": {"knowledge": 3, "skill": 3, "quality": 4, "teamwork": 3},
            }
        )
        learner, newcomer = enrolment.person_id, make_person().id
    page = text_of(sign_in(learner).get("/criteria"))
    assert "占 35%" in page
    assert "平均至少 4 级" in page
    assert "达到 65 分" in page
    assert "能把冲突转为谅解" in page
    assert sign_in(newcomer).get("/criteria").status_code == 200
    english = sign_in(learner)
    english.post("/language/en")
    assert "Turns conflict into understanding" in text_of(english.get("/criteria"))


def test_criteria_without_a_programme_are_an_empty_page(app, sign_in):
    with app.app_context():
        person = make_person().id
    assert "还没有培养方案" in text_of(sign_in(person).get("/criteria"))
