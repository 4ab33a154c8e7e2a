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

from nbkit import fleet, nets
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
    step with a batch loss below `stop_below`, where training ends; NaN if never) and diverged. All directions of one
    seed share their noise, so they are compared on common random numbers.
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
    final = trained.history.isel(epoch=-1)
    shape = (len(directions), seeds)
    grid = lambda name, scale=1: (("direction", "seed"), scale * final[name].values.reshape(shape))
    result = xr.Dataset(
        {
            "test_accuracy": grid("test_accuracy", 100),
            "train_accuracy": grid("train_accuracy", 100),
            "train_loss": grid("train_loss"),
            "iterations": grid("iterations"),
            "diverged": (("direction", "seed"), final.diverged.values.reshape(shape)),
        },
        coords={
            "seed": list(repetitions),
            **{name: directions[name] for name in ("kx", "ky") if name in directions.coords},
        },
        attrs={"net": net, "problem": f"D(v), sigma={sigma:g}, {n_train} training samples, {epochs} epochs"},
    )
    for name in ("test_accuracy", "train_accuracy"):
        result[name].attrs["units"] = "%"
    return result


def split(v: np.ndarray, *, seed: int, n_train: int, n_test: int, **problem) -> fleet.Split:
    """Training and test set of D(v) as (n, 1, 32, 32) images and classes 0, 1."""
    x, y = synthetic.directional(v, n_train, seed=2 * seed, **problem)
    x_test, y_test = synthetic.directional(v, n_test, seed=2 * seed + 1, **problem)
    return fleet.Split(x[:, None], (y + 1) // 2, x_test[:, None], (y_test + 1) // 2)


def unfold_octant(values: xr.DataArray) -> tuple[np.ndarray, np.ndarray]:
    """A map with DC at the centre from the modes of `octant`: (frequencies, (ky, kx) grid), filled by reflection and
    transposition.

    Right for networks whose initial weights have these symmetries in distribution (logistic regression, LeNet); a
    cosine that is reflected keeps its frequency up to a shift of phase.
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
