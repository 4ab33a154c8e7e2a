"""How far weights move while a network learns: less with a larger output scale, less per unit with a larger width.

Sources: Chizat, Oyallon and Bach 2019 (output scale), Du et al. 2019 (width).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from nbkit.results import experiment


@experiment
def movement_by_scale(
    scales: Sequence[float], *, n: int, d: int, units: int, steps: int, seeds: int, seed: int = 0
) -> xr.Dataset:
    """A tanh network h with h = 0 at the start and its linearisation descend ‖αh − y‖²/(2α²) for the same steps.

    h(x) = m^(-1/2) Σ a tanh(w·x), both layers trained, each unit doubled with opposite a. Inputs and labels are normal.
    Returns over (alpha, seed): `moved` ‖w − w₀‖, `apart` ‖w − w_lin‖, `loss` ‖αh − y‖²/‖y‖² at the end.
    """
    values = np.empty((3, len(scales), seeds))
    for i in range(seeds):
        rng = np.random.default_rng(seed + i)
        x, y = rng.standard_normal((n, d)) / np.sqrt(d), rng.standard_normal(n)
        w, a = np.tile(rng.standard_normal((units, d)), (2, 1)), rng.standard_normal(units)
        start = np.column_stack([w, np.concatenate([a, -a])])
        tangent = _tangent(start, x)
        lr = 1 / np.linalg.norm(tangent, 2) ** 2
        for j, alpha in enumerate(scales):
            net, linear = start.copy(), np.zeros(start.size)
            for _ in range(steps):
                net -= lr / alpha * ((alpha * _tanh_net(net, x) - y) @ _tangent(net, x)).reshape(net.shape)
                linear -= lr / alpha * (alpha * tangent @ linear - y) @ tangent
            gone = (net - start).ravel()
            loss = np.sum((alpha * _tanh_net(net, x) - y) ** 2) / (y @ y)
            values[:, j, i] = np.linalg.norm(gone), np.linalg.norm(gone - linear), loss
    return xr.Dataset(
        {name: (("alpha", "seed"), value) for name, value in zip(("moved", "apart", "loss"), values)},
        coords={"alpha": list(scales), "seed": np.arange(seed, seed + seeds)},
    )


def limit_kernel(x) -> np.ndarray:
    """H∞ = x·x′ (π − θ)/2π for unit inputs x (n, d): the first layer's kernel in an infinitely wide ReLU network."""
    cosine = np.clip(x @ x.T, -1, 1)
    return cosine * (np.pi - np.arccos(cosine)) / (2 * np.pi)


@experiment
def convergence_by_width(widths: Sequence[int], *, n: int, d: int, steps: int, seeds: int, seed: int = 0) -> xr.Dataset:
    """The first layer of f(x) = m^(-1/2) Σ a relu(w·x), a = ±1, descends ‖f − y‖²/2; unit inputs, labels ±1.

    Returns `loss` (width, seed, step) relative to the start; `bound` (seed, step), (1 − ηλ₀/2)^k with λ₀ the least
    eigenvalue of H∞; and `moved` (width, seed), the largest change of a unit's weights. The rate η is 1 / largest
    eigenvalue of H∞.
    """
    loss, moved = np.empty((len(widths), seeds, steps + 1)), np.empty((len(widths), seeds))
    bound = np.empty((seeds, steps + 1))
    for i in range(seeds):
        rng = np.random.default_rng(seed + i)
        x = rng.standard_normal((n, d))
        x /= np.linalg.norm(x, axis=1, keepdims=True)
        y = rng.choice([-1.0, 1.0], n)
        spectrum = np.linalg.eigvalsh(limit_kernel(x))
        lr = 1 / spectrum[-1]
        bound[i] = (1 - lr * spectrum[0] / 2) ** np.arange(steps + 1)
        for j, m in enumerate(widths):
            w, a = rng.standard_normal((m, d)), rng.choice([-1.0, 1.0], m) / np.sqrt(m)
            start = w.copy()
            for t in range(steps + 1):
                active = x @ w.T
                residual = np.maximum(active, 0) @ a - y
                loss[j, i, t] = residual @ residual
                w -= lr * ((active > 0) * residual[:, None]).T @ x * a[:, None]
            moved[j, i] = np.linalg.norm(w - start, axis=1).max()
    return xr.Dataset(
        {
            "loss": (("width", "seed", "step"), loss / loss[:, :, :1]),
            "bound": (("seed", "step"), bound),
            "moved": (("width", "seed"), moved),
        },
        coords={"width": list(widths), "seed": np.arange(seed, seed + seeds), "step": np.arange(steps + 1)},
    )


def _tanh_net(net: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Outputs (n,) of the units net (m, d + 1), the output weight last."""
    return np.tanh(x @ net[:, :-1].T) @ net[:, -1] / np.sqrt(len(net))


def _tangent(net: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Derivative of the outputs in the units: (n, m (d + 1))."""
    active = np.tanh(x @ net[:, :-1].T)
    inner = ((1 - active**2) * net[:, -1])[..., None] * x[:, None]
    return np.concatenate([inner, active[..., None]], axis=2).reshape(len(x), -1) / np.sqrt(len(net))
