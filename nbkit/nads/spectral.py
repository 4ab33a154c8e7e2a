"""What is read off C: directions and spectra, and how two of them agree.

Leading eigenvalues of convolutional networks come in near-degenerate pairs and an eigenvector has no sign, so
directions are compared as subspaces and never one by one. Whatever is compared comes from independent networks: the
noise of one sample cannot then confirm itself.
"""

from __future__ import annotations

import numpy as np
import xarray as xr
from scipy.linalg import eigh

from nbkit.data import synthetic


def pooled(estimate: xr.Dataset) -> np.ndarray:
    """C (D, D) of all networks of a `covariance` dataset."""
    return np.average(estimate.covariance.values, axis=0, weights=estimate.networks.values)


def halves(estimate: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Two independent estimates of C, from the groups at even and at odd places of a `covariance` dataset."""
    if estimate.sizes["group"] < 2:
        raise ValueError("halves needs networks in at least 2 groups: sample them with groups=2")
    return pooled(estimate.isel(group=slice(0, None, 2))), pooled(estimate.isel(group=slice(1, None, 2)))


def held_out(estimate: xr.Dataset) -> list[tuple[np.ndarray, np.ndarray]]:
    """C of each group of a `covariance` dataset beside C of all the other groups."""
    groups = np.arange(estimate.sizes["group"])
    if len(groups) < 2:
        raise ValueError("held_out needs networks in at least 2 groups: sample them with groups=2")
    return [(estimate.covariance.values[i], pooled(estimate.isel(group=groups[groups != i]))) for i in groups]


def directions(c: np.ndarray, count: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues (D,), falling, and the NADs (D, D), one a row; with `count` only the first ones, in less time."""
    values, vectors = np.linalg.eigh(c) if count is None else eigh(c, subset_by_index=(len(c) - count, len(c) - 1))
    return values[::-1], vectors.T[::-1]


def overlap(u: np.ndarray, v: np.ndarray) -> float:
    """Overlap ‖U Vᵀ‖² / k of two subspaces given by orthonormal rows (k, D): 1 the same, 0 orthogonal, chance k/D."""
    if u.shape != v.shape:
        raise ValueError(f"overlap needs two subspaces of one shape, not {u.shape} and {v.shape}")
    return float(np.square(u @ v.T).sum() / len(u))


def energy(values: np.ndarray, k: int) -> float:
    """Share of the variance in the first k of these falling eigenvalues."""
    return float(values[:k].sum() / values.sum())


def captured(c: np.ndarray, u: np.ndarray) -> np.ndarray:
    """Share of the variance of C in the first 1, 2, … of the directions u (k, D), found from other networks: (k,)."""
    return np.cumsum(response(c, u)) / np.trace(c)


def response(c: np.ndarray, v: np.ndarray) -> np.ndarray:
    """vᵀ C v for each direction v (m, …): the mean squared response of a network to it; (m,)."""
    v = np.asarray(v, dtype=float).reshape(len(v), -1)
    return np.einsum("mi,ij,mj->m", v, c, v, optimize=True)


def condition(values: np.ndarray) -> float:
    """s₁/s_last of the gradients' matrix, the root of the ratio of the outer eigenvalues; needs networks ≫ D."""
    return float(np.sqrt(values[0] / values[-1])) if values[-1] > 1e-12 * values[0] else float("inf")


def effective_dimension(a: np.ndarray, b: np.ndarray) -> float:
    """(Σλ)² / Σλ² from two independent estimates of C, as tr A tr B / tr AB.

    How many directions share the variance: D if all alike, 1 if there is only one. tr AB has no bias from the finite
    number of networks, tr A² would have one; so a few hundred networks are enough.
    """
    return float(np.trace(a) * np.trace(b) / (a * b).sum())


def marchenko_pastur(networks: int, dimension: int) -> np.ndarray:
    """Quantiles of the eigenvalues of C when g is white noise of variance 1/D: (D,), falling, in the limit of large
    sizes at this ratio networks/D ≥ 1.

    Source: Marchenko and Pastur 1967.
    """
    ratio = dimension / networks
    if not 0 < ratio < 1:
        raise ValueError(f"marchenko_pastur needs more networks than dimensions, not {networks} and {dimension}")
    low, high = (1 - np.sqrt(ratio)) ** 2, (1 + np.sqrt(ratio)) ** 2
    angle = np.linspace(0, np.pi, 20_001)  # λ = mid + half cos: the density's square roots cancel
    value = (high + low) / 2 - (high - low) / 2 * np.cos(angle)
    density = np.sin(angle) ** 2 / value
    mass = np.concatenate([[0], np.cumsum((density[1:] + density[:-1]) / 2)])
    at = (np.arange(dimension) + 0.5) / dimension
    return np.interp(at, mass / mass[-1], value)[::-1] / dimension


def frequency_energy(c: np.ndarray, size: int) -> np.ndarray:
    """Mean of vᵀ C v over the cosine and sine of each frequency: (size, size), DC in the middle, Nyquist at index 0."""
    modes = synthetic.dft_modes(size)
    sines = ((2 * modes) % size != 0).any(1)
    cosine = response(c, synthetic.dft_direction(*modes.T, size=size))
    cosine[sines] += response(c, synthetic.dft_direction(*modes[sines].T, size=size, part="sin"))
    cosine[sines] /= 2
    return synthetic.unfold_map(cosine, modes, size=size)
