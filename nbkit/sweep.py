"""Sweeps: a chapter executed at every point of a grid, side by side through joblib, here or on a Dask or Ray cluster.

Each point is an executed notebook named after its values, and `table.csv` has a row for each statistic it reported. A
point whose notebook is current is not executed again, so a sweep that was stopped goes on from there.
"""

from __future__ import annotations

import csv
import hashlib
import itertools
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import joblib
from tqdm import tqdm

from nbkit import device, ledger, params, press

BACKENDS = ("loky", "dask", "ray")
REPORTED = ("id", "part", "value", "low", "high", "n")


def points(grid: Any) -> list[dict[str, Any]]:
    """All combinations of a grid {parameter: [value, …]}; raises ValueError for anything else."""
    lists = isinstance(grid, dict) and all(isinstance(values, list) and values for values in grid.values())
    if not grid or not lists:
        raise ValueError("a grid is a list of values for each parameter, for example 'sigma: [0.5, 1.0]'")
    return [dict(zip(grid, values)) for values in itertools.product(*grid.values())]


def file_name(point: dict[str, Any]) -> str:
    """Name of a point's notebook: its values, cut and told apart by a hash where they are long."""
    words = "_".join(f"{name}={value}" for name, value in point.items())
    safe = re.sub(r"[^\w=.+-]+", ",", words)
    return (safe if len(safe) <= 80 else f"{safe[:70]}-{hashlib.sha256(words.encode()).hexdigest()[:8]}") + ".ipynb"


def sweep(
    chapter: str,
    grid: dict[str, list],
    folder: Path,
    *,
    given: dict[str, Any],
    backend: str = "loky",
    scheduler: str | None = None,
    jobs: int | None = None,
) -> tuple[Path, list[str]]:
    """Execute a chapter at every point of the grid; returns the table and a sentence for each point that failed.

    given: preset and parameters that all points share. backend: loky for processes here, dask (with the address of a
    scheduler, or on this machine), ray; their machines must see this checkout and the folder under the same paths.
    jobs: points at a time, None for one a core here (one in all on a GPU) and for all there are elsewhere. All points
    are validated before anything starts; raises ParameterError for a bad one, ValueError for a parameter that is both
    given and in the grid.
    """
    if both := [name for name in given if name in (grid or ()) and name != "preset"]:
        raise ValueError(f"{both[0]} is given by -p and in the grid; leave it out of one of them")
    if jobs is not None and jobs < 1:
        raise ValueError(f"jobs must be at least 1, not {jobs}")
    source, folder = press.source(press.find(chapter)), Path(folder).absolute()
    every = {folder / file_name(point): given | point for point in points(grid)}
    checked = {notebook: params.validate(chapter, point) for notebook, point in every.items()}
    waiting = [notebook for notebook in every if not press.is_made_from(notebook, source, checked[notebook])]
    _connect(backend, scheduler)
    folder.mkdir(parents=True, exist_ok=True)
    jobs = jobs or (device.side_by_side() if backend == "loky" else -1)
    with joblib.parallel_config(backend=backend, n_jobs=jobs):
        # Ray hands nothing over before all points are done.
        runs = joblib.Parallel(return_as="list" if backend == "ray" else "generator_unordered")(
            joblib.delayed(_point)(source, every[notebook], notebook, own_process=jobs != 1) for notebook in waiting
        )
        failures = [problem for problem in tqdm(runs, total=len(waiting), unit="point") if problem]
    return _table(folder / "table.csv", {n: points(grid)[i] for i, n in enumerate(every) if n.exists()}), failures


def _point(source: Path, given: dict, notebook: Path, *, own_process: bool) -> str:
    """Execute one point; returns "" or what failed."""
    if own_process:
        os.environ |= dict.fromkeys(("NBKIT_CORES", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    try:
        press.execute(source, given, notebook)
    except (RuntimeError, ValueError, OSError) as problem:
        return f"{notebook.stem}: {problem}"
    return ""


def _connect(backend: str, scheduler: str | None) -> None:
    """Make joblib know a cluster; raises ValueError when its package is not installed."""
    if backend not in BACKENDS:
        raise ValueError(f"backend must be one of {', '.join(BACKENDS)}, not {backend!r}")
    if scheduler and backend != "dask":
        raise ValueError("a scheduler is an address of Dask's: add --backend dask")
    try:
        if backend == "dask":
            from distributed import Client

            Client(scheduler)  # the newest client is the one joblib takes
        if backend == "ray":
            from ray.util.joblib import register_ray

            register_ray()
    except ImportError:
        package = {"dask": "dask[distributed]", "ray": "ray"}[backend]
        raise ValueError(f"the backend {backend} needs a package: pip install '{package}'") from None


def _table(path: Path, done: dict[Path, dict[str, Any]]) -> Path:
    """Write the statistics of all finished points, one a row."""
    names = list(next(iter(done.values()), {}))
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*names, *REPORTED])
        writer.writerows(_rows(done))
    return path


def _rows(done: dict[Path, dict[str, Any]]) -> Iterator[list]:
    for notebook, point in done.items():
        for report in ledger.stored(notebook):
            if not report["recorded"]:
                yield [*point.values(), *(report[key] for key in REPORTED)]
