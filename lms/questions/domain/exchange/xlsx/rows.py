"""The rows of one sheet to candidates, one question a row."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from lms.issues import Issue, Severity, Where
from lms.questions.domain.exchange.answers.cells import Cells, Unreadable
from lms.questions.domain.exchange.answers.escaping import LINES, split, split_list, unescape
from lms.questions.domain.exchange.answers.reading import Read, read_item
from lms.questions.domain.exchange.answers.words import (
    Asked,
    narrow,
    read_asked,
    read_difficulty,
    read_points,
    squeeze,
)
from lms.questions.domain.exchange.plain_text.marks import read_heading, split_options
from lms.questions.domain.exchange.values import Candidate, Stimulus, reject
from lms.questions.domain.exchange.xlsx.columns import BY_KEY, IGNORE, OPTION_LETTERS, ColumnMap
from lms.questions.domain.exchange.xlsx.ours import BY_SETTING
from lms.questions.domain.exchange.xlsx.parts import shown_picture
from lms.questions.domain.exchange.xlsx.pictures import Pictures
from lms.questions.domain.exchange.xlsx.sheets import Sheet

LISTS = "、,，;；|｜\n"
PATH = "/"
_FILL_DOWN = frozenset(
    [
        "type",
        "difficulty",
        "point",
        "points",
        "tags",
        "lesson",
        "cards",
        "red_line",
        "stimulus",
        "unit",
        "category",
    ]
)
_OWN_LETTER = re.compile(r"[（(]?([A-La-l])\s*(?:[.．、:：)）])\s*(?=\S)")
_DIGITS = re.compile(r"[\d\s,、;/]+")
_YES = frozenset(["是", "y", "yes", "√", "✓", "✔", "1", "true", "红线", "红线题", "t", "对"])
_NO = frozenset(["否", "n", "no", "×", "✗", "✘", "0", "false", "非", "f", "错", "不是", "无", "-"])


@dataclass(slots=True)
class Shared:
    """What the sheets of one file share.

    Attributes:
        file: Its name.
        pictures: The pictures in it.
        stimuli: Shared texts by key; grows with texts that stand in the questions' own rows.
        by_text: Key of each shared text.
    """

    file: str
    pictures: Pictures
    stimuli: dict[str, Stimulus]
    by_text: dict[str, str] = field(default_factory=dict)

    def stimulus(self, text: str, where: Where) -> str:
        """Return the key of a shared text, which the cell names or holds."""
        if not text or text in self.stimuli:
            return text
        if text not in self.by_text:
            number = len(self.by_text) + 1
            while f"s{number}" in self.stimuli:
                number += 1
            self.by_text[text] = key = f"s{number}"
            self.stimuli[key] = Stimulus(key, text, where)
        return self.by_text[text]


@dataclass(slots=True)
class RowReader:
    """Reads the rows of one sheet in order."""

    sheet: Sheet
    columns: ColumnMap
    shared: Shared
    several: bool = False
    candidates: list[Candidate] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    section: tuple[Asked | None, Decimal | None] = (None, None)
    derived: int = 0
    _at: int = 0
    _row: dict[str, str] = field(default_factory=dict)
    _problems: list[Issue] = field(default_factory=list)

    def read(self) -> "RowReader":
        """Read every row below the headings."""
        blank = waiting = 0
        for at in range(self.columns.header_row, len(self.sheet.rows)):
            if not any(self.sheet.rows[at]):
                waiting += 1
                continue
            blank, waiting = blank + waiting, 0
            self._read_row(at)
        if blank:
            self._warn_sheet("rows_blank", f"{blank} empty rows between others", count=blank)
        if self.derived and "type" not in self.columns.fields.values():
            message = f"no column says the type; {self.derived} types were read from the answers"
            self._warn_sheet("types_derived", message, count=self.derived)
        return self

    def _warn_sheet(self, code: str, message: str, **facts: object) -> None:
        where = Where(self.file, row=self.columns.header_row)
        facts = {"sheet": self.sheet.name, **facts}
        self.issues.append(Issue(Severity.WARNING, code, where, message, facts))

    @property
    def file(self) -> str:
        """The file's name, with the sheet where there are several."""
        name = self.shared.file
        return f"{name} › {self.sheet.name}" if self.several else name

    def _read_row(self, at: int) -> None:
        self._at, self._problems = at, []
        self._row = self._pick(at)
        if not any(self._row.values()) or self._is_aside():
            return
        cells = self._cells()
        read: Read | None = None
        if cells is not None:
            try:
                read = read_item(cells)
            except Unreadable as error:
                self._problem(error.code, error.field, error.message, error.facts)
        candidate = self._candidate(read) if read else None
        self.issues.extend(self._problems)
        if candidate and not any(p.severity is Severity.ERROR for p in self._problems):
            self.candidates.append(candidate)

    def _pick(self, at: int) -> dict[str, str]:
        """Return the row's texts by field: merged cells filled down, pictures put behind their texts."""
        row: dict[str, str] = {}
        cells = self.sheet.rows[at]
        checked = bool(self.sheet.errors or self.sheet.dates)
        for column, name in self.columns.fields.items():
            if name == IGNORE or column >= len(cells):
                continue
            text = cells[column]
            top = self.sheet.merged.get((at, column))
            if not text and top is not None and name in _FILL_DOWN:
                text = self.sheet.rows[top][column]
            if self.shared.pictures.media:
                text = self._with_pictures(text, at, column)
            row[name] = text
            if checked:
                self._check_cell(at, column, name)
        picture = row.pop("picture", "")
        if picture:
            row["stem"] = f"{row.get('stem', '')}\n\n{picture}".strip()
        return row

    def _with_pictures(self, text: str, at: int, column: int) -> str:
        pictures = self.shared.pictures
        shown = shown_picture(text) if text.startswith("=") else ""
        names = list(pictures.at.get((self.sheet.name, at, column), ()))
        if shown in pictures.in_cells:
            text, names = "", [pictures.in_cells[shown], *names]
        return " ".join([text, *(f"![](media:{name})" for name in names)]).strip()

    def _check_cell(self, at: int, column: int, name: str) -> None:
        if (at, column) in self.sheet.errors:
            self._problem("cell_error", name, "the formula in the cell gives an error")
        elif (at, column) in self.sheet.dates:
            text = self.sheet.rows[at][column]
            message = (
                f"the spreadsheet holds the date {text} here, perhaps made from what was typed"
            )
            self._problem("cell_is_date", name, message, {"value": text}, Severity.WARNING)

    def _is_aside(self) -> bool:
        """Say whether the row is no question: the headings again, or the heading of a section."""
        cells = self.sheet.rows[self._at]
        headings = self.sheet.rows[self.columns.header_row - 1]
        if cells == headings:
            return True
        filled = [cell for cell in cells if cell]
        if len(filled) == 1:
            heading = read_heading(filled[0])
            if heading is not None:
                self.section = (heading.asked, heading.points)
                return True
        return False

    def _source(self) -> str:
        lines = [
            f"{BY_KEY[name].zh}：{text}"
            for name, text in self._row.items()
            if text and name in BY_KEY
        ]
        return "\n".join(lines)

    def _problem(
        self,
        code: str,
        name: str,
        message: str,
        facts: Mapping[str, object] | None = None,
        severity: Severity = Severity.ERROR,
    ) -> None:
        where = Where(self.file, row=self._at + 1, field=name)
        place = {"sheet": self.sheet.name, "row": self._at + 1, "cell": name}
        issue = reject(code, where, message, self._source(), **place, **(facts or {}))
        self._problems.append(replace(issue, severity=severity))

    def _cells(self) -> Cells | None:
        row = self._row
        word = row.get("type", "")
        asked = read_asked(word) if word else self.section[0]
        if word and asked is None:
            self._problem(
                "unknown_type", "type", f"{word!r} is no type that we know", {"value": word}
            )
            return None
        settings = self._settings(row.get("settings", ""))
        options = self._options()
        if settings is None or options is None:
            return None
        return Cells(
            stem=row.get("stem", ""),
            asked=asked,
            options=options,
            answer=self._answer(options),
            explanation=row.get("explanation", ""),
            feedback={
                name: row[f"feedback_{name}"]
                for name in OPTION_LETTERS
                if row.get(f"feedback_{name}")
            },
            unit=row.get("unit", ""),
            rubric=row.get("rubric", ""),
            settings=settings,
        )

    def _settings(self, text: str) -> dict[str, str] | None:
        settings = {}
        for line in split(text, LINES):
            name, sign, value = unescape(line, LINES).partition("=")
            prefix, dot, last = name.strip().rpartition(".")
            key = BY_SETTING.get(last)
            if key and sign:
                settings[f"{prefix}{dot}{key}"] = value.strip()
            elif line.strip():
                self._problem("bad_setting", "settings", f"{line!r} is no setting", {"value": line})
                return None
        return settings

    def _options(self) -> tuple[tuple[str, str], ...] | None:
        found = tuple(
            (name, self._row[f"option_{name}"])
            for name in OPTION_LETTERS
            if self._row.get(f"option_{name}")
        )
        whole = self._row.get("options", "")
        if not found and whole:
            options = split_options(whole)
            if options is None:
                message = "the options cannot be told apart; begin each with A., B., …"
                self._problem("options_unclear", "options", message, {"value": whole})
            return options
        return _without_letters(found)

    def _answer(self, options: tuple[tuple[str, str], ...]) -> str:
        answer = self._row.get("answer", "")
        digits = narrow(answer)
        if not (self.columns.numbered and options and _DIGITS.fullmatch(digits)):
            return answer
        numbers = re.findall(
            r"\d+" if len(options) > 9 or not digits.isdecimal() else r"\d", digits
        )
        if any(not 1 <= int(number) <= len(OPTION_LETTERS) for number in numbers):
            return answer
        return ",".join(OPTION_LETTERS[int(number) - 1] for number in numbers)

    def _candidate(self, read: Read) -> Candidate:
        row = self._row
        if read.derived:
            self._note_derived(read)
        where = Where(self.file, row=self._at + 1)
        tags = split_list(row.get("tags", ""), LISTS)
        cards = split_list(row.get("cards", ""), LISTS)
        return Candidate(
            item=read.item,
            where=where,
            name=row.get("name", ""),
            key=row.get("key", ""),
            category=tuple(split_list(row.get("category", ""), PATH)),
            tags=tuple(dict.fromkeys(tags)),
            point=row.get("point", ""),
            difficulty=self._difficulty(),
            lesson_key=row.get("lesson", ""),
            cards=tuple(dict.fromkeys(cards)),
            red_line=self._red_line(),
            points=self._points(),
            stimulus=self.shared.stimulus(row.get("stimulus", ""), where),
            source=self._source(),
        )

    def _note_derived(self, read: Read) -> None:
        self.derived += 1
        if "type" in self.columns.fields.values() and not self._row.get("type"):
            message = f"the type is empty; the answer says {read.asked.value}"
            self._problem(
                "type_derived", "type", message, {"type": read.asked.value}, Severity.WARNING
            )

    def _difficulty(self) -> str:
        word = self._row.get("difficulty", "")
        name = read_difficulty(word) if word else ""
        if name is None:
            message = f"{word!r} is no difficulty that we know"
            self._problem(
                "difficulty_unknown", "difficulty", message, {"value": word}, Severity.WARNING
            )
        return name or ""

    def _red_line(self) -> bool:
        word = squeeze(self._row.get("red_line", ""))
        if word and word not in _YES | _NO:
            self._problem(
                "bad_red_line", "red_line", f"{word!r} is neither yes nor no", {"value": word}
            )
        return word in _YES

    def _points(self) -> Decimal | None:
        word = self._row.get("points", "")
        if not word:
            return self.section[1]
        points = read_points(word)
        if points is None:
            message = f"{word!r} are no points"
            self._problem("bad_points", "points", message, {"value": word}, Severity.WARNING)
        return points


def _without_letters(options: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Take ``A.`` off each text if every one begins with its own letter."""
    matches = [_OWN_LETTER.match(text) for _, text in options]
    if len(options) < 2 or not all(
        match and match[1].lower() == name
        for match, (name, _) in zip(matches, options, strict=True)
    ):
        return options
    return tuple(
        (name, text[match.end() :] if match else text)
        for match, (name, text) in zip(matches, options, strict=True)
    )
