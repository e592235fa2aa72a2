"""Around the editor: preview of every type, pictures, unfinished texts, what the banks hold already."""

import re
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import func, select

from lms.db import db, will_write
from lms.documents.models import StoredFile
from lms.errors import InvalidInput, InvalidState, NotFound
from lms.people.domain.roles import RoleName
from lms.questions import queries, services
from lms.questions.domain.authoring import fields_of
from lms.questions.domain.exchange import pictures
from lms.questions.domain.identity import ItemFacts
from lms.questions.domain.items import item_as_json
from lms.questions.domain.merging import Labels
from lms.questions.models import Item, ItemDraft, ItemVersion
from lms.questions.views import editor_aids
from tests.conftest import NOON
from tests.factories.item_types import ESSAY, TYPED
from tests.factories.people import make_person
from tests.factories.questions import (
    make_bank,
    make_item,
    multiple_body,
    single_body,
    true_false_body,
)

FACTS = ItemFacts("lesson", "发票", (), "easy", red_line=False)
BODIES = {
    "single": single_body(),
    "several": multiple_body(),
    "judge": true_false_body(),
    **{name: item_as_json(item) for name, item in TYPED.items()},
    "essay": item_as_json(ESSAY),
}


def form_of(body, **more: str) -> dict[str, list[str]]:
    data: dict[str, list[str]] = {}
    for name, value in fields_of(body, FACTS, Labels()):
        data.setdefault(name, []).append(value)
    return {**data, **{name: [value] for name, value in more.items()}}


def picture(kind: str = "PNG", size: tuple[int, int] = (4, 4)) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, "teal").save(out, kind)
    return out.getvalue()


@pytest.fixture
def bank_key(app) -> str:
    with app.app_context():
        return make_bank(0).key


@pytest.fixture
def trainer_id(app) -> int:
    with app.app_context():
        return make_person(RoleName.TRAINER).id


@pytest.fixture
def trainer(trainer_id, sign_in):
    return sign_in(trainer_id)


def preview(client, key: str, data, fragment: str = "1") -> str:
    headers = {"X-Fragment": fragment}
    answer = client.post(f"/banks/{key}/items/preview", data=data, headers=headers)
    assert answer.status_code == 200
    return answer.text


# --- preview


@pytest.mark.parametrize("name", sorted(BODIES))
def test_every_type_is_shown_as_on_the_paper(trainer, bank_key, name: str):
    html = preview(trainer, bank_key, form_of(BODIES[name]))
    assert "data-phone" in html
    assert "还不完整" not in html
    assert "<html" not in html
    shown = {
        "single": 'type="radio" name="try" value="b"',
        "several": 'type="checkbox" name="try" value="c"',
        "judge": 'name="try" value="true"',
        "short": 'name="try-text"',
        "number": 'inputmode="decimal"',
        "match": 'name="try-pair:p1"',
        "order": 'data-step="sorry"',
        "gaps": 'name="try-gap:days:text"',
        "essay": "<textarea",
    }
    assert shown[name] in html
    assert "正确答案" not in html


def test_the_order_of_an_ordering_is_not_its_key(trainer, bank_key):
    html = preview(trainer, bank_key, form_of(BODIES["order"]))
    assert re.findall(r'data-step="(\w+)"', html) != ["sorry", "ask", "offer", "follow"]


def test_without_script_the_preview_is_a_page_that_writes_nothing(app, trainer, bank_key):
    answer = trainer.post(f"/banks/{bank_key}/items/preview", data=form_of(single_body()))
    assert answer.status_code == 200
    assert "<html" in answer.text
    assert "data-phone" in answer.text
    assert "题库里已有相似的题" not in answer.text
    with app.app_context():
        tables = (Item, ItemVersion, ItemDraft)
        assert [db.session.scalar(select(func.count()).select_from(t)) for t in tables] == [0, 0, 0]


def test_an_incomplete_item_shows_what_it_has_and_says_what_is_missing(trainer, bank_key):
    data = form_of(single_body("写到一半 **要点**"))
    del data["key"]
    html = preview(trainer, bank_key, data)
    assert "写到一半" in html
    assert "<strong>要点</strong>" in html
    assert "「可以开，请发抬头。」" in html
    assert len(re.findall("还不完整：", html)) == 1
    assert "写题建议" not in html


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"type": "no-such"},
        {"type": "matching", "premise": ["a", "a"], "stem": "x"},
        {"type": "cloze", "stem": "{{g1}} {{g1}} <script>alert(1)</script>"},
        {"type": "single_response", "stem": "\x00", "option": ["../..", ""]},
        {"type": "numeric", "stem": "x", "accepted": ["1"], "accepted.1.value": "NaN"},
    ],
)
def test_broken_input_is_shown_as_far_as_it_goes(trainer, bank_key, data):
    html = preview(trainer, bank_key, data)
    assert "还不完整" in html
    assert "<script" not in html


