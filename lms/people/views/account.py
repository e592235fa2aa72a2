"""One's own account: what the product holds, language, password, second step, sessions."""

from flask import abort, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, gettext
from flask_security import login_user

from lms.people import queries, services
from lms.people.access import PUBLIC, SIGNED_IN, STAFF, current_person, requires
from lms.people.views.blueprint import blueprint, today
from lms.web.access import request_now
from lms.web.kit import LANGUAGES


@blueprint.get("/account")
@requires(SIGNED_IN)
def account() -> ResponseReturnValue:
    """Show a person everything that the product holds about the account, and what each is for."""
    person = current_person()
    notice = queries.find_privacy_notice()
    return render_template(
        "people/account.html",
        person=person,
        cohorts=queries.list_cohorts_of(person.id),
        supervisions=queries.list_supervisions(person.id, today()),
        notice=notice,
        consent=queries.find_consent(person.id, notice.version) if notice else None,
        is_staff=STAFF.allows(person),
    )


@blueprint.post("/account/language/<code>")
@requires(SIGNED_IN)
def change_language(code: str) -> ResponseReturnValue:
    """Set the language of pages and messages, on every device."""
    if code not in LANGUAGES:
        abort(404)
    services.choose_locale(current_person(), code)
    session["lang"] = code
    with force_locale(code):
        flash(gettext("以后页面和消息都用这种语言。"), "success")
    return redirect(url_for(".account"), 303)


@blueprint.post("/account/sign-out-everywhere")
@requires(SIGNED_IN)
def sign_out_everywhere() -> ResponseReturnValue:
    """End all sessions but this one."""
    person = current_person()
    services.sign_out_everywhere(person, actor_id=person.id, now=request_now())
    login_user(person, authn_via=["session"])
    flash(gettext("其他设备都退出了，这台设备保持登录。"), "success")
    return redirect(url_for(".account"), 303)


@blueprint.get("/logout")
@requires(PUBLIC)
def sign_out() -> ResponseReturnValue:
    """Ask once more: the button on this page posts to the library's own view of the same address."""
    return render_template("people/sign_out.html")
