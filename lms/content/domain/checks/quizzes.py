"""Quizzes: what they close, what they name, and whether every paper of theirs can be drawn."""

from collections.abc import Iterator, Mapping, Sequence

from lms.content.domain.checks.findings import error
from lms.content.domain.values import (
    BankFiles,
    Content,
    CourseFiles,
    QuizFile,
    Reference,
    SectionFile,
)
from lms.issues import Issue
from lms.quizzes.domain.fitting import Lot, Misfit, MisfitKind, Topic, find_misfits
from lms.quizzes.domain.specification import Section
from lms.units import as_points


def check_quizzes(content: Content) -> Iterator[Issue]:
    """Check that every quiz closes something that is there and that its papers can be drawn."""
    banks = {bank.key: bank for bank in content.banks}
    for course in content.courses:
        for quiz in course.quizzes:
            yield from _check_gate(quiz, course)
            named = [issue for one in quiz.sections for issue in _check_names(one, banks)]
            yield from named
            if not named:
                yield from _check_draws(quiz, banks)


def _check_gate(quiz: QuizFile, course: CourseFiles) -> Iterator[Issue]:
    programme = course.programme
    if programme is None or not quiz.kind:
        return
    parts = programme.stages if quiz.kind == "stage_test" else programme.modules
    if quiz.gate.key not in {part.key for part in parts}:
        yield error(
            "unknown_gate",
            quiz.gate.where,
            f"the programme has no part {quiz.gate.key!r} for this quiz",
            quiz=quiz.key,
        )


def _check_names(section: SectionFile, banks: Mapping[str, BankFiles]) -> Iterator[Issue]:
    bank = banks.get(section.bank.key)
    if bank is None:
        yield error(
            "unknown_bank",
            section.bank.where,
            f"there is no bank {section.bank.key!r}",
            bank=section.bank.key,
        )
        return
    items = bank.of("quiz")
    yield from _unknown(section.items, {item.key for item in items}, "item", bank)
    yield from _unknown(section.points, {item.point for item in items}, "point", bank)
    # Items of files carry no tags; banks that are written in the browser do.
    yield from _unknown(section.tags, set(), "tag", bank)


def _unknown(
    references: Sequence[Reference], known: set[str], what: str, bank: BankFiles
) -> Iterator[Issue]:
    for one in references:
        if one.key not in known:
            message = f"the bank {bank.key!r} has no {what} {one.key!r} that can be drawn"
            yield error(f"unknown_{what}", one.where, message, bank=bank.key, **{what: one.key})


def _lots(bank: BankFiles) -> list[Lot]:
    """Return what is drawn at once: items of a shared text together, others one by one."""
    lots: list[Lot] = []
    shared: dict[str, list[Topic]] = {}
    for item in bank.of("quiz"):
        kind = str(item.body.get("type", ""))
        topic = Topic(item.key, item.point, kind, item.difficulty)
        if item.stimulus is None:
            lots.append(Lot((topic,)))
        else:
            shared.setdefault(item.stimulus.key, []).append(topic)
    return [*lots, *(Lot(tuple(topics)) for topics in shared.values())]


def _check_draws(quiz: QuizFile, banks: Mapping[str, BankFiles]) -> Iterator[Issue]:
    plan = [_section(one) for one in quiz.sections]
    if None in plan:
        return  # what contradicts itself was noted when it was read
    sections = [one for one in plan if one is not None]
    lots = {section.bank: _lots(banks[section.bank]) for section in sections}
    for misfit in find_misfits(sections, lots):
        where = quiz.where if misfit.section is None else quiz.sections[misfit.section].where
        facts = {
            "quiz": quiz.key,
            "bank": misfit.bank,
            "draw": misfit.needed,
            "size": misfit.found,
        }
        yield error(_code(misfit), where, _message(quiz, misfit), **facts)


def _section(one: SectionFile) -> Section | None:
    try:
        return Section(
            title=one.title,
            bank=one.bank.key,
            draw=one.draw,
            points_each=as_points(one.points_each),
            points=tuple(point.key for point in one.points),
            tags=tuple(tag.key for tag in one.tags),
            difficulties=one.difficulties,
            types=one.types,
            items=tuple(item.key for item in one.items),
            shuffle=one.shuffle,
            shuffle_options=one.shuffle_options,
        )
    except ValueError:
        return None


_CODES = {
    MisfitKind.GROUPS: "bank_does_not_fit",
    MisfitKind.OVERLAP: "sections_compete",
    MisfitKind.TWICE: "item_in_two_sections",
}


def _code(misfit: Misfit) -> str:
    few = "bank_too_small" if misfit.section is None else "section_too_small"
    return _CODES.get(misfit.kind, few)


def _message(quiz: QuizFile, misfit: Misfit) -> str:
    draws = f"the quiz {quiz.key!r} draws {misfit.needed} items from {misfit.bank!r}"
    return {
        MisfitKind.FEW: f"{draws}, which has {misfit.found}"
        + ("" if misfit.section is None else " about what this section asks for"),
        MisfitKind.GROUPS: f"{draws}, whose case groups do not make that number: items of a shared text are"
        " drawn together",
        MisfitKind.OVERLAP: f"{draws}, whose sections take the same items from each other",
        MisfitKind.TWICE: f"{draws}; an item is picked by hand in two sections",
    }[misfit.kind]
