"""Two drawings as SVG, with nothing but text: bars for the ratios, a line for the cost of a record as tables grow."""

from collections.abc import Sequence
from html import escape

WIDTH = 760
ROW = 34
LEFT = 250
RIGHT = 190
INK, BAR, FAINT = "#1b1f24", "#3b6ea5", "#c9d1d9"


def _text(x: float, y: float, text: str, *, anchor: str = "start", size: int = 13) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{INK}">{escape(text)}</text>'


def _drawing(height: float, parts: Sequence[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" font-family="sans-serif" role="img">'
    paper = f'<rect width="{WIDTH}" height="{height:.0f}" fill="white"/>'
    return "\n".join([head, paper, *parts, "</svg>\n"])


def bars(title: str, rows: Sequence[tuple[str, float, str]]) -> str:
    """Draw one bar for each row of label, value and words behind the bar."""
    longest = max(value for _, value, _ in rows)
    parts = [_text(16, 28, title, size=16)]
    for number, (label, value, words) in enumerate(rows):
        y = 52 + number * ROW
        width = (WIDTH - LEFT - RIGHT) * value / longest
        parts += [_text(LEFT - 10, y + 15, label, anchor="end"), f'<rect x="{LEFT}" y="{y}" width="{width:.1f}" height="20" fill="{BAR}"/>']
        parts.append(_text(LEFT + width + 8, y + 15, words))
    return _drawing(60 + len(rows) * ROW, parts)


def line(title: str, axis: str, points: Sequence[tuple[float, float]]) -> str:
    """Draw y over x, both from zero on, every point with its value."""
    high, wide = max(y for _, y in points) * 1.25, max(x for x, _ in points) or 1
    left, right, top, bottom = 70, WIDTH - 40, 60, 300
    placed = [(left + (right - left) * x / wide, bottom - (bottom - top) * y / high, x, y) for x, y in points]
    parts = [_text(16, 28, title, size=16), _text(right, bottom + 44, axis, anchor="end")]
    parts.append(f'<path d="M{left} {top}V{bottom}H{right}" fill="none" stroke="{FAINT}"/>')
    path = " ".join(f"{px:.1f},{py:.1f}" for px, py, _, _ in placed)
    parts.append(f'<polyline points="{path}" fill="none" stroke="{BAR}" stroke-width="2"/>')
    for px, py, x, y in placed:
        parts += [f'<circle cx="{px:.1f}" cy="{py:.1f}" r="4" fill="{BAR}"/>', _text(px, py - 10, f"{y:.0f}", anchor="middle")]
        parts.append(_text(px, bottom + 18, f"{x:,.0f}", anchor="middle", size=11))
    return _drawing(360, parts)
