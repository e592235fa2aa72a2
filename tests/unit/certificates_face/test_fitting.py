from collections.abc import Callable
from dataclasses import replace

import pytest

from lms.certificates.face.facts import Entry
from lms.certificates.face.fitting import (
    FIELD_MM,
    MM_PER_PT,
    PLACES,
    fit_entry,
    fit_line,
    fit_name,
    fit_statement,
    fit_statement_latin,
)
from lms.documents.fonts import GARAMOND_MEDIUM, SONG_BOLD, FontLibrary
from lms.errors import InvalidInput
from tests.unit.certificates_face.examples import FACTS, LONGEST


@pytest.mark.parametrize(
    ("name", "size", "lines", "is_latin"),
    [
        ("李堃", 35, ("李堃",), False),
        ("阿依古丽·买买提热合曼", 35, ("阿依古丽·买买提热合曼",), False),
        ("迪丽努尔·阿卜杜热依木江·买买提", 27, None, False),
        ("阿卜杜热合曼江·买买提吐尔逊尼亚孜·阿卜力克木", 20, None, False),
        (LONGEST.name, 20, ("阿卜杜热合曼江·买买提吐尔逊尼亚孜·", "阿卜力克木·玉素甫艾力热依木江阿不都"), False),
        ("José Núñez Đặng", 35, None, True),
        ("José María Núñez-Łukasiewicz Đặng", 27, None, True),
        ("Anna李", 35, None, False),
    ],
)  # fmt: skip
def test_name_is_as_large_as_it_can_be(
    fonts: FontLibrary, name: str, size: float, lines: tuple[str, ...] | None, is_latin: bool
) -> None:
    fitted = fit_name(name, fonts)
    assert (fitted.size_pt, fitted.lines, fitted.is_latin) == (size, lines or (name,), is_latin)
    face = GARAMOND_MEDIUM if is_latin else SONG_BOLD
    for line in fitted.lines:
        assert fonts.advance(line, face) * size * MM_PER_PT <= FIELD_MM


def test_long_latin_name_breaks_at_a_space(fonts: FontLibrary) -> None:
    fitted = fit_name(" ".join(["Wolfeschlegelsteinhausen"] * 4), fonts)
    assert fitted.lines == (" ".join(["Wolfeschlegelsteinhausen"] * 2),) * 2


@pytest.mark.parametrize("name", ["王" * 60, "王" * 60 + "·李", "·" * 400])
def test_name_without_end_is_refused(fonts: FontLibrary, name: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        fit_name(name, fonts)
    assert caught.value.code == "certificate_text_too_long"
    assert caught.value.facts["field"] == "name"


def _sizes_while_it_grows(field: str, word: str, fit: Callable[[str], float]) -> list[float]:
    """Fit longer and longer texts until one is refused; return the sizes met, each once, in order."""
    sizes: dict[float, None] = {}
    for length in range(1, 200):
        try:
            sizes[fit(word * length)] = None
        except InvalidInput as error:
            refused = error.facts
            break
    else:
        pytest.fail("never refused")
    assert refused["field"] == field
    return list(sizes)


@pytest.mark.parametrize("field", PLACES)
def test_line_shrinks_with_its_length_and_is_refused_in_the_end(
    fonts: FontLibrary, field: str
) -> None:
    assert fit_line(field, "", fonts) == PLACES[field].sizes_pt[0]
    met = _sizes_while_it_grows(field, "文", lambda text: fit_line(field, text, fonts))
    assert met == list(PLACES[field].sizes_pt)


def test_statement_gives_a_long_programme_a_line_of_its_own(fonts: FontLibrary) -> None:
    assert not fit_statement(FACTS, fonts).programme_is_long
    assert not fit_statement_latin(FACTS, fonts).programme_is_long
    assert fit_statement(LONGEST, fonts).programme_is_long
    assert fit_statement_latin(LONGEST, fonts).programme_is_long


@pytest.mark.parametrize("field", ["programme", "post", "programme_en", "post_en"])
def test_statement_shrinks_then_refuses(fonts: FontLibrary, field: str) -> None:
    english = field.endswith("_en")
    fit = fit_statement_latin if english else fit_statement
    met = _sizes_while_it_grows(
        field,
        "service " if english else "客",
        lambda text: fit(replace(FACTS, **{field: text}), fonts).size_pt,
    )
    assert len(met) == 4
    assert met == sorted(met, reverse=True)


def test_entries_have_less_room_the_more_there_are(fonts: FontLibrary) -> None:
    entry = Entry("适用平台", "Platforms", "天猫、京东、拼多多、抖音")
    alone, among_four = fit_entry(entry, 1, fonts), fit_entry(entry, 4, fonts)
    assert among_four[1] < alone[1]
    with pytest.raises(InvalidInput):
        fit_entry(replace(entry, value="天猫、" * 20), 4, fonts)
