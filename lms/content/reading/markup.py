"""What no authored Markdown may hold, in lessons, items and conditions alike."""

import re
from collections.abc import Iterator

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""Signs that no keyboard gives and PostgreSQL partly refuses."""
PICTURE = re.compile(r"(?<!\\)!\[")
"""How a picture begins."""
BOX = ":::"
_HTML = re.compile(r"<[a-zA-Z/!][^>]*>")
_PLACE = re.compile(r"\[\[[^\[\]：:]{1,30}[：:][^\[\]]{1,200}\]\]")


def find_slips(line: str) -> Iterator[tuple[str, str]]:
    """Yield code and sentence of what is wrong with one line."""
    if _HTML.search(line):
        yield "html_in_text", "HTML is shown as text; use Markdown"
    if max(line.count("[["), line.count("]]")) != len(_PLACE.findall(line)):
        yield "place_malformed", "a place to replace is written [[name：example]]"
    if CONTROL.search(line):
        yield "control_character", "the line holds a control character"


def find_slips_without_boxes(line: str) -> Iterator[tuple[str, str]]:
    """Yield the same for texts that show neither pictures nor boxes."""
    yield from find_slips(line)
    if PICTURE.search(line):
        yield "picture_outside_lesson", "only lessons show pictures"
    if BOX in line:
        yield "container_outside_lesson", "only lessons have ::: boxes"