def test_advice_and_the_shared_text_stand_beside(app, trainer, bank_key):
    with app.app_context():
        bank = queries.get_bank(bank_key)
        group = services.create_group(
            bank, title="一单", text="买家：**在吗**", now=NOON, actor_id=make_person().id
        )
        db.session.commit()
        key = group.key
    body = single_body("下列哪一项不正确？")
    html = preview(trainer, bank_key, {**form_of(body), "group": [key]})
    assert "写题建议" in html
    assert "<strong>在吗</strong>" in html
    assert "在吗" not in preview(trainer, bank_key, {**form_of(body), "group": ["elsewhere"]})


def test_what_the_banks_hold_already_is_shown_with_its_place(app, trainer, bank_key):
    with app.app_context():
        other = make_bank(0)
        make_item(queries.get_bank(bank_key), key="here-1", body=single_body())
        make_item(other, key="there-1", body=single_body(key="a"))
        retired = make_item(other, key="gone-1", body=single_body())
        retired.item.state = queries.RETIRED
        make_item(other, key="recall-1", body=single_body(), purpose="recall")
        make_item(other, key="far-1", body=true_false_body())
        db.session.commit()
        title = other.title
    html = preview(trainer, bank_key, form_of(single_body()), "alike")
    assert re.findall(r'href="/items/([\w-]+)"', html) == ["here-1", "there-1"]
    assert "一样" in html
    assert "题目一样，但答案不同" in html
    assert title in html
    near = preview(
        trainer, bank_key, form_of(single_body("买家问能不能开发票，你怎么回？")), "alike"
    )
    assert "很像（" in near
    own = preview(trainer, bank_key, form_of(single_body(), item="here-1"), "alike")
    assert re.findall(r'href="/items/([\w-]+)"', own) == ["there-1"]


def test_a_preview_does_not_ask_for_the_one_writer(trainer, bank_key, monkeypatch):
    said: list[bool] = []

    def note(_item) -> tuple[()]:
        said.append(will_write.get())
        return ()

    monkeypatch.setattr(editor_aids, "advise", note)
    preview(trainer, bank_key, form_of(single_body()))
    assert said == [False]
    keep(trainer, bank_key, stem="x")
    assert will_write.get()


def test_only_authors_use_the_aids(app, sign_in, bank_key):
    with app.app_context():
        reader = make_person(RoleName.HR).id
    client = sign_in(reader)
    for path in ("items/preview", "items/draft", "pictures"):
        assert client.post(f"/banks/{bank_key}/{path}").status_code == 403
    assert client.post("/drafts/1/discard").status_code == 403


# --- pictures


def send(client, key: str, data: bytes, name: str = "image.png"):
    return client.post(
        f"/banks/{key}/pictures",
        data={"picture": (BytesIO(data), name)},
        content_type="multipart/form-data",
    )


@pytest.mark.parametrize(
    ("kind", "ending"), [("PNG", "png"), ("JPEG", "jpg"), ("GIF", "gif"), ("WEBP", "webp")]
)
def test_a_picture_is_kept_by_its_content_and_served(
    app, trainer, bank_key, kind: str, ending: str
):
    data = picture(kind)
    answer = send(trainer, bank_key, data, "whatever.txt")
    assert answer.status_code == 200
    found = re.fullmatch(rf"!\[描述\]\(media:([0-9a-f]{{64}})\.{ending}\)", answer.json["markdown"])
    assert found
    assert trainer.get(answer.json["url"]).data == data
    assert send(trainer, bank_key, data).json == answer.json
    with app.app_context():
        assert db.session.get(StoredFile, found[1]) is not None


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"<svg xmlns='x'></svg>", "SVG"),
        (b"GIF89a nothing", "打不开|不是 PNG"),
        (b"just text", "不是 PNG"),
        (picture(size=(90, 90))[:-60], "打不开"),
    ],
)
def test_what_is_no_picture_is_refused_in_words(app, trainer, bank_key, data: bytes, said: str):
    answer = send(trainer, bank_key, data)
    assert answer.status_code == 422
    assert re.search(said, answer.json["error"])
    assert "markdown" not in answer.json
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(StoredFile)) == 0


def test_a_large_picture_is_refused_in_words(trainer, bank_key, monkeypatch):
    monkeypatch.setattr(pictures, "MAX_BYTES", 50)
    answer = send(trainer, bank_key, picture())
    assert (answer.status_code, "太大" in answer.json["error"]) == (422, True)


