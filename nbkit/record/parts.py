"""Long recordings in parts: what is finished is kept on disk, and an interrupted recording goes on from there."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import xarray as xr

from nbkit import results


@contextmanager
def kept(recipe: str) -> Iterator[Callable[..., xr.Dataset]]:
    """In this block `part(experiment, *args, **options)` runs an experiment, or reads what an earlier try made of it.

    A part is found again by the experiment's name, its arguments and the commit. When the block ends without an
    exception its parts are deleted: the recording holds them.
    """
    folder = results.RECORDED / f".{recipe}.parts"

    def part(experiment: Callable[..., xr.Dataset], *args, **options) -> xr.Dataset:
        made = json.dumps([experiment.__name__, args, options, results.commit()], sort_keys=True)
        path = folder / f"{hashlib.sha256(made.encode()).hexdigest()[:16]}.nc"
        return results.read(path) if path.exists() else results.read(results.save(experiment(*args, **options), path))

    yield part
    shutil.rmtree(folder, ignore_errors=True)


def joined(parts: list[xr.Dataset], axis: str, values=None) -> xr.Dataset:
    """Parts side by side along an axis they have, or along a new one with these values; their seconds add up."""
    where = axis if values is None else xr.DataArray(list(values), dims=axis, name=axis)
    whole = xr.concat(parts, where, combine_attrs="override")
    return whole.assign_attrs(seconds=round(sum(part.attrs["seconds"] for part in parts), 2))
