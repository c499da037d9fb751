# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests that compare results files share."""
import subprocess
from pathlib import Path

DIGEST = Path(__file__).resolve().parents[1] / "portability/digest"


def digest(path):
    """Of everything in a results file but its provenance."""
    done = subprocess.run(["/usr/bin/python3", DIGEST, path], capture_output=True, text=True, check=True)
    return done.stdout.strip()
