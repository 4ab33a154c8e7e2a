"""Accuracy of networks on D(v), direction by direction.

Source of protocol and claims: Ortiz-Jimenez, Modas, Moosavi-Dezfooli and Frossard, Neural Anisotropy Directions,
NeurIPS 2020.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import partial

import numpy as np
import xarray as xr
from scipy.stats import spearmanr

from nbkit import fleet, intervals, nets
from nbkit.data import synthetic
from nbkit.results import experiment

SIZE = 32


def dft(modes, *, part: str = "cos") -> xr.DataArray:
    """The DFT directions of these modes: (direction, row, column), unit norm, with coordinates kx and ky.

    modes: (m, 2) pairs (kx, ky) in cycles per image.
    """
    kx, ky = np.asarray(modes, dtype=int).T
    elements = synthetic.dft_direction(kx, ky, size=SIZE, part=part)
    return xr.DataArray(
        elements, dims=("direction", "row", "column"), coords={"kx": ("direction", kx), "ky": ("direction", ky)}
    )


def random(count: int, *, seed: int) -> xr.DataArray:
    """Random orthonormal directions: (direction, row, column)."""
    return xr.DataArray(synthetic.random_basis(count, (SIZE, SIZE), seed=seed), dims=("direction", "row", "column"))


def octant(frequencies: Sequence[int]) -> np.ndarray:
    """Modes 0 ≤ kx ≤ ky of a frequency grid: (m, 2). `unfold_octant` gives the rest by symmetry."""
    return np.array([(kx, ky) for ky in sorted(frequencies) for kx in sorted(frequencies) if kx <= ky])


def random_modes(count: int, *, seed: int) -> np.ndarray:
    """Different modes drawn at random from the even frequencies, the grid of the released maps: (count, 2)."""
    modes = synthetic.dft_modes(SIZE, step=2)
    return np.random.default_rng(seed).permutation(modes)[:count]


@experiment
def accuracy(
    net: str,
    directions: xr.DataArray,
    *,
    sigma: float,
    n_train: int,
    n_test: int,
    epochs: int,
    seeds: int,
    epsilon: float = 1.0,
    margin: str = "text",
    batch: int = 128,
    lr: float = 0.5,
    clip: float = 0.5,
    stop_below: float | None = None,
    seed: int = 0,
    device: str = "auto",
    options: dict | None = None,
) -> xr.Dataset:
    """Train one network per direction and seed on D(v), and test it.

    net: a name in `nets.NETS`, built with `options`; directions: (direction, row, column), unit norm.
    Returns, with axes (direction, seed): test_accuracy and train_accuracy in %, train_loss, iterations (the first
    step with a batch loss below `stop_below`, where training ends; NaN if never) and diverged; the attribute `steps`
    says how many steps there were. All directions of one seed share their noise, so they are compared on common random
    numbers.
    The released code's recipe: plain SGD, learning rate falling linearly to 0, gradient norm clipped.
    """
    recipe = fleet.Training(
        epochs=epochs, batch=batch, schedule="linear", clip=clip, stop_below=stop_below, evaluate_every=epochs
    )
    problem = dict(sigma=sigma, epsilon=epsilon, margin=margin, n_train=n_train, n_test=n_test)
    repetitions = range(seed, seed + seeds)
    tasks = [
        fleet.Task(data=partial(split, v, seed=repetition, **problem), seed=repetition, lr=lr)
        for v in directions.values
        for repetition in repetitions
    ]
    trained = fleet.train(partial(nets.build, net, **options or {}), tasks, recipe, device=device)
    return xr.Dataset(
        _scores(trained.history.isel(epoch=-1), (len(directions), seeds)),
        coords={
            "seed": list(repetitions),
            **{name: directions[name] for name in ("kx", "ky") if name in directions.coords},
        },
        attrs={
            "net": net,
            "problem": f"D(v), sigma={sigma:g}, {n_train} training samples, {epochs} epochs",
            "steps": epochs * -(-n_train // min(batch, n_train)),
        },
    )


def _scores(final: xr.Dataset, shape: tuple[int, int]) -> dict[str, tuple]:
    """What `accuracy` returns, from the last epoch of all tasks; shape: numbers of directions and seeds."""
    found = {name: final[name].values.reshape(shape) for name in ("train_loss", "iterations", "diverged")}
    percent = {name: 100 * final[name].values.reshape(shape) for name in ("test_accuracy", "train_accuracy")}
    axes = ("direction", "seed")
    return {name: (axes, v, {"units": "%"}) for name, v in percent.items()} | {n: (axes, v) for n, v in found.items()}


def split(v: np.ndarray, *, seed: int, n_train: int, n_test: int, **problem) -> fleet.Split:
    """Training and test set of D(v) as (n, 1, 32, 32) images and classes 0, 1."""
    x, y = synthetic.directional(v, n_train, seed=2 * seed, **problem)
    x_test, y_test = synthetic.directional(v, n_test, seed=2 * seed + 1, **problem)
    return fleet.Split(x[:, None], (y + 1) // 2, x_test[:, None], (y_test + 1) // 2)


def unfold_octant(values: xr.DataArray) -> tuple[np.ndarray, np.ndarray]:
    """A map with DC at the centre from the modes of `octant`: (frequencies, (ky, kx) grid), filled by reflection and
    transposition.

    Transposition is exact for networks whose initial weights have this symmetry in distribution, and (kx, ky) and
    (−kx, −ky) are one cosine. Reflecting one axis alone moves the phase by kx pixels' worth, 2π kx/32 (at kx = 8 a
    cosine becomes a sine), so filling the other quadrants takes it that the phase matters little.
    """
    kx, ky = values.kx.values, values.ky.values
    axis = np.unique(np.concatenate([kx, ky, -kx, -ky]))
    grid = np.full((len(axis), len(axis)), np.nan)
    for x, y, value in zip(kx, ky, values.values):
        for a, b in ((x, y), (y, x)):
            for sign_a in (-1, 1):
                for sign_b in (-1, 1):
                    grid[np.searchsorted(axis, sign_b * b), np.searchsorted(axis, sign_a * a)] = value
    return axis, grid


def lattice_class(kx, ky) -> np.ndarray:
    """Where a mode lies on the lattice of ResNet-18's strides: the number of its two frequencies that are no multiple
    of 4. 0: on the lattice, 1: on one of its lines, 2: off it."""
    return (np.stack([np.asarray(kx), np.asarray(ky)]) % 4 != 0).sum(0)


def share_of_grid(result: xr.Dataset, *, above: float = 90.0) -> xr.DataArray:
    """Share in [0, 1] of the 32×32 Fourier grid that is learned to more than `above` percent: (seed,).

    A stratified estimate. A mode stands for all modes of its residue class: of each frequency it counts whether it is
    odd, even, or a multiple of 4. Raises ValueError when one of the six classes has no mode.
    """
    divisors = np.sort(np.gcd(np.stack([result.kx.values, result.ky.values]), 4), axis=0).T
    axis_share = {4: 1 / 4, 2: 1 / 4, 1: 1 / 2}
    learned, share = result.test_accuracy > above, 0.0
    for one, other in itertools.combinations_with_replacement((1, 2, 4), 2):
        members = (divisors == (one, other)).all(1)
        if not members.any():
            raise ValueError("share_of_grid needs modes of every residue class modulo 4")
        weight = axis_share[one] * axis_share[other] * (1 if one == other else 2)
        share = share + weight * learned.isel(direction=members).mean("direction")
    return share


def percent(accuracies, *, whole: float = 100.0) -> intervals.Estimate:
    """Mean of accuracies in %, one for each repetition, with Student's t interval as far as it lies in [0, whole].

    Repetitions without a number (NaN) are left out; without any the interval is infinite.
    """
    known = np.asarray(accuracies, dtype=float).ravel()
    known = known[np.isfinite(known)]
    if not known.size:
        return intervals.Estimate(float("nan"), -np.inf, np.inf, 0)
    estimate = intervals.mean(known)
    if estimate.n == 1:
        return estimate
    return estimate._replace(low=max(estimate.low, 0.0), high=min(estimate.high, whole))


def fraction(shares) -> intervals.Estimate:
    """The same for shares in [0, 1]."""
    return percent(shares, whole=1.0)


def best_minus_worst(accuracies: xr.DataArray) -> xr.DataArray:
    """Accuracy (seed,) in the best direction minus that in the worst, of accuracies (direction, seed).

    Which they are is found from the other seeds: of many noisy numbers the largest is far above the smallest even
    where the direction does not matter. NaN for a single seed.
    """
    found = []
    for seed in accuracies.seed.values:
        others, own = accuracies.drop_sel(seed=seed).mean("seed"), accuracies.sel(seed=seed)
        found.append(
            own[others.argmax("direction")] - own[others.argmin("direction")] if others.notnull().all() else np.nan
        )
    return xr.DataArray(found, dims="seed", coords={"seed": accuracies.seed})


def at_mode(result: xr.Dataset, kx: int, ky: int) -> np.ndarray:
    """Test accuracies in % of the networks on one Fourier mode: (seeds,)."""
    return result.test_accuracy.values[((result.kx == kx) & (result.ky == ky)).values].ravel()


def fit_where_lost(result: xr.Dataset, *, below: float = 55.0) -> xr.DataArray:
    """Mean train accuracy of each seed's networks whose test accuracy is below this many percent: (seed,)."""
    return result.train_accuracy.where(result.test_accuracy < below).mean("direction")


