"""Two-class problems on Gaussian inputs, x ~ N(0, I_d), whose label depends on few variables; and images beside them.

All return float64 tensors x (runs, p, d) and y (runs, p) of ±1, one independent draw for each run.
Source: [Petrini 2020; Paccolat 2021].
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from nbkit.data import images
from nbkit.data.labels import parity
from nbkit.device import generator

STRIPE = (-0.3, 1.18549)
"""Faces of the stripe: half of all points lie between them."""


def stripe(x: Tensor) -> Tensor:
    """−1 between two parallel planes, +1 outside; x (..., d), only x₁ counts."""
    return _sign((x[..., 0] < STRIPE[0]) | (x[..., 0] > STRIPE[1]))


def sphere(x: Tensor) -> Tensor:
    """−1 outside a sphere through the median of ‖x‖² (Wilson and Hilferty's approximation), +1 inside."""
    d = x.shape[-1]
    return _sign(x.square().sum(-1) <= d * (1 - 2 / (9 * d)) ** 3)


def cylinder(x: Tensor, *, inner: int = 2) -> Tensor:
    """The sphere's labels from the first `inner` coordinates alone: between the stripe (1) and the sphere (d)."""
    return sphere(x[..., :inner])


LABELS: dict[str, Callable[[Tensor], Tensor]] = {"stripe": stripe, "sphere": sphere, "cylinder": cylinder}


def sample(task: str, seeds: Sequence[int], p: int, d: int) -> tuple[Tensor, Tensor]:
    """x (runs, p, d) and y (runs, p) of a task in `LABELS`, one run for each seed; raises ValueError for others."""
    if task not in LABELS:
        raise ValueError(f"task must be one of {', '.join(LABELS)}, not {task!r}")
    x = torch.stack([torch.randn(p, d, generator=generator(seed), dtype=torch.float64) for seed in seeds])
    return x, LABELS[task](x)


def image_components(name: str, d: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """An image set on its first d principal components, not whitened, labelled by the parity of the class.

    Returns x (n, d), y, x_test and y_test; one factor for all makes the mean of ‖x‖² equal to d, as for the Gaussian.
    Centre and components are those of the training images.
    """
    data = images.load(name)
    train, test = (part.flatten(1).double() for part in (data.train_x, data.test_x))
    centre = train.mean(0)
    components = torch.linalg.eigh((train - centre).T @ (train - centre)).eigenvectors.flip(1)[:, :d]
    x, x_test = (train - centre) @ components, (test - centre) @ components
    scale = (d / x.square().sum(1).mean()).sqrt()
    return scale * x, parity(data.train_y).double(), scale * x_test, parity(data.test_y).double()


def draw(x: Tensor, y: Tensor, seeds: Sequence[int], p: int) -> tuple[Tensor, Tensor]:
    """p of the given points for each seed, without replacement: (runs, p, d) and (runs, p)."""
    if p > len(x):
        raise ValueError(f"p = {p} is more than the {len(x)} points there are")
    chosen = torch.stack([torch.randperm(len(x), generator=generator(seed))[:p] for seed in seeds])
    return x[chosen], y[chosen]


def _sign(positive: Tensor) -> Tensor:
    return 2 * positive.double() - 1
