"""Reading a whole root: ``courses/`` and ``question_banks/``."""

from collections.abc import Sequence
from pathlib import Path

from lms.content.domain.values import Content, CourseFiles
from lms.content.reading.banks import read_bank
from lms.content.reading.cards import read_cards
from lms.content.reading.fields import Fields, Report
from lms.content.reading.lessons import read_lessons
from lms.content.reading.pictures import read_pictures
from lms.content.reading.programmes import read_conditions, read_programme, read_quizzes
from lms.content.reading.sources import Source
from lms.issues import Issue, Where

COURSES = "courses"
BANKS = "question_banks"
_OWN_FOLDERS = ("cards", "quizzes", "media")
_OWN_FILES = ("course.yml", "programme.yml", "conditions.yml")


def read_content(root: Path, *, reviews: Sequence[str]) -> tuple[Content, list[Issue]]:
    """Read everything below ``root``.

    Args:
        root: Folder that holds ``courses/`` and ``question_banks/``.
        reviews: Review rules that a quiz may name.

    Returns:
        The values, and what is wrong with the files. A root without content is an error too: it must not
        retire everything that is there.
    """
    report = Report()
    source = Source(root, report)
    courses = tuple(
        course
        for folder in _folders(source, COURSES)
        if (course := _read_course(source, folder, reviews)) is not None
    )
    banks = tuple(
        bank
        for folder in _folders(source, BANKS)
        if (bank := read_bank(source, folder)) is not None
    )
    content = Content(courses=courses, banks=banks, is_complete=report.is_complete)
    return content, report.issues


def _folders(source: Source, name: str) -> list[Path]:
    found = _split(source, source.root / name, ())
    if not found:
        source.report.unreadable("no_content", Where(file=name), f"there is nothing in {name}/")
    return found


def _split(source: Source, folder: Path, files: Sequence[str]) -> list[Path]:
    """Return the folders within; of files other than ``files`` is said that they are not read."""
    found = []
    for path in source.listed(folder):
        if path.is_dir():
            found.append(path)
        elif path.name not in files:
            source.unread(path, ", ".join((*files, "folders")))
    return found


def _read_course(source: Source, folder: Path, reviews: Sequence[str]) -> CourseFiles | None:
    node = source.yaml(folder / "course.yml")
    if node is None:
        return None
    fields = Fields(node, source.name(folder / "course.yml"), source.report)
    within = [path.name for path in _split(source, folder, _OWN_FILES)]
    modules = [name for name in within if name not in _OWN_FOLDERS]
    conditions = folder / "conditions.yml"
    course = CourseFiles(
        where=fields.where(),
        key=fields.key_of_folder(folder.name),
        title=fields.title(),
        title_en=fields.title_en(),
        programme=read_programme(source, folder / "programme.yml"),
        lessons=tuple(lesson for name in modules for lesson in read_lessons(source, folder, name)),
        cards=read_cards(source, folder / "cards"),
        quizzes=read_quizzes(source, folder / "quizzes", reviews),
        conditions=read_conditions(source, conditions) if conditions.exists() else None,
        folders=tuple(modules),
        media=read_pictures(source, folder),
    )
    fields.choice("origin", ("files",))
    fields.finish()
    return course
