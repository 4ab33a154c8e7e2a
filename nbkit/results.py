"""Results: xarray datasets that carry their provenance, stored as netCDF and found again.

A function marked with `@experiment` returns a dataset that says how it was made. Recorded paper-scale results live in
`book/results/` and are only ever written by `nbkit record`.
"""

from __future__ import annotations

import datetime
import functools
import json
import os
import platform
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import xarray as xr

import nbkit
from nbkit import device as machine

RECORDED = nbkit.ROOT / "book" / "results"


def experiment(function: Callable[..., xr.Dataset]) -> Callable[..., xr.Dataset]:
    """Mark a function as an experiment: the dataset it returns gets provenance attributes.

    They are: experiment, parameters (JSON of the keyword arguments), device, seconds, date, commit, versions.
    """

    @functools.wraps(function)
    def measured(*args, **options) -> xr.Dataset:
        start = time.perf_counter()
        dataset = function(*args, **options)
        dataset.attrs = {
            "experiment": function.__name__,
            "parameters": json.dumps({"args": args, **options}, default=_plain),
            "device": machine.describe(options.get("device", "auto")),
            "seconds": round(time.perf_counter() - start, 2),
            "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
            "commit": commit(),
            "versions": json.dumps(versions()),
            **dataset.attrs,
        }
        return dataset

    return measured


def save(dataset: xr.Dataset, path: str | Path) -> Path:
    """Write a dataset as netCDF: whole or not at all (a temporary file beside it, then a rename)."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    packed = {name: {"zlib": True, "complevel": 4} for name in dataset.data_vars if dataset[name].dtype.kind in "fiub"}
    try:
        dataset.to_netcdf(temporary, engine="h5netcdf", encoding=packed)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def read(path: str | Path) -> xr.Dataset:
    """A stored dataset, read into memory."""
    with xr.open_dataset(path, engine="h5netcdf") as dataset:
        return dataset.load()


def recorded(name: str) -> xr.Dataset | None:
    """The recorded result of this name from `book/results/`, or None when it has not been recorded yet."""
    path = RECORDED / f"{name}.nc"
    return read(path) if path.exists() else None


def label(dataset: xr.Dataset) -> str:
    """What every recorded figure says of itself: preset and what was changed in it, device, date, data and commit."""
    preset, changed = (dataset.attrs.get(key, "") for key in ("preset", "changed"))
    parts = [preset + (f" with {changed}" if changed else "")]
    parts += [dataset.attrs.get(key, "") for key in ("device", "date", "data")]
    return ", ".join([str(part) for part in parts if part] + [f"commit {dataset.attrs.get('commit', 'unknown')}"])


@functools.cache
def commit() -> str:
    """Short hash of the commit the book is at, with "+" when files differ from it; "unknown" outside git."""
    try:
        git = functools.partial(subprocess.run, cwd=nbkit.ROOT, capture_output=True, text=True, check=True, timeout=10)
        name = git(["git", "rev-parse", "--short", "HEAD"]).stdout.strip()
        changed = git(["git", "status", "--porcelain", "--untracked-files=no"]).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return os.environ.get("NBKIT_COMMIT", "unknown")
    return name + ("+" if changed else "")


def versions() -> dict[str, str]:
    """Versions of what a number depends on."""
    return {
        "nbkit": nbkit.__version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "xarray": xr.__version__,
    }


def _plain(value):
    """JSON form of an argument: arrays by shape, models by their fields, anything else by its name."""
    if hasattr(value, "shape") and getattr(value, "size", 0) != 1:
        return f"array{tuple(value.shape)}"
    if hasattr(value, "item"):
        return value.item()
    return getattr(value, "__name__", None) or str(value)
