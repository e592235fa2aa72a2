"""Pages of the trainer: results of papers on paper, typed in twice and settled."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from sqlalchemy import Row

from lms.db import db
from lms.errors import InvalidInput, InvalidState
from lms.people.access import TRAINER, current_person, requires
from lms.questions.domain.filling import Field
from lms.questions.domain.items import Face, Item
from lms.quizzes import queries
from lms.quizzes.domain.paper import Paper, paper_from_json
from lms.quizzes.domain.presentation import PresentedItem, present
from lms.quizzes.domain.printing import paper_code
from lms.quizzes.domain.typed import (
    Slip,
    TypedField,
    answers_from_json,
    differing,
    fields_for,
    read_answers,
)
from lms.quizzes.forms.typed import TimesForm
from lms.quizzes.models import PrintedPaper, Sitting, TypedAnswers
from lms.quizzes.queries.printing import (
    Times,
    TypedState,
    count_typed,
    find_last_printing,
    find_last_times,
    find_printed_by_words,
    get_printed,
    list_agreeing_ids,
    list_typed,
    select_typed,
)
from lms.quizzes.services.typed import (
    ROUNDS,
    check_may_type,
    save_typed,
    settle_paper,
)
from lms.quizzes.views.frame import blueprint, organisation_zone
from lms.quizzes.views.typed_words import refusal_words, slip_words, typed_state_words
from lms.web.access import request_now
from lms.web.listing import Column, as_xlsx, paginate, search_words

_NAME = re.compile(r"r(\d{1,4}):(.{1,80})")
_TEXT_AT_MOST = 20_000

TypedRow = Row[tuple[int, str, str, str, str, str, dt.datetime, int]]


@blueprint.get("/sittings/<int:sitting_id>/typed")
@requires(TRAINER)
def list_typed_papers(sitting_id: int) -> ResponseReturnValue:
    """List printed papers and how far the typing of each is; a code or a name opens the form."""
    sitting = queries.get_sitting(sitting_id)
    who = request.args.get("who", "").strip()[:100]
    if who:
        found = find_printed_by_words(sitting_id, who)
        if found is not None:
            return redirect(
                url_for("quizzes.type_paper", sitting_id=sitting_id, paper_id=found), 302
            )
    form = TimesForm()
    form.fill_from(proposed_times(sitting, request_now()), organisation_zone())
    return _list(sitting, form, who)


def _list(
    sitting: Sitting, form: TimesForm, who: str = "", status: int = 200
) -> ResponseReturnValue:
    state = request.args.get("state", "")
    query = select_typed(sitting.id, search_words(), state)
    return render_template(
        "quizzes/typed_list.html",
        sitting=sitting,
        page=paginate(query, scalars=False),
        counts=count_typed(sitting.id),
        state=state,
        states=typed_state_words(),
        code_of=paper_code,
        form=form,
        who=who,
    ), status


def proposed_times(sitting: Sitting, now: dt.datetime) -> Times:
    """Propose the times of the last paper settled here; else the sitting's, as long as an attempt."""
    last = find_last_times(sitting.id)
    if last is not None:
        return last
    started_at = max(sitting.opens_at, find_last_printing(sitting.id) or sitting.opens_at)
    ends_at = min(started_at + dt.timedelta(minutes=sitting.minutes), sitting.closes_at, now)
    return Times(started_at, max(ends_at, started_at))


@blueprint.get("/sittings/<int:sitting_id>/typed.xlsx")
@requires(TRAINER)
def export_typed_papers(sitting_id: int) -> Response:
    """Export the papers that the list shows."""
    sitting = queries.get_sitting(sitting_id)
    words = typed_state_words()
    columns: list[Column[TypedRow]] = [
        Column(gettext("卷号"), lambda row: paper_code(row.paper_id), 12),
        Column(gettext("姓名"), lambda row: row.name, 14),
        Column(gettext("工号"), lambda row: row.employee_no, 14),
        Column(gettext("状态"), lambda row: words[TypedState(row.state)], 16),
        Column(gettext("第一遍"), lambda row: row.first_by, 14),
        Column(gettext("第二遍"), lambda row: row.second_by, 14),
    ]
    rows = db.session.execute(
        select_typed(sitting_id, search_words(), request.args.get("state", ""))
    )
    title = f"{sitting.quiz.title} {sitting.cohort.name} {gettext('纸质卷录入')}"
    return as_xlsx(rows, columns, title)


# Typing ------------------------------------------------------------------------------------------------------


@blueprint.get("/sittings/<int:sitting_id>/typed/<int:paper_id>")
@requires(TRAINER)
def type_paper(sitting_id: int, paper_id: int) -> ResponseReturnValue:
    """Show the form in which the answers of one paper are typed; never what somebody else typed."""
    printed = get_printed(sitting_id, paper_id)
    rounds = list_typed(paper_id)
    if set(rounds) == set(ROUNDS) or printed.attempt_id is not None:
        return redirect(
            url_for("quizzes.settle_typed", sitting_id=sitting_id, paper_id=paper_id), 302
        )
    try:
        check_may_type(printed)
    except InvalidState as error:
        return _form(printed, rounds, problem=refusal_words(error), is_refused=True), 409
    return _form(printed, rounds)


@dataclass(frozen=True, slots=True)
class TypedItem:
    """One item in the form.

    Attributes:
        shown: The item as it stands on the paper.
        fields: Where its answer is typed.
        values: What is typed so far, by the fields' names.
        slips: What of it cannot be read, in words.
    """

    shown: PresentedItem
    fields: tuple[TypedField, ...]
    values: Mapping[str, str]
    slips: Sequence[str] = ()


