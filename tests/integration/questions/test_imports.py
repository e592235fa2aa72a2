"""From a file to the bank: upload, columns, preview, confirmation; nothing before, all or nothing then."""

import datetime as dt
import re
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook
from PIL import Image
from sqlalchemy import func, select

from lms.audit.models import AuditEvent
from lms.db import db
from lms.documents.models import StoredFile
from lms.issues import Where
from lms.people.domain.roles import RoleName
from lms.questions import queries, services
from lms.questions.domain.exchange.pictures import Picture, read_picture
from lms.questions.domain.exchange.values import Candidate, Outgoing, Stimulus
from lms.questions.domain.exchange.yaml_bank import write_yaml
from lms.questions.domain.exchange.yaml_shape import item_from_entry
from lms.questions.models import (
    CaseGroup,
    Item,
    ItemBank,
    ItemTag,
    ItemUpload,
    ItemUploadRow,
    ItemVersion,
)
from lms.questions.services import writing
from tests.conftest import NOON
from tests.factories.curriculum import make_programme
from tests.factories.organisation import switch_second_review
from tests.factories.people import make_person
from tests.factories.questions import make_bank, make_item, single_body

GIFT = """$CATEGORY: 法规/发票

// [id:inv-1] [tag:发票] [tag:新人]
::能不能开::买家问能不能开发票？ {=可以开#对 ~不能开#不对 ~要加税点}

::判断::有求必开。 {T}

::坏题:: 少了括号 {=a ~b
"""
PAPER = "一、单选题\n1. 谁付退货运费？（A）\nA. 买家\nB. 卖家\n解析：先看原因。\n"


def sheet(*rows: tuple[str, ...]) -> bytes:
    book = Workbook()
    page = book.active
    assert page is not None
    for row in rows:
        page.append(list(row))
    out = BytesIO()
    book.save(out)
    return out.getvalue()


HEAD = ("题号", "题目内容", "A", "B", "C", "正确答案", "考点", "难易度", "部门")
ROWS = (
    ("1", "能开发票吗？", "能", "不能", "加钱", "A", "发票", "易", "客服"),
    ("2", "下面哪些对？", "先道歉", "推给快递", "收照片", "AC", "售后", "中", "客服"),
    ("3", "这题答案不在里面", "甲", "乙", "", "Z", "x", "易", "客服"),
)


def picture() -> bytes:
    out = BytesIO()
    Image.new("RGB", (5, 3), "rebeccapurple").save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def bank_key(app) -> str:
    with app.app_context():
        return make_bank(0, origin="app").key


@pytest.fixture
def trainer(app, sign_in):
    with app.app_context():
        person_id = make_person(RoleName.TRAINER).id
    return sign_in(person_id)


def upload(client, key: str, data: bytes, name: str, **more: str):
    return client.post(
        f"/banks/{key}/import",
        data={"file": (BytesIO(data), name), "format": "", "purpose": "quiz", **more},
        content_type="multipart/form-data",
    )


def paste(client, key: str, text: str, **more: str):
    return client.post(
        f"/banks/{key}/import", data={"text": text, "format": "", "purpose": "quiz", **more}
    )


