"""Case groups in the browser: texts that items share, their items in order, in and out of use."""

import re

import pytest
from sqlalchemy import select

from lms.audit.models import AuditEvent
from lms.db import db
from lms.errors import InvalidInput, InvalidState
from lms.people.domain.roles import RoleName
from lms.questions import queries, services
from lms.questions.domain.identity import group_sha256
from lms.questions.models import CaseGroup
from tests.conftest import NOON
from tests.factories.item_types import CHAT, make_case
from tests.factories.people import make_person
from tests.factories.questions import make_bank, make_item, single_body


@pytest.fixture
def bank_key(app) -> str:
    with app.app_context():
        bank = make_bank(2)
        make_case(bank, key="case")
        return bank.key


@pytest.fixture
def trainer(app, sign_in):
    with app.app_context():
        person_id = make_person(RoleName.TRAINER).id
    return sign_in(person_id)


def order(app, key: str = "case") -> list[str]:
    with app.app_context():
        group = queries.get_group(key)
        return [version.item.key for version in queries.list_grouped(group.id)]


def test_a_text_is_written_and_shown_and_found(app, trainer, bank_key):
    refused = trainer.post(f"/banks/{bank_key}/groups/new", data={"title": "空", "text": " "})
    assert refused.status_code == 422
    assert "请写材料" in refused.text
    made = trainer.post(f"/banks/{bank_key}/groups/new", data={"title": "物流", "text": CHAT})
    assert made.status_code == 303
    page = trainer.get(made.location).text
    assert "还没有题" in page
    assert f"/banks/{bank_key}/items/new?group=" in page
    listed = trainer.get(f"/banks/{bank_key}/groups").text
    assert "物流" in listed
    assert "共 2 条" in listed
    assert "没有符合条件" in trainer.get(f"/banks/{bank_key}/groups?q=没有这个词").text
    sheet = trainer.get(f"/banks/{bank_key}/groups?format=xlsx")
    assert sheet.headers["Content-Type"].startswith("application/vnd.openxml")


def test_the_preview_shows_a_text_as_the_hire_sees_it(trainer, bank_key):
    data = {"title": "一单", "text": CHAT, "items": "3"}
    url = f"/banks/{bank_key}/groups/preview"
    html = trainer.post(url, data=data, headers={"X-Fragment": "1"}).text
    assert "第 1–3 题共用的材料" in html
    assert 'class="chat"' in html
    assert "<table>" in html
    assert "<html" not in html
    assert "<html" in trainer.post(url, data=data).text
    empty = trainer.post(url, data={"text": "<script>x</script>"}, headers={"X-Fragment": "1"}).text
    assert "<script" not in empty


def test_changed_words_count_for_later_papers_and_two_authors_do_not_overwrite_each_other(
    app, trainer, bank_key
):
    page = trainer.get("/groups/case/edit").text
    assert "这份材料已经考过" not in page
    based_on = re.search(r'name="based_on"[^>]*value="(\w{64})"', page)
    assert based_on
    data = {"title": "新标题", "text": "新材料\r\n第二行", "based_on": based_on[1]}
    assert trainer.post("/groups/case/edit", data=data).status_code == 303
    with app.app_context():
        group = queries.get_group("case")
        assert (group.title, group.text) == ("新标题", "新材料\n第二行")
        version = queries.list_grouped(group.id)[0]
        services.mark_presented([version.id], NOON)
        db.session.commit()
    stale = trainer.post("/groups/case/edit", data={**data, "text": "我的"})
    assert stale.status_code == 422
    assert "别人刚刚保存的" in stale.text
    assert "这份材料已经考过" in stale.text
    assert "我的" in stale.text
    again = re.search(r'name="based_on"[^>]*value="(\w{64})"', stale.text)
    assert again
    assert again[1] != based_on[1]
    final = {**data, "text": "我的", "based_on": again[1]}
    assert trainer.post("/groups/case/edit", data=final).status_code == 303
    with app.app_context():
        assert queries.get_group("case").text == "我的"