def accuracy_where_learned(result: xr.Dataset) -> xr.DataArray:
    """Lowest test accuracy of each seed's networks that reached the loss where training ends: (seed,), NaN for none."""
    return result.test_accuracy.where(result.iterations.notnull()).min("direction")


def slowest_over_fastest(result: xr.Dataset) -> xr.DataArray:
    """Steps to the loss in the slowest direction over those in the fastest, for each seed: (seed,).

    A network that never got there counts with all the steps it had, so the ratio is a lower bound.
    """
    iterations = result.iterations.fillna(result.attrs["steps"])
    return iterations.max("direction") / iterations.min("direction").clip(min=1)


def in_octant(spectrum: xr.Dataset, measured: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Responses (m,) and accuracies (m, seeds) at the modes 0 ≤ kx ≤ ky, each accuracy a mean over the mode's mirror
    images and transpositions, which have one response and are no independent tests.

    spectrum: `response` over (mode,) with coordinates kx and ky; measured: a result of `accuracy` on Fourier modes.
    """
    response = dict(zip(zip(spectrum.kx.values, spectrum.ky.values), spectrum.response.values))
    folded = np.sort(np.abs([measured.kx.values, measured.ky.values]), axis=0).T
    modes, which = np.unique(folded, axis=0, return_inverse=True)
    scores = [measured.test_accuracy.values[which.ravel() == i].mean(0) for i in range(len(modes))]
    return np.array([response[tuple(mode)] for mode in modes]), np.stack(scores)


def rank_correlation(x, accuracies, *, resamples: int = 2000, seed: int = 0) -> intervals.Estimate:
    """Spearman correlation over directions of x (m,) with the mean over seeds of accuracies (m, seeds).

    The interval is a bootstrap that draws both directions and seeds anew, so it speaks of other directions of the same
    kind, too; percentiles as in `intervals.bootstrap`. n is the number of directions. NaN without an interval where
    all values of x or all means are equal.
    """
    x, scores = np.asarray(x, dtype=float), np.asarray(accuracies, dtype=float)
    m, seeds = scores.shape
    rng = np.random.default_rng(seed)

    def rank(rows, columns):
        means = scores[np.ix_(rows, columns)].mean(1)
        return spearmanr(x[rows], means).statistic if np.ptp(x[rows]) and np.ptp(means) else np.nan

    draws = np.array([rank(rng.integers(m, size=m), rng.integers(seeds, size=seeds)) for _ in range(resamples)])
    value, draws = rank(np.arange(m), np.arange(seeds)), draws[np.isfinite(draws)]
    if not np.isfinite(value) or m < 2:
        return intervals.Estimate(float(value), -np.inf, np.inf, m)
    low, high = np.quantile(draws, intervals.tails(m))
    return intervals.Estimate(float(value), float(low), float(high), m)


def summary(test_accuracy: xr.DataArray) -> dict[str, float]:
    """What a map of accuracies in % comes to: its mean and maximum, and the shares above 90, above 99 and below 60."""
    mean = test_accuracy.mean("seed") if "seed" in test_accuracy.dims else test_accuracy
    share = lambda chosen: float(chosen.mean())
    return {
        "mean": float(mean.mean()),
        "maximum": float(mean.max()),
        "above 90": share(mean > 90),
        "above 99": share(mean > 99),
        "below 60": share(mean < 60),
    }
