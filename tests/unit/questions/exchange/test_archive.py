"""Zips that nobody vouches for."""

import io
import random
import stat
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.questions.domain.exchange.archive import Archive, Limits, read_archive


def packed(
    *members: tuple[str | zipfile.ZipInfo, bytes], compression: int = zipfile.ZIP_DEFLATED
) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return stream.getvalue()


def codes(archive: Archive) -> list[str]:
    return [issue.code for issue in archive.issues]


def test_members_are_read_in_order_without_folders_and_junk() -> None:
    data = packed(
        ("b/x.xml", b"1"),
        ("a.txt", b"2"),
        ("b/", b""),
        ("__MACOSX/._x", b"j"),
        ("b/.DS_Store", b"j"),
    )
    archive = read_archive(data, "z.zip")
    assert list(archive.files.items()) == [("b/x.xml", b"1"), ("a.txt", b"2")]
    assert archive.issues == ()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("../x", "archive_path"),
        ("a/../../x", "archive_path"),
        ("/etc/passwd", "archive_path"),
        ("C:/x", "archive_path"),
        ("c:x", "archive_path"),
        ("..\\x", "archive_path"),
        ("\\\\server\\x", "archive_path"),
        ("a\nb", "archive_path"),
        ("inner.zip", "archive_nested"),
        ("inner.ZIP", "archive_nested"),
        ("inner.tar.gz", "archive_nested"),
    ],
)
def test_members_with_tricks_are_left_out_and_said(name: str, code: str) -> None:
    archive = read_archive(packed((name, b"evil"), ("good", b"ok")), "z.zip")
    assert archive.files == {"good": b"ok"}
    assert codes(archive) == [code]


def test_nested_zip_is_known_by_its_content() -> None:
    archive = read_archive(packed(("harmless.xml", packed(("x", b"1")))), "z.zip")
    assert (archive.files, codes(archive)) == ({}, ["archive_nested"])


def test_link_is_refused() -> None:
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive = read_archive(packed((link, b"/etc/passwd")), "z.zip")
    assert (archive.files, codes(archive)) == ({}, ["archive_link"])


@pytest.mark.parametrize("again", ["x.xml", "X.XML"])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_second_member_of_a_name_is_refused(again: str) -> None:
    archive = read_archive(packed(("x.xml", b"first"), (again, b"second")), "z.zip")
    assert archive.files == {"x.xml": b"first"}
    assert codes(archive) == ["archive_duplicate"]


def test_member_under_a_password_is_refused() -> None:
    data = bytearray(packed(("secret", b"x"), compression=zipfile.ZIP_STORED))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert codes(read_archive(bytes(data), "z.zip")) == ["archive_encrypted"]


def test_ratio_is_capped() -> None:
    archive = read_archive(packed(("zeros", bytes(8_000_000))), "z.zip")
    assert (archive.files, codes(archive)) == ({}, ["archive_ratio"])


def test_short_repetitive_text_is_no_bomb() -> None:
    archive = read_archive(packed(("x.xml", b"<item/>" * 200_000)), "z.zip")
    assert codes(archive) == []


def test_total_is_capped() -> None:
    noise = random.Random(1).randbytes(3000)
    archive = read_archive(packed(("a", noise), ("b", noise)), "z.zip", Limits(total=5000))
    assert (archive.files, codes(archive)) == ({}, ["archive_too_large"])


def test_size_that_the_directory_claims_is_not_trusted() -> None:
    data = bytearray(packed(("a", bytes(100_000))))
    at = data.index(b"PK\x01\x02") + 24
    data[at : at + 4] = (5).to_bytes(4, "little")
    archive = read_archive(bytes(data), "z.zip", Limits(total=50_000))
    assert archive.issues
    assert sum(len(content) for content in archive.files.values()) <= 50_000


def test_number_of_members_is_capped() -> None:
    data = packed(*((f"f{at}", b"") for at in range(30)))
    assert codes(read_archive(data, "z.zip", Limits(members=20))) == ["archive_too_many"]


def test_damaged_member_is_said_and_others_are_read() -> None:
    data = packed(("bad", b"A" * 50), ("good", b"ok"), compression=zipfile.ZIP_STORED).replace(
        b"A" * 50, b"B" * 50
    )
    archive = read_archive(data, "z.zip")
    assert archive.files == {"good": b"ok"}
    assert codes(archive) == ["archive_member_broken"]


@pytest.mark.parametrize(
    "data", [b"", b"PK", b"no zip", packed(("a", b"x"))[:-9], b"PK\x05\x06" + bytes(18)]
)
def test_what_is_no_zip_is_said(data: bytes) -> None:
    archive = read_archive(data, "z.zip")
    assert archive.files == {}
    assert codes(archive) in (["archive_broken"], [])


SAMPLE = packed(
    ("a/b.xml", b"<x>" + bytes(range(256)) * 4), ("c.txt", b"hello"), ("d", b"stored" * 30)
)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32))
def test_mutated_zips_are_read_without_an_exception(seed: int) -> None:
    rng = random.Random(seed)
    data = bytearray(SAMPLE)
    for _ in range(rng.randint(1, 8)):
        at = rng.randrange(len(data))
        data[at : at + rng.randint(0, 3)] = rng.randbytes(rng.randint(0, 3))
    read_archive(bytes(data), "z.zip")