def counted(app, *tables) -> list[int]:
    with app.app_context():
        return [db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def confirm(client, url: str, *numbers: int, shown: tuple[int, ...] = (), state: str = "in_review"):
    data = {
        "act": "confirm",
        "state": state,
        "take": [*map(str, numbers)],
        "shown": [*map(str, shown)],
    }
    return client.post(url, data=data)


def test_pasted_text_to_the_bank(app, trainer, bank_key):
    before = counted(app, Item, ItemVersion, AuditEvent)
    url = paste(trainer, bank_key, PAPER).location
    assert counted(app, Item, ItemVersion, AuditEvent) == before
    page = trainer.get(url).text
    assert "谁付退货运费" in page
    assert "先作为草稿" in page
    assert counted(app, Item, ItemVersion) == before[:2]
    done = confirm(trainer, url, 0, shown=(0,))
    assert done.status_code == 303
    with app.app_context():
        (item,) = db.session.scalars(select(Item)).all()
        assert (item.state, item.purpose, item.version) == ("draft", "quiz", 1)
        version = queries.find_current_version(item)
        assert version is not None
        assert version.body["key"] == ["a"]
        event = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
        assert event is not None
        assert (event.action, event.facts["created"], event.facts["drafts"]) == (
            "questions.import",
            1,
            1,
        )
    result = trainer.get(url).text
    assert "已导入 1 题" in result
    assert "缺所属课程、知识点、难度" in result


def test_facts_given_at_the_confirmation_make_items_ready(app, trainer, bank_key):
    with app.app_context():
        switch_second_review(on=False)
        lesson = make_programme().stages[0].modules[0].lessons[0]
        key, title = lesson.key, lesson.title
    url = paste(trainer, bank_key, PAPER).location
    assert title in trainer.get(url).text
    given = {"act": "confirm", "shown": "0", "take": "0", "state": "ready", "lesson": key}
    refused = trainer.post(url, data={**given, "point": "点" * 81, "difficulty": "easy"})
    assert refused.status_code == 422
    assert "知识点最多 80 个字" in refused.text
    assert trainer.post(url, data={**given, "lesson": "no-such"}).status_code == 422
    assert counted(app, Item) == [0]
    done = trainer.post(url, data={**given, "point": "运费", "difficulty": "easy"})
    assert done.status_code == 303
    with app.app_context():
        (item,) = db.session.scalars(select(Item)).all()
        assert (item.state, item.lesson_key, item.point) == ("ready", key, "运费")
        assert queries.find_current_version(item).difficulty == "easy"
        assert queries.list_drawable(bank_key)


def test_a_second_confirmation_imports_nothing(app, trainer, bank_key):
    url = paste(trainer, bank_key, PAPER).location
    confirm(trainer, url)
    confirm(trainer, url)
    assert counted(app, Item) == [1]


def test_gift_with_category_tags_identity_and_a_broken_question(app, trainer, bank_key):
    url = upload(trainer, bank_key, GIFT.encode(), "法规.gift").location
    page = trainer.get(url).text
    assert "没看懂" in page
    assert "少了括号 {=a ~b" in page.replace("&#34;", '"')
    confirm(trainer, url)
    with app.app_context():
        items = db.session.scalars(select(Item).order_by(Item.position)).all()
        assert [item.name for item in items] == ["能不能开", "判断"]
        assert items[0].key == "inv-1"
        assert items[0].category == ["法规", "发票"]
        tags = db.session.scalars(select(ItemTag.tag).order_by(ItemTag.position)).all()
        assert list(tags) == ["发票", "新人"]
    assert "没看懂、没有导入的" in trainer.get(url).text


def test_the_same_file_again_changes_nothing_and_a_changed_one_revises(app, trainer, bank_key):
    confirm(trainer, upload(trainer, bank_key, GIFT.encode(), "a.gift").location)
    url = upload(trainer, bank_key, GIFT.encode(), "a.gift").location
    with app.app_context():
        verbs = db.session.scalars(
            select(ItemUploadRow.verb).order_by(ItemUploadRow.id.desc()).limit(3)
        ).all()
        assert sorted(verbs) == ["duplicate", "refused", "unchanged"]
    confirm(trainer, url)
    assert counted(app, Item, ItemVersion) == [2, 2]
    changed = GIFT.replace("要加税点", "要另外加钱")
    confirm(trainer, upload(trainer, bank_key, changed.encode(), "a.gift").location)
    assert counted(app, Item, ItemVersion) == [2, 3]
    with app.app_context():
        item = queries.get_item("inv-1")
        assert (item.version, item.revision) == (2, 2)
        assert "要另外加钱" in item.search_text


def test_what_is_left_out_stays_out_over_pages(app, trainer, bank_key):
    text = "\n".join(
        f"{n}. 第 {n} 件事怎么办？\nA. 办法甲{n}\nB. 办法乙{n * 7}\n答案：A" for n in range(1, 31)
    )
    url = paste(trainer, bank_key, text).location
    kept = [str(n) for n in range(1, 20)]
    shown = [str(n) for n in range(20)]
    moved = trainer.post(url, data={"act": ":2", "take": kept, "shown": shown})
    assert "page=2" in moved.location
    assert trainer.get(moved.location).status_code == 200
    confirm(trainer, url, *range(20, 29), shown=tuple(range(20, 30)))
    assert counted(app, Item) == [28]
    with app.app_context():
        stems = [body["stem"] for body in db.session.scalars(select(ItemVersion.body))]
        assert not any("第 1 件" in stem or "第 30 件" in stem for stem in stems)


def test_an_xlsx_shows_its_columns_first_and_gives_the_bad_rows_back(app, trainer, bank_key):
    sent = upload(trainer, bank_key, sheet(HEAD, *ROWS), "题.xlsx")
    assert sent.location.endswith("/columns")
    page = trainer.get(sent.location).text
    assert "题目内容" in page
    assert re.search(r'<option value="stem" selected>', page)
    assert counted(app, ItemUploadRow) == [0]
    preview = sent.location.removesuffix("/columns")
    assert trainer.get(preview).location.endswith("/columns")
    data = {}
    for name, block in re.findall(r'name="(column-\d+-\d+)"(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="(\w+)" selected', block)
        data[name] = chosen[1] if chosen else ""
    assert set(data.values()) >= {"stem", "answer", "option_a", "point", "difficulty"}
    sheet_name = re.search(r'name="(sheet-\d+)"', page)
    assert sheet_name is not None
    none = trainer.post(sent.location, data=data)
    assert none.status_code == 422
    twice = trainer.post(sent.location, data={**data, sheet_name[1]: "1", next(iter(data)): "stem"})
    assert twice.status_code == 422
    assert trainer.post(sent.location, data={**data, sheet_name[1]: "1"}).status_code == 303
    assert "只下载有问题的行" in trainer.get(preview).text
    bad = trainer.get(f"{preview}/bad.xlsx")
    cells = [
        [cell.value for cell in row]
        for page in load_workbook(BytesIO(bad.data)).worksheets
        for row in page.iter_rows()
    ]
    assert any("这题答案不在里面" in map(str, row) for row in cells)
    assert not any("能开发票吗？" in map(str, row) for row in cells)
    confirm(trainer, preview)
    with app.app_context():
        types = db.session.scalars(select(ItemVersion.type).order_by(ItemVersion.id)).all()
        assert list(types) == ["single_response", "multiple_response"]


def test_gb18030_is_read_and_said(trainer, bank_key):
    url = upload(trainer, bank_key, PAPER.encode("gb18030"), "题.txt").location
    page = trainer.get(url).text
    assert "GB18030" in page
    assert "谁付退货运费" in page


def test_what_cannot_be_told_is_a_form_error_and_nothing_is_kept(app, trainer, bank_key):
    for sent in (
        paste(trainer, bank_key, "随便写的一句话"),
        upload(trainer, bank_key, b"", "a.txt"),
        paste(trainer, bank_key, ""),
        upload(trainer, bank_key, b"x", "a.txt", text="y"),
    ):
        assert sent.status_code == 422
        assert "errors" in sent.text
    assert counted(app, ItemUpload) == [0]


def test_too_large_is_refused_before_it_is_read(trainer, bank_key):
    answer = trainer.post(
        f"/banks/{bank_key}/import",
        headers={"Content-Length": str(200 * 1024 * 1024)},
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(200 * 1024 * 1024)},
    )
    assert answer.status_code == 413
    assert "16 MB" in answer.text


