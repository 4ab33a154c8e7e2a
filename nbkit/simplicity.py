"""What a network relies on when several features would do, and what it presumes about pixels.

Sources: Shah et al. 2020 (linear and slab features); the overview's remark on convolutions.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import torch
import torch.nn.functional as F
import xarray as xr
from torch import nn

from nbkit import fleet, nets
from nbkit.data import images
from nbkit.fleet.stack import initialise
from nbkit.results import experiment

SLABS = {1: (-0.5, 0.5), -1: (-1.0, 0.0, 1.0)}
"""Centres of the five slabs along a slab coordinate, by class: no threshold on it tells the classes apart."""

LINEAR_MARGIN, SLAB_MARGIN = 0.1, 0.15
"""How far a point lies at least from the best thresholds, on the linear coordinate and on a slab coordinate."""


def slab_data(n: int, d: int, *, slabs: int, wrong: float, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """n points whose first coordinate is a linear and whose next `slabs` coordinates are 5-slab features of the class.

    Any one of them decides the class; in the first, a share `wrong` of the points lies on the wrong side. The other
    coordinates are uniform on [−1, 1] and tell nothing. Returns x (n, d) and y (n,) in {0, 1}.
    """
    rng = np.random.default_rng(seed)
    sign = rng.choice([-1, 1], n)
    side = np.where(rng.uniform(size=n) < wrong, -sign, sign)
    centres = np.where(sign[:, None] > 0, *(rng.choice(SLABS[k], (n, slabs)) for k in (1, -1)))
    idle = rng.uniform(-1, 1, (n, d - 1 - slabs))
    x = np.column_stack(
        [side * rng.uniform(LINEAR_MARGIN, 1, n), centres + rng.uniform(-0.1, 0.1, centres.shape), idle]
    )
    return torch.tensor(x, dtype=torch.float32), torch.tensor((sign + 1) // 2)


@experiment
def reliance(
    *,
    wrong: float,
    d: int,
    slabs: int,
    n_train: int,
    epochs: int,
    sets: int,
    members: int,
    width: int = 100,
    seed: int = 0,
    device: str = "auto",
) -> xr.Dataset:
    """MLPs on `slab_data`: test accuracy in [0, 1] as it is and with features permuted among the test points.

    Returns over (set, member) `accuracy`, `linear_permuted`, `slabs_permuted`; and over (set,) the accuracy of the
    `ensemble` of all members (mean of the logits) on one training set.
    """
    draw = partial(slab_data, d=d, slabs=slabs, wrong=wrong)
    problems = [(draw(n_train, seed=2 * i), draw(2000, seed=2 * i + 1)) for i in range(seed, seed + sets)]
    tasks = [
        fleet.Task(fleet.Split(*train, *test), seed=1000 * i + j, lr=0.1)
        for i, (train, test) in enumerate(problems)
        for j in range(members)
    ]
    recipe = fleet.Training(epochs=epochs, batch=128, momentum=0.9, schedule="constant")
    net = partial(nets.build, "mlp", shape=(d,), widths=(width, width))
    trained = fleet.train(net, tasks, recipe, device=device, keep_weights="final")
    scores, ensemble = np.empty((3, sets, members)), np.empty(sets)
    for i, (_, (x, y)) in enumerate(problems):
        models = [trained.model(i * members + j) for j in range(members)]
        scores[:, i] = np.transpose([_permutation_test(model, x, y, seed=seed + i) for model in models])
        with torch.no_grad():
            ensemble[i] = float((sum(model(x) for model in models).argmax(1) == y).double().mean())
    names = ("accuracy", "linear_permuted", "slabs_permuted")
    values = {name: (("set", "member"), value) for name, value in zip(names, scores)}
    return xr.Dataset(values | {"ensemble": ("set", ensemble)})


@experiment
def adversarial_reliance(
    *, epsilon: float, d: int, slabs: int, n_train: int, epochs: int, seeds: int, width: int = 100, seed: int = 0
) -> xr.Dataset:
    """The same over (seed,) for training on inputs moved by ε against the network (fast gradient sign).

    Also `attacked`, the accuracy on test points moved in the same way.
    """
    scores = np.empty((4, seeds))
    for i in range(seeds):
        draw = partial(slab_data, d=d, slabs=slabs, wrong=0.0)
        (x, y), (x_test, y_test) = draw(n_train, seed=2 * (seed + i)), draw(2000, seed=2 * (seed + i) + 1)
        net = initialise(partial(nets.build, "mlp", shape=(d,), widths=(width, width)), seed + i)
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
        order = torch.Generator().manual_seed(seed + i)
        for _ in range(epochs):
            for rows in torch.randperm(n_train, generator=order).split(128):
                moved = attack(net, x[rows], y[rows], epsilon=epsilon)
                optimizer.zero_grad()
                F.cross_entropy(net(moved), y[rows]).backward()
                optimizer.step()
        moved = attack(net.eval(), x_test, y_test, epsilon=epsilon)
        with torch.no_grad():
            attacked = float((net(moved).argmax(1) == y_test).double().mean())
        scores[:, i] = *_permutation_test(net, x_test, y_test, seed=seed + i), attacked
    names = ("accuracy", "linear_permuted", "slabs_permuted", "attacked")
    return xr.Dataset({name: ("seed", value) for name, value in zip(names, scores)})


def attack(model: nn.Module, x, y, *, epsilon: float) -> torch.Tensor:
    """Points x (n, d) with every coordinate moved by ε so that the model's loss on labels y grows (to first order)."""
    points = x.clone().requires_grad_()
    (slope,) = torch.autograd.grad(F.cross_entropy(model(points), y), points)
    return x + epsilon * slope.sign()


