"""Lists: search words, filters, paging and export, the same everywhere."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Generic, TypeVar

from flask import Response, request
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from sqlalchemy import Select, func, select

from lms.db import db

PAGE_SIZE = 25
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page of a list.

    Attributes:
        rows: The rows of this page.
        number: Page number from 1.
        pages: Number of pages, at least 1.
        total: Number of rows in the whole list.
        words: The search words asked for.
        is_more: Whether the list is longer than ``total``, and its end was not looked for.
    """

    rows: Sequence[Row]
    number: int
    pages: int
    total: int
    words: str
    is_more: bool = False


def search_words() -> str:
    """Return the search words of this request (``?q=``), trimmed and at most 100 characters."""
    return request.args.get("q", "").strip()[:100]


def like(words: str) -> str:
    r"""Return a LIKE pattern that finds ``words`` anywhere, with wildcards in them taken literally.

    Use with ``escape="\\"``.
    """
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def paginate(query: Select[Any], *, scalars: bool = True, size: int = PAGE_SIZE) -> Page[Any]:
    """Run ``query`` for the page that the request asks for (``?page=``)."""
    total = (
        db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    )
    pages = max(1, -(-total // size))
    number = min(max(1, request.args.get("page", 1, type=int)), pages)
    limited = query.limit(size).offset((number - 1) * size)
    rows: Sequence[Any] = (
        db.session.scalars(limited).all() if scalars else db.session.execute(limited).all()
    )
    return Page(rows=rows, number=number, pages=pages, total=total, words=search_words())


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column of an export: its heading and how to get the value from a row."""

    heading: str
    value: Callable[[Row], object]
    width: int = 16


def safe_cell(value: object) -> object:
    """Return ``value`` so that no spreadsheet program takes it for a formula."""
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return "'" + value
    return value


def as_xlsx(rows: Iterable[Row], columns: Sequence[Column[Row]], filename: str) -> Response:
    """Return ``rows`` as an xlsx download with a frozen, bold heading row."""
    book = Workbook()
    sheet = book.active
    if sheet is None:  # pragma: no cover - a new workbook has a sheet
        raise RuntimeError("new workbook without a sheet")
    write_headings(sheet, [(column.heading, column.width) for column in columns])
    for row in rows:
        sheet.append([safe_cell(column.value(row)) for column in columns])
    return send_workbook(book, filename)


def write_headings(sheet: Any, headings: Sequence[tuple[str, int]]) -> None:  # noqa: ANN401
    """Write the heading row the way all our sheets have it."""
    sheet.append([heading for heading, _ in headings])
    for index, (_, width) in enumerate(headings, start=1):
        cell = sheet.cell(row=1, column=index)
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="12403B")
        cell.alignment = Alignment(vertical="center")
        sheet.column_dimensions[get_column_letter(index)].width = width
    sheet.freeze_panes = "A2"


def send_workbook(book: Workbook, filename: str) -> Response:
    """Return ``book`` as a download named ``filename`` (without ending; may be Chinese)."""
    buffer = BytesIO()
    book.save(buffer)
    response = Response(buffer.getvalue(), mimetype=XLSX)
    response.headers.set("Content-Disposition", "attachment", filename=f"{filename}.xlsx")
    response.headers["Cache-Control"] = "no-store"
    return response
