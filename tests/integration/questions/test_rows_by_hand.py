"""Rows of an import that are put right in the editor: what it opens with, and what the import then says."""

from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select

from lms.db import db
from lms.documents.storage import FolderStore
from lms.errors import InvalidState
from lms.issues import Where
from lms.people.domain.roles import RoleName
from lms.questions import queries, services
from lms.questions.domain.authoring import read_authored
from lms.questions.domain.exchange.pictures import Picture, read_picture
from lms.questions.domain.exchange.values import Candidate, Outgoing
from lms.questions.domain.exchange.yaml_bank import write_yaml
from lms.questions.domain.items import item_from_json
from lms.questions.models import ItemDraft, ItemUpload, ItemUploadRow
from tests.conftest import NOON
from tests.factories.people import make_person
from tests.factories.questions import make_bank, make_item, single_body

GIFT = """// [id:inv-1] [tag:发票]
::能不能开::买家问能不能开发票？ {=可以开#对 ~不能开#不对 ~要加税点}

::坏题:: 少了括号 {=a ~b
"""


@pytest.fixture
def bank(app, session):
    return make_bank(0)


@pytest.fixture
def upload(bank) -> ItemUpload:
    return services.create_upload(
        bank,
        data=GIFT.encode(),
        filename="题.gift",
        format_name="gift",
        purpose="quiz",
        actor_id=make_person(RoleName.TRAINER).id,
        now=NOON,
    )


def rows(upload: ItemUpload) -> dict[str, ItemUploadRow]:
    return {row.verb: row for row in db.session.scalars(queries.select_rows(upload.id))}


def finish(row: ItemUploadRow, item, store: FolderStore, actor_id: int) -> None:
    services.finish_row(row, item, store=store, actor_id=actor_id, now=NOON)


@pytest.fixture
def store(tmp_path) -> FolderStore:
    return FolderStore(tmp_path)


def test_the_editor_opens_with_the_entry_or_with_the_source(upload):
    found = rows(upload)
    entry = read_authored(services.fields_from_row(found["create"]))
    assert entry.body is not None
    assert entry.body["stem"] == "买家问能不能开发票？"
    assert (entry.tags, entry.name, entry.purpose) == (("发票",), "能不能开", "quiz")
    source = services.fields_from_row(found["refused"])
    assert dict(source)["type"] == "single_response"
    assert "少了括号 {=a ~b" in dict(source)["stem"]
    assert read_authored(source).body is None


def test_a_row_written_by_hand_is_done_and_not_imported_again(bank, upload, store):
    me = upload.uploaded_by
    found = rows(upload)
    first = make_item(bank, key="hand-1").item
    second = make_item(bank, key="hand-2", body=single_body("另一题")).item
    finish(found["refused"], first, store, me)
    finish(found["create"], second, store, me)
    assert second.file_key == "inv-1"
    counts = queries.count_rows(upload.id)
    assert dict(counts.by_verb) == {"written": 2}
    assert (counts.writes, counts.left_out, counts.rows, counts.noted) == (0, 0, 2, 0)
    assert db.session.scalars(queries.select_rows(upload.id, "noted")).all() == []
    with pytest.raises(InvalidState, match="row_written"):
        finish(found["refused"], second, store, me)
    written = services.confirm_upload(upload, state="draft", store=store, actor_id=me, now=NOON)
    assert written is not None
    assert written.created == ()
    assert upload.counts["refused"] == 0


def test_a_refused_row_of_a_confirmed_import_is_no_longer_lost(bank, upload, store):
    me = upload.uploaded_by
    services.confirm_upload(upload, state="draft", store=store, actor_id=me, now=NOON)
    db.session.expire_all()
    assert upload.counts["refused"] == 1
    found = rows(upload)
    with pytest.raises(InvalidState, match="row_written"):
        finish(found["create"], make_item(bank, key="hand-1").item, store, me)
    finish(found["refused"], make_item(bank, key="hand-2").item, store, me)
    assert upload.counts["refused"] == 0
    assert upload.counts["created"] == 1
    row = db.session.scalars(queries.select_rows(upload.id, "written")).one()
    assert row.item_key == "hand-2"


def test_reading_the_file_again_keeps_what_was_written_by_hand(bank, upload, store):
    finish(rows(upload)["refused"], make_item(bank, key="hand-1").item, store, upload.uploaded_by)
    services.plan_upload(upload, None)
    again = rows(upload)
    assert set(again) == {"create", "written"}
    assert again["written"].item_key == "hand-1"


