"""Results: xarray datasets that carry their provenance, stored as netCDF and found again.

A function marked with `@experiment` returns a dataset that says how it was made. Recorded paper-scale results live in
`book/results/` and are only ever written by `nbkit record`.
"""

from __future__ import annotations

import datetime
import functools
import inspect
import json
import os
import platform
import re
import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import torch
import xarray as xr

import nbkit
from nbkit import device as machine
from nbkit import params

RECORDED = nbkit.ROOT / "book" / "results"
UNSAID = ("seed", "device")
"""Parameters that make no recording smaller: a result names them apart."""


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
            "device": machine.describe(_device(function, options)),
            "seconds": round(time.perf_counter() - start, 2),
            "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
            "commit": commit(),
            "versions": json.dumps(versions()),
            **dataset.attrs,
        }
        return dataset

    return measured


def _device(function: Callable, options: dict) -> str:
    """The device an experiment was given, or its default; "auto" where it may be passed on; else the CPU."""
    takes = inspect.signature(function).parameters
    passes_on = any(parameter.kind == parameter.VAR_KEYWORD for parameter in takes.values())
    default = takes["device"].default if "device" in takes else "auto" if passes_on else "cpu"
    return options.get("device", default)


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
    """The recorded result of this name from `book/results/`, or None when it has not been recorded yet.

    Its attribute `changed` is what the file says, or, for files from before there was one, what its parameters say.
    """
    path = RECORDED / f"{name}.nc"
    if not path.exists():
        return None
    dataset = read(path)
    if "changed" not in dataset.attrs and {"preset", "parameters"} <= dataset.attrs.keys():
        dataset.attrs["changed"] = changed(json.loads(dataset.attrs["parameters"]))
    return dataset


def changed(parameters: dict) -> str:
    """The parameters that differ from those of their preset, in words: a smaller recording must say that it is smaller.

    parameters: all of a chapter's, by name. The chapter is the one that has most of these names.
    """
    chapter = max(params.models().values(), key=lambda model: len(parameters.keys() & model.model_fields.keys()))
    usual = chapter(preset=parameters["preset"]).model_dump(mode="json") | {k: parameters[k] for k in UNSAID}
    return ", ".join(f"{k} = {v}" for k, v in parameters.items() if k in usual and v != usual[k])


def label(dataset: xr.Dataset) -> str:
    """What every recorded figure says of itself: preset, what was changed in it, seeds, device, day, data, commit."""
    return labels([dataset])


def labels(datasets: Iterable[xr.Dataset]) -> str:
    """The labels of several recordings in one sentence: first what all of them share, then what each has of its own."""
    said = [_said(dataset) for dataset in datasets]
    if not said:
        return "nothing has been recorded yet"
    shared = [part for part in said[0] if all(part in parts for parts in said)]
    own = [", ".join(part for part in parts if part not in shared) for parts in said]
    return "; ".join(filter(None, [", ".join(shared), *dict.fromkeys(own)]))


def _said(dataset: xr.Dataset) -> list[str]:
    """The parts of a label."""
    attrs = {name: str(value) for name, value in dataset.attrs.items()}
    changes = attrs.get("changed", "")
    parts = [attrs.get("preset", "")]
    parts += re.split(r", (?=\w+ = )", f"with {changes}") if changes else []
    if "seed" in dataset.sizes and "seeds = " not in changes:
        parts.append(f"{dataset.sizes['seed']} seeds")
    parts += [attrs.get("device", ""), attrs.get("date", "")[:10], *attrs.get("data", "").split(", ")]
    return [part for part in parts if part] + [f"commit {attrs.get('commit', 'unknown')}"]


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
