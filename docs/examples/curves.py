#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draw metrics of a sweep as curves over one of its paths, with 95 % bands: a colour for each strategy, a style for each value of the others,
or a panel where that makes more than four lines: curves.py RESULTS.h5 FIGURE.svg PATH METRIC..."""
import sys

import matplotlib

matplotlib.use("Agg")
matplotlib.rcParams.update({"svg.hashsalt": "detente", "svg.fonttype": "none"})
import matplotlib.pyplot as plt  # noqa: E402
import xarray  # noqa: E402

BESIDES = {"cell", "strategy", "replications_run", "status", "stopped_by", "error"}  # what else has a value for each cell
STYLES = ["-", "--", ":", "-."]
COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]  # Okabe & Ito: told apart by all eyes
MOST_LINES, MOST_PANELS = 4, 6

if len(sys.argv) < 5:
    sys.exit("usage: curves.py RESULTS.h5 FIGURE.svg PATH METRIC...")
results = xarray.open_dataset(sys.argv[1])
summary = xarray.open_dataset(sys.argv[1], group="summary")
path, metrics = sys.argv[3], sys.argv[4:]
others = [name for name, variable in results.variables.items() if variable.dims == ("cell",) and name not in BESIDES | {path}]
if path in BESIDES or path not in results or results[path].dims != ("cell",):
    sys.exit(f"{sys.argv[1]}: {path} is not varied; varied are: {', '.join(others) or 'none, as the run has no design'}")

cells = results[["strategy", path, *others]].to_dataframe()
cells["point"] = [", ".join(f"{name} {row[name] if isinstance(row[name], str) else format(row[name], 'g')}" for name in others) for _, row in cells.iterrows()]
strategies, points = list(cells.strategy.unique()), list(cells.point.unique())
panels = points if len(strategies) * len(points) > MOST_LINES and len(points) <= MOST_PANELS else [None]
apart = panels != [None]
shape = (len(metrics), len(points)) if apart else (1, len(metrics))
entries = len(strategies) if apart else len(strategies) * len(points)
legend, height = 0.1 + 0.2 * ((entries + 1) // 2), 0.8 + 2.2 * shape[0]  # inches
figure, axes = plt.subplots(*shape, figsize=(9, height + legend), sharex=apart, sharey="row" if apart else False, squeeze=False, layout="constrained")
figure.get_layout_engine().set(rect=(0, legend / (height + legend), 1, height / (height + legend)))


def draw(axis, metric, point, strategy, rows):
    """A line and its band."""
    low, mean, high = (summary[metric].sel(statistic=s).values[rows.index] for s in ("ci_low", "mean", "ci_high"))
    number = strategies.index(strategy)
    axis.plot(rows[path], mean, STYLES[(number if apart else points.index(point)) % len(STYLES)], color=COLOURS[number % len(COLOURS)],
              marker="o", markersize=3, label=f"{strategy}, {point}" if point and not apart else strategy)
    axis.fill_between(rows[path], low, high, color=COLOURS[number % len(COLOURS)], alpha=0.2, linewidth=0)


for i, metric in enumerate(metrics):
    title = f"{metric} ({summary[metric].attrs['units']})".removesuffix(" (1)")
    for k, panel in enumerate(panels):
        axis = axes[i, k] if apart else axes[0, i]
        for (strategy, point), rows in cells.groupby(["strategy", "point"], sort=False):
            if panel in (None, point):
                draw(axis, metric, point, strategy, rows)
        if not apart:
            axis.set_title(title, fontsize="medium")
        elif i == 0:
            axis.set_title(panel, fontsize="medium")
        if apart and k == 0:
            axis.set_ylabel(title)
        if not apart or i + 1 == len(metrics):
            axis.set_xlabel(path)
        axis.grid(alpha=0.4)
figure.suptitle(results.attrs["question"])
figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="lower center", ncols=2, frameon=False)
figure.savefig(sys.argv[2], metadata={"Date": None} if sys.argv[2].endswith(".svg") else None)
