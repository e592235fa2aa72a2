"""Pages of certificates: the holder's, HR's, and the one for strangers."""

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.certificates import queries
from lms.certificates.domain.codes import grouped, read_code
from lms.certificates.forms import VerifyForm
from lms.certificates.models import Credential
from lms.certificates.services import retry_rendering
from lms.config import Settings
from lms.db import db
from lms.documents.storage import FolderStore
from lms.errors import NotFound
from lms.organisation.queries import find_organisation
from lms.people.access import HR, PUBLIC, SIGNED_IN, current_person, requires
from lms.people.limits import limiter
from lms.web.access import request_now
from lms.web.listing import Column, as_xlsx, paginate, search_words

blueprint = Blueprint("certificates", __name__, template_folder="templates")
VERIFY_LIMIT = "30 per minute; 300 per hour"


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


@blueprint.get("/certificates")
@requires(HR)
def list_credentials() -> ResponseReturnValue:
    """List credentials; ``?format=xlsx`` downloads the list."""
    query = queries.select_credentials(search_words(), request.args.get("state", ""))
    if request.args.get("format") == "xlsx":
        zone = _settings().zone
        columns: list[Column[Credential]] = [
            Column(gettext("编号"), lambda c: c.serial, 20),
            Column(gettext("姓名"), lambda c: c.facts["name"]),
            Column(gettext("岗位"), lambda c: c.facts["post"], 24),
            Column(
                gettext("签发时间"), lambda c: f"{c.issued_at.astimezone(zone):%Y-%m-%d %H:%M}", 18
            ),
            Column(gettext("验证码"), lambda c: grouped(c.code), 28),
            Column(gettext("状态"), lambda c: c.state),
            Column("SHA-256", lambda c: c.pdf_sha256 or "", 70),
        ]
        return as_xlsx(db.session.scalars(query), columns, gettext("证书"))
    return render_template(
        "certificates/list.html",
        page=paginate(query),
        state=request.args.get("state", ""),
        has_organisation=find_organisation() is not None,
        waiting=len(queries.list_decisions_to_issue()),
    )


@blueprint.get("/certificates/<int:credential_id>")
@requires(SIGNED_IN)
def show_credential(credential_id: int) -> ResponseReturnValue:
    """Show one credential to its holder or to HR."""
    return render_template(
        "certificates/show.html", credential=_own(credential_id), grouped=grouped
    )


@blueprint.get("/my/certificate")
@requires(SIGNED_IN)
def mine() -> ResponseReturnValue:
    """Show the signed-in person's certificate, or where it stands."""
    credential = queries.find_credential_of_person(current_person().id)
    return render_template("certificates/show.html", credential=credential, grouped=grouped)


@blueprint.get("/certificates/<int:credential_id>/certificate.pdf")
@requires(SIGNED_IN)
def download_pdf(credential_id: int) -> ResponseReturnValue:
    """Send the stored PDF bytes; ``?show=1`` opens it in the browser."""
    credential = _own(credential_id)
    return _send(credential, credential.pdf_sha256, "application/pdf", "pdf")


@blueprint.get("/certificates/<int:credential_id>/certificate.png")
@requires(SIGNED_IN)
def download_png(credential_id: int) -> ResponseReturnValue:
    """Send the stored picture for phones."""
    credential = _own(credential_id)
    return _send(credential, credential.png_sha256, "image/png", "png")


@blueprint.post("/certificates/<int:credential_id>/retry")
@requires(HR)
def retry(credential_id: int) -> ResponseReturnValue:
    """Try again to make the documents of a failed credential."""
    retry_rendering(
        queries.get_credential(credential_id), actor_id=current_person().id, now=request_now()
    )
    flash(gettext("已重新排队，稍等片刻再刷新。"), "success")
    return redirect(url_for("certificates.show_credential", credential_id=credential_id))


@blueprint.route("/verify", methods=["GET", "POST"])
@requires(PUBLIC)
@limiter.limit(VERIFY_LIMIT, exempt_when=lambda: request.method == "GET")
def verify_form() -> ResponseReturnValue:
    """Ask a stranger for the code."""
    form = VerifyForm()
    if form.validate_on_submit():
        # A slash would end the code in the address; as a separator a dash does as well.
        code = (form.code.data or "").replace("/", "-").strip()
        return redirect(url_for("certificates.verify", code=code))
    return render_template("certificates/verify_form.html", form=form), 422 if form.errors else 200


@blueprint.get("/verify/<code>")
@blueprint.get("/v/<code>", endpoint="verify_short")
@blueprint.get("/V/<code>", endpoint="verify_printed")
@requires(PUBLIC)
@limiter.limit(VERIFY_LIMIT)
def verify(code: str) -> ResponseReturnValue:
    """Tell a stranger whether the code is a certificate's, and what that certificate says.

    A code that cannot be one and a code that nobody has get the same answer.
    """
    known = read_code(code)
    credential = queries.find_by_code(known) if known else None
    if credential is None:
        return render_template("certificates/unknown.html", form=VerifyForm(formdata=None)), 404
    return render_template("certificates/verify.html", credential=credential, grouped=grouped)


def _own(credential_id: int) -> Credential:
    credential = queries.get_credential(credential_id)
    person = current_person()
    if credential.person_id != person.id and not HR.allows(person):
        raise NotFound("credential", id=credential_id)
    return credential


def _send(credential: Credential, sha256: str | None, media_type: str, ending: str) -> Response:
    if sha256 is None:
        raise NotFound("certificate_not_ready", serial=credential.serial)
    response = Response(FolderStore(_settings().storage_dir).get(sha256), mimetype=media_type)
    way = "inline" if request.args.get("show") else "attachment"
    name = f"{credential.facts['name']}-{credential.serial}.{ending}"
    response.headers.set("Content-Disposition", way, filename=name)
    response.headers["Cache-Control"] = "private, no-store"
    return response
