"""Question sheets: anybody's xlsx in, with a mapping that a screen can show; our template and exports out."""

from lms.questions.domain.exchange.xlsx.bad_rows import bad_rows_xlsx
from lms.questions.domain.exchange.xlsx.columns import COLUMNS, Column, ColumnMap
from lms.questions.domain.exchange.xlsx.parse import parse_book, parse_xlsx, propose_mapping
from lms.questions.domain.exchange.xlsx.sheets import Sheet, SheetColumn, Workbook, read_sheets
from lms.questions.domain.exchange.xlsx.template import template_xlsx
from lms.questions.domain.exchange.xlsx.writing import write_xlsx

__all__ = [
    "COLUMNS", "Column", "ColumnMap", "Sheet", "SheetColumn", "Workbook", "bad_rows_xlsx", "parse_book", "parse_xlsx",
    "propose_mapping", "read_sheets", "template_xlsx", "write_xlsx",
]  # fmt: skip
