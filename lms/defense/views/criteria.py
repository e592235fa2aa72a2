"""What a defense is judged by, open to everybody from the first day."""

from collections.abc import Sequence

from flask import render_template, request
from flask.typing import ResponseReturnValue

from lms.curriculum.models import Programme
from lms.curriculum.queries import find_active_enrolment, list_programmes
from lms.defense.domain.rubric import (
    EVIDENCE_LEVELS,
    Rubric,
    rubric_from_json,
    rubric_from_settings,
)
from lms.defense.queries import find_current_defense
from lms.defense.views.blueprint import blueprint
from lms.errors import InvalidState
from lms.people.access import SIGNED_IN, current_person, requires


@blueprint.get("/criteria")
@requires(SIGNED_IN)
def criteria() -> ResponseReturnValue:
    """Show the criteria with their anchors: a learner's own programme, or the one asked for."""
    enrolment = find_active_enrolment(current_person().id)
    programmes = list_programmes()
    programme = enrolment.programme if enrolment is not None else _asked_for(programmes)
    rubric = None if programme is None else _rubric_of(programme)
    booked = None if enrolment is None else find_current_defense(enrolment.id)
    if booked is not None:
        # What this person will be judged by, even if the programme has changed since.
        rubric = rubric_from_json(booked.rubric)
    return render_template(
        "defense/criteria.html",
        rubric=rubric,
        programme=programme,
        programmes=[] if enrolment is not None else programmes,
        booked=booked,
        evidence_levels=sorted(EVIDENCE_LEVELS),
    )


def _asked_for(programmes: Sequence[Programme]) -> Programme | None:
    wanted = request.args.get("programme", "")
    first = programmes[0] if programmes else None
    return next((one for one in programmes if one.key == wanted), first)


def _rubric_of(programme: Programme) -> Rubric:
    try:
        return rubric_from_settings(programme.defense)
    except ValueError as error:
        raise InvalidState(
            "defense_rubric_unusable", programme=programme.title, detail=str(error)
        ) from error
