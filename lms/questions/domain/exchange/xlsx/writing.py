"""Questions into our own sheet: every cell a text, nothing that a spreadsheet program would calculate."""

import re
from collections.abc import Mapping, Sequence
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.drawing.image import Image
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet
from PIL import UnidentifiedImageError

from lms.issues import Issue, Severity, Where
from lms.questions.domain.exchange.answers.escaping import LINES, escape, join_list
from lms.questions.domain.exchange.answers.words import TYPE_WORDS, Asked
from lms.questions.domain.exchange.answers.writing import as_cells
from lms.questions.domain.exchange.values import Candidate, Outgoing, Stimulus
from lms.questions.domain.exchange.xlsx.columns import BY_KEY, COLUMNS, IGNORE, OPTION_LETTERS
from lms.questions.domain.exchange.xlsx.ours import (
    PICTURES,
    SETTING_NAMES,
    SETTING_VALUES,
    STIMULI,
    TITLES,
)
from lms.questions.domain.exchange.xlsx.rows import LISTS, PATH

FIRST_ROWS = 1000
"""Rows of the template with drop-downs and text cells."""

TEXT_STYLE = "text"
"""Name of the style of a cell with a text."""

_CELL_MOST = 32_767
_HIGHEST = 400
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_ILLEGAL = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
_INK = "12403B"
_THIN = Side(style="thin", color="D7DEDC")
_BORDER = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_TOP = Alignment(wrap_text=True, vertical="top")
_RARE = frozenset({
    "unit", "rubric", "name", "key", "settings", "category", "stimulus", "picture", "options", "tags", "lesson", "cards",
    "red_line", IGNORE,
})  # fmt: skip
DIFFICULTY = {
    "zh": {"easy": "易", "medium": "中", "hard": "难"},
    "en": {"easy": "Easy", "medium": "Medium", "hard": "Hard"},
}
YES_NO = {"zh": ("是", "否"), "en": ("Yes", "No")}
TYPE_EN = {
    Asked.SINGLE: "Single choice",
    Asked.MULTIPLE: "Multiple response",
    Asked.TRUE_FALSE: "True/False",
    Asked.BLANKS: "Fill in the blank",
    Asked.SHORT_TEXT: "Short text",
    Asked.NUMERIC: "Numeric",
    Asked.MATCHING: "Matching",
    Asked.ORDERING: "Ordering",
    Asked.CLOZE: "Cloze",
    Asked.ESSAY: "Essay",
}


def write_xlsx(bank: Outgoing, lang: str = "zh") -> tuple[bytes, tuple[Issue, ...]]:
    """Write a bank in the layout of our template; ``parse_xlsx`` gives the same items back.

    Args:
        bank: What to write.
        lang: ``zh`` or ``en``, of headings and words.

    Returns:
        The file, and Issues of what does not fit: ``text_too_long`` (a cell holds 32,767 characters) and
        ``picture_not_written`` (no PNG, JPEG or GIF).
    """
    issues: list[Issue] = []
    book, sheet = new_book(TITLES[lang][0])
    rows = [row_of(candidate, lang) for candidate in bank.candidates]
    used = {key for row in rows for key, text in row.items() if text}
    keys = columns_of(used)
    write_rows(sheet, keys, rows, lang, issues)
    if bank.stimuli:
        _write_stimuli(book, bank.stimuli, lang, issues)
    if bank.media:
        _write_pictures(book, bank.media, lang, issues)
    return saved(book), tuple(issues)


