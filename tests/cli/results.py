# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests that compare results files share."""
import importlib.util
from pathlib import Path

import h5py

_spec = importlib.util.spec_from_file_location("digest", Path(__file__).resolve().parents[2] / "docs/examples/digest.py")
_script = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_script)


def digest(path):
    """Of everything in a results file but its provenance."""
    with h5py.File(path) as file:
        return _script.digest(file)
