"""Only the rows that could not be read, as they were, each with what is wrong, ready to mend and upload."""

from collections.abc import Callable, Sequence

from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

from lms.issues import Issue, Severity
from lms.questions.domain.exchange.xlsx.columns import PROBLEM
from lms.questions.domain.exchange.xlsx.sheets import Sheet, read_sheets
from lms.questions.domain.exchange.xlsx.writing import (
    new_book,
    put,
    saved,
    set_height,
    set_page,
    write_headings,
)

_WIDTH_LEAST, _WIDTH_MOST = 8, 46


def bad_rows_xlsx(
    data: bytes,
    issues: Sequence[Issue],
    words: Callable[[Issue], str] = lambda issue: issue.message,
    lang: str = "zh",
) -> bytes:
    """Return a workbook of the rows with errors.

    Args:
        data: The file that was uploaded.
        issues: Of ``parse_xlsx``; those without a sheet and row are left out, and warnings.
        words: The sentence of an Issue for people.
        lang: ``zh`` or ``en``, of the extra heading.
    """
    problems: dict[tuple[str, int], list[str]] = {}
    for issue in issues:
        row = issue.facts.get("row")
        if issue.severity is Severity.ERROR and isinstance(row, int):
            problems.setdefault((str(issue.facts.get("sheet")), row), []).append(words(issue))
    book, first = new_book("1")
    for sheet in read_sheets(data, "").sheets:
        bad = {row: texts for (name, row), texts in problems.items() if name == sheet.name}
        if bad:
            target = book.create_sheet(sheet.name)
            _write(target, sheet, bad, PROBLEM[lang])
    if len(book.worksheets) > 1:
        book.remove(first)
    return saved(book)


def _write(target: Worksheet, sheet: Sheet, bad: dict[int, list[str]], heading: str) -> None:
    headings = [
        (column.heading, _width(column.heading, column.samples)) for column in sheet.columns
    ]
    write_headings(target, [*headings, (heading, 50)])
    for at, (row, texts) in enumerate(sorted(bad.items()), start=2):
        cells = sheet.rows[row - 1]
        for column, about in enumerate(sheet.columns, start=1):
            text = cells[about.index] if about.index < len(cells) else ""
            top = sheet.merged.get((row - 1, about.index))
            if not text and top is not None:
                text = sheet.rows[top][about.index]
            if text:
                cell = target.cell(row=at, column=column)
                put(cell, text)
                cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell = target.cell(row=at, column=len(sheet.columns) + 1)
        put(cell, "\n".join(dict.fromkeys(texts)))
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.font = Font(color="B3261E")
        widths = [_width(about.heading, about.samples) for about in sheet.columns]
        texts_of = [cells[about.index] for about in sheet.columns]
        set_height(target, at, [*zip(texts_of, widths, strict=True), ("\n".join(texts), 50)])
    set_page(target)


def _width(heading: str, samples: Sequence[str]) -> int:
    longest = max([len(heading) * 2, *(len(sample) for sample in samples)])
    return min(_WIDTH_MOST, max(_WIDTH_LEAST, longest))
