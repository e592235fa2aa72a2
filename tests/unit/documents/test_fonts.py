import io
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from lms.documents.errors import FontsMissing
from lms.documents.fonts import (
    FACES,
    FAMILY_PREFIX,
    GARAMOND_ITALIC,
    GARAMOND_MEDIUM,
    GARAMOND_REGULAR,
    SONG_BOLD,
    SONG_REGULAR,
    Face,
    FontLibrary,
)

RARE = "㛃𬭎龘堃喆䶮𫖯"
PINYIN = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü"
VIETNAMESE = "ĂăÂâĐđÊêÔôƠơƯưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ"
EUROPEAN = "".join(map(chr, [*range(0xC0, 0xD7), *range(0xD8, 0xF7), *range(0xF8, 0x180)]))


@pytest.fixture(scope="module")
def standard_characters() -> str:
    lines = (Path(__file__).parent / "tgh.txt").read_text(encoding="utf-8").splitlines()
    return "".join(line for line in lines if not line.startswith("#"))


def test_the_standard_list_is_whole(standard_characters: str) -> None:
    assert len(standard_characters) == len(set(standard_characters)) == 8105
    # Counts known from elsewhere: 196 lie beyond the BMP; the levels begin with 一, 乂 and 亍.
    assert sum(ord(character) > 0xFFFF for character in standard_characters) == 196
    assert [standard_characters[position] for position in (0, 3500, 6500)] == ["一", "乂", "亍"]


@pytest.mark.parametrize("face", [SONG_BOLD, SONG_REGULAR], ids=["name", "body"])
def test_all_standard_characters_can_be_written(
    fonts: FontLibrary, standard_characters: str, face: Face
) -> None:
    assert fonts.missing_glyphs(standard_characters, face) == []


@pytest.mark.parametrize("face", [SONG_BOLD, SONG_REGULAR], ids=["name", "body"])
def test_all_standard_characters_have_an_outline_of_their_own(
    fonts: FontLibrary, standard_characters: str, face: Face
) -> None:
    """By another reader than the library's, and down to the drawing: a cmap entry may lead to an empty glyph."""
    with TTFont(fonts.path(face), lazy=True) as font:
        assert "glyf" in font, "TrueType outlines: CID-keyed CFF vanishes in some readers"
        cmap, places = font.getBestCmap(), font["loca"].locations
        glyphs = [font.getGlyphID(cmap[ord(character)]) for character in standard_characters]
    assert len(set(glyphs)) == 8105
    assert [glyph for glyph in glyphs if places[glyph] == places[glyph + 1]] == []


@pytest.mark.parametrize(
    "face", [GARAMOND_REGULAR, GARAMOND_ITALIC, GARAMOND_MEDIUM], ids=lambda face: face.key
)
def test_latin_faces_write_names_with_diacritics(fonts: FontLibrary, face: Face) -> None:
    assert fonts.missing_glyphs(PINYIN + VIETNAMESE + EUROPEAN + "·’-–—“”", face) == []


def test_missing_glyphs_are_listed_once_in_order_over_the_whole_stack(fonts: FontLibrary) -> None:
    text = "李 𰻝\u2009é𰻝\n\u0639"
    assert fonts.missing_glyphs(text, (SONG_REGULAR, GARAMOND_REGULAR)) == ["𰻝", "\u0639"]
    assert fonts.missing_glyphs(text, GARAMOND_REGULAR) == ["李", "𰻝", "\u0639"]


def test_advance_is_in_em_and_takes_the_first_face_that_can(fonts: FontLibrary) -> None:
    assert fonts.advance("上岗证书", SONG_BOLD) == 4
    assert fonts.advance("上A", (GARAMOND_REGULAR, SONG_REGULAR)) == pytest.approx(
        1 + fonts.advance("A", GARAMOND_REGULAR)
    )
    assert fonts.advance("", SONG_BOLD) == 0


def test_subset_holds_the_batch_and_keeps_glyph_ids(fonts: FontLibrary) -> None:
    css, assets = fonts.css([SONG_BOLD], RARE + "A")
    (name,) = assets
    assert f"asset:{name}" in css
    with TTFont(fonts.path(SONG_BOLD), lazy=True) as whole:
        ids = {
            code_point: whole.getGlyphID(name) for code_point, name in whole.getBestCmap().items()
        }
    with TTFont(io.BytesIO(assets[name])) as subset:
        cmap = subset.getBestCmap()
        assert set(cmap) == {ord(character) for character in RARE + "A "}
        assert {code_point: subset.getGlyphID(cmap[code_point]) for code_point in cmap} == {
            code_point: ids[code_point] for code_point in cmap
        }
    assert len(assets[name]) < 1_000_000


def test_subset_keeps_small_capitals_and_figures(fonts: FontLibrary) -> None:
    _, assets = fonts.css([GARAMOND_REGULAR], "Certificate 0123456789")
    with TTFont(io.BytesIO(assets["garamond-400.ttf"])) as subset:
        features = {record.FeatureTag for record in subset["GSUB"].table.FeatureList.FeatureRecord}
    assert {"smcp", "tnum"} <= features


def test_subset_does_not_depend_on_the_order_of_characters(fonts: FontLibrary) -> None:
    assert fonts.css(FACES, "上岗证书ABC") == fonts.css(FACES, "CBA书证岗上上")


def test_faces_have_own_names_and_files(fonts: FontLibrary) -> None:
    assert len({face.key for face in FACES}) == len(FACES)
    assert len({(face.family, face.weight, face.style) for face in FACES}) == len(FACES)
    for face in FACES:
        assert face.family.startswith(FAMILY_PREFIX)
        assert fonts.path(face).is_file()


def test_absent_fonts_name_the_package_and_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(FontsMissing) as caught:
        FontLibrary(tmp_path).css(FACES, "上")
    assert "@expo-google-fonts/noto-serif-sc" in str(caught.value)
    assert "make run" in str(caught.value)
