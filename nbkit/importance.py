"""Populations of networks, unit by unit: selectivity, information, size of the weights, and what is lost without a
unit.

Sources: [Morcos 2018], [Zhou 2018], [Leavitt 2021].
"""

from __future__ import annotations

from collections.abc import Sequence

import xarray as xr

from nbkit import fleet, memorization, penalties, selectivity, units
from nbkit.data import images
from nbkit.results import experiment


@experiment
def fully_connected(
    *,
    data: str,
    widths: Sequence[int],
    n_train: int,
    epochs: int,
    seeds: int,
    lr: float = 1e-3,
    seed: int = 0,
    device: str = "auto",
) -> xr.Dataset:
    """MLPs on clean labels: the `selectivity.table` of each, axes (seed, unit) and class, and the accuracies."""
    found = images.load(data)
    repetitions = range(seed, seed + seeds)
    split = memorization.split(found, n_train, 0.0, seed=seed)
    tasks = [fleet.Task(split, seed=s, lr=lr) for s in repetitions]
    recipe = memorization.recipe(epochs, stop_below=memorization.DONE)
    trained = fleet.train(memorization.mlp(found, widths), tasks, recipe, device=device, keep_weights="final")
    return memorization.grid(_tables(trained, tasks, device), trained, {"seed": list(repetitions)}, found)


@experiment
def convolutional(
    *,
    data: str,
    channels: Sequence[int],
    strides: Sequence[int],
    n_train: int,
    epochs: int,
    seeds: int,
    lr: float = 2e-3,
    seed: int = 0,
    device: str = "auto",
) -> xr.Dataset:
    """The same for plain convolutional networks with and without batch norm: a first axis `batch_norm`."""
    found = images.load(data)
    repetitions = list(range(seed, seed + seeds))
    parts = []
    for norm in (False, True):
        sizes = dict(channels=channels, strides=strides, n_train=n_train, epochs=epochs, lr=lr, device=device)
        trained, tasks = memorization.convolutional(found, norm, seeds=repetitions, **sizes)
        parts.append(memorization.grid(_tables(trained, tasks, device), trained, {"seed": repetitions}, found))
    return xr.concat(parts, xr.Variable("batch_norm", [False, True]), combine_attrs="override")


@experiment
def regularised(
    *,
    data: str,
    strengths: Sequence[float],
    widths: Sequence[int],
    n_train: int,
    epochs: int,
    seeds: int,
    lr: float = 1e-3,
    seed: int = 0,
    device: str = "auto",
) -> xr.Dataset:
    """MLPs trained with selectivity penalised by each strength: mean `selectivity` of live units on the test set and
    the accuracies, (strength, seed).
    """
    found = images.load(data)
    split = memorization.split(found, n_train, 0.0, seed=seed)
    cases = [(strength, s) for strength in strengths for s in range(seed, seed + seeds)]
    tasks = [fleet.Task(split, seed=s, lr=lr) for _, s in cases]
    shape = found.train_x.shape[1:]
    trained = penalties.train(
        penalties.selectivity,
        [strength for strength, _ in cases],
        tasks,
        shape=shape,
        widths=widths,
        epochs=epochs,
        device=device,
    )
    rows = []
    for i in range(len(cases)):
        net, *_ = memorization.placed(trained, i, split, device)
        activity = units.activations(net, split.x_test.to(next(net.parameters()).device)).cpu()
        values = xr.DataArray(selectivity.class_selectivity(activity, split.y_test), dims="unit")
        rows.append(xr.Dataset({"selectivity": values.mean("unit"), "dead": values.isnull().mean("unit")}))
    return memorization.grid(
        rows, trained, {"strength": list(strengths), "seed": list(range(seed, seed + seeds))}, found
    )


def _tables(trained: fleet.Trained, tasks: Sequence[fleet.Task], device: str) -> list[xr.Dataset]:
    tables = []
    for i, task in enumerate(tasks):
        net, x, y = memorization.placed(trained, i, task.data, device)
        tables.append(selectivity.table(net, x, y, task.data.x_test.to(x.device), task.data.y_test))
    return tables
