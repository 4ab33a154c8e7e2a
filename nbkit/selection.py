"""Does reliance on single directions tell good networks from bad ones, without a held-out set?

Source: Morcos, Barrett, Rabinowitz and Botvinick, On the importance of single directions for generalization, ICLR 2018;
the penalty is the future work that its presentation proposes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product

import numpy as np
import xarray as xr
from torch import Tensor, nn

from nbkit import ablation, fleet, penalties, populations
from nbkit.data import images
from nbkit.results import experiment


@experiment
def same_data(
    *,
    data: str,
    widths: Sequence[int],
    n_train: int,
    epochs: int,
    networks: int,
    orders: int,
    steps: int,
    lr: float = 1e-3,
    seed: int = 0,
    device: str = "auto",
) -> xr.Dataset:
    """Networks that differ in nothing but their seed, on clean labels: `auc`, `train_accuracy`, `test_accuracy`
    (seed,), `curve` (seed, fraction).
    """
    found, seeds = images.load(data), range(seed, seed + networks)
    split = populations.split(found, n_train, 0.0, seed=seed)
    tasks = [fleet.Task(split, seed=s, lr=lr) for s in seeds]
    net = populations.mlp(found, widths)
    trained = populations.train(net, tasks, epochs=epochs, stop_below=populations.FITTED, device=device)
    reliance = _reliance(orders, steps, seed)
    return populations.measured(trained, tasks, reliance, {"seed": seeds}, found, device=device)


@experiment
def over_training(
    *,
    data: str,
    corruption: float,
    widths: Sequence[int],
    n_train: int,
    epochs: int,
    every: int,
    seeds: int,
    orders: int,
    steps: int,
    lr: float = 1e-3,
    seed: int = 0,
    device: str = "auto",
) -> xr.Dataset:
    """Checkpoints of networks in training on partly corrupted labels: `auc` and the four scores, axes (seed, epoch);
    `curve` (seed, epoch, fraction).
    """
    found, repetitions = images.load(data), range(seed, seed + seeds)
    tasks = [fleet.Task(populations.split(found, n_train, corruption, seed=s), seed=s, lr=lr) for s in repetitions]
    net, kept = populations.mlp(found, widths), {"evaluate_every": every, "keep_weights": "epochs"}
    trained = populations.train(net, tasks, epochs=epochs, device=device, **kept)
    reliance = _reliance(orders, steps, seed)
    looks = [
        [reliance(*populations.placed(trained, i, task.data, device, epoch=e)) for e in trained.checkpoints]
        for i, task in enumerate(tasks)
    ]
    seen = xr.concat([xr.concat(run, "epoch") for run in looks], "seed")[["curve", "auc"]]
    scores = ("train_accuracy", "train_loss", "test_accuracy", "test_loss")
    history = trained.history[list(scores)].drop_vars("network").rename(network="seed")
    result = history.assign_coords(seed=list(repetitions)).assign(seen.variables)
    return result.drop_attrs().assign_attrs(data=populations.described(found, tasks, trained))


@experiment
def hyper_parameters(
    *,
    data: str,
    rates: Sequence[float],
    decays: Sequence[float],
    batches: Sequence[int],
    dropouts: Sequence[float],
    corruption: float,
    widths: Sequence[int],
    n_train: int,
    epochs: int,
    seeds: int,
    orders: int,
    steps: int,
    seed: int = 0,
    device: str = "auto",
) -> xr.Dataset:
    """A grid of learning rate, weight decay, batch and dropout: `auc`, `train_accuracy`, `test_accuracy`, axes
    (setting, seed).

    Networks that differ only in rate and seed are trained as one stack. All see the same `epochs`.
    """
    found, repetitions = images.load(data), range(seed, seed + seeds)
    splits = {s: populations.split(found, n_train, corruption, seed=s) for s in repetitions}
    tasks = [fleet.Task(splits[s], seed=s, lr=lr) for lr in rates for s in repetitions]
    axes, reliance = {"setting": range(len(rates)), "seed": repetitions}, _reliance(orders, steps, seed)
    parts, settings = [], []
    for decay, batch, dropout in product(decays, batches, dropouts):
        net = populations.mlp(found, widths, dropout=dropout)
        trained = populations.train(net, tasks, epochs=epochs, batch=batch, weight_decay=decay, device=device)
        parts.append(populations.measured(trained, tasks, reliance, axes, found, device=device))
        settings += [(lr, decay, batch, dropout) for lr in rates]
    result = xr.concat(parts, "setting", combine_attrs="override").assign_coords(setting=np.arange(len(settings)))
    for name, values in zip(("lr", "weight_decay", "batch", "dropout"), zip(*settings)):
        result[name] = "setting", np.array(values)
    return result


@experiment
def penalised(
    *,
    data: str,
    strengths: Sequence[float],
    corruption: float,
    widths: Sequence[int],
    n_train: int,
    epochs: int,
    seeds: int,
    orders: int,
    steps: int,
    lr: float = 1e-3,
    seed: int = 0,
    device: str = "auto",
) -> xr.Dataset:
    """Networks trained with `penalties.reliance` on partly corrupted labels: `auc`, accuracies, effective `units`,
    (strength, seed).
    """
    found, repetitions = images.load(data), range(seed, seed + seeds)
    splits = {s: populations.split(found, n_train, corruption, seed=s) for s in repetitions}
    cases = list(product(strengths, repetitions))
    tasks = [fleet.Task(splits[s], seed=s, lr=lr) for _, s in cases]
    trained = penalties.train(
        penalties.reliance,
        [strength for strength, _ in cases],
        tasks,
        shape=found.train_x.shape[1:],
        widths=widths,
        epochs=epochs,
        device=device,
    )
    axes = {"strength": strengths, "seed": repetitions}
    result = populations.measured(trained, tasks, _reliance(orders, steps, seed), axes, found, device=device)
    penalty = trained.history.penalty.values.reshape(len(strengths), seeds)
    return result.assign(units=(("strength", "seed"), 1 / penalty))


def chosen(signal: xr.DataArray, score: xr.DataArray, along: str) -> xr.DataArray:
    """The score where the signal is largest along an axis, minus the best score there is."""
    return score.isel({along: signal.argmax(along)}).drop_vars(along, errors="ignore") - score.max(along)


def hits(signal, score, top: int) -> float:
    """Share of the `top` settings by signal that are among the `top` by score."""
    best = lambda values: set(np.argsort(-np.asarray(values), kind="stable")[:top].tolist())
    return len(best(signal) & best(score)) / top


def _reliance(orders: int, steps: int, seed: int) -> Callable[..., xr.Dataset]:
    """The measurement of the ablation curve and its area, in the same orders for all networks."""

    def measure(net: nn.Module, x: Tensor, y: Tensor, s: int | None = None) -> xr.Dataset:
        curve = ablation.cumulative(net, x, y, orders=orders, steps=steps, seed=seed).mean("order")
        return xr.Dataset(
            {"curve": curve, "auc": ablation.auc(curve), "relative": ablation.auc(curve, normalised=True)}
        )

    return measure
