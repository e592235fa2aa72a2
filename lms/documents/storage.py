"""Files by content: the name of a file is the SHA-256 of its bytes."""

import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import Protocol

from lms.documents.errors import FileChanged
from lms.errors import InvalidInput, NotFound

_SHA256 = re.compile(r"[0-9a-f]{64}")


class FileStore(Protocol):
    """Where files that prove something are kept; written once, never changed."""

    def put(self, data: bytes) -> str:
        """Keep ``data`` and return its SHA-256 in lower-case hex; putting it again changes nothing."""
        ...

    def get(self, sha256: str) -> bytes:
        """Return the bytes that were put.

        Raises:
            NotFound: nothing was put under this hash.
            FileChanged: what lies there is no longer what was put.
        """
        ...

    def exists(self, sha256: str) -> bool:
        """Say whether something lies under this hash, without reading it."""
        ...


class FolderStore:
    """A `FileStore` in a folder, two levels deep: ``ab/cd/abcd….``."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, data: bytes) -> str:
        """Keep ``data``; a reader sees all of it or nothing, also after a power cut."""
        sha256 = hashlib.sha256(data).hexdigest()
        path = self._path(sha256)
        if path.is_file() and path.read_bytes() == data:
            return sha256
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(0o444)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        # The rename itself lives in the folders: without this a power cut may forget it.
        for folder in (path.parent, path.parent.parent, self._root):
            _sync_folder(folder)
        return sha256

    def get(self, sha256: str) -> bytes:
        """Return the bytes, checked against their name."""
        try:
            data = self._path(sha256).read_bytes()
        except FileNotFoundError:
            raise NotFound("file_not_stored", sha256=sha256) from None
        found = hashlib.sha256(data).hexdigest()
        if found != sha256:
            raise FileChanged(sha256, found)
        return data

    def exists(self, sha256: str) -> bool:
        """Say whether something lies under this hash."""
        return self._path(sha256).is_file()

    def _path(self, sha256: str) -> Path:
        # The hash comes from rows and addresses: nothing else may become part of a path.
        if not _SHA256.fullmatch(sha256):
            raise InvalidInput("not_a_sha256", value=sha256)
        return self._root / sha256[:2] / sha256[2:4] / sha256


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
