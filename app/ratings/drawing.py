"""The faces of smileys.py as PNG files, drawn with nothing but the standard library.

    python -m app.ratings.drawing          writes app/static/smileys/*.png and templates/ratings/_smiley.html

Each shape is a signed distance, so that edges are smooth at any size without drawing more points than needed.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from app.ratings.smileys import FACES, SIZE, Curve, Disc, Point, Shape, svg

# Three times the 44 points at which mail shows it: crisp on every screen.
PIXELS = 132
_STEPS = 24
_PROJECT = Path(__file__).resolve().parents[2]
Distance = Callable[[float, float], float]
Pixel = tuple[float, float, float, float]


def png(face: str, pixels: int = PIXELS) -> bytes:
    """The face on a transparent ground, `pixels` wide and high."""
    scale = SIZE / pixels
    canvas: list[list[Pixel]] = [[(0.0, 0.0, 0.0, 0.0)] * pixels for _ in range(pixels)]
    for shape in FACES[face]:
        _paint(canvas, shape, scale)
    return _file(canvas)


def macro() -> str:
    """The Jinja macro with the same faces as inline SVG."""
    branches = "".join(
        f"{{%- {'if' if number == 0 else 'elif'} face == '{face}' -%}}\n{svg(face)}\n"
        for number, face in enumerate(FACES)
    )
    return (
        "{# Written by app/ratings/drawing.py from app/ratings/smileys.py: change the face there. #}\n"
        "{% macro smiley(face, size=24, label='') -%}\n"
        '<svg class="smiley smiley-{{ face }}" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96"'
        ' width="{{ size }}" height="{{ size }}" focusable="false"'
        '{% if label %} role="img" aria-label="{{ label }}"{% else %} aria-hidden="true"{% endif %}>\n'
        f"{branches}{{%- endif -%}}\n</svg>\n{{%- endmacro %}}\n"
    )


def _paint(canvas: list[list[Pixel]], shape: Shape, scale: float) -> None:
    distance, (left, top, right, bottom) = _distance(shape), _box(shape)
    first, last = max(int(top / scale) - 1, 0), min(int(bottom / scale) + 2, len(canvas))
    start, stop = max(int(left / scale) - 1, 0), min(int(right / scale) + 2, len(canvas))
    for row in range(first, last):
        y = (row + 0.5) * scale
        colour = _colour(shape, y)
        for column in range(start, stop):
            cover = min(max(0.5 - distance((column + 0.5) * scale, y) / scale, 0.0), 1.0)
            if cover > 0:
                canvas[row][column] = _over(
                    canvas[row][column], colour, cover * getattr(shape, "opacity", 1.0)
                )


def _over(below: Pixel, colour: tuple[float, ...], alpha: float) -> Pixel:
    """Porter and Duff's "over", with colours not multiplied by their opacity."""
    total = alpha + below[3] * (1 - alpha)
    red, green, blue = (
        (new * alpha + old * below[3] * (1 - alpha)) / total for new, old in zip(colour, below, strict=False)
    )
    return red, green, blue, total


def _colour(shape: Shape, y: float) -> tuple[float, ...]:
    if not isinstance(shape, Disc):
        return _rgb(shape.colour)
    share = min(max((y - shape.center[1]) / (2 * shape.radius[1]) + 0.5, 0.0), 1.0)
    pairs = zip(_rgb(shape.top), _rgb(shape.bottom), strict=True)
    return tuple(top + (bottom - top) * share for top, bottom in pairs)


def _rgb(colour: str) -> tuple[float, ...]:
    return tuple(int(colour[place : place + 2], 16) for place in (1, 3, 5))


def _distance(shape: Shape) -> Distance:
    """Negative inside, in units of the drawing."""
    if isinstance(shape, Disc):
        return _disc(shape)
    if isinstance(shape, Curve):
        line = _bezier(shape.start, shape.control, shape.end)
        return lambda x, y: _to_line(line, x, y) - shape.width / 2
    outline = _bezier(shape.start, shape.upper, shape.end) + _bezier(shape.end, shape.lower, shape.start)[1:]
    return lambda x, y: (-1 if _is_inside(outline, x, y) else 1) * _to_line(outline, x, y) - shape.round


def _disc(shape: Disc) -> Distance:
    (cx, cy), (across, down) = shape.center, shape.radius

    def distance(x: float, y: float) -> float:
        unit = math.hypot((x - cx) / across, (y - cy) / down)
        slope = math.hypot((x - cx) / across**2, (y - cy) / down**2)
        return unit * (unit - 1) / slope if slope else -min(across, down)

    return distance


def _bezier(start: Point, control: Point, end: Point) -> list[Point]:
    points = []
    for step in range(_STEPS + 1):
        t = step / _STEPS
        weights = ((1 - t) ** 2, 2 * t * (1 - t), t * t)
        points.append(
            tuple(
                sum(w * p[axis] for w, p in zip(weights, (start, control, end), strict=True))
                for axis in (0, 1)
            )
        )
    return points  # type: ignore[return-value]  # two axes


def _to_line(line: list[Point], x: float, y: float) -> float:
    return math.sqrt(min(_to_segment(a, b, x, y) for a, b in pairwise(line)))


def _to_segment(a: Point, b: Point, x: float, y: float) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    share = min(max(((x - a[0]) * dx + (y - a[1]) * dy) / (dx * dx + dy * dy), 0.0), 1.0)
    return (x - a[0] - share * dx) ** 2 + (y - a[1] - share * dy) ** 2


def _is_inside(outline: list[Point], x: float, y: float) -> bool:
    inside = False
    for (ax, ay), (bx, by) in pairwise(outline):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            inside = not inside
    return inside


def _box(shape: Shape) -> tuple[float, float, float, float]:
    if isinstance(shape, Disc):
        (x, y), (across, down) = shape.center, shape.radius
        return x - across, y - down, x + across, y + down
    points = (
        shape.start,
        shape.end,
        *((shape.control,) if isinstance(shape, Curve) else (shape.upper, shape.lower)),
    )
    rim = shape.width / 2 if isinstance(shape, Curve) else shape.round
    columns, rows = [point[0] for point in points], [point[1] for point in points]
    return min(columns) - rim, min(rows) - rim, max(columns) + rim, max(rows) + rim


def _file(canvas: list[list[Pixel]]) -> bytes:
    """PNG (ISO/IEC 15948): 8-bit RGBA, each row as the difference from the one on its left, which packs well."""
    rows = b"".join(b"\x01" + _differences(row) for row in canvas)
    size = struct.pack(">II5B", len(canvas[0]), len(canvas), 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", size), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


def _differences(row: list[Pixel]) -> bytes:
    flat = bytearray()
    for red, green, blue, alpha in row:
        flat += bytes((round(red), round(green), round(blue), round(alpha * 255))) if alpha else bytes(4)
    return bytes((flat[place] - (flat[place - 4] if place >= 4 else 0)) & 255 for place in range(len(flat)))


def main() -> None:
    for face in FACES:
        (_PROJECT / "app" / "static" / "smileys" / f"{face}.png").write_bytes(png(face))
    (_PROJECT / "templates" / "ratings" / "_smiley.html").write_text(macro(), encoding="utf-8")


if __name__ == "__main__":
    main()
