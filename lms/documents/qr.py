"""QR symbols as vector pictures."""

import segno

QUIET_ZONE = 4
"""Modules of empty border on each side that the standard asks for; part of the picture."""


def qr_svg(text: str, *, ink: str = "#000000") -> str:
    """Draw ``text`` as a QR symbol of level Q (a quarter of it may be damaged), quiet zone included.

    An address in capitals (``HTTPS://HOST/V/CODE``) is written in the alphanumeric mode: 47 characters
    fit version 3, whose modules stay 0.68 mm wide on a symbol of 25 mm. ``text`` is never altered,
    because only its owner knows whether the path of an address minds its case.

    Args:
        text: What a scanner shall read; ASCII for addresses.
        ink: Colour of the dark modules; dark on a light ground, or scanners fail.

    Returns:
        An SVG document whose ``viewBox`` counts modules. It has no background: the page must be light.
    """
    symbol = segno.make(text, error="q", boost_error=False, micro=False)
    rows = [[bool(module) for module in row] for row in symbol.matrix]
    size = len(rows) + 2 * QUIET_ZONE
    # One path of rectangles: separate shapes would show hairlines between rows when smoothed.
    path = "".join(
        f"M{x + QUIET_ZONE} {y + QUIET_ZONE}h{width}v{height}h-{width}z"
        for x, y, width, height in _rectangles(rows)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}">'
        f'<path fill="{ink}" d="{path}"/></svg>'
    )


def _rectangles(rows: list[list[bool]]) -> list[tuple[int, int, int, int]]:
    """Cover the dark modules by runs, each run grown downwards while the rows beneath repeat it."""
    runs_of_rows = [_runs(row) for row in rows]
    found = []
    for y, runs in enumerate(runs_of_rows):
        for run in sorted(runs):
            height = 1
            while y + height < len(rows) and run in runs_of_rows[y + height]:
                runs_of_rows[y + height].remove(run)
                height += 1
            found.append((run[0], y, run[1], height))
    return found


def _runs(row: list[bool]) -> set[tuple[int, int]]:
    """Return (start, length) of each unbroken run of dark modules in a row."""
    runs = set()
    start = None
    for x, dark in enumerate([*row, False]):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            runs.add((start, x - start))
            start = None
    return runs
