"""The empty question sheet that we give out: drop-downs, examples of every type, and a help sheet."""

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from lms.questions.domain.exchange.xlsx.columns import COLUMNS, IGNORE
from lms.questions.domain.exchange.xlsx.examples import CASE, examples
from lms.questions.domain.exchange.xlsx.help_words import HELP_ROWS
from lms.questions.domain.exchange.xlsx.ours import EXAMPLES, HELP, HELP_2, TITLES
from lms.questions.domain.exchange.xlsx.writing import (
    columns_of,
    new_book,
    put,
    row_of,
    saved,
    set_height,
    set_page,
    write_headings,
    write_rows,
)

_LEFT_OUT = frozenset({IGNORE, "options", "picture", "name", "key", "settings", "category"})
_USUAL = frozenset(
    column.key
    for column in COLUMNS
    if column.key not in _LEFT_OUT
    and not (column.key.startswith("option_") and column.key > "option_f")
    and not (column.key.startswith("feedback_") and column.key > "feedback_d")
)


def template_xlsx(lang: str = "zh") -> bytes:
    """Return the empty template with headings in ``lang``: ``zh`` or ``en``."""
    book, sheet = new_book(TITLES[lang][0])
    keys = columns_of(set(_USUAL))
    write_rows(sheet, keys, [], lang, [])
    for column in range(1, len(keys) + 1):
        # Text, or a spreadsheet program makes dates of 1-2 and drops the zeros of 007.
        style = sheet.column_dimensions[get_column_letter(column)]
        style.number_format = "@"
        style.alignment = Alignment(wrap_text=True, vertical="top")
    _write_examples(book, lang)
    _write_help(book, lang)
    return saved(book)


def _write_examples(book: Workbook, lang: str) -> None:
    sheet = book.create_sheet(TITLES[lang][3])
    put(sheet["A1"], EXAMPLES[lang])
    sheet["A1"].font = Font(bold=True, color="B3261E")
    rows = [row_of(candidate, lang) for candidate in examples(lang)]
    rows[-2]["stimulus"] = rows[-1]["stimulus"] = CASE[lang]
    used = {key for row in rows for key, text in row.items() if text}
    write_rows(sheet, columns_of(used), rows, lang, [], first=2)


def _write_help(book: Workbook, lang: str) -> None:
    sheet = book.create_sheet(TITLES[lang][4])
    write_headings(sheet, [(HELP[lang], 16), (HELP_2[lang], 100)])
    for at, row in enumerate(HELP_ROWS[lang], start=2):
        for column, text in enumerate(row, start=1):
            cell = sheet.cell(row=at, column=column)
            put(cell, text)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.cell(row=at, column=1).font = Font(bold=True)
        set_height(sheet, at, [(row[1], 100)])
    set_page(sheet)
