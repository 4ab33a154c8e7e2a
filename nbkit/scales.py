"""The output scale α as a dial between the regimes: how far the linear formula of the start carries, and who wins.

Source: [Geiger 2020; Chizat 2019]; images are digits or MNIST with the parity of the digit as label.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import torch
import xarray as xr
from torch import Tensor, nn

from nbkit import device as machine
from nbkit import flow, ntk
from nbkit.data import gaussian, images
from nbkit.data.labels import parity
from nbkit.results import experiment


@experiment
def sweep(
    name: str,
    *,
    d: int,
    p: int,
    widths: Sequence[int],
    alphas: Sequence[float],
    seeds: int,
    max_steps: int,
    seed: int = 0,
    device: str = "auto",
) -> xr.Dataset:
    """One-hidden-layer networks on an image set's first d principal components, against α and width.

    Returns (h, alpha, seed): `kernel_change` ‖Θ_T − Θ_0‖/‖Θ_0‖ on the training points, test `error`, `converged`, and
    `missed`, the share of the motion of f on the test points that the linear formula of the start misses.
    """
    repetitions, shape = range(seed, seed + seeds), (len(widths), len(alphas), seeds)
    pool, labels, x_test, y_test = gaussian.image_components(name, d)
    x, y = gaussian.draw(pool, labels, list(repetitions), p)
    n, target = len(alphas), machine.resolve(device)
    scales = torch.tensor(list(alphas), dtype=torch.float64).repeat_interleave(seeds)
    found = {key: np.empty(shape) for key in ("kernel_change", "error", "missed", "converged")}
    for i, width in enumerate(widths):
        start = flow.initial(repetitions, width, d).repeat(n, 1, 1)
        points = x.repeat(n, 1, 1)
        run = flow.train(points, y.repeat(n, 1), start, alpha=scales, max_steps=max_steps, device=device)
        found["converged"][i] = run.converged.reshape(n, seeds)
        tests = [part.to(target) for part in (x_test, y_test)]
        each = [_compared(*(v[r].to(target) for v in (start, run.end, points)), *tests) for r in range(n * seeds)]
        for key, values in zip(("kernel_change", "error", "missed"), zip(*each)):
            found[key][i] = np.reshape(values, (n, seeds))
    coords = {"h": list(widths), "alpha": list(alphas), "seed": list(repetitions)}
    return xr.Dataset({key: (("h", "alpha", "seed"), values) for key, values in found.items()}, coords=coords)


def _compared(before: Tensor, after: Tensor, x: Tensor, x_test: Tensor, y_test: Tensor) -> tuple[float, float, float]:
    """Of neurons (h, d + 2) before and after training on x: change of the kernel, test error and what `tangent` misses.

    One network at a time: with p = 10,000 a kernel takes 0.8 GB.
    """
    kernels = [ntk.one_hidden_layer(neurons, x) for neurons in (before, after)]
    straight, off = tangent(before[None], after[None], x_test[None])
    moved = straight + off
    wrong = moved[0].sign() != y_test
    return float(ntk.change(*kernels)), float(wrong.double().mean()), float(off.norm() / moved.norm())


@experiment
def convolutional(
    name: str, *, p: int, channels: int, alphas: Sequence[float], seeds: int, max_steps: int, seed=0, device="auto"
) -> xr.Dataset:
    """Test `error` (alpha, seed) of a small convolutional network on the parity of images, with `converged`."""
    repetitions, data = range(seed, seed + seeds), images.load(name)
    centre = data.train_x.mean(0)
    scale = (data.train_x - centre).flatten(1).norm(dim=1).mean() / centre.numel() ** 0.5
    pixels, pixels_test = (((part - centre) / scale).double() for part in (data.train_x, data.test_x))
    x, y = gaussian.draw(pixels, parity(data.train_y).double(), list(repetitions), p)
    y_test, error, converged = parity(data.test_y), [], []
    net = partial(small_cnn, pixels.shape[-1], channels)
    same = dict(seeds=repetitions, max_steps=max_steps, device=device)
    for alpha in alphas:
        F, fitted = flow.train_models(net, x, y, pixels_test, alpha=alpha, **same)
        error.append((F.sign() != y_test).double().mean(1).numpy())
        converged.append(fitted.numpy())
    axes, coords = ("alpha", "seed"), {"alpha": list(alphas), "seed": list(repetitions)}
    return xr.Dataset({"error": (axes, np.stack(error)), "converged": (axes, np.stack(converged))}, coords=coords)


def small_cnn(side: int, channels: int) -> nn.Module:
    """Two 3×3 convolutions of stride 2 and the mean over space, all weights N(0, 1) and divided by √fan-in.

    Inputs (n, 1, side, side). In this normalisation α = 1 lies between the regimes at any width.
    """
    return nn.Sequential(
        Scaled(nn.Conv2d(1, channels, 3, stride=2, padding=1)), nn.ReLU(),
        Scaled(nn.Conv2d(channels, channels, 3, stride=2, padding=1)), nn.ReLU(),
        nn.Flatten(), Mean(channels * (-(-side // 4)) ** 2),
    )  # fmt: skip


class Scaled(nn.Module):
    """A convolution with weights N(0, 1), divided by √fan-in when it is used."""

    def __init__(self, layer: nn.Conv2d):
        super().__init__()
        self.layer = layer
        self.fan_in = layer.weight[0].numel()
        nn.init.normal_(layer.weight)
        nn.init.zeros_(layer.bias)

    def forward(self, x: Tensor) -> Tensor:
        weight = self.layer.weight / self.fan_in**0.5
        return nn.functional.conv2d(x, weight, self.layer.bias, self.layer.stride, self.layer.padding)


class Mean(nn.Module):
    """(1/n) Σ β_i x_i with β ~ N(0, 1): the last layer in the normalisation of the one-hidden-layer network."""

    def __init__(self, features: int):
        super().__init__()
        self.beta = nn.Parameter(torch.randn(features))

    def forward(self, x: Tensor) -> Tensor:
        return (x @ self.beta / len(self.beta))[:, None]


def tangent(start: Tensor, end: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
    """What a motion of the neurons (runs, h, d + 2) does to f at x (runs, n, d): ∇f(θ₀)·Δθ, and the rest."""
    straight = torch.empty_like(x[..., 0])
    for r, (before, after) in enumerate(zip(start, end)):
        points, change = flow.augment(x[r]), after - before
        a = points @ before[:, :-1].T
        moved = (a > 0) * (points @ change[:, :-1].T)
        straight[r] = (moved @ before[:, -1] + a.clamp(min=0) @ change[:, -1]) / len(before)
    return straight, flow.output(end, x) - flow.output(start, x) - straight


@experiment
def paths(
    *, d: int, p: int, width: int, alphas: Sequence[float], frames: int, max_steps: int, seed: int = 0, device="auto"
) -> xr.Dataset:
    """How F moves on 500 test points of the stripe: `linear`, what the linear formula of the start gives, and `missed`
    (alpha, frame), in root mean squares, when the share of fitted points reaches 0, 1/frames, …, 1; one network."""
    x, y = gaussian.sample("stripe", [2 * seed], p, d)
    x_test, _ = gaussian.sample("stripe", [2 * seed + 1], 500, d)
    start, shares, moves = flow.initial([seed], width, d), np.linspace(0, 1, frames + 1)[1:], []
    same = dict(x=x, y=y, start=start, shares=shares, max_steps=max_steps, device=device)
    for alpha, run in zip(alphas, flow.train_each([same | {"alpha": alpha} for alpha in alphas])):
        neurons = torch.cat([start, run.at_shares[0]])
        parts = tangent(start.expand_as(neurons), neurons, x_test.expand(len(neurons), -1, -1))
        moves.append([alpha * part.square().mean(1).sqrt().numpy() for part in parts])
    moves = np.array(moves)
    coords = {"alpha": list(alphas), "share": ("frame", [0, *shares])}
    return xr.Dataset(
        {"linear": (("alpha", "frame"), moves[:, 0]), "missed": (("alpha", "frame"), moves[:, 1])}, coords=coords
    )


def level_crossing(alphas, values, level: float) -> float:
    """ln α at which values (n,), falling with α, fall below a level, by interpolation of logarithms."""
    x, v = np.log(np.asarray(alphas, dtype=float)), np.log(np.asarray(values, dtype=float))
    after = int(np.argmax(v < np.log(level)))
    if after == 0:
        return float("nan")
    return float(np.interp(-np.log(level), -v[after - 1 : after + 1], x[after - 1 : after + 1]))
