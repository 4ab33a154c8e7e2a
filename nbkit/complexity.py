"""What training does to a network's features and to its slope: kernel alignment and geometric complexity.

Sources: Baratin et al. 2021 (neural feature alignment), Dherin et al. 2022 (geometric complexity).
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from functools import partial

import numpy as np
import torch
import xarray as xr
from torch import Tensor, nn
from torch.func import functional_call

from nbkit import fleet, nets, ntk
from nbkit.data import images, labels
from nbkit.fleet.stack import initialise
from nbkit.results import experiment


def alignment(kernel, y) -> float:
    """Centred alignment in [−1, 1] of a kernel (n, n) with the labels' yyᵀ; y: (n,)."""
    centred, y = _centred(kernel), np.asarray(y, dtype=float)
    y = y - y.mean()
    return float(y @ centred @ y / (np.linalg.norm(centred) * (y @ y)))


def effective_rank(kernel) -> float:
    """exp of the entropy of the centred kernel's eigenvalues over their sum: 1 for rank one, n − 1 for the identity."""
    values = np.linalg.eigvalsh(_centred(kernel)).clip(min=0)
    share = values[values > 0] / values.sum()
    return float(np.exp(-(share * np.log(share)).sum()))


def geometric_complexity(model: nn.Module, x: Tensor) -> float:
    """Mean over inputs x (n, ...) of ‖∂f/∂x‖²_F for a model with outputs (n, classes); in evaluation mode."""
    jacobian = torch.func.vmap(torch.func.jacrev(lambda point: model(point[None])[0]))
    with torch.no_grad():
        return float(torch.cat([jacobian(part).flatten(1).square().sum(1) for part in x.split(256)]).mean())


WATCHED = ("alignment", "size", "rank", "edge", "loss")


@experiment
def feature_alignment(
    scales: Sequence[float], *, n: int, width: int, steps: int, watch: int, seeds: int, seed: int = 0
) -> xr.Dataset:
    """The tangent kernel of a small network on digits (parity, ±1) while it learns, for several output scales α.

    The predictor is F = α(f − f₀), the loss mean (F − y)²/2α²: at first F descends alike for all α, but a large α needs
    almost no movement. Returns over (alpha, seed, step), at `watch` + 1 times spaced evenly in √t, of the kernel K its
    `alignment` with yyᵀ, `size` ‖K‖ (centred), effective `rank` and `edge`, step size times largest eigenvalue, which
    is stable below 2; and the training `loss` (mean (F − y)²). float64.
    """
    times = np.unique((np.linspace(0, 1, watch + 1) ** 2 * steps).round().astype(int))
    values = np.empty((len(WATCHED), len(scales), seeds, len(times)))
    for i in range(seeds):
        x, y = _parity_digits(n, seed=seed + i)
        net = initialise(partial(nets.build, "mlp", shape=(64,), widths=(width, width), classes=1), seed + i).double()
        for j, alpha in enumerate(scales):
            for k, (model, residual, lr) in enumerate(_watch(net, x, y, alpha=alpha, times=times)):
                kernel = ntk.of_model(model, x).numpy()
                size, edge = np.linalg.norm(_centred(kernel)), lr / n * np.linalg.eigvalsh(kernel)[-1]
                loss = float(residual.square().mean())
                values[:, j, i, k] = alignment(kernel, y), size, effective_rank(kernel), edge, loss
    axes = ("alpha", "seed", "step")
    return xr.Dataset(
        {name: (axes, value) for name, value in zip(WATCHED, values)},
        coords={"alpha": list(scales), "seed": np.arange(seed, seed + seeds), "step": times},
        attrs={"data": "digits"},
    )


HEURISTICS = {"lr": "learning rate", "batch": "batch size", "weight_decay": "weight decay"}


