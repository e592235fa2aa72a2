"""The list of cohorts, and a cohort's page."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from lms.errors import InvalidInput
from lms.people import queries, services
from lms.people.access import ADMIN, HR, TRAINER, current_person, requires
from lms.people.domain.contacts import masked
from lms.people.forms import CohortForm
from lms.people.models import Cohort
from lms.people.views.blueprint import blueprint, today
from lms.people.views.persons import MANAGERS, state_of
from lms.people.words import refusal_words
from lms.web.access import request_now
from lms.web.listing import Column, as_xlsx, paginate, search_words

READERS = HR | ADMIN | TRAINER
_FOUND_LIMIT = 30


@blueprint.get("/cohorts")
@requires(READERS)
def list_cohorts() -> ResponseReturnValue:
    """List the cohorts."""
    page = paginate(queries.select_cohorts(search_words()))
    return render_template(
        "people/cohorts.html",
        page=page,
        counts=queries.count_members(cohort.id for cohort in page.rows),
        is_manager=MANAGERS.allows(current_person()),
        today=today(),
    )


@blueprint.get("/cohorts/export.xlsx")
@requires(READERS)
def export_cohorts() -> ResponseReturnValue:
    """Give the list of cohorts as a sheet."""
    cohorts = queries.list_cohorts(search_words())
    counts = queries.count_members(cohort.id for cohort in cohorts)
    columns: list[Column[Cohort]] = [
        Column(gettext("期次"), lambda c: c.name, 30),
        Column(gettext("开始日期"), lambda c: c.starts_on, 14),
        Column(gettext("人数"), lambda c: counts.get(c.id, 0), 8),
        Column(gettext("备注"), lambda c: c.note, 40),
    ]
    return as_xlsx(cohorts, columns, gettext("期次"))


@blueprint.route("/cohorts/new", methods=["GET", "POST"])
@requires(MANAGERS)
def new_cohort() -> ResponseReturnValue:
    """Make a cohort."""
    form = CohortForm()
    if form.validate_on_submit() and form.starts_on.data is not None:
        try:
            cohort = services.create_cohort(
                name=form.name.data or "",
                starts_on=form.starts_on.data,
                note=form.note.data or "",
                actor_id=current_person().id,
                now=request_now(),
            )
        except InvalidInput as error:
            form.name.errors = [refusal_words(error.code, error.facts)]
        else:
            flash(gettext("已新建 %(name)s，现在可以加人。", name=cohort.name), "success")
            return redirect(url_for(".show_cohort", cohort_id=cohort.id), 303)
    status = 422 if form.errors else 200
    return render_template("people/cohort_form.html", form=form, cohort=None), status


@blueprint.get("/cohorts/<int:cohort_id>")
@requires(READERS)
def show_cohort(cohort_id: int) -> ResponseReturnValue:
    """Show a cohort's members, and find people to add."""
    cohort = queries.get_cohort(cohort_id)
    members = queries.list_cohort_members(cohort.id)
    invitations = queries.latest_invitations(person.id for person in members)
    wanted = request.args.get("add", "").strip()[:100]
    found = queries.find_addable(cohort.id, wanted, limit=_FOUND_LIMIT) if wanted else []
    return render_template(
        "people/cohort.html",
        cohort=cohort,
        members=members,
        states={p.id: state_of(p, invitations.get(p.id)) for p in members},
        uninvited=sum(1 for person in members if person.password is None),
        supervisors=queries.supervisor_names([p.id for p in members], today()),
        wanted=wanted,
        found=found,
        found_limit=_FOUND_LIMIT,
        is_manager=MANAGERS.allows(current_person()),
        masked=masked,
    )


@blueprint.route("/cohorts/<int:cohort_id>/edit", methods=["GET", "POST"])
@requires(MANAGERS)
def edit_cohort(cohort_id: int) -> ResponseReturnValue:
    """Change a cohort's name, first day and note."""
    cohort = queries.get_cohort(cohort_id)
    form = CohortForm(obj=cohort)
    if form.validate_on_submit() and form.starts_on.data is not None:
        try:
            services.change_cohort(
                cohort,
                name=form.name.data or "",
                starts_on=form.starts_on.data,
                note=form.note.data or "",
                actor_id=current_person().id,
                now=request_now(),
            )
        except InvalidInput as error:
            form.name.errors = [refusal_words(error.code, error.facts)]
        else:
            flash(gettext("已保存。"), "success")
            return redirect(url_for(".show_cohort", cohort_id=cohort.id), 303)
    status = 422 if form.errors else 200
    return render_template("people/cohort_form.html", form=form, cohort=cohort), status


@blueprint.post("/cohorts/<int:cohort_id>/members")
@requires(MANAGERS)
def add_members(cohort_id: int) -> ResponseReturnValue:
    """Put the ticked people into the cohort."""
    cohort = queries.get_cohort(cohort_id)
    persons = queries.list_persons(request.form.getlist("person_id", type=int))
    for person in persons:
        services.add_to_cohort(cohort, person, actor_id=current_person().id, now=request_now())
    if persons:
        flash(
            ngettext("已加入 %(num)d 人。", "已加入 %(num)d 人。", len(persons)),
            "success",
        )
    else:
        flash(gettext("没有勾选任何人。"), "warning")
    return redirect(url_for(".show_cohort", cohort_id=cohort.id), 303)


@blueprint.post("/cohorts/<int:cohort_id>/members/<int:person_id>/remove")
@requires(MANAGERS)
def remove_member(cohort_id: int, person_id: int) -> ResponseReturnValue:
    """Take a person out of the cohort."""
    cohort = queries.get_cohort(cohort_id)
    person = queries.get_person(person_id)
    services.remove_from_cohort(cohort, person, actor_id=current_person().id, now=request_now())
    text = gettext("%(name)s 已移出本期。已经开始的培养不受影响。", name=person.name)
    flash(text, "success")
    return redirect(url_for(".show_cohort", cohort_id=cohort.id), 303)


@blueprint.post("/cohorts/<int:cohort_id>/invite")
@requires(MANAGERS)
def invite_cohort(cohort_id: int) -> ResponseReturnValue:
    """Invite everybody of the cohort who has no password yet."""
    cohort = queries.get_cohort(cohort_id)
    count = services.invite_many(
        queries.list_cohort_members(cohort.id), actor_id=current_person().id, now=request_now()
    )
    if count:
        text = ngettext("%(num)d 份邀请放进了发件箱。", "%(num)d 份邀请放进了发件箱。", count)
        flash(text, "success")
    else:
        flash(gettext("本期的人都已经加入，不用再邀请。"), "warning")
    return redirect(url_for(".show_cohort", cohort_id=cohort.id), 303)
