"""The files of a QTI 1.2 package: which hold questions, and which pictures they mean."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from urllib.parse import unquote

from lxml import etree  # type: ignore[import-untyped]  # lxml ships no types

from lms.issues import Issue, Severity, Where
from lms.questions.domain.exchange.archive import read_archive
from lms.questions.domain.exchange.moodle_xml.texts import Notes
from lms.questions.domain.exchange.safe_xml import parse_xml

_MANIFEST = "imsmanifest.xml"
_ENDINGS = (".xml", ".qti", ".dat")
_LOOKED_AT = 65536
_NEWER = (b"<assessmentItem", b"qti-assessment-item", b"<assessmentTest")
_BASE = re.compile(r"^(?:\$|%24)(?:IMS-CC-FILEBASE|CANVAS_COURSE_REFERENCE)(?:\$|%24)/*(?:\.\./)*")
_BB_FILE = re.compile(r"xid-\d{1,12}_\d{1,6}")
_IMG = re.compile(r"<img\b([^<>]*)>", re.IGNORECASE)
_LATEX = re.compile(
    r"""\b(?:data-equation-content\s*=\s*|alt\s*=\s*(?=["']LaTeX: ))(?:"([^"]*)"|'([^']*)')"""
)
_SRC = re.compile(r"""\bsrc\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Package:
    """A package opened.

    Attributes:
        roots: The question documents, by path in the package.
        files: All its files by path.
        issues: What was refused or is not there.
    """

    roots: "Mapping[str, etree._Element]"
    files: Mapping[str, bytes]
    issues: tuple[Issue, ...]


def open_package(data: bytes, file: str) -> Package:
    """Open a zip, or a single XML document."""
    if not data.startswith(b"PK"):
        tree = parse_xml(data, file)
        roots = {} if tree.root is None else {"": plain_names(tree.root)}
        issues = list(tree.issues)
        if tree.root is not None and tree.root.tag != "questestinterop":
            roots = {}
            issues.append(_no_questions(file, _is_newer({".xml": data})))
        return Package(roots, {}, tuple(issues))
    archive = read_archive(data, file)
    issues = list(archive.issues)
    found: dict[str, etree._Element] = {}
    for path in _in_order(archive.files, file, issues):
        content = archive.files[path]
        if b"questestinterop" not in content[:_LOOKED_AT].replace(b"\0", b""):
            continue
        tree = parse_xml(content, f"{file}/{path}")
        issues.extend(tree.issues)
        if tree.root is not None and plain_names(tree.root).tag == "questestinterop":
            found[path] = tree.root
    roots = _without_copies(found)
    if not found and not any(issue.severity is Severity.ERROR for issue in issues):
        issues.append(_no_questions(file, _is_newer(archive.files)))
    return Package(roots, archive.files, tuple(issues))


def plain_names(root: "etree._Element") -> "etree._Element":
    """Take the namespaces off all names."""
    for element in root.iter(etree.Element):
        if element.tag.startswith("{"):
            element.tag = element.tag.rpartition("}")[2]
    return root


class Pictures:
    """Finds the pictures that texts of one document mean."""

    def __init__(self, files: Mapping[str, bytes], document: str) -> None:
        self._files = files
        self._folder = document.rpartition("/")[0]
        ends = Counter(_end_of(path) for path in files)
        self._by_end = {_end_of(path): path for path in files if ends[_end_of(path)] == 1}
        self._by_number = {
            found[0]: path for path in files if (found := _BB_FILE.search(path)) is not None
        }
        self._taken: dict[str, str] = {}

    def taken_over(self, html: str, notes: Notes) -> str:
        """Return HTML whose pictures are named by ``media:``; others are left out and said."""

        def replace(match: re.Match[str]) -> str:
            if "equation_image" in match[1]:
                return _as_latex(match[0])
            source = _SRC.search(match[1])
            address = unescape((source[1] or source[2] or "") if source else "").strip()
            if not address or address.startswith(("http:", "https:", "media:")):
                return match[0]
            name = self.name(address, notes)
            return match[0].replace(source[0], f'src="media:{name}"') if source and name else ""

        return _IMG.sub(replace, html)

    def name(self, address: str, notes: Notes) -> str:
        """Return the name of the picture at ``address``; nothing when it is not there or none."""
        if address not in self._taken:
            path = self._path(address)
            if not path:
                notes.warn(
                    "file_missing", f"the file {address} is not in the package", name=address
                )
            self._taken[address] = notes.picture(self._files[path], path) if path else ""
        return self._taken[address]

    def _path(self, address: str) -> str:
        number = _BB_FILE.search(address)
        if number is not None and number[0] in self._by_number:
            return self._by_number[number[0]]
        rest = _BASE.sub("", unquote(address)).partition("?")[0].lstrip("/")
        rest = rest.replace("../", "").removeprefix("./")
        for path in (rest, f"web_resources/{rest}", f"{self._folder}/{rest}"):
            if path in self._files:
                return path
        return self._by_end.get(_end_of(rest), "") if rest else ""


def _end_of(path: str) -> str:
    return path.rpartition("/")[2].casefold()


def _as_latex(tag: str) -> str:
    """Return the formula that Canvas draws as a picture as the LaTeX it was written in."""
    found = _LATEX.search(tag)
    if found is None:
        return tag
    return f"${(found[1] or found[2] or '').removeprefix('LaTeX: ')}$"


def _in_order(files: Mapping[str, bytes], file: str, issues: list[Issue]) -> list[str]:
    """Return the paths of documents, those that the manifest names first and in its order."""
    paths = [path for path in files if path.lower().endswith(_ENDINGS)]
    manifest = next((path for path in files if path.rpartition("/")[2] == _MANIFEST), None)
    if manifest is None:
        if files:
            message = f"{file} has no {_MANIFEST}; its documents are read all the same"
            issues.append(Issue(Severity.WARNING, "manifest_missing", Where(file), message))
        return paths
    tree = parse_xml(files[manifest], f"{file}/{manifest}")
    issues.extend(tree.issues)
    if tree.root is None:
        return paths
    base = manifest.removesuffix(_MANIFEST)
    named = [_href(element, base) for element in plain_names(tree.root).iter("resource", "file")]
    known = dict.fromkeys(path for path in named if path in files and path in paths)
    return [*known, *(path for path in paths if path not in known)]


def _href(element: "etree._Element", base: str) -> str:
    space = "{http://www.blackboard.com/content-packaging/}file"
    return base + unquote(str(element.get("href") or element.get(space) or ""))


def _without_copies(found: "Mapping[str, etree._Element]") -> "dict[str, etree._Element]":
    """Leave out the thinner copy of an assessment that Canvas writes into a whole course's export."""
    chosen: dict[str, str] = {}
    for path, root in found.items():
        unit = next(root.iterchildren("assessment", "objectbank"), None)
        ident = (unit.get("ident") if unit is not None else "") or path
        if ident not in chosen or path.startswith("non_cc_assessments/"):
            chosen[ident] = path
    return {path: root for path, root in found.items() if path in chosen.values()}


def _is_newer(files: Mapping[str, bytes]) -> bool:
    return any(
        sign in content[:4096]
        for path, content in files.items()
        if path.lower().endswith(".xml")
        for sign in _NEWER
    )


def _no_questions(file: str, is_newer: bool) -> Issue:
    if is_newer:
        message = f"{file} is QTI 2 or 3; only QTI 1.2 is read"
        return Issue(Severity.ERROR, "qti_version", Where(file), message)
    message = f"{file} holds no questions in QTI 1.2"
    return Issue(Severity.ERROR, "qti_missing", Where(file), message)
