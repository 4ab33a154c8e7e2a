"""What is special to the sphere: where two learning curves cross, and a target that is constant on it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import xarray as xr

from nbkit import intervals, ntk
from nbkit.device import generator
from nbkit.results import experiment


@experiment
def constant_target(
    *, d: int, samples: Sequence[int], seeds: int, n_test: int, seed: int = 0, device: str = "auto"
) -> xr.Dataset:
    """Mean squared test error (p, seed) of the lazy network of infinite width for the target 1 on ‖x‖ = √d.

    It is the least-norm interpolation by the tangent kernel. Source: the scaling theory of [Petrini 2022] predicts
    p^(−2d/(d−1)).
    """
    error = np.empty((len(samples), seeds))
    for j in range(seeds):
        x_test = _on_sphere(n_test, d, 2 * (seed + j) + 1)
        for i, p in enumerate(samples):
            x = _on_sphere(p, d, 2 * (seed + j))
            weights = torch.linalg.lstsq(ntk.infinite_width(x), x.new_ones(p, 1)).solution
            error[i, j] = float((ntk.infinite_width(x_test, x) @ weights - 1).square().mean())
    coords = {"p": list(samples), "seed": np.arange(seed, seed + seeds)}
    return xr.Dataset({"error": (("p", "seed"), error)}, coords=coords)


def crossing(p, first, second) -> float:
    """p at which the mean of `second` falls below that of `first`, by interpolation in log p; NaN if it never does.

    first, second: errors (seeds, len(p)), `second` the higher one at small p.
    """
    gap = np.log(np.mean(second, axis=0) / np.mean(first, axis=0))
    after = int(np.argmax(gap < 0))
    if after == 0:
        return float("nan")
    share = gap[after - 1] / (gap[after - 1] - gap[after])
    return float(np.exp(np.log(p[after - 1]) + share * np.log(p[after] / p[after - 1])))


def crossing_estimate(p, first, second) -> intervals.Estimate:
    """`crossing` with its bootstrap interval over seeds; not a number where fewer than 95 % of the resamples cross."""
    rng, n = np.random.default_rng(0), len(first)
    draws = [crossing(p, first[i], second[i]) for i in (rng.integers(n, size=n) for _ in range(1000))]
    value = crossing(p, first, second)
    if np.isnan(value) or np.isnan(draws).mean() > 1 - intervals.LEVEL:
        return intervals.Estimate(value, float("nan"), float("nan"), n)
    low, high = np.nanquantile(draws, [0.025, 0.975])
    return intervals.Estimate(value, float(low), float(high), n)


def _on_sphere(n: int, d: int, seed: int) -> torch.Tensor:
    x = torch.randn(n, d, generator=generator(seed), dtype=torch.float64)
    return torch.nn.functional.normalize(x, dim=1) * d**0.5
