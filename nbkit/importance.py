"""Populations of networks, unit by unit: selectivity, information, size of the weights, and what is lost without a
unit.

Sources: [Morcos 2018], [Zhou 2018], [Leavitt 2021].
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import xarray as xr
from torch import Tensor, nn

from nbkit import fleet, penalties, populations, selectivity, units
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
    found, repetitions = images.load(data), range(seed, seed + seeds)
    split = populations.split(found, n_train, 0.0, seed=seed)
    tasks = [fleet.Task(split, seed=s, lr=lr) for s in repetitions]
    net = populations.mlp(found, widths)
    trained = populations.train(net, tasks, epochs=epochs, stop_below=populations.FITTED, device=device)
    return populations.measured(trained, tasks, _table(split), {"seed": repetitions}, found, device=device)


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
    found, repetitions = images.load(data), range(seed, seed + seeds)
    split = populations.split(found, n_train, 0.0, seed=0)
    tasks = [fleet.Task(split, seed=s, lr=lr) for s in repetitions]
    kinds = populations.plain_cnns(found, channels, strides)
    options = dict(epochs=epochs, stop_below=populations.FITTED, device=device)
    return populations.compared("batch_norm", kinds, tasks, _table(split), found, **options)


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
    found, repetitions = images.load(data), range(seed, seed + seeds)
    split = populations.split(found, n_train, 0.0, seed=seed)
    cases = [(strength, s) for strength in strengths for s in repetitions]
    tasks = [fleet.Task(split, seed=s, lr=lr) for _, s in cases]
    trained = penalties.train(
        penalties.selectivity,
        [strength for strength, _ in cases],
        tasks,
        shape=found.train_x.shape[1:],
        widths=widths,
        epochs=epochs,
        device=device,
    )

    def measure(net: nn.Module, x: Tensor, y: Tensor, s: int) -> xr.Dataset:
        activity = units.activations(net, split.x_test.to(x.device)).cpu()
        values = xr.DataArray(selectivity.class_selectivity(activity, split.y_test), dims="unit")
        return xr.Dataset({"selectivity": values.mean("unit"), "dead": values.isnull().mean("unit")})

    axes = {"strength": strengths, "seed": repetitions}
    return populations.measured(trained, tasks, measure, axes, found, device=device)


def _table(split: fleet.Split) -> Callable[..., xr.Dataset]:
    """The measurement that is `selectivity.table`, with this test set."""

    def measure(net: nn.Module, x: Tensor, y: Tensor, s: int) -> xr.Dataset:
        return selectivity.table(net, x, y, split.x_test.to(x.device), split.y_test)

    return measure
