"""The privacy notice: shown first, accepted once a version."""

from flask import current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, gettext
from flask_login import current_user

from lms.people import queries, services
from lms.people.access import SIGNED_IN, current_person, requires
from lms.people.forms import PrivacyForm
from lms.people.models import PrivacyNotice
from lms.people.views.blueprint import blueprint
from lms.web.access import Policy, request_now, wants_json
from lms.web.kit import local_path
from lms.web.markdown import render_blocks

_MARK = "privacy"
#: Pages that are never interrupted: the notice itself, and an attempt with what it shows.
_NEVER = frozenset({"people.privacy", "quizzes.paper", "curriculum.media"})


@blueprint.before_app_request
def lead_to_notice() -> ResponseReturnValue | None:
    """Lead a signed-in person who has not accepted the newest notice to it, before any other page.

    Only pages that a person opens are concerned. What a page sends (answers of an attempt, a form that was
    open when a new version came out) is let through and the next page asks: nothing that was typed is lost.
    """
    if not _is_page() or not current_user.is_authenticated:
        return None
    version = queries.newest_notice_version()
    if version is None or session.get(_MARK) == _mark(version):
        return None
    if queries.find_consent(current_user.id, version) is not None:
        session[_MARK] = _mark(version)
        return None
    wanted = request.full_path if request.query_string else request.path
    return redirect(url_for("people.privacy", next=wanted), 303)


def _is_page() -> bool:
    """Say whether this request opens a page for people who are signed in."""
    endpoint = request.endpoint
    if request.method != "GET" or endpoint is None or endpoint in _NEVER:
        return False
    if wants_json() or "HX-Request" in request.headers:
        return False
    policy: Policy | None = getattr(current_app.view_functions[endpoint], "policy", None)
    # Public pages, pages by a secret link, static files and the library's own (sign-out) need no notice.
    return policy is not None and policy.name not in ("public", "by_token")


def _mark(version: int) -> str:
    return f"{current_user.id}:{version}"


@blueprint.route("/privacy", methods=["GET", "POST"])
@requires(SIGNED_IN)
def privacy() -> ResponseReturnValue:
    """Show the newest notice; take its acceptance."""
    wanted = local_path(request.values.get("next", ""))
    notice = queries.find_privacy_notice()
    if notice is None:
        return redirect(wanted, 303)
    person = current_person()
    consent = queries.find_consent(person.id, notice.version)
    form = PrivacyForm()
    locale = str(get_locale())
    if form.validate_on_submit():
        services.accept_privacy(person, notice, locale=locale, now=request_now())
        session[_MARK] = _mark(notice.version)
        flash(gettext("谢谢。以后可以在“我的账号”里再看这份说明。"), "success")
        return redirect(wanted, 303)
    status = 422 if form.errors else 200
    return render_template(
        "people/privacy.html",
        notice=notice,
        blocks=render_blocks(_text(notice, locale), language=locale),
        consent=consent,
        form=form,
        wanted=wanted,
    ), status


def _text(notice: PrivacyNotice, locale: str) -> str:
    return notice.text_en if locale == "en" else notice.text_zh
