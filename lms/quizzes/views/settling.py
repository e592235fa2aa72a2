"""Pages of the trainer: where two typings of a paper differ, and what counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.db import db
from lms.errors import InvalidInput, InvalidState
from lms.people.access import TRAINER, current_person, requires
from lms.people.models import Person
from lms.questions.domain.filling import Field
from lms.questions.domain.items import Face
from lms.quizzes import queries
from lms.quizzes.domain.paper import paper_from_json
from lms.quizzes.domain.presentation import present
from lms.quizzes.domain.printing import paper_code
from lms.quizzes.domain.typed import (
    Slip,
    answers_from_json,
    differing,
    fields_for,
    fields_of,
    read_answers,
)
from lms.quizzes.forms.typed import TimesForm
from lms.quizzes.models import PrintedPaper, TypedAnswers
from lms.quizzes.queries.printing import get_printed, list_typed
from lms.quizzes.services.typed import ROUNDS, discard_typed, settle_paper
from lms.quizzes.views.frame import blueprint, organisation_zone
from lms.quizzes.views.typed import TypedItem, differences, items_of, proposed_times, typed_fields
from lms.quizzes.views.typed_words import refusal_words, slip_words
from lms.web.access import request_now


@dataclass(frozen=True, slots=True)
class Difference:
    """A place at which two typings differ.

    Attributes:
        item: The item, with fields for an answer that neither of them has.
        first: What was typed first: labels and values.
        second: What was typed second.
        picked: What is chosen so far: ``1``, ``2``, ``other`` or nothing.
    """

    item: TypedItem
    first: tuple[Field, ...]
    second: tuple[Field, ...]
    picked: str


@blueprint.get("/sittings/<int:sitting_id>/typed/<int:paper_id>/settle")
@requires(TRAINER)
def settle_typed(sitting_id: int, paper_id: int) -> ResponseReturnValue:
    """Show both typings side by side where they differ, and ask for the times."""
    printed = get_printed(sitting_id, paper_id)
    if printed.attempt_id is not None:
        return redirect(_attempt_url(printed), 302)
    rounds = list_typed(paper_id)
    if set(rounds) != set(ROUNDS):
        return redirect(
            url_for("quizzes.type_paper", sitting_id=sitting_id, paper_id=paper_id), 302
        )
    form = TimesForm()
    sitting = queries.get_sitting(sitting_id)
    form.fill_from(proposed_times(sitting, request_now()), organisation_zone())
    return _settle_page(printed, rounds, form)


def _attempt_url(printed: PrintedPaper) -> str:
    return url_for(
        "quizzes.show_attempt", sitting_id=printed.sitting_id, attempt_id=printed.attempt_id
    )


def _settle_page(
    printed: PrintedPaper,
    rounds: Mapping[int, TypedAnswers],
    form: TimesForm,
    slips: Sequence[Slip] = (),
    problem: str = "",
) -> str:
    first, second = (answers_from_json(rounds[one].answers) for one in ROUNDS)
    positions = differing(first, second)
    shown = {one.position: one for one in present(paper_from_json(printed.paper))}
    typed = typed_fields()
    persons = {one: db.session.get_one(Person, rounds[one].typed_by).name for one in ROUNDS}
    return render_template(
        "quizzes/typed_settle.html",
        sitting=queries.get_sitting(printed.sitting_id),
        printed=printed,
        code=paper_code(printed.id),
        rounds=rounds,
        persons=persons,
        answered=(len(first), len(second)),
        form=form,
        slips=[slip_words(slip) for slip in slips],
        problem=problem,
        differences=[
            Difference(
                TypedItem(shown[at], fields_for(shown[at].face), dict(typed.get(at, ()))),
                _said(shown[at].face, first.get(at, {})),
                _said(shown[at].face, second.get(at, {})),
                request.form.get(f"pick{at}", ""),
            )
            for at in positions
        ],
    )


def _said(face: Face, raw: Mapping[str, object]) -> tuple[Field, ...]:
    typed = fields_of(face, raw)
    return tuple((one.label, typed[one.name]) for one in fields_for(face) if one.name in typed)


@blueprint.post("/sittings/<int:sitting_id>/typed/<int:paper_id>/settle")
@requires(TRAINER)
def settle_typed_paper(sitting_id: int, paper_id: int) -> ResponseReturnValue:
    """Make an attempt of a paper typed twice."""
    printed = get_printed(sitting_id, paper_id)
    rounds = list_typed(paper_id)
    if printed.attempt_id is not None:
        return redirect(_attempt_url(printed), 303)
    if set(rounds) != set(ROUNDS):
        return redirect(
            url_for("quizzes.type_paper", sitting_id=sitting_id, paper_id=paper_id), 303
        )
    form = TimesForm()
    settled, slips = _picked(printed, rounds)
    if slips or not form.validate():
        return _settle_page(printed, rounds, form, slips), 422
    times = form.as_times(organisation_zone())
    try:
        settle_paper(
            sitting_id,
            paper_id,
            settled=settled,
            started_at=times.started_at,
            submitted_at=times.submitted_at,
            actor_id=current_person().id,
            now=request_now(),
        )
    except InvalidInput as error:
        form.show_refusal(error)
        return _settle_page(printed, rounds, form), 422
    except InvalidState as error:
        return _settle_page(printed, rounds, form, problem=refusal_words(error)), 409
    flash(
        gettext(
            "%(code)s %(name)s：成绩已登记，也通知了本人。",
            code=paper_code(paper_id),
            name=printed.person.name,
        ),
        "success",
    )
    return redirect(url_for("quizzes.list_typed_papers", sitting_id=sitting_id), 303)


def _picked(
    printed: PrintedPaper, rounds: Mapping[int, TypedAnswers]
) -> tuple[dict[int, dict[str, object]], tuple[Slip, ...]]:
    """Return what was chosen where the typings differ, and slips in what was typed anew."""
    said = [answers_from_json(rounds[one].answers) for one in ROUNDS]
    settled: dict[int, dict[str, object]] = {}
    anew: list[int] = []
    for position in differences(rounds):
        pick = request.form.get(f"pick{position}", "")
        if pick in {"1", "2"}:
            settled[position] = said[int(pick) - 1].get(position, {})
        elif pick == "other":
            anew.append(position)
    items = items_of(paper_from_json(printed.paper))
    wanted = {position: items[position] for position in anew}
    answers, slips = read_answers(wanted, typed_fields())
    settled |= {position: answers.get(position, {}) for position in anew}
    return settled, slips


@blueprint.post("/sittings/<int:sitting_id>/typed/<int:paper_id>/discard")
@requires(TRAINER)
def discard_typed_paper(sitting_id: int, paper_id: int) -> ResponseReturnValue:
    """Take one typing away, to type it again."""
    discard_typed(
        sitting_id,
        paper_id,
        number=2 if request.form.get("number") == "2" else 1,
        actor_id=current_person().id,
        now=request_now(),
    )
    flash(gettext("已作废这一遍，请对着卷子重录。"), "success")
    return redirect(url_for("quizzes.type_paper", sitting_id=sitting_id, paper_id=paper_id), 303)
