"""The network of Part III, many at once: f(x) = (1/h) Σ β_n σ(ω_n·x/√d + b_n) with σ = ReLU.

The neurons of all runs are one tensor (runs, h, d + 2), each neuron being (ω, b, β). Inputs are (runs, p, d).
Source: [Paccolat 2021, geometric compression; Petrini 2020].
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from nbkit import device as machine

BLOCK = 2**19
"""Pre-activations computed at a time on the CPU: 4 MB, small enough for the cache and large enough to hide Python."""
GPU_BLOCK = 2**30
"""The same on a GPU: 8 GB, which fill it."""
_KEPT = threading.local()


def initial(seeds, width: int, d: int) -> Tensor:
    """Fresh neurons, all of ω, b, β from N(0, 1): (runs, width, d + 2) float64 on the CPU, one run for each seed.

    They are independent of points drawn with the same seed.
    """
    generators = [machine.generator(s, use="neurons") for s in seeds]
    return torch.stack([torch.randn(width, d + 2, generator=g, dtype=torch.float64) for g in generators])


def output(neurons: Tensor, x: Tensor) -> Tensor:
    """f (runs, p) of the neurons (runs, h, d + 2) at x (runs, p, d)."""
    points, h = augment(x), neurons.shape[1]
    parts = [_output(neurons, some) for some in points.split(max(1, _most(neurons) // h), dim=1)]
    return torch.cat(parts, dim=1) / h


def _output(neurons: Tensor, points: Tensor) -> Tensor:
    """hf (runs, p) at augmented inputs (runs, p, d + 1)."""
    result = points.new_empty(points.shape[:2])
    for rows in blocks(neurons, points):
        a = torch.bmm(points[rows], neurons[rows, :, :-1].mT).clamp_(min=0)
        result[rows] = product(a, neurons[rows, :, -1:])[..., 0]
    return result


def augment(x: Tensor) -> Tensor:
    """(x/√d, 1): the input as a neuron's weights (ω, b) see it."""
    return torch.cat([x / x.shape[-1] ** 0.5, torch.ones_like(x[..., :1])], dim=-1)


def output_and_gradient(neurons: Tensor, points: Tensor, pull) -> tuple[Tensor, Tensor]:
    """f (runs, p) and ∂L/∂neurons (runs, h, d + 2) for a loss with ∂L/∂f = pull(f, rows).

    points: augmented inputs x̃ (runs, p, d + 1). One matrix (p, h) for each run serves twice: as σ(x̃·W) it gives f, and
    as the 1 or 0 of who is active S = Σ_μ 1_a (∂L/∂f) x̃ /h. The gradients are βS for W = (ω, b) and W·S for β.
    """
    columns, h = neurons.mT.contiguous(), neurons.shape[1]  # long rows of numbers of one kind: faster than short ones
    outputs, gradient = points.new_empty(points.shape[:2]), torch.empty_like(columns)
    for rows in blocks(neurons, points):
        weights, beta, x = columns[rows, :-1], columns[rows, -1:], points[rows]
        relu = product(x, weights, out=_scratch(x, len(x), x.shape[1], h)).clamp_(min=0)
        outputs[rows] = product(relu, beta.mT)[..., 0] / h
        active = relu.gt_(0)
        s = product((pull(outputs[rows], rows)[..., None] * x).mT, active) / h
        torch.mul(beta, s, out=gradient[rows, :-1])
        gradient[rows, -1] = (weights * s).sum(1)
    return outputs, gradient.mT


def has_lost_a_class(neurons: Tensor, points: Tensor, y: Tensor) -> Tensor:
    """Whether there is a class on no point of which a neuron with β of its sign is active: (runs,) of bool.

    points: augmented inputs (runs, p, d + 1). Then yf ≤ 0 on the whole class, and no neuron of its sign feels it.
    """
    lost = torch.zeros(len(points), dtype=torch.bool, device=points.device)
    for run, (own, at) in enumerate(zip(neurons, points)):
        for sign in (-1, 1):
            members, able = at[y[run] == sign], own[own[:, -1] * sign > 0, :-1]
            lost[run] |= len(members) > 0 and not (members @ able.mT > 0).any()
    return lost


def _scratch(like: Tensor, *shape: int) -> Tensor:
    """Memory for a matrix that is soon done with. On a CPU each thread keeps its own: fresh memory for every step would
    cost as much time as the product that is written to it."""
    if like.is_cuda:
        return like.new_empty(shape)
    size, kept = math.prod(shape), getattr(_KEPT, "numbers", None)
    if kept is None or len(kept) < size or kept.dtype != like.dtype:
        with torch.inference_mode(False):  # usable in both modes
            _KEPT.numbers = kept = torch.empty(size, dtype=like.dtype)
    return kept[:size].view(shape)


def blocks(neurons: Tensor, points: Tensor) -> Iterator[slice]:
    """Slices of runs small enough for the cache, or for a GPU's memory."""
    runs, size = len(neurons), neurons.shape[1] * points.shape[1]
    step = max(1, _most(neurons) // size)
    return (slice(start, start + step) for start in range(0, runs, step))


def _most(neurons: Tensor) -> int:
    """Pre-activations to be computed at a time."""
    return GPU_BLOCK if neurons.is_cuda else BLOCK


def product(a: Tensor, b: Tensor, out: Tensor | None = None) -> Tensor:
    """a @ b for (runs, n, m) and (runs, m, k). NumPy's BLAS multiplies thin matrices 2-4 times as fast as torch's."""
    if a.is_cuda:
        return torch.bmm(a, b, out=out)
    if out is None:
        return torch.from_numpy(np.matmul(a.numpy(), b.numpy()))
    np.matmul(a.numpy(), b.numpy(), out=out.numpy())
    return out
