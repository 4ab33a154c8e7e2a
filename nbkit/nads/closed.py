"""C without sampling: linear convolutional networks of any width, and ReLU networks of infinite width."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import torch
import xarray as xr
from torch import nn

from nbkit.nads.estimate import moment
from nbkit.results import experiment

TOGETHER = 16  # sampled networks in one computation


def linear_conv(c_out: np.ndarray, *, kernel: int, stride: int = 1, channels: int, variance: float) -> np.ndarray:
    """C of an input channel of a linear convolution from C (P, P) of any of its output channels.

    Circular padding; taps i.i.d. with this variance; `channels` outputs, whose gradients are independent of the taps.
    With T_d the shift (and subsampling) of tap d: C_in = channels · variance · Σ_d T_dᵀ C_out T_d. [derived in ch. 08]
    """
    side = round(len(c_out) ** 0.5) * stride
    c_in = np.zeros((side**2, side**2))
    for taken in _reads(side, kernel, stride):
        c_in[np.ix_(taken, taken)] += c_out
    return channels * variance * c_in


def pooling(c_out: np.ndarray, window: int = 2) -> np.ndarray:
    """Pᵀ C P for the matrix P of average pooling over windows."""
    side = round(len(c_out) ** 0.5)
    blocks = np.kron(np.eye(side), np.full((1, window), 1 / window))
    matrix = np.kron(blocks, blocks)
    return matrix.T @ c_out @ matrix


def infinite_width(size: int, layers: Sequence[str | int], *, readout: str = "flat", chunk: int = 8) -> np.ndarray:
    """C (D, D), D = size², of the impulse response of an infinitely wide ReLU network, up to a constant factor.

    layers: a whole number is a convolution with a kernel of that size (circular padding, no bias) and a ReLU, "pool"
    the average over 2×2 pixels. readout: "flat" reads every pixel with its own weight, "mean" averages over space.
    E[g_i g_j] = ½ [K(e_i, e_j) − K(e_i, −e_j)], with K the covariance of the outputs over random Gaussian weights: the
    network is positively homogeneous, so g_i = (f(e_i) − f(−e_i))/2. Only the pixels i of one cell of the pooling
    lattice are worked out, the others are shifts of them. Time grows as size⁶, memory as size⁶ · chunk.
    Source: the kernel is that of [Novak 2019]; the step to NADs is derived in chapter 08.
    """
    pixels = torch.eye(size**2, dtype=torch.float64)
    cell = 2 ** sum(layer == "pool" for layer in layers)
    corner = torch.arange(size**2).view(size, size)[:cell, :cell].flatten()
    rows = []
    for some in pixels[corner].split(chunk):
        same, opposite = (_kernel(some, sign * pixels, layers, readout) for sign in (1, -1))
        rows.append((same - opposite) / 2)
    images = torch.cat(rows).numpy().reshape(cell, cell, size, size)
    shifted = [
        np.roll(images[i % cell, j % cell], (i - i % cell, j - j % cell), (0, 1)).ravel()
        for i, j in np.ndindex(size, size)
    ]
    return np.stack(shifted)


@experiment
def by_width(
    size: int,
    layers: Sequence[str | int],
    *,
    widths: Sequence[int],
    networks: int,
    groups: int = 4,
    seed: int = 0,
    device: str = "auto",
) -> xr.Dataset:
    """C of the impulse responses of `sampled_net` at growing width: covariance (group, width, pixel, pixel_).

    networks: at each width, dealt to independent groups.
    """
    x = torch.zeros(1, 1, size, size)
    makers = [partial(sampled_net, size, layers, width=width) for width in widths]
    shares = np.array_split(np.arange(seed, seed + networks), groups)
    job = partial(moment, x=x, estimator="impulse", together=TOGETHER, device=device)
    c = np.array([[job(make, share).mean for make in makers] for share in shares])
    return xr.Dataset({"covariance": (("group", "width", "pixel", "pixel_"), c)}, coords={"width": list(widths)})


def sampled_net(size: int, layers: Sequence[str | int], *, width: int, readout: str = "flat") -> nn.Module:
    """The network of `infinite_width` with `width` channels and Gaussian weights of variance 2/fan-in, no biases."""
    stages: list[nn.Module] = []
    channels, side = 1, size
    for layer in layers:
        if layer == "pool":
            stages.append(nn.AvgPool2d(2))
            side //= 2
            continue
        conv = nn.Conv2d(channels, width, layer, padding=layer // 2, padding_mode="circular", bias=False)
        nn.init.kaiming_normal_(conv.weight, nonlinearity="relu")
        stages += [conv, nn.ReLU()]
        channels = width
    if readout == "mean":
        stages.append(nn.AvgPool2d(side))
        side = 1
    last = nn.Linear(channels * side**2, 1, bias=False)
    nn.init.normal_(last.weight, std=(channels * side**2) ** -0.5)
    return nn.Sequential(*stages, nn.Flatten(), last)


def _kernel(x: torch.Tensor, y: torch.Tensor, layers, readout: str) -> torch.Tensor:
    """K (a, b) between images x (a, P) and y (b, P), all pairs of positions kept through the layers."""
    side = round(x.shape[1] ** 0.5)
    cross = torch.einsum("ap,bq->abpq", x, y)
    own_x, own_y = torch.einsum("ap,aq->apq", x, x), torch.einsum("ap,aq->apq", y, y)
    for layer in layers:
        if layer == "pool":
            cross, own_x, own_y = (_pool(k, side) for k in (cross, own_x, own_y))
            side //= 2
            continue
        cross, own_x, own_y = (_conv(k, side, layer) for k in (cross, own_x, own_y))
        var_x, var_y = (k.diagonal(dim1=-2, dim2=-1) for k in (own_x, own_y))
        cross = _relu(cross, var_x[:, None, :, None], var_y[None, :, None, :])
        own_x, own_y = (_relu(k, v[:, :, None], v[:, None, :]) for k, v in ((own_x, var_x), (own_y, var_y)))
    if readout == "mean":
        return cross.mean((-2, -1))
    return cross.diagonal(dim1=-2, dim2=-1).mean(-1)


def _conv(k: torch.Tensor, side: int, kernel: int) -> torch.Tensor:
    """Mean of K over equal shifts of both positions, times 2: weights of variance 2/fan-in."""
    reads = [torch.as_tensor(taken) for taken in _reads(side, kernel, 1)]
    return 2 * sum(k[..., taken, :][..., taken] for taken in reads) / len(reads)


def _pool(k: torch.Tensor, side: int) -> torch.Tensor:
    half = side // 2
    return (
        k.reshape(*k.shape[:-2], half, 2, half, 2, half, 2, half, 2).mean((-7, -5, -3, -1)).flatten(-4, -3).flatten(-2)
    )


def _relu(k: torch.Tensor, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """E[relu(u) relu(v)] for Gaussians with covariance k and variances a, b [Cho and Saul 2009]."""
    scale = (a * b).sqrt()
    cosine = torch.where(scale > 0, k / scale.clamp_min(1e-300), 0).clamp(-1, 1)
    return scale / (2 * torch.pi) * ((1 - cosine**2).sqrt() + (torch.pi - cosine.arccos()) * cosine)


def _reads(side: int, kernel: int, stride: int) -> list[np.ndarray]:
    """For each tap, which input pixel each output pixel reads, with circular padding."""
    row, column = np.divmod(np.arange((side // stride) ** 2), side // stride)
    offsets = range(-(kernel // 2), kernel - kernel // 2)
    return [((row * stride + i) % side) * side + (column * stride + j) % side for i in offsets for j in offsets]