def test_pictures_of_the_upload_are_kept_with_the_item(bank, store):
    out = BytesIO()
    Image.new("RGB", (4, 4), "teal").save(out, "PNG")
    found = read_picture(out.getvalue(), "a.png", Where())
    assert isinstance(found, Picture)
    body = single_body(f"看图 ![订单](media:{found.name})")
    item = item_from_json(body)
    outgoing = Outgoing("x", (Candidate(item, Where()),), (), {found.name: found.content})
    data, _ = write_yaml(outgoing)
    me = make_person(RoleName.TRAINER).id
    upload = services.create_upload(
        bank, data=data, filename="x.zip", format_name="", purpose="quiz", actor_id=me, now=NOON
    )
    row = db.session.scalars(queries.select_rows(upload.id)).one()
    version = make_item(bank, key="pic-1", body=body)
    assert not store.exists(found.name[:64])
    finish(row, version.item, store, me)
    assert store.get(found.name[:64]) == found.content


def test_rows_lead_to_the_editor_until_they_are_done(app, sign_in):
    with app.app_context():
        bank = make_bank(0)
        person = make_person(RoleName.TRAINER)
        upload = services.create_upload(
            bank, data=GIFT.encode(), filename="题.gift", format_name="gift", purpose="quiz",
            actor_id=person.id, now=NOON,
        )  # fmt: skip
        db.session.commit()
        key, upload_id, person_id = bank.key, upload.id, person.id
        refused = rows(upload)["refused"].id
    client = sign_in(person_id)
    page = client.get(f"/imports/{upload_id}").text
    assert f"/banks/{key}/items/new?row={refused}" in page
    with app.app_context():
        row = queries.find_upload_row(refused, queries.get_bank(key).id)
        assert row is not None
        item = make_item(queries.get_bank(key), key="hand-1").item
        store = FolderStore(app.extensions["settings"].storage_dir)
        finish(row, item, store, person_id)
        db.session.commit()
    page = client.get(f"/imports/{upload_id}").text
    assert f"/banks/{key}/items/new?row={refused}" not in page
    assert "在编辑器里写好" in page
    assert "hand-1" in client.get(f"/imports/{upload_id}?show=written").text
    client.post(f"/imports/{upload_id}", data={"act": "confirm", "state": "draft"})
    result = client.get(f"/imports/{upload_id}").text
    assert "在编辑器里写好的" in result
    assert "没看懂、没有导入的" not in result


def test_a_row_of_another_bank_or_a_discarded_upload_is_none(app, session, upload):
    row_id = rows(upload)["refused"].id
    assert queries.find_upload_row(row_id, upload.bank_id) is not None
    assert queries.find_upload_row(row_id, make_bank(0).id) is None
    services.discard_upload(upload, actor_id=upload.uploaded_by, now=NOON)
    assert queries.find_upload_row(row_id, upload.bank_id) is None
    assert db.session.scalars(select(ItemUploadRow)).all() == []


def test_a_refused_row_becomes_an_item_through_the_editor(app, sign_in):
    with app.app_context():
        bank = make_bank(0)
        person = make_person(RoleName.TRAINER)
        upload = services.create_upload(
            bank, data=GIFT.encode(), filename="题.gift", format_name="gift", purpose="quiz",
            actor_id=person.id, now=NOON,
        )  # fmt: skip
        db.session.commit()
        key, upload_id, person_id = bank.key, upload.id, person.id
        row_id = rows(upload)["refused"].id
    client, url = sign_in(person_id), f"/banks/{key}/items/new"
    page = client.get(f"{url}?row={row_id}").text
    assert "少了括号 {=a ~b" in page
    assert "导入时的这一题" in page
    assert f'name="row" value="{row_id}"' in page
    draft = client.post(
        f"/banks/{key}/items/draft", data={"stem": "改到一半", "row": str(row_id)}
    ).json["draft"]
    assert "改到一半" in client.get(f"{url}?row={row_id}").text
    assert client.get(f"{url}?row={row_id}&draft={draft}").text.count("改到一半") == 1
    data = {
        "type": "true_false", "stem": "改好了", "answer": "true", "intent": "draft",
        "row": str(row_id), "draft": str(draft),
    }  # fmt: skip
    assert client.post(url, data={**data, "answer": ""}).status_code == 422
    done = client.post(url, data=data)
    assert (done.status_code, done.location) == (303, f"/imports/{upload_id}")
    with app.app_context():
        row = db.session.get_one(ItemUploadRow, row_id)
        assert row.verb == "written"
        assert queries.get_item(row.item_key).state == queries.DRAFT
        assert db.session.scalars(select(ItemDraft)).all() == []
    again = client.get(f"{url}?row={row_id}")
    assert (again.status_code, again.location) == (303, f"/items/{row.item_key}")
