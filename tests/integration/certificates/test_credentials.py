"""From HR's decision to bytes that prove themselves, and what a stranger is told."""

import hashlib
import re

import pytest
from sqlalchemy import select

from lms.audit.models import AuditEvent
from lms.certificates.domain.codes import CODE_LENGTH, grouped, make_code
from lms.certificates.jobs import issue_and_render
from lms.certificates.models import Credential
from lms.certificates.services import issue_credential
from lms.db import db
from lms.documents.models import StoredFile
from lms.errors import InvalidState
from lms.notifications.models import OutboxMessage
from lms.people.domain.roles import RoleName
from lms.probation.domain.decision import Outcome
from tests.conftest import NOON
from tests.factories.certificates import make_credential, make_organisation, make_positive_decision
from tests.factories.people import make_person
from tests.factories.probation import make_case_ready, make_decision


def only_credential() -> Credential:
    return db.session.scalars(select(Credential)).one()


def test_positive_decision_issues_one_credential_however_often_the_sweep_runs(session):
    credential = make_credential(make_person(name="欧阳若溪", name_latin="Ouyang Ruoxi"))
    first = (credential.serial, credential.code, credential.pdf_sha256, credential.png_sha256)
    assert issue_and_render(NOON) == 0
    again = only_credential()
    assert (again.serial, again.code, again.pdf_sha256, again.png_sha256) == first
    assert re.fullmatch(r"YX2026-\d{6}", again.serial)
    assert again.facts["name"] == "欧阳若溪"
    assert again.facts["verify_url"].endswith(f"/V/{again.code}")
    assert {row.sha256 for row in db.session.scalars(select(StoredFile))} == {
        again.pdf_sha256,
        again.png_sha256,
    }
    actions = db.session.scalars(
        select(AuditEvent.action).where(AuditEvent.action.startswith("certificates."))
    ).all()
    assert actions == ["certificates.issue", "certificates.render"]
    told = db.session.scalars(
        select(OutboxMessage).where(OutboxMessage.kind == "certificates.issued")
    ).one()
    assert told.person_id == again.person_id


def test_negative_decision_issues_nothing(session):
    make_organisation()
    make_decision(make_case_ready(), Outcome.NOT_MET)
    assert issue_and_render(NOON) == 0
    assert db.session.scalars(select(Credential)).all() == []


def test_unnamed_organisation_holds_everything_back_and_says_so(app, sign_in):
    with app.app_context():
        make_positive_decision()
        assert issue_and_render(NOON) == 0
        hr = make_person(RoleName.HR).id
    page = sign_in(hr).get("/certificates").text
    assert "还没有填写组织名称" in page


def test_later_changes_do_not_reach_an_issued_certificate(session):
    credential = make_credential(make_person(name="陈堃"))
    before = (dict(credential.facts), credential.pdf_sha256)
    credential.person.name = "陈坤"
    make_organisation("改名以后的公司")
    issue_and_render(NOON)
    assert (dict(only_credential().facts), only_credential().pdf_sha256) == before


def test_missing_glyph_stops_the_certificate_and_a_retry_follows_the_corrected_name(app, sign_in):
    with app.app_context():
        make_organisation()
        person = make_person(name="张𮧵")
        make_positive_decision(person)
        issue_and_render(NOON)
        credential = only_credential()
        assert credential.state == "failed"
        assert "U+2E9F5" in credential.failure
        assert credential.pdf_sha256 is None
        credential_id, person_id = credential.id, person.id
        hr = make_person(RoleName.HR).id
    client = sign_in(hr)
    page = client.get(f"/certificates/{credential_id}").text
    assert "U+2E9F5" in page
    assert "张𮧵 的证书没有制作成功" in client.get("/").text
    assert sign_in(person_id).post(f"/certificates/{credential_id}/retry").status_code == 403
    with app.app_context():
        make = db.session.get_one(type(person), person_id)
        make.name = "张某"
        db.session.commit()
    assert client.post(f"/certificates/{credential_id}/retry").status_code == 302
    with app.app_context():
        issue_and_render(NOON)
        assert only_credential().state == "ready"
        assert only_credential().facts["name"] == "张某"
    assert client.post(f"/certificates/{credential_id}/retry").status_code == 409


