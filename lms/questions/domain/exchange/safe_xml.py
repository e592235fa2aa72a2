"""Reading XML that nobody vouches for: no entities, nothing from outside, bounded."""

import re
from dataclasses import dataclass

from lxml import etree  # type: ignore[import-untyped]  # lxml ships no types

from lms.issues import Issue, Severity, Where

_PROLOG = re.compile(
    rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL
)
_DOCTYPE = re.compile(rb"<!DOCTYPE[^\[>]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Tree:
    """An XML document, or why there is none.

    Attributes:
        root: The outermost element; None when the document was refused.
        issues: What was refused or not looked at.
    """

    root: "etree._Element | None"
    issues: tuple[Issue, ...] = ()


def parse_xml(data: bytes, file: str) -> Tree:
    """Parse ``data``.

    A document type with own declarations is refused (entities that name files or grow without bound); one that
    only names a DTD is read, the DTD is not fetched and that is said. Depth and the size of one text are bounded by
    the parser's own limits.
    """
    where = Where(file, line=1)
    if not data.strip(b" \t\r\n\0"):
        return _refused("file_empty", where, "the file is empty")
    plain = data[:65536].replace(b"\0", b"")
    doctype = _DOCTYPE.match(plain, _end_of_prolog(plain))
    if doctype is not None and plain[doctype.end() : doctype.end() + 1] == b"[":
        return _refused("xml_entities", where, "the file declares entities of its own")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        line = getattr(error, "lineno", None) or 1
        reason = getattr(error, "msg", None) or str(error)
        at = Where(file, line=line)
        return _refused("xml_broken", at, f"not well-formed XML: {reason}", reason=reason)
    if root is None:
        return _refused("file_empty", where, "the file is empty")
    return _looked_at(root, where)


def line_of(element: "etree._Element") -> int:
    """Return the line in which ``element`` begins."""
    return int(element.sourceline or 1)


def source_of(element: "etree._Element") -> str:
    """Return ``element`` as XML text."""
    return str(etree.tostring(element, encoding="unicode", with_tail=False))


def _end_of_prolog(plain: bytes) -> int:
    found = _PROLOG.match(plain)
    return found.end() if found else 0


def _looked_at(root: "etree._Element", where: Where) -> Tree:
    """Look again at what the parser found: an encoding may have hidden the document type."""
    info = root.getroottree().docinfo
    if info.internalDTD is None:
        return Tree(root)
    if any(True for _ in info.internalDTD.iterentities()):
        return _refused("xml_entities", where, "the file declares entities of its own")
    if not info.system_url:
        return Tree(root)
    message = f"the file refers to {info.system_url}, which is not fetched"
    facts = {"url": info.system_url}
    return Tree(root, (Issue(Severity.WARNING, "xml_external", where, message, facts),))


def _refused(code: str, where: Where, message: str, **facts: object) -> Tree:
    return Tree(None, (Issue(Severity.ERROR, code, where, message, facts),))
