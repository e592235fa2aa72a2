"""Foreign text to the house's Markdown: what would be read as markup is escaped, and only that.

Texts are put together with marks: characters that no text file has (``lms.questions.domain.exchange.encoding``
leaves control characters out), so that a paragraph is escaped as a whole, when the neighbours of every character
are known.
"""

import re
import unicodedata

BLOCK = "\x02"
"""Between two paragraphs, lists, tables."""

BREAK = "\x03"
"""Between two lines of a paragraph."""

BUILT = "\x04"
"""Before a block that is Markdown already."""

EM_OPEN, EM_CLOSE, STRONG_OPEN, STRONG_CLOSE = "\x05", "\x06", "\x0e", "\x0f"

RAW_OPEN, RAW_CLOSE = "\x10", "\x11"
"""Around a piece within a line that is Markdown already: a link, a picture, code."""

_MARKS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_PUNCTUATION = r"!-/:-@\[-`{-~"
_MARKUP = re.compile(
    rf"\x10[^\x11]*\x11|\\(?=[{_PUNCTUATION}\x02-\x11\n]|$)|`+|\*|_+|[\[\]]|!(?=\x10)"
    r"|<(?=[A-Za-z/!?])|&(?=\#?[A-Za-z0-9]{1,32};)"
)
_MARKUP_AT_START = re.compile(
    r"\#{1,6}(?=\s|$)|>|[-+*](?=\s|$)|(?P<number>[0-9]{1,9})(?=[.)](?:\s|$))|`{3}|~{3}|:{3}"
    r"|(?:=+|-+)\s*$|[|:-][|:\s-]*$|([-*_])(?:\s*\2){2,}\s*$"
)
_HARMLESS = re.compile(r"(?![0-9\s#>+=~:|-])[^\\`*_\[\]<&!\x00-\x1f]*(?<!\s)\Z")
_UNDERSCORES = re.compile(r"\x10[^\x11]*\x11|_+")
_SPACE = re.compile(r"[ \t\n\r\f\xa0]+")


def is_harmless(text: str) -> bool:
    """Say whether ``text`` is one line that is the same as plain text, as HTML and as Markdown."""
    return _HARMLESS.match(text) is not None


def without_marks(text: str) -> str:
    """Return ``text`` without control characters, which stand for marks here."""
    return _MARKS.sub("", text)


def collapsed(text: str) -> str:
    """Return ``text`` with every run of white space as one space, as HTML shows it."""
    return _SPACE.sub(" ", text)


def text_to_markdown(text: str) -> str:
    """Return Markdown that shows plain ``text`` as it is: line breaks and blank lines are kept."""
    if is_harmless(text):
        return text
    lines = [line.strip() for line in without_marks(text).split("\n")]
    marked = BLOCK.join(BREAK.join(lines).split(BREAK * 2))
    return as_markdown(marked)


def as_markdown(marked: str, *, tight: bool = False) -> str:
    """Return the Markdown of a text with marks: its blocks, each escaped, with a blank line between them.

    Args:
        marked: Text with marks.
        tight: Whether a list directly under a paragraph belongs to it, as within an entry of a list.
    """
    blocks: list[str] = []
    for block in marked.split(BLOCK):
        if block.startswith(BUILT):
            is_list = block.startswith((BUILT + "- ", BUILT + "1. "))
            blocks.append(("\n" if tight and is_list and blocks else "\n\n") + block[1:])
        else:
            lines = [line.strip() for line in escaped(block).split(BREAK)]
            shown = [_safe_start(line) for line in lines if line]
            if shown:
                blocks.append("\n\n" + "  \n".join(shown))
    return "".join(blocks).lstrip("\n")


def escaped(marked: str, *, brackets: bool = False) -> str:
    """Escape what would be read as markup within a line; emphasis marks become asterisks.

    Args:
        marked: One paragraph with marks.
        brackets: Whether every bracket is escaped, as within a link's text.
    """
    marked = _settled(marked)
    if _MARKUP.search(marked) is None:
        return _emphasised(marked)
    has_marks = _MARKS.search(marked.replace(BREAK, "")) is not None
    links = brackets or any(pair in marked for pair in ("](", "]:", "]["))
    lone = {sign: not has_marks and marked.count(sign) == 1 for sign in "*`"}
    blanks_are_flat = not _can_pair(marked)

    def replace(match: re.Match[str]) -> str:
        found = match[0]
        sign = found[0]
        if sign == RAW_OPEN:
            return found[1:-1]
        if sign in "[]":
            return "\\" + found if links else found
        if sign == "*":
            return _star(marked, match, lone=lone["*"])
        if sign == "_":
            return found if blanks_are_flat else found.replace("_", "\\_")
        if sign == "\\" and match.end() == len(marked) and not brackets:
            return found
        if sign == "`":
            return found if lone["`"] else found.replace("`", "\\`")
        return "\\" + found

    return _emphasised(_MARKUP.sub(replace, marked))


def _star(text: str, match: re.Match[str], *, lone: bool) -> str:
    """Return an asterisk that stays one; the entity where a backslash would confuse the end of bold text."""
    before, after = _neighbours(text, match)
    if after == STRONG_CLOSE:
        return "&#42;"
    return "*" if lone or (before.isspace() and after.isspace()) else "\\*"


def _can_pair(text: str) -> bool:
    """Say whether underscores could be read as emphasis: one run that can open it before one that can close it."""
    is_open = False
    for match in _UNDERSCORES.finditer(text):
        if match[0].startswith(RAW_OPEN):
            continue
        before, after = _neighbours(text, match)
        left = not after.isspace() and (not _is_sign(after) or before.isspace() or _is_sign(before))
        right = not before.isspace() and (
            not _is_sign(before) or after.isspace() or _is_sign(after)
        )
        if is_open and right and (not left or _is_sign(after)):
            return True
        is_open = is_open or (left and (not right or _is_sign(before)))
    return False


def _neighbours(text: str, match: re.Match[str]) -> tuple[str, str]:
    """Return the characters before and after a match; the edge of a line is white space."""
    before = text[match.start() - 1] if match.start() else " "
    after = text[match.end()] if match.end() < len(text) else " "
    return (" " if before == BREAK else before), (" " if after == BREAK else after)


def _is_sign(sign: str) -> bool:
    return sign < " " or unicodedata.category(sign)[0] in "PS"


def _settled(marked: str) -> str:
    """Join emphasis that touches the same emphasis; give up the weaker where two kinds touch."""
    marked = marked.replace(EM_CLOSE + EM_OPEN, "").replace(STRONG_CLOSE + STRONG_OPEN, "")
    if EM_CLOSE + STRONG_OPEN in marked or STRONG_CLOSE + EM_OPEN in marked:
        marked = marked.replace(EM_OPEN, "").replace(EM_CLOSE, "")
    return marked


def _emphasised(marked: str) -> str:
    if EM_OPEN in marked or STRONG_OPEN in marked:
        marked = marked.replace(EM_OPEN, "*").replace(EM_CLOSE, "*")
        marked = marked.replace(STRONG_OPEN, "**").replace(STRONG_CLOSE, "**")
    return marked


def _safe_start(line: str) -> str:
    """Escape what would begin a heading, a list, a quotation, a fence, a table or a rule."""
    match = _MARKUP_AT_START.match(line)
    if match is None:
        return line
    number = match["number"]
    if number:
        return f"{number}\\{line[len(number) :]}"
    return "\\" + line
