"""Pages of objections: the hire who objects, those who answer and decide."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.db import db
from lms.errors import InvalidState, NotAllowed, NotFound
from lms.people.access import LEARNER, QUALITY, TRAINER, current_person, requires
from lms.people.models import Person
from lms.quizzes import queries, services
from lms.quizzes.domain.objections import Bar, ObjectionState
from lms.quizzes.domain.presentation import ReviewedItem
from lms.quizzes.domain.review import EVERYTHING_SHOWN, Shown
from lms.quizzes.forms import DecisionForm, ObjectionForm
from lms.quizzes.models import Attempt, Objection
from lms.quizzes.views.acts import list_acts
from lms.quizzes.views.frame import blueprint
from lms.quizzes.views.results import reviewed_items
from lms.quizzes.views.sittings import local_text
from lms.web.access import request_now
from lms.web.listing import Column, as_xlsx, paginate, search_words

MAY_ANSWER = TRAINER | QUALITY


def objection_words() -> dict[str, tuple[str, str]]:
    """Return the word and the tone of each state of an objection."""
    return {
        ObjectionState.OPEN.value: (gettext("待处理"), "warn"),
        ObjectionState.UPHELD.value: (gettext("已采纳"), "good"),
        ObjectionState.DECLINED.value: (gettext("未采纳"), "neutral"),
    }


@blueprint.context_processor
def _names() -> dict[str, object]:
    return {"objection_words": objection_words}


@blueprint.route("/attempts/<int:attempt_id>/objections/<int:position>", methods=["GET", "POST"])
@requires(LEARNER)
def new_objection(attempt_id: int, position: int) -> ResponseReturnValue:
    """Say that something is wrong with a question of an own attempt."""
    person_id = current_person().id
    seen = queries.get_own_review(attempt_id, person_id, request_now())
    item = _find_place(seen.attempt, seen.shown, position)
    if item is None:
        raise NotFound("objection_place", attempt=attempt_id, position=position)
    form = ObjectionForm()
    known = queries.find_objection(attempt_id, position)
    if request.method == "POST" and form.validate():
        if known is not None:
            return _reply(known, form)
        objection = services.submit_objection(
            attempt_id, position, person_id=person_id, text=form.text.data or "", now=request_now()
        )
        flash(gettext("已经交给负责这道题的老师，有回复会通知你。"), "success")
        return redirect(url_for("quizzes.show_objection", objection_id=objection.id), 303)
    if known is not None:
        return redirect(url_for("quizzes.show_objection", objection_id=known.id), 302)
    return render_template(
        "quizzes/new_objection.html",
        attempt=seen.attempt,
        quiz=seen.attempt.sitting.quiz,
        item=item,
        form=form,
    ), 422 if request.method == "POST" else 200


def _find_place(attempt: Attempt, shown: Shown, position: int) -> ReviewedItem | None:
    """Return one place of an ended attempt as far as it may be shown."""
    if not shown.responses:
        return None
    items = reviewed_items(attempt, shown)
    return items[position - 1] if 1 <= position <= len(items) else None


@blueprint.get("/objections/<int:objection_id>")
@requires(LEARNER | MAY_ANSWER)
def show_objection(objection_id: int) -> ResponseReturnValue:
    """Show the thread of an objection: to the hire whose it is, and to those who may answer."""
    return _show(_get_for(current_person(), objection_id))


def _get_for(person: Person, objection_id: int) -> Objection:
    """Return an objection that this person may see; whose it is otherwise is nobody's business."""
    objection = queries.get_objection(objection_id)
    if objection.person_id != person.id and not MAY_ANSWER.allows(person):
        raise NotFound("objection", id=objection_id)
    return objection


