#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draw metrics of a sweep as curves over one of its paths, with 95 % bands: a colour for each strategy, a style for each value of the others:
curves.py RESULTS.h5 FIGURE.svg PATH METRIC..."""
import sys

import matplotlib

matplotlib.use("Agg")
matplotlib.rcParams.update({"svg.hashsalt": "detente", "svg.fonttype": "none"})
import matplotlib.pyplot as plt  # noqa: E402
import xarray  # noqa: E402

BESIDES = {"cell", "strategy", "replications_run", "status", "stopped_by", "error"}  # what else has a value for each cell
STYLES = ["-", "--", ":", "-."]

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
legend = 0.1 + 0.2 * ((len(strategies) * len(points) + 1) // 2)  # inches
figure, axes = plt.subplots(1, len(metrics), figsize=(9, 3 + legend), squeeze=False, layout="constrained")
figure.get_layout_engine().set(rect=(0, legend / (3 + legend), 1, 3 / (3 + legend)))
for axis, metric in zip(axes[0], metrics):
    for (strategy, point), rows in cells.groupby(["strategy", "point"], sort=False):
        low, mean, high = (summary[metric].sel(statistic=s).values[rows.index] for s in ("ci_low", "mean", "ci_high"))
        colour = f"C{strategies.index(strategy)}"
        axis.plot(rows[path], mean, STYLES[points.index(point) % len(STYLES)], color=colour, marker="o", markersize=3,
                  label=f"{strategy}, {point}" if point else strategy)
        axis.fill_between(rows[path], low, high, color=colour, alpha=0.2, linewidth=0)
    axis.set_xlabel(path)
    axis.set_title(f"{metric} ({summary[metric].attrs['units']})".removesuffix(" (1)"), fontsize="medium")
    axis.grid(alpha=0.4)
figure.suptitle(results.attrs["question"])
figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="lower center", ncols=2, frameon=False)
figure.savefig(sys.argv[2], metadata={"Date": None} if sys.argv[2].endswith(".svg") else None)