@experiment
def scrambled_pixels(*, n_train: int, epochs: int, seeds: int, seed: int = 0, device: str = "auto") -> xr.Dataset:
    """Test accuracy in % of a small convolutional and a fully connected network on digits, over (net, scrambled, seed).

    scrambled: all images undergo one permutation of their pixels, another for each seed.
    """
    digits, repetitions = images.load("digits"), range(seed, seed + seeds)
    factories = {"convolutional": small_cnn, "fully_connected": partial(nets.build, "mlp", shape=(1, 8, 8), classes=10)}
    tasks = [
        fleet.Task(_digits(digits, n_train, scrambled, seed=s), seed=s, lr=0.05)
        for scrambled in (False, True)
        for s in repetitions
    ]
    recipe = fleet.Training(epochs=epochs, batch=32, momentum=0.9, schedule="linear")
    scores = [
        fleet.train(net, tasks, recipe, device=device, how="stacked").history.test_accuracy.values[:, -1]
        for net in factories.values()
    ]
    accuracy = 100 * np.reshape(scores, (2, 2, seeds))
    return xr.Dataset(
        {"accuracy": (("net", "scrambled", "seed"), accuracy)},
        coords={"net": list(factories), "scrambled": [False, True], "seed": list(repetitions)},
        attrs={"data": digits.variant},
    )


def small_cnn() -> nn.Module:
    """Two convolutions with pooling for 8×8 images and ten classes."""
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(128, 10),
    )  # fmt: skip


def _permutation_test(model: nn.Module, x, y, *, seed: int) -> tuple[float, float, float]:
    """Accuracy as it is, with the first coordinate permuted among the points, and with all others permuted."""
    order = torch.as_tensor(np.random.default_rng(seed).permutation(len(x)))
    no_linear, no_slabs = x.clone(), x[order].clone()
    no_linear[:, 0], no_slabs[:, 0] = x[order, 0], x[:, 0]
    with torch.no_grad():
        return tuple(float((model(inputs).argmax(1) == y).double().mean()) for inputs in (x, no_linear, no_slabs))


def _digits(digits: images.Images, n: int, scrambled: bool, *, seed: int) -> fleet.Split:
    rng = np.random.default_rng(seed)
    chosen, pixels = rng.permutation(len(digits.train_x))[:n], rng.permutation(64)
    move = lambda x: x.flatten(1)[:, pixels].view_as(x) if scrambled else x
    return fleet.Split(move(digits.train_x[chosen]), digits.train_y[chosen], move(digits.test_x), digits.test_y)
