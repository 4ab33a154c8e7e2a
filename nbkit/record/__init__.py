"""Recorded experiments: paper-scale runs without Jupyter, so that a bare GPU machine with torch can make them.

`nbkit record map-lenet --preset paper` runs one recipe and writes `book/results/map-lenet.nc` with full provenance.
Nothing else writes there. The recipes of each part of the book are in a module of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import xarray as xr

from nbkit import data, params, results

PARTS = ("directions", "regimes", "ablation", "nads")


class Recipe(NamedTuple):
    """An experiment to record: the chapter whose parameters it takes, what it is, and how it is run from them."""

    chapter: str
    about: str
    run: Callable[[params.Chapter], xr.Dataset]


def recipes() -> dict[str, Recipe]:
    """Name → recipe. The name is also the file's: `book/results/<name>.nc`."""
    return {
        name: Recipe(*recipe)
        for part in PARTS
        for name, recipe in import_module(f"nbkit.record.{part}").RECIPES.items()
    }


def record(name: str, given: dict) -> Path:
    """Run a recipe with these parameters (validated first) and store its dataset; returns the path.

    Raises ParameterError for an unknown recipe or parameter.
    """
    known = recipes()
    if name not in known:
        raise params.ParameterError(
            f"there is no experiment {name!r} to record; those known are {', '.join(sorted(known))}"
        )
    parameters = params.validate(known[name].chapter, given)
    dataset = known[name].run(parameters)
    dataset.attrs |= {
        "recipe": name,
        "preset": parameters.preset,
        "changed": results.changed(parameters.model_dump(mode="json")),
        "seed": parameters.seed,
        "parameters": parameters.model_dump_json(),
        "data_fingerprint": data.fingerprint(),
    }
    path = results.save(dataset, results.RECORDED / f"{name}.nc")
    import_module("nbkit.record.catalogue").update()
    return path
