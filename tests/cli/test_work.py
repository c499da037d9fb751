# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run is said to take before it begins, against what it takes.

Seconds are the processor's, of one thread, so that it does not matter what else the machine does; a factor of 3 is allowed, where
docs/performance.md has what is found. What does not fit is said wrong by a factor, not by some per cent: leaving out what
kept turns cost would be wrong by 20.
"""
import os
import re

import pytest

from conftest import weigh

HEAD = "detente: 1\nname: work\nextends: billing-dispute\n"
TRAITS = "{customer.anger.mean: {from: 0.2, to: 0.7}, agent.mirroring: {from: 0, to: 1}}"
UNITS = {"s": 1, "minutes": 60, "MB": 1e6, "GB": 1e9}
CASES = {
    "plain": "replications: 600\nencounters: 1000",
    "points that share nothing": f"replications: 2\nencounters: 64\ndesign: {{type: sobol, points: 2048, vary: {TRAITS}}}",
    "cells that are not kept": "replications: 4\nencounters: 8\nstrategies: [typical, task-focused, mirroring, listen-then-pay]\n"
                               f"design: {{type: random, points: 4000, vary: {TRAITS}}}",
    "turns": "replications: 40\nencounters: 300\nkeep: turns",
    "some turns": "replications: 100\nencounters: 1500\nkeep: {turns: 100}",
    "encounters": "replications: 600\nencounters: 256\nkeep: encounters",
    # Neighbours meet the same customers, and deflate to less: 2.2 times less here.
    "encounters of neighbours": "replications: 2\nencounters: 300\nkeep: encounters\nstrategies: [typical, task-focused]\n"
                                "design: {vary: {agent.mirroring: {from: 0, to: 0.2, steps: 10}, "
                                "agent.warmth: {from: 0, to: 0.2, steps: 40}}}",
    "quantiles": f"replications: 4\nencounters: 64\nquantiles: true\ndesign: {{type: random, points: 500, vary: {TRAITS}}}",
    "small replications": "replications: 60000\nencounters: 4",
}


def told(text, after, unit):
    """The first amount after some words, in seconds or bytes."""
    found = re.search(rf"{after} (?:about|at most) ([\d.]+) ({unit})", text)
    return float(found[1]) * UNITS[found[2]]


def estimate(detente, folder, *arguments):
    text, _, seconds = weigh(detente, "run", "c.yaml", "--dry-run", "--threads", 1, *arguments, cwd=folder)
    assert seconds < 1
    return (told(text, "turns each;", "s|minutes"), told(text, "file of", "MB|GB"), told(text, "file of .*, and", "MB|GB"))


@pytest.mark.parametrize("case", CASES)
def test_estimates(detente, tmp_path, case):
    (tmp_path / "c.yaml").write_text(HEAD + CASES[case] + "\n")
    seconds, output, parts = estimate(detente, tmp_path)
    played = weigh(detente, "run", "c.yaml", "-o", "o.h5", "--threads", 1, "--progress", "never", cwd=tmp_path)[2]
    assert 1 / 3 < seconds / played < 3
    assert 1 / 2 < output / os.path.getsize(tmp_path / "o.h5") < 2
    if case not in ("plain", "turns", "encounters", "quantiles"):
        return
    # A shard file of the whole holds what lies beside a results file as long as the run goes on.
    told_parts = estimate(detente, tmp_path, "--shard", "1/1")[1]
    assert told_parts == parts
    weigh(detente, "run", "c.yaml", "-o", "s.h5", "--shard", "1/1", "--threads", 1, "--progress", "never", cwd=tmp_path)
    assert 1 / 2 < parts / os.path.getsize(tmp_path / "s.h5") < 2


def test_a_shard_is_told_by_itself(run, tmp_path):
    (tmp_path / "c.yaml").write_text(HEAD + "replications: 70\nencounters: 1000\ndesign: {vary: {agent.mirroring: [0, 1]}}\n")
    whole, part = (run("run", "c.yaml", "--dry-run", *more) for more in ((), ("--shard", "1/7")))
    assert "= 140,000 encounters" in part.stdout and "shard 1 of 7: 20,000 of these encounters" in part.stdout
    assert "shard" not in whole.stdout and "The shard file would hold the mean of each of" in part.stdout
    assert "for 20 replications" in part.stdout and "a shard file of about " in part.stdout
    assert run("run", "c.yaml", "--dry-run", "--shard", "7/7").stdout.count(" 20,000 of these encounters") == 1


def test_a_stopping_rule_may_need_less(run, tmp_path):
    (tmp_path / "c.yaml").write_text(HEAD + "replications: {min: 20, max: 300, until: {metric: escalated, halfwidth: 0.01}}\n")
    text = run("run", "c.yaml", "--dry-run").stdout
    assert "x at most 300 replications" in text and "turns each; at most " in text
    assert "a results file of at most " in text and ", and at most " in text
    text = run("run", "c.yaml", "--dry-run", "--shard", "1/1").stdout
    assert "shard 1 of 1: at most " in text


def test_amounts_have_two_digits(run):
    """No more is known of them."""
    for setting in "replications=2", "replications=3000", "replications=300000000", "replications=30000000000000":
        done = run("run", "billing-dispute", "--dry-run", "--set", setting)
        if done.returncode:  # more replications than there may be
            continue
        for amount in re.findall(r"(?:about|at most) ([\d.]+) ", done.stdout):
            assert len(amount.replace(".", "").strip("0")) <= 2, done.stdout
