"""Pages that correct how an item was marked: choosing the correction, seeing what follows, applying it."""

import json
from collections.abc import Mapping

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.db import db
from lms.errors import InvalidInput, InvalidState, NotFound
from lms.people.access import QUALITY, TRAINER, current_person, requires
from lms.questions.domain.filling import response_from_fields
from lms.questions.domain.items import FieldError
from lms.questions.domain.keys import key_of
from lms.questions.forms import type_words
from lms.questions.models import ItemVersion
from lms.questions.queries import get_item, list_versions
from lms.quizzes import queries as all_queries
from lms.quizzes import services as all_services
from lms.quizzes.domain.rekeying import Correction, CorrectionKind, Flip, item_of, kinds_for
from lms.quizzes.forms import RekeyForm
from lms.quizzes.models import Objection
from lms.quizzes.queries import rekeys as queries
from lms.quizzes.queries import statistics
from lms.quizzes.queries.corrections import list_in_force
from lms.quizzes.queries.rekeys import Consequence
from lms.quizzes.services import rekeying as services
from lms.quizzes.services.rekey_bank import BankStep, bank_step, put_right
from lms.quizzes.views.frame import blueprint
from lms.quizzes.views.rekey_words import (
    bank_words,
    correction_words,
    dependent_at,
    dependent_words,
    flip_words,
    kind_hints,
    kind_words,
)
from lms.quizzes.views.statistics_words import option_labels
from lms.web.access import request_now
from lms.web.filters import rich
from lms.web.listing import Column, as_xlsx

MAY_REKEY = TRAINER | QUALITY
SHOWN_AT_MOST = 100
"""Rows of the preview whose decision stays; flips are all shown, the sheet has everybody."""
_WITH_KEY = (CorrectionKind.CHANGE_KEY, CorrectionKind.ACCEPT_ALSO)


@blueprint.context_processor
def _names() -> dict[str, object]:
    return {
        "correction_words": correction_words,
        "dependent_at": dependent_at,
        "dependent_words": dependent_words,
        "flip_words": flip_words,
        "rekey_kind_words": kind_words,
    }


def _get_version(key: str) -> ItemVersion:
    """Return the version that ``?version=`` names: the newest that was answered when it names none."""
    item = get_item(key)
    numbers = statistics.list_answered_numbers(item.id)
    usual = item.version if item.version in numbers or not numbers else numbers[0]
    number = request.args.get("version", usual, type=int)
    for version in list_versions(item.id):
        if version.number == number:
            return version
    raise NotFound("item_version", item=key)


def _find_objection(version: ItemVersion) -> Objection | None:
    """Return the objection that the re-key answers, if the address names one to this version."""
    objection_id = request.args.get("objection", type=int)
    if objection_id is None:
        return None
    objection = all_queries.get_objection(objection_id)
    return objection if objection.item_version_id == version.id else None


@blueprint.get("/items/<key>/rekey")
@requires(MAY_REKEY)
def new_rekey(key: str) -> ResponseReturnValue:
    """Choose a correction: the question with its answers so far, and what can be corrected."""
    asked = _stored_correction(request.args)
    return _show_form(_get_version(key), asked)


def _show_form(
    version: ItemVersion, asked: Correction | None, error: str = ""
) -> ResponseReturnValue:
    in_force = list_in_force([version.id]).get(version.id, [])
    item = item_of(version.body, [one.correction for one in in_force])
    report = statistics.get_report(version)
    ended, running = queries.count_sat(version.id)
    keys: dict[str, Mapping[str, object]] = {"change_key": key_of(item), "accept_also": {}}
    if asked is not None and asked.key:
        keys[asked.kind.value] = asked.key
    return render_template(
        "quizzes/rekey_new.html",
        item=version.item,
        version=version,
        words=item,
        face=item.face(None),
        report=report,
        figures=report.figures,
        common=[] if item.keys else statistics.list_common_answers(version.id),
        labels=option_labels(item),
        types=type_words(),
        in_force=in_force,
        kinds=kinds_for(item),
        hints=kind_hints(),
        keys=keys,
        chosen=request.form.get("kind") or (asked.kind.value if asked else ""),
        ended=ended,
        running=running,
        objection=_find_objection(version),
        asked=_asked(version),
        error=error,
    ), 422 if error else 200


