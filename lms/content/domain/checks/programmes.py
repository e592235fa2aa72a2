"""Programmes and hiring conditions."""

from collections.abc import Iterator, Mapping

from lms.content.domain.checks.findings import error, warning
from lms.content.domain.values import (
    ConditionsFile,
    Content,
    CourseFiles,
    ModuleFile,
    ProgrammeFile,
    QuizFile,
    Reference,
)
from lms.issues import Issue

CONDITIONS_AT_MOST = 9
"""More than this nobody remembers who has to live by them."""


def check_programmes(content: Content) -> Iterator[Issue]:
    """Check that every programme can be walked to its end, every condition signed."""
    for course in content.courses:
        if course.programme is not None:
            yield from _check_programme(course, course.programme)
        if course.conditions is not None:
            yield from _check_conditions(course.conditions)


def _check_programme(course: CourseFiles, programme: ProgrammeFile) -> Iterator[Issue]:
    quizzes = {quiz.key: quiz for quiz in course.quizzes}
    for stage in programme.stages:
        yield from _check_gate_quiz(stage.quiz, "stage_test", stage.key, quizzes)
        for module in stage.modules:
            yield from _check_gate_quiz(module.quiz, "module_quiz", module.key, quizzes)
            yield from _check_folder(module, course)
            if module.due_day > stage.due_day:
                yield warning(
                    "due_after_stage",
                    module.where,
                    f"the module {module.key!r} is due after its stage test",
                    module=module.key,
                )
        if stage.due_day > programme.defense.due_day:
            yield warning(
                "due_after_defense",
                stage.where,
                f"the stage test of {stage.key!r} is due after the defense",
                stage=stage.key,
            )
    yield from _check_requires(programme)
    used = {module.folder for module in programme.modules}
    for folder in course.folders:
        if folder not in used:
            yield error(
                "unused_folder", course.where, f"no module uses the folder {folder}", folder=folder
            )


def _check_gate_quiz(
    reference: Reference, kind: str, gate: str, quizzes: Mapping[str, QuizFile]
) -> Iterator[Issue]:
    quiz = quizzes.get(reference.key)
    if quiz is None:
        yield error(
            "unknown_quiz",
            reference.where,
            f"there is no quiz {reference.key!r}",
            quiz=reference.key,
        )
    elif quiz.kind and (quiz.kind, quiz.gate.key) != (kind, gate):
        yield error(
            "quiz_of_other_gate",
            reference.where,
            f"the quiz {quiz.key!r} is a {quiz.kind} of {quiz.gate.key!r}, not a {kind} of {gate!r}",
            quiz=quiz.key,
        )


def _check_folder(module: ModuleFile, course: CourseFiles) -> Iterator[Issue]:
    if module.folder not in course.folders:
        yield error(
            "missing_folder",
            module.where,
            f"the module {module.key!r} has no folder {module.folder!r}",
            folder=module.folder,
        )
    elif not any(lesson.folder == module.folder for lesson in course.lessons):
        yield error(
            "module_without_lessons",
            module.where,
            f"the folder {module.folder!r} holds no lesson",
            folder=module.folder,
        )


def _check_requires(programme: ProgrammeFile) -> Iterator[Issue]:
    modules = {module.key: module for module in programme.modules}
    for module in programme.modules:
        for reference in module.requires:
            required = modules.get(reference.key)
            if required is None:
                yield error(
                    "unknown_module",
                    reference.where,
                    f"there is no module {reference.key!r}",
                    module=reference.key,
                )
            elif required.due_day > module.due_day:
                yield warning(
                    "due_before_required",
                    reference.where,
                    f"{module.key!r} is due before {required.key!r}, which it waits for",
                    module=module.key,
                )
    requires = {m.key: [r.key for r in m.requires if r.key in modules] for m in programme.modules}
    cycle = find_cycle(requires)
    if cycle:
        yield error(
            "cycle",
            modules[cycle[0]].where,
            f"modules wait for each other: {' -> '.join((*cycle, cycle[0]))}",
            modules=list(cycle),
        )


def find_cycle(requires: Mapping[str, list[str]]) -> tuple[str, ...]:
    """Return one cycle of keys in which each waits for the next, or nothing."""
    done: set[str] = set()

    def walk(key: str, trail: tuple[str, ...]) -> tuple[str, ...]:
        if key in trail:
            return trail[trail.index(key) :]
        if key in done:
            return ()
        for other in requires.get(key, []):
            found = walk(other, (*trail, key))
            if found:
                return found
        done.add(key)
        return ()

    return next((found for key in requires if (found := walk(key, ()))), ())


def _check_conditions(conditions: ConditionsFile) -> Iterator[Issue]:
    if len(conditions.items) > CONDITIONS_AT_MOST:
        yield warning(
            "many_conditions",
            conditions.where,
            f"{len(conditions.items)} conditions; up to {CONDITIONS_AT_MOST} can be remembered",
            count=len(conditions.items),
        )
    for item in conditions.items:
        for name, text in (("text", conditions.text), ("text_en", conditions.text_en)):
            # What a decision names later must have been signed word for word.
            if item.fields[name] not in text:
                yield error(
                    "condition_not_in_text",
                    item.where,
                    f"the {name} of the condition {item.key!r} is not in the text to sign",
                    condition=item.key,
                )
