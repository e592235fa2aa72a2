"""The page to which an invitation leads."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user
from flask_security import login_user

from lms.errors import InvalidState
from lms.people import queries, services
from lms.people.access import BY_TOKEN, requires
from lms.people.forms import InvitationForm
from lms.people.models import Person
from lms.people.views.blueprint import blueprint
from lms.web.access import request_now


@blueprint.route("/invitation/<token>", methods=["GET", "POST"])
@requires(BY_TOKEN)
def accept_invitation(token: str) -> ResponseReturnValue:
    """Let the invited person set a password, and sign in.

    A link that was used, that was replaced by a newer one, that is too old or that never existed all get the
    same page: a stranger learns nothing from it, and the person is told what helps in every case.
    """
    invitation = queries.find_open_invitation(services.hash_token(token), request_now())
    if invitation is None or not invitation.person.active:
        return _unusable()
    form = InvitationForm(invitation.person)
    if form.validate_on_submit():
        try:
            person = services.accept_invitation(invitation, form.normal, now=request_now())
        except InvalidState:
            return _unusable()
        return _welcome(person)
    status = 422 if form.errors else 200
    return render_template(
        "people/invitation.html", form=form, person=invitation.person, invitation=invitation
    ), status


def _unusable() -> ResponseReturnValue:
    if current_user.is_authenticated:
        # Most likely the same person opens the link from the chat once more.
        return redirect(url_for("home.index"), 303)
    return render_template("people/invitation_unusable.html"), 404


def _welcome(person: Person) -> ResponseReturnValue:
    if person.tf_primary_method:
        flash(gettext("密码已设置，请登录。"), "success")
        return redirect(url_for("security.login"), 303)
    login_user(person, authn_via=["invitation"])
    flash(gettext("欢迎你，%(name)s。密码已设置，下次可以直接登录。", name=person.name), "success")
    return redirect(url_for(".privacy"), 303)