def _show(
    objection: Objection,
    reply: ObjectionForm | None = None,
    decision: DecisionForm | None = None,
) -> ResponseReturnValue:
    status = 422 if (reply and reply.errors) or (decision and decision.errors) else 200
    if objection.person_id == current_person().id:
        return _show_own(objection, reply or ObjectionForm(formdata=None)), status
    return _show_staff(
        objection,
        reply or ObjectionForm(formdata=None),
        decision or DecisionForm(formdata=None),
    ), status


def _show_own(objection: Objection, reply: ObjectionForm) -> str:
    seen = queries.get_own_review(objection.attempt_id, objection.person_id, request_now())
    return render_template(
        "quizzes/my_objection.html",
        objection=objection,
        quiz=seen.attempt.sitting.quiz,
        item=_find_place(seen.attempt, seen.shown, objection.position),
        # Answers may name the key: while a further paper lies open they stay shut like the review.
        is_shut=seen.own.verdict.running is not None,
        thread=queries.list_thread(objection.id),
        reply_form=reply,
    )


def _show_staff(objection: Objection, reply: ObjectionForm, decision: DecisionForm) -> str:
    attempt = objection.attempt
    sitting = attempt.sitting
    shown = queries.shown_to_owner(attempt, request_now())
    same = queries.list_objections_of_version(objection.item_version_id)
    others = [one for one in same if one.id != objection.id]
    version = objection.version
    return render_template(
        "quizzes/objection.html",
        objection=objection,
        attempt=attempt,
        quiz=sitting.quiz,
        item=_find_place(attempt, EVERYTHING_SHOWN, objection.position),
        hire_sees_keys=shown.keys,
        thread=queries.list_thread(objection.id),
        others=others,
        texts=queries.count_texts([one.id for one in others]) if others else {},
        open_others=sum(one.state == ObjectionState.OPEN for one in others),
        bar=queries.find_bar_of(objection, current_person().id),
        bar_words=_bar_words(),
        reply_form=reply,
        decision_form=decision,
        acts=list_acts(version.item, version.number, objection_id=objection.id),
        mine=False,
    )


def _bar_words() -> dict[Bar, str]:
    return {
        Bar.OWN_OBJECTION: gettext("这是你自己提的疑问，请另一位培训师或质检来下结论。"),
        Bar.OWN_ITEM: gettext(
            "这一版是你写的，机构要求由第二个人来下结论；你可以回复，也可以先改题。"
        ),
    }


@blueprint.post("/objections/<int:objection_id>/reply")
@requires(LEARNER | MAY_ANSWER)
def reply_objection(objection_id: int) -> ResponseReturnValue:
    """Add a message to the thread."""
    objection = _get_for(current_person(), objection_id)
    form = ObjectionForm()
    if not form.validate():
        return _show(objection, reply=form)
    return _reply(objection, form)


def _reply(objection: Objection, form: ObjectionForm) -> ResponseReturnValue:
    try:
        services.reply_objection(
            objection, text=form.text.data or "", actor_id=current_person().id, now=request_now()
        )
    except InvalidState as error:
        flash(_refusal_words(error.code), "warning")
    else:
        flash(gettext("已发出，会通知对方。"), "success")
    return redirect(url_for("quizzes.show_objection", objection_id=objection.id), 303)


@blueprint.post("/objections/<int:objection_id>/decision")
@requires(MAY_ANSWER)
def decide_objection(objection_id: int) -> ResponseReturnValue:
    """Decide an objection, and alike those of others to the same version when asked to."""
    objection = queries.get_objection(objection_id)
    form = DecisionForm()
    if not form.validate():
        return _show(objection, decision=form)
    try:
        count = services.decide_objection(
            objection,
            upheld=form.upheld.data == "yes",
            text=form.reason.data or "",
            actor_id=current_person().id,
            now=request_now(),
            with_others=form.with_others.data,
        )
    except (InvalidState, NotAllowed) as error:
        flash(_refusal_words(error.code), "warning")
    else:
        flash(_decided_words(count), "success")
    return redirect(url_for("quizzes.show_objection", objection_id=objection_id), 303)


