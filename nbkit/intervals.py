"""Estimates with 95 % intervals: what a claim is judged by, never a bare mean."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import stats

LEVEL = 0.95


class Estimate(NamedTuple):
    """A statistic with its 95 % interval and the number of independent repetitions (seeds, networks) behind it."""

    value: float
    low: float
    high: float
    n: int

    def __format__(self, spec: str) -> str:
        spec = spec or ".3g"
        return f"{self.value:{spec}} [{self.low:{spec}}, {self.high:{spec}}]"


def mean(samples) -> Estimate:
    """Mean of independent repetitions with Student's t interval; samples: any shape, flattened. n = 1 gives an
    infinite interval."""
    x = np.asarray(samples, dtype=float).ravel()
    if x.size == 0:
        raise ValueError("intervals.mean: no samples")
    if x.size == 1:
        return Estimate(float(x[0]), -np.inf, np.inf, 1)
    half = stats.t.ppf((1 + LEVEL) / 2, x.size - 1) * x.std(ddof=1) / np.sqrt(x.size)
    return Estimate(float(x.mean()), float(x.mean() - half), float(x.mean() + half), int(x.size))


def correlation(samples) -> Estimate:
    """Mean of correlations, one for each repetition, with Student's t interval as far as it lies in [-1, 1]."""
    estimate = mean(samples)
    return Estimate(estimate.value, max(estimate.low, -1.0), min(estimate.high, 1.0), estimate.n)


def geometric_mean(samples) -> Estimate:
    """Mean and interval of positive ratios, taken on their logarithms: twice and half lie equally far from 1."""
    logs = mean(np.log(np.asarray(samples, dtype=float)))
    return Estimate(*np.exp(logs[:3]).tolist(), logs.n)


def share(hits) -> Estimate:
    """Share of independent repetitions in which something happened, with Wilson's interval; hits: bool, flattened."""
    hits = np.asarray(hits, dtype=bool).ravel()
    if hits.size == 0:
        raise ValueError("intervals.share: no repetitions")
    low, high = stats.binomtest(int(hits.sum()), hits.size).proportion_ci(LEVEL, method="wilson")
    return Estimate(float(hits.mean()), float(low), float(high), int(hits.size))


def bootstrap(statistic, *samples, paired: bool = True, resamples: int = 4000, seed: int = 0) -> Estimate:
    """Bootstrap of `statistic(*samples)`, resampled along the first axis: the independent repetitions.

    samples: arrays whose first axis is the repetition; paired ones are resampled together. Returns n = length of the
    first. The interval is the expanded percentile interval of [Hesterberg 2015]: plain percentiles would hold a mean
    of 5 repetitions in 83 of 100 cases, not in 95, so percentiles further out are taken, as Student's t does.
    Resamples on which the statistic is not finite, such as a ratio to 0, are left out; without any other the interval
    is infinite.
    """
    arrays = [np.asarray(s, dtype=float) for s in samples]
    n, rng, draws = len(arrays[0]), np.random.default_rng(seed), np.empty(resamples)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = float(statistic(*arrays))
        for i in range(resamples if n > 1 else 0):
            index = rng.integers(n, size=n)
            draws[i] = statistic(*(a[index if paired else rng.integers(len(a), size=len(a))] for a in arrays))
    finite = draws[np.isfinite(draws)] if n > 1 else np.empty(0)
    if not finite.size:
        return Estimate(value, -np.inf, np.inf, n)
    low, high = np.quantile(finite, tails(n))
    return Estimate(value, float(low), float(high), n)


def tails(n: int) -> tuple[float, float]:
    """The two levels between which bootstrap draws of n > 1 repetitions make a 95 % interval [Hesterberg 2015]."""
    low = float(stats.norm.cdf(-np.sqrt(n / (n - 1)) * stats.t.ppf((1 + LEVEL) / 2, n - 1)))
    return low, 1 - low


def worst(samples) -> Estimate:
    """Largest of the samples, for identities that must hold in every repetition; the interval is their range."""
    x = np.asarray(samples, dtype=float).ravel()
    return Estimate(float(x.max()), float(x.min()), float(x.max()), int(x.size))