@experiment
def complexity_sweep(
    heuristic: str,
    strengths: Sequence[float],
    *,
    n_train: int,
    epochs: int,
    seeds: int,
    reach: float = 0.1,
    width: int = 64,
    seed: int = 0,
    device: str = "auto",
) -> xr.Dataset:
    """Geometric complexity of MLPs on digits (logits, training images) for one heuristic in several strengths.

    Learning rates and batch sizes are compared where the training loss passes `reach`, or a small step would just be
    less training; weight decay at the end. Returns `complexity` and `loss` there over (strength, seed).
    """
    if heuristic not in HEURISTICS:
        raise ValueError(f"heuristic must be one of {', '.join(HEURISTICS)}, not {heuristic!r}")
    digits, repetitions = images.load("digits"), range(seed, seed + seeds)
    x = digits.train_x[:n_train]
    data = fleet.Split(x, digits.train_y[:n_train], digits.test_x, digits.test_y)
    net = partial(nets.build, "mlp", shape=(1, 8, 8), widths=(width,), classes=10)
    result = np.empty((2, len(strengths), seeds))
    for i, strength in enumerate(strengths):
        given = {"lr": 0.2, "batch": 32, "weight_decay": 0.0} | {heuristic: strength}
        tasks = [fleet.Task(data, seed=s, lr=given["lr"]) for s in repetitions]
        sizes = dict(batch=int(given["batch"]), weight_decay=given["weight_decay"])
        recipe = fleet.Training(epochs=epochs, schedule="constant", evaluate_every=1, **sizes)
        trained = fleet.train(net, tasks, recipe, device=device, keep_weights="epochs")
        for j, losses in enumerate(trained.history.train_loss.values):
            slope = lambda k, nets=trained, j=j: geometric_complexity(nets.model(j, epoch=k + 1), x)
            result[:, i, j] = at_loss(slope, losses, 0 if heuristic == "weight_decay" else reach)
    return xr.Dataset(
        {"complexity": (("strength", "seed"), result[0]), "loss": (("strength", "seed"), result[1])},
        coords={"strength": list(strengths), "seed": list(repetitions)},
        attrs={"data": digits.variant, "heuristic": heuristic},
    )


def at_loss(quantity, losses, reach: float) -> tuple[float, float]:
    """quantity(k), k an epoch, where the losses (epochs,) first pass `reach`, and the loss there.

    Between the epochs before and after it is interpolated, linearly in ln loss. Where the loss never gets so low, or
    is so low after the first epoch, it is that of the last, or the first.
    """
    below = np.flatnonzero(np.asarray(losses) < reach)
    k = int(below[0]) if below.size else len(losses) - 1
    if not below.size or k == 0:
        return quantity(k), float(losses[k])
    share = np.log(losses[k - 1] / reach) / np.log(losses[k - 1] / losses[k])
    return (1 - share) * quantity(k - 1) + share * quantity(k), reach


def _centred(kernel) -> np.ndarray:
    """The kernel of features from which their mean over the n points has been taken."""
    kernel = np.asarray(kernel, dtype=float)
    return kernel - kernel.mean(0) - kernel.mean(1)[:, None] + kernel.mean()


def _watch(net: nn.Module, x: Tensor, y: Tensor, *, alpha: float, times):
    """Gradient descent on mean (F − y)²/2α²; yields the model, the residual F − y and the rate at each of the times.

    The rate is a fortieth of the largest stable one for the kernel at the start: kernels grow in feature training.
    """
    theta = {name: value.detach().clone() for name, value in net.named_parameters()}
    f0 = net(x).detach()[:, 0]
    top = float(torch.linalg.eigvalsh(ntk.of_model(net, x))[-1])
    lr = 0.05 * len(x) / top

    def residual(theta):
        return alpha * (functional_call(net, theta, (x,))[:, 0] - f0) - y

    descent = torch.func.grad(lambda theta: residual(theta).square().mean() / (2 * alpha**2))
    for t in range(times[-1] + 1):
        if t in times:
            model = copy.deepcopy(net)
            model.load_state_dict(theta)
            yield model, residual(theta).detach(), lr
        theta = {name: theta[name] - lr * slope for name, slope in descent(theta).items()}


def _parity_digits(n: int, *, seed: int) -> tuple[Tensor, Tensor]:
    digits = images.load("digits")
    chosen = np.random.default_rng(seed).permutation(len(digits.train_x))[:n]
    return digits.train_x[chosen].flatten(1).double(), labels.parity(digits.train_y[chosen]).double()
