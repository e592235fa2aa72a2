"""Making the documents of credentials and keeping them: the worker's half."""

import datetime as dt

from lms.audit.services import record
from lms.certificates.face.facts import CertificateFacts, Entry
from lms.certificates.face.press import RenderedCertificate, render_certificate
from lms.certificates.models import Credential
from lms.db import JsonObject, db
from lms.documents.fonts import FontLibrary
from lms.documents.models import StoredFile
from lms.documents.storage import FileStore
from lms.errors import InvalidInput
from lms.notifications.services import post


def facts_from_json(snapshot: JsonObject) -> CertificateFacts:
    """Return the kept snapshot as the value that the press prints."""
    facts = dict(snapshot)
    results = tuple(Entry(**entry) for entry in facts.pop("results"))
    issued_on = dt.date.fromisoformat(facts.pop("issued_on"))
    return CertificateFacts(**facts, results=results, issued_on=issued_on)


def render(facts: JsonObject, fonts: FontLibrary) -> RenderedCertificate | InvalidInput:
    """Make the documents, or return what in the facts cannot be printed (a missing glyph, a line too long).

    Takes most of a second, so it is called outside every write transaction.
    """
    try:
        return render_certificate(facts_from_json(facts), fonts)
    except InvalidInput as error:
        return error


def keep_documents(
    credential: Credential,
    rendered: RenderedCertificate | InvalidInput,
    *,
    store: FileStore,
    now: dt.datetime,
) -> None:
    """Keep the documents by hash, once; what cannot be printed is kept as the reason why there are none."""
    if credential.state != "pending":
        return
    if isinstance(rendered, InvalidInput):
        credential.state = "failed"
        details = ", ".join(str(value) for value in rendered.facts.values())
        credential.failure = f"{rendered.code}|{details}"
        record(
            "certificates.fail",
            actor_id=None,
            now=now,
            subject_kind="credential",
            subject_id=credential.id,
            reason=credential.failure,
        )
        return
    credential.pdf_sha256 = _keep(
        store, rendered.pdf, "application/pdf", f"{credential.serial}.pdf", now
    )
    credential.png_sha256 = _keep(store, rendered.png, "image/png", f"{credential.serial}.png", now)
    credential.template_version = rendered.template_version
    credential.state = "ready"
    credential.failure = ""
    credential.rendered_at = now
    record(
        "certificates.render",
        actor_id=None,
        now=now,
        subject_kind="credential",
        subject_id=credential.id,
        pdf_sha256=credential.pdf_sha256,
        png_sha256=credential.png_sha256,
    )
    post(
        "certificates.issued",
        to=credential.person,
        key=f"credential:{credential.id}",
        now=now,
        link="/my/certificate",
        serial=credential.serial,
        programme=credential.facts["programme"],
        programme_en=credential.facts["programme_en"],
    )


def _keep(store: FileStore, data: bytes, media_type: str, filename: str, now: dt.datetime) -> str:
    sha256 = store.put(data)
    if db.session.get(StoredFile, sha256) is None:
        db.session.add(
            StoredFile(
                sha256=sha256,
                size=len(data),
                media_type=media_type,
                filename=filename,
                created_at=now,
            )
        )
    return sha256
