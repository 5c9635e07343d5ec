# SPDX-License-Identifier: MIT
"""A chart of ratios to bare: a row for each loop, a mark for each tool, on a logarithmic scale."""

import html
import math

COLOURS = ['#c0392b', '#2471a3', '#1e8449', '#7d3c98', '#b9770e', '#566573', '#117864', '#884ea0']
LEFT, RIGHT, TOP, ROW = 300, 40, 60, 24
WIDTH = 980
LOWEST, HIGHEST = 0.8, 1000


def place(ratio):
    """Where a ratio stands, from left to right."""
    ratio = min(max(ratio, LOWEST), HIGHEST)
    span = math.log(HIGHEST) - math.log(LOWEST)
    return LEFT + (WIDTH - LEFT - RIGHT) * (math.log(ratio) - math.log(LOWEST)) / span


def text(x, y, words, anchor='start', size=12, colour='#222'):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{colour}">'
            f'{html.escape(words)}</text>')


def scale(bottom):
    for ratio in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000):
        x = place(ratio)
        yield f'<line x1="{x:.1f}" y1="{TOP - 8}" x2="{x:.1f}" y2="{bottom}" stroke="{"#888" if ratio == 1 else "#e4e4e4"}"/>'
        yield text(x, bottom + 16, f'{ratio}x', 'middle', 11, '#555')


def legend(names):
    x = LEFT
    for i, name in enumerate(names):
        yield f'<circle cx="{x}" cy="20" r="{6 if i == 0 else 4}" fill="{COLOURS[i % len(COLOURS)]}"/>'
        yield text(x + 10, 24, name)
        x += 24 + 8 * len(name)


def row(y, names, title, ratios):
    yield text(LEFT - 12, y + 4, title, 'end')
    # Ours last, so that it is on top.
    for i, name in reversed(list(enumerate(names))):
        if ratios.get(name):
            yield (f'<circle cx="{place(ratios[name]):.1f}" cy="{y}" r="{6 if i == 0 else 4}" '
                   f'fill="{COLOURS[i % len(COLOURS)]}"><title>{html.escape(name)}: {ratios[name]:.2f}</title></circle>')


def svg(names, rows):
    """rows: (title, most, bare, {name: ratio}). The first name is the one that stands out."""
    bottom = TOP + ROW * len(rows)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {bottom + 50}" font-family="sans-serif">',
             '<!-- SPDX-License-Identifier: MIT -->',
             f'<rect width="{WIDTH}" height="{bottom + 50}" fill="white"/>', *legend(names), *scale(bottom)]
    for i, (title, _, _, ratios) in enumerate(rows):
        parts += row(TOP + ROW * i + ROW / 2, names, title, ratios)
    parts += [text(WIDTH / 2, bottom + 38, 'time, as a multiple of bare (logarithmic)', 'middle', 12, '#555'), '</svg>', '']
    return '\n'.join(parts)
