"""Test error of least squares against its size and its closed forms: the peak at interpolation, and its cure.

The model is y = x·β + noise with x ~ N(0, I) in p dimensions, ‖β‖ = r, noise of variance σ².
Sources: Hastie et al. 2022 (isotropic features), Nakkiran et al. 2021 (the optimal penalty).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from nbkit.results import experiment


def theory(p, n, *, noise: float, signal: float = 1.0) -> np.ndarray:
    """Expected excess risk of the least-norm solution, for |p − n| ≥ 2 (infinite in between); noise is σ², signal r."""
    p, n = np.broadcast_arrays(np.asarray(p, dtype=float), n)
    with np.errstate(divide="ignore"):
        under = noise * p / (n - p - 1)
        over = signal**2 * (1 - n / p) + noise * n / (p - n - 1)
    return np.select([p <= n - 2, p >= n + 2], [under, over], np.inf)


@experiment
def least_norm_risk(sizes: Sequence[int], *, n: int, noise: float, trials: int, seed: int = 0) -> xr.Dataset:
    """Excess risk ‖ŵ − β‖² of the least-norm fit to n samples, over (p, trial), beside its `theory` (p,)."""
    risk = np.empty((len(sizes), trials))
    rng = np.random.default_rng(seed)
    for i, p in enumerate(sizes):
        x = rng.standard_normal((trials, n, p))
        beta = _signal(rng, trials, p)
        y = (x @ beta[:, :, None])[..., 0] + np.sqrt(noise) * rng.standard_normal((trials, n))
        fitted = (np.linalg.pinv(x) @ y[:, :, None])[..., 0]
        risk[i] = ((fitted - beta) ** 2).sum(1)
    return xr.Dataset(
        {"risk": (("p", "trial"), risk), "theory": ("p", theory(sizes, n, noise=noise))}, coords={"p": list(sizes)}
    )


@experiment
def risk_by_samples(samples: Sequence[int], *, p: int, noise: float, trials: int, seed: int = 0) -> xr.Dataset:
    """Excess risk over (penalty, n, trial) in p dimensions, without a penalty and with the optimal λ = σ²p/r².

    In a trial larger samples contain the smaller ones, so that noise of the comparison is small.
    """
    risk = np.empty((2, len(samples), trials))
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((trials, max(samples), p))
    beta = _signal(rng, trials, p)
    y = (x @ beta[:, :, None])[..., 0] + np.sqrt(noise) * rng.standard_normal((trials, max(samples)))
    for i, n in enumerate(samples):
        inputs, targets = x[:, :n], y[:, :n, None]
        gram = inputs.transpose(0, 2, 1) @ inputs + noise * p * np.eye(p)
        ridge = np.linalg.solve(gram, inputs.transpose(0, 2, 1) @ targets)
        for j, fitted in enumerate((np.linalg.pinv(inputs) @ targets, ridge)):
            risk[j, i] = ((fitted[..., 0] - beta) ** 2).sum(1)
    return xr.Dataset(
        {"risk": (("penalty", "n", "trial"), risk), "theory": ("n", theory(p, np.array(samples), noise=noise))},
        coords={"penalty": ["none", "optimal"], "n": list(samples)},
    )


def _signal(rng, trials: int, p: int) -> np.ndarray:
    """Random β (trials, p) of norm 1."""
    beta = rng.standard_normal((trials, p))
    return beta / np.linalg.norm(beta, axis=1, keepdims=True)
