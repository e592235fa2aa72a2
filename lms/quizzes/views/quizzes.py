"""Pages of quizzes for trainers: the list, one quiz, writing and retiring one."""

from collections.abc import Sequence

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, gettext
from sqlalchemy import Select

from lms.db import db
from lms.errors import InvalidState, NotFound
from lms.people.access import TRAINER, current_person, requires
from lms.quizzes import queries
from lms.quizzes.domain.plan_editing import SectionDraft, act, draft_of, find_slips, read_draft
from lms.quizzes.domain.specification import (
    Section,
    is_fixed,
    items_total,
    points_total,
    sections_from_json,
)
from lms.quizzes.forms.quizzes import QuizForm, misfit_words, read_sections, slip_words
from lms.quizzes.forms.review import describe_review
from lms.quizzes.models import Quiz
from lms.quizzes.queries import quiz_editor
from lms.quizzes.queries.quiz_editor import Gate
from lms.quizzes.services import quizzes as services
from lms.quizzes.views.frame import blueprint
from lms.quizzes.views.quiz_sections import show_sections, types_and_levels
from lms.units import Points
from lms.web.access import request_now
from lms.web.listing import Column, as_xlsx, paginate, search_words

SAVE = "save"


def kind_words() -> dict[str, str]:
    """Return the words of the kinds of quizzes."""
    return {"module_quiz": gettext("模块测验"), "stage_test": gettext("阶段考试")}


def origin_words() -> dict[str, str]:
    """Return the words of who authors a quiz."""
    return {"app": gettext("浏览器"), "files": gettext("内容文件")}


def gate_words(gate: Gate) -> str:
    """Return what a quiz closes, in words."""
    is_english = str(get_locale()) == "en"
    title = gate.title_en if is_english else gate.title
    of = gate.programme_title_en if is_english else gate.programme_title
    return f"{of} · {kind_words()[gate.kind]} · {title}"


def _totals(quiz: Quiz) -> tuple[int, Points]:
    sections = sections_from_json(quiz.sections)
    return items_total(sections), points_total(sections)


def _select() -> Select[Quiz]:
    asked = request.args
    return quiz_editor.select_quizzes(
        search_words(),
        kind=asked.get("kind", ""),
        origin=asked.get("origin", ""),
        state=asked.get("state") or quiz_editor.USED,
    )


@blueprint.get("/quizzes/all")
@requires(TRAINER)
def list_quizzes() -> ResponseReturnValue:
    """List quizzes; retired ones are left out until they are asked for."""
    page = paginate(_select())
    asked = request.args
    return render_template(
        "quizzes/quiz_list.html",
        page=page,
        kind=asked.get("kind", ""),
        origin=asked.get("origin", ""),
        state=asked.get("state", ""),
        kinds=kind_words(),
        origins=origin_words(),
        gates=_gates(),
        totals=_totals,
        sittings=quiz_editor.count_sittings([quiz.id for quiz in page.rows]),
    )


def _gates() -> dict[str, str]:
    return {gate.value: gate_words(gate) for gate in quiz_editor.list_gates()}


def gate_of(quiz: Quiz) -> str:
    """Return the name of a quiz's gate."""
    return f"{quiz.kind}/{quiz.programme_key}/{quiz.gate_key}"


@blueprint.get("/quizzes/all.xlsx")
@requires(TRAINER)
def export_quizzes() -> Response:
    """Export the quizzes that the list shows."""
    kinds, origins, gates = kind_words(), origin_words(), _gates()
    rows = db.session.scalars(_select()).all()
    sittings = quiz_editor.count_sittings([quiz.id for quiz in rows])
    columns: list[Column[Quiz]] = [
        Column(gettext("名称"), lambda one: one.title, 28),
        Column(gettext("英文名称"), lambda one: one.title_en, 28),
        Column(gettext("编号"), lambda one: one.key, 20),
        Column(gettext("种类"), lambda one: kinds[one.kind], 12),
        Column(gettext("通过后算完成"), lambda one: gates.get(gate_of(one), one.gate_key), 40),
        Column(gettext("题数"), lambda one: _totals(one)[0], 8),
        Column(gettext("总分"), lambda one: _totals(one)[1], 8),
        Column(gettext("时长（分钟）"), lambda one: one.minutes, 12),
        Column(gettext("及格线（%）"), lambda one: one.cut_percent, 12),
        Column(gettext("可考次数"), lambda one: one.max_attempts, 10),
        Column(gettext("考试场次"), lambda one: sittings[one.id], 10),
        Column(gettext("维护方式"), lambda one: origins[one.origin], 12),
        Column(gettext("已停用"), lambda one: gettext("是") if one.retired_at else "", 10),
    ]
    return as_xlsx(rows, columns, gettext("测验"))


def _get(key: str) -> Quiz:
    quiz = queries.find_quiz(key)
    if quiz is None:
        raise NotFound("quiz", key=key)
    return quiz


@blueprint.get("/quizzes/<key>")
@requires(TRAINER)
def show_quiz(key: str) -> ResponseReturnValue:
    """Show a quiz: its rules, what it draws, whether that can be drawn today."""
    quiz = _get(key)
    sections = sections_from_json(quiz.sections)
    picked = [one for section in sections for one in section.items]
    return render_template(
        "quizzes/quiz_show.html",
        quiz=quiz,
        sections=sections,
        totals=_totals(quiz),
        is_fixed=is_fixed(sections),
        gate=_gates().get(gate_of(quiz), quiz.gate_key),
        review=describe_review(quiz.review),
        origins=origin_words(),
        sittings=quiz_editor.count_sittings([quiz.id])[quiz.id],
        banks={one: (title, title_en) for one, title, title_en in quiz_editor.list_bank_names()},
        picked=quiz_editor.list_picked(picked),
        problems=_problems(sections),
        **types_and_levels(),
    )


