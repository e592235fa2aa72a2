"""Is this really a picture, and one that we serve?"""

import hashlib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageFile, UnidentifiedImageError

from lms.issues import Issue, Severity, Where

MAX_BYTES = 5 * 1024 * 1024
MAX_PIXELS = 40_000_000
_ENDINGS = {"PNG": "png", "JPEG": "jpg", "GIF": "gif", "WEBP": "webp"}
_SVG_WITHIN = 1024


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that decodes.

    Attributes:
        name: ``<sha256>.<ext>``: the name under which texts refer to it, as ``media:<name>``.
        content: Its bytes as they came.
        width: In pixels.
        height: In pixels.
    """

    name: str
    content: bytes
    width: int
    height: int


def read_picture(content: bytes, called: str, where: Where) -> Picture | Issue:
    """Return the picture in ``content``, or the Issue that says why it is none.

    What counts is the content, never the name: PNG, JPEG, GIF and WebP that decode, at most ``MAX_BYTES`` and
    ``MAX_PIXELS``. SVG is refused: it is a document that may hold scripts and references.

    Args:
        content: The bytes.
        called: The name that the file gives it, for the Issue.
        where: The place of the Issue.
    """
    if len(content) > MAX_BYTES:
        return _refused("picture_too_large", where, called, f"is larger than {MAX_BYTES} bytes")
    if b"<svg" in content[:_SVG_WITHIN].lower():
        return _refused("picture_svg", where, called, "is an SVG; save it as PNG")
    try:
        with warnings.catch_warnings(), _whole_pictures_only():
            warnings.simplefilter("ignore")
            return _decode(content, called, where)
    except Image.DecompressionBombError:
        return _refused("picture_too_large", where, called, f"has more than {MAX_PIXELS} pixels")
    except UnidentifiedImageError:
        return _refused("picture_type", where, called, "is not a PNG, JPEG, GIF or WebP")
    except Exception as error:
        # Decoders of broken pictures raise whatever they like.
        return _refused("picture_broken", where, called, "is not a picture", reason=str(error))


@contextmanager
def _whole_pictures_only() -> Iterator[None]:
    """Refuse pictures that end in the middle, also where WeasyPrint, once imported, lets the process accept them."""
    before = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


def _decode(content: bytes, called: str, where: Where) -> Picture | Issue:
    with Image.open(BytesIO(content), formats=tuple(_ENDINGS)) as image:
        ending = _ENDINGS.get(image.format or "")
        if ending is None:
            return _refused("picture_type", where, called, "is not a PNG, JPEG, GIF or WebP")
        width, height = image.size
        if width * height > MAX_PIXELS:
            return _refused("picture_too_large", where, called, f"has {width} x {height} pixels")
        image.load()
    name = f"{hashlib.sha256(content).hexdigest()}.{ending}"
    return Picture(name, content, width, height)


def _refused(code: str, where: Where, called: str, problem: str, **facts: object) -> Issue:
    return Issue(
        Severity.ERROR, code, where, f"the picture {called} {problem}", {"picture": called, **facts}
    )
