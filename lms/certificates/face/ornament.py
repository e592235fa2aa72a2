"""The engraved ground of the classic template: border, rosettes, watermark and emblem.

Pure: the same organisation gives the same drawing, another organisation another one, all from a small set of
proportions that were chosen by eye. Units are millimetres on A4 landscape. Nothing here imitates a company
chop: the emblem is a ridge (岗, a post to stand on) under a rising sun, in teal and gold.
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 297.0, 210.0

IVORY = "#fdfbf4"
TEAL = "#12403b"
TEAL_LINE = "#3f716a"
GOLD = "#b08f4f"
GOLD_LINE = "#c4a86f"
GOLD_WASH = "#f1e9d6"

_OUTER = 8.6  # outer rule of the frame, from the edge of the sheet
_BAND = 6.4  # from the outer rule to the inner one
_MIDDLE = _OUTER + _BAND / 2 + 0.25  # axis of the band
_CORNER = 7.6  # radius of the corner rosettes
_EMBLEM = (WIDTH / 2, 15.9)  # the medallion hangs into the frame and interrupts it
_PLAQUE = (
    68.0,
    8.6,
)  # width and height of the plaque for the serial, on the axis of the lower band

# A cubic Bézier whose handles are this much longer than Hermite's draws half a sine wave to its full height.
_HALF_WAVE = 4 / math.pi

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Figure:
    """The proportions that differ between organisations."""

    petals: int
    strands: int
    wave_mm: float


def figure_of(organisation: str) -> Figure:
    """Choose the proportions from the organisation's name; a digest, because ``hash()`` differs per process."""
    digest = hashlib.sha256(organisation.encode()).digest()
    return Figure(
        petals=(12, 14, 16, 18)[digest[0] % 4],
        strands=(5, 6, 7)[digest[1] % 3],
        wave_mm=(9.2, 10.2, 11.2)[digest[2] % 3],
    )


def ground_svg(organisation: str) -> str:
    """Draw the ground of a whole sheet for ``organisation``, as an SVG document."""
    figure = figure_of(organisation)
    parts = [_watermark(figure), *_border(figure)]
    for x in (_MIDDLE, WIDTH - _MIDDLE):
        for y in (_MIDDLE, HEIGHT - _MIDDLE):
            parts += _corner(figure, (x, y))
    parts += [*_plaque(), *_emblem(figure)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" '
        f'width="{WIDTH:g}mm" height="{HEIGHT:g}mm" fill="none">{"".join(parts)}</svg>'
    )


# --- strokes ----------------------------------------------------------------------------------------------


def _pair(x: float, y: float) -> str:
    return f"{x:.2f} {y:.2f}"


def _stroke(paths: Sequence[str], colour: str, width: float) -> str:
    return f'<path d="{"".join(paths)}" stroke="{colour}" stroke-width="{width:g}"/>'


def _disc(centre: Point, radius: float, colour: str) -> str:
    return f'<circle cx="{centre[0]:g}" cy="{centre[1]:g}" r="{radius:g}" fill="{colour}"/>'


def _circle(centre: Point, radius: float, colour: str, width: float) -> str:
    return (
        f'<circle cx="{centre[0]:g}" cy="{centre[1]:g}" r="{radius:g}" '
        f'stroke="{colour}" stroke-width="{width:g}"/>'
    )


def _levels(strands: int) -> list[float]:
    """Amplitudes of one family of strands, from -1 to 1: together they form lenses between knots."""
    return [2 * index / (strands - 1) - 1 for index in range(strands)]


def _through(knots: Sequence[tuple[Point, Point]]) -> str:
    """Join knots, each a point and the vector of its handle, by cubic Béziers.

    A handle is as long before its knot as after it, so that SVG's short form (S) says the same in a third less.
    """
    (x, y), (u, v) = knots[0]
    path = f"M{_pair(x, y)}C{_pair(x + u, y + v)} "
    return path + "S".join(f"{_pair(x - u, y - v)} {_pair(x, y)}" for (x, y), (u, v) in knots[1:])


# --- border -----------------------------------------------------------------------------------------------


def _border(figure: Figure) -> list[str]:
    right, bottom = WIDTH - _OUTER, HEIGHT - _OUTER
    sides = [
        ((_OUTER, _MIDDLE), (right, _MIDDLE)),
        ((_OUTER, HEIGHT - _MIDDLE), (right, HEIGHT - _MIDDLE)),
        ((_MIDDLE, _OUTER), (_MIDDLE, bottom)),
        ((WIDTH - _MIDDLE, _OUTER), (WIDTH - _MIDDLE, bottom)),
    ]
    # Two families half a lens apart: the knots of one lie in the eyes of the other.
    gold = [path for start, stop in sides for path in _band(start, stop, figure, 0.5)]
    teal = [path for start, stop in sides for path in _band(start, stop, figure, 0.0)]
    inner = _OUTER + _BAND
    return [
        _stroke(gold, GOLD_LINE, 0.13),
        _stroke(teal, TEAL_LINE, 0.13),
        _frame(_OUTER, 0.55, TEAL),
        _frame(_OUTER + 0.85, 0.12, TEAL),
        _frame(inner - 0.3, 0.12, TEAL),
        _frame(inner + 1.15, 0.22, GOLD),
    ]


def _frame(inset: float, width: float, colour: str) -> str:
    return (
        f'<rect x="{inset:g}" y="{inset:g}" width="{WIDTH - 2 * inset:g}" '
        f'height="{HEIGHT - 2 * inset:g}" stroke="{colour}" stroke-width="{width:g}"/>'
    )


