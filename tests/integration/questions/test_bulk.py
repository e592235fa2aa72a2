"""Changing many items of a bank at once."""

import re
from collections.abc import Iterable

import pytest
from sqlalchemy import select

from lms.audit.models import AuditEvent
from lms.db import db
from lms.errors import InvalidInput, InvalidState
from lms.organisation.models import Organisation
from lms.people.domain.roles import RoleName
from lms.questions import queries, services
from lms.questions.domain.bulk import Act, Effect, FactsChange, Reason, Wish
from lms.questions.models import CaseGroup, Item, ItemDraft, ItemVersion
from tests.conftest import NOON
from tests.factories.curriculum import make_programme
from tests.factories.item_types import make_case, make_typed_bank
from tests.factories.people import make_person
from tests.factories.questions import make_bank, make_item, single_body


@pytest.fixture
def trainer(session) -> int:
    return make_person(RoleName.TRAINER).id


def chosen(bank, *keys: str) -> dict[int, int]:
    items = [queries.get_item(key) for key in keys] or bank.items
    return {item.id: item.revision for item in items}


def do(bank, wish: Wish, who: int, *keys: str, **more: object) -> services.BulkPlan:
    return services.apply_bulk(bank, wish, chosen(bank, *keys), actor_id=who, now=NOON, **more)


def outcomes(plan: services.BulkPlan) -> dict[str, object]:
    return {one.key: one.outcome for one in plan.decided}


def tags(key: str) -> list[str]:
    return list(queries.list_item_tags(queries.get_item(key).id))


def switch_off_second_review() -> None:
    db.session.add(
        Organisation(
            id=1,
            name="店",
            serial_prefix="AB",
            signer_title="",
            second_review=False,
            changed_at=NOON,
        )
    )
    db.session.flush()


def test_tags_are_added_and_taken_off(trainer):
    bank = make_bank(3, key="b")
    do(bank, Wish(Act.TAG, tag="大促"), trainer, "b-01")
    plan = do(bank, Wish(Act.TAG, tag="大促"), trainer)
    assert outcomes(plan) == {
        "b-01": Reason.HAS_TAG, "b-02": Effect.TAGGED, "b-03": Effect.TAGGED
    }  # fmt: skip
    do(bank, Wish(Act.TAG, tag="退款"), trainer, "b-02")
    assert tags("b-02") == ["大促", "退款"]
    found = queries.find_items(bank.id, queries.ItemFilter(words="退款"), number=1, size=25)
    assert [row.key for row in found.rows] == ["b-02"], "the search knows new tags"
    plan = do(bank, Wish(Act.UNTAG, tag="退款"), trainer)
    assert outcomes(plan)["b-01"] is Reason.LACKS_TAG
    assert tags("b-02") == ["大促"]
    found = queries.find_items(bank.id, queries.ItemFilter(words="退款"), number=1, size=25)
    assert not found.total


def test_each_item_counts_its_change_and_both_are_in_the_audit(trainer):
    bank = make_bank(2, key="b")
    before = chosen(bank)
    do(bank, Wish(Act.TAG, tag="大促"), trainer)
    assert chosen(bank) == {item_id: revision + 1 for item_id, revision in before.items()}
    events = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(3)).all()
    assert events[0].action == "questions.bulk_tag"
    assert (events[0].facts["items"], events[0].facts["left_out"]) == (2, 0)
    assert {event.action for event in events[1:]} == {"questions.label_item"}
    assert {event.actor_id for event in events} == {trainer}


def test_what_changed_since_it_was_chosen_is_left_out(trainer):
    bank = make_bank(3, key="b")
    seen = chosen(bank)
    do(bank, Wish(Act.TAG, tag="一"), trainer, "b-02")
    plan = services.apply_bulk(bank, Wish(Act.RETIRE), seen, actor_id=trainer, now=NOON)
    assert outcomes(plan)["b-02"] is Reason.STALE
    assert [queries.get_item(f"b-0{n}").state for n in (1, 2, 3)] == ["retired", "ready", "retired"]


def test_items_of_other_banks_are_never_touched(trainer):
    bank, other = make_bank(1, key="b"), make_bank(1, key="c")
    seen = {**chosen(bank), **chosen(other), 10**9: 1}
    for act in Act:
        wish = Wish(act, tag="x", change=FactsChange(point="x"))
        more = {"target": make_bank(0)} if act is Act.MOVE else {}
        plan = services.plan_bulk(bank, wish, seen, actor_id=trainer, **more)
        assert [one.outcome for one in plan.decided[1:]] == [Reason.STALE, Reason.STALE]
    services.apply_bulk(bank, Wish(Act.RETIRE), seen, actor_id=trainer, now=NOON)
    assert queries.get_item("c-01").state == "ready"


