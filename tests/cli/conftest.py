# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the program share."""
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("DETENTE", str(ROOT / "build/release/detente"))

# A program that is started in the background ignores SIGINT, and hands that down: tests that interrupt need what a terminal gives.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Runs a program as the only child of a small one, whose memory a child has before it becomes that program.
WEIGH = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], check=True, stdout=subprocess.PIPE)
sys.stdout.buffer.write(done.stdout)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
sys.stdout.flush()
print(used.ru_maxrss * 1024, used.ru_utime)
"""


def weigh(*command, **more):
    """Run a program: its output, the most memory that it ever held in bytes, and its seconds of the processor."""
    done = subprocess.run([sys.executable, "-c", WEIGH, *map(str, command)], stdout=subprocess.PIPE, check=True, text=True, **more)
    output, _, used = done.stdout.rstrip("\n").rpartition("\n")
    return output, int(used.split()[0]), float(used.split()[1])


@pytest.fixture(scope="session")
def detente():
    """Path of the program."""
    assert os.access(PROGRAM, os.X_OK), f"{PROGRAM}: build it first (make), or name another by DETENTE"
    return PROGRAM


@pytest.fixture
def run(detente, tmp_path):
    """Run the program in a folder of the test's own: run("list", "moves") gives status, stdout, stderr."""

    def call(*arguments, environment=None, **more):
        env = {k: v for k, v in os.environ.items() if k not in ("DETENTE_ISA", "OMP_NUM_THREADS")}
        env.update(environment or {})
        if "stdout" not in more:
            more["stdout"] = subprocess.PIPE
        return subprocess.run([detente, *map(str, arguments)], cwd=more.pop("cwd", tmp_path), env=env,
                              stdin=more.pop("stdin", subprocess.DEVNULL), stderr=subprocess.PIPE, timeout=60, text=True,
                              check=False, **more)

    return call
