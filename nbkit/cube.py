"""Kernels on the cube {±1}^d, whose eigenfunctions are the parities χ_S: what a dense and what a local kernel prefers.

A kernel that depends only on the products x_i x′_i has the parities χ_S(x) = Π_{i∈S} x_i as eigenfunctions, with
eigenvalues λ_S = mean over x of K(1, x) χ_S(x). Source: Xiao 2022; the law for patches is derived in chapter 04.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from scipy.special import comb

from nbkit.results import experiment


def corners(d: int) -> np.ndarray:
    """All points of the cube, (2^d, d) of ±1; read as bits (+1 → 0, −1 → 1), row numbers also stand for subsets."""
    return 1 - 2 * ((np.arange(2**d)[:, None] >> np.arange(d)) & 1)


def parities(d: int) -> np.ndarray:
    """χ_S(x), (points, subsets), in the order of `corners`."""
    inside = corners(d) < 0
    return 1 - 2 * ((inside.astype(int) @ inside.T.astype(int)) % 2)


def profile(t) -> np.ndarray:
    """Tangent kernel of a ReLU layer with bias as a function of the cosine t of two inputs; all orders are present."""
    t = np.clip(t, -1, 1)
    return (t + 1) / 2 * (np.pi - np.arccos(t)) / (2 * np.pi)


def kernel(x, x2, *, patch: int) -> np.ndarray:
    """Mean of `profile` over all circular windows of `patch` neighbouring coordinates; patch = d: one dense layer."""
    d = x.shape[1]
    windows = [np.arange(start, start + patch) % d for start in range(d if patch < d else 1)]
    return np.mean([profile(x[:, w] @ x2[:, w].T / patch) for w in windows], axis=0)


def spectrum(d: int, *, patch: int) -> xr.Dataset:
    """λ_S of all 2^d subsets with their `size`, `span` (shortest circular window) and `patches` containing them."""
    x = corners(d)
    values = kernel(x[:1], x, patch=patch)[0] @ parities(d) / len(x)
    inside = x < 0
    windows = lambda q: np.array([np.isin(np.arange(d), np.arange(s, s + q) % d) for s in range(d if q < d else 1)])
    held = {q: (windows(q)[:, None] | ~inside[None]).all(2).sum(0) for q in range(1, d + 1)}
    span = np.select([held[q] > 0 for q in held], list(held))
    span[0] = 0
    return xr.Dataset(
        {
            "eigenvalue": ("subset", values),
            "size": ("subset", inside.sum(1)),
            "span": ("subset", span),
            "patches": ("subset", held[patch]),
        }
    )


def eigenvalues(q: int) -> np.ndarray:
    """λ_k of the dense kernel on q coordinates by order k = |S|: (q + 1,), the closed form of `spectrum(q, patch=q)`.

    With j of q coordinates flipped the kernel is profile(1 - 2j/q), and the mean of χ_S over such points is a
    Krawtchouk polynomial K_k(j)/C(q, k).
    """
    j, k, i = np.ogrid[: q + 1, : q + 1, : q + 1]
    krawtchouk = ((-1.0) ** i * comb(j, i) * comb(q - j, k - i)).sum(2) / comb(q, k[..., 0])
    weights = comb(q, np.arange(q + 1)) / 2**q
    return (weights * profile(1 - 2 * np.arange(q + 1) / q)) @ krawtchouk


@experiment
def generalisation(
    subsets: dict[str, Sequence[int]], *, d: int, patch: int, n: Sequence[int], seeds: int, seed: int = 0
) -> xr.Dataset:
    """Share of χ_S that kernel interpolation of n random corners recovers on the others: (kernel, target, n, seed).

    subsets: name → coordinates of S. 1 is perfect; 0 is no better than predicting 0.
    """
    x = corners(d)
    kernels = {"dense": kernel(x, x, patch=d), "patches": kernel(x, x, patch=patch)}
    recovered = np.empty((2, len(subsets), len(n), seeds))
    for s in range(seeds):
        order = np.random.default_rng(seed + s).permutation(len(x))
        for k, count in enumerate(n):
            train, test = order[:count], order[count:]
            for j, coordinates in enumerate(subsets.values()):
                target = x[:, list(coordinates)].prod(1)
                for i, gram in enumerate(kernels.values()):
                    ridge = gram[np.ix_(train, train)] + 1e-9 * np.eye(count)
                    fit = gram[np.ix_(test, train)] @ np.linalg.solve(ridge, target[train])
                    recovered[i, j, k, s] = 1 - np.mean((fit - target[test]) ** 2)
    return xr.Dataset(
        {"recovered": (("kernel", "target", "n", "seed"), recovered)},
        coords={"kernel": list(kernels), "target": list(subsets), "n": list(n), "seed": np.arange(seed, seed + seeds)},
    )