def test_retired_and_brought_back(trainer):
    bank = make_bank(2, key="b")
    queries.get_item("b-02").state = "draft"
    db.session.flush()
    do(bank, Wish(Act.RETIRE), trainer)
    plan = do(bank, Wish(Act.RETIRE), trainer)
    assert set(outcomes(plan).values()) == {Reason.IS_RETIRED}
    plan = do(bank, Wish(Act.RESTORE), trainer)
    assert outcomes(plan) == {"b-01": Effect.RESTORED, "b-02": Effect.RESTORED_DRAFT}
    assert [queries.get_item(key).state for key in ("b-01", "b-02")] == ["ready", "draft"]


def test_facts_of_items_in_use_wait_for_a_review_while_the_old_ones_stay(trainer):
    bank = make_bank(2, key="b")
    queries.get_item("b-02").state = "draft"
    db.session.flush()
    change = FactsChange(point="新要点", cards=("ecl-14",))
    plan = do(bank, Wish(Act.FACTS, change=change, intent="in_review"), trainer)
    assert outcomes(plan) == {"b-01": Effect.PROPOSED_SENT, "b-02": Effect.CHANGED_SENT}
    used, draft = queries.get_item("b-01"), queries.get_item("b-02")
    assert (used.state, used.version, used.proposed, used.proposed_state, used.point) == (
        "ready", 1, 2, "in_review", "要点1",
    )  # fmt: skip
    assert (draft.state, draft.version, draft.proposed, draft.point) == (
        "in_review", 2, None, "新要点",
    )  # fmt: skip
    new = db.session.scalars(select(ItemVersion).where(ItemVersion.number == 2)).all()
    assert {(one.point, *one.cards, one.created_by) for one in new} == {
        ("新要点", "ecl-14", trainer)
    }
    again = services.plan_bulk(bank, plan.wish, chosen(bank), actor_id=trainer)
    assert set(outcomes(again).values()) == {Reason.SAME_FACTS}, "the proposal says it already"


def test_facts_are_in_use_at_once_without_a_second_review(trainer):
    bank = make_bank(1, key="b")
    switch_off_second_review()
    wish = Wish(Act.FACTS, change=FactsChange(difficulty="hard"), intent="ready")
    assert outcomes(do(bank, wish, trainer)) == {"b-01": Effect.CHANGED_READY}
    item = queries.get_item("b-01")
    assert (item.state, item.version, item.proposed, item.difficulty) == ("ready", 2, None, "hard")


def test_facts_fit_every_type(trainer):
    bank = make_typed_bank(key="t", lesson_key="l1")
    bodies = {item.key: queries.find_current_version(item).body for item in bank.items}
    switch_off_second_review()
    plan = do(bank, Wish(Act.FACTS, change=FactsChange(point="新"), intent="ready"), trainer)
    assert set(outcomes(plan).values()) == {Effect.CHANGED_READY}
    for key, body in bodies.items():
        version = queries.find_current_version(queries.get_item(key))
        assert (version.body, version.point) == (body, "新"), "only the facts change"


def test_sent_and_approved_by_somebody_else(trainer):
    bank = make_bank(2, key="b")
    other = make_person(RoleName.QUALITY).id
    facts = Wish(Act.FACTS, change=FactsChange(point="新"), intent="draft")
    do(bank, facts, trainer, "b-01")
    do(bank, facts, other, "b-02")
    assert set(outcomes(do(bank, Wish(Act.SUBMIT), trainer)).values()) == {Effect.SENT}
    plan = do(bank, Wish(Act.APPROVE), trainer)
    assert outcomes(plan) == {"b-01": Reason.OWN, "b-02": Effect.APPROVED}
    assert [queries.get_item(key).point for key in ("b-01", "b-02")] == ["要点1", "新"]
    plan = do(bank, Wish(Act.APPROVE), other)
    assert outcomes(plan) == {"b-01": Effect.APPROVED, "b-02": Reason.NOT_IN_REVIEW}


