"""Test error of least squares against its size and its closed forms: the peak at interpolation, and its cure.

The target is y = x·β + noise with x ~ N(0, I), ‖β‖ = r = 1 and noise of variance σ². The model sees the first p
coordinates and finds the least-norm solution.
Sources: Belkin, Hsu and Xu 2020 (a model that sees some coordinates), Hastie et al. 2022 (all of them), Nakkiran et
al. 2021 (the optimal penalty).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from nbkit.results import experiment

STRENGTHS = {"equal": lambda j: np.ones(j.size), "falling": lambda j: 1 / j}
"""Weights β of the coordinates j = 1, 2, …, before they are scaled to norm 1."""


def theory(p, n, *, noise: float, seen=1.0, missed=0.0) -> np.ndarray:
    """Expected excess risk of the least-norm solution, for |p − n| ≥ 2 (infinite in between).

    noise: σ². seen, missed: ‖β‖² in the p coordinates of the model, and in those it does not see, which to it are more
    noise; numbers or arrays of p's shape.
    """
    p, n, seen, missed = np.broadcast_arrays(np.asarray(p, dtype=float), n, seen, missed)
    with np.errstate(divide="ignore", invalid="ignore"):
        under = missed + (missed + noise) * p / (n - p - 1)
        over = seen * (1 - n / p) + missed + (missed + noise) * n / (p - n - 1)
    return np.select([p <= n - 2, p >= n + 2], [under, over], np.inf)


def weights(strength: str, total: int) -> np.ndarray:
    """β (total,) of norm 1: all coordinates equally strong, or their strength falling like 1/j."""
    if strength not in STRENGTHS:
        raise ValueError(f"strength must be one of {', '.join(STRENGTHS)}, not {strength!r}")
    beta = STRENGTHS[strength](np.arange(1, total + 1))
    return beta / np.linalg.norm(beta)


@experiment
def least_norm_risk(
    sizes: Sequence[int], *, total: int, n: int, noise: float, trials: int, seed: int = 0
) -> xr.Dataset:
    """Excess risk over (strength, p, trial) of a model that sees p of the `total` coordinates of one task; `theory`.

    All sizes and both strengths share the n samples and the noise of a trial.
    """
    rng = np.random.default_rng(seed)
    beta = np.stack([weights(strength, total) for strength in STRENGTHS], axis=1)
    x = rng.standard_normal((trials, n, total))
    y = x @ beta + np.sqrt(noise) * rng.standard_normal((trials, n, 1))
    risk, known = np.empty((len(STRENGTHS), len(sizes), trials)), np.empty((len(STRENGTHS), len(sizes)))
    for i, p in enumerate(sizes):
        fitted = np.linalg.pinv(x[:, :, :p]) @ y
        seen, missed = (beta[:p] ** 2).sum(0), (beta[p:] ** 2).sum(0)
        risk[:, i] = (((fitted - beta[:p]) ** 2).sum(1) + missed).T
        known[:, i] = theory(p, n, noise=noise, seen=seen, missed=missed)
    return xr.Dataset(
        {"risk": (("strength", "p", "trial"), risk), "theory": (("strength", "p"), known)},
        coords={"strength": list(STRENGTHS), "p": list(sizes)},
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
