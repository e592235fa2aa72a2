"""The list of people, a person's page, adding and changing one."""

from collections.abc import Callable, Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.errors import InvalidInput, InvalidState, NotAllowed
from lms.people import queries, services
from lms.people.access import ADMIN, HR, LEAD, TRAINER, current_person, requires
from lms.people.domain.contacts import as_email, as_phone, as_username, masked, narrow
from lms.people.domain.invitations import PersonState, invitation_state, person_state
from lms.people.domain.roles import RoleName, grantable_roles, may_manage
from lms.people.domain.roster import COLUMNS
from lms.people.forms import EditPersonForm, NewPersonForm, PersonForm, SupervisorForm
from lms.people.models import Invitation, Person
from lms.people.queries import Asked
from lms.people.views.blueprint import blueprint, today
from lms.people.words import refusal_words, role_label, state_label
from lms.web.access import request_now
from lms.web.listing import Column, as_xlsx, paginate, search_words

READERS = HR | ADMIN | TRAINER | LEAD
MANAGERS = HR | ADMIN


@blueprint.get("/people")
@requires(READERS)
def list_people() -> ResponseReturnValue:
    """List the people, with search and filters."""
    asked = _asked()
    page = paginate(queries.select_persons(search_words(), now=request_now(), **asked))
    invitations = queries.latest_invitations(person.id for person in page.rows)
    return render_template(
        "people/list.html",
        page=page,
        asked=asked,
        states={person.id: state_of(person, invitations.get(person.id)) for person in page.rows},
        role_options=[(role.value, role_label(role.value)) for role in RoleName],
        state_options=[(state.value, state_label(state.value)) for state in PersonState],
        cohort_options=[(cohort.id, cohort.name) for cohort in queries.list_cohorts()],
        is_manager=_is_manager(),
        masked=masked,
    )


@blueprint.get("/people/export.xlsx")
@requires(MANAGERS)
def export_people() -> ResponseReturnValue:
    """Give the list as a sheet, in the columns of the roster."""
    people = queries.list_selected(search_words(), now=request_now(), **_asked())
    invitations = queries.latest_invitations(person.id for person in people)
    supervisors = queries.supervisor_names([person.id for person in people], today())
    columns: list[Column[Person]] = [
        Column(column.heading, _exported(column.key, supervisors), column.width)
        for column in COLUMNS
    ]
    columns.append(
        Column(gettext("状态"), lambda p: state_label(state_of(p, invitations.get(p.id)).value), 18)
    )
    return as_xlsx(people, columns, gettext("人员"))


@blueprint.route("/people/new", methods=["GET", "POST"])
@requires(MANAGERS)
def new_person() -> ResponseReturnValue:
    """Add one person by hand."""
    actor = current_person()
    form = NewPersonForm(roles=[RoleName.LEARNER.value], cohort=request.args.get("cohort", ""))
    form.offer_roles(grantable_roles(actor.role_names))
    form.offer_cohorts(queries.list_cohorts())
    if form.validate_on_submit():
        taken = _taken(form)
        form.refuse_taken(taken)
        if not taken:
            return _create(form)
    status = 422 if form.errors else 200
    return render_template("people/new.html", form=form, posts=queries.list_posts()), status


def _create(form: NewPersonForm) -> ResponseReturnValue:
    actor, now = current_person(), request_now()
    person = services.create_person(
        name=form.name.data or "",
        name_latin=form.name_latin.data or "",
        username=form.username.data or "",
        email=form.email.data,
        phone=form.phone.data,
        employee_no=form.employee_no.data,
        post=form.post.data or "",
        hired_on=form.hired_on.data,
        roles=[RoleName(name) for name in form.roles.data or []],
        actor_id=actor.id,
        now=now,
    )
    if form.cohort.data:
        cohort = queries.get_cohort(int(form.cohort.data))
        services.add_to_cohort(cohort, person, actor_id=actor.id, now=now)
    if form.with_invitation.data:
        services.invite(person, actor_id=actor.id, now=now)
        text = gettext("已添加 %(name)s，邀请链接放进了发件箱。", name=person.name)
    else:
        text = gettext("已添加 %(name)s，还没有邀请。", name=person.name)
    flash(text, "success")
    return redirect(url_for(".show_person", person_id=person.id), 303)


