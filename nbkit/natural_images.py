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

from nbkit import device as machine
from nbkit import fleet, nets
from nbkit.data import images
from nbkit.results import experiment

SIDE = 32


def load(name: str, *, n_train: int | None = None) -> images.Images:
    """An image set by name (see `nbkit.data.images.load`), enlarged to 32×32 where it is smaller; n_train: only the
    first so many training images."""
    data = images.load(name)
    grow = lambda x: x if x.shape[-1] == SIDE else F.interpolate(x, size=(SIDE, SIDE), mode="bilinear")
    return data._replace(train_x=grow(data.train_x[:n_train]), train_y=data.train_y[:n_train], test_x=grow(data.test_x))


def flip(x: Tensor, basis: Tensor) -> Tensor:
    """x' = Uᵀ reverse(U x) for each channel: the coordinate along the first direction trades places with the last.

    x: (n, channels, side, side); basis: (D, D), orthonormal rows, complete. Nothing is lost: an isometry and its own
    inverse. Raises ValueError for a basis that is not complete and orthonormal.
    """
    basis = torch.tensor(np.array(basis, order="C"), dtype=torch.float64)
    identity = torch.eye(x[0, 0].numel(), dtype=torch.float64)
    if basis.shape != identity.shape or not torch.allclose(basis @ basis.T, identity, atol=1e-6):
        raise ValueError(f"flip needs {len(identity)} orthonormal directions, not an array of {tuple(basis.shape)}")
    return (x.flatten(2) @ (basis.T @ basis.flip(0)).to(x.dtype)).view_as(x)


WAYS = ("replace", "add", "erase")


def plant(x: Tensor, y: Tensor, basis: Tensor, index: int, *, epsilon: float, way: str = "replace") -> Tensor:
    """Give each image the carrier of its class: a direction and a sign.

    Class t has the direction index + t // (2 c) of channel t mod c, with the sign of 2 (t mod 2) − 1; for c = 3
    channels and 10 classes two neighbouring directions are enough, for c = 1 five. Source: the released code.
    way: "replace" the image's coordinate by ±epsilon, as the released code does; "add" ±epsilon to it, which takes
    nothing away; "erase" it, which takes the same away and puts no sign in its place.
    """
    if way not in WAYS:
        raise ValueError(f"way must be one of {', '.join(WAYS)}, not {way!r}")
    carrier, own = _carriers(x, y, basis, index), torch.arange(len(x))
    planted, channel = x.flatten(2).clone(), y % x.shape[1]
    wanted = epsilon * (2 * (y % 2) - 1).to(x.dtype)
    natural = coordinates(x, y, basis, index)
    change = {"replace": wanted - natural, "add": wanted, "erase": -natural}[way]
    planted[own, channel] += change[:, None] * carrier
    return planted.view_as(x)


def coordinates(x: Tensor, y: Tensor, basis: Tensor, index: int) -> Tensor:
    """Coordinate (n,) of each image along the carrier of its class."""
    chosen = x.flatten(2)[torch.arange(len(x)), y % x.shape[1]]
    return (chosen * _carriers(x, y, basis, index)).sum(1)


def _carriers(x: Tensor, y: Tensor, basis: Tensor, index: int) -> Tensor:
    """The direction (n, D) that carries each image's class."""
    sides = 2 * x.shape[1]
    if index < 0 or index + int(y.max()) // sides >= len(basis):
        raise ValueError(f"carriers from index {index} on do not fit into {len(basis)} directions")
    return torch.tensor(np.array(basis, order="C"), dtype=x.dtype)[index + y // sides]


@experiment
def accuracy_flipped(net: str, basis: np.ndarray, *, data: str, n_train: int | None = None, **training) -> xr.Dataset:
    """Test accuracy (version, seed) in % on the images as they are and flipped, both in training and test."""
    source = load(data, n_train=n_train)
    splits = {"original": partial(_changed, source), "flipped": partial(_changed, source, basis=basis)}
    return _accuracy(net, source, splits, "version", **training)


@experiment
def accuracy_planted(
    net: str,
    basis: np.ndarray,
    indices: Sequence[int],
    *,
    data: str,
    epsilon: float,
    n_train: int | None = None,
    way: str = "replace",
    shuffled: bool = False,
    **training,
) -> xr.Dataset:
    """Test accuracy (index, seed) in % on clean images after training on images with carriers from this index on.

    Index −1, for "replace" that is not shuffled, is the control without a carrier. way: as for `plant`. shuffled: the
    carriers follow the labels in a random order, which does the same damage to the images and offers no shortcut.
    Raises ValueError for carriers that do not fit into the basis.
    """
    source = load(data, n_train=n_train)
    y = source.train_y
    if shuffled:
        y = y[torch.randperm(len(y), generator=machine.generator(training.get("seed", 0), use="shuffled carriers"))]
    carriers = {index: partial(plant, y=y, basis=basis, index=index, epsilon=epsilon, way=way) for index in indices}
    plant(source.train_x[:1], y.max()[None], basis, max(indices), epsilon=epsilon, way=way)
    splits = {} if shuffled or way != "replace" else {-1: partial(_changed, source)}
    splits |= {index: partial(_changed, source, carrier=carrier) for index, carrier in carriers.items()}
    return _accuracy(net, source, splits, "index", **training)


def normalised(x: Tensor) -> Tensor:
    """Pixels in [0, 1] to about zero mean and unit variance, by fixed numbers so that carriers are scaled alike."""
    return (x - 0.5) / 0.25


def _changed(
    source: images.Images, *, basis: np.ndarray | None = None, carrier: Callable[[Tensor], Tensor] | None = None
) -> fleet.Split:
    """What a network sees: carriers go into the training pixels, the flip turns all images after normalisation, which
    is then no more than a rotation of the whole problem."""
    train_x = carrier(source.train_x) if carrier else source.train_x
    turn = partial(flip, basis=basis) if basis is not None else lambda x: x
    return fleet.Split(turn(normalised(train_x)), source.train_y, turn(normalised(source.test_x)), source.test_y)


def _accuracy(
    net: str,
    source: images.Images,
    splits: dict[object, Callable[[], fleet.Split]],
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
    """One network per split and seed; the recipe is the released code's. Splits are made where they are trained on, so
    that only a few of them are in memory."""
    recipe = fleet.Training(
        epochs=epochs, batch=batch, momentum=momentum, weight_decay=weight_decay, clip=clip, schedule="linear"
    )
    repetitions = range(seed, seed + seeds)
    tasks = [fleet.Task(data=split, seed=s, lr=lr) for split in splits.values() for s in repetitions]
    build = partial(nets.build, net, in_channels=source.train_x.shape[1], classes=10, **options or {})
    final = fleet.train(build, tasks, recipe, device=device).history.isel(epoch=-1)
    grid = lambda name: ((axis, "seed"), 100 * final[name].values.reshape(len(splits), seeds), {"units": "%"})
    return xr.Dataset(
        {name: grid(name) for name in ("test_accuracy", "train_accuracy")},
        coords={axis: list(splits), "seed": list(repetitions)},
        attrs={"net": net, "data": source.variant},
    )
