"""Reading lessons: a YAML head between two lines of ``---``, then Markdown."""

from pathlib import Path

from lms.content.domain.values import LessonFile
from lms.content.reading.fields import Fields
from lms.content.reading.prose import Prose
from lms.content.reading.sources import Source

FENCE = "---"


def read_lessons(source: Source, course: Path, folder: str) -> tuple[LessonFile, ...]:
    """Read the lessons of one module folder in order of file name."""
    lessons = []
    for position, path in enumerate(source.files(course / folder, ".md"), start=1):
        lesson = _read_lesson(source, path, folder, position)
        if lesson is not None:
            lessons.append(lesson)
    return tuple(lessons)


def _read_lesson(source: Source, path: Path, folder: str, position: int) -> LessonFile | None:
    text = source.text(path)
    if text is None:
        return None
    lines = text.split("\n")
    if lines[0].rstrip() != FENCE or FENCE not in [line.rstrip() for line in lines[1:]]:
        where = source.where(path, 1)
        source.report.unreadable(
            "lesson_without_head", where, "a lesson begins with a head between two lines of ---"
        )
        return None
    end = [line.rstrip() for line in lines].index(FENCE, 1)
    head = source.parse(path, "\n".join(lines[1:end]), first_line=2)
    if head is None:
        return None
    body = "\n".join(lines[end + 1 :]).strip("\n") + "\n"
    first_line = (
        end + 2 + next((index for index, line in enumerate(lines[end + 1 :]) if line.strip()), 0)
    )
    fields = Fields(head, source.name(path), source.report)
    text_of = Prose(source.report, source.where(path, first_line), body)
    lesson = LessonFile(
        where=source.where(path, 1),
        key=fields.key(),
        folder=folder,
        position=position,
        title=fields.title(),
        title_en=fields.title_en(),
        summary=fields.text("summary"),
        summary_en=fields.text("summary_en"),
        minutes=fields.number("minutes", 1, 60),
        objectives=fields.texts("objectives"),
        body=body,
        cards=fields.references("cards", required=False),
        shown=text_of.cards(),
        pictures=text_of.pictures(),
    )
    fields.finish()
    text_of.check_lesson()
    return lesson if lesson.key else None