@blueprint.get("/people/<int:person_id>")
@requires(READERS)
def show_person(person_id: int) -> ResponseReturnValue:
    """Show what is known of a person."""
    return _person_page(queries.get_person(person_id), None)


def _person_page(person: Person, form: SupervisorForm | None, status: int = 200) -> tuple[str, int]:
    may = may_manage(current_person().role_names, person.role_names)
    invitation = queries.latest_invitations([person.id]).get(person.id)
    if may and form is None:
        form = SupervisorForm(formdata=None, since_on=max(person.hired_on or today(), today()))
        form.offer(_others(person))
    page = render_template(
        "people/show.html",
        person=person,
        cohorts=queries.list_cohorts_of(person.id),
        supervisions=queries.list_supervision_history(person.id),
        today=today(),
        invitation=invitation,
        state=state_of(person, invitation),
        events=queries.list_person_events(person.id) if _is_manager() else [],
        may_manage=may,
        is_manager=_is_manager(),
        masked=masked,
        form=form,
    )
    return page, status


@blueprint.route("/people/<int:person_id>/edit", methods=["GET", "POST"])
@requires(MANAGERS)
def edit_person(person_id: int) -> ResponseReturnValue:
    """Change a person's data, roles, and whether the account may be used."""
    person = managed_person(person_id)
    grantable = grantable_roles(current_person().role_names)
    form = EditPersonForm(
        obj=person, roles=[name for name in person.role_names if name in grantable]
    )
    if not form.is_submitted():
        form.is_active.data = person.active
    form.offer_roles(grantable)
    # Who holds only roles that this actor cannot touch keeps them with none chosen here.
    fixed = person.role_names - {role.value for role in grantable}
    if fixed:
        form.roles.validators = ()
        form.roles.flags.required = False
    if form.validate_on_submit():
        taken = _taken(form, person.id)
        form.refuse_taken(taken)
        if not taken and _update(form, person, fixed):
            flash(gettext("已保存。"), "success")
            return redirect(url_for(".show_person", person_id=person.id), 303)
    status = 422 if form.errors else 200
    return (
        render_template(
            "people/edit.html",
            form=form,
            person=person,
            fixed=sorted(fixed),
            posts=queries.list_posts(),
        ),
        status,
    )


def _update(form: EditPersonForm, person: Person, fixed: frozenset[str]) -> bool:
    try:
        services.update_person(
            person,
            name=form.name.data or "",
            name_latin=form.name_latin.data or "",
            username=form.username.data or "",
            email=form.email.data,
            phone=form.phone.data,
            employee_no=form.employee_no.data,
            post=form.post.data or "",
            hired_on=form.hired_on.data,
            roles=[RoleName(name) for name in {*(form.roles.data or []), *fixed}],
            is_active=bool(form.is_active.data),
            actor_id=current_person().id,
            now=request_now(),
        )
    except InvalidState as error:
        form.is_active.errors = [refusal_words(error.code, error.facts)]
        return False
    return True


@blueprint.post("/people/<int:person_id>/invite")
@requires(MANAGERS)
def invite(person_id: int) -> ResponseReturnValue:
    """Send a (new) invitation; links sent before stop working."""
    person = managed_person(person_id)
    services.invite(person, actor_id=current_person().id, now=request_now())
    flash(gettext("新的邀请链接放进了发件箱，以前发出的链接都作废了。"), "success")
    return redirect(url_for(".show_person", person_id=person.id), 303)