def test_a_failure_in_the_middle_leaves_nothing(app, trainer, bank_key, monkeypatch):
    url = upload(trainer, bank_key, GIFT.encode(), "a.gift").location
    before = counted(app, Item, ItemVersion, ItemTag, CaseGroup, StoredFile, AuditEvent)

    def fail(*_args, **_more):
        raise RuntimeError("disk full")

    monkeypatch.setattr(writing.Writer, "_tag", fail)
    assert confirm(trainer, url).status_code == 500
    assert counted(app, Item, ItemVersion, ItemTag, CaseGroup, StoredFile, AuditEvent) == before
    monkeypatch.undo()
    assert confirm(trainer, url).status_code == 303
    assert counted(app, Item) == [2]


def test_a_bank_that_changed_since_the_preview_is_never_overwritten(app, trainer):
    with app.app_context():
        bank = make_bank(0, key="moving")
        make_item(bank, key="m-1", body=single_body("原来的题干"))
    text = "- id: m-1\n  type: essay\n  stem: 文件里的题干\n"
    url = paste(trainer, "moving", text).location
    with app.app_context():
        make_item(queries.get_bank("moving"), key="m-1", body=single_body("别人刚改的题干"))
    answer = trainer.post(url, data={"act": "confirm"}, follow_redirects=True)
    assert "刚刚被别人改过" in answer.text
    with app.app_context():
        item = queries.get_item("m-1")
        version = queries.find_current_version(item)
        assert version is not None
        assert version.body["stem"] == "别人刚改的题干"
    confirm(trainer, url)
    with app.app_context():
        item = queries.get_item("m-1")
        assert (item.state, item.version, item.proposed) == ("ready", 2, 3)
        assert queries.get_numbered_version(item.id, 3).body["stem"] == "文件里的题干"


