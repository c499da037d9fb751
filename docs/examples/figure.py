#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draw metrics of every strategy in a results file, with 95 % intervals, in a colour and a mark for each point of its design:
figure.py RESULTS.h5 FIGURE.svg [METRIC]..."""
import sys

import matplotlib

matplotlib.use("Agg")
matplotlib.rcParams.update({"svg.hashsalt": "detente", "svg.fonttype": "none"})
import matplotlib.pyplot as plt  # noqa: E402
import xarray  # noqa: E402

LABELS = {"reported_satisfaction": "satisfaction (0 to 1)", "escalated": "share escalated", "resolved": "share resolved",
          "total_cost": "cost of a call (money)", "concession_cost": "cost of concessions (money)",
          "net_value": "net value of a call (money)", "final_anger": "anger at the end (0 to 1)"}
COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]  # Okabe & Ito: told apart by all eyes
MARKS = "osD^v<>"
BESIDES = {"strategy", "replications_run", "status", "stopped_by", "error"}  # what else has a value for each cell

results = xarray.open_dataset(sys.argv[1])
summary = xarray.open_dataset(sys.argv[1], group="summary")
metrics = sys.argv[3:] or ["reported_satisfaction", "escalated", "total_cost"]
varied = [name for name, variable in results.variables.items() if variable.dims == ("cell",) and name not in BESIDES | {"cell"}]

cells = results[["strategy", *varied]].to_dataframe()
cells["point"] = [", ".join(f"{name} {row[name] if isinstance(row[name], str) else format(row[name], 'g')}" for name in varied) for _, row in cells.iterrows()]
for metric in metrics:
    for statistic in ("ci_low", "mean", "ci_high"):
        cells[metric, statistic] = summary[metric].sel(statistic=statistic)
order = list(cells.groupby("strategy")[[(metrics[0], "mean")]].mean().sort_values((metrics[0], "mean")).index)
points = cells.groupby("point", sort=False)

legend = 0.1 + 0.2 * ((len(points) + 1) // 2) if len(points) > 1 else 0  # inches
height = (0.2 + 0.035 * len(points)) * len(order) + 1.2 + legend
figure, axes = plt.subplots(1, len(metrics), figsize=(9, height), sharey=True, squeeze=False, layout="constrained")
figure.get_layout_engine().set(rect=(0, legend / height, 1, 1 - legend / height))
for axis, metric in zip(axes[0], metrics):
    for i, (point, rows) in enumerate(points):
        place = [order.index(name) + (i - (len(points) - 1) / 2) * 0.6 / len(points) for name in rows.strategy]
        low, mean, high = (rows[metric, statistic] for statistic in ("ci_low", "mean", "ci_high"))
        axis.errorbar(mean, place, xerr=[mean - low, high - mean], fmt=MARKS[i % len(MARKS)], color=COLOURS[i % len(COLOURS)], markersize=4.5, capsize=2,
                      label=point)
    axis.set_xlabel(LABELS.get(metric, metric))
    axis.grid(axis="x", alpha=0.4)
axes[0, 0].set(yticks=range(len(order)), yticklabels=order, ylim=(-0.6, len(order) - 0.4))
figure.suptitle(results.attrs["question"])
if legend:
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="lower center", ncols=2, frameon=False)
figure.savefig(sys.argv[2], metadata={"Date": None} if sys.argv[2].endswith(".svg") else None)