def _asked(version: ItemVersion) -> dict[str, object]:
    """Return what the addresses of this re-key carry on."""
    asked: dict[str, object] = {"key": version.item.key, "version": version.number}
    if "objection" in request.args:
        asked["objection"] = request.args["objection"]
    return asked


def _stored_correction(values: Mapping[str, str]) -> Correction | None:
    """Read a correction as our own pages carry it: a kind and JSON; None when it is not one."""
    try:
        facts = json.loads(values.get("facts", ""))
        return Correction.from_stored(values.get("kind", ""), facts)
    except (ValueError, TypeError, AttributeError):
        return None


def _read_correction() -> Correction:
    """Read the correction that the form says.

    Raises:
        InvalidInput: ``correction_malformed`` with the ``problem``.
    """
    stored = _stored_correction(request.form)
    if stored is not None:
        return stored
    try:
        kind = CorrectionKind(request.form.get("kind", ""))
    except ValueError as error:
        raise InvalidInput("correction_malformed", field="kind", problem="missing") from error
    if kind not in _WITH_KEY:
        return Correction(kind)
    prefix = f"{kind.value}:"
    fields = [
        (name.removeprefix(prefix), value)
        for name, value in request.form.items(multi=True)
        if name.startswith(prefix)
    ]
    try:
        return Correction(kind, response_from_fields(fields))
    except FieldError as error:
        raise InvalidInput(
            "correction_malformed", field=error.field, problem=error.problem
        ) from error


def _problem_words(facts: Mapping[str, object]) -> str:
    problem = str(facts.get("problem", ""))
    known = {
        "missing": gettext("请先选一种更正。"),
        "is right already": gettext("这和现在的答案一样，没有要改的。"),
        "must be one option": gettext("请选一个选项。"),
        "must leave at least one distractor": gettext(
            "至少要留一个不对的选项；如果全都对，请选“全员得分”。"
        ),
        "must number every step once": gettext("每一步都要有序号，每个序号用一次。"),
    }
    if problem in known:
        return str(known[problem])
    if problem.endswith("is not a number or a range"):
        return str(gettext("有一行不是数字或范围，例如 170 或 169.5 ~ 170.5。"))
    if problem.startswith(("must hold", "must be", "must not be empty")):
        return str(gettext("请把正确答案填完整。"))
    return str(gettext("这个更正和题目对不上（%(problem)s），请检查。", problem=problem))


@blueprint.post("/items/<key>/rekey/preview")
@requires(MAY_REKEY)
def preview_rekey(key: str) -> ResponseReturnValue:
    """Show who moves, who flips, and what rests on it; ``format=xlsx`` downloads the list."""
    version = _get_version(key)
    try:
        correction = _read_correction()
        services.check_rekey(version, correction)
    except InvalidInput as error:
        return _show_form(version, None, _problem_words(error.facts))
    if request.form.get("format") == "xlsx":
        plan, _ = services.preview_rekey(version, correction)
        return _sheet(plan.told, f"{gettext('改判预览')}-{key}")
    return _show_preview(version, correction, RekeyForm(formdata=None))


def _show_preview(
    version: ItemVersion, correction: Correction, form: RekeyForm, *, is_outdated: bool = False
) -> ResponseReturnValue:
    plan, fingerprint = services.preview_rekey(version, correction)
    words = item_of(version.body)
    steady = [one for one in plan.told if one.change.flip is Flip.NONE]
    objection = _find_objection(version)
    bar = all_queries.find_bar_of(objection, current_person().id) if objection else None
    step = bank_step(version, correction)
    status = 409 if is_outdated else 422 if form.errors else 200
    return render_template(
        "quizzes/rekey_preview.html",
        item=version.item,
        version=version,
        words=words,
        stem=rich(words.stem).striptags(),
        correction=correction,
        facts=json.dumps(correction.facts(), ensure_ascii=False, sort_keys=True),
        plan=plan,
        counts=plan.counts(),
        is_refused=bool(plan.worthless) and correction.kind is CorrectionKind.DROP,
        flipped=[one for one in plan.told if one.change.flip is not Flip.NONE],
        rows=steady[:SHOWN_AT_MOST],
        steady=len(steady),
        names={one.sat.enrolment_id: one.sat.name for one in plan.told},
        flips={one.sat.enrolment_id: one.change.flip.value for one in reversed(plan.told)},
        fingerprint=fingerprint,
        form=form,
        is_outdated=is_outdated,
        step=step,
        bank_words=bank_words(step),
        objection=objection if bar is None else None,
        asked=_asked(version),
    ), status


