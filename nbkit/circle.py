"""Kernel descent on the circle, where tangent kernels of two-layer ReLU networks have known spectra.

A kernel K(θ) of the angle between two points has the Fourier modes as eigenfunctions, with eigenvalues
λ_k = ∫ K(θ) cos kθ dθ / 2π. On n equispaced points its matrix is circulant, and so its modes are those of the DFT.
Sources: Jacot et al. 2018 (kernel descent), Yu et al. 2023 (Sobolev loss and quadrature); eigenvalues derived here.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from nbkit.results import experiment

KERNELS = {"bias": "first layer with bias", "no_bias": "first layer, no bias", "random_features": "output layer only"}
"""What is trained, of f(x) = m^(-1/2) Σ a relu(w·x [+ b]) with unit weights, and how the book calls it."""


def kernel(name: str, angle) -> np.ndarray:
    """K at angles in radians, any shape.

    Infinite width, normal w, a = ±1; with a bias, which starts at 0, inputs are (x, 1)/√2.
    """
    angle = np.abs(np.angle(np.exp(1j * np.asarray(angle, dtype=float))))
    overlap = (np.pi - angle) / (2 * np.pi)
    table = {
        "bias": lambda: (np.cos(angle) + 1) / 2 * overlap,
        "no_bias": lambda: np.cos(angle) * overlap,
        "random_features": lambda: np.sin(angle) / (2 * np.pi) + np.cos(angle) * overlap,
    }
    return table[_known(name)]()


def eigenvalue(name: str, k) -> np.ndarray:
    """λ_k in closed form for whole numbers k ≥ 0; 0 where the kernel cannot learn a mode at all."""
    k = np.asarray(k, dtype=float)
    away = np.where(k == 1, np.inf, k**2 - 1)  # k = 1 has a formula of its own
    even, odd = (k % 2 == 0) / (np.pi * away) ** 2, (k % 2 == 1) / (2 * (np.pi * np.maximum(k, 1)) ** 2)
    table = {
        "bias": lambda: np.where(k < 2, 1 / (2 * np.pi**2) + 1 / (8 * (1 + k)), even * (k**2 + 1) / 2 + odd),
        "no_bias": lambda: np.where(k == 1, 1 / 8, even * (k**2 + 1)),
        "random_features": lambda: np.where(k == 1, 1 / 8, 2 * even),
    }
    return table[_known(name)]()


def grid(n: int) -> np.ndarray:
    """n equispaced angles from 0."""
    return 2 * np.pi * np.arange(n) / n


def grid_eigenvalues(name: str, n: int) -> np.ndarray:
    """Eigenvalues of the kernel matrix of n even points over n, for k = 0 … n // 2: λ_k and its aliases."""
    return np.fft.rfft(kernel(name, grid(n))).real / n


