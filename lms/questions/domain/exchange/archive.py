"""Reading a zip that nobody vouches for: bounded, without paths that lead elsewhere."""

import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from lzma import LZMAError

from lms.issues import Issue, Severity, Where

_MIB = 1024 * 1024
_DRIVE = re.compile(r"[A-Za-z]:")
_PACKED_NAMES = (".zip", ".imscc", ".7z", ".rar", ".gz", ".tgz", ".tar", ".bz2", ".xz")
_PACKED_STARTS = (b"PK\x03\x04", b"PK\x05\x06", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\x1f\x8b")
_JUNK = ("__MACOSX/", ".DS_Store", "Thumbs.db")
_DIRECTORY_ENTRY = b"PK\x01\x02"
_BROKEN = (
    zipfile.BadZipFile, zlib.error, LZMAError, struct.error, EOFError, OSError, ValueError, OverflowError, IndexError,
    RuntimeError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Limits:
    """What a zip may hold.

    Attributes:
        members: How many entries at most.
        total: Unpacked bytes at most, all members together.
        ratio: Unpacked bytes per packed byte at most, for what is larger than ``free``.
        free: Unpacked bytes up to which the ratio does not matter: short repetitive XML packs very well.
    """

    members: int = 5000
    total: int = 256 * _MIB
    ratio: int = 200
    free: int = 4 * _MIB


@dataclass(frozen=True, slots=True)
class Archive:
    """What a zip holds, as far as it may be used.

    Attributes:
        files: Contents by path with forward slashes, in the order of the zip.
        issues: What was refused, and why.
    """

    files: Mapping[str, bytes] = field(default_factory=dict)
    issues: tuple[Issue, ...] = ()


def read_archive(data: bytes, file: str, limits: Limits = Limits()) -> Archive:
    """Unpack ``data`` into memory.

    A member that may not be used (a path that leads elsewhere, a link, a packed file, one under a password, a name
    twice) becomes an Issue and the others are read. A zip that breaks a limit gives no member at all.

    Args:
        data: The zip.
        file: Its name, for Issues.
        limits: What it may hold.
    """
    where = Where(file)
    if data.count(_DIRECTORY_ENTRY) > limits.members:
        return _refused("archive_too_many", where, f"holds more than {limits.members} files")
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return _Reading(archive, file, limits, len(data)).read()
    except _BROKEN as error:
        return _refused("archive_broken", where, "is not a zip file", reason=str(error))


class _TooMuchError(Exception):
    """A limit is broken; ``code`` says which."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class _Reading:
    """One pass over the members."""

    def __init__(
        self, archive: zipfile.ZipFile, file: str, limits: Limits, packed_size: int
    ) -> None:
        self._archive = archive
        self._file = file
        self._limits = limits
        self._left = limits.total
        self._packed_size = packed_size
        self._files: dict[str, bytes] = {}
        self._seen: set[str] = set()
        self._issues: list[Issue] = []

    def read(self) -> Archive:
        try:
            for info in self._archive.infolist():
                if not info.is_dir() and not info.filename.startswith(_JUNK[0]):
                    self._member(info)
        except _TooMuchError as error:
            return _refused(error.code, Where(self._file), str(error))
        return Archive(self._files, tuple(self._issues))

    def _member(self, info: zipfile.ZipInfo) -> None:
        name = info.filename.replace("\\", "/")
        if name.rsplit("/", 1)[-1] in _JUNK:
            return
        problem = _problem_of(info, name)
        folded = unicodedata.normalize("NFC", name).casefold()
        if not problem and folded in self._seen:
            problem = ("archive_duplicate", "is there twice")
        if problem:
            self._refuse(name, *problem)
            return
        self._seen.add(folded)
        try:
            content = self._unpack(info)
        except _BROKEN as error:
            self._refuse(name, "archive_member_broken", f"cannot be unpacked: {error}")
            return
        if content.startswith(_PACKED_STARTS):
            self._refuse(name, "archive_nested", "is itself a packed file")
            return
        self._files[name] = content

    def _unpack(self, info: zipfile.ZipInfo) -> bytes:
        with self._archive.open(info) as member:
            content = member.read(self._left + 1)
        self._left -= len(content)
        if self._left < 0:
            raise _TooMuchError(
                "archive_too_large", f"unpacks to more than {self._limits.total} bytes"
            )
        unpacked = self._limits.total - self._left
        if unpacked > self._limits.free and unpacked > self._limits.ratio * self._packed_size:
            raise _TooMuchError(
                "archive_ratio", f"unpacks to more than {self._limits.ratio} times its size"
            )
        return content

    def _refuse(self, name: str, code: str, problem: str) -> None:
        self._issues.append(
            Issue(
                Severity.ERROR,
                code,
                Where(self._file, field=name),
                f"{name} {problem}",
                {"member": name},
            )
        )


def _problem_of(info: zipfile.ZipInfo, name: str) -> tuple[str, str] | None:
    if _leads_elsewhere(name):
        return ("archive_path", "has a path that leads out of the folder")
    if stat.S_ISLNK(info.external_attr >> 16):
        return ("archive_link", "is a link")
    if info.flag_bits & 0x1:
        return ("archive_encrypted", "is under a password")
    if name.lower().endswith(_PACKED_NAMES):
        return ("archive_nested", "is itself a packed file")
    return None


def _leads_elsewhere(name: str) -> bool:
    parts = name.split("/")
    return (
        not name
        or name.startswith("/")
        or ".." in parts
        or _DRIVE.match(name) is not None
        or any(ord(letter) < 0x20 or letter == "\x7f" for letter in name)
    )


def _refused(code: str, where: Where, problem: str, **facts: object) -> Archive:
    return Archive(issues=(Issue(Severity.ERROR, code, where, f"{where.file} {problem}", facts),))
