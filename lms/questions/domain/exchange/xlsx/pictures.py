"""Pictures of a workbook: read once each, and told which cell they stand at."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lms.issues import Issue, Severity, Where
from lms.questions.domain.exchange.pictures import read_picture
from lms.questions.domain.exchange.xlsx.columns import ColumnMap
from lms.questions.domain.exchange.xlsx.ours import kind_of
from lms.questions.domain.exchange.xlsx.parts import cell_pictures, pictures_on
from lms.questions.domain.exchange.xlsx.sheets import Sheet, Workbook

_HOLDS = ("stem", "picture", "explanation", "stimulus", "option_", "feedback_", "options")


@dataclass(slots=True)
class Pictures:
    """Pictures found so far.

    Attributes:
        media: Contents by canonical name.
        at: Canonical names by (sheet name, row, column), from 0.
        in_cells: Canonical name by the id that ``DISPIMG`` shows.
        issues: What is no picture, or stands beside the texts.
    """

    media: dict[str, bytes] = field(default_factory=dict)
    at: dict[tuple[str, int, int], list[str]] = field(default_factory=dict)
    in_cells: dict[str, str] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)

    def take(self, content: bytes, called: str, where: Where) -> str:
        """Keep a picture and return its canonical name; empty, with an Issue, when it is none."""
        picture = read_picture(content, called, where)
        if isinstance(picture, Issue):
            self.issues.append(picture)
            return ""
        self.media[picture.name] = picture.content
        return picture.name


def read_pictures(book: Workbook, maps: Mapping[str, ColumnMap]) -> Pictures:
    """Read the pictures of a workbook: floating ones by the cell of their corner, and those inside cells of WPS."""
    found = Pictures()
    if not any("/media/" in name for name in book.parts):
        return found
    for name, (called, content) in cell_pictures(book.parts).items():
        canonical = found.take(content, called, Where(book.file))
        if canonical:
            found.in_cells[name] = canonical
    for sheet in book.sheets:
        _place(found, book, sheet, maps.get(sheet.name))
    return found


def _place(found: Pictures, book: Workbook, sheet: Sheet, columns: ColumnMap | None) -> None:
    head = [*sheet.rows[0], "", ""]
    kind = kind_of(head[0], head[1])
    if kind in {"examples", "help"}:
        return
    for placed in pictures_on(book.parts, sheet.part):
        where = Where(book.file, row=placed.row + 1)
        name = found.take(placed.content, placed.name, where)
        if not name or kind == "pictures":
            continue
        key = columns.fields.get(placed.column, "") if columns else ""
        if columns and placed.row >= columns.header_row and key.startswith(_HOLDS):
            found.at.setdefault((sheet.name, placed.row, placed.column), []).append(name)
            continue
        message = f"a picture in row {placed.row + 1} of {sheet.name} stands at no text"
        facts = {"sheet": sheet.name, "row": placed.row + 1, "picture": placed.name}
        found.issues.append(Issue(Severity.WARNING, "picture_beside", where, message, facts))
