"""Pages of the curriculum: enrolling a cohort, the list of enrolments, the lesson reader, pictures."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from pathlib import Path as FilePath
from pathlib import PurePosixPath
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    send_from_directory,
    url_for,
)
from flask_babel import get_locale, gettext
from werkzeug.wrappers import Response as WerkzeugResponse

from lms.clock import local_date
from lms.config import ROOT
from lms.curriculum.domain.enrolling import due_dates, refuse_start
from lms.curriculum.domain.path import GateStep, LessonStep, ModuleStep, Path, State
from lms.curriculum.forms import EnrolForm
from lms.curriculum.models import Enrolment, Lesson, LessonProgress, Programme
from lms.curriculum.queries import (
    EnrolmentFilter,
    find_enrolment_in,
    find_neighbours,
    find_progress,
    get_lesson,
    get_path,
    get_plan,
    get_programme,
    list_active_enrolments_of_persons,
    list_paths,
    list_programmes,
    select_enrolments,
)
from lms.curriculum.services import CohortEnrolled, note_reading
from lms.curriculum.services import enrol_cohort as enrol_members
from lms.db import db
from lms.errors import InvalidInput, InvalidState, NotFound
from lms.people.access import (
    ADMIN,
    HR,
    LEAD,
    SIGNED_IN,
    STAFF,
    TRAINER,
    current_person,
    requires,
)
from lms.people.models import Cohort
from lms.people.queries import get_cohort, list_cohort_members, list_cohorts
from lms.web.access import request_now
from lms.web.listing import Column, as_xlsx, paginate, search_words

blueprint = Blueprint(
    "curriculum",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/curriculum-static",
)

COURSES = ROOT / "courses"
PICTURES = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".gif": "image/gif",
}
#: An SVG opened by itself is a document: it may draw, and do nothing else.
PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
STATIC = FilePath(__file__).parent / "static" / "curriculum"
#: Part of the files' addresses, so that browsers may keep them for long and yet take new ones.
READING_STAMP = hashlib.sha256(
    b"".join((STATIC / name).read_bytes() for name in ("reading.js", "reader.css"))
).hexdigest()[:8]
SEES_ALL = HR | TRAINER | ADMIN


def _zone() -> ZoneInfo:
    zone: ZoneInfo = current_app.extensions["settings"].zone
    return zone


def _today() -> dt.date:
    return local_date(request_now(), _zone())


def _is_english() -> bool:
    locale = get_locale()
    return locale is not None and locale.language == "en"


# --- enrolling


@blueprint.route("/cohorts/<int:cohort_id>/enrol", methods=["GET", "POST"])
@requires(HR | TRAINER | ADMIN)
def enrol_cohort(cohort_id: int) -> tuple[str, int] | WerkzeugResponse:
    """Choose programme and start date for a cohort, see what is due when, enrol."""
    cohort = get_cohort(cohort_id)
    programmes = list_programmes()
    form = EnrolForm(
        formdata=request.form if request.method == "POST" else request.args or None,
        data={"starts_on": max(cohort.starts_on, _today())},
    )
    form.offer(programmes, english=_is_english())
    if request.method == "GET":
        return _enrol_page(cohort, programmes, form), 200
    starts_on = form.starts_on.data
    if not form.validate() or starts_on is None:
        return _enrol_page(cohort, programmes, form), 422
    if request.form.get("step") == "preview":
        return _enrol_page(cohort, programmes, form), 200
    answer = _enrol(cohort, form, starts_on)
    return answer or (_enrol_page(cohort, programmes, form), 422)


def _enrol(cohort: Cohort, form: EnrolForm, starts_on: dt.date) -> WerkzeugResponse | None:
    if not list_cohort_members(cohort.id):
        form.form_errors.append(gettext("这一期还没有成员，请先把人加进来。"))
        return None
    try:
        done = enrol_members(
            cohort,
            get_programme(form.programme.data),
            starts_on=starts_on,
            today=_today(),
            actor_id=current_person().id,
            now=request_now(),
        )
    except InvalidInput as error:
        form.starts_on.errors = [*form.starts_on.errors, _start_words(error.code, cohort)]
        return None
    _flash_enrolled(done)
    return redirect(url_for("curriculum.list_enrolments", cohort=cohort.id), 303)


def _flash_enrolled(done: CohortEnrolled) -> None:
    if done.enrolled:
        flash(
            gettext("已报名 %(count)s 人，消息已发给每个人。", count=len(done.enrolled)), "success"
        )
    if done.already:
        names = gettext("、").join(person.name for person in done.already)
        flash(gettext("这些人已经在培养中，没有重复报名：%(names)s。", names=names), "info")
    if done.ended:
        names = gettext("、").join(person.name for person in done.ended)
        flash(
            gettext(
                "这些人从同一天开始的培养已经结束，没有报名：%(names)s。要重新报名，请换一个开始日期。",
                names=names,
            ),
            "warning",
        )


def _start_words(code: str, cohort: Cohort) -> str:
    """Say why a start date is refused and what to do."""
    if code == "start_in_past":
        return str(gettext("开始日期已经过去。请选今天或以后的日期，到期日会从这天算起。"))
    if code == "start_before_cohort":
        return str(
            gettext(
                "这一期 %(day)s 才开始，报名不能更早。请选这一天或以后的日期。",
                day=cohort.starts_on.isoformat(),
            )
        )
    return str(gettext("开始日期在一年以后，请检查年份有没有写错。"))


def _enrol_page(cohort: Cohort, programmes: Sequence[Programme], form: EnrolForm) -> str:
    members = list_cohort_members(cohort.id)
    running = list_active_enrolments_of_persons([member.id for member in members])
    starts_on = form.starts_on.data
    chosen = next((one for one in programmes if one.key == form.programme.data), None)
    chosen = chosen or (programmes[0] if programmes else None)
    gates: Sequence[GateStep] = ()
    refusal = ""
    if isinstance(starts_on, dt.date):
        code = refuse_start(starts_on, today=_today(), cohort_starts_on=cohort.starts_on)
        refusal = _start_words(code, cohort) if code else ""
        if chosen is not None and not refusal:
            gates = due_dates(get_plan(chosen), starts_on)
    return render_template(
        "curriculum/enrol.html",
        cohort=cohort,
        programmes=programmes,
        form=form,
        members=members,
        new_members=[member for member in members if member.id not in running],
        already=[member for member in members if member.id in running],
        gates=gates,
        refusal=refusal,
        starts_on=starts_on,
    )


# --- the list


@blueprint.get("/enrolments")
@requires(HR | TRAINER | LEAD | ADMIN)
def list_enrolments() -> str | Response:
    """Show who is where on the path; ``?format=xlsx`` downloads it."""
    state = request.args.get("state", "")
    cohort_id = request.args.get("cohort", type=int)
    sees_all = SEES_ALL.allows(current_person())
    query = select_enrolments(
        EnrolmentFilter(
            words=search_words(),
            cohort_id=cohort_id,
            state=state if state in {"active", "completed", "withdrawn"} else "",
            overdue_on=_today() if state == "overdue" else None,
            led_by=None if sees_all else current_person().id,
            on=_today(),
        )
    )
    if request.args.get("format") == "xlsx":
        return _enrolments_xlsx(db.session.scalars(query).all())
    page = paginate(query)
    return render_template(
        "curriculum/enrolments.html",
        page=page,
        paths=list_paths(page.rows, request_now(), _zone()),
        cohorts=list_cohorts(),
        cohort_id=cohort_id,
        state=state,
        sees_all=sees_all,
        states=_state_words(),
        xlsx_url="?" + urlencode({**request.args, "format": "xlsx"}),
    )


def _state_words() -> dict[str, str]:
    return {
        "active": gettext("培养中"),
        "completed": gettext("已完成"),
        "withdrawn": gettext("已退出"),
    }


def _enrolments_xlsx(rows: Sequence[Enrolment]) -> Response:
    paths = list_paths(rows, request_now(), _zone())
    states = _state_words()

    def path(row: Enrolment) -> Path:
        return paths[row.id]

    columns: list[Column[Enrolment]] = [
        Column(gettext("姓名"), lambda row: row.person.name),
        Column(gettext("工号"), lambda row: row.person.employee_no or ""),
        Column(gettext("岗位"), lambda row: row.person.post),
        Column(gettext("期次"), lambda row: row.cohort.name if row.cohort else "", 22),
        Column(gettext("培养方案"), lambda row: row.programme.title, 28),
        Column(gettext("开始日期"), lambda row: row.starts_on),
        Column(gettext("状态"), lambda row: states[row.state]),
        Column(gettext("课程完成"), lambda row: path(row).lessons_done),
        Column(gettext("课程总数"), lambda row: len(path(row).lessons)),
        Column(gettext("关卡通过"), lambda row: path(row).gates_done),
        Column(gettext("关卡总数"), lambda row: len(path(row).gates)),
        Column(gettext("下一关"), lambda row: _gate_words(path(row).next_gate), 28),
        Column(
            gettext("下一关到期"),
            lambda row: gate.due_on if (gate := path(row).next_gate) else None,
        ),
        Column(
            gettext("逾期"),
            lambda row: gettext("、").join(_gate_words(gate) for gate in path(row).overdue),
            40,
        ),
    ]
    return as_xlsx(rows, columns, f"{gettext('培养进度')}-{_today().isoformat()}")


def _gate_words(gate: GateStep | None) -> str:
    if gate is None:
        return ""
    title = gate.title_en if _is_english() else gate.title
    words = {
        "module_quiz": gettext("%(title)s：模块测验", title=title),
        "stage_test": gettext("%(title)s：阶段考试", title=title),
        "defense": gettext("转正答辩"),
    }
    return str(words[gate.kind.value])


# --- the reader


@blueprint.get("/lessons/<key>")
@requires(SIGNED_IN)
def show_lesson(key: str) -> str:
    """Show a lesson to its reader, or what it waits for; staff may look at any lesson."""
    lesson = get_lesson(key)
    person = current_person()
    enrolment = find_enrolment_in(person.id, lesson.module.stage.programme_id)
    is_staff = STAFF.allows(person)
    path, module, step = _place(lesson, enrolment)
    if module is None and not is_staff:
        raise NotFound("lesson", key=key)
    if module is not None and module.state is State.LOCKED and not is_staff:
        return render_template("curriculum/lesson_locked.html", lesson=lesson, module=module)
    is_reader = module is not None and module.state is not State.LOCKED
    progress = find_progress(enrolment.id, lesson.id) if enrolment and is_reader else None
    before, after = find_neighbours(lesson)
    return render_template(
        "curriculum/lesson.html",
        lesson=lesson,
        module=module,
        step=step,
        path=path,
        progress=progress,
        keeps_progress=is_reader and enrolment is not None and enrolment.state == "active",
        before=before,
        after=after,
        reading_stamp=READING_STAMP,
    )


def _place(
    lesson: Lesson, enrolment: Enrolment | None
) -> tuple[Path | None, ModuleStep | None, LessonStep | None]:
    """Return path, module and step of a lesson for its reader; None where it is not on a path of theirs."""
    if enrolment is None:
        return None, None, None
    path = get_path(enrolment, request_now(), _zone())
    for module in path.modules:
        for step in module.lessons:
            if step.key == lesson.key:
                return path, module, step
    return None, None, None


@blueprint.put("/lessons/<key>/progress")
@requires(SIGNED_IN)
def save_progress(key: str) -> Response:
    """Note the block that the reader has seen: ``{"block": n}``."""
    body = request.get_json(silent=True)
    block = body.get("block") if isinstance(body, dict) else None
    if not isinstance(block, int) or isinstance(block, bool):
        raise InvalidInput("no_such_block", field="block")
    progress = _note(key, block)
    return jsonify(
        block=progress.last_block,
        furthest=progress.furthest_block,
        blocks=progress.blocks_total,
        is_read=progress.read_at is not None,
        is_done=progress.completed_at is not None,
    )


@blueprint.post("/lessons/<key>/read")
@requires(SIGNED_IN)
def mark_read(key: str) -> WerkzeugResponse:
    """Note that the lesson has been read to its end: the way without JavaScript."""
    _note(key, len(get_lesson(key).blocks))
    flash(gettext("已读完。再做几道小回顾，这节课就完成了。"), "success")
    return redirect(url_for("curriculum.show_lesson", key=key, _anchor="recall"), 303)


def _note(key: str, block: int) -> LessonProgress:
    lesson = get_lesson(key)
    enrolment = find_enrolment_in(current_person().id, lesson.module.stage.programme_id)
    _, module, _ = _place(lesson, enrolment)
    if enrolment is None or module is None:
        raise NotFound("lesson", key=key)
    if module.state is State.LOCKED:
        raise InvalidState("module_locked", module=module.title)
    return note_reading(enrolment, lesson, block=block, now=request_now())


# --- pictures


@blueprint.get("/media/<course>/<path:name>")
@requires(SIGNED_IN)
def media(course: str, name: str) -> Response:
    """Serve one picture of a course."""
    kind = PICTURES.get(PurePosixPath(name).suffix.lower())
    folder = COURSES / course / "media"
    if kind is None or not course.isascii() or not course.replace("-", "").isalnum():
        raise NotFound("media", name=name)
    response = send_from_directory(folder, name, mimetype=kind, max_age=24 * 3600)
    response.headers["Content-Security-Policy"] = PICTURE_POLICY
    response.headers["Cache-Control"] = "private, max-age=86400"
    return response
