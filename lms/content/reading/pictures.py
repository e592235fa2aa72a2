"""Reading the pictures of a course."""

import hashlib
from pathlib import Path

from lxml import etree  # type: ignore[import-untyped]  # lxml ships no types

from lms.content.reading.sources import MAX_BYTES, Source

MEDIA = "media"
ENDINGS = (".svg", ".png", ".jpg", ".jpeg", ".webp", ".gif")
_SVG = "{http://www.w3.org/2000/svg}"
_FORBIDDEN = ("script", "foreignObject", "iframe", "use", "animate", "set")


def read_pictures(source: Source, course: Path) -> dict[str, str]:
    """Return the SHA-256 of each picture by its path within the course; SVGs are looked into."""
    found: dict[str, str] = {}
    folder = course / MEDIA
    if not folder.is_dir():
        return found
    for path in sorted(folder.rglob("*")):
        if path.is_dir() or path.name.startswith("."):
            continue
        where = source.where(path)
        if path.suffix.lower() not in ENDINGS:
            source.report.error("picture_type", where, f"{where.file} is not a picture we serve")
            continue
        if path.stat().st_size > MAX_BYTES:
            source.report.error("file_too_large", where, f"{where.file} is larger than 2 MB")
            found[path.relative_to(course).as_posix()] = ""
            continue
        content = path.read_bytes()
        found[path.relative_to(course).as_posix()] = hashlib.sha256(content).hexdigest()
        if path.suffix.lower() == ".svg":
            _check_svg(source, path, content)
    return found


def _check_svg(source: Source, path: Path, content: bytes) -> None:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        where = source.where(path, error.lineno)
        source.report.error("svg_broken", where, f"not an SVG: {error.msg}")
        return
    if root.tag != f"{_SVG}svg":
        source.report.error("svg_broken", source.where(path, 1), "the outermost tag is not svg")
        return
    if root.find(f"{_SVG}title") is None:
        source.report.warn("svg_without_title", source.where(path, 1), "the SVG has no <title>")
    for element in root.iter(etree.Element):
        problem = _problem(element)
        if problem:
            where = source.where(path, element.sourceline)
            source.report.error("svg_unsafe", where, problem)


def _problem(element: etree._Element) -> str:
    name = etree.QName(element).localname
    if name in _FORBIDDEN:
        return f"<{name}> may not be in a picture"
    for attribute, value in element.attrib.items():
        local = etree.QName(attribute).localname
        if local.startswith("on"):
            return f"the attribute {local} may not be in a picture"
        if local == "href" and not str(value).startswith("#"):
            return "a picture may not refer to anything outside itself"
        if "url(" in str(value) and "url(#" not in str(value):
            return "a picture may not refer to anything outside itself"
    return ""
