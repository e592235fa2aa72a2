"""The page that names the organisation."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.organisation import queries, services
from lms.organisation.forms import OrganisationForm
from lms.people.access import ADMIN, HR, current_person, requires
from lms.web.access import request_now

blueprint = Blueprint("organisation", __name__, template_folder="templates")


@blueprint.route("/organisation", methods=["GET", "POST"])
@requires(ADMIN | HR)
def edit() -> ResponseReturnValue:
    """Show and change the names that certificates print."""
    form = OrganisationForm(obj=queries.find_organisation())
    if form.validate_on_submit():
        services.name_organisation(
            name=form.name.data or "",
            name_latin=form.name_latin.data or "",
            serial_prefix=form.serial_prefix.data or "",
            signer_name=form.signer_name.data or "",
            signer_title=form.signer_title.data or "",
            signer_title_en=form.signer_title_en.data or "",
            second_review=bool(form.second_review.data),
            actor_id=current_person().id,
            now=request_now(),
        )
        flash(gettext("已保存。之后签发的证书会用新的名称，已签发的不变。"), "success")
        return redirect(url_for("organisation.edit"))
    return render_template("organisation/edit.html", form=form), 422 if form.errors else 200