def test_items_move_leave_and_come_in(app, trainer, bank_key):
    url = "/groups/case/items"
    before = order(app)
    with app.app_context():
        revision = queries.get_item(before[0]).revision

    def do(what: str) -> int:
        return int(trainer.post(url, data={"do": what}).status_code)

    assert do(f"down:{before[0]}") == 303
    assert order(app) == [before[1], before[0], before[2]]
    assert do(f"up:{before[1]}") == 303
    assert order(app) == [before[1], before[0], before[2]]
    assert do(f"up:{before[2]}") == 303
    assert order(app) == [before[1], before[2], before[0]]
    assert do(f"out:{before[1]}") == 303
    assert order(app) == [before[2], before[0]]
    assert do(f"out:{before[1]}") == 404
    alone = f"{bank_key}-01"
    found = trainer.get("/groups/case/edit?q=第+1+题").text
    assert f'value="in:{alone}"' in found
    assert do(f"in:{alone}") == 303
    assert order(app) == [before[2], before[0], alone]
    assert f'value="in:{alone}"' not in trainer.get("/groups/case/edit?q=第+1+题").text
    assert do(f"in:{alone}") == 404
    assert do(f"sideways:{alone}") == 404
    with app.app_context():
        assert queries.get_item(before[0]).revision > revision


def test_items_with_the_same_place_are_put_into_order(app, session):
    bank = make_bank(0)
    group = services.create_group(bank, title="", text="x", now=NOON, actor_id=make_person().id)
    items = [make_item(bank, key=f"s-{n}", position=n).item for n in (1, 2, 3)]
    for item in items:
        services.place_in_group(item, group, 7, now=NOON)
    services.move_in_group(items[2], -1, now=NOON, actor_id=make_person().id)
    found = [version.item.key for version in queries.list_grouped(group.id)]
    assert found == ["s-1", "s-3", "s-2"]
    last = make_item(bank, key="s-4").item
    services.place_in_group(last, group, now=NOON)
    assert last.group_place > max(item.group_place for item in items)


def test_a_retired_text_takes_its_items_out_of_papers_and_back(app, trainer, bank_key):
    with app.app_context():
        drawn = len(queries.list_drawable(bank_key))
    assert trainer.post("/groups/case/retire").status_code == 303
    assert "这份材料已停用" in trainer.get("/groups/case/edit").text
    with app.app_context():
        assert len(queries.list_drawable(bank_key)) == drawn - 3
    assert "没有符合条件" in trainer.get(f"/banks/{bank_key}/groups?state=used").text
    assert trainer.post("/groups/case/restore").status_code == 303
    with app.app_context():
        assert len(queries.list_drawable(bank_key)) == drawn
        actions = db.session.scalars(
            select(AuditEvent.action).where(AuditEvent.subject_kind == "case_group")
        ).all()
        assert actions[-2:] == ["questions.retire_group", "questions.restore_group"]


def test_words_change_without_bringing_a_retired_text_back(app, session):
    bank, me = make_bank(0), make_person().id
    group = services.create_group(bank, title="", text="x", now=NOON, actor_id=me)
    services.retire_group(group, now=NOON, actor_id=me)
    based_on = group_sha256("", "x")
    services.revise_group(group, title="t", text="y", based_on=based_on, now=NOON, actor_id=me)
    assert (group.text, group.retired_at) == ("y", NOON)
    services.revise_group(group, title="t", text="y", based_on="", now=NOON, actor_id=me)
    with pytest.raises(InvalidState, match="group_changed_meanwhile"):
        services.revise_group(group, title="t", text="z", based_on="", now=NOON, actor_id=me)
    with pytest.raises(InvalidInput, match="group_malformed"):
        services.revise_group(group, title="", text=" ", based_on="", now=NOON, actor_id=me)


def test_files_and_readers_change_nothing(app, sign_in, trainer):
    with app.app_context():
        bank = make_bank(1, origin="files")
        make_case(bank, key="fixed")
        key, reader = bank.key, sign_in(make_person(RoleName.HR).id)
    listed = trainer.get(f"/banks/{key}/groups").text
    assert "一单的来龙去脉" in listed
    assert "/groups/fixed/edit" not in listed
    assert trainer.get("/groups/fixed/edit").status_code == 409
    assert trainer.get(f"/banks/{key}/groups/new").status_code == 409
    for verb in ("retire", "restore", "items"):
        assert trainer.post(f"/groups/fixed/{verb}", data={"do": "out:fixed-0"}).status_code == 409
    assert reader.get(f"/banks/{key}/groups").status_code == 200
    assert reader.get("/groups/fixed/edit").status_code == 403
    assert trainer.get("/groups/no-such/edit").status_code == 404
    with app.app_context():
        assert db.session.scalars(select(CaseGroup.key)).all() == ["fixed"]


def test_an_item_of_another_bank_or_group_does_not_come_in(app, trainer, bank_key):
    with app.app_context():
        bank = queries.get_bank(bank_key)
        make_case(bank, key="other", items=1)
        make_item(make_bank(0), key="foreign", body=single_body())
    for key, status in (("foreign", 404), ("other-0", 409)):
        answer = trainer.post("/groups/case/items", data={"do": f"in:{key}"})
        assert answer.status_code == status