def test_no_picture_and_no_writable_bank_are_refused(app, trainer, bank_key):
    assert trainer.post(f"/banks/{bank_key}/pictures").status_code == 422
    with app.app_context():
        files = make_bank(0, origin="files").key
    assert send(trainer, files, picture()).status_code == 409


# --- unfinished texts


def keep(client, key: str, **data):
    return client.post(
        f"/banks/{key}/items/draft", data=data, headers={"Accept": "application/json"}
    )


def test_an_unfinished_new_item_is_kept_shown_and_thrown_away(app, trainer, trainer_id, bank_key):
    first = keep(trainer, bank_key, type="single_response", stem="写了一半", do="add option")
    assert first.status_code == 200
    assert re.fullmatch(r"\d\d:\d\d", first.json["at"])
    again = keep(trainer, bank_key, stem="写了一大半", draft=str(first.json["draft"]))
    assert again.json["draft"] == first.json["draft"]
    other = keep(trainer, bank_key, stem="另一题")
    assert other.json["draft"] != first.json["draft"]
    with app.app_context():
        bank = queries.get_bank(bank_key)
        drafts = queries.list_new_drafts(trainer_id, bank.id)
        assert [draft.fields for draft in drafts] == [
            [["stem", "另一题"]],
            [["stem", "写了一大半"]],
        ]
    gone = trainer.post(f"/drafts/{first.json['draft']}/discard")
    assert gone.status_code == 303
    late = keep(trainer, bank_key, stem="迟到的", draft=str(first.json["draft"]))
    assert (late.status_code, late.json["code"]) == (409, "draft_gone")
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(ItemDraft)) == 1


def test_there_is_one_text_a_person_and_item(app, trainer, trainer_id, bank_key, sign_in):
    with app.app_context():
        make_item(queries.get_bank(bank_key), key="x-1")
        colleague = sign_in(make_person(RoleName.QUALITY).id)
    one = keep(trainer, bank_key, stem="甲", item="x-1", based_on="1")
    assert (
        keep(trainer, bank_key, stem="乙", item="x-1", based_on="1").json["draft"]
        == one.json["draft"]
    )
    theirs = keep(colleague, bank_key, stem="丙", item="x-1", based_on="1")
    assert theirs.json["draft"] != one.json["draft"]
    with app.app_context():
        item = queries.get_item("x-1")
        draft = queries.find_draft(trainer_id, item_id=item.id)
        assert draft is not None
        assert (draft.fields, draft.based_on) == ([["stem", "乙"]], 1)


def test_a_foreign_text_does_not_exist(app, trainer, bank_key, sign_in):
    with app.app_context():
        colleague = sign_in(make_person(RoleName.TRAINER).id)
    draft = keep(trainer, bank_key, stem="我的秘密").json["draft"]
    assert colleague.post(f"/drafts/{draft}/discard").status_code == 404
    assert keep(colleague, bank_key, stem="抢", draft=str(draft)).status_code == 409
    assert "我的秘密" not in colleague.get(f"/banks/{bank_key}").text
    with app.app_context():
        (kept,) = db.session.scalars(select(ItemDraft)).all()
        assert kept.fields == [["stem", "我的秘密"]]
        with pytest.raises(NotFound):
            queries.get_draft(draft, make_person().id)


def test_what_cannot_be_kept_is_refused(app, session, bank_key):
    bank, me = queries.get_bank(bank_key), make_person(RoleName.TRAINER).id
    files = make_bank(1, origin="files", key="files")

    def save(bank=bank, fields=(("stem", "x"),), **more):
        return services.save_draft(bank, person_id=me, fields=fields, now=NOON, **more)

    with pytest.raises(InvalidState, match="bank_read_only"):
        save(files)
    with pytest.raises(NotFound):
        save(item=queries.get_item("files-01"))
    with pytest.raises(InvalidInput, match="draft_too_long"):
        save(fields=[("stem", "长" * 200_001)])
    assert save(fields=[("stem", "a\0b\r\nc")]).fields == [["stem", "a\ufffdb\nc"]]


def test_saving_forgets_only_what_it_names(app, session, bank_key):
    bank, me, other = queries.get_bank(bank_key), make_person().id, make_person().id
    item = make_item(bank, key="x-1").item
    fields = [("stem", "x")]
    mine = services.save_draft(bank, person_id=me, fields=fields, item=item, now=NOON)
    theirs = services.save_draft(bank, person_id=other, fields=fields, item=item, now=NOON)
    new = services.save_draft(bank, person_id=me, fields=fields, now=NOON)
    assert services.forget_draft(me) == 0
    assert services.forget_draft(me, item=item) == 1
    assert services.forget_draft(me, draft_id=theirs.id) == 0
    left = db.session.scalars(select(ItemDraft.id)).all()
    assert mine.id not in left
    assert {theirs.id, new.id} <= set(left)
