"""The faces that documents are set in: where they lie, what they can write, subsets of them.

The files are full TrueType sets from npm packages. Two traps decide that (both measured): web fonts cut in
slices lack 704 of the 8,105 characters of the national standard list, and CID-keyed OpenType subsets vanish
in some PDF readers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import uharfbuzz

from lms.documents.errors import FontsMissing

FAMILY_PREFIX = "Shanggang "
"""Every family of ours starts so: a local font can never stand in, and `render` can tell that one did."""

# What templates may ask for by font-variant; a subset keeps the glyphs of these features only.
_FEATURES = (
    *("ccmp", "locl", "mark", "mkmk", "kern", "liga", "calt", "rlig"),
    *("lnum", "pnum", "tnum", "smcp", "c2sc", "case", "zero", "palt", "halt"),
)


@dataclass(frozen=True, slots=True)
class Face:
    """One weight and slope of a family.

    Attributes:
        key: Name of the face in this program, and of its asset.
        family: CSS font-family.
        weight: CSS font-weight.
        style: CSS font-style.
        package: npm package that brings it.
        path: File inside the package.
    """

    key: str
    family: str
    weight: int
    style: Literal["normal", "italic"]
    package: str
    path: str


def _song(weight: int, name: str) -> Face:
    return Face(
        key=f"song-{weight}",
        family=f"{FAMILY_PREFIX}Song",
        weight=weight,
        style="normal",
        package="@expo-google-fonts/noto-serif-sc",
        path=f"{weight}{name}/NotoSerifSC_{weight}{name}.ttf",
    )


def _garamond(weight: int, name: str, style: Literal["normal", "italic"]) -> Face:
    slope = "_Italic" if style == "italic" else ""
    return Face(
        key=f"garamond-{weight}{'-italic' if slope else ''}",
        family=f"{FAMILY_PREFIX}Garamond",
        weight=weight,
        style=style,
        package="@expo-google-fonts/eb-garamond",
        path=f"{weight}{name}{slope}/EBGaramond_{weight}{name}{slope}.ttf",
    )


SONG_REGULAR = _song(400, "Regular")
SONG_BOLD = _song(700, "Bold")
GARAMOND_REGULAR = _garamond(400, "Regular", "normal")
GARAMOND_ITALIC = _garamond(400, "Regular", "italic")
GARAMOND_MEDIUM = _garamond(500, "Medium", "normal")

FACES: tuple[Face, ...] = (
    SONG_REGULAR,
    SONG_BOLD,
    GARAMOND_REGULAR,
    GARAMOND_ITALIC,
    GARAMOND_MEDIUM,
)
"""Every face a document may use."""


class _LoadedFace:
    """A face's file, mapped into memory; its tables are read when asked for."""

    def __init__(self, path: Path) -> None:
        self._face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(path)))
        self._font = uharfbuzz.Font(self._face)

    @cached_property
    def code_points(self) -> frozenset[int]:
        return frozenset(self._face.unicodes)

    def advance(self, code_point: int) -> float:
        """Width of a character in em, by the default glyph, without kerning."""
        glyph = self._font.get_nominal_glyph(code_point) or 0
        advance: int = self._font.get_glyph_h_advance(glyph)
        upem: int = self._face.upem
        return advance / upem

    def subset(self, code_points: Iterable[int]) -> bytes:
        """Return a TrueType file with these characters only.

        Glyph ids are kept (RETAIN_GIDS): a person's PDF must not depend on who else is in the batch.
        """
        wanted = uharfbuzz.SubsetInput()
        wanted.flags = uharfbuzz.SubsetFlags.RETAIN_GIDS
        wanted.unicode_set.update(sorted(code_points))
        # The default set drops small capitals and figures; clear it, or it would be added to.
        wanted.layout_feature_tag_set.clear()
        wanted.layout_feature_tag_set.update(uharfbuzz_tag(tag) for tag in _FEATURES)
        data: bytes = uharfbuzz.subset(self._face, wanted).blob.data
        return data


def uharfbuzz_tag(tag: str) -> int:
    """Pack a four-letter OpenType tag into the number HarfBuzz knows it by."""
    return int.from_bytes(tag.encode("ascii"), "big")


class FontLibrary:
    """The faces of `FACES` as installed under ``node_modules``.

    Args:
        root: The ``node_modules`` folder.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._loaded: dict[Face, _LoadedFace] = {}

    def path(self, face: Face) -> Path:
        """Return the face's file.

        Raises:
            FontsMissing: the package is not installed.
        """
        path = self._root / face.package / face.path
        if not path.is_file():
            raise FontsMissing(face.package, str(path))
        return path

    def missing_glyphs(self, text: str, faces: Face | Sequence[Face]) -> list[str]:
        """List the characters of ``text`` that none of ``faces`` can write, each once, in text order.

        White space is never missing: the shaper makes any width of it from the plain space.
        """
        stack = [self._load(face) for face in _as_stack(faces)]
        return [
            character
            for character in dict.fromkeys(text)
            if not character.isspace()
            and not any(ord(character) in loaded.code_points for loaded in stack)
        ]

    def advance(self, text: str, faces: Face | Sequence[Face]) -> float:
        """Estimate the width of ``text`` on one line, in em, each character by the first face that has it.

        Kerning and letter spacing are left out; good enough to choose a size, not to place a glyph.
        """
        stack = [self._load(face) for face in _as_stack(faces)]
        return sum(
            next(
                (loaded for loaded in stack if ord(character) in loaded.code_points), stack[0]
            ).advance(ord(character))
            for character in text
        )

    def css(self, faces: Iterable[Face], characters: Iterable[str]) -> tuple[str, dict[str, bytes]]:
        """Make the @font-face rules of a batch, and the files they ask for.

        A full Chinese face is 15 MB and would be copied and parsed at each rendering; its subset is not.

        Args:
            faces: Faces the style sheet uses.
            characters: Every character the batch contains.

        Returns:
            CSS, and assets by name as `lms.documents.render.render_pdf` takes them.
        """
        wanted = {ord(character) for character in characters}
        rules, assets = [], {}
        for face in faces:
            loaded = self._load(face)
            assets[f"{face.key}.ttf"] = loaded.subset(wanted & loaded.code_points | {0x20})
            rules.append(
                f'@font-face{{font-family:"{face.family}";font-weight:{face.weight};'
                f"font-style:{face.style};src:url(asset:{face.key}.ttf)}}"
            )
        return "\n".join(rules), assets

    def _load(self, face: Face) -> _LoadedFace:
        if face not in self._loaded:
            self._loaded[face] = _LoadedFace(self.path(face))
        return self._loaded[face]


def _as_stack(faces: Face | Sequence[Face]) -> Sequence[Face]:
    return (faces,) if isinstance(faces, Face) else faces