def test_yaml_with_a_shared_text_and_a_picture(app, trainer, bank_key, sign_in):
    with app.app_context():
        learner = make_person(RoleName.LEARNER).id
        bank = queries.get_bank(bank_key)
        data = picture()
        made, _ = _yaml_with_picture(data)
    url = upload(trainer, bank_key, made, "x.yml").location
    name = re.search(r"/item-media/([0-9a-f]{64}\.png)", trainer.get(url).text)
    assert name is not None
    shown = trainer.get(f"/item-media/{name[1]}")
    assert (shown.status_code, shown.data) == (200, data)
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    hire = sign_in(learner)
    assert hire.get(f"/item-media/{name[1]}").status_code == 404
    assert app.test_client().get(f"/item-media/{name[1]}").status_code in (302, 401)
    confirm(trainer, url)
    assert hire.get(f"/item-media/{name[1]}").data == data
    assert hire.get("/item-media/..%2f..%2fsecret_key").status_code == 404
    with app.app_context():
        (group,) = queries.list_groups(queries.get_bank(bank_key).id)
        items = db.session.scalars(select(Item).where(Item.case_group_id == group.id)).all()
        assert len(items) == 2
        assert group.text.startswith("买家：")
        assert db.session.get(StoredFile, name[1].removesuffix(".png")) is not None
        assert bank.key == bank_key
    again = trainer.get(f"/banks/{bank_key}/export/file?format=yaml")
    assert again.data.count(b"stimulus: ") == 2
    assert name[1].encode() in again.data


def _yaml_with_picture(data: bytes):
    read = read_picture(data, "x", Where())
    assert isinstance(read, Picture)
    stems = (f"看图 ![图](media:{read.name}) 写一句回复", "再写一句道歉的话")
    candidates = tuple(
        Candidate(item_from_entry({"type": "essay", "stem": stem}), Where(), stimulus="chat")
        for stem in stems
    )
    stimulus = Stimulus("chat", "买家：壶漏水。", Where(), "一段聊天")
    return write_yaml(Outgoing("x", candidates, (stimulus,), {read.name: data}))


def test_discarding_forgets_the_file(app, trainer, bank_key):
    url = paste(trainer, bank_key, PAPER).location
    assert trainer.post(f"{url}/discard").status_code == 303
    assert trainer.get(url).status_code == 404
    assert counted(app, ItemUploadRow, Item) == [0, 0]


def test_old_uploads_are_forgotten(app, trainer, bank_key):
    paste(trainer, bank_key, PAPER)
    with app.app_context():
        assert services.forget_old_uploads(NOON) == 0
        later = db.session.scalars(select(ItemUpload.uploaded_at)).one() + dt.timedelta(days=31)
        assert services.forget_old_uploads(later) == 1
        assert db.session.scalar(select(func.count()).select_from(ItemUploadRow)) == 0
        db.session.commit()


