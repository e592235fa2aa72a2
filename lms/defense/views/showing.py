"""One defense: for the candidate, for those who wait for ratings, and the verdict."""

from flask import render_template
from flask.typing import ResponseReturnValue

from lms.defense import queries
from lms.defense.domain.booking import due_at
from lms.defense.domain.rubric import SPREAD_LIMIT, rubric_from_json
from lms.defense.forms import CancelForm
from lms.defense.models import Defense, PanelMember
from lms.defense.views.blueprint import blueprint, zone
from lms.defense.views.words import conflict_words, recommendation_words, state_words
from lms.errors import NotFound
from lms.people.access import HR, SIGNED_IN, TRAINER, current_person, requires
from lms.web.access import request_now


@blueprint.get("/defenses/<int:defense_id>")
@requires(SIGNED_IN)
def show_defense(defense_id: int) -> ResponseReturnValue:
    """Show a defense as far as this person may know it; to others it does not exist."""
    defense = queries.get_defense(defense_id)
    person = current_person()
    # First of all the candidate: no role that the judged person holds opens the panel's pages.
    if defense.candidate_id == person.id:
        return _show_candidate(defense)
    member = queries.find_member(defense.id, person.id)
    if member is None and not (TRAINER | HR).allows(person):
        raise NotFound("defense", id=defense_id)
    if defense.verdict is not None:
        return _show_verdict(defense)
    return show_booking(defense)


def show_booking(defense: Defense, cancel_form: CancelForm | None = None) -> str:
    """Render a defense whose ratings are not all in."""
    person, now = current_person(), request_now()
    member = queries.find_member(defense.id, person.id)
    may_book = (TRAINER | HR).allows(person)
    return render_template(
        "defense/booking.html",
        defense=defense,
        rubric=rubric_from_json(defense.rubric),
        state=queries.state_of(defense, now),
        state_words=state_words(),
        seats=queries.list_seats(defense),
        submitted=queries.count_submitted([defense.id]).get(defense.id, 0),
        shows_who=_shows_who(member, may_book=may_book),
        own_seat=member,
        has_rated=member is not None and queries.has_submitted(member.id),
        due_at=due_at(defense.starts_at, zone()),
        cancel_form=(cancel_form or CancelForm(formdata=None)) if may_book else None,
        conflict_words=conflict_words(),
    )


def _shows_who(member: PanelMember | None, *, may_book: bool) -> bool:
    """Say whether this reader may see who has submitted: chasers may, raters only after their own."""
    return may_book and (member is None or queries.has_submitted(member.id))


def _show_verdict(defense: Defense) -> str:
    rubric = rubric_from_json(defense.rubric)
    revealed = queries.reveal(defense)
    return render_template(
        "defense/verdict.html",
        defense=defense,
        rubric=rubric,
        verdict=revealed.verdict,
        summary=revealed.verdict.summary,
        ratings=revealed.ratings,
        evidence=defense.evidence,
        spread_limit=SPREAD_LIMIT,
        is_decided=queries.is_decided(defense.enrolment),
        may_decide=HR.allows(current_person()),
        may_book=TRAINER.allows(current_person()) or HR.allows(current_person()),
        conflict_words=conflict_words(),
        recommendation_words=recommendation_words(),
    )


def _show_candidate(defense: Defense) -> str:
    now = request_now()
    is_decided = defense.verdict is not None and queries.is_decided(defense.enrolment)
    revealed = queries.reveal(defense) if is_decided else None
    return render_template(
        "defense/candidate.html",
        defense=defense,
        rubric=rubric_from_json(defense.rubric),
        is_over=defense.starts_at <= now or defense.verdict is not None,
        # Names of the panel only: until HR has decided, not even how many have submitted.
        panel=[(seat.rater_name, seat.conflicts) for seat in queries.list_seats(defense)],
        summary=revealed.verdict.summary if revealed else None,
        percent=revealed.verdict.weighted_percent if revealed else None,
        strengths=[one.strengths for one in revealed.ratings] if revealed else [],
        conflict_words=conflict_words(),
    )
