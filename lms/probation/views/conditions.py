"""Hiring conditions for the hire: read, sign, keep a copy."""

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, gettext

from lms.curriculum.models import Enrolment
from lms.curriculum.queries import find_active_enrolment
from lms.errors import InvalidState, NotFound
from lms.people.access import HR, SIGNED_IN, current_person, requires
from lms.probation import queries, services
from lms.probation.domain.conditions import is_same_name, text_sha256
from lms.probation.forms import SignForm
from lms.probation.models import ConditionsSignature, HiringConditions
from lms.probation.queries import Governing
from lms.probation.views.blueprint import blueprint, sentence
from lms.web.access import request_now
from lms.web.markdown import render_blocks


@blueprint.route("/conditions", methods=["GET", "POST"])
@requires(SIGNED_IN)
def conditions() -> ResponseReturnValue:
    """Show the conditions that govern one's own probation, and take the signature under them."""
    person = current_person()
    enrolment = find_active_enrolment(person.id)
    signatures = queries.list_signatures_of_person(person.id)
    if enrolment is None and signatures:
        enrolment = signatures[0].enrolment
    if enrolment is None:
        return render_template("probation/conditions_none.html")
    governing = queries.find_governing(enrolment)
    form = SignForm()
    if form.is_submitted():
        if governing.to_sign is None:
            # Pressed twice: the first press has signed.
            return _to_copy(governing)
        is_valid = form.validate()
        if form.typed_name.data and not is_same_name(form.typed_name.data, person.name):
            form.typed_name.errors = [sentence("name_differs", {})]
        elif is_valid and _sign(enrolment, governing.to_sign, form):
            return _to_copy(queries.find_governing(enrolment))
    return _show(enrolment, governing, form), 422 if form.errors else 200


def _to_copy(governing: Governing) -> ResponseReturnValue:
    if governing.signature is None:
        return redirect(url_for("probation.conditions"), 303)
    flash(gettext("已签署。这一页是你的副本，随时可以再看、下载或打印。"), "success")
    return redirect(
        url_for("probation.conditions_signed", signature_id=governing.signature.id), 303
    )


def _sign(enrolment: Enrolment, to_sign: HiringConditions, form: SignForm) -> bool:
    """Sign what was shown; when that is not what stands there now, the form says so."""
    if form.conditions_id.data != str(to_sign.id):
        form.form_errors.append(sentence("conditions_changed", {}))
        return False
    try:
        services.sign_conditions(
            enrolment,
            to_sign,
            typed_name=form.typed_name.data or "",
            locale=str(get_locale()),
            actor_id=current_person().id,
            now=request_now(),
            shown_sha256=form.shown_sha256.data or "",
        )
    except InvalidState as error:
        if error.code != "conditions_changed":
            raise
        form.form_errors.append(sentence(error.code, error.facts))
        return False
    return True


def _show(enrolment: Enrolment, governing: Governing, form: SignForm) -> str:
    person = current_person()
    shown = governing.to_sign or governing.conditions
    text, language = queries.text_in(shown, str(get_locale())) if shown else ("", "")
    sha256 = text_sha256(text)
    if shown is not None:
        # What the next press signs is what this page shows, also after a refused one.
        form.conditions_id.data = str(shown.id)
        form.shown_sha256.data = sha256
    return render_template(
        "probation/conditions.html",
        enrolment=enrolment,
        governing=governing,
        shown=shown,
        blocks=render_blocks(text, language=language),
        language=language,
        sha256=sha256,
        form=form,
        signatures=queries.list_signatures_of_person(person.id),
        file=queries.find_file(enrolment.id),
        status_line=queries.status_line(enrolment, request_now()),
    )


@blueprint.get("/conditions/<int:signature_id>")
@requires(SIGNED_IN)
def conditions_signed(signature_id: int) -> ResponseReturnValue:
    """Show the copy of what was signed, exactly, with its hash."""
    signature = _get_readable(signature_id)
    text, language = queries.text_in(signature.conditions, signature.locale)
    current = queries.find_current_conditions(signature.conditions.programme_id)
    return render_template(
        "probation/conditions_signed.html",
        signature=signature,
        person=signature.enrolment.person,
        blocks=render_blocks(text, language=language),
        is_intact=text_sha256(text) == signature.sha256,
        is_current=current is not None and current.id == signature.conditions_id,
        is_own=signature.person_id == current_person().id,
    )


@blueprint.get("/conditions/<int:signature_id>.txt")
@requires(SIGNED_IN)
def conditions_text(signature_id: int) -> ResponseReturnValue:
    """Download the signed text: exactly the bytes whose SHA-256 the signature names."""
    signature = _get_readable(signature_id)
    text, _language = queries.text_in(signature.conditions, signature.locale)
    response = Response(text.encode(), content_type="text/plain; charset=utf-8")
    name = gettext(
        "录用条件第%(version)s版-%(name)s",
        version=signature.conditions.version,
        name=signature.typed_name,
    )
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.txt")
    return response


@blueprint.get("/conditions/version/<int:conditions_id>")
@requires(HR)
def conditions_version(conditions_id: int) -> ResponseReturnValue:
    """Show one version of the conditions to HR, signed or not."""
    shown = queries.get_conditions(conditions_id)
    text, language = queries.text_in(shown, str(get_locale()))
    current = queries.find_current_conditions(shown.programme_id)
    return render_template(
        "probation/conditions_version.html",
        shown=shown,
        blocks=render_blocks(text, language=language),
        language=language,
        sha256=text_sha256(text),
        is_current=current is not None and current.id == shown.id,
    )


def _get_readable(signature_id: int) -> ConditionsSignature:
    """Return a signature that is one's own, or any for HR; to others it does not exist."""
    signature = queries.get_signature(signature_id)
    person = current_person()
    if signature.person_id != person.id and not HR.allows(person):
        raise NotFound("conditions_signature", id=signature_id)
    return signature
