# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of --resume and --extend share: a run with rows, what comes of it when nobody disturbs it, and a start that can
be killed."""
import os
import subprocess

import pytest

from results import digest

CONFIG = """detente: 1
name: c
extends: billing-dispute
seed: 7
replications: 100
encounters: 150
quantiles: true
keep: {encounters: 100, turns: 20}
strategies: [typical, listen-then-pay, mirroring]
"""
# A shard every few units, so that there is something to lose.
SMALL_SHARDS = {"DETENTE_SHARD_BYTES": "60000"}


@pytest.fixture
def config(tmp_path):
    (tmp_path / "c.yaml").write_text(CONFIG)
    return "c.yaml"


@pytest.fixture
def reference(run, config, tmp_path):
    assert run("run", config, "-o", "reference.h5").returncode == 0
    return digest(tmp_path / "reference.h5")


def start(detente, folder, *arguments):
    return subprocess.Popen([detente, *map(str, arguments)], cwd=folder, env={**os.environ, **SMALL_SHARDS},
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