def test_downloads_are_the_stored_bytes_for_the_holder_and_for_hr_only(app, sign_in):
    with app.app_context():
        credential = make_credential()
        base = f"/certificates/{credential.id}"
        holder, pdf, png = credential.person_id, credential.pdf_sha256, credential.png_sha256
        hr, other = make_person(RoleName.HR).id, make_person().id
    for person in (holder, hr):
        client = sign_in(person)
        for name, sha256, magic in (("pdf", pdf, b"%PDF"), ("png", png, b"\x89PNG")):
            answer = client.get(f"{base}/certificate.{name}")
            assert answer.data.startswith(magic)
            assert hashlib.sha256(answer.data).hexdigest() == sha256
    assert pdf in sign_in(holder).get("/my/certificate").text
    stranger = sign_in(other)
    for path in ("", "/certificate.pdf", "/certificate.png"):
        assert stranger.get(base + path).status_code == 404
    assert "还没有证书" in stranger.get("/my/certificate").text
    assert app.test_client().get(f"{base}/certificate.pdf").status_code == 302


def test_a_changed_file_is_not_handed_out(app, sign_in):
    with app.app_context():
        credential = make_credential()
        holder, number, sha256 = credential.person_id, credential.id, credential.pdf_sha256
        path = app.extensions["settings"].storage_dir / sha256[:2] / sha256[2:4] / sha256
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert sign_in(holder).get(f"/certificates/{number}/certificate.pdf").status_code == 409
    path.unlink()


def test_verify_tells_a_stranger_who_what_since_when_and_the_hash(app):
    with app.app_context():
        credential = make_credential(make_person(name="林小满"))
        code, serial, sha256 = credential.code, credential.serial, credential.pdf_sha256
        phone = credential.person.phone
    client = app.test_client()
    for address in (
        f"/verify/{code}",
        f"/verify/{grouped(code).lower()}",
        f"/V/{code}",
        f"/v/{code}",
    ):
        answer = client.get(address)
        assert answer.status_code == 200
        for fact in ("证书有效", "林小满", serial, sha256, "2026年11月23日"):
            assert fact in answer.text
    assert phone not in client.get(f"/verify/{code}").text


def test_a_wrong_code_says_so_without_a_hint(app):
    with app.app_context():
        code = make_credential().code
    client = app.test_client()
    wrong_form, unknown = "X" * CODE_LENGTH, make_code(12345)
    slip = ("3" if code[0] == "2" else "2") + code[1:]
    pages = [
        client.get(f"/verify/{wrong}") for wrong in (wrong_form, unknown, slip, "x", "2" * 200)
    ]
    assert {page.status_code for page in pages} == {404}
    bodies = {
        re.sub(r'value="[^"]*"', "", page.text.replace(page.request.path, "")) for page in pages
    }
    assert len(bodies) == 1


def test_a_pending_certificate_does_not_verify(app):
    with app.app_context():
        credential = make_credential()
        credential.state = "pending"
        db.session.commit()
        code = credential.code
    assert app.test_client().get(f"/verify/{code}").status_code == 404


def test_the_form_leads_to_the_answer(app):
    with app.app_context():
        code = make_credential().code
    client = app.test_client()
    answer = client.post("/verify", data={"code": grouped(code)}, follow_redirects=True)
    assert "证书有效" in answer.text
    assert client.post("/verify", data={"code": " "}).status_code == 422


def test_issuing_needs_a_positive_decision_and_a_name(session, app):
    from_hr = make_decision(make_case_ready(), Outcome.NOT_MET)
    with pytest.raises(InvalidState, match="decision_not_positive"):
        issue_credential(from_hr, settings=app.extensions["settings"], now=NOON)
    with pytest.raises(InvalidState, match="organisation_unnamed"):
        issue_credential(make_positive_decision(), settings=app.extensions["settings"], now=NOON)


def test_list_searches_filters_and_exports(app, sign_in):
    with app.app_context():
        serial = make_credential(make_person(name="林小满")).serial
        hr = make_person(RoleName.HR).id
    client = sign_in(hr)
    assert serial in client.get("/certificates?q=小满").text
    assert serial not in client.get("/certificates?q=不存在").text
    assert serial not in client.get("/certificates?state=failed").text
    book = client.get("/certificates?format=xlsx")
    assert book.data.startswith(b"PK")
