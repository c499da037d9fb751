# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests that compare results files share."""
import importlib.util
from importlib.machinery import SourceFileLoader
from pathlib import Path

import h5py

_loader = SourceFileLoader("digest", str(Path(__file__).resolve().parents[1] / "portability/digest"))
_script = importlib.util.module_from_spec(importlib.util.spec_from_loader("digest", _loader))
_loader.exec_module(_script)


def digest(path):
    """Of everything in a results file but its provenance."""
    with h5py.File(path) as file:
        return _script.digest(file, False)
