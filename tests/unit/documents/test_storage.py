import hashlib
import os
from pathlib import Path

import pytest

from lms.documents.errors import FileChanged
from lms.documents.storage import FileStore, FolderStore
from lms.errors import InvalidInput, NotFound

DATA = b"%PDF-1.7 a certificate"
SHA256 = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "files")


def _file(tmp_path: Path) -> Path:
    return tmp_path / "files" / SHA256[:2] / SHA256[2:4] / SHA256


def test_what_was_put_comes_back_under_its_hash(tmp_path: Path, store: FolderStore) -> None:
    seen_as: FileStore = store
    assert not seen_as.exists(SHA256)
    assert seen_as.put(DATA) == SHA256
    assert seen_as.exists(SHA256)
    assert seen_as.get(SHA256) == DATA
    assert _file(tmp_path).is_file()


def test_putting_twice_writes_once_and_leaves_nothing_beside(
    tmp_path: Path, store: FolderStore
) -> None:
    store.put(DATA)
    before = _file(tmp_path).stat().st_mtime_ns
    store.put(DATA)
    assert _file(tmp_path).stat().st_mtime_ns == before
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == [_file(tmp_path)]


def test_empty_file_is_a_file(store: FolderStore) -> None:
    assert store.get(store.put(b"")) == b""


@pytest.mark.parametrize("position", [0, len(DATA) // 2, len(DATA) - 1])
def test_one_flipped_bit_is_noticed(tmp_path: Path, store: FolderStore, position: int) -> None:
    store.put(DATA)
    damaged = bytearray(DATA)
    damaged[position] ^= 1
    _file(tmp_path).chmod(0o644)
    _file(tmp_path).write_bytes(damaged)
    with pytest.raises(FileChanged) as caught:
        store.get(SHA256)
    assert caught.value.facts["sha256"] == SHA256
    assert caught.value.facts["found"] == hashlib.sha256(damaged).hexdigest()


def test_putting_the_right_bytes_again_heals_a_damaged_file(
    tmp_path: Path, store: FolderStore
) -> None:
    store.put(DATA)
    _file(tmp_path).chmod(0o644)
    _file(tmp_path).write_bytes(b"")
    store.put(DATA)
    assert store.get(SHA256) == DATA


def test_what_was_never_put_is_not_found(store: FolderStore) -> None:
    with pytest.raises(NotFound):
        store.get(SHA256)


@pytest.mark.parametrize(
    "name", ["", "../../etc/passwd", SHA256.upper(), SHA256[:-1], SHA256 + "\n", "/" + SHA256]
)
def test_only_a_hash_may_become_part_of_a_path(store: FolderStore, name: str) -> None:
    with pytest.raises(InvalidInput):
        store.get(name)
    with pytest.raises(InvalidInput):
        store.exists(name)


def test_a_write_that_fails_leaves_neither_file_nor_rest(
    tmp_path: Path, store: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            store.put(DATA)
    assert not store.exists(SHA256)
    assert not [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert store.put(DATA) == SHA256
