"""The network of Part III, many at once: f(x) = (1/h) Σ β_n σ(ω_n·x/√d + b_n) with σ = ReLU.

The neurons of all runs are one tensor (runs, h, d + 2), each neuron being (ω, b, β). Inputs are (runs, p, d).
Source: [Paccolat 2021, geometric compression; Petrini 2020].
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from nbkit import device as machine

BLOCK = 2**19
"""Pre-activations computed at a time on the CPU: 4 MB, small enough for the cache and large enough to hide Python."""


def initial(seeds, width: int, d: int) -> Tensor:
    """Fresh neurons, all of ω, b, β from N(0, 1): (runs, width, d + 2) float64 on the CPU, one run for each seed."""
    draws = [torch.randn(width, d + 2, generator=machine.generator(s), dtype=torch.float64) for s in seeds]
    return torch.stack(draws)


def output(neurons: Tensor, x: Tensor) -> Tensor:
    """f (runs, p) of the neurons (runs, h, d + 2) at x (runs, p, d)."""
    points, result = augment(x), x.new_empty(x.shape[:2])
    for rows in blocks(neurons, points):
        a = torch.bmm(points[rows], neurons[rows, :, :-1].mT).clamp_(min=0)
        result[rows] = product(a, neurons[rows, :, -1:])[..., 0] / neurons.shape[1]
    return result


def augment(x: Tensor) -> Tensor:
    """(x/√d, 1): the input as a neuron's weights (ω, b) see it."""
    return torch.cat([x / x.shape[-1] ** 0.5, torch.ones_like(x[..., :1])], dim=-1)


def output_and_gradient(neurons: Tensor, points: Tensor, pull) -> tuple[Tensor, Tensor]:
    """f (runs, p) and ∂L/∂neurons (runs, h, d + 2) for a loss with ∂L/∂f = pull(f, rows).

    points: augmented inputs (runs, p, d + 1). All that is needed is which neurons are active where, the matrix 1_a:
    f = x̃·Σ_n 1_a β W /h and, with S = Σ_μ 1_a (∂L/∂f) x̃ /h, the gradients are βS for W = (ω, b) and W·S for β.
    """
    outputs, gradient = points.new_empty(points.shape[:2]), torch.empty_like(neurons)
    h, buffer = neurons.shape[1], None
    for rows in blocks(neurons, points):
        weights, beta, x = neurons[rows, :, :-1], neurons[rows, :, -1:], points[rows]
        # One buffer for all blocks: fresh memory for each would cost as much time as the products.
        buffer = torch.bmm(x, weights.mT) if buffer is None else torch.bmm(x, weights.mT, out=buffer[: len(x)])
        active = buffer.gt_(0)
        outputs[rows] = (product(active, weights * beta) * x).sum(-1) / h
        s = product(active.mT, pull(outputs[rows], rows)[..., None] * x) / h
        gradient[rows, :, :-1] = beta * s
        gradient[rows, :, -1] = (weights * s).sum(-1)
    return outputs, gradient


def blocks(neurons: Tensor, points: Tensor) -> Iterator[slice]:
    """Slices of runs small enough for the cache; a GPU takes all runs at once."""
    runs, size = len(neurons), neurons.shape[1] * points.shape[1]
    step = runs if neurons.is_cuda else max(1, BLOCK // size)
    return (slice(start, start + step) for start in range(0, runs, step))


def product(a: Tensor, b: Tensor) -> Tensor:
    """a @ b for (runs, n, m) and (runs, m, few). NumPy's BLAS multiplies thin matrices 2-4 times as fast as torch's."""
    return torch.bmm(a, b) if a.is_cuda else torch.from_numpy(np.matmul(a.numpy(), b.numpy()))