def _band(start: Point, stop: Point, figure: Figure, phase: float) -> list[str]:
    """Trace strands that swing between knots along one side; half a wave is one Bézier."""
    length = math.hypot(stop[0] - start[0], stop[1] - start[1])
    ux, uy = (stop[0] - start[0]) / length, (stop[1] - start[1]) / length
    halves = 2 * round(length / figure.wave_mm)
    half = length / halves
    amplitude = (_BAND - 2.0) / 2
    paths = []
    for level in _levels(figure.strands):
        if level == 0 and phase:
            continue  # the straight strand is there already
        knots = []
        for index in range(halves if phase else halves + 1):
            along = (index + phase) * half
            reach = half / 3 * _HALF_WAVE
            rise = level * amplitude * math.pi / 3 * _HALF_WAVE * (-1) ** index
            point = (start[0] + ux * along, start[1] + uy * along)
            knots.append((point, (ux * reach - uy * rise, uy * reach + ux * rise)))
        paths.append(_through(knots))
    return paths


# --- rosettes ---------------------------------------------------------------------------------------------


def _ring(
    centre: Point,
    radius: float,
    swing: float,
    petals: int,
    levels: Sequence[float],
    turn: float = 0.0,
) -> list[str]:
    """Trace a ring of lenses: strands that swing about ``radius`` while going round ``centre``.

    ``turn`` shifts it, in lenses. Knots lie where a strand crosses ``radius``.
    """
    paths = []
    step = math.pi / petals
    for level in levels:
        knots = []
        for index in range(2 * petals + 1):
            angle = (index + turn) * step
            cos, sin = math.cos(angle), math.sin(angle)
            # Derivative of r(t) e(t) with r(t) = radius + swing * level * sin(petals * t).
            outward = swing * level * petals * (-1) ** index
            handle = step / 3 * _HALF_WAVE
            along = radius * handle
            rise = outward * handle
            knots.append(
                (
                    (centre[0] + radius * cos, centre[1] + radius * sin),
                    (rise * cos - along * sin, rise * sin + along * cos),
                )
            )
        paths.append(_through(knots))
    return paths


def _corner(figure: Figure, centre: Point) -> list[str]:
    petals = figure.petals
    return [
        _disc(centre, _CORNER, IVORY),
        _stroke(_ring(centre, 5.6, 1.45, petals, _levels(5), 0.5), GOLD_LINE, 0.12),
        _stroke(_ring(centre, 5.6, 1.45, petals, _levels(4)), TEAL_LINE, 0.12),
        _stroke(_ring(centre, 2.6, 1.1, petals // 2, _levels(4)), GOLD_LINE, 0.12),
        _circle(centre, _CORNER - 0.25, TEAL, 0.35),
        _disc(centre, 0.7, GOLD),
    ]


def _watermark(figure: Figure) -> str:
    centre = (WIDTH / 2, 116.0)
    petals = figure.petals
    paths = [
        path
        for radius, swing, strands in ((35.5, 9, 9), (21, 6, 7), (10.5, 5, 5))
        for path in _ring(centre, radius, swing, petals, _levels(strands))
    ]
    return _stroke(paths, GOLD_WASH, 0.18)


def _plaque() -> list[str]:
    """Draw the plaque that carries the serial: a rectangle with hollow corners, in two lines."""
    centre = (WIDTH / 2, HEIGHT - _MIDDLE)
    width, height = _PLAQUE
    return [
        _ticket(centre, width, height, f'fill="{IVORY}" stroke="{TEAL}" stroke-width="0.35"'),
        _ticket(centre, width - 1.7, height - 1.7, f'stroke="{GOLD}" stroke-width="0.16"'),
    ]


def _ticket(centre: Point, width: float, height: float, paint: str) -> str:
    x, y, r = centre[0] - width / 2, centre[1] - height / 2, 1.5
    return (
        f'<path {paint} d="M{_pair(x + r, y)}h{width - 2 * r:.2f}a{r} {r} 0 0 0 {r} {r}'
        f"v{height - 2 * r:.2f}a{r} {r} 0 0 0 {-r} {r}h{2 * r - width:.2f}"
        f'a{r} {r} 0 0 0 {-r} {-r}v{2 * r - height:.2f}a{r} {r} 0 0 0 {r} {-r}z"/>'
    )


def _emblem(figure: Figure) -> list[str]:
    """Draw the emblem: three ridges under a rising sun, within a rosette."""
    x, y = _EMBLEM
    ridges = [
        f"M{_pair(x - arm, y + foot)}L{_pair(x, y + peak)}L{_pair(x + arm, y + foot)}"
        for peak, arm, foot in ((-2.3, 4.9, 3.3), (0.5, 3.5, 4.5), (3.0, 2.0, 5.3))
    ]
    return [
        _disc(_EMBLEM, 12.2, IVORY),
        _stroke(_ring(_EMBLEM, 9.35, 1.35, 2 * figure.petals, _levels(5)), GOLD_LINE, 0.13),
        _circle(_EMBLEM, 11.3, TEAL, 0.35),
        _disc(_EMBLEM, 7.6, TEAL),
        _circle(_EMBLEM, 7.0, GOLD_LINE, 0.16),
        f'<path d="{"".join(ridges)}" stroke="{IVORY}" stroke-width="0.7"/>',
        _disc((x, y - 4.5), 1.05, GOLD_LINE),
    ]
