"""Builds Markdown from a stream of tags and text."""

import re
from collections.abc import Callable, Mapping

from lms.questions.domain.exchange.markdown_text import (
    BLOCK,
    BREAK,
    BUILT,
    EM_CLOSE,
    EM_OPEN,
    RAW_CLOSE,
    RAW_OPEN,
    STRONG_CLOSE,
    STRONG_OPEN,
    as_markdown,
    collapsed,
    escaped,
    without_marks,
)
from lms.questions.domain.exchange.mathml import MATH_DEPTH, linear

_STRONG = frozenset({"b", "strong", "u", "ins", "mark"})
_EM = frozenset({"i", "em", "cite", "dfn", "var"})
_CODE = frozenset({"code", "tt", "kbd", "samp"})
_PARAGRAPHS = frozenset({
    "p", "div", "section", "article", "header", "footer", "main", "aside", "center", "figure", "figcaption", "caption",
    "dl", "dt", "dd", "address", "details", "summary", "html", "body", "fieldset", "legend", "nav",
})  # fmt: skip
_TRANSPARENT = frozenset({
    "span", "font", "small", "big", "abbr", "acronym", "bdi", "bdo", "label", "q", "time", "wbr", "thead", "tbody",
    "tfoot", "colgroup", "col", "o:p", "nobr", "tr", "td", "th", "meta", "link",
})  # fmt: skip
_HEADINGS = {"h1": "##", "h2": "##", "h3": "###", "h4": "####", "h5": "####", "h6": "####"}
_LISTS = frozenset({"ul", "ol", "menu", "dir"})
_MOST_LISTS = 6
_MOST_QUOTES = 3
_MOST_SPAN = 20
_LOWERED = str.maketrans("0123456789+-=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
_RAISED = str.maketrans("0123456789+-=()in", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁱⁿ")
_ALL_LOWERED = re.compile(r"[0-9+\-=()aehijklmnoprstuvx]+\Z")
_ALL_RAISED = re.compile(r"[0-9+\-=()in]+\Z")
_ADDRESS = re.compile(r"(?:https?://|mailto:)[^\s<>\x00-\x1f]+\Z", re.IGNORECASE)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_SAFE_SOURCE = re.compile(r"(?:https?|media):", re.IGNORECASE)
_CELL_SPACE = re.compile(r"\s*[\n\x02\x03]\s*")


class _Frame:
    """An open element: its kind, what it holds so far, and what belongs to its kind."""

    __slots__ = ("kind", "name", "number", "parts", "rows", "value")

    def __init__(self, kind: str, name: str, *, value: str = "", number: int = 0) -> None:
        self.kind = kind
        self.name = name
        self.parts: list[str] = []
        self.value = value
        self.number = number
        self.rows: list[list[str]] = []

    @property
    def marked(self) -> str:
        """Everything that it holds, with marks."""
        return "".join(self.parts)


class Builder:
    """Takes tags and text in order; ``finish`` gives Markdown and the names of what was lost."""

    def __init__(self) -> None:
        self._frames = [_Frame("root", "")]
        self._open: dict[str, int] = {}
        self._kinds: dict[str, int] = {}
        self._lost: dict[str, None] = {}
        self._closers: Mapping[str, Callable[[_Frame], str]] = {
            "strong": self._strong, "em": self._em, "code": self._code, "pre": self._pre, "link": self._link,
            "script": self._script, "list": self._list, "entry": self._entry, "quote": self._quote,
            "heading": self._heading, "table": self._table, "cell": self._cell, "math": self._math,
        }  # fmt: skip

    def lose(self, name: str) -> None:
        """Note that something cannot be kept."""
        self._lost[name] = None

    def text(self, text: str) -> None:
        """Take text, entities already resolved."""
        if not text:
            return
        text = without_marks(text)
        top = self._frames[-1]
        if top.kind == "pre":
            top.parts.append(text)
        elif top.kind not in {"table", "list"} or text.strip():
            text = collapsed(text)
            follows_space = bool(top.parts) and top.parts[-1].endswith(" ")
            top.parts.append(text.lstrip(" ") if follows_space else text)

    def open(self, name: str, attributes: Mapping[str, str]) -> None:
        """Take an opening tag."""
        if self._kinds.get("math"):
            self._open_math(name)
        elif self._kinds.get("pre") or self._kinds.get("code"):
            if name == "br":
                self._frames[-1].parts.append("\n")
        elif name in {"br", "hr", "img"}:
            self._void(name, attributes)
        elif name in _PARAGRAPHS:
            self._add(BLOCK)
        elif not self._open_known(name, attributes) and name not in _TRANSPARENT:
            self.lose(name)

    def close(self, name: str) -> None:
        """Take a closing tag; one that closes nothing is ignored."""
        if name in _PARAGRAPHS:
            if not (self._kinds.get("pre") or self._kinds.get("code") or self._kinds.get("math")):
                self._add(BLOCK)
        elif self._open.get(name):
            self._close_until(lambda frame: frame.name == name)

    def finish(self) -> tuple[str, tuple[str, ...]]:
        """Close what is open; return the Markdown and the names of what was lost."""
        while len(self._frames) > 1:
            self._pop()
        return as_markdown(self._frames[0].marked), tuple(self._lost)

    def _open_known(self, name: str, attributes: Mapping[str, str]) -> bool:
        return (
            self._open_words(name, attributes)
            or self._open_rows(name, attributes)
            or self._open_block(name)
        )

    def _add(self, piece: str) -> None:
        self._frames[-1].parts.append(piece)

    def _push(self, kind: str, name: str, *, value: str = "", number: int = 0) -> None:
        self._frames.append(_Frame(kind, name, value=value, number=number))
        self._open[name] = self._open.get(name, 0) + 1
        self._kinds[kind] = self._kinds.get(kind, 0) + 1

    def _pop(self) -> None:
        frame = self._frames.pop()
        self._open[frame.name] -= 1
        self._kinds[frame.kind] -= 1
        self._add(self._closers[frame.kind](frame))

    def _close_until(self, is_it: Callable[[_Frame], bool]) -> None:
        while not is_it(self._frames[-1]):
            self._pop()
        self._pop()

    def _void(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "img":
            self._picture(attributes)
        else:
            self._add(BREAK if name == "br" else f"{BLOCK}{BUILT}---{BLOCK}")

    def _open_words(self, name: str, attributes: Mapping[str, str]) -> bool:
        """Open what stands within a line; say whether ``name`` is such a thing."""
        if name in _STRONG or name in _EM:
            if name == "u":
                self.lose("u")
            if not (self._kinds.get("strong") or self._kinds.get("em")):
                self._push("strong" if name in _STRONG else "em", name)
        elif name in _CODE:
            self._push("code", name)
        elif name in {"sub", "sup"}:
            if not self._kinds.get("script"):
                self._push("script", name)
        elif name == "a":
            if not self._kinds.get("link"):
                self._push("link", name, value=attributes.get("href", "").strip())
        elif name == "math":
            self.lose("math")
            self._push("math", name, value=name)
        else:
            return False
        return True

    def _open_rows(self, name: str, attributes: Mapping[str, str]) -> bool:
        """Open a list, a table or a part of one; say whether ``name`` is such a thing."""
        if name in _LISTS:
            if self._kinds.get("list", 0) < _MOST_LISTS:
                start = attributes.get("start", "1")
                number = int(start) if re.fullmatch("[0-9]{1,6}", start) else 1
                self._push("list", name, value="ol" if name == "ol" else "", number=number)
        elif name == "li":
            self._open_entry()
        elif name == "table":
            if not self._kinds.get("table"):
                self._push("table", name)
        elif name in {"tr", "td", "th"} and self._kinds.get("table"):
            self._open_cell(name, attributes)
        else:
            return False
        return True

    def _open_block(self, name: str) -> bool:
        """Open a heading, a quotation or text as typed; say whether ``name`` is such a thing."""
        if name in _HEADINGS:
            if not self._kinds.get("heading"):
                self._push("heading", name)
        elif name == "blockquote":
            if self._kinds.get("quote", 0) < _MOST_QUOTES:
                self._push("quote", name)
        elif name in {"pre", "xmp", "listing"}:
            self._push("pre", name)
        else:
            return False
        return True

    def _open_entry(self) -> None:
        """Open an entry of the innermost list, closing the one before."""
        if not self._kinds.get("list"):
            self._add(BLOCK)
            return
        while self._frames[-1].kind not in {"list", "cell", "table"}:
            if self._frames[-1].kind == "entry":
                self._pop()
                break
            self._pop()
        if self._frames[-1].kind == "list":
            self._push("entry", "li")
        else:
            self._add(BLOCK)

    def _open_cell(self, name: str, attributes: Mapping[str, str]) -> None:
        """Open a row or a cell of the outermost table, closing the cell before."""
        while self._frames[-1].kind != "table":
            self._pop()
        table = self._frames[-1]
        if name == "tr" or not table.rows:
            table.rows.append([])
        if name == "tr":
            return
        for what in ("colspan", "rowspan"):
            if attributes.get(what, "1").strip() not in {"", "1"}:
                self.lose(what)
        span = attributes.get("colspan", "1").strip()
        number = min(int(span), _MOST_SPAN) if re.fullmatch("[0-9]{1,3}", span) else 1
        self._push("cell", name, number=number)

    def _open_math(self, name: str) -> None:
        if self._kinds["math"] < MATH_DEPTH and name not in {"math", "br", "mspace", "none"}:
            self._push("math", name, value=name)

    def _picture(self, attributes: Mapping[str, str]) -> None:
        source = "".join(attributes.get("src", "").split("\n")).strip()
        if not source or (_SCHEME.match(source) and not _SAFE_SOURCE.match(source)):
            self.lose("img")
            self._add(attributes.get("alt", ""))
            return
        alt = escaped(" ".join(attributes.get("alt", "").split()), brackets=True)
        self._add(f"{RAW_OPEN}![{alt}]({_target(source)}){RAW_CLOSE}")

    def _strong(self, frame: _Frame) -> str:
        return _around(frame.marked, STRONG_OPEN, STRONG_CLOSE, lambda inner: "**" not in inner)

    def _em(self, frame: _Frame) -> str:
        """Return italics; bold where asterisks would not be read beside a bracket or a full stop."""

        def is_word(inner: str) -> bool:
            return inner[0].isalnum() and inner[-1].isalnum()

        if all(is_word(piece) for piece in _pieces(frame.marked)):
            return _around(frame.marked, EM_OPEN, EM_CLOSE, is_word)
        return self._strong(frame)

    def _code(self, frame: _Frame) -> str:
        text = collapsed(without_marks(frame.marked))
        if not text.strip():
            return text
        ticks = _fence(text, 1)
        pad = " " if text[0] in "` " or text[-1] in "` " else ""
        return f"{RAW_OPEN}{ticks}{pad}{text}{pad}{ticks}{RAW_CLOSE}"

    def _pre(self, frame: _Frame) -> str:
        text = without_marks(frame.marked).strip("\n")
        if not text.strip():
            return BLOCK
        fence = _fence(text, 3)
        return f"{BLOCK}{BUILT}{fence}\n{text}\n{fence}{BLOCK}"

    def _link(self, frame: _Frame) -> str:
        if not _ADDRESS.match(frame.value):
            if frame.value and not frame.value.startswith("#"):
                self.lose("a")
            return frame.marked
        if any(mark in frame.marked for mark in (BLOCK, BREAK, BUILT)):
            return f"{frame.marked} {frame.value}"
        shown = escaped(frame.marked.strip(), brackets=True) or escaped(frame.value, brackets=True)
        return f"{RAW_OPEN}[{without_marks(shown)}]({_target(frame.value)}){RAW_CLOSE}"

    def _script(self, frame: _Frame) -> str:
        inner = frame.marked.strip()
        fits, table = (_ALL_LOWERED, _LOWERED) if frame.name == "sub" else (_ALL_RAISED, _RAISED)
        if not inner:
            return ""
        if fits.match(inner):
            return inner.translate(table)
        self.lose(frame.name)
        return f"{'_' if frame.name == 'sub' else '^'}({inner})"

    def _list(self, frame: _Frame) -> str:
        """Return a list; what stood between its entries goes before it."""
        if not frame.rows:
            return f"{BLOCK}{frame.marked}{BLOCK}"
        entries = "\n".join(entry for (entry,) in frame.rows)
        return f"{BLOCK}{frame.marked}{BLOCK}{BUILT}{entries}{BLOCK}"

    def _entry(self, frame: _Frame) -> str:
        parent = self._frames[-1]
        sign = "-"
        if parent.value == "ol":
            sign = f"{parent.number}."
            parent.number += 1
        inner = as_markdown(frame.marked, tight=True)
        parent.rows.append([f"{sign} {_indented(inner, ' ' * (len(sign) + 1))}".rstrip()])
        return ""

    def _quote(self, frame: _Frame) -> str:
        inner = as_markdown(frame.marked)
        lines = "\n".join(
            f"> {line}".rstrip(" ") if not line else f"> {line}" for line in inner.split("\n")
        )
        return f"{BLOCK}{BUILT}{lines}{BLOCK}" if inner else BLOCK

    def _heading(self, frame: _Frame) -> str:
        inner = _one_line(frame.marked)
        return f"{BLOCK}{BUILT}{_HEADINGS[frame.name]} {inner}{BLOCK}" if inner else BLOCK

    def _cell(self, frame: _Frame) -> str:
        row = self._frames[-1].rows[-1]
        row.append(re.sub(r"(?<!\\)\|", r"\\|", _one_line(frame.marked)))
        row.extend([""] * (frame.number - 1))
        return ""

    def _table(self, frame: _Frame) -> str:
        before = frame.marked
        rows = [row for row in frame.rows if row]
        if not rows:
            return f"{BLOCK}{before}{BLOCK}"
        width = max(len(row) for row in rows)
        head = rows[0] + [""] * (width - len(rows[0]))
        lines = [head, ["---"] * width, *rows[1:]]
        table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        return f"{BLOCK}{before}{BLOCK}{BUILT}{table}{BLOCK}"

    def _math(self, frame: _Frame) -> str:
        """Return a piece of a formula; pieces of one formula are kept apart by a mark until it is whole."""
        return linear(frame.name, frame.parts, is_whole=frame.name == "math")


def _pieces(marked: str) -> list[str]:
    """Return the paragraphs within marked text that are not built blocks, without white space around."""
    stripped = (piece.strip(" " + BREAK) for piece in marked.split(BLOCK))
    return [piece for piece in stripped if piece and not piece.startswith(BUILT)]


def _around(marked: str, opener: str, closer: str, may: Callable[[str], bool]) -> str:
    """Put emphasis around every paragraph that may have it, with white space left outside."""
    done = []
    for piece in marked.split(BLOCK):
        inner = piece.strip(" " + BREAK)
        if not inner or inner.startswith(BUILT) or not may(inner):
            done.append(piece)
            continue
        begin = piece.index(inner[0])
        end = begin + len(inner)
        done.append(f"{piece[:begin]}{opener}{inner}{closer}{piece[end:]}")
    return BLOCK.join(done)


def _fence(text: str, least: int) -> str:
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    return "`" * max(least, longest + 1)


def _one_line(marked: str) -> str:
    return _CELL_SPACE.sub(" ", as_markdown(marked)).strip()


def _indented(text: str, indent: str) -> str:
    return "\n".join(
        line if not number or not line else indent + line
        for number, line in enumerate(text.split("\n"))
    )


def _target(address: str) -> str:
    """Return an address as a Markdown target, in angle brackets where spaces or brackets would end it."""
    if re.search(r"[\s()<>\\]", address):
        return "<" + re.sub(r"[<>\\\x00-\x1f]", lambda sign: f"%{ord(sign[0]):02X}", address) + ">"
    return address
