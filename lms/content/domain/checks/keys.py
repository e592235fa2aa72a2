"""Keys: each is there once."""

from collections.abc import Iterable, Iterator

from lms.content.domain.checks.findings import error
from lms.content.domain.values import Content, CourseFiles
from lms.issues import Issue, Where

Named = tuple[str, Where]


def check_keys(content: Content) -> Iterator[Issue]:
    """Find keys that stand twice. Lessons, cards, items and quizzes share one name space each over all files."""
    yield from _twice("lesson", ((one.key, one.where) for one in content.lessons))
    yield from _twice("card", ((card.key, card.where) for card in content.cards))
    yield from _twice("item", ((item.key, item.where) for item in content.items))
    yield from _twice(
        "stimulus", ((one.key, one.where) for bank in content.banks for one in bank.stimuli)
    )
    yield from _twice(
        "quiz", ((quiz.key, quiz.where) for course in content.courses for quiz in course.quizzes)
    )
    yield from _twice(
        "programme",
        (
            (course.programme.key, course.programme.where)
            for course in content.courses
            if course.programme is not None
        ),
    )
    for course in content.courses:
        yield from _within(course)


def _within(course: CourseFiles) -> Iterator[Issue]:
    programme = course.programme
    if programme is not None:
        yield from _twice("stage", ((stage.key, stage.where) for stage in programme.stages))
        yield from _twice("module", ((module.key, module.where) for module in programme.modules))
        yield from _twice("folder", ((m.folder, m.where) for m in programme.modules))
    if course.conditions is not None:
        yield from _twice("condition", ((each.key, each.where) for each in course.conditions.items))


def _twice(kind: str, named: Iterable[Named]) -> Iterator[Issue]:
    first: dict[str, Where] = {}
    for key, where in named:
        if key in first:
            yield error(
                "key_twice",
                where,
                f"the {kind} {key!r} is also in {first[key]}",
                kind=kind,
                key=key,
            )
        else:
            first[key] = where