def decay(name: str, n: int, modes: Sequence[int], *, lr: float, steps: int, sobolev: float = 0.0) -> np.ndarray:
    """What is left of each mode in kernel descent on n equispaced points from 0 towards Σ cos kθ: (steps + 1, modes).

    sobolev: s of the loss Σ_k (1 + k²)^s |r̂_k|² / 2 of the residual r; 0 is the square loss. The descent is run on
    function values with the kernel matrix, and only its result is transformed.
    """
    theta = grid(n)
    matrix = kernel(name, theta[:, None] - theta) / n
    weights = (1.0 + np.arange(n // 2 + 1) ** 2) ** sobolev
    residual = np.cos(np.outer(modes, theta)).sum(0)
    left = np.empty((steps + 1, len(modes)))
    for t in range(steps + 1):
        left[t] = np.fft.rfft(residual).real[list(modes)] * 2 / n
        residual = residual - lr * matrix @ np.fft.irfft(weights * np.fft.rfft(residual), n)
    return left


@experiment
def sobolev_rates(modes: Sequence[int], powers: Sequence[float], *, name: str = "bias", n: int = 256) -> xr.Dataset:
    """Decay rate of each mode under Sobolev losses: `measured` in one step and `predicted`, both (power, mode).

    predicted: the grid's eigenvalue times (1 + k²)^s, which for s = 1 is nearly level and for s = 2 grows like k². The
    step takes half of the fastest mode, so that the slowest is not lost in rounding.
    """
    modes, known = list(modes), grid_eigenvalues(name, n)[list(modes)]
    predicted = np.array([known * (1.0 + np.square(modes)) ** s for s in powers])
    rates = 0.5 / predicted.max(axis=1)
    left = np.array([decay(name, n, modes, lr=lr, steps=1, sobolev=s)[1] for s, lr in zip(powers, rates)])
    return xr.Dataset(
        {"measured": (("power", "mode"), (1 - left) / rates[:, None]), "predicted": (("power", "mode"), predicted)},
        coords={"power": list(powers), "mode": modes},
    )


def uneven_points(n: int, *, contrast: float, seed: int) -> np.ndarray:
    """n sorted random angles with density (1 + contrast cos θ)/2π, 0 ≤ contrast < 1, by rejection."""
    rng = np.random.default_rng(seed)
    drawn = rng.uniform(0, 2 * np.pi, 8 * n)
    kept = drawn[rng.uniform(0, 1 + contrast, drawn.size) < 1 + contrast * np.cos(drawn)][:n]
    return np.sort(kept)


def quadrature(theta) -> np.ndarray:
    """Trapezoid weights (n,) for means over the circle at sorted angles (n,): half of the two gaps beside each."""
    after = np.diff(theta, append=theta[0] + 2 * np.pi)
    return (after + np.roll(after, 1)) / (4 * np.pi)


@experiment
def uneven_rates(*, n: int, contrast: float, top: int, seeds: int, name: str = "bias", seed: int = 0) -> xr.Dataset:
    """The decay rates of kernel descent on unevenly spaced points, with equal weights and with quadrature weights.

    The rates are the eigenvalues of C^½ K C^½ for weights C. Returns `rate` (weights, seed, rank) for the 2·top + 1
    largest, and `predicted` (rank,): λ_0, and λ_k twice for k = 1 … top.
    """
    frequency = np.concatenate([[0], np.repeat(np.arange(1, top + 1), 2)])
    rates = np.empty((2, seeds, len(frequency)))
    for i in range(seeds):
        theta = uneven_points(n, contrast=contrast, seed=seed + i)
        matrix = kernel(name, theta[:, None] - theta)
        for j, weights in enumerate((np.full(n, 1 / n), quadrature(theta))):
            root = np.sqrt(weights)
            rates[j, i] = np.linalg.eigvalsh(root[:, None] * matrix * root)[::-1][: len(frequency)]
    return xr.Dataset(
        {"rate": (("weights", "seed", "rank"), rates), "predicted": ("rank", eigenvalue(name, frequency))},
        coords={"weights": ["equal", "quadrature"], "frequency": ("rank", frequency)},
    )


@experiment
def network_decay(
    modes: Sequence[int],
    *,
    width: int,
    n: int,
    lr: float,
    steps: int,
    seeds: int,
    amplitude: float = 0.05,
    seed: int = 0,
) -> xr.Dataset:
    """The first layer of a two-layer ReLU network with bias learns amplitude · Σ cos kθ at n equispaced points.

    f(x) = m^(-1/2) Σ a relu((w·x + b)/√2), a = ±1, w normal, b = 0, each unit doubled with opposite a: f starts at 0.
    The kernel stays what it was when the target is small against √m, which lets the weights stay where they were.
    Returns over (step, mode) the share `left` of each mode, also over seed, and what the limit kernel's eigenvalues on
    these points say: `predicted`.
    """
    theta = grid(n)
    x = np.stack([np.cos(theta), np.sin(theta), np.ones(n)], axis=1) / np.sqrt(2)
    target = amplitude * np.cos(np.outer(modes, theta)).sum(0)
    left = np.empty((seeds, steps + 1, len(modes)))
    for i in range(seeds):
        w = np.random.default_rng(seed + i).standard_normal((3, width // 2))
        w[2] = 0
        w, a = np.tile(w, 2), np.repeat([1.0, -1.0], width // 2) / np.sqrt(width)
        for t in range(steps + 1):
            active = x @ w
            residual = np.maximum(active, 0) @ a - target
            left[i, t] = -np.fft.rfft(residual).real[list(modes)] * 2 / n / amplitude
            w -= lr / n * (x.T @ ((active > 0) * residual[:, None])) * a
    known = grid_eigenvalues("bias", n)[list(modes)]
    predicted = (1 - lr * known) ** np.arange(steps + 1)[:, None]
    return xr.Dataset(
        {"left": (("seed", "step", "mode"), left), "predicted": (("step", "mode"), predicted)},
        coords={"step": np.arange(steps + 1), "mode": list(modes), "seed": np.arange(seed, seed + seeds)},
    )


def _known(name: str) -> str:
    if name not in KERNELS:
        raise ValueError(f"kernel must be one of {', '.join(KERNELS)}, not {name!r}")
    return name
