# SPDX-License-Identifier: MIT
"""A chart of ratios to bare: a row for each loop, a mark for each tool, on a logarithmic scale."""

import html
import math

COLOURS = ['#c0392b', '#2471a3', '#1e8449', '#7d3c98', '#b9770e', '#566573', '#00acc1', '#d81b60']
LEFT, RIGHT, TOP, ROW = 300, 86, 60, 24
WIDTH = 1040
MOST = 2000
TICKS = [m * 10 ** e for e in range(-2, 6) for m in (1, 2, 5)]


class Scale:
    """As wide as the ratios; what lies beyond MOST is an arrow at the edge."""

    def __init__(self, ratios):
        least, most = min([*ratios, 0.9]), min(max([*ratios, 2]), MOST)
        self.ticks = [t for t in TICKS if t * 1.3 >= least and t <= most * 1.02]
        self.low, self.high = min(least, self.ticks[0]) / 1.06, max(most, self.ticks[-1]) * 1.06

    def place(self, ratio):
        """Where a ratio stands, from left to right."""
        ratio = min(ratio, self.high)
        span = math.log(self.high) - math.log(self.low)
        return LEFT + (WIDTH - LEFT - RIGHT) * (math.log(ratio) - math.log(self.low)) / span


def text(x, y, words, anchor='start', size=12, colour='#222', weight='normal'):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{colour}" '
            f'font-weight="{weight}">{html.escape(words)}</text>')


def lines(scale, bottom):
    for ratio in scale.ticks:
        x = scale.place(ratio)
        yield (f'<line x1="{x:.1f}" y1="{TOP - 6}" x2="{x:.1f}" y2="{bottom}" '
               f'stroke="{"#666" if ratio == 1 else "#ddd"}"/>')
        yield text(x, bottom + 16, f'{ratio:g}x', 'middle', 11, '#555')


def legend(names):
    x = LEFT
    for i, name in enumerate(names):
        yield f'<circle cx="{x}" cy="20" r="{6 if i == 0 else 4}" fill="{COLOURS[i % len(COLOURS)]}"/>'
        yield text(x + 10, 24, name, weight='bold' if i == 0 else 'normal')
        x += 30 + 7 * len(name)


def row(y, title, shaded):
    if shaded:
        yield f'<rect x="0" y="{y - ROW / 2}" width="{WIDTH}" height="{ROW}" fill="#f4f6f8"/>'
    yield text(LEFT - 12, y + 4, title, 'end')


def marks(scale, y, names, ratios):
    # Ours last, so that it is on top; and in numbers.
    for i, name in reversed(list(enumerate(names))):
        if not ratios.get(name):
            continue
        x, size = scale.place(ratios[name]), 6 if i == 0 else 4
        shape = f'<circle cx="{x:.1f}" cy="{y}" r="{size}"'
        if ratios[name] > scale.high:
            shape = f'<path d="M{x - size:.1f} {y - size - 1}l{2 * size} {size + 1}l-{2 * size} {size + 1}z"'
        yield (f'{shape} stroke="white" fill="{COLOURS[i % len(COLOURS)]}"><title>{html.escape(name)}: '
               f'{ratios[name]:.2f}</title>{"</circle>" if "circle" in shape else "</path>"}')
    if ratios.get(names[0]):
        yield text(WIDTH - 14, y + 4, f'{ratios[names[0]]:.2f}x', 'end', 12, COLOURS[0], 'bold')


def svg(names, rows):
    """rows: (title, most, bare, {name: ratio}). The first name is the one that stands out."""
    bottom = TOP + ROW * len(rows)
    scale = Scale([r for *_, ratios in rows for n, r in ratios.items() if n in names and r])
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {bottom + 50}" font-family="sans-serif">',
             '<!-- SPDX-License-Identifier: MIT -->',
             f'<rect width="{WIDTH}" height="{bottom + 50}" fill="white"/>', *legend(names)]
    for i, (title, *_) in enumerate(rows):
        parts += row(TOP + ROW * i + ROW / 2, title, i % 2 == 0)
    parts += lines(scale, bottom)
    for i, (*_, ratios) in enumerate(rows):
        parts += marks(scale, TOP + ROW * i + ROW / 2, names, ratios)
    parts += [text(LEFT + (WIDTH - LEFT - RIGHT) / 2, bottom + 38, 'time, as a multiple of bare (logarithmic)', 'middle', 12, '#555'),
              text(WIDTH - 14, TOP - 12, names[0], 'end', 11, COLOURS[0]), '</svg>', '']
    return '\n'.join(parts)
