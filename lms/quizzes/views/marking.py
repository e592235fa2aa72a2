"""Pages of those who mark essays: what waits, one answer after the other, the own marks, regrades, exports."""

import datetime as dt
from collections.abc import Sequence

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.db import db
from lms.errors import InvalidInput, InvalidState, NotFound
from lms.people.access import HR, LEAD, QUALITY, TRAINER, current_person, requires
from lms.quizzes import queries
from lms.quizzes.domain.marking import ADJUDICATION, due_at, label_of
from lms.quizzes.forms.marking import MarkForm, RegradeForm, form_for, regrade_form
from lms.quizzes.models import EssayMark, EssayPlace
from lms.quizzes.queries import marking as waiting
from lms.quizzes.queries import marks as given
from lms.quizzes.queries.marking import Narrowing, QueueRow
from lms.quizzes.queries.marks import MarkRow
from lms.quizzes.services.marking import give_mark
from lms.quizzes.services.regrading import regrade
from lms.quizzes.views.frame import blueprint, organisation_zone
from lms.quizzes.views.sittings import local_text
from lms.web.access import request_now
from lms.web.listing import Column, Page, as_xlsx, paginate, search_words

MARKER = TRAINER | QUALITY | LEAD


@blueprint.context_processor
def _names() -> dict[str, object]:
    return {"label_of": label_of, "has_marks": given.has_marks}


def _narrowing() -> Narrowing:
    return Narrowing(request.args.get("quiz", ""), request.args.get("cohort", type=int))


def _until(since: dt.datetime) -> dt.datetime:
    return due_at(since, organisation_zone())


@blueprint.get("/marking")
@requires(MARKER)
def list_marking() -> ResponseReturnValue:
    """List the questions whose answers wait for this marker, the longest waiting first."""
    narrowing, words = _narrowing(), search_words()
    person_id = current_person().id
    page = paginate(waiting.select_queue(person_id, words, narrowing), scalars=False)
    quizzes, cohorts = waiting.list_queue_choices()
    return render_template(
        "quizzes/marking.html",
        page=page,
        rows=waiting.load_queue(page.rows),
        total=waiting.count_offered(person_id),
        until=_until,
        narrowing=narrowing,
        filters=[
            {
                "name": "quiz",
                "label": gettext("测验"),
                "value": narrowing.quiz,
                "options": [("", gettext("全部"))] + [(one.key, one.title) for one in quizzes],
            },
            {
                "name": "cohort",
                "label": gettext("期次"),
                "value": narrowing.cohort_id,
                "options": [("", gettext("全部"))] + [(one.id, one.name) for one in cohorts],
            },
        ],
    )


@blueprint.get("/marking.xlsx")
@requires(MARKER)
def export_marking() -> Response:
    """Export what the list shows."""
    query = waiting.select_queue(current_person().id, search_words(), _narrowing())
    columns: list[Column[QueueRow]] = [
        Column(gettext("题目"), lambda row: row.version.body["stem"], 50),
        Column(gettext("题号"), lambda row: row.version.item.key, 20),
        Column(gettext("测验"), lambda row: "、".join(title for title, _ in row.quizzes), 28),
        Column(gettext("待批份数"), lambda row: row.count, 10),
        Column(gettext("其中裁定"), lambda row: row.apart, 10),
        Column(gettext("最早交卷"), lambda row: local_text(row.since), 18),
        Column(gettext("应批完"), lambda row: local_text(_until(row.since)), 18),
    ]
    rows = waiting.load_queue(db.session.execute(query).all())
    return as_xlsx(rows, columns, gettext("等我批阅"))


@blueprint.get("/marking/items/<int:version_id>/next")
@requires(MARKER)
def next_to_mark(version_id: int) -> ResponseReturnValue:
    """Lead to the next answer in the marker's own order, or back to the list."""
    narrowing = _narrowing()
    token = waiting.find_next_token(
        version_id, current_person().id, after=request.args.get("after", ""), narrowing=narrowing
    )
    if token is None:
        flash(gettext("这道题没有别的等你批了。"), "info")
        return redirect(url_for("quizzes.list_marking", **narrowing.args()), 302)
    return redirect(url_for("quizzes.mark_place", token=token, **narrowing.args()), 302)


