#!/usr/bin/env python3
"""Draws a store's metrics by head count as one SVG: every seed a point, means as lines, the untrained null in grey.

    scripts/draw_head_counts.py results.db --task cycle --layer 1 > figure.svg
"""

import argparse
import collections
import math
import sqlite3
import statistics

METRICS = (
    ("mixing_time_forward", "forward mixing time (steps)"),
    ("mixing_time_backward", "backward mixing time (steps)"),
    ("fidelity_min_inner", "fidelity, sink left out"),
    ("fidelity_min", "fidelity, sink included"),
)
WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 230, 220, 52, 34, 40
TRAINED, UNTRAINED = "#0072b2", "#999999"


def values(database, metric, task, layer):
    """{head count: [value a seed]} of the trained models and of the untrained ones."""
    trained, untrained = collections.defaultdict(list), collections.defaultdict(list)
    for heads, value in database.execute(
            f"select heads, {metric} from layer_results where task = ? and layer = ? and split = 'heldout' "
            f"and {metric} is not null order by heads, seed", (task, layer)):
        trained[heads].append(value)
    for heads, value in database.execute(
            "select heads, value from nulls where \"null\" = 'untrained' and metric = ? and task = ? and layer = ? "
            "and split = 'heldout' and value is not null order by heads, value", (metric, task, layer)):
        untrained[heads].append(value)
    return trained, untrained


def mean(numbers):
    """Geometric: times and fidelities span decades."""
    return math.exp(statistics.fmean(math.log(number) for number in numbers))


def scale(numbers, logarithmic):
    """Ticks, and the function from a value to its share of the axis."""
    if logarithmic:
        low, high = math.floor(math.log10(min(numbers))), math.ceil(math.log10(max(numbers)))
        high = max(high, low + 1)
        return [10 ** decade for decade in range(low, high + 1)], lambda v: (math.log10(v) - low) / (high - low)
    step = 10 ** math.floor(math.log10(max(numbers)))
    step /= 2 if max(numbers) < 4 * step else 1
    top = step * math.ceil(max(numbers) / step)
    return [step * tick for tick in range(round(top / step) + 1)], lambda v: v / top


def panel(index, title, trained, untrained):
    x0 = index * (WIDTH + LEFT) + LEFT
    heads = sorted(set(trained) | set(untrained))
    everything = [value for series in (trained, untrained) for points in series.values() for value in points]
    ticks, place = scale(everything, logarithmic=not title.endswith("(steps)"))

    def x(count):
        return x0 + WIDTH * (heads.index(count) + 0.5) / len(heads)

    def y(value):
        return TOP + HEIGHT * (1 - place(value))

    out = [f'<text x="{x0}" y="{TOP - 12}" class="title">{title}</text>',
           f'<rect x="{x0}" y="{TOP}" width="{WIDTH}" height="{HEIGHT}" class="frame"/>']
    for tick in ticks:
        out.append(f'<line x1="{x0}" x2="{x0 + WIDTH}" y1="{y(tick):.1f}" y2="{y(tick):.1f}" class="grid"/>'
                   f'<text x="{x0 - 6}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick:g}</text>')
    for count in heads:
        out.append(f'<text x="{x(count):.1f}" y="{TOP + HEIGHT + 16}" text-anchor="middle">{count}</text>')
    out.append(f'<text x="{x0 + WIDTH / 2}" y="{TOP + HEIGHT + 33}" text-anchor="middle">heads</text>')
    for series, colour, dash in ((untrained, UNTRAINED, "5 4"), (trained, TRAINED, "none")):
        line = " ".join(f"{x(count):.1f},{y(mean(series[count])):.1f}" for count in heads if series[count])
        out.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"/>')
        for count in heads:
            out += [f'<circle cx="{x(count):.1f}" cy="{y(value):.1f}" r="3.5" fill="{colour}" fill-opacity="0.6"/>'
                    for value in series[count]]
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("store")
    parser.add_argument("--task", default="cycle")
    parser.add_argument("--layer", type=int, default=1)
    options = parser.parse_args()
    database = sqlite3.connect(f"file:{options.store}?mode=ro", uri=True)
    width, height = len(METRICS) * (WIDTH + LEFT) + 12, TOP + HEIGHT + BOTTOM + 22
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">',
           "<style>.title{font-weight:bold}.frame{fill:none;stroke:#666}.grid{stroke:#ddd}</style>",
           f'<rect width="{width}" height="{height}" fill="white"/>']
    for index, (metric, title) in enumerate(METRICS):
        out += panel(index, title, *values(database, metric, options.task, options.layer))
    out.append(f'<text x="{LEFT}" y="{height - 8}"><tspan fill="{TRAINED}">trained</tspan>, '
               f'<tspan fill="#777">untrained (same seeds)</tspan>; task {options.task}, layer {options.layer}, '
               'held-out sequences; a point a seed</text>')
    out.append("</svg>")
    print("\n".join(out))


if __name__ == "__main__":
    main()