def _form(
    printed: PrintedPaper,
    rounds: Mapping[int, TypedAnswers],
    *,
    slips: Sequence[Slip] = (),
    problem: str = "",
    is_refused: bool = False,
) -> str:
    typed = typed_fields()
    paper = paper_from_json(printed.paper)
    by_position: dict[int, list[str]] = {}
    for slip in slips:
        by_position.setdefault(slip.position, []).append(slip_words(slip))
    items = [
        TypedItem(
            one,
            fields_for(one.face),
            dict(typed.get(one.position, ())),
            by_position.get(one.position, ()),
        )
        for one in present(paper)
    ]
    number = next((one for one in ROUNDS if one not in rounds), ROUNDS[-1])
    known = next(iter(rounds.values()), None)
    return render_template(
        "quizzes/typed_form.html",
        sitting=queries.get_sitting(printed.sitting_id),
        printed=printed,
        code=paper_code(printed.id),
        choices=[item for item in items if item.shown.is_choice],
        others=[item for item in items if not item.shown.is_choice],
        line=request.form.get("line", ""),
        number=number,
        # Whether the one who is here typed it before: a slip made once is easily made again.
        is_same_person=known is not None and known.typed_by == current_person().id,
        slips=[slip_words(slip) for slip in slips],
        problem=problem,
        is_refused=is_refused,
    )


def typed_fields() -> dict[int, list[Field]]:
    """Return the fields of this request by position."""
    found: dict[int, list[Field]] = {}
    for name, value in request.form.items(multi=True):
        match = _NAME.fullmatch(name)
        if match is not None:
            found.setdefault(int(match[1]), []).append((match[2], value[:_TEXT_AT_MOST]))
    return found


def items_of(paper: Paper) -> dict[int, tuple[Item, Face]]:
    """Return each item of a paper with its face there, by position."""
    return {
        position: (placed.item, placed.item.face(placed.option_order))
        for position, placed in enumerate(paper, start=1)
    }


@blueprint.post("/sittings/<int:sitting_id>/typed/<int:paper_id>")
@requires(TRAINER)
def save_typed_paper(sitting_id: int, paper_id: int) -> ResponseReturnValue:
    """Keep what was typed; a slip keeps everything on the page and names itself."""
    printed = get_printed(sitting_id, paper_id)
    items = items_of(paper_from_json(printed.paper))
    answers, slips = read_answers(items, typed_fields(), request.form.get("line", "")[:2000])
    if slips:
        return _form(printed, list_typed(paper_id), slips=slips), 422
    try:
        number = save_typed(
            sitting_id,
            paper_id,
            answers,
            number=2 if request.form.get("number") == "2" else 1,
            actor_id=current_person().id,
            now=request_now(),
        )
    except InvalidState as error:
        is_refused = error.code != "typed_before"
        words = refusal_words(error)
        rounds = list_typed(paper_id)
        return _form(printed, rounds, problem=words, is_refused=is_refused), 409
    flash(_saved_words(printed, number), "success")
    return redirect(url_for("quizzes.list_typed_papers", sitting_id=sitting_id), 303)


def _saved_words(printed: PrintedPaper, number: int) -> str:
    facts = {"code": paper_code(printed.id), "name": printed.person.name}
    rounds = list_typed(printed.id)
    if len(rounds) < len(ROUNDS):
        return str(
            gettext(
                "%(code)s %(name)s：第 %(n)s 遍已保存，还要再录一遍，最好换个人。",
                **facts,
                n=number,
            )
        )
    count = len(differences(rounds))
    if not count:
        return str(gettext("%(code)s %(name)s：两遍一致，可以登记成绩了。", **facts))
    return str(
        ngettext(
            "%(code)s %(name)s：两遍有 %(num)d 处不同，请对照卷面定下来。",
            "%(code)s %(name)s：两遍有 %(num)d 处不同，请对照卷面定下来。",
            count,
            **facts,
        )
    )


def differences(rounds: Mapping[int, TypedAnswers]) -> tuple[int, ...]:
    """Return the positions at which both typings of a paper differ."""
    first, second = (answers_from_json(rounds[one].answers) for one in ROUNDS)
    return differing(first, second)


@blueprint.post("/sittings/<int:sitting_id>/typed")
@requires(TRAINER)
def settle_agreeing(sitting_id: int) -> ResponseReturnValue:
    """Settle every paper of a sitting that was typed twice alike."""
    sitting = queries.get_sitting(sitting_id)
    form = TimesForm()
    if not form.validate():
        return _list(sitting, form, status=422)
    times = form.as_times(organisation_zone())
    refused: list[str] = []
    done = 0
    for paper_id in list_agreeing_ids(sitting_id):
        try:
            settle_paper(
                sitting_id,
                paper_id,
                settled={},
                started_at=times.started_at,
                submitted_at=times.submitted_at,
                actor_id=current_person().id,
                now=request_now(),
            )
        except InvalidInput as error:
            db.session.rollback()
            form.show_refusal(error)
            return _list(queries.get_sitting(sitting_id), form, status=422)
        except InvalidState as error:
            refused.append(f"{paper_code(paper_id)}：{refusal_words(error)}")
            continue
        done += 1
    if done:
        flash(ngettext("已登记 %(num)d 份成绩。", "已登记 %(num)d 份成绩。", done), "success")
    for words in refused:
        flash(words, "warning")
    return redirect(url_for("quizzes.list_typed_papers", sitting_id=sitting_id), 303)
