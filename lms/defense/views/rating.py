"""A rater's page: the same by sign-in and by personal link."""

import datetime as dt

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lms.clock import local_date
from lms.defense import queries, services
from lms.defense.domain.booking import due_at, opens_at
from lms.defense.domain.rubric import EVIDENCE_LEVELS, LEVELS, Rubric, rubric_from_json
from lms.defense.domain.sheet import TEXT_LIMIT, find_gaps, needs_evidence
from lms.defense.domain.verdict import own_total
from lms.defense.forms import NO_BASIS, SheetForm, sheet_form
from lms.defense.models import PanelMember
from lms.defense.queries import SealedRating
from lms.defense.views.blueprint import blueprint, zone
from lms.defense.views.words import conflict_words, recommendation_words
from lms.errors import InvalidState, NotFound
from lms.people.access import BY_TOKEN, SIGNED_IN, current_person, requires
from lms.web.access import request_now

SEALED_HERE = "defense_sealed_here"
"""Session key: seats whose rating was sent from this browser by a personal link."""

_REMEMBERED = 10


@blueprint.route("/defenses/<int:defense_id>/rate", methods=["GET", "POST"])
@requires(SIGNED_IN)
def rate(defense_id: int) -> ResponseReturnValue:
    """Rate as a signed-in member of the panel."""
    member = queries.find_member(defense_id, current_person().id)
    if member is None:
        raise NotFound("defense", id=defense_id)
    return _rate(member, url_for("defense.rate", defense_id=defense_id), via="sign_in")


@blueprint.route("/r/<token>", methods=["GET", "POST"])
@requires(BY_TOKEN)
def rate_by_link(token: str) -> ResponseReturnValue:
    """Rate by the personal link of a rater, without signing in. It ends with the rating."""
    member = queries.find_member_by_token(services.hash_token(token))
    if member is None or not member.rater.active:
        raise NotFound("rating_link")
    return _rate(member, url_for("defense.rate_by_link", token=token), via="link")


def _rate(member: PanelMember, here: str, *, via: str) -> ResponseReturnValue:
    if member.defense.cancelled_at is not None:
        return render_template("defense/link_ended.html", member=member)
    own = queries.find_own_rating(member)
    if own is not None:
        return _show_sealed(member, own)
    if request.method == "GET":
        form = sheet_form(rubric_from_json(member.defense.rubric))
        return _show_sheet(member, form, here, is_fresh=True)
    return _take(member, here, via=via)


def _take(member: PanelMember, here: str, *, via: str) -> ResponseReturnValue:
    rubric = rubric_from_json(member.defense.rubric)
    now = request_now()
    form = sheet_form(rubric)
    step = request.form.get("step", "review")
    sheet = form.as_sheet(rubric.keys)
    is_valid = form.validate()
    if step == "edit":
        return _show_sheet(member, form, here)
    form.show_gaps(find_gaps(sheet, rubric, today=local_date(now, zone())))
    if not is_valid or form.errors:
        return _show_sheet(member, form, here), 422
    if step != "send" or now < opens_at(member.defense.starts_at, zone()):
        return _show_review(member, form, rubric, here)
    try:
        services.submit_rating(member, sheet, zone=zone(), now=now, via=via)
    except InvalidState as error:
        # The second press of a double click: the first one is sealed and shown.
        if error.code != "rating_exists":
            raise
    if via == "link":
        _remember(member)
    return redirect(here, 303)


def _show_sheet(member: PanelMember, form: SheetForm, here: str, *, is_fresh: bool = False) -> str:
    defense = member.defense
    return render_template(
        "defense/rate.html",
        form=form,
        here=here,
        is_fresh=is_fresh,
        member=member,
        defense=defense,
        rubric=rubric_from_json(defense.rubric),
        evidence=defense.evidence,
        day_number=_day_number(member),
        levels=LEVELS,
        no_basis=NO_BASIS,
        evidence_levels=EVIDENCE_LEVELS,
        text_limit=TEXT_LIMIT,
        today=local_date(request_now(), zone()),
        due_at=due_at(defense.starts_at, zone()),
        is_open=_is_open(member),
        conflict_words=conflict_words(),
        recommendation_words=recommendation_words(),
    )


def _show_review(member: PanelMember, form: SheetForm, rubric: Rubric, here: str) -> str:
    sheet = form.as_sheet(rubric.keys)
    return render_template(
        "defense/review.html",
        form=form,
        here=here,
        member=member,
        defense=member.defense,
        rubric=rubric,
        sheet=sheet,
        total=own_total(rubric, sheet.levels),
        needs_evidence=needs_evidence,
        is_open=_is_open(member),
    )


def _show_sealed(member: PanelMember, own: SealedRating) -> str:
    """Show that it is sealed; what it says only to the rater: signed in, or in the browser that sent it."""
    rubric = rubric_from_json(member.defense.rubric)
    is_rater = current_user.is_authenticated and current_user.id == member.rater_id
    is_readable = is_rater or (
        # Not to somebody else who signed in on the same phone.
        not current_user.is_authenticated and member.id in session.get(SEALED_HERE, [])
    )
    levels = {key: entry.level for key, entry in own.entries.items()}
    return render_template(
        "defense/sealed.html",
        member=member,
        defense=member.defense,
        rubric=rubric,
        own=own if is_readable else None,
        submitted_at=own.submitted_at,
        total=own_total(rubric, levels) if is_readable else None,
        is_signed_in=is_rater,
        submitted=queries.count_submitted([member.defense_id]).get(member.defense_id, 0),
    )


def _is_open(member: PanelMember) -> bool:
    now: dt.datetime = request_now()
    return now >= opens_at(member.defense.starts_at, zone())


def _day_number(member: PanelMember) -> int:
    """Return on which day of the programme the defense is; day 1 is its start."""
    held_on = local_date(member.defense.starts_at, zone())
    return (held_on - member.defense.enrolment.starts_on).days + 1


def _remember(member: PanelMember) -> None:
    seats = [seat for seat in session.get(SEALED_HERE, []) if seat != member.id]
    session[SEALED_HERE] = [*seats, member.id][-_REMEMBERED:]