@blueprint.route("/marking/places/<token>", methods=["GET", "POST"])
@requires(MARKER)
def mark_place(token: str) -> ResponseReturnValue:
    """Show one answer without a name, and take the mark."""
    person_id = current_person().id
    place = waiting.get_place(token)
    if place.attempt.person_id == person_id:
        raise NotFound("essay_place", token=token)
    marks = waiting.list_place_marks(place.attempt_id, place.position)
    own = next((one for one in marks.values() if one.marker_id == person_id), None)
    shown = own.round if own is not None else place.round_due or 1
    form = form_for(waiting.essay_of(place.version), place.max_points, shown=shown, own=own)
    sheet = _Sheet(place, list(marks.values()), own)
    if request.method == "GET":
        return sheet.render(form)
    if not form.validate():
        return sheet.render(form), 422
    try:
        give_mark(
            token,
            form.as_given(),
            round_shown=form.round_shown(),
            actor_id=person_id,
            now=request_now(),
        )
    except InvalidState as error:
        # What was typed stays on the page: it is the marker's, and there is nothing else to keep it in.
        return sheet.render(form, refused=error.code), error.status
    flash(gettext("%(label)s 已记下。", label=label_of(token)), "success")
    args = _narrowing().args()
    if own is not None:
        return redirect(url_for("quizzes.my_marks"), 303)
    after = url_for("quizzes.next_to_mark", version_id=place.item_version_id, after=token, **args)
    return redirect(after, 303)


class _Sheet:
    """The page of one answer: what this marker may see of it."""

    def __init__(
        self, place: EssayPlace, marks: Sequence[EssayMark], own: EssayMark | None
    ) -> None:
        self.place, self.own = place, own
        self.is_adjudicated = any(one.round == ADJUDICATION for one in marks)
        sees_both = place.round_due == ADJUDICATION or (
            own is not None and own.round == ADJUDICATION
        )
        # Only who decides between two sees what they gave, and nobody sees by whom.
        self.between = [one for one in marks if one.round < ADJUDICATION] if sees_both else []
        if own is not None and own.round < ADJUDICATION:
            self.between = []

    @property
    def closed(self) -> str:
        """Why nothing can be given here; empty when it can."""
        if self.own is None:
            return "place_settled" if self.place.round_due is None else ""
        if not self.place.attempt.awaits_marking:
            return "attempt_complete"
        is_past = self.is_adjudicated and self.own.round != ADJUDICATION
        return "mark_adjudicated" if is_past else ""

    def render(self, form: MarkForm, refused: str = "") -> str:
        """Return the page."""
        place, person_id = self.place, current_person().id
        essay = waiting.essay_of(place.version)
        narrowing = _narrowing()
        return render_template(
            "quizzes/marking_place.html",
            place=place,
            essay=essay,
            answer=waiting.get_answer_text(place),
            form=form,
            own=self.own,
            between=[(one, given.criteria_of(one)) for one in self.between],
            phrases=given.list_phrases(person_id, place.version.item_id),
            left=waiting.count_offered_of(place.item_version_id, person_id, narrowing),
            until=_until(place.since_at),
            closed=refused or self.closed,
            refused=refused,
            narrowing=narrowing,
            shown=int(form.shown.data or 1),
            rubric_points=sum(line.points for line in essay.rubric),
        )


@blueprint.get("/marking/mine")
@requires(MARKER)
def my_marks() -> ResponseReturnValue:
    """List the own marks, newest first; those of papers that still wait can be changed."""
    state = request.args.get("state", "")
    page: Page[EssayMark] = paginate(
        given.select_own_marks(current_person().id, search_words(), state)
    )
    return render_template(
        "quizzes/marking_mine.html",
        page=page,
        place_of=given.list_places_of(page.rows) if page.rows else {},
        state=state,
        filters=[
            {
                "name": "state",
                "label": gettext("状态"),
                "value": state,
                "options": [
                    ("", gettext("全部")),
                    ("open", gettext("还能改")),
                    ("final", gettext("已公布")),
                ],
            }
        ],
    )


