#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draw the share of tempers lost over mirroring and the customer's influence, with the lines beyond which hostility feeds itself
(limits L1 and L8 of docs/ODD.md, section 8): map.py RESULTS.h5 FIGURE.svg"""
import sys

import matplotlib
import numpy
import xarray
import yaml

matplotlib.use("Agg")
matplotlib.rcParams.update({"svg.hashsalt": "detente", "svg.fonttype": "none"})
import matplotlib.pyplot as plt  # noqa: E402

MIRRORING, INFLUENCE = "agent.mirroring", "affect.customer_influence"


def hands_back(config, mirroring):
    """m: how much of the customer's hostility an unworn agent hands back."""
    affect, agent = config["affect"], config["agent"]
    return mirroring * (1 - agent["composure"] * (1 - agent["strain"])) * (1 - affect["task_shield"] * agent["task_focus"])


def tone_line(config, mirroring):
    """L1: the influence beyond which the two tones alone feed each other."""
    affect = config["affect"]
    return (1 - affect["customer_inertia"]) * (1 - affect["agent_inertia"]) / hands_back(config, mirroring)


def growth(config, mirroring, influence):
    """Factor by which hostility grows in a turn: the leading eigenvalue of (h, g, A), linear for small anger and h, g > 0. L8 is where it is 1."""
    affect = config["affect"]
    r_c, turn = affect["customer_inertia"], affect["turn_minutes"] * config["moves"]["minutes_scale"]
    agent = numpy.array([0, affect["agent_inertia"], 0]) + hands_back(config, mirroring) * numpy.array([1, 0, 0])
    anger = numpy.array([0, 0, 2 ** (-turn / affect["anger_half_life"])]) + affect["hostility_frustration"] * agent
    customer = numpy.array([r_c, 0, 0]) + (1 - r_c) * affect["tone_gain"] * anger + influence * agent
    return abs(numpy.linalg.eigvals([customer, agent, anger])).max()


def draw(results, file):
    """The map and its lines."""
    config = yaml.safe_load(results.attrs["config"])
    grid = results.set_index(cell=[MIRRORING, INFLUENCE])["lost_temper"].mean("replication").unstack("cell")
    x, y = grid[MIRRORING].values, grid[INFLUENCE].values
    figure, axis = plt.subplots(figsize=(7.5, 5), layout="constrained")
    figure.get_layout_engine().set(rect=(0, 0.14, 1, 0.86))
    shares = axis.pcolormesh(x, y, 100 * grid.transpose(INFLUENCE, MIRRORING).values, cmap="viridis", shading="nearest",
                             edgecolors="face", linewidth=0.2)
    figure.colorbar(shares, label="tempers lost, in 100 calls")

    across, up = numpy.linspace(x[0] + 0.01, x[-1], 161), numpy.linspace(y[0], y[-1], 101)
    grown = numpy.array([[growth(config, mirroring, influence) for mirroring in across] for influence in up])
    turns = results["turns_taken"].mean().item()
    axis.plot(across, tone_line(config, across), "w-", label="L1: the two tones feed each other")
    for level, style, label in ((1, ":", "L8: with anger, hostility grows at all"),
                                (2 ** (1 / turns), "--", f"with anger, it doubles within a call ({turns:.0f} turns)")):
        axis.contour(across, up, grown, [level], colors="w", linestyles=style)
        axis.plot([], [], "w" + style, label=label)
    axis.set(xlim=(x[0], x[-1]), ylim=(y[0], y[-1]), xlabel=f"{MIRRORING} (1 is in kind)", ylabel=INFLUENCE, title=results.attrs["question"])
    figure.legend(*axis.get_legend_handles_labels(), loc="lower center", facecolor="0.2", labelcolor="w")
    figure.savefig(file, metadata={"Date": None} if file.endswith(".svg") else None)


if __name__ == "__main__":
    draw(xarray.open_dataset(sys.argv[1]), sys.argv[2])
