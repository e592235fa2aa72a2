"""Recall at the end of a lesson: answer, see why, go on. Never graded."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.wrappers import Response
from flask_babel import gettext
from werkzeug.wrappers import Response as WerkzeugResponse

from lms.curriculum import queries as curriculum
from lms.curriculum.domain.path import State
from lms.curriculum.models import Enrolment, Lesson
from lms.errors import InvalidState, NotFound
from lms.people.access import SIGNED_IN, STAFF, current_person, requires
from lms.questions import queries, services
from lms.questions.domain.items import FieldError, parse_response
from lms.questions.domain.recall import RecallCard, count_answered, is_finished
from lms.questions.forms import response_from_form
from lms.questions.views.base import blueprint
from lms.web.access import request_now


@dataclass(frozen=True, slots=True)
class _Reader:
    """Who reads which lesson; without an enrolment nothing is kept."""

    lesson: Lesson
    person_id: int
    enrolment: Enrolment | None

    def cards(self) -> list[RecallCard]:
        return queries.list_recall_cards(
            self.lesson.key,
            person_id=self.person_id,
            enrolment_id=self.enrolment.id if self.enrolment else None,
        )


def _reader(key: str) -> _Reader:
    lesson = curriculum.get_lesson(key)
    person = current_person()
    enrolment = curriculum.find_enrolment_in(person.id, lesson.module.stage.programme_id)
    is_staff = STAFF.allows(person)
    if enrolment is None:
        if not is_staff:
            raise NotFound("lesson", key=key)
        return _Reader(lesson, person.id, None)
    zone = current_app.extensions["settings"].zone
    module = curriculum.get_path(enrolment, request_now(), zone).module_of_lesson(key)
    if module.state is State.LOCKED:
        if not is_staff:
            raise InvalidState("module_locked", module=lesson.module.title)
        return _Reader(lesson, person.id, None)
    return _Reader(lesson, person.id, enrolment if enrolment.state == "active" else None)


def _is_htmx() -> bool:
    return request.headers.get("HX-Request") == "true"


@blueprint.get("/lessons/<key>/recall")
@requires(SIGNED_IN)
def recall(key: str) -> str:
    """Show a lesson's recall items: a page of its own, or for htmx the part that the lesson shows.

    ``?again=<item key>`` opens one answered item again; for htmx that item alone is returned.
    """
    reader = _reader(key)
    again = request.args.get("again", "")
    cards = [card.reopened() if card.item_key == again else card for card in reader.cards()]
    here = next((card for card in cards if card.item_key == again), None)
    if _is_htmx() and here is not None:
        return _item(reader, cards, here)
    return _page(reader, cards)


@blueprint.post("/lessons/<key>/recall")
@requires(SIGNED_IN)
def answer_recall(key: str) -> str | tuple[str, int] | WerkzeugResponse:
    """Take one answer and show the item again with its feedback."""
    reader = _reader(key)
    cards = reader.cards()
    version_id = request.form.get("version", type=int)
    card = next((card for card in cards if card.version_id == version_id), None)
    if card is None:
        return _changed(key)
    raw: dict[str, object] = {}
    try:
        raw = response_from_form(request.form)
        answer = parse_response(card.item, raw)
    except FieldError:
        answer = None
    if answer is None or answer.is_empty:
        return _refused(reader, cards, card)
    if reader.enrolment is not None:
        version = queries.get_version(card.version_id)
        services.answer_recall(reader.enrolment, version, raw, request_now())
        if not _is_htmx():
            anchor = f"item-{card.item_key}"
            return redirect(url_for("questions.recall", key=key, _anchor=anchor), 303)
    done = card.answered(answer)
    cards = [done if one.item_key == done.item_key else one for one in cards]
    return _item(reader, cards, done, is_news=True) if _is_htmx() else _page(reader, cards)


def _refused(reader: _Reader, cards: Sequence[RecallCard], card: RecallCard) -> tuple[str, int]:
    card = card.reopened()
    cards = [card if one.item_key == card.item_key else one for one in cards]
    if _is_htmx():
        return _item(reader, cards, card, is_refused=True), 422
    return _page(reader, cards, refused=card.item_key), 422


def _changed(key: str) -> WerkzeugResponse:
    """Say that the item is not what the reader saw: it was revised or retired meanwhile."""
    flash(gettext("这道题刚刚更新过，请按新的内容再答一次。"), "warning")
    if _is_htmx():
        return Response(headers={"HX-Refresh": "true"})
    return redirect(url_for("questions.recall", key=key), 303)


def _page(reader: _Reader, cards: Sequence[RecallCard], refused: str = "") -> str:
    template = "questions/_recall.html" if _is_htmx() else "questions/recall.html"
    _, after = curriculum.find_neighbours(reader.lesson)
    return render_template(
        template, refused=refused, after=after, is_news=False, **_facts(reader, cards)
    )


def _item(
    reader: _Reader,
    cards: Sequence[RecallCard],
    card: RecallCard,
    *,
    is_news: bool = False,
    is_refused: bool = False,
) -> str:
    return render_template(
        "questions/_recall_answer.html",
        card=card,
        number=1 + [one.item_key for one in cards].index(card.item_key),
        refused=card.item_key if is_refused else "",
        is_news=is_news,
        **_facts(reader, cards),
    )


def _facts(reader: _Reader, cards: Sequence[RecallCard]) -> dict[str, object]:
    enrolment = reader.enrolment
    progress = curriculum.find_progress(enrolment.id, reader.lesson.id) if enrolment else None
    return {
        "lesson": reader.lesson,
        "cards": cards,
        "is_preview": enrolment is None,
        "answered": count_answered(cards),
        "is_finished": is_finished(cards),
        "is_lesson_done": progress is not None and progress.completed_at is not None,
    }
