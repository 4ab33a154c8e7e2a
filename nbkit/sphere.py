"""What is special to the sphere: curves that cross, samples that cost a network a class, and a constant target."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import xarray as xr
from torch import Tensor
from torch.nn.functional import normalize

from nbkit import flow, intervals, ntk
from nbkit.data import gaussian
from nbkit.device import generator
from nbkit.results import experiment

NO_PULL = 1e-9
"""A pull below it is rounding: those of samples that have one are larger by factors of a million."""


@experiment
def constant_target(*, d: int, samples: Sequence[int], seeds: int, n_test: int, seed: int = 0) -> xr.Dataset:
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


@experiment
def losses_of_a_class(
    *,
    d: int,
    p: int,
    alphas: Sequence[float],
    samples: int,
    width: int,
    max_steps: int,
    seed: int = 0,
    device: str = "auto",
) -> xr.Dataset:
    """Which samples of p points cost a network the class inside, and which could not.

    Returns `lost` (alpha, sample) as `flow.has_lost_a_class` finds it after `max_steps`; `without` (sample), whether
    no pull on neurons with β > 0 was found, see `strongest_pull`; and `excess` (sample), the points outside minus those
    inside over √p.
    """
    repetitions = range(seed, seed + samples)
    x, y = gaussian.sample("sphere", [3 * s for s in repetitions], p, d)
    start = flow.initial(repetitions, width, d)
    calls = [dict(x=x, y=y, start=start, alpha=alpha, max_steps=max_steps, device=device) for alpha in alphas]
    lost = [flow.has_lost_a_class(run.end, flow.augment(x.double()), y).numpy() for run in flow.train_each(calls)]
    return xr.Dataset(
        {
            "lost": (("alpha", "sample"), np.stack(lost)),
            "without": ("sample", strongest_pull(x, y).numpy() < NO_PULL),
            "excess": ("sample", -y.sum(1).numpy() / p**0.5),
        },
        coords={"alpha": list(alphas), "sample": list(repetitions)},
    )


@experiment
def pulls(dimensions: Sequence[int], *, sizes: Sequence[int], samples: int, seed: int = 0) -> xr.Dataset:
    """Whether a sample is `without` (d, p, sample) a pull on neurons with β > 0: none was found."""
    repetitions = range(seed, seed + samples)
    draws = [[gaussian.sample("sphere", [3 * s for s in repetitions], p, d) for p in sizes] for d in dimensions]
    without = np.array([[strongest_pull(x, y).numpy() < NO_PULL for x, y in row] for row in draws])
    coords = {"d": list(dimensions), "p": list(sizes), "sample": list(repetitions)}
    return xr.Dataset({"without": (("d", "p", "sample"), without)}, coords=coords)


def strongest_pull(x: Tensor, y: Tensor, *, starts: int = 100, steps: int = 200) -> Tensor:
    """The largest G(w) = (1/p) Σ y σ(w·x̃) (runs,) that is found over unit vectors w, by ascent from random ones.

    x (runs, p, d), y (runs, p). 0 says that no w was found with G > 0: where all points are out of sight G is 0.
    """
    runs, p, d = x.shape
    points, best = flow.augment(x.double()), x.new_zeros(runs, dtype=torch.float64)
    neurons = flow.initial([0], starts, d).repeat(runs, 1, 1)
    neurons[..., -1] = 1  # with β = 1 the gradient for w is that of G, and the one for β is G itself
    for rate in np.geomspace(0.5, 0.05, steps):
        neurons[..., :-1] = normalize(neurons[..., :-1], dim=-1)
        gradient = flow.output_and_gradient(neurons, points, lambda f, rows: y[rows] * (starts / p))[1]
        best = torch.maximum(best, gradient[..., -1].amax(1))
        uphill = gradient[..., :-1] - gradient[..., -1:] * neurons[..., :-1]
        neurons[..., :-1] += rate * normalize(uphill, dim=-1)
    return best


def crossing(p, first, second) -> float:
    """p at which the mean of `second` falls below that of `first`, by interpolation in log p; NaN if it never does.

    first, second: errors (seeds, len(p)), `second` the higher one at small p; NaN for a seed that does not count.
    """
    mean = lambda errors: np.nansum(errors, axis=0) / np.isfinite(errors).sum(0)
    with np.errstate(invalid="ignore", divide="ignore"):  # where no seed counts there is no gap
        gap = np.log(mean(second) / mean(first))
    after = int(np.argmax(gap < 0))
    if after == 0:
        return float("nan")
    share = gap[after - 1] / (gap[after - 1] - gap[after])
    return float(np.exp(np.log(p[after - 1]) + share * np.log(p[after] / p[after - 1])))


def crossing_estimate(p, first, second) -> intervals.Estimate:
    """`crossing` with its bootstrap interval over seeds; not a number where fewer than 95 % of the resamples cross."""
    rng, n = np.random.default_rng(0), len(first)
    draws = [crossing(p, first[i], second[i]) for i in (rng.integers(n, size=n) for _ in range(4000))]
    value = crossing(p, first, second)
    if np.isnan(value) or np.isnan(draws).mean() > 1 - intervals.LEVEL:
        return intervals.Estimate(value, float("nan"), float("nan"), n)
    low, high = np.nanquantile(draws, intervals.tails(n))
    return intervals.Estimate(value, float(low), float(high), n)


def _on_sphere(n: int, d: int, seed: int) -> torch.Tensor:
    x = torch.randn(n, d, generator=generator(seed), dtype=torch.float64)
    return torch.nn.functional.normalize(x, dim=1) * d**0.5
