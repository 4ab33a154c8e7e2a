"""The networks of Part IV: what they are trained on and how, and one dataset of what is measured on each of them.

Source: Morcos, Barrett, Rabinowitz and Botvinick, On the importance of single directions for generalization, ICLR 2018.
Optimiser, rate and batch are unreported there; ours are Adam, at a rate that is given, and batches of 128.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import xarray as xr
from torch import Tensor, nn

from nbkit import device as machine
from nbkit import fleet, nets
from nbkit.data import images, labels
from nbkit.fleet.stack import initialise

BATCH = 128
FITTED = 0.01
"""Training may end at the first batch whose loss is below: by then nearly every training label is fitted."""
LARGE = 200_000
"""Weights from which an MLP on a CPU gains nothing in a stack. Alone it has a core to itself, and ends by itself."""


def split(found: images.Images, n_train: int, corruption: float, *, seed: int) -> fleet.Split:
    """The first `n_train` training images with a share of their labels permuted, and all test images with the right
    ones.
    """
    x, y = found.train_x[:n_train], found.train_y[:n_train]
    return fleet.Split(x, labels.corrupt(y, corruption, seed=seed), found.test_x, found.test_y)


def mlp(found: images.Images, widths: Sequence[int], **options) -> partial:
    """A maker of MLPs for these images; options as for `nets.mlp`."""
    return partial(nets.mlp, shape=tuple(found.train_x.shape[1:]), widths=tuple(widths), classes=10, **options)


def plain_cnns(found: images.Images, channels: Sequence[int], strides: Sequence[int]) -> dict[bool, partial]:
    """Makers of plain convolutional networks for these images, without and with batch norm."""
    shape = dict(in_channels=found.train_x.shape[1], channels=tuple(channels), strides=tuple(strides))
    return {norm: partial(nets.plain_cnn, batch_norm=norm, **shape) for norm in (False, True)}


def train(
    net: Callable[[], nn.Module],
    tasks: Sequence[fleet.Task],
    *,
    epochs: int,
    device: str,
    batch: int = BATCH,
    keep_weights: str = "final",
    **options,
) -> fleet.Trained:
    """Train one network per task with Adam at the task's own constant rate; options as for `fleet.Training`."""
    recipe = fleet.Training(epochs=epochs, batch=batch, optimizer="adam", schedule="constant", **options)
    alone = machine.resolve(device).type == "cpu" and nets.count_parameters(initialise(net, 0)) > LARGE
    return fleet.train(
        net, tasks, recipe, device=device, how="processes" if alone else "auto", keep_weights=keep_weights
    )


def measured(
    trained: fleet.Trained,
    tasks: Sequence[fleet.Task],
    measure: Callable[[nn.Module, Tensor, Tensor, int], xr.Dataset],
    axes: dict[str, Sequence],
    found: images.Images,
    *,
    device: str,
) -> xr.Dataset:
    """`measure(net, x, y, seed)` of every trained network on its training set, and its accuracies, as one dataset.

    The networks run over the product of `axes`, last axis fastest; these become the first axes of all variables.
    """
    rows = [measure(*placed(trained, i, task.data, device), task.seed) for i, task in enumerate(tasks)]
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
    outer = {name: list(values) for name, values in axes.items()}
    return xr.Dataset(whole, coords=outer | inner, attrs={"data": described(found, tasks, trained)})


def compared(
    axis: str,
    kinds: dict[float, Callable[[], nn.Module]],
    tasks: Sequence[fleet.Task],
    measure: Callable[[nn.Module, Tensor, Tensor, int], xr.Dataset],
    found: images.Images,
    *,
    epochs: int,
    device: str,
    stop_below: float | None = None,
) -> xr.Dataset:
    """The same tasks learned by each kind of network, and measured: axes (`axis`, seed), then those of `measure`."""
    parts, seeds = [], {"seed": [task.seed for task in tasks]}
    for net in kinds.values():
        trained = train(net, tasks, epochs=epochs, stop_below=stop_below, device=device)
        parts.append(measured(trained, tasks, measure, seeds, found, device=device))
    return xr.concat(parts, xr.Variable(axis, list(kinds)), combine_attrs="override")


def placed(
    trained: fleet.Trained, network: int, data: fleet.Split, device: str, *, epoch: int | None = None
) -> tuple[nn.Module, Tensor, Tensor]:
    """A trained network and its training set, on the device."""
    target = machine.resolve(device)
    return trained.model(network, epoch=epoch).to(target), data.x.to(target), data.y.to(target)


def described(found: images.Images, tasks: Sequence[fleet.Task], trained: fleet.Trained) -> str:
    """The image set and the sizes, as they stand in the label of a result."""
    weights = nets.count_parameters(initialise(trained.net, 0))
    return f"{found.variant} ({found.fingerprint}), {len(tasks[0].data.x)} images, {weights} weights each"