def test_moved_with_their_shared_text_and_drafts(trainer):
    bank, target = make_bank(2, key="b"), make_bank(2, key="c")
    keys = make_case(bank)
    item = queries.get_item("b-01")
    db.session.add(
        ItemDraft(person_id=trainer, bank_id=bank.id, item_id=item.id, fields=[], saved_at=NOON)
    )
    db.session.flush()
    plan = do(bank, Wish(Act.MOVE), trainer, "b-01", *keys[:2], target=target)
    assert outcomes(plan) == {
        "b-01": Effect.MOVED, keys[0]: Reason.IN_GROUP, keys[1]: Reason.IN_GROUP
    }  # fmt: skip
    moved = queries.get_item("b-01")
    assert (moved.bank.key, moved.position) == ("c", 3)
    assert db.session.scalars(select(ItemDraft.bank_id)).all() == [target.id]
    plan = do(bank, Wish(Act.MOVE), trainer, *keys, target=target)
    assert set(outcomes(plan).values()) == {Effect.MOVED}
    group = db.session.scalars(select(CaseGroup)).one()
    assert group.bank_id == target.id
    assert [one.item.key for one in queries.list_drawable("b")] == ["b-02"]
    assert [one.item.key for one in queries.list_drawable("c")] == ["c-01", "c-02", "b-01", *keys]


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (Wish(Act.TAG), "tag"),
        (Wish(Act.UNTAG, tag="x" * 121), "tag"),
        (Wish(Act.FACTS), "facts"),
        (Wish(Act.FACTS, change=FactsChange(difficulty="gigantic")), "difficulty"),
        (Wish(Act.FACTS, change=FactsChange(cards=("a", "a"))), "cards"),
        (Wish(Act.MOVE), "bank"),
    ],
)
def test_values_that_cannot_be_used_are_refused(trainer, wish, field):
    bank = make_bank(1)
    with pytest.raises(InvalidInput) as caught:
        services.plan_bulk(bank, wish, chosen(bank), actor_id=trainer)
    assert (caught.value.code, caught.value.facts["field"]) == ("bulk_value", field)


def test_banks_of_files_and_retired_ones_are_only_read(trainer):
    files, retired, own = make_bank(1, origin="files"), make_bank(1), make_bank(1)
    services.retire_bank(retired, now=NOON)
    for bank in (files, retired):
        with pytest.raises(InvalidState):
            do(bank, Wish(Act.RETIRE), trainer)
        with pytest.raises(InvalidState):
            do(own, Wish(Act.MOVE), trainer, target=bank)
    assert {item.state for item in db.session.scalars(select(Item))} == {"ready"}


def test_too_many_at_once_are_refused(trainer):
    seen = dict.fromkeys(range(1, services.BULK_AT_MOST + 2), 1)
    with pytest.raises(InvalidInput, match="bulk_too_many"):
        services.plan_bulk(make_bank(1), Wish(Act.RETIRE), seen, actor_id=trainer)


@pytest.fixture
def client(app, sign_in):
    with app.app_context():
        person_id = make_person(RoleName.TRAINER).id
    return sign_in(person_id)


def fields(page: str, step: str) -> dict[str, str]:
    """Return the hidden fields of the form of one step."""
    forms = re.findall(r"<form.*?</form>", page, re.DOTALL)
    (form,) = (one for one in forms if f'name="step" value="{step}"' in one)
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))


def ticks(page: str) -> list[str]:
    return re.findall(r'name="item" value="([0-9]+:[0-9]+)"', page)


def text(response, status: int = 200) -> str:
    assert response.status_code == status, response.get_data(as_text=True)[:500]
    return response.get_data(as_text=True)


def states(app, keys: Iterable[str]) -> list[str]:
    with app.app_context():
        return [queries.get_item(key).state for key in keys]


def test_ticked_rows_are_shown_first_and_changed_after_that(app, client):
    with app.app_context():
        make_bank(3, key="b")
    rows = ticks(text(client.get("/banks/b")))
    data = {"act": "retire", "item": rows[:2]}
    page = text(client.post("/banks/b/items/bulk", data=data))
    assert "会改 2 题" in page
    assert states(app, ["b-01", "b-02"]) == ["ready", "ready"], "nothing changes before"
    response = client.post("/banks/b/items/bulk", data=fields(page, "apply"))
    assert (response.status_code, response.headers["Location"]) == (303, "/banks/b")
    assert states(app, ["b-01", "b-02", "b-03"]) == ["retired", "retired", "ready"]
    assert "已停用 2 题" in text(client.get("/banks/b"))


def test_everything_that_matches_is_what_the_list_showed(app, client):
    with app.app_context():
        bank = make_bank(0, key="b")
        for number in range(30):
            make_item(bank, key=f"b-{number:02}", body=single_body(f"退款 {number}"))
        make_item(bank, key="b-else", body=single_body("别的"))
    page = text(client.get("/banks/b?q=退款&state=ready"))
    assert 'name="all" value="30"' in page
    data = {"act": "tag", "all": "30", "q": "退款", "state": "ready"}
    page = text(client.post("/banks/b/items/bulk", data=data))
    assert "选了 30 题" in page
    assert "题数变了" not in page
    asked = {**fields(page, "plan"), "set-tag": "大促"}
    page = text(client.post("/banks/b/items/bulk", data=asked))
    assert "会改 30 题" in page
    response = client.post("/banks/b/items/bulk", data=fields(page, "apply"))
    assert response.headers["Location"] == "/banks/b?q=%E9%80%80%E6%AC%BE&state=ready"
    with app.app_context():
        tagged = queries.ItemFilter(tag="大促")
        found = queries.find_items(queries.get_bank("b").id, tagged, number=1, size=25)
        assert found.total == 30


