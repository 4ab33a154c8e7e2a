"""Networks that memorise and networks that need not: trained on partly corrupted labels, then ablated and disturbed.

Source: Morcos, Barrett, Rabinowitz and Botvinick, On the importance of single directions for generalization, ICLR 2018.
Optimiser, rate and batch are unreported there; ours are Adam, 1e-3 unless said otherwise, and batches of 128.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import xarray as xr

from nbkit import ablation, conv, fleet, nets, units
from nbkit import device as machine
from nbkit.data import images, labels
from nbkit.results import experiment

BATCH = 128
DONE = 0.01
"""Training ends at the first batch whose loss is below: by then nearly every training label is fitted."""


@experiment
def by_corruption(
    *,
    data: str,
    corruption: Sequence[float],
    widths: Sequence[int],
    n_train: int,
    epochs: int,
    seeds: int,
    orders: int,
    steps: int,
    scales: Sequence[float],
    repeats: int,
    lr: float = 1e-3,
    stop_below: float = DONE,
    seed: int = 0,
    device: str = "auto",
) -> xr.Dataset:
    """Train MLPs on labels of which a share is corrupted, and measure what ablation and noise do to them.

    Returns `accuracy` (corruption, seed, hold, order, fraction), hold being "zero" or "mean", `noisy` (corruption,
    seed, scale, repeat), and `train_accuracy` and `test_accuracy` (corruption, seed); all in [0, 1], on the training
    labels as they were given to the network except for the test accuracy.
    """
    found = images.load(data)
    cases = [(share, s) for share in corruption for s in range(seed, seed + seeds)]
    tasks = [fleet.Task(split(found, n_train, share, seed=s), seed=s, lr=lr) for share, s in cases]
    trained = fleet.train(
        mlp(found, widths), tasks, recipe(epochs, stop_below=stop_below), device=device, keep_weights="final"
    )
    rows = []
    for i, (_, s) in enumerate(cases):
        net, x, y = placed(trained, i, tasks[i].data, device)
        curves = [ablation.cumulative(net, x, y, orders=orders, steps=steps, seed=s, hold=hold) for hold in HOLDS]
        noisy = ablation.noise(net, x, y, scales, repeats=repeats, seed=s)
        rows.append(xr.Dataset({"accuracy": xr.concat(curves, xr.Variable("hold", list(HOLDS))), "noisy": noisy}))
    return grid(rows, trained, {"corruption": list(corruption), "seed": list(range(seed, seed + seeds))}, found)


HOLDS = ("zero", "mean")


@experiment
def by_dropout(
    *,
    data: str,
    dropout: Sequence[float],
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
    """Train MLPs with dropout on corrupted labels and ablate them: `accuracy` (dropout, seed, order, fraction)."""
    found = images.load(data)
    repetitions = range(seed, seed + seeds)
    parts = []
    for p in dropout:
        tasks = [fleet.Task(split(found, n_train, corruption, seed=s), seed=s, lr=lr) for s in repetitions]
        trained = fleet.train(mlp(found, widths, dropout=p), tasks, recipe(epochs), device=device, keep_weights="final")
        rows = [
            xr.Dataset(
                {
                    "accuracy": ablation.cumulative(
                        *placed(trained, i, tasks[i].data, device), orders=orders, steps=steps, seed=s
                    )
                }
            )
            for i, s in enumerate(repetitions)
        ]
        parts.append(grid(rows, trained, {"seed": list(repetitions)}, found))
    return xr.concat(parts, xr.Variable("dropout", list(dropout)), combine_attrs="override")


@experiment
def by_batch_norm(
    *,
    data: str,
    channels: Sequence[int],
    strides: Sequence[int],
    layers: int,
    n_train: int,
    epochs: int,
    seeds: int,
    orders: int,
    steps: int,
    lr: float = 2e-3,
    seed: int = 0,
    device: str = "auto",
) -> xr.Dataset:
    """Train plain convolutional networks with and without batch norm on clean labels, and ablate their feature maps.

    layers: only so many of the last layers are ablated. Returns `accuracy` (batch_norm, seed, order, fraction).
    """
    found = images.load(data)
    repetitions = range(seed, seed + seeds)
    parts = []
    for norm in (False, True):
        trained, tasks = convolutional(
            found,
            norm,
            channels=channels,
            strides=strides,
            n_train=n_train,
            epochs=epochs,
            seeds=repetitions,
            lr=lr,
            device=device,
        )
        rows = []
        for i, s in enumerate(repetitions):
            net, x, y = placed(trained, i, tasks[i].data, device)
            last = units.layers(net)[-layers:]
            rows.append(
                xr.Dataset(
                    {"accuracy": ablation.cumulative(net, x, y, orders=orders, steps=steps, seed=s, layers=last)}
                )
            )
        parts.append(grid(rows, trained, {"seed": list(repetitions)}, found))
    return xr.concat(parts, xr.Variable("batch_norm", [False, True]), combine_attrs="override")


def convolutional(
    found: images.Images,
    batch_norm: bool,
    *,
    channels: Sequence[int],
    strides: Sequence[int],
    n_train: int,
    epochs: int,
    seeds: Sequence[int],
    lr: float,
    device: str,
) -> tuple[fleet.Trained, list[fleet.Task]]:
    """Plain convolutional networks trained on clean labels, one for each seed, and their tasks."""
    net = partial(
        conv.plain, in_channels=found.train_x.shape[1], channels=channels, strides=strides, batch_norm=batch_norm
    )
    data = split(found, n_train, 0.0, seed=0)
    tasks = [fleet.Task(data, seed=s, lr=lr) for s in seeds]
    return fleet.train(net, tasks, recipe(epochs), device=device, keep_weights="final"), tasks


def mlp(found: images.Images, widths: Sequence[int], **options) -> partial:
    """A maker of MLPs for these images."""
    return partial(nets.build, "mlp", shape=tuple(found.train_x.shape[1:]), widths=tuple(widths), classes=10, **options)


def split(found: images.Images, n_train: int, corruption: float, *, seed: int) -> fleet.Split:
    """The first `n_train` training images with a share of their labels permuted, and all test images with the right
    ones.
    """
    x, y = found.train_x[:n_train], found.train_y[:n_train]
    return fleet.Split(x, labels.corrupt(y, corruption, seed=seed), found.test_x, found.test_y)


def recipe(epochs: int, **options) -> fleet.Training:
    """How the networks of this part are trained."""
    return fleet.Training(epochs=epochs, batch=BATCH, optimizer="adam", schedule="constant", **options)


def placed(trained: fleet.Trained, network: int, data: fleet.Split, where: str, *, epoch: int | None = None):
    """A trained network and its training set, on the device."""
    target = machine.resolve(where)
    return trained.model(network, epoch=epoch).to(target), data.x.to(target), data.y.to(target)


def grid(rows: list[xr.Dataset], trained: fleet.Trained, axes: dict[str, list], found: images.Images) -> xr.Dataset:
    """One dataset from those of the networks, which run over the product of `axes`, last axis fastest."""
    shape = tuple(len(values) for values in axes.values())
    final = trained.history.isel(epoch=-1)
    whole = {
        name: (
            (*axes, *rows[0][name].dims),
            np.stack([row[name].values for row in rows]).reshape(*shape, *rows[0][name].shape),
        )
        for name in rows[0].data_vars
    }
    whole |= {name: (tuple(axes), final[name].values.reshape(shape)) for name in ("train_accuracy", "test_accuracy")}
    inner = {name: rows[0][name] for name in rows[0].coords}
    return xr.Dataset(whole, coords={**axes, **inner}, attrs={"data": f"{found.variant} ({found.fingerprint})"})