def test_likenesses_stand_side_by_side(app, trainer):
    with app.app_context():
        bank = make_bank(0, key="twin")
        make_item(bank, key="t-1")
    same = "买家问能不能开发票，怎么回？\nA. 「不能开。」\nB. 「可以开，请发抬头。」\nC. 「要加税点。」\n答案：{}\n"
    page = trainer.get(paste(trainer, "twin", "1. " + same.format("B")).location).text
    assert "题库里已有" in page
    assert "t-1" in page
    other = trainer.get(paste(trainer, "twin", "1. " + same.format("A")).location).text
    assert "题目一样，但答案不同" in other


def test_who_may_what(app, sign_in, bank_key):
    with app.app_context():
        hr, quality, lead = (
            make_person(role).id for role in (RoleName.HR, RoleName.QUALITY, RoleName.LEAD)
        )
    reader, writer, stranger = sign_in(hr), sign_in(quality), sign_in(lead)
    assert reader.get(f"/banks/{bank_key}/export").status_code == 200
    assert reader.get(f"/banks/{bank_key}/import").status_code == 403
    assert reader.get("/banks/new").status_code == 403
    assert "导入题目" not in reader.get(f"/banks/{bank_key}").text
    assert writer.get(f"/banks/{bank_key}/import").status_code == 200
    assert stranger.get(f"/banks/{bank_key}/export").status_code == 403


def test_banks_are_made_renamed_and_copied_in_the_browser(app, trainer):
    with app.app_context():
        make_programme(key="copy-programme")
        make_bank(3, key="filed", origin="files", recall=1)
    made = trainer.post("/banks/new", data={"title": "售后", "title_en": "", "key": "after-sales"})
    assert made.location.endswith("/banks/after-sales/import")
    assert trainer.post("/banks/new", data={"title": "x", "key": "after-sales"}).status_code == 422
    assert trainer.post("/banks/new", data={"title": "x", "key": "A B"}).status_code == 422
    assert trainer.post("/banks/new", data={"title": "自动"}).location.endswith(
        "/banks/bank-1/import"
    )
    assert trainer.post("/banks/after-sales/edit", data={"title": "售后题"}).status_code == 303
    assert trainer.post("/banks/filed/edit", data={"title": "x"}).status_code == 409
    page = trainer.get("/banks/filed").text
    assert "复制后修改" in page
    assert paste(trainer, "filed", PAPER).status_code == 409
    copied = trainer.post("/banks/filed/copy", data={"title": "副本", "key": "mine"})
    assert copied.location.endswith("/banks/mine")
    with app.app_context():
        assert queries.get_bank("after-sales").title == "售后题"
        bank = queries.get_bank("mine")
        items = db.session.scalars(
            select(Item).where(Item.bank_id == bank.id).order_by(Item.position)
        ).all()
        assert [(item.purpose, item.state) for item in items] == [
            ("quiz", "ready"), ("quiz", "ready"), ("quiz", "ready"), ("recall", "draft"),
        ]  # fmt: skip
        assert items[0].file_key == "filed-01"
        assert len(queries.list_drawable("mine")) == 3
        assert queries.get_bank("filed").origin == "files"
        assert db.session.scalar(select(func.count()).select_from(ItemBank)) == 4


@pytest.mark.parametrize(
    "name", ["xlsx", "docx", "docx-key", "gift", "aiken", "moodle-xml", "yaml"]
)
def test_a_bank_in_every_format(app, trainer, name):
    with app.app_context():
        make_bank(3, key="out")
    page = trainer.get(f"/banks/out/export?format={name}")
    assert page.status_code == 200
    assert ("写不下" in page.text) or ("全部写得下" in page.text)
    file = trainer.get(f"/banks/out/export/file?format={name}")
    assert file.status_code == 200
    assert "attachment" in file.headers["Content-Disposition"]
    assert len(file.data) > 40


def test_a_format_that_is_none_is_not_found(app, trainer):
    with app.app_context():
        make_bank(1, key="out")
    assert trainer.get("/banks/out/export?format=pdf").status_code == 404
    assert trainer.get("/banks/out/export/file").status_code == 404
    assert trainer.get("/banks/import/template.xlsx").data.startswith(b"PK")
