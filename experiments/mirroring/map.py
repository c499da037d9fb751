#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draw the share of tempers lost over mirroring and the customer's influence, with the lines beyond which hostility feeds itself
(limits L1 and L8 of docs/ODD.md, section 8): map.py RESULTS.h5 FIGURE.svg"""
import sys

import matplotlib

matplotlib.use("Agg")
matplotlib.rcParams.update({"svg.hashsalt": "detente", "svg.fonttype": "none"})
import matplotlib.pyplot as plt  # noqa: E402
import numpy  # noqa: E402
import xarray  # noqa: E402
import yaml  # noqa: E402

MIRRORING, INFLUENCE = "agent.mirroring", "affect.customer_influence"

results = xarray.open_dataset(sys.argv[1])
config = yaml.safe_load(results.attrs["config"])
affect, agent = config["affect"], config["agent"]
r_c, r_a, k_1 = affect["customer_inertia"], affect["agent_inertia"], affect["tone_gain"]
anger_kept = 2 ** (-affect["turn_minutes"] * config["moves"]["minutes_scale"] / affect["anger_half_life"])  # a turn of delta


def hands_back(mirroring):
    """m: how much of the customer's hostility an unworn agent hands back."""
    kept = 1 - agent["composure"] * (1 - agent["strain"])
    return mirroring * kept * (1 - affect["task_shield"] * agent["task_focus"])


def growth(mirroring, influence):
    """Factor by which hostility grows in a turn: the leading eigenvalue of (h, g, A), linear for small anger and h, g > 0."""
    m, a_h = hands_back(mirroring), affect["hostility_frustration"]
    tone = numpy.array([0, 0, 1]) * (1 - r_c) * k_1  # what anger adds to the customer's tone
    agent_row = numpy.array([m, r_a, 0])
    anger_row = numpy.array([0, 0, anger_kept]) + a_h * agent_row
    customer_row = numpy.array([r_c, 0, 0]) + tone[2] * anger_row + influence * agent_row
    return abs(numpy.linalg.eigvals([customer_row, agent_row, anger_row])).max()


grid = results.set_index(cell=[MIRRORING, INFLUENCE])["lost_temper"].mean("replication").unstack("cell")
x, y = grid[MIRRORING].values, grid[INFLUENCE].values
figure, axis = plt.subplots(figsize=(7.5, 5), layout="constrained")
figure.get_layout_engine().set(rect=(0, 0.14, 1, 0.86))
shares = axis.pcolormesh(x, y, 100 * grid.transpose(INFLUENCE, MIRRORING).values, cmap="viridis", shading="nearest",
                         edgecolors="face", linewidth=0.2)
figure.colorbar(shares, label="tempers lost, in 100 calls")

fine_x, fine_y = numpy.linspace(x[0] + 0.01, x[-1], 161), numpy.linspace(y[0], y[-1], 101)
turns = results["turns_taken"].mean().item()
doubling = 2 ** (1 / turns)
grown = numpy.array([[growth(a, b) for a in fine_x] for b in fine_y])
handed = hands_back(fine_x)
axis.plot(fine_x, (1 - r_c) * (1 - r_a) / handed, "w-", label="L1: the two tones feed each other")
axis.contour(fine_x, fine_y, grown, [1], colors="w", linestyles="dotted")
axis.plot([], [], "w:", label="L8: with anger, hostility grows at all")
axis.contour(fine_x, fine_y, grown, [doubling], colors="w", linestyles="dashed")
axis.plot([], [], "w--", label=f"with anger, it doubles within a call ({turns:.0f} turns)")
axis.set(xlim=(x[0], x[-1]), ylim=(y[0], y[-1]), xlabel=f"{MIRRORING} (1 is in kind)", ylabel=INFLUENCE, title=results.attrs["question"])
figure.legend(*axis.get_legend_handles_labels(), loc="lower center", facecolor="0.2", labelcolor="w")
figure.savefig(sys.argv[2], metadata={"Date": None} if sys.argv[2].endswith(".svg") else None)
