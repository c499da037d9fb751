#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""usage: digest.py [--data | --config] RESULTS.h5...

Print the SHA-256 of everything in each results file but group provenance: runs of one config, seed and version have the same,
whatever the threads, processes, shards and resumes. With --data of its variables' bytes alone, without any attribute; with
--config print the resolved config that it holds.
"""
import hashlib
import sys

import h5py
import numpy

ELEMENTS = 1 << 20  # of a variable that are read at a time


def plain(value):
    """A value as bytes; references are addresses, which the length of provenance shifts."""
    if isinstance(value, h5py.Reference) or isinstance(value, numpy.ndarray) and value.dtype.names:
        return b"references"
    if isinstance(value, numpy.ndarray) and value.dtype.kind == "O":
        return b"".join(plain(v) for v in value.ravel())
    if isinstance(value, (numpy.ndarray, numpy.generic)):
        return f"{value.dtype.str}{value.shape}".encode() + value.tobytes()
    return value if isinstance(value, bytes) else str(value).encode()


def pieces(variable):
    """The bytes of plain(variable[()]), some rows at a time."""
    if not variable.shape:
        yield plain(variable[()])
        return
    if variable.dtype.kind != "O":
        yield f"{variable.dtype.str}{variable.shape}".encode()
    step = max(1, ELEMENTS // max(1, int(numpy.prod(variable.shape[1:]))))
    for first in range(0, variable.shape[0], step):
        rows = variable[first:first + step]
        yield plain(rows) if rows.dtype.kind == "O" else rows.tobytes()


def digest(file, data_only=False):
    names = [] if data_only else [""]
    file.visit(names.append)
    sha = hashlib.sha256()
    for name in sorted(name for name in names if name.split("/")[0] != "provenance"):
        item = file[name or "/"]
        parts = [] if data_only else [key.encode() + plain(item.attrs[key]) for key in sorted(item.attrs)]
        sha.update(name.encode() + b"\0" + b"\0".join(parts))
        if isinstance(item, h5py.Dataset):
            sha.update(b"\0" if parts else b"")
            for piece in pieces(item):
                sha.update(piece)
    return sha.hexdigest()


def main(arguments):
    options = [argument for argument in arguments if argument.startswith("--")]
    paths = [argument for argument in arguments if argument not in options]
    if not paths or options not in ([], ["--data"], ["--config"]):
        sys.exit(__doc__.splitlines()[0])
    for path in paths:
        try:
            with h5py.File(path) as results:
                if options == ["--config"]:
                    config = results.attrs["config"]
                    print(config.decode() if isinstance(config, bytes) else config, end="")
                else:
                    print(digest(results, options == ["--data"]), path, sep="  ")
        except (OSError, KeyError) as error:
            sys.exit(f"{path}: {error}")


if __name__ == "__main__":
    main(sys.argv[1:])
