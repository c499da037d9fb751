# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/calibration.md is what the model gives, inside every band; a model that was moved is found out."""
import subprocess

from conftest import PROGRAM, ROOT

TOOL = ROOT / "tools" / "calibration"


def calibration(*arguments):
    """Run the tool: status, table, complaints."""
    done = subprocess.run([TOOL, PROGRAM, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def test_the_published_table_is_what_the_model_gives():
    status, table, complaints = calibration("--check")
    assert (status, complaints) == (0, ""), table


def test_the_bands_hold_on_the_seeds_of_the_search_too():
    status, table, _ = calibration("--seeds", "find")
    assert status == 0 and "missed" not in table, table


def test_a_model_without_relief_by_apology_misses():
    status, table, complaints = calibration("--check", "--set", "affect.apology_relief=0")
    assert status == 4 and "apology after listening or none: missed" in complaints, table