@blueprint.get("/marking/mine.xlsx")
@requires(MARKER)
def export_my_marks() -> Response:
    """Export the own marks that the list shows."""
    query = given.select_own_marks(
        current_person().id, search_words(), request.args.get("state", "")
    )
    marks = db.session.scalars(query).all()
    places = given.list_places_of(marks)

    def place(mark: EssayMark) -> EssayPlace:
        return places[mark.attempt_id, mark.position]

    columns: list[Column[EssayMark]] = [
        Column(gettext("答卷"), lambda one: label_of(place(one).token), 10),
        Column(gettext("题号"), lambda one: place(one).version.item.key, 20),
        Column(gettext("给分"), lambda one: one.points, 8),
        Column(gettext("满分"), lambda one: place(one).max_points, 8),
        Column(gettext("评语"), lambda one: one.comment, 50),
        Column(gettext("时间"), lambda one: local_text(one.marked_at), 18),
    ]
    return as_xlsx(marks, columns, gettext("我批过的"))


@blueprint.get("/sittings/<int:sitting_id>/marks.xlsx")
@requires(TRAINER | HR)
def export_marks(sitting_id: int) -> Response:
    """Export every mark given in a sitting, with who gave it: for whoever answers for the sitting."""
    sitting = queries.get_sitting(sitting_id)
    rounds = {1: gettext("一评"), 2: gettext("二评"), ADJUDICATION: gettext("裁定")}
    columns: list[Column[MarkRow]] = [
        Column(gettext("姓名"), lambda row: row.name, 14),
        Column(gettext("工号"), lambda row: row.employee_no, 14),
        Column(gettext("第几次"), lambda row: row.number, 8),
        Column(gettext("第几题"), lambda row: row.position, 8),
        Column(gettext("题号"), lambda row: row.item_key, 20),
        Column(gettext("轮次"), lambda row: rounds.get(row.round, gettext("重新评分")), 10),
        Column(gettext("批阅人"), lambda row: row.marker, 14),
        Column(gettext("给分"), lambda row: row.points, 8),
        Column(gettext("满分"), lambda row: row.max_points, 8),
        Column(gettext("这题得分"), lambda row: row.settled, 10),
        Column(gettext("评分点"), _criteria_text, 40),
        Column(gettext("评语"), lambda row: row.comment, 50),
        Column(gettext("时间"), lambda row: local_text(row.marked_at), 18),
    ]
    title = gettext(
        "批阅记录 %(quiz)s %(cohort)s", quiz=sitting.quiz.title, cohort=sitting.cohort.name
    )
    return as_xlsx(given.list_marks_of_sitting(sitting_id), columns, title)


def _criteria_text(row: MarkRow) -> str:
    return "\n".join(
        f"{row.rubric.get(name, name)} {points.normalize():f}"
        for name, points in row.criteria.items()
    )


@blueprint.route("/attempts/<int:attempt_id>/regrade/<int:position>", methods=["GET", "POST"])
@requires(TRAINER)
def regrade_place(attempt_id: int, position: int) -> ResponseReturnValue:
    """Change what an essay earned after the result was there, with a reason."""
    attempt = queries.get_attempt(attempt_id)
    places = {one.position: one for one in waiting.list_places(attempt_id)}
    place = places.get(position)
    if (
        place is None
        or place.points is None
        or attempt.passed is None
        or attempt.person_id == current_person().id
    ):
        raise NotFound("essay_place", attempt=attempt_id, position=position)
    form = regrade_form(place.max_points, place.points)
    status = 200
    if request.method == "POST":
        done = _regrade(form, attempt_id, position)
        if done is not None:
            return done
        status = 422
    back = url_for("quizzes.show_attempt", sitting_id=attempt.sitting_id, attempt_id=attempt_id)
    return render_template(
        "quizzes/marking_regrade.html",
        attempt=attempt,
        place=place,
        essay=waiting.essay_of(place.version),
        answer=waiting.get_answer_text(place),
        given=given.list_given(attempt_id).get(position),
        form=form,
        back=back,
    ), status


def _regrade(form: RegradeForm, attempt_id: int, position: int) -> ResponseReturnValue | None:
    if not form.validate():
        return None
    try:
        mark = regrade(
            attempt_id,
            position,
            points=form["points"].data,
            reason=form.reason.data or "",
            actor_id=current_person().id,
            now=request_now(),
        )
    except InvalidInput as error:
        if error.code != "regrade_same":
            raise
        form["points"].errors = [gettext("现在就是这个分数。")]
        return None
    flash(gettext("已改，并通知了学员。"), "success")
    target = url_for(
        "quizzes.show_attempt", sitting_id=mark.attempt.sitting_id, attempt_id=attempt_id
    )
    return redirect(f"{target}#item-{position}", 303)
