"""Pages of the trainer: a sitting as papers on paper."""

from collections.abc import Sequence

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, gettext, ngettext

from lms.config import Settings
from lms.documents.storage import FolderStore
from lms.errors import InvalidState, NotFound
from lms.organisation.queries import find_organisation
from lms.people.access import TRAINER, current_person, requires
from lms.questions.queries.exporting import load_pictures
from lms.quizzes import press, queries
from lms.quizzes.domain.paper import paper_from_json
from lms.quizzes.domain.rekeying import corrected_paper
from lms.quizzes.domain.specification import items_total, points_total, sections_from_json
from lms.quizzes.models import PrintedPaper, Sitting
from lms.quizzes.queries.corrections import corrections_of, list_in_force
from lms.quizzes.queries.printing import (
    list_attempted_person_ids,
    list_printed,
    list_printed_person_ids,
)
from lms.quizzes.services.printing import print_papers
from lms.quizzes.views.frame import blueprint
from lms.web.access import request_now
from lms.web.kit import LANGUAGES

PAPERS_A_FILE = 20
"""More make a file that takes too long to set, and too thick a stack for a stapler anyway."""

SAME, EACH = "same", "each"


@blueprint.get("/sittings/<int:sitting_id>/print")
@requires(TRAINER)
def print_sitting(sitting_id: int) -> ResponseReturnValue:
    """Choose for whom papers are drawn, and download those that are."""
    return _page(queries.get_sitting(sitting_id))


