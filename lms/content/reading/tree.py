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
    return Content(courses=courses, banks=banks), report.issues


def _folders(source: Source, name: str) -> list[Path]:
    folder = source.root / name
    found = [path for path in _listed(folder) if path.is_dir()]
    if not found:
        source.report.error("no_content", Where(file=name), f"there is nothing in {name}/")
    return found


def _listed(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def _read_course(source: Source, folder: Path, reviews: Sequence[str]) -> CourseFiles | None:
    node = source.yaml(folder / "course.yml")
    if node is None:
        return None
    fields = Fields(node, source.name(folder / "course.yml"), source.report)
    key = fields.key()
    modules = [
        path.name for path in _listed(folder) if path.is_dir() and path.name not in _OWN_FOLDERS
    ]
    conditions = folder / "conditions.yml"
    course = CourseFiles(
        where=fields.where(),
        key=key,
        title=fields.text("title"),
        title_en=fields.text("title_en"),
        programme=read_programme(source, folder / "programme.yml"),
        lessons=tuple(lesson for name in modules for lesson in read_lessons(source, folder, name)),
        cards=read_cards(source, folder / "cards"),
        quizzes=read_quizzes(source, folder / "quizzes", reviews),
        conditions=read_conditions(source, conditions) if conditions.exists() else None,
        folders=tuple(modules),
        media=read_pictures(source, folder),
    )
    if fields.choice("origin", ("files",)) and key and key != folder.name:
        fields.error("folder_name", "id", f"must be the name of its folder, {folder.name}")
    fields.finish()
    return course if key else None
