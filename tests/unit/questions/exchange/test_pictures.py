"""Pictures that are pictures."""

import hashlib
import io
import random
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lms.issues import Issue, Where
from lms.questions.domain.exchange.pictures import MAX_BYTES, Picture, read_picture

HERE = Where("x.zip")


def drawn(kind: str) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(stream, kind)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("kind", "ending"), [("PNG", "png"), ("JPEG", "jpg"), ("GIF", "gif"), ("WEBP", "webp")]
)
def test_pictures_are_named_by_their_content(kind: str, ending: str) -> None:
    content = drawn(kind)
    picture = read_picture(content, "anything.exe", HERE)
    name = f"{hashlib.sha256(content).hexdigest()}.{ending}"
    assert picture == Picture(name, content, 40, 30)


def huge_png() -> bytes:
    """A PNG of a few bytes that claims 60,000 x 60,000 pixels."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "picture_type"),
        (b"plain text", "picture_type"),
        (b"<html><script>alert(1)</script></html>", "picture_type"),
        (
            b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>',
            "picture_svg",
        ),
        (b"\xef\xbb\xbf<SVG>", "picture_svg"),
        (drawn("PNG")[:-30], "picture_broken"),
        (drawn("BMP"), "picture_type"),
        (drawn("TIFF"), "picture_type"),
        (huge_png(), "picture_too_large"),
        (bytes(MAX_BYTES + 1), "picture_too_large"),
    ],
)
def test_other_content_is_refused(content: bytes, code: str) -> None:
    found = read_picture(content, "p.png", HERE)
    assert isinstance(found, Issue)
    assert (found.code, found.where) == (code, HERE)
    assert found.facts["picture"] == "p.png"


def test_middling_picture_is_refused_by_its_pixels() -> None:
    stream = io.BytesIO()
    Image.new("1", (10_000, 5_000)).save(stream, "PNG")
    found = read_picture(stream.getvalue(), "p.png", HERE)
    assert isinstance(found, Issue)
    assert found.code == "picture_too_large"


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["PNG", "JPEG", "GIF", "WEBP"]), st.integers(0, 2**32))
def test_damaged_pictures_are_read_without_an_exception(kind: str, seed: int) -> None:
    rng = random.Random(seed)
    data = bytearray(drawn(kind))
    for _ in range(rng.randint(1, 10)):
        at = rng.randrange(len(data))
        data[at : at + rng.randint(0, 4)] = rng.randbytes(rng.randint(0, 4))
    assert isinstance(read_picture(bytes(data), "p", HERE), Picture | Issue)