def test_a_number_that_changed_is_said(app, client):
    with app.app_context():
        make_bank(30, key="b")
    page = text(client.post("/banks/b/items/bulk", data={"act": "retire", "all": "29"}))
    assert "列表上是 29 题，现在是 30 题" in page


def test_what_somebody_changed_in_between_is_named(app, client):
    with app.app_context():
        make_bank(2, key="b")
    rows = ticks(text(client.get("/banks/b")))
    page = text(client.post("/banks/b/items/bulk", data={"act": "retire", "item": rows}))
    with app.app_context():
        item = queries.get_item("b-02")
        item.revision += 1
        db.session.commit()
    client.post("/banks/b/items/bulk", data=fields(page, "apply"))
    page = text(client.get("/banks/b"))
    assert "已停用 1 题" in page
    assert "有人改过" in page
    assert states(app, ["b-01", "b-02"]) == ["retired", "ready"]


def test_facts_are_asked_for_then_shown_then_set(app, client):
    with app.app_context():
        make_programme("p")
        make_bank(2, key="b")
    rows = ticks(text(client.get("/banks/b")))
    page = text(client.post("/banks/b/items/bulk", data={"act": "facts", "item": rows}))
    asked = {**fields(page, "plan"), "set-intent": "in_review"}
    page = text(client.post("/banks/b/items/bulk", data=asked), 422)
    assert "至少填一样" in page
    asked |= {"set-lesson": "p-m1-l1", "set-point": "新要点", "set-cards": "ecl-14，ecl-15"}
    page = text(client.post("/banks/b/items/bulk", data=asked))
    assert "照常使用；填好资料的新一版送审" in page
    client.post("/banks/b/items/bulk", data=fields(page, "apply"))
    with app.app_context():
        item = queries.get_item("b-01")
        version = queries.get_numbered_version(item.id, 2)
        assert (version.lesson_key, version.point, version.cards, item.proposed_state) == (
            "p-m1-l1", "新要点", ["ecl-14", "ecl-15"], "in_review",
        )  # fmt: skip


def test_moving_offers_the_other_banks_of_the_browser(app, client):
    with app.app_context():
        make_bank(1, key="b")
        make_bank(0, key="goal")
        make_bank(0, key="files", origin="files")
    rows = ticks(text(client.get("/banks/b")))
    page = text(client.post("/banks/b/items/bulk", data={"act": "move", "item": rows}))
    assert 'value="goal"' in page
    assert 'value="files"' not in page
    asked = {**fields(page, "plan"), "set-bank": "files"}
    text(client.post("/banks/b/items/bulk", data=asked), 422)
    page = text(client.post("/banks/b/items/bulk", data={**asked, "set-bank": "goal"}))
    client.post("/banks/b/items/bulk", data=fields(page, "apply"))
    with app.app_context():
        assert queries.get_item("b-01").bank.key == "goal"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"act": "retire"}, "还没有选题"),
        ({"act": "", "all": "3"}, "还没有选要做什么"),
        ({"act": "explode", "all": "3"}, "还没有选要做什么"),
    ],
)
def test_nothing_chosen_leads_back_to_the_list(app, client, data, said):
    with app.app_context():
        make_bank(3, key="b")
    response = client.post("/banks/b/items/bulk", data=data)
    assert response.status_code == 303
    assert said in text(client.get("/banks/b"))


def test_forged_choices_are_refused(app, client):
    with app.app_context():
        make_bank(1, key="b")
        foreign = queries.get_item(make_bank(1, key="c").items[0].key)
        forged = f"{foreign.id}:{foreign.revision}"
    for item in ("x", "1", "1:1:1", "-1:1"):
        data = {"act": "retire", "item": item}
        assert client.post("/banks/b/items/bulk", data=data).status_code == 422
    data = {"act": "retire", "items": forged, "step": "apply"}
    assert client.post("/banks/b/items/bulk", data=data).status_code == 303
    assert states(app, ["c-01"]) == ["ready"]


@pytest.mark.parametrize(
    ("role", "status"), [(RoleName.HR, 403), (RoleName.LEARNER, 403), (RoleName.QUALITY, 200)]
)
def test_who_may_change_many(app, sign_in, role, status):
    with app.app_context():
        make_bank(1, key="b")
        person_id = make_person(role).id
    data = {"act": "retire", "all": "1"}
    assert sign_in(person_id).post("/banks/b/items/bulk", data=data).status_code == status


def test_a_bank_of_files_offers_no_choice_and_takes_none(app, client):
    with app.app_context():
        make_bank(1, key="law", origin="files")
    assert ticks(text(client.get("/banks/law"))) == []
    data = {"act": "retire", "all": "1"}
    assert client.post("/banks/law/items/bulk", data=data).status_code == 409