def new_book(title: str) -> tuple[Workbook, Worksheet]:
    """Return a workbook with one sheet."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = title
    book.add_named_style(
        NamedStyle(
            TEXT_STYLE,
            font=Font(name="Calibri", size=11),
            alignment=_TOP,
            border=_BORDER,
            number_format="@",
        )
    )
    return book, sheet


def saved(book: Workbook) -> bytes:
    """Return the bytes of a workbook."""
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def columns_of(used: set[str]) -> list[str]:
    """Return the columns to write: the usual ones, options to D at least, rare ones where used."""
    keys = []
    for column in COLUMNS:
        kind, _, name = column.key.rpartition("_")
        if kind == "option":
            wanted = name <= "d" or any(
                f"option_{later}" in used for later in OPTION_LETTERS if later >= name
            )
        elif kind == "feedback":
            wanted = any(f"feedback_{later}" in used for later in OPTION_LETTERS if later >= name)
        else:
            wanted = column.key not in _RARE or column.key in used
        if wanted:
            keys.append(column.key)
    return keys


def row_of(candidate: Candidate, lang: str) -> dict[str, str]:
    """Return the cells of one question by field."""
    cells = as_cells(candidate.item, lang)
    asked = cells.asked or Asked.SINGLE
    row = {
        "type": TYPE_WORDS[asked][0] if lang == "zh" else TYPE_EN[asked],
        "stem": cells.stem,
        "answer": cells.answer,
        "explanation": cells.explanation,
        "difficulty": DIFFICULTY[lang].get(candidate.difficulty, candidate.difficulty),
        "point": candidate.point,
        "points": "" if candidate.points is None else f"{candidate.points:f}",
        "tags": join_list(candidate.tags, LISTS),
        "lesson": candidate.lesson_key,
        "cards": join_list(candidate.cards, LISTS),
        "red_line": YES_NO[lang][0] if candidate.red_line else "",
        "stimulus": candidate.stimulus,
        "unit": cells.unit,
        "rubric": cells.rubric,
        "category": join_list(candidate.category, PATH),
        "name": candidate.name,
        "key": candidate.key,
        "settings": _settings(cells.settings, lang),
    }
    row.update({f"option_{name}": text for name, text in cells.options})
    row.update({f"feedback_{name}": text for name, text in cells.feedback.items()})
    return row


def _settings(settings: Mapping[str, str], lang: str) -> str:
    lines = []
    for name, value in settings.items():
        prefix, dot, key = name.rpartition(".")
        word = SETTING_NAMES[key][lang != "zh"]
        is_word = key in {"credit", "match_case", "match_width", "fold_traditional"}
        shown = SETTING_VALUES[value] if lang == "zh" and is_word else value
        lines.append(f"{prefix}{dot}{word}={shown}")
    return LINES.join(escape(line, LINES) for line in lines)


def write_rows(
    sheet: Worksheet,
    keys: Sequence[str],
    rows: Sequence[Mapping[str, str]],
    lang: str,
    issues: list[Issue],
    *,
    first: int = 1,
) -> None:
    """Write headings and rows, with everything that makes the sheet a form: widths, drop-downs, print layout."""
    headings = [
        (BY_KEY[key].zh if lang == "zh" else BY_KEY[key].en, BY_KEY[key].width) for key in keys
    ]
    write_headings(sheet, headings, first)
    for at, row in enumerate(rows, start=first + 1):
        for column, key in enumerate(keys, start=1):
            text = row.get(key, "")
            if text:
                cell = sheet.cell(row=at, column=column)
                if not put(cell, text, TEXT_STYLE):
                    issues.append(_too_long(at, key, len(text)))
        set_height(sheet, at, [(row.get(key, ""), BY_KEY[key].width) for key in keys])
    _offer(sheet, keys, first, lang, max(len(rows), FIRST_ROWS))
    set_page(sheet, first)


def set_height(sheet: Worksheet, row: int, cells: Sequence[tuple[str, int]]) -> None:
    """Make a row as high as its wrapped texts need; programs do not do it for a file that they only open.

    Args:
        sheet: The sheet.
        row: Number of the row.
        cells: Texts and the widths of their columns.
    """
    lines = max((_lines(text, width) for text, width in cells if text), default=1)
    sheet.row_dimensions[row].height = min(_HIGHEST, max(16, lines * 15.5 + 3))


def _lines(text: str, width: int) -> int:
    return sum(
        1 + (len(line) + sum(char > "\u2e7f" for char in line)) // width
        for line in text.split("\n")
    )


def _too_long(row: int, key: str, length: int) -> Issue:
    message = f"{length} characters do not fit into a cell; the text was cut"
    facts = {"length": length, "limit": _CELL_MOST}
    return Issue(Severity.ERROR, "text_too_long", Where(row=row, field=key), message, facts)


def put(cell: Cell | MergedCell, text: str, style: str = "") -> bool:
    """Put a text into a cell so that no spreadsheet program takes it for a formula, a number or a date.

    Returns:
        Whether all of it fits.
    """
    if isinstance(cell, MergedCell):  # pragma: no cover - our sheets merge nothing
        return False
    clean = _ILLEGAL.sub(_as_escape, text) if _ILLEGAL.search(text) else text
    cell.value = clean[:_CELL_MOST]
    cell.data_type = "s"
    if style:
        cell.style = style
    if text.startswith(_FORMULA):
        cell.quotePrefix = True
    return len(clean) <= _CELL_MOST


def _as_escape(match: re.Match[str]) -> str:
    text = match[0]
    return f"_x005F{text}" if len(text) > 1 else f"_x{ord(text):04X}_"


def write_headings(sheet: Worksheet, headings: Sequence[tuple[str, int]], row: int = 1) -> None:
    """Write the heading row the way all our sheets have it."""
    for column, (heading, width) in enumerate(headings, start=1):
        cell = sheet.cell(row=row, column=column)
        put(cell, heading)
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor=_INK)
        cell.alignment = Alignment(vertical="center", wrap_text=True)
        cell.border = _BORDER
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.row_dimensions[row].height = 24
    sheet.freeze_panes = f"{'C' if len(headings) > 6 else 'A'}{row + 1}"


def _offer(sheet: Worksheet, keys: Sequence[str], first: int, lang: str, rows: int) -> None:
    """Offer the words of type, difficulty and yes in drop-downs; others may be typed all the same."""
    types = [TYPE_WORDS[asked][0] if lang == "zh" else TYPE_EN[asked] for asked in TYPE_EN]
    lists = {
        "type": [word for word in types if word not in {"短答题", "Short text"}],
        "difficulty": list(DIFFICULTY[lang].values()),
        "red_line": list(YES_NO[lang]),
    }
    for key, words in lists.items():
        if key in keys:
            letter = get_column_letter(keys.index(key) + 1)
            rule = DataValidation(
                type="list",
                formula1=f'"{",".join(words)}"',
                allow_blank=True,
                showErrorMessage=False,
            )
            sheet.add_data_validation(rule)
            rule.add(f"{letter}{first + 1}:{letter}{first + rows}")


def set_page(sheet: Worksheet, heading_row: int = 1) -> None:
    """Make a sheet print on landscape A4, as wide as the page, its headings on every page."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{heading_row}:{heading_row}"
    for side in ("left", "right", "top", "bottom"):
        setattr(sheet.page_margins, side, 0.4)
    footer = sheet.oddFooter
    if footer is not None and footer.center is not None:
        footer.center.text = "&P / &N"


