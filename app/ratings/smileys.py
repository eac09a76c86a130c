"""Pure: our three faces as shapes, the one source of the pictures in mail and on pages.

Coordinates are in a square of 96 units. `svg` writes a face for a page; tools/draw_smileys.py makes the PNG of the
same shapes for mail.
"""

from __future__ import annotations

from dataclasses import dataclass

SIZE = 96
Point = tuple[float, float]


@dataclass(frozen=True)
class Disc:
    """An ellipse, filled from `top` to `bottom`."""

    center: Point
    radius: Point
    top: str
    bottom: str
    opacity: float = 1.0


@dataclass(frozen=True)
class Curve:
    """A quadratic Bézier line with round ends."""

    start: Point
    control: Point
    end: Point
    width: float
    colour: str
    opacity: float = 1.0


@dataclass(frozen=True)
class Lens:
    """The area between two quadratic Bézier lines from `start` to `end`, with its corners rounded by `round`."""

    start: Point
    upper: Point
    lower: Point
    end: Point
    colour: str
    round: float = 0.0


Shape = Disc | Curve | Lens


@dataclass(frozen=True)
class _Palette:
    light: str
    deep: str
    ink: str


_GREEN = _Palette("#7fe0a1", "#2fb574", "#0d4028")
_AMBER = _Palette("#ffdf85", "#f6b234", "#553607")
_CORAL = _Palette("#ffaa94", "#ee6350", "#571309")


def _head(palette: _Palette) -> tuple[Shape, ...]:
    """What all faces share: a round head with a soft light from above, and two eyes with a spark in them."""
    eyes = [Disc((x, 40), (5.2, 7.2), palette.ink, palette.ink) for x in (33.5, 62.5)]
    sparks = [Disc((x, 37), (1.7, 2.1), "#ffffff", "#ffffff", 0.9) for x in (35.2, 64.2)]
    return (Disc((48, 48), (45, 45), palette.light, palette.deep), *eyes, *sparks)


FACES: dict[str, tuple[Shape, ...]] = {
    "good": (
        *_head(_GREEN),
        Disc((20.5, 55), (6.5, 4.4), "#ffffff", "#ffffff", 0.28),
        Disc((75.5, 55), (6.5, 4.4), "#ffffff", "#ffffff", 0.28),
        Lens((28, 56), (48, 60.5), (48, 93), (68, 56), _GREEN.ink, 2.2),
        Lens((38.5, 69.5), (48, 63.5), (48, 78.5), (57.5, 69.5), "#ff8f7d", 0.8),
    ),
    "okay": (
        *_head(_AMBER),
        Curve((32.5, 64.5), (48, 65.5), (63.5, 64.5), 5.6, _AMBER.ink),
    ),
    "bad": (
        *_head(_CORAL),
        Curve((24.5, 29.5), (31, 27.5), (37.5, 23.8), 4.2, _CORAL.ink),
        Curve((71.5, 29.5), (65, 27.5), (58.5, 23.8), 4.2, _CORAL.ink),
        Curve((32.5, 70.5), (48, 55.5), (63.5, 70.5), 5.6, _CORAL.ink),
    ),
}


def svg(face: str) -> str:
    """The inside of an <svg viewBox="0 0 96 96">."""
    gradients, shapes = "", ""
    for number, shape in enumerate(FACES[face]):
        if isinstance(shape, Disc) and shape.top != shape.bottom:
            name = f"smiley-{face}-{number}"
            gradients += (
                f'<linearGradient id="{name}" x1="0" y1="0" x2="0" y2="1"><stop stop-color="{shape.top}"/>'
                f'<stop offset="1" stop-color="{shape.bottom}"/></linearGradient>'
            )
            shapes += _element(shape, f"url(#{name})")
        else:
            shapes += _element(shape, getattr(shape, "top", ""))
    return f"<defs>{gradients}</defs>{shapes}" if gradients else shapes


def _element(shape: Shape, fill: str) -> str:
    if isinstance(shape, Disc):
        (x, y), (across, down) = shape.center, shape.radius
        return (
            f'<ellipse cx="{x:g}" cy="{y:g}" rx="{across:g}" ry="{down:g}" fill="{fill}"{_opacity(shape)}/>'
        )
    if isinstance(shape, Curve):
        line = f"M{_xy(shape.start)}Q{_xy(shape.control)} {_xy(shape.end)}"
        return (
            f'<path d="{line}" fill="none" stroke="{shape.colour}" stroke-width="{shape.width:g}"'
            f' stroke-linecap="round"{_opacity(shape)}/>'
        )
    line = f"M{_xy(shape.start)}Q{_xy(shape.upper)} {_xy(shape.end)}Q{_xy(shape.lower)} {_xy(shape.start)}Z"
    rim = (
        f' stroke="{shape.colour}" stroke-width="{2 * shape.round:g}" stroke-linejoin="round"'
        if shape.round
        else ""
    )
    return f'<path d="{line}" fill="{shape.colour}"{rim}/>'


def _opacity(shape: Disc | Curve) -> str:
    return "" if shape.opacity == 1 else f' opacity="{shape.opacity:g}"'


def _xy(point: Point) -> str:
    return f"{point[0]:g} {point[1]:g}"
