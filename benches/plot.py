"""Draws a chart as an SVG that is legible on light and on dark pages, and fits a line to what it shows.

Only Python's standard library is used.
"""

import dataclasses
import html
import math

WIDTH, HEIGHT = 760, 440
LEFT, RIGHT, TOP, BOTTOM = 74, 196, 96, 58
GAP = 17
# Of text, grids and the page, and of the series and a floor: on light pages and on dark ones.
LIGHT = dict(page="#ffffff", edge="#d8dee4", text="#57606a", title="#1f2328", grid="#e8ebef", axis="#8c959f",
             c0="#0969da", c1="#bc4c00", c2="#1a7f37", c3="#8250df", floor="#6e7781")
DARK = dict(page="#0d1117", edge="#30363d", text="#9198a1", title="#f0f6fc", grid="#21262d", axis="#656c76",
            c0="#4493f8", c1="#f0883e", c2="#3fb950", c3="#ab7df8", floor="#7d8590")
SHAPES = """
  text { font: 12px system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif }
  .title { font-size: 15px; font-weight: 600 }
  .name { font-weight: 600 }
  .line { fill: none; stroke-width: 1.5; stroke-linejoin: round }
  .fit { fill: none; stroke-width: 1.75 }
  .dot { stroke-width: 1.5 }
"""


def colours(of):
    """Style sheet of a palette."""
    yield f".page {{ fill: {of['page']}; stroke: {of['edge']} }} text {{ fill: {of['text']} }} .title {{ fill: {of['title']} }}"
    yield f".grid {{ stroke: {of['grid']} }} .axis {{ stroke: {of['axis']} }} .dot {{ stroke: {of['page']} }}"
    for name in ("c0", "c1", "c2", "c3", "floor"):
        yield f".{name} .line, .{name} .fit {{ stroke: {of[name]} }} .{name} .dot, .{name} .name {{ fill: {of[name]} }}"


def style():
    light, dark = ("\n  ".join(colours(of)) for of in (LIGHT, DARK))
    return f"{SHAPES}  {light}\n  @media (prefers-color-scheme: dark) {{\n  {dark}\n  }}\n"


@dataclasses.dataclass
class Series:
    """Points, and what is said of them at the end of the line. A floor is drawn grey, and no line is fitted to it."""

    name: str
    points: list
    floor: bool = False
    fit: object = None
    notes: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Axis:
    """`form` writes a value with its unit."""

    label: str
    form: object
    log: bool = False

    def scale(self, values, length, tight):
        """Where values stand, and the values to mark. A tight axis ends where the values do."""
        low, high = min(values), max(values)
        if self.log:
            first, last = math.floor(math.log10(low) + 1e-9), math.ceil(math.log10(high) - 1e-9)
            last = max(last, first + 1)
            marks = [10.0**power for power in range(first, last + 1)]
            last = math.log10(high) if tight else last
            return lambda value: (math.log10(value) - first) / (last - first) * length, [m for m in marks if m <= 10.001**last]
        step = nice(high / 5)
        count = math.ceil(high / step - 1e-9)
        last = high if tight else step * count
        return lambda value: value / last * length, [step * number for number in range(count + 1) if step * number <= last]


def nice(step):
    """A round number about as large."""
    power = 10 ** math.floor(math.log10(step))
    return next(power * factor for factor in (1, 2, 2.5, 4, 5, 10) if power * factor >= step * 0.999)


@dataclasses.dataclass(frozen=True)
class Line:
    """`base + slope * x`, fitted so that small values count as much as large ones."""

    base: float
    slope: float
    # Of the power law that the upper part follows: 1 is a straight line, 0 a level one.
    exponent: float

    def at(self, x):
        return self.base + self.slope * x


def fit(points):
    """The straight line through points, none of whose values may be zero; its base is not below zero."""
    weights = [(x, y, 1 / y**2) for x, y in points]
    total = sum(w for _, _, w in weights)
    mean_x = sum(w * x for x, _, w in weights) / total
    mean_y = sum(w * y for _, y, w in weights) / total
    over = sum(w * (x - mean_x) ** 2 for x, _, w in weights)
    slope = sum(w * (x - mean_x) * (y - mean_y) for x, y, w in weights) / over
    base = mean_y - slope * mean_x
    if base < 0:
        slope = sum(w * x * y for x, y, w in weights) / sum(w * x * x for x, _, w in weights)
        base = 0.0
    return Line(base, slope, exponent(points))