def _page(sitting: Sitting, problem: str = "", status: int = 200) -> ResponseReturnValue:
    printed_ids = list_printed_person_ids(sitting.id)
    attempted_ids = list_attempted_person_ids(sitting.id)
    candidates = queries.list_candidates(sitting)
    printed = list_printed(sitting.id)
    sections = sections_from_json(sitting.sections)
    locale = get_locale()
    return render_template(
        "quizzes/print_choose.html",
        sitting=sitting,
        problem=problem,
        totals=(items_total(sections), points_total(sections)),
        free=[
            one.person
            for one in candidates
            if one.person_id not in printed_ids and one.person_id not in attempted_ids
        ],
        attempted=[
            one.person
            for one in candidates
            if one.person_id in attempted_ids and one.person_id not in printed_ids
        ],
        chosen=request.form.getlist("person", type=int) if request.method == "POST" else None,
        mode=request.form.get("mode", SAME),
        modes=[
            (SAME, gettext("所有人同一份卷")),
            (EACH, gettext("每人一份不同的卷")),
        ],
        printed=printed,
        kinds=_count_kinds(printed),
        files=-(-len(printed) // PAPERS_A_FILE),
        a_file=PAPERS_A_FILE,
        languages_of_paper=LANGUAGES,
        language="en" if locale is not None and locale.language == "en" else "zh_Hans",
        unprintable=press.list_unprintable(_texts(printed)),
    ), status


def _count_kinds(printed: Sequence[PrintedPaper]) -> int:
    return len(press.grouped(printed))


def _texts(printed: Sequence[PrintedPaper]) -> list[str]:
    return [
        *(text for group in press.grouped(printed) for text in press.words_of(group[0])),
        *(one.person.name for one in printed),
    ]


@blueprint.post("/sittings/<int:sitting_id>/print")
@requires(TRAINER)
def draw_papers(sitting_id: int) -> ResponseReturnValue:
    """Draw and freeze the papers of those chosen."""
    sitting = queries.get_sitting(sitting_id)
    chosen = request.form.getlist("person", type=int)
    mode = request.form.get("mode", "")
    if not chosen or mode not in {SAME, EACH}:
        return _page(sitting, gettext("请至少选一个人，再选卷子怎么出。"), 422)
    try:
        papers = print_papers(
            sitting,
            chosen,
            is_same_for_all=mode == SAME,
            actor_id=current_person().id,
            now=request_now(),
        )
    except InvalidState as error:
        return _page(sitting, _refusal_words(error), 409)
    count = len(papers)
    flash(
        ngettext(
            "已定卷 %(num)d 份，可以下载打印了。", "已定卷 %(num)d 份，可以下载打印了。", count
        )
        if count
        else gettext("这些人都已经有卷子了，没有变化。"),
        "success",
    )
    return redirect(url_for("quizzes.print_sitting", sitting_id=sitting_id, _anchor="files"), 303)


def _refusal_words(error: InvalidState) -> str:
    if error.code == "sitting_cancelled":
        return str(gettext("这场考试已取消，不能再出卷。"))
    return str(gettext("题库里可用的题目不够抽一张卷，请先补充题目。"))


@blueprint.get("/sittings/<int:sitting_id>/print/papers.pdf")
@requires(TRAINER)
def papers_pdf(sitting_id: int) -> Response:
    """Download the papers, one for each person."""
    sitting, rows = _asked(sitting_id)
    data = press.render_papers(
        sitting,
        rows,
        _choice(),
        house=_house(),
        minutes=_minutes(sitting, rows),
        pictures=_pictures(rows, with_keys=False),
    )
    return _as_pdf(data, f"{_title(sitting)} {gettext('试卷')}{_part()}")


@blueprint.get("/sittings/<int:sitting_id>/print/answer-sheets.pdf")
@requires(TRAINER)
def sheets_pdf(sitting_id: int) -> Response:
    """Download the answer sheets, one for each paper."""
    sitting, rows = _asked(sitting_id)
    data = press.render_sheets(sitting, rows, _choice(), house=_house())
    return _as_pdf(data, f"{_title(sitting)} {gettext('答题卡')}{_part()}")


@blueprint.get("/sittings/<int:sitting_id>/print/key.pdf")
@requires(TRAINER)
def key_pdf(sitting_id: int) -> Response:
    """Download the keys of all papers, as they count now."""
    sitting, rows = _asked(sitting_id, whole=True)
    papers = {row.id: paper_from_json(row.paper) for row in rows}
    versions = {placed.item_version_id for paper in papers.values() for placed in paper}
    corrections = corrections_of(list_in_force(versions))
    data = press.render_keys(
        sitting,
        rows,
        _choice().language,
        house=_house(),
        corrected={at: corrected_paper(paper, corrections) for at, paper in papers.items()},
        pictures=_pictures(rows, with_keys=True),
    )
    return _as_pdf(data, f"{_title(sitting)} {gettext('答案')}")


def _asked(sitting_id: int, *, whole: bool = False) -> tuple[Sitting, Sequence[PrintedPaper]]:
    """Return the sitting, and the printed papers that the address asks for.

    Raises:
        NotFound: There are none.
    """
    sitting = queries.get_sitting(sitting_id)
    one = request.args.get("paper", type=int)
    rows = list_printed(sitting_id, None if one is None else [one])
    if not whole and one is None:
        start = (max(1, request.args.get("part", 1, type=int)) - 1) * PAPERS_A_FILE
        rows = rows[start : start + PAPERS_A_FILE]
    if not rows:
        raise NotFound("printed_paper", sitting_id=sitting_id)
    return sitting, rows


def _choice() -> press.PrintChoice:
    language = request.args.get("language", "")
    return press.PrintChoice(
        language=language if language in LANGUAGES else "zh_Hans",
        is_double_sided="both_sides" in request.args,
        on_sheet=request.args.get("answers") == "sheet",
    )


def _minutes(sitting: Sitting, rows: Sequence[PrintedPaper]) -> dict[int, int]:
    """Return how long each person has: some have more time than others."""
    now = request_now()
    found = {}
    for row in rows:
        try:
            own = queries.get_own_sitting(sitting.id, row.person_id, now)
        except NotFound:
            # No longer a candidate; the paper is printed all the same.
            continue
        found[row.person_id] = own.window.minutes
    return found


def _part() -> str:
    number = request.args.get("part", 1, type=int)
    return f" {number}" if number > 1 else ""


def _pictures(rows: Sequence[PrintedPaper], *, with_keys: bool) -> dict[str, bytes]:
    settings: Settings = current_app.extensions["settings"]
    texts = [
        text
        for group in press.grouped(rows)
        for text in ([str(group[0].paper)] if with_keys else press.words_of(group[0]))
    ]
    return load_pictures(texts, FolderStore(settings.storage_dir))


def _house() -> str:
    organisation = find_organisation()
    if organisation is None:
        return ""
    is_english = _choice().language == "en"
    return (organisation.name_latin if is_english else "") or organisation.name


def _title(sitting: Sitting) -> str:
    return f"{sitting.quiz.title} {sitting.cohort.name}"


def _as_pdf(data: bytes, name: str) -> Response:
    response = Response(data, mimetype="application/pdf")
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.pdf")
    response.headers["Cache-Control"] = "no-store"
    return response
