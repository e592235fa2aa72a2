"""The parts of a workbook beside its cells: which part is which sheet, and where pictures stand."""

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lms.questions.domain.exchange.safe_xml import parse_xml

_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_BOOK = "xl/workbook.xml"
_CELL_IMAGES = "xl/cellimages.xml"
_DISPIMG = re.compile(
    r"=\s*(?:_xlfn\.)?DISPIMG\(\s*\"(ID_[0-9A-Za-z]+)\"\s*,\s*\d\s*\)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Placed:
    """A picture on a sheet.

    Attributes:
        row: Row of its upper left corner, from 0.
        column: Column of it, from 0.
        name: Its name in the file.
        content: Its bytes.
    """

    row: int
    column: int
    name: str
    content: bytes


def relations(parts: Mapping[str, bytes], path: str) -> dict[str, str]:
    """Return the paths that the part at ``path`` refers to, by relation id; outside targets are left out."""
    folder, name = posixpath.split(path)
    data = parts.get(f"{folder}/_rels/{name}.rels")
    root = parse_xml(data, path).root if data else None
    targets = {}
    for element in [] if root is None else root:
        target = str(element.get("Target") or "")
        if element.get("TargetMode") != "External" and target:
            joined = target if target.startswith("/") else posixpath.join(folder, target)
            targets[str(element.get("Id"))] = posixpath.normpath(joined).lstrip("/")
    return targets


def sheet_paths(parts: Mapping[str, bytes]) -> dict[str, str]:
    """Return the path of each sheet's part by the sheet's name."""
    root = parse_xml(parts.get(_BOOK, b""), _BOOK).root
    targets = relations(parts, _BOOK)
    if root is None:
        return {}
    return {
        str(sheet.get("name")): targets.get(str(sheet.get(f"{_R}id")), "")
        for sheet in root.iter("{*}sheet")
    }


def pictures_on(parts: Mapping[str, bytes], sheet: str) -> list[Placed]:
    """Return the pictures that float on the sheet whose part is ``sheet``."""
    found: list[Placed] = []
    for path in relations(parts, sheet).values():
        if "/drawings/" in f"/{path}" and path.endswith(".xml") and path in parts:
            found.extend(_drawn(parts, path))
    return found


def _drawn(parts: Mapping[str, bytes], path: str) -> Iterator[Placed]:
    root = parse_xml(parts[path], path).root
    targets = relations(parts, path)
    for anchor in [] if root is None else root:
        start = anchor.find("{*}from")
        if start is None:
            continue
        row, column = start.findtext("{*}row") or "", start.findtext("{*}col") or ""
        if not (row.isdecimal() and column.isdecimal() and len(row + column) < 12):
            continue
        for blip in anchor.iter("{*}blip"):
            target = targets.get(str(blip.get(f"{_R}embed")), "")
            if target in parts:
                yield Placed(int(row), int(column), target, parts[target])


def cell_pictures(parts: Mapping[str, bytes]) -> dict[str, tuple[str, bytes]]:
    """Return the pictures that WPS puts into cells, name and bytes by the id that ``DISPIMG`` shows."""
    data = parts.get(_CELL_IMAGES)
    root = parse_xml(data, _CELL_IMAGES).root if data else None
    targets = relations(parts, _CELL_IMAGES)
    found = {}
    for image in [] if root is None else root:
        names = [str(element.get("name")) for element in image.iter("{*}cNvPr")]
        for blip in image.iter("{*}blip"):
            target = targets.get(str(blip.get(f"{_R}embed")), "")
            if names and target in parts:
                found[names[0].upper()] = (target, parts[target])
    return found


def shown_picture(text: str) -> str:
    """Return the id of the picture that a cell's text shows (``=DISPIMG("ID_…",1)``); empty when it shows none."""
    match = _DISPIMG.fullmatch(text)
    return match[1].upper() if match else ""
