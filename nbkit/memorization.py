"""Networks that memorise and networks that need not: trained on partly corrupted labels, then ablated and disturbed.

Source: Morcos, Barrett, Rabinowitz and Botvinick, On the importance of single directions for generalization, ICLR 2018.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import xarray as xr
from torch import Tensor, nn

from nbkit import ablation, fleet, nets, populations, units
from nbkit.data import images
from nbkit.results import experiment

HOLDS = ("zero", "mean")


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
    stop_below: float = populations.FITTED,
    seed: int = 0,
    device: str = "auto",
) -> xr.Dataset:
    """Train MLPs on labels of which a share is corrupted, and measure what ablation and noise do to them.

    Returns `accuracy` (corruption, seed, hold, order, fraction), hold being "zero" or "mean", `noisy` (corruption,
    seed, scale, repeat), and `train_accuracy` and `test_accuracy` (corruption, seed); all in [0, 1], on the training
    labels as they were given to the network except for the test accuracy.
    """
    found, repetitions = images.load(data), range(seed, seed + seeds)
    cases = [(share, s) for share in corruption for s in repetitions]
    tasks = [fleet.Task(populations.split(found, n_train, share, seed=s), seed=s, lr=lr) for share, s in cases]
    net = populations.mlp(found, widths)
    trained = populations.train(net, tasks, epochs=epochs, stop_below=stop_below, device=device)

    def measure(net: nn.Module, x: Tensor, y: Tensor, s: int) -> xr.Dataset:
        curves = [ablation.cumulative(net, x, y, orders=orders, steps=steps, seed=s, hold=hold) for hold in HOLDS]
        noisy = ablation.noise(net, x, y, scales, repeats=repeats, seed=s)
        return xr.Dataset({"accuracy": xr.concat(curves, xr.Variable("hold", list(HOLDS))), "noisy": noisy})

    axes = {"corruption": corruption, "seed": repetitions}
    return populations.measured(trained, tasks, measure, axes, found, device=device)


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
    found, repetitions = images.load(data), range(seed, seed + seeds)
    tasks = [fleet.Task(populations.split(found, n_train, corruption, seed=s), seed=s, lr=lr) for s in repetitions]
    kinds = {p: populations.mlp(found, widths, dropout=p) for p in dropout}
    measure = _ablated(orders=orders, steps=steps)
    return populations.compared("dropout", kinds, tasks, measure, found, epochs=epochs, device=device)


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
    """Train plain convolutional networks with and without batch norm until they fit clean labels, and ablate their
    feature maps.

    layers: only so many of the last layers are ablated. Returns `accuracy` (batch_norm, seed, order, fraction).
    """
    found, repetitions = images.load(data), range(seed, seed + seeds)
    tasks = [fleet.Task(populations.split(found, n_train, 0.0, seed=0), seed=s, lr=lr) for s in repetitions]
    kinds, measure = populations.plain_cnns(found, channels, strides), _ablated(orders=orders, steps=steps, last=layers)
    options = dict(epochs=epochs, stop_below=populations.FITTED, device=device)
    return populations.compared("batch_norm", kinds, tasks, measure, found, **options)


@experiment
def residual(
    *,
    data: str,
    corruption: Sequence[float],
    width: int,
    n_train: int,
    epochs: int,
    seeds: int,
    orders: int,
    steps: int,
    lr: float = 2e-3,
    seed: int = 0,
    device: str = "auto",
) -> xr.Dataset:
    """Train ResNet-18s of this width on partly corrupted labels and ablate the feature maps of all ReLUs.

    Returns `accuracy` (corruption, seed, order, fraction).
    """
    found, repetitions = images.load(data), range(seed, seed + seeds)
    cases = [(share, s) for share in corruption for s in repetitions]
    tasks = [fleet.Task(populations.split(found, n_train, share, seed=s), seed=s, lr=lr) for share, s in cases]
    net = partial(nets.resnet18, in_channels=found.train_x.shape[1], classes=10, width=width)
    trained = populations.train(net, tasks, epochs=epochs, device=device)
    axes = {"corruption": corruption, "seed": repetitions}
    return populations.measured(trained, tasks, _ablated(orders=orders, steps=steps), axes, found, device=device)


def _ablated(*, orders: int, steps: int, last: int | None = None) -> Callable[..., xr.Dataset]:
    """The measurement that is a cumulative ablation; last: only of so many of the last layers."""

    def measure(net: nn.Module, x: Tensor, y: Tensor, s: int) -> xr.Dataset:
        names = units.layers(net)[-last:] if last else None
        curve = ablation.cumulative(net, x, y, orders=orders, steps=steps, seed=s, layers=names)
        return xr.Dataset({"accuracy": curve})

    return measure
