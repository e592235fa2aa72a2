"""Files as text, with their place as authors name it."""

from pathlib import Path

from lms.content.reading.fields import Report
from lms.issues import Where
from lms.questions.domain.exchange.yaml_lines import Node, YamlError, load

MAX_BYTES = 2 * 1024 * 1024
"""No lesson or bank is larger; something that is, is another file in the wrong place."""


class Source:
    """The folder that is read, and the findings about it."""

    def __init__(self, root: Path, report: Report) -> None:
        """Read below ``root``; file names in findings are relative to it."""
        self.root = root
        self.report = report

    def name(self, path: Path) -> str:
        """Return the path as it is shown to authors."""
        return path.relative_to(self.root).as_posix()

    def where(self, path: Path, line: int | None = None) -> Where:
        """Return a place in a file."""
        return Where(file=self.name(path), line=line)

    def listed(self, folder: Path) -> list[Path]:
        """Return what lies in a folder, by name; names with a dot in front belong to programs, not to authors."""
        if not folder.is_dir():
            return []
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))

    def files(self, folder: Path, ending: str) -> list[Path]:
        """Return the files of a folder that end in ``ending``, by name; of anything else is said that it is not read."""
        found = []
        for path in self.listed(folder):
            if path.suffix == ending and path.is_file():
                found.append(path)
            else:
                self.unread(path, f"*{ending}")
        return found

    def unread(self, path: Path, wanted: str) -> None:
        """Note something that is in the folder and has no effect."""
        name = self.name(path)
        self.report.warn(
            "unknown_file", self.where(path), f"{name} is not read; here only {wanted}"
        )

    def text(self, path: Path) -> str | None:
        """Return the text of a file with Unix line ends; None after noting why it cannot be read."""
        where = self.where(path)
        if not path.is_file():
            self.report.unreadable("missing_file", where, f"{where.file} is missing")
            return None
        if path.stat().st_size > MAX_BYTES:
            self.report.unreadable("file_too_large", where, f"{where.file} is larger than 2 MB")
            return None
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            self.report.unreadable("not_utf8", where, f"not UTF-8 text at byte {error.start}")
            return None
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def yaml(self, path: Path) -> Node | None:
        """Return the tree of a YAML file; None after noting why there is none."""
        text = self.text(path)
        return None if text is None else self.parse(path, text)

    def parse(self, path: Path, text: str, *, first_line: int = 1) -> Node | None:
        """Return the tree of YAML text found in a file from ``first_line`` on."""
        try:
            node = load(text, first_line=first_line)
        except YamlError as error:
            self.report.unreadable(error.code, self.where(path, error.line), error.message)
            return None
        if node.value is None:
            self.report.unreadable(
                "empty_file", self.where(path), f"{self.name(path)} holds nothing"
            )
            return None
        return node

    def entries(self, path: Path) -> list[Node]:
        """Return the entries of a YAML file that is a list."""
        node = self.yaml(path)
        if node is None:
            return []
        if not isinstance(node.value, list):
            where = self.where(path, node.line)
            self.report.unreadable("wrong_type", where, f"{where.file} must be a list of entries")
            return []
        return node.value