@blueprint.post("/people/<int:person_id>/supervisors")
@requires(MANAGERS)
def set_supervisor(person_id: int) -> ResponseReturnValue:
    """Say who leads or mentors a person, from a day on."""
    person = managed_person(person_id)
    form = SupervisorForm()
    form.offer(_others(person))
    if form.validate_on_submit() and form.since_on.data is not None:
        try:
            supervision = services.set_supervisor(
                person,
                queries.get_person(form.supervisor.data),
                kind=form.kind.data,
                since_on=form.since_on.data,
                actor_id=current_person().id,
                now=request_now(),
            )
        except (InvalidState, InvalidInput) as error:
            form.since_on.errors = [refusal_words(error.code, error.facts)]
        else:
            flash(gettext("已设置：%(name)s。", name=supervision.supervisor.name), "success")
            return redirect(url_for(".show_person", person_id=person.id), 303)
    return _person_page(person, form, 422)


@blueprint.post("/people/<int:person_id>/supervisors/<int:supervision_id>/end")
@requires(MANAGERS)
def end_supervision(person_id: int, supervision_id: int) -> ResponseReturnValue:
    """End a supervision with today as its last day."""
    person = managed_person(person_id)
    supervision = queries.get_supervision(supervision_id, person.id)
    services.end_supervision(
        supervision,
        until_on=max(today(), supervision.since_on),
        actor_id=current_person().id,
        now=request_now(),
    )
    flash(gettext("已结束，今天是最后一天。"), "success")
    return redirect(url_for(".show_person", person_id=person.id), 303)


@blueprint.post("/people/<int:person_id>/two-factor/reset")
@requires(ADMIN)
def reset_two_factor(person_id: int) -> ResponseReturnValue:
    """Take off the second step for somebody who lost the phone."""
    person = queries.get_person(person_id)
    services.reset_two_factor(person, actor_id=current_person().id, now=request_now())
    flash(gettext("%(name)s 的两步验证已取消，下次登录只要密码。", name=person.name), "success")
    return redirect(url_for(".show_person", person_id=person.id), 303)


def managed_person(person_id: int) -> Person:
    """Return a person whom the acting one may edit and invite.

    Raises:
        NotAllowed: HR would change an admin.
    """
    person = queries.get_person(person_id)
    if not may_manage(current_person().role_names, person.role_names):
        raise NotAllowed("admin_only", name=person.name)
    return person


def _is_manager() -> bool:
    return MANAGERS.allows(current_person())


def _others(person: Person) -> list[Person]:
    return [other for other in queries.list_supervisor_choices() if other.id != person.id]


def state_of(person: Person, invitation: Invitation | None) -> PersonState:
    """Return where a person stands, given the newest invitation."""
    latest = None
    if invitation is not None:
        latest = invitation_state(
            used_at=invitation.used_at,
            revoked_at=invitation.revoked_at,
            expires_at=invitation.expires_at,
            now=request_now(),
        )
    return person_state(
        is_active=person.active, has_password=person.password is not None, latest=latest
    )


def _asked() -> Asked:
    return {
        "role": request.args.get("role", ""),
        "cohort_id": request.args.get("cohort", type=int),
        "state": request.args.get("state", ""),
    }


def _taken(form: PersonForm, except_id: int | None = None) -> dict[str, Person]:
    """Return by field who holds a value already; the form has checked that the values can be read."""
    return queries.find_taken(
        username=as_username(form.username.data) if form.username.data else "",
        email=as_email(form.email.data) if form.email.data else "",
        phone=as_phone(form.phone.data) if form.phone.data else "",
        employee_no=narrow(form.employee_no.data or ""),
        except_id=except_id,
    )


def _exported(key: str, supervisors: Mapping[tuple[int, str], str]) -> Callable[[Person], object]:
    if key in ("lead", "mentor"):
        return lambda person: supervisors.get((person.id, key), "")
    if key == "roles":
        return lambda person: gettext("、").join(
            role_label(name) for name in sorted(person.role_names)
        )
    return lambda person: getattr(person, key) or ""