def _refusal_words(code: str) -> str:
    if code == "objection_decided":
        return str(gettext("已经有人给出结论了，见下面的记录。"))
    if code == "objection_own":
        return _bar_words()[Bar.OWN_OBJECTION]
    return _bar_words()[Bar.OWN_ITEM]


def _decided_words(count: int) -> str:
    if count > 1:
        return str(gettext("已给出结论，并通知了 %(n)s 位学员。", n=count))
    return str(gettext("已给出结论，并通知了学员。"))


@blueprint.get("/objections")
@requires(MAY_ANSWER)
def list_objections() -> ResponseReturnValue:
    """List the objections of everybody; ``?format=xlsx`` downloads the list."""
    asked = {name: request.args.get(name, "") for name in ("state", "bank", "quiz")}
    query = queries.select_objections(search_words(), **asked)
    if request.args.get("format") == "xlsx":
        return _sheet(list(db.session.scalars(query)))
    page = paginate(query)
    return render_template(
        "quizzes/list_objections.html",
        page=page,
        filters=_filters(asked),
        texts=_texts(page.rows),
        people=queries.count_of_versions([one.item_version_id for one in page.rows]),
        narrowed=bool(page.words or any(asked.values())),
        xlsx_url=f"{request.path}?{urlencode({**request.args, 'format': 'xlsx'})}",
    )


def _texts(objections: Sequence[Objection]) -> Mapping[int, tuple[int, str]]:
    return queries.count_texts([one.id for one in objections])


def _filters(asked: Mapping[str, str]) -> list[dict[str, object]]:
    everything = ("", gettext("全部"))
    banks, quizzes = queries.list_concerned_choices()
    states = [(state, words) for state, (words, _) in objection_words().items()]
    return [
        {
            "name": "state",
            "label": gettext("状态"),
            "options": [everything, *states],
            "value": asked["state"],
        },
        {
            "name": "bank",
            "label": gettext("题库"),
            "options": [everything, *((one.key, one.title) for one in banks)],
            "value": asked["bank"],
        },
        {
            "name": "quiz",
            "label": gettext("测验"),
            "options": [everything, *((one.key, one.title) for one in quizzes)],
            "value": asked["quiz"],
        },
    ]


def _sheet(objections: Sequence[Objection]) -> Response:
    words, texts = objection_words(), _texts(objections)
    columns: list[Column[Objection]] = [
        Column(gettext("题目"), lambda one: one.version.body["stem"], 48),
        Column(gettext("编号"), lambda one: one.version.item.key, 20),
        Column(gettext("版本"), lambda one: one.version.number, 8),
        Column(gettext("题库"), lambda one: one.version.item.bank.title, 24),
        Column(gettext("学员"), lambda one: one.person.name, 14),
        Column(gettext("测验"), lambda one: one.attempt.sitting.quiz.title, 24),
        Column(gettext("疑问"), lambda one: texts[one.id][1], 60),
        Column(gettext("消息数"), lambda one: texts[one.id][0], 10),
        Column(gettext("状态"), lambda one: words[one.state][0], 10),
        Column(gettext("提出时间"), lambda one: local_text(one.created_at), 18),
        Column(gettext("结论时间"), lambda one: one.decided_at and local_text(one.decided_at), 18),
    ]
    return as_xlsx(objections, columns, gettext("题目疑问"))


@blueprint.get("/quizzes/objections")
@requires(LEARNER)
def my_objections() -> ResponseReturnValue:
    """List the own objections."""
    state = request.args.get("state", "")
    page = paginate(queries.select_own_objections(current_person().id, search_words(), state))
    states = [(one, words) for one, (words, _) in objection_words().items()]
    return render_template(
        "quizzes/my_objections.html",
        page=page,
        texts=_texts(page.rows),
        filters=[
            {
                "name": "state",
                "label": gettext("状态"),
                "options": [("", gettext("全部")), *states],
                "value": state,
            }
        ],
        narrowed=bool(page.words or state),
    )
