"""Real images in the basis of an architecture's NADs: turned round, or with a planted carrier.

Source: Ortiz-Jimenez et al. 2020, the experiments on CIFAR-10; settings of the carrier from the code released with it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import torch
import torch.nn.functional as F
import xarray as xr
from torch import Tensor

from nbkit import fleet, nets
from nbkit.data import images
from nbkit.results import experiment

SIDE = 32


def load(name: str) -> images.Images:
    """An image set by name (see `nbkit.data.images.load`), enlarged to 32×32 where it is smaller."""
    data = images.load(name)
    grow = lambda x: x if x.shape[-1] == SIDE else F.interpolate(x, size=(SIDE, SIDE), mode="bilinear")
    return data._replace(train_x=grow(data.train_x), test_x=grow(data.test_x))


def flip(x: Tensor, basis: Tensor) -> Tensor:
    """x' = Uᵀ reverse(U x) for each channel: the coordinate along the first direction trades places with the last.

    x: (n, channels, side, side); basis: (D, D), orthonormal rows, complete. Nothing is lost: an isometry and its own
    inverse. Raises ValueError for a basis that is not complete and orthonormal.
    """
    basis = torch.as_tensor(np.ascontiguousarray(basis), dtype=torch.float64)
    identity = torch.eye(x[0, 0].numel(), dtype=torch.float64)
    if basis.shape != identity.shape or not torch.allclose(basis @ basis.T, identity, atol=1e-6):
        raise ValueError(f"flip needs {len(identity)} orthonormal directions, not an array of {tuple(basis.shape)}")
    return (x.flatten(2) @ (basis.T @ basis.flip(0)).to(x.dtype)).view_as(x)


def plant(x: Tensor, y: Tensor, basis: Tensor, index: int, *, epsilon: float) -> Tensor:
    """Replace the image's coordinate along its class's carrier by ±epsilon.

    Class t has the direction index + t // (2 c) of channel t mod c, with the sign of 2 (t mod 2) − 1; for c = 3
    channels and 10 classes two neighbouring directions are enough, for c = 1 five. Source: the released code.
    """
    channels, sides = x.shape[1], 2 * x.shape[1]
    if index < 0 or index + int(y.max()) // sides >= len(basis):
        raise ValueError(f"carriers from index {index} on do not fit into {len(basis)} directions")
    carrier = torch.as_tensor(np.ascontiguousarray(basis), dtype=x.dtype)[index + y // sides]
    planted, rows = x.flatten(2).clone(), torch.arange(len(x))
    chosen = planted[rows, y % channels]
    wanted = epsilon * (2 * (y % 2) - 1).to(x.dtype)
    change = wanted - (chosen * carrier).sum(1)
    planted[rows, y % channels] = chosen + change[:, None] * carrier
    return planted.view_as(x)


@experiment
def accuracy_flipped(net: str, basis: np.ndarray, *, data: str, **training) -> xr.Dataset:
    """Test accuracy (version, seed) in % on the images as they are and flipped, both in training and test."""
    both = {"original": lambda x, y: x, "flipped": lambda x, y: flip(x, basis)}
    return _accuracy(net, data, {name: (change, change) for name, change in both.items()}, "version", **training)


@experiment
def accuracy_planted(
    net: str, basis: np.ndarray, indices: Sequence[int], *, data: str, epsilon: float, **training
) -> xr.Dataset:
    """Test accuracy (index, seed) in % on clean images after training on images with carriers from this index on.

    Index −1 is the control: no carrier.
    """
    clean = lambda x, y: x
    changes = {i: (partial(plant, basis=basis, index=i, epsilon=epsilon), clean) for i in indices}
    return _accuracy(net, data, {-1: (clean, clean), **changes}, "index", **training)


def _accuracy(
    net: str,
    data: str,
    changes: dict[object, tuple[Callable, Callable]],
    axis: str,
    *,
    epochs: int,
    seeds: int,
    batch: int = 128,
    lr: float = 0.21,
    momentum: float = 0.9,
    weight_decay: float = 5e-4,
    clip: float = 0.5,
    seed: int = 0,
    device: str = "auto",
    options: dict | None = None,
) -> xr.Dataset:
    """One network per change of the (training, test) images and seed; the recipe is the released code's."""
    source = load(data)
    recipe = fleet.Training(
        epochs=epochs, batch=batch, momentum=momentum, weight_decay=weight_decay, clip=clip, schedule="linear"
    )
    splits = [
        fleet.Split(
            normalised(in_training(source.train_x, source.train_y)),
            source.train_y,
            normalised(in_test(source.test_x, source.test_y)),
            source.test_y,
        )
        for in_training, in_test in changes.values()
    ]
    tasks = [fleet.Task(data=split, seed=s, lr=lr) for split in splits for s in range(seed, seed + seeds)]
    build = partial(nets.build, net, in_channels=source.train_x.shape[1], classes=10, **options or {})
    final = fleet.train(build, tasks, recipe, device=device).history.isel(epoch=-1)
    grid = lambda name: ((axis, "seed"), 100 * final[name].values.reshape(len(changes), seeds), {"units": "%"})
    return xr.Dataset(
        {name: grid(name) for name in ("test_accuracy", "train_accuracy")},
        coords={axis: list(changes), "seed": range(seed, seed + seeds)},
        attrs={"net": net, "data": source.variant},
    )


def normalised(x: Tensor) -> Tensor:
    """Pixels in [0, 1] to about zero mean and unit variance, by fixed numbers so that carriers are scaled alike."""
    return (x - 0.5) / 0.25
