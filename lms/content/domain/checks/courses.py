"""Cards, lessons and pictures of a course."""

import datetime as dt
from collections.abc import Iterator

from lms.content.domain.checks.findings import error, warning
from lms.content.domain.values import CardFile, Content, CourseFiles, LessonFile
from lms.issues import Issue


def check_courses(content: Content, today: dt.date) -> Iterator[Issue]:
    """Check dates of cards, references of lessons, and pictures."""
    cards = {card.key for card in content.cards}
    recalled = {item.lesson.key for bank in content.banks for item in bank.of("recall")}
    for course in content.courses:
        for card in course.cards:
            yield from _check_card(card, today)
        for lesson in course.lessons:
            yield from _check_lesson(lesson, course, cards)
            if lesson.key not in recalled:
                yield error(
                    "lesson_without_recall",
                    lesson.where,
                    f"the lesson {lesson.key!r} has no recall item, so nobody could complete it",
                    lesson=lesson.key,
                )
        yield from _check_unused_pictures(course)


def _check_card(card: CardFile, today: dt.date) -> Iterator[Issue]:
    if card.checked_on > today:
        yield error(
            "checked_in_future",
            card.where,
            f"the card {card.key!r} was checked on {card.checked_on}, which is ahead",
            card=card.key,
            checked_on=card.checked_on,
        )
    if card.kind == "law" and not card.body.get("clause"):
        yield warning(
            "law_without_clause",
            card.where,
            f"the law card {card.key!r} names no clause",
            card=card.key,
        )


def _check_lesson(lesson: LessonFile, course: CourseFiles, cards: set[str]) -> Iterator[Issue]:
    for reference in (*lesson.cards, *lesson.shown):
        if reference.key not in cards:
            yield error(
                "unknown_card",
                reference.where,
                f"there is no card {reference.key!r}",
                card=reference.key,
            )
    shown = {reference.key for reference in lesson.shown}
    listed = {reference.key for reference in lesson.cards}
    for reference in lesson.cards:
        if reference.key not in shown:
            yield warning(
                "card_not_shown",
                reference.where,
                f"the card {reference.key!r} is listed, but the text does not place it",
                card=reference.key,
            )
    for reference in lesson.shown:
        if reference.key not in listed:
            yield warning(
                "card_not_listed",
                reference.where,
                f"the card {reference.key!r} is placed, but not listed in the head",
                card=reference.key,
            )
    for picture in lesson.pictures:
        if picture.key.startswith("media/") and picture.key not in course.media:
            yield error(
                "missing_picture",
                picture.where,
                f"the picture {picture.key!r} is missing",
                picture=picture.key,
            )


def _check_unused_pictures(course: CourseFiles) -> Iterator[Issue]:
    used = {picture.key for lesson in course.lessons for picture in lesson.pictures}
    for path in course.media:
        if path not in used:
            yield warning("unused_picture", course.where, f"no lesson shows {path}", picture=path)
