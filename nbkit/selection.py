"""Does reliance on single directions tell good networks from bad ones, without a held-out set?

Source: Morcos, Barrett, Rabinowitz and Botvinick, On the importance of single directions for generalization, ICLR 2018;
the penalty is the future work that its presentation proposes.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
import xarray as xr

from nbkit import ablation, fleet, memorization, penalties
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
    found = images.load(data)
    split = memorization.split(found, n_train, 0.0, seed=seed)
    seeds = list(range(seed, seed + networks))
    tasks = [fleet.Task(split, seed=s, lr=lr) for s in seeds]
    recipe = memorization.recipe(epochs, stop_below=memorization.DONE)
    trained = fleet.train(memorization.mlp(found, widths), tasks, recipe, device=device, keep_weights="final")
    rows = [_reliance(*memorization.placed(trained, i, split, device), orders, steps, seed) for i in range(networks)]
    return memorization.grid(rows, trained, {"seed": seeds}, found)


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
    """Checkpoints of networks in training on partly corrupted labels: `auc` and the four scores, axes (seed, epoch)."""
    found = images.load(data)
    repetitions = list(range(seed, seed + seeds))
    tasks = [fleet.Task(memorization.split(found, n_train, corruption, seed=s), seed=s, lr=lr) for s in repetitions]
    recipe = memorization.recipe(epochs, evaluate_every=every)
    trained = fleet.train(memorization.mlp(found, widths), tasks, recipe, device=device, keep_weights="epochs")
    area = [
        [
            _reliance(*memorization.placed(trained, i, task.data, device, epoch=epoch), orders, steps, seed).auc.item()
            for epoch in trained.checkpoints
        ]
        for i, task in enumerate(tasks)
    ]
    scores = ("train_accuracy", "train_loss", "test_accuracy", "test_loss")
    history = trained.history[list(scores)].drop_vars("network").rename(network="seed")
    result = history.assign_coords(seed=repetitions).assign(auc=(("seed", "epoch"), np.array(area)))
    result.attrs = {"data": f"{found.variant} ({found.fingerprint})"}
    return result


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
    found = images.load(data)
    repetitions = range(seed, seed + seeds)
    splits = {s: memorization.split(found, n_train, corruption, seed=s) for s in repetitions}
    parts, settings = [], []
    for decay, batch, dropout in product(decays, batches, dropouts):
        tasks = [fleet.Task(splits[s], seed=s, lr=lr) for lr in rates for s in repetitions]
        recipe = fleet.Training(epochs=epochs, batch=batch, optimizer="adam", schedule="constant", weight_decay=decay)
        net = memorization.mlp(found, widths, dropout=dropout)
        trained = fleet.train(net, tasks, recipe, device=device, keep_weights="final")
        rows = [
            _reliance(*memorization.placed(trained, i, task.data, device), orders, steps, seed)
            for i, task in enumerate(tasks)
        ]
        parts.append(
            memorization.grid(rows, trained, {"setting": list(range(len(rates))), "seed": list(repetitions)}, found)
        )
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
    found = images.load(data)
    repetitions = list(range(seed, seed + seeds))
    splits = {s: memorization.split(found, n_train, corruption, seed=s) for s in repetitions}
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
    rows = [
        _reliance(*memorization.placed(trained, i, task.data, device), orders, steps, seed)
        for i, task in enumerate(tasks)
    ]
    result = memorization.grid(rows, trained, {"strength": list(strengths), "seed": repetitions}, found)
    penalty = trained.history.penalty.values.reshape(len(strengths), seeds)
    return result.assign(units=(("strength", "seed"), 1 / penalty))


def chosen(signal: xr.DataArray, score: xr.DataArray, along: str) -> xr.DataArray:
    """The score where the signal is largest along an axis, minus the best score there is."""
    return score.isel({along: signal.argmax(along)}).drop_vars(along, errors="ignore") - score.max(along)


def hits(signal, score, top: int) -> float:
    """Share of the `top` settings by signal that are among the `top` by score."""
    best = lambda values: set(np.argsort(-np.asarray(values), kind="stable")[:top].tolist())
    return len(best(signal) & best(score)) / top


def _reliance(net, x, y, orders: int, steps: int, seed: int) -> xr.Dataset:
    curve = ablation.cumulative(net, x, y, orders=orders, steps=steps, seed=seed).mean("order")
    return xr.Dataset({"curve": curve, "auc": ablation.auc(curve), "relative": ablation.auc(curve, normalised=True)})
