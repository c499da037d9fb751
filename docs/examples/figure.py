#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draw three metrics of every strategy in a results file, with 95 % intervals: figure.py RESULTS.h5 FIGURE.svg"""
import sys

import matplotlib

matplotlib.use("Agg")
matplotlib.rcParams.update({"svg.hashsalt": "detente", "svg.fonttype": "none"})
import matplotlib.pyplot as plt  # noqa: E402
import xarray  # noqa: E402

PANELS = {"reported_satisfaction": "satisfaction (0 to 1)", "escalated": "share escalated", "total_cost": "cost of a call (money)"}

results = xarray.open_dataset(sys.argv[1])
summary = xarray.open_dataset(sys.argv[1], group="summary")
order = results.reported_satisfaction.mean("replication").argsort().values
figure, axes = plt.subplots(1, len(PANELS), figsize=(9, 0.24 * len(order) + 1.2), sharey=True, layout="constrained")
for axis, (metric, label) in zip(axes, PANELS.items()):
    low, mean, high = (summary[metric].sel(statistic=s).values[order] for s in ("ci_low", "mean", "ci_high"))
    axis.errorbar(mean, range(len(order)), xerr=[mean - low, high - mean], fmt="o", markersize=5, capsize=2)
    axis.set_xlabel(label)
    axis.grid(axis="x", alpha=0.4)
axes[0].set_yticks(range(len(order)), results.strategy.values[order])
figure.suptitle(results.attrs["question"])
figure.savefig(sys.argv[2], metadata={"Date": None} if sys.argv[2].endswith(".svg") else None)
