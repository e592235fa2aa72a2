"""What can go wrong while making or keeping a document."""

from collections.abc import Iterable

from lms.errors import InvalidInput, InvalidState, LmsError


def named_code_points(characters: Iterable[str]) -> list[str]:
    """Name characters so that a person can find them: ``U+4DAE 䶮``, each once, in code point order."""
    return [f"U+{ord(character):04X} {character}" for character in sorted(set(characters))]


class MissingGlyph(InvalidInput):
    """No face of the document's fonts can write these characters.

    Printing would show an empty box, or a glyph of whatever font this machine happens to have.
    """

    def __init__(self, characters: Iterable[str]) -> None:
        self.code_points = named_code_points(characters)
        super().__init__("missing_glyph", characters=", ".join(self.code_points))


class FontsMissing(LmsError):  # noqa: N818
    """A font package is not installed."""

    status = 503

    def __init__(self, package: str, path: str) -> None:
        super().__init__(
            "fonts_missing",
            package=package,
            path=path,
            remedy="run `make run` once: it installs them",
        )


class ResourceRefused(InvalidInput):
    """The document asked for something outside its own assets."""

    def __init__(self, url: str) -> None:
        super().__init__("resource_refused", url=url)


class RenderFailed(InvalidInput):
    """The renderer complained; what it said is in ``messages``."""

    def __init__(self, messages: Iterable[str]) -> None:
        super().__init__("render_failed", messages="; ".join(messages))


class FileChanged(InvalidState):
    """The bytes of a stored file are not those that were put."""

    def __init__(self, sha256: str, found: str) -> None:
        super().__init__("file_changed", sha256=sha256, found=found)