@blueprint.route("/quizzes/new", methods=["GET", "POST"])
@requires(TRAINER)
def new_quiz() -> ResponseReturnValue:
    """Write a quiz from nothing, or from a copy of another (``?copy=KEY``)."""
    copied = request.args.get("copy", "")
    source = _get(copied) if copied else None
    form = _form()
    if request.method == "GET":
        drafts = [SectionDraft()]
        if source is None:
            form.review.data = "everything"
        else:
            form.fill_from(source)
            form.title.data = gettext("%(title)s（副本）", title=source.title)[:120]
            drafts = [draft_of(one) for one in sections_from_json(source.sections)]
        return _page(form, drafts, None, source=source)
    drafts = act(read_sections(request.form), request.form.get("do", ""))
    sections = _accepted(form, drafts)
    if sections is None:
        return _page(form, drafts, None, source=source)
    fields = form.as_fields(sections)
    quiz = services.create_quiz(fields, actor_id=current_person().id, now=request_now())
    flash(gettext("已保存。可以预览试卷，或直接安排考试。"), "success")
    return redirect(url_for("quizzes.show_quiz", key=quiz.key), 303)


@blueprint.route("/quizzes/<key>/edit", methods=["GET", "POST"])
@requires(TRAINER)
def edit_quiz(key: str) -> ResponseReturnValue:
    """Change a quiz that is written here."""
    quiz = _get(key)
    services.check_own(quiz)
    if quiz.retired_at is not None:
        raise InvalidState("quiz_retired", key=key)
    form = _form()
    if request.method == "GET":
        form.fill_from(quiz)
        return _page(form, [draft_of(one) for one in sections_from_json(quiz.sections)], quiz)
    drafts = act(read_sections(request.form), request.form.get("do", ""))
    sections = _accepted(form, drafts)
    if sections is None:
        return _page(form, drafts, quiz)
    try:
        services.revise_quiz(
            quiz,
            form.as_fields(sections),
            based_on=form.based_on.data or "",
            actor_id=current_person().id,
            now=request_now(),
        )
    except InvalidState as error:
        if error.code != "quiz_changed":
            raise
        form.form_errors.append(
            gettext("在你打开这一页之后，别人改过这个测验。请先打开新的一页看看，再决定怎么改。")
        )
        return _page(form, drafts, quiz)
    flash(gettext("已保存。已经安排的考试还按原来的规则。"), "success")
    return redirect(url_for("quizzes.show_quiz", key=key), 303)


def _form() -> QuizForm:
    form = QuizForm()
    form.gate.choices = [(gate.value, gate_words(gate)) for gate in quiz_editor.list_gates()]
    return form


def _accepted(form: QuizForm, drafts: Sequence[SectionDraft]) -> list[Section] | None:
    """Return the sections to be saved; None when something else was asked, or something is wrong."""
    if request.form.get("do") != SAVE:
        return None
    is_valid = form.validate()
    slips = slip_words()
    read = [read_draft(one) for one in drafts]
    for number, draft in enumerate(drafts, start=1):
        for code in find_slips(draft):
            form.form_errors.append(_of_part(number, slips[code]))
    sections = [one for one in read if one is not None]
    if len(sections) == len(drafts):
        form.form_errors += _problems(sections)
    return sections if is_valid and not form.form_errors else None


def _of_part(number: int, words: str) -> str:
    return str(gettext("第 %(n)s 部分：%(words)s", n=number, words=words))


def _problems(sections: Sequence[Section]) -> list[str]:
    """Return what keeps papers from being drawn today, in words."""
    return [
        misfit_words(one) if one.section is None else _of_part(one.section + 1, misfit_words(one))
        for one in queries.find_plan_misfits(sections)
    ]


def _page(
    form: QuizForm, drafts: Sequence[SectionDraft], quiz: Quiz | None, *, source: Quiz | None = None
) -> ResponseReturnValue:
    """Return the page, or only its sections where the script asks for them."""
    shown = show_sections(drafts)
    if request.form.get("part") == "sections":
        return render_template("quizzes/_quiz_sections.html", shown=shown, **types_and_levels())
    status = 422 if request.form.get("do") == SAVE else 200
    return render_template(
        "quizzes/quiz_form.html",
        form=form,
        quiz=quiz,
        source=source,
        shown=shown,
        sittings=0 if quiz is None else quiz_editor.count_sittings([quiz.id])[quiz.id],
        **types_and_levels(),
    ), status


@blueprint.post("/quizzes/<key>/retire")
@requires(TRAINER)
def retire_quiz(key: str) -> ResponseReturnValue:
    """Take a quiz out of use; sittings of it go on."""
    quiz = _get(key)
    services.check_own(quiz)
    services.retire_quiz(quiz, now=request_now(), actor_id=current_person().id)
    flash(gettext("已停用，不能再安排新的考试；已经安排的照常进行。"), "success")
    return redirect(url_for("quizzes.show_quiz", key=key), 303)


@blueprint.post("/quizzes/<key>/restore")
@requires(TRAINER)
def restore_quiz(key: str) -> ResponseReturnValue:
    """Take a quiz back into use."""
    services.restore_quiz(_get(key), now=request_now(), actor_id=current_person().id)
    flash(gettext("已恢复使用。"), "success")
    return redirect(url_for("quizzes.show_quiz", key=key), 303)