@blueprint.post("/items/<key>/rekey")
@requires(MAY_REKEY)
def apply_rekey(key: str) -> ResponseReturnValue:
    """Apply what was shown; when something changed meanwhile, show that instead."""
    version = _get_version(key)
    form = RekeyForm()
    try:
        correction = _read_correction()
        services.check_rekey(version, correction)
    except InvalidInput as error:
        return _show_form(version, None, _problem_words(error.facts))
    if not form.validate():
        return _show_preview(version, correction, form)
    now, actor_id = request_now(), current_person().id
    try:
        rekey = services.apply_rekey(
            version,
            correction,
            reason=form.reason.data or "",
            fingerprint=request.form.get("fingerprint", ""),
            actor_id=actor_id,
            now=now,
        )
    except InvalidState as error:
        db.session.rollback()
        is_outdated = error.code == "rekey_outdated"
        return _show_preview(_get_version(key), correction, form, is_outdated=is_outdated)
    flash(_applied_words(rekey.counts), "success")
    if form.in_bank.data:
        _flash_bank(put_right(version, correction, actor_id=actor_id, now=now))
    elif words := bank_words(bank_step(version, correction)):
        flash(words, "warning")
    _answer(version, form)
    return redirect(url_for("quizzes.show_rekey", rekey_id=rekey.id), 303)


def _applied_words(counts: Mapping[str, int]) -> str:
    if not counts["changed"]:
        return str(gettext("已改判。没有人的成绩因此变化。"))
    return str(gettext("已改判：%(n)s 人次的成绩变了，都已通知本人。", n=counts["changed"]))


def _flash_bank(step: BankStep) -> None:
    if step is BankStep.VERSION:
        flash(gettext("题库里的这道题也更正了，以后抽到的是新版本。"), "success")
    elif step is BankStep.RETIRE:
        flash(gettext("这道题已停用，以后不再抽到。"), "success")
    elif bank_words(step):
        flash(bank_words(step), "warning")


def _answer(version: ItemVersion, form: RekeyForm) -> None:
    """Tell the hire whose objection led here, if there is something to say and this person may decide it."""
    objection, text = _find_objection(version), (form.reply.data or "").strip()
    if objection is None or not text:
        return
    actor_id = current_person().id
    if all_queries.find_bar_of(objection, actor_id) is None:
        all_services.decide_objection(
            objection,
            upheld=True,
            text=text,
            actor_id=actor_id,
            now=request_now(),
            with_others=True,
        )


def _sheet(rows: list[Consequence], title: str) -> Response:
    flips = flip_words()
    columns: list[Column[Consequence]] = [
        Column(gettext("姓名"), lambda one: one.sat.name, 14),
        Column(gettext("工号"), lambda one: one.sat.employee_no, 12),
        Column(gettext("期次"), lambda one: one.sat.cohort, 22),
        Column(gettext("测验"), lambda one: one.sat.title, 28),
        Column(gettext("第几次"), lambda one: one.sat.number, 8),
        Column(gettext("原得分"), lambda one: one.change.before.points, 10),
        Column(gettext("原满分"), lambda one: one.change.before.max_points, 10),
        Column(gettext("原得分率（%）"), lambda one: one.change.before.percent, 14),
        Column(gettext("新得分"), lambda one: one.change.after.points, 10),
        Column(gettext("新满分"), lambda one: one.change.after.max_points, 10),
        Column(gettext("新得分率（%）"), lambda one: one.change.after.percent, 14),
        Column(gettext("结论变化"), lambda one: flips[one.change.flip.value][0], 14),
    ]
    return as_xlsx(rows, columns, title)
