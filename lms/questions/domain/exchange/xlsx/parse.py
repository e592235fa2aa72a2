"""A workbook to candidates: the mapping, the sheets one after the other, and what they share."""

from collections.abc import Sequence

from lms.issues import Issue, Severity, Where
from lms.questions.domain.exchange.answers.escaping import split_list
from lms.questions.domain.exchange.values import Candidate, Parsed, Stimulus
from lms.questions.domain.exchange.xlsx.columns import (
    IGNORE,
    ColumnMap,
    is_numbered,
)
from lms.questions.domain.exchange.xlsx.ours import kind_of
from lms.questions.domain.exchange.xlsx.pictures import read_pictures
from lms.questions.domain.exchange.xlsx.rows import RowReader, Shared
from lms.questions.domain.exchange.xlsx.sheets import Sheet, Workbook, read_sheets


def propose_mapping(book: Workbook) -> tuple[ColumnMap, ...]:
    """Return what the headings of each sheet mean, as far as we know them; a screen may change it."""
    maps = []
    for sheet in book.sheets:
        if sheet.header_row is None or _kind(sheet):
            continue
        fields = {column.index: column.field for column in sheet.columns if column.field}
        numbered = any(
            is_numbered(column.heading)
            for column in sheet.columns
            if column.field.startswith("option_")
        )
        maps.append(ColumnMap(sheet.name, sheet.header_row, fields, numbered))
    return tuple(maps)


def parse_xlsx(data: bytes, file: str, mapping: Sequence[ColumnMap] | None = None) -> Parsed:
    """Read the questions of a workbook.

    Args:
        data: The file.
        file: Its name.
        mapping: What the columns mean; proposed from the headings when None.

    Returns:
        Everything understood; errors by row and field. Never raises.
    """
    return parse_book(read_sheets(data, file), mapping)


def parse_book(book: Workbook, mapping: Sequence[ColumnMap] | None = None) -> Parsed:
    """Read the questions of a workbook that was read already."""
    maps = {each.sheet: each for each in (propose_mapping(book) if mapping is None else mapping)}
    pictures = read_pictures(book, maps)
    shared = Shared(book.file, pictures, _stimuli(book))
    issues = [*book.issues, *pictures.issues]
    candidates: list[Candidate] = []
    sheets = [sheet for sheet in book.sheets if not _kind(sheet)]
    usable = [sheet for sheet in sheets if _is_usable(maps.get(sheet.name))]
    for sheet in sheets:
        columns = maps.get(sheet.name)
        if columns is None or sheet not in usable:
            issues.append(_unusable(book.file, sheet, bool(usable), mapping is not None))
            continue
        issues.extend(_left_out(book.file, sheet, columns))
        reader = RowReader(sheet, columns, shared, several=len(usable) > 1)
        found = reader.read()
        candidates.extend(found.candidates)
        issues.extend(found.issues)
    if not sheets and not issues:
        issues.append(
            Issue(Severity.ERROR, "file_empty", Where(book.file), "there are no questions")
        )
    return Parsed(
        format="xlsx",
        candidates=tuple(candidates),
        stimuli=tuple(shared.stimuli.values()),
        issues=tuple(issues),
        media=pictures.media,
    )


def _kind(sheet: Sheet) -> str:
    head = [*sheet.rows[0], "", ""]
    return kind_of(head[0], head[1])


def _is_usable(columns: ColumnMap | None) -> bool:
    return columns is not None and "stem" in columns.fields.values()


def _unusable(file: str, sheet: Sheet, has_others: bool, is_chosen: bool) -> Issue:
    filled = sum(any(row) for row in sheet.rows)
    facts = {"sheet": sheet.name, "rows": filled}
    severity = Severity.WARNING if has_others else Severity.ERROR
    if is_chosen:
        message = f"the sheet {sheet.name} with {filled} rows is not to be read"
        return Issue(severity, "sheet_left_out", Where(file), message, facts)
    message = f"no row of the sheet {sheet.name} has headings that we know; {filled} rows not read"
    return Issue(severity, "sheet_without_headings", Where(file), message, facts)


def _left_out(file: str, sheet: Sheet, columns: ColumnMap) -> list[Issue]:
    """Return a warning for each column with contents that is not read, and one for the empty rows."""
    issues = []
    for column in sheet.columns:
        if column.samples and columns.fields.get(column.index, "") == "" and column.field != IGNORE:
            message = f"the column {column.heading!r} of {sheet.name} is not read"
            facts = {"sheet": sheet.name, "heading": column.heading, "column": column.index + 1}
            where = Where(file, row=columns.header_row, field=column.heading)
            issues.append(Issue(Severity.WARNING, "column_ignored", where, message, facts))
    return issues


def _stimuli(book: Workbook) -> dict[str, Stimulus]:
    """Return the shared texts of our own sheet by key."""
    stimuli: dict[str, Stimulus] = {}
    for sheet in book.sheets:
        if _kind(sheet) != "stimuli":
            continue
        for number, row in enumerate(sheet.rows[1:], start=2):
            key, title, text, category = [*row, "", "", "", ""][:4]
            if key and text:
                where = Where(book.file, row=number)
                path = tuple(split_list(category, "/"))
                stimuli.setdefault(key, Stimulus(key, text, where, title, path))
    return stimuli