def exponent(points):
    """The slope in double logarithmic scale over the upper decade and a half, where starting up costs no more."""
    top = max(x for x, _ in points)
    upper = [(math.log(x), math.log(y)) for x, y in points if x >= top / 32 and x > 0]
    if len(upper) < 2:
        return math.nan
    mean_x = sum(x for x, _ in upper) / len(upper)
    mean_y = sum(y for _, y in upper) / len(upper)
    return sum((x - mean_x) * (y - mean_y) for x, y in upper) / sum((x - mean_x) ** 2 for x, _ in upper)


def chart(title, subtitle, x, y, series):
    """The SVG of series of points."""
    width, height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    points = [point for one in series for point in one.points]
    to_x, x_marks = x.scale([point[0] for point in points], width, True)
    to_y, y_marks = y.scale([point[1] for point in points], height, False)

    def place(px, py):
        return f"{LEFT + to_x(px):.1f},{TOP + height - to_y(py):.1f}"

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'role="img" aria-label="{html.escape(title)}">',
        f"<style>{style()}</style>",
        f'<rect class="page" x="0.5" y="0.5" width="{WIDTH - 1}" height="{HEIGHT - 1}" rx="8"/>',
        text(20, 30, title, "title"),
        text(20, 51, subtitle),
    ]
    for mark in y_marks:
        at = TOP + height - to_y(mark)
        out.append(line(LEFT, at, LEFT + width, at, "grid"))
        out.append(text(LEFT - 10, at + 4, y.form(mark), anchor="end"))
    for mark in x_marks:
        at = LEFT + to_x(mark)
        out.append(line(at, TOP, at, TOP + height, "grid"))
        out.append(text(at, TOP + height + 20, x.form(mark), anchor="middle"))
    out.append(line(LEFT, TOP + height, LEFT + width, TOP + height, "axis"))
    out.append(text(LEFT + width / 2, HEIGHT - 16, x.label, anchor="middle"))
    out.append(text(LEFT - 10, TOP - 16, y.label, anchor="start"))
    numbers = iter(range(4))
    ends = []
    for one in series:
        colour = "floor" if one.floor else f"c{next(numbers)}"
        dots = sorted(one.points)
        path = " ".join(place(*dot) for dot in dots)
        out.append(f'<g class="{colour}">')
        if one.fit:
            out.append(f'<polyline class="fit" points="{" ".join(place(*dot) for dot in along(one.fit, dots, x.log))}"/>')
        else:
            out.append(f'<polyline class="line" points="{path}"/>')
        out += [f'<circle class="dot" cx="{at[0]}" cy="{at[1]}" r="4"/>' for at in (p.split(",") for p in path.split())]
        out.append("</g>")
        ends.append((TOP + height - to_y(dots[-1][1]), colour, one, LEFT + to_x(dots[-1][0])))
    out += labels(ends, TOP + height)
    return "\n".join([*out, "</svg>"]) + "\n"


def along(curve, dots, log):
    """Points on a fitted line, close enough that it looks as curved as it is."""
    low, high = dots[0][0], dots[-1][0]
    for step in range(41):
        share = step / 40
        at = low * (high / low) ** share if log and low > 0 else low + (high - low) * share
        yield at, curve.at(at)


def labels(ends, bottom):
    """Names beside the ends of the lines, moved apart where they would stand on each other."""
    blocks = [[at - 4, colour, one, (1 + len(one.notes)) * GAP - 2] for at, colour, one, _ in sorted(ends, key=lambda e: e[0])]
    for before, block in zip(blocks, blocks[1:]):
        block[0] = max(block[0], before[0] + before[3] + 4)
    below = bottom + 8
    for block in reversed(blocks):
        block[0] = min(block[0], below - block[3])
        below = block[0] - 4
    right = max(end[3] for end in ends) + 16
    for at, colour, one, _ in blocks:
        yield f'<g class="{colour}">{text(right, at + 8, one.name, "name")}</g>'
        for number, note in enumerate(one.notes):
            yield text(right, at + 8 + GAP * 0.9 * (number + 1), note)


def line(x1, y1, x2, y2, kind):
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def text(x, y, said, kind="", anchor="start"):
    kind = f' class="{kind}"' if kind else ""
    anchor = f' text-anchor="{anchor}"' if anchor != "start" else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{kind}{anchor}>{html.escape(said)}</text>'


# Units


def size(value):
    """Bytes, as people write them."""
    for unit, name in ((1e9, "GB"), (1e6, "MB"), (1e3, "KB")):
        if value >= unit * 0.9999:
            return f"{value / unit:g} {name}"
    return f"{value:g} B"


def duration(value):
    """Seconds, as people write them."""
    if value == 0:
        return "0"
    if value >= 0.9999:
        return f"{value:g} s"
    return f"{value * 1e3:g} ms" if value >= 0.9999e-3 else f"{value * 1e6:g} µs"


def number(value):
    return f"{value:,g}"


def megabytes(value):
    return f"{value:g} MB"