def _write_stimuli(
    book: Workbook, stimuli: Sequence[Stimulus], lang: str, issues: list[Issue]
) -> None:
    sheet = book.create_sheet(TITLES[lang][1])
    write_headings(sheet, list(zip(STIMULI[lang], (18, 24, 90, 24), strict=True)))
    for at, stimulus in enumerate(stimuli, start=2):
        texts = (stimulus.key, stimulus.title, stimulus.text, join_list(stimulus.category, PATH))
        for column, text in enumerate(texts, start=1):
            if text:
                cell = sheet.cell(row=at, column=column)
                if not put(cell, text, TEXT_STYLE):
                    issues.append(_too_long(at, "stimulus", len(text)))
        set_height(sheet, at, [(stimulus.text, 90)])
    set_page(sheet)


def _write_pictures(
    book: Workbook, media: Mapping[str, bytes], lang: str, issues: list[Issue]
) -> None:
    sheet = book.create_sheet(TITLES[lang][2])
    write_headings(sheet, list(zip(PICTURES[lang], (72, 48), strict=True)))
    for at, (name, content) in enumerate(media.items(), start=2):
        put(sheet.cell(row=at, column=1), f"media:{name}")
        try:
            picture = Image(BytesIO(content))
        except (UnidentifiedImageError, OSError, ValueError):
            picture = None
        if picture is None or picture.format not in {"png", "jpeg", "gif"}:
            message = f"the picture {name} cannot stand in a workbook"
            where = Where(row=at, field="picture")
            facts = {"picture": name}
            issues.append(Issue(Severity.WARNING, "picture_not_written", where, message, facts))
            continue
        shrink = min(1.0, 320 / picture.width, 240 / picture.height)
        picture.width, picture.height = int(picture.width * shrink), int(picture.height * shrink)
        sheet.add_image(picture, f"B{at}")
        sheet.row_dimensions[at].height = max(20, picture.height * 0.78)
