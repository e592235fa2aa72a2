import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from lms.certificates.face import ornament
from lms.certificates.face.ornament import HEIGHT, IVORY, TEAL, WIDTH, figure_of, ground_svg

STYLE = (Path(ornament.__file__).parent / "classic.css").read_text(encoding="utf-8")


def _numbers(svg: str) -> list[float]:
    """Coordinates of all paths in absolute commands."""
    return [
        float(number)
        for path in re.findall(r' d="([MCSL\d. -]+)"', svg)
        for number in re.findall(r"-?\d+(?:\.\d+)?", path)
    ]


def test_one_organisation_has_one_ground_and_others_have_others() -> None:
    assert ground_svg("云岫生活客服学院") == ground_svg("云岫生活客服学院")
    figures = {figure_of(f"第{number}客服中心") for number in range(200)}
    assert len(figures) == 4 * 3 * 3


@pytest.mark.parametrize(
    "organisation", ["云岫生活客服学院", "A", "", "澄野客服中心", '"><script>']
)
def test_ground_is_sound_light_and_inside_the_sheet(organisation: str) -> None:
    svg = ground_svg(organisation)
    tree = ElementTree.fromstring(svg)
    assert tree.get("viewBox") == f"0 0 {WIDTH:g} {HEIGHT:g}"
    assert "script" not in svg
    assert len(_numbers(svg)) > 5_000
    assert all(0 < number < WIDTH for number in _numbers(svg))


def test_no_ground_is_heavy() -> None:
    """WeasyPrint draws each Bézier in Python: this keeps the densest ground below a quarter of a second."""
    names = {figure_of(f"第{number}客服中心"): f"第{number}客服中心" for number in range(200)}
    densest = max(names, key=lambda figure: (figure.strands, figure.petals, -figure.wave_mm))
    svg = ground_svg(names[densest])
    assert 5_000 < len(_numbers(svg)) < 40_000
    assert len(svg) < 160_000


def test_ground_needs_neither_transparency_nor_anything_from_outside() -> None:
    svg = ground_svg("云岫生活客服学院")
    for forbidden in ("opacity", "href", "url(", "<text", "<image", "<use"):
        assert forbidden not in svg


def test_no_red_and_no_star() -> None:
    """An organisation's chop is its own affair: the emblem must not look like one."""
    colours = re.findall(r"#([0-9a-f]{6})", ground_svg("云岫生活客服学院") + STYLE)
    assert colours
    for colour in colours:
        red, green, blue = (int(colour[at : at + 2], 16) for at in (0, 2, 4))
        assert red <= 1.4 * max(green, 1) + 12, colour
        assert blue <= max(red, green), colour


def test_every_text_colour_can_be_read_on_the_ground() -> None:
    inks = set(re.findall(r"(?<![-\w])color: (#[0-9a-f]{6})", STYLE)) | {TEAL}
    assert len(inks) > 3
    assert f"background: {IVORY}" in STYLE
    for ink in inks:
        assert _contrast(ink, IVORY) >= 4.5, ink


def _contrast(one: str, other: str) -> float:
    """Contrast ratio of WCAG 2.2."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
