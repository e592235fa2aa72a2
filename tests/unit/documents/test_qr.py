import re

import pytest
import segno

from lms.documents.qr import QUIET_ZONE, qr_svg

ADDRESS = "HTTPS://CERT.YUNXIU.EXAMPLE/V/K7QM3XVA9TRC2HWE8"


def _painted(svg: str) -> tuple[int, set[tuple[int, int]]]:
    """Read a symbol back from its rectangles: size in modules, dark modules."""
    size = re.search(r'viewBox="0 0 (\d+) \1"', svg)
    assert size
    dark = set()
    for x, y, width, height in re.findall(r"M(\d+) (\d+)h(\d+)v(\d+)h-\d+z", svg):
        for column in range(int(width)):
            for row in range(int(height)):
                module = (int(x) + column, int(y) + row)
                assert module not in dark, "two rectangles overlap"
                dark.add(module)
    return int(size[1]), dark


@pytest.mark.parametrize("text", [ADDRESS, ADDRESS.lower(), "验证码 K7QM", "1"])
def test_every_module_is_painted_and_no_other(text: str) -> None:
    size, dark = _painted(qr_svg(text))
    symbol = segno.make(text, error="q", boost_error=False, micro=False)
    matrix = [[bool(module) for module in row] for row in symbol.matrix]
    expected = {
        (x + QUIET_ZONE, y + QUIET_ZONE)
        for y, row in enumerate(matrix)
        for x, module in enumerate(row)
        if module
    }
    assert dark == expected
    assert size == len(matrix) + 2 * QUIET_ZONE


def test_address_in_capitals_fits_version_3() -> None:
    size, dark = _painted(qr_svg(ADDRESS))
    assert size == 29 + 2 * QUIET_ZONE
    assert min(min(module) for module in dark) == QUIET_ZONE
    assert max(max(module) for module in dark) == size - QUIET_ZONE - 1


def test_symbol_is_the_same_every_time_and_takes_its_ink() -> None:
    assert qr_svg(ADDRESS, ink="#12403b") == qr_svg(ADDRESS, ink="#12403b")
    assert 'fill="#12403b"' in qr_svg(ADDRESS, ink="#12403b")
